//! Templates and constraints as a whole.

use super::{Gatekeeper, Settings};
use crate::request::{GroupKind, GroupResource, Namespace, Operation, Provenance, Request, User};
use crate::ruling::{Answer, Judge};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const PRIVILEGED: &str = r#"package k8sprivileged

import data.lib.exempt.is_exempt

violation[{"msg": msg, "details": {}}] {
    c := containers[_]
    not is_exempt(c)
    c.securityContext.privileged
    msg := sprintf("privileged container %v", [c.name])
}

containers[c] { c := input.review.object.spec.containers[_] }
containers[c] { c := input.review.object.spec.initContainers[_] }
containers[c] { c := input.review.object.spec.ephemeralContainers[_] }
"#;

const EXEMPT: &str = r#"package lib.exempt

is_exempt(container) {
    images := object.get(object.get(input, "parameters", {}), "exemptImages", [])
    image := container.image
    prefix := images[_]
    startswith(image, prefix)
}
"#;

fn template(rego: &str, libs: &[&str]) -> Value {
    json!({"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": {"name": "k8sx"},
        "spec": {"crd": {"spec": {"names": {"kind": "K8sX"}, "validation": {"openAPIV3Schema": {"type": "object"}}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego, "libs": libs}]},
        "status": {"created": true, "byPod": [{"id": "a", "observedGeneration": 1, "operations": ["webhook"]}]}})
}

fn constraint(spec: Value) -> Value {
    json!({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sX", "metadata": {"name": "c"}, "spec": spec})
}

fn pod(privileged: bool) -> Request {
    let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "pay", "labels": {"app": "x"}},
        "spec": {"containers": [{"name": "a", "image": "nginx", "securityContext": {"privileged": privileged}}]}});
    Request {
        operation: Operation::Create,
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() },
        resource: GroupResource { group: String::new(), version: "v1".to_owned(), resource: "pods".to_owned() },
        subresource: String::new(),
        name: "p".to_owned(),
        namespace: Some(Namespace::new("pay", &BTreeMap::from([("team".to_owned(), "red".to_owned())]))),
        object: object.into(),
        old_object: Value::Null.into(),
        user: User { name: "somebody".to_owned(), groups: vec!["system:authenticated".to_owned()] },
        images: Provenance::default(),
        dry_run: false,
    }
}

/// One letter for an answer: refuses, admits, not asked, not evaluated.
fn letter(answer: &Answer) -> char {
    match answer {
        Answer::Refuses(_) => 'R',
        Answer::Admits(_) => 'A',
        Answer::NotAsked => '-',
        Answer::NotEvaluated(_) => '?',
    }
}

fn ask(template: &Value, constraints: &[Value], settings: &Settings, request: &Request) -> String {
    Gatekeeper::read(template, constraints, settings).rule(request).iter().map(|ruling| letter(&ruling.answer)).collect()
}

fn one(spec: Value, request: &Request) -> String {
    ask(&template(PRIVILEGED, &[EXEMPT]), &[constraint(spec)], &Settings::default(), request)
}

#[test]
fn a_template_of_the_usual_sort_refuses_what_it_should() {
    assert_eq!(one(json!({}), &pod(true)), "R");
    assert_eq!(one(json!({}), &pod(false)), "A");
    assert_eq!(one(json!({"parameters": {"exemptImages": ["nginx"]}}), &pod(true)), "A");
    assert_eq!(one(json!({"parameters": {"exemptImages": ["other"]}}), &pod(true)), "R");
    assert_eq!(one(json!({"parameters": null}), &pod(true)), "R");
    let mut update = pod(false);
    update.operation = Operation::Update;
    update.subresource = "ephemeralcontainers".to_owned();
    update.old_object = update.object.clone();
    Arc::make_mut(&mut update.object)["spec"]["ephemeralContainers"] =
        json!([{"name": "e", "image": "x", "securityContext": {"privileged": true}}]);
    assert_eq!(one(json!({}), &update), "R");
    let judge = Gatekeeper::read(&template(PRIVILEGED, &[EXEMPT]), &[constraint(json!({}))], &Settings::default());
    let rulings = judge.rule(&pod(true));
    assert_eq!((rulings[0].by.as_str(), &rulings[0].answer), ("K8sX c", &Answer::Refuses("privileged container a".to_owned())));
    assert!(!judge.asks_who());
}

