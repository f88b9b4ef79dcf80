//! The clusters side by side: controls and checks by cluster, in what clusters differ, and the clusters themselves.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{List, filter, frame, list, listing, page, sign, tabs};
use crate::tui::{keymap, markdown, mouse, text};
use kassay_core::fleet::{Cluster, Difference, Fleet, State};
use kassay_core::model::Outcome;
use kassay_core::model::text::clean;
use kassay_core::session::fleet::{self, Part, Told};
use kassay_core::session::{Action, Book, FleetGroup, FleetRow, ListRow, Session, SideView, Way};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The narrowest and the widest name of a cluster over its column; the widest where there are more clusters than fit.
const NAMES: (usize, usize, usize) = (7, 16, 10);

/// The widest title of a control.
const TITLES: usize = 44;

/// Draws them.
///
/// ```text
///  Fleet                                30 clusters, 1 not read, 214 differences
///
///  ▸Matrix │ Differences 214 │ Clusters 30
///  49 of 49 controls                             / filters: 3.1 out:fail or any word
///  clusters 1–4 of 30                    prod-eu    prod-us   stage-eu  ⊘ stage-us ›
///  ▸ 1.1 No API without authentication  [✗ 3]       ✓          ✓           ⊘
///    1.2 No generic administrators       ✓          ✓          ✗ 1         ⊘
///  ───────────────────────────────────────────────────────────────────────────────
///  1.1 No API without authentication on prod-eu: fail, 3 findings
///  ✗ fail  ○ review  ⊘ blocked  ✓ pass  · not applicable  ● drawn as a sample
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let view = &session.fleet;
    let about = view.fleet().map(fleet::summary).unwrap_or_default();
    let body = page::list(frame, area, "Fleet", &about, &keymap::hints(session.context_below()), theme);
    let Some(fleet) = view.fleet() else {
        let words = markdown::plain("Putting the clusters side by side…", body.width.into(), theme.style("text.muted"));
        return frame.render_widget(Paragraph::new(words), body);
    };
    let (row, rest) = frame::top(body, 1);
    parts(frame, row, view, fleet, theme);
    let (bar, rest) = frame::top(rest, 1);
    match view.part {
        Part::Matrix => {
            let words = "3.1 out:fail or any word";
            narrowing(frame, bar, (&view.matrix.filter, view.matrix.filtering), (&matrix_counted(view, fleet), words), theme);
            matrix(frame, rest, (session, book), fleet, theme);
        }
        Part::Differences => {
            let words = "about:policy cluster:eu (unlike most) or any word";
            let shown = (&view.differences.filter, view.differences.filtering);
            narrowing(frame, bar, shown, (&differences_counted(view, fleet), words), theme);
            differences(frame, rest, session, fleet, theme);
        }
        Part::Clusters => {
            let (shown, all) = (view.clusters.shown(), fleet.clusters.len());
            let about = match shown == all {
                true => text::counted(all, "cluster", "clusters"),
                false => format!("{shown} of {}", text::counted(all, "cluster", "clusters")),
            };
            narrowing(frame, bar, (&view.clusters.filter, view.clusters.filtering), (&about, "failed or any word"), theme);
            clusters(frame, rest, (session, book), fleet, theme);
        }
    }
}

fn narrowing(
    frame: &mut Frame<'_>,
    area: Rect,
    (field, typing): (&kassay_core::session::Field, bool),
    (about, words): (&str, &str),
    theme: &Theme,
) {
    filter::draw(frame, area, &filter::Shown { field, typing, about, words }, theme);
}

/// The tabs, each a click away.
fn parts(frame: &mut Frame<'_>, area: Rect, view: &SideView, fleet: &Fleet, theme: &Theme) {
    let counts = [None, Some(fleet.differences.len()), Some(fleet.clusters.len())];
    let shown: Vec<tabs::Tab<'_>> = Part::WAYS.iter().zip(counts).map(|((_, label), count)| (*label, count)).collect();
    let active = Part::WAYS.iter().position(|(part, _)| *part == view.part).unwrap_or(0);
    frame.render_widget(tabs::line(&shown, active, area.width.into(), theme), area);
    for x in 0..area.width {
        if let Some((part, _)) = tabs::at(&shown, x, area.width.into()).and_then(|nth| Part::WAYS.get(nth)) {
            mouse::on(Rect { x: area.x + x, width: 1, ..area }, Action::Fleet(fleet::Action::Part(*part)));
        }
    }
}

