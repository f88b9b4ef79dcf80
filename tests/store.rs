//! The store against a real killing: a process saves one answer after the other and tells each one that was accepted; it is killed at a
//! random moment, and whatever it told must be there when the folder is opened again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs, reason = "a test's failure is its message")]

use kassay::export::verify;
use kassay::store::{Notice, Store};
use kassay_core::workbook::{Edit, Engagement, Exception, Workbook};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Names the folder in which the other process works.
const FOLDER: &str = "KASSAY_TEST_SAVES_IN";

fn now() -> jiff::Timestamp {
    "2026-11-23T09:12:00Z".parse().unwrap()
}

fn count(workbook: &Workbook) -> usize {
    workbook.exceptions.len()
}

/// Not a test by itself: what the killed process does.
#[test]
fn saves_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut opened = Store::open(Path::new(&folder)).unwrap();
    for n in count(&opened.workbook) + 1.. {
        let exception = Exception { reason: format!("number {n}"), owner: "x".into(), ..Exception::of("3.1/baseline") };
        opened.workbook.exceptions.push(exception);
        let edit = Edit { by: "A. Assessor".into(), what: format!("exception {n}"), before: String::new(), after: n.to_string() };
        opened.store.save(&opened.workbook, &edit, now()).unwrap();
        println!("accepted {n}");
    }
}

#[test]
fn whatever_was_accepted_before_a_kill_is_there_after_it() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    let book = Workbook::new(Engagement { entity: "Acme".into(), ..Engagement::default() });
    drop(Store::create(&dir, &book, "A. Assessor", now()).unwrap());
    let mut accepted = 0;
    for round in 0..30_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["saves_until_it_is_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env(FOLDER, &dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: &str| line.rsplit_once("accepted ").and_then(|(_, n)| n.trim().parse::<usize>().ok());
        // A few accepted edits first; then some moment within the next ones.
        let mut last = accepted;
        while last < accepted + 3 {
            last = lines.next().unwrap().ok().and_then(|line| number(&line)).unwrap_or(last);
        }
        for _ in 0..round * 4999 {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        accepted = lines.map_while(Result::ok).filter_map(|line| number(&line)).last().unwrap_or(last);
        let opened = Store::open(&dir).unwrap();
        let found = count(&opened.workbook);
        // The one after the last told may have been saved before the kill kept it from being told.
        assert!(found == accepted || found == accepted + 1, "{accepted} accepted, {found} found: {:?}", opened.notices);
        let odd = opened.notices.iter().find(|n| !matches!(n, Notice::Completed { .. } | Notice::Healed));
        assert_eq!(odd, None);
        accepted = found;
    }
    let verified = verify(&dir).unwrap();
    assert_eq!((verified.faults, verified.remarks), (vec![], vec![]));
}
