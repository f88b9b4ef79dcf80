//! What a folder can do to a program: it goes away, is moved, can't be locked, has no workbook in it; the clock is set back. Each is told in words
//! that name it, and nothing that was accepted is lost.

use super::*;
use kassay_core::workbook::{ReadOnly, folder};
use std::fs::{File, TryLockError};
use std::io;

fn words(error: &StoreError) -> String {
    format!("{error}: {}", error.hint().unwrap_or_default())
}

#[test]
fn a_folder_that_was_renamed_is_told_with_its_new_name_and_work_goes_on_where_it_was() {
    let (dir, mut store) = begun();
    let (path, moved) = (store.dir().to_owned(), dir.path().join("moved"));
    fs::rename(&path, &moved).unwrap();
    let error = words(&store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap_err());
    assert!(error.contains("was moved while it was open") && error.contains(moved.to_str().unwrap()), "{error}");
    let file = dir.path().join("evidence.txt");
    fs::write(&file, "x").unwrap();
    assert!(matches!(store.attach(&file), Err(StoreError::Moved { .. })));
    assert!(!path.exists(), "the folder is not made anew behind anybody's back");
    fs::rename(&moved, &path).unwrap();
    store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap();
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["one", "two"], vec![]));
}

#[test]
fn a_folder_that_was_removed_is_told_and_one_that_is_put_back_from_a_copy_goes_on() {
    let (dir, mut store) = begun();
    let (path, copy) = (store.dir().to_owned(), dir.path().join("copy"));
    fs::create_dir(&copy).unwrap();
    for name in [folder::WORKBOOK, folder::JOURNAL, folder::PREVIOUS] {
        fs::copy(path.join(name), copy.join(name)).unwrap();
    }
    fs::remove_dir_all(&path).unwrap();
    let error = words(&store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap_err());
    assert!(error.contains("is not there any more"), "{error}");
    assert!(!path.exists());
    fs::rename(&copy, &path).unwrap();
    store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap();
    // It is locked again, too.
    assert!(matches!(Store::open(&path).unwrap().held_by, Some(ReadOnly::Held(_))));
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["one", "two"], vec![]));
}

#[test]
fn a_clock_that_was_set_back_is_told_once_and_no_line_is_earlier_than_the_one_before() {
    let (_dir, mut store) = begun();
    let path = store.dir().to_owned();
    let back: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    let saved = store.save(&book(&["one", "two"]), &edit("two"), back).unwrap();
    assert_eq!(saved.notices, [Notice::Clock { says: back, taken: now() }]);
    let words = saved.notices[0].to_string();
    assert!(words.contains("2026-11-20T00:00:00Z") && words.contains("2026-11-23T09:12:00Z"), "{words}");
    assert_eq!(store.save(&book(&["three"]), &edit("three"), back).unwrap().notices, []);
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!(opened.notices, []);
    let line = opened.store.journal().lines.last().unwrap();
    assert_eq!((line.at, line.clock), (now(), Some(back)));
}

#[test]
fn a_lock_that_a_dead_process_left_is_told_with_host_and_process_and_holds_nobody_up() {
    let here = format!("B. Other on {}, process 7, since 2026-11-20T00:00:00Z", crate::config::host());
    for (left, elsewhere) in [(here.as_str(), false), ("B. Other on another.example, process 7, since 2026-11-20T00:00:00Z", true)] {
        let (_dir, store) = begun();
        let path = store.dir().to_owned();
        drop(store);
        fs::write(path.join(folder::LOCK), left).unwrap();
        let mut opened = Store::open(&path).unwrap();
        assert_eq!(opened.held_by, None);
        assert_eq!(opened.notices, [Notice::NotClosed { by: left.to_owned(), elsewhere }]);
        let words = opened.notices[0].to_string();
        assert!(words.contains("process 7") && words.contains("close it before you go on") == elsewhere, "{words}");
        opened.store.save(&book(&["two"]), &edit("two"), now()).unwrap();
        let held = fs::read_to_string(path.join(folder::LOCK)).unwrap();
        assert!(held.contains(&format!(" on {}, process {}", crate::config::host(), std::process::id())), "{held}");
        // Who closes it leaves no words behind.
        drop(opened);
        assert_eq!(fs::read_to_string(path.join(folder::LOCK)).unwrap(), "");
        assert_eq!(Store::open(&path).unwrap().notices, []);
    }
}

