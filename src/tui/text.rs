//! Text for cells of a screen: cleaned, measured by the columns it takes, cut and padded.
//! Widths are those of whole graphemes, as the drawing library counts them, so that wide characters never push a column.

use super::signs::{mark, spelled};
pub use crate::shell::words::{ago, counted, lasting, moment, size};
pub use kassay_core::model::text::{clean, thousands};
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

/// Columns that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    graphemes(text).map(|(_, w)| w).sum()
}

/// Graphemes with their widths.
fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let span = Span::raw(text);
    let symbols: Vec<(usize, usize)> = span.styled_graphemes(Style::default()).map(|g| (g.symbol.len(), g.symbol.width())).collect();
    // The library leaves out what takes no cell of its own (newlines); texts here are cleaned, so lengths add up to the whole.
    let mut at = 0;
    symbols.into_iter().filter_map(move |(len, width)| {
        let part = text.get(at..at + len)?;
        at += len;
        Some((part, width))
    })
}

/// As many columns of the start of a text as fit.
fn start(text: &str, columns: usize) -> &str {
    let (mut taken, mut bytes) = (0, 0);
    for (grapheme, width) in graphemes(text) {
        if taken + width > columns {
            break;
        }
        taken += width;
        bytes += grapheme.len();
    }
    text.get(..bytes).unwrap_or_default()
}

/// As many columns of the end of a text as fit.
fn end(text: &str, columns: usize) -> &str {
    let parts: Vec<(&str, usize)> = graphemes(text).collect();
    let (mut taken, mut bytes) = (0, 0);
    for (grapheme, width) in parts.into_iter().rev() {
        if taken + width > columns {
            break;
        }
        taken += width;
        bytes += grapheme.len();
    }
    text.get(text.len() - bytes..).unwrap_or_default()
}

/// A cleaned text of at most so many columns, cut at its end: `a long sent…`.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    let text = spelled(clean(text).into()).into_owned();
    if width(&text) <= columns {
        return text;
    }
    if columns == 0 { String::new() } else { format!("{}{}", start(&text, columns - 1).trim_end(), mark()) }
}

/// A cleaned name of at most so many columns, cut in its middle, where names differ least: `payments-…-7f9c`.
#[must_use]
pub fn cut_middle(name: &str, columns: usize) -> String {
    let name = spelled(clean(name).into()).into_owned();
    if width(&name) <= columns {
        return name;
    }
    if columns < 5 {
        return cut(&name, columns);
    }
    // The head tells more than the tail: it gets the larger part.
    let tail = (columns - 1) * 2 / 5;
    format!("{}{}{}", start(&name, columns - 1 - tail), mark(), end(&name, tail))
}

/// A text cut and filled with spaces behind it to exactly so many columns.
#[must_use]
pub fn left(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let fill = columns.saturating_sub(width(&text));
    text + &" ".repeat(fill)
}

/// A name cut in its middle and filled to exactly so many columns.
#[must_use]
pub fn name(text: &str, columns: usize) -> String {
    let text = cut_middle(text, columns);
    let fill = columns.saturating_sub(width(&text));
    text + &" ".repeat(fill)
}

/// A text pushed to the right of exactly so many columns: numbers.
#[must_use]
pub fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    " ".repeat(columns.saturating_sub(width(&text))) + &text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_in_their_middle() {
        assert_eq!(cut_middle("payments-settlement-7f9c", 15), "payments-…-7f9c");
        assert_eq!(cut_middle("payments", 8), "payments");
        assert_eq!(cut_middle("payments", 4), "pay…");
    }

    #[test]
    fn wide_characters_and_emoji_take_the_columns_they_show() {
        assert_eq!(width("支払い"), 6);
        for text in ["支払い-サービス-処理", "🦀🦀🦀🦀🦀🦀🦀🦀🦀", "❤️❤️❤️❤️❤️❤️❤️❤️❤️❤️", "é́é́é́é́é́é́é́é́é́é́é́é́é́é́é́"]
        {
            for columns in 0..14 {
                for cut in [left(text, columns), name(text, columns), right(text, columns)] {
                    assert_eq!(width(&cut), columns, "{cut:?} in {columns}");
                }
            }
        }
    }

    #[test]
    fn cutting_cleans() {
        assert!(!cut("a\u{1b}[31mb", 20).contains('\u{1b}'));
        assert!(!name("a\u{1b}[31mb\u{202e}", 20).contains(['\u{1b}', '\u{202e}']));
    }
}
