//! The plugin around the expressions: what it refuses, lets in and skips, each by a table.

use super::*;
use crate::request::{GroupKind, GroupResource, Operation, Provenance, User};
use serde_json::json;
use std::collections::BTreeMap;

fn pod(spec: Json) -> Request {
    let object =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "pay", "labels": {"app": "web"}}, "spec": spec});
    Request {
        operation: Operation::Create,
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() },
        resource: GroupResource { group: String::new(), version: "v1".to_owned(), resource: "pods".to_owned() },
        subresource: String::new(),
        name: "web".to_owned(),
        namespace: Some(Namespace::new("pay", &BTreeMap::from([("team".to_owned(), "x".to_owned())]))),
        object: object.into(),
        old_object: json!(null).into(),
        user: User { name: "u".to_owned(), groups: vec!["g".to_owned()] },
        images: Provenance::default(),
        dry_run: false,
    }
}

fn containers(security: Json) -> Request {
    pod(json!({"containers": [{"name": "a", "image": "x", "securityContext": security}]}))
}

fn policy(spec: Json) -> Json {
    json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p", "uid": "1"}, "spec": spec,
        "status": {"observedGeneration": 1}})
}

fn binding(spec: Json) -> Json {
    let mut spec = spec;
    spec["policyName"] = json!("p");
    if spec.get("validationActions").is_none() {
        spec["validationActions"] = json!(["Deny"]);
    }
    json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"}, "spec": spec})
}

fn rulings(spec: Json, bound: Json, params: &Params, request: &Request) -> Vec<Ruling> {
    Policy::read(&policy(spec), &[binding(bound)], params).rule(request)
}

/// The answer of the one part that there is.
fn answer(spec: Json, bound: Json, request: &Request) -> Answer {
    let found = rulings(spec, bound, &Params::None, request);
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap().answer
}

fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::NotAsked => "not asked",
        Answer::Admits(why) if why.starts_with("fails open") => "fails open",
        Answer::Admits(why) if why.starts_with("only warns") => "warns",
        Answer::Admits(why) if why.starts_with("only audits") => "audits",
        Answer::Admits(_) => "admits",
        Answer::Refuses(_) => "refuses",
        Answer::NotEvaluated(_) => "not evaluated",
    }
}

/// What one validation says with this failure policy and these actions.
fn says(expression: &str, policy: &str, actions: &[&str]) -> &'static str {
    let spec = json!({"validations": [{"expression": expression}], "failurePolicy": policy});
    word(&answer(spec, json!({"validationActions": actions}), &containers(json!({"privileged": true}))))
}

#[test]
fn validations_refuse_by_the_actions_of_the_binding_and_err_by_the_failure_policy() {
    // Expression; under Fail with Deny, with Warn, with Audit; under Ignore with Deny.
    let table: [(&str, [&str; 4]); 16] = [
        ("true", ["admits", "admits", "admits", "admits"]),
        ("false", ["refuses", "warns", "audits", "refuses"]),
        ("object.spec.nope", ["refuses", "warns", "audits", "fails open"]),
        ("object.spec.nope == 1", ["refuses", "warns", "audits", "fails open"]),
        ("object.spec.nope == 1 || true", ["admits", "admits", "admits", "admits"]),
        // These do not compile, and err on each request.
        ("object.spec.hostPID", ["refuses", "warns", "audits", "fails open"]),
        ("'a'", ["refuses", "warns", "audits", "fails open"]),
        ("nope || true", ["refuses", "warns", "audits", "fails open"]),
        ("nope() || true", ["refuses", "warns", "audits", "fails open"]),
        ("true ||", ["refuses", "warns", "audits", "fails open"]),
        ("true || request.nope == 'a'", ["refuses", "warns", "audits", "fails open"]),
        ("true || params.x == 1", ["refuses", "warns", "audits", "fails open"]),
        ("true || variables.x == 1", ["refuses", "warns", "audits", "fails open"]),
        // These are not known here.
        ("authorizer.group('').resource('pods').check('get').allowed()", ["not evaluated"; 4]),
        ("request.options.x == 1", ["not evaluated"; 4]),
        ("namespaceObject.metadata.annotations.x == '1'", ["not evaluated"; 4]),
    ];
    for (expression, expected) in table {
        let ways = [("Fail", vec!["Deny"]), ("Fail", vec!["Warn"]), ("Fail", vec!["Audit"]), ("Ignore", vec!["Deny"])];
        for ((policy, actions), expected) in ways.into_iter().zip(expected) {
            assert_eq!(says(expression, policy, &actions), expected, "{expression} {policy} {actions:?}");
        }
    }
    assert_eq!(says("false", "Fail", &["Audit", "Warn"]), "warns");
    assert_eq!(says("false", "Fail", &["Audit", "Deny"]), "refuses");
}

