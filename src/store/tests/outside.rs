//! Somebody else writes in the folder while it is open: nothing of theirs is written over in silence, and nothing that was accepted is lost.

use super::*;
use kassay_core::workbook::{JournalLine, ReadOnly, journal};

/// A workbook with exceptions of these checks and reasons.
fn of(exceptions: &[(&str, &str)]) -> Workbook {
    let mut book = book(&[]);
    book.exceptions =
        exceptions.iter().map(|(what, reason)| Exception { reason: (*reason).into(), owner: "x".into(), ..Exception::of(what) }).collect();
    book
}

fn with(exceptions: &[(&str, &str)]) -> (tempfile::TempDir, Store, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(&dir.path().join("acme"), &of(exceptions), "A. Assessor", now()).unwrap();
    let path = store.dir().to_owned();
    (dir, store, path)
}

/// Replaces a text in the workbook, as an editor does.
fn by_hand(path: &Path, from: &str, to: &str) -> String {
    let file = path.join(folder::WORKBOOK);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    let text = text.replace(from, to);
    fs::write(&file, &text).unwrap();
    text
}

fn lines(path: &Path) -> Vec<JournalLine> {
    open::read_journal(path).unwrap().lines
}

#[test]
fn a_hand_edit_beside_an_edit_is_merged_told_and_journaled() {
    let (_dir, mut store, path) = with(&[("a", "one"), ("b", "two")]);
    let text = by_hand(&path, "\"two\"", "\"two, by hand\"");
    let saved = store.save(&of(&[("a", "one, again"), ("b", "two")]), &edit("exception a"), now()).unwrap();
    let both = of(&[("a", "one, again"), ("b", "two, by hand")]);
    assert_eq!(saved.merged.as_deref(), Some(&both));
    assert_eq!(saved.notices, [Notice::Merged { taken: vec!["exception b".into()], kept: vec![] }]);
    assert_eq!(Workbook::parse(&fs::read_to_string(path.join(folder::WORKBOOK)).unwrap()).unwrap(), both);
    let lines = lines(&path);
    let [.., outside, last] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((outside.what.as_str(), outside.by.as_str(), outside.after.as_str()), (journal::CHANGED_OUTSIDE, "", "exception b"));
    assert_eq!(outside.workbook, journal::digest(text.as_bytes()));
    assert_eq!(last.what, "exception a");
    // Work goes on from what is on disk, and the folder is whole.
    let saved = store.save(&both, &edit("again"), now()).unwrap();
    assert_eq!((saved.merged, saved.notices), (None, vec![]));
    drop(store);
    assert_eq!(Store::open(&path).unwrap().notices, []);
}

#[test]
fn a_hand_edit_of_the_same_is_asked_about_and_neither_is_lost() {
    let (_dir, mut store, path) = with(&[("a", "one"), ("b", "two")]);
    let text = by_hand(&path, "\"one\"", "\"by hand\"");
    let ours = of(&[("a", "here"), ("b", "two")]);
    let before = lines(&path);
    let error = store.save(&ours, &edit("exception a"), now()).unwrap_err();
    let StoreError::Disputed { dispute } = error else { panic!("{error}") };
    assert_eq!(dispute.what, ["exception a"]);
    assert_eq!(dispute.theirs, of(&[("a", "by hand"), ("b", "two")]));
    // Nothing was written but a second name for the other text.
    assert_eq!(fs::read_to_string(path.join(&dispute.aside)).unwrap(), text);
    assert_eq!(fs::read_to_string(path.join(folder::WORKBOOK)).unwrap(), text);
    assert_eq!(lines(&path), before);
    // “What was entered here” holds where that was said of this very text.
    by_hand(&path, "\"two\"", "\"two, later\"");
    assert!(matches!(store.save_settled(&ours, &edit("exception a"), now(), Some(&dispute.digest)), Err(StoreError::Disputed { .. })));
    let digest = journal::digest(&fs::read(path.join(folder::WORKBOOK)).unwrap());
    let saved = store.save_settled(&ours, &edit("exception a"), now(), Some(&digest)).unwrap();
    assert_eq!(saved.merged.as_deref(), Some(&of(&[("a", "here"), ("b", "two, later")])));
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((opened.workbook, opened.notices), (of(&[("a", "here"), ("b", "two, later")]), vec![]));
    assert_eq!(fs::read_to_string(path.join(&dispute.aside)).unwrap(), text);
}

