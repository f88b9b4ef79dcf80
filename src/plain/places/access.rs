//! The access register: who may do what, where, by which binding; and one subject with all of it.

use crate::plain::page::{List, Page};
use crate::shell::told;
use crate::shell::words::counted;
use kassay_core::analysis::rbac::folded::{Entry, Folded, Told};
use kassay_core::analysis::rbac::{Subject, SubjectKind};
use kassay_core::session::{AccessGroup, AccessView, ListRow, Session, Way};

/// The register.
pub fn page(session: &Session) -> Page<'_> {
    let shown = session.book.as_ref().and_then(|book| book.shown());
    let mut page = Page::new(format!("Access register{}.", shown.map(|c| format!(" of {}", c.key)).unwrap_or_default()));
    if shown.is_none_or(|c| !session.access.knows(&c.key)) {
        page.line(told::waiting(session, "Working out who may do what."));
        return page;
    }
    let view = &session.access.view;
    page.line(counts(view));
    page.pair("Filter", view.list.filter.trimmed());
    if !view.register().complete {
        page.line("Blocked: roles or bindings could not all be read: rights may be missing here.");
    }
    let rows = view.list.rows();
    if rows.is_empty() {
        page.line(if view.register().subjects.is_empty() { "No binding names anybody." } else { "Nobody fits the filter; / changes it." });
        return page;
    }
    let row = move |at: usize| match &rows[at] {
        ListRow::Heading(name, count) => format!("Group {name}: {}", counted(*count, "subject", "subjects")),
        ListRow::Platform(count, open) => crate::plain::namespaces::platform(&counted(*count, "subject", "subjects"), *open),
        ListRow::Item(nth) => view.entry(*nth).map(words).unwrap_or_default(),
    };
    let detail =
        move |at: usize| rows[at].item().and_then(|nth| view.entry(nth)).map(|entry| lines(view.register(), entry)).unwrap_or_default();
    page.with(List::new(("row", "rows"), rows.len(), view.list.cursor.at, row).detailed(detail))
}

fn counts(view: &AccessView) -> String {
    let register = view.register();
    let all = counted(register.subjects.len(), "subject", "subjects");
    if view.list.shown() != register.subjects.len() {
        return format!("{} of {all}.", view.list.shown());
    }
    if view.list.group != AccessGroup::None {
        return format!("{all}, grouped {}.", view.list.group.label());
    }
    let kinds = [
        (SubjectKind::User, "user", "users"),
        (SubjectKind::Group, "group", "groups"),
        (SubjectKind::ServiceAccount, "account", "accounts"),
    ];
    let counts: Vec<String> = kinds.iter().map(|(kind, one, many)| counted(register.count(*kind), one, many)).collect();
    format!("{} hold {}.", counts.join(", "), counted(register.rows, "rule", "rules"))
}

fn words(entry: &Entry) -> String {
    let worst = entry.worst().map(|worst| format!("{}: ", worst.id())).unwrap_or_default();
    let paths = entry.path_words().join(", ");
    let paths = if paths.is_empty() { String::new() } else { format!(", ways to further rights: {paths}") };
    let reaches = reaches(entry);
    let reaches = if reaches.is_empty() { String::new() } else { format!(", reaches {reaches}") };
    format!("{worst}{}, {}{reaches}{paths}", entry.subject, counted(entry.by_role().len(), "role", "roles"))
}

/// The categories that its rights reach.
fn reaches(entry: &Entry) -> String {
    entry.categories.iter().map(|category| category.label()).collect::<Vec<_>>().join(", ")
}

/// All that a subject holds.
fn lines(register: &Folded, entry: &Entry) -> Vec<String> {
    let told = register.told(entry);
    told.iter()
        .map(|told| match told {
            Told::Paths(words) => format!("Ways to further rights: {words}"),
            Told::Role(words) => format!("Role: {words}"),
            Told::Rule(words) => format!("Rule: {words}"),
        })
        .collect()
}

/// One subject.
pub fn holder<'a>(session: &'a Session, subject: &'a Subject) -> Page<'a> {
    let register = session.access.view.register();
    let mut page = Page::new(format!("{subject}."));
    match register.subjects.iter().find(|entry| entry.subject == *subject) {
        Some(entry) => {
            page.pair("Reaches", &reaches(entry));
            page.all(lines(register, entry));
        }
        None => page.line("No binding names this subject any more: the cluster was read or judged anew. Type back for the list."),
    }
    page
}
