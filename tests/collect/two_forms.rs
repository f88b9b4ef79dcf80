//! Lists come in Kubernetes' binary form where a server has it and all of it is known, and as JSON otherwise: nothing of that shows in what is read.

use super::cluster::TestCluster;
use super::faults::{all_else_is_read, block, read, state};
use super::server::{Asked, Reply, Server, page, status};
use super::wire::{Sample, answer, entry, field, maps, named, samples};
use http_body_util::BodyExt;
use kassay_core::kinds::wire::{WirePage, knows};
use kassay_core::kinds::{Ingest, Inventory, KindState, Source};
use kassay_core::model::Kind;
use kassay_core::sensitive::FingerprintKey;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

const MAPS: &str = "/api/v1/configmaps";

fn wants_wire(asked: &Asked) -> bool {
    asked.header("accept").split(',').any(|form| form == "application/vnd.kubernetes.protobuf")
}

/// A list of one page that was written in both forms.
fn whole(kind: Kind) -> Sample {
    let all = samples(Path::new(env!("CARGO_MANIFEST_DIR")));
    all.into_iter().find(|sample| sample.kind == kind && !sample.json.contains("\"continue\"")).unwrap()
}

#[test]
fn both_forms_make_the_same_inventory() {
    let kinds = [Kind::Pods, Kind::Nodes, Kind::Deployments, Kind::CronJobs, Kind::Services, Kind::ClusterRoles, Kind::NetworkPolicies];
    let read_as = |wire: bool| {
        let samples: Vec<Sample> = kinds.into_iter().map(whole).collect();
        let server = Server::start(move |asked, _| {
            let sample = samples.iter().find(|sample| asked.path().ends_with(&format!("/{}", sample.kind.resource())))?;
            assert!(wants_wire(asked), "{asked:?}");
            Some(if wire { Reply::Wire(200, sample.wire.clone()) } else { Reply::Raw(200, "", sample.json.clone()) })
        });
        read(&server)
    };
    let (wire, json) = (read_as(true), read_as(false));
    let told = |inventory: &Inventory| {
        let of = |kind: &Kind| format!("{kind:?} {:?}", inventory.coverage_of(*kind));
        let states: Vec<String> = kinds.iter().map(of).collect();
        let parts = json!([
            inventory.pods,
            inventory.specs,
            inventory.controllers,
            inventory.nodes,
            inventory.services,
            inventory.cluster_roles,
            inventory.network_policies
        ]);
        (states, parts)
    };
    assert_eq!(told(&wire), told(&json));
    assert!(kinds.iter().all(|kind| wire.coverage_of(*kind).items == 2), "{:?}", told(&wire).0);
}

