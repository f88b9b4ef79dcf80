//! The picture to end a day with: the sixteen areas at a glance, what could not be read, what is open, where all of it is kept.

use crate::plain::page::{List, Number, Page};
use crate::shell::words::{counted, moment};
use kassay_core::model::{Determined, Outcome};
use kassay_core::session::{Book, Session, WalkProgress};
use kassay_core::workbook::excepting::ExceptionFault;
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::scoped::Confirmation;
use kassay_core::workbook::sign_off::SignState;
use std::collections::BTreeMap;

/// The summary.
pub fn page(session: &Session, selected: usize) -> Page<'_> {
    let Some(book) = session.book.as_deref() else { return Page::new("No assessment is open.") };
    let engagement = &book.workbook.engagement;
    let mut page = Page::new(format!("Summary of {}.", format!("{} {}", engagement.entity, engagement.period).trim()));
    let whole = book.progress(session.guidance.controls());
    page.line(format!("All areas: {}.", numbers(&whole)));
    determined(&mut page, session, book, whole.of);
    clusters(&mut page, session, book);
    scope(&mut page, book);
    page.line(counts(book));
    second_person(&mut page, session, book);
    people(&mut page, session, book);
    page.pair("Kept in", &book.dir.display().to_string());
    let areas = &session.guidance.areas;
    let row = move |at: usize| {
        areas.get(at).map_or_else(String::new, |area| {
            let marked = area.controls.iter().flat_map(|c| &c.practices).any(|p| book.walk.marked.contains(&p.id));
            let marked = if marked { ", marked" } else { "" };
            format!("Area {}, {}{marked}: {}", area.number, area.title, numbers(&book.progress(area.controls.iter())))
        })
    };
    page.with(List::new(("area", "areas"), areas.len(), selected, row).numbered(Number::Selects { enters: true }))
}

