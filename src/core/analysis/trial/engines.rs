//! The policies of each engine, read from the objects of the cluster.

use super::tried::{NotKnown, Tried};
use crate::analysis::admission::plugins::{Plugin, Running};
use crate::analysis::admission::{Engine, Webhooks};
use crate::analysis::image::ImageReference;
use crate::analysis::software::repository;
use crate::kinds::config::ConfigMap;
use crate::kinds::custom::Custom;
use crate::kinds::{Inventory, KindState, Source};
use crate::model::{Kind, ObjectRef};
use kassay_engines::gatekeeper::{self, Gatekeeper};
use kassay_engines::kyverno::{self, Kyverno};
use kassay_engines::signatures::sigstore::NoMatch;
use kassay_engines::signatures::{Kubewarden, OpenShift, PolicyController};
use kassay_engines::validating::{Params, Policy, param_kind};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A policy as its engine has it, or why that is not known.
type Document = Result<Value, String>;

/// The policies of all engines.
pub(super) fn all<'a>(inventory: &Inventory) -> Vec<Tried<'a>> {
    let mut all = Vec::new();
    own_policies(inventory, &mut all);
    kyverno_policies(inventory, &mut all);
    gatekeeper_constraints(inventory, &mut all);
    kubewarden(inventory, &mut all);
    all.extend(policy_controller(inventory));
    all.extend(openshift(inventory));
    all
}

/// The objects of a kind, each as it stands in the cluster.
fn documents(inventory: &Inventory, kind: Kind) -> Vec<(ObjectRef, Document)> {
    let objects = inventory.customs.get(&kind).into_iter().flatten();
    objects.map(|custom| (reference(kind, custom), document(custom))).collect()
}

fn reference(kind: Kind, custom: &Custom) -> ObjectRef {
    let own = custom.whole.as_ref().and_then(|whole| whole.get("kind")?.as_str()).filter(|_| kind.is_group());
    ObjectRef::new(kind.group(), own.unwrap_or(kind.kind()), &custom.metadata.namespace, &custom.metadata.name)
}

/// A policy as its engine has it. Of its metadata only name, namespace, labels and the annotations that are kept are there.
fn document(custom: &Custom) -> Document {
    let Some(mut whole) = custom.whole.clone() else { return Err("only parts of it were kept when it was read".to_owned()) };
    if custom.is_altered() {
        return Err("something in it was taken out when it was read, because it looked like a secret".to_owned());
    }
    let meta = &custom.metadata;
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(meta.name.to_string()));
    if !meta.namespace.is_empty() {
        metadata.insert("namespace".to_owned(), json!(meta.namespace.to_string()));
    }
    let labels: BTreeMap<String, String> = meta.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let annotations = meta.annotations.iter().filter_map(|(key, value)| Some((key.to_string(), value.text()?.to_owned())));
    let annotations: BTreeMap<String, String> = annotations.collect();
    for (name, map) in [("labels", labels), ("annotations", annotations)] {
        if !map.is_empty() {
            metadata.insert(name.to_owned(), json!(map));
        }
    }
    whole["metadata"] = Value::Object(metadata);
    Ok(whole)
}

/// Whether what takes something out of an engine's policies could be read: where not, nothing that it refuses is known to be refused. Files that hold
/// none of it may leave it out.
fn exceptions_read(inventory: &Inventory, kinds: &[Kind]) -> Running {
    let read = |kind: Kind| match inventory.state(kind) {
        KindState::Read => true,
        KindState::Absent => inventory.source == Source::Live,
        KindState::Forbidden | KindState::Failed | KindState::Partial => false,
    };
    let missing = kinds.iter().find(|kind| !read(**kind));
    missing.map_or(Running::On, |kind| Running::Unsure(format!("{} could not be read, and they may leave it out", kind.id())))
}

