//! Objects in files of kinds that no check reads, and that may matter by what they are.

use kassay_core::analysis::exposure::is_route;
use kassay_core::analysis::reach::is_policy;
use kassay_core::kinds::{ClusterInfo, OtherObject};
use serde_json::Value;

/// Keeps by its name what is a policy on connections, or a route from outside to Services.
pub(super) fn note(cluster: &mut ClusterInfo, api_version: &str, kind: &str, json: &str) {
    let Some((group, _)) = api_version.rsplit_once('/') else { return };
    let known = if is_policy(group, kind) {
        &mut cluster.other_policies
    } else if is_route(group, kind) {
        &mut cluster.other_routes
    } else {
        return;
    };
    let object: Value = serde_json::from_str(json).unwrap_or_default();
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    let other = OtherObject { group: group.to_owned(), kind: kind.to_owned(), namespace, name };
    if !known.contains(&other) {
        known.push(other);
        known.sort();
    }
}
