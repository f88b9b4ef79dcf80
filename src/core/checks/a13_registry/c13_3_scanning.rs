//! Control 13.3: its automated checks.

use crate::analysis::software;
use crate::analysis::trial::Break;
use crate::judging::{Check, Need, Verdict, View, guarded};
use crate::model::{Finding, Kind, Outcome, Severity};

/// The checks of control 13.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "13.3/scanner",
    title: "Scanners in the cluster, and whether images with bad scans are blocked",
    severity: Severity::Info,
    practices: &["13.3.a"],
    needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Policies],
    active: false,
    why: "A scan finds flaws in stored images, and a block keeps those images from running: the one without the other is either a list that nobody \
          reads or a gate that knows nothing. This check reports what of both can be seen from the cluster.",
    mend: "Scan every repository that feeds the cluster on arrival and again and again, and refuse at admission what has no fresh, good scan: by a signed \
           scan attestation that a policy verifies, or by the scanner's own admission controller.",
    blind_spots: "What a registry scans and blocks is its own setting: Amazon ECR, Artifact Registry, Azure Container Registry, Quay.io, Harbor elsewhere. A \
                  scanner that is found may be idle, and admission controllers of scanners show no policy that can be read here.",
    judge: scanner,
}];

fn scanner(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace with workloads", "namespaces with workloads");
    let (mut scoped, mut blocked) = (0, 0);
    for space in guarded::unverified(view, Break::Attestation) {
        verdict.saw(space.place.category);
        if space.place.category.in_scope() {
            scoped += 1;
            blocked += usize::from(space.open.is_empty());
        }
    }
    let mut names = Vec::new();
    for (role, what) in [("scanner", "A scanner runs here"), ("registry", "A registry runs here")] {
        for found in software::with_role(view.inventory, &view.tables.software, role) {
            let name = &found.software.name;
            let category = view.category(&found.workload.object.namespace);
            let finding = Finding::new(category, found.workload.object.clone(), found.workload.spec_path()).pods(found.workload.pods);
            let message = format!("{what}: {name}. Ask what it covers, how often, and what happens with what it finds.");
            verdict.find(finding.rule(role).severity(Severity::Info).review().observed(name.clone()).message(message));
            names.push(name.as_str());
        }
    }
    names.sort_unstable();
    names.dedup();
    if scoped == 0 {
        return verdict;
    }
    let list = if names.is_empty() {
        "No known scanner or registry runs in the cluster.".to_owned()
    } else {
        format!("In the cluster: {}.", names.join(", "))
    };
    verdict.because(format!(
        "Tried on what runs there, images without a good scan are refused in {blocked} of {scoped} namespaces in scope. {list}"
    ));
    verdict.decide(if blocked == scoped { Outcome::Pass } else { Outcome::Review });
    guarded::mind_missing_policies(view, verdict)
}
