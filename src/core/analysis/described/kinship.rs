//! Whether a description is of this cluster: by the certificates of its authority, the host of its API server, the resource group of its nodes. A name alone
//! proves nothing, unless another file ties it to one of these.

use super::description;
use crate::analysis::certificates;
use crate::analysis::distribution::title;
use crate::kinds::Inventory;
use crate::kinds::imported::{Describer, Description};
use core::net::IpAddr;
use std::collections::BTreeSet;

/// Domains in which a provider gives each cluster a name of its own: two different ones are two clusters.
const OWN_NAMES: &[&str] = &[".eks.amazonaws.com", ".azmk8s.io", ".gke.goog"];

/// How a file belongs to the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// It is of this one, and this shows it.
    Same(&'static str),
    /// It names no cluster; that it is of this one is the word of whoever attached it.
    Unnamed,
    /// It names one, and whether it is this one can't be told: why.
    Unclear(String),
    /// It is of another one: what shows that.
    Other(String),
}

/// How a description belongs to the cluster.
#[must_use]
pub fn kinship(inventory: &Inventory, told: &Description) -> Kinship {
    let distribution = inventory.cluster.distribution.as_str();
    let of = provider(told.by);
    if !of.is_empty() && !distribution.is_empty() && distribution != "unknown" && !distribution.starts_with(of) {
        return Kinship::Other(format!("it is of {}, and this one is {}", title(of), title(distribution)));
    }
    match by_marks(inventory, told) {
        // Without a name in it, at least what it is of must be what this cluster is.
        Kinship::Unnamed if !of.is_empty() && !distribution.starts_with(of) => {
            Kinship::Unclear(format!("it is of {}, and which distribution this cluster is is not known", title(of)))
        }
        Kinship::Unclear(why) if told.cluster.hosts.is_empty() => by_name(inventory, told).unwrap_or(Kinship::Unclear(why)),
        kinship => kinship,
    }
}

fn by_marks(inventory: &Inventory, told: &Description) -> Kinship {
    let cluster = &told.cluster;
    let own = authorities(inventory);
    if !own.is_empty() && !cluster.authorities.is_empty() {
        return if cluster.authorities.iter().any(|digest| own.contains(digest)) {
            Kinship::Same("the certificate of its authority")
        } else {
            Kinship::Other("the certificate of its authority is another one than the cluster's".to_owned())
        };
    }
    let server = host(&inventory.cluster.server);
    if !server.is_empty() && !is_of_many(&server) && cluster.hosts.contains(&server) {
        return Kinship::Same("the address of its API server");
    }
    let groups: BTreeSet<String> = inventory
        .nodes
        .iter()
        .filter_map(|node| node.metadata.labels.get("kubernetes.azure.com/cluster"))
        .map(|group| group.to_lowercase())
        .collect();
    if !cluster.node_group.is_empty() && !groups.is_empty() {
        return if groups.contains(&cluster.node_group.to_lowercase()) {
            Kinship::Same("the resource group of its nodes")
        } else {
            Kinship::Other(format!("its nodes are in the resource group {}, the cluster's in another", cluster.node_group))
        };
    }
    let named = !(cluster.hosts.is_empty() && cluster.name.is_empty() && cluster.node_group.is_empty());
    // The names in a configuration file are few and may be left as they were.
    if !named || !told.by.tells_what_runs() {
        return Kinship::Unnamed;
    }
    let domain = |host: &str| OWN_NAMES.iter().find(|domain| host.ends_with(**domain)).copied();
    let rivals = cluster.hosts.iter().filter_map(|host| domain(host));
    if let Some(first) = cluster.hosts.first().filter(|_| domain(&server).is_some_and(|own| rivals.clone().any(|rival| rival == own))) {
        return Kinship::Other(format!("its API server is {first}, and this one is {server}"));
    }
    let named = cluster.hosts.first().unwrap_or(&cluster.name);
    let reached = if server.is_empty() { "of which the address is not known".to_owned() } else { format!("which was reached at {server}") };
    Kinship::Unclear(format!("it names {named}, and nothing in it can be held against this cluster, {reached}"))
}

/// A file with a name alone belongs where a description of the same provider does that has the same name.
fn by_name(inventory: &Inventory, told: &Description) -> Option<Kinship> {
    let name = &told.cluster.name;
    let others = inventory.imported.iter().filter_map(description);
    let same = |other: &&Description| {
        provider(other.by) == provider(told.by)
            && !provider(told.by).is_empty()
            && !other.cluster.name.is_empty()
            && matches!(by_marks(inventory, other), Kinship::Same(_))
    };
    let names: Vec<&str> = others.filter(same).map(|other| other.cluster.name.as_str()).collect();
    if names.is_empty() || name.is_empty() {
        return None;
    }
    Some(if names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        Kinship::Same("the name of the cluster in another description")
    } else {
        Kinship::Other(format!("it is of the cluster {name}, and this one is {}", names.join(", ")))
    })
}

/// The distribution that a description is of; "" where it may be of any.
const fn provider(by: Describer) -> &'static str {
    match by {
        Describer::EksCluster | Describer::EksAccess => "eks",
        Describer::GkeCluster => "gke",
        Describer::AksCluster | Describer::AksDiagnostics => "aks",
        Describer::OpenshiftApiServer | Describer::OpenshiftOauth | Describer::OpenshiftAuthentication => "openshift",
        _ => "",
    }
}

/// Whether a host is an address of private networks or of the machine itself, which several clusters may have.
fn is_of_many(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || shared
        }
        Ok(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unspecified(),
        Err(_) => host == "localhost",
    }
}

/// The host of the server's address, in small letters; "" where it is not known.
fn host(server: &str) -> String {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.to_ascii_lowercase()
}

/// The certificates of the cluster's own authority, which stand in every namespace.
fn authorities(inventory: &Inventory) -> BTreeSet<String> {
    let all = || inventory.config_maps.iter().filter(|map| map.metadata.name == "kube-root-ca.crt");
    // Fewest people may write in kube-system; where its copy was not read, another one stands in.
    let system = all().find(|map| map.metadata.namespace == "kube-system");
    let maps = system.map_or_else(|| all().collect::<Vec<_>>(), |map| vec![map]);
    let texts = maps.into_iter().filter_map(|map| map.data.get("ca.crt")?.text());
    texts.flat_map(|text| certificates::read_pem(text).certificates).map(|certificate| certificate.digest).collect()
}
