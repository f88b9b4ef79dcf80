//! The checks of a control, the findings of one, and one finding: on what, at which field, why it matters, how to mend it, with the lines of the object.

use crate::plain::page::{List, Page, pair};
use crate::shell::words::counted;
use kassay_core::checks;
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::judging::Check;
use kassay_core::model::{Finding, Outcome};
use kassay_core::session::{Book, FindingsView, Group, ListRow, Session, Way, checks_of, excerpt};
use kassay_core::workbook::Exception;

/// The list.
pub fn list<'a>(session: &'a Session, check: &'a str) -> Page<'a> {
    let known = checks::by_id(check);
    let (Some(book), Some(view)) = (session.book.as_deref(), session.findings.view(check)) else {
        return Page::new(format!("Findings of {check}: none are loaded."));
    };
    let says = view.outcome().map(|o| format!(" It says {}.", o.outcome.label())).unwrap_or_default();
    let mut page = Page::new(format!("Findings of {check}, {}.{says}", known.map_or("", |c| c.title)));
    let all = view.findings().len();
    if all == 0 {
        page.line("There are no findings.");
        page.all(known.map(|c| of_check(book, c)).unwrap_or_default());
        return page;
    }
    page.line(counts(view, all));
    page.pair("Filter", view.list.filter.trimmed());
    let rows = view.list.rows();
    if rows.is_empty() {
        page.line("No finding fits the filter; / changes it.");
        return page;
    }
    let row = move |at: usize| match &rows[at] {
        ListRow::Heading(name, count) => format!("Group {name}: {}", counted(*count, "finding", "findings")),
        ListRow::Platform(count, open) => crate::plain::namespaces::platform(&counted(*count, "finding", "findings"), *open),
        ListRow::Item(nth) => view.findings().get(*nth).map(|f| words(book, view, check, f)).unwrap_or_default(),
    };
    let detail = move |at: usize| {
        rows[at].item().and_then(|nth| view.findings().get(nth)).map(|f| lines(session, book, check, f)).unwrap_or_default()
    };
    page.with(List::new(("row", "rows"), rows.len(), view.list.cursor.at, row).detailed(detail))
}

fn counts(view: &FindingsView, all: usize) -> String {
    let shown = if view.list.shown() == all {
        counted(all, "finding", "findings")
    } else {
        format!("{} of {}", view.list.shown(), counted(all, "finding", "findings"))
    };
    let group = if view.list.group == Group::None { String::new() } else { format!(", grouped {}", view.list.group.label()) };
    let marked = if view.marked.is_empty() { String::new() } else { format!(", {} marked", view.marked.len()) };
    format!("{shown}, by {}{group}{marked}.", view.sort.label())
}

fn words(book: &Book, view: &FindingsView, check: &str, finding: &Finding) -> String {
    let mark = if view.marked.contains(&finding.id) { "marked, " } else { "" };
    let excepted = match book.exception(check, &finding.id) {
        // What has lapsed counts again, and must not sound as if it did not.
        Some(exception) if exception.is_lapsed(book.today) => ", exception lapsed",
        Some(_) => ", excepted",
        None => "",
    };
    let rule = finding.rule.as_deref().map(|rule| format!(", {rule}")).unwrap_or_default();
    let pods = finding.pods.map(|n| format!(", {}", counted(n as usize, "pod", "pods"))).unwrap_or_default();
    let field = if finding.field.is_empty() { String::new() } else { format!(", at {}", finding.field) };
    format!("{mark}{}, {}, {}{rule}{pods}{field}{excepted}", finding.severity.id(), finding.category.label(), finding.object)
}

/// One finding.
pub fn one<'a>(session: &'a Session, check: &'a str, id: &'a str) -> Page<'a> {
    let mut page = Page::new(format!("A finding of {check}."));
    let found = session.findings.view(check).and_then(|view| view.findings().iter().find(|f| f.id == *id));
    match (session.book.as_deref(), found) {
        (Some(book), Some(finding)) => {
            let pods = finding.pods.map(|n| format!(", {}", counted(n as usize, "pod", "pods"))).unwrap_or_default();
            page.pair("Rule", finding.rule.as_deref().unwrap_or_default());
            page.line(format!("{}, {}: {}{pods}", finding.severity.id(), finding.category.label(), finding.object));
            page.all(lines(session, book, check, finding));
        }
        _ => page.line("This finding is not there any more: the cluster was read or judged anew. Type back for the list."),
    }
    page
}

