//! The clusters side by side: controls and checks by cluster, in what clusters differ, and the clusters themselves.

use crate::plain::page::{List, Page};
use crate::shell::words::counted;
use kassay_core::fleet::{Fleet, State};
use kassay_core::model::Outcome;
use kassay_core::model::text::clean;
use kassay_core::session::fleet::{self, Part, Told};
use kassay_core::session::{Book, FleetGroup, ListRow, Session, SideView, Way};

/// The part that is shown.
pub fn page(session: &Session) -> Page<'_> {
    let mut page = Page::new("Fleet: the clusters side by side.");
    let (view, Some(book)) = (&session.fleet, session.book.as_deref()) else { return page };
    let Some(fleet) = view.fleet() else {
        page.line("Putting the clusters side by side.");
        return page;
    };
    page.line(format!("{}.", fleet::summary(fleet)));
    for cluster in fleet.failed() {
        page.line(format!("Blocked: {} could not be read: {}. Nothing passes for it.", cluster.name, cluster.why.trim_end_matches('.')));
    }
    let nth = Part::WAYS.iter().position(|(part, _)| *part == view.part).unwrap_or(0) + 1;
    page.line(format!("Part {nth} of 3: {}. Tab 1 is the matrix, tab 2 the differences, tab 3 the clusters.", view.part.label()));
    match view.part {
        Part::Matrix => matrix(page, book, view, fleet),
        Part::Differences => differences(page, view, fleet),
        Part::Clusters => clusters(page, book, view, fleet),
    }
}

fn matrix<'a>(mut page: Page<'a>, book: &'a Book, view: &'a SideView, fleet: &'a Fleet) -> Page<'a> {
    page.pair("Filter", view.matrix.filter.trimmed());
    if view.differing {
        page.line("Only what differs is told; “only differences” tells all again.");
    }
    if let Some(cluster) = view.cluster() {
        let drawn = fleet::drawn(book, &cluster.name);
        let drawn = if drawn.is_empty() { String::new() } else { format!(", drawn as a sample: {}", drawn.join(", ")) };
        page.line(format!(
            "Cluster {} of {}: {}{drawn}. Right and left go to the others.",
            view.column + 1,
            fleet.clusters.len(),
            clean(&cluster.name)
        ));
    }
    let rows = view.matrix.rows();
    if rows.is_empty() {
        page.line("Nothing fits; / changes the filter.");
        return page;
    }
    let told = move |at: usize| view.told(view.row(rows.get(at).and_then(ListRow::item)?)?);
    let row = move |at: usize| told(at).map(|told| row_words(fleet, view, told)).unwrap_or_default();
    let detail = move |at: usize| {
        let here = view.matrix.cursor.at == at;
        let mut lines = told(at).map(|told| by_outcome(fleet, told)).unwrap_or_default();
        lines.extend(fleet::lines_of(view, book).filter(|_| here).unwrap_or_default());
        lines
    };
    page.with(List::new(("row", "rows"), rows.len(), view.matrix.cursor.at, row).detailed(detail))
}

/// A row: what it says on the selected cluster, and how many others say otherwise.
fn row_words(fleet: &Fleet, view: &SideView, told: Told<'_>) -> String {
    let here = view.cluster().and_then(|cluster| told.on(&cluster.name));
    let here = here.map_or_else(String::new, |(outcome, findings)| match findings {
        0 => outcome.label().to_owned(),
        n => format!("{}, {}", outcome.label(), counted(n, "finding", "findings")),
    });
    let differs = if told.differs(fleet) { "; clusters differ" } else { "" };
    format!("{} {}: {here}{differs}", told.id(), told.title())
}

/// What a row says where: by outcome, each with its clusters.
fn by_outcome(fleet: &Fleet, told: Told<'_>) -> Vec<String> {
    let of = |wanted: Outcome| {
        let there = fleet.clusters.iter().filter(|cluster| told.on(&cluster.name).is_some_and(|(outcome, _)| outcome == wanted));
        let names: Vec<String> = there.map(|cluster| clean(&cluster.name)).collect();
        (!names.is_empty()).then(|| format!("{} on {}: {}", wanted.label(), counted(names.len(), "cluster", "clusters"), names.join(", ")))
    };
    [Outcome::Fail, Outcome::Blocked, Outcome::Review, Outcome::Pass, Outcome::NotApplicable].into_iter().filter_map(of).collect()
}

fn differences<'a>(mut page: Page<'a>, view: &'a SideView, fleet: &'a Fleet) -> Page<'a> {
    page.pair("Filter", view.differences.filter.trimmed());
    if view.differences.group != FleetGroup::None {
        page.pair("Grouped", view.differences.group.label());
    }
    let rows = view.differences.rows();
    if rows.is_empty() {
        page.line(if fleet.differences.is_empty() {
            "The clusters that could be read are alike."
        } else {
            "Nothing fits; / changes the filter."
        });
        return page;
    }
    let row = move |at: usize| match &rows[at] {
        ListRow::Heading(name, count) => format!("Group {name}: {}", counted(*count, "difference", "differences")),
        row => row.item().and_then(|at| fleet.differences.get(at)).map(fleet::in_words).unwrap_or_default(),
    };
    let detail = move |at: usize| rows[at].item().and_then(|at| fleet.differences.get(at)).map(fleet::in_full).unwrap_or_default();
    page.with(List::new(("difference", "differences"), rows.len(), view.differences.cursor.at, row).detailed(detail))
}

fn clusters<'a>(mut page: Page<'a>, book: &'a Book, view: &'a SideView, fleet: &'a Fleet) -> Page<'a> {
    page.pair("Filter", view.clusters.filter.trimmed());
    let rows = view.clusters.rows();
    let cluster = move |at: usize| rows.get(at).and_then(ListRow::item).and_then(|at| fleet.clusters.get(at));
    let row = move |at: usize| {
        let words = |cluster: &kassay_core::fleet::Cluster| {
            let state = if cluster.state == State::Failed { "blocked, not read" } else { "read" };
            format!("{}: {state}: {}", clean(&cluster.name), fleet::standing(cluster))
        };
        cluster(at).map(words).unwrap_or_default()
    };
    let detail = move |at: usize| cluster(at).map(|cluster| fleet::about(fleet, book, cluster)).unwrap_or_default();
    page.with(List::new(("cluster", "clusters"), rows.len(), view.clusters.cursor.at, row).detailed(detail))
}
