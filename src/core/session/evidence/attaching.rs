//! New pieces: with files, without one, from a note, from findings. The same file is kept once: where it is there already, its reference is named
//! for more practices and questions instead.

use super::form;
use crate::session::book::arrived::Attached;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Attaching, Draft, Fault};
use crate::session::book::lead::{Kept, Next};
use crate::session::effect::Effect;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::{ids, path};
use crate::workbook::{Evidence, EvidenceKind, Moment, Observation, Workbook, title_of};
use std::collections::BTreeSet;

/// The form for a note.
pub(super) fn note_form(practices: Vec<String>, questions: &[String]) -> Form {
    let rows = vec![
        Row::lines("text", "Note", "what you saw or were told; it is kept as an observation among the evidence", ""),
        Row::text("practices", "Speaks to", "practices: 1.6.a", practices.join(", ")),
        Row::text("questions", "Questions", "questions that it serves: 1.6.mfa_enforced", questions.join(", ")),
    ];
    Form::new(Purpose::Note { practices }, rows)
}

/// ↵ in the form for new evidence.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form) -> Next {
    // Looked at before a file is copied, so that a slip in a day copies nothing.
    let told = match form::read(desk, form) {
        Ok(told) => told,
        Err((row, why)) => return desk.fault(row, why),
    };
    let mut files = path::all_dropped(form.text("file"));
    if files.is_empty() {
        return keep(desk, &told, &[], &[]);
    }
    let many = files.len() > 1 || files.iter().any(|file| path::is_pattern(file));
    if many && !form.text("title").is_empty() {
        return desk.fault("title", "several files take their names as titles: leave this empty, and name each in the register (r)");
    }
    if many && matches!(told.kind, EvidenceKind::Interview | EvidenceKind::Observation) {
        let why = format!("several files become several pieces, and one {} is one piece: name one file", told.kind.label());
        return desk.fault("file", why);
    }
    if form.chosen("same") == Some("") {
        return desk.fault("file", "name another file, or leave with Esc");
    }
    if let Some(held) = desk.book.as_ref().and_then(|b| b.held_by.clone()) {
        return desk.refuse("Not attached", &format!("{held}. {}", held.remedy()));
    }
    desk.attaching = Some(Attaching::Form);
    if let Some(form) = desk.form_mut() {
        form.saving = true;
        // What was asked of another path is not asked of this one.
        if form.chosen("same") != Some(form.text("file")) {
            form.rows.retain(|row| row.id != "same");
        }
    }
    Next::from(match files.pop().filter(|_| !many) {
        Some(file) => Effect::Attach(file),
        None => Effect::AttachAll(path::all_dropped(form.text("file"))),
    })
}

/// ↵ in the form of a note.
pub(in crate::session) fn accept_note(desk: &mut Desk, form: &Form) -> Next {
    let read = read_note(desk, form);
    desk.keep(read)
}

fn read_note(desk: &Desk, form: &Form) -> Result<(Draft, String), Fault> {
    let text = form.text("text");
    if text.is_empty() {
        return Err(("text", "nothing is written yet".to_owned()));
    }
    let told = Evidence {
        title: title_of(text),
        practices: ids::practices(form.text("practices"), desk.guidance).map_err(|why| ("practices", why))?,
        questions: ids::questions(form.text("questions"), desk.guidance).map_err(|why| ("questions", why))?,
        observation: Some(Observation { seen: text.to_owned(), ..Observation::default() }),
        ..form::blank(EvidenceKind::Observation)
    };
    let (workbook, reference) = added(desk, workbook(desk), told, None);
    let draft = Draft { workbook, what: format!("note {reference}"), before: String::new(), after: text.to_owned() };
    Ok((draft, format!("The note is kept as {reference}.")))
}

fn workbook(desk: &Desk) -> Workbook {
    desk.book.as_ref().map_or_else(|| Workbook::new(Default::default()), |b| b.workbook.clone())
}

