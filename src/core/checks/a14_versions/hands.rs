//! Hands and tools: which writer of an object is a deployment tool, which one a person at a keyboard, and who came last.
//!
//! managedFields keeps one entry for each writer, with the time of its last write and the fields that are still its own. A hand's entry
//! that is younger than the last entry of a deployment tool is a change that the tool did not make.

use crate::kinds::Meta;
use crate::kinds::meta::ManagedFields;
use crate::kinds::writers::{is_apply, is_hand, is_tool};
use jiff::Timestamp;

/// A change by hand.
pub(super) struct Hand<'a> {
    /// The writer: `kubectl-edit`.
    pub(super) manager: &'a str,
    /// When.
    pub(super) time: Option<Timestamp>,
    /// Fields that are its own now.
    pub(super) fields: Vec<&'a str>,
    /// The deployment tool that wrote before it, where there is one.
    pub(super) deployed_by: Option<&'a str>,
    /// Whether it is certain that it wrote later: not where one of the two tells no time.
    pub(super) certain: bool,
}

/// Changes by hand after the last write of a deployment tool, or after the last apply where no tool ever wrote.
pub(super) fn after_last_deployment(meta: &Meta) -> Vec<Hand<'_>> {
    let whole = || meta.managed_fields.iter().filter(|e| e.subresource.is_empty());
    let last = |of: fn(&str) -> bool| whole().filter(|e| of(&e.manager)).max_by_key(|e| e.time);
    let tool = last(is_tool);
    let base = tool.or_else(|| last(is_apply));
    // What was made by hand and never applied has no deployment to differ from; the check of GitOps management tells it.
    let Some(base) = base else { return vec![] };
    // `kubectl scale` gives the name that `kubectl apply` has, and is told by the subresource that it writes.
    let scales = |e: &ManagedFields| e.subresource == "scale" && is_apply(&e.manager);
    let by_hand =
        |e: &&ManagedFields| is_hand(&e.manager) || scales(e) || (tool.is_some() && e.subresource.is_empty() && is_apply(&e.manager));
    let written = meta.managed_fields.iter().filter(|e| matches!(e.subresource.as_str(), "" | "scale"));
    written
        .filter(by_hand)
        .filter_map(|e| {
            let certain = match (e.time, base.time) {
                (Some(hand), Some(base)) if hand <= base => return None,
                (Some(_), Some(_)) => true,
                // An entry without a time may be of any day.
                _ => false,
            };
            let fields: Vec<&str> = e.fields.iter().map(String::as_str).filter(|field| !harmless(field)).collect();
            let hand = Hand { manager: &e.manager, time: e.time, fields, deployed_by: tool.map(|t| t.manager.as_str()), certain };
            (!hand.fields.is_empty()).then_some(hand)
        })
        .collect()
}

/// The deployment tool that wrote an object last, where one did.
pub(super) fn tool(meta: &Meta) -> Option<&str> {
    meta.managed_fields
        .iter()
        .filter(|e| e.subresource.is_empty() && is_tool(&e.manager))
        .max_by_key(|e| e.time)
        .map(|e| e.manager.as_str())
}

/// Traces of kubectl's own bookkeeping and of `rollout restart`, which change nothing that a repository holds.
fn harmless(field: &str) -> bool {
    field.ends_with("kubectl.kubernetes.io/restartedAt")
        || field.ends_with("kubectl.kubernetes.io/last-applied-configuration")
        || field == "metadata.annotations"
        || field == "spec.template.metadata.annotations"
}