#[test]
fn a_match_chooses_as_gatekeeper_chooses() {
    let rows = [
        (json!({}), 'R'),
        (json!({"kinds": []}), 'R'),
        (json!({"kinds": null, "namespaces": null, "labelSelector": null}), 'R'),
        (json!({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}), 'R'),
        (json!({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}), 'R'),
        (json!({"kinds": [{"kinds": ["Pod"]}]}), 'R'),
        (json!({"kinds": [{"apiGroups": [""]}]}), 'R'),
        (json!({"kinds": [{}]}), 'R'),
        (json!({"kinds": [{"apiGroups": ["apps"], "kinds": ["Pod"]}]}), '-'),
        (json!({"kinds": [{"apiGroups": [""], "kinds": ["pod"]}]}), '-'),
        (json!({"kinds": [{"apiGroups": ["apps"]}, {"kinds": ["Pod"]}]}), 'R'),
        (json!({"scope": "Namespaced"}), 'R'),
        (json!({"scope": "Cluster"}), '-'),
        (json!({"scope": "*"}), 'R'),
        (json!({"namespaces": ["pay"]}), 'R'),
        (json!({"namespaces": ["pa*"]}), 'R'),
        (json!({"namespaces": ["*ay"]}), 'R'),
        (json!({"namespaces": ["*a*"]}), 'R'),
        (json!({"namespaces": ["*"]}), 'R'),
        (json!({"namespaces": ["other", "p*y"]}), '-'),
        (json!({"excludedNamespaces": ["pa*"]}), '-'),
        (json!({"excludedNamespaces": ["kube-*"]}), 'R'),
        (json!({"namespaces": ["*"], "excludedNamespaces": ["pay"]}), '-'),
        (json!({"labelSelector": {"matchLabels": {"app": "x"}}}), 'R'),
        (json!({"labelSelector": {"matchLabels": {"app": "y"}}}), '-'),
        (json!({"labelSelector": {}}), 'R'),
        (json!({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["x"]}]}}), '-'),
        (json!({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "Near", "values": ["x"]}]}}), '?'),
        (json!({"namespaceSelector": {"matchLabels": {"team": "red"}}}), 'R'),
        (json!({"namespaceSelector": {"matchLabels": {"team": "blue"}}}), '-'),
        (json!({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}}), '-'),
        (json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "pay"}}}), 'R'),
        (json!({"name": "p"}), 'R'),
        (json!({"name": "q*"}), '-'),
        (json!({"name": ""}), 'R'),
        (json!({"source": "All"}), 'R'),
        (json!({"source": "Original"}), 'R'),
        (json!({"source": "Generated"}), '-'),
        (json!({"source": "Other"}), 'R'),
        (json!({"labels": {}}), '?'),
    ];
    for (matches, expected) in rows {
        assert_eq!(one(json!({"match": matches}), &pod(true)), expected.to_string(), "{matches}");
    }
}

#[test]
fn an_object_fits_as_it_is_or_as_it_was() {
    let mut update = pod(true);
    update.operation = Operation::Update;
    update.old_object = update.object.clone();
    Arc::make_mut(&mut update.old_object)["metadata"]["labels"] = json!({"app": "old"});
    assert_eq!(one(json!({"match": {"labelSelector": {"matchLabels": {"app": "old"}}}}), &update), "R");
    assert_eq!(one(json!({"match": {"labelSelector": {"matchLabels": {"app": "none"}}}}), &update), "-");
    let mut delete = pod(true);
    delete.operation = Operation::Delete;
    delete.old_object = std::mem::take(&mut delete.object);
    // What goes is handed on as the object, too.
    assert_eq!(one(json!({}), &delete), "R");
}

