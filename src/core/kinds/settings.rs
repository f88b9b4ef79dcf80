//! Settings of agents that are kept in the clear: flags and variables by which network plugins, meshes, log agents and runtime agents are
//! switched on and off. Only a plain word is
//! kept, never a text, so that nothing that could be a secret comes along.

/// Flags, without dashes, and variables.
const NAMES: &[&str] = &[
    "enable-network-policy",
    "policy-audit-mode",
    "enable-policy",
    "enable-k8s-networkpolicy",
    "run-firewall",
    "enable-np",
    "CILIUM_POLICY_AUDIT_MODE",
    "CILIUM_ENABLE_POLICY",
    "CILIUM_ENABLE_K8S_NETWORKPOLICY",
    "EXPECT_NPC",
    "LINKERD2_PROXY_INBOUND_DEFAULT_POLICY",
    "DD_LOGS_ENABLED",
    "DD_RUNTIME_SECURITY_CONFIG_ENABLED",
];

/// Words that such settings have.
const WORDS: &[&str] = &[
    "true",
    "false",
    "t",
    "f",
    "1",
    "0",
    "yes",
    "no",
    "on",
    "off",
    "default",
    "always",
    "never",
    "deny",
    "audit",
    "all-authenticated",
    "all-unauthenticated",
    "cluster-authenticated",
    "cluster-unauthenticated",
];

/// Whether a text is a word that such settings have.
pub(super) fn is_word(value: &str) -> bool {
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(value.trim()))
}

/// Whether a name is that of such a setting.
pub(super) fn is_name(name: &str) -> bool {
    NAMES.contains(&name.trim_start_matches('-'))
}

/// Whether a setting is kept with this value: by its name, dashes before it or not, and by what the value says.
#[must_use]
pub fn is_kept(name: &str, value: &str) -> bool {
    is_name(name) && is_word(value)
}

/// Whether an argument is one of them: `--name=word`, `--name` alone, or the word that follows such a flag.
pub(super) fn is_kept_argument(argument: &str, flag_before: &str) -> bool {
    match argument.strip_prefix('-') {
        Some(flag) => flag.split_once('=').map_or_else(|| is_kept(flag, "true"), |(name, value)| is_kept(name, value)),
        None => is_kept(flag_before, argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_of_known_settings_are_kept() {
        for (argument, before) in
            [("--enable-network-policy=false", ""), ("--policy-audit-mode", ""), ("never", "--enable-policy"), ("-run-firewall=0", "")]
        {
            assert!(is_kept_argument(argument, before), "{argument}");
        }
        for (argument, before) in
            [("--enable-policy=Sup3r-secret", ""), ("--token=true", ""), ("true", "--token"), ("hunter2", "--enable-policy"), ("true", "")]
        {
            assert!(!is_kept_argument(argument, before), "{argument}");
        }
    }
}
