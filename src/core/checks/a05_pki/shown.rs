//! Every certificate that the cluster shows without a secret, each told once wherever it stands, with what is judged of it.

use crate::analysis::certificates::{self, Bundle, Certificate};
use crate::judging::View;
use crate::kinds::config::TrustBundle;
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A bundle with more than this many certificates is a list of public authorities, whose long lives are nobody's choice here.
const PUBLIC_LIST: usize = 20;

/// What a certificate is there for, which decides what is asked of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// To verify others: a CA, or a server's own certificate, pinned.
    Trust,
    /// In a long list of public authorities.
    PublicList,
    /// Issued to a kubelet, which renews it.
    Kubelet,
    /// Issued to anyone else; its end is welcome.
    Issued,
}

/// A certificate with the first place where it stands and how many there are.
pub(super) struct Shown {
    certificate: Certificate,
    object: ObjectRef,
    field: String,
    places: usize,
    using: Use,
    pub(super) category: Category,
}

struct Source {
    object: ObjectRef,
    field: String,
    category: Category,
    using: Use,
    bundle: Bundle,
}

/// Certificates, each once, in the order of the places where they stand.
pub(super) fn certificates(view: &View<'_>) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources(view) {
        for certificate in source.bundle.certificates {
            match known.get(&certificate.digest).and_then(|i| shown.get_mut(*i)) {
                Some(seen) => {
                    seen.places += 1;
                    seen.category = seen.category.min(source.category);
                }
                None => {
                    known.insert(certificate.digest.clone(), shown.len());
                    let (object, field, category, using) = (source.object.clone(), source.field.clone(), source.category, source.using);
                    shown.push(Shown { certificate, object, field, places: 1, using, category });
                }
            }
        }
    }
    shown
}

/// Places that hold something in a certificate's stead that can't be read.
pub(super) fn unreadable(view: &View<'_>) -> Vec<Finding> {
    let broken = sources(view).into_iter().filter(|s| s.bundle.unreadable > 0);
    broken
        .map(|s| {
            Finding::new(s.category, s.object, s.field)
                .rule("unreadable")
                .review()
                .severity(Severity::Low)
                .observed(format!("{} blocks can't be read as certificates", s.bundle.unreadable))
                .message("Whatever stands here could not be judged.")
        })
        .collect()
}

fn sources(view: &View<'_>) -> Vec<Source> {
    let mut sources = Vec::new();
    let wide = view.cluster_wide();
    // The cluster's own CA stands in every namespace; kube-system's copy names it best.
    let mut maps: Vec<_> = view.inventory.config_maps.iter().collect();
    maps.sort_by_key(|m| (m.metadata.namespace != "kube-system", &m.metadata.namespace, &m.metadata.name));
    for map in maps {
        for (key, text) in
            map.data.iter().filter_map(|(key, value)| Some((key, value.text()?))).filter(|(_, text)| text.contains("BEGIN CERT"))
        {
            let bundle = certificates::read_pem(text);
            let using = if bundle.certificates.len() > PUBLIC_LIST { Use::PublicList } else { Use::Trust };
            // What kube-system trusts, the whole cluster does.
            let category = if map.metadata.namespace == "kube-system" { wide } else { view.category(&map.metadata.namespace) };
            let object = ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name);
            sources.push(Source { object, field: format!("data[{key}]"), category, using, bundle });
        }
    }
    for trusted in &view.inventory.trust_bundles {
        let bundle = certificates::read_pem(&trusted.spec.trust_bundle);
        let using = if bundle.certificates.len() > PUBLIC_LIST { Use::PublicList } else { Use::Trust };
        sources.push(Source { object: bundle_object(trusted), field: "spec.trustBundle".to_owned(), category: wide, using, bundle });
    }
    let hooks =
        [(Kind::ValidatingWebhooks, &view.inventory.validating_webhooks), (Kind::MutatingWebhooks, &view.inventory.mutating_webhooks)];
    for (kind, list) in hooks {
        for (configuration, hook) in list.iter().flat_map(|c| c.webhooks.iter().map(move |hook| (c, hook))) {
            sources.push(Source {
                object: ObjectRef::new(kind.group(), kind.kind(), "", &configuration.metadata.name),
                field: format!("webhooks[name={}].clientConfig.caBundle", hook.name),
                category: wide,
                using: Use::Trust,
                bundle: certificates::read_base64(&hook.client_config.ca_bundle),
            });
        }
    }
    for api in &view.inventory.api_services {
        let object = ObjectRef::new(Kind::ApiServices.group(), "APIService", "", &api.metadata.name);
        let bundle = certificates::read_base64(&api.spec.ca_bundle);
        sources.push(Source { object, field: "spec.caBundle".to_owned(), category: wide, using: Use::Trust, bundle });
    }
    for request in &view.inventory.certificate_requests {
        let kubelet =
            matches!(request.spec.signer_name.as_str(), "kubernetes.io/kube-apiserver-client-kubelet" | "kubernetes.io/kubelet-serving");
        sources.push(Source {
            object: ObjectRef::new(Kind::CertificateSigningRequests.group(), "CertificateSigningRequest", "", &request.metadata.name),
            field: "status.certificate".to_owned(),
            category: wide,
            using: if kubelet { Use::Kubelet } else { Use::Issued },
            bundle: certificates::read_base64(&request.status.certificate),
        });
    }
    sources
}

fn bundle_object(bundle: &TrustBundle) -> ObjectRef {
    ObjectRef::new(Kind::ClusterTrustBundles.group(), Kind::ClusterTrustBundles.kind(), "", &bundle.metadata.name)
}

