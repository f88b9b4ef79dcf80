//! Evidence: files, interviews, observations, notes, findings that are kept; each says which practices it supports.

use crate::session::book::arrived::Attached;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Attaching, Draft, Fault};
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Kept, Lead, Next};
use crate::session::book::standing::Target;
use crate::session::effect::Effect;
use crate::session::parts::days;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::path;
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::workbook::accept::day_of;
use crate::workbook::{Day, Evidence, EvidenceKind, Moment, Observation, Withdrawn, Workbook, folder, title_of};
use jiff::civil::Date;

/// What happens to evidence.
#[derive(Clone, Debug)]
pub enum Action {
    /// Attaches evidence to the place where one stands.
    Attach,
    /// A file was dropped: attaches it.
    Drop(String),
    /// Writes a note.
    Note,
    /// A file is in the assessment.
    Attached(Attached),
    /// It is not.
    Failed(String),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self, Self::Attached(_) | Self::Failed(_))
    }
}

/// Attaches, and writes notes.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Attach => attach(desk, ""),
        Action::Drop(text) => attach(desk, text.trim()),
        Action::Note => {
            let form = note_form(desk.practices_here());
            desk.open_form(form);
            Next::NONE
        }
        Action::Attached(file) => attached(desk, file),
        Action::Failed(why) => {
            attach_failed(desk, &why);
            Next::NONE
        }
    }
}

/// Attaches evidence to the place where one stands. On a question that was answered and lacks evidence, the answer's form opens below,
/// so that the reference gets into the answer.
fn attach(desk: &mut Desk, file: &str) -> Next {
    let practices = desk.practices_here();
    if let (Layer::Walk, Some(Target::Question(question))) = (desk.top(), desk.standing_on())
        && desk.book.as_ref().is_some_and(|b| b.workbook.answers.iter().any(|a| a.question == question))
    {
        return Next::from(Lead::EvidenceOf { question, practices, file: file.to_owned() });
    }
    open(desk, practices, file);
    Next::NONE
}

/// Opens the form for evidence, with a file in it where one was dropped.
pub(in crate::session) fn open(desk: &mut Desk, practices: Vec<String>, file: &str) {
    desk.open_form(form(practices));
    if let Some(form) = desk.form_mut().filter(|_| !file.is_empty()) {
        form.set("file", file);
    }
}

/// The form for evidence.
fn form(practices: Vec<String>) -> Form {
    let options = EvidenceKind::ALL
        .into_iter()
        .zip(['d', 'i', 'o', 's', 'q', 'c'])
        .map(|(kind, key)| Choice { key, value: kind.label().to_owned(), label: kind.label().to_owned() })
        .collect();
    let rows = vec![
        Row::text("file", "File", "path, ⇥ completes; or drop a file here", ""),
        Row::text("title", "Title", "what it is; the file's name where this stays empty", ""),
        Row::choice("kind", "Kind", "by its letter", options, Some(0)),
        Row::text("effective", "Effective", "the day it speaks of: 2026-11, -3d; may stay empty", ""),
        Row::text("practices", "Supports", "practices: 1.6.a, 1.6.b", practices.join(", ")),
    ];
    Form::new(Purpose::Evidence { practices }, rows)
}

/// The form for a note.
fn note_form(practices: Vec<String>) -> Form {
    let rows = vec![
        Row::lines("text", "Note", "what you saw or were told; it is kept as an observation among the evidence", ""),
        Row::text("practices", "Speaks to", "practices: 1.6.a", practices.join(", ")),
    ];
    Form::new(Purpose::Note { practices }, rows)
}

/// ↵ in the form for evidence.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form) -> Next {
    // Looked at before the file is copied, so that a slip in a day copies nothing.
    if let Err((row, why)) = parts(desk, form) {
        return desk.fault(row, why);
    }
    if form.text("file").is_empty() {
        if form.chosen("kind") == Some(EvidenceKind::Document.label()) {
            return desk.fault("file", "a document is a file: type its path, or choose another kind below");
        }
        if form.text("title").is_empty() {
            return desk.fault("title", "evidence without a file needs a title");
        }
        return keep(desk, form, None);
    }
    if let Some(held) = desk.book.as_ref().and_then(|b| b.held_by.clone()) {
        return desk.refuse("Not attached", &format!("{held}. {}", held.remedy()));
    }
    desk.attaching = Some(Attaching::Form);
    if let Some(form) = desk.form_mut() {
        form.saving = true;
    }
    Next::from(Effect::Attach(path::dropped(form.text("file"))))
}

