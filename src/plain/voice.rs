//! What is told after something happened, and what a line leads to. It remembers what it told last, so that only what is other is told again; what there
//! is to tell follows from the session alone.

use super::expected::expected;
use super::heard::{Heard, Tells};
use super::page::{LINES, Number, Page, ROWS};
use super::progress::{Work, under_way};
use super::{ask, commands, places};
use crate::shell::keymap;
use kassay_core::session::{Action, Context, Form, Layer, Message, Session, Urgency};
use std::collections::{BTreeMap, BTreeSet};

/// What was told so far.
#[derive(Debug, Default)]
pub struct Voice {
    messages: Vec<Message>,
    /// Whether one was told since the last line.
    spoke: bool,
    last: Option<Told>,
    /// The first row, or line, that was not told yet.
    more: Option<usize>,
    /// The row that was told in full.
    known: Option<usize>,
    /// Whether lines of a text came already.
    writing: bool,
    /// Forms that were told in full, and those that were sent to be accepted.
    opened: BTreeSet<String>,
    sent: BTreeSet<String>,
    /// Places that were told, with their lines as they were then.
    visited: BTreeMap<String, Vec<String>>,
    /// Whether what is wrong with a form is news.
    answered: bool,
    tells: Tells,
}

/// A place as it was told.
#[derive(Debug)]
struct Told {
    place: String,
    title: String,
    lines: Vec<String>,
    count: usize,
    selected: Option<usize>,
    rows: Vec<String>,
}

impl Told {
    fn of(place: String, page: &Page<'_>) -> Self {
        let list = page.list.as_ref();
        let selected = list.and_then(super::page::List::here);
        let mut rows: Vec<String> = list.map(|list| (0..list.count.min(ROWS)).map(|at| list.line(at)).collect()).unwrap_or_default();
        // The selected row may lie beyond those that are told at once.
        rows.extend(selected.filter(|at| *at >= ROWS).and_then(|at| list.map(|list| list.line(at))));
        Self { place, title: page.title.clone(), lines: page.lines.clone(), count: list.map_or(0, |list| list.count), selected, rows }
    }
}

/// How the names of forms begin.
const FORM: &str = "form";

/// What names the place that lies on top, whatever stands there.
fn place(session: &Session) -> String {
    let context = session.context();
    match session.top() {
        Layer::Walk => {
            let walk = session.book.as_ref().map(|book| (book.walk.area, book.walk.control));
            format!("{context:?} {walk:?}")
        }
        Layer::Findings(check) => format!("{context:?} {check}"),
        Layer::Finding { id, .. } => format!("{context:?} {id}"),
        Layer::Holder { subject, .. } => format!("{context:?} {subject}"),
        Layer::Witness { id, .. } => format!("{context:?} {id}"),
        Layer::Register(register) => format!("{context:?} {}", register.label()),
        Layer::Sample { reference, .. } => format!("{context:?} {reference}"),
        Layer::Form(form) => format!("{FORM} {:?}", form.purpose),
        _ => format!("{context:?}"),
    }
}

/// Whether rows of a form are asked.
fn asked(session: &Session) -> Option<&Form> {
    session.form().filter(|_| matches!(session.context(), Context::Text | Context::Lines | Context::Choice))
}

impl Voice {
    /// Messages that were not told yet.
    pub fn messages(&mut self, session: &Session) -> Vec<String> {
        let new: Vec<&Message> = session.messages.iter().filter(|message| !self.messages.contains(message)).collect();
        let lines: Vec<String> = new.iter().map(|message| words(message)).collect();
        self.spoke |= !new.is_empty();
        self.messages.clone_from(&session.messages);
        lines
    }

    /// What there is to tell now that everything is at rest.
    pub fn tell(&mut self, session: &Session) -> Vec<String> {
        let mut says = self.messages(session);
        let tells = std::mem::take(&mut self.tells);
        if !session.layers.iter().any(|layer| matches!(layer, Layer::Form(_) | Layer::New)) {
            self.opened.clear();
            self.sent.clear();
        }
        match asked(session) {
            _ if tells == Tells::Nothing && self.last.as_ref().is_some_and(|last| last.place == place(session)) => {}
            Some(form) => says.extend(self.form(session, form, tells)),
            None => {
                let told = self.place(session, tells);
                if told.is_empty() && says.is_empty() && !self.spoke {
                    says.push("Nothing is other than before.".to_owned());
                }
                says.extend(told);
            }
        }
        says
    }

