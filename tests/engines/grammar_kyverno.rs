//! Random policies of Kyverno: patterns with anchors and operators, deny conditions, foreach, Pod Security, CEL; who is matched and left out; actions and
//! their overrides.

use crate::dice::Dice;
use crate::grammar_cel;
use serde_json::{Map, Value, json};

const SCALARS: &[&str] = &[
    "true",
    "false",
    "\"true\"",
    "\"false\"",
    "null",
    "0",
    "1",
    "1000",
    "\"0\"",
    "\"1000\"",
    "\"*\"",
    "\"?*\"",
    "\"\"",
    "\"w\"",
    "\"!w\"",
    "\"registry.example.com/*\"",
    "\"!*:latest\"",
    "\"*:*\"",
    "\"!*:latest & *:*\"",
    "\"nginx | registry.*\"",
    "\">0\"",
    "\">=1000\"",
    "\"<2000\"",
    "\"<=1Gi\"",
    "\"<1Gi\"",
    "\">100m\"",
    "\"1-5000\"",
    "\"!1-5\"",
    "\"1!-5\"",
    "\"128Mi\"",
    "\"0.5\"",
    "\"0.125Gi - 1Gi\"",
    "\"!0\"",
    "\">0 & <1500\"",
    "\"500m | 1\"",
    "\"ALL\"",
    "\"all\"",
    "\"Runtime*\"",
    "\"RuntimeDefault | Localhost\"",
    "\"!Unconfined\"",
    "\">1h\"",
    "\"!1h\"",
    "1.5",
    "\"1.5\"",
    "\"gr*e\"",
    "\"stra?e\"",
    "\"{{ request.namespace }}\"",
    "\"{{request.object.metadata.name}}\"",
    "\"{{ request.object.metadata.labels.team || 'a' }}\"",
    "\"{{ request.object.nothing }}\"",
    "\"!*\"",
    "\"*a*b*\"",
    "\"30\"",
    "\">=30 & <=30\"",
    "\"10-1\"",
    "\"<0\"",
    "[]",
    "{}",
    "[\"ALL\"]",
    "[\"*\"]",
    "\"Always | IfNotPresent\"",
];

fn scalar(dice: &mut Dice) -> Value {
    serde_json::from_str(dice.one(SCALARS)).unwrap()
}

fn anchored(dice: &mut Dice, key: &str) -> String {
    match dice.roll(12) {
        0 | 1 => format!("=({key})"),
        2 => format!("({key})"),
        3 => format!("X({key})"),
        4 if dice.chance(30) => format!("<({key})"),
        _ => key.to_owned(),
    }
}

/// Keys of a container, with what lies below.
fn of_container(dice: &mut Dice) -> Value {
    let mut map = Map::new();
    for _ in 0..=dice.roll(2) {
        let (key, value) = match dice.roll(14) {
            0 | 1 => ("image", scalar(dice)),
            2 => ("name", scalar(dice)),
            3 => ("imagePullPolicy", scalar(dice)),
            4..=7 => {
                let mut inner = Map::new();
                for _ in 0..=dice.roll(2) {
                    let key = dice.one(&[
                        "privileged",
                        "allowPrivilegeEscalation",
                        "readOnlyRootFilesystem",
                        "runAsNonRoot",
                        "runAsUser",
                        "capabilities",
                        "seccompProfile",
                        "procMount",
                    ]);
                    let value = match key {
                        "capabilities" => {
                            let key = dice.one(&["drop", "add"]);
                            let key = anchored(dice, key);
                            let value = match dice.roll(4) {
                                0 => json!(["ALL"]),
                                1 => json!("ALL"),
                                2 => scalar(dice),
                                _ => json!(["!SYS_*"]),
                            };
                            json!({key: value})
                        }
                        "seccompProfile" => json!({anchored(dice, "type"): scalar(dice)}),
                        _ => scalar(dice),
                    };
                    inner.insert(anchored(dice, key), value);
                }
                ("securityContext", Value::Object(inner))
            }
            8 | 9 => {
                let mut inner = Map::new();
                let key = dice.one(&["limits", "requests"]);
                let below = dice.one(&["memory", "cpu", "nothing"]);
                inner.insert(anchored(dice, key), json!({anchored(dice, below): scalar(dice)}));
                ("resources", Value::Object(inner))
            }
            10 => {
                let key = dice.one(&["hostPort", "containerPort"]);
                ("ports", json!([{anchored(dice, key): scalar(dice)}]))
            }
            11 => ("env", json!([{anchored(dice, "name"): scalar(dice), anchored(dice, "valueFrom"): scalar(dice)}])),
            12 => ("livenessProbe", json!({anchored(dice, "periodSeconds"): scalar(dice)})),
            _ => ("nothing", scalar(dice)),
        };
        map.insert(anchored(dice, key), value);
    }
    Value::Object(map)
}

