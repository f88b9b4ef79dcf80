//! A table as a sheet: frozen head, filter, real types, and choices where a person goes on working.

use super::{day, moment};
use crate::export::table::{Cell, Column, ColumnKind, Table};
use crate::export::visible::visible;
use rust_xlsxwriter::{
    ColNum, DataValidation, Format, FormatAlign, FormatBorder, Formula, IgnoreError, RowNum, Workbook, Worksheet, XlsxError,
};

/// What a spreadsheet can hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Rows of a sheet.
    pub(super) rows: RowNum,
    /// Characters of a cell, counted in UTF-16 as Excel does.
    pub(super) characters: usize,
}

/// The limits of Excel.
pub(super) const EXCEL: Limits = Limits { rows: 1_048_576, characters: 32_767 };

/// Above this a spreadsheet rounds whole numbers.
const EXACT: u64 = 1 << 53;
/// Up to so many rows, words are broken into lines; more of them are slow to open.
const WRAPPED: usize = 1_000;
/// From this width on, a column holds words that are broken into lines.
const WORDS: u16 = 32;
/// The widest sheet, in characters, that is still read when it is printed on the width of A4.
const PRINTED: u32 = 260;
/// The sheet of the choices, which nobody needs to see.
const LISTS: &str = "Lists";

/// A sheet that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) name: &'static str,
    pub(super) rows: usize,
}

/// The sheets of a workbook while they are made.
pub(super) struct Sheets<'t> {
    limits: Limits,
    footer: &'t str,
    pub(super) made: Vec<Made>,
    /// What did not fit, in words.
    pub(super) cut: Vec<String>,
    /// How many texts did not fit beyond those told.
    pub(super) cut_more: usize,
    /// What must be known of the sheets, each with its name.
    pub(super) notes: Vec<(&'static str, String)>,
    lists: Vec<Vec<&'static str>>,
}

/// How many of its notes stand above a sheet: what stands there stays on the screen, and takes room from the rows.
const NOTES: usize = 5;

/// How many texts that were cut are told one by one.
const CUT_TOLD: usize = 50;

impl<'t> Sheets<'t> {
    pub(super) const fn new(limits: Limits, footer: &'t str) -> Self {
        Self { limits, footer, made: vec![], cut: vec![], cut_more: 0, notes: vec![], lists: vec![] }
    }

    /// Makes the sheet of a table. What must be known of it stands above its head.
    pub(super) fn add(&mut self, book: &mut Workbook, table: &Table<'_>) -> Result<(), XlsxError> {
        let sheet = book.add_worksheet_with_low_memory()?;
        sheet.set_name(table.title)?;
        let wrapped = table.rows.len() <= WRAPPED;
        for (at, column) in numbered(&table.columns) {
            sheet.set_column_width(at, column.width)?;
        }
        let mut row: RowNum = 0;
        let note = Format::new().set_bold().set_font_color(0x009C_2B00_u32);
        for words in table.notes.iter().take(NOTES) {
            sheet.write_string_with_format(row, 0, self.fitting(words, table, row, "note"), &note)?;
            row += 1;
        }
        if table.notes.len() > NOTES {
            let more = format!("More is to be known of this sheet, and stands on the cover: {}.", table.notes.len() - NOTES);
            sheet.write_string_with_format(row, 0, more, &note)?;
            row += 1;
        }
        self.notes.extend(table.notes.iter().map(|words| (table.title, words.clone())));
        let head = row;
        // Letters of a head are bold, and have the sign of the filter beside them.
        let of = |column: &Column| lines(&heading(column), column.width.saturating_sub(4).max(1));
        if let Some(height) = high(table.columns.iter().map(of).max().unwrap_or_default()) {
            sheet.set_row_height(head, height)?;
        }
        for (at, column) in numbered(&table.columns) {
            sheet.write_string_with_format(head, at, heading(column), &head_look(column))?;
        }
        let looks: Vec<[Format; 2]> = table.columns.iter().map(|column| looks(column, wrapped)).collect();
        let room = usize::try_from(self.limits.rows - head - 1).unwrap_or(usize::MAX);
        for cells in table.rows.iter().take(room) {
            row += 1;
            if let Some(height) = height(cells, &table.columns).filter(|_| wrapped) {
                sheet.set_row_height(row, height)?;
            }
            for (((at, column), cell), looks) in numbered(&table.columns).zip(cells).zip(&looks) {
                self.put(sheet, (row, at), (cell, column), looks, table)?;
            }
        }
        if table.rows.len() > room {
            self.cut.push(format!("{}: rows left out at the end: {}; the assessment has all.", table.title, table.rows.len() - room));
        }
        self.finish(sheet, table, head, row)?;
        self.made.push(Made { name: table.title, rows: table.rows.len().min(room) });
        Ok(())
    }

