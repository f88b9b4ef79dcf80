//! What was determined of the practices of a control, and what stands in the way.

use crate::plain::forms;
use crate::plain::page::{List, Page, pair};
use crate::shell::words::moment;
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::session::{Book, Session};
use kassay_core::workbook::determining::overruled;
use kassay_core::workbook::sign_off::{Matter, SignState};

/// The practices of a control, then what stands in the way of a clean determination.
pub fn page<'a>(session: &'a Session, book: &'a Book, control: &'a Control) -> Page<'a> {
    let blockers = session.blockers_here();
    let practices = &control.practices;
    let mut page = Page::new("");
    page.line(match blockers.len() {
        0 => "Nothing stands in the way.".to_owned(),
        n => format!("What stands in the way is listed below the practices: {n}."),
    });
    let length = practices.len() + blockers.len();
    let words: Vec<String> = blockers.iter().map(|b| format!("stands in the way: {}", b.words)).collect();
    let row = move |at: usize| match practices.get(at) {
        Some(practice) => standing(session, book, &practice.id),
        None => words.get(at - practices.len()).cloned().unwrap_or_default(),
    };
    let detail = move |at: usize| match practices.get(at) {
        Some(practice) => lines(session, book, &practice.id),
        None => vec!["Type enter to go there.".to_owned()],
    };
    page.with(List::new(("line", "lines"), length, book.walk.row(control), row).detailed(detail))
}

fn standing(session: &Session, book: &Book, practice: &str) -> String {
    let mark = if book.walk.marked.contains(practice) { "marked, " } else { "" };
    let words = match (book.workbook.determination(practice), book.proposed(practice)) {
        (Some(found), _) => {
            let confirm = if found.to_confirm { "to confirm: " } else { "" };
            let signed = book.signing.get(&Matter::of_determination(found).to_string()).map(|s| s.state);
            let signed = signed.filter(|state| *state != SignState::Open).map_or_else(String::new, |state| format!(", {}", state.label()));
            let when = moment(found.at.0, session.now, &session.zone);
            format!("{confirm}{}, determined by {}, {when}{signed}", found.finding.label(), found.by)
        }
        (None, Some(finding)) => format!("not determined; proposed: {}", finding.label()),
        (None, None) => "not determined; nothing proposed yet".to_owned(),
    };
    format!("{mark}practice {practice}: {words}")
}

fn lines(session: &Session, book: &Book, practice: &str) -> Vec<String> {
    let mut lines = vec![];
    if let Some(known) = session.guidance.practice(practice) {
        lines.extend(pair("Practice", &paragraphs(&known.text).join(" ")));
    }
    lines.extend(forms::proposal(book, practice));
    if let Some(before) = book.workbook.previous.as_ref().and_then(|p| p.determination(practice)) {
        let why = if before.rationale.is_empty() { String::new() } else { format!(": {}", before.rationale) };
        lines.extend(pair("Last year", &format!("{}{why}", before.finding.label())));
    }
    let Some(found) = book.workbook.determination(practice) else {
        lines.push(
            "Determined: not yet; p in place, f not in place, u not applicable, t not tested, d with all that can be said.".to_owned(),
        );
        return lines;
    };
    let when = moment(found.at.0, session.now, &session.zone);
    lines.extend(pair("Determined", &format!("{}, {} ({}, {when})", found.finding.label(), found.method.label(), found.by)));
    let overruled = overruled(found);
    lines.extend(overruled.iter().flat_map(|words| pair("Overruled", words)));
    lines.extend(pair("Excluded by", &found.excluded_by));
    if overruled.is_none() {
        lines.extend(pair("Rationale", &found.rationale));
    }
    lines.extend(found.parts().into_iter().flat_map(|(label, words)| pair(label, &words)));
    if let Some(standing) = book.signing.get(&Matter::of_determination(found).to_string()) {
        lines.extend(pair("Second person", &standing.words()));
    }
    if found.to_confirm {
        let then = found.proposed.map_or("nothing", |f| f.label());
        lines.push(format!("Confirm: when it was determined, {then} was proposed; look again, and save it anew with d."));
    }
    lines
}
