//! Judge of `4.3/mesh-encryption`: for which workloads in scope the cluster's own means encrypt what passes between pods.
//!
//! Two kinds of means are known. A network plugin may encrypt everything between nodes: Cilium with WireGuard or IPsec, Calico with WireGuard. A mesh
//! encrypts between its members: under Istio a workload takes nothing else where the effective PeerAuthentication (its own, else its namespace's, else
//! the mesh's) is STRICT and a proxy stands before it, under Linkerd where its policies ask for members of the mesh ([`linkerd`]); else plaintext is
//! still taken. Annotations may take ports of a pod out of its proxy. It is an indicator: an application may encrypt by itself, and that does not show here. So what is not seen is asked, never failed.

use super::linkerd;
use crate::analysis::software;
use crate::judging::{Verdict, View};
use crate::kinds::custom::Custom;
use crate::kinds::rbac::LabelSelector;
use crate::kinds::{PodSpec, Sealed, Workload};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The label by which namespaces and pods join Istio's mesh without proxies of their own.
const DATAPLANE: &str = "istio.io/dataplane-mode";

/// How far a workload is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cover {
    /// Only encrypted connections are taken.
    Strict,
    /// Members of its mesh encrypt; others may come without.
    Taken,
    /// Some of its ports are taken out of the proxy that encrypts.
    Past,
    /// Its mesh is told not to encrypt.
    Off,
    /// Nothing is seen.
    None,
}

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let between_nodes = between_nodes(view);
    let istio = Istio::of(view);
    let mut open: BTreeMap<(&str, Cover), Vec<String>> = BTreeMap::new();
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        // What network plugins encrypt is the traffic of pods: a pod on its node's network sends as the node does.
        let carried = !between_nodes.is_empty() && !view.specs(workload).any(|(spec, _)| spec.host_network);
        if !category.in_scope() || carried {
            continue;
        }
        let (mut cover, why) = cover(view, &istio, workload);
        let mut name = format!("{}/{}", workload.object.kind, workload.object.name);
        if matches!(cover, Cover::Strict | Cover::Taken)
            && let Some(words) = past_the_proxy(view, workload)
        {
            cover = Cover::Past;
            name = format!("{name} ({words})");
        } else if let Some(why) = why {
            name = format!("{name} ({why})");
        }
        if cover != Cover::Strict {
            open.entry((workload.object.namespace.as_str(), cover)).or_default().push(name);
        }
    }
    for ((namespace, cover), names) in open {
        verdict.find(finding(view.category(namespace), namespace, cover, &names));
    }
    if !between_nodes.is_empty() {
        verdict.note(format!("Encrypted between nodes by the network plugin: {}.", between_nodes.join(", ")));
    }
    verdict
}

fn finding(category: Category, namespace: &str, cover: Cover, names: &[String]) -> Finding {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
    let (rule, severity, message) = match cover {
        Cover::Off => {
            ("switched_off", Severity::Medium, "The mesh is told not to encrypt here: somebody must say what protects these connections.")
        }
        Cover::Past => (
            "ports_taken_out",
            Severity::Medium,
            "Annotations take some connections of these workloads past the mesh's proxy: what comes or goes there is neither encrypted nor asked who it is.",
        ),
        Cover::Taken => ("plaintext_taken", Severity::Low, "The mesh encrypts between its members and still takes plaintext from others."),
        Cover::None | Cover::Strict => (
            "not_seen",
            Severity::Low,
            "Neither the network plugin nor a mesh is seen to encrypt what passes between these pods; an application may do so itself.",
        ),
    };
    Finding::new(category, ObjectRef::of_namespace(namespace), "traffic")
        .rule(rule)
        .review()
        .severity(severity)
        .observed(format!("{shown}{more}"))
        .message(message)
}

