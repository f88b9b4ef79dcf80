//! Objects of add-ons that make pods: Rollouts, Workflows, JobSets and whatever else has a pod template in it. Their templates are found by
//! shape, not by kind, so that one which nobody has heard of is judged too.

use super::meta::{Labels, Meta};
use super::pod::PodSpec;
use super::sealed::Sealed;
use crate::model::ObjectRef;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An object of an add-on that makes pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Maker {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Metadata.
    pub metadata: Meta,
    /// The pod templates in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Template>,
    /// Whether it has run to its end, and makes no more pods.
    #[serde(skip_serializing_if = "super::slim::is_default")]
    pub ended: bool,
    /// Why its templates do not tell what its pods will be; "" where they do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doubt: String,
}

/// A pod template in such an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Template {
    /// Where its spec stands: `spec.template.spec`.
    pub path: String,
    /// Index of its spec in `Inventory::specs`.
    pub spec: usize,
    /// Labels of its pods.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Annotations of its pods, examined and thinned as those of objects are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, Sealed>,
}

impl Maker {
    /// The object.
    #[must_use]
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(&self.group, &self.kind, &self.metadata.namespace, &self.metadata.name)
    }

    /// As [`super::Workload`]s are sorted.
    pub(super) fn key(&self) -> (&str, &str, &str, &str) {
        (&self.metadata.namespace, &self.kind, &self.metadata.name, &self.group)
    }

    /// Where its templates stand; a `*` for what differs between them.
    #[must_use]
    pub fn path(&self) -> String {
        let mut paths = self.templates.iter().map(|template| template.path.as_str());
        let first = paths.next().unwrap_or("spec.template.spec").to_owned();
        paths.fold(first, |path, other| if path == other { path } else { common(&path, other) })
    }
}

/// What two paths have alike, step by step.
fn common(a: &str, b: &str) -> String {
    let (one, two): (Vec<&str>, Vec<&str>) = (a.split('.').collect(), b.split('.').collect());
    if one.len() != two.len() {
        let alike: Vec<&str> = one.iter().zip(&two).take_while(|(a, b)| a == b).map(|(a, _)| *a).collect();
        return if alike.is_empty() { "spec".to_owned() } else { alike.join(".") };
    }
    let name = |step: &str| step.split('[').next().unwrap_or_default().to_owned();
    let step = |(a, b): (&&str, &&str)| match (*a, *b) {
        (a, b) if a == b => a.to_owned(),
        (a, b) if name(a) == name(b) => format!("{}[*]", name(a)),
        _ => "*".to_owned(),
    };
    one.iter().zip(&two).map(step).collect::<Vec<_>>().join(".")
}

/// Groups of which this program knows that their objects make pods by themselves, and which it does not read.
pub(super) const UNREAD_GROUPS: &[&str] =
    &["actions.summerwind.dev", "flink.apache.org", "prow.k8s.io", "spark.apache.org", "trainer.kubeflow.org", "workload.codeflare.dev"];

/// Kinds that hold pod templates and make no pods of them: records of what was, and schemas.
const RECORDS: &[&str] = &["ControllerRevision", "CustomResourceDefinition", "Event"];

/// Whether an object of a kind that is not read may hold a pod template.
pub(super) fn may_hold_template(kind: &str, json: &str) -> bool {
    !RECORDS.contains(&kind) && ["\"containers\"", "\"podTemplate", "\"podSpec", "\"image\""].iter().any(|word| json.contains(word))
}

/// A pod template as it was found.
pub(super) struct RawTemplate {
    pub(super) path: String,
    pub(super) metadata: Meta,
    pub(super) spec: PodSpec,
}

/// What was found in an object.
#[derive(Default)]
pub(super) struct Found {
    pub(super) templates: Vec<RawTemplate>,
    pub(super) doubt: String,
    pub(super) ended: bool,
    /// Whether the object names another one that holds its template.
    refers: bool,
}

