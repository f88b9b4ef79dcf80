//! Kyverno's policies: rules that match by kind and namespace, validate by pattern, condition, level or CEL, and verify images; and its newer
//! kinds in CEL alone.

use super::builtin::{expressions, fails_open, mode, narrows, of_expressions, of_some};
use super::demands::{self, Demand};
use super::extent::{Clause, Extent, has, texts};
use super::patterns::Pattern;
use super::rules::{Entrance, asks};
use super::{Guard, Images, Strictness, objects, signers};
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
    let conditions = [list("/spec/rules/*/preconditions"), list("/spec/rules/*/celPreconditions")];
    let whole = action(policy.parts.get("/spec/validationFailureAction"));
    let idle = (policy.parts.get("/spec/admission") == Some(&Value::Bool(false))).then_some("spec.admission is false");
    let narrowed = narrowed_as_a_whole(policy);
    let mut all = Vec::new();
    for (at, matched) in matches.iter().enumerate() {
        let Some((reach, left_out)) = reach(matched, excludes.get(at), object) else { continue };
        let only_under =
            conditions.iter().any(|list| list.get(at).is_some_and(|c| !c.is_null() && c.as_array().is_none_or(|c| !c.is_empty())));
        let new = |demands: BTreeSet<Demand>, own: &Value| {
            // What a rule says of itself goes before what its policy says of all rules; of either, what is said of namespaces goes first.
            let said = action(own.get("failureAction"));
            let mut guard = Guard::new(ENGINE, object.clone(), demands, said.or(whole).unwrap_or(Strictness::Audit), reach.clone());
            guard.overrides = overrides(own.get("failureActionOverrides"));
            if said.is_none() {
                guard.overrides.extend(overrides(policy.parts.get("/spec/validationFailureActionOverrides")));
            }
            guard.idle = idle.map(str::to_owned);
            // Of a policy that applies one rule alone, a later one holds only for pods that no earlier one matches.
            guard.narrowed = narrowed || left_out || only_under || (at > 0 && text(policy, "/spec/applyRules") == "One");
            guard
        };
        if let Some(validate) = validates.get(at).filter(|v| !v.is_null()) {
            let said = of_validate(validate);
            let mut guard = new(said.demands, validate);
            guard.partial = said.limited;
            if validate.get("podSecurity").is_none() {
                guard.partial.extend(demands::of_some_containers(&compared(validate).to_string(), &guard.demands));
            }
            guard.narrowed |= said.conditional;
            all.push(guard);
        }
        for verify in verifies.get(at).and_then(Value::as_array).into_iter().flatten() {
            let named = verify.get("image").and_then(Value::as_str).map(str::to_owned);
            let images = Images::anything(texts(verify.get("imageReferences")).into_iter().chain(named));
            for (demand, nobody) in of_verify(verify) {
                let mut guard = new(BTreeSet::from([demand]), verify);
                guard.images = Some(images.clone());
                guard.narrowed |= signers::skips(verify);
                guard.idle = guard.idle.or_else(|| nobody.map(str::to_owned));
                all.push(guard);
            }
        }
    }
    all
}

fn text<'a>(policy: &'a Custom, part: &str) -> &'a str {
    policy.parts.get(part).and_then(Value::as_str).unwrap_or_default()
}

/// Whether all rules of a policy leave pods out: it fails open, or its webhook is asked under conditions.
fn narrowed_as_a_whole(policy: &Custom) -> bool {
    let own = policy.parts.get("/spec/webhookConfiguration").unwrap_or(&Value::Null);
    fails_open(policy) || own.get("failurePolicy").and_then(Value::as_str) == Some("Ignore") || has(own, "matchConditions")
}

fn action(value: Option<&Value>) -> Option<Strictness> {
    let text = value?.as_str()?;
    Some(if text.eq_ignore_ascii_case("enforce") { Strictness::Enforce } else { Strictness::Audit })
}

fn overrides(value: Option<&Value>) -> Vec<(Strictness, Extent)> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    // An empty list that is written out names no namespace; where there is none at all, each is meant.
    let list = list.filter(|item| !item.get("namespaces").is_some_and(|names| names.as_array().is_some_and(Vec::is_empty)));
    list.filter_map(|item| {
        let clause = Clause { names: texts(item.get("namespaces")), ..Clause::selected(item.get("namespaceSelector")) };
        Some((action(item.get("action"))?, Extent { include: vec![clause], exclude: vec![] }))
    })
    .collect()
}

fn of_validate(validate: &Value) -> Pattern {
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
        return Pattern { demands: found, ..Pattern::default() };
    }
    if let Some(pattern) = validate.get("pattern") {
        return Pattern::of(pattern);
    }
    if let Some(patterns) = validate.get("anyPattern").and_then(Value::as_array) {
        return Pattern::any(patterns);
    }
    let compared = compared(validate);
    let text = compared.to_string();
    let mut found = demands::of_text(&text);
    if demands::pattern_of_registries(&compared) || demands::compares_registries(&text) {
        found.insert(Demand::Registries);
    }
    Pattern { demands: found, ..Pattern::default() }
}

