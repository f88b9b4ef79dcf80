//! The registers: tabs, a list that can be narrowed, and all that is known of the selected row.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{self, Column, Fill};
use crate::tui::widgets::{List, filter, frame, list, page, tabs};
use crate::tui::{keymap, markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Context, Flag, Register, RegisterRow, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Rows from which the widths of columns are taken: beyond these a list is not looked through for it.
const MEASURED: usize = 200;

/// Draws a register.
///
/// ```text
///  Registers                                                   Acme Payments 2026
///
///  ▸Evidence 12 │ Samples 2 │ Requests 5 │ Exceptions 1
///  12 rows     / filters: any word
///
///  ▸ E-0001  document   Access policy              2026-06-01   1.1.a 1.6.a
///    E-0002  interview  Sign-in, with P. Engineer  2026-11-20   1.6.a
///  ─────────────────────────────────────────────────────────────────────────
///  Title     Access policy
///  SHA-256   ab…
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, register: Register, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let engagement = &book.workbook.engagement;
    let about = clean(format!("{} {}", engagement.entity, engagement.period).trim());
    let body = page::list(frame, area, "Registers", &about, &keymap::hints(session.context_below()), theme);
    let (bar, rest) = frame::top(body, 1);
    let titles: Vec<tabs::Tab<'_>> =
        Register::ALL.iter().map(|r| (r.label(), Some(session.register_count(*r)).filter(|count| *count > 0))).collect();
    let at = Register::ALL.iter().position(|r| *r == register).unwrap_or(0);
    let first = first_tab(&titles, at, bar.width.into());
    let (lead, bar) = frame::left(bar, u16::from(first > 0));
    let more = !tabs::fit(&titles[first..], bar.width.into());
    let (bar, tail) = frame::right(bar, u16::from(more));
    frame.render_widget(Line::styled("‹", theme.style("text.muted")), lead);
    frame.render_widget(Line::styled("›", theme.style("text.muted")), tail);
    frame.render_widget(tabs::line(&titles[first..], at - first, bar.width.into(), theme), bar);
    let (words, rest) = frame::top(rest, 2);
    let (rows, view) = (session.register_rows(register), session.register_view(register));
    let Some(view) = view else { return };
    let typing = session.context_below() == Context::Filter;
    let counted = text::counted(rows.len(), "row", "rows");
    filter::draw(frame, words, &filter::Shown { field: &view.filter, typing, about: &counted, words: "any word; -word leaves out" }, theme);
    let (columns, what) = Session::register_words(register);
    if rows.is_empty() {
        let words = if view.filter.is_empty() { what } else { "Nothing fits the filter. Esc clears it." };
        frame.render_widget(Paragraph::new(markdown::plain(words, rest.width.into(), theme.style("text.muted"))), rest);
        return;
    }
    let (top, detail) = frame::bottom(rest, (rest.height / 2).min(18));
    view.cursor.shows(top.height.into());
    let selected = view.cursor.at.min(rows.len() - 1);
    list::spots(top, rows.len(), selected);
    let drawn = List::new(rows.len(), Some(selected), theme);
    let columns = measured(columns, &rows);
    let widths = table::widths(&columns, drawn.columns(top));
    drawn.draw(frame, top, |nth, _| line(&rows[nth], &columns, &widths, theme));
    if detail.height > 2 {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        page::detail(frame, detail, told(&rows[selected], detail.width.into(), theme), &session.detail, theme);
    }
}

/// The first tab that is drawn, so that the one in front is in view with the one behind it.
fn first_tab(titles: &[tabs::Tab<'_>], at: usize, columns: usize) -> usize {
    let wide = |(title, count): &tabs::Tab<'_>| 2 + text::width(title) + count.map_or(0, |count| 1 + text::thousands(count).len());
    let last = (at + 1).min(titles.len().saturating_sub(1));
    (0..=at).find(|first| titles[*first..=last].iter().map(wide).sum::<usize>() < columns).unwrap_or(at)
}

/// Columns as wide as what stands in them.
fn measured(titles: &'static [&'static str], rows: &[RegisterRow]) -> Vec<Column> {
    let cell = |row: &RegisterRow, nth: usize| match nth {
        0 => text::width(row.name()),
        nth => row.cells.get(nth - 1).map_or(0, |cell| text::width(cell)),
    };
    let column = |nth: usize, title: &'static str| {
        let wanted = rows.iter().take(MEASURED).map(|row| cell(row, nth)).max().unwrap_or(0);
        Column { title, fill: Fill::Words, wanted, least: if nth == 0 { wanted.min(24) } else { wanted.min(10) } }
    };
    titles.iter().enumerate().map(|(nth, title)| column(nth, title)).collect()
}

fn line(row: &RegisterRow, columns: &[Column], widths: &[usize], theme: &Theme) -> Line<'static> {
    let style = match row.flag {
        Flag::Fine => "text",
        Flag::Attention => "warning",
        Flag::Wrong => "error",
        Flag::Closed => "text.muted",
    };
    let id = (clean(row.name()), theme.style(if row.flag == Flag::Closed { "text.muted" } else { "text.strong" }));
    let cells = row.cells.iter().map(|cell| (clean(cell.lines().next().unwrap_or_default()), theme.style(style)));
    table::row(columns, widths, std::iter::once(id).chain(cells).collect())
}

/// All that is known of a row.
fn told(row: &RegisterRow, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let label = row.detail.iter().map(|(label, _)| text::width(label)).max().unwrap_or(0).min(width / 3);
    let mut lines = vec![];
    for (name, words) in &row.detail {
        for (nth, part) in words.lines().enumerate() {
            let head = if nth == 0 { text::left(&clean(name), label) } else { " ".repeat(label) };
            let head = Span::styled(format!("{head}  "), theme.style("text.muted"));
            let body = [Span::styled(clean(part), theme.style("text"))];
            lines.extend(markdown::wrap(&body, width, &[head]));
        }
    }
    lines
}
