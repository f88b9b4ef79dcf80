//! Gatekeeper's library, the sigstore policy-controller, Kubewarden, and OpenShift's settings for images.

use super::builtin::has;
use super::demands::Demand;
use super::reach::{Clause, Reach, texts};
use super::{Guard, Mode, objects};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn guards(inventory: &Inventory) -> Vec<Guard> {
    let mut all = Vec::new();
    let library = [
        (Kind::GatekeeperAllowedRepos, Demand::Registries),
        (Kind::GatekeeperPrivileged, Demand::Privileged),
        (Kind::GatekeeperHostNamespaces, Demand::HostNamespaces),
        (Kind::GatekeeperHostFilesystem, Demand::HostPath),
        (Kind::GatekeeperAllowedUsers, Demand::NonRoot),
    ];
    for (kind, demand) in library {
        all.extend(objects(inventory, kind).filter_map(|(constraint, object)| gatekeeper(constraint, object, demand)));
    }
    all.extend(objects(inventory, Kind::SigstoreImagePolicies).map(|(policy, object)| sigstore(policy, object)));
    for kind in [Kind::KubewardenClusterPolicies, Kind::KubewardenPolicies] {
        all.extend(objects(inventory, kind).filter_map(|(policy, object)| kubewarden(policy, object)));
    }
    for kind in [Kind::OpenshiftClusterImagePolicies, Kind::OpenshiftImagePolicies] {
        all.extend(objects(inventory, kind).map(|(policy, object)| openshift_signatures(policy, object)));
    }
    let settings = objects(inventory, Kind::OpenshiftImageSettings);
    let limited =
        settings.filter(|(s, _)| s.parts.get("/spec/registrySources/allowedRegistries").is_some_and(|l| !texts(Some(l)).is_empty()));
    all.extend(
        limited
            .map(|(_, object)| Guard::new("OpenShift", object, BTreeSet::from([Demand::Registries]), Mode::Enforce, Reach::everywhere())),
    );
    all
}

fn text<'a>(custom: &'a Custom, part: &str) -> &'a str {
    custom.parts.get(part).and_then(Value::as_str).unwrap_or_default()
}

fn gatekeeper(constraint: &Custom, object: ObjectRef, demand: Demand) -> Option<Guard> {
    let matched = constraint.parts.get("/spec/match").unwrap_or(&Value::Null);
    let kinds = matched.get("kinds").and_then(Value::as_array);
    // Without kinds a constraint is asked about every object.
    let about_pods = |kind: &Value| texts(kind.get("kinds")).iter().any(|name| matches!(name.as_str(), "Pod" | "*"));
    if kinds.is_some_and(|kinds| !kinds.is_empty() && !kinds.iter().any(about_pods)) {
        return None;
    }
    if demand == Demand::NonRoot {
        let rule = constraint.parts.get("/spec/parameters/runAsUser").and_then(|user| user.get("rule")).and_then(Value::as_str);
        if !matches!(rule, Some("MustRunAsNonRoot" | "MustRunAs")) {
            return None;
        }
    }
    let mode = match text(constraint, "/spec/enforcementAction") {
        "" | "deny" => Mode::Enforce,
        // Its scoped actions may refuse in one place and warn in another; which is not read here.
        "scoped" => Mode::Part,
        _ => Mode::Audit,
    };
    let include = Clause { names: texts(matched.get("namespaces")), ..Clause::selected(matched.get("namespaceSelector")) };
    let left_out = Clause::names(matched.get("excludedNamespaces"));
    let exclude = if left_out.is_any() { vec![] } else { vec![left_out] };
    let mut guard = Guard::new("Gatekeeper", object, BTreeSet::from([demand]), mode, Reach { include: vec![include], exclude });
    guard.narrowed = has(matched, "labelSelector") || has(matched, "name") || has(matched, "source");
    Some(guard)
}

/// It holds in namespaces that ask for it by a label, unless its own webhook was set up otherwise.
fn sigstore(policy: &Custom, object: ObjectRef) -> Guard {
    let mode = if text(policy, "/spec/mode") == "warn" { Mode::Audit } else { Mode::Enforce };
    let label = BTreeMap::from([("policy.sigstore.dev/include".to_owned(), "true".to_owned())]);
    let selector = crate::kinds::rbac::LabelSelector { match_labels: label, match_expressions: vec![] };
    let reach = Reach { include: vec![Clause { names: vec![], selector: Some(selector) }], exclude: vec![] };
    let mut guard = Guard::new("sigstore policy-controller", object, BTreeSet::from([Demand::Signatures]), mode, reach);
    let images = policy.parts.get("/spec/images").and_then(Value::as_array).into_iter().flatten();
    // A double star crosses slashes there; one does so here.
    guard.images = Some(images.filter_map(|item| Some(item.get("glob")?.as_str()?.replace("**", "*"))).collect());
    guard.narrowed = policy.parts.get("/spec/match").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    guard
}

/// Modules of Kubewarden's own collection, by a part of their address.
const MODULES: &[(&str, Demand)] = &[
    ("pod-privileged", Demand::Privileged),
    ("host-namespaces", Demand::HostNamespaces),
    ("hostpaths", Demand::HostPath),
    ("user-group", Demand::NonRoot),
    ("trusted-repos", Demand::Registries),
    ("verify-image-signatures", Demand::Signatures),
];

fn kubewarden(policy: &Custom, object: ObjectRef) -> Option<Guard> {
    let module = text(policy, "/spec/module");
    let demands: BTreeSet<Demand> = MODULES.iter().filter(|(part, _)| module.contains(part)).map(|(_, demand)| *demand).collect();
    if demands.is_empty() {
        return None;
    }
    let mode = if text(policy, "/spec/mode") == "monitor" { Mode::Audit } else { Mode::Enforce };
    let reach = if object.namespace.is_empty() {
        Reach { include: vec![Clause::selected(policy.parts.get("/spec/namespaceSelector"))], exclude: vec![] }
    } else {
        Reach::namespace(&object.namespace)
    };
    let mut guard = Guard::new("Kubewarden", object, demands.clone(), mode, reach);
    // Which registries, images or signers it accepts stands in its settings, which are not read; signatures may be asked of some images only.
    guard.narrowed = policy.parts.get("/spec/objectSelector").is_some_and(|s| s.as_object().is_some_and(|m| !m.is_empty()))
        || demands.contains(&Demand::Signatures);
    Some(guard)
}

/// The nodes refuse what does not satisfy it, so there is no mode to read.
fn openshift_signatures(policy: &Custom, object: ObjectRef) -> Guard {
    let reach = if object.namespace.is_empty() { Reach::everywhere() } else { Reach::namespace(&object.namespace) };
    let mut guard = Guard::new("OpenShift", object, BTreeSet::from([Demand::Signatures]), Mode::Enforce, reach);
    // A scope is a registry or a path in one and covers what lies below it.
    let scopes = texts(policy.parts.get("/spec/scopes"));
    guard.images = Some(
        scopes.into_iter().flat_map(|scope| [scope.clone(), format!("{scope}/*"), format!("{scope}:*"), format!("{scope}@*")]).collect(),
    );
    guard
}