fn list_anchor(dice: &mut Dice, key: &str) -> String {
    if dice.chance(8) { format!("^({key})") } else { anchored(dice, key) }
}

fn pattern(dice: &mut Dice) -> Value {
    let mut spec = Map::new();
    for _ in 0..=dice.roll(2) {
        match dice.roll(10) {
            0..=4 => {
                let key = dice.one(&["containers", "containers", "initContainers", "ephemeralContainers"]);
                let body = of_container(dice);
                spec.insert(list_anchor(dice, key), json!([body]));
            }
            5 => {
                let key = dice.one(&["hostNetwork", "hostPID", "hostIPC", "automountServiceAccountToken", "serviceAccountName"]);
                let value = scalar(dice);
                spec.insert(anchored(dice, key), value);
            }
            6 => {
                let key = dice.one(&["runAsNonRoot", "runAsUser", "fsGroup", "supplementalGroups", "seccompProfile"]);
                let inner = anchored(dice, key);
                let value = if key == "seccompProfile" { json!({"type": scalar(dice)}) } else { scalar(dice) };
                spec.insert(anchored(dice, "securityContext"), json!({inner: value}));
            }
            7 => {
                let key = dice.one(&["hostPath", "emptyDir", "configMap", "name"]);
                let inner = anchored(dice, key);
                let value = if dice.chance(60) { json!("null") } else { scalar(dice) };
                spec.insert(list_anchor(dice, "volumes"), json!([{inner: value}]));
            }
            8 => {
                let value = scalar(dice);
                spec.insert(anchored(dice, "runtimeClassName"), value);
            }
            _ => {
                let value = scalar(dice);
                spec.insert(anchored(dice, "nodeSelector"), json!({"kubernetes.io/os": value}));
            }
        }
    }
    let mut whole = Map::new();
    if dice.chance(80) {
        whole.insert(anchored_top(dice, "spec"), Value::Object(spec));
    }
    if whole.is_empty() || dice.chance(20) {
        let key = dice.one(&["app", "team", "a*", "?*", "app.kubernetes.io/name", "nothing"]);
        let inner = anchored(dice, key);
        let value = scalar(dice);
        let field = dice.one(&["labels", "labels", "annotations"]);
        whole.insert(anchored_top(dice, "metadata"), json!({anchored(dice, field): {inner: value}}));
    }
    Value::Object(whole)
}

fn anchored_top(dice: &mut Dice, key: &str) -> String {
    match dice.roll(20) {
        0 => format!("=({key})"),
        1 => format!("({key})"),
        _ => key.to_owned(),
    }
}

