//! What saving an edit costs in a large workbook, against a plain write of the same bytes in the same run, and what opening it costs.
//! `cargo bench --bench save`; `-- DIR` measures on another disk than that of the build.
//!
//! The plain write puts the workbook's text and the journal's line into two files, each synced: no edit that must not be lost is saved with less. A second
//! row gives the plain write names too: the text is written beside, renamed into place, and the folder is synced, as a careful program does. Kassay
//! looks through every text for card numbers and keys besides, prints the workbook, and syncs once more between the staged text and the journal.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

use kassay::store::Store;
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::model::{Category, Determined, Method, Outcome, Severity};
use kassay_core::workbook::{
    Answer, AnswerValue, ClusterRecord, Determination, Edit, Engagement, Evidence, EvidenceKind, FindingBrief, Moment, OutcomeRecord,
    Workbook, gate, outside,
};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Measurements of each, in turns; the medians are told.
const ROUNDS: usize = 31;
/// Findings that are told in all.
const FINDINGS: usize = 20_000;
/// Pieces of evidence.
const EVIDENCE: usize = 200;
/// Times the plain write that a save may take.
const LIMIT: f64 = 1.5;
/// What opening may take.
const OPENING: Duration = Duration::from_millis(50);

fn main() {
    // `cargo test --benches` starts this too, and asks for nothing.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let place = std::env::args()
        .skip(1)
        .find(|a| !a.starts_with("--"))
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let root = tempfile::Builder::new().prefix("save-").tempdir_in(&place).unwrap();
    let now: jiff::Timestamp = "2026-11-23T09:12:00Z".parse().unwrap();
    let mut workbook = workbook();
    let text = workbook.print().unwrap();
    println!(
        "{FINDINGS} findings told, {} determinations, {EVIDENCE} pieces of evidence: {} KiB",
        workbook.determinations.len(),
        text.len() / 1024
    );

    let dir = root.path().join("acme");
    let mut store = Store::create(&dir, &workbook, "A. Assessor", now).unwrap();
    let (mut saves, mut plain, mut named) = (vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        workbook.answers[0].note = format!("round {round}");
        let edit = Edit { by: "A. Assessor".into(), what: "answer".into(), before: String::new(), after: format!("round {round}") };
        saves.push(timed(|| drop(store.save(&workbook, &edit, now).unwrap())));
        let text = fs::read(dir.join("workbook.toml")).unwrap();
        let journal = fs::read(dir.join("journal.jsonl")).unwrap();
        let line = journal.rsplitn(3, |b| *b == b'\n').nth(1).unwrap();
        plain.push(timed(|| write(root.path(), &text, line, false)));
        named.push(timed(|| write(root.path(), &text, line, true)));
    }
    drop(store);
    let (save, plain, named) = (median(saves), median(plain), median(named));
    println!("saving an edit                          {:>8.2} ms", ms(save));
    println!("plain write, two files synced           {:>8.2} ms   {}", ms(plain), ratio(save, plain));
    println!("the same, renamed and the folder synced {:>8.2} ms   saving takes {:.2} times as long", ms(named), over(save, named));

    let opening = median((0..ROUNDS).map(|_| timed(|| drop(Store::open(&dir).unwrap()))).collect());
    let verdict = if opening > OPENING { "MORE than" } else { "within" };
    println!("opening                                 {:>8.2} ms   {verdict} {} ms", ms(opening), OPENING.as_millis());

    println!("what a save does before it writes:");
    let each = |what: &str, work: &dyn Fn()| println!("  {what:<38}{:>8.2} ms", ms(median((0..9).map(|_| timed(work)).collect())));
    each("looking through every text", &|| drop(gate::clean_workbook(&workbook).unwrap()));
    each("printing", &|| drop(workbook.print().unwrap()));
    each("reading (when opened)", &|| drop(Workbook::parse(&text).unwrap()));
    each("comparing with a text from outside", &|| drop(outside::differences(&workbook, &workbook).unwrap()));
}

