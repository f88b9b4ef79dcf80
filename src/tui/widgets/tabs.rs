//! A row of tabs. The active one is marked by a sign as well as by its style.

use crate::tui::text;
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// Tabs with their counts; a count of none is not told.
#[must_use]
pub fn line(tabs: &[(&str, Option<usize>)], active: usize, theme: &Theme) -> Line<'static> {
    let mut spans = Vec::new();
    for (nth, (title, count)) in tabs.iter().enumerate() {
        if nth > 0 {
            spans.push(Span::styled(" │", theme.style("border")));
        }
        let here = nth == active;
        spans.push(Span::styled(if here { "▸" } else { " " }, theme.style("key")));
        spans.push(Span::styled((*title).to_owned(), theme.style(if here { "tab.active" } else { "tab" })));
        if let Some(count) = count {
            spans.push(Span::styled(format!(" {}", text::thousands(*count)), theme.style("text.muted")));
        }
    }
    Line::from(spans)
}

/// The tab that was drawn at a column of the row: what a mouse click meant.
#[must_use]
pub fn at(tabs: &[(&str, Option<usize>)], column: u16) -> Option<usize> {
    let mut start = 0;
    for (nth, (title, count)) in tabs.iter().enumerate() {
        let gap = if nth > 0 { 2 } else { 0 };
        let wide = gap + 1 + text::width(title) + count.map_or(0, |c| 1 + text::thousands(c).len());
        if usize::from(column) < start + wide {
            return Some(nth);
        }
        start += wide;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn a_click_finds_the_tab_that_was_drawn_there() {
        let tabs = [("Guidance", None), ("Checks", Some(5)), ("Result", None)];
        let drawn = line(&tabs, 1, &Theme::fallback(Depth::True)).to_string();
        assert_eq!(drawn, " Guidance │▸Checks 5 │ Result");
        for (nth, (title, _)) in tabs.iter().enumerate() {
            let column = drawn.chars().take(drawn.find(title).map(|b| drawn[..b].chars().count()).unwrap()).count();
            assert_eq!(at(&tabs, u16::try_from(column).unwrap()), Some(nth));
        }
        assert_eq!(at(&tabs, 60), None);
    }
}
