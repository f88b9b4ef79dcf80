//! An assessment as a Markdown document: for tickets and pull requests.

use super::judged::Judged;
use crate::export::{marked, marked_name};
use kassay_core::guidance::Guidance;
use std::fmt::Write as _;

/// Findings shown below a check; the JSON has all.
const SHOWN: usize = 20;

/// Writes it.
pub fn assessment(judged: &Judged, guidance: &Guidance) -> String {
    let cluster = &judged.inventory.cluster;
    let mut out = format!(
        "# Assessment of {}\n\n{} {}, {} nodes, judged by {}.\n\nThe PCI SSC guidance adds no requirement to PCI DSS; outcomes are facts for an assessor, not determinations.\n",
        marked(if cluster.server.is_empty() { "files" } else { &cluster.server }),
        marked(&cluster.distribution),
        marked(&cluster.version),
        judged.inventory.nodes.len(),
        judged.now.strftime("%Y-%m-%d %H:%MZ"),
    );
    if let Some(who) = &judged.inventory.declared_complete {
        let _ = writeln!(
            out,
            "\nThat the files are the whole cluster was said by {}; kinds that they do not hold count as empty.",
            marked(who)
        );
    }
    for area in &guidance.areas {
        let of_area: Vec<_> = judged.assessment.outcomes.iter().filter(|o| area.controls.iter().any(|c| c.id == o.control)).collect();
        if of_area.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {} {}\n\n| outcome | check | |\n| --- | --- | --- |", area.number, area.title);
        for outcome in &of_area {
            let _ = writeln!(out, "| {} | `{}` | {} |", outcome.outcome.label(), outcome.check, marked(&outcome.reason));
        }
        for outcome in of_area.iter().filter(|o| !o.findings.is_empty()) {
            let _ = writeln!(
                out,
                "\n### `{}`\n\n| severity | scope | object | field | observed |\n| --- | --- | --- | --- | --- |",
                outcome.check
            );
            for finding in outcome.findings.iter().take(SHOWN) {
                let _ = writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    finding.severity.id(),
                    finding.category.label(),
                    marked_name(&finding.object.to_string()),
                    marked_name(&finding.field),
                    marked_name(&finding.observed)
                );
            }
            if outcome.findings.len() > SHOWN {
                let _ = writeln!(out, "\n{} more are in the JSON.", outcome.findings.len() - SHOWN);
            }
        }
    }
    out
}
