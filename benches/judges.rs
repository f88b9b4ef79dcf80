//! What each judge costs on clusters of a thousand, ten thousand and a hundred thousand pods. `cargo bench --bench judges`; a part of a name
//! behind `--` picks some: `cargo bench --bench judges -- rbac`. Pods per second that stay the same from size to size mean that the cost grows
//! as the cluster does; `cargo bench --bench growth` tells that growth for every check.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failure is its message")]

#[path = "../tests/support/large/mod.rs"]
mod large;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use kassay_core::analysis::exposure::{self, Routes};
use kassay_core::analysis::pod_security::{self, Level};
use kassay_core::analysis::rbac::Rbac;
use kassay_core::analysis::reach::Reach;
use kassay_core::analysis::trial::Trial;
use kassay_core::analysis::{agents, software};
use kassay_core::assess;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::Inventory;
use large::Large;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Pods.
const SIZES: &[usize] = &[1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| Tables::shipped().unwrap())
}

/// The cluster of a size, read once and kept.
fn cluster(pods: usize) -> &'static Inventory {
    static KNOWN: Mutex<BTreeMap<usize, &'static Inventory>> = Mutex::new(BTreeMap::new());
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).entry(pods).or_insert_with(|| Box::leak(Box::new(Large::of(pods).inventory())))
}

/// Measures something that is done to a whole cluster.
fn whole<T>(bencher: Bencher<'_, '_>, pods: usize, judge: impl Fn(&'static Inventory) -> T + Sync) {
    let inventory = cluster(pods);
    bencher.counter(ItemsCount::new(inventory.pods.len())).bench(|| judge(black_box(inventory)));
}

/// Measures the checks of which the ids begin so.
fn of_checks(bencher: Bencher<'_, '_>, pods: usize, controls: &'static [&'static str]) {
    let scope = large::scope();
    let now = large::NOW.parse().unwrap();
    whole(bencher, pods, |inventory| {
        let view = View::new(inventory, &scope, now, tables());
        let wanted = checks::all().filter(|c| !c.active && controls.iter().any(|control| c.id.starts_with(control)));
        wanted.map(|check| assess::run(check, &view)).collect::<Vec<_>>()
    });
}

mod reading {
    use super::*;

    /// From the API's bytes to an inventory, detectors for secrets and card numbers included.
    #[divan::bench(args = SIZES, max_time = 20)]
    fn ingest(bencher: Bencher<'_, '_>, pods: usize) {
        let cluster = Large::of(pods);
        let pages: Vec<_> = cluster.pages().collect();
        bencher.counter(ItemsCount::new(cluster.pods)).counter(BytesCount::new(cluster.bytes())).bench_local(|| {
            let mut ingest = large::empty();
            for (kind, page) in &pages {
                ingest.page(*kind, page).unwrap();
            }
            ingest.finish()
        });
    }
}

mod judges {
    use super::*;

    #[divan::bench(args = SIZES, max_time = 10)]
    fn pod_security(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| {
            let subjects = inventory.workloads.iter().flat_map(|w| pod_security::subjects(inventory, w));
            subjects.map(|(subject, _)| pod_security::evaluate(&subject, Level::Restricted, 34).len()).sum::<usize>()
        });
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn rbac(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| {
            let rbac = Rbac::of(inventory);
            rbac.subjects().filter(|subject| rbac.is_admin(subject)).count()
        });
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn reach(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| Reach::new(inventory).group_count());
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn trial(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| Trial::of(inventory, &[]).places.len());
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn software(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| software::everywhere(inventory, &tables().software).len());
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn agents(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| {
            let found = software::with_role(inventory, &tables().software, "logs");
            found.iter().map(|f| agents::node_coverage(inventory, f.workload).covered.len()).sum::<usize>()
        });
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn exposure(bencher: Bencher<'_, '_>, pods: usize) {
        whole(bencher, pods, |inventory| {
            let routes = Routes::of(inventory);
            inventory.workloads.iter().map(|w| exposure::ways(inventory, &routes, w).len()).sum::<usize>()
        });
    }
}

mod areas {
    use super::*;

    #[divan::bench(args = SIZES, max_time = 10)]
    fn access(bencher: Bencher<'_, '_>, pods: usize) {
        of_checks(bencher, pods, &["1.", "2."]);
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn workload_security(bencher: Bencher<'_, '_>, pods: usize) {
        of_checks(bencher, pods, &["3.1/"]);
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn images(bencher: Bencher<'_, '_>, pods: usize) {
        of_checks(bencher, pods, &["3.2/", "3.3/", "12.", "13."]);
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn network(bencher: Bencher<'_, '_>, pods: usize) {
        of_checks(bencher, pods, &["4.", "16."]);
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn secrets(bencher: Bencher<'_, '_>, pods: usize) {
        of_checks(bencher, pods, &["5.", "6."]);
    }

    #[divan::bench(args = SIZES, max_time = 10)]
    fn monitoring(bencher: Bencher<'_, '_>, pods: usize) {
        of_checks(bencher, pods, &["7.", "8."]);
    }

    /// Every check: what `kassay assess` does once the cluster was read.
    #[divan::bench(args = SIZES, max_time = 20)]
    fn assess(bencher: Bencher<'_, '_>, pods: usize) {
        let scope = large::scope();
        let now = large::NOW.parse().unwrap();
        whole(bencher, pods, |inventory| assess::assess(inventory, &scope, now, tables()));
    }
}
