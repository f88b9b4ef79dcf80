//! Home: the assessments of this machine to go on with, and the ways to begin one. The first start, with nothing to go on with yet, is as
//! inviting as the tenth.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{self, Column, Fill};
use crate::tui::widgets::{List, frame, hints::Hint, page, progress};
use crate::tui::{markdown, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What stands below every home: the two promises that make people dare.
pub const PROMISE: &str = "Clusters are only read. Nothing leaves this machine unless you export it.";

/// An assessment to go on with.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Entity and period: `Acme Payments 2026`.
    pub title: String,
    /// Its clusters: `prod-eu, prod-us`.
    pub clusters: String,
    /// Practices determined, and all.
    pub determined: (usize, usize),
    /// When it was last worked on, or exported.
    pub when: String,
    /// Why it can't be opened.
    pub problem: Option<String>,
}

/// A way to begin: key, what it is, and a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Its key.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What one gets.
    pub words: &'static str,
}

/// What home shows.
pub struct View<'a> {
    /// Assessments, the last one worked on first; none while the folder is being looked through.
    pub rows: Option<&'a [Row]>,
    /// Ways to begin.
    pub starts: &'a [Start],
    /// The selected line, over assessments and then ways to begin.
    pub selected: usize,
    /// Where assessments are kept.
    pub folder: &'a str,
    /// Keys of here.
    pub keys: &'a [Hint<'a>],
}

/// Draws home.
///
/// ```text
///   Kassay                            PCI guidance for containers on Kubernetes
///
///   Continue
///   ▸ Acme Payments 2026   prod-eu, prod-us   ━━━┄┄┄┄  17 of 49   2 days ago
///     Gamma                cannot be opened: line 212, expected a date
///
///   Begin
///     n  New assessment    Name the entity, choose a cluster…
///     d  Demo cluster      …
///
///   Clusters are only read. …
///   Enter open  n new  d demo                                          ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let body = page::draw(frame, area, "Kassay", "PCI guidance for containers on Kubernetes", view.keys, theme);
    let promise = markdown::plain(PROMISE, body.width.into(), theme.style("text.muted"));
    let (body, foot) = frame::bottom(body, u16::try_from(promise.len()).unwrap_or(1));
    frame.render_widget(Paragraph::new(promise), foot);
    let rows = view.rows.unwrap_or_default();
    let body = if view.rows.is_some() && rows.is_empty() { welcome(frame, body, theme) } else { going_on(frame, body, view, theme) };
    starts(frame, body, view, rows.len(), theme);
}

/// The word of welcome of a first start, and the area below it.
fn welcome(frame: &mut Frame<'_>, area: Rect, theme: &Theme) -> Rect {
    let words = "Welcome. Kassay walks an assessor and a platform team through the PCI SSC guidance for containers and container \
                 orchestration: **16 areas, 42 controls, 49 practices**. It reads a cluster where its API can show something, asks you where \
                 it can't, and keeps findings, answers and evidence so that you can stop at any time and anyone can verify the result.";
    let width = area.width.min(96);
    let (_, area) = frame::top(area, area.height.saturating_sub(14) / 4);
    let lines = markdown::render(words, width.into(), theme);
    let (top, rest) = frame::top(area, u16::try_from(lines.lines.len()).unwrap_or(4) + 1);
    frame.render_widget(Paragraph::new(lines), Rect { width, ..top });
    rest
}

/// The assessments to go on with, and the area below them.
fn going_on(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) -> Rect {
    let Some(rows) = view.rows else {
        let line = Line::styled(format!("Looking for assessments in {}…", text::clean(view.folder)), theme.style("text.muted"));
        let (top, rest) = frame::top(area, 2);
        frame.render_widget(line, top);
        return rest;
    };
    let (head, rest) = frame::top(area, 1);
    frame.render_widget(page::heading("Continue", theme), head);
    let below = u16::try_from(view.starts.len()).unwrap_or(4) + 3;
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).min(rest.height.saturating_sub(below).max(3));
    let (list, rest) = frame::top(rest, height);
    let selected = (view.selected < rows.len()).then_some(view.selected);
    let drawn = List::new(rows.len(), selected, theme);
    let columns = columns(rows, drawn.columns(list));
    drawn.draw(frame, list, |nth, room| row(&rows[nth], &columns, room, theme));
    frame::top(rest, 1).1
}

