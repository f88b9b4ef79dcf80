//! What stands between a policy and a verdict: lists that were not read, settings that were not kept, images of which only one demand is kept.

use super::{Break, Dress, Form, Outcome, Trial, WITNESSES, Witness, requests};
use crate::kinds::{Ingest, Inventory, KindState, Source};
use crate::model::{Kind, Scope};
use crate::sensitive::FingerprintKey;
use kassay_engines::Namespace;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A cluster with Kyverno, which refuses privileged pods and verifies images by this rule; `held` are the lists that were read.
fn cluster(source: Source, held: &[Kind], verify: &Value, map: Option<&str>) -> Inventory {
    let mut ingest = Ingest::new(source, FingerprintKey([5; 32]));
    for kind in held {
        ingest.state(*kind, KindState::Read, "");
    }
    ingest.object(Kind::Namespaces, &json!({"metadata": {"name": "pay"}}).to_string());
    let privileged = json!({"spec": {"=(ephemeralContainers)": [{"=(securityContext)": {"=(privileged)": "false"}}],
                            "=(initContainers)": [{"=(securityContext)": {"=(privileged)": "false"}}],
                            "containers": [{"=(securityContext)": {"=(privileged)": "false"}}]}});
    let pods = json!({"any": [{"resources": {"kinds": ["Pod"]}}]});
    let rules = json!([{"name": "privileged", "match": pods, "validate": {"failureAction": "Enforce", "message": "no", "pattern": privileged}},
                       {"name": "images", "match": pods, "verifyImages": [verify]}]);
    let policy = json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"}, "spec": {"rules": rules}});
    ingest.object(Kind::KyvernoClusterPolicies, &policy.to_string());
    if let Some(name) = map {
        let settings = json!({"metadata": {"name": name, "namespace": "kyverno"}, "data": {"resourceFilters": "[Pod,pay,*]"}});
        ingest.object(Kind::ConfigMaps, &settings.to_string());
    }
    let hook = json!({"name": "validate.kyverno.svc-fail", "failurePolicy": "Fail", "clientConfig": {"url": "https://kyverno.example"},
                      "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}]});
    let webhooks = json!({"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "kyverno"}, "webhooks": [hook]});
    ingest.object(Kind::ValidatingWebhooks, &webhooks.to_string());
    ingest.finish()
}

const ALL: &[Kind] = &[
    Kind::Namespaces,
    Kind::ValidatingWebhooks,
    Kind::ConfigMaps,
    Kind::KyvernoClusterPolicies,
    Kind::KyvernoPolicyExceptions,
    Kind::KyvernoCelPolicyExceptions,
];

fn signed() -> Value {
    json!({"imageReferences": ["*"], "failureAction": "Enforce", "attestors": [{"entries": [{"keys": {"publicKeys": "k8s://a/b"}}]}]})
}

fn privileged(inventory: &Inventory) -> Outcome {
    let at = WITNESSES.iter().position(|witness| witness.id == "privileged-container").unwrap_or_default();
    Trial::of(inventory, &[]).verdict(0, at).outcome
}

#[test]
fn what_may_leave_pods_out_and_was_not_read_keeps_a_refusal_from_counting() {
    let without: Vec<Kind> = ALL.iter().copied().filter(|kind| *kind != Kind::KyvernoPolicyExceptions).collect();
    let with = |source, held: &[Kind]| privileged(&cluster(source, held, &signed(), None));
    assert_eq!((with(Source::Files, ALL), with(Source::Live, ALL)), (Outcome::Refused, Outcome::Refused));
    // On a live server a kind that is not served has no objects; files may merely not hold them.
    assert_eq!((with(Source::Files, &without), with(Source::Live, &without)), (Outcome::NotEvaluated, Outcome::Refused));
}

#[test]
fn settings_of_kyverno_count_under_whatever_name_they_stand() {
    let with = |map| privileged(&cluster(Source::Live, ALL, &signed(), map));
    assert_eq!((with(None), with(Some("kyverno")), with(Some("acme-kyverno"))), (Outcome::Refused, Outcome::LetIn, Outcome::NotEvaluated));
}

#[test]
fn files_say_which_lists_they_do_not_hold() {
    let files = cluster(Source::Files, ALL, &signed(), None);
    let document = Trial::of(&files, &[]).document();
    assert!(!document.complete && document.unread[0].contains("others"), "{:?}", document.unread);
    let live = cluster(Source::Live, ALL, &signed(), None);
    assert!(Trial::of(&live, &[]).document().complete);
}

/// A cluster with one policy of the server's own about pods.
fn guarded_by(expression: &str) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([5; 32]));
    for kind in [Kind::Namespaces, Kind::ValidatingAdmissionPolicies, Kind::ValidatingAdmissionPolicyBindings] {
        ingest.state(kind, KindState::Read, "");
    }
    ingest.object(Kind::Namespaces, &json!({"metadata": {"name": "pay"}}).to_string());
    let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods", "pods/ephemeralcontainers"]}]);
    let spec = json!({"matchConstraints": {"resourceRules": rules}, "validations": [{"expression": expression}]});
    ingest.object(Kind::ValidatingAdmissionPolicies, &json!({"metadata": {"name": "p"}, "spec": spec}).to_string());
    let binding = json!({"policyName": "p", "validationActions": ["Deny"]});
    ingest.object(Kind::ValidatingAdmissionPolicyBindings, &json!({"metadata": {"name": "b"}, "spec": binding}).to_string());
    ingest.finish()
}

/// Whoever works for the entity names images of its own registry; whoever breaks in, any. Both count.
#[test]
fn images_of_trusted_registries_are_tried_beside_public_ones() {
    let own = "object.spec.containers.all(c, c.image.startsWith('registry.acme.example/pay/'))";
    let privileged = "object.spec.containers.exists(c, c.?securityContext.?privileged.orValue(false))";
    let at = WITNESSES.iter().position(|witness| witness.id == "privileged-container").unwrap_or_default();
    let with = |expression: &str, trusted: &[&str]| {
        let inventory = guarded_by(expression);
        let scope = Scope { trusted_registries: trusted.iter().map(|entry| (*entry).to_owned()).collect(), ..Scope::default() };
        let trial = Trial::in_scope(&inventory, &[], &scope);
        (trial.verdict(0, at).outcome, trial.places[0].dress.image.starts_with("registry.acme.example/pay/pause:"))
    };
    let pay = &["registry.acme.example/pay"][..];
    // Own images are left alone: only who tries one finds out.
    assert_eq!(with(&format!("{own} || !{privileged}"), &[]), (Outcome::Refused, false));
    assert_eq!(with(&format!("{own} || !{privileged}"), pay), (Outcome::LetIn, true));
    // Only own images are looked at: only who tries another finds out.
    assert_eq!(with(&format!("!({own}) || !{privileged}"), pay), (Outcome::LetIn, true));
    // Only own images get in at all, and none that is privileged.
    assert_eq!(with(&format!("{own} && !{privileged}"), pay), (Outcome::Refused, true));
    // An entry of which no image is known here is passed over.
    assert_eq!(with(&format!("{own} || !{privileged}"), &["*.acme.example"]), (Outcome::Refused, false));
}

#[test]
fn an_image_is_as_badly_guarded_as_the_worst_that_it_may_lack() {
    let attested = |conditions: Value| {
        json!({"imageReferences": ["*"], "failureAction": "Enforce", "attestations": [
            {"type": "t", "attestors": [{"entries": [{"keys": {"publicKeys": "k8s://a/b"}}]}], "conditions": conditions}]})
    };
    let image = |verify: &Value, breaks| {
        Trial::of(&cluster(Source::Live, ALL, verify, None), &[]).image(0, "registry.acme.example/a:1", breaks).outcome
    };
    let bound = json!([{"all": [{"key": "{{ critical }}", "operator": "Equals", "value": 0}]}]);
    assert_eq!(image(&attested(bound), Break::Attestation), Outcome::Refused);
    // Asked for, and whatever it says is good enough.
    assert_eq!(image(&attested(json!([])), Break::Attestation), Outcome::LetIn);
    assert_eq!((image(&signed(), Break::Signature), image(&signed(), Break::Attestation)), (Outcome::Refused, Outcome::LetIn));
}

/// A cluster with Kyverno of these images, and a policy that asserts what no pod is.
fn asserting(images: &[&str]) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([5; 32]));
    for kind in ALL.iter().chain(&[Kind::Pods]) {
        ingest.state(*kind, KindState::Read, "");
    }
    ingest.object(Kind::Namespaces, &json!({"metadata": {"name": "pay"}}).to_string());
    let rule = json!({"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
                      "validate": {"failureAction": "Enforce", "message": "no", "assert": {"object": {"(kind == 'Pod')": false}}}});
    let policy = json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"}, "spec": {"rules": [rule]}});
    ingest.object(Kind::KyvernoClusterPolicies, &policy.to_string());
    let service = json!({"service": {"namespace": "kyverno", "name": "kyverno-svc"}});
    let hook = json!({"name": "validate.kyverno.svc-fail", "failurePolicy": "Fail", "clientConfig": service,
                      "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}]});
    let webhooks = json!({"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "kyverno"}, "webhooks": [hook]});
    ingest.object(Kind::ValidatingWebhooks, &webhooks.to_string());
    for (at, image) in images.iter().enumerate() {
        let spec = json!({"initContainers": [{"name": "pre", "image": "reg.kyverno.io/kyverno/kyvernopre:v1.13.0"}],
                          "containers": [{"name": "kyverno", "image": image}]});
        let pod =
            json!({"metadata": {"name": format!("kyverno-{at}"), "namespace": "kyverno"}, "spec": spec, "status": {"phase": "Running"}});
        ingest.object(Kind::Pods, &pod.to_string());
    }
    ingest.finish()
}

/// Assertion trees mean nothing to Kyverno since 1.19: a policy that asserts refuses nothing there, however it reads.
#[test]
fn what_a_version_of_kyverno_passes_over_refuses_nothing_there() {
    let with = |images: &[&str]| privileged(&asserting(images));
    for newer in ["reg.kyverno.io/kyverno/kyverno:v1.19.1", "registry.acme.example/kyverno:1.20.0-fips"] {
        assert_eq!(with(&[newer, newer]), Outcome::LetIn, "{newer}");
    }
    let digest = format!("reg.kyverno.io/kyverno/kyverno@sha256:{}", "a".repeat(64));
    let [newer, older] = ["reg.kyverno.io/kyverno/kyverno:v1.19.1", "reg.kyverno.io/kyverno/kyverno:v1.18.4"];
    for unknown in [&[][..], &[older], &[newer, older], &[newer, &digest], &["reg.kyverno.io/kyverno/kyverno:latest"]] {
        assert_eq!(with(unknown), Outcome::NotEvaluated, "{unknown:?}");
    }
}

#[test]
fn each_way_in_has_its_requests() {
    let (space, dress) = (Namespace::new("pay", &BTreeMap::new()), Dress::default());
    for by_controllers in [false, true] {
        for witness in WITNESSES.iter() {
            let steps: usize = requests::ways(witness, by_controllers).map(|(_, count)| count).sum();
            assert_eq!(requests::requests(witness, &space, &dress, by_controllers).len(), steps, "{}", witness.id);
        }
    }
}

/// Another image is put into the pod that stands for all: it is the pod that would have been made with that image.
#[test]
fn a_pod_with_another_image_is_the_pod_made_with_it() {
    let space = Namespace::new("pay", &BTreeMap::new());
    let pod = |image: &str| {
        let dress = Dress { image: image.to_owned(), ..Dress::default() };
        let clean = Witness::by_id(Form::Pod.clean()).map(|clean| requests::requests(clean, &space, &dress, false).remove(0));
        clean.map(|request| (*request.object).clone()).unwrap_or_default()
    };
    let images = ["web", "web:latest", "registry.acme.example:5000/web", "registry.acme.example/web:1", &Dress::default().image];
    for one in images {
        for other in images {
            let mut put = pod(one);
            requests::put_image(&mut put, other);
            assert_eq!(put, pod(other), "{one} to {other}");
        }
    }
}
