//! Tables as types: what stands in them, apart from the form in which they leave. CSV, Excel and Word lay out the same tables, so that no form
//! tells what another one does not know.

use jiff::Timestamp;
use jiff::civil::Date;
use kassay_core::model::text::clean;
use kassay_core::workbook::{Day, Moment};
use std::borrow::Cow;
use std::fmt;

/// A table with what stands in it.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// The name of its file, without an ending.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell<'a>>>,
    /// What must be known of it that no row tells: what it does not hold, and why.
    pub notes: Vec<String>,
}

impl<'a> Table<'a> {
    /// A table; that every row has as many cells as there are columns, the compiler sees to.
    #[must_use]
    pub fn new<const N: usize>(
        name: &'static str,
        title: &'static str,
        columns: [Column; N],
        rows: impl IntoIterator<Item = [Cell<'a>; N]>,
    ) -> Self {
        let rows = rows.into_iter().map(Vec::from).collect();
        Self { name, title, columns: columns.into(), rows, notes: vec![] }
    }

    /// The same with something to know of it.
    #[must_use]
    pub fn noted(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The same with text of its own, where what it was made from does not last.
    #[must_use]
    pub fn owned(self) -> Table<'static> {
        let rows = self.rows.into_iter().map(|row| row.into_iter().map(Cell::owned).collect()).collect();
        Table { name: self.name, title: self.title, columns: self.columns, rows, notes: self.notes }
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name for programs, which never changes.
    pub name: Cow<'static, str>,
    /// Its name for people.
    pub heading: String,
    /// What stands in it.
    pub kind: ColumnKind,
    /// How many characters wide it wants to be.
    pub width: u16,
    /// Whether a person goes on writing in it.
    pub open: bool,
}

impl Column {
    fn new(name: &'static str, kind: ColumnKind, width: u16) -> Self {
        let words = name.replace('_', " ");
        let mut rest = words.chars();
        let heading = rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default();
        Self { name: name.into(), heading, kind, width, open: false }
    }

    /// What is said of one of many, by the name of that one.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned().into(), heading: clean(name), kind: ColumnKind::Text, width: 16, open: false }
    }

    /// Names, references, a word or two.
    #[must_use]
    pub fn short(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Text, 16)
    }

    /// What is longer than a word and seldom longer than a line: names of objects, titles.
    #[must_use]
    pub fn line(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Text, 32)
    }

    /// Sentences.
    #[must_use]
    pub fn words(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Text, 56)
    }

    /// A number of things.
    #[must_use]
    pub fn count(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Count, 12)
    }

    /// A day.
    #[must_use]
    pub fn day(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Day, 12)
    }

    /// A moment.
    #[must_use]
    pub fn moment(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Moment, 20)
    }

    /// Whether something is so.
    #[must_use]
    pub fn yes(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Yes, 12)
    }

    /// A digest.
    #[must_use]
    pub fn digest(name: &'static str) -> Self {
        Self::new(name, ColumnKind::Digest, 24)
    }

    /// One of a few words.
    #[must_use]
    pub fn choice<const N: usize>(name: &'static str, of: [&'static str; N]) -> Self {
        Self::new(name, ColumnKind::Choice(of.into()), 18)
    }

    /// The same under another heading, where the name does not say it well enough to people.
    #[must_use]
    pub fn headed(self, heading: &str) -> Self {
        Self { heading: heading.to_owned(), ..self }
    }

    /// The same for a person to go on with.
    #[must_use]
    pub fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// The same at another width.
    #[must_use]
    pub fn wide(self, width: u16) -> Self {
        Self { width, ..self }
    }
}

/// What stands in the cells of a column, where anything does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A number of things.
    Count,
    /// A day.
    Day,
    /// A moment.
    Moment,
    /// Whether something is so.
    Yes,
    /// A digest: text that nobody reads, and that must not be cut.
    Digest,
    /// One of these words.
    Choice(Vec<&'static str>),
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A number of things.
    Count(u64),
    /// A day.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
    /// Whether something is so.
    Yes(bool),
}

impl Cell<'_> {
    fn owned(self) -> Cell<'static> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Count(n) => Cell::Count(n),
            Self::Day(day) => Cell::Day(day),
            Self::Moment(at) => Cell::Moment(at),
            Self::Yes(is_so) => Cell::Yes(is_so),
        }
    }

    /// Whether there is nothing to read in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty | Self::Yes(false) => true,
            Self::Text(text) => text.is_empty(),
            Self::Count(_) | Self::Day(_) | Self::Moment(_) | Self::Yes(true) => false,
        }
    }

    /// Whether a column of that kind may hold it.
    #[must_use]
    pub fn is_of(&self, kind: &ColumnKind) -> bool {
        match (self, kind) {
            (Self::Empty, _)
            | (Self::Text(_), ColumnKind::Text | ColumnKind::Digest)
            | (Self::Count(_), ColumnKind::Count)
            | (Self::Day(_), ColumnKind::Day)
            | (Self::Moment(_), ColumnKind::Moment)
            | (Self::Yes(_), ColumnKind::Yes) => true,
            (Self::Text(text), ColumnKind::Choice(of)) => text.is_empty() || of.contains(&text.as_ref()),
            _ => false,
        }
    }
}

/// The cell as text: what programs and people read alike.
impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty | Self::Yes(false) => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Count(n) => n.fmt(f),
            Self::Day(day) => day.fmt(f),
            Self::Moment(at) => Moment(*at).fmt(f),
            Self::Yes(true) => f.write_str("yes"),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<usize> for Cell<'_> {
    fn from(n: usize) -> Self {
        Self::Count(n as u64)
    }
}

impl From<u64> for Cell<'_> {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

impl From<u32> for Cell<'_> {
    fn from(n: u32) -> Self {
        Self::Count(n.into())
    }
}

impl From<bool> for Cell<'_> {
    fn from(is_so: bool) -> Self {
        Self::Yes(is_so)
    }
}

impl From<Day> for Cell<'_> {
    fn from(day: Day) -> Self {
        Self::Day(day.0)
    }
}

impl From<Moment> for Cell<'_> {
    fn from(at: Moment) -> Self {
        Self::Moment(at.0)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Cell<'a> {
    fn from(there: Option<T>) -> Self {
        there.map_or(Self::Empty, Into::into)
    }
}

/// The cells of a row.
macro_rules! cells {
    ($($cell:expr),* $(,)?) => { [$($crate::export::table::Cell::from($cell)),*] };
}
pub(super) use cells;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_as_their_column_says() {
        let at = Moment("2026-11-23T09:12:00.9Z".parse().unwrap());
        let row = cells!["a", 3_usize, Some(Day("2026-11-20".parse().unwrap())), at, true, false, None::<u64>];
        assert_eq!(row.each_ref().map(ToString::to_string), ["a", "3", "2026-11-20", "2026-11-23T09:12:00Z", "yes", "", ""]);
        assert_eq!(row.each_ref().map(Cell::is_blank), [false, false, false, false, false, true, true]);
        let choice = ColumnKind::Choice(vec!["a", "b"]);
        assert!(
            row[0].is_of(&choice)
                && !Cell::from("c").is_of(&choice)
                && !row[1].is_of(&ColumnKind::Text)
                && row[6].is_of(&ColumnKind::Count)
        );
    }

    #[test]
    fn a_heading_follows_from_the_name_or_is_told() {
        assert_eq!(Column::short("evidence_before").heading, "Evidence before");
        assert_eq!(Column::day("on").headed("Day").heading, "Day");
    }
}
