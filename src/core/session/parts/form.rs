//! A form: rows to type in or to choose from, which one has the focus, and what is wrong beside each. All forms of the walk are of this
//! shape, so that they look alike, are typed in alike, and none of them forgets to keep what was typed when it was wrong.

use super::cursor::Step;
use super::field::{Field, Typed};
use super::register::Register;
use crate::workbook::drafts::TypedRow;
use serde::{Deserialize, Serialize};

/// What a form is for. It is written down beside what was typed in the form and is not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Answering a question.
    Answer {
        /// The question.
        question: String,
    },
    /// Determining practices.
    Determine {
        /// The practices.
        practices: Vec<String>,
    },
    /// Attaching evidence.
    Evidence {
        /// Practices that it supports.
        practices: Vec<String>,
        /// Questions that it serves.
        questions: Vec<String>,
    },
    /// Accepting an exception.
    Exception {
        /// Ids of findings, or of a check.
        what: Vec<String>,
    },
    /// Saying that a check was looked at.
    Review {
        /// The check.
        check: String,
    },
    /// Writing a note: an observation among the evidence.
    Note {
        /// Practices that it speaks to.
        practices: Vec<String>,
    },
    /// A row of a register: a new one where none is named.
    Entry {
        /// The register.
        register: Register,
        /// The row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// Taking a row of a register back.
    Withdraw {
        /// The register.
        register: Register,
        /// The row.
        id: String,
    },
    /// Naming an engagement, or changing it.
    Engagement,
    /// Adding a rule to the scope.
    Rule,
    /// Telling the version of a cluster whose files do not.
    Version,
    /// Confirming the scope.
    ConfirmScope,
    /// Naming a path.
    Path(PathOf),
    /// Deciding between an edit and what something else wrote in its place.
    Dispute {
        /// What both touched.
        what: Vec<String>,
        /// The file in which the other text is kept.
        aside: String,
    },
}

/// What a path is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathOf {
    /// The folder of an assessment that is to be opened.
    Assessment,
    /// A dump or snapshot that is to be read.
    Cluster,
    /// The file or folder that an export becomes.
    Export,
    /// What the open assessment is compared with.
    Compare,
}

/// One of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The key that chooses it.
    pub key: char,
    /// What is kept.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// How a row is filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// By choosing.
    Choice {
        /// What there is.
        options: Vec<Choice>,
        /// Which one.
        chosen: Option<usize>,
    },
    /// By typing.
    Text(Field),
}

/// A row of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name inside.
    pub id: &'static str,
    /// What people read before it.
    pub label: String,
    /// What is expected, shown while it is empty or has the focus.
    pub hint: String,
    /// How it is filled.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl Row {
    /// A row to type in.
    pub fn text(id: &'static str, label: &str, hint: &str, text: impl Into<String>) -> Self {
        Self { id, label: label.into(), hint: hint.into(), input: Input::Text(Field::with(text)), error: None }
    }

    /// A row to type several lines in.
    pub fn lines(id: &'static str, label: &str, hint: &str, text: impl Into<String>) -> Self {
        Self { id, label: label.into(), hint: hint.into(), input: Input::Text(Field::multiline(text)), error: None }
    }

    /// A row to choose in.
    pub fn choice(id: &'static str, label: &str, hint: &str, options: Vec<Choice>, chosen: Option<usize>) -> Self {
        Self { id, label: label.into(), hint: hint.into(), input: Input::Choice { options, chosen }, error: None }
    }
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What it is for.
    pub purpose: Purpose,
    /// What stands above it, where its purpose alone does not say; "" elsewhere.
    pub title: String,
    /// What that is about, at the right.
    pub about: String,
    /// What helps to fill it, below the rows.
    pub help: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Rows that belong to another choice than the one made now; they keep what was typed in them.
    pub away: Vec<Row>,
    /// The row in focus.
    pub focus: usize,
    /// What is wrong with the whole, or could not be done: a save that failed.
    pub error: Option<String>,
    /// Whether it is being saved.
    pub saving: bool,
    /// Whether something was typed since it was opened.
    pub touched: bool,
    /// What was typed in rows that are not shown, because they depend on others; it stands in them once they are.
    pub waiting: Vec<TypedRow>,
}

