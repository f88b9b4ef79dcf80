//! Policies and webhooks that an API server takes from a folder of its own (static manifests: `staticManifestsDir` of the plugins' settings in its admission
//! configuration; alpha 1.36, on by itself since 1.37). Their names end with `.static.k8s.io`, they are enforced, and no list shows them. So where they are
//! possible, that no policy refuses something is never certain.

use super::control_plane;
use super::described;
use super::distribution;
use super::flags::{CommandLine, Seen};
use crate::kinds::imported::{About, Describer, Said};
use crate::kinds::{ControlPlaneRecord, Inventory};
use std::collections::BTreeSet;

/// The gate by which they are read at all.
const GATE: &str = "ManifestBasedAdmissionControlConfig";
/// The file that names the folder.
const FILE: &str = "admission-control-config-file";

/// Whether policies may be in force that no list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// There are none: why.
    None(String),
    /// There may be some: why that can't be told.
    Possible(String),
    /// There are some: what shows it.
    There(String),
}

impl Unlisted {
    /// What is said where something was found to be refused by nothing; none where the lists are all that there is.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            Self::None(_) => None,
            Self::Possible(why) => Some(format!(
                "Policies from a folder of the API server (static manifests) appear in no list, and there may be some: {why}."
            )),
            Self::There(what) => {
                Some(format!("Policies from a folder of the API server (static manifests) are in force, and no list shows them: {what}."))
            }
        }
    }
}

/// What can be seen of it.
#[must_use]
pub fn unlisted(inventory: &Inventory) -> Unlisted {
    let loaded = loaded(inventory);
    if !loaded.is_empty() {
        return Unlisted::There(format!("an API server tells at /metrics that {} took some", joined(&loaded)));
    }
    let minor = inventory.minor();
    if minor.is_some_and(|minor| minor < 36) {
        return Unlisted::None("API servers before Kubernetes 1.36 don't know them".to_owned());
    }
    let lines = control_plane::api_servers(inventory);
    let blind = control_plane::blind(inventory, &lines);
    // What one server tells of itself holds for no other, and an annotation does not tell what the distribution adds.
    let all_seen = !lines.is_empty() && blind.is_empty() && lines.iter().all(|line| line.seen == Seen::Pod);
    let named = folders(inventory);
    let set = lines.iter().find(|line| line.is_set(FILE));
    if let Some(line) = set {
        let file = line.value(FILE).unwrap_or("(sealed)");
        return match named {
            Folders::Named(plugins) => Unlisted::There(format!(
                "an attached admission configuration gives a folder to {}, and {} is started with --{FILE}={file}",
                joined(&plugins),
                line.object
            )),
            Folders::NotKnown => Unlisted::Possible(format!(
                "{} is started with --{FILE}={file}, and settings of plugins stand in files of their own",
                line.object
            )),
            Folders::Nothing => Unlisted::Possible(format!(
                "{} is started with --{FILE}={file}, which no API shows; the file that was attached names no folder",
                line.object
            )),
            Folders::NoFile => Unlisted::Possible(format!("{} is started with --{FILE}={file}, which no API shows", line.object)),
        };
    }
    if let Folders::Named(plugins) = named {
        return Unlisted::Possible(format!(
            "an attached admission configuration gives a folder to {}, and no flag that is seen names such a file",
            joined(&plugins)
        ));
    }
    if all_seen {
        return Unlisted::None(format!("every API server shows its flags, and none has --{FILE}"));
    }
    if minor == Some(36)
        && !lines.is_empty()
        && blind.is_empty()
        && lines.iter().all(|line| gate(line) != Some(true))
        && !distribution::is_managed(&inventory.cluster.distribution)
    {
        return Unlisted::None(format!("in Kubernetes 1.36 the gate {GATE} is off where no flag switches it on"));
    }
    Unlisted::Possible(if lines.is_empty() {
        "the API server's flags don't show".to_owned()
    } else {
        "not every API server shows its flags".to_owned()
    })
}

/// Plugins that took some, as servers told at `/metrics`.
fn loaded(inventory: &Inventory) -> BTreeSet<String> {
    let record = inventory.cluster.control_plane.as_deref();
    record
        .into_iter()
        .flat_map(ControlPlaneRecord::told_metrics)
        .flat_map(|(_, metrics)| metrics.static_manifests.iter().cloned())
        .collect()
}

/// What attached admission configurations say of folders.
enum Folders {
    NoFile,
    /// The files name none.
    Nothing,
    /// Settings of a plugin stand elsewhere, or can't be read.
    NotKnown,
    /// These plugins are given one.
    Named(BTreeSet<String>),
}

