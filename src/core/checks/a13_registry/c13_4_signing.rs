//! Control 13.4: its automated checks.

use crate::checks::{Check, Need, guarded};
use crate::model::{Kind, Severity, Weight};

/// The checks of control 13.4, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "13.4/enforced",
    title: "Namespaces that take in images without a verified signature",
    severity: Severity::Medium,
    practices: &["13.4.a"],
    needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Policies],
    active: false,
    why: "A signature that nobody checks stops nobody. Unless the cluster refuses images that an authorised pipeline did not sign, whoever gets into the \
          registry, or may write a manifest, decides what runs. It is the finding of 3.2/signature-enforcement, weighed by what this control asks.",
    mend: "Verify at admission in every namespace in scope, for all images that run there, with the exact signer named, in enforcing mode, failing closed.",
    blind_spots: "Policies are read, not run: whether a signer is the right one, and who may use its key, isn't judged. Enforcement by a provider (Binary \
                  Authorization, Image Integrity) and by engines whose policies can't be read makes it a question in place of a finding.",
    judge: |view| guarded::signatures(view, Weight::Fail),
}];
