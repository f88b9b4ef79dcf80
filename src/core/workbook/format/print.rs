//! A workbook as text, table by table. A table that is as it was when it was printed last keeps its text: an edit changes one or two tables, and most
//! of a workbook is outcomes and evidence that it does not touch.

use super::escape::escaped;
use super::reference::Referenced;
use super::workbook::{Workbook, WorkbookError};
use serde::Serialize;
use std::collections::BTreeMap;

/// The line with which every workbook begins.
const HEAD: &str =
    "# A workbook of Kassay: one assessment. Made to be read and compared; edit it with Kassay, so that the journal stays whole.\n";

/// Prints workbooks one after the other.
#[derive(Clone, Debug, Default)]
pub struct Printer {
    /// What was printed last, and the text of each of its tables, in the order of the file.
    last: Option<(Box<Workbook>, Vec<String>)>,
}

impl Printer {
    /// Writes a workbook as text, everything in its order.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn print(&mut self, book: &Workbook) -> Result<String, WorkbookError> {
        // Taken out, so that what fails leaves nothing half known.
        let mut last = self.last.take();
        // Every field is named here, and one that is not printed below is one that the compiler tells.
        let Workbook {
            format,
            catalogue,
            engagement,
            scope,
            place,
            scope_confirmed,
            previous,
            use_cases,
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
            outcomes,
        } = book;
        let top = written(&Top { format: *format, catalogue })?;
        let mut texts = vec![];
        macro_rules! table {
            ($field:ident, $text:expr) => {
                texts.push(match &mut last {
                    Some((before, known)) if before.$field == *$field => std::mem::take(&mut known[texts.len()]),
                    Some((before, _)) => {
                        before.$field.clone_from($field);
                        $text?
                    }
                    None => $text?,
                });
            };
        }
        table!(engagement, rows("engagement", Some(engagement)));
        table!(scope, rows("scope", Some(scope)));
        table!(place, rows("place", Some(place)));
        table!(scope_confirmed, rows("scope_confirmed", scope_confirmed.as_ref()));
        table!(previous, rows("previous", previous.as_ref()));
        table!(use_cases, list("use_case", use_cases));
        table!(clusters, list("cluster", clusters));
        table!(answers, list("answer", &sorted(answers, |a| (order(&a.question), a.cluster.clone()))));
        table!(determinations, list("determination", &sorted(determinations, |d| order(&d.practice))));
        table!(analyses, list("risk_analysis", &by_reference(analyses)));
        table!(evidence, list("evidence", &by_reference(evidence)));
        table!(samples, list("sample", &by_reference(samples)));
        table!(requests, list("request", &by_reference(requests)));
        table!(remediations, list("remediation", &by_reference(remediations)));
        table!(exceptions, list("exception", exceptions));
        table!(reviews, list("review", &sorted(reviews, |r| (order(&r.check), r.cluster.clone()))));
        table!(sign_offs, list("sign_off", sign_offs));
        table!(outcomes, list("outcome", outcomes));

        let mut all = String::with_capacity(HEAD.len() + top.len() + texts.iter().map(|text| text.len() + 1).sum::<usize>());
        all.push_str(HEAD);
        all.push_str(&top);
        for text in texts.iter().filter(|text| !text.is_empty()) {
            all.push('\n');
            all.push_str(text);
        }
        let before = last.map_or_else(|| Box::new(book.clone()), |(before, _)| before);
        self.last = Some((before, texts));
        Ok(all)
    }
}

impl Workbook {
    /// Writes it as text, everything in its order.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn print(&self) -> Result<String, WorkbookError> {
        Printer::default().print(self)
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
fn rows<T: Serialize>(name: &str, table: Option<&T>) -> Result<String, WorkbookError> {
    table.map_or_else(|| Ok(String::new()), |table| written(&BTreeMap::from([(name, table)])))
}

/// A table of which there may be several.
fn list<T: Serialize>(name: &str, rows: &[T]) -> Result<String, WorkbookError> {
    if rows.is_empty() { Ok(String::new()) } else { written(&BTreeMap::from([(name, rows)])) }
}

fn sorted<T, K: Ord>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut sorted: Vec<&T> = rows.iter().collect();
    sorted.sort_by_cached_key(|row| key(row));
    sorted
}

fn by_reference<T: Referenced>(rows: &[T]) -> Vec<&T> {
    sorted(rows, |row| row.reference().to_owned())
}

/// Sorts `10.1.a` behind `9.2.a`: by area and control as numbers, then by the rest.
fn order(id: &str) -> (u32, u32, String) {
    let mut parts = id.splitn(3, '.');
    let mut number = || parts.next().and_then(|p| p.parse().ok()).unwrap_or(u32::MAX);
    let (area, control) = (number(), number());
    (area, control, parts.next().unwrap_or_default().to_owned())
}
