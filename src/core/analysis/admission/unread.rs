//! Policies that can't be read here, by name: engines that keep theirs in programs or elsewhere, Gatekeeper constraints of kinds that a cluster
//! made for itself, programs of jsPolicy, policies with fields that nobody here knows. Where one is there, nothing may be called unguarded.

use super::{Demand, Guard, engines, not_evaluated, objects};
use crate::analysis::software::{self, Software};
use crate::kinds::{Inventory, KindState};
use crate::model::Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Engines and kinds of policies that are in the cluster and can't be read here, by name. `role` is that of `software.toml`.
#[must_use]
pub fn unreadable(inventory: &Inventory, known: &[Software], role: &str) -> BTreeSet<String> {
    // These are read whole: what they demand is in objects of kinds that every cluster names alike.
    const READ: &[&str] = &["Kyverno", "Kubewarden", "sigstore policy-controller"];
    let found = software::with_role(inventory, known, role);
    let mut names: BTreeSet<String> =
        found.into_iter().map(|found| found.software.name.clone()).filter(|name| !READ.contains(&name.as_str())).collect();
    names.extend(not_evaluated(inventory).iter().filter(|guard| is_matter_of(guard, role)).map(|guard| {
        let parts: Vec<&str> = guard.unknown.iter().map(String::as_str).collect();
        format!("{} (with {}, which nobody here knows)", guard.name(), parts.join(", "))
    }));
    if role != "policy" {
        return names;
    }
    let templates = gatekeeper_templates(inventory);
    if inventory.state(Kind::GatekeeperTemplates) == KindState::Read {
        // The list of templates tells which constraints there can be, so the engine itself need not be named beside them.
        names.remove("OPA Gatekeeper");
    }
    if !templates.is_empty() {
        names.insert(format!("Gatekeeper (constraints of the kinds {})", templates.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let programs: Vec<String> =
        objects(inventory, Kind::JsPolicies).filter(|(policy, _)| is_validating(policy)).map(|(_, o)| o.name).collect();
    if !programs.is_empty() {
        names.remove("jsPolicy");
        names.insert(format!("jsPolicy (the programs {})", programs.join(", ")));
    }
    names
}

/// Whether what a policy speaks of is the matter of a role.
fn is_matter_of(guard: &Guard, role: &str) -> bool {
    (role == "signature") == guard.demands.contains(&Demand::Signatures)
}

/// Kinds of constraints, by their templates, that are neither read nor known to demand something else.
fn gatekeeper_templates(inventory: &Inventory) -> BTreeSet<String> {
    let kinds = objects(inventory, Kind::GatekeeperTemplates)
        .filter_map(|(template, _)| template.parts.get("/spec/crd/spec/names/kind").and_then(Value::as_str).map(str::to_owned));
    kinds.filter(|kind| !engines::in_library(kind)).collect()
}

/// A program that refuses; those that change or control objects refuse nothing.
fn is_validating(policy: &crate::kinds::custom::Custom) -> bool {
    let text = |part: &str| policy.parts.get(part).and_then(Value::as_str).unwrap_or_default();
    let resources = super::extent::texts(policy.parts.get("/spec/resources"));
    let about_pods = resources.is_empty() || resources.iter().any(|r| matches!(r.as_str(), "pods" | "*" | "*/*"));
    matches!(text("/spec/type"), "" | "Validating") && about_pods && !matches!(text("/spec/violationPolicy"), "warn" | "dryrun")
}