const KEYS: &[&str] = &[
    "{{ request.operation }}",
    "{{ request.object.metadata.name }}",
    "{{ request.namespace }}",
    "{{ request.object.spec.containers[].image }}",
    "{{ request.object.spec.containers[].securityContext.privileged }}",
    "{{ request.object.spec.hostNetwork || `false` }}",
    "{{ length(request.object.spec.containers) }}",
    "{{ request.object.spec.[containers, initContainers][].securityContext.capabilities.drop[] }}",
    "{{ request.object.metadata.labels.team || '' }}",
    "{{ request.object.metadata.labels.keys(@) }}",
    "{{ request.object.spec.volumes[].keys(@)[] || '' }}",
    "{{ request.object.spec.nothing }}",
    "{{ request.object.spec.securityContext.runAsUser || `0` }}",
    "{{ request.object.spec.containers[0].resources.limits.memory || '0' }}",
    "{{ request.userInfo.username }}",
    "{{ request.userInfo.groups }}",
    "{{ images.containers.*.registry }}",
    "{{ images.containers.*.tag }}",
    "{{ images.containers.main.name || '' }}",
    "{{ serviceAccountName }}",
    "{{ request.object.spec.containers[?securityContext.privileged == `true`] | length(@) }}",
    "{{ to_upper(request.object.metadata.name) }}",
    "{{ request.object.metadata.annotations.note || 'x' }}",
    "{{ request.object.spec.containers[].ports[].hostPort }}",
    "{{ regex_match('^w$', request.object.metadata.name) }}",
    "{{ split(request.object.spec.containers[0].image, '/')[0] }}",
    "{{ request.object.spec.containers[].name | sort(@) }}",
    "{{ contains(request.object.spec.containers[].name, 'main') }}",
    "{{ request.object.kind }}",
    "{{ to_string(request.object.spec.hostPID) }}",
    "{{ request.object.spec.containers[].env[].valueFrom.secretKeyRef.name }}",
    "{{ sum(request.object.spec.containers[].ports[].containerPort) }}",
    "w",
    "{{ request.object.spec.terminationGracePeriodSeconds }}",
    "{{ element.name }}",
    "{{ request.object.metadata.labels.app }}-x",
    "{{ truncate(request.object.metadata.name, `1`) }}",
    "{{ join(',', request.object.spec.containers[].name) }}",
    "{{ replace_all(request.object.metadata.name, 'w', 'v') }}",
    "{{ starts_with(request.object.spec.containers[0].image, 'registry') }}",
    "{{ type(request.object.spec.containers) }}",
    "{{ max(request.object.spec.containers[].ports[].containerPort || [`0`]) }}",
    "{{ parse_json('[1, 2]') }}",
    "{{ add('1Gi', '1Mi') }}",
    "{{ label_match(`{\"app\": \"w\"}`, request.object.metadata.labels) }}",
    "{{ pattern_match('w*', request.object.metadata.name) }}",
    "{{ semver_compare('1.2.3', '>1.0.0') }}",
    "{{ to_number('5') }}",
    "{{ not_null(request.object.spec.hostIPC, `false`) }}",
    "{{ base64_encode(request.object.metadata.name) }}",
    "{{ trim(request.object.metadata.name, 'w') }}",
    "{{ items(request.object.metadata.labels, 'k', 'v')[0].v }}",
    "{{ lookup(request.object.metadata.labels, 'app') }}",
    "{{ time_now_utc() != '' }}",
    "{{ request.object.spec.containers[*].resources.limits.memory | [0] }}",
    "{{ request.object.spec.containers[-1].name }}",
    "{{ request.object.spec.containers[0:1].name }}",
    "{{ request.object.spec.containers[].securityContext.[privileged, runAsNonRoot][] }}",
    "{{ 'a' }}",
];
const VALUES: &[&str] = &[
    "\"CREATE\"",
    "\"w\"",
    "\"w*\"",
    "\"pay\"",
    "[\"pay\", \"default\"]",
    "[\"CREATE\", \"UPDATE\"]",
    "true",
    "false",
    "\"true\"",
    "0",
    "1",
    "2",
    "\"1\"",
    "\"1-10\"",
    "[\"ALL\"]",
    "\"ALL\"",
    "[]",
    "\"\"",
    "null",
    "\"1Gi\"",
    "\"128Mi\"",
    "[\"hostPath\"]",
    "[\"name\", \"emptyDir\"]",
    "\"docker.io\"",
    "[\"docker.io\", \"registry.example.com\"]",
    "\"latest\"",
    "[\"*\"]",
    "\"registry.example.com/*\"",
    "[\"registry.*\", \"nginx*\"]",
    "\"a\"",
    "1000",
    "\"30s\"",
    "{\"a\": 1}",
    "\"{{ request.namespace }}\"",
    "\"ada\"",
    "[\"devs\"]",
    "[true]",
    "[0, 80]",
    "\"Pod\"",
    "1.0",
    "\"1h\"",
    "\"team | app\"",
    "[\"app\", \"team\"]",
    "\"1.2.3\"",
    "[1, 2]",
    "[\"1\"]",
];
const OPERATORS: &[&str] = &[
    "Equals",
    "Equals",
    "NotEquals",
    "In",
    "AnyIn",
    "AllIn",
    "NotIn",
    "AnyNotIn",
    "AllNotIn",
    "GreaterThan",
    "GreaterThanOrEquals",
    "LessThan",
    "LessThanOrEquals",
    "Equal",
    "NotEqual",
    "AnyIn",
    "AllNotIn",
    "AnyNotIn",
    "DurationGreaterThan",
    "DurationLessThan",
    "equals",
    "Nope",
];