#[test]
fn a_page_with_what_is_not_known_is_read_as_json_from_there_on() {
    let server = Server::start(|asked, _| {
        if asked.path() != MAPS {
            return None;
        }
        let data = field(2, &entry("a", "v"));
        let reply = match (asked.query("continue"), wants_wire(asked)) {
            (None, true) => Reply::Wire(200, maps("t1", &[[named("first"), data].concat()])),
            (Some("t1"), true) => Reply::Wire(200, maps("t2", &[[named("second"), data, field(9, b"new")].concat()])),
            (Some("t1"), false) => page(
                "ConfigMapList",
                &[json!({"metadata": {"name": "second", "namespace": "shop", "uid": "uid-second"}, "newer": "new"})],
                "t2",
                1,
            ),
            (Some("t2"), false) => page("ConfigMapList", &[json!({"metadata": {"name": "third", "namespace": "shop"}})], "", 0),
            other => panic!("{other:?}"),
        };
        Some(reply)
    });
    let inventory = read(&server);
    all_else_is_read(&inventory, &[]);
    let names: Vec<&str> = inventory.config_maps.iter().map(|map| map.metadata.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
    let limits: BTreeSet<String> =
        server.asked().iter().filter(|asked| asked.path() == MAPS).map(|asked| asked.query("limit").unwrap().to_owned()).collect();
    assert_eq!(limits.len(), 1, "pages stay as large as they were");
}

#[test]
fn a_server_without_the_form_is_asked_for_json() {
    for code in [406, 415] {
        let server = Server::start(move |asked, _| {
            wants_wire(asked).then(|| status(code, "NotAcceptable", "only the following media types are accepted: application/json"))
        });
        let inventory = read(&server);
        all_else_is_read(&inventory, &[]);
        assert_eq!(inventory.cluster.uid, "the-uid");
    }
}

#[test]
fn refusals_keep_their_words_in_either_form() {
    let words = "configmaps is forbidden: User \"assessor\" cannot list resource \"configmaps\"";
    let server = Server::start(move |asked, _| {
        let told = [field(1, b""), field(2, b"Failure"), field(3, words.as_bytes()), field(4, b"Forbidden"), vec![0x30, 0x93, 3]].concat();
        (asked.path() == MAPS).then(|| Reply::Wire(403, answer("v1", "Status", &told)))
    });
    assert_eq!(state(&read(&server), Kind::ConfigMaps), (KindState::Forbidden, words.to_owned()));
}

#[test]
fn another_list_than_was_asked_for_is_none_in_either_form() {
    let server = Server::start(|asked, _| (asked.path() == MAPS).then(|| Reply::Wire(200, answer("v1", "PodList", &field(1, b"")))));
    let (state, words) = state(&read(&server), Kind::ConfigMaps);
    assert!(state == KindState::Failed && words.contains("calls itself v1 PodList"), "{state:?} {words}");
}

/// Everything that a real server holds, in the state of one moment, in both forms.
#[test]
fn a_real_server_says_the_same_in_both_forms() {
    let Some(cluster) = TestCluster::start() else { return };
    cluster.apply_demo();
    let get = |uri: &str, accept: &str| -> Vec<u8> {
        let file = Kubeconfig::read_from(cluster.kubeconfig()).unwrap();
        block(async {
            let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
            let client = kube::Client::try_from(config).unwrap();
            let request = http::Request::get(uri).header("Accept", accept).body(kube::client::Body::empty()).unwrap();
            client.send(request).await.unwrap().into_body().collect().await.unwrap().to_bytes().to_vec()
        })
    };
    let inventory = |kind: Kind, take: &dyn Fn(&mut Ingest)| {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        take(&mut ingest);
        ingest.state(kind, KindState::Read, "");
        serde_json::to_string(&ingest.finish()).unwrap()
    };
    let mut objects = 0;
    for kind in Kind::ALL {
        let api_version = if kind.group().is_empty() { kind.version().to_owned() } else { format!("{}/{}", kind.group(), kind.version()) };
        if !knows(&api_version, kind.kind()) {
            continue;
        }
        let root = if kind.group().is_empty() { "api" } else { "apis" };
        let path = format!("/{root}/{api_version}/{}", kind.resource());
        let now: Value = serde_json::from_slice(&get(&format!("{path}?limit=1"), "application/json")).unwrap();
        let at = now["metadata"]["resourceVersion"].as_str().unwrap();
        let uri = format!("{path}?resourceVersion={at}&resourceVersionMatch=Exact");
        let json = String::from_utf8(get(&uri, "application/json")).unwrap();
        let page = WirePage::read(get(&uri, kassay_core::kinds::wire::ACCEPT)).unwrap_or_else(|fault| panic!("{kind:?}: {fault}"));
        let wire = inventory(*kind, &|ingest| ingest.wire_page(*kind, &page, &BTreeSet::new()));
        assert_eq!(wire, inventory(*kind, &|ingest| drop(ingest.page(*kind, &json).unwrap())), "{kind:?}");
        objects += page.items().len();
    }
    assert!(objects > 200, "{objects}");
}
