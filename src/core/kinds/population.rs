//! What can start pods: workloads, derived from pods and from the templates of what makes them. A template is judged whether or not pods of it
//! exist; pods that ended stand for nothing that is still there.

use super::inventory::Inventory;
use super::maker::Template;
use super::meta::Meta;
use super::pod::Pod;
use super::workload::{Controller, Variant, Workload};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Kinds that only stand between pods and what people wrote. A StatefulSet that an operator made stays the unit: its template is what runs.
const BETWEEN: &[(&str, &str)] = &[
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apps", "ReplicaSet"),
    ("argoproj.io", "Workflow"),
    ("batch", "Job"),
    ("kubevirt.io", "VirtualMachineInstance"),
    ("kueue.x-k8s.io", "Workload"),
    ("ray.io", "RayCluster"),
    ("tekton.dev", "PipelineRun"),
    ("tekton.dev", "TaskRun"),
];

/// An object that makes pods.
struct Maker<'a> {
    object: ObjectRef,
    meta: &'a Meta,
    templates: Vec<Part<'a>>,
    /// Volumes that each of its pods gets by a claim of its own.
    claim_templates: &'a [String],
    /// Path of its templates, where its kind does not tell.
    path: Option<String>,
    /// Whether it may start pods again by itself: it wants some, or has not ended.
    active: bool,
    /// Whether its pods all come of the template that it has now, because nobody can change it, or as far as it says so.
    revision: Revision<'a>,
}

/// What tells whether a pod comes of the present template of the object that owns it.
enum Revision<'a> {
    /// The template never changes.
    Fixed,
    /// Pods of the present one carry this label.
    Label(&'a str),
    /// This many pods are of the present one.
    Count(usize),
    /// Nothing.
    Unknown,
}

#[derive(Clone, Copy)]
struct Part<'a> {
    spec: usize,
    labels: &'a super::meta::Labels,
    annotations: &'a BTreeMap<String, super::Sealed>,
}

impl<'a> Maker<'a> {
    fn of(kind: Kind, controller: &'a Controller) -> Self {
        let meta = &controller.metadata;
        let fixed = kind == Kind::Jobs || (kind == Kind::ReplicaSets && meta.owner().is_some());
        let revision = match (&controller.revision, controller.updated) {
            _ if fixed => Revision::Fixed,
            (label, _) if !label.is_empty() => Revision::Label(label),
            (_, Some(count)) => Revision::Count(usize::try_from(count).unwrap_or_default()),
            _ => Revision::Unknown,
        };
        let active = match kind {
            Kind::ReplicaSets | Kind::ReplicationControllers => controller.replicas != Some(0),
            _ => !controller.ended,
        };
        Self {
            object: ObjectRef::new(kind.group(), kind.kind(), &meta.namespace, &meta.name),
            meta,
            templates: vec![Part { spec: controller.spec, labels: &controller.pod_labels, annotations: &controller.pod_annotations }],
            claim_templates: &controller.claim_templates,
            path: None,
            active,
            revision,
        }
    }

    fn of_addon(maker: &'a super::maker::Maker) -> Self {
        let part = |template: &'a Template| Part { spec: template.spec, labels: &template.labels, annotations: &template.annotations };
        Self {
            object: maker.object(),
            meta: &maker.metadata,
            templates: maker.templates.iter().map(part).collect(),
            claim_templates: &[],
            path: Some(maker.path()),
            active: !maker.ended,
            revision: Revision::Unknown,
        }
    }
}

/// Everything that makes pods, by reference.
struct Makers<'a> {
    all: Vec<Maker<'a>>,
    by_object: HashMap<ObjectRef, usize>,
}