fn condition(dice: &mut Dice, keys: &[&str]) -> Value {
    let key: Value = if dice.chance(8) { scalar(dice) } else { json!(dice.one(keys)) };
    let operator = if dice.chance(4) { dice.one(OPERATORS) } else { dice.one(&OPERATORS[..18]) };
    json!({"key": key, "operator": operator, "value": serde_json::from_str::<Value>(dice.one(VALUES)).unwrap()})
}

fn conditions(dice: &mut Dice, keys: &[&str]) -> Value {
    let mut some = |most: u64| -> Value { (0..dice.roll(most)).map(|_| condition(dice, keys)).collect::<Vec<_>>().into() };
    let (any, all) = (some(4), some(3));
    match dice.roll(8) {
        0 => json!({"any": any, "all": all}),
        1 | 2 => json!({"all": all}),
        3 => any,
        _ => json!({"any": any}),
    }
}

const ELEMENTS: &[&str] = &[
    "{{ element.name }}",
    "{{ element.image }}",
    "{{ element.securityContext.privileged || `false` }}",
    "{{ element.securityContext.privileged }}",
    "{{ element.securityContext.capabilities.drop[] || `[]` }}",
    "{{ element.securityContext.capabilities.add || `[]` }}",
    "{{ element.resources.limits.memory || '' }}",
    "{{ elementIndex }}",
    "{{ element.ports[].hostPort || `[]` }}",
    "{{ request.operation }}",
    "{{ element }}",
    "{{ element.securityContext.runAsUser || `1` }}",
    "{{ element.nothing }}",
    "{{ to_upper(element.name) }}",
    "{{ split(element.image, ':')[1] || 'latest' }}",
    "{{ element.imagePullPolicy }}",
    "{{ element.hostPath.path || '' }}",
];

fn foreach(dice: &mut Dice) -> Value {
    let each = |dice: &mut Dice| {
        let list = dice.one(&[
            "request.object.spec.containers",
            "request.object.spec.[containers, initContainers, ephemeralContainers][]",
            "request.object.spec.initContainers",
            "request.object.spec.volumes",
            "request.object.spec.containers[].name",
            "request.object.spec.nothing",
            "request.object.metadata.labels",
            "request.object.spec.containers[].securityContext",
            "{{ request.object.spec.containers }}",
        ]);
        let mut each = json!({"list": list});
        match dice.roll(6) {
            0 | 1 => each["pattern"] = if list.ends_with("name") { scalar(dice) } else { of_container(dice) },
            2 => each["anyPattern"] = json!([of_container(dice), of_container(dice)]),
            _ => each["deny"] = json!({"conditions": conditions(dice, ELEMENTS)}),
        }
        if dice.chance(25) {
            each["preconditions"] = conditions(dice, ELEMENTS);
        }
        if dice.chance(8) {
            each["elementScope"] = json!(dice.chance(50));
        }
        if dice.chance(8) {
            each["context"] = json!([{"name": "v", "variable": {"jmesPath": "element.name", "default": "none"}}]);
        }
        each
    };
    let first = each(dice);
    if dice.chance(20) { json!([first, each(dice)]) } else { json!([first]) }
}

