//! How much memory Kubernetes' own limits take: 150,000 pods with 2,000 and with 20,000 distinct specs. Pages are handed to a process of its own, as a
//! live cluster would give them, which takes them, judges, writes what a snapshot holds, and opens that again; its peaks are told beside the targets.
//! `cargo bench -p kassay-core --bench size`; `-- 20000` takes another number of pods, `-- --beside PROGRAM` measures this benchmark of another build
//! in turns, and tells the ratio.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

#[path = "../tests/support/large/mod.rs"]
mod large;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use kassay_core::assess;
use kassay_core::judging::Tables;
use kassay_core::kinds::Inventory;
use kassay_core::model::Kind;
use large::Large;
use serde::Deserialize;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const PODS: usize = 150_000;
/// Distinct specs, and the peak in MiB that is aimed at where one is.
const SPECS: [(usize, Option<f64>); 2] = [(2_000, Some(256.0)), (20_000, None)];
/// Of the peak of the build beside, where that has 20,000 distinct specs.
const OF_THE_OTHER: f64 = 0.5;
const SNAPSHOT_MB: f64 = 25.0;
const OPENED: Duration = Duration::from_secs(2);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|a| a == "--take") {
        return take();
    }
    if !arguments.iter().any(|a| a == "--bench") {
        return;
    }
    let beside = arguments.iter().position(|a| a == "--beside").and_then(|at| arguments.get(at + 1));
    let pods = arguments.iter().skip(1).find_map(|a| a.parse().ok()).unwrap_or(PODS);
    for (specs, aim) in SPECS {
        let cluster = Large::with_specs(pods, specs);
        println!("{} pods, {specs} distinct specs aimed at, {:.0} MB of JSON", cluster.pods, cluster.bytes() as f64 / 1e6);
        let mine = measure(&std::env::current_exe().unwrap(), &cluster);
        println!("  distinct specs {}, workloads {}", mine.specs, mine.workloads);
        println!("  peak, read: {:.0} MiB{}", mine.read, aim.map_or(String::new(), |aim| format!(" (aim: at most {aim:.0})")));
        println!("  peak, judged: {:.0} MiB", mine.judged);
        println!(
            "  snapshot: {:.1} MB (aim: at most {SNAPSHOT_MB}), opened in {:.2} s of processors (aim: at most {:.0})",
            mine.bytes / 1e6,
            mine.opened,
            OPENED.as_secs_f64()
        );
        println!("  reading took {:.1} s of processors", mine.seconds);
        if let Some(other) = beside {
            let other = measure(Path::new(other), &cluster);
            let aim = if aim.is_none() { format!(" (aim: at most {OF_THE_OTHER})") } else { String::new() };
            println!(
                "  beside: read {:.0} MiB, ratio {:.2}{aim}; judged {:.0} MiB, ratio {:.2}",
                other.read,
                mine.read / other.read,
                other.judged,
                mine.judged / other.judged
            );
            println!(
                "  beside: snapshot {:.1} MB, opened in {:.2} s; reading took {:.1} s of processors, ratio {:.2}",
                other.bytes / 1e6,
                other.opened,
                other.seconds,
                mine.seconds / other.seconds
            );
        }
    }
}

/// What a process told of itself.
#[derive(Default)]
struct Told {
    specs: f64,
    workloads: f64,
    read: f64,
    judged: f64,
    bytes: f64,
    opened: f64,
    seconds: f64,
}

/// Hands a cluster to a process that does as [`take`] does.
fn measure(program: &Path, cluster: &Large) -> Told {
    let mut child = Command::new(program).arg("--take").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut pages = BufWriter::new(child.stdin.take().unwrap());
    for (kind, page) in cluster.pages() {
        writeln!(pages, "{} {}", kind.id(), page.len()).unwrap();
        pages.write_all(page.as_bytes()).unwrap();
    }
    drop(pages);
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success(), "{program:?} failed");
    let said = String::from_utf8(said.stdout).unwrap();
    let mut told = Told::default();
    for (name, value) in said.lines().filter_map(|line| line.split_once(' ')) {
        let value = value.parse().unwrap();
        match name {
            "specs" => told.specs = value,
            "workloads" => told.workloads = value,
            "read" => told.read = value,
            "judged" => told.judged = value,
            "bytes" => told.bytes = value,
            "opened" => told.opened = value,
            "seconds" => told.seconds = value,
            _ => {}
        }
    }
    told
}

/// Takes the pages of a cluster from standard input, and tells what that took.
fn take() {
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut ingest = large::empty();
    let mut header = String::new();
    let begun = processors();
    while std::io::BufRead::read_line(&mut input, &mut header).unwrap() > 0 {
        let (kind, length) = header.trim().split_once(' ').unwrap();
        let kind = Kind::ALL.iter().copied().find(|of| of.id() == kind).unwrap();
        let mut page = vec![0; length.parse().unwrap()];
        input.read_exact(&mut page).unwrap();
        ingest.page(kind, &String::from_utf8(page).unwrap()).unwrap();
        header.clear();
    }
    let inventory = ingest.finish();
    println!("seconds {}", processors() - begun);
    println!("specs {}\nworkloads {}", inventory.specs.len(), inventory.workloads.len());
    println!("read {}", peak());
    let outcomes = assess::assess(&inventory, &large::scope(), large::NOW.parse().unwrap(), &Tables::shipped().unwrap());
    println!("judged {}", peak());
    drop(outcomes);
    // As snapshots are written and read.
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::new(6));
    let mut out = BufWriter::with_capacity(1 << 16, gzip);
    serde_json::to_writer(&mut out, &inventory).unwrap();
    let bytes = out.into_inner().unwrap().finish().unwrap();
    println!("bytes {}", bytes.len());
    drop(inventory);
    let started = processors();
    let reader = BufReader::with_capacity(1 << 16, GzDecoder::new(bytes.as_slice()));
    let mut opened = Inventory::deserialize(&mut serde_json::Deserializer::from_reader(reader)).unwrap();
    opened.settle();
    println!("opened {}", processors() - started);
}

/// The most memory that this process had at any time, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// Seconds of processors that this process has used.
fn processors() -> f64 {
    large::processors()
}
