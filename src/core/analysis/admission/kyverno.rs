//! Kyverno's policies: rules that match by kind and namespace, validate by pattern, condition, level or CEL, and verify images; and its newer
//! kinds in CEL alone.

use super::builtin::{asks_about_pods, expressions, has, mode, narrows, of_expressions};
use super::demands::{self, Demand};
use super::extent::{Clause, Extent, texts};
use super::{Guard, Strictness, objects};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef, text::glob};
use serde_json::Value;
use std::collections::BTreeSet;

const ENGINE: &str = "Kyverno";

pub(super) fn guards(inventory: &Inventory) -> Vec<Guard> {
    let mut all = Vec::new();
    for kind in [Kind::KyvernoClusterPolicies, Kind::KyvernoPolicies] {
        for (policy, object) in objects(inventory, kind) {
            all.extend(rules(policy, &object));
        }
    }
    let cel = [
        (Kind::KyvernoValidatingPolicies, false),
        (Kind::KyvernoNamespacedValidatingPolicies, false),
        (Kind::KyvernoImageValidatingPolicies, true),
        (Kind::KyvernoNamespacedImageValidatingPolicies, true),
    ];
    for (kind, of_images) in cel {
        all.extend(objects(inventory, kind).filter_map(|(policy, object)| in_cel(policy, object, of_images)));
    }
    let excepted = exceptions(inventory);
    for guard in &mut all {
        let (namespace, name) = (&guard.object.namespace, &guard.object.name);
        let full = format!("{namespace}/{name}");
        guard.narrowed |= excepted.iter().any(|policy| policy == name || (!namespace.is_empty() && *policy == full) || glob(policy, name));
    }
    all
}

/// The policies from which some object takes something out.
fn exceptions(inventory: &Inventory) -> Vec<String> {
    let lists =
        [(Kind::KyvernoPolicyExceptions, "/spec/exceptions", "policyName"), (Kind::KyvernoCelPolicyExceptions, "/spec/policyRefs", "name")];
    let mut names = Vec::new();
    for (kind, part, field) in lists {
        for (exception, _) in objects(inventory, kind) {
            let list = exception.parts.get(part).and_then(Value::as_array).into_iter().flatten();
            names.extend(list.filter_map(|item| item.get(field)?.as_str().map(str::to_owned)));
        }
    }
    names
}

fn rules(policy: &Custom, object: &ObjectRef) -> Vec<Guard> {
    let list = |part: &str| policy.parts.get(part).and_then(Value::as_array).cloned().unwrap_or_default();
    let (matches, excludes) = (list("/spec/rules/*/match"), list("/spec/rules/*/exclude"));
    let (validates, verifies) = (list("/spec/rules/*/validate"), list("/spec/rules/*/verifyImages"));
    let conditions = list("/spec/rules/*/preconditions");
    let whole = action(policy.parts.get("/spec/validationFailureAction"));
    let mut all = Vec::new();
    for (at, matched) in matches.iter().enumerate() {
        let Some((reach, mut narrowed)) = reach(matched, excludes.get(at), object) else { continue };
        narrowed |= conditions.get(at).is_some_and(|c| !c.is_null());
        let mut push = |demands: BTreeSet<Demand>, partial: BTreeSet<Demand>, own: Option<Strictness>, images: Option<Vec<String>>| {
            let mut guard = Guard::new(ENGINE, object.clone(), demands, own.or(whole).unwrap_or(Strictness::Audit), reach.clone());
            guard.partial = partial;
            guard.narrowed = narrowed;
            guard.images = images;
            // A rule's own word is not overridden by those of the whole policy.
            if own.is_none() {
                guard.overrides = overrides(policy.parts.get("/spec/validationFailureActionOverrides"));
            }
            all.push(guard);
        };
        if let Some(validate) = validates.get(at).filter(|v| !v.is_null()) {
            let demands = of_validate(validate);
            let levelled = validate.get("podSecurity").is_some();
            let partial = if levelled { BTreeSet::new() } else { demands::of_some_containers(&compared(validate).to_string(), &demands) };
            push(demands, partial, action(validate.get("failureAction")), None);
        }
        for verify in verifies.get(at).and_then(Value::as_array).into_iter().flatten() {
            let images = [
                texts(verify.get("imageReferences")),
                verify.get("image").and_then(Value::as_str).map(str::to_owned).into_iter().collect(),
            ];
            push(of_verify(verify), BTreeSet::new(), action(verify.get("failureAction")), Some(images.concat()));
        }
    }
    all
}

fn action(value: Option<&Value>) -> Option<Strictness> {
    let text = value?.as_str()?;
    Some(if text.eq_ignore_ascii_case("enforce") { Strictness::Enforce } else { Strictness::Audit })
}

fn overrides(value: Option<&Value>) -> Vec<(Strictness, Extent)> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| {
        let clause = Clause { names: texts(item.get("namespaces")), ..Clause::selected(item.get("namespaceSelector")) };
        Some((action(item.get("action"))?, Extent { include: vec![clause], exclude: vec![] }))
    })
    .collect()
}

