//! The Pod Security Standards, as Kubernetes itself evaluates them.
//!
//! Two levels, 19 rules. A rule belongs to *baseline* (no known way to the node) or *restricted* (hardened as well); *restricted* includes
//! the rules of *baseline*, but for those that a stricter rule of its own replaces: where `restrictedVolumes` speaks, `hostPathVolumes` is
//! silent. Rules came and changed with minor versions, so a verdict is always one for a version: `evaluate` takes the level and the minor
//! version, and a version newer than `NEWEST` is judged as the newest, as the API server does.
//!
//! What is judged is a [`Subject`]: a pod spec with the annotations of the pod or its template (AppArmor and, before 1.19, seccomp were told
//! there). All containers count: init, normal, ephemeral. The answer is a list of [`Violation`]s, each with the rule's id, the place and what
//! stands there; a rule that is broken in three places gives three. The set of rule ids is what the API server's warnings name.
//!
//! Defaults that the API server fills in are filled before this is called (`kinds::ingest`: host ports of pods on the node's network) or
//! here (a volume with only a name is an emptyDir). Exemptions by user, namespace or runtime class lie in a file of the API server that no
//! API shows; nothing here knows of them.
//!
//! The lists that the rules go by stand in `kassay_engines::standards`, where Kyverno is judged by them too.

mod baseline;
pub mod labels;
mod restricted;
mod words;

pub use labels::{Enforcement, Version};
pub use words::{Words, words};

use crate::kinds::{Container, Inventory, PodSpec, Sealed, Workload};
use crate::model::Severity;
use kassay_engines::standards::{APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD};
use std::collections::BTreeMap;

/// The newest minor version whose rules are known.
pub const NEWEST: u32 = 37;

/// A level of the standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Anything goes.
    Privileged,
    /// No known way to the node.
    Baseline,
    /// Hardened as well.
    Restricted,
}

impl Level {
    /// The name in labels.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    /// The level of that name, as labels write it.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        [Self::Privileged, Self::Baseline, Self::Restricted].into_iter().find(|level| level.id() == id)
    }
}

/// A rule of the standards.
#[derive(Debug)]
pub struct Rule {
    /// Its id, as the API server names it.
    pub id: &'static str,
    /// The level that brings it.
    pub level: Level,
    /// First minor version that has it.
    pub since: u32,
    /// The rule of *baseline* that it replaces at *restricted*.
    pub overrides: Option<&'static str>,
    /// How bad a violation is.
    pub severity: Severity,
    judge: fn(&Subject<'_>, u32) -> Vec<Breach>,
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A path within the pod spec.
    Spec(String),
    /// An annotation of the pod, by key.
    Annotation(String),
}

impl Location {
    /// The path from a workload's object.
    #[must_use]
    pub fn field(&self, workload: &Workload) -> String {
        match self {
            Self::Spec(path) => format!("{}.{path}", workload.spec_path()),
            Self::Annotation(key) => format!("{}.annotations[{key}]", workload.metadata_path()),
        }
    }
}

/// One place that breaks one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Breach {
    place: Location,
    observed: String,
}

/// A rule and a place that breaks it.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule.
    pub rule: &'static Rule,
    /// Where.
    pub place: Location,
    /// What stands there.
    pub observed: String,
}

/// What the standards are held against: a pod spec, and those annotations of its pod that they read.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The spec.
    pub spec: &'a PodSpec,
    annotations: BTreeMap<&'a str, &'a str>,
}

impl<'a> Subject<'a> {
    /// A spec with its pod's annotations.
    #[must_use]
    pub fn new(spec: &'a PodSpec, annotations: &'a BTreeMap<String, Sealed>) -> Self {
        let read = |key: &str| key == SECCOMP_POD || key.starts_with(APP_ARMOR) || key.starts_with(SECCOMP_CONTAINER);
        // A text that was not kept looked like a secret: it is no profile's name, and must not pass for an empty one.
        let text = |value: &'a Sealed| value.text().unwrap_or(if value.length == 0 { "" } else { "(withheld)" });
        let annotations = annotations.iter().filter(|(key, _)| read(key)).map(|(key, value)| (key.as_str(), text(value))).collect();
        Self { spec, annotations }
    }

