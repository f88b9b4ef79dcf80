//! Whether who must have signed, or attested, is anybody in particular. A rule that any signer satisfies refuses nothing that a stranger signed.

use super::verify::{Attestor, AttestorSet, Keyless, VerifyImages};
use serde::Deserialize;

/// Issuers of identities at which everybody has an account: without a subject they name nobody.
const PUBLIC: &[&str] = &[
    "token.actions.githubusercontent.com",
    "github.com/login/oauth",
    "gitlab.com",
    "accounts.google.com",
    "login.microsoftonline.com",
    "oauth2.sigstore.dev",
    "agent.buildkite.com",
    "oidc.circleci.com",
];

/// What names somebody in an exact word or a pattern: it has more than what any text fits.
fn says_something(text: &str) -> bool {
    let text = text.replace('\\', "").to_ascii_lowercase();
    text.trim_start_matches('^').trim_start_matches("https://").contains(|c: char| c.is_ascii_alphanumeric())
}

fn identity(issuer: [&str; 2], subject: [&str; 2]) -> bool {
    let of_somebody = |issuer: &&str| {
        says_something(issuer) && !PUBLIC.iter().any(|public| issuer.replace('\\', "").to_ascii_lowercase().contains(public))
    };
    subject.into_iter().any(says_something) || issuer.iter().any(of_somebody)
}

fn keyless(keyless: &Keyless) -> bool {
    identity([&keyless.issuer, &keyless.issuer_reg_exp], [&keyless.subject, &keyless.subject_reg_exp])
}

/// Whether one that signs is somebody.
fn attestor(attestor: &Attestor) -> bool {
    attestor.keys.as_ref().is_some_and(|keys| !keys.is_null())
        || attestor.certificates.as_ref().is_some_and(|certificates| !certificates.is_null())
        || attestor.keyless.as_ref().is_some_and(keyless)
        || attestor.attestor.as_ref().is_some_and(|nested| AttestorSet::deserialize(nested).is_ok_and(|nested| set(&nested)))
}

/// Whether a set can't be satisfied by entries alone that name nobody: all of its entries count, or as many as it says.
fn set(set: &AttestorSet) -> bool {
    let nobody = set.entries.iter().filter(|entry| !attestor(entry)).count();
    let wanted = set.count.and_then(|count| usize::try_from(count).ok()).unwrap_or(set.entries.len());
    nobody < wanted.min(set.entries.len())
}

/// What anybody can do to have an image let in, in words.
pub(super) fn anybody(demand: &VerifyImages) -> Vec<&'static str> {
    let signed = demand.attestors.iter().any(set) || !demand.key.is_empty() || identity([&demand.issuer, ""], [&demand.subject, ""]);
    let mut words = Vec::new();
    if demand.asks_for_signatures() && !signed {
        words.push("images that anybody with an identity has signed");
    }
    if demand.attestations.iter().any(|attestation| !signed && !attestation.attestors.iter().any(set)) {
        words.push("images of which anybody attests something");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(demand: Value) -> Vec<&'static str> {
        anybody(&serde_json::from_value(demand).unwrap_or_else(|error| unreachable!("{error}")))
    }

    #[test]
    fn who_signs_is_somebody_or_anybody() {
        let (key, open) =
            (json!({"keys": {"publicKeys": "k8s://a/b"}}), json!({"keyless": {"issuer": "https://token.actions.githubusercontent.com"}}));
        let own = json!({"keyless": {"issuer": "https://login.acme.example", "subject": "*"}});
        let person = json!({"keyless": {"issuer": "https://accounts.google.com", "subjectRegExp": "^release@acme\\.example$"}});
        let anything = json!({"keyless": {"issuerRegExp": "^https://.*$", "subjectRegExp": ".*"}});
        let of = |sets: Value| told(json!({"imageReferences": ["*"], "attestors": sets})).is_empty();
        for (sets, somebody) in [
            (json!([{"entries": [key]}]), true),
            (json!([{"entries": [open]}]), false),
            (json!([{"entries": [own]}]), true),
            (json!([{"entries": [person]}]), true),
            (json!([{"entries": [anything]}]), false),
            (json!([{"entries": [key, open]}]), true),
            (json!([{"count": 1, "entries": [key, open]}]), false),
            (json!([{"entries": [open]}, {"entries": [key]}]), true),
            (json!([{"entries": [{"attestor": {"count": 1, "entries": [key]}}]}]), true),
        ] {
            assert_eq!(of(sets.clone()), somebody, "{sets}");
        }
        let attestation =
            |attestors: Value| told(json!({"imageReferences": ["*"], "attestations": [{"type": "t", "attestors": attestors}]}));
        assert_eq!(attestation(json!([])), ["images of which anybody attests something"]);
        assert!(attestation(json!([{"entries": [key]}])).is_empty());
    }
}
