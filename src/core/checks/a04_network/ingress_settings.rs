//! What is set for an ingress controller as a whole: the ConfigMap that it is started with, the redirects of its entry points. Annotations of an Ingress
//! go before it, a controller's own defaults stand behind it.
//!
//! Sources: the documentation of each controller (ConfigMap keys of ingress-nginx, of F5's controller, of both controllers for HAProxy; entry points of
//! Traefik; Contour's configuration file).

use crate::analysis::flags::{self, Flag};
use crate::analysis::host_path::{tidy, within};
use crate::analysis::software::{self, Found};
use crate::judging::View;
use crate::kinds::config::ConfigMap;
use crate::kinds::{Inventory, KindState, PodSpec};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeSet;

/// Controllers with habits of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Controller {
    Nginx,
    NginxInc,
    HaProxy,
    Gce,
    Alb,
    Azure,
    Traefik,
    Kong,
    Contour,
    Cilium,
    OpenShift,
}

/// Words in names of controllers (`spec.controller` of a class), classes and known software, the more telling first.
const NAMES: &[(&str, Controller)] = &[
    ("nginx.org", Controller::NginxInc),
    ("NGINX Ingress Controller (F5)", Controller::NginxInc),
    ("webapprouting", Controller::Nginx),
    ("nginx", Controller::Nginx),
    ("haproxy", Controller::HaProxy),
    ("HAProxy", Controller::HaProxy),
    ("application-gateway", Controller::Azure),
    ("Azure Application Gateway", Controller::Azure),
    ("AWS Load Balancer Controller", Controller::Alb),
    ("/alb", Controller::Alb),
    ("alb", Controller::Alb),
    ("gce", Controller::Gce),
    ("GKE ingress", Controller::Gce),
    ("traefik", Controller::Traefik),
    ("Traefik", Controller::Traefik),
    ("kong", Controller::Kong),
    ("Kong", Controller::Kong),
    ("contour", Controller::Contour),
    ("Contour", Controller::Contour),
    ("cilium", Controller::Cilium),
    ("openshift", Controller::OpenShift),
];

/// The controller of a class, a name of a class, or a piece of known software.
pub(super) fn known(name: &str) -> Option<Controller> {
    NAMES.iter().find(|(word, _)| name.contains(word)).map(|(_, controller)| *controller)
}

/// What a setting of a controller as a whole says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing: the controller's default holds.
    Nothing,
    /// A word, in small letters, and where it stands.
    Word(String, String),
    /// It can't be seen, and why.
    Unclear(String),
}

/// The controllers that run, with what configures them.
pub(super) struct Settings<'a> {
    inventory: &'a Inventory,
    controllers: Vec<(Controller, Found<'a>)>,
}

/// A ConfigMap by its place, or that none can be told.
enum Named {
    At(String, String),
    Hidden,
}

/// Flags that name the ConfigMap of a controller.
const MAP_FLAGS: &[&str] = &["configmap", "nginx-configmaps"];
/// Keys that name the protocols of TLS which a controller accepts.
const PROTOCOL_KEYS: &[&str] = &["ssl-protocols", "ssl-options"];
/// Words in them that let a protocol in which is no longer secure.
const OLD: &[&str] = &["sslv2", "sslv3", "tlsv1", "tlsv1.0", "tlsv1.1", "force-sslv3", "force-tlsv10", "force-tlsv11"];

impl<'a> Settings<'a> {
    pub(super) fn of(view: &View<'a>) -> Self {
        let found = software::with_role(view.inventory, &view.tables.software, "ingress");
        let controllers = found.into_iter().filter_map(|found| Some((known(&found.software.name)?, found))).collect();
        Self { inventory: view.inventory, controllers }
    }

    /// The controllers that run.
    pub(super) fn running(&self) -> BTreeSet<Controller> {
        self.controllers.iter().map(|(controller, _)| *controller).collect()
    }

    fn flags(&self, found: &Found<'a>) -> Vec<Flag> {
        self.specs(found).flat_map(flags_of).collect()
    }

