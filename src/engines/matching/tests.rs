//! Rules, exclusions and selectors, each by a table of what the API server says.

use super::*;
use crate::request::{Provenance, User};
use serde_json::json;

/// A request: `CREATE apps/v1 deployments/scale`, in a namespace with these labels or in none.
fn request(operation: Operation, resource: &str, space: Option<&[(&str, &str)]>, object: Value, old_object: Value) -> Request {
    let parts: Vec<&str> = resource.split('/').collect();
    let [group, version, name, subresource] = parts.as_slice() else { panic!("{resource}") };
    let labels = space.unwrap_or_default().iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Request {
        operation,
        kind: GroupKind { group: (*group).to_owned(), version: (*version).to_owned(), kind: String::new() },
        resource: GroupResource { group: (*group).to_owned(), version: (*version).to_owned(), resource: (*name).to_owned() },
        subresource: (*subresource).to_owned(),
        name: "n".to_owned(),
        namespace: space.map(|_| Namespace::new("pay", &labels)),
        object: object.into(),
        old_object: old_object.into(),
        user: User::default(),
        images: Provenance::default(),
        dry_run: false,
    }
}

fn matches(resources: Value, request: &Request) -> Matched {
    serde_json::from_value::<MatchResources>(resources).unwrap().matches(request)
}

fn rule(groups: &[&str], versions: &[&str], operations: &[&str], resources: &[&str]) -> Value {
    json!({"apiGroups": groups, "apiVersions": versions, "operations": operations, "resources": resources})
}

#[test]
fn rules_name_groups_versions_operations_and_resources() {
    let pod = request(Operation::Create, "/v1/pods/", Some(&[]), json!({}), Value::Null);
    let ephemeral = request(Operation::Update, "/v1/pods/ephemeralcontainers", Some(&[]), json!({}), json!({}));
    let scale = request(Operation::Update, "apps/v1/deployments/scale", Some(&[]), json!({}), json!({}));
    let all = |resources: &[&str]| json!({"resourceRules": [rule(&["*"], &["*"], &["*"], resources)]});
    let cases: [(&[&str], bool, bool, bool); 10] = [
        (&["pods"], true, false, false),
        (&["pods/*"], true, true, false),
        (&["pods/ephemeralcontainers"], false, true, false),
        (&["*"], true, false, false),
        (&["*/*"], true, true, true),
        (&["*/scale"], false, false, true),
        (&["deployments", "deployments/scale"], false, false, true),
        (&["Pod"], false, false, false),
        (&[], false, false, false),
        (&["pods/"], true, false, false),
    ];
    for (resources, one, two, three) in cases {
        for (request, expected) in [(&pod, one), (&ephemeral, two), (&scale, three)] {
            let expected = if expected { Matched::Yes } else { Matched::No };
            assert_eq!(matches(all(resources), request), expected, "{resources:?} {} {}", request.resource.resource, request.subresource);
        }
    }
    let one = |groups: &[&str], versions: &[&str], operations: &[&str]| {
        matches(json!({"resourceRules": [rule(groups, versions, operations, &["*/*"])]}), &pod) == Matched::Yes
    };
    assert!(one(&[""], &["v1"], &["CREATE"]) && one(&["apps", "*"], &["*"], &["UPDATE", "*"]));
    assert!(!one(&["apps"], &["v1"], &["CREATE"]) && !one(&[""], &["v2"], &["CREATE"]) && !one(&[""], &["v1"], &["UPDATE"]));
    assert!(!one(&[""], &["v1"], &["create"]) && !one(&[], &["v1"], &["CREATE"]) && !one(&[""], &["v1"], &[]));
    // No rule at all is about everything.
    assert_eq!(matches(json!({}), &scale), Matched::Yes);
    assert_eq!(matches(json!({"resourceRules": null}), &scale), Matched::Yes);
}

