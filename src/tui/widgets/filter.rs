//! The line over a list that can be narrowed: how many rows there are, and the words that narrow them.

use super::{field, frame};
use crate::tui::text;
use crate::tui::theme::Theme;
use kassay_core::session::Field;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// What it shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The words that narrow.
    pub field: &'a Field,
    /// Whether they are being typed.
    pub typing: bool,
    /// How many rows there are, and in which order.
    pub about: &'a str,
    /// Examples of words.
    pub words: &'a str,
}

/// Draws it.
///
/// ```text
/// 58 findings · by severity     / filters: ns:pay sev:high or any word
/// / ns:pay█                                  3 of 58 findings · by severity
/// ```
pub fn draw(frame: &mut Frame<'_>, area: Rect, shown: &Shown<'_>, theme: &Theme) {
    let Shown { field, typing, about, words } = *shown;
    if !typing && field.is_empty() {
        let words = text::cut(&format!("{about}     / filters: {words}"), area.width.into());
        frame.render_widget(Line::styled(words, theme.style("text.muted")), area);
        return;
    }
    let wide = u16::try_from(text::width(about)).unwrap_or(u16::MAX).saturating_add(2).min(area.width * 2 / 3);
    let (input, right) = frame::left(area, area.width.saturating_sub(wide));
    let (sign, input) = frame::left(input, 2);
    frame.render_widget(Line::styled("/", theme.style("key")), sign);
    let cursor = typing.then_some(field.cursor);
    field::draw(frame, input, &field::Shown { text: &field.text, cursor, placeholder: words, error: None }, theme);
    // How many there are comes first, and is seen whatever there is room for.
    let about = text::cut(about, usize::from(right.width).saturating_sub(2));
    frame.render_widget(Line::styled(about, theme.style("text.muted")).right_aligned(), right);
}
