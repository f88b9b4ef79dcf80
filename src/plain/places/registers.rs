//! The registers: a list that can be narrowed, and all that is known of a row.

use crate::plain::page::{List, Page, pair};
use crate::shell::words::counted;
use kassay_core::session::{Flag, Register, RegisterRow, Session};

/// A register.
pub fn page(session: &Session, register: Register) -> Page<'_> {
    let at = Register::ALL.iter().position(|other| *other == register).unwrap_or(0) + 1;
    let mut page = Page::new(format!("Register {at} of {}: {}.", Register::ALL.len(), register.label()));
    let others: Vec<String> = Register::ALL.iter().filter(|other| **other != register).map(|other| count(session, *other)).collect();
    page.pair("Others (right and left lead there)", &others.join(", "));
    let Some(view) = session.register_view(register) else { return page };
    let rows = session.register_rows(register);
    let (columns, what) = Session::register_words(register);
    page.line(format!("{}.", counted(rows.len(), "row", "rows")));
    page.pair("Filter", view.filter.trimmed());
    if rows.is_empty() {
        page.line(if view.filter.is_empty() { what } else { "Nothing fits the filter; / changes it." });
        return page;
    }
    let (told, count) = (rows.clone(), rows.len());
    let row = move |at: usize| rows.get(at).map(|row| words(row, columns)).unwrap_or_default();
    let detail = move |at: usize| told.get(at).map(lines).unwrap_or_default();
    page.with(List::new(("row", "rows"), count, view.cursor.at, row).detailed(detail))
}

fn count(session: &Session, register: Register) -> String {
    match session.register_count(register) {
        0 => register.label().to_owned(),
        n => format!("{} {n}", register.label()),
    }
}

fn words(row: &RegisterRow, columns: &[&str]) -> String {
    let flag = match row.flag {
        Flag::Fine => "",
        Flag::Attention => ", look at it",
        Flag::Wrong => ", wrong",
        Flag::Closed => ", closed",
    };
    let mut words = format!("{}{flag}", row.name());
    for (nth, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        let cell = cell.lines().next().unwrap_or_default();
        match columns.get(nth + 1).filter(|title| !title.is_empty()) {
            Some(title) => words.push_str(&format!("; {title}: {cell}")),
            None => words.push_str(&format!("; {cell}")),
        }
    }
    words
}

/// All that is known of a row.
fn lines(row: &RegisterRow) -> Vec<String> {
    row.detail.iter().flat_map(|(label, words)| pair(label, words)).collect()
}
