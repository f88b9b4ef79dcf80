//! Every state that an interruption can leave, made by hand: `verify` says of it what opening the folder then does. And what is no such state
//! is a fault.

use crate::{book, create, edit, files, now};
use kassay::export::{verify, workbook_text};
use kassay::store::{Notice, Store};
use kassay_core::workbook::{Journal, folder, journal, staged};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder before and after an edit: workbooks, journals, and the name under which the edit was staged.
struct Edited {
    _root: tempfile::TempDir,
    dir: PathBuf,
    before: (Vec<u8>, Vec<u8>),
    after: (Vec<u8>, Vec<u8>),
    staged: String,
}

fn edited() -> Edited {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    let mut store = create(&dir);
    store.save(&book(1, ""), &edit("one"), now()).unwrap();
    let state = |dir: &Path| (fs::read(dir.join(folder::WORKBOOK)).unwrap(), fs::read(dir.join(folder::JOURNAL)).unwrap());
    let before = state(&dir);
    store.save(&book(2, ""), &edit("two"), now()).unwrap();
    let after = state(&dir);
    let staged = staged::name(Journal::read(&before.1).last(), &journal::digest(&before.0), &journal::digest(&after.0));
    Edited { _root: root, dir, before, after, staged }
}

#[test]
fn each_state_between_the_steps_of_an_edit_is_whole_with_one_edit_to_be_completed() {
    let e = edited();
    let torn = (e.before.1.len()..e.after.1.len()).step_by(7).map(|end| &e.after.1[..end]);
    let journals: Vec<&[u8]> = torn.chain([e.after.1.as_slice()]).collect();
    for journal in journals {
        for previous in [&e.before.0, &e.after.0] {
            fs::write(e.dir.join(folder::WORKBOOK), &e.before.0).unwrap();
            fs::write(e.dir.join(folder::PREVIOUS), previous).unwrap();
            fs::write(e.dir.join(folder::JOURNAL), journal).unwrap();
            fs::write(e.dir.join(&e.staged), &e.after.0).unwrap();
            let verified = verify(&e.dir).unwrap();
            assert!(verified.is_whole() && verified.to_complete, "{:?} with {} bytes of journal", verified.faults, journal.len());
            assert_eq!(verified.seal, journal::digest(&e.after.0));
            assert_eq!(workbook_text(&e.dir).unwrap(), e.after.0, "what the next assessment begins from is what opening gives");
            let opened = Store::open(&e.dir).unwrap();
            assert_eq!(opened.workbook, book(2, ""));
            assert!(opened.notices.iter().any(|n| matches!(n, Notice::Completed { .. })));
            drop(opened);
            let verified = verify(&e.dir).unwrap();
            assert!(verified.is_whole() && !verified.to_complete && verified.remarks.is_empty(), "{verified:?}");
        }
    }
}

#[test]
fn a_folder_whose_making_was_interrupted_is_one_edit_to_be_completed() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    drop(create(&dir));
    let (text, lines) = (fs::read(dir.join(folder::WORKBOOK)).unwrap(), fs::read(dir.join(folder::JOURNAL)).unwrap());
    for (nth, lines) in [None, Some(&lines[..20]), Some(&lines[..])].into_iter().enumerate() {
        let dir = root.path().join(format!("made-{nth}"));
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join(staged::name("", "", &journal::digest(&text))), &text).unwrap();
        if let Some(lines) = lines {
            fs::write(dir.join(folder::JOURNAL), lines).unwrap();
        }
        let verified = verify(&dir).unwrap();
        assert!(verified.is_whole() && verified.to_complete, "{verified:?}");
        assert_eq!(Store::open(&dir).unwrap().workbook, book(0, ""));
        assert!(verify(&dir).unwrap().is_whole());
    }
}

#[test]
fn a_staged_text_that_is_not_whole_is_set_aside_and_what_was_accepted_stays() {
    let e = edited();
    // The power failed while the disk had the name, and not all of the text yet. Cut at a line, it would be a workbook.
    let lines = e.after.0.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    for end in lines.chain([0, e.after.0.len() - 3]) {
        fs::write(e.dir.join(folder::WORKBOOK), &e.before.0).unwrap();
        fs::write(e.dir.join(folder::JOURNAL), &e.before.1).unwrap();
        fs::write(e.dir.join(&e.staged), &e.after.0[..end]).unwrap();
        // What was accepted last is the text as far as that line.
        let (whole, known) = (end == e.after.0.len(), e.after.0[..end] == e.before.0);
        let verified = verify(&e.dir).unwrap();
        assert_eq!((verified.is_whole(), verified.to_complete), (true, whole || known), "{end}: {verified:?}");
        assert_eq!(Store::open(&e.dir).unwrap().workbook, book(if whole { 2 } else { 1 }, ""), "{end}");
    }
}

