//! Who asked the cluster, and by which way of logging in. What nobody told is none: there is no name that stands for “not known”, so that nothing
//! can be compared with it, shown as it, or found to be no administrator.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The name of a user, as the API server knows it. It is never empty, and never a sentence about why there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UserName(String);

/// How versions that had no other place for it began the reason why the server told no name.
const NO_NAME: &str = "not told: ";

impl UserName {
    /// The name that a text holds; none where it holds none.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.trim().is_empty() && !text.starts_with(NO_NAME)).then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the name of a ServiceAccount, which programs log in with.
    #[must_use]
    pub fn is_account(&self) -> bool {
        self.0.starts_with("system:serviceaccount:")
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for UserName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("a user has a name"))
    }
}

/// Who asked: the user behind the credential, with its groups. Both come from one answer, so there are no groups of nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Name of the user.
    #[serde(rename = "identity")]
    pub name: UserName,
    /// Its groups.
    #[serde(default)]
    pub groups: Vec<String>,
}

impl Caller {
    /// The user of that name; none where the text holds no name.
    #[must_use]
    pub fn new(name: &str, groups: Vec<String>) -> Option<Self> {
        Some(Self { name: UserName::new(name)?, groups })
    }

    /// Whether it is of the group whose members every API server lets do everything, before it asks any authorizer.
    #[must_use]
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == "system:masters")
    }
}

/// How a credential logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A client certificate.
    ClientCertificate,
    /// A token that lies in the kubeconfig or in a file.
    Token,
    /// Name and password.
    Basic,
    /// The account of the pod that the program ran in.
    InCluster,
    /// A plugin, by its file name.
    Exec(String),
    /// The OpenID provider that old versions of kubectl knew by themselves.
    Oidc,
    /// Another provider of that kind, by its name.
    AuthProvider(String),
}

impl Login {
    /// What the words say that stand in a snapshot: `client-certificate`, `exec: aws`; none for any others.
    #[must_use]
    pub fn of(words: &str) -> Option<Self> {
        Some(match words.split_once(": ") {
            Some(("exec", program)) => Self::Exec(program.to_owned()),
            Some(("auth-provider", name)) => Self::AuthProvider(name.to_owned()),
            Some(_) => return None,
            None => match words {
                "client-certificate" => Self::ClientCertificate,
                "token" => Self::Token,
                "basic" => Self::Basic,
                "in-cluster" => Self::InCluster,
                "oidc" => Self::Oidc,
                _ => return None,
            },
        })
    }

    /// Whether it goes past every identity provider.
    #[must_use]
    pub const fn asks_nobody(&self) -> bool {
        matches!(self, Self::ClientCertificate | Self::Token | Self::Basic)
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientCertificate => f.write_str("client-certificate"),
            Self::Token => f.write_str("token"),
            Self::Basic => f.write_str("basic"),
            Self::InCluster => f.write_str("in-cluster"),
            Self::Exec(program) => write!(f, "exec: {program}"),
            Self::Oidc => f.write_str("oidc"),
            Self::AuthProvider(name) => write!(f, "auth-provider: {name}"),
        }
    }
}

/// What is none where the text of it is empty or says something else, in forms that have a text there in any case.
pub(crate) trait Told: Sized + fmt::Display {
    fn told(text: &str) -> Option<Self>;
}

impl Told for UserName {
    fn told(text: &str) -> Option<Self> {
        Self::new(text)
    }
}

impl Told for Login {
    fn told(text: &str) -> Option<Self> {
        Self::of(text)
    }
}

/// The form of both in files: a text, `""` where it is not known.
pub(crate) mod told {
    use super::{Deserialize, Deserializer, Serializer, Told};

    pub(crate) fn serialize<T: Told, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_str(""),
        }
    }

    pub(crate) fn deserialize<'de, T: Told, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.as_deref().and_then(T::told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ClusterInfo;

    fn read(text: &str) -> ClusterInfo {
        serde_json::from_str(text).unwrap_or_default()
    }

    #[test]
    fn what_is_no_name_is_nobody() {
        for identity in
            ["", " ", "not told: this server does not serve SelfSubjectReview (Kubernetes 1.28 and later)", "not told: forbidden"]
        {
            let info = read(&format!(r#"{{"identity": "{identity}", "groups": [], "version": "v1.30.1"}}"#));
            assert_eq!((info.identity, info.version.as_str()), (None, "v1.30.1"), "{identity}");
        }
        assert_eq!(read(r#"{"version": "v1.30.1"}"#).identity, None);
        assert_eq!(read(r#"{"identity": null, "groups": ["system:masters"]}"#).identity, None);
    }

    #[test]
    fn who_was_told_is_read_as_it_was_written() {
        let info = read(r#"{"identity": "jane", "groups": ["auditors"], "login": "exec: aws"}"#);
        assert_eq!(info.identity, Caller::new("jane", vec!["auditors".to_owned()]));
        let written = serde_json::to_value(&info).unwrap_or_default();
        assert_eq!(
            (&written["identity"], &written["groups"][0], &written["login"]),
            (&"jane".into(), &"auditors".into(), &"exec: aws".into())
        );
        let nobody = serde_json::to_value(ClusterInfo::default()).unwrap_or_default();
        assert!(nobody.get("identity").is_none() && nobody.get("groups").is_none() && nobody.get("login").is_none(), "{nobody}");
    }

    #[test]
    fn words_about_a_login_are_one_of_the_ways_or_none() {
        for words in ["client-certificate", "token", "basic", "in-cluster", "oidc", "exec: aws", "auth-provider: gcp"] {
            assert_eq!(Login::of(words).map(|login| login.to_string()).as_deref(), Some(words));
        }
        for words in ["", "not told: forbidden", "password", "error: no such file", "client-certificates"] {
            assert_eq!(Login::of(words), None, "{words}");
        }
    }
}
