//! The JSON of an object, rebuilt from what was kept of it, for a finding's lines.

use super::inventory::Inventory;
use super::meta::Meta;
use super::table::typed;
use crate::model::{Kind, ObjectRef};
use serde_json::{json, to_value};

impl Inventory {
    /// Pod-bearing objects as the API has them, for a finding's lines: the JSON of the object, rebuilt from what was kept.
    #[must_use]
    pub fn object_json(&self, object: &ObjectRef) -> Option<serde_json::Value> {
        let is = |meta: &Meta| meta.name == object.name && meta.namespace == object.namespace;
        if let Some(workload) = self.workloads.iter().find(|w| w.object == *object) {
            let spec = to_value(self.spec(workload.template.or_else(|| workload.variants.first().map(|v| v.spec))?)).ok()?;
            let metadata = json!({"name": object.name, "namespace": object.namespace, "labels": workload.labels});
            let path = workload.spec_path();
            if path == "spec" {
                return Some(json!({"metadata": metadata, "spec": spec}));
            }
            let pods = json!({"labels": workload.pod_labels, "annotations": workload.pod_annotations});
            let mut steps = path.strip_suffix(".spec").unwrap_or(path).rsplit('.').map(|step| step.split('[').next().unwrap_or_default());
            let innermost = json!({(steps.next().unwrap_or("template")): {"metadata": pods, "spec": spec}});
            let mut whole = steps.fold(innermost, |below, step| json!({step: below}));
            if let Some(fields) = whole.as_object_mut() {
                fields.insert("metadata".to_owned(), metadata);
            }
            if !workload.claim_templates.is_empty() {
                whole["spec"]["volumeClaimTemplates"] =
                    workload.claim_templates.iter().map(|name| json!({"metadata": {"name": name}})).collect();
            }
            return Some(whole);
        }
        if object.kind == "Pod" {
            let pod = self.pods.iter().find(|pod| is(&pod.metadata))?;
            return Some(json!({"metadata": pod.metadata, "spec": self.spec(pod.spec)}));
        }
        macro_rules! find {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                $(if object.kind == Kind::$kind.kind() && (object.group == Kind::$kind.group() || object.group.is_empty()) {
                    return self.$list.iter().find(|o| is(&o.metadata)).and_then(|o| to_value(o).ok());
                })+
            };
        }
        typed!(find);
        self.customs
            .iter()
            .filter(|(kind, _)| object.kind.split('.').next() == Some(kind.kind()) && kind.group() == object.group)
            .flat_map(|(_, list)| list)
            .find(|o| is(&o.metadata))
            .and_then(|o| o.rebuilt().ok())
    }
}
