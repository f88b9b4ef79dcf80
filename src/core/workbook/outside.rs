//! A workbook that something else changed while it was open: what was changed there and what was changed here are put together thing by
//! thing. A thing is a row of a table, known again by its key, or a value of a table that stands alone. What one side alone touched is taken from that
//! side; what both touched in different ways is disputed, and nobody but a person decides it.
//!
//! It works on the values of the TOML and not on the types: a table that is added to the workbook is covered once its key stands in [`KEYS`].

use super::{Workbook, WorkbookError};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// What makes a row of a table the same row in another text. Every table of which there may be several stands here; a test holds that.
pub const KEYS: &[(&str, &[&str])] = &[
    ("answer", &["question", "cluster"]),
    ("cluster", &["key"]),
    ("determination", &["practice"]),
    ("evidence", &["ref"]),
    ("exception", &["what", "cluster"]),
    ("outcome", &["check", "cluster"]),
    ("remediation", &["ref"]),
    ("request", &["ref"]),
    ("review", &["check", "cluster"]),
    ("risk_analysis", &["ref"]),
    ("sample", &["ref"]),
    // Each step of a review stays; none takes the place of another.
    ("sign_off", &["of", "step", "by", "at"]),
    ("use_case", &["cluster"]),
    ("version", &["cluster"]),
    ("withheld", &["place", "detector"]),
];

/// Tables that stand alone and whose fields are things of their own. Any other is one thing: who confirmed, and what, belong together.
const APART: &[&str] = &["engagement", "scope"];

/// What the program writes by itself with each save, and nobody disputes.
const OWN: &[&str] = &["format", "catalogue", "place"];

/// Whose word counts where both touched the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// What was changed here.
    Ours,
    /// What something else changed.
    Theirs,
}

/// Two changes of one workbook, put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The workbook with both.
    pub workbook: Workbook,
    /// Things that were taken over from theirs: `answer 1.6.mfa_enforced`.
    pub taken: Vec<String>,
    /// Things that theirs lacks because it was made from an older text; they stay.
    pub kept: Vec<String>,
    /// Things that both touched in different ways.
    pub disputed: Vec<String>,
}

/// Where a thing is: keys of tables, and for a row what it is known by.
type Place = Vec<Step>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Row(Vec<String>),
}

/// All things of a workbook, in their order.
#[derive(Clone, Debug, Default)]
struct Things {
    order: Vec<Place>,
    /// Rows with one key stand together: they are one thing.
    values: BTreeMap<Place, Vec<Value>>,
}

/// A text that something else wrote, laid beside texts that this program wrote.
#[derive(Clone, Debug)]
pub struct Outside {
    things: Things,
}

impl Outside {
    /// Takes a workbook apart.
    ///
    /// # Errors
    /// Where a value has no form in TOML.
    pub fn new(theirs: &Workbook) -> Result<Self, WorkbookError> {
        Ok(Self { things: Things::of(theirs)? })
    }

    /// In how many things it differs from a workbook: of several texts that this program wrote, theirs was made from the one where it is fewest.
    ///
    /// # Errors
    /// Where a value has no form in TOML.
    pub fn differences(&self, from: &Workbook) -> Result<usize, WorkbookError> {
        Ok(self.things.differing(&Things::of(from)?).count())
    }