/// Fields that change or hold a template in a form that is not read.
const OPAQUE: &[&str] = &["podSpecPatch", "podTemplate", "podTemplateSpec", "podSpec"];

/// Fields by which an object names another one of the cluster that holds its template.
const REFERENCES: &[&str] = &["workloadRef", "workflowTemplateRef", "templateRef", "taskRef", "pipelineRef"];

impl Found {
    /// Looks through an object. Of kinds that are known to make pods it is also known in which other shapes they write them, and that there
    /// must be one.
    pub(super) fn of(group: &str, kind: &str, object: &Value, known: bool) -> Self {
        let mut found = Self { ended: ended(group, kind, object), ..Self::default() };
        let root = object.get("spec").unwrap_or(&Value::Null);
        for (name, value) in object.as_object().into_iter().flatten().filter(|(name, _)| !matches!(name.as_str(), "metadata" | "status")) {
            found.walk(value, name, None, known.then_some(root));
        }
        if known && found.templates.is_empty() && found.doubt.is_empty() && !found.refers {
            "it holds no pod template".clone_into(&mut found.doubt);
        }
        found
    }

    /// Whether there is anything in it that makes pods.
    pub(super) fn is_any(&self) -> bool {
        !self.templates.is_empty() || !self.doubt.is_empty()
    }

