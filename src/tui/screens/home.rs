//! Home: the assessments of this machine to go on with, and the ways to begin one. The first start, with nothing to go on with yet, is as
//! inviting as the tenth.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{self, Column, Fill};
use crate::tui::widgets::{List, frame, hints::Hint, page, progress};
use crate::tui::{markdown, text};
use kassay_core::session::{HomeRow, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What stands below every home: the two promises that make people dare.
pub const PROMISE: &str = "Clusters are only read. Nothing leaves this machine unless you export it.";

/// Ways to begin: the key, what it is called, what one gets.
pub const STARTS: [(char, &str, &str); 4] = [
    ('n', "New assessment", "Name the entity, choose a cluster, read it."),
    ('d', "Demo cluster", "A made-up payment company, to try everything on."),
    ('o', "Open files", "A snapshot or dump that somebody took of a cluster."),
    ('i', "Import a folder", "An assessment that lies elsewhere."),
];

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
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, keys: &[Hint<'_>], theme: &Theme) {
    let body = page::draw(frame, area, "Kassay", "PCI guidance for containers on Kubernetes", keys, theme);
    let promise = markdown::plain(PROMISE, body.width.into(), theme.style("text.muted"));
    let (body, foot) = frame::bottom(body, u16::try_from(promise.len()).unwrap_or(1));
    frame.render_widget(Paragraph::new(promise), foot);
    let body = match session.home.rows.as_deref() {
        Some([]) => welcome(frame, body, theme),
        Some(rows) => going_on(frame, body, session, rows, theme),
        None => {
            let folder = text::cut_middle(&session.home.root.to_string_lossy(), usize::from(body.width).saturating_sub(30));
            waiting(frame, body, &format!("Looking for assessments in {folder}…"), theme)
        }
    };
    starts(frame, body, theme);
}

/// The area in which the list of assessments is drawn, for the mouse.
#[must_use]
pub fn list_area(area: Rect, rows: usize) -> Rect {
    let body = frame::bottom(page::body(area), 1).0;
    list(frame::top(body, 1).1, rows)
}

fn list(area: Rect, rows: usize) -> Rect {
    let below = u16::try_from(STARTS.len()).unwrap_or(4) + 3;
    let height = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height.saturating_sub(below).max(3));
    frame::top(area, height).0
}

