//! What is judged where pods and templates say different things.

use crate::kinds::{Ingest, Inventory, Source, Workload};
use crate::model::Kind;
use crate::sensitive::FingerprintKey;
use serde_json::{Value, json};

fn read(objects: &[(Kind, Value)]) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
    for (kind, object) in objects {
        ingest.object(*kind, &object.to_string());
    }
    ingest.finish()
}

fn spec(image: &str) -> Value {
    json!({"containers": [{"name": "main", "image": image}]})
}

fn meta(name: &str, owner: Option<(&str, &str)>) -> Value {
    let mut meta = json!({"name": name, "namespace": "shop"});
    if let Some((version, kind)) =
        owner.map(|(kind, _)| (if kind == "Deployment" || kind == "ReplicaSet" { "apps/v1" } else { "batch/v1" }, kind))
    {
        let name = owner.map(|(_, name)| name);
        meta["ownerReferences"] = json!([{"apiVersion": version, "kind": kind, "name": name, "controller": true}]);
    }
    meta
}

fn made(name: &str, owner: Option<(&str, &str)>, spec: &Value) -> Value {
    json!({"metadata": meta(name, owner), "spec": {"template": {"metadata": {"labels": {"app": "x"}}, "spec": spec}}})
}

fn pod(name: &str, owner: (&str, &str), phase: &str, spec: &Value) -> (Kind, Value) {
    (Kind::Pods, json!({"metadata": meta(name, Some(owner)), "spec": spec, "status": {"phase": phase}}))
}

/// Images of a workload with the pods that have them.
fn images(inventory: &Inventory, workload: &Workload) -> Vec<(String, u32)> {
    workload.variants.iter().map(|v| (inventory.spec(v.spec).containers[0].image.clone(), v.pods)).collect()
}

