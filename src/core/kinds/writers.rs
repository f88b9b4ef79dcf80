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

/// Programs with which a person changes an object in place, by the whole first word of the name that they give. Browsers and tools for
/// requests give the start of their user agent. Every verb of kubectl and oc but apply is one.
const HANDS: &[&str] = &[
    "kubectl-",
    "oc-",
    "curl",
    "wget",
    "httpie",
    "postmanruntime",
    "insomnia",
    "bruno",
    "mozilla",
    "k9s",
    "dashboard",
    "kubernetes-dashboard",
    "node-fetch",
    "python-requests",
    "python-urllib",
    "lens",
    "openlens",
    "freelens",
    "headlamp",
    "headlamp-server",
    "aptakube",
    "octant",
    "kubenav",
    "seabird",
    "kdash",
    "portainer",
    "okteto",
];

/// `kubectl apply`, in both of its ways; a pipeline or a person.
const APPLIES: &[&str] = &["kubectl-client-side-apply", "kubectl", "kubectl-last-applied", "oc", "before-first-apply"];

/// Whether it is a deployment tool.
#[must_use]
pub fn is_tool(manager: &str) -> bool {
    TOOLS.iter().any(|start| manager.starts_with(start))
}

/// Whether it is `kubectl apply`.
#[must_use]
pub fn is_apply(manager: &str) -> bool {
    APPLIES.contains(&manager)
}

/// Whether it changes objects in place, at somebody's hand.
#[must_use]
pub fn is_hand(manager: &str) -> bool {
    let manager = manager.to_ascii_lowercase();
    // `dashboard` is `dashboard-api` too, and `curl` no `curlew`.
    let begins = |start: &str| {
        let rest = manager.strip_prefix(start);
        rest.is_some_and(|rest| start.ends_with('-') || !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    !is_apply(&manager) && HANDS.iter().any(|start| begins(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_in_place_is_a_hand_and_apply_is_none() {
        for hand in [
            "kubectl-edit",
            "kubectl-rollout",
            "kubectl-scale",
            "kubectl-debug",
            "kubectl-patch",
            "kubectl-label",
            "kubectl-set",
            "oc-patch",
            "curl",
            "Mozilla",
            "Lens",
            "OpenLens",
            "k9s",
            "dashboard-api",
            "PostmanRuntime",
            "python-requests",
            "Wget",
        ] {
            assert!(is_hand(hand) && !is_tool(hand), "{hand}");
        }
        for other in [
            "kubectl-client-side-apply",
            "kubectl-last-applied",
            "kubectl",
            "argocd-controller",
            "helm",
            "kube-controller-manager",
            "curlew-operator",
            "lensing",
            "oc",
        ] {
            assert!(!is_hand(other), "{other}");
        }
    }
}
