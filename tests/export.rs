//! Bags are made, are the same when made again, are verified by this program and by another one, and every kind of damage is found.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "export/again.rs"]
mod again;
#[path = "support/assessment.rs"]
mod assessment;
#[path = "export/foreign.rs"]
mod foreign;
#[path = "export/hostile.rs"]
mod hostile;
#[cfg(unix)]
#[path = "export/killed.rs"]
mod killed;
#[path = "export/large.rs"]
mod large;
#[path = "support/names.rs"]
mod names;
#[path = "export/packing.rs"]
mod packing;
#[path = "export/pdf.rs"]
mod pdf;
#[path = "export/redact.rs"]
mod redact;
#[path = "export/screen.rs"]
mod screen;
#[path = "export/signing.rs"]
mod signing;

use assessment::{HOSTILE, edit, make, now};
use kassay::export::{self, Form, Material, What, verify};
use kassay::store::Store;
use kassay_core::guidance::Guidance;
use kassay_core::workbook::{Edit, Journal, Workbook, folder, journal};
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

fn material(dir: &Path) -> Material {
    Material::load(dir, now()).unwrap().with_registers(|_| Ok(assessment::inventory()))
}

fn bag(root: &Path, name: &str, form: Form) -> PathBuf {
    let dir = root.join("acme");
    let dir = if dir.exists() { dir } else { make(root) };
    let steps = std::cell::RefCell::new(vec![]);
    let written = export::bag(&material(&dir), &root.join(name), form, &|step| {
        assert!(step.done <= step.of);
        steps.borrow_mut().push(step);
        ControlFlow::Continue(())
    })
    .unwrap();
    let steps = steps.into_inner();
    let begun = steps.iter().filter(|step| step.done < step.of).count();
    assert!(steps.len() > 8 && written.files == begun && steps.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes), "{written:?}");
    written.path
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_bag_is_whole_and_the_same_again() {
    let root = tempfile::tempdir().unwrap();
    let one = bag(root.path(), "one", Form::Folder);
    // What is typed and not saved is no part of it.
    fs::write(root.path().join("acme/drafts.toml"), "[[draft]]\nform = \"engagement\"\n").unwrap();
    let two = bag(root.path(), "two", Form::Folder);
    assert_eq!(files(&one), files(&two));
    let verified = verify(&one).unwrap();
    assert_eq!((verified.what, &verified.faults[..], verified.edits), (What::Bag, &[][..], 3));
    for name in [
        "data/report.html",
        "data/findings.csv",
        "data/evidence-register.csv",
        "data/assessment-prod.json",
        "data/segmentation-prod.svg",
        "data/segmentation-prod.dot",
        "data/trial.csv",
        "README.txt",
    ] {
        assert!(one.join(name).is_file(), "{name}");
    }
    let zips = [bag(root.path(), "a/bag.zip", Form::Zip), bag(root.path(), "b/bag.zip", Form::Zip)];
    assert_eq!(fs::read(&zips[0]).unwrap(), fs::read(&zips[1]).unwrap());
    let verified = verify(&zips[0]).unwrap();
    assert_eq!((verified.what, verified.faults, verified.title.as_str()), (What::BagZip, vec![], "Acme <i>Payments</i> 2026"));
    assert!(matches!(
        export::bag(&material(&root.path().join("acme")), &one, Form::Folder, &|_| ControlFlow::Continue(())),
        Err(export::ExportError::Exists(_))
    ));
}

