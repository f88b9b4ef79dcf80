//! Whether who must have signed is anybody in particular. A policy that any signer satisfies verifies signatures and refuses nothing that a stranger
//! signed; one that asks for a scan and for no result of it refuses no image that was found bad.

use super::extent::{has, texts};
use crate::kinds::custom::Custom;
use serde_json::Value;

/// What such a policy is told by.
pub(super) const ANYBODY: &str = "any signer satisfies it";

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

/// Whether an identity (`issuer`, `issuerRegExp`, `subject`, `subjectRegExp`) names somebody.
fn names_somebody(identity: &Value) -> bool {
    let said = |fields: [&str; 2]| -> Option<String> {
        let texts = fields.into_iter().filter_map(|field| identity.get(field)?.as_str());
        texts.map(|text| text.replace('\\', "")).find(|text| {
            let text = text.to_ascii_lowercase();
            text.trim_start_matches('^').trim_start_matches("https://").contains(|c: char| c.is_ascii_alphanumeric())
        })
    };
    said(["subject", "subjectRegExp"]).is_some()
        || said(["issuer", "issuerRegExp"]).is_some_and(|issuer| !PUBLIC.iter().any(|public| issuer.contains(public)))
}

/// Whether an entry among Kyverno's attestors names somebody.
fn entry(entry: &Value) -> bool {
    has(entry, "keys")
        || has(entry, "certificates")
        || entry.get("keyless").is_some_and(names_somebody)
        || entry.get("attestor").is_some_and(set)
}

/// Whether a set of Kyverno's attestors can't be satisfied by entries alone that name nobody: all of its entries count, or as many as it says.
fn set(set: &Value) -> bool {
    let entries = set.get("entries").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let anybody = entries.iter().filter(|e| !entry(e)).count();
    let wanted = set.get("count").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(entries.len());
    anybody < wanted.min(entries.len())
}

/// Whether Kyverno's `attestors` are there, and whether they name somebody; each set of them must be satisfied.
pub(super) fn kyverno(holder: &Value) -> Option<bool> {
    if let Some(sets) = holder.get("attestors").and_then(Value::as_array) {
        return Some(sets.iter().any(set));
    }
    // As rules were written before there were attestors.
    match (has(holder, "key"), has(holder, "issuer") || has(holder, "subject")) {
        (true, _) => Some(true),
        (false, true) => Some(names_somebody(holder)),
        (false, false) => None,
    }
}

/// Whether Kyverno's attestation asks for anything of what it says: `conditions` with something to compare.
pub(super) fn has_conditions(attestation: &Value) -> bool {
    fn compares(value: &Value) -> bool {
        match value {
            Value::Object(fields) => fields.contains_key("operator") || fields.values().any(compares),
            Value::Array(items) => items.iter().any(compares),
            _ => false,
        }
    }
    attestation.get("conditions").is_some_and(compares)
}

/// Why a policy of sigstore's policy-controller binds nobody: one of its authorities is enough, and one that anybody satisfies lets all in.
pub(super) fn sigstore(policy: &Custom) -> Option<&'static str> {
    let list = |part: &str| policy.parts.get(part).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let passes = |fixed: &Value| fixed.get("action").and_then(Value::as_str) == Some("pass");
    if list("/spec/authorities/*/static").iter().any(passes) {
        return Some("an authority of it passes every image");
    }
    let open = |keyless: &Value| keyless.is_object() && identities(keyless.get("identities"));
    list("/spec/authorities/*/keyless").iter().any(open).then_some(ANYBODY)
}

/// Whether a list of identities, of which one is enough, holds one that names nobody, or none at all.
fn identities(list: Option<&Value>) -> bool {
    let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.is_empty() || list.iter().any(|identity| !names_somebody(identity))
}

/// Why a policy on images in CEL binds nobody: an attestor of it that anybody satisfies. Of attestors with keys nothing is kept.
pub(super) fn in_cel(policy: &Custom) -> Option<&'static str> {
    let lists = policy.parts.get("/spec/attestors/*/cosign/keyless/identities").and_then(Value::as_array);
    lists.into_iter().flatten().any(|list| list.is_array() && identities(Some(list))).then_some(ANYBODY)
}

/// Images that Kyverno's rule passes over.
pub(super) fn skips(verify: &Value) -> bool {
    !texts(verify.get("skipImageReferences")).is_empty() || verify.get("required") == Some(&Value::Bool(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_signer_without_a_name_is_anybody() {
        let keyless = |identity: Value| kyverno(&json!({"attestors": [{"entries": [{"keyless": identity}]}]})) == Some(true);
        assert!(keyless(json!({"issuer": "https://git.acme.example"})));
        assert!(keyless(json!({"issuer": "https://token.actions.githubusercontent.com", "subject": "https://github.com/acme/*"})));
        assert!(!keyless(json!({"issuer": "https://token.actions.githubusercontent.com", "subject": "*"})));
        assert!(!keyless(json!({"issuerRegExp": ".*", "subjectRegExp": "^.+$"})) && !keyless(json!({"subject": "https://*"})));
        assert!(!keyless(json!({})) && kyverno(&json!({"attestors": [{"entries": []}]})) == Some(false));
    }

    #[test]
    fn as_many_entries_must_hold_as_are_counted() {
        let both = |count: Value| {
            let entries = json!([{"keys": {"publicKeys": "k8s://cosign/key"}}, {"keyless": {"issuer": "*", "subject": "*"}}]);
            kyverno(&json!({"attestors": [{"count": count, "entries": entries}]}))
        };
        assert_eq!((both(Value::Null), both(json!(2)), both(json!(1))), (Some(true), Some(true), Some(false)));
    }

    #[test]
    fn one_authority_that_anybody_satisfies_is_enough() {
        let policy = |authorities: Value| {
            let object = json!({"metadata": {"name": "p"}, "spec": {"authorities": authorities}});
            Custom::from_object(&object, crate::model::Kind::SigstoreImagePolicies).unwrap_or_default()
        };
        let key = json!({"key": {"data": "-----BEGIN PUBLIC KEY-----"}});
        assert_eq!(sigstore(&policy(json!([key]))), None);
        assert_eq!(sigstore(&policy(json!([key, {"static": {"action": "pass"}}]))), Some("an authority of it passes every image"));
        assert_eq!(sigstore(&policy(json!([{"static": {"action": "fail"}}]))), None);
        assert_eq!(sigstore(&policy(json!([key, {"keyless": {"url": "https://fulcio.acme.example"}}]))), Some(ANYBODY));
        assert_eq!(sigstore(&policy(json!([{"keyless": {"identities": [{"issuerRegExp": ".*", "subjectRegExp": ".*"}]}}]))), Some(ANYBODY));
        assert_eq!(
            sigstore(&policy(json!([{"keyless": {"identities": [{"issuer": "https://git.acme.example", "subject": "ci@acme.example"}]}}]))),
            None
        );
    }
}
