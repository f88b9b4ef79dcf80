//! Requests: what the assessed entity is asked for, by whom and until when. One key proposes what is still needed; what comes closes them.

use crate::model::text::counted;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::days;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::ids;
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::workbook::evidence::read_references;
use crate::workbook::requests::{self, Part, candidates, is_overdue, needed, plea};
use crate::workbook::{Day, Moment, Request, RequestStatus};
use jiff::civil::Date;

/// What is done to requests.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form that asks for all that is still needed.
    Propose,
    /// Skips what is requested from others in ⇥, or no longer.
    Skip,
}

/// The id of the form that asks for all that is still needed: no reference looks like it.
const ALL: &str = "all";
const STATUS: [(char, RequestStatus); 4] =
    [('o', RequestStatus::Open), ('r', RequestStatus::Received), ('f', RequestStatus::Refused), ('n', RequestStatus::NotNeeded)];
const PARTS: [(char, Part); 3] = [('b', Part::Both), ('q', Part::Questions), ('e', Part::Evidence)];

/// Proposes, and says what ⇥ skips.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Propose => propose_form(desk),
        Action::Skip => skip(desk),
    }
    Next::NONE
}

fn skip(desk: &mut Desk) {
    let Some(book) = desk.book.as_mut() else { return };
    book.walk.skip_requested = !book.walk.skip_requested;
    let count = book.open.iter().filter(|item| item.requested.is_some()).count();
    let words = if book.walk.skip_requested {
        "⇥ skips what is requested from others now"
    } else {
        "⇥ leads to what is requested from others too"
    };
    desk.messages.push(Message::info(format!("{words} ({}).", counted(count, "place", "places"))));
}

fn propose_form(desk: &mut Desk) {
    let Some(book) = desk.book.as_ref() else { return };
    let needed = needed(desk.guidance, &book.workbook, desk.today());
    if needed.is_empty() {
        desk.messages.push(Message::info("Nothing is needed that was not asked for already."));
        return;
    }
    let questions = needed.iter().filter(|n| !n.question.is_empty()).count();
    let options = PARTS.iter().map(|(key, part)| Choice { key: *key, value: part.label().to_owned(), label: part.label().to_owned() });
    let rows = vec![
        Row::choice("part", "What", "by its letter", options.collect(), Some(0)),
        Row::text("due", "Due", "last day: 2027-03-31, +2w; may stay empty", ""),
    ];
    let about = format!(
        "{}, {}",
        counted(questions, "question", "questions"),
        counted(needed.len() - questions, "piece of evidence", "pieces of evidence")
    );
    let help = "Makes a request of each question that still needs an answer or evidence, and of each line of the guidance's lists of evidence, for controls that are not determined yet. Nothing is asked for twice. Each can be changed afterwards; `kassay requests` prints them by role.";
    let purpose = Purpose::Entry { register: Register::Requests, id: Some(ALL.to_owned()) };
    desk.open_form(Form::new(purpose, rows).titled("Ask for what is still needed", &about, help));
}

fn read_proposal(desk: &Desk, form: &Form) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("part", "no assessment is open".to_owned()))?;
    let due = due(form.text("due"), None, desk.today())?;
    let part = PARTS.iter().find(|(_, part)| Some(part.label()) == form.chosen("part")).map(|(_, part)| *part).unwrap_or_default();
    let mut workbook = book.workbook.clone();
    let needed = needed(desk.guidance, &workbook, desk.today());
    let made = requests::propose(&mut workbook, needed, part, due, &desk.user, Moment(desk.now));
    if made == 0 {
        return Err(("part", "nothing of that is needed that was not asked for already".to_owned()));
    }
    let roles = requests::roles(&workbook).len();
    let draft = Draft { workbook, what: "requests".to_owned(), before: String::new(), after: format!("{made} proposed") };
    Ok((draft, format!("{} to {}. ↵ changes one.", counted(made, "request", "requests"), counted(roles, "role", "roles"))))
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["Ref", "Status", "To", "Due", "Asked for"];

/// The register.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    desk.book.as_ref().map_or_else(Vec::new, |book| book.workbook.requests.iter().map(|request| row(desk, request)).collect())
}

