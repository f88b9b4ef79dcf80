//! Bars and the spinner. A bar's two parts differ by their signs, not only by colour.

use crate::tui::theme::Theme;
use ratatui::text::Span;

/// A bar of so many columns; it is full only when everything is done, and not empty once something is.
#[must_use]
pub fn bar(done: usize, of: usize, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let full = filled(done, of, columns);
    vec![Span::styled("━".repeat(full), theme.style("progress")), Span::styled("┄".repeat(columns - full), theme.style("progress.rest"))]
}

/// A bar of several parts, each with its count, sign and meaning; what no part fills is the rest.
#[must_use]
pub fn parts(parts: &[(usize, &str, &str)], of: usize, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let (mut before, mut drawn) = (0, 0);
    for (count, sign, meaning) in parts {
        before += count;
        let end = if before == 0 { 0 } else { filled(before, of, columns).max(drawn) };
        spans.push(Span::styled(sign.repeat(end - drawn), theme.style(meaning)));
        drawn = end;
    }
    spans.push(Span::styled("┄".repeat(columns - drawn), theme.style("progress.rest")));
    spans.retain(|s| !s.content.is_empty());
    spans
}

fn filled(done: usize, of: usize, columns: usize) -> usize {
    match (done, of) {
        (0, _) | (_, 0) => 0,
        (d, o) if d >= o => columns,
        (d, o) => (d * columns / o).max(1).min(columns.saturating_sub(1)),
    }
}

/// The sign of work going on at a tick; it stands still where motion is unwanted.
#[must_use]
pub const fn spinner(tick: u64, still: bool) -> &'static str {
    // Plain signs: fonts of many terminals lack the prettier ones.
    const TURN: [&str; 4] = ["|", "/", "-", "\\"];
    if still { "…" } else { TURN[(tick % 4) as usize] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    fn shown(spans: &[Span<'_>]) -> String {
        spans.iter().map(|s| s.content.as_ref()).collect()
    }

    #[test]
    fn a_bar_is_full_only_at_the_end_and_empty_only_at_the_start() {
        let theme = Theme::fallback(Depth::True);
        let drawn = |done, of| shown(&bar(done, of, 5, &theme));
        assert_eq!([drawn(0, 0), drawn(0, 9), drawn(1, 900), drawn(899, 900), drawn(9, 9)], ["┄┄┄┄┄", "┄┄┄┄┄", "━┄┄┄┄", "━━━━┄", "━━━━━"]);
        for columns in 0..8 {
            for done in 0..12 {
                assert_eq!(shown(&bar(done, 7, columns, &theme)).chars().count(), columns);
                let mixed = parts(&[(done / 2, "✓", "success"), (done / 3, "✗", "error")], 10, columns, &theme);
                assert_eq!(shown(&mixed).chars().count(), columns);
            }
        }
    }
}
