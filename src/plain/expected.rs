//! What is expected of a person now, and what does it.

use kassay_core::session::Session;

/// What is expected now; "" where nothing is.
#[must_use]
pub fn expected(session: &Session) -> String {
    match session.expected() {
        None if session.book.as_ref().is_some_and(|book| book.open.is_empty()) => {
            "All is determined. s shows the summary, w writes the evidence bundle.".to_owned()
        }
        None => String::new(),
        Some((item, "⇥")) => format!("Next: {}. An empty line goes there.", item.sentence.trim_end_matches('.')),
        Some((item, key)) => format!("Here: {}. {key} does it.", item.sentence.trim_end_matches('.')),
    }
}