#[test]
fn what_is_not_known_decides_nothing_that_something_else_decides() {
    assert_eq!(says("request.options.x == 1 || true", "Fail", &["Deny"]), "admits");
    assert_eq!(says("request.options.x == 1 && false", "Fail", &["Deny"]), "refuses");
    assert_eq!(says("request.options.x == 1 || object.nope", "Fail", &["Deny"]), "not evaluated");
}

#[test]
fn requests_show_what_the_api_server_shows() {
    for expression in [
        "request.name == 'web'",
        "request.namespace == 'pay'",
        "request.operation == 'CREATE'",
        "request.dryRun == false",
        "request.kind.kind == 'Pod' && request.kind.group == '' && request.resource.resource == 'pods'",
        "request.requestKind.kind == 'Pod' && request.requestResource.version == 'v1'",
        "request.userInfo.username == 'u' && 'g' in request.userInfo.groups",
        "!has(request.subResource) && !has(request.requestSubResource)",
        "oldObject == null && !has(oldObject.metadata)",
        "object.kind == 'Pod' && object.apiVersion == 'v1'",
        "namespaceObject.metadata.name == 'pay' && namespaceObject.metadata.labels.team == 'x'",
        "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'pay'",
        "has(object.status) && object.status == {}",
        "object.spec.containers.all(c, has(c.resources) && c.resources == {})",
        "!has(object.spec.securityContext) && !has(object.metadata.creationTimestamp) && !has(object.metadata.annotations)",
    ] {
        assert_eq!(says(expression, "Fail", &["Deny"]), "admits", "{expression}");
    }
    let mut request = pod(json!({"containers": []}));
    request.subresource = "ephemeralcontainers".to_owned();
    request.operation = Operation::Update;
    let one = |expression: &str, request: &Request| word(&answer(json!({"validations": [{"expression": expression}]}), json!({}), request));
    assert_eq!(one("request.subResource == 'ephemeralcontainers'", &request), "admits");
    // What is in no namespace, and a Namespace itself, have no namespace to look at.
    request.namespace = None;
    assert_eq!(one("namespaceObject == null && !has(request.namespace)", &request), "admits");
    let mut space = pod(Json::Null);
    space.kind.kind = "Namespace".to_owned();
    space.resource.resource = "namespaces".to_owned();
    assert_eq!(one("namespaceObject == null && request.namespace == 'pay'", &space), "admits");
}

