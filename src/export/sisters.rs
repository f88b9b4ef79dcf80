//! The clusters of an assessment side by side, where it has more than one: the matrix of checks and in what clusters differ, as tables, and what the
//! report says of both.

use super::Material;
use super::table::{Cell, Column, Table, cells};
use kassay_core::fleet::{Cluster, Difference, Fleet, Found, State, of_workbook};
use kassay_core::model::Outcome;
use kassay_core::workbook::PopulationKind;
use serde::Serialize;

/// How many differences the report tells; the table of all is beside it.
const SHOWN: usize = 60;

/// The clusters side by side; nothing where there are no two.
pub(super) fn fleet(material: &Material) -> Option<Fleet> {
    if material.workbook.clusters.len() < 2 {
        return None;
    }
    let found = |key: &str| {
        material.assessments.iter().find(|(name, _)| name == key).map(|(_, assessment)| Found {
            outcomes: &assessment.outcomes,
            namespaces: Some(assessment.namespaces.iter().map(|n| (n.name.clone(), n.category)).collect()),
        })
    };
    Some(of_workbook(material.guidance, &material.workbook, &material.together, found))
}

/// The tables: what each check says on each cluster, and in what clusters differ. None where there are no two clusters.
#[must_use]
pub fn fleet_tables(material: &Material) -> Vec<Table<'static>> {
    fleet(material).map_or_else(Vec::new, |fleet| vec![matrix(material, &fleet), differences(&fleet)])
}

/// Check × cluster. The columns of clusters have their names.
fn matrix(material: &Material, fleet: &Fleet) -> Table<'static> {
    let mut columns = vec![
        Column::short("control").wide(9),
        Column::short("check").wide(28),
        Column::line("title"),
        Column::choice("worst", Outcome::ALL.map(Outcome::id)),
        Column::yes("differs").headed("Clusters differ"),
    ];
    // A cluster may have the name of a column.
    let taken: Vec<String> = columns.iter().map(|column| column.name.to_string()).collect();
    let name = |cluster: &Cluster| if taken.contains(&cluster.name) { format!("cluster {}", cluster.name) } else { cluster.name.clone() };
    columns.extend(fleet.clusters.iter().map(|cluster| Column::of(&name(cluster)).wide(14)));
    let row = |row: &kassay_core::fleet::CheckRow| -> Vec<Cell<'static>> {
        let named =
            cells![row.control.clone(), row.check.clone(), row.title.clone(), row.worst.map(Outcome::id), fleet.differ(&row.outcomes)];
        let on = |cluster: &Cluster| row.outcomes.get(&cluster.name).copied().map(Outcome::id).into();
        named.into_iter().chain(fleet.clusters.iter().map(on)).collect()
    };
    let rows = fleet.checks.iter().map(row).collect();
    let mut notes: Vec<String> =
        fleet.failed().map(|cluster| format!("{} could not be read, and counts as blocked: {}.", cluster.name, cluster.why)).collect();
    notes.extend(fleet.twins().into_iter().map(|(first, others)| format!("{} and {first} are one cluster by its UID.", others.join(", "))));
    notes.extend(samples(material).into_iter().map(|(sample, drawn)| format!("Sample {sample} of clusters: {}.", drawn.join(", "))));
    Table { name: "fleet", title: "Checks by cluster", columns, rows, notes }
}

/// In what clusters differ, a row for each value that holds on some.
fn differences(fleet: &Fleet) -> Table<'static> {
    let columns = [
        Column::short("about"),
        Column::short("of").wide(28),
        Column::short("rule"),
        Column::line("what"),
        Column::line("value"),
        Column::count("on").headed("On so many"),
        Column::line("clusters"),
        Column::line("unlike_most"),
        Column::line("not_to_be_seen_on"),
    ];
    let rows = fleet.differences.iter().flat_map(|d| {
        d.values.iter().map(move |held| {
            cells![
                d.topic.label(),
                d.of.clone(),
                d.rule.clone(),
                d.what.join("; "),
                held.value.clone(),
                held.clusters.len(),
                held.clusters.join("; "),
                d.apart.join("; "),
                d.unseen.join("; "),
            ]
        })
    });
    Table::new("fleet-differences", "Differences of clusters", columns, rows)
}

/// Samples of clusters that count, each with those drawn.
fn samples(material: &Material) -> Vec<(&str, Vec<&str>)> {
    let samples = material.workbook.samples.iter().filter(|s| s.withdrawn.is_none() && s.population.of == PopulationKind::Clusters);
    samples.map(|s| (s.reference.as_str(), s.items.iter().map(|item| item.name.as_str()).collect())).collect()
}

/// What the report says of the clusters side by side.
#[derive(Debug, Serialize)]
pub(super) struct FleetView {
    clusters: Vec<ClusterView>,
    controls: Vec<ControlView>,
    differences: Vec<DifferenceView>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct ClusterView {
    name: String,
    /// Why it could not be read; "" where it was.
    why: String,
    same_as: String,
    /// In how many differences it is unlike all others.
    alone: usize,
    /// Samples into which it was drawn.
    samples: String,
}

#[derive(Debug, Serialize)]
struct ControlView {
    control: String,
    title: String,
    differs: bool,
    /// For each cluster: the outcome for machines and for people, and the number of findings.
    on: Vec<(&'static str, &'static str, usize)>,
}

#[derive(Debug, Serialize)]
struct DifferenceView {
    about: &'static str,
    whose: String,
    what: Vec<String>,
    values: Vec<(String, usize, String)>,
    apart: String,
    unseen: String,
}

/// What the report says; nothing where there are no two clusters.
pub(super) fn view(material: &Material) -> Option<FleetView> {
    let fleet = fleet(material)?;
    let samples = samples(material);
    let cluster = |cluster: &Cluster| ClusterView {
        name: cluster.name.clone(),
        why: if cluster.state == State::Failed { cluster.why.clone() } else { String::new() },
        same_as: cluster.same_as.clone().unwrap_or_default(),
        alone: fleet.apart.iter().find(|apart| apart.cluster == cluster.name).map_or(0, |apart| apart.alone),
        samples: samples.iter().filter(|(_, drawn)| drawn.contains(&cluster.name.as_str())).map(|(s, _)| *s).collect::<Vec<_>>().join(", "),
    };
    let control = |row: &kassay_core::fleet::ControlRow| ControlView {
        control: row.control.clone(),
        title: row.title.clone(),
        differs: fleet.differ_in(row),
        on: fleet
            .clusters
            .iter()
            .map(|cluster| {
                let outcome = row.outcomes.get(&cluster.name).copied().unwrap_or(Outcome::Blocked);
                (outcome.id(), outcome.label(), row.findings.get(&cluster.name).copied().unwrap_or(0))
            })
            .collect(),
    };
    Some(FleetView {
        clusters: fleet.clusters.iter().map(cluster).collect(),
        controls: fleet.controls.iter().map(control).collect(),
        differences: fleet.differences.iter().take(SHOWN).map(difference).collect(),
        more: fleet.differences.len().saturating_sub(SHOWN),
    })
}

fn difference(d: &Difference) -> DifferenceView {
    DifferenceView {
        about: d.topic.label(),
        whose: d.whose(),
        what: d.what.clone(),
        values: d.values.iter().map(|held| (held.value.clone(), held.clusters.len(), held.clusters.join(", "))).collect(),
        apart: d.apart.join(", "),
        unseen: d.unseen.join(", "),
    }
}
