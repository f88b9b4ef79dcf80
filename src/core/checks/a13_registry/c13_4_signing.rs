//! Control 13.4: its automated checks.

use super::signatures;
use crate::judging::{Check, Need, guarded};
use crate::model::{Kind, Severity, Weight};

/// The checks of control 13.4, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "13.4/signatures",
        title: "Images in scope without a signature in their registry",
        severity: Severity::Medium,
        practices: &["13.4.a"],
        needs: &[Need::Workloads, Need::Probes],
        active: true,
        why: "A signature says which pipeline made an image, and that nobody has changed it since. An image without one may come from anywhere, and nothing \
          can tell.",
        mend: "Let the pipeline sign every image by its digest when it is pushed (cosign, Notation), also those that are copied from elsewhere, and let the \
           cluster refuse what is not signed (13.4/enforced).",
        blind_spots: "The check sees only that a signature exists: neither whether it is valid nor who made it, which cosign verify or the admission \
                      controller must show. It looks at the list of referrers and the tags that stand in for it, in the image's own repository and \
                      without a login. Signatures kept elsewhere, or on another digest of the same image (its index, or one platform of it), are not \
                      found.",
        judge: signatures::judge,
    },
    Check {
        id: "13.4/enforced",
        title: "Namespaces that take in images without a verified signature",
        severity: Severity::Medium,
        practices: &["13.4.a"],
        needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Policies],
        active: false,
        why: "A signature that nobody checks stops nobody. Unless the cluster refuses images that an authorised pipeline did not sign, whoever gets into the \
          registry, or may write a manifest, decides what runs. It is the finding of 3.2/signature-enforcement, weighed by what this control asks.",
        mend: "Verify at admission in every namespace in scope, for all images that run there, with the exact signer named, in enforcing mode, failing closed.",
        blind_spots: "Policies are tried on the images that run here as if nobody had signed them; no signature is fetched, and what can't be run here \
                      is for review. Whether a signer is the right one, and who may use its key, isn't judged. Enforcement by GKE's Binary Authorization, and by engines whose policies can't be read, makes it a \
                      question in place of a finding. Image Integrity on AKS refuses nothing.",
        judge: |view| guarded::signatures(view, Weight::Fail),
    },
];
