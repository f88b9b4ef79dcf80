//! Control 12.2: its automated checks.

use crate::analysis::image::ImageReference;
use crate::judging::{Check, Need, Verdict, View};
use crate::model::{Outcome, Severity};
use std::collections::BTreeMap;

/// The checks of control 12.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "12.2/registry-share",
    title: "Share of images that come from the entity's own registries",
    severity: Severity::Info,
    practices: &["12.2.a"],
    needs: &[Need::Workloads],
    active: false,
    why: "An entity that keeps approved base images in a registry of its own usually keeps its finished images there too. Images that come straight \
          from elsewhere were most likely built on a base that nobody here has looked at.",
    mend: "Copy what is used as it is into the entity's registry after checking it, and build the rest there from approved bases.",
    blind_spots: "It sees where finished images come from, not what they were built on. The list of trusted registries is the assessor's answer to \
                  3.3.trusted_registries; a trusted registry that merely passes on a public one looks the same.",
    judge: registry_share,
}];

fn registry_share(view: &View<'_>) -> Verdict {
    let trusted = &view.scope.trusted_registries;
    let mut verdict = Verdict::over("workload", "workloads");
    let mut scoped: BTreeMap<String, bool> = BTreeMap::new();
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for placed in view.images(workload) {
            let image = ImageReference::parse(placed.used.reference);
            let ours = image.as_ref().is_some_and(|image| trusted.iter().any(|entry| image.is_from(entry)));
            if category.in_scope() {
                scoped.insert(image.as_ref().map_or_else(|| placed.words().to_owned(), ToString::to_string), ours);
            }
            if !trusted.is_empty() && !ours {
                let finding = placed.finding().severity(Severity::Info).review().observed(placed.words());
                verdict.find(finding.message("The image does not come from a registry of the trusted list."));
            }
        }
    }
    let (ours, all) = (scoped.values().filter(|ours| **ours).count(), scoped.len());
    if all == 0 {
        return verdict;
    }
    if trusted.is_empty() {
        verdict.decide(Outcome::Review);
        verdict.because(format!(
            "No list of trusted registries was given (3.3.trusted_registries), so no share of the {all} images in scope can be told."
        ));
    } else {
        verdict.because(format!("{ours} of {all} images in scope ({} %) come from registries of the trusted list.", ours * 100 / all));
    }
    verdict
}
