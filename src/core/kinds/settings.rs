//! Settings of agents that are kept in the clear: flags and variables by which network plugins, meshes, ingress controllers, log agents and
//! runtime agents are switched on and off. Only a plain word, a port or the name of an object is kept, never a text, so that nothing that could be a
//! secret comes along.

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

/// Flags of ingress controllers that name a ConfigMap.
const MAPS: &[&str] = &["configmap", "nginx-configmaps"];

/// Settings of Traefik's entry points, behind `entrypoints.` and the name that people give one.
const ENTRY_POINTS: &[&str] = &["address", "http.tls", "http.redirections.entrypoint.to", "http.redirections.entrypoint.scheme"];

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
    is_name(name) && is_word(value) || names_map(name, value) || is_entry_point(name, value)
}

/// A ConfigMap by namespace and name, as the names of objects are: `$(POD_NAMESPACE)/nginx`.
fn names_map(name: &str, value: &str) -> bool {
    let own = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'));
    let part = |part: &str| matches!(part, "$(POD_NAMESPACE)" | "$(NAMESPACE)") || own(part);
    MAPS.contains(&name.trim_start_matches('-')) && value.split_once('/').is_some_and(|(namespace, name)| part(namespace) && own(name))
}

/// A setting of an entry point with a value that is a word, a port or the name of another one.
fn is_entry_point(name: &str, value: &str) -> bool {
    let name = name.trim_start_matches('-').to_ascii_lowercase();
    let Some((point, setting)) = name.strip_prefix("entrypoints.").and_then(|rest| rest.split_once('.')) else { return false };
    let named = |text: &str| (1..=32).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let port = |text: &str| {
        text.strip_prefix(':').is_some_and(|port| port.trim_end_matches("/tcp").trim_end_matches("/udp").parse::<u16>().is_ok())
    };
    let fits = match setting {
        "address" => port(value),
        "http.tls" => is_word(value),
        _ => port(value) || named(value),
    };
    named(point) && ENTRY_POINTS.contains(&setting) && fits
}

/// The flag of an argument of which it matters that it is given, whatever it says: a switch whose value is not understood is not its default, an
/// entry point that was not seen can't be judged, and beside a file of settings Traefik's flags count for nothing. None for any other.
pub(super) fn told_flag(argument: &str) -> Option<String> {
    let body = argument.strip_prefix('-')?.trim_start_matches('-');
    let name = body.split_once('=').map_or(body, |(name, _)| name).to_ascii_lowercase();
    if name == "configfile" || is_name(&name) || MAPS.contains(&name.as_str()) {
        return Some(name);
    }
    let (point, setting) = name.strip_prefix("entrypoints.")?.split_once('.')?;
    let plain = (1..=32).contains(&point.len()) && point.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    ENTRY_POINTS.contains(&setting).then(|| format!("entrypoints.{}.{setting}", if plain { point } else { "unnamed" }))
}

/// Whether an argument is one of them: `--name=word`, `--name` alone, or the word that follows such a flag.
pub(super) fn is_kept_argument(argument: &str, flag_before: &str) -> bool {
    match argument.strip_prefix('-') {
        Some(flag) => flag
            .split_once('=')
            .map_or_else(|| MAPS.contains(&flag.trim_start_matches('-')) || is_kept(flag, "true"), |(name, value)| is_kept(name, value)),
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
        for (argument, before) in [
            ("--configmap=$(POD_NAMESPACE)/nginx", ""),
            ("--configmap", ""),
            ("edge/nginx", "--configmap"),
            ("-nginx-configmaps=edge/nginx", ""),
            ("--entryPoints.web.http.redirections.entryPoint.to=websecure", ""),
            ("--entrypoints.web.address=:8000/tcp", ""),
            ("--entrypoints.websecure.http.tls", ""),
        ] {
            assert!(is_kept_argument(argument, before), "{argument}");
        }
        for argument in [
            "--configmap=Call Jane/x",
            "--configmap=edge",
            "--entrypoints.web.http.middlewares=hunter2",
            "--entrypoints.web.address=hunter2",
            "--entrypoints.web.http.redirections.entrypoint.to=hunter 2",
        ] {
            assert!(!is_kept_argument(argument, ""), "{argument}");
        }
        for (argument, before) in
            [("--enable-policy=Sup3r-secret", ""), ("--token=true", ""), ("true", "--token"), ("hunter2", "--enable-policy"), ("true", "")]
        {
            assert!(!is_kept_argument(argument, before), "{argument}");
        }
    }
}
