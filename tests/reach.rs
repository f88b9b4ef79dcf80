//! Reachability against a second reading of the API's documentation: a slow and plain one, written here, that asks pod by pod, port by port
//! and address by address, and knows nothing of groups, sets or caches. Random clusters must come out the same in both.
//!
//! `KASSAY_RANDOM_COUNT` says how many clusters are tried, `KASSAY_RANDOM_SEED` where to begin. A disagreement is shown by the smallest
//! cluster that still has it, with its seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/policies/mod.rs"]
mod policies;

use kassay_core::analysis::reach::{Document, Reach, Reading};
use kassay_core::analysis::segmentation::Segmentation;
use kassay_core::kinds::{Ingest, Inventory, KindState, Source};
use kassay_core::model::{Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use policies::oracle::{self, Allowed, Cluster, Place};
use policies::{random, shrink};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn inventory(objects: &[Value], source: Source) -> Inventory {
    let mut ingest = Ingest::new(source, FingerprintKey([3; 32]));
    if source == Source::Live {
        for kind in Kind::ALL {
            ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
        }
    }
    for object in objects {
        let known = Kind::of(object["apiVersion"].as_str().unwrap_or_default(), object["kind"].as_str().unwrap_or_default());
        if let Some(kind) = known {
            ingest.object(kind, &object.to_string());
        }
    }
    ingest.finish()
}

fn document(inventory: &Inventory) -> Value {
    serde_json::to_value(Document::new(&Reach::new(inventory), &Scope::default())).unwrap()
}

fn place(end: &Value) -> Place {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if end["ip"].is_string() {
        let except = end["except"].as_array().into_iter().flatten().map(text).collect();
        return Place::Range(text(&end["ip"]), except);
    }
    Place::Workload(text(&end["namespace"]), text(&end["kind"]), text(&end["name"]))
}

/// An object that was not evaluated, as policies are named.
fn named(entry: &Value) -> String {
    let path = [&entry["namespace"], &entry["name"]].into_iter().filter_map(Value::as_str).filter(|part| !part.is_empty());
    format!("{} {}", entry["kind"].as_str().unwrap(), path.collect::<Vec<_>>().join("/"))
}

/// Reads `All` or `TCP 80,443,8080-8090 | UDP 53` back.
fn ports(text: &str) -> Vec<(String, u16, u16)> {
    if text == "All" {
        return ["TCP", "UDP", "SCTP"].map(|protocol| (protocol.to_owned(), 1, u16::MAX)).to_vec();
    }
    let mut found = Vec::new();
    for part in text.split(" | ") {
        let (protocol, spans) = part.split_once(' ').expect("a protocol and its ports");
        for span in spans.split(',') {
            let (first, last) = span.split_once('-').unwrap_or((span, span));
            found.push((protocol.to_owned(), first.parse().unwrap(), last.parse().unwrap()));
        }
    }
    found
}

/// What the program says, in the words of the oracle: which of the ports asked about each pair may use, and by which policies.
fn told(flows: &Value, asked: &BTreeSet<(String, u16)>) -> BTreeMap<(Place, Place), Allowed> {
    let mut told = BTreeMap::new();
    for flow in flows.as_array().unwrap() {
        let spans = ports(flow["ports"].as_str().unwrap());
        let open = asked.iter().filter(|(p, port)| spans.iter().any(|(q, first, last)| p == q && (*first..=*last).contains(port)));
        let by = flow["by"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let twice = told.insert((place(&flow["from"]), place(&flow["to"])), (open.cloned().collect(), by));
        assert!(twice.is_none(), "a flow stands twice: {flow}");
    }
    told
}

/// The first difference between the two readings, in words; nothing where they agree.
fn disagreement(objects: &[Value]) -> Option<String> {
    let mut cluster = Cluster::read(objects);
    let inventory = inventory(objects, Source::Live);
    let document = document(&inventory);
    if document["complete"] != json!(true) {
        return Some("not complete".to_owned());
    }
    let beyond: BTreeSet<String> = document["not_evaluated"].as_array().unwrap().iter().map(named).collect();
    if beyond != cluster.beyond {
        return Some(format!("not evaluated: {}\n  documentation: {:?}", document["not_evaluated"], cluster.beyond));
    }
    // The program may ask about more ranges than the policies name: what is left of one when another is taken out.
    let told_of: BTreeSet<Place> = Reach::new(&inventory).ranges().iter().map(|range| oracle::range(&range.cidr, &range.except)).collect();
    if let Some(missing) = cluster.ranges.difference(&told_of).find(|range| !cluster.interesting_addresses(range).is_empty()) {
        return Some(format!("a range is not told: {missing:?}"));
    }
    cluster.ranges = told_of;
    let asked = cluster.interesting_ports();
    let hosts: BTreeSet<Place> = document["outside_of_policy"].as_array().unwrap().iter().map(place).collect();
    if hosts != cluster.on_host_network() {
        return Some(format!("outside of policy: {hosts:?}"));
    }
    let wanted = cluster.flows(&asked);
    let found = told(&document["flows"], &asked);
    for pair in wanted.keys().chain(found.keys()) {
        let (want, have) = (wanted.get(pair), found.get(pair));
        if want != have {
            return Some(format!("{:?} → {:?}\n  documentation: {want:?}\n  program:       {have:?}", pair.0, pair.1));
        }
    }
    over_pods(&cluster, &inventory, &asked)
}

/// The same under the reading in which address ranges admit pods.
fn over_pods(cluster: &Cluster, inventory: &Inventory, asked: &BTreeSet<(String, u16)>) -> Option<String> {
    let reach = Reach::new(inventory);
    let mut judge = reach.judge(Reading::OverPods);
    let name = |at: usize| {
        let object = &reach.workloads()[at].workload.object;
        Place::Workload(object.namespace.clone(), object.kind.clone(), object.name.clone())
    };
    for from in 0..reach.workloads().len() {
        for to in (0..reach.workloads().len()).filter(|to| *to != from) {
            let want = cluster.between(&name(from), &name(to), asked, true);
            let have = judge.between(from, to).map_or_else(BTreeSet::new, |passage| {
                let spans = ports(&passage.text);
                let open = |(p, port): &&(String, u16)| spans.iter().any(|(q, first, last)| p == q && (*first..=*last).contains(port));
                asked.iter().filter(open).cloned().collect()
            });
            if want.0 != have {
                return Some(format!(
                    "ranges over pods: {:?} → {:?}\n  documentation: {:?}\n  program: {have:?}",
                    name(from),
                    name(to),
                    want.0
                ));
            }
        }
    }
    None
}

#[test]
fn random_clusters_come_out_as_a_plain_reading_of_the_documentation() {
    let number = |name: &str, otherwise: u64| std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"));
    let (count, seed) = (number("KASSAY_RANDOM_COUNT", 200), number("KASSAY_RANDOM_SEED", 2025));
    let mut flows = 0;
    for seed in seed..seed + count {
        let objects = random::cluster(seed);
        if let Some(found) = disagreement(&objects) {
            let small = shrink::smallest(objects, |objects| shrink::is_whole(objects) && disagreement(objects).is_some());
            let found = disagreement(&small).unwrap_or(found);
            let lines: Vec<String> = small.iter().map(Value::to_string).collect();
            panic!("seed {seed}: {found}\nin\n{}", lines.join("\n"));
        }
        flows += Cluster::read(&objects).flows(&BTreeSet::from([("TCP".to_owned(), 80)])).len();
    }
    assert!(count < 100 || flows > 100, "the random clusters hardly allow anything, so they show nothing: {flows}");
    eprintln!("{count} clusters from seed {seed}, {flows} flows on TCP 80");
}

/// Who answers for others gives their answer, word for word, however a cluster is parted.
#[test]
fn one_of_each_sort_answers_for_all_of_them() {
    let mut answered_for = 0;
    for seed in 0..60_usize {
        let inventory = inventory(&random::cluster(seed as u64), Source::Live);
        let reach = Reach::new(&inventory);
        // By namespace, as scope parts a cluster, then anyhow.
        for parting in 0..4_usize {
            let side = |index: &usize| match parting {
                0 | 1 => reach.workloads()[*index].workload.object.namespace.len() % 2 == parting,
                _ => (index * 31 + seed * 7 + parting).count_ones().is_multiple_of(2),
            };
            let (ours, others): (Vec<usize>, Vec<usize>) = (0..reach.workloads().len()).partition(side);
            let sorts = reach.sorts(&ours, &others);
            for reading in [Reading::Outside, Reading::OverPods] {
                let mut judge = reach.judge(reading);
                for (nth, index) in ours.iter().enumerate() {
                    let speaker = ours[sorts.iter().position(|sort| *sort == sorts[nth]).unwrap()];
                    answered_for += usize::from(speaker != *index);
                    for other in &others {
                        assert_eq!(judge.between(*index, *other), judge.between(speaker, *other), "seed {seed}: {index} → {other}");
                        assert_eq!(judge.between(*other, *index), judge.between(*other, speaker), "seed {seed}: {other} → {index}");
                    }
                }
            }
        }
    }
    assert!(answered_for > 200, "hardly anybody was answered for, so this shows nothing: {answered_for}");
}

/// Segmentation counts by sorts what the flows tell one by one.
#[test]
fn segmentation_counts_what_the_flows_tell() {
    let categories = ["cde", "connected", "out_of_scope"];
    let mut counted = 0;
    for seed in 0..60_usize {
        let inventory = inventory(&random::cluster(seed as u64), Source::Live);
        let names: BTreeSet<&str> = inventory.namespaces.iter().map(|n| n.metadata.name.as_str()).collect();
        let rule = |(nth, name): (usize, &&str)| {
            format!("[[namespace]]\nmatch = \"{name}\"\ncategory = \"{}\"\nreason = \"r\"\n", categories[(nth + seed) % 3])
        };
        let scope: Scope = toml::from_str(&names.iter().enumerate().map(rule).collect::<String>()).unwrap();
        let reach = Reach::new(&inventory);
        let mut wanted: BTreeMap<String, (usize, usize, Vec<String>)> = BTreeMap::new();
        for flow in reach.flows(&scope) {
            let (flows, open, rows) = wanted.entry(format!("{:?} {:?}", flow.from_category, flow.to_category)).or_default();
            *flows += 1;
            *open += usize::from(flow.passage.ports.is_all());
            rows.push(format!("{} {} {} {:?}", flow.from.line(), flow.to.line(), flow.passage.text, flow.by));
        }
        let seen = Segmentation::by(&reach, &inventory, &scope);
        let found: BTreeMap<String, (usize, usize, Vec<String>)> = seen
            .crossings
            .iter()
            .map(|c| {
                let rows = c.shown.iter().map(|r| format!("{} {} {} {:?}", r.from, r.to, r.ports, r.by)).collect();
                (format!("{:?} {:?}", c.from, c.to), (c.flows, c.open, rows))
            })
            .collect();
        let total = |all: &BTreeMap<String, (usize, usize, Vec<String>)>| all.values().map(|(flows, ..)| flows).sum::<usize>();
        counted += total(&wanted);
        let sorted = |all: BTreeMap<String, (usize, usize, Vec<String>)>| -> BTreeMap<String, (usize, usize, BTreeSet<String>)> {
            all.into_iter().map(|(key, (flows, open, rows))| (key, (flows, open, rows.into_iter().collect()))).collect()
        };
        assert_eq!(sorted(found), sorted(wanted), "seed {seed}");
        let into = seen.crossings.iter().filter(|c| c.into_cde()).map(|c| c.flows).sum::<usize>();
        assert_eq!(seen.into_cde.shown.iter().map(|pair| pair.tally.flows).sum::<usize>(), into, "seed {seed}");
    }
    assert!(counted > 500, "the random clusters hardly allow anything, so they show nothing: {counted}");
}

/// Namespaces that all have the same policies of their own: `default-deny`, and one that lets `web` into `api`.
fn alike(namespaces: usize, replicas: usize) -> Vec<Value> {
    let mut objects = vec![];
    for space in (0..namespaces).map(|n| format!("space-{n}")) {
        objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}));
        for app in ["web", "api", "mail"] {
            for nth in 0..replicas {
                let name = format!("{app}-{nth}");
                objects.push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": space, "name": name, "labels": {"app": app, "nth": name}},
                    "spec": {"containers": [{"name": "c", "image": "i"}]}, "status": {"phase": "Running"}}));
            }
        }
        let policy = |name: &str, spec: Value| json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": space, "name": name}, "spec": spec});
        objects.push(policy("default-deny", json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})));
        let peer = json!([{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]);
        objects.push(policy("api", json!({"podSelector": {"matchLabels": {"app": "api"}}, "ingress": peer})));
    }
    objects
}

