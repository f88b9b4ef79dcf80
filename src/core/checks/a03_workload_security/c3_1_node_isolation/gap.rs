//! Judge of `3.1/enforcement-gap`: pods that run where a label says that they would be refused.

use crate::analysis::admission::plugins::{Plugin, Running};
use crate::analysis::emulation;
use crate::analysis::pod_security::{Enforcement, Level, Subject, evaluate, words};
use crate::judging::{Verdict, View, unseen};
use crate::model::{Finding, Outcome};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let Some(cluster) = emulation::minor(view.inventory) else {
        return Verdict::blocked("The rules depend on the server's version, which is not known.", vec!["version".to_owned()]);
    };
    if let Some(blocked) = view.without_pods() {
        return blocked;
    }
    let mut verdict = Verdict::over("workload in a guarded namespace", "workloads in guarded namespaces");
    unseen::tell_version(view, &mut verdict);
    for (workload, category) in view.workloads() {
        let labels = view.inventory.namespace_labels(&workload.object.namespace);
        let Some(enforced) = Enforcement::of(labels).filter(|e| e.level > Level::Privileged) else { continue };
        // A server that emulates an older version judges by no newer rules, whatever the label pins.
        let minor = enforced.version.minor(cluster).min(cluster);
        let pods = workload.pod_indexes.iter().filter_map(|i| view.inventory.pods.get(*i)).filter(|pod| pod.is_live());
        let mut seen = false;
        for pod in pods {
            seen = true;
            let subject = Subject::new(view.inventory.spec(pod.spec), &pod.metadata.annotations);
            for violation in evaluate(&subject, enforced.level, minor) {
                let message = format!(
                    "The namespace enforces {} by the rules of 1.{minor}, and this pod runs against it: it is older than the label, or exempt. {}",
                    enforced.level.id(),
                    words(violation.rule.id).message
                );
                let finding = Finding::new(category, workload.object.clone(), violation.place.field(workload)).pods(1);
                verdict
                    .find(finding.rule(violation.rule.id).severity(violation.rule.severity).observed(violation.observed).message(message));
            }
        }
        if seen {
            verdict.saw(category);
        }
    }
    let idle = match Plugin::PodSecurity.running(view.inventory) {
        Running::On => None,
        Running::Unsure(why) => Some(format!("Whether the API server runs Pod Security admission can't be told: {why}.")),
        Running::Off(off) => {
            Some(format!("The API server does not run Pod Security admission ({}), so what labels claim is enforced by nobody.", off.by))
        }
    };
    if let Some(why) = idle {
        verdict.note(why);
        if verdict.outcome() == Outcome::Pass {
            verdict.because("What runs keeps to the labels, which enforce nothing by themselves.");
            verdict.decide(Outcome::Review);
        }
    }
    if verdict.population() == 0 {
        verdict.because(
            "No pod runs in a namespace that enforces level baseline or restricted, so there is no claim to hold anything against.",
        );
    }
    verdict
}
