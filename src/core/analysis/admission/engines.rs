//! Gatekeeper's library, the sigstore policy-controller, Kubewarden, and OpenShift's settings for images.

use super::demands::Demand;
use super::extent::{Clause, Extent, has, texts};
use super::rules::{Entrance, asks};
use super::{Guard, Images, Strictness, objects, signers};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn guards(inventory: &Inventory) -> Vec<Guard> {
    let mut all = Vec::new();
    let library = [
        (Kind::GatekeeperAllowedRepos, &[Demand::Registries][..]),
        (Kind::GatekeeperPrivileged, &[Demand::Privileged]),
        // The node's network is the matter of another constraint.
        (Kind::GatekeeperHostNamespaces, &[Demand::HostPid, Demand::HostIpc]),
        (Kind::GatekeeperHostNetworkingPorts, &[Demand::HostNetwork]),
        (Kind::GatekeeperHostFilesystem, &[Demand::HostPath]),
        (Kind::GatekeeperVolumeTypes, &[Demand::HostPath]),
        (Kind::GatekeeperAllowedUsers, &[Demand::NonRoot]),
    ];
    let exempt = gatekeeper_exemptions(inventory);
    for (kind, demands) in library {
        all.extend(objects(inventory, kind).filter_map(|(constraint, object)| gatekeeper(constraint, object, kind, demands, &exempt)));
    }
    all.extend(objects(inventory, Kind::SigstoreImagePolicies).map(|(policy, object)| sigstore(policy, object)));
    for kind in [Kind::KubewardenClusterPolicies, Kind::KubewardenPolicies] {
        all.extend(objects(inventory, kind).filter_map(|(policy, object)| kubewarden(policy, object)));
    }
    for kind in [Kind::OpenshiftClusterImagePolicies, Kind::OpenshiftImagePolicies] {
        all.extend(objects(inventory, kind).map(|(policy, object)| openshift_signatures(policy, object)));
    }
    all.extend(
        objects(inventory, Kind::OpenshiftImageSettings).filter_map(|(settings, object)| openshift_registries(settings, object, inventory)),
    );
    all
}

/// Registries outside of the list are refused by the nodes, on which OpenShift writes it. That is certain of the settings that hold, which are
/// those named `cluster` in a cluster of OpenShift, and of a list that names somebody.
fn openshift_registries(settings: &Custom, object: ObjectRef, inventory: &Inventory) -> Option<Guard> {
    let listed = texts(settings.parts.get("/spec/registrySources/allowedRegistries"));
    if listed.is_empty() || object.name != "cluster" {
        return None;
    }
    let demands = BTreeSet::from([Demand::Registries]);
    let named = |registry: &String| registry.split('/').next().is_some_and(|host| host.contains(|c: char| c.is_ascii_alphanumeric()));
    // Both lists at once are invalid, and which of them holds is not known.
    let blocked = !texts(settings.parts.get("/spec/registrySources/blockedRegistries")).is_empty();
    if inventory.cluster.distribution == "openshift" && listed.iter().all(named) && !blocked {
        return Some(Guard::certain("OpenShift", object, demands, Extent::everywhere()));
    }
    Some(Guard::new("OpenShift", object, demands, Strictness::Enforce, Extent::everywhere()))
}

fn text<'a>(custom: &'a Custom, part: &str) -> &'a str {
    custom.parts.get(part).and_then(Value::as_str).unwrap_or_default()
}

/// Namespaces that Gatekeeper's own configuration takes out of its webhook.
fn gatekeeper_exemptions(inventory: &Inventory) -> Vec<Clause> {
    let entries = objects(inventory, Kind::GatekeeperConfigs)
        .flat_map(|(config, _)| config.parts.get("/spec/match").and_then(Value::as_array).into_iter().flatten());
    let of_webhook = |entry: &&Value| texts(entry.get("processes")).iter().any(|process| process == "*" || process == "webhook");
    entries.filter(of_webhook).map(|entry| Clause::names(entry.get("excludedNamespaces"))).filter(|clause| !clause.is_any()).collect()
}