/// What costs time: groups grow with distinct labels that policies read, not with pods; sorts with what is said across the border, not with
/// namespaces.
#[test]
fn groups_don_t_grow_with_pods_and_sorts_not_with_namespaces() {
    let counts = |namespaces: usize, replicas: usize| {
        let inventory = inventory(&alike(namespaces, replicas), Source::Live);
        let reach = Reach::new(&inventory);
        assert_eq!(reach.workloads().len(), namespaces * replicas * 3);
        let in_one: Vec<usize> =
            (0..reach.workloads().len()).filter(|i| reach.workloads()[*i].workload.object.namespace == "space-0").collect();
        let rest: Vec<usize> = (0..reach.workloads().len()).filter(|i| !in_one.contains(i)).collect();
        let mut across = reach.sorts(&rest, &in_one);
        across.sort_unstable();
        across.dedup();
        (reach.group_count(), across.len())
    };
    // `web`, `api` and any other name are told apart in each namespace; from the outside all are alike, because nothing is let in or out.
    assert_eq!(counts(4, 2), (12, 1));
    assert_eq!(counts(4, 20), (12, 1));
    assert_eq!(counts(40, 2), (120, 1));
}

/// The shrinking itself: what is left of a cluster is what the complaint is about.
#[test]
fn a_disagreement_is_shown_by_few_objects() {
    let has_policy = |objects: &[Value]| objects.iter().any(|o| o["kind"] == "NetworkPolicy");
    let with_policy = (0..50).map(random::cluster).find(|objects| has_policy(objects)).unwrap();
    let small = shrink::smallest(with_policy, has_policy);
    assert_eq!(small.len(), 1);
    assert_eq!(small[0]["kind"], "NetworkPolicy");
}

