//! What each engine says to images by what is supposed of them.

use super::connaisseur::Modes;
use super::sigstore::NoMatch;
use super::{Connaisseur, Kubewarden, OpenShift, PolicyController};
use crate::request::{GroupKind, GroupResource, Namespace, Operation, Provenance, Request, User};
use crate::ruling::{Answer, Judge};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const DIGEST: &str = "sha256:0123456789012345678901234567890123456789012345678901234567890123";

fn pod(image: &str, images: Provenance) -> Request {
    Request {
        operation: Operation::Create,
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() },
        resource: GroupResource { group: String::new(), version: "v1".to_owned(), resource: "pods".to_owned() },
        subresource: String::new(),
        name: "p".to_owned(),
        namespace: Some(Namespace::new("pay", &BTreeMap::new())),
        object: json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "x"}}, "spec": {"containers": [{"name": "a", "image": image}]}}).into(),
        old_object: Value::Null.into(),
        user: User::default(),
        images,
        dry_run: false,
    }
}

fn deployment(image: &str, images: Provenance) -> Request {
    let mut request = pod(image, images);
    request.kind = GroupKind { group: "apps".to_owned(), version: "v1".to_owned(), kind: "Deployment".to_owned() };
    request.object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
        "spec": {"template": {"spec": {"initContainers": [{"name": "a", "image": image}], "containers": []}}}})
    .into();
    request
}

/// One letter for an answer: refuses, admits, not asked, not evaluated.
fn letters(judge: &impl Judge, request: &Request) -> String {
    let letter = |answer: &Answer| match answer {
        Answer::Refuses(_) => 'R',
        Answer::Admits(_) => 'A',
        Answer::NotAsked => '-',
        Answer::NotEvaluated(_) => '?',
    };
    judge.rule(request).iter().map(|ruling| letter(&ruling.answer)).collect()
}

fn policy(spec: Value) -> Value {
    json!({"apiVersion": "policy.sigstore.dev/v1beta1", "kind": "ClusterImagePolicy", "metadata": {"name": "c"}, "spec": spec})
}

fn key() -> Value {
    json!({"key": {"data": "-----BEGIN PUBLIC KEY-----"}})
}

fn controller(spec: Value, request: &Request) -> String {
    letters(&PolicyController::read(&[policy(spec)], NoMatch::Deny), request)
}

#[test]
fn globs_name_images_as_the_controller_has_it() {
    let rows = [
        ("**", "nginx", "R-"),
        ("*", "nginx", "R-"),
        ("*", "me/app", "-R"),
        ("*/*", "me/app", "R-"),
        ("*/*", "ghcr.io/me/app", "-R"),
        ("index.docker.io/library/nginx*", "nginx:1", "R-"),
        ("index.docker.io/library/nginx*", "docker.io/nginx", "R-"),
        // By digest: a tag is not there any more, and without a star the digest is missing.
        ("index.docker.io/library/nginx:*", "nginx:1", "-R"),
        ("index.docker.io/library/nginx", "nginx", "-R"),
        ("docker.io/library/nginx*", "nginx", "-R"),
        ("nginx*", "nginx", "-R"),
        ("ghcr.io/**", "ghcr.io/a/b/c:1", "R-"),
        ("ghcr.io/*", "ghcr.io/a/b", "-R"),
        ("ghcr.io/*/*", "ghcr.io/a/b", "R-"),
        ("ghcr.io/a.b/**", "ghcr.io/axb/c", "-R"),
        ("ghcr.io/a/b@sha256:*", "ghcr.io/a/b", "R-"),
        ("ghcr.io/[a]*", "ghcr.io/a", "??"),
        ("**", "UPPER", "-R"),
    ];
    for (glob, image, expected) in rows {
        let said = controller(json!({"images": [{"glob": glob}], "authorities": [key()]}), &pod(image, Provenance::Unsigned));
        assert_eq!(said, expected, "{glob} {image}");
    }
}

