//! What a rule with `verifyImages` says to images of which is supposed how they are signed: nobody here fetches anything.
//!
//! Source: pkg/engine/internal/imageverifier.go and pkg/engine/handlers/validation/validate_image.go of Kyverno 1.19. A registry that answers is supposed
//! too, so tags become digests where the rule has them so.

use super::context::Context;
use super::images::{self, Found};
use super::rule::Status;
use super::signers;
use super::types::{AnyAll, Conditions, Deny};
use crate::request::{Operation, Provenance, Request};
use crate::ruling::BY_NAME;
use crate::selector::or_default;
use crate::wildcard::any_matches;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

const fn yes() -> bool {
    true
}

/// What is demanded of some images.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyImages {
    /// `Audit` or `Enforce`.
    #[serde(default)]
    pub failure_action: Option<String>,
    /// `Cosign`, `SigstoreBundle`, `Notary`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Old form.
    #[serde(default, deserialize_with = "or_default")]
    pub image: String,
    /// Which images, with wildcards.
    #[serde(default, deserialize_with = "or_default")]
    pub image_references: Vec<String>,
    /// Which of them not.
    #[serde(default, deserialize_with = "or_default")]
    pub skip_image_references: Vec<String>,
    /// Old form.
    #[serde(default, deserialize_with = "or_default")]
    pub key: String,
    /// Old form.
    #[serde(default, deserialize_with = "or_default")]
    pub roots: String,
    /// Old form.
    #[serde(default, deserialize_with = "or_default")]
    pub subject: String,
    /// Old form.
    #[serde(default, deserialize_with = "or_default")]
    pub issuer: String,
    /// Old form.
    #[serde(default)]
    pub additional_extensions: Option<BTreeMap<String, String>>,
    /// Who must have signed.
    #[serde(default, deserialize_with = "or_default")]
    pub attestors: Vec<AttestorSet>,
    /// What must be attested.
    #[serde(default, deserialize_with = "or_default")]
    pub attestations: Vec<Attestation>,
    /// Old form.
    #[serde(default)]
    pub annotations: Option<BTreeMap<String, String>>,
    /// Where signatures are.
    #[serde(default)]
    pub repository: Option<String>,
    /// How they are stored.
    #[serde(default, rename = "cosignOCI11")]
    pub cosign_oci11: Option<bool>,
    /// Whether tags become digests.
    #[serde(default = "yes")]
    pub mutate_digest: bool,
    /// Whether an image must have a digest.
    #[serde(default = "yes")]
    pub verify_digest: bool,
    /// Conditions on attestations.
    #[serde(default)]
    pub validate: Option<ValidateImages>,
    /// Whether an image must have been verified.
    #[serde(default = "yes")]
    pub required: bool,
    /// How to log in.
    #[serde(default)]
    pub image_registry_credentials: Option<Value>,
    /// Whether results are kept.
    #[serde(default)]
    pub use_cache: Option<bool>,
}

/// Conditions on attestations.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValidateImages {
    /// Words.
    pub message: Option<String>,
    /// Conditions that refuse.
    pub deny: Option<Deny>,
}

/// Some of these must have signed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttestorSet {
    /// How many; all where that is not said.
    pub count: Option<i64>,
    /// Who.
    #[serde(deserialize_with = "or_default")]
    pub entries: Vec<Attestor>,
}

/// Somebody who signs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Attestor {
    /// By keys.
    pub keys: Option<Value>,
    /// By certificates.
    pub certificates: Option<Value>,
    /// By an identity.
    pub keyless: Option<Keyless>,
    /// Others in turn.
    pub attestor: Option<Value>,
    /// What the signature must hold.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Where signatures are.
    pub repository: Option<String>,
    /// How keys sign.
    pub signature_algorithm: Option<String>,
}

/// An identity.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Keyless {
    /// A transparency log.
    pub rekor: Option<Value>,
    /// A log of certificates.
    pub ctlog: Option<Value>,
    /// Who vouches.
    #[serde(deserialize_with = "or_default")]
    pub issuer: String,
    /// Who vouches, by a pattern.
    #[serde(deserialize_with = "or_default")]
    pub issuer_reg_exp: String,
    /// Who it is.
    #[serde(deserialize_with = "or_default")]
    pub subject: String,
    /// Who it is, by a pattern.
    #[serde(deserialize_with = "or_default")]
    pub subject_reg_exp: String,
    /// Certificates.
    pub roots: Option<String>,
    /// Of the certificate.
    pub additional_extensions: Option<BTreeMap<String, String>>,
}

/// Something that must be attested.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Attestation {
    /// Name of a variable.
    pub name: Option<String>,
    /// Old form.
    #[serde(deserialize_with = "or_default")]
    pub predicate_type: String,
    /// What sort.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// By whom.
    #[serde(deserialize_with = "or_default")]
    pub attestors: Vec<AttestorSet>,
    /// What it must say.
    #[serde(deserialize_with = "or_default")]
    pub conditions: Vec<Conditions>,
}

/// Whether conditions demand anything: no conditions, and `all` of nothing, hold.
fn demands_something(conditions: &Conditions) -> bool {
    let said = |both: &AnyAll| both.any.is_some() || both.all.as_ref().is_some_and(|all| !all.is_empty());
    match conditions {
        Conditions::List(list) => !list.is_empty(),
        Conditions::AnyAll(both) => said(both),
    }
}

