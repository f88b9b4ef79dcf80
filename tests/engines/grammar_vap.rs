//! Random ValidatingAdmissionPolicies with bindings and parameters.

use crate::dice::Dice;
use crate::grammar_cel;
use serde_json::{Value, json};

/// A question's policy: `policy`, `bindings`, `params`, `paramKinds`.
pub fn policy(dice: &mut Dice) -> Value {
    let mut spec = json!({"matchConstraints": matched(dice, true)});
    if let Some(fails) = [Some("Fail"), Some("Ignore"), None, Some("Fail")][dice.roll(4) as usize] {
        spec["failurePolicy"] = json!(fails);
    }
    let asks_params = dice.chance(40);
    if asks_params {
        spec["paramKind"] = match dice.roll(5) {
            0 => json!({"apiVersion": "example.com/v1", "kind": "Limit"}),
            1 => json!({"apiVersion": "example.com/v1", "kind": "Unknown"}),
            2 => json!({"apiVersion": "example.com/v1", "kind": "ClusterLimit"}),
            _ => json!({"apiVersion": "v1", "kind": "ConfigMap"}),
        };
    }
    let mut variables = Vec::new();
    for name in ["x", "y"].iter().take(dice.roll(3) as usize) {
        let text = if *name == "y" && dice.chance(50) {
            format!("variables.x && {}", expression(dice, asks_params))
        } else {
            expression(dice, asks_params)
        };
        variables.push(json!({"name": name, "expression": text}));
    }
    if dice.chance(30) {
        let conditions: Vec<_> =
            (0..=dice.roll(2)).map(|n| json!({"name": format!("c{n}"), "expression": condition(dice, asks_params)})).collect();
        spec["matchConditions"] = json!(conditions);
    }
    let named: Vec<String> = variables.iter().map(|variable| format!("variables.{}", variable["name"].as_str().unwrap())).collect();
    if !variables.is_empty() {
        spec["variables"] = json!(variables);
    }
    let validations: Vec<_> = (0..=dice.roll(3))
        .map(|_| {
            let mut text = expression(dice, asks_params);
            if !named.is_empty() && dice.chance(60) {
                let name = &named[dice.roll(named.len() as u64) as usize];
                text = match dice.roll(4) {
                    0 => format!("{name} == true"),
                    1 => format!("{name} || {text}"),
                    2 => format!("!({name}) && {text}"),
                    _ => name.clone(),
                };
            }
            let mut validation = json!({"expression": text});
            if dice.chance(30) {
                validation["messageExpression"] = json!(dice.one(&[
                    "'no: ' + object.metadata.name",
                    "object.nothing",
                    "''",
                    "string(object.spec.containers.size())",
                    "'a\\nb'",
                    "1 + 1"
                ]));
            }
            if dice.chance(20) {
                validation["message"] = json!("no");
            }
            if dice.chance(10) {
                validation["reason"] = json!("Forbidden");
            }
            validation
        })
        .collect();
    spec["validations"] = json!(validations);
    if dice.chance(15) {
        spec["auditAnnotations"] = json!([{"key": "k", "valueExpression": dice.one(&["'x'", "object.nothing", "null", "object.metadata.name", "string(object.spec.hostPID)"])}]);
    }
    let bindings: Vec<_> = (0..=dice.roll(2)).map(|n| binding(dice, n)).collect();
    json!({
        "policy": {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": spec},
        "bindings": bindings,
        "params": params(dice),
        "paramKinds": [
            {"apiVersion": "v1", "kind": "ConfigMap", "namespaced": true},
            {"apiVersion": "example.com/v1", "kind": "Limit", "namespaced": true},
            {"apiVersion": "example.com/v1", "kind": "ClusterLimit", "namespaced": false},
        ],
    })
}

fn expression(dice: &mut Dice, params: bool) -> String {
    let deep = dice.roll(3) as u32;
    for _ in 0..20 {
        let text = match dice.roll(12) {
            0 => request(dice),
            1 => namespace(dice).to_owned(),
            2 if params => parameter(dice).to_owned(),
            _ => grammar_cel::bool(dice, deep, None),
        };
        if params || !text.contains("params") || dice.chance(3) {
            return text;
        }
    }
    "true".to_owned()
}

fn condition(dice: &mut Dice, params: bool) -> String {
    match dice.roll(6) {
        0 => "true".to_owned(),
        1 => "object.metadata.name != 'w'".to_owned(),
        2 => "!request.userInfo.groups.exists(g, g == 'devs')".to_owned(),
        3 => "object.nothing == 1".to_owned(),
        4 => request(dice),
        _ => expression(dice, params),
    }
}

fn request(dice: &mut Dice) -> String {
    dice.one(&[
        "request.operation == 'CREATE'",
        "request.namespace == 'pay'",
        "request.namespace.startsWith('kube-')",
        "request.userInfo.username == 'ada'",
        "'devs' in request.userInfo.groups",
        "has(request.subResource)",
        "request.subResource == 'ephemeralcontainers'",
        "request.kind.kind == 'Pod'",
        "request.resource.resource in ['pods', 'deployments']",
        "request.requestKind.group == ''",
        "request.dryRun == false",
        "has(request.uid)",
        "request.name == 'w'",
        "has(request.options) && request.options != null",
        "request.nothing == 1",
        "has(request.userInfo.extra)",
        "oldObject == null",
        "oldObject != null || object != null",
        "request.operation != 'DELETE' && object.metadata.name == 'w'",
    ])
    .to_owned()
}

fn namespace<'a>(dice: &mut Dice) -> &'a str {
    dice.one(&[
        "namespaceObject.metadata.name == 'pay'",
        "namespaceObject.metadata.labels.env == 'prod'",
        "has(namespaceObject.metadata.labels.env)",
        "'env' in namespaceObject.metadata.labels",
        "namespaceObject == null",
        "namespaceObject.metadata.labels.?env.orValue('') != 'prod'",
        "namespaceObject.metadata.?labels[?'pci'].orValue('false') == 'true'",
        "object.metadata.namespace == namespaceObject.metadata.name",
        "namespaceObject.nothing == 'x'",
    ])
}

fn parameter<'a>(dice: &mut Dice) -> &'a str {
    dice.one(&[
        "params == null",
        "params != null && has(params.data)",
        "has(params.data.max)",
        "params.data.max == '3'",
        "int(params.data.max) > 2",
        "params.metadata.name == 'a'",
        "size(object.spec.containers) < int(params.data.max)",
        "params.spec.max > 2",
        "has(params.spec.max) && params.spec.max + 1 > 2",
        "params.?spec.?max.orValue(9) > 5",
        "object.spec.containers.all(c, params.spec.registries.exists(r, c.image.startsWith(r)))",
        "params.kind == 'ConfigMap'",
    ])
}

fn binding(dice: &mut Dice, n: u64) -> Value {
    let actions: &[&str] = [&["Deny"][..], &["Deny"], &["Warn"], &["Audit"], &["Warn", "Audit"], &["Deny", "Audit"]][dice.roll(6) as usize];
    let mut spec = json!({"policyName": if dice.chance(95) { "p" } else { "other" }, "validationActions": actions});
    if dice.chance(60) {
        let mut reference = json!({"parameterNotFoundAction": dice.one(&["Deny", "Allow"])});
        match dice.roll(4) {
            0 => reference["selector"] = json!({"matchLabels": {"use": "yes"}}),
            1 => reference["selector"] = json!({}),
            _ => reference["name"] = json!(dice.one(&["a", "b", "missing"])),
        }
        if dice.chance(40) {
            reference["namespace"] = json!(dice.one(&["pay", "default"]));
        }
        spec["paramRef"] = reference;
    }
    if dice.chance(30) {
        spec["matchResources"] = matched(dice, false);
    }
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": format!("b{n}")}, "spec": spec
    })
}