fn matrix_counted(view: &SideView, fleet: &Fleet) -> String {
    let (noun, all) = match view.checks {
        true => (("control or check", "controls and checks"), fleet.controls.len() + fleet.checks.len()),
        false => (("control", "controls"), fleet.controls.len()),
    };
    let only = if view.differing { " · only what differs" } else { "" };
    format!("{} of {}{only}", view.matrix.shown(), text::counted(all, noun.0, noun.1))
}

fn differences_counted(view: &SideView, fleet: &Fleet) -> String {
    let all = text::counted(fleet.differences.len(), "difference", "differences");
    let about = if view.differences.shown() == fleet.differences.len() { all } else { format!("{} of {all}", view.differences.shown()) };
    match view.differences.group {
        FleetGroup::None => about,
        group => format!("{about} · {}", group.label()),
    }
}

/// The matrix, the selected cell in full, and what its signs mean.
fn matrix(frame: &mut Frame<'_>, area: Rect, (session, book): (&Session, &Book), fleet: &Fleet, theme: &Theme) {
    let view = &session.fleet;
    let (area, legend) = frame::bottom(area, 1);
    frame.render_widget(self::legend(book, fleet, legend.width.into(), theme), legend);
    let (grid, detail) = frame::bottom(area, (area.height / 3).clamp(3, 14));
    let (head, rows) = frame::top(grid, 1);
    if view.matrix.rows().is_empty() {
        let words = match view.differing && view.matrix.filter.is_empty() {
            true => "The clusters differ in no control. d shows all.",
            false => "Nothing fits the filter. Esc clears it.",
        };
        return frame.render_widget(Line::styled(words, theme.style("text.muted")), rows);
    }
    let drawn = List::new(view.matrix.rows().len(), Some(view.matrix.cursor.at), theme);
    let columns = Columns::of(book, view, fleet, drawn.columns(rows));
    let (_, head) = frame::left(head, 2);
    frame.render_widget(columns.head(fleet, theme), head);
    view.matrix.cursor.shows(rows.height.into());
    list::spots(rows, view.matrix.rows().len(), view.matrix.cursor.at);
    drawn.draw(frame, rows, |nth, _| {
        let row = view.matrix.rows().get(nth).and_then(ListRow::item).and_then(|at| view.row(at));
        row.and_then(|row| Some(columns.row(fleet, row, view.told(row)?, theme))).unwrap_or_default()
    });
    if let Some(lines) = fleet::lines_of(view, book).filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let style = |nth: usize| theme.style(if nth == 0 { "text.strong" } else { "text" });
        let lines: Vec<Line<'static>> =
            lines.iter().enumerate().flat_map(|(nth, words)| markdown::plain(words, detail.width.into(), style(nth))).collect();
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}

/// The columns that are in view: the selected cluster always is.
struct Columns {
    names: Vec<String>,
    seen: std::ops::Range<usize>,
    selected: usize,
    title: usize,
    wide: usize,
}

impl Columns {
    fn of(book: &Book, view: &SideView, fleet: &Fleet, room: usize) -> Self {
        let names: Vec<String> = fleet.clusters.iter().map(|cluster| heading(book, cluster)).collect();
        let longest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
        let title = (room / 3).clamp(16, TITLES);
        // Each cell has brackets where it is selected, and the names a sign where there are more.
        let fitting = |wide: usize| (room.saturating_sub(title + 2) / (wide + 3)).max(1);
        let all = longest.clamp(NAMES.0, NAMES.1);
        let wide = if fitting(all) < names.len() { longest.clamp(NAMES.0, NAMES.2) } else { all };
        let fit = fitting(wide);
        Self { seen: list::window(names.len(), view.column, fit), selected: view.column, names, title, wide }
    }

