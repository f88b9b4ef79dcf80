//! From what a detector said of a sealed value to a finding: names, masked forms, length, and in how many places the same secret stands.

use crate::judging::{Verdict, View};
use crate::kinds::Sealed;
use crate::model::{Category, Finding, ObjectRef, Severity};
use crate::sensitive::Detection;
use std::collections::BTreeMap;

/// Which detections are told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Credentials of any kind.
    Credentials,
    /// Card numbers.
    Cards,
}

/// Tells what was detected in one value: one finding a detector, in the category of the object's namespace.
pub(super) fn tell(view: &View<'_>, verdict: &mut Verdict, what: What, value: &Sealed, object: &ObjectRef, field: &str, pods: Option<u32>) {
    tell_in(view.category(&object.namespace), verdict, what, value, object, field, pods);
}

/// The same in a category that is given.
pub(super) fn tell_in(
    category: Category,
    verdict: &mut Verdict,
    what: What,
    value: &Sealed,
    object: &ObjectRef,
    field: &str,
    pods: Option<u32>,
) {
    let mut groups: BTreeMap<&str, Vec<&Detection>> = BTreeMap::new();
    for detection in value.detections.iter().filter(|d| d.is_card() == (what == What::Cards)) {
        groups.entry(&detection.detector).or_default().push(detection);
    }
    for (detector, detections) in groups {
        let mut finding = Finding::new(category, object.clone(), field)
            .severity(severity(detector))
            .rule(detector.to_owned())
            .observed(masked(&detections))
            .message(message(detector));
        if let Some(pods) = pods {
            finding = finding.pods(pods);
        }
        verdict.find(finding);
    }
}

/// Masked forms, the first five of them.
fn masked(detections: &[&Detection]) -> String {
    let mut shown: Vec<&str> = detections.iter().take(5).map(|d| d.masked.as_str()).collect();
    let more = format!("and {} more", detections.len().saturating_sub(5));
    if detections.len() > 5 {
        shown.push(&more);
    }
    shown.join("; ")
}

fn severity(detector: &str) -> Severity {
    match detector {
        "card-number" | "kubeconfig" | "gcp-service-account" | "azure-storage-key" => Severity::Critical,
        "jwt" | "aws-access-key" => Severity::Medium,
        _ => Severity::High,
    }
}

fn message(detector: &str) -> &'static str {
    match detector {
        "card-number" => "A number that is a valid card number stands here in clear text.",
        "pem-private-key" => "Whoever reads this private key can take the place of its owner.",
        "kubeconfig" => "Whoever reads this file can log in to a cluster with the credential that it holds.",
        "aws-access-key" => "An AWS access key id stands here; the secret that belongs to it is usually close by.",
        "jwt" => "A signed token stands here; until it expires it works for whoever reads it.",
        "url-password" | "connection-string" => "A password stands within an address, where logs and error messages repeat it.",
        "named-credential" => "The name says that this value is a credential, and it is written out here.",
        _ => "A credential is written out here.",
    }
}