/// A validation without its message, which may name anything: only what is compared counts.
fn compared(validate: &Value) -> Value {
    let mut compared = validate.clone();
    if let Some(map) = compared.as_object_mut() {
        map.remove("message");
    }
    compared
}

/// What a rule on images demands of them, and why it demands that of nobody where it does not.
fn of_verify(verify: &Value) -> Vec<(Demand, Option<&'static str>)> {
    let mut found = Vec::new();
    let signers = signers::kyverno(verify);
    if let Some(somebody) = signers {
        found.push((Demand::Signatures, (!somebody).then_some(signers::ANYBODY)));
    }
    let attestations = verify.get("attestations").and_then(Value::as_array).into_iter().flatten();
    let scans: Vec<&Value> = attestations.filter(|attestation| attestation.to_string().to_lowercase().contains("vuln")).collect();
    if scans.iter().any(|scan| signers::has_conditions(scan)) {
        let somebody = scans.iter().any(|scan| signers::has_conditions(scan) && signers::kyverno(scan).or(signers) == Some(true));
        found.push((Demand::Vulnerabilities, (!somebody).then_some(signers::ANYBODY)));
    } else if !scans.is_empty() {
        found.push((Demand::Vulnerabilities, Some("it asks for a scan and not for a result of it")));
    }
    found
}

/// Where a rule holds and whether it leaves out more than namespaces; `None` where it is not about pods.
fn reach(matched: &Value, excluded: Option<&Value>, object: &ObjectRef) -> Option<(Extent, bool)> {
    let mut narrowed = false;
    let mut include = Vec::new();
    for filter in any_of(matched) {
        let resources = filter.get("resources").unwrap_or(&Value::Null);
        if !texts(resources.get("kinds")).iter().any(|kind| names_pods(kind)) {
            continue;
        }
        narrowed |= more_than_namespaces(filter);
        include.push(Clause { names: texts(resources.get("namespaces")), ..Clause::selected(resources.get("namespaceSelector")) });
    }
    // `all` demands every filter at once; one that is read as any of them would reach too far.
    narrowed |= matched.get("all").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    // A rule that matches nothing in particular matches everything.
    if matched.as_object().is_some_and(serde_json::Map::is_empty) {
        include.push(Clause::default());
    }
    if include.is_empty() {
        return None;
    }
    let mut exclude = Vec::new();
    for filter in excluded.into_iter().flat_map(any_of) {
        let resources = filter.get("resources").unwrap_or(&Value::Null);
        let kinds = texts(resources.get("kinds"));
        if !kinds.is_empty() && !kinds.iter().any(|kind| names_pods(kind)) {
            continue;
        }
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

/// Whether an entry among the kinds of a rule matches pods: `Pod`, `v1/Pod`, `P*`, and with its sub-resources `Pod/*`.
fn names_pods(kind: &str) -> bool {
    match kind.split('/').collect::<Vec<_>>()[..] {
        [kind] => glob(kind, "Pod"),
        ["v1" | "*", kind] => glob(kind, "Pod"),
        [kind, "*"] => glob(kind, "Pod"),
        _ => false,
    }
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
    if !by_default && !asks(constraints, Entrance::Pod) {
        return None;
    }
    // One on other documents than those of Kubernetes is asked about none of these.
    let evaluation = policy.parts.get("/spec/evaluation").unwrap_or(&Value::Null);
    if evaluation.get("mode").and_then(Value::as_str).is_some_and(|mode| mode != "Kubernetes") {
        return None;
    }
    let mut demands = of_expressions(policy);
    if of_images {
        let text = expressions(policy);
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
    // Where no action is named, it denies.
    let actions = policy.parts.get("/spec/validationActions").filter(|actions| !texts(Some(actions)).is_empty());
    let mut guard = Guard::new(ENGINE, object, demands, actions.map_or(Strictness::Enforce, |actions| mode(Some(actions))), reach);
    guard.narrowed = narrows(policy, constraints) || fails_open(policy);
    if evaluation.pointer("/admission/enabled") == Some(&Value::Bool(false)) {
        guard.idle = Some("spec.evaluation.admission.enabled is false".to_owned());
    }
    if of_images {
        guard.idle = guard.idle.or_else(|| signers::in_cel(policy).map(str::to_owned));
        guard.narrowed |= policy.parts.get("/spec/validationConfigurations/required") == Some(&Value::Bool(false));
    } else {
        guard.partial = of_some(policy, &guard.demands, asks(constraints, Entrance::Ephemeral));
    }
    if of_images {
        let references = policy.parts.get("/spec/matchImageReferences").and_then(Value::as_array);
        let globs = references.into_iter().flatten().map(|item| item.get("glob").and_then(Value::as_str).map(str::to_owned));
        let globs: Option<Vec<String>> = globs.collect();
        // An expression instead of a glob chooses images in a way that can't be read here.
        guard.narrowed |= globs.is_none();
        guard.images = Some(Images::anything(globs.unwrap_or_else(|| vec!["*".to_owned()])));
    }
    Some(guard)
}
