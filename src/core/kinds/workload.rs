//! Workloads: what owns pods. Findings are told once per owner, found from the pods that exist and from templates that have none.

use super::{meta::Meta, pod::PodSpec, sealed::Sealed, slim::slim};
use crate::model::ObjectRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController or PodTemplate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Controller {
    /// Metadata.
    pub metadata: Meta,
    /// Index of its template's spec in `Inventory::specs`.
    pub spec: usize,
    /// Labels of its template.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pod_labels: super::meta::Labels,
    /// Annotations of its template, examined and thinned as those of objects are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pod_annotations: BTreeMap<String, Sealed>,
    /// Wanted pods, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// Whether it has run to its end (Jobs).
    #[serde(skip_serializing_if = "super::slim::is_default")]
    pub ended: bool,
    /// The label `controller-revision-hash` of pods that come of its present template; "" where it does not say (StatefulSets do).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// How many of its pods come of its present template, where it says so (DaemonSets do).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<u32>,
    /// Names of the volumes that each of its pods gets by a claim of its own (StatefulSets): `NAME-OBJECT-0`, `-1`…
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claim_templates: Vec<String>,
}

/// What a controller says of how far it has come.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Progress {
    metadata: Generation,
    status: Status,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Generation {
    generation: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    observed_generation: Option<i64>,
    update_revision: Option<String>,
    updated_number_scheduled: Option<u32>,
    conditions: Vec<super::node::Condition>,
}

impl Progress {
    /// Whether a condition says that it has run to its end.
    pub(super) fn ended(&self) -> bool {
        let over = |c: &super::node::Condition| matches!(c.r#type.as_str(), "Complete" | "Failed") && c.status.as_str() == "True";
        self.status.conditions.iter().any(over)
    }

    /// What is said of the present template: only where the status is of this state of the object.
    pub(super) fn present(self) -> (String, Option<u32>) {
        let current = self.metadata.generation.is_some() && self.metadata.generation == self.status.observed_generation;
        if current {
            (self.status.update_revision.unwrap_or_default(), self.status.updated_number_scheduled)
        } else {
            (String::new(), None)
        }
    }
}

slim! {
    /// A pod template as the API gives it.
    struct RawTemplate {
        /// Metadata of the pods.
        metadata: Meta,
        /// Their spec.
        spec: PodSpec,
    }

    /// A controller as the API gives it.
    struct RawController {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: RawControllerSpec,
        /// Template of a PodTemplate.
        template: RawTemplate,
    }

    /// Spec of any controller.
    struct RawControllerSpec {
        /// Wanted pods.
        replicas: Option<u32>,
        /// Template.
        template: RawTemplate,
        /// Template of a CronJob's jobs.
        job_template: RawJobTemplate,
        /// Claims that each pod of a StatefulSet gets.
        volume_claim_templates: Vec<RawClaimTemplate>,
    }

    /// A claim that each pod gets.
    struct RawClaimTemplate {
        /// Its metadata; the name is the volume's.
        metadata: ClaimTemplateMeta,
    }

    /// What is read of its metadata.
    struct ClaimTemplateMeta {
        /// Name of the volume.
        name: String,
    }

    /// Job template.
    struct RawJobTemplate {
        /// Spec.
        spec: RawJobSpec,
    }

    /// Spec of a templated job.
    struct RawJobSpec {
        /// Template.
        template: RawTemplate,
    }
}

/// One owner with its pods.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// The owner.
    pub object: ObjectRef,
    /// Labels of the owner, or of the pod where it has none.
    pub labels: super::meta::Labels,
    /// The owner's metadata, where the owner was read.
    pub metadata: Meta,
    /// How many pods it has.
    pub pods: u32,
    /// The distinct specs to judge it by: those of its pods, with how many pods share each, and those of its templates, with none, where no pod
    /// shows what becomes of them. Pods that ended count where there is nothing else.
    pub variants: Vec<Variant>,
    /// Index of its template's spec, where the owner was read.
    pub template: Option<usize>,
    /// Labels of its template.
    pub template_labels: super::meta::Labels,
    /// Where its template's spec stands, where its kind alone does not tell.
    pub path: Option<String>,
    /// Labels that its pods have: of the first pod, or of the template.
    pub pod_labels: super::meta::Labels,
    /// Annotations of its template, where the owner was read.
    pub pod_annotations: BTreeMap<String, Sealed>,
    /// Pods in `Inventory::pods`.
    pub pod_indexes: Vec<usize>,
    /// Names of the volumes that each of its pods gets by a claim of its own.
    pub claim_templates: Vec<String>,
}

/// A spec and the pods that share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Index in `Inventory::specs`.
    pub spec: usize,
    /// Pods; 0 for a template without pods.
    pub pods: u32,
}

/// Path from an object of this kind to its pods' spec: `spec.template.spec`.
pub(super) fn spec_path(group: &str, kind: &str) -> &'static str {
    match (group, kind) {
        ("", "Pod") => "spec",
        ("batch", "CronJob") => "spec.jobTemplate.spec.template.spec",
        ("", "PodTemplate") => "template.spec",
        _ => "spec.template.spec",
    }
}

/// Path from an object to its pods' metadata, by the path to their spec.
pub(super) fn metadata_path(spec_path: &str) -> String {
    if spec_path == "spec" { "metadata".to_owned() } else { format!("{}.metadata", spec_path.strip_suffix(".spec").unwrap_or(spec_path)) }
}

impl Workload {
    /// Path from the owner to its pods' spec: `spec.template.spec`.
    #[must_use]
    pub fn spec_path(&self) -> &str {
        self.path.as_deref().unwrap_or_else(|| spec_path(&self.object.group, &self.object.kind))
    }

    /// Path from the owner to its pods' metadata.
    #[must_use]
    pub fn metadata_path(&self) -> String {
        metadata_path(self.spec_path())
    }

    /// A field of one of its pods, as it stands in the owner's template: what the cluster filled in stands where it stands in the pod.
    #[must_use]
    pub fn field_of_pod(&self, field: &str) -> String {
        match (field.strip_prefix("spec."), field.strip_prefix("metadata.")) {
            (Some(rest), _) => format!("{}.{rest}", self.spec_path()),
            (_, Some(rest)) => format!("{}.{rest}", self.metadata_path()),
            _ => field.to_owned(),
        }
    }

    /// By what workloads are sorted.
    pub(super) fn key(&self) -> (&str, &str, &str, &str) {
        (&self.object.namespace, &self.object.kind, &self.object.name, &self.object.group)
    }

    /// Whether its template is judged by itself, beside pods that run.
    #[must_use]
    pub fn has_both(&self) -> bool {
        self.variants.iter().any(|variant| variant.pods == 0) && self.variants.iter().any(|variant| variant.pods > 0)
    }
}
