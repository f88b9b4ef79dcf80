//! Pod templates are found by their shape, wherever they stand.

use super::*;
use crate::kinds::{Ingest, Inventory, Source};
use crate::model::Kind;
use crate::sensitive::FingerprintKey;

fn known(kind: Kind, object: &Value) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
    ingest.object(kind, &object.to_string());
    ingest.finish()
}

fn unknown(version: &str, kind: &str, object: &Value) -> (bool, Inventory) {
    let mut ingest = Ingest::new(Source::Files, FingerprintKey([0; 32]));
    let taken = ingest.foreign(version, kind, &object.to_string());
    (taken, ingest.finish())
}

/// Path, and what of each container.
fn told(inventory: &Inventory) -> Vec<(String, Vec<String>)> {
    let workload = &inventory.workloads[0];
    let images = |spec: usize| inventory.spec(spec).all_containers().map(|(_, c)| c.image.clone()).collect();
    workload.variants.iter().map(|v| (workload.spec_path().to_owned(), images(v.spec))).collect()
}

fn pods(image: &str) -> Value {
    json!({"metadata": {"labels": {"app": "x"}}, "spec": {"hostPID": true, "containers": [{"name": "c", "image": image}]}})
}

#[test]
fn add_ons_are_judged_by_their_templates() {
    let meta = json!({"name": "m", "namespace": "shop"});
    let rollout = json!({"metadata": meta, "spec": {"replicas": 0, "template": pods("a")},
        "status": {"phase": "Healthy", "conditions": [{"type": "Completed", "status": "True"}]}});
    let inventory = known(Kind::ArgoRollouts, &rollout);
    assert_eq!(told(&inventory), [("spec.template.spec".to_owned(), vec!["a".to_owned()])]);
    assert_eq!(inventory.workloads[0].template_labels.get("app").map(String::as_str), Some("x"));
    let json = inventory.object_json(&inventory.workloads[0].object).unwrap_or_default();
    assert_eq!(json.pointer("/spec/template/spec/hostPID"), Some(&json!(true)));
    let job = |name: &str, image: &str| json!({"name": name, "template": {"spec": {"template": pods(image)}}});
    let set = json!({"metadata": meta, "spec": {"replicatedJobs": [job("a", "one"), job("b", "two")]}});
    let paths = "spec.replicatedJobs[*].template.spec.template.spec".to_owned();
    assert_eq!(told(&known(Kind::JobSets, &set)), [(paths.clone(), vec!["one".to_owned()]), (paths, vec!["two".to_owned()])]);
    let task = json!({"metadata": meta, "spec": {"steps": [{"name": "s", "image": "step"}], "sidecars": [{"name": "d", "image": "dind"}]}});
    assert_eq!(told(&known(Kind::TektonTasks, &task))[0].1, ["step", "dind"]);
    let workflow = json!({"metadata": meta, "spec": {"hostNetwork": true, "volumes": [{"name": "h", "hostPath": {"path": "/"}}],
        "templates": [{"name": "t", "container": {"name": "", "image": "run", "securityContext": {"privileged": true}}}]}});
    let inventory = known(Kind::ArgoWorkflows, &workflow);
    let spec = inventory.spec(inventory.workloads[0].variants[0].spec);
    assert!(spec.host_network && spec.volumes[0].host_path.as_deref() == Some("/"));
    assert_eq!(spec.containers[0].security_context.privileged, Some(true));
    let spark = json!({"metadata": meta, "spec": {"image": "spark", "driver": {"cores": 1, "securityContext": {"privileged": true}}, "executor": {"cores": 2, "image": "other"}}});
    assert_eq!(
        told(&known(Kind::SparkApplications, &spark)).into_iter().flat_map(|(_, images)| images).collect::<Vec<_>>(),
        ["spark", "other"]
    );
}

#[test]
fn what_does_not_tell_its_pods_is_named() {
    let meta = json!({"name": "m", "namespace": "shop"});
    let unjudged = |inventory: &Inventory| inventory.unjudged().map(|(object, why)| format!("{object}: {why}")).collect::<Vec<_>>();
    let machine = json!({"metadata": meta, "spec": {"template": {"spec": {"domain": {}}}}});
    assert_eq!(unjudged(&known(Kind::KubevirtMachines, &machine)), ["VirtualMachine shop/m: it holds no pod template"]);
    let patched =
        json!({"metadata": meta, "spec": {"podSpecPatch": "hostPID: true", "templates": [{"name": "t", "container": {"image": "a"}}]}});
    let inventory = known(Kind::ArgoWorkflows, &patched);
    assert_eq!((inventory.workloads.len(), unjudged(&inventory).len()), (1, 1));
    let broken = json!({"metadata": meta, "spec": {"template": {"spec": {"hostPID": "yes", "containers": [{"image": "a"}]}}}});
    assert_eq!(unjudged(&known(Kind::ArgoRollouts, &broken)).len(), 1);
    // The template stands in another object, or nothing will run any more.
    let referring = json!({"metadata": meta, "spec": {"workloadRef": {"kind": "Deployment", "name": "web"}}});
    assert!(unjudged(&known(Kind::ArgoRollouts, &referring)).is_empty());
    let over = json!({"metadata": meta, "spec": {}, "status": {"conditions": [{"type": "Succeeded", "status": "False"}]}});
    assert!(unjudged(&known(Kind::TektonTaskRuns, &over)).is_empty());
}

