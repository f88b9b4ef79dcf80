//! Help: how plain text is worked with, what can be done where one came from, and the words that stand there.

use crate::plain::commands;
use crate::plain::page::Page;
use crate::shell::glossary;
use kassay_core::session::Session;

/// Help for the place below it.
pub fn page(session: &Session) -> Page<'_> {
    let place = session.context_below();
    let mut page = Page::new(format!("Help for {}. Type back to leave it.", place.label()));
    page.all(commands::MANNERS.iter().map(|words| (*words).to_owned()));
    page.line("What can be done here:");
    page.all(commands::all(place));
    let screen = glossary::screen(place);
    page.line("Words that stand here:");
    page.all(glossary::of(screen).map(|entry| format!("{}: {}", entry.word, entry.meaning)));
    page.line("Other words:");
    page.all(glossary::GLOSSARY.iter().filter(|e| !e.on.contains(&screen)).map(|entry| format!("{}: {}", entry.word, entry.meaning)));
    page
}