/// The same bytes, written plainly.
fn write(root: &Path, text: &[u8], line: &[u8], named: bool) {
    let (target, beside) = (root.join("plain.toml"), root.join("plain.next"));
    let mut file = File::create(if named { &beside } else { &target }).unwrap();
    file.write_all(text).unwrap();
    file.sync_all().unwrap();
    let mut journal = OpenOptions::new().append(true).create(true).open(root.join("plain.jsonl")).unwrap();
    journal.write_all(line).unwrap();
    journal.sync_all().unwrap();
    if named {
        fs::rename(&beside, &target).unwrap();
        File::open(root).unwrap().sync_all().unwrap();
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn over(time: Duration, than: Duration) -> f64 {
    time.as_secs_f64() / than.as_secs_f64()
}

fn ratio(save: Duration, plain: Duration) -> String {
    let times = over(save, plain);
    format!("saving takes {times:.2} times as long, {} {LIMIT}", if times > LIMIT { "MORE than" } else { "within" })
}

/// A workbook as it is near the end of an assessment of two clusters.
fn workbook() -> Workbook {
    let guidance = Guidance::shipped().unwrap();
    let mut book = Workbook::new(Engagement { entity: "Acme Payments".into(), period: "2026".into(), ..Engagement::default() });
    let at = Moment("2026-11-23T09:12:00Z".parse().unwrap());
    let words = "Seen on site with the platform team: configuration as deployed, tickets of the last two changes, and who approved them. ";
    let clusters = ["prod-eu", "prod-us"];
    let cluster = |key: &str| -> ClusterRecord {
        toml::from_str(&format!("key = \"{key}\"\nsnapshot = \"{0}\"\nfindings = \"{0}\"", "ab".repeat(32))).unwrap()
    };
    book.clusters = clusters.iter().map(|key| cluster(key)).collect();
    let each = FINDINGS / (checks::all().count() * clusters.len());
    for check in checks::all() {
        for cluster in clusters {
            let brief = |n: usize| FindingBrief {
                id: format!("{}-{n:08x}", check.id),
                severity: Severity::High,
                category: Category::Cde,
                object: format!("Deployment payments/service-{n}"),
                field: "spec.template.spec.containers[0].securityContext.privileged".into(),
                observed: "true".into(),
            };
            book.outcomes.push(OutcomeRecord {
                check: check.id.into(),
                cluster: cluster.into(),
                outcome: Outcome::Fail,
                reason: format!("{each} of {} workloads are other than they ought to be.", each * 3),
                population: each * 3,
                total: each,
                counts: BTreeMap::from([(Category::Cde, each)]),
                needs: vec![],
                digest: "cd".repeat(32),
                findings: (0..each.min(5)).map(brief).collect(),
            });
        }
    }
    for question in guidance.controls().flat_map(|control| &control.questions) {
        book.answers.push(Answer {
            question: question.id.clone(),
            digest: "ef".repeat(32),
            value: AnswerValue::Text("yes".into()),
            by: "A. Assessor".into(),
            at,
            interviewed: "P. Engineer".into(),
            role: "platform lead".into(),
            on: None,
            note: words.repeat(2),
            evidence: vec!["E-0001".into(), "E-0002".into()],
            cluster: String::new(),
        });
    }
    for practice in guidance.practices() {
        book.determinations.push(Determination {
            practice: practice.id.clone(),
            finding: Determined::InPlace,
            method: Method::Defined,
            rationale: words.repeat(4),
            by: "A. Assessor".into(),
            at,
            proposed: Some(Determined::InPlace),
            because: vec![],
            excluded_by: String::new(),
            to_confirm: false,
            compensating: None,
            customized: None,
        });
    }
    for n in 1..=EVIDENCE {
        let mut evidence: Evidence = toml::from_str(&format!(
            "ref = \"E-{n:04}\"\nkind = \"document\"\ntitle = \"Procedure {n}\"\nfile = \"procedure-{n}.pdf\"\nsha256 = \"{}\"\nsize = 123456\n\
             obtained = {at}\nby = \"A. Assessor\"\npractices = [\"1.6.a\", \"3.1.a\"]",
            "0f".repeat(32)
        ))
        .unwrap();
        evidence.kind = EvidenceKind::Document;
        book.evidence.push(evidence);
    }
    book
}