fn of_validate(validate: &Value) -> BTreeSet<Demand> {
    if let Some(level) = validate.get("podSecurity") {
        // A level of the Pod Security Standards; exclusions of single rules take something out of it.
        let restricted = level.get("level").and_then(Value::as_str) == Some("restricted");
        let mut found = BTreeSet::from(Demand::NODE);
        if restricted {
            found.insert(Demand::NonRoot);
        }
        let excluded = level.get("exclude").map(ToString::to_string).unwrap_or_default();
        for (control, demand) in [
            ("Privileged Containers", Demand::Privileged),
            ("Host Namespaces", Demand::HostNetwork),
            ("Host Namespaces", Demand::HostPid),
            ("Host Namespaces", Demand::HostIpc),
            ("HostPath Volumes", Demand::HostPath),
            ("Running as Non-root", Demand::NonRoot),
        ] {
            if excluded.contains(control) {
                found.remove(&demand);
            }
        }
        return found;
    }
    let compared = compared(validate);
    let text = compared.to_string();
    let mut found = demands::of_text(&text);
    if demands::pattern_of_registries(&compared) || demands::compares_registries(&text) {
        found.insert(Demand::Registries);
    }
    found
}

/// A validation without its message, which may name anything: only what is compared counts.
fn compared(validate: &Value) -> Value {
    let mut compared = validate.clone();
    if let Some(map) = compared.as_object_mut() {
        map.remove("message");
    }
    compared
}

fn of_verify(verify: &Value) -> BTreeSet<Demand> {
    let mut found = BTreeSet::new();
    let attestors = |value: &Value| has(value, "attestors") || has(value, "key") || has(value, "issuer");
    if attestors(verify) {
        found.insert(Demand::Signatures);
    }
    let attestations = verify.get("attestations").map(|a| a.to_string().to_lowercase()).unwrap_or_default();
    if attestations.contains("vuln") {
        found.insert(Demand::Vulnerabilities);
    }
    found
}

/// Where a rule holds and whether it leaves out more than namespaces; `None` where it is not about pods.
fn reach(matched: &Value, excluded: Option<&Value>, object: &ObjectRef) -> Option<(Extent, bool)> {
    let mut narrowed = false;
    let mut include = Vec::new();
    for filter in any_of(matched) {
        let resources = filter.get("resources").unwrap_or(&Value::Null);
        if !texts(resources.get("kinds")).iter().any(|kind| matches!(kind.as_str(), "Pod" | "v1/Pod" | "*/Pod" | "*" | "*/*")) {
            continue;
        }
        narrowed |= more_than_namespaces(filter);
        include.push(Clause { names: texts(resources.get("namespaces")), ..Clause::selected(resources.get("namespaceSelector")) });
    }
    // `all` demands every filter at once; one that is read as any of them would reach too far.
    narrowed |= matched.get("all").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    if include.is_empty() {
        return None;
    }
    let mut exclude = Vec::new();
    for filter in excluded.into_iter().flat_map(any_of) {
        let resources = filter.get("resources").unwrap_or(&Value::Null);
        let clause = Clause { names: texts(resources.get("namespaces")), ..Clause::selected(resources.get("namespaceSelector")) };
        if clause.is_any() || !Clause::is_read(resources.get("namespaceSelector")) || more_than_namespaces(filter) {
            narrowed = true;
        } else {
            exclude.push(clause);
        }
    }
    if !object.namespace.is_empty() {
        include = Extent::namespace(&object.namespace).include;
    }
    Some((Extent { include, exclude }, narrowed))
}

/// The filters of a match or exclude block, in any of its three shapes.
fn any_of(block: &Value) -> Vec<&Value> {
    let list = |key: &str| block.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut filters: Vec<&Value> = list("any").chain(list("all")).collect();
    if filters.is_empty() && has(block, "resources") {
        filters.push(block);
    }
    filters
}

fn more_than_namespaces(filter: &Value) -> bool {
    let resources = filter.get("resources").unwrap_or(&Value::Null);
    ["selector", "names", "name", "annotations"].iter().any(|field| has(resources, field))
        || ["subjects", "roles", "clusterRoles"].iter().any(|field| has(filter, field))
        || texts(resources.get("operations")).iter().all(|operation| operation != "CREATE") && has(resources, "operations")
}

/// A policy in CEL. One on images demands signatures, or scans where its expressions speak of them.
fn in_cel(policy: &Custom, object: ObjectRef, of_images: bool) -> Option<Guard> {
    let constraints = policy.parts.get("/spec/matchConstraints");
    // A policy on images without constraints is asked about pods by default.
    let by_default = of_images && constraints.is_none();
    if !by_default && !asks_about_pods(constraints) {
        return None;
    }
    let mut demands = of_expressions(policy);
    if of_images {
        let text = policy.parts.get("/spec/validations").map(ToString::to_string).unwrap_or_default();
        demands = BTreeSet::new();
        if text.contains("verifyImageSignatures") {
            demands.insert(Demand::Signatures);
        }
        if text.to_lowercase().contains("vuln") {
            demands.insert(Demand::Vulnerabilities);
        }
    }
    let reach = if object.namespace.is_empty() {
        Extent { include: vec![Clause::selected(constraints.and_then(|c| c.get("namespaceSelector")))], exclude: vec![] }
    } else {
        Extent::namespace(&object.namespace)
    };
    let mut guard = Guard::new(ENGINE, object, demands, mode(policy.parts.get("/spec/validationActions")), reach);
    guard.narrowed = narrows(policy, constraints);
    guard.partial = if of_images { BTreeSet::new() } else { demands::of_some_containers(&expressions(policy), &guard.demands) };
    if of_images {
        let references = policy.parts.get("/spec/matchImageReferences").and_then(Value::as_array);
        let globs = references.into_iter().flatten().map(|item| item.get("glob").and_then(Value::as_str).map(str::to_owned));
        let globs: Option<Vec<String>> = globs.collect();
        // An expression instead of a glob chooses images in a way that can't be read here.
        guard.narrowed |= globs.is_none();
        guard.images = Some(globs.unwrap_or_else(|| vec!["*".to_owned()]));
    }
    Some(guard)
}
