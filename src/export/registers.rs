//! What is worked out of each cluster as it was read, as tables: who may do what, who may connect to whom, and what admission lets in.

use super::csv::write_csv;
use super::material::{Material, Pictured};
use super::table::{Cell, Column, Table, cells};
use kassay_core::analysis::rbac::folded::{Entry, Folded};
use kassay_core::analysis::reach::{End, Reach};
use kassay_core::analysis::trial::Outcome;
use kassay_core::model::text::counted;
use kassay_core::model::{Category, ObjectRef, Scope};
use std::collections::BTreeSet;
use std::io;

/// Who may connect to whom, one line for each flow, written as they are made: a large cluster has millions. Policies are parted by `; `.
///
/// # Errors
/// Where the target can't be written.
pub fn reach_csv(reach: &Reach<'_>, scope: &Scope, to: impl io::Write) -> io::Result<()> {
    let on_host: BTreeSet<&ObjectRef> = reach.workloads().iter().filter(|p| p.host_network).map(|p| &p.workload.object).collect();
    let end = |names: [&'static str; 6]| names.map(Column::short);
    let columns: Vec<Column> = end(["from_namespace", "from_kind", "from_name", "from_ip", "from_category", "from_host_network"])
        .into_iter()
        .chain(end(["to_namespace", "to_kind", "to_name", "to_ip", "to_category", "to_host_network"]))
        .chain([Column::line("ports"), Column::line("by")])
        .collect();
    let rows = reach.flows(scope).map(|flow| {
        let from = end_cells(&flow.from, flow.from_category, &on_host);
        let to = end_cells(&flow.to, flow.to_category, &on_host);
        let said = cells![flow.passage.text.clone(), flow.by.join("; ")];
        from.into_iter().chain(to).chain(said).collect::<Vec<_>>()
    });
    write_csv(&columns, rows, to)
}

fn end_cells<'r>(end: &End<'r>, category: Option<Category>, on_host: &BTreeSet<&ObjectRef>) -> [Cell<'r>; 6] {
    let category = category.map(Category::id);
    match end {
        End::Workload(object) => {
            // Here “no” is told too: nothing is what an address outside says.
            let host = if on_host.contains(object) { "true" } else { "false" };
            cells![&object.namespace, &object.kind, &object.name, "", category, host]
        }
        End::Range(..) => cells!["", "", "", end.line(), category, ""],
    }
}

/// The access register, one line for each role that a subject holds; places, bindings, rules and ways to further rights are parted by `; `.
///
/// # Errors
/// Where the target can't be written.
pub fn access_csv(folded: &Folded, to: impl io::Write) -> io::Result<()> {
    write_csv(&access_columns(), folded.subjects.iter().flat_map(|entry| access_rows(folded, entry)), to)
}

fn access_columns() -> [Column; 9] {
    [
        Column::short("subject_kind"),
        Column::short("subject_namespace"),
        Column::line("subject_name"),
        Column::line("role"),
        Column::line("places"),
        Column::short("categories"),
        Column::words("rules"),
        Column::line("bindings"),
        Column::line("paths").headed("Ways to further rights"),
    ]
}

/// What a subject holds, a row for each role.
fn access_rows<'a>(folded: &'a Folded, entry: &'a Entry) -> impl Iterator<Item = [Cell<'a>; 9]> {
    let joined = |parts: BTreeSet<&str>| parts.into_iter().collect::<Vec<_>>().join("; ");
    entry.by_role().into_iter().filter_map(move |(role, held)| {
        let rights = folded.role(role)?;
        Some(cells![
            entry.subject.kind.id(),
            &entry.subject.namespace,
            &entry.subject.name,
            &rights.role,
            joined(held.iter().map(|held| held.namespace.as_str()).collect()),
            joined(held.iter().map(|held| held.category.id()).collect()),
            rights.in_effect(&held).collect::<Vec<_>>().join("; "),
            joined(held.iter().map(|held| held.binding.as_str()).collect()),
            joined(held.iter().flat_map(|held| held.path_words()).collect()),
        ])
    })
}

