//! Objects of the API's own kinds as CEL sees them in the API server: read into their types and written out again.
//!
//! What has no type is gone; what is empty and may be left out is left out (`hostNetwork: false`, `drop: []`), where it is no pointer
//! (`privileged: false` stays); what can't be left out is there (`status`, `resources`); amounts are in their canonical form. `shapes.txt` tells the
//! fields of each type: `*` stands for a pointer, `[` for a list, `{` for a map, `?` for what is left out when it is empty, `0` for what is left out
//! when it is zero.

use crate::cel::Value;
use crate::quantity::Quantity;
use crate::remembered::Remembered;
use crate::request::GroupKind;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

enum Shape {
    Bool,
    Text,
    Whole,
    Number,
    Amount,
    Time,
    Port,
    Any,
    Bytes,
    List(Box<Shape>),
    Map(Box<Shape>),
    Pointer(Box<Shape>),
    Object(&'static str),
}

struct Field {
    name: Arc<str>,
    shape: Shape,
    omit: bool,
}

fn shape(text: &'static str) -> Shape {
    let inside = |text: &'static str| Box::new(shape(text));
    match text.split_at_checked(1) {
        Some(("*", rest)) => Shape::Pointer(inside(rest)),
        Some(("[", rest)) => Shape::List(inside(rest)),
        Some(("{", rest)) => Shape::Map(inside(rest)),
        _ => match text {
            "bool" => Shape::Bool,
            "string" => Shape::Text,
            "int" => Shape::Whole,
            "float" => Shape::Number,
            "quantity" => Shape::Amount,
            "time" => Shape::Time,
            "port" => Shape::Port,
            "any" => Shape::Any,
            "bytes" => Shape::Bytes,
            name => Shape::Object(name),
        },
    }
}

fn shapes() -> &'static BTreeMap<&'static str, Vec<Field>> {
    static ALL: OnceLock<BTreeMap<&'static str, Vec<Field>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let field = |text: &'static str| {
            let (name, kind) = text.split_once(':')?;
            let bare = kind.trim_end_matches(['?', '0']);
            let shape = shape(bare);
            // What Go has as a struct is never empty, only zero.
            let never_empty = matches!(shape, Shape::Time | Shape::Port | Shape::Amount | Shape::Any | Shape::Object(_));
            let omit = kind.ends_with('0') || (kind.contains('?') && !never_empty);
            Some(Field { name: name.into(), shape, omit })
        };
        let line = |line: &'static str| {
            let (name, fields) = line.split_once(' ').unwrap_or((line, ""));
            (name, fields.split(' ').filter_map(field).collect())
        };
        include_str!("shapes.txt").lines().map(line).collect()
    })
}

