//! The scope of the open assessment.

use crate::tui::theme::Theme;
use crate::tui::widgets::{hints::Hint, namespaces, page};
use kassay_core::session::ScopeEditor;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the scope as a screen.
///
/// ```text
///   Scope
///
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
pub fn render(frame: &mut Frame<'_>, area: Rect, editor: &ScopeEditor, keys: &[Hint<'_>], theme: &Theme) {
    let about = if editor.touched { "changed, not saved yet" } else { "" };
    let body = page::draw(frame, area, "Scope", about, keys, theme);
    namespaces::draw(frame, body, editor, theme);
}

/// The area in which namespaces are listed, for the mouse.
#[must_use]
pub fn list_area(area: Rect, editor: &ScopeEditor) -> Rect {
    namespaces::list_area(page::body(area), editor)
}