    fn walk(&mut self, value: &Value, path: &str, metadata: Option<&Value>, known: Option<&Value>) {
        match value {
            Value::Object(fields) => {
                if images(fields.get("containers")) {
                    self.take(value.clone(), path, metadata);
                    return;
                }
                if let Some(spec) = known.and_then(|root| written_otherwise(fields, root)) {
                    self.take(spec, path, metadata);
                } else if known.is_none() && describes_pods(fields) {
                    self.doubt = format!("its {path} tells what its pods run, in a form that is not evaluated");
                }
                for (name, below) in fields.iter().filter(|(name, _)| *name != "metadata") {
                    let here = format!("{path}.{name}");
                    self.refers |= REFERENCES.contains(&name.as_str()) && below.get("name").is_some();
                    let before = self.templates.len();
                    self.walk(below, &here, fields.get("metadata").filter(|_| name == "spec"), known);
                    let opaque = OPAQUE.contains(&name.as_str()) || (known.is_some() && name == "manifest" && below.is_string());
                    let empty = below.is_null() || below.as_str() == Some("") || below.as_object().is_some_and(Map::is_empty);
                    let taken = self.templates.len() > before;
                    if !taken && ((opaque && !empty) || (known.is_none() && images(Some(below)))) {
                        self.doubt = format!("its {name} {} not evaluated", if opaque { "is" } else { "are" });
                    }
                }
            }
            Value::Array(items) => {
                for (nth, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(Value::as_str);
                    let here = name.map_or_else(|| format!("{path}[{nth}]"), |name| format!("{path}[name={name}]"));
                    self.walk(item, &here, None, known);
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, mut spec: Value, path: &str, metadata: Option<&Value>) {
        super::lenient::strip_nulls(&mut spec);
        let metadata = metadata.cloned().map(serde_json::from_value::<Meta>);
        match (serde_json::from_value::<PodSpec>(spec), metadata.transpose()) {
            (Ok(spec), Ok(metadata)) => {
                self.templates.push(RawTemplate { path: path.to_owned(), metadata: metadata.unwrap_or_default(), spec });
            }
            _ => self.doubt = format!("its pod template at {path} could not be read"),
        }
    }
}

/// Whether a list holds containers.
fn images(list: Option<&Value>) -> bool {
    list.and_then(Value::as_array).is_some_and(|items| items.iter().any(is_container))
}

fn is_container(value: &Value) -> bool {
    value.get("image").is_some_and(Value::is_string)
}

/// Fields that stand beside an image where an operator's object tells what its pods run, and nowhere else.
const OF_PODS: &[&str] = &[
    "env",
    "envFrom",
    "hostNetwork",
    "podSecurityContext",
    "replicas",
    "resources",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "tolerations",
    "volumeMounts",
    "volumes",
];

/// Whether these fields tell what pods run, though not as a pod template does: an image with what only containers and pods have.
fn describes_pods(fields: &Map<String, Value>) -> bool {
    fields.get("image").is_some_and(Value::is_string) && OF_PODS.iter().any(|name| fields.get(*name).is_some_and(|value| !value.is_null()))
}

/// A pod spec from the shapes in which known makers write one: a template of Argo Workflows with one container or script, the steps of a task
/// of Tekton, driver and executor of Spark.
fn written_otherwise(fields: &Map<String, Value>, root: &Value) -> Option<Value> {
    let list = |name: &str| fields.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut containers: Vec<Value> =
        ["container", "script"].iter().filter_map(|name| fields.get(*name)).filter(|c| is_container(c)).cloned().collect();
    if images(fields.get("steps")) {
        containers.extend(list("steps"));
    }
    let image = fields.get("image").or_else(|| root.get("image")).filter(|image| image.is_string());
    if containers.is_empty()
        && fields.contains_key("cores")
        && let Some(image) = image
    {
        let mut container = json!({"name": "spark", "image": image});
        for name in ["env", "envFrom", "securityContext", "volumeMounts", "ports"] {
            container[name] = fields.get(name).cloned().unwrap_or_default();
        }
        containers.push(container);
    }
    if containers.is_empty() {
        return None;
    }
    containers.extend(list("sidecars"));
    let volumes: Vec<Value> =
        list("volumes").into_iter().chain(root.get("volumes").and_then(Value::as_array).cloned().unwrap_or_default()).collect();
    let mut spec = json!({"containers": containers, "initContainers": list("initContainers"), "volumes": volumes});
    for name in ["hostNetwork", "serviceAccountName", "automountServiceAccountToken", "nodeSelector", "tolerations", "hostUsers"] {
        let value = fields.get(name).or_else(|| root.get(name));
        spec[name] = value.cloned().unwrap_or_default();
    }
    // A Workflow's own is that of its pods; a container's stands in the container.
    let context = fields.get("podSecurityContext").or_else(|| fields.get("securityContext").filter(|_| !fields.contains_key("cores")));
    spec["securityContext"] = context.or_else(|| root.get("securityContext")).cloned().unwrap_or_default();
    Some(spec)
}

/// Kinds whose objects run once. Others may say “Completed” too, and go on.
const RUNS: &[(&str, &str)] = &[
    ("apps.kruise.io", "BroadcastJob"),
    ("argoproj.io", "Workflow"),
    ("jobset.x-k8s.io", "JobSet"),
    ("kubeflow.org", "MPIJob"),
    ("kubeflow.org", "PyTorchJob"),
    ("kubeflow.org", "TFJob"),
    ("kueue.x-k8s.io", "Workload"),
    ("sparkoperator.k8s.io", "SparkApplication"),
    ("tekton.dev", "PipelineRun"),
    ("tekton.dev", "TaskRun"),
];

/// Whether an object says that it has run to its end.
fn ended(group: &str, kind: &str, object: &Value) -> bool {
    if !RUNS.contains(&(group, kind)) {
        return false;
    }
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let over = |phase: &str| matches!(phase, "Succeeded" | "Failed" | "Error" | "COMPLETED" | "FAILED");
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let mut said = conditions.filter_map(|c| Some((c.get("type")?.as_str()?, c.get("status")?.as_str()?)));
    over(text("/status/phase"))
        || over(text("/status/applicationState/state"))
        || said.any(|(what, is)| match what {
            "Complete" | "Completed" | "Finished" | "Failed" => is == "True",
            // A run of Tekton that failed says that it did not succeed; one that goes on says neither.
            "Succeeded" => is == "True" || (group == "tekton.dev" && is == "False"),
            _ => false,
        })
}

#[cfg(test)]
mod tests;
