//! The first sheet: whose assessment it is, how it stands, what it was made from, which sheets follow and what is not in them.

use super::sheet::{A4, Sheets, footer, high, lines};
use super::{day, moment};
use crate::export::Material;
use crate::export::facts::{GUIDANCE, facts, title};
use crate::export::table::Cell;
use crate::export::visible::visible;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, RowNum, Url, Worksheet, XlsxError};

/// Its name.
pub(super) const NAME: &str = "Cover";

/// The width of what is told.
const WIDTH: u16 = 100;

/// What must be known before one works in it.
const WORK: &str = "Cells with a yellow ground are there to go on writing in. What is written here does not come back into the assessment: \
                    enter it there, and export again. Times are in UTC.";

/// Writes the cover.
pub(super) fn fill(sheet: &mut Worksheet, material: &Material, sheets: &Sheets<'_>, empty: &[&str]) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_font_size(12).set_border_bottom(FormatBorder::Thin);
    let label = Format::new().set_align(FormatAlign::Top);
    let words = Format::new().set_align(FormatAlign::Top).set_align(FormatAlign::Left).set_text_wrap();
    let mut page = Page { sheet, row: 0, label, words, heading };
    page.sheet.set_column_width(0, 44)?.set_column_width(1, WIDTH)?;
    let large = Format::new().set_bold().set_font_size(18);
    page.sheet.write_string_with_format(0, 0, one_line(&title(material)), &large)?;
    page.sheet.write_string(1, 0, "Assessment of containers and container orchestration")?;
    page.row = 2;
    page.line("", &GUIDANCE.into())?;
    page.line("", &WORK.into())?;
    for group in facts(material) {
        page.head(&group.heading)?;
        for [what, told] in &group.lines {
            page.line(&what.to_string(), told)?;
        }
    }
    page.head("Sheets, with their rows")?;
    for made in &sheets.made {
        let link = Url::new(format!("internal:'{}'!A1", made.name)).set_text(made.name);
        page.sheet.write_url(page.row, 0, link)?;
        page.line_beside(&made.rows.into())?;
    }
    if !empty.is_empty() {
        page.line("No sheet, because nothing stands in it", &empty.join("; ").into())?;
    }
    if !sheets.notes.is_empty() {
        page.head("What must be known of them")?;
        for (name, words) in &sheets.notes {
            page.line(name, &words.into())?;
        }
    }
    page.head("What is left out")?;
    page.line("Files of evidence, snapshots, the journal's lines", &"They are in the evidence bundle.".into())?;
    for cut in &sheets.cut {
        page.line("Too long for a spreadsheet", &cut.into())?;
    }
    if sheets.cut_more > 0 {
        page.line("Too long for a spreadsheet", &format!("{} more texts.", sheets.cut_more).into())?;
    }
    page.sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_footer(footer(&one_line(&title(material))));
    Ok(())
}

/// A text that fits a line.
fn one_line(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ").chars().take(200).collect()
}

/// The sheet while it is written, line by line.
struct Page<'s> {
    sheet: &'s mut Worksheet,
    row: RowNum,
    label: Format,
    words: Format,
    heading: Format,
}

impl Page<'_> {
    fn head(&mut self, words: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.write_string_with_format(self.row, 0, one_line(words), &self.heading)?;
        self.sheet.write_blank(self.row, 1, &self.heading)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, what: &str, told: &Cell<'_>) -> Result<(), XlsxError> {
        if !what.is_empty() {
            self.sheet.write_string_with_format(self.row, 0, one_line(what), &self.label)?;
        }
        self.line_beside(told)
    }

    /// What is told, beside a label that stands there already.
    fn line_beside(&mut self, told: &Cell<'_>) -> Result<(), XlsxError> {
        let (row, words) = (self.row, &self.words);
        self.row += 1;
        let number = |format: &str| words.clone().set_num_format(format);
        let text = match told {
            // Counts of a cover are far below where a spreadsheet rounds.
            Cell::Count(n) => match u32::try_from(*n) {
                Ok(n) => return self.sheet.write_number_with_format(row, 1, n, &number("#,##0")).map(drop),
                Err(_) => told.to_string(),
            },
            Cell::Moment(at) => match moment(*at)? {
                Some(at) => return self.sheet.write_datetime_with_format(row, 1, &at, &number("yyyy-mm-dd hh:mm:ss")).map(drop),
                None => told.to_string(),
            },
            Cell::Day(on) => match day(*on)? {
                Some(on) => return self.sheet.write_datetime_with_format(row, 1, &on, &number("yyyy-mm-dd")).map(drop),
                None => told.to_string(),
            },
            Cell::Yes(is_so) => return self.sheet.write_boolean_with_format(row, 1, *is_so, words).map(drop),
            Cell::Empty | Cell::Text(_) => told.to_string(),
        };
        // The longest that a cell holds is far from what a cover tells.
        let text: String = visible(&text).chars().take(8_000).collect();
        if let Some(height) = high(lines(&text, WIDTH)) {
            self.sheet.set_row_height(row, height)?;
        }
        let guarded = words.clone().set_quote_prefix();
        let look = if text.starts_with(['=', '+', '-', '@', '\'']) { &guarded } else { words };
        self.sheet.write_string_with_format(row, 1, text, look).map(drop)
    }
}
