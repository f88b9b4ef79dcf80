//! Control 9.1: its automated checks.

use super::{candidates, hardening};
use crate::analysis::sandbox::{Sandbox, isolation, of_class};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::Workload;
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity};

/// The checks of control 9.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "9.1/candidates",
        title: "Workloads that the analysis of high risk should not forget",
        severity: Severity::Info,
        practices: &["9.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Services), Need::List(Kind::Ingresses), Need::Routes, Need::Version],
        active: false,
        why: "Which workloads need a stronger wall is for people to decide. Those that strangers can talk to, that already open a way to the node, or whose \
          software comes from elsewhere are where a break-in most likely begins, so the analysis should name each of them, with its reason.",
        mend: "Decide for each whether it is of high risk, write the decision down, and enter those that are as the answer to 9.1.high_risk.",
        blind_spots: "It sees Services, Ingresses, routes of the Gateway API and of OpenShift, and ports of nodes; a mesh's own routes, and what firewalls let through, it doesn't. \
                  It knows nothing of the data that a workload handles or of the quality of its code.",
        judge: candidates::judge,
    },
    Check {
        id: "9.1/sandbox",
        title: "High-risk workloads that share the node's kernel",
        severity: Severity::High,
        practices: &["9.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::RuntimeClasses), Need::List(Kind::Nodes)],
        active: false,
        why: "An ordinary container shares the kernel of its node, so one flaw of that kernel leads from a workload that strangers talk to into all \
          others on the machine. Workloads that were judged to be of high risk are expected to have a stronger wall around them.",
        mend: "Set runtimeClassName to a runtime class whose handler is a sandbox (gVisor) or makes a virtual machine for each pod (Kata Containers), \
           place the workload on a serverless node, or set hostUsers: false; or write down why nodes of its own are enough.",
        blind_spots: "It only knows the workloads on the assessor's list. What the handler behind a runtime class really does is the node's configuration, \
                  which no API shows. Nodes kept for one workload are judged in 16.2, not here.",
        judge: sandbox,
    },
    Check {
        id: "9.1/hardening",
        title: "Containers without seccomp or AppArmor",
        severity: Severity::Medium,
        practices: &["9.1.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "Seccomp filters the system calls that a container may make, and AppArmor the files and rights it may use. Both cost nothing and stop \
              many known ways out. Seccomp is missing where nobody asked for it; AppArmor holds without being asked for where a node has it. Either \
              may have been switched off.",
        mend: "Set seccompProfile.type: RuntimeDefault on the pod, remove Unconfined profiles, and set seccompDefault: true in the configuration of \
               the kubelets. Ask for an AppArmor profile only where all nodes of the workload have AppArmor: elsewhere the kubelet refuses the pod.",
        blind_spots: "Whether the kubelet applies a seccomp profile by default, whether the node has AppArmor or SELinux at all, and what a profile of your own \
                  allows is the node's configuration.",
        judge: hardening::judge,
    },
];

fn sandbox(view: &View<'_>) -> Verdict {
    let marked: Vec<&str> = view.scope.high_risk.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()).collect();
    if marked.is_empty() {
        return nothing_marked(view);
    }
    if marked.iter().all(|entry| entry.eq_ignore_ascii_case("none")) {
        return Verdict::not_applicable("The assessor's list of high-risk workloads says that there are none.");
    }
    let mut verdict = Verdict::over("workload of high risk", "workloads of high risk");
    for entry in marked {
        let Some((workload, category)) = view.workloads().find(|(workload, _)| is_named(workload, entry)) else {
            verdict.find(not_there(view, entry));
            continue;
        };
        verdict.saw(category);
        for variant in &workload.variants {
            let found = isolation(view.inventory, workload, variant);
            if let Some(finding) = weak(workload, category, &found) {
                verdict.find(finding.pods(variant.pods));
            }
        }
    }
    verdict
}

/// Whether a workload is the one that `namespace/Kind/name` means.
fn is_named(workload: &Workload, entry: &str) -> bool {
    let object = &workload.object;
    let parts: Vec<&str> = entry.split('/').map(str::trim).collect();
    matches!(parts.as_slice(), [namespace, kind, name]
        if *namespace == object.namespace && kind.eq_ignore_ascii_case(&object.kind) && *name == object.name)
}

fn not_there(view: &View<'_>, entry: &str) -> Finding {
    let mut parts = entry.splitn(3, '/').map(str::trim);
    let (namespace, kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let object = if name.is_empty() { ObjectRef::new("", "", "", entry) } else { ObjectRef::new("", kind, namespace, name) };
    let category = if name.is_empty() { view.cluster_wide() } else { view.category(namespace) };
    Finding::new(category, object, "metadata.name")
        .rule("not_found")
        .severity(Severity::Low)
        .review()
        .observed(entry)
        .message("The list of high-risk workloads names it, and no such workload was read.")
        .mend("Write the workload as namespace/Kind/name, or take it off the list if it is gone.")
}

fn weak(workload: &Workload, category: Category, found: &Sandbox) -> Option<Finding> {
    let finding = Finding::new(category, workload.object.clone(), format!("{}.runtimeClassName", workload.spec_path()));
    Some(match found {
        Sandbox::VirtualMachine(_) | Sandbox::Serverless(_) | Sandbox::OwnKernel(_) | Sandbox::UserNamespace => return None,
        Sandbox::SharedKernel => finding
            .rule("shared_kernel")
            .severity(Severity::High)
            .observed("unset")
            .message("The workload was judged to be of high risk and runs in ordinary containers on the shared kernel."),
        Sandbox::NoSuchClass(class) => finding
            .rule("no_such_class")
            .severity(Severity::High)
            .observed(class.clone())
            .message("The workload names a runtime class that does not exist, so its pods can't start in the sandbox that was meant."),
        Sandbox::Unknown(by) => finding
            .rule("unknown_handler")
            .review()
            .observed(by.clone())
            .message("The handler of the runtime class is none that is known to isolate: find out what it does on the node."),
    })
}

/// Without a list nothing can be judged: what isolation there is, is told for review.
fn nothing_marked(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let (mut scoped, mut strong) = (0, 0);
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        if category.in_scope() {
            scoped += 1;
            strong += usize::from(workload.variants.iter().all(|v| isolation(view.inventory, workload, v).is_stronger()));
        }
    }
    if scoped == 0 {
        return verdict;
    }
    let names = view.inventory.runtime_classes.iter().map(|class| class.metadata.name.as_str());
    let classes: Vec<String> = names.map(|name| format!("{name}: {}", of_class(view.inventory, name).words())).collect();
    let classes =
        if classes.is_empty() { "There is no runtime class.".to_owned() } else { format!("Runtime classes: {}.", classes.join("; ")) };
    verdict.decide(Outcome::Review);
    verdict.because(format!(
        "No workload is marked as being of high risk (9.1.high_risk), so none can be held to it. {strong} of {scoped} workloads in scope have more than \
         a shared kernel. {classes}"
    ));
    verdict
}