    fn specs(&self, found: &Found<'a>) -> impl Iterator<Item = &'a PodSpec> {
        found.workload.variants.iter().map(|variant| self.inventory.spec(variant.spec))
    }

    /// The ConfigMaps that the flags of a workload name.
    fn named(&self, found: &Found<'a>) -> Vec<Named> {
        let own = found.workload.object.namespace.as_str();
        let flags = self.flags(found);
        let values = flags.iter().filter(|flag| MAP_FLAGS.contains(&flag.name.as_str())).map(|flag| flag.value.as_deref());
        values
            .map(|value| match value.and_then(|value| value.split_once('/')) {
                // `$(POD_NAMESPACE)` is the namespace of the pod itself.
                Some((namespace, name)) if namespace.starts_with('$') => Named::At(own.to_owned(), name.to_owned()),
                Some((namespace, name)) => Named::At(namespace.to_owned(), name.to_owned()),
                None => Named::Hidden,
            })
            .collect()
    }

    fn map(&self, namespace: &str, name: &str) -> Option<&'a ConfigMap> {
        self.inventory.config_maps.iter().find(|map| map.metadata.namespace == namespace && map.metadata.name == name)
    }

    /// What a key says for a controller; of several that run, whatever is not the default.
    pub(super) fn said(&self, controller: Controller, key: &str) -> Said {
        let own = self.controllers.iter().filter(|(running, _)| *running == controller);
        own.map(|(_, found)| self.said_to(found, key)).find(|said| *said != Said::Nothing).unwrap_or(Said::Nothing)
    }

    fn said_to(&self, found: &Found<'a>, key: &str) -> Said {
        if self.inventory.state(Kind::ConfigMaps) != KindState::Read {
            return Said::Unclear("its ConfigMap was not read".to_owned());
        }
        let mut said = Said::Nothing;
        let named = self.named(found);
        for place in &named {
            let Named::At(namespace, name) = place else { return Said::Unclear("which ConfigMap it reads is not seen".to_owned()) };
            let Some(value) = self.map(namespace, name).and_then(|map| map.data.get(key)) else { continue };
            let place = format!("ConfigMap {namespace}/{name}");
            said = match value.text() {
                Some(text) => Said::Word(text.trim().to_ascii_lowercase(), place),
                None => Said::Unclear(format!("{key} of the {place} is not understood")),
            };
        }
        // Without a flag the controller reads none; one beside it that has this key is hardly there for nothing.
        let namespace = &found.workload.object.namespace;
        let beside = self.inventory.config_maps.iter().find(|map| map.metadata.namespace == *namespace && map.data.contains_key(key));
        match beside.filter(|_| named.is_empty()) {
            Some(map) => Said::Unclear(format!("whether it reads {key} of the ConfigMap {namespace}/{} is not seen", map.metadata.name)),
            None => said,
        }
    }

    /// Whether every Traefik that runs, in each form of its pods, shows entry points, and each of them speaks TLS or sends callers on to https.
    pub(super) fn traefik_redirects(&self) -> bool {
        let mut own = self.controllers.iter().filter(|(running, _)| *running == Controller::Traefik).peekable();
        own.peek().is_some() && own.all(|(_, found)| self.specs(found).all(|spec| !may_read_a_file(spec) && redirects(&flags_of(spec))))
    }

    /// Protocols that controllers accept and that are no longer secure, each a finding of the most sensitive Ingress.
    pub(super) fn old_protocols(&self, view: &View<'_>) -> Vec<Finding> {
        let ingresses = view.inventory.ingresses.iter().map(|ingress| view.category(&ingress.metadata.namespace));
        let Some(category) = ingresses.min() else { return vec![] };
        let mut seen = BTreeSet::new();
        let mut findings = Vec::new();
        let by_map = |controller: &Controller| {
            matches!(controller, Controller::Nginx | Controller::NginxInc | Controller::HaProxy | Controller::Contour)
        };
        if self.inventory.state(Kind::ConfigMaps) != KindState::Read {
            let unread = self.controllers.iter().filter(|(controller, _)| by_map(controller)).map(|(_, found)| found);
            findings.extend(unread.map(|found| {
                let finding = Finding::new(category, found.workload.object.clone(), found.workload.spec_path());
                finding
                    .rule("old_protocols")
                    .review()
                    .severity(Severity::Medium)
                    .observed("ConfigMaps were not read")
                    .message("Which protocols the controller accepts stands in its ConfigMap: see that none is older than TLS 1.2.")
            }));
        }
        for (controller, found) in &self.controllers {
            let mut maps: Vec<&ConfigMap> = Vec::new();
            for place in self.named(found) {
                if let Named::At(namespace, name) = place {
                    maps.extend(self.map(&namespace, &name));
                }
            }
            if *controller == Controller::Contour {
                maps.extend(self.map(&found.workload.object.namespace, "contour"));
            }
            for map in maps.into_iter().filter(|map| seen.insert((&map.metadata.namespace, &map.metadata.name))) {
                findings.extend(old_in(map, category));
            }
        }
        findings
    }
}