impl Form {
    /// A form, focus on its first row.
    #[must_use]
    pub const fn new(purpose: Purpose, rows: Vec<Row>) -> Self {
        Self {
            purpose,
            title: String::new(),
            about: String::new(),
            help: String::new(),
            rows,
            away: vec![],
            focus: 0,
            error: None,
            saving: false,
            touched: false,
            waiting: vec![],
        }
    }

    /// The form with words above and below it.
    #[must_use]
    pub fn titled(self, title: &str, about: &str, help: &str) -> Self {
        Self { title: title.to_owned(), about: about.to_owned(), help: help.to_owned(), ..self }
    }

    /// The row of that name.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The row of that name, also where it is put away.
    #[must_use]
    pub fn anywhere(&self, id: &str) -> Option<&Row> {
        self.rows.iter().chain(&self.away).find(|row| row.id == id)
    }

    /// Shows these rows in their order. One that is there already keeps what was typed in it and what is wrong with it; one that is not wanted is put
    /// away with both, and comes back as it was. The focus stays on its row.
    pub fn lay(&mut self, wanted: Vec<Row>) {
        let focus = self.focused().map(|row| row.id);
        let mut known: Vec<Row> = self.rows.drain(..).chain(self.away.drain(..)).collect();
        for row in wanted {
            let there = known.iter().position(|known| known.id == row.id).map(|at| known.remove(at));
            self.rows.push(match there {
                Some(known) => Row { label: row.label, hint: row.hint, ..known },
                None => row,
            });
        }
        self.away = known;
        self.focus = self.rows.iter().position(|row| Some(row.id) == focus).unwrap_or(0);
    }

    /// The row in focus.
    #[must_use]
    pub fn focused(&self) -> Option<&Row> {
        self.rows.get(self.focus)
    }

