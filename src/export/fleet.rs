//! Several clusters side by side as a table and as a page.

use super::ExportError;
use super::csv::write_matrix;
use super::html::page;
use super::table::Cell;
use kassay_core::fleet::{Cluster, Difference, Fleet, State};
use kassay_core::model::{Determined, Outcome};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Names in a line of the page, where there are more.
const NAMED: usize = 12;

/// What a column of the table stands for, beside clusters.
const HEAD: [&str; 4] = ["row", "id", "title", "worst"];

/// The matrix as CSV: a column for each cluster; rows of what it is, of its controls, checks with their findings, and practices. A column `row` tells
/// which.
///
/// # Errors
/// Where the target can't be written.
pub fn fleet_csv(fleet: &Fleet, to: impl Write) -> io::Result<()> {
    let names: Vec<&str> = fleet.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    let head: Vec<&str> = HEAD.into_iter().chain(names.iter().copied()).collect();
    let row = |kind: &'static str, id: &str, title: &str, worst: Option<Outcome>, cells: Vec<Cell<'static>>| {
        let lead = [Cell::from(kind), Cell::from(id.to_owned()), Cell::from(title.to_owned()), Cell::from(worst.map(Outcome::id))];
        lead.into_iter().chain(cells).collect::<Vec<Cell<'static>>>()
    };
    let about = facts().into_iter().map(|(id, title, of)| row("cluster", id, title, None, fleet.clusters.iter().map(of).collect()));
    let said = |outcomes: &BTreeMap<String, Outcome>| {
        names.iter().map(|name| Cell::from(outcomes.get(*name).map(|outcome| outcome.id()))).collect::<Vec<_>>()
    };
    let counted = |counts: &BTreeMap<String, usize>| names.iter().map(|name| Cell::from(counts.get(*name).copied())).collect::<Vec<_>>();
    let controls =
        fleet.controls.iter().map(|control| row("control", &control.control, &control.title, control.worst, said(&control.outcomes)));
    let checks = fleet.checks.iter().flat_map(|check| {
        [
            row("check", &check.check, &check.title, check.worst, said(&check.outcomes)),
            row("findings", &check.check, &check.title, None, counted(&check.findings)),
        ]
    });
    let practices = fleet.practices.iter().map(|practice| {
        let cell = |name: &&str| Cell::from(practice.proposals.get(*name).copied().flatten().map(Determined::id));
        row("practice", &practice.practice, "", None, names.iter().map(cell).collect())
    });
    write_matrix(&head, about.chain(controls).chain(checks).chain(practices), to)
}

type Told = fn(&Cluster) -> Cell<'static>;

/// What is told of each cluster itself.
fn facts() -> [(&'static str, &'static str, Told); 9] {
    [
        ("state", "How it went", |c| Cell::from(state(c.state))),
        ("why", "Why it could not be read", |c| Cell::from(c.why.clone())),
        ("same_as", "The same cluster as", |c| Cell::from(c.same_as.clone())),
        ("source", "Read from", |c| Cell::from(c.source.clone())),
        ("uid", "UID of kube-system", |c| Cell::from(c.uid.clone())),
        ("version", "Version", |c| Cell::from(c.version.clone())),
        ("distribution", "Distribution", |c| Cell::from(c.distribution.clone())),
        ("nodes", "Nodes", |c| if c.state == State::Assessed { Cell::from(c.nodes) } else { Cell::Empty }),
        ("assessed_at", "Judged by", |c| Cell::from(c.assessed_at.clone())),
    ]
}

const fn state(state: State) -> &'static str {
    match state {
        State::Assessed => "assessed",
        State::Failed => "failed",
    }
}

#[derive(Serialize)]
struct Page<'f> {
    version: &'f str,
    catalogue: &'f str,
    assessed_at: &'f str,
    assessed: usize,
    clusters: Vec<ClusterView<'f>>,
    totals: Vec<Total>,
    controls: Vec<RowView<'f>>,
    checks: Vec<RowView<'f>>,
    practices: Vec<RowView<'f>>,
    alone: Vec<Alone<'f>>,
    others: Vec<DifferenceView>,
}

#[derive(Serialize)]
struct ClusterView<'f> {
    nth: usize,
    failed: bool,
    about: &'f Cluster,
    counts: Vec<Total>,
}

#[derive(Serialize)]
struct Total {
    id: &'static str,
    label: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct RowView<'f> {
    id: &'f str,
    title: &'f str,
    differs: bool,
    worst: CellView,
    cells: Vec<CellView>,
}