const CONTROLS: &[&str] = &[
    "Privileged Containers",
    "Host Namespaces",
    "HostPath Volumes",
    "Host Ports",
    "Capabilities",
    "Seccomp",
    "Privilege Escalation",
    "Running as Non-root",
    "Running as Non-root user",
    "Volume Types",
    "SELinux",
    "/proc Mount Type",
    "AppArmor",
    "Sysctls",
    "HostProcess",
];

fn pod_security(dice: &mut Dice) -> Value {
    let mut security = json!({"level": dice.one(&["baseline", "restricted", "restricted", "privileged"]), "version": dice.one(&["latest", "latest", "v1.29", "v1.24", "v1.19"])});
    if dice.chance(45) {
        let exclude: Vec<_> = (0..=dice.roll(2))
            .map(|_| {
                let mut exclude = json!({"controlName": dice.one(CONTROLS)});
                if dice.chance(50) {
                    exclude["images"] = json!([dice.one(&["*", "nginx*", "registry.example.com/*", "docker.io/*"])]);
                }
                if dice.chance(25) {
                    exclude["restrictedField"] = json!(dice.one(&[
                        "spec.containers[*].securityContext.capabilities.add",
                        "spec.containers[*].securityContext.capabilities.drop",
                        "spec.containers[*].securityContext.privileged",
                        "spec.initContainers[*].securityContext.privileged",
                        "spec.hostNetwork",
                        "spec.volumes[*].hostPath",
                        "spec.securityContext.runAsNonRoot",
                        "spec.containers[*].securityContext.runAsNonRoot",
                        "spec.containers[*].ports[*].hostPort",
                        "spec.containers[*].securityContext.seccompProfile.type",
                    ]));
                    exclude["values"] = json!([dice.one(&["SYS_ADMIN", "NET_ADMIN", "true", "false", "80", "Unconfined", "0", "*"])]);
                }
                exclude
            })
            .collect();
        security["exclude"] = json!(exclude);
    }
    security
}

/// Assertion trees, which Kyverno runs no longer: whatever they say changes nothing.
fn asserted(dice: &mut Dice) -> Value {
    match dice.roll(6) {
        0 => json!({}),
        1 => json!({"object": {"(kind == 'Pod')": dice.chance(50)}}),
        2 => json!({"object": {"spec": {"~.containers": {"(starts_with(image, 'registry'))": true}}}}),
        3 => json!({"object": {"metadata": {"name->n": {"(length($n) > `1`)": dice.chance(50)}}}}),
        4 => scalar(dice),
        _ => pattern(dice),
    }
}

fn validate(dice: &mut Dice) -> Value {
    let mut validate = match dice.roll(21) {
        0..=7 => json!({"pattern": pattern(dice)}),
        8 | 9 => json!({"anyPattern": [pattern(dice), pattern(dice)]}),
        10..=13 => {
            json!({"deny": match dice.roll(12) { 0 => json!({}), 1 => json!({"conditions": {}}), _ => json!({"conditions": conditions(dice, KEYS)}) }})
        }
        14..=16 => json!({"foreach": foreach(dice)}),
        17 | 18 => json!({"podSecurity": pod_security(dice)}),
        19 => json!({"assert": asserted(dice)}),
        _ => {
            let deep = dice.roll(3) as u32;
            let mut text = grammar_cel::bool(dice, deep, None);
            while text.contains("params") {
                text = grammar_cel::bool(dice, deep, None);
            }
            json!({"cel": {"expressions": [{"expression": text, "message": "no"}]}})
        }
    };
    if dice.chance(4) {
        validate["assert"] = asserted(dice);
    }
    if dice.chance(50) {
        validate["message"] = json!(dice.one(&["no", "no {{ request.object.metadata.name }}", "no {{ request.object.nothing }}"]));
    }
    if dice.chance(20) {
        validate["failureAction"] = json!(dice.one(&["Enforce", "Audit", "enforce"]));
    }
    if dice.chance(10) {
        validate["failureActionOverrides"] = overrides(dice);
    }
    validate
}

