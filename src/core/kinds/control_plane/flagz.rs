//! Flags as a server tells them at `/flagz` (KEP 4828; JSON `config.k8s.io`, kind Flagz: v1alpha1 since 1.35, v1beta1 and on by itself since 1.36): every flag
//! that it has with the value that holds, defaults included. The page in plain text says of itself that it is not for programs, and is not read.
//!
//! Of the flags those are kept that checks read (`arguments`), by the same rules as those of pods: of a switch only words for on and off, and a
//! value in which a detector finds something is sealed.

use super::super::arguments::{Component, WITHHELD, is_listed, is_switch};
use super::super::settings;
use crate::sensitive::without_secrets;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Flags of the table that not every server has: they are gone, since 1.19 and 1.24, or may go. Where an answer lacks another one, it is not that of a
/// kube-apiserver as it is known, and what it lacks would be taken for not set.
const NOT_ALWAYS: &[&str] = &["admission-control", "basic-auth-file", "insecure-port"];

/// Flags that every program has which serves TLS as kube-apiserver does.
const OF_TLS: [&str; 2] = ["tls-cipher-suites", "tls-min-version"];

/// Longest value that is kept.
const LONGEST: usize = 4_096;

/// What one server said of its flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlagsTold {
    /// Version of the answer: `v1beta1`.
    pub version: String,
    /// Flags that checks read, by name, with the value that holds; none where it was not kept, because something like a credential stands in it.
    pub flags: BTreeMap<String, Option<String>>,
}

impl FlagsTold {
    /// Reads an answer of kube-apiserver.
    ///
    /// # Errors
    /// Why it is none, or can't be understood.
    pub fn of_json(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Flagz {
            kind: String,
            api_version: String,
            flags: BTreeMap<String, String>,
        }
        let told: Flagz = serde_json::from_str(text).map_err(|_| "the answer is no Flagz in JSON".to_owned())?;
        let version = told.api_version.strip_prefix("config.k8s.io/").filter(|version| matches!(*version, "v1alpha1" | "v1beta1" | "v1"));
        let Some(version) = version.filter(|_| told.kind == "Flagz") else {
            return Err("the answer is no Flagz of a version that is known".to_owned());
        };
        if let Some(name) = lacking(|name| told.flags.contains_key(name)) {
            return Err(format!("the answer does not hold --{name}, which every kube-apiserver that is known has"));
        }
        let flags = told.flags.into_iter().filter(|(name, _)| is_listed(Component::ApiServer, name));
        let flags = flags.map(|(name, value)| {
            let value = kept(&name, &value);
            (name, value)
        });
        Ok(Self { version: version.to_owned(), flags: flags.collect() })
    }

    /// A flag that is not here and that checks ask for: of one that another version of the program did not keep nothing is known.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static str> {
        lacking(|name| self.flags.contains_key(name))
    }
}

/// A flag that every answer of kube-apiserver holds and this one does not.
fn lacking(holds: impl Fn(&str) -> bool) -> Option<&'static str> {
    Component::ApiServer.listed().chain(OF_TLS).find(|name| !NOT_ALWAYS.contains(name) && !holds(name))
}

/// What is kept of a value. A list is told in brackets, a feature gate with the component before it, kube-apiserver's own with none.
fn kept(name: &str, value: &str) -> Option<String> {
    let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    let gate = |pair: &str| pair.strip_prefix(':').or_else(|| pair.strip_prefix("kube:")).unwrap_or(pair).to_owned();
    let plain = match name {
        "feature-gates" => list.split(',').map(gate).collect::<Vec<_>>().join(","),
        _ => list.to_owned(),
    };
    let argument = format!("--{name}={plain}");
    let whole = plain.len() <= LONGEST && without_secrets(&argument) == argument && plain != CLASSIFIED && plain != WITHHELD;
    let fits = !is_switch(Component::ApiServer, name) || settings::is_word(&plain);
    (whole && fits).then_some(plain)
}

/// What a server tells of a value that it keeps to itself.
const CLASSIFIED: &str = "CLASSIFIED";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// An answer with every flag that is asked for, and these in their place.
    fn answer(flags: &[(&str, &str)]) -> Value {
        let mut all: BTreeMap<String, String> =
            Component::ApiServer.listed().chain(OF_TLS).map(|name| (name.to_owned(), String::new())).collect();
        all.extend(flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        json!({"kind": "Flagz", "apiVersion": "config.k8s.io/v1beta1", "metadata": {"name": "apiserver"}, "flags": all})
    }

    fn told(flags: &[(&str, &str)]) -> FlagsTold {
        FlagsTold::of_json(&answer(flags).to_string()).unwrap_or_default()
    }

    #[test]
    fn values_are_told_as_a_command_line_would_have_them() {
        for (name, value, wanted) in [
            ("authorization-mode", "[Node,RBAC]", "Node,RBAC"),
            ("etcd-servers", "[https://127.0.0.1:2379]", "https://127.0.0.1:2379"),
            ("feature-gates", ":A=false,kube:B=true,other:C=true", "A=false,B=true,other:C=true"),
            ("emulated-version", "[1.36]", "1.36"),
            ("disable-admission-plugins", "[]", ""),
            ("anonymous-auth", "false", "false"),
            ("audit-log-path", "/var/log/audit.log", "/var/log/audit.log"),
            ("service-account-max-token-expiration", "48h0m0s", "48h0m0s"),
        ] {
            assert_eq!(told(&[(name, value)]).flags.get(name), Some(&Some(wanted.to_owned())), "{name}");
        }
    }

    #[test]
    fn nothing_secret_and_nothing_that_no_check_reads_is_kept() {
        let kept = told(&[
            ("etcd-servers", "[https://u:MARKER-9s8d7@10.0.0.1:2379]"),
            ("external-hostname", "MARKER"),
            ("cloud-secret", "MARKER"),
            ("anonymous-auth", "MARKER"),
            ("oidc-issuer-url", "CLASSIFIED"),
            ("audit-log-path", &"MARKER/".repeat(900)),
        ]);
        let text = serde_json::to_string(&kept).unwrap_or_default();
        assert!(!text.contains("MARKER"), "{text}");
        for name in ["etcd-servers", "anonymous-auth", "oidc-issuer-url", "audit-log-path"] {
            assert_eq!(kept.flags.get(name), Some(&None), "{name}");
        }
        assert!(!kept.flags.contains_key("external-hostname"));
    }

    #[test]
    fn what_is_no_whole_answer_tells_nothing() {
        let whole = answer(&[]);
        let changed = |key: &str, value: Value| {
            let mut changed = whole.clone();
            changed[key] = value;
            changed.to_string()
        };
        let mut lacking = whole.clone();
        lacking["flags"].as_object_mut().map(|flags| flags.remove("anonymous-auth"));
        let text = whole.to_string();
        for bad in [
            String::new(),
            "apiserver flagz\nanonymous-auth=true\n".to_owned(),
            text[..text.len() - 9].to_owned(),
            changed("kind", json!("Status")),
            changed("apiVersion", json!("v1")),
            changed("apiVersion", json!("config.k8s.io/v7")),
            changed("flags", json!({})),
            changed("flags", json!({"anonymous-auth": true})),
            changed("flags", json!(null)),
            lacking.to_string(),
        ] {
            assert!(FlagsTold::of_json(&bad).is_err(), "{bad}");
        }
        assert!(FlagsTold::of_json(&text).is_ok());
        let mut without = whole;
        without["flags"].as_object_mut().map(|flags| flags.remove("insecure-port"));
        assert!(FlagsTold::of_json(&without.to_string()).is_ok());
    }
}
