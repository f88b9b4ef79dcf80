//! Made-up clusters of any size, for measuring how cost grows: their shapes are those of clusters that people run, and everything that a
//! judge walks over grows with the pods: nodes, namespaces, replicas, accounts, bindings, policies, settings. The same size always gives the
//! same cluster, so that two measurements compare.
//!
//! About fifty pods make a namespace and forty a node, which is how the limits of Kubernetes themselves relate (150,000 pods, 5,000 nodes,
//! 10,000 namespaces) but for more pods in each namespace.
#![allow(dead_code, unreachable_pub, reason = "shared by several programs, of which none uses all of it")]

mod access;
mod network;
mod platform;
mod settings;
mod workloads;

use kassay_core::kinds::{Caller, Ingest, Inventory, KindState, Login, Source};
use kassay_core::model::{Category, Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// The time to judge these clusters by.
pub const NOW: &str = "2026-11-23T09:00:00Z";

/// Objects on a page, as the API is asked for them.
const PAGE: usize = 500;

/// A made-up cluster, as lists of the API.
pub struct Large {
    /// How many pods it has.
    pub pods: usize,
    lists: BTreeMap<Kind, Vec<String>>,
    counted: usize,
    /// Namespaces whose pods are all told apart; those after them repeat the specs of these.
    varied: usize,
}

/// Distinct specs that each namespace of its own brings, about: of its applications, their ReplicaSets of before, and each pod of its database.
const SPECS_OF_ONE: usize = 23;

impl Large {
    /// A cluster of so many pods, give or take a namespace.
    pub fn of(pods: usize) -> Self {
        Self::varied(pods, usize::MAX)
    }

    /// The same with about so many distinct pod specs.
    pub fn with_specs(pods: usize, specs: usize) -> Self {
        Self::varied(pods, (specs / SPECS_OF_ONE).max(1))
    }

    fn varied(pods: usize, varied: usize) -> Self {
        let mut large = Self { pods: 0, lists: BTreeMap::new(), counted: 0, varied };
        let nodes = (pods / 40).max(3);
        platform::make(&mut large, nodes);
        let mut space = 0;
        while large.len(Kind::Pods) < pods {
            workloads::make(&mut large, space, nodes);
            access::make(&mut large, space);
            network::make(&mut large, space);
            settings::make(&mut large, space);
            space += 1;
        }
        large.pods = large.len(Kind::Pods);
        large
    }

    fn add(&mut self, kind: Kind, object: &Value) {
        self.lists.entry(kind).or_default().push(object.to_string());
    }

    fn len(&self, kind: Kind) -> usize {
        self.lists.get(&kind).map_or(0, Vec::len)
    }

    /// A number that is each time another: for the ends of names.
    fn next(&mut self) -> usize {
        self.counted += 1;
        self.counted
    }

    /// The pages of every list, as the API gives them.
    pub fn pages(&self) -> impl Iterator<Item = (Kind, String)> + '_ {
        self.lists.iter().flat_map(|(kind, objects)| objects.chunks(PAGE).map(move |page| (*kind, list(*kind, page))))
    }

    /// Every object of a kind, as JSON.
    pub fn objects(&self, kind: Kind) -> &[String] {
        self.lists.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Bytes of all objects.
    pub fn bytes(&self) -> usize {
        self.lists.values().flatten().map(String::len).sum()
    }

    /// The cluster as it is judged.
    pub fn inventory(&self) -> Inventory {
        let mut ingest = empty();
        for (kind, objects) in &self.lists {
            ingest.state(*kind, KindState::Read, "");
            for object in objects {
                ingest.object(*kind, object);
            }
        }
        ingest.finish()
    }
}

/// An inventory in which everything was read and nothing was found, and of which the rest is known.
pub fn empty() -> Ingest {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    let cluster = ingest.cluster();
    cluster.uid = "11111111-2222-3333-4444-555555555555".into();
    cluster.server = "https://large.example:6443".into();
    cluster.version = "v1.34.4".into();
    cluster.distribution = "kubeadm".into();
    cluster.identity = Caller::new("auditor", vec!["auditors".into(), "system:authenticated".into()]);
    cluster.login = Login::of("exec: kubelogin");
    cluster.collected_at = NOW.parse().ok();
    ingest
}

/// The scope that goes with these clusters: a third of the namespaces holds cardholder data, a third is connected, a third is not in scope.
pub fn scope() -> Scope {
    let rule = |glob: &str, category| kassay_core::model::scope::NamespaceRule {
        glob: Some(glob.to_owned()),
        labels: BTreeMap::new(),
        category,
        reason: String::new(),
    };
    Scope {
        default: Category::OutOfScope,
        trusted_registries: vec!["registry.acme.example".into()],
        high_risk: vec!["pay-0/Deployment/upload".into()],
        namespace: vec![rule("pay-*", Category::Cde), rule("shop-*", Category::Connected)],
        node_pool: vec![kassay_core::model::scope::NodePoolRule {
            labels: BTreeMap::from([("pool".to_owned(), "cde".to_owned())]),
            category: Category::Cde,
            reason: String::new(),
        }],
    }
}

fn list(kind: Kind, page: &[String]) -> String {
    let version = if kind.group().is_empty() { kind.version().to_owned() } else { format!("{}/{}", kind.group(), kind.version()) };
    format!(
        r#"{{"kind":"{}List","apiVersion":"{version}","metadata":{{"resourceVersion":"1"}},"items":[{}]}}"#,
        kind.kind(),
        page.join(",")
    )
}

/// Name of an application's namespace.
fn namespace(space: usize) -> String {
    let team = ["pay", "shop", "back"][space % 3];
    format!("{team}-{space}")
}

/// Seconds of processors that this process has used, in all of its threads; what others do beside it does not count.
pub fn processors() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // In ticks, of which Linux tells a hundred for each second.
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Time of processors that this thread has used.
pub fn own_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default())
}

/// A name's random end, as the API server makes it.
fn suffix(number: usize) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut rest = number.wrapping_mul(2_654_435_761) ^ 0x5bd1_e995;
    (0..5)
        .map(|_| {
            let letter = LETTERS[rest % LETTERS.len()];
            rest /= LETTERS.len();
            char::from(letter)
        })
        .collect()
}

/// A digest, different for each number.
fn digest(number: usize) -> String {
    format!("sha256:{:064x}", (number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834))
}

/// A UID.
fn uid(number: usize) -> String {
    format!("{:08x}-0000-4000-8000-{:012x}", number.wrapping_mul(40_503) & 0xffff_ffff, number)
}