#[test]
fn a_file_system_without_locks_is_read_and_not_written() {
    let (_dir, store) = begun();
    let path = store.dir().to_owned();
    drop(store);
    let none = |_: &File| Err(TryLockError::Error(io::Error::from(io::ErrorKind::Unsupported)));
    match lock::take_by(&path, now(), none) {
        lock::Taken::ReadOnly(why @ ReadOnly::Unwritable(_)) => assert!(why.to_string().contains("can't lock it"), "{why}"),
        _ => panic!("nothing would keep two programs from writing at once"),
    }
}

#[test]
fn a_file_system_without_hard_links_gets_a_copy() {
    let (_dir, mut store) = begun();
    let path = store.dir().to_owned();
    let before = fs::read(path.join(folder::WORKBOOK)).unwrap();
    let keep: write::Step = |edit| write::keep_by(edit, |_, _| Err(io::Error::from(io::ErrorKind::Unsupported))).map(drop);
    let steps = [write::stage, write::append, keep, write::promote];
    let saved = store.save_by(&save::How { steps: &steps, now: now(), settled: None }, &book(&["one", "two"]), &edit("two")).unwrap();
    assert_eq!(saved.notices, []);
    assert_eq!(fs::read(path.join(folder::PREVIOUS)).unwrap(), before);
    drop(store);
    assert_eq!(names(&path), [folder::LOCK, folder::JOURNAL, folder::WORKBOOK, folder::PREVIOUS]);
}

#[test]
fn a_step_that_fails_takes_the_steps_before_it_back() {
    let fails: write::Step = |edit| Err(StoreError::NotAFile { path: edit.dir.to_owned() });
    for done in 0..write::STEPS.len() {
        let (_dir, mut store) = begun();
        let path = store.dir().to_owned();
        let (before, journal) = (names(&path), fs::read(path.join(folder::JOURNAL)).unwrap());
        let steps: Vec<write::Step> = write::STEPS[..done].iter().copied().chain([fails]).collect();
        let how = save::How { steps: &steps, now: now(), settled: None };
        assert!(store.save_by(&how, &book(&["one", "two"]), &edit("two")).is_err());
        let after: Vec<String> = names(&path);
        assert_eq!(after, before, "after {done} steps");
        assert_eq!(fs::read(path.join(folder::JOURNAL)).unwrap(), journal);
        // Tried again, it holds; nothing takes it for a change from outside.
        let saved = store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap();
        assert_eq!((saved.merged, saved.notices), (None, vec![]));
        drop(store);
        let opened = Store::open(&path).unwrap();
        assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["one", "two"], vec![]));
    }
}

#[test]
fn a_save_that_fails_behind_its_last_step_is_not_taken_for_a_change_from_outside() {
    let fails: write::Step = |edit| Err(StoreError::NotAFile { path: edit.dir.to_owned() });
    let (_dir, mut store) = begun();
    let path = store.dir().to_owned();
    let steps: Vec<write::Step> = write::STEPS.iter().copied().chain([fails]).collect();
    let how = save::How { steps: &steps, now: now(), settled: None };
    assert!(store.save_by(&how, &book(&["one", "two"]), &edit("two")).is_err());
    let saved = store.save(&book(&["one", "two", "three"]), &edit("three"), now()).unwrap();
    assert_eq!((saved.merged, saved.notices), (None, vec![]));
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["one", "two", "three"], vec![]));
}

#[test]
fn temporary_files_of_dead_processes_are_swept_in_every_folder() {
    let (dir, store) = begun();
    let path = store.dir().to_owned();
    let file = dir.path().join("policy.txt");
    fs::write(&file, "kept").unwrap();
    let kept = store.attach(&file).unwrap();
    drop(store);
    for room in ["", folder::EVIDENCE, folder::FINDINGS, folder::SNAPSHOTS] {
        fs::create_dir_all(path.join(room)).unwrap();
        fs::write(path.join(room).join(".kassay-x.tmp"), "x").unwrap();
    }
    let opened = Store::open(&path).unwrap();
    for room in ["", folder::EVIDENCE, folder::FINDINGS, folder::SNAPSHOTS] {
        assert!(!names(&path.join(room)).iter().any(|name| name.starts_with(".kassay-")), "{room}");
    }
    assert!(opened.store.evidence_path(&kept.sha256, &kept.name).is_some());
}

