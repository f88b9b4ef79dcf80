//! An assessment as a Markdown document: for tickets and pull requests.

use super::judged::Judged;
use kassay_core::guidance::Guidance;
use kassay_core::model::text::clean;
use std::fmt::Write as _;

/// Findings shown below a check; the JSON has all.
const SHOWN: usize = 20;

/// Writes it.
pub fn assessment(judged: &Judged, guidance: &Guidance) -> String {
    let cluster = &judged.inventory.cluster;
    let mut out = format!(
        "# Assessment of {}\n\n{} {}, {} nodes, judged by {}.\n\nThe PCI SSC guidance adds no requirement to PCI DSS; outcomes are facts for an assessor, not determinations.\n",
        cell(if cluster.server.is_empty() { "files" } else { &cluster.server }),
        cell(&cluster.distribution),
        cell(&cluster.version),
        judged.inventory.nodes.len(),
        judged.now.strftime("%Y-%m-%d %H:%MZ"),
    );
    if let Some(who) = &judged.inventory.declared_complete {
        let _ =
            writeln!(out, "\nThat the files are the whole cluster was said by {}; kinds that they do not hold count as empty.", cell(who));
    }
    for area in &guidance.areas {
        let of_area: Vec<_> = judged.assessment.outcomes.iter().filter(|o| area.controls.iter().any(|c| c.id == o.control)).collect();
        if of_area.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {} {}\n\n| outcome | check | |\n| --- | --- | --- |", area.number, area.title);
        for outcome in &of_area {
            let _ = writeln!(out, "| {} | `{}` | {} |", outcome.outcome.label(), outcome.check, cell(&outcome.reason));
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
                    cell(&finding.object.to_string()),
                    cell(&finding.field),
                    cell(&finding.observed)
                );
            }
            if outcome.findings.len() > SHOWN {
                let _ = writeln!(out, "\n{} more are in the JSON.", outcome.findings.len() - SHOWN);
            }
        }
    }
    out
}

/// Text from the cluster as the content of a table's cell: no markup of its own.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
