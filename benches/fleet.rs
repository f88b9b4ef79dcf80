//! Hundreds of snapshots in one run: time and peak memory of `kassay assess` over as many, beside a run over eight of them.
//! `cargo bench --bench fleet`; `-- 400` makes four hundred, `-- 200 2000` two hundred of clusters of two thousand pods.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

#[path = "../tests/support/large/mod.rs"]
mod large;

use kassay::collect::snapshot;
use large::Large;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Snapshots where nobody says otherwise.
const SNAPSHOTS: usize = 200;
/// Pods of each.
const PODS: usize = 500;
/// Snapshots of the run that the large one is compared with.
const FEW: usize = 8;
/// What the memory of all of them may be, as a multiple of that of a few.
const TARGET: f64 = 2.0;

fn main() {
    // `cargo test --benches` starts this too, and asks for nothing.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let mut numbers = std::env::args().filter_map(|a| a.parse::<usize>().ok());
    let (snapshots, pods) = (numbers.next().unwrap_or(SNAPSHOTS), numbers.next().unwrap_or(PODS));
    let home = tempfile::tempdir().unwrap();
    let (few, all) = (home.path().join("few"), home.path().join("all"));
    for folder in [&few, &all] {
        std::fs::create_dir(folder).unwrap();
    }
    let cluster = Large::of(pods);
    let mut ingest = large::empty();
    for (kind, page) in cluster.pages() {
        ingest.page(kind, &page).unwrap();
    }
    let mut inventory = ingest.finish();
    let mut size = 0;
    for nth in 0..snapshots {
        inventory.cluster.uid = format!("uid-{nth}");
        let path = all.join(format!("c{nth:04}.kassay.gz"));
        size += snapshot::write_file(&inventory, &path).unwrap();
        if nth < FEW {
            std::fs::copy(&path, few.join(format!("c{nth:04}.kassay.gz"))).unwrap();
        }
    }
    println!("{snapshots} snapshots of {pods} pods, {:.1} MB in all", size as f64 / 1e6);
    let (one, many) = (run(home.path(), &few), run(home.path(), &all));
    let told = |name: &str, (time, peak): (Duration, u64), of: usize| {
        println!(
            "{name:<10} {:>8.2} s  {:>7.0} ms each  peak {:>6.0} MiB",
            time.as_secs_f64(),
            time.as_secs_f64() * 1e3 / of as f64,
            peak as f64 / 1024.0
        );
    };
    told("a few", one, FEW.min(snapshots));
    told("all", many, snapshots);
    println!("memory of all / of a few: {:.2} (at most {TARGET})", many.1 as f64 / one.1 as f64);
}

/// Time and most memory in KiB of one run.
fn run(home: &Path, from: &Path) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(["assess", "--quiet", "--now", large::NOW, "-o", "json", "--fail-on", "never", "--from"])
        .arg(from)
        .env("HOME", home)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0).max(peak);
        if child.try_wait().unwrap().is_some() {
            return (started.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
