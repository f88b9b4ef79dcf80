//! The ConfigMap `aws-auth` of EKS: which identities of AWS log in with which groups. Of its text only that is kept, in place of the text.

use super::sealed::Sealed;
use serde::{Deserialize, Serialize};

/// Keys of the ConfigMap that map somebody.
pub const KEYS: &[&str] = &["mapRoles", "mapUsers", "mapAccounts"];

/// An identity of AWS that may log in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its ARN; of accounts, how many there are.
    pub arn: String,
    /// Groups that it is put into.
    pub groups: Vec<String>,
    /// The name under which it logs in, where that is one that Kubernetes keeps for itself (`system:…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

impl Identity {
    /// In words: who, and with which groups.
    #[must_use]
    pub fn words(&self) -> String {
        let groups = if self.groups.is_empty() { "no group".to_owned() } else { self.groups.join(", ") };
        self.user.as_ref().map_or_else(|| format!("{} → {groups}", self.arn), |user| format!("{} → {user}; {groups}", self.arn))
    }
}

/// What is kept of a key's text: the identities, as JSON; none where it is not the list that it should be.
pub(super) fn kept(key: &str, text: &str) -> Option<String> {
    let identities: Vec<Identity> = if key == "mapAccounts" {
        let accounts: Option<Vec<Account>> = read(text)?;
        let count = accounts.unwrap_or_default().len();
        if count == 0 { vec![] } else { vec![Identity { arn: format!("{count} accounts"), ..Identity::default() }] }
    } else {
        let mappings: Option<Vec<Mapping>> = read(text)?;
        mappings.unwrap_or_default().into_iter().map(Mapping::identity).collect::<Option<_>>()?
    };
    serde_json::to_string(&identities).ok()
}

/// The identities of a key, from what was kept; none where it could not be read.
#[must_use]
pub fn of(value: &Sealed) -> Option<Vec<Identity>> {
    serde_json::from_str(value.text()?).ok()
}

/// A mapping as the ConfigMap writes it.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
struct Mapping {
    #[serde(default)]
    rolearn: String,
    #[serde(default)]
    userarn: String,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    groups: Option<Vec<String>>,
}

/// An account, which people write as a number too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Account {
    Text(#[allow(dead_code, reason = "accounts are counted")] String),
    Number(#[allow(dead_code, reason = "accounts are counted")] u64),
}

impl Mapping {
    fn identity(self) -> Option<Identity> {
        let arn = if self.rolearn.is_empty() { self.userarn } else { self.rolearn };
        // Without one it is no mapping that the authenticator knows, and what it does is not known here.
        (!arn.is_empty()).then(|| Identity {
            arn,
            groups: self.groups.unwrap_or_default(),
            user: self.username.filter(|name| name.starts_with("system:")),
        })
    }
}

/// YAML, of which an empty text is an empty list.
fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Option<Option<T>> {
    if text.trim().is_empty() {
        return Some(None);
    }
    serde_saphyr::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::config::ConfigMap;

    #[test]
    fn of_the_text_only_identities_and_groups_stay() {
        let roles = "# owner: Jane, phone 555-0199\n- rolearn: arn:aws:iam::111122223333:role/admins\n  username: jane.doe\n  groups: [\"system:masters\"]\n  note: call Jane\n";
        let mut map: ConfigMap =
            serde_json::from_value(serde_json::json!({"metadata": {"namespace": "kube-system", "name": "aws-auth"}, "data": {"mapRoles": roles, "other": "call Jane"}}))
                .unwrap_or_default();
        map.seal();
        let kept = serde_json::to_string(&map).unwrap_or_default();
        assert!(kept.contains("role/admins") && kept.contains("system:masters"), "{kept}");
        assert!(["Jane", "jane", "555", "note"].iter().all(|word| !kept.contains(word)), "{kept}");
        // What a snapshot gives back is read the same.
        let again: ConfigMap = serde_json::from_str(&kept).unwrap_or_default();
        assert_eq!(again.data.get("mapRoles").and_then(of), map.data.get("mapRoles").and_then(of));
        assert_eq!(map.data.get("mapRoles").and_then(of).map(|all| all.len()), Some(1));
    }

    #[test]
    fn what_is_no_list_of_mappings_is_not_read() {
        for text in ["a: b", "- 5", "- {}", "- groups: [a]", "- rolearn: [a]", "[", "- rolearn: x\n  groups: system:masters"] {
            assert_eq!(kept("mapRoles", text), None, "{text}");
        }
        for text in ["", "\n", "[]", "- rolearn: x", "- {rolearn: x, groups: null, username: system:node:x}", "- userarn: x\n  more: y"] {
            assert!(kept("mapRoles", text).is_some(), "{text}");
        }
        assert_eq!(kept("mapAccounts", "- \"1\"\n- 2\n").as_deref(), Some(r#"[{"arn":"2 accounts","groups":[]}]"#));
        assert_eq!(kept("mapAccounts", "a: b"), None);
    }
}