#[test]
fn what_follows_from_a_violation_is_the_action() {
    let scoped = |actions: Value| json!({"enforcementAction": "scoped", "scopedEnforcementActions": actions});
    let point = |action: &str, name: &str| json!({"action": action, "enforcementPoints": [{"name": name}]});
    let rows = [
        (json!({"enforcementAction": "deny"}), 'R'),
        (json!({"enforcementAction": null}), 'R'),
        (json!({"enforcementAction": "warn"}), 'A'),
        (json!({"enforcementAction": "dryrun"}), 'A'),
        (json!({"enforcementAction": "Deny"}), 'A'),
        (json!({"enforcementAction": ""}), 'A'),
        (json!({"enforcementAction": "enforce"}), 'A'),
        (json!({"enforcementAction": 1}), '?'),
        (scoped(json!([point("deny", "validation.gatekeeper.sh")])), 'R'),
        (scoped(json!([point("deny", "*")])), 'R'),
        (scoped(json!([point("deny", "audit.gatekeeper.sh")])), '-'),
        (scoped(json!([point("deny", "vap.k8s.io")])), '-'),
        (scoped(json!([point("warn", "*"), point("deny", "audit.gatekeeper.sh")])), 'A'),
        (scoped(json!([point("warn", "*"), point("deny", "validation.gatekeeper.sh")])), 'R'),
        (scoped(json!([point("Deny", "*")])), 'A'),
        (scoped(json!([])), '-'),
        (scoped(Value::Null), 'A'),
        (json!({"scopedEnforcementActions": [{"action": "warn", "enforcementPoints": [{"name": "*"}]}]}), 'R'),
    ];
    for (spec, expected) in rows {
        assert_eq!(one(spec.clone(), &pod(true)), expected.to_string(), "{spec}");
        if expected != '?' && expected != '-' {
            assert_eq!(one(spec.clone(), &pod(false)), "A", "{spec}");
        }
    }
}

#[test]
fn a_template_is_run_only_where_its_status_says_that_it_compiled() {
    let whole = template(PRIVILEGED, &[EXEMPT]);
    let with = |path: &str, value: Value| {
        let mut template = whole.clone();
        if let Some(at) = template.pointer_mut(path) {
            *at = value;
        }
        ask(&template, &[constraint(json!({}))], &Settings::default(), &pod(true))
    };
    assert_eq!(with("/status", json!({"created": true})), "R");
    assert_eq!(with("/apiVersion", json!("templates.gatekeeper.sh/v1beta1")), "R");
    assert_eq!(with("/metadata", json!({"name": "k8sx", "generation": 1})), "R");
    for (path, value) in [
        ("/status", Value::Null),
        ("/status", json!({})),
        ("/status/created", json!(false)),
        ("/status/byPod", json!([{"errors": [{"code": "rego_compile_error", "message": "x"}]}])),
        ("/metadata", json!({"name": "k8sx", "generation": 2})),
        ("/metadata/name", json!("other")),
        ("/apiVersion", json!("templates.gatekeeper.sh/v1alpha1")),
        ("/spec/targets", json!([])),
        ("/spec/targets/0/target", json!("other")),
        ("/spec/targets/0/rego", json!("")),
        ("/spec/targets/0", json!({"target": "admission.k8s.gatekeeper.sh", "rego": "x", "more": 1})),
        ("/spec", json!({"targets": []})),
    ] {
        assert_eq!(with(path, value.clone()), "?", "{path} {value}");
    }
}

#[test]
fn programs_of_engines_are_chosen_as_gatekeeper_chooses() {
    let with = |target: Value| {
        let mut template = template("", &[]);
        template["spec"]["targets"][0] = target;
        template["spec"]["targets"][0]["target"] = json!("admission.k8s.gatekeeper.sh");
        ask(&template, &[constraint(json!({}))], &Settings::default(), &pod(true))
    };
    let rego = "package x\nviolation[{\"msg\": \"m\"}] { true }";
    let later = "package x\nviolation contains {\"msg\": \"m\"} if true";
    assert_eq!(with(json!({"code": [{"engine": "Rego", "source": {"rego": rego}}]})), "R");
    assert_eq!(with(json!({"code": [{"engine": "Rego", "source": {"rego": later, "version": "v1"}}]})), "R");
    assert_eq!(with(json!({"code": [{"engine": "Rego", "source": {"rego": rego, "version": "v0"}}]})), "R");
    assert_eq!(with(json!({"code": [{"engine": "Rego", "source": {"rego": rego, "version": "v1"}}]})), "?");
    assert_eq!(with(json!({"code": [{"engine": "Rego", "source": {"rego": rego, "more": 1}}]})), "?");
    assert_eq!(with(json!({"code": [{"engine": "Wasm", "source": {"rego": rego}}]})), "?");
    assert_eq!(with(json!({"rego": rego, "operations": ["CREATE"]})), "R");
    assert_eq!(with(json!({"rego": rego, "operations": ["*"]})), "R");
    assert_eq!(with(json!({"rego": rego, "operations": ["UPDATE"]})), "-");
    // Where the target has a program itself, it stands in for that of the engine.
    assert_eq!(
        with(json!({"rego": rego, "code": [{"engine": "Rego", "source": {"rego": "package x\nviolation[{\"msg\": \"m\"}] { false }"}}]})),
        "R"
    );
}

