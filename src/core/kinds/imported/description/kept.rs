//! What may be kept of a description: values that have the form they must have. Everything else becomes "not known", without its text.

use super::Said;
use data_encoding::{BASE64_MIME_PERMISSIVE, HEXLOWER};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Stands for what was taken out, as in every text of the program.
const TAKEN_OUT: &str = "••";
/// Items of a list beyond this many are no settings that somebody wrote.
const MOST: usize = 500;

/// A value at a path of keys: `resourcesVpcConfig.endpointPublicAccess`. Keys are told apart without regard to case, because commands and APIs of
/// one provider write them differently (`enableAzureRbac`, `enableAzureRBAC`). What is null is not there.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut here = value;
    for key in path.split('.') {
        let map = here.as_object()?;
        let own = map.get(key).filter(|value| !value.is_null());
        here =
            own.or_else(|| map.iter().find(|(name, value)| name.eq_ignore_ascii_case(key) && !value.is_null()).map(|(_, value)| value))?;
    }
    Some(here)
}

/// A text at a path.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// The items of a list at a path; none where there is no list, or one that nobody can have written.
pub(super) fn items<'a>(value: &'a Value, path: &str) -> Option<&'a [Value]> {
    at(value, path)?.as_array().map(Vec::as_slice).filter(|items| items.len() <= MOST)
}

/// A switch: on, off, something else, or nothing.
pub(super) fn switch(value: &Value, path: &str) -> Said {
    match at(value, path) {
        None => Said::Nothing,
        Some(Value::Bool(true)) => Said::Yes,
        Some(Value::Bool(false)) => Said::No,
        Some(_) => Said::NotKnown,
    }
}

/// The same, where an API leaves out what is off: nothing is off then, if the object that would hold it is there.
pub(super) fn switch_within(value: &Value, object: &str, key: &str) -> Said {
    match at(value, object) {
        None => Said::Nothing,
        Some(Value::Object(_)) => match switch(value, &format!("{object}.{key}")) {
            Said::Nothing => Said::No,
            said => said,
        },
        Some(_) => Said::NotKnown,
    }
}

/// A word among those that are documented.
pub(super) fn word(value: &Value, path: &str, known: &[&str]) -> Said {
    match at(value, path) {
        None => Said::Nothing,
        Some(found) => one_of(found, known).map_or(Said::NotKnown, |word| Said::Words(vec![word])),
    }
}

/// One of the words that are documented.
pub(super) fn one_of(value: &Value, known: &[&str]) -> Option<String> {
    let said = value.as_str()?;
    known.iter().find(|word| word.eq_ignore_ascii_case(said)).map(|word| (*word).to_owned())
}

/// Words of a list, each of which must be kept by this; one that is not makes the list not known.
pub(super) fn words(value: &Value, path: &str, keep: impl Fn(&Value) -> Option<String>) -> Said {
    match at(value, path) {
        None => Said::Nothing,
        Some(Value::Array(list)) if list.len() <= MOST => {
            list.iter().map(keep).collect::<Option<Vec<_>>>().map_or(Said::NotKnown, Said::Words)
        }
        Some(_) => Said::NotKnown,
    }
}

/// A network or an address, in its own form.
pub(super) fn network(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let network = text.parse::<ipnet::IpNet>().map(|network| network.to_string());
    network.or_else(|_| text.parse::<IpAddr>().map(|address| address.to_string())).ok()
}

/// A name as Kubernetes and providers form them: letters, digits, `-`, `_`, `.`, `:` and `/`.
pub(super) fn name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    let fits = (1..=253).contains(&text.len()) && text.chars().all(plain) && !has_account(text);
    fits.then(|| text.to_owned())
}

/// The name of a cluster.
pub(super) fn cluster_name(value: &Value, path: &str) -> String {
    text(value, path).filter(|name| !name.contains([':', '/'])).and_then(name).unwrap_or_default()
}

/// The host of an address, in small letters; nothing where it is none.
pub(super) fn host(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None if authority.parse::<IpAddr>().is_ok() => authority,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_');
    let named = host.contains('.') && !has_account(host) || host.parse::<IpAddr>().is_ok();
    (host.len() <= 253 && host.chars().all(plain) && named).then(|| host.to_ascii_lowercase())
}

/// A version: `1.34`, `v1.34.1+k3s1`.
pub(super) fn version(value: &Value, path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let told = text(value, path).filter(|text| text.len() <= 64 && text.chars().all(plain));
    told.filter(|text| text.trim_start_matches('v').starts_with("1.") && !has_account(text)).unwrap_or_default().to_owned()
}