/// Columns of the bar: few where there are few.
const fn bar(room: usize) -> usize {
    if room < 100 { 6 } else { 12 }
}

/// Columns as wide as their widest cell, within reason.
fn columns(rows: &[Row], room: usize) -> (Vec<Column>, Vec<usize>) {
    let widest = |of: fn(&Row) -> &str| rows.iter().filter(|r| r.problem.is_none()).map(|r| text::width(of(r))).max().unwrap_or(0);
    let wanted = |of, most: usize| widest(of).clamp(10, most);
    let columns = vec![
        Column { title: "", fill: Fill::Words, wanted: wanted(|r| &r.title, 44), least: 16 },
        Column { title: "", fill: Fill::Name, wanted: wanted(|r| &r.clusters, 36), least: 8 },
        Column { title: "", fill: Fill::Number, wanted: bar(room) + 10, least: bar(room) + 10 },
        Column { title: "", fill: Fill::Words, wanted: wanted(|r| &r.when, 20), least: 8 },
    ];
    let widths = table::widths(&columns, room);
    (columns, widths)
}

fn row(row: &Row, (columns, widths): &(Vec<Column>, Vec<usize>), room: usize, theme: &Theme) -> Line<'static> {
    let first = widths.first().copied().unwrap_or(room);
    let mut spans = vec![Span::styled(text::left(&row.title, first), theme.style("text.strong"))];
    if let Some(problem) = &row.problem {
        let words = text::cut(&format!("✗ cannot be opened: {problem}"), room.saturating_sub(first + 2));
        spans.extend([Span::raw("  "), Span::styled(words, theme.style("error"))]);
        return Line::from(spans);
    }
    let muted = theme.style("text.muted");
    let (done, of) = row.determined;
    for (nth, (column, width)) in columns.iter().zip(widths).enumerate().skip(1) {
        spans.push(Span::raw("  "));
        match nth {
            1 => spans.push(Span::styled(text::name(&row.clusters, *width), theme.style("text"))),
            2 => {
                spans.extend(progress::bar(done, of, bar(room), theme));
                spans.push(Span::styled(text::right(&format!("{done} of {of}"), width.saturating_sub(bar(room))), theme.style("text")));
            }
            _ if column.fill == Fill::Words => spans.push(Span::styled(text::left(&row.when, *width), muted)),
            _ => {}
        }
    }
    Line::from(spans)
}

/// The ways to begin, each with its sentence.
fn starts(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, before: usize, theme: &Theme) {
    let (head, rest) = frame::top(area, 1);
    frame.render_widget(page::heading("Begin", theme), head);
    let height = u16::try_from(view.starts.len()).unwrap_or(4).min(rest.height);
    let (list, _) = frame::top(rest, height);
    let selected = view.selected.checked_sub(before).filter(|nth| *nth < view.starts.len());
    let widest = view.starts.iter().map(|s| text::width(s.title)).max().unwrap_or(0);
    List::new(view.starts.len(), selected, theme).draw(frame, list, |nth, room| {
        let start = &view.starts[nth];
        let words = text::cut(start.words, room.saturating_sub(widest + 5));
        Line::from(vec![
            Span::styled(format!("{:<3}", start.key), theme.style("key")),
            Span::styled(text::left(start.title, widest), theme.style("text")),
            Span::styled(format!("  {words}"), Style::patch(theme.style("text"), theme.style("text.muted"))),
        ])
    });
}
