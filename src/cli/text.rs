//! An assessment as people read it on a terminal: by area, each outcome by sign and word, the first findings below.

use super::judged::Judged;
use kassay_core::assess::CheckOutcome;
use kassay_core::guidance::Guidance;
use kassay_core::kinds::KindState;
use kassay_core::model::text::{clean, counted, thousands};
use kassay_core::model::{Category, Outcome};
use std::fmt::Write as _;

/// Findings shown below a check; the JSON has all.
const SHOWN: usize = 5;

/// Writes it.
pub fn assessment(judged: &Judged, guidance: &Guidance, colour: bool) -> String {
    let mut out = String::new();
    let cluster = &judged.inventory.cluster;
    let _ = writeln!(
        out,
        "{}  {}  {}  judged by {}",
        named(&cluster.server),
        cluster.words(),
        counted(judged.inventory.nodes.len(), "node", "nodes"),
        judged.now.strftime("%Y-%m-%d %H:%MZ")
    );
    if let Some(who) = &judged.inventory.declared_complete {
        let _ = writeln!(out, "the files are the whole cluster: said by {}; kinds that they do not hold are empty", clean(who));
    }
    if !cluster.version_source.is_empty() {
        let _ = writeln!(out, "version: {}", clean(&cluster.version_source));
    }
    for (kind, coverage) in
        judged.inventory.coverage.iter().filter(|(_, c)| matches!(c.state, KindState::Forbidden | KindState::Failed | KindState::Partial))
    {
        let _ = writeln!(out, "not read: {}  {}", kind.id(), clean(&coverage.message));
    }
    for area in &guidance.areas {
        let ids: Vec<&str> = area.controls.iter().map(|c| c.id.as_str()).collect();
        let of_area: Vec<&CheckOutcome> = judged.assessment.outcomes.iter().filter(|o| ids.contains(&o.control.as_str())).collect();
        if of_area.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{} {}", area.number, area.title);
        for outcome in of_area {
            let _ = writeln!(out, "  {} {:<32} {}", sign(outcome.outcome, colour), outcome.check, clean(&outcome.reason));
            for finding in outcome.findings.iter().take(SHOWN) {
                let apart = if finding.category.in_scope() { String::new() } else { format!(" [{}]", finding.category.label()) };
                let _ = writeln!(
                    out,
                    "      {:<8} {}{apart}  {}  {}",
                    finding.severity.id(),
                    clean(&finding.object.to_string()),
                    clean(&finding.field),
                    clean(&finding.observed)
                );
            }
            if outcome.findings.len() > SHOWN {
                let _ = writeln!(out, "      … {} more; -o json has all", thousands(outcome.findings.len() - SHOWN));
            }
        }
    }
    let count = |wanted: Outcome| judged.assessment.outcomes.iter().filter(|o| o.outcome == wanted).count();
    let totals: Vec<String> = Outcome::ALL.iter().map(|o| format!("{} {}", count(*o), o.label())).collect();
    let platform: usize = judged.assessment.outcomes.iter().map(|o| o.counts.get(&Category::Platform).copied().unwrap_or_default()).sum();
    let _ = writeln!(out, "\n{}: {}", counted(judged.assessment.outcomes.len(), "check", "checks"), totals.join(", "));
    if platform > 0 {
        let verbs = if platform == 1 { "is told and decides" } else { "are told and decide" };
        let _ = writeln!(out, "{} on the platform's own objects {verbs} nothing.", counted(platform, "finding", "findings"));
    }
    out
}

fn named(server: &str) -> &str {
    if server.is_empty() { "files" } else { server }
}

fn sign(outcome: Outcome, colour: bool) -> String {
    let (sign, code) = match outcome {
        Outcome::Pass => ("✓ pass   ", "32"),
        Outcome::Fail => ("✗ fail   ", "31"),
        Outcome::Review => ("○ review ", "33"),
        Outcome::NotApplicable => ("· n/a    ", "2"),
        Outcome::Blocked => ("⊘ blocked", "35"),
    };
    if colour { format!("\u{1b}[{code}m{sign}\u{1b}[0m") } else { sign.to_owned() }
}
