//! The rows of a list that can be narrowed and grouped: cells in columns as wide as what they hold, headings over groups.

use super::table::{self, Column};
use super::{List, frame, list};
use crate::tui::theme::Theme;
use crate::tui::{markdown, text};
use kassay_core::model::text::clean;
use kassay_core::model::{Finding, Severity};
use kassay_core::session::{ListRow, Listing};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// What stands in its rows.
pub struct Shown<'a, const N: usize> {
    /// What one of the things is called, and several.
    pub nouns: (&'static str, &'static str),
    /// Columns; what they want follows from what they hold.
    pub columns: [Column; N],
    /// The words of a thing.
    pub cells: &'a dyn Fn(usize) -> Option<[String; N]>,
    /// What is told of those of the platform in the line that stands for them, behind how many they are.
    pub platform: &'a dyn Fn(&[usize]) -> String,
    /// What these words mean, for their colours.
    pub meanings: &'a dyn Fn(usize) -> [&'static str; N],
}

/// Says what a filter asks and nothing answers, where that is so; gives the area below it, one row of air where there is nothing to say.
#[must_use]
pub fn unanswered(frame: &mut Frame<'_>, area: Rect, words: Option<&str>, theme: &Theme) -> Rect {
    let Some(words) = words else { return frame::top(area, 1).1 };
    let lines = markdown::plain(&clean(words), area.width.into(), theme.style("warning"));
    let (top, rest) = frame::top(area, u16::try_from(lines.len() + 1).unwrap_or(2));
    frame.render_widget(Paragraph::new(lines), top);
    rest
}

/// How the line of the platform is opened or folded again, in words.
#[must_use]
pub const fn folding(open: bool) -> &'static str {
    if open { "; z folds them" } else { ", folded; z shows them" }
}

/// How bad findings are, in a few words: those of the two worst degrees.
#[must_use]
pub fn by_severity<'f>(findings: impl Iterator<Item = &'f Finding> + Clone) -> String {
    let count = |wanted: Severity| findings.clone().filter(|f| f.severity == wanted).count();
    let told = [Severity::Critical, Severity::High].map(|severity| (count(severity), severity.id()));
    told.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{} {words}", text::thousands(*n))).collect::<Vec<_>>().join(", ")
}

/// What a finding says, where, and how it is mended: below a list that leaves no room for all of it.
#[must_use]
pub fn brief(finding: &Finding, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = markdown::plain(&clean(&finding.message), width, theme.style("text"));
    let what = format!("{}: {}", finding.field, finding.observed);
    lines.push(Line::styled(text::cut_middle(&clean(&what), width), theme.style("text.code")));
    lines.extend(markdown::plain(&clean(&format!("Mend: {}", finding.mend)), width, theme.style("text.muted")));
    lines
}

/// Draws the rows in view.
///
/// ```text
///   pay  12 findings
/// ▸ high      Deployment pay/api     hostPathVolumes   CDE
/// ```
pub fn draw<G, const N: usize>(frame: &mut Frame<'_>, area: Rect, listing: &Listing<G>, shown: &Shown<'_, N>, theme: &Theme) {
    let (rows, at) = (listing.rows(), listing.cursor.at);
    listing.cursor.shows(area.height.into());
    list::spots(area, rows.len(), at);
    let drawn = List::new(rows.len(), Some(at), theme);
    let widths_of = |nth: usize| Some((shown.cells)(rows.get(nth)?.item()?)?.map(|words| text::width(&words)));
    let columns = table::holding(shown.columns, rows.len(), list::window(rows.len(), at, area.height.into()), widths_of);
    let widths = table::widths(&columns, drawn.columns(area));
    drawn.draw(frame, area, |nth, room| match rows.get(nth) {
        Some(ListRow::Heading(name, count)) => {
            let words = format!("{}  {}", clean(name), text::counted(*count, shown.nouns.0, shown.nouns.1));
            Line::styled(text::cut(&words, room), theme.style("text.strong"))
        }
        Some(ListRow::Platform(count, open)) => {
            let told = (shown.platform)(listing.of_platform());
            let told = if told.is_empty() { told } else { format!(", {told}") };
            let words = format!("platform  {}{told}{}", text::counted(*count, shown.nouns.0, shown.nouns.1), folding(*open));
            Line::styled(text::cut(&words, room), theme.style("text.muted"))
        }
        Some(ListRow::Item(item)) => (shown.cells)(*item).map_or_else(Line::default, |words| {
            let cells = words.into_iter().zip((shown.meanings)(*item)).map(|(words, meaning)| (words, theme.style(meaning)));
            table::row(&columns, &widths, cells.collect())
        }),
        None => Line::default(),
    });
}
