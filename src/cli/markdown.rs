//! An assessment as a Markdown document: for tickets and pull requests, so it stays below the length that GitHub takes for one text.

use super::judged::Judged;
use crate::export::LONGEST_MARKDOWN;
use kassay_core::guidance::Guidance;
use kassay_core::model::Outcome;
use kassay_core::model::marked::{marked, marked_name, marked_within};
use kassay_core::model::text::counted;
use std::fmt::Write as _;

/// How much is told, the most first: findings below a check, and characters of Markdown of each reason and value.
const STEPS: [(usize, usize); 7] = [(20, usize::MAX), (20, 1_000), (10, 500), (5, 250), (3, 150), (1, 120), (0, 100)];

/// Writes it.
pub fn assessment(judged: &Judged, guidance: &Guidance) -> String {
    let mut written = String::new();
    for (shown, text) in STEPS {
        written = document(judged, guidance, (shown, text));
        if written.len() <= LONGEST_MARKDOWN {
            break;
        }
    }
    written
}

fn document(judged: &Judged, guidance: &Guidance, (shown, text): (usize, usize)) -> String {
    let within = |words: &str| marked_within(words, text).0;
    let name = |words: &str| Some(marked_name(words)).filter(|name| name.chars().count() <= text).unwrap_or_else(|| within(words));
    let cluster = &judged.inventory.cluster;
    let mut out = format!(
        "# Assessment of {}\n\n{}, {}, judged by {}.\n\nThe PCI SSC guidance adds no requirement to PCI DSS; outcomes are facts for an assessor, not determinations.\n",
        marked_name(if cluster.server.is_empty() { "files" } else { &cluster.server }),
        marked(&cluster.words()),
        counted(judged.inventory.nodes.len(), "node", "nodes"),
        judged.now.strftime("%Y-%m-%d %H:%MZ"),
    );
    if let Some(who) = &judged.inventory.declared_complete {
        let _ = writeln!(
            out,
            "\nThat the files are the whole cluster was said by {}; kinds that they do not hold count as empty.",
            marked(who)
        );
    }
    let all = &judged.assessment.outcomes;
    let counts = Outcome::ALL.map(|known| format!("{} {}", all.iter().filter(|o| o.outcome == known).count(), known.label())).join(", ");
    let findings: usize = all.iter().map(|o| o.findings.len()).sum();
    let told: usize = all.iter().map(|o| o.findings.len().min(shown)).sum();
    let _ = writeln!(out, "\n{}: {counts}.", counted(all.len(), "check", "checks"));
    if told < findings {
        let _ = writeln!(out, "\nOf {findings} findings {told} are here, at most {shown} of each check; the JSON has all.");
    }
    for area in &guidance.areas {
        let of_area: Vec<_> = judged.assessment.outcomes.iter().filter(|o| area.controls.iter().any(|c| c.id == o.control)).collect();
        if of_area.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {} {}\n\n| outcome | check | |\n| --- | --- | --- |", area.number, area.title);
        for outcome in &of_area {
            let _ = writeln!(out, "| {} | `{}` | {} |", outcome.outcome.label(), outcome.check, within(&outcome.reason));
        }
        for outcome in of_area.iter().filter(|o| !o.findings.is_empty() && shown > 0) {
            let _ = writeln!(
                out,
                "\n### `{}`\n\n| severity | scope | object | field | observed |\n| --- | --- | --- | --- | --- |",
                outcome.check
            );
            for finding in outcome.findings.iter().take(shown) {
                let _ = writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    finding.severity.id(),
                    finding.category.label(),
                    name(&finding.object.to_string()),
                    name(&finding.field),
                    name(&finding.observed)
                );
            }
            if outcome.findings.len() > shown {
                let _ = writeln!(out, "\n{} in the JSON.", counted(outcome.findings.len() - shown, "more is", "more are"));
            }
        }
    }
    out
}
