//! What supports a control, under the practices and questions that it serves, and what one would ask to see.

use crate::plain::page::{List, Page, pair};
use crate::shell::words::{counted, moment, size};
use kassay_core::guidance::Control;
use kassay_core::session::{Book, EvidenceRow, Session, Target};
use kassay_core::workbook::evidence::{age, judged_words, replaced_by, stale};
use kassay_core::workbook::{AnswerState, Evidence};

/// The evidence of a control.
pub fn page<'a>(session: &'a Session, book: &'a Book, control: &'a Control) -> Page<'a> {
    let mut page = Page::new("");
    let asked = book.to_ask(control);
    if !asked.is_empty() {
        page.line("What to ask for:");
        page.prose(&asked.iter().map(|item| format!("- {item}\n")).collect::<String>());
    }
    page.line("e attaches evidence: a file, an interview or an observation.");
    let all = book.evidence_rows(control);
    let told = all.clone();
    let row = move |at: usize| match all.get(at) {
        Some(EvidenceRow { piece: Some(reference), .. }) => book.piece(reference).map(|p| piece(session, book, p)).unwrap_or_default(),
        Some(row) => heading(session, book, &row.of, all.get(at + 1).is_none_or(|next| next.piece.is_none())),
        None => String::new(),
    };
    let count = told.len();
    let detail = move |at: usize| {
        let reference = told.get(at).and_then(|row| row.piece.as_deref());
        reference.and_then(|reference| book.piece(reference)).map(|p| lines(session, book, p)).unwrap_or_default()
    };
    page.with(List::new(("line", "lines"), count, book.walk.row(control), row).detailed(detail))
}

/// The line of a practice or question.
fn heading(session: &Session, book: &Book, of: &Target, none: bool) -> String {
    let (what, words) = match of {
        Target::Practice(id) => (format!("for practice {id}"), session.guidance.practice(id).map(|p| p.text.as_str()).unwrap_or_default()),
        Target::Question(id) => (format!("for question {id}"), session.guidance.question(id).map(|q| q.text.as_str()).unwrap_or_default()),
        _ => (String::new(), ""),
    };
    let needs = matches!(of, Target::Question(id) if *book.state(id) == AnswerState::NeedsEvidence);
    let there = match (needs, none) {
        (true, _) => ", needs evidence",
        (false, true) => ", none yet",
        (false, false) => "",
    };
    format!("{what}{there}: {}", words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The line of a piece.
fn piece(session: &Session, book: &Book, piece: &Evidence) -> String {
    let standing = match (replaced_by(piece, &book.workbook), stale(piece, &book.workbook, session.guidance, session.today())) {
        (Some(newer), _) => format!("replaced by {}", newer.reference),
        (None, Some(stale)) => stale.words(),
        (None, None) => match age(piece, session.today()) {
            0 => "of today".to_owned(),
            days => counted(usize::try_from(days).unwrap_or(0), "day old", "days old"),
        },
    };
    format!("{} {}: {}, {standing}", piece.kind.label(), piece.reference, piece.title)
}

/// All that matters of a piece.
fn lines(session: &Session, book: &Book, piece: &Evidence) -> Vec<String> {
    let mut lines = vec![];
    let file = if piece.file.is_empty() { "no file".to_owned() } else { format!("{}, {}", piece.file, size(piece.size)) };
    lines.extend(pair("File", &file));
    lines.extend(pair("Obtained", &format!("by {}, {}", piece.by, moment(piece.obtained.0, session.now, &session.zone))));
    if let Some(stale) = stale(piece, &book.workbook, session.guidance, session.today()) {
        lines.push(format!("Too old: {}, which is what {} allows", stale.words(), stale.question));
    }
    lines.extend(pair("Judged by", &judged_words(piece)));
    if let Some(talk) = &piece.interview {
        for (label, words) in [("Person", &talk.person), ("Role", &talk.role), ("Topics", &talk.topics), ("Conclusion", &talk.conclusion)] {
            lines.extend(pair(label, words));
        }
    }
    if let Some(seen) = &piece.observation {
        for (label, words) in [("Seen", &seen.seen), ("Place", &seen.place), ("Conclusion", &seen.conclusion)] {
            lines.extend(pair(label, words));
        }
    }
    lines.extend(pair("Version", &piece.version));
    lines.extend(pair("Purpose", &piece.purpose));
    lines.extend(pair("SHA-256", &piece.sha256));
    lines
}