/// The values of an engine's ConfigMap; none where ConfigMaps were not read, or a value was not kept: an installation may give it another name, by
/// which nothing of it is kept, and is known by the first of its keys.
fn settings(inventory: &Inventory, name: &str, keys: &[&str]) -> Option<BTreeMap<String, String>> {
    if inventory.state(Kind::ConfigMaps) != KindState::Read {
        return None;
    }
    let is_one = |map: &&ConfigMap| *map.metadata.name == *name || keys.first().is_some_and(|key| map.data.contains_key(*key));
    let mut found = BTreeMap::new();
    for map in inventory.config_maps.iter().filter(is_one) {
        for (key, value) in map.data.iter().filter(|(key, _)| keys.contains(&key.as_str())) {
            found.insert(key.to_string(), value.text()?.to_owned());
        }
    }
    Some(found)
}

/// What Kyverno's ConfigMap says of what it leaves out.
const KYVERNO: &[&str] =
    &["resourceFilters", "excludeGroups", "excludeUsernames", "excludeRoles", "excludeClusterRoles", "defaultRegistry"];

/// The minor version of Kyverno 1 that answers, by the tags of its images where it runs; none where these tell none, or more than one.
fn kyverno_minor(inventory: &Inventory, webhooks: &Webhooks) -> Option<u32> {
    let home = webhooks.home()?;
    let workloads = inventory.workloads.iter().filter(|workload| workload.object.namespace == home);
    let containers = workloads.flat_map(|workload| &workload.variants).flat_map(|variant| &inventory.spec(variant.spec).containers);
    let answers = containers.filter(|container| repository(&container.image).rsplit('/').next() == Some("kyverno"));
    let minors: BTreeSet<Option<u32>> = answers
        .map(|container| {
            let tag = ImageReference::parse(&container.image)?.tag?;
            let mut numbers = tag.strip_prefix('v').unwrap_or(&tag).split('.');
            (numbers.next() == Some("1")).then(|| numbers.next()?.parse().ok())?
        })
        .collect();
    if minors.len() == 1 { minors.into_iter().next().flatten() } else { None }
}

fn kyverno_policies<'a>(inventory: &Inventory, all: &mut Vec<Tried<'a>>) {
    const POLICIES: [Kind; 6] = [
        Kind::KyvernoClusterPolicies,
        Kind::KyvernoPolicies,
        Kind::KyvernoValidatingPolicies,
        Kind::KyvernoNamespacedValidatingPolicies,
        Kind::KyvernoImageValidatingPolicies,
        Kind::KyvernoNamespacedImageValidatingPolicies,
    ];
    const EXCEPTIONS: [Kind; 2] = [Kind::KyvernoPolicyExceptions, Kind::KyvernoCelPolicyExceptions];
    let policies: Vec<(ObjectRef, Document)> = POLICIES.into_iter().flat_map(|kind| documents(inventory, kind)).collect();
    if policies.is_empty() {
        return;
    }
    let webhooks = Arc::new(Webhooks::of(inventory, Engine::Kyverno));
    let mut running = exceptions_read(inventory, &EXCEPTIONS);
    let mut exceptions = Vec::new();
    for (object, exception) in EXCEPTIONS.into_iter().flat_map(|kind| documents(inventory, kind)) {
        match exception {
            Ok(exception) => exceptions.push(exception),
            Err(why) => running = Running::Unsure(format!("{object} may leave it out: {why}")),
        }
    }
    let settings = settings(inventory, "kyverno", KYVERNO).map_or_else(kyverno::Settings::unknown, |data| kyverno::Settings::read(&data));
    let settings = settings.at_minor(kyverno_minor(inventory, &webhooks));
    for (object, document) in policies {
        let webhooks = Some(Arc::clone(&webhooks));
        match document {
            Err(why) => all.push(unread(object, why, webhooks)),
            Ok(policy) => {
                let on_images = object.kind.contains("ImageValidating") || policy.to_string().contains("\"verifyImages\"");
                let kinds = |api_version: &str, kind: &str| params_of(inventory, api_version, kind);
                let judge = Box::new(Kyverno::read_with(&policy, &exceptions, &settings, &kinds));
                all.push(Tried { webhooks, running: running.clone(), on_images, ..Tried::of(object, judge) });
            }
        }
    }
}