    fn head(&self, fleet: &Fleet, theme: &Theme) -> Line<'static> {
        let all = self.seen.len() == fleet.clusters.len();
        let which =
            if all { String::new() } else { format!("clusters {}–{} of {}", self.seen.start + 1, self.seen.end, fleet.clusters.len()) };
        let before = if self.seen.start > 0 { "‹" } else { " " };
        let mut spans =
            vec![Span::styled(text::left(&which, self.title), theme.style("text.muted")), Span::styled(before, theme.style("key"))];
        for nth in self.seen.clone() {
            let style = theme.style(if nth == self.selected { "text.strong" } else { "text.muted" });
            spans.push(Span::raw("  "));
            spans.push(Span::styled(text::name(&self.names[nth], self.wide), style));
            spans.push(Span::raw(" "));
        }
        if self.seen.end < fleet.clusters.len() {
            spans.push(Span::styled("›", theme.style("key")));
        }
        Line::from(spans)
    }

    fn row(&self, fleet: &Fleet, row: FleetRow, told: Told<'_>, theme: &Theme) -> Line<'static> {
        let (indent, style) = match row {
            FleetRow::Control(_) => ("", "text"),
            FleetRow::Check(_) => ("  ", "text.muted"),
        };
        let name = match told {
            Told::Control(_) => format!("{} {}", told.id(), told.title()),
            Told::Check(row) => row.check.split_once('/').map_or(row.check.as_str(), |(_, check)| check).to_owned(),
        };
        let mut spans = vec![Span::styled(text::left(&format!("{indent}{name}"), self.title), theme.style(style)), Span::raw(" ")];
        for nth in self.seen.clone() {
            let (words, meaning) = match fleet.clusters.get(nth).and_then(|cluster| told.on(&cluster.name)) {
                None => (String::new(), "text"),
                Some((outcome, findings)) => {
                    let findings = if findings == 0 { String::new() } else { format!(" {}", text::thousands(findings)) };
                    (format!("{}{findings}", sign::outcome(outcome)), sign::outcome_meaning(outcome))
                }
            };
            let (open, close) = if nth == self.selected { ("[", "]") } else { (" ", " ") };
            spans.push(Span::styled(format!(" {open}"), theme.style("key")));
            spans.push(Span::styled(words.clone(), theme.style(meaning)));
            spans.push(Span::styled(close, theme.style("key")));
            spans.push(Span::raw(" ".repeat(self.wide.saturating_sub(text::width(&words)))));
        }
        Line::from(spans)
    }
}

/// The name of a cluster over its column: whether it could not be read, or was drawn as a sample, stands before it.
fn heading(book: &Book, cluster: &Cluster) -> String {
    let sign = match cluster.state {
        State::Failed => "⊘ ",
        State::Assessed if !fleet::drawn(book, &cluster.name).is_empty() => "● ",
        State::Assessed => "",
    };
    format!("{sign}{}", clean(&cluster.name))
}

/// What the signs mean.
fn legend(book: &Book, fleet: &Fleet, width: usize, theme: &Theme) -> Line<'static> {
    let outcomes = [Outcome::Fail, Outcome::Review, Outcome::Blocked, Outcome::Pass, Outcome::NotApplicable];
    let mut words: Vec<(&str, String)> = outcomes.map(|outcome| (sign::outcome(outcome), outcome.label().to_owned())).into();
    let mut samples: Vec<&str> = fleet.clusters.iter().flat_map(|cluster| fleet::drawn(book, &cluster.name)).collect();
    samples.sort_unstable();
    samples.dedup();
    if !samples.is_empty() {
        words.push(("●", format!("drawn: {}", clean(&samples.join(", ")))));
    }
    let (style, mut spans, mut room) = (theme.style("text.muted"), vec![], width);
    // Each sign stands alone, as it does in its cell.
    for (sign, words) in words {
        let words = text::cut(&format!(" {words}  "), room.saturating_sub(1));
        room = room.saturating_sub(1 + text::width(&words));
        spans.extend([Span::styled(sign, style), Span::styled(words, style)]);
    }
    Line::from(spans)
}

