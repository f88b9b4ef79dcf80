//! Evidence: documents, interviews, observations, samples, queries, scans. Each piece has a reference that never changes, says which practices and
//! questions it serves, and is reached from them.

mod attaching;
mod form;
mod register;

pub(in crate::session) use attaching::{accept, accept_note, keep_findings};
pub(in crate::session) use form::open;
pub(in crate::session) use register::{COLUMNS, accept_entry, open_entry, rows, withdraw};

use crate::session::book::arrived::Attached;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::Target;
use crate::session::effect::Effect;
use crate::session::parts::message::Message;
use crate::session::parts::register::Register;
use crate::workbook::evidence::questions_of;
use crate::workbook::{Day, Evidence, EvidenceKind, Interview, folder};

/// What happens to evidence.
#[derive(Clone, Debug)]
pub enum Action {
    /// Attaches evidence to the place where one stands.
    Attach,
    /// Files were dropped: attaches them.
    Drop(String),
    /// Writes a note.
    Note,
    /// Makes an interview of who was asked for the answer that one stands on.
    Interview,
    /// Changes the piece that one stands on.
    Change,
    /// Begins a newer version of the document that one stands on.
    NewVersion,
    /// A file is in the assessment.
    Attached(Attached),
    /// Several files are.
    AttachedAll(Vec<Attached>),
    /// It is not.
    Failed(String),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self, Self::Attached(_) | Self::AttachedAll(_) | Self::Failed(_))
    }
}

/// Attaches, writes notes, makes interviews.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Attach => return attach(desk, ""),
        // Several are parted by line breaks where a terminal does so, and a row has one line.
        Action::Drop(text) => return attach(desk, text.trim().replace(char::is_control, " ").trim()),
        Action::Note => {
            let form = attaching::note_form(desk.practices_here(), &desk.questions_here());
            desk.open_form(form);
        }
        Action::Interview => interview(desk),
        Action::Change => match piece_here(desk) {
            Some(reference) => return open_entry(desk, Some(&reference)),
            None => desk.messages.push(Message::info("There is no piece here to change. e begins one.")),
        },
        Action::NewVersion => match piece_here(desk) {
            Some(reference) => return register::new_version(desk, &reference),
            None => desk.messages.push(Message::info("There is no document here of which there could be a newer version.")),
        },
        Action::Attached(file) => return attaching::attached(desk, vec![file]),
        Action::AttachedAll(files) => return attaching::attached(desk, files),
        Action::Failed(why) => attaching::failed(desk, &why),
    }
    Next::NONE
}

/// Attaches evidence to the place where one stands. On a question that was answered and lacks evidence, the answer's form opens below,
/// so that the reference gets into the answer.
fn attach(desk: &mut Desk, file: &str) -> Next {
    let (practices, questions) = (desk.practices_here(), desk.questions_here());
    if let (Layer::Walk, Some(Target::Question(question))) = (desk.top(), desk.standing_on())
        && desk.book.as_ref().is_some_and(|b| b.workbook.answers.iter().any(|a| a.question == question))
    {
        return Next::from(Lead::EvidenceOf { question, practices, file: file.to_owned() });
    }
    open(desk, practices, questions, file);
    Next::NONE
}

/// What depends on the kind follows it.
pub(in crate::session) fn changed(desk: &mut Desk) {
    if let Some(form) = desk.form_mut().filter(|form| form::is_one(form)) {
        form::lay_out(form);
    }
}

/// Makes an interview of who was asked for the answer that one stands on. The answer stays as it is.
fn interview(desk: &mut Desk) {
    let question = match desk.standing_on() {
        Some(Target::Question(id)) => desk.guidance.question(&id),
        _ => None,
    };
    let Some(question) = question else { return };
    let answer = desk.book.as_ref().and_then(|book| {
        let shown = book.shown().map_or("", |c| &c.key);
        let of_shown = book.workbook.answer(&question.id, shown);
        of_shown.or_else(|| book.workbook.answers.iter().find(|a| a.question == question.id)).cloned()
    });
    let Some(answer) = answer else {
        desk.messages.push(Message::info("Answer it first (a): who was asked, and what they said, is taken from there."));
        return;
    };
    let said = answer.value.to_string();
    let said = question.options().into_iter().find(|c| c.value == said).map_or(said, |c| c.label);
    let said = if answer.note.is_empty() { said } else { format!("{said}\n{}", answer.note) };
    let control = desk.book.as_ref().and_then(|book| book.walk.here(desk.guidance)).map(|c| c.title.clone()).unwrap_or_default();
    let who = if answer.interviewed.is_empty() { answer.role.clone() } else { answer.interviewed.clone() };
    let title = if who.is_empty() { format!("Interview on {}", question.id) } else { format!("Interview with {who} on {}", question.id) };
    let piece = Evidence {
        title,
        practices: question.practices.clone(),
        questions: vec![question.id.clone()],
        interview: Some(Interview {
            person: answer.interviewed,
            role: answer.role,
            on: answer.on.or_else(|| Some(Day(crate::workbook::accept::day_of(answer.at.0)))),
            topics: control,
            asked: question.text.trim().to_owned(),
            answered: said,
            conclusion: String::new(),
        }),
        ..form::blank(EvidenceKind::Interview)
    };
    open(desk, piece.practices.clone(), piece.questions.clone(), "");
    if let Some(form) = desk.form_mut() {
        form::fill(form, &piece);
    }
}

/// The piece that one stands on: in the register, or in the list of a control.
fn piece_here(desk: &Desk) -> Option<String> {
    if let Layer::Register(register) = desk.top() {
        let view = desk.registers.get(register).filter(|_| *register == Register::Evidence)?;
        let words = view.words();
        return rows(desk).into_iter().filter(|row| row.fits(&words)).nth(view.cursor.at).map(|row| row.id);
    }
    desk.evidence_here().and_then(|row| row.piece)
}

/// The practice or question that a piece serves: the first.
pub(in crate::session) fn served(desk: &Desk, reference: &str) -> Option<Target> {
    let workbook = &desk.book.as_ref()?.workbook;
    let piece = workbook.evidence.iter().find(|e| e.reference == reference)?;
    let question = questions_of(piece, workbook).first().map(|id| Target::Question((*id).to_owned()));
    question.or_else(|| piece.practices.first().map(|id| Target::Practice(id.clone())))
}

/// Opens the file of the piece of evidence that one stands on.
pub(in crate::session) fn open_file(desk: &mut Desk) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let reference = piece_here(desk);
    let piece = book.workbook.evidence.iter().find(|e| Some(&e.reference) == reference.as_ref());
    match piece.map(|e| folder::evidence(&e.sha256, &e.file)) {
        Some(Some(file)) => Next::from(Effect::Open(book.dir.join(file).display().to_string())),
        Some(None) => {
            desk.messages.push(Message::info("This piece has no file."));
            Next::NONE
        }
        None => {
            desk.messages.push(Message::info("There is no piece here. e attaches one."));
            Next::NONE
        }
    }
}