    fn form(&mut self, session: &Session, form: &Form, tells: Tells) -> Vec<String> {
        let page = places::page(session);
        let place = place(session);
        let same = self.last.as_ref().is_some_and(|last| last.place == place);
        let mut says = vec![];
        if !same {
            self.writing = false;
            says.push(page.title.clone());
            if self.opened.insert(place.clone()) {
                says.extend(page.lines.clone());
                says.extend(ask::before(form));
            }
        }
        if !same || tells == Tells::All || std::mem::take(&mut self.answered) {
            says.extend(ask::refused(form));
        }
        says.extend(ask::question(form));
        self.last = Some(Told::of(place, &page));
        (self.more, self.known) = (None, None);
        says
    }

    fn place(&mut self, session: &Session, tells: Tells) -> Vec<String> {
        let page = places::page(session);
        let told = Told::of(place(session), &page);
        let from = self.last.take();
        let from_form = from.as_ref().is_some_and(|last| last.place.starts_with(FORM));
        let last = from.filter(|last| last.place == told.place);
        if last.is_none() {
            (self.known, self.more) = (None, None);
        }
        let before = self.visited.insert(told.place.clone(), told.lines.clone());
        let returns = tells == Tells::Return || (from_form && tells == Tells::Changes);
        let before = before.filter(|_| last.is_none() && returns);
        let says = match (&last, tells, &page.list) {
            (None, _, Some(list)) if before.is_some() && list.count > 0 && matches!(list.number, Number::Selects { .. }) => {
                let other = told.lines.iter().filter(|line| before.as_ref().is_none_or(|before| !before.contains(line)));
                let here = told.selected.and_then(|at| list.told(at).into_iter().next());
                std::iter::once(&page.title).chain(other).cloned().chain(here).collect()
            }
            (_, Tells::Selected, Some(list)) if list.count > 0 => {
                let title = last.is_none().then(|| page.title.clone());
                self.known = told.selected;
                let here = session.book.as_ref().map(|_| expected(session)).filter(|_| matches!(session.top(), Layer::Walk));
                title.into_iter().chain(told.selected.iter().flat_map(|at| list.told(*at))).chain(here).collect()
            }
            (Some(last), Tells::Changes | Tells::Nothing | Tells::Selected | Tells::Return, _) => self.changes(&page, last, &told),
            _ => self.whole(&page),
        };
        self.last = Some(told);
        says
    }

    /// All of a place, as far as it is told at once.
    fn whole(&mut self, page: &Page<'_>) -> Vec<String> {
        self.known = None;
        let mut says = vec![page.title.clone()];
        match &page.list {
            Some(list) => {
                says.extend(page.lines.clone());
                let (rows, more) = list.rows(0);
                says.extend(rows);
                says.extend(list.here().filter(|at| *at > 0).map(|at| format!("Selected: {}", at + 1)));
                self.more = more;
            }
            None => says.extend(self.text(&page.lines, 0)),
        }
        says
    }

    /// A text from a line on.
    fn text(&mut self, lines: &[String], from: usize) -> Vec<String> {
        let to = (from + LINES).min(lines.len());
        let mut says = lines[from.min(to)..to].to_vec();
        self.more = (to < lines.len()).then_some(to);
        if self.more.is_some() {
            says.push(format!("{to} of {} lines; m for more.", lines.len()));
        }
        says
    }

    /// What is other than it was told.
    fn changes(&mut self, page: &Page<'_>, last: &Told, told: &Told) -> Vec<String> {
        let mut says = vec![];
        if told.title != last.title {
            says.push(told.title.clone());
        }
        let Some(list) = &page.list else {
            if told.lines != last.lines {
                says.extend(self.text(&told.lines, 0));
            }
            return says;
        };
        says.extend(told.lines.iter().filter(|line| !last.lines.contains(line)).cloned());
        let other = told.rows.iter().filter(|row| !last.rows.contains(row)).count();
        if told.count != last.count || other > 2 {
            let (rows, more) = list.rows(0);
            (self.more, self.known) = (more, None);
            says.extend(rows);
        } else if told.selected != last.selected {
            self.known = told.selected;
            // What was done to a row on the way is told too.
            let here = told.selected.map(|at| list.line(at));
            says.extend(told.rows.iter().filter(|row| !last.rows.contains(row) && here.as_ref() != Some(row)).cloned());
            says.extend(told.selected.iter().flat_map(|at| list.told(*at)));
        } else if other > 0 {
            says.extend(told.rows.iter().filter(|row| !last.rows.contains(row)).cloned());
        }
        says
    }