fn row(desk: &Desk, request: &Request) -> RegisterRow {
    let late = is_overdue(request, desk.today());
    let flag = match request.status {
        RequestStatus::Open if late => Flag::Attention,
        RequestStatus::Open => Flag::Fine,
        RequestStatus::Refused => Flag::Wrong,
        RequestStatus::Received | RequestStatus::NotNeeded => Flag::Closed,
    };
    let status = if late { "overdue" } else { request.status.label() };
    let due = request.due.map(|day| day.to_string()).unwrap_or_default();
    let mut detail = vec![("Asked for".to_owned(), request.what.clone())];
    let mut put = |label: &str, words: String| {
        if !words.is_empty() {
            detail.push((label.to_owned(), words));
        }
    };
    put("To", request.role.clone());
    put("Status", status.to_owned());
    put("Due", due.clone());
    let open = request.status == RequestStatus::Open;
    if let (Some(book), Some(question)) = (&desk.book, desk.guidance.question(&request.question)) {
        put("Question", question.id.clone());
        if open {
            put("Says", plea(question, book.state(&question.id)).to_owned());
        }
    } else if let (Some(book), true) = (&desk.book, open) {
        let came = candidates(&book.workbook, request);
        if !came.is_empty() {
            put("Came since", format!("{}: ↵ takes it for this", came.join(" ")));
        }
    }
    put("For", request.practices.join(" "));
    put("Evidence", request.evidence.join(" "));
    put("Note", request.note.clone());
    put("Asked", request.asked.to_string());
    put("By", format!("{}, {}", request.by, request.at));
    RegisterRow {
        name: None,
        id: request.reference.clone(),
        cells: vec![status.to_owned(), request.role.clone(), due, request.what.clone()],
        flag,
        detail,
    }
}

/// Opens the form of a request; of a new one where none is named.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let known = id.and_then(|id| book.workbook.requests.iter().find(|r| r.reference == id));
    let roles = requests::roles(&book.workbook);
    let hint = if roles.is_empty() { "who can provide it: platform team, identity team, CISO".to_owned() } else { roles.join(", ") };
    let text = |of: fn(&Request) -> String| known.map(of).unwrap_or_default();
    let mut rows = vec![
        Row::lines("what", "Asked for", "in a sentence for whoever provides it", text(|r| r.what.clone())),
        Row::text("role", "To", &hint, text(|r| r.role.clone())),
        Row::text("due", "Due", "last day: 2027-03-31, +2w; may stay empty", text(|r| r.due.map(|d| d.to_string()).unwrap_or_default())),
    ];
    if let Some(request) = known {
        rows.extend(rows_of_known(desk, request));
    } else {
        let here = match desk.standing_on() {
            Some(Target::Question(id)) => id,
            _ => desk.practices_here().join(", "),
        };
        rows.push(Row::text("for", "For", "a question or practices: 1.6.mfa_enforced, 1.6.a", here));
    }
    let purpose = Purpose::Entry { register: Register::Requests, id: id.map(str::to_owned) };
    let about = known.map_or_else(String::new, |r| if r.question.is_empty() { r.practices.join(" ") } else { r.question.clone() });
    let help = "Evidence that is attached for the question closes a request by itself; one for a line of evidence is closed here, with the reference of what came.";
    desk.open_form(Form::new(purpose, rows).titled(id.unwrap_or("New request"), &about, help));
    Next::NONE
}

fn rows_of_known(desk: &Desk, request: &Request) -> Vec<Row> {
    let came = match (&desk.book, request.evidence.is_empty()) {
        (Some(book), true) => candidates(&book.workbook, request),
        _ => request.evidence.clone(),
    };
    let options: Vec<Choice> =
        STATUS.iter().map(|(key, s)| Choice { key: *key, value: s.label().to_owned(), label: s.label().to_owned() }).collect();
    let chosen = STATUS.iter().position(|(_, s)| *s == request.status);
    let mut rows = vec![
        Row::choice("status", "Status", "by its letter", options, chosen),
        Row::text("evidence", "Evidence", "references of what came: E-0004", came.join(", ")),
        Row::lines("note", "Note", "what was said; why it was refused or is not needed", &request.note),
    ];
    let alike = alike(desk, request).count();
    if alike > 0 {
        let choice = |key: char, label: String| Choice { key, value: label.clone(), label };
        let options =
            vec![choice('1', "this one".to_owned()), choice('a', format!("all open ones to the {} ({})", request.role, alike + 1))];
        rows.push(Row::choice("all", "To and Due for", "by its key", options, Some(0)));
    }
    rows
}

/// Other open requests to the same role.
fn alike<'d>(desk: &'d Desk, request: &'d Request) -> impl Iterator<Item = &'d Request> {
    let all = desk.book.iter().flat_map(|book| &book.workbook.requests);
    all.filter(|r| r.reference != request.reference && r.status == RequestStatus::Open && r.role == request.role && !r.role.is_empty())
}

/// ↵ in a form.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = match id {
        None => read_new(desk, form),
        Some(ALL) => read_proposal(desk, form),
        Some(id) => read_known(desk, form, id),
    };
    desk.keep(read)
}

/// A day until when; the one that stands there already may have passed.
fn due(text: &str, known: Option<Day>, today: Date) -> Result<Option<Day>, Fault> {
    match text {
        "" => Ok(None),
        text if known.is_some_and(|day| day.to_string() == text) => Ok(known),
        text => days::coming(text, today).map(|day| Some(Day(day))).map_err(|why| ("due", why)),
    }
}

