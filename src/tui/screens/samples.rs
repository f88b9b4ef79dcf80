//! Working through a sample: what it shows so far, its items with their results; and the population from which a person chooses.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{self, Column, Fill};
use crate::tui::widgets::{List, frame, list, page};
use crate::tui::{keymap, markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Context, Cursor, Picking, Session};
use kassay_core::workbook::sampling::{self, Summary, summary};
use kassay_core::workbook::{ItemResult, Sample, SampleItem};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The most strata that are told above the items.
const STRATA: usize = 6;

/// Draws a sample.
///
/// ```text
///  S-01 Hardening of payment workloads                         9 of 412 workloads
///
///  ✗ inconsistent: 5 conform, 2 deviate, 2 left
///  Most conform; these deviate: prod-eu pay/Deployment/api, …
///  CDE           inconsistent: 2 conform, 2 deviate
///  random, size 9, seed “S-01 2026-11-23”; 412 workloads of prod-eu
///
///  ▸ ✓ conforms    prod-eu pay/Deployment/api     CDE    2026-11-23  E-0004
///    · left        prod-eu shop/Deployment/web    CDE
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, reference: &str, cursor: &Cursor, theme: &Theme) {
    let Some(sample) = session.book.as_ref().and_then(|book| book.workbook.samples.iter().find(|s| s.reference == reference)) else {
        return;
    };
    let about = sampling::size_words(sample);
    let title = clean(&format!("{reference} {}", sample.title));
    let body = page::draw(frame, area, &title, &about, &keymap::hints(Context::Sample), theme);
    let head = page::fitting(told(sample, &summary(sample), body.width.into(), theme), usize::from(body.height / 2), theme);
    let (top, rest) = frame::top(body, u16::try_from(head.len() + 1).unwrap_or(4));
    frame.render_widget(Paragraph::new(head), top);
    let (items, detail) = frame::bottom(rest, (rest.height / 3).min(8));
    let selected = cursor.at.min(sample.items.len().saturating_sub(1));
    cursor.shows(items.height.into());
    list::spots(items, sample.items.len(), selected);
    let drawn = List::new(sample.items.len(), Some(selected), theme);
    let columns = columns(sample);
    let widths = table::widths(&columns, drawn.columns(items));
    drawn.draw(frame, items, |nth, _| sample.items.get(nth).map_or_else(Line::default, |item| line(item, &columns, &widths, theme)));
    if let Some(item) = sample.items.get(selected).filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        page::detail(frame, detail, about_item(item, detail.width.into(), theme), &session.detail, theme);
    }
}

/// What stands above the items.
fn told(sample: &Sample, told: &Summary, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (sign, style) = match &told.overall {
        tally if tally.deviates > 0 => ("✗ ", "error"),
        tally if tally.left > 0 || tally.not_tested > 0 => ("· ", "warning"),
        _ => ("✓ ", "success"),
    };
    let mut lines = vec![];
    if let Some(withdrawn) = &sample.withdrawn {
        let words = format!("Withdrawn by {}: {}", withdrawn.by, withdrawn.why);
        lines.extend(markdown::plain(&clean(&words), width, theme.style("warning")));
    }
    lines.extend(markdown::plain(&format!("{sign}{}", told.overall.words()), width, theme.style(style)));
    if let Some(words) = told.outlier_words() {
        lines.push(Line::styled(text::cut(&clean(&words), width), theme.style("text")));
    }
    let label = told.strata.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0).min(width / 3);
    for (name, tally) in told.strata.iter().take(STRATA) {
        let style = theme.style(if tally.deviates > 0 { "error" } else { "text" });
        let name = Span::styled(text::name(&clean(name), label), theme.style("text.muted"));
        lines.push(Line::from(vec![
            name,
            Span::raw("  "),
            Span::styled(text::cut(&tally.words(), width.saturating_sub(label + 2)), style),
        ]));
    }
    if let Some(more) = told.strata.len().checked_sub(STRATA).filter(|more| *more > 0) {
        lines.push(Line::styled(format!("and {}", text::counted(more, "stratum more", "strata more")), theme.style("text.muted")));
    }
    let drawn = format!("{}; {}", sampling::method_words(sample), sampling::population_words(&sample.population));
    lines.push(Line::styled(text::cut(&clean(&drawn), width), theme.style("text.muted")));
    if !sample.population.incomplete.is_empty() {
        let words = format!("⊘ Items may be missing from the population: {}", sample.population.incomplete.join("; "));
        lines.push(Line::styled(text::cut(&clean(&words), width), theme.style("outcome.blocked")));
    }
    lines
}

