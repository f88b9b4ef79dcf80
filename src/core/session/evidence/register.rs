//! The register of evidence: every piece with all that is known of it, what is too old, what is still to be told; and its forms.

use super::form;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::parts::form::Form;
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, RegisterRow};
use crate::workbook::accept::day_of;
use crate::workbook::evidence::{judged_by, judged_words, missing, named_by, questions_of, replaced_by, stale};
use crate::workbook::{Evidence, EvidenceKind, Workbook};

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 6] = ["Ref", "Kind", "Title", "Of", "Serves", "To note"];

/// The register: every piece, those that were taken back too.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    book.workbook.evidence.iter().map(|piece| row(desk, &book.workbook, piece)).collect()
}

fn row(desk: &Desk, workbook: &Workbook, piece: &Evidence) -> RegisterRow {
    let questions = questions_of(piece, workbook);
    let serves: Vec<&str> = piece.practices.iter().map(String::as_str).chain(questions).collect();
    let (note, flag) = note(desk, workbook, piece);
    RegisterRow {
        name: None,
        id: piece.reference.clone(),
        cells: vec![piece.kind.label().to_owned(), piece.title.clone(), judged_by(piece).0.to_string(), serves.join(" "), note],
        flag,
        detail: detail(desk, workbook, piece),
    }
}

/// What there is to note of a piece in a few words, and how it stands.
fn note(desk: &Desk, workbook: &Workbook, piece: &Evidence) -> (String, Flag) {
    if !piece.counts() {
        return ("withdrawn".to_owned(), Flag::Closed);
    }
    if let Some(newer) = replaced_by(piece, workbook) {
        return (format!("replaced by {}", newer.reference), Flag::Closed);
    }
    if let Some(stale) = stale(piece, workbook, desk.guidance, desk.today()) {
        return (stale.words(), Flag::Attention);
    }
    match missing(piece, workbook).as_slice() {
        [] => (String::new(), Flag::Fine),
        [first, ..] => (format!("tell {first}"), Flag::Attention),
    }
}

/// All that is known of a piece: label and words.
fn detail(desk: &Desk, workbook: &Workbook, piece: &Evidence) -> Vec<(String, String)> {
    let mut detail: Vec<(String, String)> = vec![];
    let mut say = |label: &str, words: String| {
        if !words.is_empty() {
            detail.push((label.to_owned(), words));
        }
    };
    say("Title", piece.title.clone());
    if let Some(withdrawn) = &piece.withdrawn {
        let why = if withdrawn.why.is_empty() { String::new() } else { format!(": {}", withdrawn.why) };
        say("Withdrawn", format!("{} by {}{why}", withdrawn.at, withdrawn.by));
    }
    if let Some(stale) = stale(piece, workbook, desk.guidance, desk.today()) {
        say("Too old", format!("{}, which is what {} allows", stale.words(), stale.question));
    }
    if piece.counts() {
        say("Still to tell", missing(piece, workbook).join("; "));
    }
    say("Version", piece.version.clone());
    say("Revised", piece.revised.map(|d| d.to_string()).unwrap_or_default());
    say("Purpose", piece.purpose.clone());
    say("Replaces", piece.replaces.clone());
    say("Replaced by", replaced_by(piece, workbook).map(|e| e.reference.clone()).unwrap_or_default());
    if let Some(talk) = &piece.interview {
        let who = [talk.person.as_str(), talk.role.as_str()].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join(", ");
        say("Interviewed", who);
        say("On", talk.on.map(|d| d.to_string()).unwrap_or_default());
        say("Topics", talk.topics.clone());
        say("Asked", talk.asked.clone());
        say("Answered", talk.answered.clone());
        say("Conclusion", talk.conclusion.clone());
    }
    if let Some(seen) = &piece.observation {
        say("Seen", seen.seen.clone());
        say("Where", seen.place.clone());
        say("On", seen.on.map(|d| d.to_string()).unwrap_or_default());
        say("Conclusion", seen.conclusion.clone());
    }
    say("Effective", piece.effective.map(|d| d.to_string()).unwrap_or_default());
    say("Obtained", format!("{} by {}", piece.obtained, piece.by));
    say("Judged by", judged_words(piece));
    say("Practices", piece.practices.join(", "));
    say("Questions", questions_of(piece, workbook).join(", "));
    say("Sample sets", piece.samples.join(", "));
    say("Named by", named_by(piece, workbook).join(", "));
    if !piece.file.is_empty() {
        say("File", format!("{}, {} bytes", piece.file, piece.size));
        say("SHA-256", piece.sha256.clone());
    }
    detail
}