#[test]
fn what_the_file_says_holds_where_that_was_chosen() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    by_hand(&path, "\"one\"", "\"by hand\"");
    let Err(StoreError::Disputed { dispute }) = store.save(&of(&[("a", "here")]), &edit("a"), now()) else { panic!() };
    let saved = store.save(&dispute.theirs, &edit("took over"), now()).unwrap();
    assert_eq!(saved.merged.as_deref(), Some(&of(&[("a", "by hand")])));
    drop(store);
    assert_eq!(Store::open(&path).unwrap().workbook, of(&[("a", "by hand")]));
}

/// The editor was opened before the last saves, so what it writes lacks them.
#[test]
fn an_editor_that_was_opened_long_ago_takes_no_accepted_edit_back() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    let old = fs::read_to_string(path.join(folder::WORKBOOK)).unwrap();
    let accepted = of(&[("a", "one"), ("b", "accepted"), ("c", "accepted")]);
    store.save(&of(&[("a", "one"), ("b", "accepted")]), &edit("exception b"), now()).unwrap();
    store.save(&accepted, &edit("exception c"), now()).unwrap();
    fs::write(path.join(folder::WORKBOOK), old.replace("\"one\"", "\"by hand\"")).unwrap();
    let saved = store.save(&accepted, &edit("place"), now()).unwrap();
    assert_eq!(saved.merged.as_deref(), Some(&of(&[("a", "by hand"), ("b", "accepted"), ("c", "accepted")])));
    let kept = vec!["exception b".to_owned(), "exception c".to_owned()];
    assert_eq!(saved.notices, [Notice::Merged { taken: vec!["exception a".into()], kept: kept.clone() }]);
    // The same text as it was then, put back whole.
    fs::write(path.join(folder::WORKBOOK), &old).unwrap();
    let saved = store.save(&accepted, &edit("place"), now()).unwrap();
    assert_eq!(saved.merged.as_deref(), Some(&accepted));
    assert!(matches!(&saved.notices[..], [Notice::Merged { taken, .. }] if taken.is_empty()), "{:?}", saved.notices);
}

#[test]
fn a_file_that_can_not_be_understood_any_more_is_kept_aside_and_told() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    for broken in [&b"format = = 1"[..], b"\xff\xfe", b"", b"format = 99\n"] {
        fs::write(path.join(folder::WORKBOOK), broken).unwrap();
        let saved = store.save(&of(&[("a", "two")]), &edit("exception a"), now()).unwrap();
        let [Notice::BrokenOutside { aside, .. }] = &saved.notices[..] else { panic!("{:?}", saved.notices) };
        assert_eq!(fs::read(path.join(aside)).unwrap(), broken);
        assert_eq!(lines(&path).iter().rev().nth(1).unwrap().what, journal::CHANGED_OUTSIDE);
    }
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((opened.workbook, opened.notices), (of(&[("a", "two")]), vec![]));
}

#[test]
fn a_workbook_that_was_removed_while_open_is_written_again() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    fs::remove_file(path.join(folder::WORKBOOK)).unwrap();
    let saved = store.save(&of(&[("a", "two")]), &edit("exception a"), now()).unwrap();
    assert_eq!(saved.notices, [Notice::Removed]);
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((opened.workbook, opened.notices), (of(&[("a", "two")]), vec![]));
}

#[test]
fn a_journal_that_was_removed_or_cut_while_open_is_written_again() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    store.save(&of(&[("a", "two")]), &edit("exception a"), now()).unwrap();
    let journal = path.join(folder::JOURNAL);
    let whole = fs::read(&journal).unwrap();
    for left in [None, Some(0), Some(whole.iter().position(|b| *b == b'\n').unwrap() + 1)] {
        match left {
            None => fs::remove_file(&journal).unwrap(),
            Some(bytes) => fs::write(&journal, &whole[..bytes]).unwrap(),
        }
        let saved = store.save(&of(&[("a", "three")]), &edit("exception a"), now()).unwrap();
        assert_eq!(saved.notices, [Notice::JournalRestored], "{left:?}");
        assert!(fs::read(&journal).unwrap().starts_with(&whole));
    }
    drop(store);
    assert_eq!(Store::open(&path).unwrap().notices, []);
}