#[test]
fn empty_fields_of_typed_objects_are_not_there() {
    let one = |expression: &str, spec: Json| word(&answer(json!({"validations": [{"expression": expression}]}), json!({}), &pod(spec)));
    assert_eq!(one("object.spec.hostNetwork == false", json!({"containers": [], "hostNetwork": false})), "refuses");
    assert_eq!(one("!has(object.spec.hostNetwork)", json!({"containers": [], "hostNetwork": false})), "admits");
    let privileged = |security: Json| json!({"containers": [{"name": "a", "securityContext": security}]});
    let rule = "object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged == false)";
    for (security, expected) in [
        (json!({"privileged": false}), "admits"),
        (json!({"privileged": true}), "refuses"),
        (json!({"privileged": null}), "refuses"),
        (json!({}), "refuses"),
        (json!(null), "refuses"),
    ] {
        assert_eq!(one(rule, privileged(security.clone())), expected, "{security}");
    }
    let dropped = "object.spec.containers.all(c, has(c.securityContext.capabilities.drop))";
    assert_eq!(one(dropped, privileged(json!({"capabilities": {"drop": []}}))), "refuses");
    assert_eq!(one(dropped, privileged(json!({"capabilities": {"drop": ["ALL"]}}))), "admits");
    let limited = "object.spec.containers.all(c, has(c.resources.limits) && quantity(c.resources.limits.cpu).isLessThan(quantity('2')))";
    let limits = |limits: Json| json!({"containers": [{"name": "a", "resources": {"limits": limits}}]});
    assert_eq!(one(limited, limits(json!({"cpu": "1000m"}))), "admits");
    assert_eq!(one(limited, limits(json!({"cpu": 1}))), "admits");
    assert_eq!(one(limited, limits(json!({"cpu": 2}))), "refuses");
    assert_eq!(one(limited, limits(json!({}))), "refuses");
    assert_eq!(one(limited, limits(json!({"memory": "1Gi"}))), "refuses");
    assert_eq!(one("object.spec.containers[0].resources.limits.cpu == '1'", limits(json!({"cpu": "1000m"}))), "admits");
    // An object that does not fit its type is not judged.
    assert_eq!(one("object.spec.hostPID == true", json!({"hostPID": "yes"})), "not evaluated");
    assert_eq!(one("request.name == 'web'", json!({"hostPID": "yes"})), "admits");
}

#[test]
fn values_of_the_apis_own_types_are_compared_as_its_server_does() {
    let spec = json!({"containers": [{"name": "a", "securityContext": {"capabilities": {"add": ["X"]}}}], "securityContext": {}});
    let one = |expression: &str| {
        word(&answer(json!({"validations": [{"expression": expression}], "failurePolicy": "Ignore"}), json!({}), &pod(spec.clone())))
    };
    for (expression, expected) in [
        // A typed list, map or object errs beside something else, and is never equal to it.
        ("object.spec.containers == false", "fails open"),
        ("object.spec.containers == {}", "fails open"),
        ("object.metadata.labels == 'a'", "fails open"),
        ("object.spec.securityContext == []", "fails open"),
        ("object.spec.containers != false", "admits"),
        ("object.spec.securityContext != []", "admits"),
        ("'a' == object.spec.containers", "refuses"),
        ("object.spec.containers == null", "refuses"),
        ("object.spec.securityContext == {}", "admits"),
        ("object.metadata.labels == {'app': 'web'}", "admits"),
        ("object.spec.containers[0].securityContext.capabilities.add == ['X']", "admits"),
        ("object.spec.containers == object.spec.containers", "admits"),
        ("object.spec.containers in [[1]]", "refuses"),
        // In a plain list what errs differs from nothing.
        ("[object.spec.containers] == [dyn(false)]", "admits"),
        // In a typed one it differs, and in an object it errs.
        ("object.spec.containers[0].securityContext == {'capabilities': {'add': 1}}", "fails open"),
        // Keys of typed maps are texts.
        ("1 in object.metadata.labels", "fails open"),
        ("1 in object.spec", "fails open"),
        ("object.metadata.labels[?1].orValue('x') == 'x'", "fails open"),
        ("'app' in object.metadata.labels", "admits"),
        ("1 in {'a': 1}.map(x, x)", "fails open"),
        ("request.userInfo.groups == ['g']", "admits"),
        ("5 in request.userInfo", "fails open"),
    ] {
        assert_eq!(one(expression), expected, "{expression}");
    }
}

