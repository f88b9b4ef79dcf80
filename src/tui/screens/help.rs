//! Help: the keys of here first, then those of everywhere, then the words of the screen one came from.

use crate::tui::glossary;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, hints::Hint, list, page};
use crate::tui::{markdown, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What help shows.
pub struct View<'a> {
    /// The screen one came from, as people call it.
    pub place: &'a str,
    /// Its name in the glossary.
    pub screen: &'a str,
    /// Keys of there.
    pub here: &'a [Hint<'a>],
    /// Keys of everywhere.
    pub everywhere: &'a [Hint<'a>],
    /// First line in view.
    pub scroll: usize,
    /// Keys of help itself.
    pub keys: &'a [Hint<'a>],
}

/// Columns of the longest word.
const WORD: usize = 23;

/// Draws help.
///
/// ```text
///   Help: the walk
///
///   Keys here              │  Words of this screen
///   Tab   next open item   │  blocked    The check could not judge…
///   …                      │  review     …
///   Keys everywhere        │
///   q     quit             │  Other words
///
///   ↑ ↓ scroll  Esc back
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let body = page::draw(frame, area, &format!("Help: {}", view.place), "", view.keys, theme);
    if body.width < 100 {
        let mut lines = keys(view, usize::from(body.width).saturating_sub(2), theme);
        lines.push(Line::default());
        lines.extend(words(view, usize::from(body.width).saturating_sub(2), theme));
        return scrolled(frame, body, lines, view.scroll, theme);
    }
    let (left, right) = frame::left(body, body.width * 2 / 5);
    let (right, left) = (frame::left(right, 2).1, frame::left(left, left.width.saturating_sub(1)).0);
    scrolled(frame, left, keys(view, usize::from(left.width).saturating_sub(2), theme), view.scroll, theme);
    scrolled(frame, right, words(view, usize::from(right.width).saturating_sub(2), theme), view.scroll, theme);
}

/// How many lines help has at a size; scrolling ends there.
#[must_use]
pub fn height(area: Rect, view: &View<'_>, theme: &Theme) -> usize {
    let columns = usize::from(area.width.min(page::WIDEST)).saturating_sub(2);
    if columns < 100 {
        keys(view, columns, theme).len() + 1 + words(view, columns, theme).len()
    } else {
        keys(view, (columns * 2 / 5).saturating_sub(3), theme).len().max(words(view, (columns * 3 / 5).saturating_sub(4), theme).len())
    }
}

fn keys(view: &View<'_>, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let wide = view.here.iter().chain(view.everywhere).map(|(key, _)| text::width(key)).max().unwrap_or(0).clamp(4, 16);
    let mut lines = Vec::new();
    for (title, hints) in [("Keys here", view.here), ("Keys everywhere", view.everywhere)] {
        if hints.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(page::heading(title, theme));
        for (key, words) in hints {
            let lead = [Span::styled(format!("{}  ", text::left(key, wide)), theme.style("key"))];
            lines.extend(markdown::wrap(&[Span::styled((*words).to_owned(), theme.style("text"))], columns, &lead));
        }
    }
    lines
}

fn words(view: &View<'_>, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let here: Vec<_> = glossary::of(view.screen).collect();
    let others: Vec<_> = glossary::GLOSSARY.iter().filter(|e| !e.on.contains(&view.screen)).collect();
    for (title, entries) in [("Words of this screen", here), ("Other words", others)] {
        if entries.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(page::heading(title, theme));
        for entry in entries {
            let meaning = [Span::styled(entry.meaning, theme.style("text"))];
            let word = |wide| Span::styled(text::left(entry.word, wide), theme.style("text.code"));
            if columns >= 60 {
                lines.extend(markdown::wrap(&meaning, columns, &[word(WORD), Span::raw("  ")]));
            } else {
                lines.push(Line::from(word(columns)));
                lines.extend(markdown::wrap(&meaning, columns, &[Span::raw("  ")]));
            }
        }
    }
    lines
}

fn scrolled(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, scroll: usize, theme: &Theme) {
    let height = usize::from(area.height);
    let first = scroll.min(lines.len().saturating_sub(height));
    let view = first..(first + height).min(lines.len());
    let all = lines.len();
    let shown: Vec<Line<'static>> = lines.into_iter().skip(first).take(height).collect();
    frame.render_widget(Paragraph::new(shown), area);
    if all > height {
        list::scrollbar(frame, area, all, view, theme);
    }
}