    /// What is said before a line is read; none where a question was just asked, or a text is typed.
    #[must_use]
    pub fn prompt(&self, session: &Session) -> Option<String> {
        let context = session.context();
        match context {
            _ if asked(session).is_some() => None,
            Context::Filter => Some("Filter: type words that narrow the list; an empty line keeps it, .clear takes it away.".to_owned()),
            Context::Palette => Some("Search: type words, or the number of a row; .back leaves.".to_owned()),
            _ => Some(format!("{}: type a command, or ? for what can be done.", context.label())),
        }
    }

    /// What a line leads to.
    pub fn hear(&mut self, session: &Session, line: &str) -> Heard {
        let heard = match asked(session) {
            Some(form) => {
                let heard = ask::hear(session, form, self.writing, line);
                if heard.next_row || !heard.actions.is_empty() {
                    let typed = heard.tells == Tells::Nothing && !heard.next_row;
                    self.writing = typed && session.context() == Context::Lines;
                }
                if heard.actions.iter().any(|action| matches!(action, Action::Enter)) {
                    self.sent.insert(place(session));
                    self.answered = true;
                }
                heard
            }
            None => self.command(session, line.trim()),
        };
        if !heard.actions.is_empty() || heard.next_row {
            // Passing remarks go with what is done next.
            self.messages.retain(|message| matches!(message.level, Urgency::Warning | Urgency::Error));
        }
        self.spoke = !heard.says.is_empty();
        self.tells = heard.tells;
        heard
    }

    fn command(&mut self, session: &Session, line: &str) -> Heard {
        let page = places::page(session);
        if let (Some(from), "m" | "more") = (self.more, line) {
            let says = match &page.list {
                Some(list) => {
                    let (rows, more) = list.rows(from.min(list.count));
                    self.more = more;
                    rows
                }
                None => self.text(&page.lines, from),
            };
            return Heard { says, tells: Tells::Nothing, ..Heard::default() };
        }
        if line == "more" {
            return Heard::say("There is no more of it.");
        }
        match session.context() {
            Context::Filter | Context::Palette => commands::words(session, &page, line),
            _ => commands::hear(session, &page, self.known, line),
        }
    }

    /// Where a filled row leads: to the next one, or to the acceptance of the form.
    pub fn go_on(&mut self, session: &Session) -> Vec<Action> {
        let Some(form) = asked(session).filter(|form| !form.saving) else { return vec![] };
        let name = place(session);
        if form.focus + 1 < form.rows.len() && !self.sent.contains(&name) {
            return vec![Action::Focus(form.focus + 1)];
        }
        self.sent.insert(name);
        self.answered = true;
        vec![Action::Enter]
    }

    /// What a line does to work under way: it is stopped, or goes on while something else is done. Any other line is meant for afterwards.
    #[must_use]
    pub fn interrupts(session: &Session, work: Work, line: &str) -> Option<Action> {
        let line = line.trim();
        if commands::is_back(line) || matches!(line, "cancel" | "stop") {
            return Some(Action::Back);
        }
        if commands::is_quit(line) {
            return Some(Action::Quit);
        }
        let goes_on = work != Work::Asking && keymap::at(session.context(), "enter").is_some_and(|b| line == "enter" || line == b.name);
        goes_on.then_some(Action::Enter)
    }

    /// What Ctrl-C does.
    #[must_use]
    pub fn interrupt(session: &Session) -> Action {
        if under_way(session).is_some() { Action::Back } else { Action::Quit }
    }
}

/// A message in words.
fn words(message: &Message) -> String {
    let lead = match message.level {
        Urgency::Info => "",
        Urgency::Ask => "Sure? ",
        Urgency::Warning => "Warning: ",
        Urgency::Error => "Error: ",
    };
    let end = if message.what.ends_with(['.', '?', '!', ':']) || message.why.is_empty() { "" } else { "." };
    format!("{lead}{}{end} {}", message.what, message.why)
}