/// Columns of the items, as wide as what stands in them.
fn columns(sample: &Sample) -> [Column; 5] {
    let widest = |of: fn(&SampleItem) -> usize| sample.items.iter().map(of).max().unwrap_or(0);
    let column = |fill, wanted: usize, least: usize| Column { title: "", fill, wanted, least: least.min(wanted) };
    [
        column(Fill::Words, 12, 12),
        column(Fill::Name, widest(|item| text::width(&item.name)), 24),
        column(Fill::Words, widest(|item| text::width(&item.stratum)), 8),
        column(Fill::Words, widest(|item| item.evidence.iter().map(|e| e.len() + 1).sum()).min(24), 6),
        column(Fill::Words, widest(|item| text::width(&item.note)).min(60), 8),
    ]
}

/// Sign, words and style of a result.
const fn result(result: Option<ItemResult>) -> (&'static str, &'static str) {
    match result {
        Some(ItemResult::Conforms) => ("✓ conforms", "success"),
        Some(ItemResult::Deviates) => ("✗ deviates", "error"),
        Some(ItemResult::NotTested) => ("– not tested", "warning"),
        None => ("· left", "text.muted"),
    }
}

fn line(item: &SampleItem, columns: &[Column], widths: &[usize], theme: &Theme) -> Line<'static> {
    let (words, style) = result(item.result);
    let muted = theme.style("text.muted");
    let cells = vec![
        (words.to_owned(), theme.style(style)),
        (clean(&item.name), theme.style("text")),
        (clean(&item.stratum), muted),
        (item.evidence.join(" "), muted),
        (clean(item.note.lines().next().unwrap_or_default()), muted),
    ];
    table::row(columns, widths, cells)
}

/// All that is known of an item.
fn about_item(item: &SampleItem, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (words, style) = result(item.result);
    let by = item.on.map(|on| format!(", {} {on}", item.by)).unwrap_or_default();
    let mut lines = vec![Line::styled(text::cut(&clean(&item.name), width), theme.style("text.strong"))];
    lines.push(Line::from(vec![Span::styled(words, theme.style(style)), Span::styled(clean(&by), theme.style("text.muted"))]));
    for part in item.note.lines() {
        lines.extend(markdown::plain(&clean(part), width, theme.style("text")));
    }
    if !item.evidence.is_empty() {
        lines.push(Line::styled(format!("Evidence {}", item.evidence.join(" ")), theme.style("text.muted")));
    }
    lines
}

/// Draws the population from which a person chooses.
///
/// ```text
///  Choose the items of the sample                                3 of 412 chosen
///
///  ▸ [x] prod-eu pay/Deployment/api      CDE    pay
///    [ ] prod-eu shop/Deployment/web     CDE    shop
/// ```
pub fn pick(frame: &mut Frame<'_>, area: Rect, picking: &Picking, theme: &Theme) {
    let about = format!("{} of {} chosen", text::thousands(picking.chosen.len()), text::thousands(picking.members.len()));
    let body = page::draw(frame, area, "Choose the items of the sample", &about, &keymap::hints(Context::Pick), theme);
    let rows = picking.members.len();
    picking.cursor.shows(body.height.into());
    list::spots(body, rows, picking.cursor.at);
    let drawn = List::new(rows, Some(picking.cursor.at), theme);
    let columns = [
        Column { title: "", fill: Fill::Words, wanted: 3, least: 3 },
        Column { title: "", fill: Fill::Name, wanted: 80, least: 30 },
        Column { title: "", fill: Fill::Words, wanted: 12, least: 8 },
        Column { title: "", fill: Fill::Name, wanted: 24, least: 8 },
    ];
    let widths = table::widths(&columns, drawn.columns(body));
    drawn.draw(frame, body, |nth, _| {
        let Some(member) = picking.members.get(nth) else { return Line::default() };
        let chosen = picking.chosen.contains(&member.name);
        let cells = vec![
            ((if chosen { "[x]" } else { "[ ]" }).to_owned(), theme.style(if chosen { "success" } else { "text.muted" })),
            (clean(&member.name), theme.style(if chosen { "text.strong" } else { "text" })),
            (member.category.map_or("", |c| c.label()).to_owned(), theme.style("text.muted")),
            (clean(&member.owner), theme.style("text.muted")),
        ];
        table::row(&columns, &widths, cells)
    });
}