fn overrides(dice: &mut Dice) -> Value {
    let one = |dice: &mut Dice| {
        let mut one = json!({"action": dice.one(&["Audit", "Enforce"])});
        match dice.roll(4) {
            0 => one["namespaces"] = json!([dice.one(&["pay", "pay*", "kube-system", "*"])]),
            1 => one["namespaces"] = json!(["default", "other"]),
            2 => one["namespaceSelector"] = json!({"matchLabels": {"env": "prod"}}),
            _ => one["namespaces"] = json!([]),
        }
        one
    };
    (0..=dice.roll(2)).map(|_| one(dice)).collect::<Vec<_>>().into()
}

fn resources(dice: &mut Dice, kinds: bool) -> Value {
    let mut resources = json!({});
    if kinds {
        resources["kinds"] = match dice.roll(12) {
            0..=6 => json!(["Pod"]),
            7 => json!([dice.one(&[
                "v1/Pod",
                "*/Pod",
                "P*",
                "*",
                "Pod/*",
                "*/*",
                "Pod/ephemeralcontainers",
                "pod",
                "Pod/exec",
                "v1/Pod/ephemeralcontainers",
                "Pod.status"
            ])]),
            8 => json!(["Deployment", "StatefulSet", "Job"]),
            9 => json!([
                dice.one(&["apps/v1/Deployment", "apps/*/Deployment", "*/v1/Deployment", "apps/v1/*", "CronJob", "batch/v1/Job"]),
                "Pod"
            ]),
            10 => json!(["Pod", "Pod/ephemeralcontainers"]),
            _ => json!(["Pod", "Deployment"]),
        };
    }
    let mut any = kinds;
    if dice.chance(if kinds { 15 } else { 45 }) {
        resources["namespaces"] = json!([dice.one(&["pay", "pay*", "kube-*", "*", "*-test", "default"])]);
        any = true;
    }
    if dice.chance(if kinds { 8 } else { 30 }) {
        let name = dice.one(&["w", "w*", "x", "*"]);
        if dice.chance(50) {
            resources["name"] = json!(name)
        } else {
            resources["names"] = json!([name, "y"])
        }
        any = true;
    }
    if dice.chance(10) {
        resources["operations"] = json!([dice.one(&["CREATE", "UPDATE", "DELETE"]), dice.one(&["CREATE", "UPDATE"])]);
        any = true;
    }
    if dice.chance(12) {
        resources["selector"] = match dice.roll(4) {
            0 => json!({"matchLabels": {"app": "w"}}),
            1 => json!({"matchLabels": {"app": "w*"}}),
            2 => json!({"matchExpressions": [{"key": "team", "operator": "In", "values": ["a", "c"]}]}),
            _ => json!({"matchLabels": {"te*": "?*"}}),
        };
        any = true;
    }
    if dice.chance(12) || !any {
        resources["namespaceSelector"] = match dice.roll(4) {
            0 => json!({"matchLabels": {"env": "prod"}}),
            1 => json!({"matchLabels": {"env": "p*"}}),
            2 => json!({"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}),
            _ => json!({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["pay"]}]}),
        };
    }
    if dice.chance(5) {
        resources["annotations"] = json!({"note": dice.one(&["é", "*", "x"])});
    }
    resources
}

