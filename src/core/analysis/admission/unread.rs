//! Engines whose policies can't be read here, by name: those that keep theirs in programs or elsewhere. Where one is there, nothing may be called
//! unguarded.

use super::webhooks::Engine;
use crate::analysis::software::{self, Software};
use crate::kinds::{Inventory, KindState, custom::Custom};
use crate::model::Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Engines that are in the cluster and whose policies can't be read here, by name. `role` is that of `software.toml`.
#[must_use]
pub fn unreadable(inventory: &Inventory, known: &[Software], role: &str) -> BTreeSet<String> {
    let is_read = |name: &str| match name {
        // The list of templates tells which constraints there can be, so the engine itself need not be named beside them.
        name if name == Engine::Gatekeeper.name() => inventory.state(Kind::GatekeeperTemplates) == KindState::Read,
        name => [Engine::Kyverno, Engine::Kubewarden, Engine::Sigstore].iter().any(|engine| engine.name() == name),
    };
    let found = software::with_role(inventory, known, role);
    let mut names: BTreeSet<String> = found.into_iter().map(|found| found.software.name.clone()).filter(|name| !is_read(name)).collect();
    if role != "policy" {
        return names;
    }
    let policies = inventory.customs.get(&Kind::JsPolicies).into_iter().flatten();
    let programs: Vec<&str> = policies.filter(|policy| is_validating(policy)).map(|policy| policy.metadata.name.as_str()).collect();
    if !programs.is_empty() {
        names.remove("jsPolicy");
        names.insert(format!("jsPolicy (the programs {})", programs.join(", ")));
    }
    names
}

/// A program that refuses; those that change or control objects refuse nothing.
fn is_validating(policy: &Custom) -> bool {
    let text = |part: &str| policy.parts.get(part).and_then(Value::as_str).unwrap_or_default();
    let resources = policy.parts.get("/spec/resources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let resources: Vec<&str> = resources.collect();
    let about_pods = resources.is_empty() || resources.iter().any(|resource| matches!(*resource, "pods" | "*" | "*/*"));
    matches!(text("/spec/type"), "" | "Validating") && about_pods && !matches!(text("/spec/violationPolicy"), "warn" | "dryrun")
}