#[test]
fn a_line_that_reached_the_disk_without_its_text_is_told_and_what_was_accepted_stays() {
    let e = edited();
    for end in [0, e.after.0.len() / 2, e.after.0.len() - 3] {
        // The power failed while all was on its way: the disk has the line, and of the text a part.
        fs::write(e.dir.join(folder::WORKBOOK), &e.before.0).unwrap();
        fs::write(e.dir.join(folder::JOURNAL), &e.after.1).unwrap();
        fs::write(e.dir.join(&e.staged), &e.after.0[..end]).unwrap();
        assert!(!verify(&e.dir).unwrap().is_whole(), "an older workbook beside a longer journal is never whole");
        let mut opened = Store::open(&e.dir).unwrap();
        assert_eq!(opened.workbook, book(1, ""), "{end}");
        let told = |notice: &Notice| matches!(notice, Notice::Earlier { line: 2, of: 3 });
        assert!(opened.notices.iter().any(told), "{:?}", opened.notices);
        assert!(opened.notices.iter().any(|notice| matches!(notice, Notice::SetAside { .. })), "{:?}", opened.notices);
        // The next edit says in the journal that the workbook was another, and all is whole again.
        opened.store.save(&book(3, ""), &edit("three"), now()).unwrap();
        drop(opened);
        let verified = verify(&e.dir).unwrap();
        assert!(verified.is_whole() && !verified.to_complete, "{verified:?}");
        assert_eq!(Store::open(&e.dir).unwrap().workbook, book(3, ""));
    }
}

#[test]
fn a_staged_text_that_does_not_follow_is_no_fault_and_completes_nothing() {
    let e = edited();
    fs::write(e.dir.join(&e.staged), &e.before.0).unwrap();
    let verified = verify(&e.dir).unwrap();
    assert!(verified.is_whole() && !verified.to_complete, "{verified:?}");
    assert!(verified.remarks.iter().any(|remark| remark.contains("set aside")), "{verified:?}");
    assert_eq!(Store::open(&e.dir).unwrap().workbook, book(2, ""));
}

#[test]
fn a_missing_workbook_is_a_fault_that_tells_of_its_copy() {
    let e = edited();
    fs::remove_file(e.dir.join(folder::WORKBOOK)).unwrap();
    let faults = verify(&e.dir).unwrap().faults;
    assert!(faults.len() == 1 && faults[0].contains("workbook.toml: is missing"), "{faults:?}");
    assert!(faults[0].contains("workbook.toml.bak, can be read (as it was after edit 2 of 3)"), "{faults:?}");
}

#[test]
fn a_missing_journal_and_times_that_run_backwards_are_faults() {
    let e = edited();
    fs::remove_file(e.dir.join(folder::JOURNAL)).unwrap();
    let faults = verify(&e.dir).unwrap().faults;
    assert!(faults.len() == 1 && faults[0].contains("journal.jsonl: is missing"), "{faults:?}");
    // A journal whose chain is whole, made by somebody whose clock ran backwards.
    let (mut journal, mut text) = (Journal::default(), String::new());
    for at in ["2026-11-23T09:12:00Z", "2026-11-22T09:12:00Z"] {
        let before = journal.lines.pop();
        journal.add(&edit("x"), at.parse().unwrap(), &journal::digest(&e.after.0)).unwrap();
        let mut line = journal.lines.pop().unwrap();
        line.n = before.as_ref().map_or(1, |before| before.n + 1);
        text += &(serde_json::to_string(&line).unwrap() + "\n");
        journal = Journal::read(text.as_bytes());
    }
    fs::write(e.dir.join(folder::JOURNAL), &text).unwrap();
    let faults = verify(&e.dir).unwrap().faults;
    assert!(faults.len() == 1 && faults[0].contains("line 2") && faults[0].contains("before the line above it"), "{faults:?}");
    // Opening tells it too, and the program itself goes on from the later time.
    let opened = Store::open(&e.dir).unwrap();
    assert!(opened.notices.iter().any(|n| matches!(n, Notice::Journal { line: 2, .. })), "{:?}", opened.notices);
}

#[test]
fn looking_changes_nothing() {
    let e = edited();
    fs::write(e.dir.join(&e.staged), &e.after.0).unwrap();
    fs::write(e.dir.join(".kassay-x.tmp"), "x").unwrap();
    let before = files(&e.dir);
    let verified = verify(&e.dir).unwrap();
    assert!(verified.remarks.iter().any(|remark| remark.starts_with(".kassay-x.tmp")), "{verified:?}");
    assert_eq!(Store::list(e.dir.parent().unwrap()).len(), 1);
    assert_eq!(files(&e.dir), before);
}