/// A workbook with one more piece, and its reference.
fn added(desk: &Desk, mut workbook: Workbook, told: Evidence, file: Option<&Attached>) -> (Workbook, String) {
    let reference = workbook.next_reference();
    let told_day = told.obtained.0 != jiff::Timestamp::UNIX_EPOCH;
    workbook.evidence.push(Evidence {
        reference: reference.clone(),
        title: match file {
            Some(file) if told.title.is_empty() => file.name.clone(),
            _ => told.title,
        },
        file: file.map(|f| f.name.clone()).unwrap_or_default(),
        sha256: file.map(|f| f.sha256.clone()).unwrap_or_default(),
        size: file.map_or(0, |f| f.size),
        obtained: if told_day { told.obtained } else { Moment(desk.now) },
        by: desk.user.clone(),
        ..told
    });
    (workbook, reference)
}

/// Saves what the form tells: a piece for each file, or one without a file; pieces that are there already are named for what it serves.
fn keep(desk: &mut Desk, told: &Evidence, files: &[&Attached], known: &[String]) -> Next {
    let before = workbook(desk);
    let mut workbook = before.clone();
    for piece in workbook.evidence.iter_mut().filter(|e| known.contains(&e.reference)) {
        extend(&mut piece.practices, &told.practices);
        extend(&mut piece.questions, &told.questions);
        extend(&mut piece.samples, &told.samples);
    }
    let mut new = vec![];
    let without = [None];
    let each: Vec<Option<&Attached>> = files.iter().map(|file| Some(*file)).collect();
    for file in if files.is_empty() && known.is_empty() { &without[..] } else { &each[..] } {
        let (with, reference) = added(desk, workbook, told.clone(), *file);
        workbook = with;
        new.push(reference);
    }
    let references = [known, &new].concat().join(", ");
    let words = words(&new, known, files);
    if workbook == before {
        desk.linked(&references);
        desk.messages.push(Message::info(words));
        return Next::NONE;
    }
    let titles = workbook.evidence.iter().filter(|e| new.contains(&e.reference)).map(|e| e.title.as_str()).collect::<Vec<_>>().join(", ");
    let (what, after) = match new.as_slice() {
        [] => (format!("name {}", known.join(", ")), [told.practices.as_slice(), &told.questions].concat().join(", ")),
        new => (format!("attach {}", span(new)), titles),
    };
    let draft = Draft { workbook, what, before: String::new(), after };
    desk.save(draft, After::Link { reference: references, words }, true)
}

fn extend(list: &mut Vec<String>, more: &[String]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}

/// `E-0004`, or `E-0004 to E-0008`.
fn span(references: &[String]) -> String {
    match references {
        [] => String::new(),
        [one] => one.clone(),
        [first, .., last] => format!("{first} to {last}"),
    }
}

fn words(new: &[String], known: &[String], files: &[&Attached]) -> String {
    let judged: Vec<&str> = files.iter().filter_map(|file| file.recognised.as_deref()).collect();
    let mut words = match (new, judged.as_slice()) {
        ([], _) => String::new(),
        ([one], [what]) => format!("{one} is kept, {what}: the checks judge by it."),
        ([one], _) => format!("{one} is kept."),
        (many, []) => format!("{} are kept.", span(many)),
        (many, judged) => format!("{} are kept; checks judge by {} of them.", span(many), judged.len()),
    };
    match known {
        [] => {}
        [one] => words.push_str(&format!(" {one} is named here; there is no second copy.")),
        many => words.push_str(&format!(" {} are named here; there are no second copies.", many.join(", "))),
    }
    words.trim().to_owned()
}

/// Files are in the assessment: the form or the findings that they are for go on.
pub(super) fn attached(desk: &mut Desk, all: Vec<Attached>) -> Next {
    for file in all.iter().filter(|file| file.recognised.is_some()) {
        desk.judged_files.insert(file.sha256.clone());
    }
    match desk.attaching.take() {
        Some(Attaching::Form) => of_form(desk, &all),
        Some(Attaching::Finding { title, practices }) => of_findings(desk, title, practices, &all),
        None => Next::NONE,
    }
}

fn of_form(desk: &mut Desk, all: &[Attached]) -> Next {
    let Some(form) = desk.form_mut() else { return Next::NONE };
    form.saving = false;
    let form = form.clone();
    if let Some(file) = all.iter().find(|file| file.refused.is_some()) {
        let why = file.refused.clone().unwrap_or_default();
        let why = if all.len() > 1 { format!("{}: {why}. Nothing was registered", file.name) } else { why };
        return desk.fault("file", why);
    }
    let told = match form::read(desk, &form) {
        Ok(told) => told,
        Err((row, why)) => return desk.fault(row, why),
    };
    let (mut new, mut known, mut seen) = (vec![], vec![], BTreeSet::new());
    for file in all.iter().filter(|file| seen.insert(file.sha256.clone())) {
        match holder(desk, file) {
            Some(reference) => known.push(reference),
            None => new.push(file),
        }
    }
    if !known.is_empty() && form.chosen("same") != Some(form.text("file")) {
        return ask(desk, &known, new.len());
    }
    keep(desk, &told, &new, &known)
}

