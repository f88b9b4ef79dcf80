//! The ConfigMap `kubeadm-config`: with which flags kubeadm starts the control plane, by the ClusterConfiguration that it keeps for the next upgrade and
//! for nodes that join. Of its text the flags are kept that checks read, in place of the text.

use super::imported;
use super::sealed::Sealed;

/// The key of the ConfigMap that holds it.
pub const KEY: &str = "ClusterConfiguration";

/// Whether a ConfigMap is that of kubeadm.
#[must_use]
pub fn is(namespace: &str, name: &str) -> bool {
    namespace == "kube-system" && name == "kubeadm-config"
}

/// What is kept of the text: component, flag and value of each, as JSON; none where it can't be read. Of what was kept before it makes the same again.
pub(super) fn kept(text: &str) -> Option<String> {
    let flags = match serde_json::from_str::<Vec<[String; 3]>>(text) {
        Ok(flags) => imported::kubeadm_flags_again(&flags),
        Err(_) => imported::kubeadm_flags(text)?,
    };
    serde_json::to_string(&flags).ok()
}

/// The flags, from what was kept: program, flag, value. None where they could not be read.
#[must_use]
pub fn of(value: &Sealed) -> Option<Vec<[String; 3]>> {
    serde_json::from_str(value.text()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::config::ConfigMap;
    use serde_json::json;

    #[test]
    fn of_the_text_only_flags_that_checks_read_stay() {
        let list = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: MARKER\napiServer:\n  extraArgs:\n  - {name: audit-log-path, value: /var/log/audit.log}\n  - {name: external-hostname, value: MARKER}\n  - {name: oidc-issuer-url, value: \"https://u:MARKER@idp.acme.example\"}\netcd: {local: {extraArgs: [{name: client-cert-auth, value: \"false\"}]}}\n";
        let mut map: ConfigMap =
            serde_json::from_value(json!({"metadata": {"namespace": "kube-system", "name": "kubeadm-config"}, "data": {"ClusterConfiguration": list, "other": "MARKER"}})).unwrap_or_default();
        map.seal();
        let text = serde_json::to_string(&map).unwrap_or_default();
        assert!(!text.contains("MARKER"), "{text}");
        let flags = map.data.get(KEY).and_then(of).unwrap_or_default();
        assert!(flags.contains(&["kube-apiserver".into(), "audit-log-path".into(), "/var/log/audit.log".into()]), "{flags:?}");
        assert!(flags.contains(&["etcd".into(), "client-cert-auth".into(), "false".into()]), "{flags:?}");
        // What a snapshot gives back is read the same.
        let mut again: ConfigMap = serde_json::from_str(&text).unwrap_or_default();
        again.seal();
        assert_eq!(again.data.get(KEY).and_then(of), Some(flags));
    }

    #[test]
    fn older_forms_are_read_and_what_is_none_is_not() {
        let map = "kind: ClusterConfiguration\napiServer: {extraArgs: {profiling: \"false\"}}\n";
        assert_eq!(kept(map).as_deref(), Some(r#"[["kube-apiserver","profiling","false"]]"#));
        assert_eq!(kept("kind: ClusterConfiguration\n").as_deref(), Some("[]"));
        assert_eq!(
            kept(r#"[["kube-apiserver","profiling","false"],["kube-apiserver","other","MARKER"],["MARKER","profiling","x"]]"#).as_deref(),
            Some(r#"[["kube-apiserver","profiling","false"]]"#)
        );
        for text in ["", "kind: InitConfiguration", "[", "- a", "apiServer: {extraArgs: {profiling: x}}"] {
            assert_eq!(kept(text), None, "{text}");
        }
    }
}
