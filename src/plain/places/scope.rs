//! The scope: namespaces with their categories and why they have them.

use crate::plain::namespaces::{counts, rows};
use crate::plain::page::Page;
use kassay_core::session::{Book, ScopeEditor, Session};
use kassay_core::workbook::scoped::{Appeared, Confirmation};

/// The scope of the open assessment.
pub fn page<'a>(session: &'a Session, editor: &'a ScopeEditor) -> Page<'a> {
    let mut page = Page::new(if editor.touched { "Scope, changed and not saved yet; enter saves it." } else { "Scope." });
    if let Some(book) = session.book.as_deref() {
        page.line(standing(book));
    }
    page.line("What has to do with account data? Findings elsewhere are shown, but decide nothing.");
    page.all(counts(editor));
    page.with(rows(editor))
}

/// Who confirmed the scope, and what is other since: its rules, or namespaces that nobody knew.
fn standing(book: &Book) -> String {
    let appeared = told(&book.appeared);
    match book.workbook.confirmation() {
        Confirmation::Missing => "Nobody has confirmed this scope yet: c confirms it.".to_owned(),
        Confirmation::Changed(c) => format!("Changed since {} confirmed it on {}{appeared}: c confirms it again.", c.by, c.at),
        Confirmation::Holds(c) if !appeared.is_empty() => format!("Confirmed by {} on {}{appeared}: c confirms it again.", c.by, c.at),
        Confirmation::Holds(c) => format!("Confirmed by {} on {}: {}", c.by, c.at, c.words),
    }
}

/// Namespaces that have appeared since.
fn told(appeared: &[Appeared]) -> String {
    let one = |a: &Appeared| match a.whole {
        true => format!("{} came", a.cluster),
        false => format!("{}: {}", a.cluster, a.namespaces.join(", ")),
    };
    if appeared.is_empty() { String::new() } else { format!("; since then {}", appeared.iter().map(one).collect::<Vec<_>>().join("; ")) }
}