/// Whether the parameters of a constraint of the library make it demand what its kind stands for.
fn demands_it(constraint: &Custom, kind: Kind) -> bool {
    let part = |name: &str| constraint.parts.get(&format!("/spec/parameters/{name}"));
    match kind {
        // Each repository is compared as the beginning of an image's name, and all names begin with nothing.
        Kind::GatekeeperAllowedRepos => !texts(part("repos")).iter().any(|repository| repository.trim().is_empty()),
        Kind::GatekeeperAllowedUsers => refuses_root(part("runAsUser")),
        Kind::GatekeeperHostNetworkingPorts => part("hostNetwork").and_then(Value::as_bool) != Some(true),
        Kind::GatekeeperVolumeTypes => {
            let permitted = texts(part("volumes"));
            !permitted.is_empty() && !permitted.iter().any(|volume| volume == "*" || volume == "hostPath")
        }
        _ => true,
    }
}

/// Whether a rule on users, in the words that both Gatekeeper and Kubewarden have from Kubernetes' former pod security policies, refuses root.
fn refuses_root(user: Option<&Value>) -> bool {
    let field = |name: &str| user.and_then(|user| user.get(name));
    let ranges = field("ranges").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let root = ranges.iter().any(|range| range.get("min").and_then(Value::as_i64).is_none_or(|min| min <= 0));
    match field("rule").and_then(Value::as_str) {
        Some("MustRunAsNonRoot") => true,
        Some("MustRunAs") => !root && !ranges.is_empty(),
        _ => false,
    }
}

fn gatekeeper(constraint: &Custom, object: ObjectRef, kind: Kind, demands: &[Demand], exempt: &[Clause]) -> Option<Guard> {
    let matched = constraint.parts.get("/spec/match").unwrap_or(&Value::Null);
    let kinds = matched.get("kinds").and_then(Value::as_array);
    // Without kinds a constraint is asked about every object.
    let about_pods = |kind: &Value| {
        // A list that is empty or missing leaves nothing out.
        let any = |list: &str, wanted: &str| {
            let names = texts(kind.get(list));
            names.is_empty() || names.iter().any(|name| name == wanted || name == "*")
        };
        any("apiGroups", "") && any("kinds", "Pod")
    };
    // Pods live in namespaces.
    if matched.get("scope").and_then(Value::as_str) == Some("Cluster") {
        return None;
    }
    if kinds.is_some_and(|kinds| !kinds.is_empty() && !kinds.iter().any(about_pods)) {
        return None;
    }
    if !demands_it(constraint, kind) {
        return None;
    }
    let mode = match text(constraint, "/spec/enforcementAction") {
        "" | "deny" => Strictness::Enforce,
        "scoped" => scoped(constraint.parts.get("/spec/scopedEnforcementActions")),
        _ => Strictness::Audit,
    };
    let include = Clause { names: texts(matched.get("namespaces")), ..Clause::selected(matched.get("namespaceSelector")) };
    let left_out = Clause::names(matched.get("excludedNamespaces"));
    let mut exclude = if left_out.is_any() { vec![] } else { vec![left_out] };
    exclude.extend_from_slice(exempt);
    let demands = demands.iter().copied().collect();
    let mut guard = Guard::new("Gatekeeper", object, demands, mode, Extent { include: vec![include], exclude });
    // Images that are exempt, and directories that are permitted, leave something open to whoever names them.
    let parameter =
        |name: &str| constraint.parts.get(&format!("/spec/parameters/{name}")).is_some_and(|list| !texts_or_maps(list).is_empty());
    guard.narrowed = has(matched, "labelSelector")
        || has(matched, "name")
        || matched.get("source").is_some_and(|source| !matches!(source.as_str(), Some("" | "All")))
        || parameter("exemptImages")
        || parameter("allowedHostPaths");
    Some(guard)
}