/// The access registers of all clusters whose snapshots were read for it, one line for each role that a subject holds.
#[must_use]
pub fn access(material: &Material) -> Table<'_> {
    let mut notes = vec![];
    let mut rows = vec![];
    for (cluster, drawn) in &material.pictures {
        let folded = match drawn {
            Err(why) => {
                notes.push(format!("{cluster}: no access register, because {why}."));
                continue;
            }
            Ok(Pictured { access: None, .. }) => continue,
            Ok(Pictured { access: Some(folded), .. }) => folded,
        };
        if !folded.complete {
            notes.push(format!("{cluster}: roles or bindings could not all be read: rights are missing here."));
        }
        for cells in folded.subjects.iter().flat_map(|entry| access_rows(folded, entry)) {
            let [a, b, c, d, e, f, g, h, i] = cells;
            rows.push([Cell::from(cluster), a, b, c, d, e, f, g, h, i]);
        }
    }
    let [a, b, c, d, e, f, g, h, i] = access_columns();
    Table::new("access-register", "Access register", [Column::short("cluster"), a, b, c, d, e, f, g, h, i], rows).noted(notes)
}

/// Connections that are possible from one category of the scope to another, and into the cardholder data environment, of all clusters whose snapshots
/// were read for it. Of each pair of categories the first are told, those on every port before others.
#[must_use]
pub fn flows(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("cluster"),
        Column::choice("from_category", ENDS),
        Column::line("from"),
        Column::choice("to_category", ENDS),
        Column::line("to"),
        Column::short("ports").wide(24),
        Column::line("by").headed("By which policies"),
    ];
    let mut notes = vec![];
    let mut rows = vec![];
    for (cluster, drawn) in &material.pictures {
        let segmentation = match drawn {
            Err(why) => {
                notes.push(format!("{cluster}: no connections, because {why}."));
                continue;
            }
            Ok(drawn) => &drawn.segmentation,
        };
        if !segmentation.complete {
            notes.push(format!("{cluster}: pods, namespaces or policies could not all be read: connections may be missing or wrong."));
        }
        if segmentation.cut_short {
            notes.push(format!("{cluster}: there are so many connections that counting was cut short."));
        }
        notes.extend(segmentation.not_evaluated.iter().map(|what| format!("{cluster}: not evaluated: {what}.")));
        for crossing in segmentation.in_order() {
            let (from, to) = (end(crossing.from), end(crossing.to));
            if crossing.flows > crossing.shown.len() {
                notes.push(format!(
                    "{cluster}: {} of {} from {from} to {to} are told; `kassay reach -o csv` tells all.",
                    crossing.shown.len(),
                    counted(crossing.flows, "connection", "connections")
                ));
            }
            rows.extend(crossing.shown.iter().map(|flow| cells![cluster, from, &flow.from, to, &flow.to, &flow.ports, flow.by.join("; ")]));
        }
    }
    Table::new("segmentation", "Connections between categories", columns, rows).noted(notes)
}

/// What became of each witness that was held before the admission policies, in all clusters whose snapshots were read for it: one line for namespaces of one
/// category in which it is told the same. Namespaces, and what a pod may choose to stay out of a policy, are parted by `; `.
#[must_use]
pub fn trial(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("cluster"),
        Column::short("witness").wide(30),
        Column::short("breaks"),
        Column::short("control").wide(9),
        Column::line("namespaces"),
        Column::choice("category", Category::ALL.map(Category::id)),
        Column::choice("verdict", [Outcome::Refused, Outcome::NotEvaluated, Outcome::LetIn].map(Outcome::id)),
        Column::line("by"),
        Column::words("why"),
        Column::line("unless").headed("Unless a pod chooses"),
    ];
    let mut notes = vec![];
    let mut rows = vec![];
    for (cluster, drawn) in &material.pictures {
        let told = match drawn {
            Err(why) => {
                notes.push(format!("{cluster}: no policies on trial, because {why}."));
                continue;
            }
            Ok(drawn) => &drawn.trial,
        };
        notes.extend(told.unread.iter().map(|words| format!("{cluster}: {words}.")));
        rows.extend(told.rows.iter().map(|row| {
            let verdict = &row.verdict;
            cells![
                cluster,
                row.witness.id,
                row.witness.breaks.id(),
                row.witness.breaks.control(),
                told.namespaces(row).join("; "),
                row.category.id(),
                verdict.outcome.id(),
                &verdict.by,
                &verdict.why,
                row.unless(),
            ]
        }));
    }
    Table::new("trial", "Admission policies on trial", columns, rows).noted(notes)
}

const ENDS: [&str; 5] =
    [Category::Cde.label(), Category::Connected.label(), Category::OutOfScope.label(), Category::Platform.label(), OUTSIDE];
/// Where a connection starts or ends that is of no category.
const OUTSIDE: &str = "outside";

fn end(end: Option<Category>) -> &'static str {
    end.map_or(OUTSIDE, Category::label)
}