    /// Whether the row in focus is typed in.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        matches!(self.focused(), Some(Row { input: Input::Text(_), .. }))
    }

    /// Whether ↵ keeps nothing and goes on, as where a path is named.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        matches!(self.purpose, Purpose::Path(_))
    }

    /// Whether the row in focus is a text of several lines.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.field().is_some_and(|field| field.lines)
    }

    /// The field of the row in focus.
    #[must_use]
    pub fn field(&self) -> Option<&Field> {
        match self.focused().map(|row| &row.input) {
            Some(Input::Text(field)) => Some(field),
            _ => None,
        }
    }

    /// The text of a row without blanks around it; "" where there is none.
    #[must_use]
    pub fn text(&self, id: &str) -> &str {
        match self.row(id).map(|row| &row.input) {
            Some(Input::Text(field)) => field.trimmed(),
            _ => "",
        }
    }

    /// The value chosen in a row.
    #[must_use]
    pub fn chosen(&self, id: &str) -> Option<&str> {
        match self.row(id).map(|row| &row.input) {
            Some(Input::Choice { options, chosen: Some(at) }) => options.get(*at).map(|choice| choice.value.as_str()),
            _ => None,
        }
    }

    /// Puts a text into a row.
    pub fn set(&mut self, id: &str, text: &str) {
        if let Some(Row { input: Input::Text(field), .. }) = self.rows.iter_mut().find(|row| row.id == id) {
            field.set(text);
            self.touched = true;
        }
    }

    /// Puts in what was typed in it before, as far as its rows are there; the rest waits for its rows.
    pub fn take_up(&mut self, rows: Vec<TypedRow>) {
        self.touched = true;
        for typed in rows {
            match self.rows.iter_mut().find(|row| row.id == typed.id).map(|row| &mut row.input) {
                Some(Input::Text(field)) => field.set(typed.text.unwrap_or_default()),
                Some(Input::Choice { options, chosen }) => *chosen = options.iter().position(|o| Some(&o.value) == typed.chosen.as_ref()),
                None => self.waiting.push(typed),
            }
        }
    }

    /// Puts in what waits, where its rows are there by now.
    pub fn take_up_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.take_up(waiting);
    }

    /// Says what is wrong beside a row, and goes there.
    pub fn fault(&mut self, id: &str, why: impl Into<String>) {
        if let Some(at) = self.rows.iter().position(|row| row.id == id) {
            self.rows[at].error = Some(why.into());
            self.focus = at;
        } else {
            self.error = Some(why.into());
        }
    }

    /// Forgets what was wrong, before it is looked at again.
    pub fn clear_faults(&mut self) {
        self.error = None;
        for row in &mut self.rows {
            row.error = None;
        }
    }

    /// The next row, or the one before; round at the ends.
    pub const fn move_focus(&mut self, back: bool) {
        let length = self.rows.len();
        if length > 0 {
            self.focus = (self.focus + if back { length - 1 } else { 1 }) % length;
        }
    }

    /// Types into the row in focus.
    pub fn type_in(&mut self, typed: &Typed) {
        let touched = &mut self.touched;
        if let Some(Row { input: Input::Text(field), error, .. }) = self.rows.get_mut(self.focus) {
            let before = field.text.clone();
            field.apply(typed);
            if field.text != before {
                (*touched, *error) = (true, None);
            }
        }
    }

    /// Chooses by key in the row in focus; whether there is such a key.
    pub fn choose(&mut self, key: char) -> bool {
        let found = match self.focused().map(|row| &row.input) {
            Some(Input::Choice { options, .. }) => options.iter().position(|choice| choice.key == key),
            _ => None,
        };
        found.is_some_and(|at| self.choose_nth(at))
    }

    /// Chooses by place in the row in focus; whether there is such a place.
    pub fn choose_nth(&mut self, at: usize) -> bool {
        match self.rows.get_mut(self.focus) {
            Some(Row { input: Input::Choice { options, chosen }, error, .. }) if at < options.len() => {
                *chosen = Some(at);
                *error = None;
                self.touched = true;
                true
            }
            _ => false,
        }
    }

    /// Chooses the neighbour in the row in focus.
    pub fn choose_beside(&mut self, back: bool) {
        if let Some(Row { input: Input::Choice { options, chosen }, .. }) = self.rows.get(self.focus) {
            let length = options.len().max(1);
            let at = match chosen {
                Some(at) => (at + if back { length - 1 } else { 1 }) % length,
                None => 0,
            };
            self.choose_nth(at);
        }
    }
    /// Up and down: to the row beside, or to the line beside in a text of several lines.
    pub fn step(&mut self, step: Step) {
        let many_lines = self.field().is_some_and(|field| field.lines && field.text.contains('\n'));
        match step {
            Step::Up | Step::Down if many_lines => move_line(self, step.is_back()),
            _ => self.move_focus(step.is_back()),
        }
    }
}

/// Moves the cursor a line up or down in a text of several lines; beyond the first and last it leaves the row.
fn move_line(form: &mut Form, back: bool) {
    let at = form.focus;
    let Some(Input::Text(field)) = form.rows.get_mut(at).map(|r| &mut r.input) else { return };
    let lines: Vec<&str> = field.text.split('\n').collect();
    let (mut line, mut column, mut left) = (0, 0, field.cursor);
    for (n, text) in lines.iter().enumerate() {
        let length = text.chars().count();
        (line, column) = (n, left);
        if left <= length {
            break;
        }
        left -= length + 1;
    }
    let target = if back { line.checked_sub(1) } else { Some(line + 1).filter(|n| *n < lines.len()) };
    match target {
        None => form.move_focus(back),
        Some(to) => {
            let start: usize = lines[..to].iter().map(|l| l.chars().count() + 1).sum();
            field.cursor = start + column.min(lines[to].chars().count());
        }
    }
}
