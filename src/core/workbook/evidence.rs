//! Evidence as a register: what serves what, by which of its days a piece is judged, what is too old for its question, and what is still to be told
//! of a piece before a reader of the report can use it.

use super::moment::day_of;
use super::{Evidence, EvidenceKind, Workbook};
use crate::guidance::{Guidance, Question};
use crate::model::Interval;
use crate::model::text::listed;
use jiff::civil::Date;

/// Which of its days a piece is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The day that it speaks of.
    Effective,
    /// The day of a document's last revision.
    Revised,
    /// The day of an interview or observation.
    Held,
    /// The day on which it was obtained: nothing else is known.
    Obtained,
}

/// The day that a piece is judged by. What was obtained today may speak of a day long ago, so that day counts only where no other is told.
#[must_use]
pub fn judged_by(piece: &Evidence) -> (Date, Basis) {
    let of_kind = match piece.kind {
        EvidenceKind::Document => piece.revised.map(|day| (day.0, Basis::Revised)),
        EvidenceKind::Interview => piece.interview.as_ref().and_then(|i| i.on).map(|day| (day.0, Basis::Held)),
        EvidenceKind::Observation => piece.observation.as_ref().and_then(|o| o.on).map(|day| (day.0, Basis::Held)),
        EvidenceKind::Sample | EvidenceKind::Query | EvidenceKind::Scan => None,
    };
    let effective = piece.effective.map(|day| (day.0, Basis::Effective));
    effective.or(of_kind).unwrap_or_else(|| (day_of(piece.obtained.0), Basis::Obtained))
}

/// That day in words: `2026-06-01, its revision`.
#[must_use]
pub fn judged_words(piece: &Evidence) -> String {
    let (day, basis) = judged_by(piece);
    match basis {
        Basis::Effective => format!("{day}, the day it speaks of"),
        Basis::Revised => format!("{day}, its last revision"),
        Basis::Held if piece.kind == EvidenceKind::Interview => format!("{day}, the day of the interview"),
        Basis::Held => format!("{day}, the day it was seen"),
        Basis::Obtained if piece.kind == EvidenceKind::Document => {
            format!("{day}, the day it was obtained: neither an effective nor a revision day is told")
        }
        Basis::Obtained => format!("{day}, the day it was obtained: no other is told"),
    }
}

/// How old a piece of evidence is, in days.
#[must_use]
pub fn age(piece: &Evidence, today: Date) -> i32 {
    today.since(judged_by(piece).0).map_or(0, |span| span.get_days())
}

/// Whether a piece is too old for a question.
#[must_use]
pub fn is_stale_for(piece: &Evidence, question: &Question, today: Date) -> bool {
    question.valid_for.after(judged_by(piece).0).is_some_and(|end| end < today)
}

/// That a piece is older than a question allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The question; of several the one that allows the least.
    pub question: String,
    /// What it allows.
    pub allowed: Interval,
}

impl Stale {
    /// `older than 12 months`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("older than {}", self.allowed)
    }
}

/// The question for which a piece is too old. One that was taken back, or replaced by a newer version, is not asked any more.
#[must_use]
pub fn stale(piece: &Evidence, workbook: &Workbook, guidance: &Guidance, today: Date) -> Option<Stale> {
    if !piece.counts() || replaced_by(piece, workbook).is_some() {
        return None;
    }
    let known = questions_of(piece, workbook).into_iter().filter_map(|id| guidance.question(id));
    let least = known.filter(|q| is_stale_for(piece, q, today)).min_by(|a, b| a.valid_for.hours().total_cmp(&b.valid_for.hours()))?;
    Some(Stale { question: least.id.clone(), allowed: least.valid_for })
}

/// The piece that is a newer version of this one.
#[must_use]
pub fn replaced_by<'a>(piece: &Evidence, workbook: &'a Workbook) -> Option<&'a Evidence> {
    workbook.evidence.iter().find(|e| e.counts() && !e.replaces.is_empty() && e.replaces == piece.reference)
}

/// Whether a piece serves a question: it says so itself, or an answer names it.
#[must_use]
pub fn serves(piece: &Evidence, question: &str, workbook: &Workbook) -> bool {
    piece.questions.iter().any(|q| q == question)
        || workbook.answers.iter().any(|a| a.question == question && a.evidence.contains(&piece.reference))
}

/// Pieces that serve a question, in the order of their references.
pub fn of_question<'a>(question: &'a str, workbook: &'a Workbook) -> impl Iterator<Item = &'a Evidence> {
    workbook.evidence.iter().filter(move |e| e.counts() && serves(e, question, workbook))
}