    fn containers(&self) -> impl Iterator<Item = (String, &'a Container)> + use<'a> {
        self.spec.all_containers().map(|(role, container)| (container.path(role), container))
    }

    /// The breaches of one look at every container: a path below the container, and what stands there.
    fn each(&self, look: impl Fn(&Container) -> Option<(&'static str, String)>) -> Vec<Breach> {
        self.containers()
            .filter_map(|(path, container)| {
                let (field, observed) = look(container)?;
                Some(spec_breach(format!("{path}.{field}"), observed))
            })
            .collect()
    }

    /// Whether the pod says that it is for Windows. Only `os.name` counts here: a node selector is no promise.
    fn says_windows(&self) -> bool {
        self.spec.os.as_ref().is_some_and(|os| os.name == "windows")
    }

    /// Whether the pod has a user namespace of its own.
    fn has_user_namespace(&self) -> bool {
        self.spec.host_users == Some(false)
    }
}

fn spec_breach(path: impl Into<String>, observed: impl Into<String>) -> Breach {
    Breach { place: Location::Spec(path.into()), observed: observed.into() }
}

/// All rules: those of *baseline*, then those of *restricted*, by id.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    baseline::RULES.iter().chain(restricted::RULES)
}

/// The rules that make up a level in a minor version.
#[must_use]
pub fn rules_of(level: Level, minor: u32) -> Vec<&'static Rule> {
    let minor = minor.min(NEWEST);
    let there: Vec<&'static Rule> = rules().filter(|rule| rule.level <= level && rule.since <= minor).collect();
    let replaced: Vec<&str> = there.iter().filter_map(|rule| rule.overrides).collect();
    there.into_iter().filter(|rule| !replaced.contains(&rule.id)).collect()
}

/// Holds a subject against a level as that minor version of Kubernetes would.
#[must_use]
pub fn evaluate(subject: &Subject<'_>, level: Level, minor: u32) -> Vec<Violation> {
    let minor = minor.min(NEWEST);
    rules_of(level, minor)
        .into_iter()
        .flat_map(|rule| (rule.judge)(subject, minor).into_iter().map(move |b| Violation { rule, place: b.place, observed: b.observed }))
        .collect()
}

/// What a workload is judged by: its distinct pods, with how many share each, and its templates where no pod shows what becomes of them.
#[must_use]
pub fn subjects<'a>(inventory: &'a Inventory, workload: &'a Workload) -> Vec<(Subject<'a>, u32)> {
    let judged = |spec: usize, of_pods: bool| workload.variants.iter().any(|v| v.spec == spec && (v.pods > 0) == of_pods);
    let mut distinct: Vec<(usize, Subject<'a>, u32)> = Vec::new();
    for pod in workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i)).filter(|pod| judged(pod.spec, true)) {
        let subject = Subject::new(inventory.spec(pod.spec), &pod.metadata.annotations);
        match distinct.iter_mut().find(|(spec, known, _)| *spec == pod.spec && known.annotations == subject.annotations) {
            Some((_, _, pods)) => *pods += 1,
            None => distinct.push((pod.spec, subject, 1)),
        }
    }
    let templates = workload.variants.iter().filter(|v| judged(v.spec, false));
    let templates = templates.map(|v| (Subject::new(inventory.spec(v.spec), &workload.pod_annotations), 0));
    distinct.into_iter().map(|(_, subject, pods)| (subject, pods)).chain(templates).collect()
}

/// The template of a workload that also has pods, to tell where admission changed them.
#[must_use]
pub fn template<'a>(inventory: &'a Inventory, workload: &'a Workload) -> Option<Subject<'a>> {
    let spec = workload.template.filter(|_| workload.pods > 0)?;
    Some(Subject::new(inventory.spec(spec), &workload.pod_annotations))
}

#[cfg(test)]
mod tests;