impl VerifyImages {
    fn references(&self) -> Vec<String> {
        let mut references = self.image_references.clone();
        if !self.image.is_empty() {
            references.push(self.image.clone());
        }
        references
    }

    /// Whether the old form names somebody.
    fn has_old_attestor(&self) -> bool {
        let changed = !self.image.is_empty() || !self.key.is_empty() || !self.issuer.is_empty();
        changed && (self.annotations.as_ref().is_some_and(|map| !map.is_empty()) || !self.key.is_empty() || !self.issuer.is_empty())
    }

    pub(super) fn asks_for_signatures(&self) -> bool {
        !self.attestors.is_empty() || self.has_old_attestor() && self.attestations.is_empty()
    }

    /// What verifying says to one image; none where nothing is verified.
    fn verified(&self, image: &str, supposed: Provenance) -> Option<Status> {
        let has_attestors = self.asks_for_signatures();
        if !has_attestors && self.attestations.is_empty() {
            return None;
        }
        if !any_matches(&self.references(), image) || any_matches(&self.skip_image_references, image) {
            return Some(Status::Skip(format!("{image} is left out")));
        }
        if self.attestors.iter().any(|set| set.entries.is_empty()) {
            return Some(Status::Lacking("a set of attestors without anybody".to_owned()));
        }
        if has_attestors && supposed == Provenance::Unsigned {
            return Some(Status::Fail(format!("{image} is not signed")));
        }
        for attestation in &self.attestations {
            if attestation.kind.is_empty() && attestation.predicate_type.is_empty() {
                return Some(Status::Fail("an attestation has no type".to_owned()));
            }
            match supposed {
                Provenance::Unsigned | Provenance::Unattested => return Some(Status::Fail(format!("{image} has no attestation"))),
                Provenance::Flawed if attestation.conditions.iter().any(demands_something) => {
                    return Some(Status::Fail(format!("what is attested of {image} is bad")));
                }
                _ => {}
            }
        }
        let denies = self.validate.as_ref().is_some_and(|validate| validate.deny.is_some());
        if denies && !self.attestations.is_empty() && supposed == Provenance::Flawed {
            return Some(Status::Fail(format!("what is attested of {image} is bad")));
        }
        Some(Status::Pass)
    }

    /// What is said of an image after it was verified.
    fn checked(&self, image: &Found, verified: Option<&Status>) -> Status {
        let name = image.image.whole();
        if self.verify_digest && image.image.digest.is_empty() && !self.mutate_digest {
            return Status::Fail(format!("{name} has no digest"));
        }
        match verified {
            None if self.required => Status::Fail(format!("nothing verifies {name}")),
            _ => Status::Pass,
        }
    }
}

/// What a rule says to the images of an object. The action is that of the first demand that enforces, or of the first that has any.
pub fn judge(request: &Request, demands: &[VerifyImages], context: &mut Context<'_>) -> Status {
    if request.operation == Operation::Delete {
        return Status::Nothing;
    }
    let found = match images::of(&request.object) {
        Ok(found) => found,
        Err(why) => return Status::Error(format!("images: {why}")),
    };
    let mut demands = demands.to_vec();
    for demand in &mut demands {
        for reference in demand.image_references.iter_mut().chain(&mut demand.skip_image_references) {
            match context.substituted(&Value::String(reference.clone())) {
                Ok(Value::String(text)) => *reference = text,
                Ok(_) => return Status::Error("a reference to images is no text".to_owned()),
                Err(fault) => return Status::of(&fault, "references to images"),
            }
        }
    }
    let asked = |image: &Found| demands.iter().any(|demand| any_matches(&demand.references(), &image.image.whole()));
    let found: Vec<Found> = found.into_iter().filter(asked).collect();
    if found.is_empty() {
        return Status::Nothing;
    }
    let mut passed = false;
    let mut worst = Status::Skip("no image is looked at".to_owned());
    for demand in &demands {
        for image in &found {
            let verified = demand.verified(&image.image.whole(), request.images);
            let checked = match &verified {
                Some(status @ (Status::Fail(_) | Status::Lacking(_))) => status.clone(),
                other if demand.verify_digest || demand.required => {
                    if any_matches(&demand.references(), &image.image.whole()) {
                        demand.checked(image, other.as_ref())
                    } else {
                        Status::Pass
                    }
                }
                _ => Status::Pass,
            };
            passed |= matches!((&verified, &checked), (Some(Status::Pass) | None, Status::Pass));
            match (&worst, &checked) {
                (_, Status::Lacking(_)) | (Status::Skip(_), Status::Fail(_)) => worst = checked,
                _ => {}
            }
        }
    }
    if passed && matches!(worst, Status::Skip(_)) { Status::Pass } else { worst }
}

/// Signers that are anybody, in words.
#[must_use]
pub fn anybody(demands: &[VerifyImages]) -> Vec<String> {
    let mut words = Vec::new();
    for demand in demands {
        words.extend(signers::anybody(demand).into_iter().map(str::to_owned));
        for reference in &demand.skip_image_references {
            words.push(format!("{BY_NAME} like {reference}"));
        }
        let references = demand.references();
        if !references.iter().any(|reference| matches!(reference.as_str(), "*" | "*:*" | "**")) {
            words.push(format!("{BY_NAME} otherwise than {}", references.join(", ")));
        }
    }
    words
}
