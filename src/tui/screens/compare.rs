//! The open assessment beside another one.

use crate::tui::theme::Theme;
use crate::tui::widgets::{differences, filter, frame, page};
use crate::tui::{keymap, markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Context, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Paragraph;

/// Draws in what they differ.
///
/// ```text
///  Compared with acme-2025.zip
///
///  12 differences     / filters: any word
///
///  changed  8
///    ~ 1.1.a: in place (defined approach) → not in place (defined approach)
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let compare = &session.compare;
    let title = format!("Compared with {}", text::cut_middle(&clean(&compare.other.to_string_lossy()), usize::from(area.width / 2)));
    let body = page::draw(frame, area, &title, "the other is the first", &keymap::hints(session.context_below()), theme);
    let say = |frame: &mut Frame<'_>, area: Rect, words: &str, meaning: &str| {
        let lines = markdown::plain(&clean(words), area.width.into(), theme.style(meaning));
        frame.render_widget(Paragraph::new(lines), area);
    };
    if let Some(why) = &compare.failed {
        return say(frame, body, &format!("✗ They can't be compared: {why}"), "error");
    }
    let Some(found) = &compare.differences else { return say(frame, body, "Comparing…", "text.muted") };
    if found.is_empty() {
        return say(frame, body, "They are equal: determinations, answers, outcomes, findings, clusters.", "text");
    }
    let (words, list) = frame::top(body, 2);
    let about = text::counted(found.count(), "difference", "differences");
    let typing = session.context_below() == Context::Filter;
    filter::draw(frame, words, &filter::Shown { field: &found.filter, typing, about: &about, words: "any word; -word leaves out" }, theme);
    if found.count() == 0 {
        return say(frame, list, "Nothing fits the filter. Esc clears it.", "text.muted");
    }
    differences::draw(frame, list, found, &session.detail, theme);
}
