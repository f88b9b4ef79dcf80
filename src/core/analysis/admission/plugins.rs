//! Whether the API server runs the admission plugins behind which everything else stands: Pod Security admission, its own policies, the webhooks.
//! All are on by default; the API server's command line may switch them off, and then labels, policies and webhooks are there and refuse nothing.

use crate::analysis::control_plane;
use crate::analysis::control_plane::counted::Admission;
use crate::analysis::flags::CommandLine;
use crate::kinds::{Inventory, VersionFrom};
use crate::model::ObjectRef;

/// An admission plugin of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    /// Pod Security admission: there since 1.22, on by default since 1.23, no longer to be switched off by its feature gate since 1.25.
    PodSecurity,
    /// Validating admission policies.
    Policies,
    /// Webhooks that may change what they are asked about, and refuse it.
    MutatingWebhooks,
    /// Webhooks that may refuse.
    ValidatingWebhooks,
}

/// Whether a plugin runs, as far as can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// It does: nothing shown switches it off.
    On,
    /// It may not: why that can't be told.
    Unsure(String),
    /// It does not.
    Off(SwitchedOff),
}

/// What shows that a plugin does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchedOff {
    /// Flag or version: `--disable-admission-plugins=PodSecurity`.
    pub by: String,
    /// The API server's pod or node; none where its version tells it.
    pub object: Option<ObjectRef>,
}

impl Plugin {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PodSecurity, Self::Policies, Self::MutatingWebhooks, Self::ValidatingWebhooks];

    /// Its name in flags, and in what servers count.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PodSecurity => "PodSecurity",
            Self::Policies => "ValidatingAdmissionPolicy",
            Self::MutatingWebhooks => "MutatingAdmissionWebhook",
            Self::ValidatingWebhooks => "ValidatingAdmissionWebhook",
        }
    }

    /// How it was seen to run.
    #[must_use]
    pub fn counted(self, inventory: &Inventory) -> Admission {
        Admission::of(inventory, self.name())
    }

    /// Whether it runs in every API server that is shown. One that lacks it is enough to be asked past it.
    #[must_use]
    pub fn running(self, inventory: &Inventory) -> Running {
        let minor = inventory.minor();
        let lines = control_plane::api_servers(inventory);
        let mut worst = if self == Self::PodSecurity { since(inventory, &lines) } else { Running::On };
        for line in &lines {
            match (self.in_line(line, minor), &worst) {
                (off @ Running::Off(_), _) => return off,
                (unsure @ Running::Unsure(_), Running::On) => worst = unsure,
                _ => {}
            }
        }
        // What a flag leaves open, counters may tell: if it ran in each server that answered, and as many answered as show flags.
        let counted = self.counted(inventory);
        let everywhere = counted.running == counted.servers && counted.servers >= lines.len().max(1);
        if matches!(worst, Running::Unsure(_)) && everywhere { Running::On } else { worst }
    }

    fn in_line(self, line: &CommandLine, minor: Option<u32>) -> Running {
        let off =
            |flag: &str, value: &str| Running::Off(SwitchedOff { by: format!("--{flag}={value}"), object: Some(line.object.clone()) });
        let sealed = |flag: &str| line.flags.iter().any(|f| f.name == flag && f.value.is_none());
        let named = |flag: &str| line.list(flag).contains(&self.name());
        // The old flag lists all plugins that run, and what it does not name does not.
        if !line.list("admission-control").is_empty() && !named("admission-control") {
            return off("admission-control", &line.list("admission-control").join(","));
        }
        if named("disable-admission-plugins") {
            return if named("enable-admission-plugins") {
                Running::Unsure(format!("the API server's flags name {} as switched on and off at once", self.name()))
            } else {
                off("disable-admission-plugins", self.name())
            };
        }
        if self == Self::PodSecurity && minor.is_none_or(|minor| minor < 25) && gate(line, "PodSecurity") == Some(false) {
            return off("feature-gates", "PodSecurity=false");
        }
        match ["admission-control", "disable-admission-plugins"].into_iter().find(|flag| sealed(flag)) {
            Some(flag) => Running::Unsure(format!("the API server's flag --{flag} can't be read")),
            None => Running::On,
        }
    }
}

/// Flags that switch plugins off which an API server counted as they ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// What shows the flags.
    pub line: CommandLine,
    /// The plugins, each with the flag (`--disable-admission-plugins=PodSecurity`).
    pub plugins: Vec<(Plugin, String)>,
}

/// Command lines of which counters say something else: not all API servers run with the same flags.
#[must_use]
pub fn disputed(inventory: &Inventory) -> Vec<Disputed> {
    let minor = inventory.minor();
    let of_line = |line: CommandLine| {
        let off = |plugin: Plugin| match plugin.in_line(&line, minor) {
            Running::Off(off) => Some((plugin, off.by)).filter(|_| plugin.counted(inventory).running > 0),
            Running::On | Running::Unsure(_) => None,
        };
        let plugins: Vec<_> = Plugin::ALL.into_iter().filter_map(off).collect();
        (!plugins.is_empty()).then_some(Disputed { line, plugins })
    };
    control_plane::api_servers(inventory).into_iter().filter_map(of_line).collect()
}

