//! Several clusters as a Markdown document: for tickets and pull requests, so it stays below the length that GitHub takes for one text.

use crate::export::LONGEST_MARKDOWN;
use kassay_core::fleet::{Cluster, Fleet, State};
use kassay_core::model::Outcome;
use kassay_core::model::marked::{marked, marked_name, marked_within};
use kassay_core::model::text::counted;
use std::fmt::Write as _;

/// Clusters in one table: more columns are not read on a page.
const COLUMNS: usize = 12;

/// How much is told, the most first: differences, names in each, and characters of Markdown of each reason.
const STEPS: [(usize, usize, usize); 6] = [(usize::MAX, 8, usize::MAX), (200, 6, 500), (60, 4, 250), (20, 3, 150), (5, 2, 100), (0, 1, 60)];

/// Writes it.
pub(super) fn fleet(fleet: &Fleet) -> String {
    let mut written = String::new();
    for step in STEPS {
        written = document(fleet, step, true);
        if written.len() <= LONGEST_MARKDOWN {
            return written;
        }
    }
    // So many clusters that their matrix alone is too long: then it is told where it stands.
    let shorter = document(fleet, (20, 3, 100), false);
    if shorter.len() < written.len() { shorter } else { written }
}

fn document(fleet: &Fleet, (shown, named, text): (usize, usize, usize), whole: bool) -> String {
    let within = |words: &str| marked_within(words, text).0;
    let failed = fleet.failed().count();
    let mut out = format!(
        "# {} clusters side by side\n\n{} assessed, {failed} could not be read; judged by {}.\n\nThe PCI SSC guidance adds no requirement to PCI DSS; outcomes are facts for an assessor, not determinations.\n",
        fleet.clusters.len(),
        fleet.clusters.len() - failed,
        fleet.assessed_at,
    );
    let worst = |wanted: Outcome| fleet.checks.iter().filter(|row| row.worst == Some(wanted)).count();
    let totals: Vec<String> = Outcome::ALL.iter().map(|outcome| format!("{} {}", worst(*outcome), outcome.label())).collect();
    let _ = writeln!(out, "\n{} checks at their worst: {}.", fleet.checks.len(), totals.join(", "));
    out.push_str("\n## Clusters\n\n| no. | name | what it is | fail | blocked | review | n/a | pass |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (nth, cluster) in fleet.clusters.iter().enumerate() {
        let counts = Outcome::ALL.map(|outcome| cluster.outcomes.get(outcome.id()).copied().unwrap_or_default().to_string()).join(" | ");
        let _ = writeln!(out, "| {} | {} | {} | {counts} |", nth + 1, marked_name(&cluster.name), within(&about(cluster)));
    }
    if whole {
        for (block, clusters) in fleet.clusters.chunks(COLUMNS).enumerate() {
            out.push_str(if block == 0 { "\n## Controls\n\n" } else { "\n" });
            let heads: Vec<String> = clusters.iter().map(|cluster| marked_name(&cluster.name)).collect();
            let _ = writeln!(out, "| control | {} |\n| --- |{}", heads.join(" | "), " --- |".repeat(clusters.len()));
            for row in &fleet.controls {
                let cells: Vec<String> = clusters
                    .iter()
                    .map(|cluster| {
                        let outcome = row.outcomes.get(&cluster.name).copied().unwrap_or(Outcome::Blocked);
                        match row.findings.get(&cluster.name).copied().unwrap_or_default() {
                            0 => outcome.label().to_owned(),
                            findings => format!("{} ({findings})", outcome.label()),
                        }
                    })
                    .collect();
                let _ = writeln!(out, "| {} {} | {} |", row.control, marked(&row.title), cells.join(" | "));
            }
        }
    } else {
        out.push_str("\nThe matrix is too long for one text; the JSON, the CSV and the HTML have it.\n");
    }
    let _ = writeln!(out, "\n## Differences\n");
    if fleet.differences.is_empty() {
        out.push_str("None in all that was seen.\n");
    }
    for difference in fleet.differences.iter().take(shown) {
        let _ = writeln!(out, "- {}", within(&difference.words(named)));
    }
    if fleet.differences.len() > shown {
        let _ = writeln!(out, "\n{} more are in the JSON.", fleet.differences.len() - shown);
    }
    out
}

fn about(cluster: &Cluster) -> String {
    if cluster.state == State::Failed {
        return format!("could not be read: {}", cluster.why);
    }
    let same = cluster.same_as.as_ref().map_or_else(String::new, |name| format!("; the same cluster as {name}"));
    format!("{}, {}{same}", cluster.runs(), counted(cluster.nodes, "node", "nodes"))
}
