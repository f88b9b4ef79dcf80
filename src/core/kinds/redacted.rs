//! What the gate took out, object by object, for the checks that tell it.

use super::inventory::Inventory;
use super::sealed::Sealed;
use super::sift::{Redaction, Unplaced};
use super::table::typed;
use crate::model::{Kind, ObjectRef};
use std::collections::BTreeMap;

/// One object, and what was taken out of it.
#[derive(Clone, Debug)]
pub struct Passed<'a> {
    /// Its kind; none where it had no readable shape.
    pub kind: Option<Kind>,
    /// The object.
    pub object: ObjectRef,
    /// What was taken out; mostly nothing.
    pub redactions: &'a [Redaction],
}

impl Inventory {
    /// Every object that passed the gate, but for pods and what makes them, which are told as workloads.
    #[must_use]
    pub fn passed(&self) -> Vec<Passed<'_>> {
        let mut all = Vec::new();
        macro_rules! each {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                $(all.extend(self.$list.iter().map(|object| passed(Kind::$kind, &object.metadata)));)+
            };
        }
        typed!(each);
        all.extend(self.customs.iter().flat_map(|(kind, list)| list.iter().map(|object| passed(*kind, &object.metadata))));
        all.extend(self.unplaced.iter().map(|Unplaced { object, redactions }| Passed { kind: None, object: object.clone(), redactions }));
        all.extend(self.imported.iter().filter(|file| !file.redacted.is_empty()).map(|file| Passed {
            kind: None,
            object: ObjectRef::new("", "Evidence", "", &file.name),
            redactions: &file.redacted,
        }));
        all
    }

    /// Every object that makes pods, whether it is told as a workload or stands behind one.
    pub fn makers(&self) -> impl Iterator<Item = Passed<'_>> {
        let addons = self.makers.iter().map(|maker| Passed { kind: None, object: maker.object(), redactions: &maker.metadata.redacted });
        self.controllers.iter().flat_map(|(kind, list)| list.iter().map(|object| passed(*kind, &object.metadata))).chain(addons)
    }

    /// Fills in what a snapshot of before there was a gate knows of its sealed values.
    pub(super) fn recall_redactions(&mut self) {
        fn add(field: &str, value: &Sealed, into: &mut Vec<Redaction>) {
            into.extend(value.detections.iter().map(|detection| Redaction { field: field.to_owned(), detection: detection.clone() }));
        }
        fn annotations(prefix: &str, values: &BTreeMap<String, Sealed>, into: &mut Vec<Redaction>) {
            values.iter().for_each(|(key, value)| add(&format!("{prefix}.annotations[{key}]"), value, into));
        }
        let of_spec = |index: usize, prefix: &str, into: &mut Vec<Redaction>| {
            for (role, container) in self.specs.get(index).iter().flat_map(|spec| spec.all_containers()) {
                let at = format!("{prefix}.{}", container.path(role));
                for variable in &container.env {
                    variable.value.iter().for_each(|value| add(&format!("{at}.env[name={}].value", variable.name), value, into));
                }
                for (field, list) in [("command", &container.command), ("args", &container.args)] {
                    list.iter().enumerate().for_each(|(index, value)| add(&format!("{at}.{field}[{index}]"), value, into));
                }
            }
        };
        for pod in &mut self.pods {
            let mut found = Vec::new();
            annotations("metadata", &pod.metadata.annotations, &mut found);
            of_spec(pod.spec, "spec", &mut found);
            pod.metadata.redacted = found.into();
        }
        for (kind, list) in &mut self.controllers {
            let spec = super::workload::spec_path(kind.group(), kind.kind());
            for controller in list {
                let mut found = Vec::new();
                annotations("metadata", &controller.metadata.annotations, &mut found);
                annotations(&super::workload::metadata_path(spec), &controller.pod_annotations, &mut found);
                of_spec(controller.spec, spec, &mut found);
                controller.metadata.redacted = found.into();
            }
        }
        macro_rules! each {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                $(for object in &mut self.$list {
                    let mut found = Vec::new();
                    annotations("metadata", &object.metadata.annotations, &mut found);
                    object.metadata.redacted = found.into();
                })+
            };
        }
        typed!(each);
        for map in &mut self.config_maps {
            let mut found = map.metadata.redacted.to_vec();
            map.data.iter().for_each(|(key, value)| add(&format!("data[{key}]"), value, &mut found));
            map.binary_data.iter().for_each(|(key, value)| add(&format!("binaryData[{key}]"), value, &mut found));
            map.metadata.redacted = found.into();
        }
        for object in self.customs.values_mut().flatten() {
            let mut found = Vec::new();
            annotations("metadata", &object.metadata.annotations, &mut found);
            object.metadata.redacted = found.into();
        }
    }
}

fn passed(kind: Kind, meta: &super::Meta) -> Passed<'_> {
    Passed { kind: Some(kind), object: ObjectRef::new(kind.group(), kind.kind(), &meta.namespace, &meta.name), redactions: &meta.redacted }
}