/// The groups of the API itself: what is in them has a type in the API server, and what is in no such group has none.
const GROUPS: [&str; 24] = [
    "",
    "apps",
    "autoscaling",
    "batch",
    "extensions",
    "policy",
    "admission.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Kinds whose shapes are told, by group; all are of version 1.
const KINDS: [(&str, &[&str]); 10] = [
    (
        "",
        &[
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "Namespace",
            "Service",
            "ConfigMap",
            "Secret",
            "ServiceAccount",
            "PersistentVolumeClaim",
            "LimitRange",
            "ResourceQuota",
            "Node",
            "PersistentVolume",
            "Endpoints",
            "Binding",
            "PodExecOptions",
            "PodAttachOptions",
            "PodPortForwardOptions",
            "PodProxyOptions",
            "ServiceProxyOptions",
            "NodeProxyOptions",
        ],
    ),
    ("apps", &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]),
    ("autoscaling", &["Scale"]),
    ("batch", &["Job", "CronJob"]),
    ("networking.k8s.io", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["Eviction", "PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["StorageClass"]),
];

thread_local! {
    static SEEN: RefCell<Remembered<Value>> = RefCell::default();
}

/// An object of a request as CEL sees it; the last ones are remembered.
pub(crate) fn seen(kind: &GroupKind, whole: &Arc<Json>) -> Value {
    if whole.is_null() {
        return object(kind, whole);
    }
    SEEN.with(|seen| Remembered::of(seen, kind, whole, || object(kind, whole)))
}

/// An object as CEL sees it; unknown where its kind has a type that is not told here, or it does not fit its type.
pub(crate) fn object(kind: &GroupKind, object: &Json) -> Value {
    if object.is_null() {
        return Value::Null;
    }
    if !GROUPS.contains(&kind.group.as_str()) {
        return Value::from_json(object);
    }
    let known = kind.version == "v1" && KINDS.iter().any(|(group, kinds)| *group == kind.group && kinds.contains(&kind.kind.as_str()));
    let Some((name, _)) = known.then(|| shapes().get_key_value(kind.kind.as_str())).flatten() else {
        return Value::unknown(&format!("how the API server sees a {} is not known here", kind.kind));
    };
    let mut whole = object.clone();
    if let Json::Object(fields) = &mut whole {
        let version = if kind.group.is_empty() { kind.version.clone() } else { format!("{}/{}", kind.group, kind.version) };
        fields.insert("kind".to_owned(), Json::String(kind.kind.clone()));
        fields.insert("apiVersion".to_owned(), Json::String(version));
    }
    match read(&Shape::Object(name), Some(&whole)) {
        Ok((value, _)) => value,
        Err(why) => Value::unknown(&format!("the object does not fit its type: {why}")),
    }
}

/// A value of a shape, and whether it is empty.
fn read(shape: &Shape, json: Option<&Json>) -> Result<(Value, bool), String> {
    let json = json.filter(|json| !json.is_null());
    let wrong = |json: &Json| Err(format!("unexpected {}", word(json)));
    Ok(match (shape, json) {
        (Shape::Pointer(_) | Shape::List(_) | Shape::Map(_) | Shape::Any | Shape::Time | Shape::Bytes, None) => (Value::Null, true),
        (Shape::Pointer(inside), json) => (read(inside, json)?.0, false),
        (Shape::Bool, None) => (Value::Bool(false), true),
        (Shape::Bool, Some(Json::Bool(value))) => (Value::Bool(*value), !value),
        (Shape::Text, None) => (Value::text(""), true),
        (Shape::Text | Shape::Time | Shape::Bytes, Some(Json::String(text))) => (Value::text(text), text.is_empty()),
        (Shape::Whole | Shape::Port, None) => (Value::Int(0), true),
        (Shape::Port, Some(Json::String(text))) => (Value::text(text), false),
        (Shape::Whole | Shape::Port, Some(json)) => match json.as_i64() {
            Some(number) => (Value::Int(number), number == 0),
            None => return wrong(json),
        },
        (Shape::Number, json) => match json.map_or(Some(0.0), Json::as_f64) {
            Some(number) => (Value::Double(number), number == 0.0),
            None => return Err("unexpected number".to_owned()),
        },
        (Shape::Amount, None) => (Value::text("0"), false),
        (Shape::Amount, Some(json)) => {
            let text = match json {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                other => return wrong(other),
            };
            let Some(amount) = Quantity::parse(text.trim()) else { return Err(format!("{text:?} is no amount")) };
            (Value::text(&amount.to_string()), false)
        }
        (Shape::Any, Some(json)) => (Value::from_json(json), false),
        (Shape::List(inside), Some(Json::Array(items))) => {
            let values: Result<Vec<Value>, String> = items.iter().map(|item| Ok(read(inside, Some(item))?.0)).collect();
            (Value::typed_list(values?), items.is_empty())
        }
        (Shape::Map(inside), Some(Json::Object(entries))) => {
            let mut values = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                values.push((key.as_str(), read(inside, Some(value))?.0));
            }
            (Value::typed_map(values), entries.is_empty())
        }
        (Shape::Object(name), json) => {
            let empty = serde_json::Map::new();
            let entries = match json {
                None => &empty,
                Some(Json::Object(entries)) => entries,
                Some(other) => return wrong(other),
            };
            let mut values = Vec::new();
            for field in shapes().get(name).into_iter().flatten() {
                let (value, empty) = read(&field.shape, entries.get(&*field.name)).map_err(|why| format!("{}: {why}", field.name))?;
                if !(field.omit && empty) {
                    values.push((field.name.clone(), value));
                }
            }
            (Value::object(values), false)
        }
        (_, Some(other)) => return wrong(other),
    })
}

const fn word(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "number",
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(spec: Json) -> Json {
        let kind = GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() };
        object(&kind, &json!({"metadata": {"name": "a", "labels": {"x": null}}, "spec": spec})).to_json().unwrap_or_default()
    }

    #[test]
    fn empty_fields_are_left_out_and_others_are_not() {
        let value = pod(json!({
            "hostNetwork": false, "hostPID": true, "hostUsers": false, "volumes": [], "nodeSelector": {}, "securityContext": {}, "affinity": null,
            "nonsense": 1,
            "containers": [{
                "name": "a",
                "securityContext": {"privileged": false, "runAsUser": 0, "capabilities": {"drop": [], "add": ["X"]}},
                "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi", "x": 1, "y": null}, "requests": {}},
                "readinessProbe": {"httpGet": {"port": "http"}}, "env": [{"name": "a", "value": ""}], "stdin": false
            }, {"name": "b", "resources": null}]
        }));
        assert_eq!(
            value,
            json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"x": ""}}, "status": {},
                "spec": {
                    "hostPID": true, "hostUsers": false, "securityContext": {},
                    "containers": [{
                        "name": "a",
                        "securityContext": {"privileged": false, "runAsUser": 0, "capabilities": {"add": ["X"]}},
                        "resources": {"limits": {"cpu": "1", "memory": "1Gi", "x": "1", "y": "0"}},
                        "readinessProbe": {"httpGet": {"port": "http"}}, "env": [{"name": "a"}]
                    }, {"name": "b", "resources": {}}]
                }
            })
        );
        assert_eq!(pod(json!({}))["spec"], json!({"containers": null}));
    }

    #[test]
    fn times_and_ports_are_never_empty_and_other_kinds_have_their_types_too() {
        let typed = |group: &str, kind: &str, value: Json| {
            let kind = GroupKind { group: group.to_owned(), version: "v1".to_owned(), kind: kind.to_owned() };
            object(&kind, &value).to_json().unwrap_or_default()
        };
        let service = typed("", "Service", json!({"metadata": {}, "spec": {"ports": [{"port": 1}], "externalIPs": []}}));
        assert_eq!(service["spec"], json!({"ports": [{"port": 1, "targetPort": 0}]}));
        let deployment =
            typed("apps", "Deployment", json!({"spec": {"replicas": 0}, "status": {"conditions": [{"type": "a"}], "replicas": 0}}));
        let condition = json!({"type": "a", "status": "", "lastTransitionTime": null, "lastUpdateTime": null});
        assert_eq!(deployment["status"], json!({"conditions": [condition]}));
        let spec = json!({"replicas": 0, "selector": null, "strategy": {}, "template": {"metadata": {}, "spec": {"containers": null}}});
        assert_eq!(deployment["spec"], spec);
        assert_eq!(
            typed("", "PodExecOptions", json!({"stdin": true, "tty": false, "command": ["sh"], "container": ""})),
            json!({"kind": "PodExecOptions", "apiVersion": "v1", "stdin": true, "command": ["sh"]})
        );
        assert_eq!(typed("", "Secret", json!({"data": {"a": "YQ=="}, "stringData": {}}))["data"], json!({"a": "YQ=="}));
    }

    #[test]
    fn what_does_not_fit_its_type_or_has_an_unknown_one_is_unknown() {
        let kind = |group: &str, kind: &str| GroupKind { group: group.to_owned(), version: "v1".to_owned(), kind: kind.to_owned() };
        assert!(matches!(object(&kind("", "Pod"), &json!({"spec": {"containers": [{"name": 1}]}})), Value::Unknown(_)));
        assert!(matches!(object(&kind("", "Pod"), &json!({"spec": {"hostPID": "true"}})), Value::Unknown(_)));
        assert!(matches!(object(&kind("", "Event"), &json!({})), Value::Unknown(_)));
        assert!(matches!(object(&kind("", "Pod"), &Json::Null), Value::Null));
        assert_eq!(object(&kind("example.com", "Pod"), &json!({"spec": {"a": []}})).to_json().unwrap(), json!({"spec": {"a": []}}));
        assert!(KINDS.iter().flat_map(|(_, kinds)| *kinds).all(|kind| shapes().contains_key(kind)));
        let objects = shapes().values().flatten().filter_map(|field| match &field.shape {
            Shape::Object(name) => Some(*name),
            Shape::List(inside) | Shape::Map(inside) | Shape::Pointer(inside) => match inside.as_ref() {
                Shape::Object(name) => Some(*name),
                _ => None,
            },
            _ => None,
        });
        objects.for_each(|name| assert!(shapes().contains_key(name), "{name}"));
    }
}