fn only(inventory: &Inventory) -> Vec<(String, u32)> {
    let names: Vec<String> = inventory.workloads.iter().map(|w| w.object.to_string()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    images(inventory, &inventory.workloads[0])
}

fn judged(list: &[(&str, u32)]) -> Vec<(String, u32)> {
    list.iter().map(|(image, pods)| ((*image).to_owned(), *pods)).collect()
}

#[test]
fn pods_that_ended_stand_for_no_template() {
    let cron = json!({"metadata": meta("nightly", None), "spec": {"jobTemplate": {"spec": {"template": {"spec": spec("new")}}}}});
    let mut job = made("nightly-1", Some(("CronJob", "nightly")), &spec("old"));
    job["status"] = json!({"conditions": [{"type": "Complete", "status": "True"}]});
    let gone = pod("nightly-1-a", ("Job", "nightly-1"), "Succeeded", &spec("old"));
    let inventory = read(&[(Kind::CronJobs, cron.clone()), (Kind::Jobs, job), gone.clone()]);
    assert_eq!(only(&inventory), judged(&[("new", 0)]));
    // A Job that has not ended may start pods again.
    let going = made("nightly-1", Some(("CronJob", "nightly")), &spec("old"));
    let inventory = read(&[(Kind::CronJobs, cron), (Kind::Jobs, going), gone.clone()]);
    assert_eq!(only(&inventory), judged(&[("old", 0), ("new", 0)]));
    // Where nothing else was read, they are what there is.
    assert_eq!(only(&read(&[gone])), judged(&[("old", 1)]));
}

#[test]
fn an_evicted_pod_of_no_replicas_hides_no_template() {
    let mut web = made("web", None, &spec("new"));
    web["spec"]["replicas"] = json!(0);
    let set = made("web-1", Some(("Deployment", "web")), &spec("old"));
    let evicted = pod("web-1-a", ("ReplicaSet", "web-1"), "Failed", &spec("old"));
    let mut old = set.clone();
    old["spec"]["replicas"] = json!(0);
    let inventory = read(&[(Kind::Deployments, web.clone()), (Kind::ReplicaSets, old), evicted.clone()]);
    assert_eq!(only(&inventory), judged(&[("new", 0)]));
    // The old ReplicaSet still wants pods: the rollout stands still.
    let inventory = read(&[(Kind::Deployments, web), (Kind::ReplicaSets, set), evicted]);
    assert_eq!(only(&inventory), judged(&[("new", 0), ("old", 0)]));
}

#[test]
fn a_template_that_its_pods_do_not_come_of_is_judged() {
    let running = pod("web-1-a", ("ReplicaSet", "web-1"), "Running", &spec("old"));
    let set = |image: &str| (Kind::ReplicaSets, made("web-1", Some(("Deployment", "web")), &spec(image)));
    let web = |image: &str| (Kind::Deployments, made("web", None, &spec(image)));
    // Paused, or not yet rolled out.
    assert_eq!(only(&read(&[web("new"), set("old"), running.clone()])), judged(&[("old", 1), ("new", 0)]));
    assert_eq!(only(&read(&[web("old"), set("old"), running.clone()])), judged(&[("old", 1)]));
    // Admission added a container, limits and a digest: the pod shows what becomes of the template.
    let digest = format!("old@sha256:{}", "1".repeat(64));
    let more = json!({"containers": [{"name": "main", "image": digest, "resources": {"limits": {"cpu": "1"}}}, {"name": "proxy", "image": "proxy"}]});
    let changed = pod("web-1-a", ("ReplicaSet", "web-1"), "Running", &more);
    assert_eq!(only(&read(&[web("old"), set("old"), changed.clone()])), judged(&[(&digest, 1)]));
    // The same pod shows nothing of a template that was written since.
    let open = json!({"hostNetwork": true, "containers": [{"name": "main", "image": "old"}]});
    let opened = (Kind::Deployments, made("web", None, &open));
    assert_eq!(only(&read(&[opened.clone(), set("old"), changed.clone()])), judged(&[(&digest, 1), ("old", 0)]));
    // Nor where something of the template was taken away in the pod.
    let set = (Kind::ReplicaSets, made("web-1", Some(("Deployment", "web")), &open));
    assert_eq!(only(&read(&[opened, set, changed])), judged(&[(&digest, 1), ("old", 0)]));
}

#[test]
fn sets_whose_pods_are_replaced_by_hand_are_judged_by_their_template() {
    let mut labelled = pod("agent-a", ("DaemonSet", "agent"), "Running", &spec("old"));
    labelled.1["metadata"]["ownerReferences"][0]["apiVersion"] = json!("apps/v1");
    let set = |updated: u32, observed: u32| {
        let mut set = made("agent", None, &spec("new"));
        set["metadata"]["generation"] = json!(2);
        set["status"] = json!({"observedGeneration": observed, "updatedNumberScheduled": updated});
        (Kind::DaemonSets, set)
    };
    // The status speaks of the template of before, or counts no pod of this one.
    for state in [set(1, 1), set(0, 2)] {
        assert_eq!(only(&read(&[state, labelled.clone()])), judged(&[("old", 1), ("new", 0)]));
    }
    // All are of the present template; a changed image is judged in both.
    let mut same = labelled.clone();
    same.1["spec"] = json!({"containers": [{"name": "main", "image": "new", "env": [{"name": "A", "value": "b"}]}]});
    assert_eq!(only(&read(&[set(1, 2), same.clone()])), judged(&[("new", 1)]));
    assert_eq!(only(&read(&[set(1, 1), same])), judged(&[("new", 1), ("new", 0)]));
    // A StatefulSet says which revision is the present one.
    let state = |revision: &str| {
        let mut set = made("db", None, &spec("db"));
        set["metadata"]["generation"] = json!(3);
        set["status"] = json!({"observedGeneration": 3, "updateRevision": revision});
        (Kind::StatefulSets, set)
    };
    let more = json!({"containers": [{"name": "main", "image": "db", "imagePullPolicy": "Always", "resources": {"limits": {"cpu": "1"}}}]});
    let mut member = pod("db-0", ("StatefulSet", "db"), "Running", &more);
    member.1["metadata"]["ownerReferences"][0]["apiVersion"] = json!("apps/v1");
    member.1["metadata"]["labels"] = json!({"controller-revision-hash": "db-2"});
    assert_eq!(only(&read(&[state("db-2"), member.clone()])), judged(&[("db", 1)]));
    assert_eq!(only(&read(&[state("db-3"), member])), judged(&[("db", 1), ("db", 0)]));
}

#[test]
fn what_an_unread_owner_left_is_judged_by_its_own_template() {
    let mut set = made("api-1", Some(("ReplicaSet", "x")), &spec("api"));
    set["metadata"]["ownerReferences"][0] =
        json!({"apiVersion": "rollouts.acme.example/v1", "kind": "Release", "name": "api", "controller": true});
    set["spec"]["replicas"] = json!(0);
    let inventory = read(&[(Kind::ReplicaSets, set)]);
    assert_eq!(only(&inventory), judged(&[("api", 0)]));
    let object = &inventory.workloads[0].object;
    assert_eq!((object.group.as_str(), object.to_string().as_str()), ("rollouts.acme.example", "Release shop/api"));
    // An owner of a kind that is read, and is not there.
    let orphan = made("web-5f", Some(("Deployment", "web")), &spec("web"));
    assert_eq!(only(&read(&[(Kind::ReplicaSets, orphan)])), judged(&[("web", 0)]));
    let job = made("nightly-1", Some(("CronJob", "nightly")), &spec("n"));
    assert_eq!(only(&read(&[(Kind::Jobs, job)])), judged(&[("n", 0)]));
}

#[test]
fn objects_without_a_name_or_a_namespace_keep_apart() {
    let job = |image: &str| (Kind::Jobs, json!({"metadata": {"generateName": "load-"}, "spec": {"template": {"spec": spec(image)}}}));
    let mut named = made("load", None, &spec("c"));
    named["metadata"] = json!({"name": "load", "namespace": "default"});
    let inventory = read(&[job("a"), job("b"), (Kind::Jobs, named)]);
    let names: Vec<String> = inventory.workloads.iter().map(|w| w.object.path()).collect();
    assert_eq!(names, ["default/load", "default/load-*", "default/load-*2"]);
    // An owner without a name is none.
    let owned = |name: &str| {
        (
            Kind::Pods,
            json!({"metadata": {"name": name, "ownerReferences": [{"kind": "ReplicaSet", "apiVersion": "apps/v1"}]}, "spec": spec(name)}),
        )
    };
    assert_eq!(read(&[owned("a"), owned("b")]).workloads.len(), 2);
    // One deployment, written with and without its namespace.
    let web = |namespace: Value, image: &str| {
        let metadata = json!({"name": "web", "namespace": namespace});
        (Kind::Deployments, json!({"metadata": metadata, "spec": {"template": {"spec": spec(image)}}}))
    };
    let inventory = read(&[web(Value::Null, "a"), web(json!("default"), "b")]);
    assert_eq!(only(&inventory).len(), 2);
}