#[test]
fn one_authority_is_enough() {
    let keyless = json!({"keyless": {"identities": [{"issuer": "a", "subject": "b"}]}});
    let attested = json!({"key": {"data": "x"}, "attestations": [{"name": "a", "predicateType": "vuln"}]});
    let judged =
        json!({"key": {"data": "x"}, "attestations": [{"name": "a", "predicateType": "vuln", "policy": {"type": "cue", "data": "x"}}]});
    // To images that are verified, unsigned, unattested, flawed.
    let rows = [
        (json!([key()]), "ARAA"),
        (json!([keyless]), "ARAA"),
        (json!([attested]), "ARRA"),
        (json!([judged]), "ARRR"),
        (json!([judged, key()]), "ARAA"),
        (json!([{"static": {"action": "pass"}}]), "AAAA"),
        (json!([{"static": {"action": "fail"}}]), "RRRR"),
        (json!([key(), {"static": {"action": "pass"}}]), "AAAA"),
        (json!([{"name": "nothing"}]), "RRRR"),
        (json!([{"rfc3161timestamp": {"trustRootRef": "x"}}]), "ARAA"),
        (json!([]), "AAAA"),
        (json!([{"key": {}, "more": 1}]), "????"),
    ];
    let all = [Provenance::Verified, Provenance::Unsigned, Provenance::Unattested, Provenance::Flawed];
    for (authorities, expected) in rows {
        let spec = |mode: &str| json!({"images": [{"glob": "**"}], "authorities": authorities, "mode": mode});
        let said = |mode: &str| -> String {
            all.iter().filter_map(|images| controller(spec(mode), &pod("a/b", *images)).chars().next()).collect()
        };
        assert_eq!(said(""), expected, "{authorities}");
        assert_eq!(said("enforce"), expected, "{authorities}");
        assert_eq!(said("warn"), expected.replace('R', "A"), "{authorities}");
    }
    let over = json!({"images": [{"glob": "**"}], "authorities": [key()], "policy": {"type": "rego", "data": "x"}});
    assert_eq!(controller(over.clone(), &pod("a/b", Provenance::Unsigned)), "R-");
    assert_eq!(controller(over, &pod("a/b", Provenance::Verified)), "?-");
}

#[test]
fn policies_choose_objects_and_images_without_any_are_for_the_cluster_to_say() {
    let spec = |matches: Value| json!({"images": [{"glob": "**"}], "authorities": [key()], "match": matches});
    let unsigned = Provenance::Unsigned;
    let rows = [
        (json!([]), "R-"),
        (json!([{"version": "v1", "resource": "pods"}]), "R-"),
        (json!([{"version": "*", "resource": "pods"}]), "R-"),
        (json!([{"version": "v2", "resource": "pods"}]), "-R"),
        (json!([{"group": "apps", "version": "v1", "resource": "deployments"}]), "-R"),
        (json!([{"version": "v1", "resource": "pods", "selector": {"matchLabels": {"app": "x"}}}]), "R-"),
        (json!([{"version": "v1", "resource": "pods", "selector": {"matchLabels": {"app": "y"}}}]), "-R"),
        (json!([{"resource": "pods"}]), "-R"),
    ];
    for (matches, expected) in rows {
        assert_eq!(controller(spec(matches.clone()), &pod("a/b", unsigned)), expected, "{matches}");
    }
    let none = |no_match| letters(&PolicyController::read(&[], no_match), &pod("a/b", unsigned));
    assert_eq!((none(NoMatch::Deny), none(NoMatch::Warn), none(NoMatch::Allow)), ("R".to_owned(), "A".to_owned(), "A".to_owned()));
    assert_eq!(
        (NoMatch::read(None), NoMatch::read(Some("Allow")), NoMatch::read(Some("allow"))),
        (NoMatch::Deny, NoMatch::Deny, NoMatch::Allow)
    );
    // Each policy that names an image must hold.
    let pass = policy(json!({"images": [{"glob": "**"}], "authorities": [{"static": {"action": "pass"}}]}));
    let strict = policy(json!({"images": [{"glob": "ghcr.io/**"}], "authorities": [key()]}));
    let both = PolicyController::read(&[pass, strict], NoMatch::Deny);
    assert_eq!(
        (letters(&both, &pod("ghcr.io/a", unsigned)), letters(&both, &pod("quay.io/a", unsigned))),
        ("AR-".to_owned(), "A--".to_owned())
    );
    assert_eq!(letters(&both, &deployment("ghcr.io/a", unsigned)), "AR-");
    let mut scaled = deployment("ghcr.io/a", unsigned);
    scaled.operation = Operation::Update;
    scaled.old_object = scaled.object.clone();
    Arc::make_mut(&mut scaled.object)["spec"]["replicas"] = json!(1);
    Arc::make_mut(&mut scaled.old_object)["spec"]["replicas"] = json!(2);
    assert_eq!(letters(&both, &scaled), "---");
    let mut away = pod("ghcr.io/a", unsigned);
    away.operation = Operation::Delete;
    assert_eq!(letters(&both, &away), "---");
}