/// What a program writes between the look at the workbook and its replacement, told afterwards, where it is waited for, or by the next save.
#[test]
fn a_text_that_is_written_at_the_very_moment_of_a_save_is_kept_aside_and_told() {
    const HERS: &str = "# written at that moment\n";
    let intrude: write::Step = |edit| {
        fs::write(edit.dir.join(folder::WORKBOOK), HERS).unwrap();
        Ok(())
    };
    let steps: Vec<write::Step> = write::STEPS[..3].iter().copied().chain([intrude]).chain(write::STEPS[3..].iter().copied()).collect();
    for way in ["afterwards", "the next save", "the end"] {
        let (_dir, mut store, path) = with(&[("a", "one")]);
        let how = save::How { steps: &steps, now: now(), settled: None };
        let saved = store.save_by(&how, &of(&[("a", "two")]), &edit("exception a")).unwrap();
        assert_eq!(saved.notices, []);
        let told = match way {
            "afterwards" => store.afterwards(),
            "the next save" => store.save(&of(&[("a", "three")]), &edit("exception a"), now()).unwrap().notices.pop(),
            _ => None,
        };
        if told.is_some() {
            assert_eq!(store.afterwards(), None, "{way}: it is told once");
        }
        drop(store);
        let aside = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        let aside: Vec<PathBuf> = aside.filter(|path| fs::read(path).is_ok_and(|text| text == HERS.as_bytes())).collect();
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(aside.iter().any(|path| name(path).contains("outside")), "{way}: {aside:?}");
        if let Some(Notice::Overtaken { aside: told }) = &told {
            assert!(aside.iter().any(|path| name(path) == *told), "{way}");
        } else {
            assert!(told.is_none() && way == "the end", "{way}: {told:?}");
        }
        assert_eq!(Store::open(&path).unwrap().notices, []);
    }
}

/// The program ended between the renaming and the look at what it replaced.
#[test]
fn a_text_that_was_overtaken_right_before_the_end_is_kept_when_it_is_opened_again() {
    const HERS: &str = "# hers\nformat = 1\n";
    let (_dir, mut store, path) = with(&[("a", "one")]);
    store.save(&of(&[("a", "two")]), &edit("exception a"), now()).unwrap();
    drop(store);
    fs::write(path.join(folder::PREVIOUS), HERS).unwrap();
    let mut opened = Store::open(&path).unwrap();
    // Who only reads writes nothing, and leaves it to whoever may.
    let beside = Store::open(&path).unwrap();
    assert!(beside.held_by.is_some() && beside.notices.iter().all(|notice| !matches!(notice, Notice::Overtaken { .. })));
    let [Notice::Overtaken { aside }] = &opened.notices[..] else { panic!("{:?}", opened.notices) };
    let aside = path.join(aside);
    // The next save takes the place of the previous copy; the text is kept all the same.
    opened.store.save(&of(&[("a", "three")]), &edit("exception a"), now()).unwrap();
    drop((opened, beside));
    assert_eq!(fs::read(&aside).unwrap(), HERS.as_bytes());
    assert_eq!(Store::open(&path).unwrap().notices, []);
    // It is told once, and only where the journal can vouch for what was replaced.
    fs::write(path.join(folder::PREVIOUS), HERS).unwrap();
    assert_eq!(Store::open(&path).unwrap().notices, []);
    fs::remove_file(aside).unwrap();
    fs::remove_file(path.join(folder::JOURNAL)).unwrap();
    assert_eq!(Store::open(&path).unwrap().notices, [Notice::NoJournal]);
}

/// As on a file system on which the lock of one does not keep the other out.
#[test]
fn another_program_that_got_in_all_the_same_loses_nothing_and_is_told() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    fs::remove_file(path.join(folder::LOCK)).unwrap();
    let mut other = Store::open(&path).unwrap();
    assert!(other.held_by.is_none());
    other.store.save(&of(&[("a", "one"), ("b", "other")]), &edit("exception b"), now()).unwrap();
    // The other one has the lock now, so this one waits.
    let ours = of(&[("a", "one"), ("c", "ours")]);
    let error = store.save(&ours, &edit("exception c"), now()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly(ReadOnly::Held(_))), "{error}");
    drop(other);
    let saved = store.save(&ours, &edit("exception c"), now()).unwrap();
    assert_eq!(saved.merged.as_deref(), Some(&of(&[("a", "one"), ("c", "ours"), ("b", "other")])));
    assert!(matches!(&saved.notices[..], [Notice::JournalChanged { .. }, Notice::Merged { .. }]), "{:?}", saved.notices);
    drop(store);
    let whole = Store::open(&path).unwrap();
    assert_eq!(whole.notices, []);
    assert!(whole.store.journal().faults.is_empty());
}

