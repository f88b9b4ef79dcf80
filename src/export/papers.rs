//! The work papers: evidence by kind as a report on compliance lists it, and what was found wrong and mended. For the report, and as tables.

use super::Material;
use super::table::{Column, Table, cells};
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::evidence::{judged_words, missing, questions_of, replaced_by, stale};
use kassay_core::workbook::remediation::{Found, Standing, standing};
use kassay_core::workbook::{Day, Evidence, EvidenceKind, Remediation, Withdrawn, Workbook, folder};
use serde::Serialize;

/// A piece of evidence as the report shows it.
#[derive(Debug, Serialize)]
pub(super) struct EvidenceView {
    reference: String,
    kind: &'static str,
    title: String,
    version: String,
    purpose: String,
    file: String,
    path: String,
    sha256: String,
    effective: String,
    revised: String,
    obtained: String,
    by: String,
    judged: String,
    practices: Vec<String>,
    questions: Vec<String>,
    samples: Vec<String>,
    replaces: String,
    replaced_by: String,
    stale: String,
    missing: Vec<&'static str>,
    person: String,
    role: String,
    on: String,
    place: String,
    /// What was told at length: label and words.
    told: Vec<(&'static str, String)>,
    withdrawn: String,
}

/// The register, by what a report on compliance lists apart.
#[derive(Debug, Serialize)]
pub(super) struct EvidenceGroup {
    title: &'static str,
    kinds: &'static str,
    pieces: Vec<EvidenceView>,
}

/// What was found wrong and mended.
#[derive(Debug, Serialize)]
pub(super) struct RemediationView {
    reference: String,
    what: String,
    check: String,
    cluster: String,
    practices: Vec<String>,
    before: String,
    found: String,
    evidence_before: Vec<String>,
    after: String,
    evidence_after: Vec<String>,
    retested: String,
    retested_by: String,
    conclusion: String,
    by: String,
    at: String,
    state: &'static str,
    words: String,
}

fn day(day: Option<Day>) -> String {
    day.map(|d| d.to_string()).unwrap_or_default()
}

fn withdrawn(withdrawn: Option<&Withdrawn>) -> String {
    let why = |w: &Withdrawn| if w.why.is_empty() { String::new() } else { format!(": {}", w.why) };
    withdrawn.map(|w| format!("withdrawn {} by {}{}", w.at, w.by, why(w))).unwrap_or_default()
}

/// The evidence of the report: documents, interviews, observations, what was read from systems; then what was taken back.
pub(super) fn evidence(material: &Material) -> Vec<EvidenceGroup> {
    use EvidenceKind::{Document, Interview, Observation, Query, Sample, Scan};
    let groups: [(&str, &str, &[EvidenceKind]); 4] = [
        ("Documents", "documents", &[Document]),
        ("Interviews", "interviews", &[Interview]),
        ("Observations", "observations", &[Observation]),
        ("Samples, queries and scans", "system", &[Sample, Query, Scan]),
    ];
    let pieces = &material.workbook.evidence;
    let counting = groups.into_iter().map(|(title, kinds, of)| EvidenceGroup {
        title,
        kinds,
        pieces: pieces.iter().filter(|e| e.counts() && of.contains(&e.kind)).map(|e| piece(material, e)).collect(),
    });
    let taken_back = pieces.iter().filter(|e| !e.counts()).map(|e| piece(material, e)).collect();
    let all = counting.chain([EvidenceGroup { title: "Withdrawn", kinds: "withdrawn", pieces: taken_back }]);
    all.filter(|group| !group.pieces.is_empty()).collect()
}

fn piece(material: &Material, e: &Evidence) -> EvidenceView {
    let book = &material.workbook;
    let (talk, seen) = (e.interview.clone().unwrap_or_default(), e.observation.clone().unwrap_or_default());
    let conclusion = if e.kind == EvidenceKind::Interview { talk.conclusion } else { seen.conclusion };
    let mut told =
        vec![("Topics", talk.topics), ("Asked", talk.asked), ("Answered", talk.answered), ("Seen", seen.seen), ("Conclusion", conclusion)];
    told.retain(|(_, words)| !words.is_empty());
    EvidenceView {
        reference: e.reference.clone(),
        kind: e.kind.label(),
        title: e.title.clone(),
        version: e.version.clone(),
        purpose: e.purpose.clone(),
        file: e.file.clone(),
        path: folder::evidence(&e.sha256, &e.file).unwrap_or_default(),
        sha256: e.sha256.clone(),
        effective: day(e.effective),
        revised: day(e.revised),
        obtained: e.obtained.to_string(),
        by: e.by.clone(),
        judged: judged_words(e),
        practices: e.practices.clone(),
        questions: questions_of(e, book).into_iter().map(str::to_owned).collect(),
        samples: e.samples.clone(),
        replaces: e.replaces.clone(),
        replaced_by: replaced_by(e, book).map(|newer| newer.reference.clone()).unwrap_or_default(),
        stale: stale(e, book, material.guidance, day_of(material.now))
            .map(|s| format!("{}, which is what {} allows", s.words(), s.question))
            .unwrap_or_default(),
        missing: if e.counts() { missing(e, book) } else { vec![] },
        person: talk.person,
        role: talk.role,
        on: day(talk.on.or(seen.on)),
        place: seen.place,
        told,
        withdrawn: withdrawn(e.withdrawn.as_ref()),
    }
}

/// How one that was mended stands, and in words.
pub(super) fn stands(material: &Material, entry: &Remediation) -> (Standing, String) {
    let found = |cluster: &str, id: &str| match material.assessments.iter().find(|(key, _)| key == cluster) {
        Some((_, a)) if a.outcomes.iter().any(|o| o.findings.iter().any(|f| f.id == id)) => Found::There,
        Some(_) => Found::Gone,
        None => Found::Unknown,
    };
    standing(entry, &material.workbook, material.guidance, day_of(material.now), &found)
}

/// What was found wrong and mended, for the report.
pub(super) fn remediations(material: &Material) -> Vec<RemediationView> {
    let view = |r: &Remediation| {
        let (standing, words) = stands(material, r);
        RemediationView {
            reference: r.reference.clone(),
            what: r.what.clone(),
            check: r.check.clone(),
            cluster: r.cluster.clone(),
            practices: r.practices.clone(),
            before: r.before.clone(),
            found: day(r.found),
            evidence_before: r.evidence_before.clone(),
            after: r.after.clone(),
            evidence_after: r.evidence_after.clone(),
            retested: day(r.retested),
            retested_by: r.retested_by.clone(),
            conclusion: r.conclusion.clone(),
            by: r.by.clone(),
            at: r.at.to_string(),
            state: state(standing).0,
            words: if r.withdrawn.is_some() { withdrawn(r.withdrawn.as_ref()) } else { words },
        }
    };
    material.workbook.remediations.iter().map(view).collect()
}

/// How one stands: the mark of the report, and one word for a table.
const fn state(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Retested => ("satisfied", "retested"),
        Standing::Withdrawn => ("none", "withdrawn"),
        Standing::Open => ("open", "open"),
        Standing::Unconfirmed => ("open", "not confirmed"),
        Standing::StillWrong => ("fail", "still wrong"),
    }
}