#[test]
fn conditions_leave_out_or_err_as_one() {
    let one = |conditions: &[&str], failure: &str, actions: &[&str]| {
        let conditions: Vec<Json> = conditions.iter().map(|text| json!({"name": "c", "expression": text})).collect();
        let spec = json!({"matchConditions": conditions, "failurePolicy": failure, "validations": [{"expression": "false"}],
            "variables": [{"name": "yes", "expression": "true"}]});
        word(&answer(spec, json!({"validationActions": actions}), &pod(json!({"containers": []}))))
    };
    assert_eq!(one(&["true"], "Fail", &["Deny"]), "refuses");
    assert_eq!(one(&["true", "false"], "Fail", &["Deny"]), "not asked");
    // One that does not hold decides, even where another one errs or is not known.
    assert_eq!(one(&["object.nope == 1", "false"], "Fail", &["Deny"]), "not asked");
    assert_eq!(one(&["request.options.x == 1", "false"], "Fail", &["Deny"]), "not asked");
    assert_eq!(one(&["object.nope == 1", "true"], "Fail", &["Deny"]), "refuses");
    assert_eq!(one(&["object.nope == 1", "true"], "Fail", &["Warn"]), "warns");
    assert_eq!(one(&["object.nope == 1", "true"], "Ignore", &["Deny"]), "fails open");
    assert_eq!(one(&["object.nope == 1", "request.options.x == 1"], "Fail", &["Deny"]), "not evaluated");
    assert_eq!(one(&["'a'"], "Fail", &["Deny"]), "refuses");
    assert_eq!(one(&["variables.yes"], "Fail", &["Deny"]), "refuses");
    assert_eq!(one(&["!variables.yes"], "Fail", &["Deny"]), "not asked");
    // The namespace is not there for conditions.
    assert_eq!(one(&["namespaceObject == null"], "Fail", &["Deny"]), "refuses");
    assert_eq!(one(&["namespaceObject.metadata.name == 'pay'"], "Ignore", &["Deny"]), "fails open");
}

#[test]
fn variables_are_worked_out_when_they_are_asked_for() {
    let one = |variables: Json, expression: &str| {
        let spec = json!({"variables": variables, "validations": [{"expression": expression}]});
        word(&answer(spec, json!({}), &containers(json!({"privileged": true}))))
    };
    let all = json!([
        {"name": "containers", "expression": "object.spec.containers"},
        {"name": "bad", "expression": "object.nope"},
        {"name": "broken", "expression": "nope("},
        {"name": "lacking", "expression": "request.options.x == 1"},
        {"name": "names", "expression": "variables.containers.map(c, c.name)"},
        {"name": "yes", "expression": "true"},
        {"name": "one", "expression": "1"},
        {"name": "loose", "expression": "object.spec.hostPID"},
        {"name": "amount", "expression": "quantity('1')"}
    ]);
    for (expression, expected) in [
        ("variables.containers.size() == 1", "admits"),
        ("variables.names == ['a']", "admits"),
        ("variables.yes", "admits"),
        ("variables.one", "refuses"),
        ("variables.one == 'a'", "refuses"),
        ("variables.loose", "refuses"),
        ("variables.bad == 1", "refuses"),
        ("true || variables.bad == 1", "admits"),
        ("variables.broken == 1", "refuses"),
        ("true || variables.broken == 1", "admits"),
        ("variables.lacking", "not evaluated"),
        ("true || variables.lacking", "admits"),
        ("has(variables.bad)", "refuses"),
        ("has(variables.yes)", "admits"),
        ("variables.amount.isGreaterThan(quantity('0'))", "admits"),
        ("[1].all(variables, variables == 1)", "admits"),
    ] {
        assert_eq!(one(all.clone(), expression), expected, "{expression}");
    }
    // Only those before can be named.
    let turned = json!([{"name": "a", "expression": "variables.b"}, {"name": "b", "expression": "true"}]);
    assert_eq!(one(turned.clone(), "variables.b"), "admits");
    assert_eq!(one(turned, "variables.a == true"), "refuses");
}