/// How far an area is: only what there is.
fn numbers(so_far: &WalkProgress) -> String {
    let mut told = vec![format!("{} of {} determined", so_far.determined, so_far.of)];
    let parts = [
        (so_far.open, "open"),
        (so_far.failed, "failed"),
        (so_far.review, "to review"),
        (so_far.blocked, "blocked"),
        (so_far.lapsed, "lapsed"),
    ];
    told.extend(parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    told.join(", ")
}

fn determined(page: &mut Page<'_>, session: &Session, book: &Book, of: usize) {
    let practices = session.guidance.controls().flat_map(|control| &control.practices);
    let found: Vec<Determined> =
        practices.filter_map(|p| book.workbook.determination(&p.id)).filter(|d| !d.to_confirm).map(|d| d.finding).collect();
    let count = |wanted: Determined| found.iter().filter(|finding| **finding == wanted).count();
    page.line(format!(
        "Practices: {} in place, {} not in place, {} not applicable, {} not tested, {} not determined.",
        count(Determined::InPlace),
        count(Determined::NotInPlace),
        count(Determined::NotApplicable),
        count(Determined::NotTested),
        of.saturating_sub(found.len())
    ));
}

fn clusters(page: &mut Page<'_>, session: &Session, book: &Book) {
    let workbook = &book.workbook;
    if workbook.clusters.is_empty() {
        page.line("No cluster was read: every check is open.");
    }
    if workbook.clusters.len() > 1 {
        let names: Vec<&str> = workbook.clusters.iter().map(|cluster| cluster.key.as_str()).collect();
        page.line(format!("Each check counts once, by the worst of {}.", names.join(", ")));
    }
    for cluster in &workbook.clusters {
        let read = cluster.collected_at.or(cluster.assessed_at).map(|at| moment(at.0, session.now, &session.zone)).unwrap_or_default();
        let reader = cluster.identity.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
        let used = workbook.use_case(&cluster.key).map(|case| format!(", {}", case.label())).unwrap_or_default();
        let about = format!("{}, {} {}{used}, read {read}{reader}", cluster.key, cluster.distribution, cluster.version);
        let of_it = book.together.parts.iter().filter(|part| part.cluster == cluster.key).flat_map(|part| &part.outcomes);
        let count = |wanted: Outcome| of_it.clone().filter(|o| o.outcome == wanted).count();
        let (failed, review, blocked) = (count(Outcome::Fail), count(Outcome::Review), count(Outcome::Blocked));
        let about = if book.is_several() { format!("{about}; {failed} failed, {review} to review") } else { about };
        page.line(if let Some(why) = unread(workbook, cluster) {
            format!("Not read: {why}. Nothing passes for it: R reads it again.")
        } else if cluster.not_read.is_empty() && blocked > 0 {
            format!("Cluster {about}: {} blocked; each says what it lacks.", counted(blocked, "check is", "checks are"))
        } else if cluster.not_read.is_empty() {
            format!("Cluster {about}: everything could be read.")
        } else {
            let kinds: Vec<&str> = cluster.not_read.keys().map(String::as_str).collect();
            format!("Cluster {about}: not readable: {}.", kinds.join(", "))
        });
    }
}

/// Who confirmed the scope, what has appeared since, and from which assessment this one was begun.
fn scope(page: &mut Page<'_>, book: &Book) {
    let appeared: usize = book.appeared.iter().map(|a| a.namespaces.len()).sum();
    let since = match appeared {
        0 => String::new(),
        n => format!(" {} since: S tells.", counted(n, "namespace has appeared", "namespaces have appeared")),
    };
    page.line(match book.workbook.confirmation() {
        Confirmation::Missing => "The scope is not confirmed by anybody: S, then c.".to_owned(),
        Confirmation::Changed(c) => format!("The scope was changed since {} confirmed it on {}.{since}", c.by, c.at),
        Confirmation::Holds(c) => format!("The scope was confirmed by {} on {}.{since}", c.by, c.at),
    });
    if let Some(previous) = &book.workbook.previous {
        page.line(format!("Begun from {}; last year's work is in the registers (r).", previous.title()));
    }
}

fn counts(book: &Book) -> String {
    let workbook = &book.workbook;
    let evidence = counted(workbook.evidence.len(), "piece of evidence", "pieces of evidence");
    let exceptions = counted(workbook.exceptions.len(), "exception", "exceptions");
    let wrong = workbook.exceptions.iter().filter(|e| book.exception_faults(e).iter().any(ExceptionFault::is_error)).count();
    let exceptions = if wrong > 0 { format!("{exceptions} ({wrong} in error: r tells)") } else { exceptions };
    let confirm = workbook.determinations.iter().filter(|d| d.to_confirm).count();
    let confirm = if confirm > 0 { format!(", {} to confirm", counted(confirm, "determination", "determinations")) } else { String::new() };
    format!("{evidence}, {exceptions}{confirm}.")
}

/// How determinations and answers stand with the second person; nothing where nothing was submitted yet.
fn second_person(page: &mut Page<'_>, session: &Session, book: &Book) {
    if book.workbook.sign_offs.is_empty() {
        return;
    }
    let of_people = || book.signing.iter().filter(|(of, _)| !of.starts_with("area "));
    let count = |state: SignState| of_people().filter(|(_, standing)| standing.state == state).count();
    let told = SignState::ALL.iter().rev().map(|state| (count(*state), *state)).filter(|(n, _)| *n > 0);
    let told: Vec<String> = told.map(|(n, state)| format!("{n} {}", state.label())).collect();
    page.line(format!("Second person, of determinations and answers: {}.", told.join(", ")));
    let mine = book.signing.values().filter(|standing| standing.is_returned_to(&session.user)).count();
    if mine > 0 {
        page.line(format!("{mine} returned to you: r, Sign-off."));
    }
}

/// What each person did, and when last, who did something last first.
fn people(page: &mut Page<'_>, session: &Session, book: &Book) {
    let workbook = &book.workbook;
    let mut people = BTreeMap::new();
    let all = (workbook.answers.iter().map(|a| (0, a.by.as_str(), a.at)))
        .chain(workbook.determinations.iter().map(|d| (1, d.by.as_str(), d.at)))
        .chain(workbook.reviews.iter().map(|r| (2, r.by.as_str(), r.at)))
        .chain(workbook.evidence.iter().map(|e| (3, e.by.as_str(), e.obtained)));
    for (what, by, at) in all {
        let (counts, last) = people.entry(by).or_insert(([0_usize; 4], at));
        counts[what] += 1;
        *last = at.max(*last);
    }
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
    let words =
        [("answer", "answers"), ("determination", "determinations"), ("review", "reviews"), ("piece of evidence", "pieces of evidence")];
    for (by, (counts, last)) in people {
        let did: Vec<String> = counts.iter().zip(words).filter(|(n, _)| **n > 0).map(|(n, (one, many))| counted(*n, one, many)).collect();
        page.line(format!("{by}: {}, last {}.", did.join(", "), moment(last.0, session.now, &session.zone)));
    }
}