#[derive(Serialize)]
struct CellView {
    id: &'static str,
    label: &'static str,
    sign: &'static str,
    findings: usize,
}

#[derive(Serialize)]
struct Alone<'f> {
    cluster: &'f str,
    differences: Vec<DifferenceView>,
}

#[derive(Serialize)]
struct DifferenceView {
    topic: &'static str,
    subject: String,
    spread: String,
}

/// The fleet as one page of HTML, with nothing loaded from anywhere.
///
/// # Errors
/// Never in a released program: a test renders the template.
pub fn fleet_html(fleet: &Fleet) -> Result<String, ExportError> {
    let names: Vec<&str> = fleet.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    let said = |outcomes: &BTreeMap<String, Outcome>, findings: &BTreeMap<String, usize>| {
        let cell = |name: &&str| outcome(outcomes.get(*name).copied(), findings.get(*name).copied().unwrap_or_default());
        names.iter().map(cell).collect::<Vec<_>>()
    };
    let view = Page {
        version: &fleet.tool.version,
        catalogue: &fleet.tool.catalogue,
        assessed_at: &fleet.assessed_at,
        assessed: fleet.clusters.len() - fleet.failed().count(),
        clusters: fleet
            .clusters
            .iter()
            .enumerate()
            .map(|(nth, about)| ClusterView {
                nth: nth + 1,
                failed: about.state == State::Failed,
                about,
                counts: totals(|wanted| about.outcomes.get(wanted.id()).copied().unwrap_or_default()),
            })
            .collect(),
        totals: totals(|wanted| fleet.checks.iter().filter(|row| row.worst == Some(wanted)).count()),
        controls: fleet
            .controls
            .iter()
            .map(|row| RowView {
                id: &row.control,
                title: &row.title,
                differs: fleet.differ_in(row),
                worst: outcome(row.worst, 0),
                cells: said(&row.outcomes, &row.findings),
            })
            .collect(),
        checks: fleet
            .checks
            .iter()
            .map(|row| RowView {
                id: &row.check,
                title: &row.title,
                differs: fleet.differ(&row.outcomes),
                worst: outcome(row.worst, 0),
                cells: said(&row.outcomes, &row.findings),
            })
            .collect(),
        practices: fleet
            .practices
            .iter()
            .map(|row| {
                let cells: Vec<CellView> = names.iter().map(|name| proposed(row.proposals.get(*name).copied().flatten())).collect();
                RowView { id: &row.practice, title: "", differs: fleet.differ(&row.proposals), worst: proposed(None), cells }
            })
            .collect(),
        alone: fleet
            .apart
            .iter()
            .map(|apart| {
                let its = fleet.differences.iter().filter(|difference| difference.alone() == Some(&apart.cluster));
                Alone { cluster: &apart.cluster, differences: its.map(difference).collect() }
            })
            .collect(),
        others: fleet.differences.iter().filter(|difference| difference.alone().is_none()).map(difference).collect(),
    };
    let mut text = Vec::new();
    page("fleet.html", &view, &mut text)?;
    String::from_utf8(text).map_err(|e| ExportError::Internal(e.to_string()))
}

fn totals(count: impl Fn(Outcome) -> usize) -> Vec<Total> {
    Outcome::ALL.iter().map(|outcome| Total { id: outcome.id(), label: outcome.label(), count: count(*outcome) }).collect()
}

fn outcome(outcome: Option<Outcome>, findings: usize) -> CellView {
    let Some(outcome) = outcome else { return CellView { id: "", label: "nothing", sign: "", findings } };
    let sign = match outcome {
        Outcome::Pass => "✓",
        Outcome::Fail => "✗",
        Outcome::Review => "○",
        Outcome::NotApplicable => "·",
        Outcome::Blocked => "⊘",
    };
    CellView { id: outcome.id(), label: outcome.label(), sign, findings }
}

fn proposed(proposal: Option<Determined>) -> CellView {
    let (id, label, sign) = match proposal {
        Some(Determined::InPlace) => ("in_place", "in place", "✓"),
        Some(Determined::NotInPlace) => ("not_in_place", "not in place", "✗"),
        Some(Determined::NotApplicable) => ("not_applicable", "not applicable", "·"),
        Some(Determined::NotTested) => ("not_tested", "not tested", "–"),
        None => ("open", "nothing yet", "?"),
    };
    CellView { id, label, sign, findings: 0 }
}

fn difference(difference: &Difference) -> DifferenceView {
    DifferenceView { topic: difference.topic.label(), subject: difference.subject(NAMED), spread: difference.spread(NAMED) }
}