#[test]
fn excluded_resources_are_left_out_whatever_else_is_said() {
    let pod = request(Operation::Create, "/v1/pods/", Some(&[]), json!({}), Value::Null);
    let pods = rule(&[""], &["v1"], &["*"], &["pods"]);
    assert_eq!(matches(json!({"resourceRules": [pods], "excludeResourceRules": [pods]}), &pod), Matched::No);
    assert_eq!(matches(json!({"excludeResourceRules": [pods]}), &pod), Matched::No);
    assert_eq!(
        matches(json!({"resourceRules": [pods], "excludeResourceRules": [rule(&[""], &["v1"], &["DELETE"], &["pods"])]}), &pod),
        Matched::Yes
    );
    let mut named = pods.clone();
    named["resourceNames"] = json!(["x", "n"]);
    assert_eq!(matches(json!({"resourceRules": [pods], "excludeResourceRules": [named]}), &pod), Matched::No);
    named["resourceNames"] = json!(["x"]);
    assert_eq!(matches(json!({"resourceRules": [named]}), &pod), Matched::No);
    named["resourceNames"] = json!(null);
    assert_eq!(matches(json!({"resourceRules": [named]}), &pod), Matched::Yes);
}

#[test]
fn scopes_are_of_namespaces_or_of_the_cluster() {
    let pod = request(Operation::Create, "/v1/pods/", Some(&[]), json!({}), Value::Null);
    let role = request(Operation::Create, "rbac.authorization.k8s.io/v1/clusterroles/", None, json!({}), Value::Null);
    // The API server gives a Namespace its own name as its namespace; it is of the cluster all the same.
    let space = request(Operation::Create, "/v1/namespaces/", Some(&[]), json!({}), Value::Null);
    for (scope, expected) in
        [("*", [true, true, true]), ("Namespaced", [true, false, false]), ("Cluster", [false, true, true]), ("x", [false; 3])]
    {
        let mut one = rule(&["*"], &["*"], &["*"], &["*"]);
        one["scope"] = json!(scope);
        for (request, expected) in [&pod, &role, &space].into_iter().zip(expected) {
            assert_eq!(
                matches(json!({"resourceRules": [one]}), request) == Matched::Yes,
                expected,
                "{scope} {}",
                request.resource.resource
            );
        }
    }
}

#[test]
fn namespaces_are_chosen_by_their_labels_and_what_is_in_none_is_never_left_out() {
    let selector = json!({"namespaceSelector": {"matchLabels": {"a": "1"}}});
    let pod = |labels: &[(&str, &str)]| request(Operation::Create, "/v1/pods/", Some(labels), json!({}), Value::Null);
    assert_eq!(matches(selector.clone(), &pod(&[("a", "1")])), Matched::Yes);
    assert_eq!(matches(selector.clone(), &pod(&[("a", "2")])), Matched::No);
    assert_eq!(matches(json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "pay"}}}), &pod(&[])), Matched::Yes);
    assert_eq!(matches(json!({"namespaceSelector": null}), &pod(&[])), Matched::Yes);
    let role = request(Operation::Create, "rbac.authorization.k8s.io/v1/clusterroles/", None, json!({}), Value::Null);
    assert_eq!(matches(selector.clone(), &role), Matched::Yes);
    // A Namespace that comes or changes has its own labels; one that goes has those that it had.
    let own = json!({"metadata": {"labels": {"a": "1"}}});
    let space =
        |operation, labels: &[(&str, &str)], object: Value| request(operation, "/v1/namespaces/", Some(labels), object, Value::Null);
    assert_eq!(matches(selector.clone(), &space(Operation::Create, &[], own.clone())), Matched::Yes);
    assert_eq!(matches(selector.clone(), &space(Operation::Update, &[("a", "1")], json!({}))), Matched::No);
    assert_eq!(matches(selector, &space(Operation::Delete, &[("a", "1")], Value::Null)), Matched::Yes);
}