/// A bundle that may hold the cluster's own CA.
pub(super) struct Copy {
    pub(super) object: ObjectRef,
    pub(super) field: String,
    pub(super) category: Category,
    /// Whether it holds the CA, and is not the copy that Kubernetes itself puts into each namespace.
    pub(super) copied: bool,
}

/// Bundles in ConfigMaps and ClusterTrustBundles, each with whether it spreads the cluster's CA.
pub(super) fn copies_of_cluster_ca(view: &View<'_>) -> Vec<Copy> {
    let is_map = |s: &Source| s.object.kind == "ConfigMap";
    let sources: Vec<Source> =
        sources(view).into_iter().filter(|s| is_map(s) || s.object.kind == Kind::ClusterTrustBundles.kind()).collect();
    // Bundles of Kubernetes' own signers are what its controllers publish.
    let bundles = view.inventory.trust_bundles.iter().filter(|bundle| bundle.spec.signer_name.starts_with("kubernetes.io/"));
    let published: Vec<&str> = bundles.map(|bundle| bundle.metadata.name.as_str()).collect();
    let own = |s: &Source| match is_map(s) {
        true => s.object.name == "kube-root-ca.crt" || s.object.name == "extension-apiserver-authentication",
        false => published.contains(&s.object.name.as_str()),
    };
    let roots: Vec<String> = sources
        .iter()
        .filter(|s| is_map(s) && s.object.name == "kube-root-ca.crt")
        .flat_map(|s| s.bundle.certificates.iter().map(|c| c.digest.clone()))
        .collect();
    let copied = |s: &Source| !own(s) && s.bundle.certificates.iter().any(|c| roots.contains(&c.digest));
    sources.iter().map(|s| Copy { object: s.object.clone(), field: s.field.clone(), category: s.category, copied: copied(s) }).collect()
}

/// Certificates that cert-manager keeps, by the times that it tells of them.
pub(super) fn managed(view: &View<'_>) -> Vec<(Category, Option<Finding>)> {
    let certificates = view.inventory.customs.get(&Kind::Certificates).into_iter().flatten();
    certificates
        .map(|certificate| {
            let time = |pointer: &str| certificate.parts.get(pointer).and_then(|v| v.as_str()).and_then(|v| v.parse::<Timestamp>().ok());
            let (namespace, name) = (&certificate.metadata.namespace, &certificate.metadata.name);
            let category = view.category(namespace);
            let finding =
                Finding::new(category, ObjectRef::new(Kind::Certificates.group(), "Certificate", namespace, name), "status.notAfter");
            let Some(end) = time("/status/notAfter") else {
                return (
                    category,
                    Some(
                        finding
                            .rule("not-issued")
                            .review()
                            .observed("no end told")
                            .message("cert-manager has not issued this certificate."),
                    ),
                );
            };
            let days = |from: Timestamp, to: Timestamp| (to.as_second() - from.as_second()).div_euclid(86_400);
            let lifetime = time("/status/notBefore").map_or(90, |start| days(start, end));
            let (left, last) = (days(view.now, end), end.strftime("%Y-%m-%d").to_string());
            let finding = finding.severity(Severity::High);
            let told = if left < 0 {
                Some(
                    finding
                        .rule("expired")
                        .observed(format!("expired on {last}"))
                        .message("This certificate has expired and was not renewed."),
                )
            } else if left < 30.min(lifetime / 3) {
                let finding = finding.rule("expires-soon").observed(format!("expires on {last}, in {left} days"));
                Some(finding.message("It should have been renewed by now; its end is near."))
            } else {
                None
            };
            (category, told)
        })
        .collect()
}

impl Shown {
    /// What is wrong with it on a day, if anything is.
    pub(super) fn judge(&self, now: Timestamp) -> Option<Finding> {
        let (left, lifetime) = (self.certificate.days_left(now), self.certificate.lifetime_days());
        if self.using == Use::Issued {
            return None;
        }
        // A certificate that is made to be short is not late until a third of its life is left.
        let soon = 30.min(lifetime / 3);
        let last = self.certificate.not_after.strftime("%Y-%m-%d").to_string();
        if left < 0 {
            let finding = self.finding("expired", format!("expired on {last}"));
            return Some(match self.using {
                Use::PublicList => finding
                    .review()
                    .severity(Severity::Low)
                    .message("An expired authority in a long list of public ones; a newer list may be due."),
                _ => finding.severity(Severity::High).message("This certificate has expired: what relies on it fails, or does not verify."),
            });
        }
        if self.using == Use::PublicList {
            return None;
        }
        if left < soon {
            return Some(
                self.finding("expires-soon", format!("expires on {last}, in {left} days"))
                    .severity(Severity::High)
                    .message("Nothing seems to renew this certificate, and its end is near."),
            );
        }
        (self.certificate.is_ca && lifetime > 3653).then(|| {
            self.finding("long-lived", format!("valid for {} years, until {last}", lifetime / 365))
                .review()
                .severity(Severity::Low)
                .message("An authority that holds for more than ten years can be misused for as long if its key is lost.")
        })
    }

    fn finding(&self, rule: &'static str, what: String) -> Finding {
        let places = if self.places > 1 { format!("; in {} places", self.places) } else { String::new() };
        Finding::new(
            self.category,
            self.object.clone(),
            format!("{}[{}]", self.field, self.certificate.digest.get(..12).unwrap_or_default()),
        )
        .rule(rule)
        .observed(format!("{} ({what}{places})", self.certificate.subject))
    }
}
