//! Judge of `2.2/aws-auth`: which identities of AWS the ConfigMap `aws-auth` lets into groups and names that Kubernetes keeps for itself.

use crate::analysis::rbac::subjects::{MASTERS, NODES};
use crate::analysis::rbac::surroundings::AWS_AUTH;
use crate::judging::{Verdict, View, described};
use crate::kinds::identities::{self, Identity};
use crate::kinds::imported::{About, Describer, Said};
use crate::model::{Finding, ObjectRef, Severity};

/// Distributions on which nothing reads the ConfigMap.
const ELSEWHERE: &[&str] = &["gke", "gke-autopilot", "aks", "openshift"];

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let distribution = view.cluster().distribution.as_str();
    let (namespace, name) = AWS_AUTH;
    let found = view.inventory.config_maps.iter().find(|map| map.metadata.namespace == namespace && map.metadata.name == name);
    let Some(map) = found.filter(|_| !ELSEWHERE.contains(&distribution)) else {
        return Verdict::not_applicable(if distribution == "eks" {
            "No ConfigMap kube-system/aws-auth is there, so identities of AWS come in by access entries alone; these the cluster does not show: aws eks list-access-entries lists them."
        } else {
            "Only EKS and clusters with the AWS IAM authenticator read a ConfigMap kube-system/aws-auth, and here is none that anything reads."
        });
    };
    if let Some((Said::Words(mode), files)) = described::agreed(view, Describer::EksCluster, About::LoginMode)
        && distribution == "eks"
        && mode == &["API"]
    {
        return Verdict::not_applicable(format!(
            "The authentication mode of the cluster is API, as {files} says, so nothing reads the ConfigMap kube-system/aws-auth; 2.2/authorization-modes judges access entries."
        ));
    }
    let object = ObjectRef::new("", "ConfigMap", namespace, name);
    let told = |field: String| {
        let finding = Finding::new(view.cluster_wide(), object.clone(), field);
        // Elsewhere than on EKS nothing shows that an authenticator reads it.
        if distribution == "eks" { finding } else { finding.review() }
    };
    let mut verdict = Verdict::over("mapping", "mappings");
    for (key, value) in map.data.iter().filter(|(key, _)| identities::KEYS.contains(&key.as_str())) {
        let Some(identities) = identities::of(value) else {
            verdict.saw(view.cluster_wide());
            verdict.find(
                told(format!("data.{key}"))
                    .rule("unreadable")
                    .review()
                    .severity(Severity::High)
                    .observed(format!("{} bytes", value.length))
                    .message("What it maps could not be read as the list that it should be; see by hand who is in system:masters."),
            );
            continue;
        };
        for identity in &identities {
            verdict.saw(view.cluster_wide());
            if let Some(finding) = judge_identity(key, identity, &told) {
                verdict.find(finding);
            }
        }
    }
    if verdict.population() == 0 {
        return Verdict::not_applicable("The ConfigMap kube-system/aws-auth maps nobody.");
    }
    if distribution == "eks" {
        verdict.note("Access entries give rights beside it, which the cluster does not show: aws eks list-access-entries lists them.");
    }
    verdict
}

fn judge_identity(key: &str, identity: &Identity, told: &dyn Fn(String) -> Finding) -> Option<Finding> {
    let finding = || told(format!("data.{key}[{}]", identity.arn)).observed(identity.words());
    let user = identity.user.as_deref();
    if identity.groups.iter().any(|group| group == MASTERS) {
        return Some(
            finding()
                .rule("masters")
                .severity(Severity::Critical)
                .message("Whoever is this identity, or takes on this role, passes before any right is checked, and no role or binding can take that away."),
        );
    }
    // Nodes come in by roles, under a name that is made of the machine's.
    let node = |name: &str| name.starts_with("system:node:");
    if let Some(user) = user.filter(|user| !node(user)) {
        return Some(
            finding()
                .rule("system_name")
                .severity(Severity::High)
                .message(format!("It logs in as {user}, a name that Kubernetes keeps for a part of itself, with that part's rights.")),
        );
    }
    if key == "mapUsers" && (user.is_some() || identity.groups.iter().any(|group| group == NODES)) {
        return Some(
            finding()
                .rule("node")
                .review()
                .severity(Severity::Medium)
                .message("A user of AWS logs in as a node; only the roles of nodes should, for a node may read what its pods hold."),
        );
    }
    if key == "mapAccounts" {
        return Some(
            finding()
                .rule("account")
                .review()
                .severity(Severity::Medium)
                .message("Every identity of these AWS accounts logs in under its own ARN, known or not; confirm that nothing is bound for all who log in."),
        );
    }
    None
}
