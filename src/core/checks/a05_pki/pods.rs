//! Certificates that kubelets fetch for pods (`podCertificate` of projected volumes and PodCertificateRequests, GA in Kubernetes 1.37), and the bundles of
//! authorities that pods are given (`clusterTrustBundle`). Such a certificate can't be revoked either; that it soon ends is what stands in for it.

use crate::judging::{Verdict, View};
use crate::kinds::custom::Custom;
use crate::kinds::pod::TrustSource;
use crate::kinds::rbac::LabelSelector;
use crate::model::{Finding, Kind, ObjectRef, Severity};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest life, in seconds, of a certificate that counts as short-lived, so that nobody need be able to revoke it: seven days (CA/Browser Forum, Baseline
/// Requirements, 1.6.1, “Short-lived Subscriber Certificate”, for certificates since 15 March 2026).
const SHORT: i64 = 7 * DAY;

/// A day, in seconds. Signers of Kubernetes' own may give no more (`KubernetesMaxMaxExpirationSeconds` of `certificates.k8s.io`): the API server refuses a
/// request for more, whatever the volume asks for.
const DAY: i64 = 86_400;

/// What anybody may ask for at most (`MaxMaxExpirationSeconds`): the API server refuses more.
const LONGEST: i64 = 91 * DAY;

/// The signer of logins to the API server. Its name is reserved, and Kubernetes has no such signer yet (`k8s.io/api/certificates/v1`, 1.37).
const RESERVED: &str = "kubernetes.io/kube-apiserver-client-pod";

/// Judges certificates of pods, and tells whom pods trust.
pub(super) fn judge(view: &View<'_>, verdict: &mut Verdict) {
    let mut told = Told::default();
    for (workload, category) in view.workloads() {
        for (spec, pods) in view.specs(workload) {
            for volume in &spec.volumes {
                let place = format!("{}.volumes[name={}].projected", workload.spec_path(), volume.name);
                for own in &volume.certificates {
                    verdict.saw(category);
                    let signer = crate::model::text::clean(&own.signer_name);
                    let seconds = at_most(&signer, own.seconds);
                    told.signer(&signer, seconds);
                    let finding =
                        || Finding::new(category, workload.object.clone(), format!("{place}[podCertificate={signer}]")).pods(pods);
                    if seconds > SHORT {
                        told.long.insert((workload.object.namespace.clone(), signer.clone()));
                        verdict.find(long(finding(), &signer, seconds));
                    }
                    if signer == RESERVED {
                        verdict.find(reserved(finding()));
                    }
                }
                for source in &volume.bundles {
                    verdict.saw(category);
                    let wanted = wanted(source);
                    let given = bundles(view, source);
                    told.trusted.extend(given.iter().map(|name| (*name).to_owned()));
                    if given.is_empty() && source.optional != Some(true) {
                        verdict.find(
                            Finding::new(category, workload.object.clone(), format!("{place}[clusterTrustBundle={wanted}]"))
                                .rule("no-bundle")
                                .review()
                                .severity(Severity::Low)
                                .pods(pods)
                                .observed(wanted)
                                .message("The bundle of authorities that the pod is to trust is not there: the pod does not start, or trusted another one when it did.")
                                .mend("Name a bundle that there is, or take the source out of the volume."),
                        );
                    }
                }
            }
        }
    }
    requests(view, &mut told, verdict);
    told.say(verdict);
}

/// How long a certificate may hold of which a volume or a request asks for so many seconds.
fn at_most(signer: &str, asked: i64) -> i64 {
    let host = signer.split('/').next().unwrap_or_default();
    asked.min(if host == "kubernetes.io" || host.ends_with(".kubernetes.io") { DAY } else { LONGEST })
}

/// What is told of all of them.
#[derive(Default)]
struct Told {
    /// The longest life by signer, in seconds.
    signers: BTreeMap<String, i64>,
    /// Namespaces and signers of which a long life was told already.
    long: BTreeSet<(String, String)>,
    /// Bundles that pods are given.
    trusted: BTreeSet<String>,
}

impl Told {
    fn signer(&mut self, signer: &str, seconds: i64) {
        let longest = self.signers.entry(signer.to_owned()).or_default();
        *longest = seconds.max(*longest);
    }

    fn say(&self, verdict: &mut Verdict) {
        if !self.signers.is_empty() {
            let each: Vec<String> =
                self.signers.iter().map(|(signer, seconds)| format!("{signer} (at most {})", length(*seconds))).collect();
            verdict.note(format!(
                "Kubelets fetch certificates for pods from these signers: {}. Nobody can revoke one; it ends by itself.",
                listed(&each)
            ));
        }
        if !self.trusted.is_empty() {
            let names: Vec<String> = self.trusted.iter().cloned().collect();
            verdict.note(format!("Pods are given these bundles of authorities to trust: {}.", listed(&names)));
        }
    }
}

fn listed(words: &[String]) -> String {
    let more = if words.len() > 8 { format!(" and {} more", words.len() - 8) } else { String::new() };
    format!("{}{more}", words.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// A length of time in days, or in hours where it is short.
fn length(seconds: i64) -> String {
    match seconds {
        ..172_800 => format!("{} hours", (seconds + 3599) / 3600),
        _ => format!("{} days", (seconds + 86_399) / 86_400),
    }
}

fn long(finding: Finding, signer: &str, seconds: i64) -> Finding {
    finding
        .rule("pod-certificate")
        .review()
        .severity(Severity::Low)
        .observed(format!("{signer}: {}", length(seconds)))
        .message(
            "Nobody can revoke this certificate of a pod, and it holds longer than seven days, up to which the rules for public certificates forgo revocation (CA/Browser Forum, since 15 March 2026).",
        )
        .mend("Set maxExpirationSeconds to 604800 or less (a day is the default, 91 days are the most that Kubernetes takes): the kubelet renews it by itself.")
}

fn reserved(finding: Finding) -> Finding {
    finding
        .rule("reserved-signer")
        .review()
        .severity(Severity::Medium)
        .observed(RESERVED)
        .message("This name is reserved for logins to the API server, and Kubernetes has no such signer: whoever answers in its name makes logins that nobody can revoke.")
        .mend("Let pods log in with tokens of their ServiceAccounts, and find out who signs in this name.")
}

/// Requests that were answered, by namespace, signer and account: how long their certificates hold.
fn requests(view: &View<'_>, told: &mut Told, verdict: &mut Verdict) {
    let mut groups: BTreeMap<(&str, String, &str), (i64, &Custom)> = BTreeMap::new();
    for request in view.inventory.customs.get(&Kind::PodCertificateRequests).into_iter().flatten().filter(|request| issued(request)) {
        let text = |pointer: &str| request.parts.get(pointer).and_then(Value::as_str).unwrap_or_default();
        let time = |pointer: &str| text(pointer).parse::<Timestamp>().ok();
        // What the certificate says of itself, else what was asked for at most.
        let told = time("/status/notBefore").zip(time("/status/notAfter")).map(|(from, to)| to.as_second() - from.as_second());
        let asked =
            || at_most(text("/spec/signerName"), request.parts.get("/spec/maxExpirationSeconds").and_then(Value::as_i64).unwrap_or(DAY));
        let key =
            (request.metadata.namespace.as_str(), crate::model::text::clean(text("/spec/signerName")), text("/spec/serviceAccountName"));
        let entry = groups.entry(key).or_insert((0, request));
        entry.0 = entry.0.max(told.unwrap_or_else(asked));
    }
    for ((namespace, signer, account), (seconds, request)) in groups {
        let category = view.category(namespace);
        verdict.saw(category);
        told.signer(&signer, seconds);
        let object =
            ObjectRef::new(Kind::PodCertificateRequests.group(), Kind::PodCertificateRequests.kind(), namespace, &request.metadata.name);
        let finding = |field: &str| Finding::new(category, object.clone(), field);
        if seconds > SHORT && !told.long.contains(&(namespace.to_owned(), signer.clone())) {
            let finding = long(finding("status.notAfter"), &signer, seconds);
            verdict.find(finding.observed(format!("{signer}, for ServiceAccount {account}: {}", length(seconds))));
        }
        if signer == RESERVED {
            verdict.find(reserved(finding("spec.signerName")));
        }
    }
}

fn issued(request: &Custom) -> bool {
    let list = |field: &str| request.parts.get(&format!("/status/conditions/*/{field}")).and_then(Value::as_array);
    let (Some(types), Some(states)) = (list("type"), list("status")) else { return false };
    types.iter().zip(states).any(|(kind, state)| kind.as_str() == Some("Issued") && state.as_str() == Some("True"))
}

fn wanted(source: &TrustSource) -> String {
    let words = source.name.as_deref().or(source.signer_name.as_deref()).unwrap_or_default();
    crate::model::text::clean(words)
}

/// The bundles that a source means. A selector that can't be read leaves none out: that a bundle is missing would not be known.
fn bundles<'a>(view: &View<'a>, source: &TrustSource) -> Vec<&'a str> {
    let all = view.inventory.trust_bundles.iter();
    let selector = source.label_selector.as_ref().map(|own| serde_json::from_value::<LabelSelector>(own.clone()).unwrap_or_default());
    let meant = all.filter(|bundle| match (&source.name, &source.signer_name, &selector) {
        (Some(name), ..) => bundle.metadata.name == *name,
        // Without a selector nothing is meant (API: “match nothing”).
        (None, Some(signer), Some(selector)) => bundle.spec.signer_name == *signer && chooses(selector, &bundle.metadata.labels),
        _ => false,
    });
    meant.map(|bundle| bundle.metadata.name.as_str()).collect()
}

fn chooses(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    selector.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
        && selector.match_expressions.iter().all(|wanted| {
            let own = labels.get(&wanted.key);
            let named = own.is_some_and(|own| wanted.values.iter().any(|value| value.as_str() == own));
            match wanted.operator.as_str() {
                "In" => named,
                "NotIn" => !named,
                "Exists" => own.is_some(),
                "DoesNotExist" => own.is_none(),
                _ => true,
            }
        })
}
