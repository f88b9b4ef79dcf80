//! What expressions come to, by a table of what the API server's own compiler and interpreter (1.37) said to each; and what can't be told here.

use super::*;
use serde_json::json;

/// The variables of every case of the table.
fn scope() -> BTreeMap<&'static str, Value> {
    let object = json!({
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {"name": "web", "namespace": "pay", "labels": {"app": "web", "tier-x": "a"}, "generation": 3},
        "spec": {
            "containers": [
                {"name": "a", "image": "docker.io/library/nginx:1.27", "securityContext": {"privileged": true, "runAsUser": 0}, "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}},
                {"name": "b", "image": "quay.io/x/y@sha256:00", "securityContext": null, "ports": [{"containerPort": 80}, {"containerPort": 8443}]}
            ],
            "hostNetwork": true, "replicas": 3, "ratio": 0.5, "nothing": null, "text": "abc", "big": 9_007_199_254_740_993_i64, "empty": [], "none": {}
        }
    });
    let params = json!({"data": {"max": "3"}, "list": ["a", "b"], "max": 5, "nothing": null});
    let request = json!({"name": "web", "namespace": "pay", "operation": "CREATE", "dryRun": false,
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": {"group": "", "version": "v1", "resource": "pods"},
        "userInfo": {"username": "u", "groups": ["g", "h"]}});
    let space = json!({"metadata": {"name": "pay", "labels": {"team": "x"}}});
    BTreeMap::from([
        ("object", Value::from_json(&object)),
        ("oldObject", Value::Null),
        ("params", Value::from_json(&params)),
        ("request", Value::from_json(&request)),
        ("namespaceObject", Value::from_json(&space)),
    ])
}

fn declared() -> Declared {
    let kind =
        |name: &str, last: &'static str| Type::object(name, [("group", Type::String), ("version", Type::String), (last, Type::String)]);
    let user = Type::object(
        "kubernetes.UserInfo",
        [
            ("username", Type::String),
            ("uid", Type::String),
            ("groups", Type::list(Type::String)),
            ("extra", Type::map(Type::list(Type::String))),
        ],
    );
    let request = Type::object(
        "kubernetes.AdmissionRequest",
        [
            ("kind", kind("kubernetes.GroupVersionKind", "kind")),
            ("resource", kind("kubernetes.GroupVersionResource", "resource")),
            ("name", Type::String),
            ("namespace", Type::String),
            ("subResource", Type::String),
            ("operation", Type::String),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    );
    let metadata = Type::object("kubernetes.NamespaceMetadata", [("name", Type::String), ("labels", Type::map(Type::String))]);
    Declared::new()
        .variable("object", Type::Dyn)
        .variable("oldObject", Type::Dyn)
        .variable("params", Type::Dyn)
        .variable("request", request)
        .variable("namespaceObject", Type::object("kubernetes.Namespace", [("metadata", metadata)]))
        .variable("authorizer", Type::Opaque("authorizer".into()))
        .variable("authorizer.requestResource", Type::Opaque("resourcecheck".into()))
}

/// A value as the table writes it.
fn show(value: &Value) -> String {
    let all = |parts: Vec<String>, open: char, close: char| format!("{open}{}{close}", parts.join(","));
    match value {
        Value::String(text) => serde_json::to_string(&**text).unwrap(),
        Value::Optional(None) => "none".to_owned(),
        Value::Optional(Some(value)) => format!("some({})", show(value)),
        Value::List(values) => all(values.iter().map(show).collect(), '[', ']'),
        Value::Map(entries) => {
            let mut parts: Vec<String> = entries.iter().map(|(key, value)| format!("{}:{}", show(&key.value()), show(value))).collect();
            parts.sort();
            all(parts, '{', '}')
        }
        Value::Uint(number) => format!("{number}u"),
        Value::Double(number) => format!("{}d", library::write(&Value::Double(*number))),
        Value::Duration(nanoseconds) => format!("duration:{nanoseconds}"),
        Value::Timestamp(moment) => format!("timestamp:{}", moment.nanoseconds),
        Value::Null | Value::Bool(_) | Value::Int(_) => library::write(value),
        other => other.kind().to_owned(),
    }
}

/// `refused`, `error`, `lacking`, or the type and the value.
fn outcome(text: &str) -> (String, String) {
    let expression = match Expression::compile(text, &declared()) {
        Ok(expression) => expression,
        Err(Fault::Refused(why)) => return ("refused".to_owned(), why),
        Err(Fault::Lacking(why)) => return ("lacking".to_owned(), why),
    };
    match expression.evaluate(&scope()) {
        Ok(value) => (expression.kind().to_string(), show(&value)),
        Err(Failure::Errs(why)) => ("error".to_owned(), why),
        Err(Failure::Lacking(why)) => ("lacking".to_owned(), why),
    }
}

#[test]
fn expressions_come_to_what_the_api_server_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("tests/cases.tsv").lines() {
        let (text, expected) = line.split_once('\t').unwrap();
        let text = text.replace('␤', "\n");
        count += 1;
        let (kind, value) = outcome(&text);
        let got = if ["refused", "error", "lacking"].contains(&kind.as_str()) { kind.clone() } else { value.clone() };
        if got != expected {
            wrong.push(format!("{text}\n    expected {expected}, got {kind} {value}"));
        }
    }
    assert!(count > 400, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
