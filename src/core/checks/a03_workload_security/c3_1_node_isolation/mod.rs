//! Control 3.1: its automated checks. The words stand here; each judge has a file of its own beside it.

mod admission;
mod escapes;
mod gap;
mod labels;
mod standards;

use crate::analysis::pod_security::Level;
use crate::judging::{Check, Need};
use crate::model::{Kind, Severity};

/// The checks of control 3.1, in the order in which they are told.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "3.1/baseline",
        title: "Workloads that open a known way to the node",
        severity: Severity::High,
        practices: &["3.1.a"],
        needs: &[Need::Workloads, Need::Version],
        active: false,
        why: "Level baseline of the Pod Security Standards forbids the settings by which a container is known to reach the machine it runs on. \
              A workload that breaks it hands that machine, and all containers on it, to whoever breaks into the workload.",
        mend: "Take the setting out of the pod template. Where it is truly needed, move the workload to a namespace of its own with few users, \
               and record the exception with reason, approver and end date.",
        blind_spots: "Exemptions that Pod Security Admission was given lie in a file of the API server that no API shows. Where pods run, the \
                      pods are judged; a changed template shows only once it has new pods. A custom resource whose pods don't exist yet is not seen.",
        judge: |view| standards::judge(view, Level::Baseline),
    },
    Check {
        id: "3.1/restricted",
        title: "Workloads that are not hardened to level restricted",
        severity: Severity::Medium,
        practices: &["3.1.a"],
        needs: &[Need::Workloads, Need::Version],
        active: false,
        why: "Level restricted asks each workload to give up what it does not need: root, extra rights, open system calls. None of these is a \
              way to the node by itself, but each makes the next flaw of kernel or runtime easier to use. What falls short is shown for review.",
        mend: "Set runAsNonRoot: true and seccompProfile.type: RuntimeDefault on the pod, allowPrivilegeEscalation: false and \
               capabilities.drop: [\"ALL\"] on each container; then let the namespace enforce restricted.",
        blind_spots: "It reads what the manifest says. An image that runs as a user of its own, a default profile that the kubelet applies, or rules \
                      of SELinux on the node may protect a workload that says nothing.",
        judge: |view| standards::judge(view, Level::Restricted),
    },
    Check {
        id: "3.1/pod-security-labels",
        title: "Namespaces that no Pod Security level is shown to guard",
        severity: Severity::Medium,
        practices: &["3.1.a"],
        needs: &[Need::List(Kind::Namespaces)],
        active: false,
        why: "The label pod-security.kubernetes.io/enforce makes the API server refuse pods that open a way to the node. Without it, or with a label \
              that only warns or writes to the audit log, anyone who may create a pod in the namespace may take over a machine.",
        mend: "kubectl label ns NAME pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/enforce-version=vX.Y, with baseline \
               where restricted can't be had yet and the version of the cluster. Add --dry-run=server first to see what would break.",
        blind_spots: "Defaults and exemptions of Pod Security Admission lie in a file of the API server that no API shows, so an unlabelled namespace \
                      is not shown to be enforced, though it may be. Other engines that do the same work are the matter of 3.1/admission-control.",
        judge: labels::judge,
    },
    Check {
        id: "3.1/privileged",
        title: "Gates to the node, each with the escape that it allows",
        severity: Severity::High,
        practices: &["3.1.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "Some settings are not merely against a standard, they are the way itself: a privileged container, the node's processes or network, its \
              root file system or the socket of its container runtime. Each is reported with what an intruder would do through it.",
        mend: "Remove the setting. Where a component of the platform needs it, keep it in a namespace of its own that few may change, grant the least \
               (one capability, one directory, read-only), and record the approved exception.",
        blind_spots: "Directories are judged by their path on an ordinary Linux node: other paths may matter on yours. A gitRepo volume is judged by the \
                      versions that kubelets tell, where nodes are read. What a CSI driver or a persistent \
                      volume mounts from the node isn't seen here.",
        judge: escapes::judge,
    },
    Check {
        id: "3.1/enforcement-gap",
        title: "Pods that run against the level their namespace enforces",
        severity: Severity::High,
        practices: &["3.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Version],
        active: false,
        why: "A label that enforces a level is asked only when a pod is created. Pods that were there before, or that are exempt, run on against it: \
              the label says guarded, the node says otherwise.",
        mend: "Fix the template and restart the workload; then nothing in the namespace may be refused. Ask for the exemptions in the admission \
               configuration of the API server, and remove what nobody approved.",
        blind_spots: "Exemptions by user, namespace or runtime class can't be read, so an exempt pod and an old one look alike. Policies of other \
                      engines are not evaluated here; their own reports are the matter of 15.1.",
        judge: gap::judge,
    },
    Check {
        id: "3.1/admission-control",
        title: "Namespaces where nothing refuses a pod that takes the node",
        severity: Severity::High,
        practices: &["3.1.a"],
        needs: &[
            Need::List(Kind::Namespaces),
            Need::Workloads,
            Need::Policies,
            Need::List(Kind::ValidatingWebhooks),
            Need::List(Kind::EndpointSlices),
        ],
        active: false,
        why: "What runs well today may be replaced tomorrow by a pod that takes the node, unless something refuses it at the door. A policy that only \
              reports refuses nothing, and a webhook that fails open, or is not asked about a namespace, refuses nothing there.",
        mend: "Enforce a Pod Security level by label, or policies of your engine in enforcing mode, in every namespace in scope. Webhooks: \
               failurePolicy: Fail, several replicas, no namespace in scope left out. Only the webhook's own namespace has to be left out, so that it \
               can start again.",
        blind_spots: "Policies are tried on witnesses, pods that each take the node in one way (kassay trial shows them), as their engines would run \
                      them; what can't be run here is for review. Programs, webhooks of other makers and OpenShift's constraints are named and not tried. What \
                      changes pods before they are judged is not tried either. Static admission manifests of the API server (Kubernetes 1.37) appear in no list.",
        judge: admission::judge,
    },
];
