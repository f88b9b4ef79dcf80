//! A form: labels at the left, fields at the right, what is wrong below each field. Rows that don't fit are scrolled by the focus. All forms
//! are drawn here, so that what one learns at one is known at the next.

use super::{area, field, frame};
use crate::tui::theme::Theme;
use crate::tui::{markdown, mouse, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Action, Choice, Form, Input, Row};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The least columns of labels: forms whose words are short have their fields below each other from one form to the next.
pub const LABEL: u16 = 14;

/// The most lines of a text of several that are shown where it is not in focus.
const LINES: usize = 4;

/// The least lines of the text in focus, so that it looks like a place for several.
const ROOM: usize = 3;

/// The widest field; wider ones are hard to read back.
const WIDEST: u16 = 84;

/// The narrowest a field gets to make room for its hint beside it.
const NARROWEST: usize = 24;

/// The line above a form: what it is of, and what is needed at its right.
#[must_use]
pub fn title(left: &str, right: &str, width: usize, theme: &Theme) -> Line<'static> {
    let room = width.saturating_sub(text::width(right) + 2);
    Line::from(vec![
        Span::styled(text::left(left, room), theme.style("title")),
        Span::raw("  "),
        Span::styled(right.to_owned(), theme.style("text.muted")),
    ])
}

/// Words below a form, beside what they are.
#[must_use]
pub fn told(label: &str, words: &str, meaning: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let lead = [Span::styled(text::left(label, usize::from(LABEL)), theme.style("text.muted"))];
    markdown::wrap(&[Span::styled(words.to_owned(), theme.style(meaning))], width, &lead)
}

/// The columns of the labels: as many as the longest needs, as long as most of the row is left to the field.
fn label_width(form: &Form, width: u16) -> u16 {
    let widest = form.rows.iter().map(|row| text::width(&row.label)).max().unwrap_or(0);
    u16::try_from(widest).unwrap_or(LABEL).saturating_add(3).clamp(LABEL, (width / 3).max(LABEL))
}

fn field_width(form: &Form, width: u16) -> u16 {
    width.saturating_sub(label_width(form, width)).clamp(1, WIDEST)
}

/// How many lines a row takes. A text in focus grows to half of the form and scrolls then.
fn height(row: &Row, columns: usize, focused: bool, room: u16) -> u16 {
    let input = match &row.input {
        Input::Choice { options, .. } => choices_height(options, columns),
        Input::Text(field) if field.lines => {
            let rows = area::rows(&field.text, u16::try_from(columns).unwrap_or(u16::MAX));
            if focused { rows.clamp(ROOM, usize::from(room / 2).max(ROOM)) } else { rows.clamp(1, LINES) }
        }
        Input::Text(_) => 1,
    };
    u16::try_from(input + error_lines(row, columns, Style::default()).len()).unwrap_or(1)
}

/// What is wrong with a row, in full.
fn error_lines(row: &Row, columns: usize, style: Style) -> Vec<Line<'static>> {
    row.error.as_ref().map(|error| markdown::plain(&format!("✗ {}", clean(error)), columns, style)).unwrap_or_default()
}

/// Short choices stand side by side, long ones below each other.
fn choices_height(options: &[Choice], columns: usize) -> usize {
    let side_by_side: usize = options.iter().map(|o| text::width(&o.label) + 9).sum();
    if side_by_side <= columns + 3 { 1 } else { options.len() }
}

/// Draws the rows of a form with so many empty lines between them, the one in focus always in view. Returns how many lines they took.
pub fn draw(frame: &mut Frame<'_>, area: Rect, form: &Form, gap: u16, theme: &Theme) -> u16 {
    if area.is_empty() {
        return 0;
    }
    let columns = field_width(form, area.width);
    let heights: Vec<u16> =
        form.rows.iter().enumerate().map(|(at, row)| height(row, columns.into(), at == form.focus, area.height)).collect();
    let before = |at: usize| heights.iter().take(at).map(|h| h + gap).sum::<u16>();
    let end = before(form.focus + 1).saturating_sub(gap);
    let skip = (0..form.rows.len()).find(|first| end.saturating_sub(before(*first)) <= area.height).unwrap_or(form.focus);
    let (mut y, mut last, mut here) = (area.y, skip, None);
    for (at, height) in heights.iter().enumerate().skip(skip) {
        let room = (area.y + area.height).saturating_sub(y);
        let place = Rect { y, height: (*height).min(room), ..area };
        if place.height == 0 {
            break;
        }
        mouse::on(place, Action::Focus(at));
        draw_row(frame, place, (label_width(form, area.width), columns), form, at, theme);
        y += place.height + gap;
        last = at + 1;
        if at == form.focus {
            here = Some(place.y);
        }
    }
    // Rows that don't fit are told at the edge.
    let sign = |frame: &mut Frame<'_>, y: u16, sign: &'static str| {
        frame.render_widget(Line::styled(sign, theme.style("key")), Rect { x: area.x, y, width: 1.min(area.width), height: 1 });
    };
    if skip > 0 && here != Some(area.y) {
        sign(frame, area.y, "↑");
    }
    let bottom = (area.y + area.height).saturating_sub(1);
    if last < form.rows.len() && bottom > area.y && here != Some(bottom) {
        sign(frame, bottom, "↓");
    }
    y.saturating_sub(area.y + gap)
}

