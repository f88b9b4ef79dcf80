//! Saving is interrupted at every step and every byte of the journal; opening again must always end in a whole state.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's failure is its message")]

mod faults;
mod outside;

use super::*;
use kassay_core::workbook::{Engagement, Exception};
use std::fs;

fn now() -> Timestamp {
    "2026-11-23T09:12:00Z".parse().unwrap()
}

fn book(reasons: &[&str]) -> Workbook {
    let mut book = Workbook::new(Engagement { entity: "Acme Payments".into(), period: "2026".into(), ..Engagement::default() });
    let exception = |r: &&str| Exception { reason: (*r).into(), owner: "x".into(), ..Exception::of("3.1/baseline") };
    book.exceptions = reasons.iter().map(exception).collect();
    book
}

fn edit(what: &str) -> Edit {
    Edit { by: "A. Assessor".into(), what: what.into(), before: String::new(), after: what.into() }
}

fn reasons(book: &Workbook) -> Vec<&str> {
    book.exceptions.iter().map(|e| e.reason.as_str()).collect()
}

/// What lies in a folder.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir).unwrap().flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The edit that is being saved there.
fn staged(dir: &Path) -> Option<String> {
    names(dir).into_iter().find(|name| folder::is_next(name))
}

/// Saves an edit by the first steps alone, as if the program had been killed then.
fn interrupted(store: &mut Store, steps: usize, workbook: &Workbook, what: &str) {
    let how = save::How { steps: &write::STEPS[..steps], now: now(), settled: None };
    store.save_by(&how, workbook, &edit(what)).unwrap();
}

fn begun() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(&dir.path().join("acme"), &book(&[]), "A. Assessor", now()).unwrap();
    store.save(&book(&["one"]), &edit("one"), now()).unwrap();
    (dir, store)
}

#[test]
fn an_interruption_between_any_two_steps_ends_before_or_after_the_edit() {
    for done in 0..=write::STEPS.len() {
        let (dir, mut store) = begun();
        let path = store.dir().to_owned();
        interrupted(&mut store, done, &book(&["one", "two"]), "two");
        drop(store);
        let opened = Store::open(&path).unwrap();
        let expected: &[&str] = if done == 0 { &["one"] } else { &["one", "two"] };
        assert_eq!(reasons(&opened.workbook), expected, "after {done} steps");
        assert_eq!(staged(&path), None);
        let completed = opened.notices.iter().any(|n| matches!(n, Notice::Completed { .. }));
        assert_eq!(completed, (1..write::STEPS.len()).contains(&done), "{:?}", opened.notices);
        assert!(
            !opened.notices.iter().any(|n| matches!(n, Notice::ChangedOutside { .. } | Notice::Earlier { .. } | Notice::Journal { .. }))
        );
        drop(opened);
        // And the second time nothing is odd any more, and the work goes on.
        let mut again = Store::open(&path).unwrap();
        assert_eq!(again.notices, []);
        again.store.save(&book(&["three"]), &edit("three"), now()).unwrap();
        drop(again);
        let opened = Store::open(&path).unwrap();
        assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["three"], vec![]));
        drop(dir);
    }
}

#[test]
fn a_folder_that_was_being_made_can_be_made_again() {
    let dir = tempfile::tempdir().unwrap();
    for name in [folder::LOCK, ".kassay-x.tmp"] {
        fs::write(dir.path().join(name), "x").unwrap();
    }
    drop(Store::create(dir.path(), &book(&["one"]), "A. Assessor", now()).unwrap());
    let opened = Store::open(dir.path()).unwrap();
    assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["one"], vec![]));
    assert!(!dir.path().join(".kassay-x.tmp").exists());
}

#[test]
fn a_line_torn_at_any_byte_is_healed() {
    let (dir, mut store) = begun();
    let path = store.dir().to_owned();
    let before = fs::read(path.join(folder::JOURNAL)).unwrap();
    interrupted(&mut store, 2, &book(&["one", "two"]), "two");
    drop(store);
    let after = fs::read(path.join(folder::JOURNAL)).unwrap();
    let next = staged(&path).unwrap();
    let staged = fs::read(path.join(&next)).unwrap();
    let current = fs::read(path.join(folder::WORKBOOK)).unwrap();
    for end in before.len()..=after.len() {
        fs::write(path.join(folder::JOURNAL), &after[..end]).unwrap();
        fs::write(path.join(&next), &staged).unwrap();
        fs::write(path.join(folder::WORKBOOK), &current).unwrap();
        let opened = Store::open(&path).unwrap();
        assert_eq!(reasons(&opened.workbook), ["one", "two"], "torn at {end}");
        drop(opened);
        assert_eq!(Store::open(&path).unwrap().notices, [], "torn at {end}");
    }
    drop(dir);
}

