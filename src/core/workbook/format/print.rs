//! A workbook as text, row by row. A row that is as it was when it was printed last keeps its text: an edit changes one or two, and most of a workbook
//! is outcomes and evidence that it does not touch.

use super::escape::escaped;
use super::reference::Referenced;
use super::rows::{Rows, Span};
use super::workbook::{Workbook, WorkbookError};
use serde::Serialize;
use std::collections::BTreeMap;

/// The line with which every workbook begins.
const HEAD: &str =
    "# A workbook of Kassay: one assessment. Made to be read and compared; edit it with Kassay, so that the journal stays whole.\n";

/// The text of a workbook, row by row, so that the next one's can be made from it.
#[derive(Clone, Debug)]
pub struct Printed {
    engagement: String,
    scope: String,
    place: String,
    scope_confirmed: String,
    previous: String,
    use_cases: Vec<String>,
    versions: Vec<String>,
    clusters: Vec<String>,
    answers: Vec<String>,
    determinations: Vec<String>,
    analyses: Vec<String>,
    evidence: Vec<String>,
    samples: Vec<String>,
    requests: Vec<String>,
    remediations: Vec<String>,
    exceptions: Vec<String>,
    reviews: Vec<String>,
    sign_offs: Vec<String>,
    withheld: Vec<String>,
    outcomes: Vec<String>,
}

impl Printed {
    /// Prints a workbook.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn of(book: &Workbook) -> Result<Self, WorkbookError> {
        Ok(Self {
            engagement: table("engagement", Some(&book.engagement))?,
            scope: table("scope", Some(&book.scope))?,
            place: table("place", Some(&book.place))?,
            scope_confirmed: table("scope_confirmed", book.scope_confirmed.as_ref())?,
            previous: table("previous", book.previous.as_ref())?,
            use_cases: rows("use_case", &book.use_cases)?,
            versions: rows("version", &book.versions)?,
            clusters: rows("cluster", &book.clusters)?,
            answers: rows("answer", &book.answers)?,
            determinations: rows("determination", &book.determinations)?,
            analyses: rows("risk_analysis", &book.analyses)?,
            evidence: rows("evidence", &book.evidence)?,
            samples: rows("sample", &book.samples)?,
            requests: rows("request", &book.requests)?,
            remediations: rows("remediation", &book.remediations)?,
            exceptions: rows("exception", &book.exceptions)?,
            reviews: rows("review", &book.reviews)?,
            sign_offs: rows("sign_off", &book.sign_offs)?,
            withheld: rows("withheld", &book.withheld)?,
            outcomes: rows("outcome", &book.outcomes)?,
        })
    }

    /// Prints anew what is other in a workbook than in the one that was printed.
    ///
    /// # Errors
    /// As [`Self::of`]; what was printed before can't be used any more then.
    pub fn take_over(&mut self, book: &Workbook, changed: &Rows) -> Result<(), WorkbookError> {
        // What changed is printed as a workbook of its own, so that what is printed and how stands in one place.
        let mut new = Self::of(&changed.of(book))?;
        let one = |text: &mut String, new: &mut String, changed: bool| {
            if changed {
                *text = std::mem::take(new);
            }
        };
        one(&mut self.engagement, &mut new.engagement, changed.engagement);
        one(&mut self.scope, &mut new.scope, changed.scope);
        one(&mut self.place, &mut new.place, changed.place);
        one(&mut self.scope_confirmed, &mut new.scope_confirmed, changed.scope_confirmed);
        one(&mut self.previous, &mut new.previous, changed.previous);
        let splice = |texts: &mut Vec<String>, new: Vec<String>, span: Span| drop(texts.splice(span.from..span.before, new));
        splice(&mut self.use_cases, new.use_cases, changed.use_cases);
        splice(&mut self.versions, new.versions, changed.versions);
        splice(&mut self.clusters, new.clusters, changed.clusters);
        splice(&mut self.answers, new.answers, changed.answers);
        splice(&mut self.determinations, new.determinations, changed.determinations);
        splice(&mut self.analyses, new.analyses, changed.analyses);
        splice(&mut self.evidence, new.evidence, changed.evidence);
        splice(&mut self.samples, new.samples, changed.samples);
        splice(&mut self.requests, new.requests, changed.requests);
        splice(&mut self.remediations, new.remediations, changed.remediations);
        splice(&mut self.exceptions, new.exceptions, changed.exceptions);
        splice(&mut self.reviews, new.reviews, changed.reviews);
        splice(&mut self.sign_offs, new.sign_offs, changed.sign_offs);
        splice(&mut self.withheld, new.withheld, changed.withheld);
        splice(&mut self.outcomes, new.outcomes, changed.outcomes);
        Ok(())
    }

    /// The whole text of the workbook that was printed, everything in its order, in the memory of another text.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn text(&self, book: &Workbook, mut all: String) -> Result<String, WorkbookError> {
        // Every table is named here, and one that is not put below is one that the compiler tells.
        let Self {
            engagement,
            scope,
            place,
            scope_confirmed,
            previous,
            use_cases,
            versions,
            clusters,
            answers,
            determinations,
            analyses,
            evidence,
            samples,
            requests,
            remediations,
            exceptions,
            reviews,
            sign_offs,
            withheld,
            outcomes,
        } = self;
        let top = written(&Top { format: book.format, catalogue: &book.catalogue })?;
        let one = [engagement, scope, place, scope_confirmed, previous].into_iter();
        let texts = one
            .chain(use_cases)
            .chain(versions)
            .chain(clusters)
            .chain(sorted(&book.answers, answers, |a| (order(&a.question), &a.cluster)))
            .chain(sorted(&book.determinations, determinations, |d| order(&d.practice)))
            .chain(by_reference(&book.analyses, analyses))
            .chain(by_reference(&book.evidence, evidence))
            .chain(by_reference(&book.samples, samples))
            .chain(by_reference(&book.requests, requests))
            .chain(by_reference(&book.remediations, remediations))
            .chain(exceptions)
            .chain(sorted(&book.reviews, reviews, |r| (order(&r.check), &r.cluster)))
            .chain(sign_offs)
            .chain(withheld)
            .chain(outcomes)
            .filter(|text| !text.is_empty());
        let texts: Vec<&String> = texts.collect();
        all.clear();
        all.reserve(HEAD.len() + top.len() + texts.iter().map(|text| text.len() + 1).sum::<usize>());
        all.push_str(HEAD);
        all.push_str(&top);
        for text in texts {
            all.push('\n');
            all.push_str(text);
        }
        Ok(all)
    }
}

