//! A list of differences by class, with each in full.

use super::page::{List, Number, pair};
use kassay_core::session::{DifferenceRow, Differences};
use kassay_core::workbook::compare::Entry;

/// The list of differences by class.
#[must_use]
pub fn differences(found: &Differences) -> List<'_> {
    let rows = found.rows();
    let told: Vec<Option<Entry>> =
        rows.iter().map(|row| if let DifferenceRow::Entry(entry) = row { Some((*entry).clone()) } else { None }).collect();
    let words: Vec<String> = rows
        .iter()
        .map(|row| match row {
            DifferenceRow::Class(class, count) => format!("Class {}: {count}", class.label()),
            DifferenceRow::Entry(entry) => format!("{}: {}", entry.class.label(), entry.line()),
        })
        .collect();
    found.cursor.counts(rows.len());
    let list = List::new(("row", "rows"), rows.len(), found.cursor.at, move |at| words.get(at).cloned().unwrap_or_default());
    list.detailed(move |at| told.get(at).and_then(Option::as_ref).map(lines).unwrap_or_default())
        .numbered(Number::Selects { enters: false })
}

fn lines(entry: &Entry) -> Vec<String> {
    let of = if entry.cluster.is_empty() { String::new() } else { format!(" of {}", entry.cluster) };
    let check = if entry.check.is_empty() { String::new() } else { format!(", {}", entry.check) };
    let mut lines = vec![format!("{}{of}{check}: {}", entry.topic.label(), entry.what)];
    for (label, words) in [("Before", &entry.before), ("After", &entry.after), ("Why", &entry.why)] {
        lines.extend(pair(label, words));
    }
    lines
}