#[test]
fn an_error_in_one_constraint_is_one_of_all_of_its_kind() {
    let rego = "package x\nviolation[{\"msg\": m}] { m := input.parameters.m }\nviolation[{\"msg\": \"b\"}] { a == 1; input.parameters.e }\n\
        a = 1 { true }\na = input.parameters.e { true }";
    let named = |name: &str, spec: Value| {
        let mut constraint = constraint(spec);
        constraint["metadata"]["name"] = json!(name);
        constraint
    };
    let ask = |constraints: &[Value], settings: &Settings| ask(&template(rego, &[]), constraints, settings, &pod(true));
    let settings = Settings::default();
    let quiet = named("quiet", json!({"parameters": {}}));
    let errs = named("errs", json!({"parameters": {"e": 2}, "enforcementAction": "dryrun"}));
    let wordless = named("wordless", json!({"parameters": {"m": 1}, "enforcementAction": "dryrun"}));
    assert_eq!(ask(std::slice::from_ref(&quiet), &settings), "A");
    assert_eq!(ask(&[quiet.clone(), errs], &settings), "RA");
    assert_eq!(ask(&[quiet.clone(), wordless.clone()], &settings), "RR");
    assert_eq!(ask(&[quiet, wordless], &Settings::default().failing_open()), "AA");
}

#[test]
fn the_installation_may_let_requests_by() {
    let config = |matches: Value| json!({"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"}, "spec": {"match": matches}});
    let with = |matches: Value| {
        let settings = Settings::default().with_config(&config(matches));
        ask(&template(PRIVILEGED, &[EXEMPT]), &[constraint(json!({}))], &settings, &pod(true))
    };
    let rows = [
        (json!([]), "R"),
        (json!([{"processes": ["*"], "excludedNamespaces": ["pay"]}]), "-"),
        (json!([{"processes": ["webhook"], "excludedNamespaces": ["p*"]}]), "-"),
        (json!([{"processes": ["audit", "sync"], "excludedNamespaces": ["pay"]}]), "R"),
        (json!([{"processes": ["webhook"], "excludedNamespaces": ["kube-*"]}]), "R"),
        (json!([{"processes": ["mutation-webhook"], "excludedNamespaces": ["*"]}]), "R"),
        (json!([{"processes": ["webhook"], "more": 1}]), "?"),
    ];
    for (matches, expected) in rows {
        assert_eq!(with(matches.clone()), expected, "{matches}");
    }
    let mut own = pod(true);
    own.user.name = "system:serviceaccount:gatekeeper-system:gatekeeper-admin".to_owned();
    assert_eq!(one(json!({}), &own), "-");
    let expansion = json!({"spec": {"applyTo": [{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}]}});
    let settings = Settings::default().with_expansion(&expansion);
    let ask = |spec: Value, privileged| ask(&template(PRIVILEGED, &[EXEMPT]), &[constraint(spec)], &settings, &pod(privileged));
    assert_eq!((ask(json!({}), true), ask(json!({}), false)), ("R".to_owned(), "?".to_owned()));
    assert_eq!(ask(json!({"match": {"source": "Original"}}), false), "A");
    assert_eq!(ask(json!({"enforcementAction": "warn"}), false), "A");
}

