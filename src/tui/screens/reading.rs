//! Reading a cluster: how far each kind is, what was refused and in whose words. A refused kind never looks like an empty one.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, differences, frame, hints::Hint, page, progress, sign};
use crate::tui::{markdown, text};
use kassay_core::kinds::KindState;
use kassay_core::model::text::clean;
use kassay_core::session::{KindRow, Reading, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the progress of reading.
///
/// ```text
///   Reading prod-eu                                   7 s · 71 MB · 14 of 34 kinds
///
///   | pods              ━━━━━━━━━━━━┄┄┄┄┄┄┄┄   41,500 of 62,118
///   ✓ configmaps                                1,204
///   · policyreports     not installed
///
///   Not readable (3). Checks that need these will say "blocked", never "pass".
///   ⊘ secrets           cannot list resource "secrets" at the cluster scope
///
///   Esc cancel, keep nothing                                               ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, keys: &[Hint<'_>], theme: &Theme) {
    let Some(view) = &session.reading else { return };
    if let Some(arrived) = &view.arrived {
        let title = format!("Read again: {}", text::cut_middle(&clean(&arrived.key), usize::from(area.width / 2)));
        let body = page::draw(frame, area, &title, "not taken yet", keys, theme);
        let (words, body) = frame::top(body, 3);
        let words_of_it = "This is what it says otherwise than before. Taken or not, nothing that a person wrote is touched.";
        frame.render_widget(Paragraph::new(markdown::plain(words_of_it, words.width.into(), theme.style("text.muted"))), words);
        return differences::draw(frame, body, &arrived.differences, &session.detail, theme);
    }
    let spinner = progress::spinner(session.ticks, theme.still);
    let mut about = vec![text::lasting(session.now.as_second() - view.since.as_second())];
    if view.bytes > 0 {
        about.push(text::size(view.bytes));
    }
    if view.kinds > 0 {
        about.push(format!("{} of {} kinds", view.ended().0, view.kinds));
    }
    let name = if view.key.is_empty() { "the cluster" } else { &view.key };
    let title = format!("Reading {}", text::cut_middle(name, usize::from(area.width / 2)));
    let body = page::draw(frame, area, &title, &about.join(" · "), keys, theme);
    if let Some(why) = &view.failed {
        return failed(frame, body, name, why, theme);
    }
    let refused: Vec<&KindRow> = view.rows.iter().filter(|r| unread(r)).collect();
    let note = match (view.cancelling, view.note.as_str(), view.rows.is_empty()) {
        (true, ..) => "Stopping; nothing of it is kept.",
        (_, "", true) => "Connecting…",
        (_, note, _) => note,
    };
    let (body, foot) = frame::bottom(body, if note.is_empty() { 0 } else { 2 });
    if !note.is_empty() {
        let words = text::cut(&format!("{spinner} {note}"), foot.width.into());
        frame.render_widget(Line::styled(words, theme.style("text.muted")), frame::bottom(foot, 1).1);
    }
    let (list, rest) = if refused.is_empty() { (body, Rect { height: 0, ..body }) } else { divide(body, refused.len()) };
    kinds(frame, list, view, spinner, theme);
    not_readable(frame, rest, &refused, theme);
}

const fn unread(row: &KindRow) -> bool {
    matches!(row.state, Some(KindState::Forbidden | KindState::Failed | KindState::Partial))
}

/// Why it failed, and what one can do.
fn failed(frame: &mut Frame<'_>, area: Rect, name: &str, why: &str, theme: &Theme) {
    let width = usize::from(area.width.min(96));
    let mut lines =
        vec![Line::styled(format!("✗ {} could not be read", text::cut_middle(name, 50)), theme.style("error")), Line::default()];
    lines.extend(markdown::plain(why, width, theme.style("text")));
    lines.push(Line::default());
    lines.extend(markdown::plain("Nothing of it is kept. What was read of it before stays as it is.", width, theme.style("text.muted")));
    frame.render_widget(Paragraph::new(lines), area);
}