/// Opens the form for a piece of the register; the one for a new piece where none is named.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let Some(id) = id else {
        form::open(desk, desk.practices_here(), desk.questions_here(), "");
        return Next::NONE;
    };
    if let Some(piece) = piece(desk, id) {
        desk.open_form(form::of(&piece));
    }
    Next::NONE
}

fn piece(desk: &Desk, id: &str) -> Option<Evidence> {
    desk.book.as_ref()?.workbook.evidence.iter().find(|e| e.reference == id).cloned()
}

/// Begins a piece that is a newer version of a document.
pub(super) fn new_version(desk: &mut Desk, id: &str) -> Next {
    let Some(old) = piece(desk, id) else { return Next::NONE };
    if old.kind != EvidenceKind::Document || !old.counts() {
        desk.messages.push(Message::info("Only documents have versions. + begins a new piece."));
        return Next::NONE;
    }
    form::open(desk, old.practices.clone(), old.questions.clone(), "");
    if let Some(form) = desk.form_mut() {
        form::fill(form, &Evidence { version: String::new(), revised: None, effective: None, replaces: id.to_owned(), ..old });
    }
    Next::NONE
}

/// ↵ in the form of a piece.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = read_entry(desk, form, id.unwrap_or_default());
    desk.keep(read)
}

fn read_entry(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let told = form::read(desk, form)?;
    if told.title.is_empty() {
        return Err(("title", "a title is needed".to_owned()));
    }
    let after = told.title.clone();
    let (workbook, before) = changed(desk, id, |piece| {
        // A day that was not changed keeps its time.
        let obtained = if day_of(told.obtained.0) == day_of(piece.obtained.0) { piece.obtained } else { told.obtained };
        *piece = Evidence {
            reference: piece.reference.clone(),
            file: piece.file.clone(),
            sha256: piece.sha256.clone(),
            size: piece.size,
            obtained: if obtained.0 == jiff::Timestamp::UNIX_EPOCH { piece.obtained } else { obtained },
            by: piece.by.clone(),
            withdrawn: piece.withdrawn.clone(),
            ..told
        };
    })?;
    Ok((Draft { workbook, what: format!("evidence {id}"), before, after }, format!("{id} is changed.")))
}

/// The workbook with one piece changed, and its title before.
fn changed(desk: &Desk, id: &str, change: impl FnOnce(&mut Evidence)) -> Result<(Workbook, String), Fault> {
    let gone = || ("title", format!("there is no {id} any more"));
    let mut workbook = desk.book.as_ref().ok_or_else(gone)?.workbook.clone();
    let piece = workbook.evidence.iter_mut().find(|e| e.reference == id).ok_or_else(gone)?;
    let before = piece.title.clone();
    change(piece);
    Ok((workbook, before))
}

/// Takes a piece back; answers that name it are told.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let read = desk.taken_back(|workbook| &mut workbook.evidence, id, why).map(|(workbook, before)| {
        let named: Vec<&str> =
            workbook.answers.iter().filter(|a| a.evidence.iter().any(|e| e == id)).map(|a| a.question.as_str()).collect();
        let words = match named.as_slice() {
            [] => format!("{id} is withdrawn."),
            named => format!("{id} is withdrawn; answers that named it lack it now: {}.", named.join(", ")),
        };
        (Draft { workbook, what: format!("withdraw {id}"), before: before.title, after: why.to_owned() }, words)
    });
    desk.keep(read)
}
