//! Judge of `9.1/candidates`: workloads that the risk analysis should not forget, each with what speaks for it.

use crate::analysis::emulation;
use crate::analysis::exposure::{self, Routes};
use crate::analysis::image::ImageReference;
use crate::analysis::pod_security::{Level, evaluate, subjects};
use crate::judging::{Verdict, View};
use crate::kinds::Workload;
use crate::model::{Category, Finding, Severity};
use std::collections::BTreeSet;

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let Some(minor) = emulation::minor(view.inventory) else {
        return Verdict::blocked(
            "The rules of Pod Security depend on the server's version, which is not known.",
            vec!["version".to_owned()],
        );
    };
    let mut verdict = Verdict::over("workload", "workloads");
    let routes = Routes::of(view.inventory);
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        let mut signs = Vec::new();
        let ways = exposure::ways(view.inventory, &routes, workload);
        if !ways.is_empty() {
            signs.push(format!("reachable from outside ({})", ways.join(", ")));
        }
        let broken = broken_rules(view, workload, minor);
        if !broken.is_empty() {
            signs.push(format!("against baseline ({})", broken.into_iter().collect::<Vec<_>>().join(", ")));
        }
        let foreign = foreign_registries(view, workload);
        if !foreign.is_empty() {
            signs.push(format!("third-party image ({})", foreign.into_iter().collect::<Vec<_>>().join(", ")));
        }
        if signs.is_empty() {
            continue;
        }
        if category == Category::Cde {
            signs.push("in the CDE".to_owned());
        }
        let finding = Finding::new(category, workload.object.clone(), workload.spec_path()).pods(workload.pods).review();
        verdict.find(
            finding.severity(if ways.is_empty() { Severity::Info } else { Severity::Low }).observed(signs.join("; ")).message(
                "It looks like a workload of higher risk: the risk analysis should say whether it needs more than a shared kernel.",
            ),
        );
    }
    verdict
}

fn broken_rules(view: &View<'_>, workload: &Workload, minor: u32) -> BTreeSet<&'static str> {
    let subjects = subjects(view.inventory, workload);
    subjects.iter().flat_map(|(subject, _)| evaluate(subject, Level::Baseline, minor)).map(|violation| violation.rule.id).collect()
}

/// Registries of the public, or those outside of the trusted list where there is one.
fn foreign_registries(view: &View<'_>, workload: &Workload) -> BTreeSet<String> {
    let trusted = &view.scope.trusted_registries;
    let images = view.containers(workload).filter_map(|placed| ImageReference::parse(&placed.container.image));
    let foreign =
        images.filter(|image| if trusted.is_empty() { image.is_public() } else { !trusted.iter().any(|entry| image.is_from(entry)) });
    foreign.map(|image| image.registry).collect()
}
