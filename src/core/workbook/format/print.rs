//! A workbook as text, row by row. A row that is as it was when it was printed last keeps its text: an edit changes one or two, and most of a workbook
//! is outcomes and evidence that it does not touch.

use super::escape::escaped;
use super::reference::Referenced;
use super::rows::{Rows, Span};
use super::workbook::{Workbook, WorkbookError};
use crate::workbook::text::Row;
use serde::Serialize;
use std::collections::BTreeMap;

/// The line with which every workbook begins.
const HEAD: &str =
    "# A workbook of Kassay: one assessment. Made to be read and compared; edit it with Kassay, so that the journal stays whole.\n";

/// The text of a workbook, row by row, so that the next one's can be made from it.
#[derive(Clone, Debug)]
pub struct Printed {
    top: Row,
    engagement: Option<Row>,
    scope: Option<Row>,
    place: Option<Row>,
    scope_confirmed: Option<Row>,
    previous: Option<Row>,
    use_cases: Vec<Row>,
    versions: Vec<Row>,
    clusters: Vec<Row>,
    answers: Vec<Row>,
    determinations: Vec<Row>,
    analyses: Vec<Row>,
    evidence: Vec<Row>,
    samples: Vec<Row>,
    requests: Vec<Row>,
    remediations: Vec<Row>,
    exceptions: Vec<Row>,
    reviews: Vec<Row>,
    sign_offs: Vec<Row>,
    withheld: Vec<Row>,
    outcomes: Vec<Row>,
}

impl Printed {
    /// Prints a workbook.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn of(book: &Workbook) -> Result<Self, WorkbookError> {
        let top = written(&Top { format: book.format, catalogue: &book.catalogue })?;
        Ok(Self {
            top: format!("{HEAD}{top}").into(),
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
        let one = |text: &mut Option<Row>, new: &mut Option<Row>, changed: bool| {
            if changed {
                *text = new.take();
            }
        };
        self.top = new.top;
        one(&mut self.engagement, &mut new.engagement, changed.engagement);
        one(&mut self.scope, &mut new.scope, changed.scope);
        one(&mut self.place, &mut new.place, changed.place);
        one(&mut self.scope_confirmed, &mut new.scope_confirmed, changed.scope_confirmed);
        one(&mut self.previous, &mut new.previous, changed.previous);
        let splice = |texts: &mut Vec<Row>, new: Vec<Row>, span: Span| drop(texts.splice(span.from..span.before, new));
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

    /// Hands out the rows of the workbook that was printed, everything in its order: one behind the other they are its text.
    pub fn in_order<T>(&self, book: &Workbook, take: impl FnOnce(&[&Row]) -> T) -> T {
        // Every table is named here, and one that is not put below is one that the compiler tells.
        let Self {
            top,
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
        let one = [Some(top), engagement.as_ref(), scope.as_ref(), place.as_ref(), scope_confirmed.as_ref(), previous.as_ref()];
        let all = one
            .into_iter()
            .flatten()
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
            .chain(outcomes);
        take(&all.collect::<Vec<_>>())
    }
}

impl Workbook {
    /// Writes it as text, everything in its order.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn print(&self) -> Result<String, WorkbookError> {
        Ok(Printed::of(self)?.in_order(self, |rows| rows.iter().map(|row| &***row).collect()))
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
fn table<T: Serialize>(name: &str, table: Option<&T>) -> Result<Option<Row>, WorkbookError> {
    table.map(|table| below(&BTreeMap::from([(name, table)]))).transpose()
}

/// The rows of a table of which there may be several.
fn rows<T: Serialize>(name: &str, rows: &[T]) -> Result<Vec<Row>, WorkbookError> {
    rows.iter().map(|row| below(&BTreeMap::from([(name, [row])]))).collect()
}

/// What stands below something else.
fn below<T: Serialize>(value: &T) -> Result<Row, WorkbookError> {
    Ok(format!("\n{}", written(value)?).into())
}

/// The texts of rows in the order of a key.
fn sorted<'a, T, K: Ord>(rows: &'a [T], texts: &'a [Row], key: impl Fn(&'a T) -> K) -> Vec<&'a Row> {
    let mut sorted: Vec<(&T, &Row)> = rows.iter().zip(texts).collect();
    sorted.sort_by_cached_key(|(row, _)| key(row));
    sorted.into_iter().map(|(_, text)| text).collect()
}

fn by_reference<'a, T: Referenced>(rows: &'a [T], texts: &'a [Row]) -> Vec<&'a Row> {
    sorted(rows, texts, |row| row.reference())
}

/// Sorts `10.1.a` behind `9.2.a`: by area and control as numbers, then by the rest.
fn order(id: &str) -> (u32, u32, &str) {
    let mut parts = id.splitn(3, '.');
    let mut number = || parts.next().and_then(|p| p.parse().ok()).unwrap_or(u32::MAX);
    let (area, control) = (number(), number());
    (area, control, parts.next().unwrap_or_default())
}