fn waiting(frame: &mut Frame<'_>, area: Rect, words: &str, theme: &Theme) -> Rect {
    let (top, rest) = frame::top(area, 2);
    frame.render_widget(Line::styled(words.to_owned(), theme.style("text.muted")), top);
    rest
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
fn going_on(frame: &mut Frame<'_>, area: Rect, session: &Session, rows: &[HomeRow], theme: &Theme) -> Rect {
    let (head, rest) = frame::top(area, 1);
    let opening = match &session.home.opening {
        Some(dir) => format!("  opening {}…", text::cut_middle(&dir.to_string_lossy(), usize::from(head.width).saturating_sub(24))),
        None => String::new(),
    };
    frame.render_widget(
        Line::from(vec![Span::styled("Continue", theme.style("text.strong")), Span::styled(opening, theme.style("text.muted"))]),
        head,
    );
    let at = list(rest, rows.len());
    let cells: Vec<Cells> = rows.iter().map(|row| Cells::of(row, session)).collect();
    session.home.cursor.shows(at.height.into());
    let drawn = List::new(rows.len(), Some(session.home.cursor.at), theme);
    let columns = columns(&cells, drawn.columns(at));
    drawn.draw(frame, at, |nth, room| line(&cells[nth], &columns, room, theme));
    let (_, below) = frame::top(rest, at.height + 1);
    match rows.get(session.home.cursor.at).and_then(|row| row.problem.as_deref()) {
        Some(problem) => broken(frame, below, problem, theme),
        None => below,
    }
}

/// The whole of what is wrong with the selected assessment, and the area below it.
fn broken(frame: &mut Frame<'_>, area: Rect, problem: &str, theme: &Theme) -> Rect {
    let mut lines = markdown::plain(problem, area.width.into(), theme.style("text"));
    lines.truncate(usize::from(area.height.saturating_sub(7)).clamp(1, 6));
    let words = "Nothing is ever written over a file that can't be read. R puts the state before the last edit in its place.";
    lines.extend(markdown::plain(words, area.width.into(), theme.style("text.muted")));
    let (top, rest) = frame::top(area, u16::try_from(lines.len()).unwrap_or(3) + 1);
    frame.render_widget(Paragraph::new(lines), top);
    rest
}

/// A row in words.
struct Cells {
    title: String,
    clusters: String,
    when: String,
    determined: (usize, usize),
    problem: Option<String>,
}

impl Cells {
    fn of(row: &HomeRow, session: &Session) -> Self {
        Self {
            title: text::clean(format!("{} {}", row.entity, row.period).trim()),
            clusters: {
                let clusters = if row.clusters.is_empty() { "no cluster".to_owned() } else { row.clusters.join(", ") };
                let elsewhere = row.dir.parent().filter(|place| **place != *session.home.root && !session.home.root.as_os_str().is_empty());
                let elsewhere = elsewhere.map(|place| format!(" in {}", place.display())).unwrap_or_default();
                text::clean(&format!("{clusters}{elsewhere}"))
            },
            when: row.modified.map(|at| text::ago(at, session.now, &session.zone)).unwrap_or_default(),
            determined: (row.determined, row.of),
            problem: row.problem.clone(),
        }
    }
}

/// Columns of the bar: few where there are few.
const fn bar(room: usize) -> usize {
    if room < 100 { 6 } else { 12 }
}

/// Columns as wide as their widest cell, within reason.
fn columns(rows: &[Cells], room: usize) -> (Vec<Column>, Vec<usize>) {
    let widest = |of: fn(&Cells) -> &str| rows.iter().filter(|r| r.problem.is_none()).map(|r| text::width(of(r))).max().unwrap_or(0);
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

fn line(row: &Cells, (columns, widths): &(Vec<Column>, Vec<usize>), room: usize, theme: &Theme) -> Line<'static> {
    let first = widths.first().copied().unwrap_or(room);
    let mut spans = vec![Span::styled(text::left(&row.title, first), theme.style("text.strong"))];
    if let Some(problem) = &row.problem {
        let words = text::cut(&format!("✗ cannot be opened: {problem}"), room.saturating_sub(first + 2));
        spans.extend([Span::raw("  "), Span::styled(words, theme.style("error"))]);
        return Line::from(spans);
    }
    let (done, of) = row.determined;
    for (nth, (_, width)) in columns.iter().zip(widths).enumerate().skip(1) {
        spans.push(Span::raw("  "));
        match nth {
            1 => spans.push(Span::styled(text::name(&row.clusters, *width), theme.style("text"))),
            2 => {
                spans.extend(progress::bar(done, of, bar(room), theme));
                spans.push(Span::styled(text::right(&format!("{done} of {of}"), width.saturating_sub(bar(room))), theme.style("text")));
            }
            _ => spans.push(Span::styled(text::left(&row.when, *width), theme.style("text.muted"))),
        }
    }
    Line::from(spans)
}

/// The ways to begin, each with its sentence.
fn starts(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let (head, rest) = frame::top(area, 1);
    frame.render_widget(page::heading("Begin", theme), head);
    let widest = STARTS.iter().map(|(_, title, _)| text::width(title)).max().unwrap_or(0);
    List::new(STARTS.len(), None, theme).draw(frame, rest, |nth, room| {
        let (key, title, words) = STARTS[nth];
        Line::from(vec![
            Span::styled(format!("{key}  "), theme.style("key")),
            Span::styled(text::left(title, widest), theme.style("text")),
            Span::styled(format!("  {}", text::cut(words, room.saturating_sub(widest + 5))), theme.style("text.muted")),
        ])
    });
}
