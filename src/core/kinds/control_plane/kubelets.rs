//! What kubelets told of their own settings at `/configz`, asked at the nodes themselves. The answer holds the KubeletConfiguration that runs, flags and
//! defaults worked in; fields whose value is zero are left out of it (`setConfigz` of the kubelet), so what is absent has its type's zero and is not unknown.
//!
//! Of it the settings are kept that checks read, as with the ConfigMap of kubeadm. Headers with which a kubelet fetches pods, which may be credentials and
//! which `/configz` does not mask, are never among them.

use super::super::{config::KUBELET, thinned};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The path at which a kubelet tells its settings.
pub const CONFIGZ: &str = "/configz";

/// What one kubelet told, or why it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KubeletTold {
    /// Its node.
    pub node: String,
    /// The settings that checks read, as JSON; none where it told nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// Why it told nothing; "" where it did.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl KubeletTold {
    /// Reads the answer of a node's kubelet.
    #[must_use]
    pub fn of_answer(node: &str, text: &str) -> Self {
        let (settings, why) = match read(text) {
            Ok(settings) => (Some(settings), String::new()),
            Err(why) => (None, why.to_owned()),
        };
        Self { node: node.to_owned(), settings, why }
    }

    /// That a node's kubelet told nothing.
    #[must_use]
    pub fn silent(node: &str, why: &str) -> Self {
        Self { node: node.to_owned(), settings: None, why: super::kept_words(why) }
    }
}

/// The settings in an answer. What every kubelet tells must be there; else it is none, and what it lacks would be taken for not set.
fn read(text: &str) -> Result<String, &'static str> {
    let answer: Value = serde_json::from_str(text).map_err(|_| "the answer is no JSON")?;
    let settings =
        answer.get("kubeletconfig").filter(|settings| settings.is_object()).ok_or("the answer holds no kubelet configuration")?;
    // Pointers that the kubelet's defaults fill in, and an enumeration that is never empty.
    let whole = settings.pointer("/authentication/anonymous/enabled").is_some_and(Value::is_boolean)
        && settings.pointer("/authentication/webhook/enabled").is_some_and(Value::is_boolean)
        && settings.pointer("/authorization/mode").is_some_and(Value::is_string);
    if !whole {
        return Err("the answer does not say how the kubelet lets callers in, which every kubelet's does");
    }
    Ok(thinned::settings(&settings.to_string(), KUBELET))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Value {
        json!({"kubeletconfig": {
            "kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", "staticPodURLHeader": {"Authorization": ["Bearer MARKER-7fj3k2"]},
            "authentication": {"x509": {"clientCAFile": "/MARKER"}, "webhook": {"enabled": true, "cacheTTL": "2m0s"}, "anonymous": {"enabled": false}},
            "authorization": {"mode": "Webhook", "webhook": {}}, "rotateCertificates": true, "podPidsLimit": -1, "tlsMinVersion": "MARKER and more", "providerID": "MARKER"}})
    }

    #[test]
    fn settings_that_checks_read_are_kept_and_nothing_beside_them() {
        let told = KubeletTold::of_answer("a", &answer().to_string());
        let settings = told.settings.clone().unwrap_or_default();
        assert!(settings.contains(r#""anonymous":{"enabled":false}"#) && settings.contains(r#""podPidsLimit":-1"#), "{settings}");
        assert!(!settings.contains("MARKER") && !settings.contains("staticPod"), "{settings}");
        let text = serde_json::to_string(&told).unwrap_or_default();
        assert_eq!(serde_json::from_str::<KubeletTold>(&text).ok(), Some(told));
    }

    #[test]
    fn what_is_no_whole_answer_tells_nothing() {
        let whole = answer().to_string();
        let without = |pointer: &str, key: &str| {
            let mut changed = answer();
            changed.pointer_mut(pointer).and_then(Value::as_object_mut).map(|fields| fields.remove(key));
            changed.to_string()
        };
        for bad in [
            String::new(),
            "<html>login</html>".to_owned(),
            whole[..whole.len() - 4].to_owned(),
            "{}".to_owned(),
            json!({"kubeletconfig": null}).to_string(),
            json!({"kubeletconfig": {}}).to_string(),
            json!({"kind": "Status", "code": 403}).to_string(),
            without("/kubeletconfig", "authentication"),
            without("/kubeletconfig/authentication", "anonymous"),
            without("/kubeletconfig/authorization", "mode"),
            whole.replace("\"enabled\":false", "\"enabled\":\"false\""),
        ] {
            let told = KubeletTold::of_answer("a", &bad);
            assert!(told.settings.is_none() && !told.why.is_empty(), "{bad}");
        }
        assert!(!KubeletTold::silent("a", "token=Xq7-kl2-Vv93aa was refused").why.contains("Xq7"));
    }
}
