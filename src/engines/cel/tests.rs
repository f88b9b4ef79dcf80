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

#[test]
fn cut_expressions_are_refused_or_run_and_nothing_more() {
    let declared = declared();
    for line in include_str!("tests/cases.tsv").lines().step_by(25) {
        let text = line.split('\t').next().unwrap();
        for (at, _) in text.char_indices() {
            if let Ok(expression) = Expression::compile(&text[..at], &declared) {
                let _ = expression.evaluate(&scope());
            }
            let _ = Expression::compile(&text[at..], &declared);
        }
    }
}

#[test]
fn what_is_too_deep_or_too_much_is_not_told() {
    let nested = |open: &str, close: &str, times: usize| format!("{}true{}", open.repeat(times), close.repeat(times));
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!(", ")"),
        ("-(", ")"),
        ("true ? ", " : false"),
        ("false ? true : ", ""),
        ("[1].all(x, ", ")"),
        ("{1: ", "}"),
    ] {
        let (kind, _) = outcome(&nested(open, close, 100_000));
        assert!(kind == "lacking" || kind == "refused", "{open} {kind}");
        // As deep as is read here, and no overflow.
        outcome(&nested(open, close, 45));
    }
    assert_eq!(outcome(&nested("(", ")", 40)).1, "true");
    for chain in [
        "object".to_owned() + &".a".repeat(100_000),
        "1".to_owned() + &" + 1".repeat(100_000),
        "true".to_owned() + &" == true".repeat(100_000),
    ] {
        assert_eq!(outcome(&chain).0, "lacking");
    }
    assert_eq!(outcome(&("true".to_owned() + &" && true".repeat(10_000))).1, "true");
    assert_eq!(outcome(&("!".repeat(100_001) + "true")).1, "false");
    let loops = "lists.range(100).all(a, lists.range(100).all(b, lists.range(100).all(c, a + b + c >= 0)))";
    assert_eq!(outcome(loops).0, "lacking");
    assert_eq!(outcome("lists.range(1000000000000).size() > 0").0, "lacking");
    assert_eq!(outcome("[1].flatten(9223372036854775807).size() > 0").0, "lacking");
    // What decides alone decides all the same.
    assert_eq!(outcome(&format!("true || {loops}")).1, "true");
}

#[test]
fn what_is_not_known_is_told_as_such_wherever_it_is_looked_for() {
    let scope = BTreeMap::from([(
        "object",
        Value::map([("x", Value::unknown("no")), ("l", Value::list(vec![Value::unknown("no"), Value::Int(1)]))]),
    )]);
    let declared = Declared::new().variable("object", Type::Dyn).variable("gone", Type::Dyn);
    for (text, known) in [
        ("object.x == 1", false),
        ("has(object.x)", false),
        ("object.?x.hasValue()", false),
        ("object.x.y.z == 1", false),
        ("object['x'] == 1", false),
        ("object.l == [2, 3]", true),
        ("object.l == [2, 1]", false),
        ("1 in object.l", true),
        ("2 in object.l", false),
        ("object.l.exists(x, x == 1)", true),
        ("object.l.exists(x, x == 2)", false),
        ("object.l[1] == 1", true),
        ("object.l.size() == 2", true),
        ("gone == 1", false),
        ("gone == 1 || true", true),
        ("object == {'x': 1, 'l': 1}", true),
        ("'%s'.format([object]) == ''", false),
    ] {
        let result = Expression::compile(text, &declared).unwrap().evaluate(&scope);
        assert_eq!(!matches!(result, Err(Failure::Lacking(_))), known, "{text} {result:?}");
    }
}

#[test]
fn functions_beside_those_of_kubernetes_can_be_given() {
    struct Own;
    impl Scope for Own {
        fn get(&self, name: &str) -> Option<Value> {
            (name == "images.first").then(|| Value::text("nginx"))
        }
        fn member(&self, variable: &str, field: &str) -> Option<Result<Value, Failure>> {
            (variable == "variables").then(|| if field == "a" { Ok(Value::Int(1)) } else { Err(Failure::Errs("b".to_owned())) })
        }
        fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
            match (name, args) {
                ("repeated" | ".twice", [Value::String(text)]) => Some(Ok(Value::text(&format!("{text}{text}")))),
                _ => None,
            }
        }
    }
    let declared = Declared::new()
        .variable("images.first", Type::String)
        .variable("variables", Type::object("v", [("a", Type::Int), ("b", Type::Dyn)]))
        .function("repeated", "string>string")
        .function(".twice", "string>string")
        .function("elsewhere.get", "string>dyn");
    let run = |text: &str| match Expression::compile(text, &declared) {
        Ok(expression) => expression.evaluate(&Own).map_or_else(|failure| format!("{failure:?}"), |value| show(&value)),
        Err(fault) => format!("{fault:?}"),
    };
    assert_eq!((run("images.first.twice()"), run("repeated('a') + 'b'")), ("\"nginxnginx\"".to_owned(), "\"aab\"".to_owned()));
    assert_eq!((run("variables.a + 1"), run("has(variables.a)"), run("variables.?a.orValue(2)")), ("2".into(), "true".into(), "1".into()));
    assert!(
        run("variables.b").starts_with("Errs") && run("has(variables.b)").starts_with("Errs") && run("variables.c").starts_with("Refused")
    );
    assert!(run("elsewhere.get('x') == 1").starts_with("Lacking") && run("elsewhere.get('x') == 1 || true") == "true");
    assert!(run("repeated(1)").starts_with("Refused") && run("'a'.repeated()").starts_with("Refused"));
}

#[test]
fn expressions_tell_what_they_read() {
    let reads = |text: &str, path: &str| Expression::compile(text, &declared()).unwrap().reads(path);
    let name = "object.metadata.namespace";
    for text in [
        "object.metadata.namespace == 'a'",
        "has(object.metadata.namespace)",
        "object.?metadata.?namespace.hasValue()",
        "object.metadata['namespace'] == 'a'",
        "object.metadata[?'namespace'].hasValue()",
        "object.metadata == 1",
        "[object].size() == 1",
        "object[object.kind] == 1",
        "object.metadata.all(k, true)",
        "object == oldObject",
    ] {
        assert!(reads(text, name), "{text}");
    }
    for text in [
        "object.metadata.name == 'a'",
        "object == null",
        "null != object",
        "[{'metadata': 1}].all(object, object.metadata == 1)",
        "request.name == ''",
    ] {
        assert!(!reads(text, name), "{text}");
    }
    assert!(reads("[1].all(x, object.metadata.namespace == 'a')", name));
}