#[test]
fn the_review_is_what_gatekeeper_hands_on() {
    let rows = [
        ("input.review.kind.kind == \"Pod\"", true),
        ("input.review.kind.group == \"\"", true),
        ("input.review.operation == \"CREATE\"", true),
        ("input.review.name == \"p\"", true),
        ("input.review.namespace == \"pay\"", true),
        ("input.review.oldObject == null", true),
        ("input.review.userInfo.username == \"somebody\"", true),
        ("input.review.userInfo.groups[_] == \"system:authenticated\"", true),
        ("input.review.dryRun == false", true),
        ("input.review.resource.resource == \"pods\"", true),
        ("input.review.subResource", false),
        ("input.review.object.metadata.name == \"p\"", true),
        ("input.review.object.status == {}", true),
        ("input.review.object.spec.containers[0].resources == {}", true),
        ("input.review.namespaceObject.metadata.labels.team == \"red\"", true),
        ("input.review.namespaceObject.metadata.name == \"pay\"", true),
        ("input.review.namespaceObject.kind", false),
        ("input.parameters == {}", true),
        ("input.constraint", false),
    ];
    for (body, expected) in rows {
        let rego = format!("package x\nviolation[{{\"msg\": \"m\"}}] {{ {body} }}");
        let said = ask(&template(&rego, &[]), &[constraint(json!({}))], &Settings::default(), &pod(true));
        assert_eq!(said, if expected { "R" } else { "A" }, "{body}");
    }
}

#[test]
fn a_namespace_is_in_none() {
    let mut request = pod(false);
    request.kind.kind = "Namespace".to_owned();
    request.resource.resource = "namespaces".to_owned();
    request.object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "pay", "labels": {"team": "red"}}}).into();
    let ask = |body: &str, spec: Value| {
        let rego = format!("package x\nviolation[{{\"msg\": \"m\"}}] {{ {body} }}");
        ask(&template(&rego, &[]), &[constraint(spec)], &Settings::default(), &request)
    };
    let rows = [
        ("input.review.namespaceObject.metadata.name", "A"),
        ("not input.review.namespaceObject.metadata.name", "R"),
        ("input.review.namespace", "A"),
        ("input.review.object.metadata.name == \"pay\"", "R"),
        // A program that reads the whole of a namespace's object is not evaluated.
        ("input.review.namespaceObject == {}", "?"),
    ];
    for (body, expected) in rows {
        assert_eq!(ask(body, json!({})), expected, "{body}");
    }
    let rows = [
        (json!({"scope": "Cluster"}), "R"),
        (json!({"scope": "Namespaced"}), "-"),
        (json!({"namespaces": ["pay"]}), "R"),
        (json!({"excludedNamespaces": ["pay"]}), "-"),
        (json!({"namespaceSelector": {"matchLabels": {"team": "red"}}}), "R"),
        (json!({"namespaceSelector": {"matchLabels": {"team": "blue"}}}), "-"),
    ];
    for (matches, expected) in rows {
        assert_eq!(ask("true", json!({"match": matches})), expected, "{matches}");
    }
}

#[test]
fn namespaces_are_told_apart_by_what_is_asked_of_them() {
    let key = |rego: &str, spec: Value, name: &str, team: &str| {
        let judge = Gatekeeper::read(&template(rego, &[]), &[constraint(spec)], &Settings::default());
        let mut key = Vec::new();
        judge.tells_apart(&Namespace::new(name, &BTreeMap::from([("team".to_owned(), team.to_owned())])), &mut key);
        key
    };
    let plain = "package x\nviolation[{\"msg\": \"m\"}] { input.review.object.spec.hostPID }";
    let reading = "package x\nviolation[{\"msg\": \"m\"}] { input.review.namespace == \"a\" }";
    assert_eq!(key(plain, json!({}), "a", "red"), key(plain, json!({}), "b", "blue"));
    assert_ne!(key(reading, json!({}), "a", "red"), key(reading, json!({}), "b", "red"));
    assert_ne!(key(reading, json!({}), "a", "red"), key(reading, json!({}), "a", "blue"));
    let names = json!({"match": {"excludedNamespaces": ["a"]}});
    assert_ne!(key(plain, names.clone(), "a", "red"), key(plain, names.clone(), "b", "red"));
    assert_eq!(key(plain, names.clone(), "b", "red"), key(plain, names, "c", "blue"));
    let selector = json!({"match": {"namespaceSelector": {"matchLabels": {"team": "red"}}}});
    assert_ne!(key(plain, selector.clone(), "a", "red"), key(plain, selector.clone(), "a", "blue"));
    assert_eq!(key(plain, selector.clone(), "a", "red"), key(plain, selector, "b", "red"));
}