#[test]
fn a_missing_workbook_is_told_with_the_copy_that_is_there_and_the_copy_can_be_restored() {
    let (dir, mut store) = begun();
    let path = store.dir().to_owned();
    store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap();
    drop(store);
    fs::remove_file(path.join(folder::WORKBOOK)).unwrap();
    let error = words(&Store::open(&path).unwrap_err());
    for wanted in
        ["workbook.toml is missing", "workbook.toml.bak can be read", "“one” by A. Assessor", "“two” by A. Assessor", "R in the list"]
    {
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
    let list = Store::list(dir.path());
    assert!(list.len() == 1 && list[0].problem.as_ref().unwrap().contains("the copy from before the last edit is there"), "{list:?}");
    let restored = Store::restore_previous(&path, "A. Assessor", now()).unwrap();
    assert_eq!((reasons(&restored.workbook), &restored.notices), (vec!["one"], &vec![]));
    drop(restored);
    // Without a copy there is still a journal, and the folder is no empty one.
    for name in [folder::WORKBOOK, folder::PREVIOUS] {
        fs::remove_file(path.join(name)).unwrap();
    }
    assert!(matches!(Store::open(&path), Err(StoreError::Lost { .. })));
    assert!(matches!(Store::create(&path, &book(&[]), "x", now()), Err(StoreError::Exists { .. })));
}

#[test]
fn a_lock_that_is_no_file_is_named() {
    let (_dir, store) = begun();
    let path = store.dir().to_owned();
    drop(store);
    fs::remove_file(path.join(folder::LOCK)).unwrap();
    fs::create_dir(path.join(folder::LOCK)).unwrap();
    let opened = Store::open(&path).unwrap();
    let Some(ReadOnly::Unwritable(why)) = opened.held_by else { panic!("{:?}", opened.held_by) };
    assert!(why.contains(".lock") && !why.contains("open elsewhere"), "{why}");
    assert_eq!(reasons(&opened.workbook), ["one"]);
}

#[test]
fn a_workbook_of_an_older_format_is_kept_beside_the_one_that_takes_its_place() {
    let old = include_str!("../../../tests/fixtures/workbook/format-1.toml");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old");
    fs::create_dir(&path).unwrap();
    fs::write(path.join(folder::WORKBOOK), old).unwrap();
    let kept = path.join(folder::older(1));
    let mut opened = Store::open(&path).unwrap();
    assert!(opened.notices.contains(&Notice::OlderFormat { format: 1, kept: folder::older(1) }), "{:?}", opened.notices);
    // Looking at it changes nothing.
    assert!(!kept.exists());
    assert_eq!(fs::read_to_string(path.join(folder::WORKBOOK)).unwrap(), old);
    // A save that comes to no end leaves both.
    interrupted(&mut opened.store, 1, &opened.workbook, "x");
    assert_eq!(fs::read_to_string(&kept).unwrap(), old);
    drop(opened.store);
    let mut opened = Store::open(&path).unwrap();
    opened.store.save(&opened.workbook, &edit("two"), now()).unwrap();
    opened.store.save(&opened.workbook, &edit("three"), now()).unwrap();
    assert_eq!(fs::read_to_string(&kept).unwrap(), old);
    let text = fs::read_to_string(path.join(folder::WORKBOOK)).unwrap();
    assert_eq!(Workbook::format_of(&text), Some(kassay_core::workbook::FORMAT.into()));
    drop(opened.store);
    let again = Store::open(&path).unwrap();
    assert_eq!((again.workbook, again.notices), (opened.workbook, vec![]));
    drop(again.store);
    // Another one of that format, put back by hand, is kept beside the first.
    let other = old.replace("2026", "2025");
    fs::write(path.join(folder::WORKBOOK), &other).unwrap();
    let mut opened = Store::open(&path).unwrap();
    opened.store.save(&opened.workbook, &edit("four"), now()).unwrap();
    assert_eq!(fs::read_to_string(&kept).unwrap(), old);
    assert!(names(&path).iter().any(|name| name.starts_with("workbook.toml.format-1-")), "{:?}", names(&path));
}