#[test]
fn objects_are_chosen_by_their_labels_as_they_are_or_were() {
    let selector = json!({"objectSelector": {"matchLabels": {"a": "1"}}});
    let good = json!({"metadata": {"labels": {"a": "1"}}});
    let one = |object: Value, old: Value| matches(selector.clone(), &request(Operation::Update, "/v1/pods/", Some(&[]), object, old));
    assert_eq!((one(good.clone(), Value::Null), one(json!({}), good.clone())), (Matched::Yes, Matched::Yes));
    assert_eq!((one(json!({}), Value::Null), one(Value::Null, Value::Null)), (Matched::No, Matched::No));
    // An object that is not there has no labels that could be missing.
    let missing = json!({"objectSelector": {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}});
    assert_eq!(matches(missing.clone(), &request(Operation::Create, "/v1/pods/", Some(&[]), json!({}), Value::Null)), Matched::Yes);
    assert_eq!(matches(missing, &request(Operation::Create, "/v1/pods/", Some(&[]), good, Value::Null)), Matched::No);
}

#[test]
fn selectors_that_cannot_be_read_err_where_the_rules_match() {
    let pod = request(Operation::Create, "/v1/pods/", Some(&[]), json!({"metadata": {}}), Value::Null);
    let bad = json!({"matchExpressions": [{"key": "a", "operator": "Like", "values": ["x"]}]});
    assert!(matches!(matches(json!({"namespaceSelector": bad}), &pod), Matched::Errs(_)));
    assert!(matches!(matches(json!({"objectSelector": bad}), &pod), Matched::Errs(_)));
    assert_eq!(matches(json!({"objectSelector": bad, "resourceRules": [rule(&["apps"], &["v1"], &["*"], &["*"])]}), &pod), Matched::No);
}

#[test]
fn pods_and_workloads_have_one_version_and_others_may_have_more() {
    let old = json!({"resourceRules": [rule(&["apps"], &["v1beta1"], &["*"], &["deployments"])]});
    let deployment = request(Operation::Create, "apps/v1/deployments/", Some(&[]), json!({}), Value::Null);
    assert_eq!(matches(old, &deployment), Matched::No);
    let extensions = json!({"resourceRules": [rule(&["extensions"], &["v1beta1"], &["*"], &["*"])]});
    assert_eq!(matches(extensions, &deployment), Matched::No);
    let job = request(Operation::Create, "batch/v1/cronjobs/", Some(&[]), json!({}), Value::Null);
    assert_eq!(matches(json!({"resourceRules": [rule(&["batch"], &["v1beta1"], &["*"], &["cronjobs"])]}), &job), Matched::No);
    let own = request(Operation::Create, "example.com/v1/things/", Some(&[]), json!({}), Value::Null);
    let other = |policy: Value| json!({"resourceRules": [rule(&["example.com"], &["v2"], &["*"], &["things"])], "matchPolicy": policy});
    assert!(matches!(matches(other(json!("Equivalent")), &own), Matched::NotKnown(_)));
    assert!(matches!(matches(other(json!(null)), &own), Matched::NotKnown(_)));
    assert!(matches!(matches(other(json!("equivalent")), &own), Matched::NotKnown(_)));
    assert_eq!(matches(other(json!("Exact")), &own), Matched::No);
    let events = request(Operation::Create, "/v1/events/", Some(&[]), json!({}), Value::Null);
    assert!(matches!(
        matches(json!({"resourceRules": [rule(&["events.k8s.io"], &["v1"], &["*"], &["events"])]}), &events),
        Matched::NotKnown(_)
    ));
}

#[test]
fn unknown_fields_are_not_read() {
    for text in
        [json!({"x": 1}), json!({"resourceRules": [{"x": 1}]}), json!({"namespaceSelector": {"x": 1}}), json!({"resourceRules": {}})]
    {
        assert!(serde_json::from_value::<MatchResources>(text).is_err());
    }
}
