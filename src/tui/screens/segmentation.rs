//! Segmentation: who may connect to whom across the borders of the scope, by what the network policies say, and what is shared beneath.

use crate::shell::told;
use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{List, filter, frame, list, listing, page, sign};
use crate::tui::{keymap, markdown, text};
use kassay_core::analysis::segmentation::{Crossing, ENDS, Segmentation, SharedNode};
use kassay_core::model::Category;
use kassay_core::model::text::clean;
use kassay_core::session::segmentation::{self, FlowGroup, end_name};
use kassay_core::session::{Context, Cursor, Session, Way};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the connections between categories, in numbers.
///
/// ```text
///  Segmentation                                                          prod-eu
///
///                      to CDE     connected   out of scope     platform    outside
///  from CDE              ━ 12          ─ 3             ·        ━ 40       ━ 12
///       connected         ─ 3        ━ 110             ·            …
///
///  ▸ connected → CDE           3 connections, none of them on every port
///    …
///  2 nodes run CDE and other pods side by side: node-a (CDE 3, connected 4)
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, cursor: &Cursor, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let keys = keymap::hints(Context::Segmentation);
    let about = book.shown().map(|c| clean(&c.key)).unwrap_or_default();
    let body = page::draw(frame, area, "Segmentation", &about, &keys, theme);
    let width = usize::from(body.width);
    let Some(picture) = book.shown().and_then(|c| session.segmentation.of(&c.key)) else {
        let words = told::waiting(session, "Working out who may connect to whom…");
        frame.render_widget(Paragraph::new(markdown::plain(words, width, theme.style("text.muted"))), body);
        return;
    };
    overview(frame, body, picture, &picture.in_order(), cursor, theme);
}

/// Columns of an end in the table, so that all five fit into a narrow page.
const fn room(end: Option<Category>) -> usize {
    if end.is_some() { 13 } else { 12 }
}

fn overview(frame: &mut Frame<'_>, area: Rect, picture: &Segmentation, rows: &[&Crossing], cursor: &Cursor, theme: &Theme) {
    let matrix = matrix(picture, theme);
    let (top, rest) = frame::top(area, u16::try_from(matrix.len() + 1).unwrap_or(7));
    frame.render_widget(Paragraph::new(matrix), top);
    let notes = notes(picture, usize::from(area.width), theme);
    let room = u16::try_from(notes.len()).unwrap_or(4).min(rest.height / 3);
    let (list, foot) = frame::bottom(rest, room);
    cursor.counts(rows.len());
    cursor.shows(list.height.into());
    list::spots(list, rows.len(), cursor.at);
    List::new(rows.len(), Some(cursor.at), theme).draw(frame, list, |nth, room| {
        let crossing = rows[nth];
        let within = crossing.from == crossing.to;
        let title = if within {
            format!("within {}", end_name(crossing.from))
        } else {
            format!("{} → {}", end_name(crossing.from), end_name(crossing.to))
        };
        let open = match crossing.open {
            0 => "each on named ports".to_owned(),
            n if n == crossing.flows => "all of them on every port".to_owned(),
            n => format!("{} of them on every port", text::thousands(n)),
        };
        let words = format!("{}, {open}", text::counted(crossing.flows, "connection", "connections"));
        let grave = !within && crossing.open > 0 && crossing.to == Some(Category::Cde);
        Line::from(vec![
            Span::styled(text::left(&title, 28), theme.style(if within { "text.muted" } else { "text" })),
            Span::styled(text::cut(&words, room.saturating_sub(28)), theme.style(if grave { "error" } else { "text.muted" })),
        ])
    });
    frame.render_widget(Paragraph::new(page::fitting(notes, foot.height.into(), theme)), foot);
}

/// The table of categories: a thick line where some connection is open on every port, a thin one where all are limited.
fn matrix(picture: &Segmentation, theme: &Theme) -> Vec<Line<'static>> {
    let mut head = vec![Span::styled(text::left("from ╲ to", 12), theme.style("text.muted"))];
    head.extend(ENDS.iter().map(|to| Span::styled(text::right(end_name(*to), room(*to)), theme.style("text.muted"))));
    let mut lines = vec![Line::from(head)];
    for from in ENDS {
        let style = from.map_or("text", sign::category_meaning);
        let mut line = vec![Span::styled(text::left(end_name(from), 12), theme.style(style))];
        for to in ENDS {
            line.push(match picture.crossing(from, to) {
                None => Span::styled(text::right("·", room(to)), theme.style("text.muted")),
                Some(crossing) => {
                    let mark = if crossing.open > 0 { "━" } else { "─" };
                    let grave = crossing.open > 0 && from != to && to == Some(Category::Cde);
                    let words = text::right(&format!("{mark} {}", text::thousands(crossing.flows)), room(to));
                    Span::styled(words, theme.style(if grave { "error" } else { "text" }))
                }
            });
        }
        lines.push(Line::from(line));
    }
    lines
}