/// The register of evidence, one line for each piece.
#[must_use]
pub fn evidence_register(workbook: &Workbook) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        kinds(),
        Column::line("title"),
        Column::line("file"),
        Column::line("kept_as"),
        Column::digest("sha256").headed("SHA-256"),
        Column::count("bytes"),
        Column::day("effective"),
        Column::moment("obtained"),
        Column::short("by"),
        Column::short("practices"),
        Column::short("questions"),
        Column::short("samples"),
        Column::short("replaces"),
        Column::moment("withdrawn"),
    ];
    let rows = workbook.evidence.iter().map(|e| {
        cells![
            &e.reference,
            e.kind.label(),
            &e.title,
            &e.file,
            folder::evidence(&e.sha256, &e.file),
            &e.sha256,
            e.size,
            e.effective,
            e.obtained,
            &e.by,
            e.practices.join(" "),
            questions_of(e, workbook).join(" "),
            e.samples.join(" "),
            &e.replaces,
            e.withdrawn.as_ref().map(|w| w.at),
        ]
    });
    Table::new("evidence-register", "Evidence register", columns, rows)
}

/// The column that says what a piece is.
fn kinds() -> Column {
    Column::choice("kind", EvidenceKind::ALL.map(EvidenceKind::label)).wide(13)
}

/// Documents with version, purpose and revision, one line each. Name and version stand in one cell, because a spreadsheet takes `1.10` for a number.
#[must_use]
pub fn documents(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::line("document"),
        Column::line("purpose"),
        Column::day("revised"),
        Column::day("effective"),
        Column::moment("obtained"),
        Column::line("file"),
        Column::digest("sha256").headed("SHA-256"),
        Column::short("practices"),
        Column::short("questions"),
        Column::line("note"),
    ];
    let rows = of(material, &[EvidenceKind::Document]).map(|e| {
        cells![
            &e.reference,
            name_and_version(e),
            &e.purpose,
            e.revised,
            e.effective,
            e.obtained,
            &e.file,
            &e.sha256,
            e.practices.join(" "),
            questions_of(e, &material.workbook).join(" "),
            note(material, e),
        ]
    });
    Table::new("evidence-documents", "Documents", columns, rows)
}

/// A document's name with its version, as a report on compliance wants it.
pub(super) fn name_and_version(e: &Evidence) -> String {
    if e.version.is_empty() { e.title.clone() } else { format!("{}, version {}", e.title, e.version) }
}