/// What a controller's ConfigMap says of protocols that are no longer secure.
fn old_in(map: &ConfigMap, category: Category) -> Vec<Finding> {
    let finding = |key: &str| {
        let object = ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name);
        Finding::new(category, object, format!("data[{key}]")).rule("old_protocols").severity(Severity::Medium)
    };
    let accepted = "The controller accepts a protocol that is no longer secure, from whoever comes to its hosts.";
    let mut findings = Vec::new();
    for key in PROTOCOL_KEYS {
        let Some(value) = map.data.get(*key) else { continue };
        let Some(text) = value.text() else {
            let message = "Which protocols the controller accepts is not understood: see that none is older than TLS 1.2.";
            findings.push(finding(key).review().observed("not understood").message(message));
            continue;
        };
        if text.split([' ', ',']).any(|word| OLD.contains(&word.trim().to_ascii_lowercase().as_str())) {
            findings.push(finding(key).observed(text).message(accepted));
        }
    }
    let contour = map.data.get("contour.yaml").and_then(|value| value.text());
    let contour = contour.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let version = contour.as_ref().and_then(|settings| settings.pointer("/tls/minimum-protocol-version"));
    let version = version.map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
    if let Some(version) = version.filter(|version| matches!(version.as_str(), "1.0" | "1.1")) {
        let observed = format!("tls.minimum-protocol-version: {version}");
        findings.push(finding("contour.yaml").observed(observed).message(accepted));
    }
    findings
}

fn flags_of(spec: &PodSpec) -> Vec<Flag> {
    spec.all_containers().flat_map(|(_, container)| flags::of_container(container).1).collect()
}

/// Where Traefik looks for a file of settings that it was not told of; another place is below a user's `.config`.
const FOLDER: &str = "/etc/traefik";

/// Whether Traefik may have its settings from a file, which it is told or finds in one of its folders: flags then count for nothing.
fn may_read_a_file(spec: &PodSpec) -> bool {
    let told = flags_of(spec).iter().any(|flag| flag.name.eq_ignore_ascii_case("configfile"));
    let mounts = || spec.all_containers().flat_map(|(_, container)| &container.volume_mounts);
    let found = |path: &str| within(path, FOLDER) || within(FOLDER, path) || path.contains("/.config");
    told || mounts().any(|mount| found(&tidy(&mount.mount_path)))
}

/// Whether each entry point that flags of Traefik define speaks TLS or redirects. Those of its own pages are none of an Ingress.
fn redirects(flags: &[Flag]) -> bool {
    let of = |flag: &Flag| {
        let name = flag.name.to_ascii_lowercase();
        let (point, setting) = name.strip_prefix("entrypoints.")?.split_once('.')?;
        Some((point.to_owned(), setting.to_owned(), flag.value.clone().unwrap_or_default().to_ascii_lowercase()))
    };
    let all: Vec<(String, String, String)> = flags.iter().filter_map(of).collect();
    let value =
        |point: &str, setting: &str| all.iter().rev().find(|(p, s, _)| p == point && s == setting).map(|(_, _, value)| value.as_str());
    let udp = |point: &str| value(point, "address").is_some_and(|address| address.ends_with("/udp"));
    let points: BTreeSet<&str> = all.iter().map(|(point, _, _)| point.as_str()).collect();
    let mut taken = points.into_iter().filter(|point| !matches!(*point, "traefik" | "metrics") && !udp(point)).peekable();
    taken.peek().is_some()
        && taken.all(|point| {
            let tls = value(point, "http.tls") == Some("true");
            let to = value(point, "http.redirections.entrypoint.to").is_some_and(|to| !to.is_empty());
            tls || (to && value(point, "http.redirections.entrypoint.scheme").is_none_or(|scheme| scheme == "https"))
        })
}
