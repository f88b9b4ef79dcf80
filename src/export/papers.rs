//! The work papers: evidence by kind as a report on compliance lists it, and what was found wrong and mended. For the report, and as tables.

use super::Material;
use super::csv::{row, table};
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::evidence::{judged_words, missing, questions_of, replaced_by, stale};
use kassay_core::workbook::remediation::{Found, Standing, standing};
use kassay_core::workbook::{Day, Evidence, EvidenceKind, Remediation, Withdrawn, folder};
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
fn stands(material: &Material, entry: &Remediation) -> (Standing, String) {
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

/// Documents with version, purpose and revision, one line each. Name and version stand in one cell, because a spreadsheet takes `1.10` for a number.
#[must_use]
pub fn documents_csv(material: &Material) -> String {
    let mut rows =
        vec![row(["ref", "document", "purpose", "revised", "effective", "obtained", "file", "sha256", "practices", "questions", "note"])];
    for e in of(material, &[EvidenceKind::Document]) {
        let name = if e.version.is_empty() { e.title.clone() } else { format!("{}, version {}", e.title, e.version) };
        rows.push(row([
            &e.reference,
            &name,
            &e.purpose,
            &day(e.revised),
            &day(e.effective),
            &e.obtained.to_string(),
            &e.file,
            &e.sha256,
            &e.practices.join(" "),
            &questions_of(e, &material.workbook).join(" "),
            &note(material, e),
        ]));
    }
    table(&rows)
}

/// Interviews with role, topics and work paper, one line each.
#[must_use]
pub fn interviews_csv(material: &Material) -> String {
    let head = [
        "ref",
        "work_paper",
        "topics",
        "role",
        "person",
        "on",
        "asked",
        "answered",
        "conclusion",
        "samples",
        "practices",
        "questions",
        "note",
    ];
    let mut rows = vec![row(head)];
    for e in of(material, &[EvidenceKind::Interview]) {
        let talk = e.interview.clone().unwrap_or_default();
        rows.push(row([
            &e.reference,
            &e.title,
            &talk.topics,
            &talk.role,
            &talk.person,
            &day(talk.on),
            &talk.asked,
            &talk.answered,
            &talk.conclusion,
            &e.samples.join(" "),
            &e.practices.join(" "),
            &questions_of(e, &material.workbook).join(" "),
            &note(material, e),
        ]));
    }
    table(&rows)
}

/// Observations with place and day, one line each.
#[must_use]
pub fn observations_csv(material: &Material) -> String {
    let head = ["ref", "work_paper", "seen", "where", "on", "conclusion", "file", "sha256", "samples", "practices", "questions", "note"];
    let mut rows = vec![row(head)];
    for e in of(material, &[EvidenceKind::Observation]) {
        let seen = e.observation.clone().unwrap_or_default();
        rows.push(row([
            &e.reference,
            &e.title,
            &seen.seen,
            &seen.place,
            &day(seen.on),
            &seen.conclusion,
            &e.file,
            &e.sha256,
            &e.samples.join(" "),
            &e.practices.join(" "),
            &questions_of(e, &material.workbook).join(" "),
            &note(material, e),
        ]));
    }
    table(&rows)
}

/// What was read from systems: samples, queries, scans, one line each.
#[must_use]
pub fn system_evidence_csv(material: &Material) -> String {
    let head = ["ref", "kind", "title", "effective", "obtained", "file", "sha256", "samples", "practices", "questions", "note"];
    let mut rows = vec![row(head)];
    for e in of(material, &[EvidenceKind::Sample, EvidenceKind::Query, EvidenceKind::Scan]) {
        rows.push(row([
            &e.reference,
            e.kind.label(),
            &e.title,
            &day(e.effective),
            &e.obtained.to_string(),
            &e.file,
            &e.sha256,
            &e.samples.join(" "),
            &e.practices.join(" "),
            &questions_of(e, &material.workbook).join(" "),
            &note(material, e),
        ]));
    }
    table(&rows)
}

/// What was found wrong and mended, one line each.
#[must_use]
pub fn remediations_csv(material: &Material) -> String {
    let head = [
        "ref",
        "about",
        "check",
        "cluster",
        "practices",
        "was_wrong",
        "found",
        "evidence_before",
        "was_done",
        "evidence_after",
        "retested",
        "retested_by",
        "conclusion",
        "state",
        "note",
        "by",
        "at",
    ];
    let mut rows = vec![row(head)];
    for r in &material.workbook.remediations {
        let (standing, words) = stands(material, r);
        rows.push(row([
            &r.reference,
            &r.what,
            &r.check,
            &r.cluster,
            &r.practices.join(" "),
            &r.before,
            &day(r.found),
            &r.evidence_before.join(" "),
            &r.after,
            &r.evidence_after.join(" "),
            &day(r.retested),
            &r.retested_by,
            &r.conclusion,
            state(standing).1,
            &words,
            &r.by,
            &r.at.to_string(),
        ]));
    }
    table(&rows)
}

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
