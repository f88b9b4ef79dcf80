//! Workloads: what owns pods. Findings are told once per owner, found from the pods that exist and from templates that have none.

use super::{meta::Meta, pod::PodSpec, pod::slim, sealed::Sealed};
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
    /// The distinct specs that its pods have, with how many pods share each; the template's where there are no pods.
    pub variants: Vec<Variant>,
    /// Index of its template's spec, where the owner was read.
    pub template: Option<usize>,
    /// Labels that its pods have: of the first pod, or of the template.
    pub pod_labels: super::meta::Labels,
    /// Annotations of its template, where the owner was read.
    pub pod_annotations: BTreeMap<String, Sealed>,
    /// Pods in `Inventory::pods`.
    pub pod_indexes: Vec<usize>,
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
pub(super) fn spec_path(kind: &str) -> &'static str {
    match kind {
        "Pod" => "spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        "PodTemplate" => "template.spec",
        _ => "spec.template.spec",
    }
}

/// Path from an object of this kind to its pods' metadata.
pub(super) fn metadata_path(kind: &str) -> &'static str {
    match kind {
        "Pod" => "metadata",
        "CronJob" => "spec.jobTemplate.spec.template.metadata",
        "PodTemplate" => "template.metadata",
        _ => "spec.template.metadata",
    }
}

impl Workload {
    /// Path from the owner to its pods' spec: `spec.template.spec`.
    #[must_use]
    pub fn spec_path(&self) -> &'static str {
        spec_path(&self.object.kind)
    }

    /// Path from the owner to its pods' metadata.
    #[must_use]
    pub fn metadata_path(&self) -> &'static str {
        metadata_path(&self.object.kind)
    }
}
