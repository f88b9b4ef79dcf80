//! Objects of kinds that no check reads, as files hold them: they pass the gate like all others, so that what a detector finds in them is told.
//! Of those that make pods their templates are kept; of all others nothing but of what kind they are and in which namespace.

use super::given::Given;
use super::ingest::{Ingest, name_of};
use super::inventory::OtherObjects;
use super::maker::may_hold_template;
use super::sift::{Redaction, Unplaced, sift};
use crate::model::{Kind, ObjectRef};
use crate::sensitive::Place;
use serde_json::Value;
use std::borrow::Cow;

impl Ingest {
    /// Takes an object of a kind that is not read, as JSON: examines all of it, and keeps the pod templates in it. `true` where there are some.
    pub fn foreign(&mut self, api_version: &str, kind: &str, json: &str) -> bool {
        let json = without_schemas(kind, json);
        // Any kind whose templates are kept passes the gate alike.
        let sifted = sift(Kind::ArgoRollouts, Given::Json(&json), &mut self.examiner);
        let (json, mut redactions) = (sifted.json.as_deref().unwrap_or(&json), sifted.redactions);
        // An item may have its kind from its list.
        let version = self.word("apiVersion", api_version, &mut redactions);
        let own_kind = self.word("kind", kind, &mut redactions);
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        redactions.sort();
        redactions.dedup();
        self.inventory.redactions += redactions.len();
        if may_hold_template(kind, json) {
            self.waiting.clone_from(&redactions);
            let taken = self.maker(group, &own_kind, Given::Json(json), false).unwrap_or_default();
            self.waiting.clear();
            if taken {
                return true;
            }
        }
        self.candidates.keep(&version, &own_kind, json, !redactions.is_empty());
        let parsed: Value = serde_json::from_str(json).unwrap_or_default();
        let name = name_of(&parsed);
        let (namespace, name) = name.rsplit_once('/').unwrap_or(("", &name));
        let object = ObjectRef::new(group, &own_kind, namespace, name);
        *self.others.entry((object.group.clone(), object.kind.clone(), object.namespace.clone())).or_default() += 1;
        if !redactions.is_empty() {
            self.inventory.unplaced.push(Unplaced { object, redactions });
        }
        false
    }

    /// A word that says what an object is, without what a detector finds in it, which is recorded. No kind has a long number in its name, so
    /// letters before one don't make it an identifier.
    fn word(&mut self, field: &str, word: &str, redactions: &mut Vec<Redaction>) -> String {
        let numbers: String = word.chars().map(|c| if c.is_ascii_alphabetic() { ' ' } else { c }).collect();
        let said = self.examiner.examine(field, word, Place::Field);
        let Some(said) = said.or_else(|| self.examiner.examine(field, numbers.trim(), Place::Field)) else { return word.to_owned() };
        redactions.extend(said.detections.iter().map(|detection| Redaction { field: field.to_owned(), detection: detection.clone() }));
        said.masked.clone()
    }

    /// How many objects of which kinds passed the gate and were not kept.
    pub(super) fn others(&mut self) -> Vec<OtherObjects> {
        let others = std::mem::take(&mut self.others).into_iter();
        others.map(|((group, kind, namespace), items)| OtherObjects { group, kind, namespace, items }).collect()
    }

    /// Whether anything was taken of objects of kinds that are not read.
    #[must_use]
    pub const fn holds_foreign(&self) -> bool {
        !(self.inventory.makers.is_empty() && self.inventory.unplaced.is_empty())
    }
}

/// A definition of a custom resource without its schemas: they describe objects, in words that name secrets and with examples, and are none.
fn without_schemas<'j>(kind: &str, json: &'j str) -> Cow<'j, str> {
    let parsed = if kind == "CustomResourceDefinition" { serde_json::from_str::<Value>(json).ok() } else { None };
    let Some(mut definition) = parsed else { return Cow::Borrowed(json) };
    if let Some(spec) = definition.get_mut("spec").and_then(Value::as_object_mut) {
        spec.remove("validation");
        let versions = spec.get_mut("versions").and_then(Value::as_array_mut).into_iter().flatten();
        versions.filter_map(Value::as_object_mut).for_each(|version| drop(version.remove("schema")));
    }
    Cow::Owned(definition.to_string())
}