fn filter(dice: &mut Dice, kinds: bool) -> Value {
    let mut filter = json!({"resources": resources(dice, kinds)});
    if dice.chance(10) {
        filter["subjects"] = json!([match dice.roll(3) {
            0 => json!({"kind": "User", "name": dice.one(&["ada", "bob", "a*"])}),
            1 => json!({"kind": "Group", "name": dice.one(&["devs", "ops", "system:*"])}),
            _ => json!({"kind": "ServiceAccount", "name": "robot", "namespace": "pay"}),
        }]);
        if !kinds && dice.chance(50) {
            filter.as_object_mut().unwrap().remove("resources");
        }
    }
    filter
}

fn matched(dice: &mut Dice, kinds: bool) -> Value {
    match dice.roll(10) {
        0 | 1 => filter(dice, kinds),
        2 => json!({"all": (0..=dice.roll(2)).map(|_| filter(dice, kinds)).collect::<Vec<_>>()}),
        3 => json!({"any": [filter(dice, kinds), filter(dice, kinds)]}),
        _ => json!({"any": [filter(dice, kinds)]}),
    }
}

/// A policy with exceptions of it: `policy`, `exceptions`.
pub fn with_exceptions(dice: &mut Dice) -> Value {
    let mut policy = policy(dice);
    if dice.chance(8) {
        policy["kind"] = json!("Policy");
        policy["metadata"]["namespace"] = json!(dice.one(&["pay", "default"]));
    }
    let mut exceptions = Vec::new();
    while dice.chance(20) {
        let rules = dice.one(&["r0", "*", "r*", "autogen-r0", "r1", "autogen-*"]);
        let name = if policy["kind"] == "Policy" {
            format!("{}/p", policy["metadata"]["namespace"].as_str().unwrap())
        } else {
            dice.one(&["p", "p", "p", "q", "*"]).to_owned()
        };
        let mut spec = json!({"exceptions": [{"policyName": name, "ruleNames": [rules]}], "match": matched(dice, true)});
        if dice.chance(25) {
            spec["conditions"] = conditions(dice, KEYS);
            while spec["conditions"].is_array() {
                spec["conditions"] = conditions(dice, KEYS);
            }
        }
        if dice.chance(25) {
            spec["podSecurity"] = json!([{"controlName": dice.one(CONTROLS)}]);
            if dice.chance(60) {
                spec["podSecurity"][0]["images"] = json!(["*"]);
            }
        }
        exceptions.push(json!({
            "apiVersion": dice.one(&["kyverno.io/v2", "kyverno.io/v2beta1"]), "kind": "PolicyException",
            "metadata": {"name": format!("e{}", exceptions.len()), "namespace": "kyverno"}, "spec": spec
        }));
    }
    json!({"policy": policy, "exceptions": exceptions})
}