#[test]
fn kinds_that_nobody_knows_are_found_by_their_shape() {
    let meta = json!({"name": "m", "namespace": "shop"});
    let deep = json!({"metadata": meta, "spec": {"pools": [{"name": "gpu", "podTemplate": pods("a")}]}});
    let (taken, inventory) = unknown("ml.acme.example/v1", "Training", &deep);
    assert!(taken);
    assert_eq!(told(&inventory), [("spec.pools[name=gpu].podTemplate.spec".to_owned(), vec!["a".to_owned()])]);
    assert_eq!(inventory.workloads[0].object.group, "ml.acme.example");
    let bare = json!({"metadata": meta, "spec": {"containers": [{"image": "a"}]}});
    assert!(unknown("acme.example/v1", "Runner", &bare).0);
    let opaque = json!({"metadata": meta, "spec": {"podTemplate": "spec: {hostPID: true}"}});
    let (taken, inventory) = unknown("acme.example/v1", "Runner", &opaque);
    assert_eq!((taken, inventory.unjudged().count(), inventory.workloads.len()), (true, 1, 0));
    // An operator's object tells what its pods run in words of its own.
    for spec in [
        json!({"sidecars": [{"name": "log", "image": "a", "securityContext": {"privileged": true}}]}),
        json!({"image": "a", "hostNetwork": true}),
        json!({"server": {"image": "a", "replicas": 2}}),
        json!({"pools": [{"image": "a", "volumes": [{"name": "h", "hostPath": {"path": "/"}}]}]}),
    ] {
        let (taken, inventory) = unknown("acme.example/v1", "Database", &json!({"metadata": meta, "spec": spec}));
        assert_eq!((taken, inventory.unjudged().count()), (true, 1), "{spec}");
    }
    // What names an image and runs nothing.
    for spec in
        [json!({"image": "a", "interval": "5m"}), json!({"images": ["a"], "replicas": 2}), json!({"image": {"repository": "a"}, "env": []})]
    {
        assert!(!unknown("acme.example/v1", "ImageRepository", &json!({"metadata": meta, "spec": spec})).0, "{spec}");
    }
    // Records and measurements make nothing.
    let usage = json!({"metadata": meta, "containers": [{"name": "c", "usage": {"cpu": "1"}}]});
    assert!(!unknown("metrics.k8s.io/v1beta1", "PodMetrics", &usage).0);
    assert!(!unknown("apps/v1", "ControllerRevision", &json!({"metadata": meta, "data": {"spec": {"template": pods("a")}}})).0);
    assert!(!unknown("acme.example/v1", "Report", &json!({"metadata": meta, "status": {"containers": [{"image": "a"}]}})).0);
}

#[test]
fn an_object_whose_controller_was_read_is_judged_by_it() {
    let database = json!({"metadata": {"name": "m", "namespace": "shop"}, "spec": {"image": "a", "replicas": 2}});
    let controlled = |by: &str| {
        let owner = json!({"apiVersion": "acme.example/v1", "kind": "Database", "name": by, "uid": "u", "controller": true});
        json!({"metadata": {"name": "m-0", "namespace": "shop", "ownerReferences": [owner]}, "spec": {"template": pods("a")}})
    };
    for (owner, unjudged) in [("m", 0), ("another", 1)] {
        let mut ingest = Ingest::new(Source::Files, FingerprintKey([0; 32]));
        ingest.foreign("acme.example/v1", "Database", &database.to_string());
        ingest.object(Kind::StatefulSets, &controlled(owner).to_string());
        assert_eq!(ingest.finish().unjudged().count(), unjudged, "{owner}");
    }
}

#[test]
fn a_snapshot_keeps_them() {
    let rollout = json!({"metadata": {"name": "m", "namespace": "shop"}, "spec": {"template": pods("a")}});
    let written = serde_json::to_string(&known(Kind::ArgoRollouts, &rollout)).unwrap_or_default();
    let mut again: Inventory = serde_json::from_str(&written).unwrap_or_default();
    again.settle();
    assert_eq!(told(&again), [("spec.template.spec".to_owned(), vec!["a".to_owned()])]);
}