impl Workbook {
    /// Writes it as text, everything in its order.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn print(&self) -> Result<String, WorkbookError> {
        Printed::of(self)?.text(self, String::new())
    }
}

/// What stands before the tables.
#[derive(Serialize)]
struct Top<'a> {
    format: u32,
    catalogue: &'a str,
}

fn written<T: Serialize>(value: &T) -> Result<String, WorkbookError> {
    toml::to_string_pretty(value).map(escaped).map_err(|e| WorkbookError::Unwritable(e.to_string()))
}

/// A table of which there is one, or none.
fn table<T: Serialize>(name: &str, table: Option<&T>) -> Result<String, WorkbookError> {
    table.map_or_else(|| Ok(String::new()), |table| written(&BTreeMap::from([(name, table)])))
}

/// The rows of a table of which there may be several.
fn rows<T: Serialize>(name: &str, rows: &[T]) -> Result<Vec<String>, WorkbookError> {
    rows.iter().map(|row| written(&BTreeMap::from([(name, [row])]))).collect()
}

/// The texts of rows in the order of a key.
fn sorted<'a, T, K: Ord>(rows: &'a [T], texts: &'a [String], key: impl Fn(&'a T) -> K) -> Vec<&'a String> {
    let mut sorted: Vec<(&T, &String)> = rows.iter().zip(texts).collect();
    sorted.sort_by_cached_key(|(row, _)| key(row));
    sorted.into_iter().map(|(_, text)| text).collect()
}

fn by_reference<'a, T: Referenced>(rows: &'a [T], texts: &'a [String]) -> Vec<&'a String> {
    sorted(rows, texts, |row| row.reference())
}

/// Sorts `10.1.a` behind `9.2.a`: by area and control as numbers, then by the rest.
fn order(id: &str) -> (u32, u32, &str) {
    let mut parts = id.splitn(3, '.');
    let mut number = || parts.next().and_then(|p| p.parse().ok()).unwrap_or(u32::MAX);
    let (area, control) = (number(), number());
    (area, control, parts.next().unwrap_or_default())
}
