//! Control 13.1: its automated checks.

use super::anonymous_pull;
use crate::analysis::described::Topic;
use crate::analysis::rbac::Bound;
use crate::judging::{Check, Need, Verdict, View, described};
use crate::kinds::imported::About;
use crate::model::{Finding, Kind, ObjectRef, Severity, text::clean};
use std::collections::{BTreeMap, BTreeSet};

/// The checks of control 13.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "13.1/anonymous-pull",
        title: "Registries that give images in scope to callers without a login",
        severity: Severity::High,
        practices: &["13.1.a"],
        needs: &[Need::Workloads, Need::Probes],
        active: true,
        why: "An image holds the application's code, its configuration and often more than was meant to be in it. A registry of the entity that hands \
          images to whoever asks gives all of that to everybody who reaches it.",
        mend: "Switch off anonymous pulling for the project or repository, let nodes and pipelines log in with identities of their own, and close the \
           registry to networks that need not reach it.",
        blind_spots: "Only the manifest is requested, once, from where the assessment runs: pushing, listing and blobs are not tried, and who else may \
                      log in is not seen. Whether a repository on a public registry is meant for the public only its owner knows. A registry named \
                      localhost is each node's own; the one on this machine is asked.",
        judge: anonymous_pull::judge,
    },
    Check {
        id: "13.1/pull-secrets",
        title: "Pull credentials that are copied around, unused or missing",
        severity: Severity::Low,
        practices: &["13.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Secrets), Need::List(Kind::ServiceAccounts)],
        active: false,
        why: "A pull Secret can be read by whoever may read Secrets in its namespace. The same credential in many namespaces is as weak as the weakest of \
          them, can't be taken from one without the others, and if it may also push, hands out the registry.",
        mend: "Use the machine's or workload's identity where the provider offers one, else a pull-only robot account for each namespace; remove copies that \
           nothing uses, and rotate what was spread.",
        blind_spots: "The content of Secrets is never read: two of one name may differ, two of different names may be the same, and whether one may \
                      push can't be seen. Machines that pull with an identity of their own need no Secret and show none; of logins in the workload's \
                      own name only the right of kubelets to fetch such tokens shows, and is told. The kubelets' CredentialProviderConfig is judged \
                      where it is given as evidence.",
        judge: pull_secrets,
    },
];

/// Namespace and name.
type NamedCredential<'a> = (&'a str, &'a str);

fn pull_secrets(view: &View<'_>) -> Verdict {
    let kinds = ["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];
    let there: BTreeSet<NamedCredential<'_>> = view
        .inventory
        .secrets
        .iter()
        .filter(|row| kinds.contains(&row.r#type.as_str()))
        .map(|row| (row.metadata.namespace.as_str(), row.metadata.name.as_str()))
        .collect();
    let all: BTreeSet<NamedCredential<'_>> =
        view.inventory.secrets.iter().map(|row| (row.metadata.namespace.as_str(), row.metadata.name.as_str())).collect();
    let mut spread: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    there.iter().for_each(|(namespace, name)| spread.entry(name).or_default().push(namespace));
    let used = references(view);
    let mut verdict = Verdict::over("pull Secret", "pull Secrets");
    for (namespace, name) in &there {
        verdict.saw(view.category(namespace));
        let finding = |field: &str| view.finding(ObjectRef::new("", "Secret", namespace, name), field).severity(Severity::Low).review();
        if let Some(namespaces) = spread.get(name).filter(|namespaces| namespaces.len() > 1) {
            let message = format!(
                "A pull Secret of this name is in {} namespaces: if it is one credential, each of them can give it away.",
                namespaces.len()
            );
            verdict.find(finding("metadata.name").rule("spread").observed(namespaces.join(", ")).message(message));
        }
        if !used.contains_key(&(*namespace, *name)) {
            let message = "No pod, template or ServiceAccount of its namespace names it: it is a credential that lies about.";
            verdict.find(
                finding("type")
                    .rule("unused")
                    .observed("not referred to")
                    .message(message)
                    .mend("Remove it, and revoke the credential in it."),
            );
        }
    }
    for ((namespace, name), (object, field)) in &used {
        // A reference to nothing pulls without a credential, and shows a manifest that was copied from elsewhere.
        if !all.contains(&(*namespace, *name)) {
            let finding =
                Finding::new(view.category(namespace), object.clone(), field.clone()).rule("missing").severity(Severity::Info).review();
            let message = "It names a pull Secret that does not exist in its namespace.";
            verdict.find(finding.observed(*name).message(message).mend("Remove the reference, or provide the Secret that it means."));
        }
    }
    described::note(view, &mut verdict, About::WorkloadIdentity, "Identities of their own for workloads at the provider");
    described::beside(view, Topic::RegistryLogins, "each node", &mut verdict);
    registry_tokens(view).into_iter().for_each(|words| verdict.note(words));
    verdict
}

/// Audiences for which kubelets may fetch tokens of ServiceAccounts beyond those that pods ask for: with such a token a credential provider of the kubelet logs
/// in to a registry in the workload's own name (`tokenAttributes` of `CredentialProviderConfig`, on by itself since 1.34). The right is the verb
/// `request-serviceaccounts-token-audience` on the audience (NodeRestriction, since 1.33).
fn registry_tokens(view: &View<'_>) -> Option<String> {
    const VERB: &str = "request-serviceaccounts-token-audience";
    let of_nodes = |bound: &&Bound<'_>| {
        bound.subjects.iter().any(|subject| subject.name == "system:nodes" || subject.name.starts_with("system:node:"))
    };
    let rules = view.rbac().bindings().iter().filter(of_nodes).flat_map(|bound| &bound.rules);
    let audiences: BTreeSet<String> =
        rules.filter(|rule| rule.verbs.iter().any(|verb| verb == VERB)).flat_map(|rule| &rule.resources).map(|own| clean(own)).collect();
    (!audiences.is_empty()).then(|| {
        let names: Vec<&str> = audiences.iter().map(String::as_str).collect();
        format!(
            "Kubelets may fetch tokens of ServiceAccounts for these audiences: {}. Where a credential provider on the nodes logs in to a registry with them, images are \
             pulled in the workload's own name and without a Secret; its configuration lies on the nodes (--image-credential-provider-config).",
            names.join(", ")
        )
    })
}

/// Pull Secrets that something names, with the first that does.
fn references<'a>(view: &View<'a>) -> BTreeMap<NamedCredential<'a>, (ObjectRef, String)> {
    let mut used = BTreeMap::new();
    for account in &view.inventory.service_accounts {
        let meta = &account.metadata;
        for reference in &account.image_pull_secrets {
            let object = ObjectRef::new("", "ServiceAccount", &meta.namespace, &meta.name);
            let field = format!("imagePullSecrets[name={}]", reference.name);
            used.entry((meta.namespace.as_str(), reference.name.as_str())).or_insert((object, field));
        }
    }
    for (workload, _) in view.workloads() {
        for reference in view.specs(workload).flat_map(|(spec, _)| &spec.image_pull_secrets) {
            let field = format!("{}.imagePullSecrets[name={}]", workload.spec_path(), reference.name);
            used.entry((workload.object.namespace.as_str(), reference.name.as_str())).or_insert((workload.object.clone(), field));
        }
    }
    used
}