/// Pod Security admission by the server's version. One that is known by its kubelets alone is not older than these, and may be newer.
fn since(inventory: &Inventory, lines: &[CommandLine]) -> Running {
    let Some(minor) = inventory.minor().filter(|minor| *minor < 23) else { return Running::On };
    if minor == 22 && !lines.is_empty() && lines.iter().all(|line| gate(line, "PodSecurity") == Some(true)) {
        return Running::On;
    }
    if inventory.cluster.version_from == VersionFrom::Kubelets {
        return Running::Unsure(format!("the newest kubelet is of Kubernetes 1.{minor}, and up to 1.22 no API server has it on by itself"));
    }
    Running::Off(SwitchedOff { by: format!("Kubernetes 1.{minor}"), object: None })
}

/// What a command line says of a feature gate; the last word holds.
fn gate(line: &CommandLine, name: &str) -> Option<bool> {
    let mut said = line.list("feature-gates").into_iter().filter_map(|pair| pair.split_once('=')).filter(|(gate, _)| gate.trim() == name);
    said.next_back().map(|(_, value)| value.trim().eq_ignore_ascii_case("true"))
}

/// Whether Pod Security admission may leave out users, namespaces or runtime classes: such exemptions lie in a file that the API server is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exemptions {
    /// Every API server shows its flags, and none is given such a file.
    None,
    /// One is given such a file, which no API shows.
    File,
    /// Flags don't show.
    Unseen,
}

/// What can be seen of the exemptions of Pod Security admission.
#[must_use]
pub fn exemptions(inventory: &Inventory) -> Exemptions {
    let lines = control_plane::api_servers(inventory);
    if lines.iter().any(|line| line.is_set("admission-control-config-file")) {
        Exemptions::File
    } else if lines.is_empty() || !control_plane::blind(inventory, &lines).is_empty() {
        Exemptions::Unseen
    } else {
        Exemptions::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn cluster(version: &str, command: &[&[&str]]) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        ingest.cluster().version = version.to_owned();
        for (at, flags) in command.iter().enumerate() {
            let meta = json!({"name": format!("kube-apiserver-{at}"), "namespace": "kube-system", "annotations": {"kubernetes.io/config.mirror": "x"},
                              "labels": {"tier": "control-plane", "component": "kube-apiserver"}});
            let words: Vec<&str> = std::iter::once("kube-apiserver").chain(flags.iter().copied()).collect();
            let container = json!({"name": "kube-apiserver", "image": "registry.k8s.io/kube-apiserver:v1.34.1", "command": words});
            ingest.object(
                Kind::Pods,
                &json!({"metadata": meta, "spec": {"nodeName": format!("cp-{at}"), "containers": [container]}}).to_string(),
            );
        }
        ingest.finish()
    }

    fn off(plugin: Plugin, version: &str, command: &[&[&str]]) -> bool {
        matches!(plugin.running(&cluster(version, command)), Running::Off(_))
    }

    #[test]
    fn one_api_server_without_a_plugin_is_enough() {
        let usual: &[&str] = &["--anonymous-auth=false"];
        assert_eq!(Plugin::PodSecurity.running(&cluster("v1.34.1", &[usual])), Running::On);
        assert!(off(Plugin::PodSecurity, "v1.34.1", &[usual, &["--disable-admission-plugins", "NodeRestriction,PodSecurity"]]));
        assert!(off(Plugin::ValidatingWebhooks, "v1.34.1", &[&["--disable_admission_plugins=ValidatingAdmissionWebhook"]]));
        assert!(off(Plugin::Policies, "v1.20.0", &[&["--admission-control=NamespaceLifecycle,PodSecurity"]]));
        assert!(!off(Plugin::PodSecurity, "v1.34.1", &[&["--disable-admission-plugins=PodSecurityPolicy"]]));
        let both: &[&str] = &["--disable-admission-plugins=PodSecurity", "--enable-admission-plugins=PodSecurity"];
        assert!(matches!(Plugin::PodSecurity.running(&cluster("v1.34.1", &[both])), Running::Unsure(_)));
    }

    #[test]
    fn old_servers_have_no_pod_security_admission() {
        let gates: &[&[&str]] = &[&["--feature-gates=A=true,PodSecurity=true"]];
        assert!(off(Plugin::PodSecurity, "v1.22.17", &[&["--v=2"]]) && !off(Plugin::PodSecurity, "v1.22.17", gates));
        assert!(off(Plugin::PodSecurity, "v1.21.1", gates) && !off(Plugin::Policies, "v1.21.1", gates));
        let without: &[&[&str]] = &[&["--feature-gates=PodSecurity=false"]];
        assert!(off(Plugin::PodSecurity, "v1.24.1", without) && !off(Plugin::PodSecurity, "v1.25.0", without));
    }

    #[test]
    fn exemptions_are_read_from_the_command_line() {
        let seen = |flags: &[&[&str]]| exemptions(&cluster("v1.36.1", flags));
        assert_eq!((seen(&[]), seen(&[&["--v=2"]])), (Exemptions::Unseen, Exemptions::None));
        assert_eq!(seen(&[&["--v=2"], &["--admission-control-config-file=/etc/adm.yaml"]]), Exemptions::File);
    }
}