/// What was refused gets the room it needs, up to half of the screen.
fn divide(area: Rect, refused: usize) -> (Rect, Rect) {
    let wanted = u16::try_from(refused).unwrap_or(u16::MAX).saturating_add(3);
    frame::bottom(area, wanted.min(area.height / 2))
}

/// The kinds; the view follows the reading.
fn kinds(frame: &mut Frame<'_>, area: Rect, view: &Reading, spinner: &str, theme: &Theme) {
    let last = view.rows.iter().rposition(|r| r.state.is_none()).unwrap_or(view.rows.len().saturating_sub(1));
    let height = usize::from(area.height);
    let first = (last + 1).saturating_sub(height);
    let name = view.rows.iter().map(|r| text::width(&r.kind.id())).max().unwrap_or(0).clamp(16, 40);
    let bar = (usize::from(area.width).saturating_sub(name + 30)).clamp(8, 40);
    for (y, row) in (area.y..area.y + area.height).zip(view.rows.iter().skip(first)) {
        let line = kind(row, name, bar, usize::from(area.width), spinner, theme);
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
}

fn kind(row: &KindRow, name: usize, bar: usize, room: usize, spinner: &str, theme: &Theme) -> Line<'static> {
    let (mark, word, meaning) = match row.state {
        Some(state) => sign::kind_state(state),
        None => (spinner, "", "progress"),
    };
    let mut spans = vec![
        Span::styled(format!("{mark} "), theme.style(meaning)),
        Span::styled(text::name(&row.kind.id(), name), theme.style("text")),
        Span::raw("  "),
    ];
    let count = text::thousands(row.items);
    match (row.state, row.total) {
        (None, Some(total)) => {
            spans.extend(progress::bar(row.items, total, bar, theme));
            spans.push(Span::styled(format!("  {count} of {}", text::thousands(total)), theme.style("text")));
        }
        (None, None) => {
            spans.extend(progress::bar(0, 1, bar, theme));
            spans.push(Span::styled(if row.items > 0 { format!("  {count}") } else { String::new() }, theme.style("text")));
        }
        (Some(KindState::Read), _) => spans.push(Span::styled(text::right(&count, 9), theme.style("text"))),
        (Some(KindState::Partial), _) => {
            let words = text::cut(&format!("{} {word}: {}", text::right(&count, 9), row.message), room.saturating_sub(name + 4));
            spans.push(Span::styled(words, theme.style(meaning)));
        }
        (Some(_), _) => spans.push(Span::styled(text::right(word, 9.max(text::width(word))), theme.style(meaning))),
    }
    Line::from(spans)
}

/// What could not be read, in the server's words, and what that means.
fn not_readable(frame: &mut Frame<'_>, area: Rect, refused: &[&KindRow], theme: &Theme) {
    if refused.is_empty() || area.height < 3 {
        return;
    }
    let (_, area) = frame::top(area, 1);
    let (head, list) = frame::top(area, 1);
    let words = format!("Not readable ({}). Checks that need these will say “blocked”, never “pass”.", refused.len());
    frame.render_widget(Paragraph::new(markdown::plain(&words, head.width.into(), theme.style("text.strong"))), head);
    let name = refused.iter().map(|r| text::width(&r.kind.id())).max().unwrap_or(0).clamp(12, 40);
    List::new(refused.len(), None, theme).focused(false).draw(frame, list, |nth, room| {
        let row = refused[nth];
        let (mark, word, meaning) = row.state.map_or(("⊘", "", "outcome.blocked"), sign::kind_state);
        let said = if row.message.is_empty() { word.to_owned() } else { format!("{word}: {}", row.message) };
        Line::from(vec![
            Span::styled(format!("{mark} {}  ", text::name(&row.kind.id(), name)), theme.style(meaning)),
            Span::styled(text::cut(&said, room.saturating_sub(name + 4)), theme.style("text")),
        ])
    });
}