fn params(dice: &mut Dice) -> Value {
    let mut all = vec![
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "pay", "labels": {"use": "yes"}}, "data": {"max": "3"}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "pay"}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "default", "labels": {"use": "yes"}}, "data": {"max": "x"}}),
        json!({"apiVersion": "example.com/v1", "kind": "Limit", "metadata": {"name": "a", "namespace": "pay", "labels": {"use": "yes"}}, "spec": {"max": 3, "registries": ["registry.example.com/"]}}),
        json!({"apiVersion": "example.com/v1", "kind": "ClusterLimit", "metadata": {"name": "a", "labels": {"use": "yes"}}, "spec": {"max": 1, "none": null}}),
        json!({"apiVersion": "example.com/v1", "kind": "ClusterLimit", "metadata": {"name": "b"}, "spec": {"max": 9, "registries": []}}),
    ];
    all.retain(|_| dice.chance(80));
    json!(all)
}

fn selector(dice: &mut Dice) -> Value {
    match dice.roll(7) {
        0 => json!({}),
        1 => json!({"matchLabels": {"env": "prod"}}),
        2 => json!({"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod", "stage"]}]}),
        3 => json!({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}]}),
        4 => json!({"matchExpressions": [{"key": "pci", "operator": "Exists"}]}),
        5 => json!({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}),
        _ => json!({"matchLabels": {"kubernetes.io/metadata.name": "pay"}}),
    }
}