fn draw_row(frame: &mut Frame<'_>, area: Rect, (labels, columns): (u16, u16), form: &Form, at: usize, theme: &Theme) {
    let (row, focused) = (&form.rows[at], at == form.focus);
    let (label, rest) = frame::left(area, labels);
    let lead = if focused { "▸" } else { " " };
    let style = theme.style(if focused { "text.strong" } else { "text.muted" });
    let words =
        Line::from(vec![Span::styled(lead, theme.style("key")), Span::styled(text::left(&row.label, usize::from(labels) - 2), style)]);
    frame.render_widget(words, Rect { height: 1.min(label.height), ..label });
    let (place, _) = frame::left(rest, columns);
    let error = error_lines(row, place.width.into(), theme.style("error"));
    let (place, below) = frame::bottom(place, u16::try_from(error.len()).unwrap_or(0));
    match &row.input {
        Input::Choice { options, chosen } => choices(frame, place, options, *chosen, focused, theme),
        Input::Text(field) => {
            let shown = field::Shown { text: &field.text, cursor: focused.then_some(field.cursor), placeholder: &row.hint, error: None };
            if field.lines {
                area::draw(frame, place, (&form.purpose, row.id), field, focused, theme);
                if field.text.is_empty() {
                    let hint = markdown::plain(&theme.untyped(&clean(&row.hint)), place.width.into(), theme.style("text.muted"));
                    frame.render_widget(Paragraph::new(hint), place);
                }
            } else {
                let hint = theme.untyped(&clean(&row.hint));
                let (place, apart) = if focused { beside(place, rest, &field.text, &hint) } else { (place, Rect::ZERO) };
                field::draw(frame, place, &shown, theme);
                frame.render_widget(Line::styled(hint, theme.style("text.muted")), apart);
            }
        }
    }
    frame.render_widget(Paragraph::new(error), below);
}

/// A hint that the typed text has covered stands beside the field as long as there is room for both.
fn beside(place: Rect, rest: Rect, typed: &str, hint: &str) -> (Rect, Rect) {
    let (room, wide) = (usize::from(rest.width), text::width(hint) + 2);
    let field = room.saturating_sub(wide).min(place.width.into());
    if typed.is_empty() || hint.is_empty() || place.is_empty() || field < NARROWEST.max(text::width(typed) + 2) {
        return (place, Rect::ZERO);
    }
    let (place, _) = frame::left(place, u16::try_from(field).unwrap_or(place.width));
    (place, Rect { x: place.x + place.width + 2, width: rest.width - place.width - 2, height: 1, ..place })
}

fn choices(frame: &mut Frame<'_>, area: Rect, options: &[Choice], chosen: Option<usize>, focused: bool, theme: &Theme) {
    let one = |at: usize, option: &Choice| {
        let here = chosen == Some(at);
        let style = theme.style(if here { "text.strong" } else { "text" });
        vec![
            Span::styled(if here { "(•) " } else { "( ) " }, style),
            Span::styled(format!("{} ", option.key), theme.style(if focused { "key" } else { "text.muted" })),
            Span::styled(clean(&option.label), style),
        ]
    };
    if choices_height(options, area.width.into()) == 1 {
        let (mut spans, mut x) = (vec![], area.x);
        for (at, option) in options.iter().enumerate() {
            let wide = u16::try_from(text::width(&option.label) + 9).unwrap_or(9);
            mouse::on(Rect { x, width: wide.min((area.x + area.width).saturating_sub(x)), ..area }, Action::ChooseNth(at));
            x = x.saturating_add(wide);
            spans.extend(one(at, option));
            spans.push(Span::raw("   "));
        }
        frame.render_widget(Line::from(spans), area);
        return;
    }
    for ((at, option), y) in options.iter().enumerate().zip(area.y..area.y + area.height) {
        let line = Rect { y, height: 1, ..area };
        mouse::on(line, Action::ChooseNth(at));
        let mut spans = one(at, option);
        if let Some(label) = spans.last_mut() {
            label.content =
                text::cut(&label.content, usize::from(line.width).saturating_sub(5 + text::width(&option.key.to_string()))).into();
        }
        frame.render_widget(Line::from(spans), line);
    }
}