fn parts(desk: &Desk, form: &Form) -> Result<(Option<Date>, Vec<String>), Fault> {
    let effective = match form.text("effective") {
        "" => None,
        text => Some(days::past(text, desk.today()).map_err(|why| ("effective", why))?),
    };
    let practices = practices(desk, form.text("practices")).map_err(|why| ("practices", why))?;
    Ok((effective, practices))
}

fn keep(desk: &mut Desk, form: &Form, file: Option<Attached>) -> Next {
    let (effective, practices) = match parts(desk, form) {
        Ok(parts) => parts,
        Err((row, why)) => return desk.fault(row, why),
    };
    let kind = EvidenceKind::ALL.into_iter().find(|k| Some(k.label()) == form.chosen("kind")).unwrap_or(EvidenceKind::Document);
    let title = match (form.text("title"), &file) {
        ("", Some(file)) => file.name.clone(),
        (title, _) => title.to_owned(),
    };
    let (draft, reference) = with_evidence(desk, kind, title, file.as_ref(), effective, practices, "attach");
    let words = match file.and_then(|file| file.recognised) {
        Some(what) => format!("{reference} is kept, {what}: the checks judge by it."),
        None => format!("{reference} is kept."),
    };
    desk.save(draft, After::Link { reference, words }, true)
}

/// A workbook with one more piece of evidence, and its reference.
fn with_evidence(
    desk: &Desk,
    kind: EvidenceKind,
    title: String,
    file: Option<&Attached>,
    effective: Option<Date>,
    practices: Vec<String>,
    what: &str,
) -> (Draft, String) {
    let mut workbook = desk.book.as_ref().map_or_else(|| Workbook::new(Default::default()), |b| b.workbook.clone());
    let reference = workbook.next_reference();
    let piece = Evidence::new(reference.clone(), kind, title_of(&title), desk.user.clone(), Moment(desk.now));
    workbook.evidence.push(Evidence {
        file: file.map(|f| f.name.clone()).unwrap_or_default(),
        sha256: file.map(|f| f.sha256.clone()).unwrap_or_default(),
        size: file.map_or(0, |f| f.size),
        effective: effective.map(Day),
        practices,
        observation: (kind == EvidenceKind::Observation).then(|| Observation { seen: title.clone(), ..Observation::default() }),
        ..piece
    });
    (Draft { workbook, what: format!("{what} {reference}"), before: String::new(), after: title }, reference)
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
    let practices = practices(desk, form.text("practices")).map_err(|why| ("practices", why))?;
    let (draft, reference) = with_evidence(desk, EvidenceKind::Observation, text.to_owned(), None, None, practices, "note");
    Ok((draft, format!("The note is kept as {reference}.")))
}

/// A file is in the assessment: the form or the finding that it is for goes on.
fn attached(desk: &mut Desk, attached: Attached) -> Next {
    if attached.recognised.is_some() {
        desk.judged_files.insert(attached.sha256.clone());
    }
    match desk.attaching.take() {
        Some(Attaching::Form) => {
            let Some(Layer::Form(form)) = desk.layers.last_mut() else { return Next::NONE };
            form.saving = false;
            if let Some(why) = attached.refused {
                form.fault("file", why);
                return Next::NONE;
            }
            let form = (**form).clone();
            keep(desk, &form, Some(attached))
        }
        Some(Attaching::Finding { .. }) if attached.refused.is_some() => {
            let why = attached.refused.unwrap_or_default();
            desk.messages.push(Message::error("Not kept as evidence", why));
            Next::NONE
        }
        Some(Attaching::Finding { title, practices }) => {
            let (draft, reference) = with_evidence(desk, EvidenceKind::Query, title, Some(&attached), None, practices, "keep finding as");
            desk.save(draft, After::Tell(format!("Kept as {reference}.")), true)
        }
        None => Next::NONE,
    }
}

fn attach_failed(desk: &mut Desk, why: &str) {
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

/// Reads practices as they are typed: `1.6.a, 1.6.b`.
fn practices(desk: &Desk, text: &str) -> Result<Vec<String>, String> {
    let mut found = vec![];
    for word in text.split([',', ' ', ';']).map(str::trim).filter(|w| !w.is_empty()) {
        match desk.guidance.practice(word) {
            Some(practice) => found.push(practice.id.clone()),
            None => return Err(format!("“{word}” is no practice: 1.6.a is one")),
        }
    }
    found.dedup();
    Ok(found)
}

/// Opens the file of the piece of evidence that one stands on.
pub(in crate::session) fn open_file(desk: &mut Desk) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let Some(control) = book.walk.here(desk.guidance) else { return Next::NONE };
    let piece = book.evidence_of(control).get(book.walk.row(control)).copied();
    match piece.and_then(|e| folder::evidence(&e.sha256, &e.file)) {
        Some(file) => Next::from(Effect::Open(book.dir.join(file).display().to_string())),
        None => {
            desk.messages.push(Message::info("This piece has no file."));
            Next::NONE
        }
    }
}