impl<'a> Makers<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let controllers = inventory.controllers.iter().flat_map(|(kind, list)| list.iter().map(move |c| Maker::of(*kind, c)));
        let all: Vec<Maker<'a>> = controllers.chain(inventory.makers.iter().map(Maker::of_addon)).collect();
        let by_object = all.iter().enumerate().map(|(nth, maker)| (maker.object.clone(), nth)).collect();
        Self { all, by_object }
    }

    /// Follows controllers up from an object as far as they are known; the last reference names the workload even where its object was not
    /// read. Pods that a node owns (static pods) are workloads of their own.
    fn topmost(&self, object: ObjectRef, meta: &Meta) -> ObjectRef {
        let (mut object, mut at) = (object, meta);
        // Chains are Pod → ReplicaSet → Deployment → an operator's object; eight steps are more than any real one has.
        for _ in 0..8 {
            if !BETWEEN.iter().any(|(group, kind)| *group == object.group && *kind == object.kind) {
                break;
            }
            let Some(above) = at.owner() else { break };
            match self.by_object.get(&above) {
                Some(nth) => at = self.all[*nth].meta,
                None => return deployment_of(&above, at).unwrap_or(above),
            }
            object = above;
        }
        object
    }
}

/// The Deployment of a ReplicaSet that could not be read: its name is the Deployment's with the template's hash behind it.
fn deployment_of(above: &ObjectRef, meta: &Meta) -> Option<ObjectRef> {
    let hash = meta.labels.get("pod-template-hash").filter(|_| above.kind == "ReplicaSet")?;
    let name = above.name.strip_suffix(&format!("-{hash}"))?;
    Some(ObjectRef::new("apps", "Deployment", &above.namespace, name))
}

/// A workload in the making.
#[derive(Default)]
struct Group {
    workload: Workload,
    /// Its pods that did not end, each with the object that owns it directly, where that was read.
    live: Vec<(usize, Option<usize>)>,
    ended: Vec<usize>,
}

/// Groups by their workload's object.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    by_object: HashMap<ObjectRef, usize>,
}

impl Groups {
    fn has(&self, object: &ObjectRef) -> bool {
        self.by_object.contains_key(object)
    }

    /// The group of an object, made where there is none.
    fn of(&mut self, object: ObjectRef) -> &mut Group {
        let nth = match self.by_object.get(&object) {
            Some(nth) => *nth,
            None => {
                self.by_object.insert(object.clone(), self.all.len());
                self.all.push(Group { workload: Workload { object, ..Workload::default() }, ..Group::default() });
                self.all.len() - 1
            }
        };
        &mut self.all[nth]
    }
}

/// Puts something into a list that mostly stays alone: a cluster may have hundreds of thousands of pods without an owner, and each is a workload.
fn put<T>(list: &mut Vec<T>, item: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(item);
}

impl Group {
    fn add(&mut self, spec: usize, pods: u32) {
        match self.workload.variants.iter_mut().find(|variant| variant.spec == spec) {
            Some(variant) => variant.pods += pods,
            None => put(&mut self.workload.variants, Variant { spec, pods }),
        }
    }
}

/// Derives the workloads. Pods are grouped by their topmost owner. A workload is judged by the pods that it has and by its template, unless
/// pods of that very template run, which show what admission makes of it.
pub(super) fn derive(inventory: &Inventory) -> Vec<Workload> {
    let makers = Makers::of(inventory);
    let mut groups = Groups::default();
    for (index, pod) in inventory.pods.iter().enumerate() {
        let meta = &pod.metadata;
        let object = makers.topmost(ObjectRef::new("", "Pod", &meta.namespace, &meta.name), meta);
        let direct = meta.owner().and_then(|owner| makers.by_object.get(&owner).copied());
        let group = groups.of(object);
        if group.workload.pods == 0 {
            group.workload.labels.clone_from(&meta.labels);
            group.workload.pod_labels.clone_from(&meta.labels);
        }
        group.workload.pods += 1;
        put(&mut group.workload.pod_indexes, index);
        if pod.is_live() {
            put(&mut group.live, (index, direct));
            group.add(pod.spec, 1);
        } else {
            put(&mut group.ended, pod.spec);
        }
    }
    let mut same = Extensions { inventory, known: HashMap::new() };
    for (nth, maker) in makers.all.iter().enumerate() {
        let top = makers.topmost(maker.object.clone(), maker.meta);
        let (own, read) = (top == maker.object, makers.by_object.contains_key(&top));
        // A Deployment's old ReplicaSets and a CronJob's old Jobs are history; so is an add-on's object that has run to its end.
        let history = !maker.active && ((!own && read) || (own && maker.path.is_some()));
        if (history || maker.templates.is_empty()) && !groups.has(&top) {
            continue;
        }
        let group = groups.of(top);
        describe(group, maker, own, read);
        if history {
            continue;
        }
        for part in &maker.templates {
            if !group.live.iter().any(|(pod, direct)| same.comes_of(*pod, *direct, nth, part.spec, &makers, group.live.len())) {
                group.add(part.spec, 0);
            }
        }
    }
    drop(groups.by_object);
    let mut workloads: Vec<Workload> = groups.all.into_iter().map(|group| finish(inventory, group)).collect();
    workloads.shrink_to_fit();
    workloads.sort_by(|a, b| a.key().cmp(&b.key()));
    workloads
}

