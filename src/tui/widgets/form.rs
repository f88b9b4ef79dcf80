//! A form: labels at the left, fields at the right, what is wrong below each field. Rows that don't fit are scrolled by the focus.

use super::{field, frame, list};
use crate::tui::theme::{Depth, Theme};
use crate::tui::{markdown, text};
use kassay_core::session::{Choice, Form, Input, Row};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Rows that a text of several lines has at least.
const LINES: usize = 3;

/// The widest field; wider ones are hard to read back.
const WIDEST: u16 = 84;

/// The columns of the labels.
fn label_width(form: &Form) -> u16 {
    let widest = form.rows.iter().map(|row| text::width(&row.label)).max().unwrap_or(0);
    u16::try_from(widest).unwrap_or(24).min(26) + 4
}

fn field_width(form: &Form, width: u16) -> u16 {
    width.saturating_sub(label_width(form)).clamp(1, WIDEST)
}

/// How many lines a row takes.
fn height(row: &Row, columns: usize) -> usize {
    let input = match &row.input {
        Input::Choice { options, .. } => choice_lines(options, None, columns, None).len(),
        Input::Text(field) if field.lines => field::rows(&field.text, columns).clamp(LINES, LINES * 2),
        Input::Text(_) => 1,
    };
    input + usize::from(row.error.is_some())
}

/// How many lines a form takes.
#[must_use]
pub fn lines(form: &Form, width: u16) -> usize {
    let columns = usize::from(field_width(form, width));
    form.rows.iter().map(|row| height(row, columns) + 1).sum()
}

/// Draws a form and below it what is wrong with the whole; `focused` says whether keys go to it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, form: &Form, focused: bool, theme: &Theme) {
    let said = said(form, area.width.into(), theme);
    let (area, foot) = frame::bottom(area, u16::try_from(said.len()).unwrap_or(2).min(area.height / 2));
    frame.render_widget(Paragraph::new(said), foot);
    for (nth, at) in places(form, area) {
        let Some(row) = form.rows.get(nth) else { continue };
        draw_row(frame, at, form, row, focused && nth == form.focus, theme);
    }
    let all = lines(form, area.width);
    if all > usize::from(area.height) + 1 {
        let first = first_line(form, area);
        list::scrollbar(frame, area, all, first..(first + usize::from(area.height)).min(all), theme);
    }
}

/// What is wrong with the whole, what to be warned of, whether it is being saved.
fn said(form: &Form, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(error) = &form.error {
        lines.extend(markdown::plain(&format!("✗ {error}"), columns, theme.style("error")));
    }
    if form.saving {
        lines.push(Line::styled("Saving…", theme.style("text.muted")));
    }
    lines
}

/// The row of a form that was drawn at a line of the screen: what a mouse click meant.
#[must_use]
pub fn row_at(form: &Form, area: Rect, line: u16) -> Option<usize> {
    let said = said(form, area.width.into(), &Theme::fallback(Depth::Plain)).len();
    let (area, _) = frame::bottom(area, u16::try_from(said).unwrap_or(2).min(area.height / 2));
    places(form, area).into_iter().find(|(_, at)| (at.y..at.y + at.height).contains(&line)).map(|(nth, _)| nth)
}

/// The first line in view: as far down as the row in focus demands.
fn first_line(form: &Form, area: Rect) -> usize {
    let columns = usize::from(field_width(form, area.width));
    let through: usize = form.rows.iter().take(form.focus + 1).map(|row| height(row, columns) + 1).sum();
    through.saturating_sub(1).saturating_sub(usize::from(area.height))
}

/// Where each row that is in view lies; those cut at the top are left out.
fn places(form: &Form, area: Rect) -> Vec<(usize, Rect)> {
    let columns = usize::from(field_width(form, area.width));
    let skip = first_line(form, area);
    let mut line = 0;
    let mut places = Vec::new();
    for (nth, row) in form.rows.iter().enumerate() {
        let tall = height(row, columns);
        if line >= skip && line - skip < usize::from(area.height) {
            let y = area.y + u16::try_from(line - skip).unwrap_or(0);
            let room = area.y + area.height - y;
            places.push((nth, Rect { y, height: u16::try_from(tall).unwrap_or(1).min(room), ..area }));
        }
        line += tall + 1;
    }
    places
}

fn draw_row(frame: &mut Frame<'_>, area: Rect, form: &Form, row: &Row, focused: bool, theme: &Theme) {
    let (label, rest) = frame::left(area, label_width(form));
    let sign = if focused { "▸ " } else { "  " };
    let words = text::cut(&row.label, usize::from(label.width).saturating_sub(3));
    let style = theme.style(if focused { "text.strong" } else { "text.muted" });
    frame.render_widget(Line::from(vec![Span::styled(sign, theme.style("key")), Span::styled(words, style)]), label);
    let (input, beside) = frame::left(rest, field_width(form, area.width));
    match &row.input {
        Input::Text(field) => {
            let shown = field::Shown {
                text: &field.text,
                cursor: focused.then_some(field.cursor),
                placeholder: &row.hint,
                error: row.error.as_deref(),
            };
            if field.lines {
                field::draw_lines(frame, input, &shown, theme)
            } else {
                field::draw(frame, input, &shown, theme)
            }
            if focused && !field.text.is_empty() && text::width(&row.hint) + 2 <= usize::from(beside.width) {
                frame.render_widget(Line::styled(format!("  {}", row.hint), theme.style("text.muted")), beside);
            }
        }
        Input::Choice { options, chosen } => {
            let lines = choice_lines(options, *chosen, input.width.into(), Some((focused, theme)));
            let (top, below) = frame::top(input, u16::try_from(lines.len()).unwrap_or(1));
            frame.render_widget(Paragraph::new(lines), top);
            if let Some(error) = &row.error {
                frame.render_widget(Line::styled(text::cut(&format!("✗ {error}"), below.width.into()), theme.style("error")), below);
            }
        }
    }
}

/// The options beside each other where they fit, else below each other.
fn choice_lines(options: &[Choice], chosen: Option<usize>, columns: usize, drawn: Option<(bool, &Theme)>) -> Vec<Line<'static>> {
    let wide = |c: &Choice| 4 + 2 + text::width(&c.label) + 3;
    let beside = options.iter().map(wide).sum::<usize>() <= columns + 3;
    let spans = |nth: usize, choice: &Choice| {
        let mark = if chosen == Some(nth) { "(•) " } else { "( ) " };
        let Some((focused, theme)) = drawn else { return vec![Span::raw(format!("{mark}k {}", choice.label))] };
        let word = theme.style(if chosen == Some(nth) { "text.strong" } else { "text" });
        vec![
            Span::styled(mark, word),
            Span::styled(format!("{} ", choice.key), theme.style(if focused { "key" } else { "text.muted" })),
            Span::styled(text::clean(&choice.label), word),
        ]
    };
    if beside {
        let mut line = Vec::new();
        for (nth, choice) in options.iter().enumerate() {
            if nth > 0 {
                line.push(Span::raw("   "));
            }
            line.extend(spans(nth, choice));
        }
        return vec![Line::from(line)];
    }
    options
        .iter()
        .enumerate()
        .flat_map(|(nth, choice)| {
            let mut parts = spans(nth, choice);
            let last = parts.pop().unwrap_or_default();
            markdown::wrap(&[last], columns, &parts)
        })
        .collect()
}
