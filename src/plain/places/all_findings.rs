//! All findings of all checks on all clusters as one list.

use crate::plain::page::{List, Page, pair};
use crate::shell::words::counted;
use kassay_core::session::{AllFindings, AllGroup, ListRow, One, Session, Way};

/// The list.
pub fn page(session: &Session) -> Page<'_> {
    let several = session.book.as_ref().is_some_and(|book| book.is_several());
    let view = &session.all_findings;
    let mut page = Page::new("All findings of all checks on all clusters.");
    page.line(counts(view));
    page.pair("Filter", view.list.filter.trimmed());
    let rows = view.list.rows();
    if rows.is_empty() {
        page.line(if view.count() == 0 { "No check has a finding." } else { "No finding fits the filter; / changes it." });
        return page;
    }
    let row = move |at: usize| match &rows[at] {
        ListRow::Heading(name, count) => format!("Group {name}: {}", counted(*count, "finding", "findings")),
        ListRow::Platform(count, open) => crate::plain::namespaces::platform(&counted(*count, "finding", "findings"), *open),
        ListRow::Item(nth) => view.one(*nth).map(|one| words(&one, several)).unwrap_or_default(),
    };
    let detail = move |at: usize| rows[at].item().and_then(|nth| view.one(nth)).map(|one| lines(&one)).unwrap_or_default();
    page.with(List::new(("row", "rows"), rows.len(), view.list.cursor.at, row).detailed(detail))
}

fn counts(view: &AllFindings) -> String {
    let all = counted(view.count(), "finding", "findings");
    let shown = if view.list.shown() == view.count() { all } else { format!("{} of {all}", view.list.shown()) };
    let group = if view.list.group == AllGroup::None { String::new() } else { format!(", grouped {}", view.list.group.label()) };
    format!("{shown}, by {}{group}.", view.sort.label())
}

fn words(one: &One<'_>, several: bool) -> String {
    let f = one.finding;
    let excepted = if one.excepted { ", excepted" } else { "" };
    let cluster = if several { format!(", on {}", one.cluster) } else { String::new() };
    format!("{}, {}, {}: {}{cluster}{excepted}", f.severity.id(), f.category.label(), one.check, f.object)
}

fn lines(one: &One<'_>) -> Vec<String> {
    let f = one.finding;
    let mut lines: Vec<String> = f.message.lines().map(str::to_owned).collect();
    lines.extend(pair("Field", &f.field));
    lines.extend(pair("Observed", &f.observed));
    lines.extend(pair("Mend", &f.mend));
    lines
}
