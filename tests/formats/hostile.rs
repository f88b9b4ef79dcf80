//! Texts that somebody wrote to mislead, in every place of an assessment and through every form of export: a form that is added is in this test by itself.

use super::{assessment, make, now};
use kassay::export::{self, Maker, Material, Wish};
use kassay_core::model::ExportFormat;
use kassay_core::model::text::is_hidden;
use kassay_core::workbook::{CompensatingControl, CustomizedApproach, Determination, Together};
use std::fs;
use std::io::{Cursor, Read as _};
use std::ops::ControlFlow;
use std::path::Path;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../support/dice.rs"]
mod dice;
use dice::Dice;

/// What texts are made of: controls of all kinds, sequences that steer a terminal, marks of direction, tags, what has no width, and what is markup somewhere.
const PARTS: &[&str] = &[
    "plain",
    " ",
    "\u{0}",
    "\u{7}",
    "\u{8}",
    "\t",
    "\n",
    "\r\n",
    "\u{1b}[2J",
    "\u{1b}]52;c;aGk=\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}31m",
    "\u{9d}0;x\u{9c}",
    "\u{ad}",
    "\u{61c}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{2069}",
    "\u{feff}",
    "\u{fff9}",
    "\u{ffff}",
    "\u{e0001}",
    "\u{e0041}",
    "<x-bad>",
    "</script><x-bad>",
    "<!--",
    "-->",
    "]]>",
    "&lt;",
    "&#64;",
    "{{",
    "}}",
    "{% x %}",
    "'",
    "\"",
    "\\",
    "`",
    "|",
    "=1+1",
    "+1",
    "-1",
    "@x",
    "#1",
    "[a](b)",
    "{0}",
    "$x$",
    "%s",
    "é",
    "中",
    "\u{1f512}",
    "ﷺ",
    "a\u{301}",
    "1.10",
    "yes",
    ": ",
    "- ",
    "# ",
    "\u{d7ff}",
    "../../etc",
    "*_~^",
];

fn text(dice: &mut Dice) -> String {
    let count = 1 + dice.roll(8);
    (0..count).map(|_| dice.one(PARTS)).collect()
}

/// An assessment with such a text wherever one can be.
fn hostile(root: &Path, seed: u64) -> Material {
    let mut dice = Dice::new(seed);
    let mut t = || text(&mut dice);
    let mut material = Material::load(&make(root), now()).unwrap().with_registers(|_| Ok(assessment::inventory()));
    let book = &mut material.workbook;
    let e = &mut book.engagement;
    (e.entity, e.company, e.period, e.purpose, e.assessors, e.reviewers, e.assistance) =
        (t(), t(), t(), t(), vec![t(), t()], vec![t()], t());
    let key = t();
    book.clusters[0].key.clone_from(&key);
    book.outcomes.iter_mut().for_each(|outcome| outcome.cluster.clone_from(&key));
    let record = &mut book.clusters[0];
    (record.server, record.version, record.distribution, record.uid, record.declared_complete) = (t(), t(), t(), t(), Some(t()));
    record.not_read = [(t(), t()), (t(), t())].into();
    for piece in &mut book.evidence {
        (piece.title, piece.version, piece.purpose, piece.by) = (t(), t(), t(), t());
        if let Some(talk) = &mut piece.interview {
            (talk.person, talk.role, talk.topics, talk.asked, talk.answered, talk.conclusion) = (t(), t(), t(), t(), t(), t());
        }
    }
    for answer in &mut book.answers {
        (answer.note, answer.interviewed, answer.role, answer.by) = (t(), t(), t(), t());
        answer.value = kassay_core::workbook::AnswerValue::Text(t());
    }
    let first = book.determinations[0].clone();
    for practice in ["1.2.a", "1.3.a", "2.1.a"] {
        book.determinations.push(Determination { practice: practice.into(), ..first.clone() });
    }
    for d in &mut book.determinations {
        (d.rationale, d.by, d.excluded_by) = (t(), t(), t());
        d.compensating = Some(CompensatingControl { constraint: t(), control: t(), risk: t(), ..CompensatingControl::default() });
        d.customized =
            Some(CustomizedApproach { objective: t(), control: t(), tester: t(), evidence: vec![t()], ..CustomizedApproach::default() });
    }
    for x in &mut book.exceptions {
        (x.reason, x.owner, x.approver, x.by, x.about) = (t(), t(), t(), t(), t());
    }
    for s in &mut book.samples {
        (s.title, s.seed, s.size, s.representative, s.conclusion, s.by, s.reason) = (t(), t(), t(), t(), t(), t(), t());
        s.population.members.iter_mut().for_each(|member| *member = t());
        s.items.iter_mut().for_each(|item| (item.name, item.note, item.stratum, item.by) = (t(), t(), t(), t()));
    }
    for r in &mut book.requests {
        (r.what, r.role, r.note, r.by) = (t(), t(), t(), t());
    }
    for r in &mut book.remediations {
        (r.before, r.after, r.conclusion, r.retested_by, r.by) = (t(), t(), t(), t(), t());
    }
    let (named, assessment) = &mut material.assessments[0];
    named.clone_from(&key);
    let c = &mut assessment.cluster;
    (c.server, c.version, c.distribution, c.uid, c.declared_complete) = (t(), t(), t(), t(), Some(t()));
    for kind in &mut assessment.kinds {
        kind.message = t();
    }
    assessment.outcomes[0].findings.truncate(12);
    for outcome in &mut assessment.outcomes {
        outcome.reason = t();
        outcome.needs = vec![t()];
        for finding in &mut outcome.findings {
            (finding.object.kind, finding.object.namespace, finding.object.name) = (t(), t(), t());
            (finding.field, finding.observed, finding.rule) = (t(), t(), Some(t().into()));
            finding.message = t().into();
            finding.mend = t().into();
        }
    }
    for drawn in material.pictures.values_mut().filter_map(|drawn| drawn.as_mut().ok()) {
        let trial = &mut drawn.trial;
        trial.unread = vec![t()];
        trial.places.iter_mut().for_each(|place| (place.namespaces, place.image) = (vec![t(), t()], t()));
        trial.rows.iter_mut().for_each(|row| (row.verdict.by, row.verdict.why, row.verdict.around) = (t(), t(), vec![t(), t()]));
    }
    material.pictures = std::mem::take(&mut material.pictures).into_values().map(|drawn| (key.clone(), drawn)).collect();
    material.text = material.workbook.print().unwrap();
    material.together = Together::of(material.guidance, &material.workbook, material.today());
    material
}

