//! A cluster being read: how far it is, what was refused and in whose words; and what it says otherwise than before.

use crate::plain::differences::differences;
use crate::plain::page::Page;
use crate::plain::progress::{is_unread, name, refusal, so_far};
use kassay_core::session::Session;

/// The reading.
pub fn page(session: &Session) -> Page<'_> {
    let Some(view) = &session.reading else { return Page::new("Nothing is being read.") };
    if let Some(arrived) = &view.arrived {
        let mut page = Page::new(format!("{} was read again, and is not taken yet.", arrived.key));
        page.line("This is what it says otherwise than before. Taken or not, nothing that a person wrote is touched.");
        page.line("Type enter to take it, or back to leave everything as it was.");
        return page.with(differences(&arrived.differences));
    }
    let name = name(view);
    if let Some(why) = &view.failed {
        let mut page = Page::new(format!("Error: {name} could not be read."));
        page.all(why.lines().map(str::to_owned));
        page.line("Nothing of it is kept. What was read of it before stays as it is. Type enter to try again, or back to leave it.");
        return page;
    }
    let mut page = Page::new(format!("Reading {name}."));
    page.line(so_far(session, view));
    page.line(if view.cancelling { "Stopping; nothing of it is kept." } else { view.note.as_str() });
    page.all(view.rows.iter().filter(|row| is_unread(row)).map(refusal));
    page.line("Type back to cancel, which keeps nothing, or enter to work on meanwhile.");
    page
}