/// How far scoped actions go where pods are let in: at the webhook, or in a policy of the API server that Gatekeeper makes. Others watch alone.
fn scoped(actions: Option<&Value>) -> Strictness {
    let list = actions.and_then(Value::as_array).into_iter().flatten();
    let at = |action: &Value, points: &[&str]| {
        let named = action.get("enforcementPoints").and_then(Value::as_array).into_iter().flatten();
        named.filter_map(|point| point.get("name")?.as_str()).any(|name| points.contains(&name))
    };
    let denying = list.filter(|action| action.get("action").and_then(Value::as_str) == Some("deny"));
    let mut best = Strictness::Audit;
    for action in denying {
        best = best.max(if at(action, &["*", "validation.gatekeeper.sh"]) {
            Strictness::Enforce
        } else if at(action, &["vap.k8s.io"]) {
            // Whether such a policy was made is not told here.
            Strictness::Part
        } else {
            Strictness::Audit
        });
    }
    best
}

/// Kinds of constraints of the library that are read here, or that demand something that is no matter of these checks. `K8sPSP…` are those of
/// its pod-security part.
const LIBRARY: &[&str] = &[
    "K8sAllowedRepos",
    "K8sPSPAllowPrivilegeEscalationContainer",
    "K8sPSPAllowedUsers",
    "K8sPSPAppArmor",
    "K8sPSPAutomountServiceAccountTokenPod",
    "K8sPSPCapabilities",
    "K8sPSPFlexVolumes",
    "K8sPSPForbiddenSysctls",
    "K8sPSPFSGroup",
    "K8sPSPHostFilesystem",
    "K8sPSPHostNamespace",
    "K8sPSPHostNetworkingPorts",
    "K8sPSPPrivilegedContainer",
    "K8sPSPProcMount",
    "K8sPSPReadOnlyRootFilesystem",
    "K8sPSPSeccomp",
    "K8sPSPSeccompV2",
    "K8sPSPSELinuxV2",
    "K8sPSPVolumeTypes",
    "K8sBlockEndpointEditDefaultRole",
    "K8sBlockLoadBalancer",
    "K8sBlockNodePort",
    "K8sBlockWildcardIngress",
    "K8sContainerLimits",
    "K8sContainerRatios",
    "K8sContainerRequests",
    "K8sDisallowAnonymous",
    "K8sDisallowedTags",
    "K8sExternalIPs",
    "K8sHorizontalPodAutoscaler",
    "K8sHttpsOnly",
    "K8sImageDigests",
    "K8sPodDisruptionBudget",
    "K8sReplicaLimits",
    "K8sRequiredAnnotations",
    "K8sRequiredLabels",
    "K8sRequiredProbes",
    "K8sRequiredResources",
    "K8sStorageClass",
    "K8sUniqueIngressHost",
    "K8sUniqueServiceSelector",
    "NoUpdateServiceAccount",
    "VerifyDeprecatedAPI",
];

/// Whether a kind of constraint is of the library, and so is either read or known to demand something else.
pub(super) fn in_library(kind: &str) -> bool {
    LIBRARY.contains(&kind)
}

fn texts_or_maps(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// It holds in namespaces that ask for it by a label, unless its own webhook was set up otherwise.
fn sigstore(policy: &Custom, object: ObjectRef) -> Guard {
    let mode = if text(policy, "/spec/mode") == "warn" { Strictness::Audit } else { Strictness::Enforce };
    let label = BTreeMap::from([("policy.sigstore.dev/include".to_owned(), "true".to_owned())]);
    let selector = crate::kinds::rbac::LabelSelector { match_labels: label, match_expressions: vec![] };
    let reach = Extent { include: vec![Clause { names: vec![], selector: Some(selector) }], exclude: vec![] };
    let mut guard = Guard::new("sigstore policy-controller", object, BTreeSet::from([Demand::Signatures]), mode, reach);
    let images = policy.parts.get("/spec/images").and_then(Value::as_array).into_iter().flatten();
    guard.images = Some(Images::paths(images.filter_map(|item| item.get("glob")?.as_str().map(str::to_owned))));
    guard.idle = signers::sigstore(policy).map(str::to_owned);
    let list = |part: &str| policy.parts.get(part).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    // Where no authority is shown, who must have signed is not known.
    guard.narrowed = list("/spec/match") || !list("/spec/authorities/*/static");
    guard
}

/// Modules of Kubewarden's own collection, by a part of their address.
const MODULES: &[(&str, &[Demand])] = &[
    ("pod-privileged", &[Demand::Privileged]),
    ("host-namespaces", &[Demand::HostNetwork, Demand::HostPid, Demand::HostIpc]),
    ("hostpaths", &[Demand::HostPath]),
    ("user-group", &[Demand::NonRoot]),
    ("trusted-repos", &[Demand::Registries]),
    ("verify-image-signatures", &[Demand::Signatures]),
];

/// What narrows a policy of Kubewarden where it says something.
const NARROWING: &[&str] = &[
    "/spec/objectSelector",
    "/spec/matchConditions",
    "/spec/settings/skip_init_containers",
    "/spec/settings/skip_ephemeral_containers",
    "/spec/settings/allowedHostPaths",
];

fn has_rules(policy: &Custom) -> bool {
    policy.parts.get("/spec/rules").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty())
}