fn gatekeeper_constraints<'a>(inventory: &Inventory, all: &mut Vec<Tried<'a>>) {
    let templates = documents(inventory, Kind::GatekeeperTemplates);
    let constraints = documents(inventory, Kind::GatekeeperConstraints);
    if constraints.is_empty() {
        return;
    }
    let webhooks = Arc::new(Webhooks::of(inventory, Engine::Gatekeeper));
    let mut settings = gatekeeper::Settings::default();
    let mut running = exceptions_read(inventory, &[Kind::GatekeeperConfigs]);
    for (object, config) in documents(inventory, Kind::GatekeeperConfigs).into_iter().filter(|(object, _)| object.name == "config") {
        match config {
            Ok(config) => settings = settings.with_config(&config),
            Err(why) => running = Running::Unsure(format!("{object} may leave it out: {why}")),
        }
    }
    if webhooks.fail_open() {
        settings = settings.failing_open();
    }
    if let Some(namespace) = webhooks.home() {
        settings = settings.at_home_in(namespace);
    }
    let mut known = BTreeSet::new();
    for (_, template) in templates {
        let Some(kind) = template.as_ref().ok().and_then(|template| template.pointer("/spec/crd/spec/names/kind")?.as_str()) else {
            continue;
        };
        let own: Vec<&(ObjectRef, Document)> = constraints.iter().filter(|(object, _)| object.kind == kind).collect();
        known.insert(kind.to_owned());
        let read: Vec<Value> = own.iter().filter_map(|(_, document)| document.clone().ok()).collect();
        let objects: Vec<ObjectRef> = own.iter().filter(|(_, document)| document.is_ok()).map(|(object, _)| object.clone()).collect();
        if let (Ok(template), false) = (&template, read.is_empty()) {
            let judge = Box::new(Gatekeeper::read(template, &read, &settings));
            // Each of its rulings names its constraint.
            let (webhooks, running) = (Some(Arc::clone(&webhooks)), running.clone());
            all.push(Tried { objects, webhooks, running, parts_are_objects: true, ..Tried::new("", judge) });
        }
    }
    for (object, document) in &constraints {
        let why = match document {
            Err(why) => why.clone(),
            Ok(_) if !known.contains(&object.kind) => "its template was not read".to_owned(),
            Ok(_) => continue,
        };
        all.push(unread(object.clone(), why, Some(Arc::clone(&webhooks))));
    }
}

/// A policy that can't be evaluated.
fn unread<'a>(object: ObjectRef, why: String, webhooks: Option<Arc<Webhooks>>) -> Tried<'a> {
    Tried { webhooks, on_images: true, ..Tried::of(object, NotKnown::about_makers_too(why)) }
}

fn kubewarden<'a>(inventory: &Inventory, all: &mut Vec<Tried<'a>>) {
    let policies = [Kind::KubewardenClusterPolicies, Kind::KubewardenPolicies].into_iter().flat_map(|kind| documents(inventory, kind));
    let webhooks = Arc::new(Webhooks::of(inventory, Engine::Kubewarden));
    for (object, document) in policies {
        let webhooks = Some(Arc::clone(&webhooks));
        match document {
            Err(why) => all.push(unread(object, why, webhooks)),
            Ok(policy) => {
                let on_images =
                    policy.pointer("/spec/module").and_then(Value::as_str).is_some_and(|module| module.contains("verify-image"));
                all.push(Tried { webhooks, on_images, ..Tried::of(object, Box::new(Kubewarden::read(&policy))) });
            }
        }
    }
}

fn policy_controller<'a>(inventory: &Inventory) -> Option<Tried<'a>> {
    let webhooks = Webhooks::of(inventory, Engine::Sigstore);
    let documents = documents(inventory, Kind::SigstoreImagePolicies);
    if documents.is_empty() {
        return None;
    }
    let objects: Vec<ObjectRef> = documents.iter().map(|(object, _)| object.clone()).collect();
    let mut running = Running::On;
    let mut policies = Vec::new();
    for (object, document) in documents {
        match document {
            Ok(document) => policies.push(document),
            // An image must hold against each policy that names it, so one that is not known can only refuse more.
            Err(why) => running = Running::Unsure(format!("{object}: {why}")),
        }
    }
    let told = settings(inventory, "config-policy-controller", &["no-match-policy"]);
    if told.is_none() {
        running = Running::Unsure("what it does with images that no policy names was not read".to_owned());
    }
    let no_match = NoMatch::read(told.unwrap_or_default().get("no-match-policy").map(String::as_str));
    let judge = Box::new(PolicyController::read(&policies, no_match));
    let webhooks = Some(Arc::new(webhooks));
    Some(Tried { objects, webhooks, running, on_images: true, parts_are_objects: true, ..Tried::new(Engine::Sigstore.name(), judge) })
}