#[test]
fn what_anybody_may_sign_is_a_way_around() {
    let with = |identities: Value| {
        let spec = json!({"images": [{"glob": "**"}], "authorities": [{"keyless": {"identities": identities}}]});
        PolicyController::read(&[policy(spec)], NoMatch::Deny).ways_around().len()
    };
    assert_eq!(with(json!([{"issuerRegExp": ".*", "subjectRegExp": ".*"}])), 1);
    assert_eq!(with(json!([{"issuer": "https://a", "subjectRegExp": ".*"}])), 0);
    assert_eq!(with(json!([{"issuer": "https://a", "subject": "b"}])), 0);
    assert_eq!(with(json!([])), 1);
}

fn connaisseur(policy: Value, modes: Modes, request: &Request) -> String {
    let validators = json!([{"name": "allow", "type": "static", "approve": true}, {"name": "deny", "type": "static", "approve": false},
        {"name": "default", "type": "cosign", "trustRoots": [{"name": "default", "key": "x"}]}, {"name": "odd", "type": "other"}]);
    letters(&Connaisseur::read(&json!({"validators": validators, "policy": policy}), modes), request)
}

#[test]
fn the_closest_rule_of_connaisseur_counts() {
    let rows = [
        (json!([{"pattern": "*:*"}]), "nginx", "R"),
        (json!([{"pattern": "*:*", "validator": "allow"}]), "nginx", "A"),
        (json!([{"pattern": "*:*", "validator": "deny"}]), "nginx", "R"),
        (json!([{"pattern": "*:*", "validator": "missing"}]), "nginx", "R"),
        (json!([{"pattern": "*:*", "validator": "odd"}]), "nginx", "?"),
        (json!([{"pattern": "ghcr.io/*", "validator": "allow"}]), "nginx", "R"),
        (json!([{"pattern": "*:*", "validator": "deny"}, {"pattern": "docker.io/library/*", "validator": "allow"}]), "nginx", "A"),
        (json!([{"pattern": "*:*", "validator": "deny"}, {"pattern": "library/*", "validator": "allow"}]), "nginx", "A"),
        (json!([{"pattern": "ghcr.io/a/*", "validator": "deny"}, {"pattern": "ghcr.io/a/b*", "validator": "allow"}]), "ghcr.io/a/b:1", "A"),
        (json!([{"pattern": "ghcr.io/a/b*", "validator": "allow"}, {"pattern": "ghcr.io/a/*", "validator": "deny"}]), "ghcr.io/a/b:1", "A"),
        (json!([{"pattern": "GHCR.io/a/*", "validator": "allow"}]), "ghcr.io/a/b:1", "A"),
        (json!([{"pattern": "a", "validator": "allow"}, {"pattern": "a", "validator": "deny"}]), "a/b", "R"),
        (json!([{"pattern": "{a,b}", "validator": "allow"}]), "a/b", "?"),
        (json!([{"pattern": "*:*", "with": {"trustRoot": "other"}}]), "nginx", "R"),
        (json!([{"pattern": "*:*", "with": {"more": 1}}]), "nginx", "?"),
    ];
    for (rules, image, expected) in rows {
        assert_eq!(connaisseur(rules.clone(), Modes::default(), &pod(image, Provenance::Unsigned)), expected, "{rules} {image}");
    }
    let all = json!([{"pattern": "*:*"}]);
    assert_eq!(connaisseur(all.clone(), Modes::default(), &pod("nginx", Provenance::Verified)), "A");
    assert_eq!(
        connaisseur(json!([{"pattern": "*", "with": {"trustRoot": "other"}}]), Modes::default(), &pod("nginx", Provenance::Verified)),
        "R"
    );
    assert_eq!(connaisseur(all.clone(), Modes::default(), &deployment("nginx", Provenance::Unsigned)), "R");
    assert_eq!(connaisseur(all.clone(), Modes { pods_alone: true, ..Modes::default() }, &deployment("nginx", Provenance::Unsigned)), "A");
    assert_eq!(connaisseur(all.clone(), Modes { pods_alone: true, ..Modes::default() }, &pod("nginx", Provenance::Unsigned)), "R");
    assert_eq!(connaisseur(all.clone(), Modes { detection: true, ..Modes::default() }, &pod("nginx", Provenance::Unsigned)), "A");
    let mut same = pod("nginx", Provenance::Unsigned);
    same.operation = Operation::Update;
    same.old_object = same.object.clone();
    assert_eq!(connaisseur(all.clone(), Modes { unchanged: true, ..Modes::default() }, &same), "A");
    assert_eq!(connaisseur(all, Modes::default(), &same), "R");
    assert_eq!(
        letters(&Connaisseur::read(&json!({"validators": [], "policy": []}), Modes::default()), &pod("nginx", Provenance::Unsigned)),
        "?"
    );
}

