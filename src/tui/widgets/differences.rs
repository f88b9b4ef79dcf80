//! A list of differences by class, and the selected one in full.

use super::{List, frame, list, page};
use crate::tui::theme::Theme;
use crate::tui::{markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{DifferenceRow, Differences, Scroll};
use kassay_core::workbook::compare::{Class, Entry};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws it.
///
/// ```text
///   changed  2
///     3.1/baseline Workloads can't reach the node: pass → fail
///     1.1.a is to be confirmed: newer outcomes speak against it
///   cannot be compared  1
///   ⊘ secrets (only the first could read it; on the other side: forbidden)
///   ─────────────────────────────────────────────────────────────
///   outcome of prod-eu, 3.1/baseline
///   before  pass
///   after   fail
/// ```
pub fn draw(frame: &mut Frame<'_>, area: Rect, differences: &Differences, scroll: &Scroll, theme: &Theme) {
    let rows = differences.rows();
    let (top, detail) = frame::bottom(area, (area.height / 3).min(9));
    let at = differences.cursor.at.min(rows.len().saturating_sub(1));
    differences.cursor.counts(rows.len());
    differences.cursor.shows(top.height.into());
    list::spots(top, rows.len(), at);
    List::new(rows.len(), Some(at), theme).draw(frame, top, |nth, room| match rows[nth] {
        DifferenceRow::Class(class, count) => Line::from(vec![
            Span::styled(class.label(), theme.style("text.strong")),
            Span::styled(format!("  {}", text::thousands(count)), theme.style("text.muted")),
        ]),
        DifferenceRow::Entry(entry) => {
            let words = text::cut(&clean(&entry.line()), room.saturating_sub(4));
            let sign = Span::styled(format!("  {} ", entry.class.sign()), theme.style(meaning(entry.class)));
            Line::from(vec![sign, Span::styled(words, theme.style("text"))])
        }
    });
    let Some(DifferenceRow::Entry(entry)) = rows.get(at).filter(|_| detail.height > 2) else { return };
    let (rule, detail) = frame::top(detail, 1);
    frame::rule(frame, rule, theme);
    page::detail(frame, detail, told(entry, detail.width.into(), theme), scroll, theme);
}

const fn meaning(class: Class) -> &'static str {
    match class {
        Class::Changed => "warning",
        Class::New => "text.strong",
        Class::Gone => "text.muted",
        Class::CannotBeCompared => "outcome.blocked",
    }
}

fn told(entry: &Entry, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let of = if entry.cluster.is_empty() { String::new() } else { format!(" of {}", entry.cluster) };
    let check = if entry.check.is_empty() { String::new() } else { format!(", {}", entry.check) };
    let head = format!("{}{of}{check}: {}", entry.topic.label(), entry.what);
    let mut lines = markdown::plain(&clean(&head), width, theme.style("text.strong"));
    for (label, words) in [("before", &entry.before), ("after", &entry.after), ("why", &entry.why)] {
        if !words.is_empty() {
            let label = Span::styled(text::left(label, 8), theme.style("text.muted"));
            lines.extend(markdown::wrap(&[Span::styled(clean(words), theme.style("text"))], width, &[label]));
        }
    }
    lines
}