fn notes(picture: &Segmentation, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled("━ some on every port   ─ on named ports only   · none", theme.style("text.muted"))];
    let say = |lines: &mut Vec<Line<'static>>, words: &str, meaning: &str| {
        lines.extend(markdown::plain(&clean(words), width, theme.style(meaning)));
    };
    if !picture.complete {
        say(
            &mut lines,
            "⊘ Pods, namespaces or network policies could not all be read: connections may be missing here.",
            "outcome.blocked",
        );
    }
    if picture.cut_short {
        say(&mut lines, "There are more connections than were counted.", "warning");
    }
    if !picture.not_evaluated.is_empty() {
        let words = format!("⊘ Not evaluated, and able to allow or forbid more: {}.", picture.not_evaluated.join("; "));
        say(&mut lines, &words, "outcome.blocked");
    }
    if !picture.nodes.is_empty() {
        let one = |node: &SharedNode| {
            let pods: Vec<String> = node.pods.iter().map(|(category, n)| format!("{} {n}", category.label())).collect();
            format!("{} ({})", node.name, pods.join(", "))
        };
        let names: Vec<String> = picture.nodes.iter().take(8).map(one).collect();
        let more = picture.nodes.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let nodes = text::counted(picture.nodes.len(), "node runs", "nodes run");
        say(&mut lines, &format!("{nodes} pods of the CDE beside others: {}{more}.", names.join(", ")), "warning");
    }
    if let Some(words) = picture.about_nodes() {
        say(&mut lines, words, if picture.placed { "text" } else { "outcome.blocked" });
    }
    lines
}

/// Draws the connections of one pair of categories.
///
/// ```text
///  connected → CDE                                                       prod-eu
///
///  12 connections          / filters: from:shop to:db port:443 by:policy or any word
///
///  ▸ shop/Deployment/web      pay/StatefulSet/db      TCP 5432
///
///  shop/Deployment/web → pay/StatefulSet/db on TCP 5432; let through by: pay/from-shop
/// ```
pub fn flows(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let (Some(book), view) = (&session.book, &session.segmentation.flows) else { return };
    let Some(crossing) = view.crossing() else { return };
    let keys = keymap::hints(session.context_below());
    let about = book.shown().map(|c| clean(&c.key)).unwrap_or_default();
    let title = format!("{} → {}", end_name(crossing.from), end_name(crossing.to));
    let body = page::list(frame, area, &title, &about, &keys, theme);
    let (bar, rest) = frame::top(body, 1);
    let all = text::counted(crossing.flows, "connection", "connections");
    let mut about =
        if view.list.shown() == crossing.shown.len() { all.clone() } else { format!("{} of {all}", text::thousands(view.list.shown())) };
    if view.list.group != FlowGroup::None {
        about.push_str(&format!(" · grouped {}", view.list.group.label()));
    }
    let words = "from:shop to:db port:443 by:policy or any word";
    filter::draw(frame, bar, &filter::Shown { field: &view.list.filter, typing: view.list.filtering, about: &about, words }, theme);
    let (note, rest) = frame::top(rest, 2);
    if crossing.shown.len() < crossing.flows {
        let first = text::thousands(crossing.shown.len());
        let words = format!("⊘ Here are the first {first} of {all}, those on every port first. `kassay reach` prints all.");
        frame.render_widget(Line::styled(text::cut(&words, note.width.into()), theme.style("warning")), note);
    }
    if view.list.rows().is_empty() {
        let words = if crossing.shown.is_empty() { "There is no connection." } else { "None fits the filter. Esc clears it." };
        frame.render_widget(Line::styled(words, theme.style("text.muted")), rest);
        return;
    }
    let (list, detail) = frame::bottom(rest, 4);
    let column = |fill, least| Column { title: "", fill, wanted: 0, least };
    let shown = listing::Shown {
        nouns: ("connection", "connections"),
        columns: [column(Fill::Name, 20), column(Fill::Name, 20), column(Fill::Words, 10)],
        cells: &|at| view.flow(at).map(|flow| [&flow.from, &flow.to, &flow.ports].map(|words| clean(words))),
        platform: &|_| String::new(),
        meanings: &|_| ["text", "text", "text.code"],
    };
    listing::draw(frame, list, &view.list, &shown, theme);
    if let Some(row) = view.selected() {
        let mut lines = vec![Line::default()];
        lines.extend(markdown::plain(&segmentation::told(row), usize::from(detail.width), theme.style("text.muted")));
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}