#[test]
fn what_people_judged_has_tables_of_its_own_and_names_who_reviewed_it() {
    use kassay_core::workbook::sign_off::{Matter, Taken, take};
    use kassay_core::workbook::{
        AnalysisPurpose, CompensatingControl, CustomizedApproach, Determination, Moment, RiskAnalysis, SignOffStep,
    };
    let root = tempfile::tempdir().unwrap();
    let mut material = material(&make(root.path()));
    assert_eq!(export::judgements(&material).iter().map(|table| table.name).collect::<Vec<_>>(), ["determinations"]);
    let book = &mut material.workbook;
    let first = book.determinations[0].clone();
    let control = "+kept <apart>".to_owned();
    book.determinations[0].compensating = Some(CompensatingControl { control: control.clone(), ..CompensatingControl::default() });
    let customized = Some(CustomizedApproach { control, analysis: "T-01".into(), ..CustomizedApproach::default() });
    book.determinations.push(Determination { practice: "1.2.a".into(), customized, ..first });
    book.analyses.push(RiskAnalysis {
        title: "Isolation".into(),
        purpose: AnalysisPurpose::CustomizedApproach,
        ..RiskAnalysis::new("T-01".into(), "A. Assessor".into(), Moment(now()))
    });
    book.engagement.own_acceptance = true;
    for (practice, step, words, by) in
        [("1.1.a", SignOffStep::Accepted, "", "R. Reviewer"), ("1.2.a", SignOffStep::Returned, "=why <u>so</u>?", "R. Reviewer")]
    {
        let matter = Matter::Determination(practice.into());
        take(book, material.guidance, &Taken { matter: &matter, step, words, by, at: Moment(now()) }).unwrap();
    }
    let tables: BTreeMap<&str, String> = export::judgements(&material).iter().map(|table| (table.name, export::csv(table))).collect();
    assert_eq!(tables.len(), 5, "{:?}", tables.keys());
    let row = |table: &str, start: &str| {
        let text = &tables[table];
        text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start} is not in {text}")).to_owned()
    };
    assert!(row("determinations", "1.1.a").ends_with(&format!("accepted,R. Reviewer,{}", Moment(now()))));
    assert!(row("compensating-controls", "1.1.a").contains("'+kept <apart>"));
    assert!(row("customized-approaches", "1.2.a").contains(",T-01,"));
    assert!(row("risk-analyses", "T-01").contains("senior management's approval"));
    assert!(row("second-person", "determination 1.2.a").ends_with("'=why <u>so</u>?"));
    let html = export::report_html(&material).unwrap();
    for told in [
        "second person: accepted by R. Reviewer",
        "Own acceptance.",
        "1 of 3 determinations and answers are accepted",
        "=why &lt;u&gt;so&lt;&#x2f;u&gt;?",
        "1.2.a: defined approach",
    ] {
        assert!(html.contains(told), "{told} is not told");
    }
}

#[test]
fn another_bagit_program_agrees() {
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    match std::process::Command::new("bagit.py").arg("--validate").arg(&bag).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => eprintln!("skipped: bagit.py is not installed"),
    }
    match std::process::Command::new("sha256sum")
        .args(["-c", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"])
        .current_dir(&bag)
        .output()
    {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(_) => eprintln!("skipped: sha256sum is not installed"),
    }
}

#[test]
fn every_changed_added_or_missing_file_is_found() {
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    for (name, bytes) in files(&bag) {
        let path = bag.join(&name);
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(!verify(&bag).unwrap().is_whole(), "{name} was changed, and it was not found");
        fs::remove_file(&path).unwrap();
        let missing = verify(&bag);
        assert!(!missing.is_ok_and(|v| v.is_whole()), "{name} was missing, and it was not found");
        fs::write(&path, &bytes).unwrap();
    }
    assert!(verify(&bag).unwrap().is_whole());
    fs::write(bag.join("data/more.txt"), "more").unwrap();
    assert!(verify(&bag).unwrap().faults.contains(&"data/more.txt: is in no manifest".to_owned()));
    fs::remove_file(bag.join("data/more.txt")).unwrap();
    // A tag file may be in no manifest, and that is told.
    fs::write(bag.join("more.txt"), "more").unwrap();
    let verified = verify(&bag).unwrap();
    assert!(verified.is_whole() && verified.remarks.iter().any(|r| r.starts_with("more.txt: is in no tag manifest")), "{verified:?}");
    fs::remove_file(bag.join("more.txt")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", bag.join("data/link")).unwrap();
        assert!(verify(&bag).unwrap().faults.iter().any(|f| f.starts_with("data/link")));
    }
}

#[test]
fn digests_that_were_made_anew_do_not_hide_a_changed_answer() {
    // Whoever changes the workbook in a bag and all manifests with it is betrayed by the journal.
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    let mut all = files(&bag);
    let text = String::from_utf8(all["data/workbook.toml"].clone()).unwrap().replace("Seen ", "Sawn ");
    all.insert("data/workbook.toml".into(), text.into_bytes());
    let digest = |bytes: &[u8]| journal::digest(bytes);
    let manifest: String = all.iter().filter(|(n, _)| n.starts_with("data/")).map(|(n, b)| format!("{}  {n}\n", digest(b))).collect();
    all.insert("manifest-sha256.txt".into(), manifest.into_bytes());
    let tags = all.iter().filter(|(n, _)| !n.starts_with("data/") && *n != "tagmanifest-sha256.txt");
    let tags: String = tags.map(|(n, b)| format!("{}  {n}\n", digest(b))).collect();
    all.insert("tagmanifest-sha256.txt".into(), tags.into_bytes());
    for (name, bytes) in &all {
        fs::write(bag.join(name), bytes).unwrap();
    }
    let faults = verify(&bag).unwrap().faults;
    assert!(matches!(&faults[..], [one] if one.contains("changed outside Kassay, after edit 3")), "{faults:?}");
}

#[test]
fn the_folder_of_an_assessment_is_verified_too() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let verified = verify(&dir).unwrap();
    assert_eq!((verified.what, &verified.faults[..]), (What::Workbook, &[][..]));
    for (name, bytes) in files(&dir).into_iter().filter(|(name, _)| !matches!(name.as_str(), ".lock" | "workbook.toml.bak")) {
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(dir.join(&name), &changed).unwrap();
        assert!(!verify(&dir).unwrap().is_whole(), "{name}");
        fs::write(dir.join(&name), &bytes).unwrap();
    }
    // And what was changed is not exported as if nothing had been.
    let evidence = files(&dir).into_keys().find(|name| name.starts_with("evidence/")).unwrap();
    fs::write(dir.join(&evidence), "forged").unwrap();
    let refused = export::bag(&material(&dir), &root.path().join("bag"), Form::Folder, &|_| ControlFlow::Continue(()));
    assert!(matches!(refused, Err(export::ExportError::Altered { .. })));
    assert!(!root.path().join("bag").exists());
}

