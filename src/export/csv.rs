//! Tables for spreadsheets and programs. A cell that a spreadsheet would take for a formula gets an apostrophe before it: names and annotations come
//! from the cluster, and whoever opens the file trusts it.

use super::table::{Cell, Column, Table};
use kassay_core::model::text::is_hidden;
use std::io;

/// A table as CSV.
#[must_use]
pub fn csv(table: &Table<'_>) -> String {
    let mut text = Vec::new();
    // Writing to memory has nothing that could fail.
    drop(write_csv(&table.columns, &table.rows, &mut text));
    String::from_utf8(text).unwrap_or_default()
}

/// Rows as CSV, written as they are made: a large cluster has millions of connections.
///
/// # Errors
/// Where the target can't be written.
pub(super) fn write_csv<'a>(
    columns: &[Column],
    rows: impl IntoIterator<Item = impl AsRef<[Cell<'a>]>>,
    to: impl io::Write,
) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    // Names of clusters come from outside too.
    writer.write_record(columns.iter().map(|column| disarm(column.name.to_string())))?;
    for row in rows {
        writer.write_record(row.as_ref().iter().map(|cell| disarm(cell.to_string())))?;
    }
    writer.flush()
}

/// Rows under a head that is made from names, as a matrix has it.
///
/// # Errors
/// Where the target can't be written.
pub(super) fn write_matrix<'a>(head: &[&str], rows: impl IntoIterator<Item = Vec<Cell<'a>>>, to: impl io::Write) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    writer.write_record(head.iter().map(|name| disarm((*name).to_owned())))?;
    for row in rows {
        writer.write_record(row.into_iter().map(|cell| disarm(cell.to_string())))?;
    }
    writer.flush()
}

/// A cell that no spreadsheet takes for a formula, and in which nothing steers a terminal or a reader's eye: CSV has no escapes, so what shows
/// nothing becomes a visible sign. Line breaks stay.
fn disarm(cell: String) -> String {
    let armed = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if !armed && !cell.contains(is_hidden) {
        return cell;
    }
    let letters = cell.chars().map(|c| match c {
        '\t' | '\r' => ' ',
        c if c != '\n' && is_hidden(c) => '\u{fffd}',
        c => c,
    });
    // The leading sign was looked for before anything was taken out, since nothing is: what hides a sign stays before it as another one.
    armed.then_some('\'').into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::table::cells;

    #[test]
    fn formulas_are_disarmed_and_quotes_kept() {
        let text = |cell: &str| csv(&Table::new("t", "T", [Column::short("name")], [cells![cell]]));
        for bad in ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(text(bad).trim_start_matches("name\r\n").trim_start_matches('"').starts_with('\''), "{bad:?}");
        }
        assert_eq!(text("a\u{1b}]0;x\u{7}\u{202e}\u{e0041}"), "name\r\na\u{fffd}]0;x\u{fffd}\u{fffd}\u{fffd}\r\n");
        assert_eq!(text("two\nlines\u{200b}"), "name\r\n\"two\nlines\u{fffd}\"\r\n");
        let columns = ["a", "b", "c"].map(Column::short);
        let table = Table::new("t", "T", columns, [cells!["a,b", "say \"x\"", "plain"]]);
        assert_eq!(csv(&table), "a,b,c\r\n\"a,b\",\"say \"\"x\"\"\",plain\r\n");
    }
}