#[test]
fn what_cel_reads_of_a_request_is_told() {
    let rows = [
        ("object.spec.hostPID", false, false),
        ("request.namespace == 'a'", true, false),
        ("variables.anyObject.metadata.namespace == 'a'", true, false),
        ("namespaceObject.metadata.labels.x == 'a'", true, false),
        ("request.userInfo.username == 'a'", false, true),
    ];
    for (expression, namespace, user) in rows {
        let mut template = template("", &[]);
        let code = json!([{"engine": "K8sNativeValidation", "source": valid(expression)}]);
        template["spec"]["targets"][0] = json!({"target": "admission.k8s.gatekeeper.sh", "code": code});
        let judge = Gatekeeper::read(&template, &[constraint(json!({}))], &Settings::default());
        let key = |name: &str| {
            let mut key = Vec::new();
            judge.tells_apart(&Namespace::new(name, &BTreeMap::new()), &mut key);
            key
        };
        let compiles = expression.contains("==");
        assert_eq!((key("a") != key("b"), judge.asks_who()), (namespace && compiles, user && compiles), "{expression}");
    }
}

#[test]
fn ways_around_are_told() {
    let spec = json!({"match": {"labelSelector": {"matchLabels": {"app": "x"}}, "name": "p*"}});
    let judge = Gatekeeper::read(&template(PRIVILEGED, &[EXEMPT]), &[constraint(spec)], &Settings::default());
    assert_eq!(judge.ways_around().len(), 2);
    assert!(Gatekeeper::read(&template(PRIVILEGED, &[EXEMPT]), &[constraint(json!({}))], &Settings::default()).ways_around().is_empty());
}