#[test]
fn messages_are_said_by_expressions_where_they_can_be() {
    let one = |message: Json, expression: Json| {
        let spec = json!({"validations": [{"expression": "false", "message": message, "messageExpression": expression}]});
        match answer(spec, json!({}), &containers(json!({}))) {
            Answer::Refuses(why) => why,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(one(json!("m"), json!("'a ' + object.metadata.name")), "a web");
    assert_eq!(one(json!(" m "), json!("object.nope")), "m");
    assert_eq!(one(json!("m"), json!("1")), "m");
    assert_eq!(one(json!("m"), json!("(")), "m");
    assert_eq!(one(json!("m"), json!("'  '")), "m");
    assert_eq!(one(json!("m"), json!("'a\\nb'")), "m");
    assert_eq!(one(json!("m"), json!("authorizer.path('x').check('get').reason()")), "m");
    assert_eq!(one(json!("m"), json!("request.userInfo.uid")), "m");
    assert_eq!(one(json!(null), json!(null)), "failed expression: false");
}

#[test]
fn audit_annotations_that_err_refuse_whatever_the_actions_say() {
    let all = |value: &str, failure: &str| -> Vec<(String, &'static str)> {
        let spec = json!({"auditAnnotations": [{"key": "k", "valueExpression": value}], "validations": [{"expression": "true"}], "failurePolicy": failure});
        let found = rulings(spec, json!({"validationActions": ["Warn"]}), &Params::None, &pod(json!({"containers": []})));
        found.iter().map(|ruling| (ruling.by.clone(), word(&ruling.answer))).collect()
    };
    let expected = |word| vec![("binding b, validation 1".to_owned(), "admits"), ("binding b, audit annotation k".to_owned(), word)];
    assert_eq!(all("'x'", "Fail"), expected("admits"));
    assert_eq!(all("null", "Fail"), expected("admits"));
    assert_eq!(all("string(object.nope)", "Fail"), expected("refuses"));
    assert_eq!(all("string(object.nope)", "Ignore"), expected("fails open"));
    assert_eq!(all("1", "Fail"), expected("refuses"));
    assert_eq!(all("object.metadata.name", "Fail"), expected("refuses"));
    assert_eq!(all("request.userInfo.uid", "Fail"), expected("not evaluated"));
}

fn map(name: &str, namespace: &str, max: &str) -> Json {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace, "labels": {"for": max}}, "data": {"max": max}})
}

