//! Active probes: what would be sent, request by request, before anything is; then how far it is.

use crate::plain::page::{List, Number, Page};
use crate::shell::words::counted;
use kassay_core::session::Session;

/// What is asked, and all that would be sent.
pub fn page(session: &Session) -> Page<'_> {
    let Some(view) = &session.probing else { return Page::new("No active probes are planned.") };
    let requests = view.plan.requests.len();
    let mut page = Page::new(format!("Active probes of {}: {}.", view.cluster, counted(requests, "request", "requests")));
    match (&view.running, &view.failed) {
        (Some((done, next)), _) => {
            page.line(format!("Sent: {done} of {requests}."));
            page.line(if view.stopping { "Stopping; what was heard is kept." } else { next.as_str() });
            page.line("Type stop to send no more, or enter to go on meanwhile.");
        }
        (None, Some(why)) => page.line(format!("Error: they could not be sent: {why} y tries again.")),
        (None, None) => page.line(format!(
            "May these be sent from this machine now? None carries a credential of yours but where its line says so, and nothing is sent beyond them but what the other side \
             leads to: a token service, or three redirects. The logs there show your address. What comes back is judged, and kept as evidence that \
             {} allowed it. y sends exactly these, n sends nothing.",
            session.user
        )),
    }
    let row = move |at: usize| view.lines.get(at).cloned().unwrap_or_default();
    page.with(List::new(("line", "lines"), view.lines.len(), view.cursor.at, row).numbered(Number::Tells))
}