/// Whether something in a text steers who reads it. Lines end as the form has it, and a tab is a blank.
fn steers(text: &str) -> Option<char> {
    text.replace("\r\n", "\n").chars().find(|c| is_hidden(*c) && !matches!(c, '\n' | '\t'))
}

/// Holds one file of an export to what its kind of file must be.
fn look(name: &str, bytes: &[u8], faults: &mut Vec<String>) {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if matches!(ending, "gz" | "pdf") {
        // What was read is compressed; the pages of a PDF are looked at by its own tests, and the piece of evidence is a file of others.
        return;
    }
    if matches!(ending, "xlsx" | "docx" | "zip") {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for nth in 0..zip.len() {
            let mut file = zip.by_index(nth).unwrap();
            let inside = file.name().unwrap().into_owned();
            let mut part = vec![];
            file.read_to_end(&mut part).unwrap();
            look(&inside, &part, faults);
        }
        return;
    }
    if name.contains("/populations/") {
        // The names from which a sample was drawn: their digest stands in the workbook, so they are told to the byte.
        return;
    }
    let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
    let is_markup = matches!(ending, "html" | "svg" | "xml" | "md" | "rels");
    if let Some(c) = steers(text) {
        let before: Vec<char> = text.chars().take_while(|other| *other != c).collect();
        let around: String = before[before.len().saturating_sub(90)..].iter().collect();
        faults.push(format!("{name} holds {c:?} after {around:?}"));
    }
    if is_markup && text.contains("<x-bad") {
        faults.push(format!("{name}: a text became markup"));
    }
    match ending {
        "json" | "sarif" => drop(serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|e| panic!("{name}: {e}"))),
        "jsonl" => {
            text.lines().for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|e| panic!("{name}: {e}"))))
        }
        "yaml" => drop(serde_saphyr::from_str::<serde_json::Value>(text).unwrap_or_else(|e| panic!("{name}: {e}"))),
        "toml" => drop(kassay_core::workbook::Workbook::parse(text).unwrap_or_else(|e| panic!("{name}: {e}"))),
        "csv" => {
            // Every row has as many cells as the first, or the reader fails.
            for record in csv::Reader::from_reader(bytes).records() {
                for cell in &record.unwrap_or_else(|e| panic!("{name}: {e}")) {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell:?} is a formula");
                }
            }
        }
        "svg" | "xml" | "rels" => {
            let mut xml = quick_xml::Reader::from_str(text);
            while !matches!(xml.read_event().unwrap_or_else(|e| panic!("{name}: {e}")), quick_xml::events::Event::Eof) {}
        }
        _ => {}
    }
}

#[test]
fn no_text_breaks_a_form_or_steers_its_reader() {
    let mut faults = vec![];
    for seed in 1..=8 {
        let root = tempfile::tempdir().unwrap();
        let material = hostile(root.path(), seed);
        for format in ExportFormat::ALL {
            let wish = Wish::default();
            match export::maker(format) {
                // The PDF takes its time, and is the same for each seed but in its words.
                Maker::Single(_) if format == ExportFormat::Pdf && seed > 1 => {}
                Maker::Single(single) => {
                    let mut bytes = vec![];
                    single.write(&material, &wish, &mut bytes).unwrap_or_else(|e| panic!("seed {seed}, {}: {e}", format.id()));
                    look(&format!("seed {seed}{}", format.ending()), &bytes, &mut faults);
                }
                Maker::Bag(form) => {
                    let target = root.path().join(format!("bag{}", format.ending()));
                    export::bag(&material, &target, form, &|_| ControlFlow::Continue(()))
                        .unwrap_or_else(|e| panic!("seed {seed}, {}: {e}", format.id()));
                    let mut all = vec![target];
                    while let Some(path) = all.pop() {
                        if path.is_dir() {
                            all.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                        } else if !path.components().any(|part| part.as_os_str() == "evidence") {
                            look(&format!("seed {seed} {}", path.display()), &fs::read(&path).unwrap(), &mut faults);
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
