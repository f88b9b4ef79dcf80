//! What checks of control-plane flags share: what to say where the flags can't be seen. No sight is no verdict.

use super::{Verdict, View};
use crate::analysis::distribution;
use crate::analysis::flags::CommandLine;

/// A review for a control plane that shows none of its flags, with the place to look instead.
pub(super) fn unseen(view: &View<'_>, what: &str) -> Verdict {
    let id = view.cluster().distribution.as_str();
    let place = match id {
        "eks" => "AWS's shared responsibility report and the cluster's page (aws eks describe-cluster); AWS sets these options itself",
        "gke" | "gke-autopilot" => "the cluster's description (gcloud container clusters describe); Google sets these options itself",
        "aks" => "the cluster's description (az aks show); Microsoft sets these options itself",
        "openshift" => "the operators' configuration (oc get kubeapiserver cluster -o yaml)",
        "k3s" => "/etc/rancher/k3s/config.yaml and the service's arguments on the server nodes",
        "talos" => "cluster.apiServer.extraArgs of the machine configuration (talosctl get machineconfig)",
        "microk8s" => "/var/snap/microk8s/current/args on the nodes",
        _ => "/etc/kubernetes/manifests or the services' arguments on the control-plane nodes",
    };
    Verdict::review(format!("{} shows no command line of {what} through the API; look at {place}.", distribution::title(id)))
}

/// Turns a judgement of some nodes' flags into a review where other control-plane nodes show none.
pub(super) fn mind_the_unseen(view: &View<'_>, verdict: &mut Verdict, lines: &[CommandLine]) {
    let blind = crate::analysis::flags::nodes_without(view.inventory, lines);
    if !blind.is_empty() && matches!(verdict.outcome(), crate::model::Outcome::Pass | crate::model::Outcome::NotApplicable) {
        verdict.decide(crate::model::Outcome::Review);
        verdict.because(format!("Nothing found where flags show, but the control-plane nodes {} show none.", blind.join(", ")));
    }
}
