//! Judges of `3.1/baseline` and `3.1/restricted`: every workload against the Pod Security Standards of the cluster's version.
//!
//! Each check tells the rules that upstream tells for its level: `restricted` repeats those of `baseline` that it does not replace, so that
//! either list is complete by itself. Only what `baseline` finds fails; what `restricted` finds is for review.

use crate::analysis::emulation;
use crate::analysis::pod_security::{self, Level, Violation, words};
use crate::judging::{Verdict, View, unseen};
use crate::model::Finding;

pub(super) fn judge(view: &View<'_>, level: Level) -> Verdict {
    let Some(minor) = emulation::minor(view.inventory) else {
        return Verdict::blocked("The rules depend on the server's version, which is not known.", vec!["version".to_owned()]);
    };
    let mut verdict = Verdict::over("workload", "workloads");
    unseen::tell_version(view, &mut verdict);
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        let template = pod_security::template(view.inventory, workload).map(|t| pod_security::evaluate(&t, level, minor));
        for (subject, pods) in pod_security::subjects(view.inventory, workload) {
            for violation in pod_security::evaluate(&subject, level, minor) {
                let known = template.as_ref().is_none_or(|t| t.iter().any(|v| same(v, &violation)));
                let finding = Finding::new(category, workload.object.clone(), violation.place.field(workload)).pods(pods);
                verdict.find(tell(finding, &violation, level, known));
            }
        }
    }
    verdict
}

fn same(a: &Violation, b: &Violation) -> bool {
    a.rule.id == b.rule.id && a.place == b.place
}

fn tell(finding: Finding, violation: &Violation, level: Level, in_template: bool) -> Finding {
    let words = words(violation.rule.id);
    let message = if in_template {
        words.message.to_owned()
    } else {
        // Mutating admission, a debugging session or an older template: the cluster runs what its owner does not say.
        format!("{} The pods have it, their template does not: find out what changed them.", words.message)
    };
    let finding = finding
        .rule(violation.rule.id)
        .severity(violation.rule.severity)
        .observed(violation.observed.clone())
        .message(message)
        .mend(words.mend);
    if level == Level::Baseline { finding } else { finding.review() }
}