#[test]
fn the_report_tells_everything_and_escapes_it() {
    let root = tempfile::tempdir().unwrap();
    let material = material(&make(root.path()));
    let html = export::report_html(&material).unwrap();
    for hostile in ["<script>alert", "<img src=x", "<i>Payments", "<b>cannot list", "<u>of"] {
        assert!(!html.contains(hostile), "{hostile} is not escaped");
    }
    for told in [
        "Acme &lt;i&gt;Payments",
        "The guidance adds no requirement to PCI DSS",
        "11111111-2222-3333-4444-555555555555",
        "forbidden: secrets is forbidden",
        "E-0001",
        "P. Engineer",
        "in place",
        "proposed not in place; determined in place, because Seen ",
        "A program helped with words</dt><dd class=\"said\">not told",
        "second person: not submitted",
        "The first 10 of 300 are printed",
        "The chain of its lines is whole",
        "@media print",
        "In two minutes",
    ] {
        assert!(html.contains(told), "{told} is not told");
    }
    for area in &material.guidance.areas {
        assert!(html.contains(&format!("id=\"area-{}\"", area.number)));
    }
    for practice in material.guidance.practices() {
        assert!(html.contains(&format!("<b>{}</b>", practice.id)), "{}", practice.id);
    }
    // Nothing is loaded from anywhere.
    for loads in ["src=\"http", "href=\"http", "url(", "@import", "<link"] {
        assert!(!html.contains(loads), "{loads}");
    }
    let markdown = export::report_markdown(&material);
    assert!(!markdown.contains("<script>") && !markdown.contains("<i>") && markdown.contains("| 1.1.a | in place |"), "{markdown}");
}

