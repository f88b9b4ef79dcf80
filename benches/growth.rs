//! How the cost of every check grows from a thousand pods to ten thousand and a hundred thousand: one row a check, the dearest first.
//! `cargo bench -p kassay-core --bench growth`; parts of ids behind `--` pick some: `-- 16.1 reach`. Ten times the pods may cost about ten times
//! as much; a row that grows faster is marked. Times are those of processors, so that what else runs on the machine matters little.
//! `-- --outcomes` prints a digest of what each check says instead, which shows whether a change that was to be for speed alone was just that.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a failure is its message, and printing is the purpose"
)]

#[path = "../tests/support/large/mod.rs"]
mod large;

use kassay_core::assess::{self, CheckOutcome};
use kassay_core::checks;
use kassay_core::judging::{Check, Tables, View};
use kassay_core::kinds::Inventory;
use large::Large;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

/// Pods.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Growth over ten times the pods from which a row is marked.
const STEEP: f64 = 14.0;
/// What takes less than this at the largest size is not marked, however it grows.
const SLIGHT: Duration = Duration::from_millis(20);
/// What takes longer than this is told while the rest is still measured.
const SLOW: Duration = Duration::from_secs(1);

fn main() {
    let outcomes = std::env::args().any(|a| a == "--outcomes");
    // `cargo test --benches` starts this too, and asks for nothing.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let tables = Tables::shipped().unwrap();
    let mut columns: Vec<Vec<(String, Duration)>> = Vec::new();
    for pods in SIZES.into_iter().take(if outcomes { 2 } else { 3 }) {
        let cluster = Large::of(pods);
        let pages: Vec<_> = cluster.pages().collect();
        let (started, passed) = (Instant::now(), processors());
        let mut ingest = large::empty();
        for (kind, page) in &pages {
            ingest.page(*kind, page).unwrap();
        }
        let (read, waited) = (processors() - passed, started.elapsed());
        let pass = own(|| {
            pages.iter().for_each(|(_, page)| {
                serde_json::from_str::<IgnoredAny>(page).unwrap();
            })
        });
        drop(pages);
        let (inventory, settled) = {
            let passed = large::own_time();
            (ingest.finish(), large::own_time() - passed)
        };
        if outcomes {
            tell_outcomes(pods, &inventory, &tables);
        } else {
            let mut column = vec![
                ("reading".to_owned(), read),
                ("reading, until it was done".to_owned(), waited),
                ("a pass over the same that keeps nothing".to_owned(), pass),
                ("settling".to_owned(), settled),
            ];
            column.extend(judge(&inventory, &tables));
            columns.push(column);
        }
    }
    if !outcomes {
        tell(&columns);
    }
}

/// Each check alone, in a view in which nothing was judged yet; the median of a few runs.
fn judge(inventory: &Inventory, tables: &Tables) -> Vec<(String, Duration)> {
    let scope = large::scope();
    let now = large::NOW.parse().unwrap();
    let time = |check: &Check| {
        let mut times = Vec::new();
        let begun = Instant::now();
        while times.len() < 5 && (times.is_empty() || begun.elapsed() < Duration::from_secs(2)) {
            let view = View::new(inventory, &scope, now, tables);
            times.push(own(|| drop(std::hint::black_box(assess::run(check, &view)))));
        }
        times.sort();
        times[times.len() / 2]
    };
    let told = |name: &str, taken: Duration| {
        // A long wait is no riddle to whoever started this.
        if taken > SLOW {
            eprintln!("{} pods: {name} takes {taken:.1?}", inventory.pods.len());
        }
        (name.to_owned(), taken)
    };
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let picked = |c: &&Check| !c.active && (parts.is_empty() || parts.iter().any(|part| c.id.contains(part.as_str())));
    let mut rows: Vec<(String, Duration)> = checks::all().filter(picked).map(|check| told(check.id, time(check))).collect();
    if parts.is_empty() {
        let (started, passed) = (Instant::now(), processors());
        std::hint::black_box(assess::assess(inventory, &scope, now, tables));
        rows.push(told("all checks together", processors() - passed));
        rows.push(told("all checks together, until they were done", started.elapsed()));
    }
    rows
}

/// Time of processors that something takes in this thread.
fn own(work: impl FnOnce()) -> Duration {
    let before = large::own_time();
    work();
    large::own_time() - before
}

/// Time of processors that this program has used.
fn processors() -> Duration {
    Duration::from_secs_f64(large::processors())
}

fn tell(columns: &[Vec<(String, Duration)>]) {
    let [small, middle, large] = columns else { return };
    let mut rows: Vec<(&str, [Duration; 3])> =
        small.iter().zip(middle).zip(large).map(|(((name, a), (_, b)), (_, c))| (name.as_str(), [*a, *b, *c])).collect();
    rows.sort_by_key(|(_, times)| std::cmp::Reverse(times[2]));
    println!("{:<42} {:>11} {:>11} {:>11} {:>8} {:>8}", "", "1,000", "10,000", "100,000 ms", "growth", "growth");
    for (name, times) in rows {
        let ms = times.map(|t| t.as_secs_f64() * 1000.0);
        let growth = [ms[1] / ms[0], ms[2] / ms[1]];
        let mark = if times[2] > SLIGHT && growth[1] > STEEP { "  steep" } else { "" };
        println!("{name:<42} {:>11.2} {:>11.2} {:>11.2} {:>7.1}x {:>7.1}x{mark}", ms[0], ms[1], ms[2], growth[0], growth[1]);
    }
}

fn tell_outcomes(pods: usize, inventory: &Inventory, tables: &Tables) {
    let view_now = large::NOW.parse().unwrap();
    let said = |outcome: &CheckOutcome| data_encoding::HEXLOWER.encode(&Sha256::digest(serde_json::to_vec(outcome).unwrap())[..8]);
    for outcome in assess::assess(inventory, &large::scope(), view_now, tables) {
        println!("{pods} {} {} {} {} {}", outcome.check, outcome.outcome.id(), outcome.population, outcome.findings.len(), said(&outcome));
    }
    let whole = Sha256::digest(serde_json::to_vec(inventory).unwrap());
    println!("{pods} inventory {}", data_encoding::HEXLOWER.encode(&whole[..8]));
}