/// Network plugins that encrypt between nodes, in words, by their settings.
fn between_nodes(view: &View<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for map in view.inventory.config_maps.iter().filter(|map| map.metadata.name == "cilium-config") {
        let is_on = |key: &str| map.data.get(key).and_then(|value| value.kept.as_deref()).is_some_and(|text| text.trim() == "true");
        for (key, name) in [("enable-wireguard", "Cilium with WireGuard"), ("enable-ipsec", "Cilium with IPsec")] {
            if is_on(key) {
                found.push(format!("{name} (ConfigMap {}/cilium-config, {key})", map.metadata.namespace));
            }
        }
    }
    // Settings of single nodes (node.NAME) go before those for all; one node that sends in clear is enough.
    let wireguard = |settings: &Custom| settings.parts.get("/spec/wireguardEnabled").and_then(Value::as_bool);
    let felix = customs(view, Kind::FelixConfigurations);
    let for_all = felix.iter().any(|settings| settings.metadata.name == "default" && wireguard(settings) == Some(true));
    if for_all && felix.iter().all(|settings| wireguard(settings) != Some(false)) {
        found.push("Calico with WireGuard (FelixConfiguration default, wireguardEnabled)".to_owned());
    }
    // Settings are of a plugin that may have been replaced: they count where its pods run.
    let plugins = software::with_role(view.inventory, &view.tables.software, "network-plugin");
    found.retain(|words| plugins.iter().any(|p| words.split(' ').next().is_some_and(|name| p.software.name.contains(name))));
    found
}

fn customs<'a>(view: &View<'a>, kind: Kind) -> &'a [Custom] {
    view.inventory.customs.get(&kind).map_or(&[], Vec::as_slice)
}

/// Istio's demands.
struct Istio<'a> {
    all: &'a [Custom],
    /// Namespaces whose demands hold for the whole mesh.
    roots: BTreeSet<&'a str>,
    /// Whether a node proxy runs, without which ambient mode does nothing.
    ambient: bool,
}

impl<'a> Istio<'a> {
    fn of(view: &View<'a>) -> Self {
        let plays = |workload: &Workload, image: &str| {
            view.specs(workload).any(|(spec, _)| spec.containers.iter().any(|c| c.image.contains(image)))
        };
        let mut roots: BTreeSet<&str> = ["istio-system"].into();
        roots.extend(view.inventory.workloads.iter().filter(|w| plays(w, "istio/pilot")).map(|w| w.object.namespace.as_str()));
        let ambient = view.inventory.workloads.iter().any(|w| plays(w, "ztunnel"));
        Self { all: customs(view, Kind::PeerAuthentications), roots, ambient }
    }

    /// The mode that holds for pods with these labels; none where nothing is said.
    fn mode(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Option<MutualTls> {
        let selector = |one: &Custom| {
            one.parts.get("/spec/selector").filter(|v| !v.is_null()).map(|v| serde_json::from_value::<LabelSelector>(v.clone()))
        };
        let own =
            |one: &&Custom| one.metadata.namespace == namespace && selector(one).is_some_and(|s| s.map_or(true, |s| s.matches(labels)));
        let of = |wanted: &dyn Fn(&str) -> bool| {
            let plain = self.all.iter().filter(|one| wanted(&one.metadata.namespace) && selector(one).is_none());
            said(plain)
        };
        said(self.all.iter().filter(own)).or_else(|| of(&|place| place == namespace)).or_else(|| of(&|place| self.roots.contains(place)))
    }
}

/// What a demand says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MutualTls {
    Strict,
    Permissive,
    Disable,
}

/// The weakest of what some demands of one place say: which of several holds depends on their age. Those that leave it to the wider place say nothing,
/// but for ports that they take out.
fn said<'c>(demands: impl Iterator<Item = &'c Custom>) -> Option<MutualTls> {
    let read = |word: Option<&str>| match word {
        Some("STRICT") => Some(MutualTls::Strict),
        Some("PERMISSIVE") => Some(MutualTls::Permissive),
        Some("DISABLE") => Some(MutualTls::Disable),
        // A mode of tomorrow is not taken for a strict one.
        Some("UNSET") | None => None,
        Some(_) => Some(MutualTls::Permissive),
    };
    demands
        .flat_map(|one| {
            let ports = one.parts.get("/spec/portLevelMtls").and_then(Value::as_object);
            let of_ports = ports.into_iter().flatten().filter_map(move |(_, port)| read(port.get("mode").and_then(Value::as_str)));
            let whole = read(one.parts.get("/spec/mtls/mode").and_then(Value::as_str));
            whole.into_iter().chain(of_ports.filter(|mode| *mode != MutualTls::Strict))
        })
        .max()
}