#[test]
fn tables_hold_everything_and_no_formula() {
    let root = tempfile::tempdir().unwrap();
    let material = material(&make(root.path()));
    let all: usize = material.assessments[0].1.outcomes.iter().map(|o| o.findings.len()).sum();
    let text = export::csv(&export::findings(&material));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), all);
    assert!(rows.iter().any(|row| row[13] == format!("'{HOSTILE}")));
    let evidence = export::csv(&export::evidence_register(&material.workbook));
    for cell in rows
        .iter()
        .flatten()
        .chain(csv::Reader::from_reader(evidence.as_bytes()).records().map(Result::unwrap).collect::<Vec<_>>().iter().flatten())
    {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

#[test]
fn work_papers_are_told_by_kind_and_what_was_mended_is_held_against_what_was_read() {
    let root = tempfile::tempdir().unwrap();
    let material = material(&make(root.path()));
    let read = |text: String| csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect::<Vec<_>>();
    let documents = read(export::csv(&export::documents(&material)));
    assert_eq!((documents.len(), &documents[0][0]), (1, "E-0001"));
    let interviews = read(export::csv(&export::interviews(&material)));
    assert_eq!(
        (&interviews[0][0], &interviews[0][1], &interviews[0][2], &interviews[0][3]),
        ("E-0002", "Sign-in", "'=sign-in", "platform lead")
    );
    assert_eq!(
        (read(export::csv(&export::observations(&material))).len(), read(export::csv(&export::system_evidence(&material))).len()),
        (0, 0)
    );
    // It was read on the day after the retest, and the check still fails.
    let mended = read(export::csv(&export::mended(&material)));
    assert!(mended[0].iter().any(|cell| cell == "still wrong"), "{mended:?}");
    let html = export::report_html(&material).unwrap();
    for told in [
        "Interviews",
        "Found and mended",
        "id=\"E-0002\"",
        "id=\"M-01\"",
        "after the retest",
        "Not told: your conclusion",
        "Open to &lt;em&gt;all",
    ] {
        assert!(html.contains(told), "{told} is not told");
    }
    assert!(!html.contains("<b>Always") && !html.contains("<em>all"));
}

#[test]
fn a_bag_can_be_opened_as_an_assessment_again() {
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    let opened = Store::open(&bag.join("data")).unwrap();
    assert_eq!(opened.notices, []);
    let record = &opened.workbook.clusters[0];
    assert!(opened.store.outcomes(record).unwrap()[0].findings.len() == 300 && opened.store.snapshot(record).unwrap().is_some());
}

/// The assessment with a second cluster that was never read, begun from one of last year.
fn with_more(root: &Path) -> Material {
    use kassay_core::workbook::{ClusterRecord, ScopeConfirmed, UseCase, UseCaseKind, Workbook};
    let dir = make(root);
    let mut opened = Store::open(&dir).unwrap();
    let mut book: Workbook = opened.workbook.clone();
    let old =
        kassay_core::workbook::begun::begin(&book, &"a".repeat(64), Guidance::shipped().unwrap(), now(), jiff::civil::date(2026, 11, 23));
    book.previous = old.previous;
    book.clusters.push(ClusterRecord::unread("prod-us"));
    let at = kassay_core::workbook::Moment(now());
    book.use_cases.push(UseCase {
        cluster: "prod".into(),
        case: UseCaseKind::AccountData,
        reason: "pays".into(),
        by: "A. Assessor".into(),
        at,
    });
    let namespaces = BTreeMap::from([("prod".to_owned(), vec![])]);
    book.scope_confirmed =
        Some(ScopeConfirmed { by: "A. Assessor".into(), at, words: "the <b>diagram".into(), digest: "another".into(), namespaces });
    opened.store.save(&book, &edit("read prod-us"), now()).unwrap();
    material(&dir)
}

#[test]
fn a_folder_of_format_1_leaves_as_a_whole_bag_once_it_was_saved() {
    let text = include_str!("fixtures/workbook/format-1.toml");
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    fs::create_dir_all(dir.join(folder::EVIDENCE)).unwrap();
    for piece in &Workbook::parse(text).unwrap().evidence {
        if let Some(name) = folder::evidence(&piece.sha256, &piece.file) {
            fs::write(dir.join(name), "").unwrap();
        }
    }
    fs::write(dir.join(folder::WORKBOOK), text).unwrap();
    let mut journal = Journal::default();
    let made = Edit { by: "A. Assessor".into(), what: "answer 1.6.mfa_enforced".into(), ..Edit::default() };
    let line = journal.add(&made, "2026-10-01T10:00:00Z".parse().unwrap(), &journal::digest(text.as_bytes())).unwrap();
    fs::write(dir.join(folder::JOURNAL), line).unwrap();
    let verified = verify(&dir).unwrap();
    assert!(verified.is_whole(), "{:?}", verified.faults);

    let mut opened = Store::open(&dir).unwrap();
    opened.workbook.engagement.purpose = "PCI DSS v4.0.1".into();
    let edit = Edit { by: "A. Assessor".into(), what: "engagement".into(), ..Edit::default() };
    opened.store.save(&opened.workbook, &edit, now()).unwrap();
    drop(opened);
    assert_eq!(fs::read_to_string(dir.join("workbook.format-1.toml")).unwrap(), text);
    let bag = bag(root.path(), "bag.zip", Form::Zip);
    let verified = verify(&bag).unwrap();
    assert!(verified.is_whole(), "{:?}", verified.faults);
    assert_eq!(verified.edits, 2);
    let kept = Workbook::parse(std::str::from_utf8(&export::workbook_text(&bag).unwrap()).unwrap()).unwrap();
    assert_eq!((kept.answers.len(), kept.determinations.len(), kept.evidence.len(), kept.exceptions.len()), (3, 3, 4, 1));
    // Each format that is made from it tells what was said.
    let html = export::report_html(&material(&dir)).unwrap();
    for words in ["Conditional access policy", "The jump host too.", "Diagram of last year", "The agent needs the host."] {
        assert!(html.contains(words), "{words}");
    }
}

#[test]
fn a_cluster_that_was_not_read_and_the_year_before_are_told_everywhere() {
    let root = tempfile::tempdir().unwrap();
    let material = with_more(root.path());
    let html = export::report_html(&material).unwrap();
    for told in [
        "prod-us was not read yet",
        "Changed since it was confirmed",
        "the &lt;b&gt;diagram",
        "Begun 2026-11-23T09:12:00Z from the assessment",
        "account data",
        "Last year: in place",
        "excepted without an end",
        "incomplete: it does not tell its approver, end",
        "over all clusters",
    ] {
        assert!(html.contains(told), "{told} is not told");
    }
    let rows = |text: String| csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect::<Vec<_>>();
    let practices = rows(export::csv(&export::practices(&material)));
    assert_eq!(practices.len(), 2 * material.guidance.practices().count());
    assert!(practices.iter().filter(|row| &row[7] == "prod-us").all(|row| row[8].is_empty() && !row[10].is_empty()));
    assert!(
        practices.iter().all(|row| &row[6] != "in place" && &row[6] != "not applicable"),
        "nothing passes for a cluster that was not read"
    );
    assert_eq!(rows(export::csv(&export::questions(&material))).len(), 2 * material.guidance.questions().count());
    assert!(rows(export::csv(&export::exceptions(&material))).iter().all(|row| row[5].contains("approver")));
    assert!(rows(export::csv(&export::findings(&material))).iter().any(|row| &row[3] == "fail" && &row[18] == "excepted without an end"));
    let exceptions = &material.workbook.exceptions;
    let excepted = export::Excepted { exceptions, cluster: "prod", today: material.today() };
    let sarif = export::sarif(material.assessment(Some("prod")).unwrap(), material.guidance, &excepted).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let suppressed: Vec<_> = sarif["runs"][0]["results"].as_array().unwrap().iter().filter(|r| r.get("suppressions").is_some()).collect();
    assert!(suppressed.len() == 1 && suppressed[0]["kind"] == "fail", "{suppressed:?}");
}

#[test]
fn the_next_assessment_is_begun_from_a_folder_a_bag_or_its_zip_that_is_whole() {
    use kassay::app::begin::{NotBegun, begin};
    let root = tempfile::tempdir().unwrap();
    let folder = make(root.path());
    let bags = [bag(&root.path().join("one"), "bag", Form::Folder), bag(&root.path().join("two"), "bag.zip", Form::Zip)];
    for old in std::iter::once(&folder).chain(&bags) {
        assert!(export::holds_assessment(old), "{}", old.display());
        let before = if old.is_dir() { files(old) } else { BTreeMap::new() };
        let next = begin(old, false).unwrap();
        let previous = next.previous.unwrap();
        assert_eq!((previous.entity.as_str(), previous.answers.len(), previous.evidence.len()), ("Acme <i>Payments</i>", 1, 2));
        assert!(next.answers.is_empty() && previous.unverified.is_empty());
        assert_eq!(if old.is_dir() { files(old) } else { BTreeMap::new() }, before, "the old one is only read");
    }
    assert!(!export::holds_assessment(root.path()));
    let path = folder.join("workbook.toml");
    fs::write(&path, format!("{}\n# changed\n", fs::read_to_string(&path).unwrap())).unwrap();
    assert!(matches!(begin(&folder, false), Err(NotBegun::NotWhole { .. })));
    let next = begin(&folder, true).unwrap();
    assert!(next.previous.unwrap().unverified.contains("changed outside Kassay"));
    assert!(matches!(begin(&root.path().join("nowhere"), true), Err(NotBegun::Unreadable(_))));
}

#[test]
fn samples_and_requests_leave_with_what_they_rest_on() {
    let root = tempfile::tempdir().unwrap();
    let bag = bag(root.path(), "bag", Form::Folder);
    let read = |name: &str| fs::read_to_string(bag.join("data").join(name)).unwrap();
    // The file of a population is what the workbook says that was drawn from.
    let names = read("populations/S-01.txt");
    assert_eq!(names.lines().count(), 2);
    assert!(read("workbook.toml").contains(&journal::digest(names.as_bytes())));
    let sets = read("samples.csv");
    assert!(sets.lines().count() == 2 && sets.contains("\"inconsistent: 1 conforms, 1 deviates\"") && sets.contains(",acme,"), "{sets}");
    let items = read("sample-items.csv");
    assert!(items.lines().count() == 3 && items.contains(",deviates,'=<script>"), "{items}");
    let asked = read("requests.csv");
    assert!(asked.lines().count() == 3 && asked.contains("R-001,platform team,'=<script>"), "{asked}");
    let report = read("report.html");
    for words in [
        "inconsistent: 1 conforms, 1 deviates",
        "As many conform as deviate",
        "seed “acme”",
        "prod cronjobs: forbidden",
        "R-002",
        "overdue",
        "by contract",
    ] {
        assert!(report.contains(words), "{words}");
    }
}
