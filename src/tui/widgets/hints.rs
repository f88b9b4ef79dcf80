//! The hint bar: which keys do what here, from the rows of the keymap. What does not fit is left out from the end, but never the last
//! one, which is the way to all others.

use crate::tui::signs;
use crate::tui::text;
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// A key and what it does.
pub type Hint<'a> = (&'a str, &'a str);

/// The bar in so many columns.
#[must_use]
pub fn line(hints: &[Hint<'_>], columns: usize, theme: &Theme) -> Line<'static> {
    let Some((last, others)) = hints.split_last() else { return Line::default() };
    let wide = |(key, words): &Hint<'_>| text::width(&signs::keys(key)) + 1 + text::width(words) + 2;
    let room = columns.saturating_sub(wide(last));
    let mut spans = Vec::new();
    let mut taken = 0;
    for hint in others {
        if taken + wide(hint) > room {
            continue;
        }
        taken += wide(hint);
        push(&mut spans, hint, theme);
    }
    push(&mut spans, last, theme);
    spans.pop();
    Line::from(spans)
}

fn push(spans: &mut Vec<Span<'static>>, (key, words): &Hint<'_>, theme: &Theme) {
    spans.push(Span::styled(signs::keys(key).into_owned(), theme.style("key")));
    spans.push(Span::styled(format!(" {words}"), theme.style("hint")));
    spans.push(Span::raw("  "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn the_last_hint_stays_where_others_go() {
        let theme = Theme::fallback(Depth::True);
        let hints = [("Enter", "open"), ("a", "answer"), ("?", "help")];
        assert_eq!(line(&hints, 80, &theme).to_string(), "Enter open  a answer  ? help");
        assert_eq!(line(&hints, 20, &theme).to_string(), "Enter open  ? help");
        assert_eq!(line(&hints, 8, &theme).to_string(), "? help");
        assert_eq!(line(&[], 8, &theme).to_string(), "");
    }
}
