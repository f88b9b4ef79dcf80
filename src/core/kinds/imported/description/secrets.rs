//! Keys and tokens that stand in a configuration file or a description, by their places: where there are any, a copy of the file would hold them too.

use super::kept::{at, items, text};
use super::recognise::values;
use data_encoding::BASE64;
use serde_json::Value;

/// How many keys, tokens and passwords stand where files of these forms have them. What somebody put in their place (`REDACTED`) is none.
#[must_use]
pub fn count(contents: &str) -> usize {
    values(contents).iter().map(in_value).sum()
}

fn in_value(value: &Value) -> usize {
    let mut count = 0;
    for entry in items(value, "resources").unwrap_or_default() {
        for provider in items(entry, "providers").unwrap_or_default() {
            for sort in ["aescbc", "aesgcm", "secretbox"] {
                let keys = items(provider, &format!("{sort}.keys")).unwrap_or_default();
                count += keys.iter().filter(|key| text(key, "secret").is_some_and(is_key)).count();
            }
        }
    }
    let bootstrap = items(value, "bootstrapTokens").unwrap_or_default().iter().filter_map(|token| text(token, "token"));
    count += bootstrap.filter(|token| is_bootstrap_token(token)).count();
    for path in ["discovery.bootstrapToken.token", "discovery.tlsBootstrapToken"] {
        count += usize::from(text(value, path).is_some_and(is_bootstrap_token));
    }
    for path in ["certificateKey", "controlPlane.certificateKey"] {
        let key = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        count += usize::from(text(value, path).is_some_and(key));
    }
    if super::started::is_k3s(value) {
        for key in ["token", "agent-token", "etcd-s3-secret-key", "vpn-auth"] {
            count += usize::from(text(value, key).is_some_and(is_secret));
        }
    }
    if text(value, "kind") == Some("CredentialProviderConfig") {
        count += super::kubelet::count(value, is_secret);
    }
    if at(value, "masterAuth").is_some() {
        for path in ["masterAuth.password", "masterAuth.clientKey"] {
            count += usize::from(text(value, path).is_some_and(is_secret));
        }
    }
    count
}

/// A key of one of the lengths that these providers take.
fn is_key(text: &str) -> bool {
    BASE64.decode(text.trim().as_bytes()).is_ok_and(|key| matches!(key.len(), 16 | 24 | 32))
}

/// `abcdef.0123456789abcdef`, as kubeadm makes them.
fn is_bootstrap_token(text: &str) -> bool {
    let plain = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split_once('.').is_some_and(|(id, secret)| plain(id, 6) && plain(secret, 16))
}

/// A text that nobody put there in place of a secret.
fn is_secret(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let stand_in = ["redacted", "removed", "masked", "withheld", "hidden"].iter().any(|word| small.contains(word));
    let one_sign = small.chars().all(|c| small.starts_with(c));
    small.len() >= 6 && !stand_in && !one_sign
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn keys_and_tokens_are_counted_at_their_places() {
        let encryption = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: [{name: a, secret: SECRET}, {name: b, secret: REDACTED}]}\n";
        assert_eq!(count(&encryption.replace("SECRET", "c2VjcmV0IGlzIHNlY3VyZQ==")), 1);
        assert_eq!(count(encryption), 0);
        let kubeadm = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nbootstrapTokens: [{token: abcdef.0123456789abcdef}]\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n";
        assert_eq!((count(kubeadm), count(&kubeadm.replace("abcdef.0123456789abcdef", "x"))), (1, 0));
        let k3s = "token: K10abc::server:hunter2\nsecrets-encryption: true\n";
        assert_eq!((count(k3s), count(&k3s.replace("K10abc::server:hunter2", "\"(redacted)\""))), (1, 0));
        let providers = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- {name: own, args: [--v=2, --password=hunter2], env: [{name: REGISTRY_TOKEN, value: REDACTED}, {name: KEY_FILE, value: /etc/k}]}\n";
        assert_eq!((count(providers), count(&providers.replace("hunter2", "REDACTED"))), (1, 0));
        for other in ["token: hunter2hunter2\n", "kind: Secret\napiVersion: v1\ndata: {token: x}\n", "", "{", "%PDF-1.7"] {
            assert_eq!(count(other), 0, "{other}");
        }
    }
}