#[test]
fn nodes_of_openshift_pull_by_the_closest_scope() {
    let sources = |sources: Value| json!({"spec": {"registrySources": sources}});
    let ask =
        |images: &Value, policies: &[Value], image: &str| letters(&OpenShift::read(images, policies), &pod(image, Provenance::Unsigned));
    let rows = [
        (json!({}), "nginx", "-"),
        (json!({"allowedRegistries": ["docker.io"]}), "nginx", "A"),
        (json!({"allowedRegistries": ["quay.io"]}), "nginx", "R"),
        (json!({"allowedRegistries": ["quay.io/a"]}), "quay.io/a/b", "A"),
        (json!({"allowedRegistries": ["quay.io/a"]}), "quay.io/ab", "R"),
        (json!({"allowedRegistries": ["*.example.com"]}), "a.example.com/b", "A"),
        (json!({"allowedRegistries": ["*.example.com"]}), "example.com/b", "R"),
        (json!({"allowedRegistries": ["quay.io/a:1"]}), "quay.io/a:1", "A"),
        (json!({"allowedRegistries": ["quay.io/a:1"]}), "quay.io/a:2", "R"),
        (json!({"blockedRegistries": ["docker.io"]}), "nginx", "R"),
        (json!({"blockedRegistries": ["docker.io"]}), "quay.io/a", "A"),
        (json!({"blocked": []}), "nginx", "?"),
    ];
    for (given, image, expected) in rows {
        assert_eq!(ask(&sources(given.clone()), &[], image), expected, "{given} {image}");
    }
    // What a volume is made of is pulled by the same rules.
    let mut mounting = pod("quay.io/a/b", Provenance::Unsigned);
    Arc::make_mut(&mut mounting.object)["spec"]["volumes"] = json!([{"name": "v", "image": {"reference": "registry.invalid/w:1"}}]);
    assert_eq!(letters(&OpenShift::read(&sources(json!({"allowedRegistries": ["quay.io"]})), &[]), &mounting), "R");
    let policy = |kind: &str, namespace: &str, scopes: Value| {
        json!({"apiVersion": "config.openshift.io/v1", "kind": kind, "metadata": {"name": "c", "namespace": namespace},
            "spec": {"scopes": scopes, "policy": {"rootOfTrust": {"policyType": "PublicKey", "publicKey": {"keyData": "eA=="}}}}})
    };
    let cluster = policy("ClusterImagePolicy", "", json!(["quay.io/a"]));
    assert_eq!(ask(&Value::Null, std::slice::from_ref(&cluster), "quay.io/a/b"), "-R");
    assert_eq!(ask(&Value::Null, std::slice::from_ref(&cluster), "quay.io/b"), "--");
    assert_eq!(letters(&OpenShift::read(&Value::Null, std::slice::from_ref(&cluster)), &pod("quay.io/a/b", Provenance::Verified)), "-A");
    assert_eq!(ask(&sources(json!({"allowedRegistries": ["docker.io"]})), std::slice::from_ref(&cluster), "quay.io/a/b"), "R-");
    let own = policy("ImagePolicy", "pay", json!(["quay.io/b"]));
    let other = policy("ImagePolicy", "other", json!(["quay.io/b"]));
    let both = [cluster.clone(), own, other];
    assert_eq!(ask(&Value::Null, &both, "quay.io/b"), "--R-");
    assert_eq!(ask(&Value::Null, &both, "quay.io/a"), "-R--");
    let nobody = json!({"apiVersion": "config.openshift.io/v1", "kind": "ClusterImagePolicy", "metadata": {"name": "c"},
        "spec": {"scopes": ["quay.io"], "policy": {"rootOfTrust": {"policyType": "PublicKey"}}}});
    assert_eq!(ask(&Value::Null, &[nobody], "quay.io/b"), "-?");
    assert_eq!(
        ask(&Value::Null, &[policy("ClusterImagePolicy", "", json!([format!("quay.io/b@{DIGEST}")]))], &format!("quay.io/b@{DIGEST}")),
        "-R"
    );
}