/// The two readings could be wrong together; these cases are worked out by hand.
#[test]
fn cases_worked_out_by_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/reach");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no case", folder.display());
    for path in files {
        let documents: Vec<Value> = serde_saphyr::from_multiple(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let (expected, objects): (Vec<Value>, Vec<Value>) = documents.into_iter().partition(|d| d["kind"] == "Expected");
        let expected = expected.first().unwrap_or_else(|| panic!("{} expects nothing", path.display()));
        let document = document(&inventory(&objects, Source::Live));
        let line = |end: &Value| match place(end) {
            Place::Workload(namespace, _, name) => format!("{namespace}/{name}"),
            Place::Range(ip, except) if except.is_empty() => ip,
            Place::Range(ip, except) => format!("{ip} except {}", except.join(" ")),
        };
        let flows: BTreeSet<String> = document["flows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|flow| {
                let by: Vec<&str> = flow["by"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
                format!("{} -> {}: {} [{}]", line(&flow["from"]), line(&flow["to"]), flow["ports"].as_str().unwrap(), by.join(", "))
            })
            .collect();
        let wanted: BTreeSet<String> = expected["flows"].as_array().unwrap().iter().map(|l| l.as_str().unwrap().to_owned()).collect();
        assert_eq!(flows, wanted, "{}", path.display());
        if let Some(not_evaluated) = expected["not_evaluated"].as_array() {
            let names: Vec<Value> = document["not_evaluated"].as_array().unwrap().iter().map(|entry| entry["why"].clone()).collect();
            assert_eq!(&names, not_evaluated, "{}", path.display());
        }
    }
}