#[test]
fn a_folder_that_holds_another_assessment_now_is_left_alone() {
    let (dir, mut store, path) = with(&[("a", "one")]);
    fs::rename(&path, dir.path().join("moved")).unwrap();
    let other = Store::create(&path, &of(&[("z", "other")]), "B. Other", now()).unwrap();
    drop(other);
    let before = fs::read(path.join(folder::WORKBOOK)).unwrap();
    let error = store.save(&of(&[("a", "two")]), &edit("exception a"), now()).unwrap_err();
    assert!(matches!(error, StoreError::Another { .. }), "{error}");
    assert_eq!(fs::read(path.join(folder::WORKBOOK)).unwrap(), before);
}

#[test]
fn a_text_from_outside_is_masked_as_everything_is() {
    let (_dir, mut store, path) = with(&[("a", "one"), ("b", "two")]);
    by_hand(&path, "\"two\"", "\"saw 4111 1111 1111 1111\"");
    let saved = store.save(&of(&[("a", "three"), ("b", "two")]), &edit("exception a"), now()).unwrap();
    assert_eq!(saved.masked, 1);
    let text = fs::read_to_string(path.join(folder::WORKBOOK)).unwrap();
    assert!(!text.contains("1111 1111"), "{text}");
    assert!(saved.merged.unwrap().exceptions[1].reason.contains("411111"));
}

#[test]
fn a_staged_text_that_does_not_follow_is_set_aside() {
    let (_dir, mut store, path) = with(&[("a", "one")]);
    // What was staged here once, with or without its line, and kept somewhere else.
    let mut old = vec![];
    for steps in [1, 2] {
        interrupted(&mut store, steps, &of(&[("a", "old")]), "old");
        let name = staged(&path).unwrap();
        old.push((name.clone(), fs::read(path.join(&name)).unwrap()));
        drop(store);
        store = Store::open(&path).unwrap().store;
    }
    old.push((folder::NEXT.to_owned(), old[0].1.clone()));
    let accepted = of(&[("a", "accepted"), ("b", "accepted")]);
    store.save(&of(&[("a", "accepted")]), &edit("a"), now()).unwrap();
    store.save(&accepted, &edit("b"), now()).unwrap();
    drop(store);
    for (name, text) in old {
        fs::write(path.join(&name), &text).unwrap();
        let opened = Store::open(&path).unwrap();
        assert_eq!(opened.workbook, accepted, "{name}");
        let [Notice::SetAside { aside }] = &opened.notices[..] else { panic!("{:?}", opened.notices) };
        assert_eq!(fs::read(path.join(aside)).unwrap(), text);
        assert_eq!(staged(&path), None);
    }
}

#[test]
fn a_hand_edit_behind_an_interrupted_edit_is_kept_aside() {
    let (_dir, mut store, path) = with(&[("a", "one"), ("b", "two")]);
    interrupted(&mut store, 2, &of(&[("a", "accepted"), ("b", "two")]), "a");
    drop(store);
    let text = by_hand(&path, "\"two\"", "\"by hand\"");
    let opened = Store::open(&path).unwrap();
    assert_eq!(opened.workbook, of(&[("a", "accepted"), ("b", "two")]));
    let [Notice::Completed { .. }, Notice::ChangedMeanwhile { aside }] = &opened.notices[..] else { panic!("{:?}", opened.notices) };
    assert_eq!(fs::read_to_string(path.join(aside)).unwrap(), text);
}

#[test]
fn a_merge_that_is_interrupted_ends_before_or_after_it() {
    for done in 0..=write::STEPS.len() {
        let (_dir, mut store, path) = with(&[("a", "one"), ("b", "two")]);
        by_hand(&path, "\"two\"", "\"by hand\"");
        interrupted(&mut store, done, &of(&[("a", "here"), ("b", "two")]), "a");
        drop(store);
        let opened = Store::open(&path).unwrap();
        let a = if done == 0 { "one" } else { "here" };
        assert_eq!(opened.workbook, of(&[("a", a), ("b", "by hand")]), "after {done} steps");
        drop(opened);
        let odd = Store::open(&path).unwrap().notices;
        assert!(if done == 0 { matches!(odd[..], [Notice::ChangedOutside { .. }]) } else { odd.is_empty() }, "after {done}: {odd:?}");
    }
}
