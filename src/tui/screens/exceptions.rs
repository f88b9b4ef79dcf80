//! The form for an exception.

use crate::tui::theme::Theme;
use crate::tui::widgets::form::title;
use crate::tui::{markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::Form;
use ratatui::text::Line;

/// What stands above the form: what is excepted.
#[must_use]
pub fn heading(form: &Form, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![title(&form.title, &clean(&text::cut_middle(&form.about, width.saturating_sub(14))), width, theme)]
}

/// What helps to fill the form.
#[must_use]
pub fn help(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let words = "An exception does not change an outcome: a failed check stays failed, and your determination decides. It says why it is accepted, who approved that, and for how long; when the last day has passed, the finding counts again.";
    markdown::plain(words, width, theme.style("text.muted"))
}