/// How old a piece of evidence is, in days.
#[must_use]
pub fn age(evidence: &Evidence, today: Date) -> i32 {
    let day = evidence.effective.map_or_else(|| day_of(evidence.obtained.0), |d| d.0);
    today.since(day).map_or(0, |span| span.get_days())
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["Ref", "Kind", "Title", "Of", "Supports"];

/// The register: every piece, those that were taken back too.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    book.workbook.evidence.iter().map(|piece| row(desk, piece)).collect()
}

fn row(desk: &Desk, piece: &Evidence) -> RegisterRow {
    let day = piece.effective.map_or_else(|| day_of(piece.obtained.0), |day| day.0);
    let serves: Vec<&str> = piece.practices.iter().chain(&piece.questions).map(String::as_str).collect();
    let file = if piece.file.is_empty() { String::new() } else { format!("{}, {} bytes", piece.file, piece.size) };
    let mut detail = vec![
        ("Title".to_owned(), piece.title.clone()),
        ("File".to_owned(), file),
        ("SHA-256".to_owned(), piece.sha256.clone()),
        ("Obtained".to_owned(), format!("{} by {}", piece.obtained, piece.by)),
        ("Age".to_owned(), format!("{} days", age(piece, desk.today()))),
    ];
    if let Some(seen) = &piece.observation {
        detail.push(("Seen".to_owned(), seen.seen.clone()));
    }
    if let Some(withdrawn) = &piece.withdrawn {
        detail.push(("Withdrawn".to_owned(), format!("{} by {}: {}", withdrawn.at, withdrawn.by, withdrawn.why)));
    }
    detail.retain(|(_, words)| !words.is_empty());
    RegisterRow {
        id: piece.reference.clone(),
        cells: vec![piece.kind.label().to_owned(), piece.title.clone(), day.to_string(), serves.join(" ")],
        flag: if piece.counts() { Flag::Fine } else { Flag::Closed },
        detail,
    }
}

/// Opens the form for a piece of the register; the one to attach with where none is named.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let Some(id) = id else {
        open(desk, desk.practices_here(), "");
        return Next::NONE;
    };
    let piece = desk.book.as_ref().and_then(|book| book.workbook.evidence.iter().find(|e| e.reference == id)).cloned();
    let Some(piece) = piece else { return Next::NONE };
    let rows = vec![
        Row::text("title", "Title", "what it is", piece.title),
        Row::text(
            "effective",
            "Effective",
            "the day it speaks of: 2026-11, -3d",
            piece.effective.map(|d| d.to_string()).unwrap_or_default(),
        ),
        Row::text("practices", "Supports", "practices: 1.6.a, 1.6.b", piece.practices.join(", ")),
    ];
    let purpose = Purpose::Entry { register: Register::Evidence, id: Some(id.to_owned()) };
    desk.open_form(Form::new(purpose, rows).titled(id, piece.kind.label(), "The file and its digest stay as they are."));
    Next::NONE
}

/// ↵ in the form of a piece.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = read_entry(desk, form, id.unwrap_or_default());
    desk.keep(read)
}

fn read_entry(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let (effective, practices) = parts(desk, form)?;
    if form.text("title").is_empty() {
        return Err(("title", "a title is needed".to_owned()));
    }
    changed_piece(desk, id, |piece| {
        form.text("title").clone_into(&mut piece.title);
        piece.effective = effective.map(Day);
        piece.practices = practices;
    })
    .map(|(workbook, before)| {
        let draft = Draft { workbook, what: format!("evidence {id}"), before, after: form.text("title").to_owned() };
        (draft, format!("{id} is changed."))
    })
}

/// The workbook with one piece changed, and its title before.
fn changed_piece(desk: &Desk, id: &str, change: impl FnOnce(&mut Evidence)) -> Result<(Workbook, String), Fault> {
    let gone = || ("title", format!("there is no {id} any more"));
    let mut workbook = desk.book.as_ref().ok_or_else(gone)?.workbook.clone();
    let piece = workbook.evidence.iter_mut().find(|e| e.reference == id).ok_or_else(gone)?;
    let before = piece.title.clone();
    change(piece);
    Ok((workbook, before))
}

/// Takes a piece back.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let withdrawn = Withdrawn { by: desk.user.clone(), at: Moment(desk.now), why: why.to_owned() };
    let read = changed_piece(desk, id, |piece| piece.withdrawn = Some(withdrawn)).map(|(workbook, before)| {
        let draft = Draft { workbook, what: format!("withdraw {id}"), before, after: why.to_owned() };
        (draft, format!("{id} is withdrawn."))
    });
    desk.keep(read)
}
