//! The form for a review.

use crate::tui::markdown;
use crate::tui::theme::Theme;
use crate::tui::widgets::form;
use kassay_core::checks;
use kassay_core::model::text::clean;
use kassay_core::session::Book;
use ratatui::text::Line;

/// What stands above the form: the check.
#[must_use]
pub fn heading(check: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let words = checks::by_id(check).map_or("", |c| c.title);
    vec![form::title(&format!("{check}  {words}"), "reviewed", width, theme)]
}

/// What helps to fill the form: what the check says, and what a review is.
#[must_use]
pub fn help(book: &Book, check: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![];
    if let Some(outcome) = book.outcome(check) {
        let words = clean(&format!("{}: {}", outcome.outcome.label(), outcome.reason));
        lines.extend(form::told("Says", &words, "text", width, theme));
    }
    let words = "Says that you looked at what this check shows. It makes no pass of it: your determination of the practice decides, and \
                 settles this too. Where the check shows other things after the next reading, you are asked again.";
    lines.extend(markdown::plain(words, width, theme.style("text.muted")));
    lines
}