/// How a workload is covered, and why not wholly, where that is to be told.
fn cover(view: &View<'_>, istio: &Istio<'_>, workload: &Workload) -> (Cover, Option<String>) {
    let namespace = workload.object.namespace.as_str();
    let labels = &workload.pod_labels;
    let has = |spec: &PodSpec, name: &str| spec.all_containers().any(|(_, container)| container.name == name);
    let of_namespace = view.inventory.namespace_labels(namespace).get(DATAPLANE);
    let ambient = istio.ambient && labels.get(DATAPLANE).or(of_namespace).is_some_and(|mode| mode == "ambient");
    let open = view.specs(workload).any(|(spec, _)| has(spec, linkerd::PROXY)).then(|| linkerd::takes_plaintext(view, workload)).flatten();
    let of_spec = |spec: &PodSpec| {
        // Pods on the node's network are in no mesh.
        if spec.host_network {
            Cover::None
        } else if has(spec, "istio-proxy") || ambient {
            match istio.mode(namespace, labels) {
                Some(MutualTls::Strict) => Cover::Strict,
                Some(MutualTls::Disable) => Cover::Off,
                Some(MutualTls::Permissive) | None => Cover::Taken,
            }
        } else if has(spec, linkerd::PROXY) {
            if open.is_some() { Cover::Taken } else { Cover::Strict }
        } else {
            Cover::None
        }
    };
    let cover = view.specs(workload).map(|(spec, _)| of_spec(spec)).max().unwrap_or(Cover::None);
    (cover, open.filter(|_| cover == Cover::Taken))
}

/// What annotations of a workload's pods take past the proxy, on the way in or out, in words; nothing where all goes through it. Ports of the proxy itself
/// (15000 to 15099) are always past it.
fn past_the_proxy(view: &View<'_>, workload: &Workload) -> Option<String> {
    let pods = workload.pod_indexes.iter().filter_map(|index| view.inventory.pods.get(*index)).filter(|pod| pod.is_live());
    let mut all: Vec<&BTreeMap<String, Sealed>> = pods.map(|pod| &pod.metadata.annotations).collect();
    // What runs was made from the template, which stands for what does not run yet.
    all.push(&workload.pod_annotations);
    all.into_iter().find_map(|annotations| {
        let said =
            |key: &str| annotations.get(key).map(|value| value.text().map_or_else(|| "not kept".to_owned(), |text| text.trim().to_owned()));
        let own = |port: &&str| port.parse::<u16>().is_ok_and(|port| (15000..15100).contains(&port));
        let excluded = ["traffic.sidecar.istio.io/excludeInboundPorts", "config.linkerd.io/skip-inbound-ports"].iter().find_map(|key| {
            let text = said(key)?;
            let ports: Vec<&str> = text.split(',').map(str::trim).filter(|port| !port.is_empty()).filter(|port| !own(port)).collect();
            (!ports.is_empty()).then(|| format!("{key}: {}", ports.join(", ")))
        });
        let key = "traffic.sidecar.istio.io/includeInboundPorts";
        let only = || said(key).filter(|text| text != "*").map(|text| format!("{key}: “{text}” and no other"));
        let mode = || {
            said("sidecar.istio.io/interceptionMode")
                .filter(|mode| mode == "NONE")
                .map(|_| "sidecar.istio.io/interceptionMode: NONE".to_owned())
        };
        let bypass = "ambient.istio.io/bypass-inbound-capture";
        excluded
            .or_else(|| outbound(&said))
            .or_else(only)
            .or_else(mode)
            .or_else(|| said(bypass).filter(|text| text != "false").map(|_| format!("{bypass}: true")))
    })
}

/// Networks, interfaces and ports of which what goes out leaves without the proxy. The addresses of metadata services are no pod's.
fn outbound(said: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    const LISTS: &[&str] = &[
        "traffic.sidecar.istio.io/excludeInterfaces",
        "traffic.sidecar.istio.io/excludeOutboundIPRanges",
        "traffic.sidecar.istio.io/excludeOutboundPorts",
        "config.linkerd.io/skip-outbound-ports",
        "config.linkerd.io/skip-subnets",
    ];
    let elsewhere =
        |item: &&str| !item.is_empty() && !item.starts_with("169.254.") && !item.starts_with("fe80:") && *item != "fd00:ec2::254/128";
    let listed = LISTS.iter().find_map(|key| {
        let text = said(key)?;
        let items: Vec<&str> = text.split(',').map(str::trim).filter(elsewhere).collect();
        (!items.is_empty()).then(|| format!("{key}: {}", items.join(", ")))
    });
    let key = "traffic.sidecar.istio.io/includeOutboundIPRanges";
    listed.or_else(|| {
        said(key).filter(|text| !matches!(text.as_str(), "*" | "0.0.0.0/0")).map(|text| format!("{key}: “{text}” and no other"))
    })
}
