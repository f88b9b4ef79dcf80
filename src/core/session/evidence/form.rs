//! The form for a piece of evidence: which rows it has follows from the kind, what each kind must have, and what is read from it.

use crate::session::book::desk::Desk;
use crate::session::book::edit::Fault;
use crate::session::parts::form::{Choice, Form, Input, Purpose, Row};
use crate::session::parts::register::Register;
use crate::session::parts::{days, ids};
use crate::workbook::{Day, Evidence, EvidenceKind, Interview, Moment, Observation, title_of};
use EvidenceKind::{Document, Interview as Talk, Observation as Seen, Query, Sample, Scan};
use jiff::civil::Date;

/// Keys of the kinds, in their order.
const KEYS: [char; 6] = ['d', 'i', 'o', 's', 'q', 'c'];

/// A row of the form: name, label, what is expected, whether it may have several lines, kinds that have it.
struct Field(&'static str, &'static str, &'static str, bool, &'static [EvidenceKind]);

const ALL: &[EvidenceKind] = &EvidenceKind::ALL;
const OF_FILES: &[EvidenceKind] = &[Document, Sample, Query, Scan];

/// All rows behind the kind, in their order.
const FIELDS: [Field; 20] = [
    Field("file", "File", "path, ⇥ completes; several: each in quotes; or drop files here", false, &[Document, Seen, Sample, Query, Scan]),
    Field("title", "Title", "what it is; the file's name where this stays empty", false, ALL),
    Field("version", "Version", "as the document says itself; may stay empty", false, &[Document]),
    Field("revised", "Revised", "day of its last revision: 2026-06-30, 2026-06; may stay empty", false, &[Document]),
    Field("purpose", "Purpose", "what the document is for", false, &[Document]),
    Field("person", "Interviewed", "who was asked; may stay empty where the role says enough", false, &[Talk]),
    Field("role", "Role", "their role", false, &[Talk]),
    Field("seen", "Seen", "what you saw", true, &[Seen]),
    Field("place", "Where", "the screen, site or system", false, &[Seen]),
    Field("on", "On", "the day: 2026-11-23, today, -3d", false, &[Talk, Seen]),
    Field("topics", "Topics", "what it was about", true, &[Talk]),
    Field("asked", "Asked", "what you asked", true, &[Talk]),
    Field("answered", "Answered", "what was answered", true, &[Talk]),
    Field("conclusion", "Conclusion", "what you conclude from it", true, &[Talk, Seen]),
    Field("effective", "Effective", "the day it speaks of: 2026-11, -3d; may stay empty", false, OF_FILES),
    Field("obtained", "Obtained", "the day on which you got it", false, ALL),
    Field("replaces", "Replaces", "the piece of which this is a newer version: E-0004", false, &[Document]),
    Field("practices", "Supports", "practices: 1.6.a, 1.6.b", false, ALL),
    Field("questions", "Questions", "questions that it serves: 1.6.mfa_enforced", false, ALL),
    Field("samples", "Sample sets", "S-01, where it speaks of one", false, ALL),
];

/// Rows that a new piece has only where something is in them.
const SELDOM: [&str; 2] = ["obtained", "replaces"];

/// The form for a new piece, focus on the file; interviews and observations are taken to be of today.
fn new(practices: Vec<String>, questions: Vec<String>, today: Date) -> Form {
    let interview = Some(Interview { on: Some(Day(today)), ..Interview::default() });
    let blank = Evidence { practices, questions, interview, ..blank(Document) };
    let purpose = Purpose::Evidence { practices: blank.practices.clone(), questions: blank.questions.clone() };
    let mut form = filled(purpose, &blank);
    form.focus = form.rows.iter().position(|r| r.id == "file").unwrap_or(0);
    form
}

/// Opens the form for a new piece, with files in it where some were dropped.
pub(in crate::session) fn open(desk: &mut Desk, practices: Vec<String>, questions: Vec<String>, file: &str) {
    let form = new(practices, questions, desk.today());
    desk.open_form(form);
    if let Some(form) = desk.form_mut().filter(|_| !file.is_empty()) {
        form.set("file", file);
    }
}

/// The form for a piece of the register: all but its file.
pub(super) fn of(piece: &Evidence) -> Form {
    let purpose = Purpose::Entry { register: Register::Evidence, id: Some(piece.reference.clone()) };
    let file = if piece.file.is_empty() { piece.kind.label().to_owned() } else { piece.file.clone() };
    let help = match piece.file.is_empty() {
        true => "Its reference stays as it is.",
        false => "Its reference, file and digest stay as they are. A new version of it is a new piece: v in the register begins one.",
    };
    let mut form = filled(purpose, piece).titled(&piece.reference, &file, help);
    form.set("obtained", &crate::workbook::accept::day_of(piece.obtained.0).to_string());
    form.touched = false;
    form
}