/// What a module of Kubewarden's collection demands by its settings, which may switch parts of it off or never have switched them on.
fn kubewarden_demands(policy: &Custom) -> BTreeSet<Demand> {
    let module = text(policy, "/spec/module");
    let setting = |name: &str| policy.parts.get(&format!("/spec/settings/{name}"));
    let lists = |name: &str| setting(name).is_some_and(|list| !texts(Some(list)).is_empty());
    // A setting that is there and does not plainly say no may say yes.
    let off = |name: &str| setting(name).is_none_or(|value| value.is_null() || value == &Value::Bool(false));
    let demands = MODULES.iter().filter(|(part, _)| module.contains(part)).flat_map(|(_, demands)| demands.iter().copied());
    demands
        .filter(|demand| match demand {
            Demand::HostNetwork => off("allow_host_network"),
            Demand::HostPid => off("allow_host_pid"),
            Demand::HostIpc => off("allow_host_ipc"),
            Demand::NonRoot => refuses_root(setting("run_as_user")),
            // What refuses only some tags, registries or images lets all others in.
            Demand::Registries => lists("registries/allow") || lists("images/allow"),
            _ => true,
        })
        .collect()
}

fn kubewarden(policy: &Custom, object: ObjectRef) -> Option<Guard> {
    let demands = kubewarden_demands(policy);
    let elsewhere = has_rules(policy) && !asks(Some(&serde_json::json!({"resourceRules": policy.parts.get("/spec/rules")})), Entrance::Pod);
    if demands.is_empty() || elsewhere {
        return None;
    }
    let mode = if text(policy, "/spec/mode") == "monitor" { Strictness::Audit } else { Strictness::Enforce };
    let reach = if object.namespace.is_empty() {
        Extent { include: vec![Clause::selected(policy.parts.get("/spec/namespaceSelector"))], exclude: vec![] }
    } else {
        Extent::namespace(&object.namespace)
    };
    let mut guard = Guard::new("Kubewarden", object, demands.clone(), mode, reach);
    // Conditions, containers that are skipped and directories that are permitted leave something open. Which images must be signed, and by whom,
    // stands in settings that are not read.
    let says = |part: &str| {
        policy.parts.get(part).is_some_and(|value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(list) => !list.is_empty(),
            Value::Object(map) => !map.is_empty(),
            _ => true,
        })
    };
    guard.narrowed = NARROWING.iter().any(|part| says(part)) || demands.contains(&Demand::Signatures);
    Some(guard)
}

/// The nodes refuse what does not satisfy it, so there is no mode to read.
fn openshift_signatures(policy: &Custom, object: ObjectRef) -> Guard {
    let reach = if object.namespace.is_empty() { Extent::everywhere() } else { Extent::namespace(&object.namespace) };
    let mut guard = Guard::new("OpenShift", object, BTreeSet::from([Demand::Signatures]), Strictness::Enforce, reach);
    // A scope is a registry or a path in one and covers what lies below it.
    let scopes = texts(policy.parts.get("/spec/scopes"));
    guard.images = Some(Images::anything(
        scopes.into_iter().flat_map(|scope| [scope.clone(), format!("{scope}/*"), format!("{scope}:*"), format!("{scope}@*")]),
    ));
    guard
}