fn warden(module: &str, settings: Value, more: Value) -> Value {
    let mut policy = json!({"apiVersion": "policies.kubewarden.io/v1", "kind": "ClusterAdmissionPolicy", "metadata": {"name": "c"}, "spec": {
        "module": format!("registry://ghcr.io/kubewarden/policies/{module}"), "settings": settings, "mutating": false,
        "rules": [{"apiGroups": ["", "apps"], "apiVersions": ["v1"], "resources": ["pods", "deployments"], "operations": ["CREATE", "UPDATE"]}]}});
    for (key, value) in more.as_object().into_iter().flatten() {
        policy["spec"][key] = value.clone();
    }
    policy
}

fn with_spec(spec: Value) -> Request {
    let mut request = pod("nginx", Provenance::Verified);
    Arc::make_mut(&mut request.object)["spec"] = spec;
    request
}

#[test]
fn modules_of_kubewarden_say_what_their_sources_say() {
    let privileged = |list: &str| json!({list: [{"name": "a", "securityContext": {"privileged": true}}]});
    let root = |context: Value| json!({"containers": [{"name": "a", "securityContext": context}]});
    let port = |port: i64| json!({"containers": [{"name": "a", "ports": [{"hostPort": port}]}]});
    let path = |path: &str, read_only: bool| json!({"volumes": [{"name": "v", "hostPath": {"path": path}}], "containers": [{"name": "a", "volumeMounts": [{"name": "v", "readOnly": read_only}]}]});
    let image = |image: &str| json!({"containers": [{"name": "a", "image": image}]});
    let any = json!({"rule": "RunAsAny"});
    let users = |rule: Value| json!({"run_as_user": rule, "run_as_group": any, "supplemental_groups": any});
    let non_root = users(json!({"rule": "MustRunAsNonRoot"}));
    let ranged = users(json!({"rule": "MustRunAs", "ranges": [{"min": 10, "max": 20}]}));
    let paths = json!({"allowedHostPaths": [{"pathPrefix": "/var", "readOnly": true}, {"pathPrefix": "/var/log", "readOnly": false}]});
    let rows = [
        ("pod-privileged:v1.0.0", json!({}), privileged("containers"), "R"),
        ("pod-privileged:v1.0.0", Value::Null, privileged("initContainers"), "R"),
        ("pod-privileged:v1.0.0", json!({"skip_init_containers": true}), privileged("initContainers"), "A"),
        ("pod-privileged:v1.0.0", json!({}), privileged("ephemeralContainers"), "R"),
        ("pod-privileged:v1.0.0", json!({}), root(json!({"privileged": null})), "A"),
        ("pod-privileged:v1.0.0", json!({"more": 1}), privileged("containers"), "?"),
        ("pod-privileged:v0.1.0", json!({}), privileged("containers"), "?"),
        ("pod-privileged:latest", json!({}), privileged("containers"), "?"),
        ("my-own:v1.0.0", json!({}), privileged("containers"), "?"),
        ("host-namespaces-psp:v1.0.0", json!({}), json!({"hostPID": true}), "R"),
        ("host-namespaces-psp:v1.0.0", json!({"allow_host_pid": true}), json!({"hostPID": true}), "A"),
        ("host-namespaces-psp:v1.0.0", json!({}), json!({"hostNetwork": true}), "R"),
        ("host-namespaces-psp:v1.0.0", json!({}), json!({"hostIPC": true}), "R"),
        ("host-namespaces-psp:v1.0.0", json!({}), json!({"hostIPC": false}), "A"),
        ("host-namespaces-psp:v1.0.0", json!({}), port(80), "R"),
        ("host-namespaces-psp:v1.0.0", json!({"allow_host_ports": [{"min": 80, "max": 90}]}), port(80), "A"),
        ("hostpaths-psp:v1.0.0", json!({}), path("/etc", false), "A"),
        ("hostpaths-psp:v1.0.0", paths.clone(), path("/etc", false), "R"),
        ("hostpaths-psp:v1.0.0", paths.clone(), path("/var/lib", true), "A"),
        ("hostpaths-psp:v1.0.0", paths.clone(), path("/var/lib", false), "R"),
        ("hostpaths-psp:v1.0.0", paths.clone(), path("/var/log/x", false), "A"),
        ("hostpaths-psp:v1.0.0", paths.clone(), path("/variable", true), "R"),
        ("hostpaths-psp:v1.0.0", paths, json!({"volumes": [{"name": "v", "hostPath": {"path": "/etc"}}]}), "A"),
        ("user-group-psp:v1.0.0", non_root.clone(), root(json!({"runAsUser": 0})), "R"),
        ("user-group-psp:v1.0.0", non_root.clone(), root(json!({"runAsNonRoot": false})), "R"),
        // It would write runAsNonRoot, and the policy is none that changes.
        ("user-group-psp:v1.0.0", non_root, root(json!({"runAsUser": 5})), "R"),
        ("user-group-psp:v1.0.0", ranged.clone(), root(json!({"runAsUser": 15})), "A"),
        ("user-group-psp:v1.0.0", ranged.clone(), root(json!({"runAsUser": 5})), "R"),
        ("user-group-psp:v1.0.0", users(any.clone()), root(json!({"runAsUser": 0})), "A"),
        ("user-group-psp:v1.0.0", json!({"run_as_user": any}), root(json!({})), "?"),
        ("user-group-psp:v1.0.0", users(json!({"rule": "MustRunAs"})), root(json!({})), "?"),
        ("trusted-repos:v1.0.0", json!({"registries": {"allow": ["ghcr.io"]}}), image("nginx"), "R"),
        ("trusted-repos:v1.0.0", json!({"registries": {"allow": ["ghcr.io"]}}), image("ghcr.io/a/b"), "A"),
        ("trusted-repos:v1.0.0", json!({"registries": {"reject": ["docker.io"]}}), image("nginx"), "R"),
        ("trusted-repos:v1.0.0", json!({"registries": {"allow": ["a.io"], "reject": ["b.io"]}}), image("nginx"), "?"),
        ("trusted-repos:v1.0.0", json!({"tags": {"reject": ["latest"]}}), image("nginx"), "R"),
        ("trusted-repos:v1.0.0", json!({"tags": {"reject": ["latest"]}}), image("nginx:1"), "A"),
        ("trusted-repos:v1.0.0", json!({"images": {"allow": ["nginx"]}}), image("docker.io/library/nginx:1"), "A"),
        ("trusted-repos:v1.0.0", json!({"images": {"allow": ["quay.io/a/b"]}}), image("quay.io/a/b:2"), "A"),
        ("trusted-repos:v1.0.0", json!({"images": {"allow": ["a/b"]}}), image("quay.io/a/b:2"), "A"),
        ("trusted-repos:v1.0.0", json!({"images": {"allow": ["quay.io/a/b:1"]}}), image("quay.io/a/b:2"), "R"),
        ("trusted-repos:v1.0.0", json!({"images": {"reject": ["quay.io/a/b"]}}), image("quay.io/a/b:2"), "R"),
        ("trusted-repos:v1.0.0", json!({}), image("nginx"), "A"),
    ];
    for (module, settings, spec, expected) in rows {
        let said = letters(&Kubewarden::read(&warden(module, settings.clone(), json!({}))), &with_spec(spec.clone()));
        assert_eq!(said, expected, "{module} {settings} {spec}");
    }
    let changing = warden("user-group-psp:v1.0.0", users(json!({"rule": "MustRunAsNonRoot"})), json!({"mutating": true}));
    assert_eq!(letters(&Kubewarden::read(&changing), &with_spec(root(json!({})))), "A");
}