/// A piece of which nothing is told.
pub(super) fn blank(kind: EvidenceKind) -> Evidence {
    Evidence::new(String::new(), kind, String::new(), String::new(), Moment(jiff::Timestamp::UNIX_EPOCH))
}

/// A form with all that is known of a piece in it.
fn filled(purpose: Purpose, piece: &Evidence) -> Form {
    let options = EvidenceKind::ALL.into_iter().zip(KEYS);
    let options = options.map(|(kind, key)| Choice { key, value: kind.label().to_owned(), label: kind.label().to_owned() }).collect();
    let chosen = EvidenceKind::ALL.into_iter().position(|kind| kind == piece.kind);
    let mut form = Form::new(purpose, vec![Row::choice("kind", "Kind", "by its letter", options, chosen)]);
    form.away = FIELDS.iter().map(|field| row(field, &known(piece, field.0))).collect();
    lay_out(&mut form);
    form
}

/// Puts what is known of a piece into a form, but over nothing that somebody typed.
pub(super) fn fill(form: &mut Form, piece: &Evidence) {
    let fresh = !form.touched;
    let at = EvidenceKind::ALL.into_iter().position(|kind| kind == piece.kind);
    if let Some(Row { input: Input::Choice { chosen, .. }, .. }) = form.rows.iter_mut().find(|row| row.id == "kind") {
        *chosen = at;
    }
    for row in form.rows.iter_mut().chain(&mut form.away) {
        let words = known(piece, row.id);
        if let Input::Text(field) = &mut row.input
            && (fresh || field.is_empty())
            && !words.is_empty()
        {
            field.set(words);
        }
    }
    lay_out(form);
}

fn row(Field(id, label, hint, lines, _): &Field, text: &str) -> Row {
    if *lines { Row::lines(id, label, hint, text) } else { Row::text(id, label, hint, text) }
}

/// What is known of a piece under the name of a row.
fn known(piece: &Evidence, row: &str) -> String {
    let day = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    let talk = piece.interview.clone().unwrap_or_default();
    let seen = piece.observation.clone().unwrap_or_default();
    match row {
        "title" => piece.title.clone(),
        "version" => piece.version.clone(),
        "revised" => day(piece.revised),
        "purpose" => piece.purpose.clone(),
        "person" => talk.person,
        "role" => talk.role,
        "on" => day(talk.on.or(seen.on)),
        "topics" => talk.topics,
        "asked" => talk.asked,
        "answered" => talk.answered,
        "conclusion" if talk.conclusion.is_empty() => seen.conclusion,
        "conclusion" => talk.conclusion,
        "seen" => seen.seen,
        "place" => seen.place,
        "effective" => day(piece.effective),
        "replaces" => piece.replaces.clone(),
        "practices" => piece.practices.join(", "),
        "questions" => piece.questions.join(", "),
        "samples" => piece.samples.join(", "),
        _ => String::new(),
    }
}

/// The kind that is chosen.
pub(super) fn kind(form: &Form) -> EvidenceKind {
    EvidenceKind::ALL.into_iter().find(|k| Some(k.label()) == form.chosen("kind")).unwrap_or(Document)
}

fn is_new(form: &Form) -> bool {
    matches!(form.purpose, Purpose::Evidence { .. })
}

/// Whether a form is one of these.
pub(super) fn is_one(form: &Form) -> bool {
    is_new(form) || matches!(form.purpose, Purpose::Entry { register: Register::Evidence, .. })
}

/// Shows the rows of the chosen kind. Others are put away with what was typed in them, and come back with it.
pub(super) fn lay_out(form: &mut Form) {
    let (kind, new) = (kind(form), is_new(form));
    let empty = |id: &str| form.anywhere(id).is_none_or(|row| matches!(&row.input, Input::Text(field) if field.is_empty()));
    let wanted = |Field(id, _, _, _, kinds): &&Field| match *id {
        "file" if !new => false,
        // A file or a day that is there is not hidden, because it is kept with every kind.
        "file" | "effective" => kinds.contains(&kind) || !empty(id),
        id if SELDOM.contains(&id) && new => kinds.contains(&kind) && !empty(id),
        _ => kinds.contains(&kind),
    };
    let mut rows: Vec<Row> = FIELDS.iter().filter(wanted).map(|field| row(field, "")).collect();
    for row in &mut rows {
        match (row.id, kind) {
            ("title", Talk) => row.hint = "of the work paper with the notes".to_owned(),
            ("title", Seen) => row.hint = "of the work paper; the first words of what was seen where this stays empty".to_owned(),
            ("file", Seen | Talk) => row.hint = "a picture or notes; may stay empty".to_owned(),
            ("title", Document) if !new => row.hint = "what it is".to_owned(),
            _ => {}
        }
    }
    let kinds = form.rows.iter().filter(|row| matches!(row.id, "kind" | "same")).cloned().collect::<Vec<_>>();
    form.lay(kinds.into_iter().chain(rows).collect());
}

