//! Last year: what was said, determined and shown in the assessment before, beside how it is now. It is for reference; nothing of it counts.

use crate::kinds::{VERSION_NOT_KNOWN, distribution_words};
use crate::model::text::counted;
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::Target;
use crate::session::parts::form::Form;
use crate::session::parts::register::{Flag, RegisterRow};
use crate::workbook::begun::{changed_facts, met_unchanged, unchanged_file};
use crate::workbook::{Previous, PreviousAnswer, PreviousCluster, PreviousDetermination, PreviousEvidence, RiskAnalysis};

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 4] = ["Of", "What", "Last year", "Now"];

/// The register: clusters, answers, determinations, evidence, risk analyses.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    let Some(previous) = &book.workbook.previous else { return vec![] };
    let mut rows: Vec<RegisterRow> = previous.clusters.iter().map(|c| cluster(book, c)).collect();
    rows.extend(previous.answers.iter().map(|a| answer(desk, book, previous, a)));
    rows.extend(previous.determinations.iter().map(|d| determination(book, d)));
    rows.extend(previous.evidence.iter().map(|e| evidence(book, e)));
    rows.extend(previous.analyses.iter().map(analysis));
    rows
}

/// How many rows it has.
pub(in crate::session) const fn count(previous: &Previous) -> usize {
    previous.clusters.len() + previous.answers.len() + previous.determinations.len() + previous.evidence.len() + previous.analyses.len()
}

fn row(id: String, cells: [String; 3], flag: Flag, detail: Vec<(&str, String)>) -> RegisterRow {
    let detail = detail.into_iter().filter(|(_, words)| !words.is_empty()).map(|(label, words)| (label.to_owned(), words)).collect();
    RegisterRow { name: None, id, cells: cells.into(), flag, detail }
}

fn cluster(book: &Book, c: &PreviousCluster) -> RegisterRow {
    let record = book.workbook.clusters.iter().find(|r| (!c.uid.is_empty() && r.uid == c.uid) || r.key == c.key);
    let facts = record.map(|record| changed_facts(&book.workbook, record)).unwrap_or_default();
    let changed: Vec<String> = facts.iter().map(|f| format!("{}: {} → {}", f.what, f.before, f.now)).collect();
    let (now, flag) = match record {
        None => ("not in this assessment".to_owned(), Flag::Attention),
        Some(r) if r.assessed_at.is_none() && r.collected_at.is_none() => ("not read yet".to_owned(), Flag::Attention),
        Some(_) if changed.is_empty() => ("the same".to_owned(), Flag::Fine),
        Some(_) => (changed.join("; "), Flag::Attention),
    };
    let then = format!(
        "{}, {}",
        distribution_words(&c.distribution, if c.version.is_empty() { VERSION_NOT_KNOWN } else { &c.version }),
        counted(c.nodes, "node", "nodes")
    );
    let detail = vec![("Then", then.clone()), ("Now", changed.join("\n")), ("Server", c.server.clone()), ("UID", c.uid.clone())];
    row(c.key.clone(), ["cluster".to_owned(), then, now], flag, detail)
}

fn answer(desk: &Desk, book: &Book, previous: &Previous, a: &PreviousAnswer) -> RegisterRow {
    let question = desk.guidance.question(&a.question);
    let reworded = question.is_none_or(|q| q.digest() != a.digest);
    let now = book.workbook.answer(&a.question, &a.cluster).map(|a| a.value.to_string());
    let (words, flag) = match (question, &now) {
        (None, _) => ("not asked any more".to_owned(), Flag::Closed),
        (Some(_), _) if reworded => (format!("{}; the wording is another one", now.as_deref().unwrap_or("open")), Flag::Attention),
        (Some(_), None) => ("open".to_owned(), Flag::Attention),
        (Some(_), Some(now)) => (now.clone(), Flag::Fine),
    };
    let pieces: Vec<String> =
        a.evidence.iter().map(|r| previous.piece(r).map_or_else(|| r.clone(), |e| format!("{r} {}", e.title))).collect();
    let who = [a.interviewed.as_str(), a.role.as_str()].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ");
    let detail = vec![
        ("Question", question.map(|q| q.text.trim().to_owned()).unwrap_or_default()),
        ("Answer then", a.value.to_string()),
        ("Cluster", a.cluster.clone()),
        ("Interviewed", who),
        ("Note", a.note.clone()),
        ("Evidence", pieces.join("\n")),
        ("Written", format!("{} by {}", a.at, a.by)),
        ("Wording", if reworded { "is another one now: look at what is asked".to_owned() } else { String::new() }),
    ];
    let id = if a.cluster.is_empty() { a.question.clone() } else { format!("{} on {}", a.question, a.cluster) };
    row(id, ["answer".to_owned(), a.value.to_string(), words], flag, detail)
}