#[test]
fn what_was_not_read_is_not_complete() {
    for kind in [Kind::Pods, Kind::Namespaces, Kind::NetworkPolicies] {
        for state in [KindState::Forbidden, KindState::Failed, KindState::Partial, KindState::Absent] {
            let mut inventory = inventory(&random::cluster(1), Source::Live);
            assert_eq!(document(&inventory)["complete"], json!(true));
            inventory.coverage.entry(kind).or_default().state = state;
            assert_eq!(document(&inventory)["complete"], json!(false), "{kind:?} {state:?}");
        }
    }
    let mut refused = inventory(&[], Source::Live);
    refused.coverage.entry(Kind::AdminNetworkPolicies).or_default().state = KindState::Forbidden;
    assert_eq!(document(&refused)["not_evaluated"][0]["kind"], "AdminNetworkPolicy");
}

/// Whole systems as their makers publish them: read without complaint, and where nobody wrote a policy everyone reaches everyone.
#[test]
fn published_systems_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/systems");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is absent", folder.display());
        return;
    };
    for path in entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "yaml")) {
        let objects: Vec<Value> = serde_saphyr::from_multiple(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let inventory = inventory(&objects, Source::Files);
        let reach = Reach::new(&inventory);
        let (workloads, document) = (reach.workloads().len(), document(&inventory));
        let flows = document["flows"].as_array().unwrap();
        assert!(workloads > 0, "{}", path.display());
        if inventory.network_policies.is_empty() {
            assert_eq!(flows.len(), workloads * (workloads - 1) + 2 * workloads, "{}", path.display());
            assert!(flows.iter().all(|f| f["ports"] == "All" && f["by"] == json!([])), "{}", path.display());
        } else {
            assert!(flows.iter().any(|f| f["by"] != json!([])), "{}", path.display());
        }
        for (pair, by) in oracle::pairs(flows) {
            assert!(by.iter().all(|name| inventory.network_policies.iter().any(|p| name.ends_with(&p.metadata.name))), "{pair:?}");
        }
    }
}