fn words(form: &Form) -> Result<(String, String), Fault> {
    match (form.text("what"), form.text("role")) {
        ("", _) => Err(("what", "say what is asked for".to_owned())),
        (_, "") => Err(("role", "say who can provide it: a role, such as platform team".to_owned())),
        (what, role) => Ok((what.to_owned(), role.to_owned())),
    }
}

fn read_new(desk: &Desk, form: &Form) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("what", "no assessment is open".to_owned()))?;
    let (what, role) = words(form)?;
    let (mut practices, questions) = ids::practices_and_questions(form.text("for"), desk.guidance).map_err(|why| ("for", why))?;
    let question = match &questions[..] {
        [] => String::new(),
        [one] => one.clone(),
        _ => return Err(("for", "one question only: what is asked for closes with it".to_owned())),
    };
    if let Some(known) = desk.guidance.question(&question).filter(|_| practices.is_empty()) {
        practices.clone_from(&known.practices);
    }
    let mut workbook = book.workbook.clone();
    let reference = workbook.next_request();
    workbook.requests.push(Request {
        reference: reference.clone(),
        what: what.clone(),
        role,
        question,
        practices,
        line: String::new(),
        cluster: String::new(),
        due: due(form.text("due"), None, desk.today())?,
        status: RequestStatus::Open,
        note: String::new(),
        evidence: vec![],
        asked: Moment(desk.now),
        by: desk.user.clone(),
        at: Moment(desk.now),
    });
    let draft = Draft { workbook, what: format!("request {reference}"), before: String::new(), after: what };
    Ok((draft, format!("{reference} is asked for.")))
}

fn read_known(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let gone = || ("what", format!("there is no {id} any more"));
    let book = desk.book.as_ref().ok_or_else(gone)?;
    let known = book.workbook.requests.iter().find(|r| r.reference == id).ok_or_else(gone)?;
    let (what, role) = words(form)?;
    let due = due(form.text("due"), known.due, desk.today())?;
    let mut status = STATUS.iter().find(|(_, s)| Some(s.label()) == form.chosen("status")).map(|(_, s)| *s).unwrap_or_default();
    let references = read_references(form.text("evidence"), &book.workbook).map_err(|why| ("evidence", why))?;
    let note = form.text("note");
    // Naming what came is saying that it came.
    if status == RequestStatus::Open && known.status == RequestStatus::Open && !references.is_empty() {
        status = RequestStatus::Received;
    }
    match status {
        RequestStatus::Received if references.is_empty() && note.is_empty() => {
            return Err(("evidence", "say what came: a reference of evidence, or a note".to_owned()));
        }
        RequestStatus::Refused if note.is_empty() => return Err(("note", "say who refused it, and why".to_owned())),
        RequestStatus::NotNeeded if note.is_empty() => return Err(("note", "say why it is not needed".to_owned())),
        _ => {}
    }
    let with: Vec<String> = match form.chosen("all") {
        Some(chosen) if chosen != "this one" => alike(desk, known).map(|r| r.reference.clone()).collect(),
        _ => vec![],
    };
    let told = |r: &Request| format!("{}, {}{}", r.status.label(), r.role, r.due.map(|d| format!(", due {d}")).unwrap_or_default());
    let (before, mut workbook) = (told(known), book.workbook.clone());
    let mut after = String::new();
    for request in &mut workbook.requests {
        if request.reference == id {
            request.what.clone_from(&what);
            (request.status, request.evidence) = (status, references.clone());
            note.clone_into(&mut request.note);
        } else if !with.contains(&request.reference) {
            continue;
        }
        request.role.clone_from(&role);
        (request.due, request.by, request.at) =
            (due, desk.user.clone(), if request.reference == id { Moment(desk.now) } else { request.at });
        if request.reference == id {
            after = told(request);
        }
    }
    let many = if with.is_empty() { String::new() } else { format!(" and {} more", with.len()) };
    let draft = Draft { workbook, what: format!("request {id}{many}"), before, after };
    Ok((draft, format!("{id}{many}: {}, {role}.", status.label())))
}

/// Takes a request back: it is not needed.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let mut workbook = book.workbook.clone();
    let Some(request) = workbook.requests.iter_mut().find(|r| r.reference == id) else { return Next::NONE };
    let before = request.status.label().to_owned();
    (request.status, request.note) = (RequestStatus::NotNeeded, why.to_owned());
    (request.by, request.at) = (desk.user.clone(), Moment(desk.now));
    let draft = Draft { workbook, what: format!("request {id}"), before, after: format!("not needed: {why}") };
    desk.keep(Ok((draft, format!("{id} is not needed."))))
}