/// The differences, and the selected one in full.
fn differences(frame: &mut Frame<'_>, area: Rect, session: &Session, fleet: &Fleet, theme: &Theme) {
    let view = &session.fleet;
    let (_, area) = frame::top(area, 1);
    if view.differences.rows().is_empty() {
        let words = if fleet.differences.is_empty() {
            "The clusters that could be read are alike."
        } else {
            "Nothing fits the filter. Esc clears it."
        };
        return frame.render_widget(Line::styled(words, theme.style("text.muted")), area);
    }
    let (rows, detail) = frame::bottom(area, (area.height / 3).min(14));
    let column = |fill, least| Column { title: "", fill, wanted: 0, least };
    let of = |at: usize| fleet.differences.get(at);
    let shown = listing::Shown {
        nouns: ("difference", "differences"),
        columns: [column(Fill::Name, 14), column(Fill::Words, 9), column(Fill::Name, 24), column(Fill::Words, 16)],
        cells: &|at| of(at).map(cells),
        platform: &|_| String::new(),
        meanings: &|at| [if of(at).is_some_and(|d| d.alone().is_some()) { "warning" } else { "text" }, "text.muted", "text", "text.muted"],
    };
    listing::draw(frame, rows, &view.differences, &shown, theme);
    if let Some(difference) = view.difference().filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let lines: Vec<Line<'static>> =
            fleet::in_full(difference).iter().flat_map(|words| markdown::plain(words, detail.width.into(), theme.style("text"))).collect();
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}

/// How many clusters or things are named in a cell.
const NAMED: usize = 2;

/// Who is unlike most, in what, and what holds where.
fn cells(difference: &Difference) -> [String; 4] {
    let who = match difference.apart.as_slice() {
        [] => "nothing on most".to_owned(),
        [one] => one.clone(),
        [first, more @ ..] => format!("{first} and {} more", more.len()),
    };
    [clean(&who), difference.topic.label().to_owned(), clean(&difference.subject(1)), clean(&difference.spread(NAMED))]
}

/// The clusters, and the selected one in full.
fn clusters(frame: &mut Frame<'_>, area: Rect, (session, book): (&Session, &Book), fleet: &Fleet, theme: &Theme) {
    let view = &session.fleet;
    let (_, area) = frame::top(area, 1);
    if view.clusters.rows().is_empty() {
        return frame.render_widget(Line::styled("Nothing fits the filter. Esc clears it.", theme.style("text.muted")), area);
    }
    let (rows, detail) = frame::bottom(area, (area.height / 3).min(10));
    let column = |fill, least| Column { title: "", fill, wanted: 0, least };
    let of = |at: usize| fleet.clusters.get(at);
    let failed = |at: usize| of(at).is_some_and(|cluster| cluster.state == State::Failed);
    let shown = listing::Shown {
        nouns: ("cluster", "clusters"),
        columns: [column(Fill::Name, 16), column(Fill::Words, 10), column(Fill::Words, 10), column(Fill::Words, 20)],
        cells: &|at| {
            of(at).map(|cluster| {
                let state = if cluster.state == State::Failed { "⊘ not read" } else { "✓ read" };
                [heading_plain(book, cluster), state.to_owned(), clean(&cluster.runs()), fleet::standing(cluster)]
            })
        },
        platform: &|_| String::new(),
        meanings: &|at| {
            let state = if failed(at) { "outcome.blocked" } else { "outcome.pass" };
            ["text", state, "text.muted", if failed(at) { state } else { "text" }]
        },
    };
    listing::draw(frame, rows, &view.clusters, &shown, theme);
    if let Some(cluster) = view.clusters.selected().and_then(of).filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let lines: Vec<Line<'static>> = fleet::about(fleet, book, cluster)
            .iter()
            .flat_map(|words| markdown::plain(words, detail.width.into(), theme.style("text")))
            .collect();
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}

/// The name of a cluster with whether it was drawn as a sample.
fn heading_plain(book: &Book, cluster: &Cluster) -> String {
    let drawn = if fleet::drawn(book, &cluster.name).is_empty() { "" } else { "● " };
    format!("{drawn}{}", clean(&cluster.name))
}
