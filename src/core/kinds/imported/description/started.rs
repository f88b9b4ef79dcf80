//! Configuration files with which a control plane is started: kubeadm's ClusterConfiguration (v1beta3, v1beta4) and the `config.yaml` of K3s and RKE2. What
//! they say of flags is kept as flags of pods are; tokens, keys and all else is passed over.

use super::kept::{at, cluster_name, host, name, text, version};
use super::{About, Describer, Description, Said};
use crate::kinds::arguments::{Component, PASSED_ON, WITHHELD, is_listed, kept};
use serde_json::Value;

/// Reads the ClusterConfiguration among the documents of kubeadm's file; without one, what the others say.
pub(super) fn kubeadm(documents: &[Value]) -> Description {
    let mut told = Description::new(Describer::Kubeadm);
    for value in documents.iter().filter(|value| text(value, "kind") == Some("ClusterConfiguration")) {
        // Unless somebody chose one, every cluster of kubeadm has the name kubernetes, which names none.
        told.cluster.name = cluster_name(value, "clusterName");
        if told.cluster.name == "kubernetes" {
            told.cluster.name.clear();
        }
        told.cluster.hosts.extend(text(value, "controlPlaneEndpoint").and_then(host));
        told.cluster.version = version(value, "kubernetesVersion");
        for (path, component) in [
            ("apiServer.extraArgs", Component::ApiServer),
            ("controllerManager.extraArgs", Component::ControllerManager),
            ("scheduler.extraArgs", Component::Scheduler),
            ("etcd.local.extraArgs", Component::Etcd),
        ] {
            for (name, given) in arguments(value, path) {
                flag(&mut told, component, &name, given.as_deref(), path);
            }
        }
    }
    told
}

/// The flags that a ClusterConfiguration passes on, as it stands in the cluster's ConfigMap: component, flag, value. None where it is no such document.
pub(in crate::kinds) fn flags_of(text: &str) -> Option<Vec<[String; 3]>> {
    let mut options = serde_saphyr::Options::default();
    options.with_snippet = false;
    let value: Value = serde_saphyr::from_str_with_options(text, options).ok()?;
    if self::text(&value, "kind") != Some("ClusterConfiguration") {
        return None;
    }
    let told = kubeadm(&[value]);
    let words = told.about(About::Flag).map(|fact| <[String; 3]>::try_from(fact.said.list().to_vec()).ok());
    words.collect()
}

/// The same of flags that were kept before, so that a snapshot keeps no more than the program itself would.
pub(in crate::kinds) fn flags_again(flags: &[[String; 3]]) -> Vec<[String; 3]> {
    const COMPONENTS: [Component; 4] = [Component::ApiServer, Component::ControllerManager, Component::Scheduler, Component::Etcd];
    let mut told = Description::new(Describer::Kubeadm);
    for [program, name, value] in flags {
        if let Some(component) = COMPONENTS.into_iter().find(|component| component.program() == program) {
            flag(&mut told, component, name, Some(value), "");
        }
    }
    told.about(About::Flag).filter_map(|fact| <[String; 3]>::try_from(fact.said.list().to_vec()).ok()).collect()
}

/// Arguments as a list of names and values (v1beta4), or as a map (before).
fn arguments(value: &Value, path: &str) -> Vec<(String, Option<String>)> {
    match at(value, path) {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| (name.clone(), scalar(value))).collect(),
        Some(Value::Array(list)) => {
            list.iter().filter_map(|argument| Some((text(argument, "name")?.to_owned(), at(argument, "value").and_then(scalar)))).collect()
        }
        _ => vec![],
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Keeps a flag that checks read, by the rules of flags of pods; of its value what is made of words, paths and addresses alone.
fn flag(told: &mut Description, component: Component, flag: &str, value: Option<&str>, field: &str) {
    let flag = flag.trim_start_matches('-').replace('_', "-");
    if !is_listed(component, &flag) {
        return;
    }
    let value = value.and_then(|value| kept(component, &flag, value)).filter(|value| list(value)).unwrap_or_else(|| WITHHELD.to_owned());
    let field = format!("{field}[{flag}]");
    told.tell(About::Flag, field, Said::Words(vec![component.program().to_owned(), flag, value]));
}

/// Whether a value is a word, or several with commas between them.
fn list(value: &str) -> bool {
    value.split([',', '=']).all(|part| part.is_empty() || name(part).is_some())
}

/// Keys that only K3s and RKE2 have.
pub(super) const TELLING: &[&str] = &[
    "cluster-init",
    "disable-cloud-controller",
    "disable-kube-proxy",
    "disable-network-policy",
    "etcd-arg",
    "etcd-expose-metrics",
    "flannel-backend",
    "kube-apiserver-arg",
    "kube-controller-manager-arg",
    "kube-scheduler-arg",
    "kubelet-arg",
    "protect-kernel-defaults",
    "secrets-encryption",
    "secrets-encryption-provider",
    "write-kubeconfig-mode",
];

/// Whether a document is such a `config.yaml`: it has a telling key, and all its keys are options in their form.
pub(super) fn is_k3s(value: &Value) -> bool {
    let Some(map) = value.as_object() else { return false };
    let option = |key: &String| {
        let key = key.trim_end_matches('+');
        key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    map.keys().all(option) && map.keys().any(|key| TELLING.contains(&key.trim_end_matches('+')))
}

/// Reads a `config.yaml`. A key with a plus at its end adds to a list.
pub(super) fn k3s(value: &Value) -> Description {
    let mut told = Description::new(Describer::K3s);
    let Some(map) = value.as_object() else { return told };
    for (key, value) in map {
        let option = key.trim_end_matches('+');
        if let Some((_, component)) = PASSED_ON.iter().find(|(name, _)| *name == option) {
            let single = [value.clone()];
            for argument in value.as_array().map_or(&single[..], Vec::as_slice).iter().filter_map(Value::as_str) {
                let (name, value) = argument.trim_start_matches('-').split_once('=').map_or((argument, None), |(n, v)| (n, Some(v)));
                flag(&mut told, *component, name, Some(value.unwrap_or("true")), option);
            }
        } else {
            flag(&mut told, Component::Server, option, scalar(value).as_deref(), option);
        }
        // RKE2 names the policy of the audit log at the top.
        if option == "audit-policy-file" {
            flag(&mut told, Component::ApiServer, option, value.as_str(), option);
        }
    }
    told
}
