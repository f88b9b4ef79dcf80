//! Active probes: what would be sent, request by request, before anything is; then how far it is.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, frame, page, progress};
use crate::tui::{keymap, markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Probing, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the list, or how far it is.
///
/// ```text
///  Active probes of prod-eu                                           41 requests
///
///  These would be sent from this machine now, without a credential, and only where you say so. …
///
///  ▸ GET https://10.0.0.1:6443/version
///    HEAD https://registry.example/v2/pay/api/manifests/sha256:…
///    …
///  y yes, send these  n send nothing                                        ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(view) = &session.probing else { return };
    let keys = keymap::hints(session.context_below());
    let requests = view.plan.requests.len();
    let title = format!("Active probes of {}", text::cut_middle(&clean(&view.cluster), usize::from(area.width / 2)));
    let body = page::draw(frame, area, &title, &text::counted(requests, "request", "requests"), &keys, theme);
    let width = usize::from(body.width);
    let said = match (&view.running, &view.failed) {
        (Some((done, next)), _) => sending(session, view, *done, next, width, theme),
        (None, Some(why)) => {
            let mut lines = markdown::plain(&format!("✗ They could not be sent: {}", clean(why)), width, theme.style("error"));
            lines.push(Line::styled("y tries again.", theme.style("text.muted")));
            lines
        }
        (None, None) => asking(session, width, theme),
    };
    let height = u16::try_from(said.len() + 1).unwrap_or(6).min(body.height / 2);
    let (head, list) = frame::top(body, height);
    frame.render_widget(Paragraph::new(said), head);
    view.cursor.shows(list.height.into());
    List::new(view.lines.len(), Some(view.cursor.at), theme).focused(view.running.is_none()).draw(frame, list, |nth, room| {
        let line = view.lines.get(nth).map_or("", String::as_str);
        let meaning = if nth < requests { "text.code" } else { "text.muted" };
        Line::styled(text::cut_middle(line, room), theme.style(meaning))
    });
}

/// What is asked, and what a yes means.
fn asking(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let words = format!(
        "May these be sent from this machine now? None carries a credential of yours but where its line says so, and nothing is sent beyond them but what the other side \
         leads to: a token service, or three redirects. The logs there show your address. What comes back is judged, and kept as evidence that \
         {} allowed it.",
        clean(&session.user)
    );
    markdown::plain(&words, width, theme.style("text"))
}

fn sending(session: &Session, view: &Probing, done: usize, next: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let of = view.plan.requests.len();
    let spinner = progress::spinner(session.ticks, theme.still);
    let mut line = vec![Span::styled(format!("{spinner} "), theme.style("progress"))];
    line.extend(progress::bar(done, of, 24.min(width / 3), theme));
    let words = if view.stopping { "stopping; what was heard is kept".to_owned() } else { clean(next) };
    let words = format!("  {} of {}  {words}", text::thousands(done), text::thousands(of));
    line.push(Span::styled(text::cut(&words, width.saturating_sub(28)), theme.style("text")));
    vec![Line::from(line)]
}
