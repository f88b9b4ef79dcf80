//! What may be said of a cluster from its files alone, once all are read: which kinds were read whole, which add-ons are not there, and
//! how well the version is known.

use super::{CollectError, Options};
use kassay_core::analysis::pod_security::NEWEST;
use kassay_core::kinds::{Coverage, Inventory, KindState, VersionFrom};
use kassay_core::model::Kind;
use kassay_core::model::kubernetes_version::{is_version, written};
use std::collections::BTreeSet;

/// Takes back that a kind was read: in part it was where there is something of it, else not at all.
pub(super) fn lessen(inventory: &mut Inventory, kind: Kind, state: KindState, words: &str) {
    let coverage = inventory.coverage.entry(kind).or_insert_with(|| Coverage { state, ..Coverage::default() });
    if coverage.state == KindState::Read {
        coverage.state = if coverage.items > 0 { KindState::Partial } else { state };
    }
    let words = &kassay_core::sensitive::without_secrets(words);
    // Three reasons are enough to act on.
    match coverage.message.matches("; ").count() {
        _ if coverage.message.is_empty() => words.clone_into(&mut coverage.message),
        0 | 1 => coverage.message = format!("{}; {words}", coverage.message),
        2 => coverage.message.push_str("; and more"),
        _ => {}
    }
}

/// A dump may tell what the server serves, by its discovery or by its list of API services, to which every group belongs. Then an add-on whose
/// group is not there is not installed, which is an empty list and not a missing one. Within a group only the definitions tell, and only
/// where the dump has those of every group that was added.
pub(super) fn not_installed(inventory: &mut Inventory, definitions: &BTreeSet<String>) {
    let services = &inventory.api_services;
    let has = |name: &str| services.iter().any(|service| service.metadata.name == name);
    // A folder of manifests may hold an API service or two; only a whole list has the server's own.
    if inventory.cluster.api_groups.is_empty() && inventory.state(Kind::ApiServices) == KindState::Read && has("v1.") && has("v1.apps") {
        for spec in services.iter().map(|service| &service.spec).filter(|spec| !spec.group.is_empty()) {
            inventory.cluster.api_groups.entry(spec.group.clone()).or_default().push(spec.version.clone());
        }
    }
    let groups = &inventory.cluster.api_groups;
    if !groups.contains_key("apps") {
        return;
    }
    let added = |group: &&String| group.contains('.') && !group.ends_with(".k8s.io");
    let defined = |group: &String| definitions.iter().any(|name| name.split_once('.').is_some_and(|(_, of)| of == group));
    let all_defined = groups.keys().filter(added).all(defined);
    for kind in Kind::ALL.iter().filter(|kind| !kind.stock()) {
        let message = if !groups.contains_key(kind.group()) {
            format!("the API group {} is not served", kind.group())
        } else if all_defined && defined(&kind.group().to_owned()) && !definitions.contains(&kind.id()) {
            format!("the API group {} does not have {}", kind.group(), kind.resource())
        } else {
            continue;
        };
        inventory.coverage.entry(*kind).or_insert_with(|| Coverage { state: KindState::Read, message, ..Coverage::default() });
    }
}

/// Major and minor version, for comparing.
fn rank(version: &str) -> (u32, u32) {
    let mut parts =
        version.trim_start_matches('v').split('.').map(|part| part.chars().take_while(char::is_ascii_digit).collect::<String>());
    let mut next = || parts.next().and_then(|part| part.parse().ok()).unwrap_or_default();
    (next(), next())
}

/// The version that was asked for, else the one that a file tells, else that of the newest kubelet (a server is never older than its
/// kubelets), else the newest that the program knows.
pub(super) fn decide_version(inventory: &mut Inventory, options: &Options, file: Option<(String, String)>) -> Result<(), CollectError> {
    let normal = |version: &str| written(version).unwrap_or_default();
    let kubelet =
        inventory.nodes.iter().map(|node| node.status.node_info.kubelet_version.as_str()).filter(|v| is_version(v)).max_by_key(|v| rank(v));
    let (version, from, source) = match (&options.kubernetes_version, file, kubelet) {
        (Some(asked), ..) if is_version(asked) => (normal(asked), VersionFrom::Person, "given with --kubernetes-version".to_owned()),
        (Some(asked), ..) => return Err(CollectError::Version(asked.clone())),
        (_, Some((version, place)), _) => (normal(&version), VersionFrom::Server, place),
        (_, _, Some(kubelet)) => (normal(kubelet), VersionFrom::Kubelets, "the newest kubelet; the server is not older".to_owned()),
        (None, None, None) => (newest_known()?, VersionFrom::Assumed, "the newest known, because the files tell none".to_owned()),
    };
    if options.kubernetes_version.is_some() {
        // What the files say of another version is not said of this one.
        inventory.cluster.emulates.clear();
        inventory.cluster.compatible_with.clear();
    }
    inventory.cluster.version_from = from;
    inventory.cluster.version = version;
    inventory.cluster.version_source = source;
    Ok(())
}

fn newest_known() -> Result<String, CollectError> {
    let tables = kassay_core::judging::Tables::shipped().map_err(|error| CollectError::Internal(error.to_string()))?;
    let releases = tables.lifecycle.release.iter().filter(|release| release.product == "kubernetes");
    let newest = releases.max_by_key(|release| rank(&release.cycle));
    let newest = newest.ok_or_else(|| CollectError::Internal("no version of Kubernetes is known".to_owned()))?;
    // Rules may be known of a version before its support dates are.
    let judged = format!("1.{NEWEST}");
    Ok(format!("v{}", if rank(&newest.cycle) < rank(&judged) { &judged } else { &newest.latest }))
}