/// What the nodes of OpenShift fetch.
fn openshift<'a>(inventory: &Inventory) -> Option<Tried<'a>> {
    if inventory.cluster.distribution != "openshift" {
        return None;
    }
    let settings = documents(inventory, Kind::OpenshiftImageSettings).into_iter().find(|(object, _)| object.name == "cluster");
    let policies =
        [Kind::OpenshiftClusterImagePolicies, Kind::OpenshiftImagePolicies].into_iter().flat_map(|kind| documents(inventory, kind));
    let policies: Vec<(ObjectRef, Document)> = policies.collect();
    if settings.is_none() && policies.is_empty() {
        return None;
    }
    let all: Vec<&(ObjectRef, Document)> = settings.iter().chain(&policies).collect();
    let objects = all.iter().map(|(object, _)| object.clone()).collect();
    let broken = all.iter().find_map(|(object, document)| Some((object, document.as_ref().err()?)));
    let running = broken.map_or(Running::On, |(object, why)| Running::Unsure(format!("{object}: {why}")));
    let images = settings.and_then(|(_, document)| document.ok()).unwrap_or_default();
    let read: Vec<Value> = policies.into_iter().filter_map(|(_, document)| document.ok()).collect();
    let judge = Box::new(OpenShift::read(&images, &read));
    Some(Tried { objects, running, on_images: true, parts_are_objects: true, ..Tried::new("OpenShift's settings of images", judge) })
}

/// The API server's own policies, each with its bindings. One without a binding is asked nothing.
fn own_policies<'a>(inventory: &Inventory, all: &mut Vec<Tried<'a>>) {
    let bindings = documents(inventory, Kind::ValidatingAdmissionPolicyBindings);
    let running = Plugin::Policies.running(inventory);
    for (object, document) in documents(inventory, Kind::ValidatingAdmissionPolicies) {
        let names = |document: &Value| document.pointer("/spec/policyName").and_then(Value::as_str) == Some(object.name.as_str());
        let broken = bindings.iter().find_map(|(binding, document)| Some(format!("{binding}: {}", document.as_ref().err()?)));
        let own: Vec<Value> = bindings.iter().filter_map(|(_, document)| document.clone().ok()).filter(names).collect();
        if own.is_empty() && broken.is_none() {
            continue;
        }
        match (document, broken) {
            (Err(why), _) | (_, Some(why)) => all.push(unread(object, why, None)),
            (Ok(policy), None) => {
                let judge = Box::new(Policy::read(&policy, &own, &params(inventory, &policy)));
                all.push(Tried { running: running.clone(), ..Tried::of(object, judge) });
            }
        }
    }
}

/// The objects from which a policy takes its parameters.
fn params(inventory: &Inventory, policy: &Value) -> Params {
    param_kind(policy).map_or(Params::None, |(api_version, kind)| params_of(inventory, &api_version, &kind))
}

/// The objects of a kind of parameters.
fn params_of(inventory: &Inventory, api_version: &str, kind: &str) -> Params {
    let Some(list) = inventory.params.iter().find(|list| list.api_version == api_version && list.kind == kind) else {
        return Params::NotRead(format!("its parameters, of the kind {kind}, were not read"));
    };
    // Files that are the whole cluster hold all that there are.
    let all_there = list.objects.is_empty() && inventory.declared_complete.is_some();
    match &list.unread {
        Some(why) if !all_there => Params::NotRead(format!("its parameters, of the kind {kind}, were not read: {why}")),
        _ if list.altered => {
            Params::NotRead(format!("something in its parameters, of the kind {kind}, was taken out because it looked like a secret"))
        }
        _ => Params::Read { namespaced: list.namespaced, objects: list.objects.clone() },
    }
}