/// What a template of CEL with this program answers to a pod.
fn native(source: Value, spec: Value, request: &Request) -> String {
    let mut template = template("", &[]);
    template["spec"]["targets"][0] =
        json!({"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "K8sNativeValidation", "source": source}]});
    ask(&template, &[constraint(spec)], &Settings::default(), request)
}

fn valid(expression: &str) -> Value {
    json!({"validations": [{"expression": expression, "message": "m"}]})
}

#[test]
fn programs_of_cel_are_run_as_gatekeeper_runs_them() {
    let rows = [
        ("true", "A"),
        ("false", "R"),
        ("object.metadata.name == 'p'", "A"),
        ("variables.anyObject.metadata.name == 'p'", "A"),
        ("variables.params.x == 1", "A"),
        ("has(variables.params.y)", "R"),
        ("variables.params.y == 1", "R"),
        ("request.operation == 'CREATE'", "A"),
        ("request.namespace == 'pay'", "A"),
        ("request.kind.kind == 'Pod'", "A"),
        ("request.userInfo.username == 'somebody'", "A"),
        ("oldObject == null", "A"),
        ("namespaceObject.metadata.labels.team == 'red'", "A"),
        ("namespaceObject.metadata.name == 'pay'", "A"),
        ("object.spec.containers.all(c, !has(c.securityContext) || !c.securityContext.privileged)", "R"),
        // Neither compiles: they err on each request.
        ("params.spec.parameters.x == 1", "R"),
        ("object.spec.hostPID", "R"),
        ("nobody", "R"),
        ("1 +", "R"),
        // Not known here.
        ("namespaceObject.metadata.annotations.x == 'a'", "?"),
        ("namespaceObject.status.phase == 'Active'", "?"),
        ("request.userInfo.uid == ''", "?"),
        ("request.options.dryRun == 'All'", "?"),
    ];
    let spec = json!({"parameters": {"x": 1}});
    for (expression, expected) in rows {
        assert_eq!(native(valid(expression), spec.clone(), &pod(true)), expected, "{expression}");
    }
    assert_eq!(native(valid("variables.params == null"), json!({}), &pod(true)), "A");
    let mut open = valid("object.spec.nothing == 1");
    assert_eq!(native(open.clone(), json!({}), &pod(true)), "R");
    open["failurePolicy"] = json!("Ignore");
    assert_eq!(native(open.clone(), json!({}), &pod(true)), "A");
    open["failurePolicy"] = json!("fail");
    assert_eq!(native(open, json!({}), &pod(true)), "?");
    assert_eq!(native(json!({}), json!({}), &pod(true)), "A");
    assert_eq!(native(json!({"more": []}), json!({}), &pod(true)), "?");
    assert_eq!(native(json!({"matchConditions": []}), json!({}), &pod(true)), "?");
    assert_eq!(native(valid("false"), json!({"enforcementAction": "warn"}), &pod(true)), "A");
}

#[test]
fn conditions_and_variables_of_cel_come_first() {
    let with = |conditions: &[&str], variables: Value, expression: &str| {
        let conditions: Vec<Value> = conditions.iter().map(|expression| json!({"name": "c", "expression": expression})).collect();
        let mut source = valid(expression);
        source["matchCondition"] = json!(conditions);
        source["variables"] = variables;
        native(source, json!({"parameters": {"x": 1}}), &pod(true))
    };
    assert_eq!(with(&["true"], Value::Null, "false"), "R");
    assert_eq!(with(&["false"], Value::Null, "false"), "A");
    assert_eq!(with(&["object.spec.nothing == 1", "false"], Value::Null, "false"), "A");
    assert_eq!(with(&["object.spec.nothing == 1"], Value::Null, "true"), "R");
    assert_eq!(with(&["namespaceObject == null"], Value::Null, "false"), "R");
    let names = json!([{"name": "n", "expression": "object.spec.containers.map(c, c.name)"}, {"name": "m", "expression": "variables.n.size()"},
        {"name": "e", "expression": "object.spec.nothing"}, {"name": "w", "expression": "params.spec.parameters.x"}]);
    assert_eq!(with(&[], names.clone(), "variables.n == ['a'] && variables.m == 1"), "A");
    assert_eq!(with(&[], names.clone(), "variables.e == 1"), "R");
    assert_eq!(with(&["variables.m == 2"], names.clone(), "false"), "A");
    assert_eq!(with(&[], names, "variables.w == 1"), "?");
    assert_eq!(with(&[], json!([{"name": "params", "expression": "1"}]), "true"), "?");
    assert_eq!(with(&[], json!([{"name": "gatekeeper_internal_x", "expression": "1"}]), "true"), "?");
}

#[test]
fn what_goes_is_no_object_to_cel() {
    let mut delete = pod(true);
    delete.operation = Operation::Delete;
    delete.old_object = std::mem::take(&mut delete.object);
    assert_eq!(
        native(valid("object == null && oldObject.metadata.name == 'p' && variables.anyObject.metadata.name == 'p'"), json!({}), &delete),
        "A"
    );
}

#[test]
fn what_was_said_in_one_namespace_is_not_said_of_what_differs() {
    let plain = "package x\nviolation[{\"msg\": \"m\"}] { input.review.object.spec.hostPID }";
    let reading = "package x\nviolation[{\"msg\": \"m\"}] { input.review.namespace == \"pay\" }";
    let said = |rego: &str, requests: &[Request]| -> String {
        let judge = Gatekeeper::read(&template(rego, &[]), &[constraint(json!({}))], &Settings::default());
        requests.iter().flat_map(|request| judge.rule(request)).map(|ruling| letter(&ruling.answer)).collect()
    };
    let with = |namespace: &str, host: bool| {
        let mut request = pod(false);
        request.namespace = Some(Namespace::new(namespace, &BTreeMap::new()));
        Arc::make_mut(&mut request.object)["metadata"]["namespace"] = json!(namespace);
        Arc::make_mut(&mut request.object)["spec"]["hostPID"] = json!(host);
        request
    };
    assert_eq!(said(plain, &[with("a", false), with("b", true), with("c", false), with("b", true)]), "ARAR");
    assert_eq!(said(reading, &[with("a", false), with("pay", false), with("a", false)]), "ARA");
    let mut update = with("a", false);
    update.operation = Operation::Update;
    let operation = "package x\nviolation[{\"msg\": \"m\"}] { input.review.operation == \"UPDATE\" }";
    assert_eq!(said(operation, &[with("a", false), update, with("a", false)]), "ARA");
}
