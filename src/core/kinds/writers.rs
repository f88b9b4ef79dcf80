//! Programs that write objects, by the names that they give themselves in managedFields: deployment tools, and those behind which a person sits.
//! Which fields an entry holds is asked of the latter alone, so only of them it is kept.

/// Programs that deploy from a repository or a chart, by the start of the name that they give themselves.
const TOOLS: &[&str] = &[
    "argocd",
    "kustomize-controller",
    "helm-controller",
    "flux",
    "helm",
    "terraform",
    "opentofu",
    "pulumi",
    "configsync",
    "fleet",
    "kapp",
    "rancher-fleet",
    "spinnaker",
    "werf",
    "kluctl",
    "crossplane",
    "ansible",
    "harness",
    "octopus",
    "skaffold",
    "tanka",
    "carvel",
    "sveltos",
    "reconciler.configsync",
    "kubecfg",
];

/// Programs with which a person changes an object in place. Browsers and consoles give the start of their user agent.
const HANDS: &[&str] = &[
    "kubectl-edit",
    "kubectl-patch",
    "kubectl-replace",
    "kubectl-set",
    "kubectl-label",
    "kubectl-annotate",
    "kubectl-create",
    "kubectl-run",
    "kubectl-expose",
    "kubectl-autoscale",
    "kubectl-taint",
    "oc-edit",
    "oc-patch",
    "oc-set",
    "k9s",
    "dashboard",
    "Mozilla",
    "node-fetch",
    "lens",
    "headlamp",
    "openlens",
    "okteto",
];

/// `kubectl apply`, in both of its ways; a pipeline or a person.
const APPLIES: &[&str] = &["kubectl-client-side-apply", "kubectl", "kubectl-last-applied", "oc", "before-first-apply"];

fn named(list: &[&str], manager: &str) -> bool {
    list.iter().any(|start| manager.starts_with(start))
}

/// Whether it is a deployment tool.
#[must_use]
pub fn is_tool(manager: &str) -> bool {
    named(TOOLS, manager)
}

/// Whether it is `kubectl apply`.
#[must_use]
pub fn is_apply(manager: &str) -> bool {
    APPLIES.contains(&manager)
}

/// Whether it changes objects in place, at somebody's hand.
#[must_use]
pub fn is_hand(manager: &str) -> bool {
    named(HANDS, manager)
}
