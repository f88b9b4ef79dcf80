//! Control 5.2: its automated checks. Where the cluster's own authority, or one that nobody outside vouches for, is trusted beyond its purpose.

use super::shown;
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::network::Ingress;
use crate::model::{Finding, Kind, ObjectRef, Severity};

/// The checks of control 5.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "5.2/cluster-ca-use",
    title: "Use of the cluster's own certificate authority",
    severity: Severity::Low,
    practices: &["5.2.a"],
    needs: &[
        Need::List(Kind::ConfigMaps),
        Need::List(Kind::Ingresses),
        Need::List(Kind::Issuers),
        Need::List(Kind::ClusterIssuers),
        Need::List(Kind::ClusterTrustBundles),
    ],
    active: false,
    why: "The cluster's authority signs whatever the cluster's components need, and everybody who may approve requests can have it sign. It can't revoke. \
          Where applications or people outside the cluster trust it too, a certificate that it signed opens more than the cluster.",
    mend: "Let applications and ingresses use certificates of the entity's PKI or of a public authority; take the cluster's CA out of bundles for \
           other purposes.",
    blind_spots: "The check reads bundles in ConfigMaps, ClusterTrustBundles and issuers of cert-manager. A bundle of a signer of Kubernetes itself \
                  (kubernetes.io/…) is what its controllers publish, and no finding. Which clients outside trust the cluster's CA, and from which \
                  authority a CA issuer's Secret comes, must be asked.",
    judge: cluster_ca_use,
}];

fn cluster_ca_use(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("bundle or Ingress", "bundles and Ingresses");
    for bundle in shown::copies_of_cluster_ca(view) {
        verdict.saw(bundle.category);
        if bundle.copied {
            verdict.find(
                Finding::new(bundle.category, bundle.object, bundle.field)
                    .rule("spread")
                    .review()
                    .severity(Severity::Low)
                    .observed("holds the cluster's CA")
                    .message("Whoever uses this bundle trusts everything that the cluster's CA signs."),
            );
        }
    }
    for ingress in &view.inventory.ingresses {
        verdict.saw(view.category(&ingress.metadata.namespace));
        if let Some((field, words)) = issuer_of(view, ingress) {
            let object = ObjectRef::new("networking.k8s.io", "Ingress", &ingress.metadata.namespace, &ingress.metadata.name);
            verdict.find(
                view.finding(object, field)
                    .rule("issuer")
                    .review()
                    .severity(Severity::Low)
                    .observed(words)
                    .message("The certificate of this way in comes from an authority within the cluster; who trusts it must be shown."),
            );
        }
    }
    verdict
}

/// The issuer of an Ingress, where it signs by itself or with an authority from a Secret of the cluster.
fn issuer_of(view: &View<'_>, ingress: &Ingress) -> Option<(&'static str, String)> {
    let wide = ingress.metadata.annotation("cert-manager.io/cluster-issuer").map(|name| (Kind::ClusterIssuers, name));
    let (kind, name) = wide.or_else(|| ingress.metadata.annotation("cert-manager.io/issuer").map(|name| (Kind::Issuers, name)))?;
    let namespace = &ingress.metadata.namespace;
    let issuers = view.inventory.customs.get(&kind).into_iter().flatten();
    let issuer = issuers.into_iter().find(|i| i.metadata.name == name && (!kind.namespaced() || i.metadata.namespace == *namespace))?;
    let field = if kind == Kind::ClusterIssuers {
        "metadata.annotations[cert-manager.io/cluster-issuer]"
    } else {
        "metadata.annotations[cert-manager.io/issuer]"
    };
    if issuer.parts.contains_key("/spec/selfSigned") {
        return Some((field, format!("{} {name} signs certificates with themselves", kind.kind())));
    }
    let secret = issuer.parts.get("/spec/ca/secretName")?.as_str()?;
    Some((field, format!("{} {name} signs with the authority in Secret {secret}", kind.kind())))
}
