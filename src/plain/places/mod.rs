//! A page for each place of the walk, named as what a person does there. Each reads the session and nothing else; none knows another.

mod access;
mod all_findings;
mod answer;
mod compare;
mod determine;
mod evidence;
mod export;
mod findings;
mod fleet;
mod help;
mod home;
mod new;
mod palette;
mod probes;
mod reading;
mod registers;
mod samples;
mod scope;
mod search;
mod segmentation;
mod summary;
mod trial;
mod walk;

use super::forms;
use super::page::Page;
use kassay_core::session::{Layer, Pane, Session, Tab};

/// What there is to read of the place that lies on top.
#[must_use]
pub fn page(session: &Session) -> Page<'_> {
    match session.top() {
        Layer::Home => home::page(session),
        Layer::New => new::page(session),
        Layer::Reading => reading::page(session),
        Layer::Walk => of_walk(session),
        Layer::Findings(check) => findings::list(session, check),
        Layer::Finding { check, id, .. } => findings::one(session, check, id),
        Layer::AllFindings => all_findings::page(session),
        Layer::Form(form) => forms::page(session, form),
        Layer::Summary(cursor) => summary::page(session, cursor.at),
        Layer::Segmentation(cursor) => segmentation::page(session, cursor.at),
        Layer::Flows => segmentation::flows(session),
        Layer::Access => access::page(session),
        Layer::Holder { subject, .. } => access::holder(session, subject),
        Layer::Trial => trial::page(session),
        Layer::Witness { id, .. } => trial::witness(session, id),
        Layer::Fleet => fleet::page(session),
        Layer::Compare => compare::page(session),
        Layer::Probes => probes::page(session),
        Layer::Register(register) => registers::page(session, *register),
        Layer::Sample { reference, cursor } => samples::page(session, reference, cursor.at),
        Layer::Pick(picking) => samples::pick(picking),
        Layer::Scope(editor) => scope::page(session, editor),
        Layer::Export => export::page(session),
        Layer::Help(_) => help::page(session),
        Layer::Palette { query, cursor } => palette::page(session, query.trimmed(), cursor.at),
        Layer::Find { query, cursor } => search::page(session, query.trimmed(), cursor.at),
    }
}

/// The list of areas, or the tab of the control one stands on.
fn of_walk(session: &Session) -> Page<'_> {
    let Some(book) = session.book.as_deref() else { return Page::new("No assessment is open.") };
    let Some(control) = book.walk.here(session.guidance).filter(|_| book.walk.pane == Pane::Work) else {
        return walk::areas(session, book);
    };
    let mut page = match book.walk.tab {
        Tab::Guidance => walk::guidance(control),
        Tab::Checks => findings::checks(book, control),
        Tab::Questions => answer::page(session, book, control),
        Tab::Evidence => evidence::page(session, book, control),
        Tab::Result => determine::page(session, book, control),
    };
    page.title = walk::title(book, control);
    page
}