/// A ClusterPolicy.
pub fn policy(dice: &mut Dice) -> Value {
    let rules: Vec<_> = (0..=dice.roll(6) / 4)
        .map(|n| {
            let mut rule = json!({"name": format!("r{n}"), "match": matched(dice, true), "validate": validate(dice)});
            if dice.chance(25) {
                rule["exclude"] = matched(dice, false);
            }
            if dice.chance(20) {
                rule["preconditions"] = conditions(dice, KEYS);
            }
            if dice.chance(10) {
                rule["context"] = json!([{"name": "v", "variable": match dice.roll(4) {
                    0 => json!({"value": "w"}),
                    1 => json!({"jmesPath": "request.object.metadata.name"}),
                    2 => json!({"jmesPath": "request.object.nothing"}),
                    _ => json!({"value": {"a": ["{{ request.namespace }}"]}, "jmesPath": "a[0]", "default": "x"}),
                }}]);
                if dice.chance(70) {
                    rule["preconditions"] = json!({"all": [{"key": "{{ v }}", "operator": dice.one(&["Equals", "NotEquals"]), "value": dice.one(&["w", "pay", "x"])}]});
                }
            }
            if dice.chance(5) && rule["validate"].get("cel").is_none() {
                rule["celPreconditions"] = json!([{"name": "p", "expression": "object.metadata.name == 'w'"}]);
            }
            rule
        })
        .collect();
    let mut spec = json!({"rules": rules, "validationFailureAction": dice.one(&["Enforce", "Enforce", "Enforce", "Audit", "enforce"])});
    if dice.chance(10) {
        spec["validationFailureActionOverrides"] = overrides(dice);
    }
    if dice.chance(25) {
        spec["failurePolicy"] = json!(dice.one(&["Ignore", "Fail"]));
    }
    if dice.chance(10) {
        spec["background"] = json!(false);
    }
    if dice.chance(4) {
        spec["admission"] = json!(dice.chance(50));
    }
    if dice.chance(8) {
        spec["applyRules"] = json!(dice.one(&["One", "All"]));
    }
    if dice.chance(8) {
        spec["webhookConfiguration"] = match dice.roll(3) {
            0 => json!({"failurePolicy": dice.one(&["Ignore", "Fail"])}),
            1 => {
                json!({"matchConditions": [{"name": "m", "expression": dice.one(&["request.namespace == 'pay'", "(object == null ? oldObject : object).metadata.name != 'w'", "!('devs' in request.userInfo.groups)"])}]})
            }
            _ => json!({"timeoutSeconds": 5}),
        };
    }
    let mut metadata = json!({"name": "p"});
    if dice.chance(15) {
        metadata["annotations"] =
            json!({"pod-policies.kyverno.io/autogen-controllers": dice.one(&["none", "Deployment", "DaemonSet,Job", "CronJob", "all"])});
    }
    json!({"apiVersion": dice.one(&["kyverno.io/v1", "kyverno.io/v1", "kyverno.io/v2beta1"]), "kind": "ClusterPolicy", "metadata": metadata, "spec": spec})
}

/// A ValidatingPolicy.
pub fn validating(dice: &mut Dice) -> Value {
    let expression = |dice: &mut Dice| {
        let deep = dice.roll(3) as u32;
        loop {
            let text = grammar_cel::bool(dice, deep, None);
            if !text.contains("params") {
                return text;
            }
        }
    };
    let validations: Vec<_> = (0..=dice.roll(2)).map(|_| json!({"expression": expression(dice), "message": "no"})).collect();
    let mut spec = json!({
        "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": [dice.one(&["pods", "pods", "pods/*", "*"])]}]},
        "validations": validations,
    });
    if dice.chance(60) {
        spec["validationActions"] = json!([dice.one(&["Deny", "Deny", "Audit", "Warn"])]);
    }
    if dice.chance(30) {
        spec["failurePolicy"] = json!(dice.one(&["Fail", "Ignore"]));
    }
    if dice.chance(20) {
        spec["matchConditions"] = json!([{"name": "m", "expression": expression(dice)}]);
    }
    if dice.chance(20) {
        spec["variables"] = json!([{"name": "x", "expression": "object.spec.containers.map(c, c.name)"}]);
        spec["validations"][0]["expression"] =
            json!(dice.one(&["'main' in variables.x", "size(variables.x) == 1", "variables.x.all(n, n != 'side')"]));
    }
    if dice.chance(20) {
        spec["matchConstraints"]["namespaceSelector"] = json!({"matchLabels": {"env": "prod"}});
    }
    if dice.chance(10) {
        spec["matchConstraints"]["objectSelector"] = json!({"matchLabels": {"app": "w"}});
    }
    if dice.chance(20) {
        let makers = if dice.chance(50) { ["deployments", "jobs"] } else { ["cronjobs", "daemonsets"] };
        spec["autogen"] = json!({"podControllers": {"controllers": makers}});
    }
    json!({"apiVersion": dice.one(&["policies.kyverno.io/v1", "policies.kyverno.io/v1beta1", "policies.kyverno.io/v1alpha1"]), "kind": "ValidatingPolicy", "metadata": {"name": "p"}, "spec": spec})
}