#[test]
fn a_journal_that_can_not_be_written_leaves_everything_as_it_was() {
    let (dir, mut store) = begun();
    let path = store.dir().to_owned();
    let journal = fs::read(path.join(folder::JOURNAL)).unwrap();
    fs::remove_file(path.join(folder::JOURNAL)).unwrap();
    fs::create_dir(path.join(folder::JOURNAL)).unwrap();
    let before = names(&path);
    let error = store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap_err();
    assert!(error.to_string().contains("journal.jsonl"), "{error}");
    assert_eq!(names(&path), before);
    fs::remove_dir(path.join(folder::JOURNAL)).unwrap();
    fs::write(path.join(folder::JOURNAL), journal).unwrap();
    // It is tried again, and holds.
    store.save(&book(&["one", "two"]), &edit("two"), now()).unwrap();
    drop(store);
    let opened = Store::open(&path).unwrap();
    assert_eq!((reasons(&opened.workbook), opened.notices), (vec!["one", "two"], vec![]));
    drop(dir);
}

#[test]
fn the_second_opener_reads_only_and_is_told_who_holds_it() {
    let (_dir, store) = begun();
    let mut second = Store::open(store.dir()).unwrap();
    let held_by = second.held_by.clone().unwrap();
    assert!(held_by.to_string().contains(&format!("process {}", std::process::id())), "{held_by}");
    assert!(matches!(second.store.save(&book(&[]), &edit("x"), now()), Err(StoreError::ReadOnly { .. })));
    assert!(matches!(second.store.attach(Path::new("/nowhere")), Err(StoreError::ReadOnly { .. })));
    let path = store.dir().to_owned();
    drop((store, second));
    assert_eq!(Store::open(&path).unwrap().held_by, None);
}

#[test]
fn a_broken_workbook_names_its_place_is_left_alone_and_can_be_restored() {
    let (_dir, store) = begun();
    let path = store.dir().to_owned();
    drop(store);
    let text = fs::read_to_string(path.join(folder::WORKBOOK)).unwrap().replace("entity = ", "entity = = ");
    fs::write(path.join(folder::WORKBOOK), &text).unwrap();
    let line = text.lines().position(|l| l.contains("= =")).unwrap() + 1;
    match Store::open(&path) {
        Err(error @ StoreError::Broken { line: found, column, .. }) => {
            assert_eq!((found, column > 1), (line, true));
            let hint = error.hint().unwrap();
            assert!(hint.contains("workbook.toml.bak") && hint.contains("new assessment"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read_to_string(path.join(folder::WORKBOOK)).unwrap(), text);
    assert!(Store::list(path.parent().unwrap())[0].problem.as_ref().unwrap().contains(&format!("line {line}")));
    let restored = Store::restore_previous(&path, "A. Assessor", now()).unwrap();
    assert_eq!((reasons(&restored.workbook), restored.notices), (vec![], vec![]));
    assert!(fs::read_dir(&path).unwrap().flatten().any(|e| e.file_name().to_string_lossy().contains("broken")));
}

#[test]
fn a_newer_workbook_is_refused_and_left_alone() {
    let (_dir, store) = begun();
    let path = store.dir().to_owned();
    drop(store);
    let text = fs::read_to_string(path.join(folder::WORKBOOK)).unwrap().replace("format = 2", "format = 9");
    fs::write(path.join(folder::WORKBOOK), &text).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Newer { .. })));
    assert_eq!(fs::read_to_string(path.join(folder::WORKBOOK)).unwrap(), text);
}

#[test]
fn a_change_from_outside_is_told_and_stays_in_the_journal() {
    let (_dir, store) = begun();
    let path = store.dir().to_owned();
    drop(store);
    let text = fs::read_to_string(path.join(folder::WORKBOOK)).unwrap().replace("\"one\"", "\"forged\"");
    fs::write(path.join(folder::WORKBOOK), text).unwrap();
    for _ in 0..2 {
        let opened = Store::open(&path).unwrap();
        assert!(
            matches!(&opened.notices[..], [Notice::ChangedOutside { after }] if after.contains("“one” by A. Assessor")),
            "{:?}",
            opened.notices
        );
    }
    let mut opened = Store::open(&path).unwrap();
    opened.store.save(&book(&["two"]), &edit("two"), now()).unwrap();
    let lines: Vec<&str> = opened.store.journal().lines.iter().map(|l| l.what.as_str()).collect();
    assert_eq!(lines, ["new assessment", "one", "changed outside Kassay", "two"]);
    // The previous copy put back by hand is an earlier state, and told as one.
    let previous = fs::read(path.join(folder::PREVIOUS)).unwrap();
    drop(opened);
    fs::write(path.join(folder::WORKBOOK), previous).unwrap();
    assert_eq!(Store::open(&path).unwrap().notices, [Notice::Earlier { line: 3, of: 4 }]);
}

#[test]
fn card_numbers_are_not_written() {
    let (_dir, mut store) = begun();
    let edit = Edit { after: "card 4111-1111-1111-1111".into(), ..edit("note") };
    let saved = store.save(&book(&["saw 4111 1111 1111 1111 and 5555555555554444"]), &edit, now()).unwrap();
    assert_eq!(saved.masked, 2);
    for name in [folder::WORKBOOK, folder::JOURNAL] {
        let text = fs::read_to_string(store.dir().join(name)).unwrap();
        assert!(
            !text.contains("5555555555554444") && !text.contains("1111 1111") && !text.contains("1111-1111") && text.contains("411111••"),
            "{text}"
        );
    }
}