/// SHA-256 of each certificate in a text of PEM, as it stands or in base64.
pub(super) fn authorities(text: &str) -> Vec<String> {
    let text = if text.contains("-----BEGIN") {
        text.to_owned()
    } else {
        let bytes = BASE64_MIME_PERMISSIVE.decode(text.trim().as_bytes()).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    };
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    let der = |block: &str| BASE64_MIME_PERMISSIVE.decode(block.split("-----END").next()?.trim().as_bytes()).ok();
    blocks.filter_map(der).map(|der| HEXLOWER.encode(&Sha256::digest(der))).collect()
}

/// Whether a text holds the number of an account: twelve digits (AWS), or the number of a subscription or tenant as Azure forms them.
fn has_account(text: &str) -> bool {
    masked_accounts(text) != text
}

/// A text without the numbers of accounts in it.
pub(super) fn masked_accounts(text: &str) -> String {
    let parts = |text: &str, inner: fn(char) -> bool, mask: &dyn Fn(&str) -> Option<String>| {
        let (mut out, mut run) = (String::with_capacity(text.len()), String::new());
        for c in text.chars().map(Some).chain([None]) {
            match c.filter(|c| inner(*c)) {
                Some(c) => run.push(c),
                None => {
                    out.push_str(&mask(&run).unwrap_or_else(|| run.clone()));
                    run.clear();
                    out.extend(c);
                }
            }
        }
        out
    };
    let guid = |run: &str| {
        let lengths: Vec<usize> = run.split('-').map(str::len).collect();
        (lengths == [8, 4, 4, 4, 12] && run.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())).then(|| TAKEN_OUT.to_owned())
    };
    let number = |run: &str| (run.len() == 12).then(|| TAKEN_OUT.to_owned());
    parts(&parts(text, |c| c.is_ascii_alphanumeric() || c == '-', &guid), |c| c.is_ascii_digit(), &number)
}

/// A principal of AWS, by its sort and name, without its account: `role/admins`. An address of e-mail in its name is taken out.
pub(super) fn principal(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let service = arn.split(':').nth(2).unwrap_or_default();
    if !arn.starts_with("arn:") || resource.is_empty() || !matches!(service, "iam" | "sts") {
        return "a principal whose name can't be read".to_owned();
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '=' | ',');
    let parts = resource.split('/').map(|part| if part.chars().all(plain) { masked_accounts(part) } else { TAKEN_OUT.to_owned() });
    parts.collect::<Vec<_>>().join("/").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn accounts_and_addresses_of_people_are_taken_out() {
        assert_eq!(principal("arn:aws:iam::111122223333:role/team/admins"), "role/team/admins");
        assert_eq!(principal("arn:aws:iam::111122223333:root"), "root");
        assert_eq!(principal("arn:aws:sts::111122223333:assumed-role/admin/jane@acme.example"), "assumed-role/admin/••");
        assert_eq!(principal("arn:aws:iam::111122223333:role/r-111122223333-x"), "role/r-••-x");
        assert_eq!(principal("arn:aws:iam::111122223333:role/111122223333"), "role/••");
        assert_eq!(principal("jane@acme.example"), "a principal whose name can't be read");
        assert_eq!(
            (name("a/111122223333"), name("jane@acme.example"), name("system:masters")),
            (None, None, Some("system:masters".into()))
        );
        assert_eq!(name("0f3a1c2d-1111-4222-8333-123456789abc"), None);
    }

    #[test]
    fn only_what_has_its_form_is_kept() {
        assert_eq!(
            (network(&json!("10.0.0.0/8")), network(&json!("203.0.113.7")), network(&json!("office"))),
            (Some("10.0.0.0/8".into()), Some("203.0.113.7".into()), None)
        );
        assert_eq!(host("https://ABC.gr7.eu-west-1.eks.amazonaws.com:443/x").as_deref(), Some("abc.gr7.eu-west-1.eks.amazonaws.com"));
        assert_eq!((host("https://[2001:db8::1]:6443").as_deref(), host("two words")), (Some("2001:db8::1"), None));
        assert_eq!(version(&json!({"v": "1.34.1-gke.1829001"}), "v"), "1.34.1-gke.1829001");
        assert_eq!(version(&json!({"v": "ask Jane"}), "v"), "");
        assert_eq!(switch(&json!({"a": "true"}), "a"), Said::NotKnown);
        assert_eq!(at(&json!({"enableRBAC": true}), "enableRbac"), Some(&json!(true)));
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(authorities(pem).len(), 1);
        assert_eq!(authorities(&data_encoding::BASE64.encode(pem.as_bytes())), authorities(pem));
    }
}