/// Pieces that support a practice by their own word, in the order of their references.
pub fn of_practice<'a>(practice: &'a str, workbook: &'a Workbook) -> impl Iterator<Item = &'a Evidence> {
    workbook.evidence.iter().filter(move |e| e.counts() && e.practices.iter().any(|p| p == practice))
}

/// Questions that a piece serves: those that it names, then those whose answers name it.
#[must_use]
pub fn questions_of<'a>(piece: &'a Evidence, workbook: &'a Workbook) -> Vec<&'a str> {
    let mut found: Vec<&str> = piece.questions.iter().map(String::as_str).collect();
    for answer in workbook.answers.iter().filter(|a| a.evidence.contains(&piece.reference)) {
        if !found.contains(&answer.question.as_str()) {
            found.push(&answer.question);
        }
    }
    found
}

/// What else names a piece, by its reference: sample sets, requests, risk analyses, what was mended.
#[must_use]
pub fn named_by<'a>(piece: &Evidence, workbook: &'a Workbook) -> Vec<&'a str> {
    let has = |list: &[String]| list.contains(&piece.reference);
    let samples = workbook.samples.iter().filter(|s| s.items.iter().any(|item| has(&item.evidence))).map(|s| s.reference.as_str());
    let requests = workbook.requests.iter().filter(|r| has(&r.evidence)).map(|r| r.reference.as_str());
    let analyses = workbook.analyses.iter().filter(|a| has(&a.evidence)).map(|a| a.reference.as_str());
    let mended = workbook.remediations.iter().filter(|r| has(&r.evidence_before) || has(&r.evidence_after)).map(|r| r.reference.as_str());
    samples.chain(requests).chain(analyses).chain(mended).collect()
}

/// What is still to be told of a piece, in the words of its form. A report on compliance asks for these.
#[must_use]
pub fn missing(piece: &Evidence, workbook: &Workbook) -> Vec<&'static str> {
    let mut missing = vec![];
    let mut want = |is_there: bool, what: &'static str| {
        if !is_there {
            missing.push(what);
        }
    };
    match piece.kind {
        EvidenceKind::Document => {
            want(!piece.purpose.is_empty(), "its purpose");
            want(piece.revised.is_some() || !piece.version.is_empty(), "its version or the day of its revision");
        }
        EvidenceKind::Interview => {
            let told = piece.interview.clone().unwrap_or_default();
            want(!told.role.is_empty(), "the role of who was asked");
            want(told.on.is_some(), "its day");
            want(!told.topics.is_empty(), "its topics");
            want(!told.answered.is_empty(), "what was answered");
            want(!told.conclusion.is_empty(), "your conclusion");
        }
        EvidenceKind::Observation => {
            let told = piece.observation.clone().unwrap_or_default();
            want(!told.seen.is_empty(), "what was seen");
            want(!told.place.is_empty(), "where it was seen");
            want(told.on.is_some(), "its day");
            want(!told.conclusion.is_empty(), "your conclusion");
        }
        EvidenceKind::Sample | EvidenceKind::Query | EvidenceKind::Scan => {}
    }
    let serves = !piece.practices.is_empty() || !questions_of(piece, workbook).is_empty() || !named_by(piece, workbook).is_empty();
    want(serves, "what it serves");
    missing
}

/// References as they are typed: `E-0004, 5`. Whether there is such a piece is not looked at.
#[must_use]
pub fn typed_references(text: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for word in listed(text) {
        let digits = word.trim_start_matches(['E', 'e', '-']);
        let reference = digits.parse::<u32>().map_or_else(|_| word.to_owned(), |n| format!("E-{n:04}"));
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    found
}

/// Whether each of these is a piece that counts.
///
/// # Errors
/// Names the first that is not there, or was taken back.
pub fn all_count(references: &[String], workbook: &Workbook) -> Result<(), String> {
    for reference in references {
        match workbook.evidence.iter().find(|e| e.reference == *reference) {
            None => return Err(format!("there is no {reference} in the register of evidence")),
            Some(piece) if !piece.counts() => return Err(format!("{reference} was withdrawn: name another piece, or none")),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Reads references of pieces that count, as they are typed.
///
/// # Errors
/// Where there is none of that name, or it was taken back.
pub fn read_references(text: &str, workbook: &Workbook) -> Result<Vec<String>, String> {
    let found = typed_references(text);
    all_count(&found, workbook).map(|()| found)
}
