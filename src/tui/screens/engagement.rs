//! The form for the engagement of the open assessment.

use crate::tui::markdown;
use crate::tui::theme::Theme;
use crate::tui::widgets::form;
use ratatui::text::Line;

/// What stands above the form.
#[must_use]
pub fn heading(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![form::title("Engagement", "", width, theme)]
}

/// What helps to fill the form: why it is asked whether a program helped.
#[must_use]
pub fn help(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let words = "Program helped: whether an AI assistant or another program wrote or proposed words or conclusions that stand here. PCI SSC's \
                 guideline of 2025 on AI in assessments wants that told to whom it concerns; people decide, and check each word. The report \
                 says what is told here, or that nothing is.";
    markdown::plain(words, width, theme.style("text.muted"))
}
