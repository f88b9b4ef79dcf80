//! The open assessment beside another one.

use crate::plain::differences::differences;
use crate::plain::page::Page;
use crate::shell::words::counted;
use kassay_core::session::Session;

/// In what they differ.
pub fn page(session: &Session) -> Page<'_> {
    let compare = &session.compare;
    let mut page = Page::new(format!("Compared with {}; the other is the first.", compare.other.display()));
    match (&compare.failed, &compare.differences) {
        (Some(why), _) => page.line(format!("Error: they can't be compared: {why}")),
        (None, None) => page.line("Comparing."),
        (None, Some(found)) if found.is_empty() => page.line("They are equal: determinations, answers, outcomes, findings, clusters."),
        (None, Some(found)) => {
            page.line(format!("{}.", counted(found.count(), "difference", "differences")));
            page.pair("Filter", found.filter.trimmed());
            if found.count() > 0 {
                return page.with(differences(found));
            }
            page.line("Nothing fits the filter; / changes it.");
        }
    }
    page
}
