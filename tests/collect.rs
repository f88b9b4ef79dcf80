//! Collecting from files, snapshots and a scripted API server: whatever goes wrong on the way, the inventory says so, and no check passes on
//! what was not read. A real server is read too, where one is built.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "collect/bounds.rs"]
mod bounds;
#[path = "collect/certificates.rs"]
mod certificates;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "collect/control_plane.rs"]
mod control_plane;
#[path = "collect/faults.rs"]
mod faults;
#[path = "collect/files.rs"]
mod files;
#[path = "collect/kubelets.rs"]
mod kubelets;
#[path = "support/parts.rs"]
mod parts;
#[path = "collect/proxies.rs"]
mod proxies;
#[path = "collect/real.rs"]
mod real;
#[path = "collect/server.rs"]
mod server;
#[path = "collect/snapshots.rs"]
mod snapshots;
#[path = "collect/sweep.rs"]
mod sweep;
#[path = "collect/two_forms.rs"]
mod two_forms;
#[path = "support/wire.rs"]
mod wire;

use kassay::collect::{Cancel, CollectError, Options, Progress, SourceSpec, collect};
use kassay_core::assess::{CheckOutcome, assess};
use kassay_core::judging::Tables;
use kassay_core::kinds::{ClusterInfo, Inventory};
use kassay_core::model::Scope;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A corpus that lies beside the project; none, with a message, where it is absent.
fn corpus(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora")).join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
    }
    path.exists().then_some(path)
}

/// Reads paths, and gives the notes too.
fn read(paths: &[&Path], options: &Options) -> (Result<Inventory, CollectError>, Vec<String>) {
    let notes = Mutex::new(Vec::new());
    let watch = |event: Progress| {
        if let Progress::Note(words) = event {
            notes.lock().unwrap().push(words);
        }
    };
    let spec = SourceSpec::Paths(paths.iter().map(|path| path.to_path_buf()).collect());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(collect(&spec, options, &watch, &Cancel::default()));
    (result, notes.into_inner().unwrap())
}

/// Name of whoever asked.
fn name(cluster: &ClusterInfo) -> Option<&str> {
    cluster.identity.as_ref().map(|caller| caller.name.as_str())
}

fn judge(inventory: &Inventory) -> Vec<CheckOutcome> {
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    assess(inventory, &Scope::default(), now, &Tables::shipped().unwrap())
}
