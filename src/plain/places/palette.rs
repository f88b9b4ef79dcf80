//! Every action that is possible where one came from, narrowed by what is typed.

use crate::plain::page::{List, Number, Page};
use crate::shell::keymap;
use kassay_core::session::Session;

/// The palette.
pub fn page<'a>(session: &'a Session, query: &str, selected: usize) -> Page<'a> {
    let mut page = Page::new("Commands: a few letters of what you want to do; then the number of a command.");
    page.pair("Typed", query);
    let rows = keymap::palette(session);
    if rows.is_empty() {
        page.line("No command fits.");
    }
    let count = rows.len();
    let row = move |at: usize| {
        rows.get(at).map(|(binding, _)| format!("{} ({}): {}", binding.name, binding.keys[0], binding.words)).unwrap_or_default()
    };
    page.with(List::new(("command", "commands"), count, selected, row).numbered(Number::Opens))
}
