//! Kubernetes' binary form of lists beside JSON: both are read into the same inventory, and what is odd about the binary form is never a wrong value.
//!
//! The samples are random lists of every kind that is read so, each as Kubernetes' own library writes it in both forms
//! (`tests/cluster/kubernetes/wire`).

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/wire.rs"]
mod wire;
#[path = "support/wire_writer.rs"]
mod wire_writer;

use kassay_core::kinds::wire::{WirePage, is_wire, knows, next_in, words};
use kassay_core::kinds::{Ingest, Inventory, Source};
use kassay_core::model::Kind;
use kassay_core::model::kind::Keep;
use kassay_core::sensitive::FingerprintKey;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use wire::{Sample, answer, entry, field, maps, named, samples};
use wire_writer::Writer;

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")));

fn inventory(kind: Kind, take: impl FnOnce(&mut Ingest)) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    take(&mut ingest);
    assert_eq!(ingest.cluster().uid, "");
    ingest.version(kind, "v1");
    ingest.finish()
}

fn of_json(kind: Kind, json: &str) -> Inventory {
    inventory(kind, |ingest| drop(ingest.page(kind, json).unwrap()))
}

fn of_wire(kind: Kind, page: &WirePage) -> Inventory {
    inventory(kind, |ingest| ingest.wire_page(kind, page, &BTreeSet::new()))
}

fn text(inventory: &Inventory) -> String {
    serde_json::to_string(inventory).unwrap()
}

/// Without what is null, which the binary form does not tell from what is not there.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[test]
fn all_kinds_of_kubernetes_that_are_kept_in_types_have_the_form() {
    let with: BTreeSet<Kind> = SAMPLES.iter().map(|sample| sample.kind).collect();
    for kind in Kind::ALL.iter().filter(|kind| kind.stock() && kind.keep() == Keep::Typed) {
        let api_version = if kind.group().is_empty() { kind.version().to_owned() } else { format!("{}/{}", kind.group(), kind.version()) };
        // Aggregated APIs describe themselves elsewhere.
        assert_eq!(knows(&api_version, kind.kind()), *kind != Kind::ApiServices, "{kind:?}");
        assert_eq!(with.contains(kind), *kind != Kind::ApiServices, "{kind:?}");
    }
    assert!(!knows("v1", "Secret") && !knows("apps/v1beta1", "Deployment") && !knows("acme.example/v1", "Pod"));
}

#[test]
fn values_are_those_of_json() {
    for sample in SAMPLES.iter() {
        let page = WirePage::read(sample.wire.clone()).unwrap();
        let mut json: Value = serde_json::from_str(&sample.json).unwrap();
        without_nulls(&mut json);
        assert_eq!((page.kind(), page.api_version()), (json["kind"].as_str().unwrap(), json["apiVersion"].as_str().unwrap()));
        assert_eq!(page.next(), json["metadata"]["continue"].as_str().unwrap_or_default());
        assert_eq!(page.remaining(), json["metadata"]["remainingItemCount"].as_u64().map(|n| usize::try_from(n).unwrap()));
        let items: Vec<Value> = page.items().map(|item| item.read().unwrap()).collect();
        assert_eq!(Value::Array(items.clone()), json["items"], "{:?}", sample.kind);
        let written: Vec<Value> = page.items().map(|item| serde_json::from_str(&item.json().unwrap()).unwrap()).collect();
        assert_eq!(written, items);
    }
}

#[test]
fn inventories_are_those_of_json_byte_for_byte() {
    for sample in SAMPLES.iter() {
        let page = WirePage::read(sample.wire.clone()).unwrap();
        let (wire, json) = (of_wire(sample.kind, &page), of_json(sample.kind, &sample.json));
        assert_eq!(wire.coverage_of(sample.kind), json.coverage_of(sample.kind));
        assert_eq!(text(&wire), text(&json), "{:?}", sample.kind);
    }
}

