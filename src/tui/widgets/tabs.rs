//! A row of tabs. The active one is marked by a sign as well as by its style; where there is little room, the lines between them go.

use crate::tui::text;
use crate::tui::theme::Theme;
use ratatui::text::{Line, Span};

/// A title and a count; a count of none is not told.
pub type Tab<'a> = (&'a str, Option<usize>);

fn width((title, count): &Tab<'_>) -> usize {
    1 + text::width(title) + count.map_or(0, |c| 1 + text::thousands(c).len())
}

/// Whether all of them are seen in so many columns.
#[must_use]
pub fn fit(tabs: &[Tab<'_>], columns: usize) -> bool {
    tabs.iter().map(width).sum::<usize>() <= columns
}

/// What stands between two tabs.
fn between(tabs: &[Tab<'_>], columns: usize) -> &'static str {
    let needed: usize = tabs.iter().map(|tab| width(tab) + 2).sum();
    if needed <= columns + 2 { " │" } else { "" }
}

/// Tabs in so many columns.
#[must_use]
pub fn line(tabs: &[Tab<'_>], active: usize, columns: usize, theme: &Theme) -> Line<'static> {
    let gap = between(tabs, columns);
    let mut spans = Vec::new();
    for (nth, (title, count)) in tabs.iter().enumerate() {
        if nth > 0 {
            spans.push(Span::styled(gap, theme.style("border")));
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
pub fn at(tabs: &[Tab<'_>], column: u16, columns: usize) -> Option<usize> {
    let gap = text::width(between(tabs, columns));
    let mut start = 0;
    for (nth, tab) in tabs.iter().enumerate() {
        let wide = width(tab) + if nth > 0 { gap } else { 0 };
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
        let theme = Theme::fallback(Depth::True);
        for (columns, shown) in [(80, " Guidance │▸Checks 5 │ Result"), (27, " Guidance▸Checks 5 Result")] {
            let drawn = line(&tabs, 1, columns, &theme).to_string();
            assert_eq!(drawn, shown);
            for (nth, (title, _)) in tabs.iter().enumerate() {
                let before = drawn.split(title).next().map_or(0, |s| s.chars().count());
                assert_eq!(at(&tabs, u16::try_from(before).unwrap(), columns), Some(nth));
            }
            assert_eq!(at(&tabs, 60, columns), None);
        }
    }
}