/// Policies of every kind that is evaluated, with everything in them that is looked into.
const WHOLE: &[&str] = &[
    r#"{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "n"}, "spec": {
        "podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}, "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {"matchLabels": {"a": "b"}}}], "ports": [{"port": 80, "endPort": 90}]}],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "ports": [{"protocol": "UDP", "port": 53}]}]}}"#,
    r#"{"apiVersion": "crd.projectcalico.org/v1", "kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "n"}, "spec": {
        "selector": "all()", "types": ["Ingress", "Egress"], "order": 10,
        "ingress": [{"action": "Allow", "protocol": "TCP", "source": {"selector": "has(a)", "serviceAccounts": {"names": ["x"]}}, "destination": {"ports": [80]}}],
        "egress": [{"action": "Deny", "protocol": "ICMP", "icmp": {"type": 8}, "destination": {"nets": ["10.0.0.0/8"]}}]}}"#,
    r#"{"apiVersion": "crd.projectcalico.org/v1", "kind": "GlobalNetworkPolicy", "metadata": {"name": "p"}, "spec": {
        "namespaceSelector": "has(a)", "serviceAccountSelector": "has(b)", "types": ["Egress"],
        "egress": [{"action": "Pass", "source": {}, "destination": {"notNets": ["10.0.0.0/8"]}}]}}"#,
    r#"{"apiVersion": "crd.projectcalico.org/v1", "kind": "Tier", "metadata": {"name": "t"}, "spec": {"order": 5, "defaultAction": "Pass"}}"#,
    r#"{"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "p", "namespace": "n"}, "spec": {
        "endpointSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}, "enableDefaultDeny": {"ingress": true},
        "ingress": [{"fromEndpoints": [{"matchLabels": {"a": "b"}}], "toPorts": [{"ports": [{"port": "80", "protocol": "TCP"}]}]}],
        "egress": [{"toCIDRSet": [{"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}]}],
        "egressDeny": [{"toEntities": ["world"]}]}}"#,
    r#"{"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy", "metadata": {"name": "p"}, "specs": [
        {"endpointSelector": {}, "ingressDeny": [{"fromEntities": ["world"]}]},
        {"endpointSelector": {}, "ingress": [{"fromEndpoints": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}]}]}]}"#,
    r#"{"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy", "metadata": {"name": "p"}, "spec": {
        "priority": 5, "subject": {"pods": {"namespaceSelector": {}, "podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}},
        "ingress": [{"name": "i", "action": "Deny", "from": [{"namespaces": {"matchLabels": {"a": "b"}}}],
                     "ports": [{"portNumber": {"protocol": "TCP", "port": 80}}, {"portRange": {"protocol": "TCP", "start": 1, "end": 9}}]}],
        "egress": [{"action": "Pass", "to": [{"networks": ["10.0.0.0/8"]}]}]}}"#,
    r#"{"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "BaselineAdminNetworkPolicy", "metadata": {"name": "default"}, "spec": {
        "subject": {"namespaces": {}}, "egress": [{"action": "Deny", "to": [{"pods": {"namespaceSelector": {}, "podSelector": {}}}],
        "ports": [{"namedPort": "web"}]}]}}"#,
    r#"{"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": {"name": "p"}, "spec": {
        "tier": "Admin", "priority": 5, "subject": {"namespaces": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}},
        "ingress": [{"action": "Accept", "from": [{"namespaces": {}}], "protocols": [{"tcp": {"destinationPort": {"number": 80}}}]}],
        "egress": [{"action": "Deny", "to": [{"networks": ["::/0"]}], "protocols": [{"udp": {"destinationPort": {"range": {"start": 1, "end": 9}}}}]}]}}"#,
];

/// Every object within a value, by its pointer, but for those whose keys are free.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(pointer.to_owned());
            for (name, field) in fields.iter().filter(|(name, _)| !matches!(name.as_str(), "matchLabels" | "icmp")) {
                places(field, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| places(item, &format!("{pointer}/{at}"), found)),
        _ => {}
    }
}

#[test]
fn a_policy_with_a_part_that_nobody_knows_is_not_evaluated() {
    let pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "namespace": "n"}, "spec": {"containers": [{"name": "c"}]}});
    let named = |object: &Value| {
        let document = document(&inventory(&[pod.clone(), object.clone()], Source::Live));
        document["not_evaluated"].as_array().unwrap().iter().filter(|entry| entry["name"] == object["metadata"]["name"]).count()
    };
    for text in WHOLE {
        let object: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(named(&object), 0, "{object}");
        let mut all = Vec::new();
        ["spec", "specs"].iter().for_each(|part| places(&object[part], &format!("/{part}"), &mut all));
        assert!(!all.is_empty(), "{object}");
        for place in all {
            let mut odd = object.clone();
            odd.pointer_mut(&place).unwrap()["inventedField"] = json!(["x"]);
            assert_eq!(named(&odd), 1, "{place} of {}", object["kind"]);
        }
    }
}