    /// Puts together what was changed here and there since `base`. `last` is what this program wrote last; where theirs was made from an older text,
    /// what was written since stays.
    ///
    /// # Errors
    /// Where the two make no workbook together.
    pub fn merge(&self, base: &Workbook, last: &Workbook, ours: &Workbook, prefer: Prefer) -> Result<Merged, WorkbookError> {
        let (base, last, ours, theirs) = (Things::of(base)?, Things::of(last)?, Things::of(ours)?, &self.things);
        let (mut together, mut taken, mut disputed) = (Things::default(), vec![], vec![]);
        let new = theirs.order.iter().filter(|place| !ours.values.contains_key(*place));
        for place in ours.order.iter().chain(new) {
            let [b, o, t] = [&base, &ours, theirs].map(|things| things.values.get(place));
            let own = matches!(place.first(), Some(Step::Key(key)) if OWN.contains(&key.as_str()));
            let value = if own || o == t || t == b {
                o
            } else if o == b {
                taken.push(words(place));
                t
            } else {
                disputed.push(words(place));
                if prefer == Prefer::Ours { o } else { t }
            };
            if let Some(value) = value {
                together.put(place.clone(), value.clone());
            }
        }
        let since = last.differing(&base).filter(|place| theirs.values.get(*place) == base.values.get(*place));
        let kept = since.filter(|place| last.values.contains_key(*place)).map(words).collect();
        Ok(Merged { workbook: together.workbook()?, taken, kept, disputed })
    }
}

/// The things in which two workbooks differ, in words.
///
/// # Errors
/// Where a value has no form in TOML.
pub fn differences(one: &Workbook, other: &Workbook) -> Result<Vec<String>, WorkbookError> {
    let (one, other) = (Things::of(one)?, Things::of(other)?);
    Ok(one.differing(&other).map(words).collect())
}

/// Puts an edit that was made from `base` onto a workbook that went on meanwhile; what both touched stands as the edit has it.
///
/// # Errors
/// Where the two make no workbook together.
pub fn onto(base: &Workbook, edited: &Workbook, now: &Workbook) -> Result<Workbook, WorkbookError> {
    Ok(Outside::new(now)?.merge(base, base, edited, Prefer::Ours)?.workbook)
}

impl Things {
    fn of(workbook: &Workbook) -> Result<Self, WorkbookError> {
        let table = Table::try_from(workbook).map_err(|e| WorkbookError::Unwritable(e.to_string()))?;
        let mut things = Self::default();
        things.take(&[], table);
        Ok(things)
    }

    fn take(&mut self, above: &[Step], table: Table) {
        for (key, value) in table {
            let mut place = above.to_vec();
            place.push(Step::Key(key.clone()));
            let known_by = KEYS.iter().find(|(name, _)| above.is_empty() && *name == key).map(|(_, by)| *by);
            match (value, known_by) {
                (Value::Table(table), _) if above.is_empty() && APART.contains(&key.as_str()) => self.take(&place, table),
                (Value::Array(rows), Some(by)) => {
                    for row in rows {
                        let name = by.iter().map(|key| row.get(*key).map_or_else(String::new, part));
                        let mut place = place.clone();
                        place.push(Step::Row(name.collect()));
                        self.put(place, vec![row]);
                    }
                }
                (value, _) => self.put(place, vec![value]),
            }
        }
    }

    fn put(&mut self, place: Place, values: Vec<Value>) {
        let held = self.values.entry(place.clone()).or_default();
        if held.is_empty() {
            self.order.push(place);
        }
        held.extend(values);
    }

    /// Places at which two differ, those of the one first; what the program writes by itself is not looked at.
    fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Place> {
        let new = other.order.iter().filter(|place| !self.values.contains_key(*place));
        let own = |place: &Place| matches!(place.first(), Some(Step::Key(key)) if OWN.contains(&key.as_str()));
        self.order.iter().chain(new).filter(move |place| !own(place) && self.values.get(*place) != other.values.get(*place))
    }

    fn workbook(mut self) -> Result<Workbook, WorkbookError> {
        let mut whole = Table::new();
        for place in &self.order {
            let mut values = self.values.remove(place).unwrap_or_default();
            let mut table = &mut whole;
            for (nth, step) in place.iter().enumerate() {
                let Step::Key(key) = step else { break };
                match place.get(nth + 1) {
                    Some(Step::Key(_)) => {
                        let below = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
                        let Value::Table(below) = below else { break };
                        table = below;
                    }
                    Some(Step::Row(_)) => {
                        if let Value::Array(rows) = table.entry(key).or_insert_with(|| Value::Array(vec![])) {
                            rows.append(&mut values);
                        }
                        break;
                    }
                    None => drop(values.pop().map(|value| table.insert(key.clone(), value))),
                }
            }
        }
        Value::Table(whole).try_into().map_err(|e: toml::de::Error| WorkbookError::Unwritable(e.to_string()))
    }
}