/// Interviews with role, topics and work paper, one line each.
#[must_use]
pub fn interviews(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::line("work_paper"),
        Column::line("topics"),
        Column::short("role"),
        Column::short("person"),
        Column::day("on").headed("Asked on"),
        Column::words("asked"),
        Column::words("answered"),
        Column::words("conclusion"),
        Column::short("samples"),
        Column::short("practices"),
        Column::short("questions"),
        Column::line("note"),
    ];
    let rows = of(material, &[EvidenceKind::Interview]).map(|e| {
        let talk = e.interview.as_ref();
        cells![
            &e.reference,
            &e.title,
            talk.map(|t| &t.topics),
            talk.map(|t| &t.role),
            talk.map(|t| &t.person),
            talk.and_then(|t| t.on),
            talk.map(|t| &t.asked),
            talk.map(|t| &t.answered),
            talk.map(|t| &t.conclusion),
            e.samples.join(" "),
            e.practices.join(" "),
            questions_of(e, &material.workbook).join(" "),
            note(material, e),
        ]
    });
    Table::new("evidence-interviews", "Interviews", columns, rows)
}

/// Observations with place and day, one line each.
#[must_use]
pub fn observations(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::line("work_paper"),
        Column::words("seen"),
        Column::short("where"),
        Column::day("on").headed("Seen on"),
        Column::words("conclusion"),
        Column::line("file"),
        Column::digest("sha256").headed("SHA-256"),
        Column::short("samples"),
        Column::short("practices"),
        Column::short("questions"),
        Column::line("note"),
    ];
    let rows = of(material, &[EvidenceKind::Observation]).map(|e| {
        let seen = e.observation.as_ref();
        cells![
            &e.reference,
            &e.title,
            seen.map(|s| &s.seen),
            seen.map(|s| &s.place),
            seen.and_then(|s| s.on),
            seen.map(|s| &s.conclusion),
            &e.file,
            &e.sha256,
            e.samples.join(" "),
            e.practices.join(" "),
            questions_of(e, &material.workbook).join(" "),
            note(material, e),
        ]
    });
    Table::new("evidence-observations", "Observations", columns, rows)
}

/// What was read from systems: samples, queries, scans, one line each.
#[must_use]
pub fn system_evidence(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        kinds(),
        Column::line("title"),
        Column::day("effective"),
        Column::moment("obtained"),
        Column::line("file"),
        Column::digest("sha256").headed("SHA-256"),
        Column::short("samples"),
        Column::short("practices"),
        Column::short("questions"),
        Column::line("note"),
    ];
    let rows = of(material, &[EvidenceKind::Sample, EvidenceKind::Query, EvidenceKind::Scan]).map(|e| {
        cells![
            &e.reference,
            e.kind.label(),
            &e.title,
            e.effective,
            e.obtained,
            &e.file,
            &e.sha256,
            e.samples.join(" "),
            e.practices.join(" "),
            questions_of(e, &material.workbook).join(" "),
            note(material, e),
        ]
    });
    Table::new("evidence-system", "Evidence from systems", columns, rows)
}

/// What was found wrong and mended, one line each.
#[must_use]
pub fn mended(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::line("about"),
        Column::short("check").wide(28),
        Column::short("cluster"),
        Column::short("practices"),
        Column::words("was_wrong"),
        Column::day("found"),
        Column::short("evidence_before"),
        Column::words("was_done"),
        Column::short("evidence_after"),
        Column::day("retested"),
        Column::short("retested_by"),
        Column::words("conclusion"),
        Column::choice("state", STANDINGS.map(|standing| state(standing).1)),
        Column::line("note"),
        Column::short("by"),
        Column::moment("at"),
    ];
    let rows = material.workbook.remediations.iter().map(|r| {
        let (standing, words) = stands(material, r);
        cells![
            &r.reference,
            &r.what,
            &r.check,
            &r.cluster,
            r.practices.join(" "),
            &r.before,
            r.found,
            r.evidence_before.join(" "),
            &r.after,
            r.evidence_after.join(" "),
            r.retested,
            &r.retested_by,
            &r.conclusion,
            state(standing).1,
            words,
            &r.by,
            r.at,
        ]
    });
    Table::new("remediations", "Found wrong and mended", columns, rows)
}

const STANDINGS: [Standing; 5] = [Standing::Retested, Standing::Withdrawn, Standing::Open, Standing::Unconfirmed, Standing::StillWrong];

fn of<'a>(material: &'a Material, kinds: &'a [EvidenceKind]) -> impl Iterator<Item = &'a Evidence> {
    material.workbook.evidence.iter().filter(|e| kinds.contains(&e.kind))
}

/// What there is to note of a piece: taken back, replaced, too old.
fn note(material: &Material, e: &Evidence) -> String {
    let book = &material.workbook;
    if !e.counts() {
        return withdrawn(e.withdrawn.as_ref());
    }
    if let Some(newer) = replaced_by(e, book) {
        return format!("replaced by {}", newer.reference);
    }
    stale(e, book, material.guidance, day_of(material.now)).map(|s| s.words()).unwrap_or_default()
}
