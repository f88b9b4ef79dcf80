//! Believable policies of the kinds that are published, the Pod Security Standards and what goes beside them in each engine's words: each is evaluated by
//! ours, and on every witness ours says what the engine says.

use crate::asking::Engine;
use crate::comparing::{Case, Judges, Said};
use crate::dice::Dice;
use crate::{refused, witnesses};
use kassay_engines::{Namespace, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of one engine.
fn files(engine: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/engines/policies");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(engine));
    files.sort();
    assert!(files.len() > 10, "{engine}: {files:?}");
    files
}

fn documents(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("\n---\n")
        .map(|document| serde_saphyr::from_str(document).unwrap_or_else(|why| panic!("{}: {why}", path.display())))
        .collect()
}

/// Every witness as a pod in some namespaces; some as what makes pods, and as a container that is added.
fn inputs() -> Vec<Value> {
    let spaces =
        [("pay", BTreeMap::from([("env".to_owned(), "prod".to_owned())])), ("kube-system", BTreeMap::new()), ("default", BTreeMap::new())];
    let mut all: Vec<Request> = Vec::new();
    for pod in witnesses::each() {
        for (name, labels) in &spaces {
            all.push(witnesses::creating(pod.clone(), Namespace::new(name, labels)));
        }
    }
    let mut dice = Dice::new(7);
    all.extend((0..100).map(|_| witnesses::request(&mut dice)));
    all.iter().map(witnesses::told).collect()
}

fn hold(
    engine: &mut Engine,
    files: &[PathBuf],
    policy: &dyn Fn(Vec<Value>) -> Value,
    question: &dyn Fn(&Value, &[Value]) -> Value,
    ours: &dyn Fn(&Value, &[Value]) -> Vec<Said>,
) {
    let inputs = inputs();
    for file in files {
        let case = Case { policy: policy(documents(file)), inputs: inputs.clone() };
        Judges { engine, question, heard: &refused, compiled_alone: false, ours }.hold(
            file.file_name().unwrap().to_str().unwrap(),
            std::iter::once(case),
            100,
        );
    }
}

#[test]
fn published_validating_policies_are_answered() {
    let Some(mut engine) = Engine::start("kubernetes") else { return };
    let policy = |documents: Vec<Value>| {
        let of = |kind: &str| documents.iter().filter(|document| document["kind"] == kind).cloned().collect::<Vec<_>>();
        json!({
            "policy": documents[0], "bindings": of("ValidatingAdmissionPolicyBinding"), "params": of("ConfigMap"),
            "paramKinds": [{"apiVersion": "v1", "kind": "ConfigMap", "namespaced": true}],
        })
    };
    hold(&mut engine, &files("vap-"), &policy, &crate::ask_validating, &crate::validating_policy);
}

#[test]
fn published_templates_are_answered() {
    let Some(mut engine) = Engine::start("gatekeeper") else { return };
    let policy = |documents: Vec<Value>| json!({"template": documents[0], "constraints": documents[1..]});
    hold(&mut engine, &files("gatekeeper-"), &policy, &crate::ask_gatekeeper, &crate::constraints);
}

#[test]
fn published_policies_of_kyverno_are_answered() {
    let Some(mut engine) = Engine::start("kyverno") else { return };
    hold(&mut engine, &files("kyverno-"), &|documents| json!({"policy": documents[0]}), &crate::ask_kyverno, &crate::kyverno_policy);
}