/// What a policy with parameters says.
fn with_params(reference: Json, params: &Params, failure: &str, actions: &[&str], expression: &str) -> &'static str {
    let spec = json!({"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "failurePolicy": failure, "validations": [{"expression": expression}]});
    let found = rulings(spec, json!({"paramRef": reference, "validationActions": actions}), params, &pod(json!({"containers": []})));
    assert_eq!(found.len(), 1);
    word(&found[0].answer)
}

#[test]
fn parameters_are_found_by_name_or_selector() {
    let all = Params::Read { namespaced: true, objects: vec![map("m", "pay", "1"), map("n", "pay", "2"), map("m", "other", "3")] };
    let deny = |reference: Json, expression: &str| with_params(reference, &all, "Fail", &["Deny"], expression);
    assert_eq!(deny(json!({"name": "m", "parameterNotFoundAction": "Deny"}), "params.data.max == '1'"), "admits");
    assert_eq!(deny(json!({"name": "m", "namespace": "other", "parameterNotFoundAction": "Deny"}), "params.data.max == '3'"), "admits");
    assert_eq!(deny(json!({"name": "m"}), "params.kind == 'ConfigMap' && params.metadata.namespace == 'pay'"), "admits");
    // Each of several has to hold.
    assert_eq!(deny(json!({"selector": {}}), "params.data.max in ['1', '2']"), "admits");
    assert_eq!(deny(json!({"selector": {}}), "params.data.max == '1'"), "refuses");
    assert_eq!(deny(json!({"selector": {"matchLabels": {"for": "2"}}}), "params.data.max == '2'"), "admits");
    // No reference at all: no parameter.
    assert_eq!(deny(json!(null), "params == null"), "admits");
    assert_eq!(deny(json!(null), "params.data.max == '1'"), "refuses");
    // None found.
    for (reference, nothing) in
        [(json!({"name": "x"}), "Allow"), (json!({"selector": {"matchLabels": {"for": "9"}}}), "Allow"), (json!({"name": "x"}), "Deny")]
    {
        let mut reference = reference;
        reference["parameterNotFoundAction"] = json!(nothing);
        let one = |failure: &str, actions: &[&str]| with_params(reference.clone(), &all, failure, actions, "false");
        let denied = nothing == "Deny";
        assert_eq!(one("Fail", &["Deny"]), if denied { "refuses" } else { "admits" });
        // The error of a missing parameter is not softened by what the binding does.
        assert_eq!(one("Fail", &["Warn"]), if denied { "refuses" } else { "admits" });
        assert_eq!(one("Ignore", &["Deny"]), if denied { "fails open" } else { "admits" });
    }
    // Neither or both of name and selector.
    assert_eq!(deny(json!({}), "true"), "refuses");
    assert_eq!(deny(json!({"name": "m", "selector": {}}), "true"), "refuses");
    assert_eq!(deny(json!({"selector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}}), "true"), "refuses");
}

#[test]
fn parameters_that_were_not_read_decide_nothing() {
    let unread = Params::NotRead("forbidden".to_owned());
    let reference = json!({"name": "m", "parameterNotFoundAction": "Deny"});
    assert_eq!(with_params(reference.clone(), &unread, "Fail", &["Deny"], "true"), "not evaluated");
    assert_eq!(with_params(reference.clone(), &Params::None, "Ignore", &["Deny"], "true"), "not evaluated");
    assert_eq!(with_params(json!(null), &unread, "Fail", &["Deny"], "params == null"), "admits");
    assert_eq!(with_params(reference.clone(), &Params::NoSuchKind, "Fail", &["Warn"], "true"), "refuses");
    assert_eq!(with_params(reference.clone(), &Params::NoSuchKind, "Ignore", &["Deny"], "false"), "fails open");
    let wide = |reference: Json| {
        let params = Params::Read { namespaced: false, objects: vec![json!({"metadata": {"name": "m"}, "spec": {"max": 3}})] };
        let spec = json!({"paramKind": {"apiVersion": "example.com/v1", "kind": "Limit"}, "validations": [{"expression": "params.spec.max + 1 == 4"}]});
        word(&rulings(spec, json!({"paramRef": reference}), &params, &pod(json!({"containers": []})))[0].answer)
    };
    assert_eq!((wide(json!({"name": "m"})), wide(json!({"name": "m", "namespace": "pay"}))), ("admits", "refuses"));
    // Parameters in namespaces can't be found for what is in none.
    let mut request = pod(json!({"containers": []}));
    request.namespace = None;
    let spec = json!({"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "validations": [{"expression": "true"}]});
    let all = Params::Read { namespaced: true, objects: vec![map("m", "pay", "1")] };
    assert_eq!(word(&rulings(spec, json!({"paramRef": {"name": "m"}}), &all, &request)[0].answer), "refuses");
}

#[test]
fn policies_are_about_what_they_and_their_bindings_match() {
    let rules = json!({"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]});
    let no_rules = json!({"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["*"]}]});
    let bad = json!({"objectSelector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}});
    let one = |constraints: &Json, resources: &Json, failure: &str| {
        let spec = json!({"matchConstraints": constraints, "validations": [{"expression": "false"}], "failurePolicy": failure});
        word(&answer(spec, json!({"matchResources": resources, "validationActions": ["Warn"]}), &pod(json!({"containers": []}))))
    };
    assert_eq!(one(&rules, &json!(null), "Fail"), "warns");
    assert_eq!((one(&no_rules, &json!(null), "Fail"), one(&rules, &no_rules, "Fail")), ("not asked", "not asked"));
    assert_eq!(
        (one(&bad, &json!(null), "Fail"), one(&rules, &bad, "Fail"), one(&bad, &rules, "Ignore")),
        ("refuses", "refuses", "fails open")
    );
    // Its own configuration is never asked about, nor are reviews.
    let mut request = pod(Json::Null);
    request.kind = GroupKind {
        group: "admissionregistration.k8s.io".to_owned(),
        version: "v1".to_owned(),
        kind: "ValidatingAdmissionPolicy".to_owned(),
    };
    assert_eq!(word(&answer(json!({"validations": [{"expression": "false"}]}), json!({}), &request)), "not asked");
    let mut request = pod(Json::Null);
    request.resource =
        GroupResource { group: "authorization.k8s.io".to_owned(), version: "v1".to_owned(), resource: "subjectaccessreviews".to_owned() };
    assert_eq!(word(&answer(json!({"validations": [{"expression": "false"}]}), json!({}), &request)), "not asked");
}

#[test]
fn bindings_answer_each_for_itself() {
    let spec = json!({"validations": [{"expression": "true"}, {"expression": "false"}]});
    let mut second = binding(json!({"validationActions": ["Audit"]}));
    second["metadata"]["name"] = json!("c");
    let mut strange = binding(json!({"x": 1}));
    strange["metadata"]["name"] = json!("d");
    let mut other = binding(json!({}));
    other["spec"]["policyName"] = json!("q");
    let bindings = [binding(json!({})), second, strange, other];
    let found = Policy::read(&policy(spec.clone()), &bindings, &Params::None).rule(&pod(json!({"containers": []})));
    let found: Vec<(&str, &str)> = found.iter().map(|ruling| (ruling.by.as_str(), word(&ruling.answer))).collect();
    assert_eq!(
        found,
        [
            ("binding b, validation 1", "admits"),
            ("binding b, validation 2", "refuses"),
            ("binding c, validation 1", "admits"),
            ("binding c, validation 2", "audits"),
            ("binding d, validation 1", "not evaluated"),
            ("binding d, validation 2", "not evaluated"),
        ]
    );
    let alone = Policy::read(&policy(spec), &bindings[3..], &Params::None).rule(&pod(json!({"containers": []})));
    assert_eq!(alone, [Ruling::new("", Answer::Admits("no binding names it".to_owned()))]);
}

#[test]
fn what_has_unknown_fields_or_forms_is_not_evaluated() {
    for spec in [
        json!({"validations": [{"expression": "true", "x": 1}]}),
        json!({"x": 1}),
        json!({"validations": [{"expression": 1}]}),
        json!({"validations": [{}]}),
        json!({"validations": {}}),
        json!({"failurePolicy": "fail"}),
        json!({"matchConstraints": {"x": 1}}),
        json!({"variables": [{"name": "a"}]}),
        json!({"paramKind": {"kind": "X"}}),
    ] {
        let found = rulings(spec.clone(), json!({}), &Params::None, &pod(json!({})));
        assert_eq!(found.iter().map(|ruling| word(&ruling.answer)).collect::<Vec<_>>(), ["not evaluated"], "{spec}");
    }
    for bound in [json!({"validationActions": ["Refuse"]}), json!({"matchResources": {"x": 1}}), json!({"paramRef": {"x": 1}})] {
        assert_eq!(word(&answer(json!({"validations": [{"expression": "true"}]}), bound, &pod(json!({})))), "not evaluated");
    }
    // A list is no object, even where its items fit the fields.
    for spec in [
        json!({"matchConstraints": []}),
        json!({"validations": [["true"]]}),
        json!({"matchConstraints": {"resourceRules": [[["*"]]]}}),
        json!([]),
    ] {
        let found = rulings(spec.clone(), json!({}), &Params::None, &pod(json!({})));
        assert_eq!(word(&found[0].answer), "not evaluated", "{spec}");
    }
    assert_eq!(
        word(&answer(json!({"validations": [{"expression": "true"}]}), json!({"matchResources": []}), &pod(json!({})))),
        "not evaluated"
    );
    // What is not about a request is not asked, however strange the rest is.
    let apps = json!({"matchConstraints": {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["*"]}]}, "x": 1});
    assert_eq!(word(&rulings(apps, json!({}), &Params::None, &pod(json!({})))[0].answer), "not asked");
    for document in [json!(null), json!([]), json!({"spec": 1}), json!({"metadata": {"name": "p"}, "spec": {}, "more": 1})] {
        assert_eq!(word(&Policy::read(&document, &[], &Params::None).rule(&pod(json!({})))[0].answer), "not evaluated", "{document}");
    }
}

#[test]
fn namespaces_are_told_apart_by_what_is_asked_of_them_alone() {
    let key = |spec: Json, bound: Json, params: &Params, name: &str, labels: &[(&str, &str)]| {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut key = Vec::new();
        Policy::read(&policy(spec), &[binding(bound)], params).tells_apart(&Namespace::new(name, &labels), &mut key);
        key
    };
    let same = |spec: &Json, bound: &Json| {
        let one = |name: &str, labels: &[(&str, &str)]| key(spec.clone(), bound.clone(), &Params::None, name, labels);
        (one("a", &[]) == one("b", &[]), one("a", &[("x", "1")]) == one("a", &[("x", "2")]))
    };
    let rule = |expression: &str| json!({"validations": [{"expression": expression}]});
    let selector = json!({"matchResources": {"namespaceSelector": {"matchLabels": {"x": "1"}}}});
    assert_eq!(same(&rule("has(object.spec) && oldObject == null && request.name == 'x'"), &json!({})), (true, true));
    assert_eq!(same(&rule("true"), &selector), (true, false));
    assert_eq!(same(&json!({"matchConstraints": selector["matchResources"].clone()}), &json!({})), (true, false));
    assert_eq!(same(&rule("request.namespace == 'a'"), &json!({})), (false, true));
    assert_eq!(same(&rule("object.metadata['namespace'] == 'a'"), &json!({})), (false, true));
    assert_eq!(same(&rule("object.metadata.?namespace == optional.of('a')"), &json!({})), (false, true));
    assert_eq!(same(&rule("object.metadata == oldObject"), &json!({})), (false, true));
    assert_eq!(same(&rule("[object].all(o, o.metadata.namespace == 'a')"), &json!({})), (false, true));
    assert_eq!(same(&rule("object[object.kind].y == 'a'"), &json!({})), (false, true));
    assert_eq!(same(&rule("namespaceObject.metadata.labels.x == '1'"), &json!({})), (false, false));
    assert_eq!(same(&json!({"matchConditions": [{"name": "c", "expression": "request.namespace == 'a'"}]}), &json!({})), (false, true));
    assert_eq!(same(&json!({"variables": [{"name": "v", "expression": "request.namespace"}]}), &json!({})), (false, true));
    // Parameters are looked for in the namespace of the request.
    let spec = json!({"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "validations": [{"expression": "true"}]});
    let params = Params::Read { namespaced: true, objects: vec![map("m", "a", "1")] };
    let one = |name: &str, reference: Json| key(spec.clone(), json!({"paramRef": reference}), &params, name, &[]);
    assert_ne!(one("a", json!({"name": "m"})), one("b", json!({"name": "m"})));
    assert_eq!(one("c", json!({"name": "m"})), one("b", json!({"name": "m"})));
    assert_eq!(one("a", json!({"name": "m", "namespace": "a"})), one("b", json!({"name": "m", "namespace": "a"})));
}

#[test]
fn ways_around_are_what_authors_of_objects_choose() {
    let ways = |spec: Json, bound: Json| Policy::read(&policy(spec), &[binding(bound)], &Params::None).ways_around();
    let rule = |expression: &str| json!({"validations": [{"expression": expression}]});
    assert!(ways(rule("object.spec.hostPID != true"), json!({})).is_empty());
    assert!(ways(rule("has(object.metadata.labels.team)"), json!({})).is_empty());
    assert_eq!(ways(rule("has(object.metadata.labels.x) || !has(object.spec.hostPID)"), json!({})).len(), 1);
    assert_eq!(ways(rule("true"), json!({"matchResources": {"objectSelector": {"matchLabels": {"a": "b"}}}})).len(), 1);
    let condition = |text: &str| json!({"matchConditions": [{"name": "c", "expression": text}], "validations": [{"expression": "false"}]});
    assert_eq!(
        ways(condition("!('x' in object.metadata.annotations)"), json!({})),
        ["requests that the match condition c leaves out by annotations"]
    );
    assert_eq!(
        ways(condition("'g' in request.userInfo.groups"), json!({})),
        ["requests that the match condition c leaves out by who sends them"]
    );
    assert!(ways(condition("request.operation == 'CREATE'"), json!({})).is_empty());
    let by_variable = json!({"variables": [{"name": "v", "expression": "object.metadata.labels"}],
        "matchConditions": [{"name": "c", "expression": "!('x' in variables.v)"}]});
    assert_eq!(ways(by_variable, json!({})).len(), 1);
    let named = json!({"matchConstraints": {"excludeResourceRules": [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["pods"], "resourceNames": ["free"]}]}});
    assert_eq!(ways(named, json!({})).len(), 1);
    let asks = |spec: Json| Policy::read(&policy(spec), &[], &Params::None).asks_who();
    assert!(
        asks(rule("request.userInfo.username == 'x'"))
            && asks(rule("authorizer.path('/x').check('get').allowed()"))
            && asks(json!({"x": 1}))
    );
    assert!(!asks(rule("request.name == 'x'")));
}
