//! Who may connect to whom across the borders of the scope, by what the network policies say, and what is shared beneath.

use crate::plain::page::{List, Page, pair};
use crate::shell::told;
use crate::shell::words::counted;
use kassay_core::analysis::segmentation::{Crossing, Segmentation, SharedNode};
use kassay_core::session::segmentation::{self, FlowGroup, end_name};
use kassay_core::session::{ListRow, Session, Way};

/// The connections between categories, in numbers.
pub fn page(session: &Session, selected: usize) -> Page<'_> {
    let shown = session.book.as_ref().and_then(|book| book.shown());
    let mut page = Page::new(format!("Segmentation{}.", shown.map(|c| format!(" of {}", c.key)).unwrap_or_default()));
    let Some(picture) = shown.and_then(|c| session.segmentation.of(&c.key)) else {
        page.line(told::waiting(session, "Working out who may connect to whom."));
        return page;
    };
    notes(&mut page, picture);
    let rows = picture.in_order();
    let count = rows.len();
    page.with(List::new(("pair", "pairs"), count, selected, move |at| rows.get(at).map(|crossing| words(crossing)).unwrap_or_default()))
}

fn title(crossing: &Crossing) -> String {
    match crossing.from == crossing.to {
        true => format!("within {}", end_name(crossing.from)),
        false => format!("from {} to {}", end_name(crossing.from), end_name(crossing.to)),
    }
}

fn words(crossing: &Crossing) -> String {
    let open = match crossing.open {
        0 => "each on named ports".to_owned(),
        n if n == crossing.flows => "all of them on every port".to_owned(),
        n => format!("{n} of them on every port"),
    };
    format!("{}: {}, {open}", title(crossing), counted(crossing.flows, "connection", "connections"))
}

fn notes(page: &mut Page<'_>, picture: &Segmentation) {
    if !picture.complete {
        page.line("Blocked: pods, namespaces or network policies could not all be read: connections may be missing here.");
    }
    if picture.cut_short {
        page.line("There are more connections than were counted.");
    }
    if !picture.not_evaluated.is_empty() {
        page.line(format!("Not evaluated, and able to allow or forbid more: {}.", picture.not_evaluated.join("; ")));
    }
    if !picture.nodes.is_empty() {
        let one = |node: &SharedNode| {
            let pods: Vec<String> = node.pods.iter().map(|(category, n)| format!("{} {n}", category.label())).collect();
            format!("{} ({})", node.name, pods.join(", "))
        };
        let names: Vec<String> = picture.nodes.iter().map(one).collect();
        page.line(format!("{} pods of the CDE beside others: {}.", counted(names.len(), "node runs", "nodes run"), names.join(", ")));
    }
    if let Some(words) = picture.about_nodes() {
        page.line(words);
    }
}

/// The connections of one pair of categories.
pub fn flows(session: &Session) -> Page<'_> {
    let view = &session.segmentation.flows;
    let Some(crossing) = view.crossing() else { return Page::new("No connections are shown.") };
    let mut page = Page::new(format!("Connections {}.", title(crossing)));
    let all = counted(crossing.flows, "connection", "connections");
    let shown = if view.list.shown() == crossing.shown.len() { all.clone() } else { format!("{} of {all}", view.list.shown()) };
    let group = if view.list.group == FlowGroup::None { String::new() } else { format!(", grouped {}", view.list.group.label()) };
    page.line(format!("{shown}{group}."));
    page.pair("Filter", view.list.filter.trimmed());
    if crossing.shown.len() < crossing.flows {
        page.line(format!("Here are the first {} of {all}, those on every port first. `kassay reach` prints all.", crossing.shown.len()));
    }
    let rows = view.list.rows();
    if rows.is_empty() {
        page.line(if crossing.shown.is_empty() { "There is no connection." } else { "None fits the filter; / changes it." });
        return page;
    }
    let row = move |at: usize| match &rows[at] {
        ListRow::Heading(name, count) => format!("Group {name}: {}", counted(*count, "connection", "connections")),
        ListRow::Platform(count, open) => crate::plain::namespaces::platform(&counted(*count, "connection", "connections"), *open),
        ListRow::Item(nth) => view.flow(*nth).map(|flow| format!("{} to {}: {}", flow.from, flow.to, flow.ports)).unwrap_or_default(),
    };
    let detail = move |at: usize| {
        rows[at].item().and_then(|nth| view.flow(nth)).map(|flow| pair("In words", &segmentation::told(flow))).unwrap_or_default()
    };
    page.with(List::new(("row", "rows"), rows.len(), view.list.cursor.at, row).detailed(detail))
}
