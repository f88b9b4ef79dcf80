//! Control 12.3: its automated checks.

use crate::analysis::trial::Break;
use crate::judging::{Check, Need, Placed, Verdict, View, guarded};
use crate::model::{Finding, Kind, Severity};

/// The checks of control 12.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "12.3/non-root",
        title: "Containers that run as root, or may",
        severity: Severity::High,
        practices: &["12.3.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "Root in a container is root towards the kernel, unless the pod has a user namespace of its own: most known ways out of a container begin \
          there. Where a manifest is silent the image decides, and most images run as root unless somebody changed that.",
        mend: "Put a numeric user into the image, remove runAsUser: 0, and set runAsNonRoot: true on the pod, so that the kubelet refuses a container \
           that would run as root.",
        blind_spots: "The user that an image names is not read: a container of which the manifest says nothing may well run as another user. Programs that \
                  start as root and then change their user look like root.",
        judge: non_root,
    },
    Check {
        id: "12.3/non-root-enforced",
        title: "Namespaces where root is not refused",
        severity: Severity::Low,
        practices: &["12.3.a"],
        needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Policies],
        active: false,
        why: "Workloads that run as another user today may run as root after the next change. Level restricted of Pod Security, or a policy that asks for \
              runAsNonRoot, refuses that at the door.",
        mend: "Label the namespace pod-security.kubernetes.io/enforce: restricted, with warn and audit first to see what would break, or enforce a policy \
               that demands runAsNonRoot: true.",
        blind_spots: "Policies are tried on witnesses that run as root in one way each (kassay trial shows them), and what can't be run here is for \
                      review. Who may use which of OpenShift's security context constraints is not tried.",
        judge: |view| guarded::demanded(view, Break::Root, "Nothing shown here refuses a pod that runs as root."),
    },
];

fn non_root(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        // Windows has no user 0, and no field that would forbid it.
        let linux: Vec<Placed<'_>> = view.containers(workload).filter(|placed| !placed.spec.is_windows()).collect();
        if linux.is_empty() {
            continue;
        }
        verdict.saw(category);
        linux.iter().filter_map(rootful).for_each(|finding| verdict.find(finding));
    }
    verdict
}

/// The effective user: the container's word over the pod's.
fn rootful(placed: &Placed<'_>) -> Option<Finding> {
    let (pod, own) = (&placed.spec.security_context, &placed.container.security_context);
    let apart = placed.spec.host_users == Some(false);
    match own.run_as_user.or(pod.run_as_user) {
        Some(0) => {
            let observed = if own.run_as_user.is_some() { "0" } else { "0, set for the whole pod" };
            let finding = placed.finding("securityContext.runAsUser").rule("root").observed(observed);
            Some(if apart {
                let message = "The container runs as root; its user namespace makes that nobody outside, but root inside still owns all that it holds.";
                finding.severity(Severity::Medium).message(message)
            } else {
                finding.severity(Severity::High).message("The container is told to run as root.")
            })
        }
        Some(_) => None,
        None if own.run_as_non_root.or(pod.run_as_non_root) == Some(true) => None,
        None => {
            let said = if own.run_as_non_root.or(pod.run_as_non_root).is_some() { "false" } else { "unset" };
            Some(
                placed
                    .finding("securityContext.runAsNonRoot")
                    .rule("not_guaranteed")
                    .severity(Severity::Low)
                    .observed(said)
                    .message("Nothing in the manifest keeps the container from running as root: its image decides."),
            )
        }
    }
}
