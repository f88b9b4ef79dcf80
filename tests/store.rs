//! The store against a real world: processes that are killed, disks that are full, folders that can't be written, states that a killing leaves. Whatever
//! was confirmed is there afterwards, and what could not be done is told in words that name it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test's failure is its message"
)]

#[path = "store/kills.rs"]
mod kills;
#[path = "store/room.rs"]
mod room;
#[path = "store/sequences.rs"]
mod sequences;
#[path = "store/states.rs"]
mod states;
#[path = "support/session.rs"]
mod support;

use kassay::store::Store;
use kassay_core::workbook::{Edit, Engagement, Exception, Workbook};
use std::collections::BTreeMap;
use std::path::Path;

fn now() -> jiff::Timestamp {
    "2026-11-23T09:12:00Z".parse().unwrap()
}

/// A workbook with that many things in it, each with its number and a text.
fn book(things: usize, text: &str) -> Workbook {
    let mut book = Workbook::new(Engagement { entity: "Acme".into(), ..Engagement::default() });
    book.exceptions = (1..=things)
        .map(|n| Exception { reason: format!("number {n} {text}"), owner: "x".into(), ..Exception::of(&format!("3.1/{n}")) })
        .collect();
    book
}

fn edit(what: &str) -> Edit {
    Edit { by: "A. Assessor".into(), what: what.into(), before: String::new(), after: what.into() }
}

fn create(dir: &Path) -> Store {
    Store::create(dir, &book(0, ""), "A. Assessor", now()).unwrap()
}

/// Every file below a folder, but for the lock, whose words are another's each time.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.extend(files(&entry.path()).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else if name != ".lock" {
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    found
}
