//! What a policy demands of pods, told from its own text. A pattern is walked by its keys; an expression (CEL, JMESPath) is searched for the
//! fields of a pod that it names, which is as far as one can go without running it.

use serde_json::Value;
use std::collections::BTreeSet;

/// Something that a policy may demand of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Demand {
    /// No privileged containers.
    Privileged,
    /// Not the node's network.
    HostNetwork,
    /// Not the node's processes.
    HostPid,
    /// Not the node's IPC.
    HostIpc,
    /// No directories of the node.
    HostPath,
    /// No root.
    NonRoot,
    /// Images of permitted registries alone.
    Registries,
    /// Signed images alone.
    Signatures,
    /// Images with a good scan alone.
    Vulnerabilities,
}

impl Demand {
    /// What together keeps a pod from the node.
    pub const NODE: [Self; 5] = [Self::Privileged, Self::HostNetwork, Self::HostPid, Self::HostIpc, Self::HostPath];

    /// What is demanded of each container, and so can be demanded of some kinds of containers only.
    pub(super) const OF_CONTAINERS: [Self; 3] = [Self::Privileged, Self::NonRoot, Self::Registries];

    /// What it demands, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Privileged => "no privileged containers",
            Self::HostNetwork => "no network of the node",
            Self::HostPid => "no processes of the node",
            Self::HostIpc => "no IPC of the node",
            Self::HostPath => "no hostPath volumes",
            Self::NonRoot => "no root",
            Self::Registries => "trusted registries alone",
            Self::Signatures => "signed images alone",
            Self::Vulnerabilities => "scanned images alone",
        }
    }
}

/// The demands of a text: an expression, or a pattern as JSON.
pub(super) fn of_text(text: &str) -> BTreeSet<Demand> {
    let mut found = BTreeSet::new();
    if word(text, "privileged") {
        found.insert(Demand::Privileged);
    }
    for (field, demand) in [("hostNetwork", Demand::HostNetwork), ("hostPID", Demand::HostPid), ("hostIPC", Demand::HostIpc)] {
        if word(text, field) {
            found.insert(demand);
        }
    }
    if word(text, "hostPath") {
        found.insert(Demand::HostPath);
    }
    if ["runAsNonRoot", "runAsUser"].iter().any(|field| word(text, field)) {
        found.insert(Demand::NonRoot);
    }
    found
}

/// Which of these demands a text makes of some containers alone: whoever writes a pod then puts into an init container what is refused there, and
/// whoever may debug pods puts it into an ephemeral one.
pub(super) fn of_some_containers(text: &str, demands: &BTreeSet<Demand>) -> BTreeSet<Demand> {
    let all = text.contains("initContainers") && text.contains("ephemeralContainers");
    if !word(text, "containers") || all || text.contains("allContainers") {
        return BTreeSet::new();
    }
    Demand::OF_CONTAINERS.into_iter().filter(|demand| demands.contains(demand)).collect()
}

/// Whether a text has a name as a word of its own: `unprivileged` does not speak of `privileged`.
fn word(text: &str, name: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(name).any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + name.len()..].chars().next()))
}

/// Whether an expression compares where images come from: it names images, and a registry or the beginning of a reference.
pub(super) fn compares_registries(text: &str) -> bool {
    let comparing = ["startsWith(", "matches(", "starts_with("].iter().any(|function| text.contains(function));
    text.contains("image") && (word(text, "registry") || word(text, "registries") || (comparing && text.contains('/')))
}

/// Whether a pattern compares where images come from: under a key that means `image` stands a text with a path, not merely a tag.
pub(super) fn pattern_of_registries(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, below)| {
            let bare = key.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            (bare == "image" && below.as_str().is_some_and(names_registries)) || pattern_of_registries(below)
        }),
        Value::Array(list) => list.iter().any(pattern_of_registries),
        _ => false,
    }
}

/// Whether each alternative of a pattern on images begins with something that is not merely a wildcard.
fn names_registries(pattern: &str) -> bool {
    pattern.split('|').all(|alternative| {
        let alternative = alternative.trim();
        let host = alternative.split('/').next().unwrap_or_default();
        alternative.contains(['/', '.']) && !host.starts_with('!') && host.contains(|c: char| c.is_ascii_alphanumeric())
    })
}