#[test]
fn kubewarden_asks_by_rules_modes_and_conditions() {
    let spec = || json!({"containers": [{"name": "a", "securityContext": {"privileged": true}}]});
    let said = |more: Value| letters(&Kubewarden::read(&warden("pod-privileged:v1.0.0", json!({}), more)), &with_spec(spec()));
    let rows = [
        (json!({}), "R"),
        (json!({"mode": "monitor"}), "A"),
        (json!({"mode": "protect"}), "R"),
        (json!({"rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["services"], "operations": ["*"]}]}), "-"),
        (json!({"rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["UPDATE"]}]}), "-"),
        (json!({"namespaceSelector": {"matchLabels": {"a": "b"}}}), "-"),
        (json!({"objectSelector": {"matchLabels": {"app": "x"}}}), "R"),
        (json!({"objectSelector": {"matchLabels": {"app": "y"}}}), "-"),
        (json!({"matchConditions": [{"name": "a", "expression": "request.operation == 'CREATE'"}]}), "R"),
        (json!({"matchConditions": [{"name": "a", "expression": "request.operation == 'UPDATE'"}]}), "-"),
        (json!({"matchConditions": [{"name": "a", "expression": "object.spec.nothing == 1"}]}), "R"),
        (json!({"matchConditions": [{"name": "a", "expression": "object.spec.nothing == 1"}], "failurePolicy": "Ignore"}), "-"),
        (json!({"matchConditions": [{"name": "a", "expression": "1 +"}]}), "?"),
        (json!({"unknown": 1}), "?"),
    ];
    for (more, expected) in rows {
        assert_eq!(said(more.clone()), expected, "{more}");
    }
    let mut own = warden("pod-privileged:v1.0.0", json!({}), json!({}));
    own["kind"] = json!("AdmissionPolicy");
    own["metadata"]["namespace"] = json!("pay");
    assert_eq!(letters(&Kubewarden::read(&own), &with_spec(spec())), "R");
    own["metadata"]["namespace"] = json!("other");
    assert_eq!(letters(&Kubewarden::read(&own), &with_spec(spec())), "-");
    own["kind"] = json!("ClusterAdmissionPolicyGroup");
    assert_eq!(letters(&Kubewarden::read(&own), &with_spec(spec())), "?");
    let signed = |images: Provenance, image: &str, modify: bool| {
        let settings = json!({"signatures": [{"image": "ghcr.io/*", "pubKeys": ["x"]}], "modifyImagesWithDigest": modify});
        letters(&Kubewarden::read(&warden("verify-image-signatures:v1.0.0", settings, json!({}))), &pod(image, images))
    };
    assert_eq!(signed(Provenance::Unsigned, "ghcr.io/a/b", false), "R");
    assert_eq!(signed(Provenance::Verified, "ghcr.io/a/b", false), "A");
    // Its digest would be written into a policy that may not change anything.
    assert_eq!(signed(Provenance::Verified, "ghcr.io/a/b", true), "R");
    assert_eq!(signed(Provenance::Verified, &format!("ghcr.io/a/b@{DIGEST}"), true), "A");
    assert_eq!(signed(Provenance::Unsigned, "quay.io/a/b", false), "A");
}