    fn put(
        &mut self,
        sheet: &mut Worksheet,
        (row, at): (RowNum, ColNum),
        (cell, column): (&Cell<'_>, &Column),
        [look, as_text]: &[Format; 2],
        table: &Table<'_>,
    ) -> Result<(), XlsxError> {
        let text = match cell {
            Cell::Count(n) if *n <= EXACT => {
                // Exact up to here, which is why larger ones are text.
                #[allow(clippy::cast_precision_loss, reason = "no more than 2^53")]
                return sheet.write_number_with_format(row, at, *n as f64, look).map(drop);
            }
            Cell::Day(on) => match day(*on)? {
                Some(on) => return sheet.write_datetime_with_format(row, at, &on, look).map(drop),
                None => cell.to_string(),
            },
            Cell::Moment(then) => match moment(*then)? {
                Some(then) => return sheet.write_datetime_with_format(row, at, &then, look).map(drop),
                None => cell.to_string(),
            },
            Cell::Yes(is_so) => return sheet.write_boolean_with_format(row, at, *is_so, look).map(drop),
            Cell::Empty | Cell::Text(_) | Cell::Count(_) => cell.to_string(),
        };
        if text.is_empty() {
            return if column.open { sheet.write_blank(row, at, look).map(drop) } else { Ok(()) };
        }
        let text = self.fitting(&text, table, row, &column.heading);
        // Whoever edits such a text later must not make a formula of it.
        let look = if text.starts_with(['=', '+', '-', '@', '\'']) { as_text } else { look };
        sheet.write_string_with_format(row, at, text, look).map(drop)
    }

    /// Text as a cell can hold it; what is cut is told in it and on the cover.
    fn fitting(&mut self, text: &str, table: &Table<'_>, row: RowNum, column: &str) -> String {
        let text = visible(text);
        let length = text.encode_utf16().count();
        if length <= self.limits.characters {
            return text.into_owned();
        }
        let end = " … (cut)";
        let mut room = self.limits.characters.saturating_sub(end.encode_utf16().count());
        let kept: String = text
            .chars()
            .take_while(|c| {
                let fits = c.len_utf16() <= room;
                room = room.saturating_sub(c.len_utf16());
                fits
            })
            .collect();
        let cut = length - kept.encode_utf16().count();
        if self.cut.len() < CUT_TOLD {
            self.cut.push(format!(
                "{}, row {}, {column}: {cut} of {length} characters are left out; the assessment has all.",
                table.title,
                row + 1
            ));
        } else {
            self.cut_more += 1;
        }
        format!("{kept}{end}")
    }

    /// Filter, frozen head, choices, paper.
    fn finish(&mut self, sheet: &mut Worksheet, table: &Table<'_>, head: RowNum, last: RowNum) -> Result<(), XlsxError> {
        let columns = ColNum::try_from(table.columns.len()).unwrap_or(ColNum::MAX);
        let end = columns.saturating_sub(1);
        // The first column names the row, and stays too.
        sheet.set_freeze_panes(head + 1, 1)?;
        if last > head {
            sheet.autofilter(head, 0, last, end)?;
            // A requirement `12.10` is no number, and stays what it is.
            sheet.ignore_error_range(head + 1, 0, last, end, IgnoreError::NumberStoredAsText)?;
            for (at, column) in numbered(&table.columns).filter(|(_, column)| column.open) {
                if let ColumnKind::Choice(of) = &column.kind {
                    let choice = DataValidation::new()
                        .allow_list_formula(Formula::new(self.list(of)))
                        .set_error_title("Not one of the choices")?
                        .set_error_message(format!("One of: {}", of.join(", ")))?;
                    sheet.add_data_validation(head + 1, at, last, at, &choice)?;
                }
            }
        }
        let wide = table.columns.iter().map(|column| u32::from(column.width)).sum::<u32>() > PRINTED;
        sheet.set_landscape().set_paper_size(if wide { A3 } else { A4 }).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(head, head)?;
        sheet.set_footer(footer(self.footer));
        Ok(())
    }

    /// Where a list of choices stands.
    fn list(&mut self, of: &[&'static str]) -> String {
        let at = self.lists.iter().position(|list| list == of).unwrap_or_else(|| {
            self.lists.push(of.to_vec());
            self.lists.len() - 1
        });
        let column = rust_xlsxwriter::utility::column_number_to_name(ColNum::try_from(at).unwrap_or(ColNum::MAX));
        format!("={LISTS}!${column}$1:${column}${}", of.len())
    }

    /// Makes the hidden sheet of all choices.
    pub(super) fn add_lists(&self, book: &mut Workbook) -> Result<(), XlsxError> {
        if self.lists.is_empty() {
            return Ok(());
        }
        let sheet = book.add_worksheet();
        sheet.set_name(LISTS)?;
        for (at, list) in numbered(&self.lists) {
            for (row, word) in (0..).zip(list) {
                sheet.write_string(row, at, *word)?;
            }
        }
        sheet.set_hidden(true);
        Ok(())
    }
}

/// The paper of the world outside of America; whoever prints on Letter scales it.
pub(super) const A4: u8 = 9;
const A3: u8 = 8;

/// What stands at the foot of each page: the title, the page, the sheet. In a title `&` is a sign of its own.
pub(super) fn footer(title: &str) -> String {
    format!("&L{}&C&P / &N&R&A", title.replace('&', "&&"))
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (ColNum, &T)> {
    (0..).zip(items)
}

fn heading(column: &Column) -> String {
    if column.kind == ColumnKind::Moment { format!("{} (UTC)", column.heading) } else { column.heading.clone() }
}

/// The colour of what a person goes on writing in.
const OPEN: u32 = 0x00FF_F6DC;

fn head_look(column: &Column) -> Format {
    let look = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top).set_border_bottom(FormatBorder::Medium);
    look.set_background_color(if column.open { 0x00FF_E699_u32 } else { 0x00DD_E6EF_u32 })
}

/// How high a row is whose words are broken into lines, in points; none where the usual height does. Not every program works it out by itself.
fn height(cells: &[Cell<'_>], columns: &[Column]) -> Option<f64> {
    let of = |(cell, column): (&Cell<'_>, &Column)| match cell {
        Cell::Text(text) if column.width >= WORDS && column.kind == ColumnKind::Text => lines(text, column.width),
        _ => 1,
    };
    high(cells.iter().zip(columns).map(of).max().unwrap_or_default())
}

/// How many lines a text takes in a column of that width.
pub(super) fn lines(text: &str, width: u16) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(usize::from(width)).max(1)).sum()
}

/// How high so many lines are, in points; none where the usual height does.
pub(super) fn high(lines: usize) -> Option<f64> {
    const LINE: u32 = 15;
    const HIGHEST: u32 = 409;
    (lines > 1).then(|| f64::from(u32::try_from(lines).map_or(HIGHEST, |lines| lines.saturating_mul(LINE).min(HIGHEST))))
}

/// The look of a column's cells, and of those whose text a program could take for something else.
fn looks(column: &Column, wrapped: bool) -> [Format; 2] {
    let mut look = Format::new().set_align(FormatAlign::Top);
    match &column.kind {
        ColumnKind::Count => look = look.set_num_format("#,##0"),
        ColumnKind::Day => look = look.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        ColumnKind::Moment => look = look.set_num_format("yyyy-mm-dd hh:mm:ss").set_align(FormatAlign::Left),
        // LibreOffice shows what is so and what is not as numbers, unless it is told the words.
        ColumnKind::Yes => look = look.set_num_format("\"yes\";\"yes\";\"no\"").set_align(FormatAlign::Left),
        ColumnKind::Text if wrapped && column.width >= WORDS => look = look.set_text_wrap(),
        ColumnKind::Text | ColumnKind::Digest | ColumnKind::Choice(_) => {}
    }
    if column.open {
        look = look.set_background_color(OPEN).set_border(FormatBorder::Thin).set_border_color(0x00D9_C98A_u32);
    }
    [look.clone(), look.set_quote_prefix()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::table::cells;
    use calamine::{Data, Reader as _, Xlsx};

    #[test]
    fn what_does_not_fit_is_left_out_and_told() {
        let rows = [cells!["abcdefghijklmnop🔒🔒", (1_u64 << 53) + 1], cells!["=b", 2_u64], cells!["c", 3_u64]];
        let table = Table::new("t", "T", [Column::short("name"), Column::count("count")], rows).noted(["a note that is long".to_owned()]);
        let mut sheets = Sheets::new(Limits { rows: 4, characters: 18 }, "a & b");
        let mut book = Workbook::new();
        sheets.add(&mut book, &table).unwrap();
        assert_eq!((sheets.made[0].rows, sheets.cut_more), (2, 0));
        assert_eq!(
            sheets.cut,
            [
                "T, row 1, note: 9 of 19 characters are left out; the assessment has all.",
                "T, row 3, Name: 10 of 20 characters are left out; the assessment has all.",
                "T: rows left out at the end: 1; the assessment has all.",
            ]
        );
        let mut read: Xlsx<_> = Xlsx::new(std::io::Cursor::new(book.save_to_buffer().unwrap())).unwrap();
        let range = read.worksheet_range("T").unwrap();
        let text = |at| range.get(at).cloned().unwrap_or(Data::Empty);
        assert_eq!(text((2, 0)), Data::String("abcdefghij … (cut)".into()));
        // One more than a spreadsheet can count exactly.
        assert_eq!(text((2, 1)), Data::String("9007199254740993".into()));
        assert_eq!((text((3, 0)), text((3, 1)), text((4, 0))), (Data::String("=b".into()), Data::Float(2.0), Data::Empty));
    }

    #[test]
    fn a_few_notes_stand_above_the_head_and_all_on_the_cover() {
        let notes = (1..=7).map(|nth| format!("note {nth}"));
        let table = Table::new("t", "T", [Column::short("name")], [cells!["a"]]).noted(notes);
        let (mut sheets, mut book) = (Sheets::new(EXCEL, ""), Workbook::new());
        sheets.add(&mut book, &table).unwrap();
        assert!(sheets.notes.len() == 7 && sheets.notes[6] == ("T", "note 7".to_owned()));
        let mut read: Xlsx<_> = Xlsx::new(std::io::Cursor::new(book.save_to_buffer().unwrap())).unwrap();
        let range = read.worksheet_range("T").unwrap();
        let column: Vec<String> = range.rows().map(|row| row[0].to_string()).collect();
        assert_eq!(column[4..], ["note 5", "More is to be known of this sheet, and stands on the cover: 2.", "Name", "a"]);
    }

    #[test]
    fn rows_are_as_high_as_their_words() {
        let columns = [Column::short("name"), Column::words("words")];
        assert_eq!(height(&cells!["a\nb\nc", "one line"], &columns), None);
        assert_eq!(height(&cells!["", "x".repeat(57)], &columns), Some(30.0));
        assert_eq!(height(&cells!["", "x\n".repeat(500)], &columns), Some(409.0));
    }
}
