//! Policies on connections of kinds that are not evaluated. What they may touch is never told as closed, nor as open for certain.
//!
//! Known ones are read as kinds of their own, for their objects alone, so that a cluster which merely could have some stays quiet. What else a
//! cluster serves, or files hold, and by its name is a policy on connections (`is_policy`), is told as it is: by its name.

use super::NotEvaluated;
use super::policy::{Failure, Law, Unread};
use super::unread;
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;

/// Kinds that are read and not evaluated, whether each speaks of what comes in and of what goes out, and how that is told.
const KINDS: &[(Kind, bool, bool, &str)] = &[
    (Kind::AntreaNetworkPolicies, true, true, POLICY),
    (Kind::AntreaClusterNetworkPolicies, true, true, POLICY),
    (Kind::AwsClusterNetworkPolicies, true, true, POLICY),
    (Kind::AwsApplicationNetworkPolicies, true, true, POLICY),
    (Kind::GkeFqdnNetworkPolicies, false, true, POLICY),
    (Kind::OvnEgressFirewalls, false, true, POLICY),
    (Kind::OvnExternalRoutes, true, true, "routes past the usual way are not evaluated"),
    (Kind::OvnUserDefinedNetworks, true, true, NETWORK),
    (Kind::OvnClusterUserDefinedNetworks, true, true, NETWORK),
    (Kind::KubeOvnSecurityGroups, true, true, POLICY),
    (Kind::KubeOvnSubnets, true, true, "its own list of rules is not evaluated"),
    (Kind::OpenshiftEgressPolicies, false, true, POLICY),
    (Kind::NsxSecurityPolicies, true, true, POLICY),
];

const POLICY: &str = "policies of this kind are not evaluated";
const NETWORK: &str = "networks beside that of the cluster, and which policies hold on them, are not evaluated";

/// Adds what is there of such kinds.
pub(super) fn read(inventory: &Inventory, law: &mut Law) {
    for (kind, ingress, egress, why) in KINDS {
        for custom in inventory.customs.get(kind).into_iter().flatten().filter(|custom| decides(*kind, custom)) {
            let failure = Failure::from(*why);
            law.unread.push(Unread { ingress: *ingress, egress: *egress, ..unread::entry(*kind, custom, failure) });
        }
    }
    for policy in &inventory.cluster.other_policies {
        let why = if policy.name.is_empty() {
            format!("the cluster serves {}.{}, which is not read", policy.kind, policy.group)
        } else {
            POLICY.to_owned()
        };
        // Without an object it is the API that is named, as for whole groups.
        let (kind, name) = if policy.name.is_empty() {
            ("APIService".to_owned(), format!("{}.{}", policy.kind, policy.group))
        } else {
            (policy.kind.clone(), policy.name.clone())
        };
        let entry = NotEvaluated::of(&ObjectRef::new(&policy.group, &kind, &policy.namespace, &name), why);
        law.unread.push(Unread { entry, subject: None, ingress: true, egress: true });
    }
}

/// Whether an object says anything: a subnet of Kube-OVN without rules of its own is a subnet.
fn decides(kind: Kind, custom: &Custom) -> bool {
    kind != Kind::KubeOvnSubnets || custom.parts.get("/spec/acls/*/action").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty())
}

/// Groups and names that sound like policies on connections and are none: settings of load balancers and gateways, statistics, policies that are
/// only tried, copies that controllers make for their agents. A name that ends in `*` stands for all that begin so.
const OTHERWISE: &[(&str, &str)] = &[
    ("gateway.networking.k8s.io", "*"),
    ("gateway.networking.x-k8s.io", "*"),
    ("networking.gke.io", "gcp*"),
    ("networking.gke.io", "healthcheckpolic*"),
    ("networking.k8s.aws", "policyendpoint*"),
    ("networking.k8s.aws", "clusterpolicyendpoint*"),
    ("stats.antrea.io", "*"),
    ("controlplane.antrea.io", "*"),
    ("k8s.cni.cncf.io", "multi-networkpolic*"),
    ("k8s.cni.cncf.io", "multinetworkpolic*"),
    ("sriovnetwork.openshift.io", "*"),
    ("*", "staged*"),
];

/// Ends of groups whose objects stand for things of a cloud outside of the cluster: its firewalls bind no pod's connection within.
const OF_CLOUDS: &[&str] = &[".services.k8s.aws", ".azure.com", ".cnrm.cloud.google.com", ".upbound.io", ".crossplane.io"];

/// Whether a resource (`egressfirewalls`) or kind (`EgressFirewall`) of a group is, by its name, a policy on connections of pods.
#[must_use]
pub fn is_policy(group: &str, name: &str) -> bool {
    let (group, name) = (group.to_ascii_lowercase(), name.to_ascii_lowercase());
    let fits = |pattern: &str, text: &str| pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start));
    let elsewhere = OF_CLOUDS.iter().any(|end| group.ends_with(end));
    if elsewhere || OTHERWISE.iter().any(|(of, named)| fits(of, &group) && fits(named, &name)) {
        return false;
    }
    if name.contains("networkpolic") {
        return true;
    }
    // Engines have policies for routes, addresses and redirection beside those that are meant, which are called by the name above.
    if ["cilium.io", "projectcalico.org"].iter().any(|engine| group.ends_with(engine)) {
        return false;
    }
    let of_network = group.split('.').any(|label| {
        label.starts_with("net")
            || label.contains("network")
            || ["cni", "ovn", "kubeovn", "antrea", "nsx", "kuberouter", "ipam"].contains(&label)
    });
    let decides = ["polic", "firewall", "securitygroup", "security-group", "externalroute"].iter().any(|word| name.contains(word));
    of_network && decides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_on_connections_are_told_by_group_and_name() {
        for (group, name) in [
            ("policy.networking.k8s.io", "clusternetworkpolicies"),
            ("policy.networking.k8s.io", "TenantPolicy"),
            ("net.acme.example", "FirewallPolicy"),
            ("security.acme.example", "NamespacedNetworkPolicy"),
            ("k8s.ovn.org", "egressfirewalls"),
            ("kubeovn.io", "security-groups"),
            ("cilium.io", "ciliumtenantnetworkpolicies"),
            ("crd.projectcalico.org", "networkpolicies"),
        ] {
            assert!(is_policy(group, name), "{group} {name}");
        }
        for (group, name) in [
            ("networking.gke.io", "gcpbackendpolicies"),
            ("networking.gke.io", "managedcertificates"),
            ("gateway.networking.k8s.io", "backendtlspolicies"),
            ("networking.istio.io", "destinationrules"),
            ("cilium.io", "ciliumlocalredirectpolicies"),
            ("crd.projectcalico.org", "stagedglobalnetworkpolicies"),
            ("networking.k8s.aws", "policyendpoints"),
            ("policy", "poddisruptionbudgets"),
            ("kyverno.io", "policies"),
            ("networking.k8s.io", "ingressclasses"),
            ("k8s.ovn.org", "egressips"),
            ("vpcresources.k8s.aws", "securitygrouppolicies"),
            ("stats.antrea.io", "networkpolicystats"),
            ("network.azure.com", "networksecuritygroups"),
            ("networkfirewall.services.k8s.aws", "firewallpolicies"),
            ("sriovnetwork.openshift.io", "sriovnetworknodepolicies"),
            ("policy.linkerd.io", "networkauthentications"),
        ] {
            assert!(!is_policy(group, name), "{group} {name}");
        }
    }
}