fn folders(inventory: &Inventory) -> Folders {
    let all = inventory.imported.iter().filter_map(described::description).filter(|told| told.by == Describer::Admission);
    let (mut files, mut named, mut not_known) = (0, BTreeSet::new(), false);
    for told in all {
        files += 1;
        for fact in told.about(About::StaticManifests) {
            match &fact.said {
                Said::Words(plugin) => named.extend(plugin.iter().cloned()),
                Said::No => {}
                _ => not_known = true,
            }
        }
    }
    match (files, named.is_empty(), not_known) {
        (0, ..) => Folders::NoFile,
        (_, false, _) => Folders::Named(named),
        (.., true) => Folders::NotKnown,
        _ => Folders::Nothing,
    }
}

fn gate(line: &CommandLine) -> Option<bool> {
    let said = line
        .list("feature-gates")
        .into_iter()
        .filter_map(|pair| pair.split_once('='))
        .rfind(|(name, _)| name.trim().trim_start_matches("kube:") == GATE);
    said.map(|(_, value)| value.trim().eq_ignore_ascii_case("true"))
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::imported::Imported;
    use crate::kinds::{Ingest, KindState, ServerMetrics, ServerRecord, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn cluster(version: &str, args: Option<&[&str]>, file: Option<&str>, loaded: &[&str]) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.cluster().version = version.to_owned();
        ingest.cluster().distribution = "kubeadm".to_owned();
        let metrics = ServerMetrics { static_manifests: loaded.iter().map(|own| (*own).to_owned()).collect(), ..ServerMetrics::default() };
        let mut record = ControlPlaneRecord::default();
        record.take(ServerRecord { metrics: Some(metrics), ..ServerRecord::default() });
        ingest.cluster().control_plane = Some(Box::new(record));
        for kind in [Kind::Pods, Kind::Nodes] {
            ingest.state(kind, KindState::Read, "");
        }
        if let Some(args) = args {
            let command: Vec<&str> = ["kube-apiserver"].iter().chain(args).copied().collect();
            let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver-a", "namespace": "kube-system", "labels": {"tier": "control-plane", "component": "kube-apiserver"}, "annotations": {"kubernetes.io/config.mirror": "x"}}, "spec": {"nodeName": "a", "containers": [{"name": "kube-apiserver", "image": "registry.k8s.io/kube-apiserver:v1.37.2", "command": command}]}});
            ingest.object(Kind::Pods, &pod.to_string());
        }
        let mut inventory = ingest.finish();
        inventory.imported.extend(file.and_then(|text| Imported::recognise("admission.yaml", text.as_bytes())));
        inventory
    }

    const NAMES: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: ValidatingAdmissionPolicy\n  configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: ValidatingAdmissionPolicyConfiguration, staticManifestsDir: /etc/kubernetes/policies}\n";
    const NONE: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: ValidatingAdmissionPolicy\n  configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: ValidatingAdmissionPolicyConfiguration}\n";

    #[test]
    fn only_what_shows_everything_rules_them_out() {
        let set: &[&str] = &["--admission-control-config-file=/etc/kubernetes/admission.yaml"];
        for (version, args, file, loaded, wanted) in [
            ("v1.35.9", None, None, &[][..], "none"),
            ("v1.35.9", Some(set), Some(NAMES), &[], "none"),
            ("v1.37.2", None, None, &[], "possible"),
            ("v1.37.2", Some(&["--profiling=false"][..]), None, &[], "none"),
            ("v1.37.2", Some(set), None, &[], "possible"),
            ("v1.37.2", Some(set), Some(NONE), &[], "possible"),
            ("v1.37.2", Some(set), Some(NAMES), &[], "there"),
            ("v1.37.2", Some(&["--profiling=false"]), Some(NAMES), &[], "possible"),
            ("v1.37.2", None, Some(NAMES), &[], "possible"),
            ("v1.37.2", Some(&["--profiling=false"]), None, &["MutatingAdmissionPolicy"], "there"),
            ("", None, None, &[], "possible"),
        ] {
            let told = unlisted(&cluster(version, args, file, loaded));
            let word = match &told {
                Unlisted::None(_) => "none",
                Unlisted::Possible(_) => "possible",
                Unlisted::There(_) => "there",
            };
            assert_eq!(word, wanted, "{version} {args:?} {loaded:?}: {told:?}");
            assert_eq!(told.words().is_none(), wanted == "none");
        }
    }
}