/// A part of what a row is known by.
fn part(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A thing in words: `answer 1.6.mfa_enforced on prod-eu`, `engagement period`.
fn words(place: &Place) -> String {
    let words = place.iter().map(|step| match step {
        Step::Key(key) => key.replace('_', " "),
        Step::Row(name) => name.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" on "),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use crate::workbook::{Engagement, Exception};

    fn book(exceptions: &[(&str, &str)]) -> Workbook {
        let mut book = Workbook::new(Engagement { entity: "Acme".into(), ..Engagement::default() });
        book.exceptions = exceptions
            .iter()
            .map(|(what, reason)| Exception { reason: (*reason).into(), owner: "x".into(), ..Exception::of(what) })
            .collect();
        book
    }

    fn merged(base: &Workbook, ours: &Workbook, theirs: &Workbook) -> Merged {
        Outside::new(theirs).unwrap().merge(base, base, ours, Prefer::Ours).unwrap()
    }

    #[test]
    fn what_only_one_side_touched_is_taken_from_that_side() {
        let base = book(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let mut ours = book(&[("a", "2"), ("b", "1"), ("d", "1")]);
        let mut theirs = book(&[("a", "1"), ("b", "3"), ("c", "1"), ("e", "1")]);
        ours.engagement.period = "2026".into();
        theirs.engagement.company = "Assessors".into();
        let merged = merged(&base, &ours, &theirs);
        let mut wanted = book(&[("a", "2"), ("b", "3"), ("d", "1"), ("e", "1")]);
        (wanted.engagement.period, wanted.engagement.company) = ("2026".into(), "Assessors".into());
        assert_eq!(merged.workbook, wanted);
        assert_eq!(
            (merged.taken, merged.disputed.len()),
            (vec!["engagement company".into(), "exception b".into(), "exception e".into()], 0)
        );
    }

    #[test]
    fn what_both_touched_is_disputed_unless_they_agree() {
        let base = book(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]);
        let ours = book(&[("a", "2"), ("b", "2"), ("d", "2")]);
        let theirs = book(&[("a", "3"), ("b", "2"), ("c", "4")]);
        let outside = Outside::new(&theirs).unwrap();
        let of = |prefer| outside.merge(&base, &base, &ours, prefer).unwrap();
        assert_eq!(of(Prefer::Ours).disputed, ["exception a", "exception d", "exception c"]);
        assert_eq!(of(Prefer::Ours).workbook, ours);
        assert_eq!(of(Prefer::Theirs).workbook, theirs);
    }

    #[test]
    fn what_was_written_since_an_older_text_stays() {
        let (old, last) = (book(&[("a", "1")]), book(&[("a", "1"), ("b", "1")]));
        let theirs = book(&[("a", "9")]);
        let outside = Outside::new(&theirs).unwrap();
        assert!(outside.differences(&old).unwrap() < outside.differences(&last).unwrap());
        let merged = outside.merge(&old, &last, &last, Prefer::Ours).unwrap();
        assert_eq!(merged.workbook, book(&[("a", "9"), ("b", "1")]));
        assert_eq!((merged.taken, merged.kept), (vec!["exception a".to_owned()], vec!["exception b".to_owned()]));
    }

    #[test]
    fn rows_with_one_key_are_one_thing() {
        let base = book(&[("a", "1"), ("a", "2")]);
        let theirs = book(&[("a", "1"), ("a", "3")]);
        assert_eq!(merged(&base, &base, &theirs).workbook, theirs);
        assert_eq!(merged(&base, &book(&[("a", "1")]), &theirs).disputed, ["exception a"]);
    }
}