/// All that is known of a finding beside its object.
fn lines(session: &Session, book: &Book, check: &str, finding: &Finding) -> Vec<String> {
    let mut page = Page::new("");
    page.all(finding.message.lines().map(str::to_owned));
    page.pair("Field", &finding.field);
    page.pair("Observed", &finding.observed);
    object(&mut page, book, finding);
    page.pair("Mend", &finding.mend);
    page.pair("Command", &session.kubectl_here(&finding.object));
    if let Some(exception) = book.exception(check, &finding.id) {
        page.pair("Exception", &excepted(book, exception));
    }
    if let Some(known) = checks::by_id(check) {
        page.pair("Why", &paragraphs(known.why).join(" "));
    }
    page.pair("Id", &finding.id);
    page.lines
}

/// The lines of the object around the field.
fn object(page: &mut Page<'_>, book: &Book, finding: &Finding) {
    let inventory = book.shown().and_then(|c| c.inventory.as_ref());
    let Some(object) = inventory.and_then(|i| i.object_json(&finding.object)) else {
        page.line(match book.shown() {
            Some(cluster) if cluster.loading => "The object is being loaded.",
            _ => "The lines of this object were not kept; the command shows them on the cluster.",
        });
        return;
    };
    page.line("Lines of the object:");
    for line in excerpt(&object, &finding.field, &finding.observed) {
        let here = if line.marked { ", here it is" } else { "" };
        page.line(format!("{}{here}", line.text));
    }
}

/// The checks of a control.
pub fn checks<'a>(book: &'a Book, control: &'a Control) -> Page<'a> {
    let mut page = Page::new("");
    let all = checks_of(control);
    if all.is_empty() {
        page.line("No check of this control can be automated: the API shows nothing that would decide it. Its questions are on tab 3.");
        return page;
    }
    let told = all.clone();
    let list =
        List::new(("check", "checks"), all.len(), book.walk.row(control), move |at| all.get(at).map(|c| row(book, c)).unwrap_or_default());
    page.with(list.detailed(move |at| told.get(at).map(|c| of_check(book, c)).unwrap_or_default()))
}

fn row(book: &Book, check: &Check) -> String {
    let note = if let Some(exception) = book.exception(check.id, "") {
        if exception.is_lapsed(book.today) { " (exception lapsed)" } else { " (excepted)" }
    } else if book.review(check.id).is_some_and(|(_, holds)| holds) {
        " (reviewed)"
    } else {
        ""
    };
    match book.outcome(check.id) {
        Some(outcome) => format!("{}, {}: {}{note}", outcome.outcome.label(), check.id, outcome.reason),
        None => format!("not run, {}: {}{note}", check.id, check.title),
    }
}

/// A check in words: what it says, why it matters, what is missing, how to mend, what it can't see.
fn of_check(book: &Book, check: &Check) -> Vec<String> {
    let outcome = book.outcome(check.id);
    let mut lines = vec![check.title.to_owned()];
    match outcome {
        Some(found) => {
            lines.extend(pair("Says", &found.reason));
            if found.outcome == Outcome::Blocked {
                lines.extend(pair("Missing", &found.needs.join(", ")));
            }
            if !found.findings.is_empty() {
                lines.push(format!("Found: {}; enter lists them.", counted(found.findings.len(), "finding", "findings")));
            }
        }
        None => lines.push("Says: not run yet, no cluster was read.".to_owned()),
    }
    if let Some(exception) = book.exception(check.id, "") {
        lines.extend(pair("Exception", &excepted(book, exception)));
    }
    if book.is_several() {
        let others = book.together.outcomes(check.id).filter(|(key, _)| book.shown().is_none_or(|c| c.key != *key));
        let others: Vec<String> = others.map(|(key, o)| format!("{key}: {}", o.outcome.label())).collect();
        lines.extend(pair("On other clusters", &others.join("; ")));
    }
    if let Some((review, holds)) = book.review(check.id) {
        let note = if review.note.is_empty() { "looked at" } else { &review.note };
        let again = if holds { "" } else { "; it shows other things now: look again" };
        lines.extend(pair("Reviewed", &format!("{note} ({}, {}{again})", review.by, review.at)));
    } else if matches!(outcome.map(|o| o.outcome), Some(Outcome::Review | Outcome::Blocked)) && !book.to_review(check).is_empty() {
        lines.push("Now: only you can judge this: v says that you looked, d determines the practice and settles it.".to_owned());
    }
    for (label, words) in [("Why", check.why), ("Mend", check.mend), ("Unseen", check.blind_spots)] {
        lines.extend(pair(label, &paragraphs(words).join(" ")));
    }
    lines
}

/// An exception in words: how it stands, why, and who answers for it. It stands beside the outcome and never in its place.
fn excepted(book: &Book, exception: &Exception) -> String {
    let approver = if exception.approver.is_empty() { String::new() } else { format!(", approved by {}", exception.approver) };
    let wrong: Vec<String> = book.exception_faults(exception).iter().map(|fault| format!("; {fault}")).collect();
    format!("{}: {} (owner {}{approver}){}", exception.standing(book.today), exception.reason, exception.owner, wrong.concat())
}