fn determination(book: &Book, d: &PreviousDetermination) -> RegisterRow {
    let now = book.workbook.determination(&d.practice).map(|now| now.finding.label());
    let flag = if now.is_some() { Flag::Fine } else { Flag::Attention };
    let detail = vec![
        ("Then", format!("{}, {}", d.finding.label(), d.method.label())),
        ("Rationale", d.rationale.clone()),
        ("Written", d.at.to_string()),
    ];
    let now = now.unwrap_or("not determined").to_owned();
    row(d.practice.clone(), ["determination".to_owned(), d.finding.label().to_owned(), now], flag, detail)
}

fn evidence(book: &Book, e: &PreviousEvidence) -> RegisterRow {
    let same =
        |piece: &&crate::workbook::Evidence| unchanged_file(&book.workbook, piece).is_some_and(|before| before.reference == e.reference);
    let again: Vec<&str> = book.workbook.evidence.iter().filter(|p| p.counts()).filter(same).map(|p| p.reference.as_str()).collect();
    let met: Vec<String> = met_unchanged(&book.workbook)
        .filter(|(_, _, before)| before.reference == e.reference)
        .map(|(request, piece, _)| format!("{} was met by {}, the same file", request.reference, piece.reference))
        .collect();
    let (now, flag) = match again.as_slice() {
        [] => (String::new(), Flag::Fine),
        again => (format!("the same file as {}: was it renewed?", again.join(", ")), Flag::Attention),
    };
    let day = e.effective.map(|day| day.to_string()).unwrap_or_default();
    let detail = vec![
        ("Title", e.title.clone()),
        ("File", e.file.clone()),
        ("SHA-256", e.sha256.clone()),
        ("Of", day),
        ("Now", now.clone()),
        ("Requests", met.join("\n")),
    ];
    row(e.reference.clone(), ["evidence".to_owned(), e.title.clone(), now], flag, detail)
}

fn analysis(a: &RiskAnalysis) -> RegisterRow {
    let performed = a.performed.map(|day| day.to_string()).unwrap_or_default();
    let detail = vec![
        ("Title", a.title.clone()),
        ("Purpose", a.purpose.label().to_owned()),
        ("Requirement", a.requirement.clone()),
        ("Practices", a.practices.join(", ")),
        ("Assets", a.assets.clone()),
        ("Threats", a.threats.clone()),
        ("Factors", a.factors.clone()),
        ("Frequency", a.frequency.clone()),
        ("Because", a.justification.clone()),
        ("Performed", performed.clone()),
        ("Approved by", a.approved_by.clone()),
    ];
    let then = format!("{} {performed}", a.title).trim().to_owned();
    row(a.reference.clone(), ["risk analysis".to_owned(), then, String::new()], Flag::Fine, detail)
}

/// Goes to what a row is about: the question, or the practice.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let id = id.unwrap_or_default();
    let id = id.split_once(" on ").map_or(id, |(id, _)| id);
    if desk.guidance.question(id).is_some() {
        return Next::from(Lead::Walk(Target::Question(id.to_owned())));
    }
    if desk.guidance.practice(id).is_some() {
        return Next::from(Lead::Walk(Target::Practice(id.to_owned())));
    }
    Next::NONE
}

/// There is no form: nothing of last year is changed.
pub(in crate::session) fn accept_entry(_: &mut Desk, _: &Form, _: Option<&str>) -> Next {
    Next::NONE
}

/// Nothing of last year is taken back.
pub(in crate::session) fn withdraw(desk: &mut Desk, _: &str, _: &str) -> Next {
    desk.fault("why", "what was last year stays as it was: it is for reference, and counts for nothing")
}
