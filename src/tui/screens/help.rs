//! Help: the keys of here first, then those of everywhere, then the words of the screen one came from.

use crate::shell::glossary;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, hints::Hint, list, page};
use crate::tui::{markdown, signs, text};
use kassay_core::session::{Scroll, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What the keymap tells of a place.
pub struct Told<'a> {
    /// Keys of the place.
    pub here: &'a [Hint<'a>],
    /// Keys of everywhere.
    pub everywhere: &'a [Hint<'a>],
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
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, scroll: &Scroll, told: &Told<'_>, theme: &Theme) {
    let place = session.context_below();
    let screen = glossary::screen(place);
    let body = page::draw(frame, area, &format!("Help: {}", place.label()), "", told.keys, theme);
    if body.width < 100 {
        let columns = usize::from(body.width).saturating_sub(2);
        let mut lines = keys(told, columns, theme);
        lines.push(Line::default());
        lines.extend(words(screen, columns, theme));
        let first = scroll.first(body.height.into(), lines.len());
        return scrolled(frame, body, lines, first, theme);
    }
    let (left, right) = frame::left(body, body.width * 2 / 5);
    let (right, left) = (frame::left(right, 2).1, frame::left(left, left.width.saturating_sub(1)).0);
    let columns = |area: Rect| usize::from(area.width).saturating_sub(2);
    let (keys, words) = (keys(told, columns(left), theme), words(screen, columns(right), theme));
    let first = scroll.first(body.height.into(), keys.len().max(words.len()));
    scrolled(frame, left, keys, first, theme);
    scrolled(frame, right, words, first, theme);
}

fn keys(told: &Told<'_>, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let wide = told.here.iter().chain(told.everywhere).map(|(key, _)| text::width(&signs::keys(key))).max().unwrap_or(0).clamp(4, 16);
    let mut lines = Vec::new();
    for (title, hints) in [("Keys here", told.here), ("Keys everywhere", told.everywhere)] {
        if hints.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(page::heading(title, theme));
        for (key, words) in hints {
            let lead = [Span::styled(format!("{}  ", text::left(&signs::keys(key), wide)), theme.style("key"))];
            lines.extend(markdown::wrap(&[Span::styled((*words).to_owned(), theme.style("text"))], columns, &lead));
        }
    }
    lines
}

fn words(screen: &str, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let here: Vec<_> = glossary::of(screen).collect();
    let others: Vec<_> = glossary::GLOSSARY.iter().filter(|e| !e.on.contains(&screen)).collect();
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
