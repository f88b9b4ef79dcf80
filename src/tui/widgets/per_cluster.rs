//! The page of a list that is worked out of the shown cluster: the words that narrow it, what could not be read, the rows, and below them the selected
//! one; or why there is no list yet.

use super::{filter, frame, listing, page};
use crate::shell::told;
use crate::tui::theme::Theme;
use crate::tui::{keymap, markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Listing, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// What it shows.
pub struct Page<'a, G, const N: usize> {
    /// Whether it was worked out; nothing else of it is looked at where it was not.
    pub known: bool,
    /// The list.
    pub list: &'a Listing<G>,
    /// How many rows there are, and in which groups.
    pub counted: String,
    /// Examples of words that narrow it.
    pub words: &'a str,
    /// What could not be read, in a sentence.
    pub unread: Option<String>,
    /// What is said where no row is shown.
    pub empty: &'a str,
    /// What stands in its rows.
    pub shown: listing::Shown<'a, N>,
    /// What is told of the selected row in so many columns.
    pub detail: &'a dyn Fn(usize) -> Option<Vec<Line<'static>>>,
}

/// Draws it under a title; where the list is not worked out yet, it says that it is being `worked` out, or what is missing.
pub fn draw<G, const N: usize>(
    frame: &mut Frame<'_>,
    area: Rect,
    session: &Session,
    (title, worked): (&str, &'static str),
    shown: &Page<'_, G, N>,
    theme: &Theme,
) {
    let cluster = session.book.as_ref().and_then(|book| book.shown());
    let about = cluster.map(|c| clean(&c.key)).unwrap_or_default();
    let body = page::list(frame, area, title, &about, &keymap::hints(session.context_below()), theme);
    if !shown.known {
        let words = markdown::plain(told::waiting(session, worked), body.width.into(), theme.style("text.muted"));
        return frame.render_widget(Paragraph::new(words), body);
    }
    let (bar, rest) = frame::top(body, 1);
    let list = shown.list;
    let words = filter::Shown { field: &list.filter, typing: list.filtering, about: &shown.counted, words: shown.words };
    filter::draw(frame, bar, &words, theme);
    let (note, rest) = frame::top(rest, if shown.unread.is_some() { 2 } else { 1 });
    if let Some(unread) = &shown.unread {
        let words = text::cut(&format!("⊘ {unread}"), note.width.into());
        frame.render_widget(Line::styled(words, theme.style("outcome.blocked")), note);
    }
    if list.rows().is_empty() {
        return frame.render_widget(Line::styled(shown.empty, theme.style("text.muted")), rest);
    }
    let (rows, detail) = frame::bottom(rest, (rest.height / 3).min(12));
    listing::draw(frame, rows, list, &shown.shown, theme);
    if detail.height > 2
        && let Some(lines) = (shown.detail)(detail.width.into())
    {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}