fn rule(dice: &mut Dice) -> Value {
    let (groups, resources): (&[&str], &[&str]) = [
        (&[""][..], &["pods"][..]),
        (&[""], &["pods", "pods/ephemeralcontainers"]),
        (&[""], &["pods/*"]),
        (&["*"], &["*"]),
        (&["*"], &["*/*"]),
        (&["apps", "batch"], &["deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"]),
        (&["apps"], &["*"]),
        (&["", "apps"], &["pods", "deployments"]),
        (&[""], &["*/ephemeralcontainers"]),
        (&["extensions"], &["deployments"]),
    ][dice.roll(10) as usize];
    let operations: &[&str] =
        [&["CREATE"][..], &["CREATE", "UPDATE"], &["*"], &["UPDATE"], &["DELETE", "CONNECT"], &["CREATE", "UPDATE"]][dice.roll(6) as usize];
    let versions: &[&str] = [&["v1"][..], &["*"], &["v1", "v1beta1"], &["v1beta1"]][(dice.roll(8) / 2) as usize % 4];
    let mut rule = json!({"apiGroups": groups, "apiVersions": versions, "operations": operations, "resources": resources});
    if dice.chance(15) {
        rule["scope"] = json!(dice.one(&["*", "Namespaced", "Cluster"]));
    }
    if dice.chance(8) {
        rule["resourceNames"] = json!([dice.one(&["w", "other", "*"])]);
    }
    rule
}

fn matched(dice: &mut Dice, whole: bool) -> Value {
    let mut matched = json!({});
    if whole && dice.chance(70) {
        matched["resourceRules"] = json!([{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": ["pods", "pods/ephemeralcontainers", "deployments"]}]);
    } else if whole || dice.chance(50) {
        matched["resourceRules"] = json!((0..=dice.roll(2)).map(|_| rule(dice)).collect::<Vec<_>>());
    }
    if dice.chance(15) {
        matched["excludeResourceRules"] = json!([rule(dice)]);
    }
    if dice.chance(25) {
        matched["namespaceSelector"] = selector(dice);
    }
    if dice.chance(15) {
        matched["objectSelector"] = match dice.roll(3) {
            0 => json!({"matchLabels": {"app": "w"}}),
            1 => json!({"matchExpressions": [{"key": "team", "operator": "In", "values": ["a", ""]}]}),
            _ => json!({"matchExpressions": [{"key": "extra", "operator": "DoesNotExist"}]}),
        };
    }
    if dice.chance(20) {
        matched["matchPolicy"] = json!(dice.one(&["Exact", "Equivalent"]));
    }
    matched
}
