//! What every part of the file is made with: the assessment, and the names of what stands in it.

use super::document::{Actor, Origin, Property};
use super::naming::{NAMESPACE, Uuid};
use crate::export::Material;
use crate::export::facts::identity;
use crate::export::plain::{one_line, time};
use kassay_core::workbook::Moment;
use std::collections::BTreeMap;

/// The assessment, and the space of its names.
pub(super) struct Context<'a> {
    pub(super) material: &'a Material,
    root: Uuid,
}

impl<'a> Context<'a> {
    /// The names of an assessment are made from the first line of its journal, which no later edit changes.
    pub(super) fn new(material: &'a Material) -> Self {
        Self { material, root: Uuid::kassay().named(&identity(material)) }
    }

    /// The UUID of a thing of this assessment.
    pub(super) fn uuid(&self, kind: &str, name: &str) -> Uuid {
        self.root.named(&format!("{kind}\n{name}"))
    }

    /// UUIDs of things in a list, whose names may be there twice.
    pub(super) fn uuids(&self, kind: &str, names: impl IntoIterator<Item = String>) -> Vec<Uuid> {
        let mut met: BTreeMap<String, usize> = BTreeMap::new();
        let each = names.into_iter().map(|name| {
            let nth = met.entry(name.clone()).or_default();
            *nth += 1;
            // The first is named as if it were the only one, which references rely on.
            if *nth == 1 { self.uuid(kind, &name) } else { self.uuid(kind, &format!("{name}\n{nth}")) }
        });
        each.collect()
    }

    /// The program, as something that observes.
    pub(super) fn tool(&self) -> Uuid {
        self.uuid("component", "tool")
    }

    /// A cluster, as a part of what is assessed.
    pub(super) fn cluster(&self, key: &str) -> Uuid {
        self.uuid("cluster", key)
    }

    /// A person; none where nobody is named.
    pub(super) fn person(&self, name: &str) -> Option<Uuid> {
        one_line(name).map(|name| self.uuid("person", &name))
    }

    /// Whose word something is.
    pub(super) fn by(&self, name: &str) -> Vec<Origin> {
        self.person(name).map(|actor_uuid| origin("party", actor_uuid)).into_iter().collect()
    }

    /// What the program found out by itself.
    pub(super) fn by_tool(&self) -> Vec<Origin> {
        vec![origin("tool", self.tool())]
    }

    /// When something was. Where nobody knows, or OSCAL has no form for it, that is the time of the last edit, or of the export where there was none.
    pub(super) fn time(&self, at: Option<Moment>) -> String {
        let edited = || self.material.journal.lines.last().and_then(|last| time(last.at));
        let told = at.and_then(|at| time(at.0)).or_else(edited).or_else(|| time(self.material.now));
        told.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
    }
}

fn origin(kind: &'static str, actor_uuid: Uuid) -> Origin {
    Origin { actors: vec![Actor { kind, actor_uuid }] }
}

/// Properties of Kassay's, those without a value left out.
pub(super) fn props<const N: usize>(all: [(&'static str, &str); N]) -> Vec<Property> {
    all.into_iter().filter_map(|(name, value)| Some(Property { name, ns: Some(NAMESPACE), value: one_line(value)? })).collect()
}
