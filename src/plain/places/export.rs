//! Export: which form, where to, what stays out, what is unfinished; then how far it is; then where it lies and what its SHA-256 is.

use crate::plain::page::{List, Number, Page};
use crate::shell::told;
use crate::shell::words::{counted, size};
use kassay_core::model::ExportFormat;
use kassay_core::session::Session;

/// The export.
pub fn page(session: &Session) -> Page<'_> {
    let Some(book) = session.book.as_deref() else { return Page::new("No assessment is open.") };
    let state = &session.export;
    let mut page = Page::new("Export.");
    match (&state.running, &state.failed, &state.done) {
        (Some(underway), ..) => {
            page.line(if underway.stopping { "Stopping." } else { "Writing." });
            if underway.of > 1 {
                page.line(format!("{} of {} files, {}.", underway.done, underway.of, size(underway.bytes)));
            }
            page.line("Type back to stop, or enter to go on meanwhile.");
            return page;
        }
        (None, Some(why), _) => page.line(format!("Error: it was not written: {why}")),
        (None, None, Some((path, sha256, bytes, files))) => {
            page.pair("Written", &path.to_string_lossy());
            page.pair("SHA-256", sha256);
            page.pair("Size", &format!("{}, {}", size(*bytes), counted(*files, "file", "files")));
            if *files > 1 {
                page.pair("Verify with", &format!("kassay verify {}", path.to_string_lossy()));
            }
        }
        (None, None, None) => {}
    }
    page.pair("Form", ExportFormat::ALL.get(state.cursor.at).map_or("", |format| format.label()));
    page.pair("Goes to", &session.export_target().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default());
    if state.redact {
        page.line(
            "Names: each is replaced by a pseudonym, the same in every export; redact.map.json in the folder of the assessment tells what each stands \
             for. Names that stand in your own words alone may stay: read these before you hand them on. Of a bag, workbook, journal, snapshots and \
             files of evidence are left out, and listed.",
        );
    }
    let redactions: usize = book.workbook.clusters.iter().map(|c| c.redactions).sum();
    page.line(match redactions {
        0 => "What stays out: no secret and no card number was met; none can go in.".to_owned(),
        n => format!(
            "What stays out: {}: only their places, kinds and masked forms are told.",
            counted(n, "secret or card number", "secrets and card numbers")
        ),
    });
    page.all(told::unfinished(book).into_iter().map(|words| format!("Good to know before: {words}")));
    if let Some(about) = ExportFormat::ALL.get(state.cursor.at).map(|format| format.about()) {
        page.pair("What goes in", about.holds);
    }
    page.line("A number selects a form, t says where to, enter writes it.");
    let row = |at: usize| ExportFormat::ALL.get(at).map(|format| format.label().to_owned()).unwrap_or_default();
    page.with(List::new(("form", "forms"), ExportFormat::ALL.len(), state.cursor.at, row).numbered(Number::Selects { enters: false }))
}
