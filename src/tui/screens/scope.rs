//! The scope of the open assessment.

use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, hints::Hint, namespaces, page};
use kassay_core::model::text::clean;
use kassay_core::session::{Book, ScopeEditor, Session};
use kassay_core::workbook::scoped::{Appeared, Confirmation};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the scope as a screen.
///
/// ```text
///   Scope
///
///   ✓ Confirmed by A. Assessor on 2026-11-23: the data-flow diagram
///   What has to do with account data? …
///
///     Namespace              Pods  Category      Because of
///   ▸ checkout                120  CDE           default
///     kube-system              88  platform      the cluster's own
///
///   3 CDE · 1 connected · 0 out of scope · 1 platform
///
///   Enter save  Space next category  …                                     ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, editor: &ScopeEditor, keys: &[Hint<'_>], theme: &Theme) {
    let about = if editor.touched { "changed, not saved yet" } else { "" };
    let body = page::draw(frame, area, "Scope", about, keys, theme);
    let (top, rest) = frame::top(body, head(session));
    if let Some(book) = &session.book {
        let (words, meaning) = standing(book);
        frame.render_widget(Line::styled(text::cut(&clean(&words), top.width.into()), theme.style(meaning)), top);
    }
    namespaces::draw(frame, rest, editor, theme);
}

/// Rows above the namespaces: who confirmed the scope.
fn head(session: &Session) -> u16 {
    session.book.is_some().into()
}

/// Who confirmed the scope, and what is other since: its rules, or namespaces that nobody knew.
fn standing(book: &Book) -> (String, &'static str) {
    let appeared = told(&book.appeared);
    match book.workbook.confirmation() {
        Confirmation::Missing => ("○ Nobody has confirmed this scope yet: c confirms it.".to_owned(), "warning"),
        Confirmation::Changed(c) => {
            (format!("! Changed since {} confirmed it on {}{appeared}: c confirms it again.", c.by, c.at), "warning")
        }
        Confirmation::Holds(c) if !appeared.is_empty() => {
            (format!("! Confirmed by {} on {}{appeared}: c confirms it again.", c.by, c.at), "warning")
        }
        Confirmation::Holds(c) => (format!("✓ Confirmed by {} on {}: {}", c.by, c.at, c.words), "success"),
    }
}

/// Namespaces that have appeared since, in a few words: `; since then prod-eu: batch, and prod-us came`.
fn told(appeared: &[Appeared]) -> String {
    let one = |a: &Appeared| match a.namespaces.as_slice() {
        _ if a.whole => format!("{} came", a.cluster),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{}: {first}, {second}, {third} and {} more", a.cluster, rest.len())
        }
        names => format!("{}: {}", a.cluster, names.join(", ")),
    };
    if appeared.is_empty() { String::new() } else { format!("; since then {}", appeared.iter().map(one).collect::<Vec<_>>().join("; ")) }
}

/// The area in which namespaces are listed, for the mouse.
#[must_use]
pub fn list_area(area: Rect, session: &Session, editor: &ScopeEditor) -> Rect {
    namespaces::list_area(frame::top(page::body(area), head(session)).1, editor)
}