/// Takes over what an object says of its workload: the owner itself, or the first that stands for one that was not read.
fn describe(group: &mut Group, maker: &Maker<'_>, own: bool, read: bool) {
    let workload = &mut group.workload;
    let first = maker.templates.first();
    if own {
        workload.labels.clone_from(&maker.meta.labels);
        workload.metadata = maker.meta.clone();
        workload.template = first.map(|part| part.spec);
        workload.path.clone_from(&maker.path);
        workload.claim_templates = maker.claim_templates.to_vec();
    } else if read {
        return;
    } else if workload.labels.is_empty() {
        workload.labels.clone_from(&maker.meta.labels);
    }
    if let Some(part) = first.filter(|_| own || workload.template_labels.is_empty()) {
        workload.template_labels.clone_from(part.labels);
        if workload.pods == 0 {
            workload.pod_labels.clone_from(part.labels);
        }
    }
    for part in &maker.templates {
        workload.pod_annotations.extend(part.annotations.clone());
    }
}

/// Pods that ended stand for a workload only where nothing else does.
fn finish(inventory: &Inventory, mut group: Group) -> Workload {
    if group.workload.variants.is_empty() {
        let ended = std::mem::take(&mut group.ended);
        ended.into_iter().for_each(|spec| group.add(spec, 1));
    }
    let mut workload = group.workload;
    if workload.object.kind == "Pod"
        && let Some(pod) = workload.pod_indexes.first().and_then(|index| inventory.pods.get(*index))
    {
        workload.metadata = pod.metadata.clone();
    }
    workload
}

/// Which specs of pods say all that a template says, remembered.
struct Extensions<'a> {
    inventory: &'a Inventory,
    known: HashMap<(usize, usize), bool>,
}

impl Extensions<'_> {
    /// Whether a pod shows what becomes of a template: it was made of it, and has all that the template says, beside what admission added. One
    /// in which something was changed or taken away does not: the next pod may be as the template is.
    fn comes_of(&mut self, pod: usize, direct: Option<usize>, maker: usize, spec: usize, makers: &Makers<'_>, live: usize) -> bool {
        let (Some(pod), Some(direct)) = (self.inventory.pods.get(pod), direct) else { return false };
        let made = if direct == maker {
            match makers.all[maker].revision {
                Revision::Fixed => true,
                Revision::Label(label) => pod.metadata.labels.get("controller-revision-hash").is_some_and(|hash| hash == label),
                Revision::Count(updated) => live <= updated,
                Revision::Unknown => false,
            }
        } else {
            matches!(makers.all[direct].templates.as_slice(), [part] if part.spec == spec)
        };
        made && self.extends(pod, spec)
    }

    fn extends(&mut self, pod: &Pod, template: usize) -> bool {
        let inventory = self.inventory;
        *self.known.entry((pod.spec, template)).or_insert_with(|| {
            let json = |spec: usize| serde_json::to_value(inventory.spec(spec)).unwrap_or_default();
            pod.spec == template || extends("", &json(pod.spec), &json(template))
        })
    }
}

/// Whether a value holds all that another says. An image may have got its digest.
fn extends(field: &str, whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|of| extends(name, of, value)))
        }
        (Value::Array(whole), Value::Array(part)) => part.iter().all(|value| whole.iter().any(|of| extends("", of, value))),
        (Value::String(whole), Value::String(part)) if field == "image" => {
            whole == part || whole.strip_prefix(part.as_str()).is_some_and(|digest| digest.starts_with("@sha256:"))
        }
        _ => whole == part,
    }
}

#[cfg(test)]
mod tests;