/// Objects that differ in what may differ between those of one template, and in what may not, each of them twice.
fn alike() -> Vec<Value> {
    let changes: [fn(&mut Value); 15] = [
        |_| {},
        |pod| pod["spec"]["nodeName"] = json!("node-2"),
        |pod| pod["spec"]["hostNetwork"] = json!(true),
        |pod| pod["spec"]["hostNetwork"] = json!(false),
        |pod| pod["spec"]["containers"][0]["env"][0]["value"] = json!("4111 1111 1111 1111"),
        |pod| pod["spec"]["containers"][0]["envFrom"] = json!([{"secretRef": {"name": "kube-api-access-bcdfg"}}]),
        |pod| pod["spec"]["containers"][0]["envFrom"] = json!([{"secretRef": {"name": "kube-api-access-ghjkl"}}]),
        |pod| pod["spec"]["containers"][0]["command"] = json!(["sh", "-c", "\u{15}kube-api-access-bcdfg"]),
        |pod| pod["spec"]["containers"][0]["command"] = json!(["sh", "-c", "\u{15}kube-api-access-ghjkl"]),
        |pod| {
            let term = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-1"]}]});
            pod["spec"]["affinity"] =
                json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}});
        },
        |pod| pod["metadata"]["namespace"] = json!("kube-system"),
        |pod| {
            pod["metadata"]["namespace"] = json!("kube-system");
            pod["metadata"]["labels"] = json!({"tier": "control-plane", "component": "kube-apiserver"});
            pod["spec"]["containers"][0]["command"] = json!(["kube-apiserver", "--anonymous-auth=false"]);
        },
        |pod| pod["metadata"]["managedFields"][0]["time"] = json!("2026-02-03T04:05:06Z"),
        |pod| pod["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["v:\"4111 1111 1111 1111\""] = json!({}),
        |pod| pod["metadata"]["ownerReferences"] = json!([]),
    ];
    let of = |nth: usize, change: &fn(&mut Value)| {
        let volume = format!("kube-api-access-{}", ["bcdfg", "ghjkl", "aeiou", "bcdfgh"][nth % 4]);
        let mount = json!([{"name": volume, "mountPath": "/var/run"}]);
        let container = json!({"name": "web", "image": "registry.example/web:1", "ports": [{"containerPort": 8080}],
            "env": [{"name": "MODE", "value": "fast"}], "volumeMounts": mount});
        let record = json!([{"manager": "kubectl-edit", "operation": "Update", "apiVersion": "v1", "time": format!("2026-01-01T00:00:{:02}Z", nth % 60),
            "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]);
        let mut pod = json!({
            "metadata": {"name": format!("web-{nth}"), "namespace": "shop", "labels": {"app": "web"},
                "ownerReferences": [{"kind": "Made", "name": "web", "uid": "u", "apiVersion": "acme.example/v1", "controller": true}],
                "managedFields": record},
            "spec": {"containers": [container], "nodeName": "node-1", "volumes": [{"name": volume, "projected": {"sources": []}}]},
        });
        change(&mut pod);
        pod
    };
    (0..4).flat_map(|turn| changes.iter().enumerate().map(move |(nth, change)| of(turn * 21 + nth, change))).collect()
}

#[test]
fn what_came_before_is_known_in_both_forms_alike() {
    let writer = Writer::new();
    for (kind, api_version) in [(Kind::Pods, "v1"), (Kind::ReplicaSets, "apps/v1"), (Kind::Deployments, "apps/v1")] {
        let objects: Vec<Value> = alike()
            .into_iter()
            .map(|pod| match kind {
                Kind::Pods => pod,
                _ => json!({"metadata": pod["metadata"], "spec": {"replicas": 1, "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod["spec"]}}}),
            })
            .collect();
        let list = json!({"kind": format!("{}List", kind.kind()), "apiVersion": api_version, "metadata": {}, "items": objects});
        let page = WirePage::read(writer.page(api_version, kind.kind(), "", None, &objects)).unwrap();
        let (wire, json) = (of_wire(kind, &page), of_json(kind, &list.to_string()));
        assert_eq!(text(&wire), text(&json), "{kind:?}");
        assert!(!text(&wire).contains("4111 1111 1111 1111"), "{kind:?}");
        // One by one, with nothing before them, they are the same.
        for object in &objects {
            let alone = WirePage::read(writer.page(api_version, kind.kind(), "", None, std::slice::from_ref(object))).unwrap();
            let alone = of_wire(kind, &alone);
            let name = object["metadata"]["name"].as_str().unwrap();
            let of = |inventory: &Inventory| -> Value {
                let all: Value = serde_json::to_value(inventory).unwrap();
                let list = if kind == Kind::Pods { &all["pods"] } else { &all["controllers"][kind.id()] };
                let mut own =
                    list.as_array().into_iter().flatten().find(|own| own["metadata"]["name"] == name).cloned().unwrap_or_default();
                let spec = usize::try_from(own["spec"].as_u64().unwrap()).unwrap();
                own["spec"] = all["specs"][spec].clone();
                own
            };
            assert_eq!(of(&alone), of(&wire), "{kind:?} {name}");
        }
    }
}

/// A card number in place of a text of the samples that has the same length, wherever that stands.
#[test]
fn what_detectors_find_is_the_same() {
    let (plain, card) = ("registry.acme.example/pay/api:1.4", "card 4111 1111 1111 1111 for test");
    let mut found = 0;
    for sample in SAMPLES.iter() {
        let page = WirePage::read(replace(&sample.wire, plain.as_bytes(), card.as_bytes())).unwrap();
        let (wire, json) = (of_wire(sample.kind, &page), of_json(sample.kind, &sample.json.replace(plain, card)));
        assert_eq!(text(&wire), text(&json), "{:?}", sample.kind);
        assert!(!text(&wire).contains("4111 1111 1111 1111"), "{:?}", sample.kind);
        found += wire.redactions;
    }
    assert!(found > 100, "{found}");
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at).collect();
    places.into_iter().for_each(|at| bytes[at..at + to.len()].copy_from_slice(to));
    bytes
}

#[test]
fn the_next_page_is_known_from_the_beginning_of_one() {
    let sample = &SAMPLES[0];
    let whole = WirePage::read(sample.wire.clone()).unwrap();
    let known = (0..sample.wire.len()).find(|cut| next_in(&sample.wire[..*cut]).is_some()).unwrap();
    assert!(known < 64, "{known}");
    for cut in known..sample.wire.len() {
        assert_eq!(next_in(&sample.wire[..cut]).as_deref(), Some(whole.next()));
    }
    assert_eq!(next_in(sample.json.as_bytes()), None);
    assert!(is_wire(&sample.wire) && !is_wire(sample.json.as_bytes()));
}

#[test]
fn what_is_not_known_or_not_in_its_place_is_not_read() {
    let meta = named("m");
    let data = |key: &str| field(2, &entry(key, "v"));
    let good = maps("", &[[meta.clone(), data("a"), data("b"), vec![0x20, 1]].concat()]);
    let page = WirePage::read(good.clone()).unwrap();
    let value: Value = page.items().next().unwrap().read().unwrap();
    assert_eq!(
        value,
        serde_json::json!({"metadata": {"name": "m", "namespace": "shop", "uid": "uid-m"}, "data": {"a": "v", "b": "v"}, "immutable": true})
    );
    let bad: &[(&str, Vec<u8>)] = &[
        ("a field that nobody knows", maps("", &[[meta.clone(), field(9, b"x")].concat()])),
        ("a field before its time", maps("", &[[data("a"), meta.clone()].concat()])),
        ("a field twice", maps("", &[[meta.clone(), meta.clone()].concat()])),
        ("a list that goes on later", maps("", &[[meta.clone(), data("a"), vec![0x20, 1], data("b")].concat()])),
        ("a key twice", maps("", &[[meta.clone(), data("a"), data("a")].concat()])),
        ("keys out of order", maps("", &[[meta.clone(), data("b"), data("a")].concat()])),
        ("an entry without a value", maps("", &[[meta.clone(), field(2, &field(1, b"a"))].concat()])),
        ("an entry with more", maps("", &[[meta.clone(), field(2, &[entry("a", "v"), field(3, b"")].concat())].concat()])),
        ("a number where a text is", maps("", &[[meta.clone(), vec![0x10, 1]].concat()])),
        ("a text where a truth is", maps("", &[[meta.clone(), field(4, b"x")].concat()])),
        ("a truth of two", maps("", &[[meta.clone(), vec![0x20, 2]].concat()])),
        ("a fixed number", maps("", &[[meta.clone(), vec![0x21, 0, 0, 0, 0, 0, 0, 0, 0]].concat()])),
        ("a number that never ends", maps("", &[[meta.clone(), [vec![0x20], vec![0xff; 11]].concat()].concat()])),
        ("no text", maps("", &[[meta.clone(), field(2, &[field(1, b"a"), field(2, b"\xff")].concat())].concat()])),
        (
            "a time of many years",
            maps("", &[field(1, &[field(1, b"m"), field(8, &[8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])].concat())]),
        ),
        ("another list", answer("v1", "PodList", &[field(1, b""), field(2, &[meta.clone(), data("a")].concat())].concat())),
        ("a list of what is not known", answer("v1", "SecretList", &field(1, b""))),
        ("an object", answer("v1", "ConfigMap", &meta)),
        ("no metadata", answer("v1", "ConfigMapList", &field(2, &meta))),
        (
            "something packed",
            [b"k8s\0".to_vec(), field(1, &entry("v1", "ConfigMapList")), field(2, &field(1, b"")), field(3, b"gzip")].concat(),
        ),
        ("JSON", br#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[]}"#.to_vec()),
        ("nothing", Vec::new()),
    ];
    for (what, bytes) in bad {
        let fault = WirePage::read(bytes.clone()).map(drop).expect_err(what).to_string();
        assert!(fault.len() > 10, "{what}");
    }
    for cut in 0..good.len() - 4 {
        assert!(WirePage::read(good[..cut].to_vec()).is_err(), "{cut}");
    }
}

#[test]
fn the_words_of_a_refusal_are_read() {
    let status =
        [field(1, b""), field(2, b"Failure"), field(3, b"pods is forbidden"), field(4, b"Forbidden"), vec![0x30, 0x93, 3]].concat();
    assert_eq!(words(&answer("v1", "Status", &status)).as_deref(), Some("pods is forbidden"));
    assert_eq!(words(&answer("v1", "Pod", &status)), None);
    assert_eq!(words(b"k8s\0nonsense"), None);
}

#[test]
fn objects_that_lack_what_makes_them_one_are_told_as_in_json() {
    let name = field(1, &field(1, b"x"));
    let cases: &[(&str, Kind, &str, Vec<u8>, &str)] = &[
        ("v1", Kind::Pods, "PodList", name.clone(), r#"{"metadata":{"name":"x"}}"#),
        ("v1", Kind::Pods, "PodList", Vec::new(), "{}"),
        ("v1", Kind::Namespaces, "NamespaceList", field(1, b""), r#"{"metadata":{}}"#),
        (
            "apps/v1",
            Kind::Deployments,
            "DeploymentList",
            [name.clone(), field(2, &[8, 1])].concat(),
            r#"{"metadata":{"name":"x"},"spec":{"replicas":1}}"#,
        ),
        (
            "batch/v1",
            Kind::CronJobs,
            "CronJobList",
            [name.clone(), field(2, &field(5, b""))].concat(),
            r#"{"metadata":{"name":"x"},"spec":{"jobTemplate":{}}}"#,
        ),
        (
            "rbac.authorization.k8s.io/v1",
            Kind::Roles,
            "RoleList",
            [name.clone(), field(2, &field(1, b"get"))].concat(),
            r#"{"metadata":{"name":"x"},"rules":[{"verbs":["get"]}]}"#,
        ),
        ("rbac.authorization.k8s.io/v1", Kind::RoleBindings, "RoleBindingList", name.clone(), r#"{"metadata":{"name":"x"}}"#),
        ("v1", Kind::Services, "ServiceList", name.clone(), r#"{"metadata":{"name":"x"}}"#),
    ];
    for (api_version, kind, list_kind, wire, json) in cases {
        let page = WirePage::read(answer(api_version, list_kind, &[field(1, b""), field(2, wire)].concat())).unwrap();
        let json = format!(r#"{{"apiVersion":"{api_version}","kind":"{list_kind}","items":[{json}]}}"#);
        let (wire, json) = (of_wire(*kind, &page), of_json(*kind, &json));
        assert!(wire.coverage_of(*kind).message.starts_with("1 not readable"), "{kind:?}: {:?}", wire.coverage_of(*kind));
        assert_eq!(text(&wire), text(&json));
    }
}

proptest! {
    /// Bytes that were changed on their way are refused, or read as what they now say; nothing else, and nothing panics.
    #[test]
    fn broken_pages_are_refused_or_say_one_thing(at in any::<prop::sample::Index>(), places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let sample = at.get(&SAMPLES[..]);
        let mut bytes = sample.wire.clone();
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = (next_in(&bytes), words(&bytes));
        if let Ok(page) = WirePage::read(bytes) {
            for item in page.items() {
                let text = item.json().unwrap();
                if let Ok(value) = item.read::<Value>() {
                    prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
                }
            }
            let _ = of_wire(sample.kind, &page);
        }
    }
}

#[test]
fn what_is_written_from_json_is_read_as_that_json() {
    let writer = Writer::new();
    for sample in SAMPLES.iter() {
        let mut json: Value = serde_json::from_str(&sample.json).unwrap();
        without_nulls(&mut json);
        let items = json["items"].as_array().unwrap();
        let bytes = writer.page(json["apiVersion"].as_str().unwrap(), sample.kind.kind(), "more", Some(3), items);
        let page = WirePage::read(bytes).unwrap();
        assert_eq!((page.next(), page.remaining()), ("more", Some(3)));
        assert_eq!(page.items().map(|item| item.read::<Value>().unwrap()).collect::<Vec<_>>(), *items, "{:?}", sample.kind);
    }
}