#[test]
fn evidence_is_kept_by_digest_and_not_with_cards_or_keys_in_it() {
    let (dir, store) = begun();
    let file = dir.path().join("Policy.PDF");
    fs::write(&file, b"%PDF-1.7\n\0binary 4111111111111111").unwrap();
    let attached = store.attach(&file).unwrap();
    assert!(attached.kept && attached.name == "Policy.PDF" && attached.size == 33, "{attached:?}");
    assert_eq!(fs::read(store.evidence_path(&attached.sha256, "Policy.PDF").unwrap()).unwrap(), fs::read(&file).unwrap());
    let kept = fs::read_dir(store.dir().join(folder::EVIDENCE)).unwrap().count();
    let long = format!("{}4111 1111 1111 1111\n-----BEGIN PRIVATE KEY-----\n", "x".repeat(CHUNK_EDGE));
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("pan 4111111111111111".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (text, cards, keys) in [(long.replace('x', "x "), 1, 1), (long, 0, 1)] {
        fs::write(&file, text).unwrap();
        let attached = store.attach(&file).unwrap();
        assert_eq!((attached.cards, attached.private_keys, attached.kept), (cards, keys, false));
    }
    fs::write(&file, wide).unwrap();
    assert_eq!(store.attach(&file).unwrap().cards, 1);
    let settings = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: [{name: a, secret: SECRET}]}\n";
    fs::write(&file, settings.replace("SECRET", "c2VjcmV0IGlzIHNlY3VyZQ==")).unwrap();
    let attached = store.attach(&file).unwrap();
    assert_eq!((attached.secrets, attached.kept), (1, false));
    assert_eq!(fs::read_dir(store.dir().join(folder::EVIDENCE)).unwrap().count(), kept);
    assert!(matches!(store.attach(dir.path()), Err(StoreError::NotAFile { .. })));
}

/// So long that a card number lies across the edge of a chunk when each character is doubled.
const CHUNK_EDGE: usize = (1 << 19) - 4;

#[test]
fn the_list_tells_what_there_is() {
    let (dir, store) = begun();
    fs::create_dir(dir.path().join("not ours")).unwrap();
    let list = Store::list(dir.path());
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].entity.as_str(), list[0].determined, list[0].of, &list[0].problem), ("Acme Payments 2026", 0, 49, &None));
    assert_eq!(folder_name(dir.path(), "Acme Payments", "2026").unwrap(), dir.path().join("acme-payments-2026"));
    assert_eq!(folder_name(dir.path(), " ACME ", "").unwrap(), dir.path().join("acme-2"));
    assert!(matches!(Store::create(store.dir(), &book(&[]), "x", now()), Err(StoreError::Exists { .. })));
    assert!(matches!(Store::open(&dir.path().join("not ours")), Err(StoreError::NoWorkbook { .. })));
}

#[test]
fn what_is_typed_and_not_saved_lies_beside_the_workbook_for_its_user_alone_and_goes_away() {
    use kassay_core::workbook::drafts::{Drafts, TypedForm, TypedRow};
    let (_dir, store) = begun();
    assert_eq!(store.take_typed().unwrap(), Drafts::default());
    let form: toml::Value = toml::from_str("answer = { question = \"1.1.accountability\" }").unwrap();
    let row = |id: &str, text: &str| TypedRow { id: id.into(), chosen: None, text: Some(text.into()) };
    let rows =
        vec![row("note", "first\nsecond"), row("question", "card 4111 1111 1111 1111"), row("ref", "-----BEGIN PRIVATE KEY-----\nx")];
    let drafts = Drafts { forms: vec![TypedForm { form, rows }] };
    store.keep_typed(&drafts).unwrap();
    let path = store.dir().join(folder::DRAFTS);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("text = \"\"\"\nfirst\nsecond\"\"\"\n"), "{text}");
    assert!(!text.contains("1111 1111") && !text.contains("BEGIN PRIVATE KEY"), "whatever a row is called: {text}");
    let found = store.take_typed().unwrap();
    assert_eq!((found.forms[0].words().as_str(), &found.forms[0].rows[0]), ("answer 1.1.accountability", &drafts.forms[0].rows[0]));
    // Whoever only reads keeps nothing.
    assert!(matches!(Store::open(store.dir()).unwrap().store.keep_typed(&drafts), Err(StoreError::ReadOnly { .. })));
    for _ in 0..2 {
        store.keep_typed(&Drafts::default()).unwrap();
        assert!(!path.exists());
    }
    // What can't be understood is told and not written over.
    fs::write(&path, "draft = 1").unwrap();
    assert!(matches!(store.take_typed(), Err(StoreError::Broken { line: 1, .. })));
    store.keep_typed(&drafts).unwrap();
    assert_eq!(fs::read_to_string(store.dir().join("drafts.broken.toml")).unwrap(), "draft = 1");
}
