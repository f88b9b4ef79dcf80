//! A large cluster read in three parts and merged is, check by check and byte by byte, what one reading of it is.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/large/mod.rs"]
mod large;

use jiff::SignedDuration;
use kassay_core::assess::assess;
use kassay_core::judging::Tables;
use kassay_core::kinds::{Inventory, KindState, Merge, Part};
use kassay_core::model::{Kind, Outcome};
use large::Large;
use serde_json::Value;

const OF: usize = 3;

/// What a part reads of a made-up cluster, by way of the bytes of its snapshot.
fn part(cluster: &Large, number: usize) -> Inventory {
    let part = Part { number, of: OF, run: "r".into(), program: "0".into(), ..Part::default() };
    let mut ingest = large::empty();
    for kind in Kind::ALL.iter().filter(|kind| part.reads(**kind)) {
        // What the server serves, it serves to each part, whether its namespaces hold one or not.
        if !cluster.objects(*kind).is_empty() {
            ingest.state(*kind, KindState::Read, "");
        }
        for object in cluster.objects(*kind) {
            let metadata = serde_json::from_str::<Value>(object).unwrap()["metadata"].clone();
            if !kind.namespaced() || part.holds(metadata["namespace"].as_str().unwrap_or_default()) {
                ingest.object(*kind, object);
            }
        }
    }
    let mut inventory = ingest.finish();
    inventory.become_part(part);
    let bytes = serde_json::to_vec(&inventory).unwrap();
    let mut read: Inventory = serde_json::from_slice(&bytes).unwrap();
    read.settle();
    read
}

#[test]
fn three_parts_of_a_large_cluster_are_judged_as_one_reading() {
    let cluster = Large::of(600);
    let (scope, now, tables) = (large::scope(), large::NOW.parse().unwrap(), Tables::shipped().unwrap());
    let whole = cluster.inventory();
    let judged = |inventory: &Inventory| assess(inventory, &scope, now, &tables);
    let parts: Vec<Inventory> = (1..=OF).map(|number| part(&cluster, number)).collect();
    assert!(
        parts.iter().all(|part| part.pods.len() * 2 < whole.pods.len()),
        "they are spread: {:?}",
        parts.iter().map(|p| p.pods.len()).collect::<Vec<_>>()
    );
    // Alone, none of them passes what the whole does not.
    let wanted = judged(&whole);
    for part in &parts {
        assert_eq!(part.state(Kind::Pods), KindState::Partial);
        for (alone, whole) in judged(part).iter().zip(&wanted) {
            let good = matches!(alone.outcome, Outcome::Pass | Outcome::NotApplicable);
            assert!(
                !good || alone.outcome == whole.outcome,
                "{}: {:?} of {:?}, {:?} of the whole",
                alone.check,
                alone.outcome,
                part.part,
                whole.outcome
            );
        }
    }
    let mut merge = Merge::default();
    for (nth, part) in parts.into_iter().enumerate().rev() {
        merge.add(&format!("part {nth}"), part).unwrap();
    }
    let merged = merge.finish(SignedDuration::from_hours(1)).unwrap();
    for (merged, whole) in judged(&merged).iter().zip(&wanted) {
        assert_eq!(serde_json::to_string(merged).unwrap(), serde_json::to_string(whole).unwrap(), "{}", whole.check);
    }
    let counted = |inventory: &Inventory| (inventory.pods.len(), inventory.specs.len(), inventory.workloads.len(), inventory.redactions);
    assert_eq!(counted(&merged), counted(&whole));
    assert_eq!(merged.coverage, whole.coverage);
}
