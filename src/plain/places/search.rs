//! The search for controls, checks, questions and evidence.

use crate::plain::page::{List, Number, Page};
use kassay_core::session::Session;

/// The search.
pub fn page<'a>(session: &'a Session, query: &str, selected: usize) -> Page<'a> {
    let mut page = Page::new("Find: words of anything, or a PCI DSS requirement such as 8.4.2; then the number of what was found.");
    page.pair("Typed", query);
    let rows = session.find(query);
    if rows.is_empty() {
        page.line("Nothing fits.");
    }
    let count = rows.len();
    let row = move |at: usize| rows.get(at).map(|row| row.text.clone()).unwrap_or_default();
    page.with(List::new(("thing found", "things found"), count, selected, row).numbered(Number::Opens))
}
