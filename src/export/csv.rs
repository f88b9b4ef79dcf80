//! Tables for spreadsheets and programs. A cell that a spreadsheet would take for a formula gets an apostrophe before it: names and annotations come
//! from the cluster, and whoever opens the file trusts it.

use super::table::{Cell, Column, Table};
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
    writer.write_record(columns.iter().map(|column| column.name))?;
    for row in rows {
        writer.write_record(row.as_ref().iter().map(|cell| disarm(cell.to_string())))?;
    }
    writer.flush()
}

/// A cell that no spreadsheet takes for a formula.
fn disarm(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) { format!("'{cell}") } else { cell }
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
        let columns = ["a", "b", "c"].map(Column::short);
        let table = Table::new("t", "T", columns, [cells!["a,b", "say \"x\"", "plain"]]);
        assert_eq!(csv(&table), "a,b,c\r\n\"a,b\",\"say \"\"x\"\"\",plain\r\n");
    }
}