/// Reads a form: the piece as it tells it. Reference and file are not the form's; `obtained` is the epoch where no day is told.
pub(super) fn read(desk: &Desk, form: &Form) -> Result<Evidence, Fault> {
    let (kind, today) = (kind(form), desk.today());
    let text = |id: &str| form.text(id).to_owned();
    let day = |id: &'static str| past(form, id, today).map(|day| day.map(Day));
    no_loss(form, kind)?;
    let book = desk.book.as_ref().ok_or_else(|| ("title", "no assessment is open".to_owned()))?;
    let mut piece = Evidence {
        title: text("title"),
        version: text("version"),
        revised: day("revised")?,
        purpose: text("purpose"),
        effective: day("effective")?,
        replaces: replaced(desk, form)?,
        practices: ids::practices(form.text("practices"), desk.guidance).map_err(|why| ("practices", why))?,
        questions: ids::questions(form.text("questions"), desk.guidance).map_err(|why| ("questions", why))?,
        samples: ids::samples(form.text("samples"), &book.workbook).map_err(|why| ("samples", why))?,
        ..blank(kind)
    };
    match kind {
        Talk => {
            piece.interview = Some(Interview {
                person: text("person"),
                role: text("role"),
                on: day("on")?,
                topics: text("topics"),
                asked: text("asked"),
                answered: text("answered"),
                conclusion: text("conclusion"),
            });
            for (row, why) in [
                ("title", "an interview needs the title of its work paper"),
                ("on", "an interview needs its day"),
                ("topics", "an interview needs its topics: what it was about"),
                ("answered", "an interview needs what was answered"),
            ] {
                needed(form, row, why)?;
            }
            if form.text("person").is_empty() && form.text("role").is_empty() {
                return Err(("person", "an interview needs who was asked: a name, or at least the role".to_owned()));
            }
        }
        Seen => {
            let seen = text("seen");
            needed(form, "seen", "an observation needs what was seen")?;
            if piece.title.is_empty() {
                piece.title = title_of(&seen);
            }
            piece.observation = Some(Observation { seen, place: text("place"), on: day("on")?, conclusion: text("conclusion") });
        }
        Document if is_new(form) => needed(form, "file", "a document is a file: type its path, or choose another kind above")?,
        Document | Sample | Query | Scan => {
            if form.text("file").is_empty() {
                needed(form, "title", "evidence without a file needs a title")?;
            }
        }
    }
    if let Some(day) = past(form, "obtained", today)? {
        piece.obtained = Moment(noon(day));
    }
    Ok(piece)
}

fn needed(form: &Form, row: &'static str, why: &str) -> Result<(), Fault> {
    if form.text(row).is_empty() { Err((row, why.to_owned())) } else { Ok(()) }
}

/// Noon of a day: the same day in nearly all time zones.
fn noon(day: Date) -> jiff::Timestamp {
    day.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_or(jiff::Timestamp::UNIX_EPOCH, |at| at.timestamp())
}

fn past(form: &Form, row: &'static str, today: Date) -> Result<Option<Date>, Fault> {
    match form.text(row) {
        "" => Ok(None),
        text => days::past(text, today).map(Some).map_err(|why| (row, why)),
    }
}

/// The piece that this one replaces, where one is told.
fn replaced(desk: &Desk, form: &Form) -> Result<String, Fault> {
    let Some(book) = desk.book.as_ref() else { return Ok(String::new()) };
    let found = crate::workbook::evidence::read_references(form.text("replaces"), &book.workbook).map_err(|why| ("replaces", why))?;
    let own = matches!(&form.purpose, Purpose::Entry { id: Some(id), .. } if found.contains(id));
    match found.as_slice() {
        _ if own => Err(("replaces", "a piece can't replace itself".to_owned())),
        [] => Ok(String::new()),
        [one] => Ok(one.clone()),
        _ => Err(("replaces", "a piece replaces one other".to_owned())),
    }
}

/// Refuses to let go of what was typed for another kind.
fn no_loss(form: &Form, kind: EvidenceKind) -> Result<(), Fault> {
    let typed = |row: &&Row| matches!(&row.input, Input::Text(field) if !field.is_empty());
    // Days that the form itself put there are no loss.
    let lost = form.away.iter().filter(typed).filter(|row| !matches!(row.id, "on" | "obtained")).map(|row| format!("“{}”", row.label));
    match lost.collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        lost => {
            let them = if lost.len() == 1 { "it" } else { "them" };
            let words = format!(
                "{} would be lost: no {} has {them}. Choose the kind that does, or empty {them} there",
                lost.join(", "),
                kind.label()
            );
            Err(("kind", words))
        }
    }
}