/// The piece that has the very same file.
fn holder(desk: &Desk, file: &Attached) -> Option<String> {
    let pieces = &desk.book.as_ref()?.workbook.evidence;
    pieces.iter().find(|e| e.counts() && !e.sha256.is_empty() && e.sha256 == file.sha256).map(|e| e.reference.clone())
}

/// Asks whether a piece that has the same file is named in its place.
fn ask(desk: &mut Desk, known: &[String], others: usize) -> Next {
    let titles = desk.book.as_ref().map(|book| {
        let pieces = book.workbook.evidence.iter().filter(|e| known.contains(&e.reference));
        pieces.map(|e| format!("{} ({})", e.reference, e.title)).collect::<Vec<_>>().join(", ")
    });
    let Some(form) = desk.form_mut() else { return Next::NONE };
    let rest = match others {
        0 => String::new(),
        1 => ", and keep the other file".to_owned(),
        n => format!(", and keep the other {n} files"),
    };
    let options = vec![
        Choice { key: 'y', value: form.text("file").to_owned(), label: format!("name {} here{rest}", known.join(", ")) },
        Choice { key: 'n', value: String::new(), label: "no, it was the wrong file".to_owned() },
    ];
    let mut row = Row::choice("same", "Same file", "y names what is there, and makes no second copy", options, Some(0));
    let has = if known.len() == 1 { "has this very file already" } else { "have these very files already" };
    row.error = Some(format!("{} {has}; it is kept once. ↵ names it here", titles.unwrap_or_default()));
    form.rows.retain(|row| row.id != "same");
    let at = form.rows.iter().position(|row| row.id == "file").map_or(0, |at| at + 1);
    form.rows.insert(at, row);
    (form.focus, form.touched) = (at, true);
    Next::NONE
}

pub(super) fn failed(desk: &mut Desk, why: &str) {
    match desk.attaching.take() {
        Some(Attaching::Form) => {
            if let Some(form) = desk.form_mut() {
                form.saving = false;
                form.fault("file", why);
            }
        }
        _ => desk.messages.push(Message::error("Not kept as evidence", why)),
    }
}

/// Keeps findings as evidence: one text file with their lines.
pub(in crate::session) fn keep_findings(desk: &mut Desk, kept: Kept) -> Next {
    let Kept { title, practices, name, text } = kept;
    if let Some(held) = desk.book.as_ref().and_then(|b| b.held_by.clone()) {
        return desk.refuse("Not kept as evidence", &format!("{held}. {}", held.remedy()));
    }
    desk.attaching = Some(Attaching::Finding { title, practices });
    Next::from(Effect::AttachText { name, text })
}

fn of_findings(desk: &mut Desk, title: String, practices: Vec<String>, all: &[Attached]) -> Next {
    let Some(file) = all.first() else { return Next::NONE };
    if let Some(why) = &file.refused {
        desk.messages.push(Message::error("Not kept as evidence", why.clone()));
        return Next::NONE;
    }
    let told = Evidence { title, practices, ..form::blank(EvidenceKind::Query) };
    if let Some(known) = holder(desk, file) {
        let mut workbook = workbook(desk);
        for piece in workbook.evidence.iter_mut().filter(|e| e.reference == known) {
            extend(&mut piece.practices, &told.practices);
        }
        let draft = Draft { workbook, what: format!("name {known}"), before: String::new(), after: told.practices.join(", ") };
        return desk.save(draft, After::Tell(format!("{known} has the very same lines already; there is no second copy.")), true);
    }
    let after = told.title.clone();
    let (workbook, reference) = added(desk, workbook(desk), told, Some(file));
    let draft = Draft { workbook, what: format!("keep finding as {reference}"), before: String::new(), after };
    desk.save(draft, After::Tell(format!("Kept as {reference}.")), true)
}
