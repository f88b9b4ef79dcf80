//! What there is to read of a place: what it is, lines about it, and a list whose rows have numbers.

use super::prose;
use crate::shell::words::counted;
use kassay_core::session::Action;

/// Rows of a list that are told at once.
pub const ROWS: usize = 20;

/// Lines of a text that are told at once, where there is no list.
pub const LINES: usize = 40;

/// What there is to read of a place.
pub struct Page<'a> {
    /// What the place is: its first line.
    pub title: String,
    /// What is told of it.
    pub lines: Vec<String>,
    /// What stands in it.
    pub list: Option<List<'a>>,
}

impl<'a> Page<'a> {
    /// A page with nothing on it yet.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: vec![], list: None }
    }

    /// Tells a line; nothing where there are no words.
    pub fn line(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !words.trim().is_empty() {
            self.lines.push(words);
        }
    }

    /// Tells several lines.
    pub fn all(&mut self, lines: impl IntoIterator<Item = String>) {
        lines.into_iter().for_each(|line| self.line(line));
    }

    /// Tells what something is: `label: words`; nothing where there are no words. Words of several lines are told line by line.
    pub fn pair(&mut self, label: &str, words: &str) {
        self.lines.extend(pair(label, words));
    }

    /// Tells a text of the guidance.
    pub fn prose(&mut self, source: &str) {
        self.lines.extend(prose::lines(source));
    }

    /// The page with a list on it.
    #[must_use]
    pub fn with(self, list: List<'a>) -> Self {
        Self { list: Some(list), ..self }
    }
}

/// `label: words`, in as many lines as the words have.
#[must_use]
pub fn pair(label: &str, words: &str) -> Vec<String> {
    let mut parts = words.lines().filter(|part| !part.trim().is_empty());
    let first = parts.next().map(|first| format!("{label}: {first}"));
    first.into_iter().chain(parts.map(str::to_owned)).collect()
}

/// What a number does to the row that it names.
pub enum Number<'a> {
    /// It selects the row and tells all of it; the same number again does what ↵ does there, as far as that is about the row.
    Selects {
        /// Whether ↵ is about the row.
        enters: bool,
    },
    /// It goes to the row at once.
    Opens,
    /// It does this.
    Does(Box<dyn Fn(usize) -> Option<Action> + 'a>),
    /// It only tells all of the row.
    Tells,
}

/// A list whose rows have numbers.
pub struct List<'a> {
    /// What rows are called, one and several.
    pub noun: (&'static str, &'static str),
    /// How many there are.
    pub count: usize,
    /// The selected one, from 0.
    pub selected: usize,
    /// What a number does.
    pub number: Number<'a>,
    /// A row in one line.
    pub row: Box<dyn Fn(usize) -> String + 'a>,
    /// All that is known of a row.
    pub detail: Box<dyn Fn(usize) -> Vec<String> + 'a>,
}

impl<'a> List<'a> {
    /// A list; a number selects a row, and there is no more to tell of it than its line.
    #[must_use]
    pub fn new(noun: (&'static str, &'static str), count: usize, selected: usize, row: impl Fn(usize) -> String + 'a) -> Self {
        let number = Number::Selects { enters: true };
        Self { noun, count, selected, number, row: Box::new(row), detail: Box::new(|_| vec![]) }
    }

    /// The list with more to tell of each row.
    #[must_use]
    pub fn detailed(self, detail: impl Fn(usize) -> Vec<String> + 'a) -> Self {
        Self { detail: Box::new(detail), ..self }
    }

    /// The list with another meaning of numbers.
    #[must_use]
    pub fn numbered(self, number: Number<'a>) -> Self {
        Self { number, ..self }
    }

    /// How many rows there are, with their name.
    #[must_use]
    pub fn counted(&self) -> String {
        counted(self.count, self.noun.0, self.noun.1)
    }

    /// The selected row; none where the list is empty.
    #[must_use]
    pub fn here(&self) -> Option<usize> {
        self.count.checked_sub(1).map(|last| self.selected.min(last))
    }

    /// A row with its number.
    #[must_use]
    pub fn line(&self, at: usize) -> String {
        format!("{}: {}", at + 1, (self.row)(at))
    }

    /// All of a row: its number among how many, its line, and what else is known of it.
    #[must_use]
    pub fn told(&self, at: usize) -> Vec<String> {
        let mut lines = vec![format!("{} of {}: {}", at + 1, self.counted(), (self.row)(at))];
        lines.extend((self.detail)(at));
        lines
    }

    /// Rows from one on, as many as are told at once; then how many more there are.
    #[must_use]
    pub fn rows(&self, from: usize) -> (Vec<String>, Option<usize>) {
        let to = (from + ROWS).min(self.count);
        let mut lines: Vec<String> = (from..to).map(|at| self.line(at)).collect();
        let more = (to < self.count).then_some(to);
        if more.is_some() {
            lines.push(format!("{to} of {}; m for more.", self.counted()));
        }
        (lines, more)
    }
}
