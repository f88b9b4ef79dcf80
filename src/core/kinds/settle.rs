//! The last step of reading: every list in its order, shared specs numbered anew, workloads derived.

use super::arguments;
use super::inventory::Inventory;
use super::meta::Meta;
use super::pod::PodSpec;
use super::table::typed;
use crate::model::Kind;
use std::collections::HashMap;

impl Inventory {
    /// Takes out what a snapshot of an earlier program kept whole, and this one keeps in part; what was read by this one stays as it is.
    fn thin(&mut self) {
        let components: HashMap<usize, &str> = self.pods.iter().filter_map(|pod| Some((pod.spec, pod.metadata.control_plane()?))).collect();
        for (spec, label) in components {
            if let Some(spec) = self.specs.get_mut(spec) {
                spec.init_containers.iter_mut().chain(&mut spec.containers).for_each(|container| container.thin(Some(label)));
            }
        }
        self.config_maps.iter_mut().for_each(super::config::ConfigMap::seal);
        for node in &mut self.nodes {
            for (_, value) in node.metadata.annotations.iter_mut().filter(|(key, _)| arguments::NODE_ARGUMENTS.contains(&key.as_str())) {
                value.thin(arguments::thin_node);
            }
        }
    }

    /// Sorts every list, renumbers shared specs in the order of their first use, and derives the workloads: the last step of reading, from a
    /// cluster as from a snapshot, so that both give the same.
    pub fn settle(&mut self) {
        self.thin();
        if !self.sifted {
            self.recall_redactions();
        }
        macro_rules! by_name {
            ($list:expr) => {
                $list.sort_by(|a, b| (&a.metadata.namespace, &a.metadata.name).cmp(&(&b.metadata.namespace, &b.metadata.name)))
            };
        }
        macro_rules! sort {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => { $(by_name!(self.$list);)+ };
        }
        self.identify();
        // The longest lists give back the room that they took in advance.
        self.pods.shrink_to_fit();
        self.controllers.values_mut().for_each(Vec::shrink_to_fit);
        by_name!(self.pods);
        self.controllers.values_mut().for_each(|list| by_name!(list));
        typed!(sort);
        self.makers.sort_by(|a, b| a.key().cmp(&b.key()));
        self.customs.values_mut().for_each(|list| by_name!(list));
        let mut order: Vec<Option<usize>> = vec![None; self.specs.len()];
        let mut next = 0;
        let uses = self.pods.iter_mut().map(|p| &mut p.spec).chain(self.controllers.values_mut().flatten().map(|c| &mut c.spec));
        let uses = uses.chain(self.makers.iter_mut().flat_map(|maker| &mut maker.templates).map(|template| &mut template.spec));
        for index in uses {
            let slot = order.get_mut(*index).map(|slot| {
                *slot.get_or_insert_with(|| {
                    next += 1;
                    next - 1
                })
            });
            // A snapshot that somebody edited may point nowhere; an index past the end is answered with an empty spec below.
            *index = slot.unwrap_or(usize::MAX);
        }
        let mut specs: Vec<PodSpec> = vec![PodSpec::default(); next];
        for (old, new) in std::mem::take(&mut self.specs).into_iter().zip(order) {
            if let Some(place) = new.and_then(|n| specs.get_mut(n)) {
                *place = old;
            }
        }
        self.specs = specs;
        self.workloads = super::population::derive(self);
    }

    /// Manifests may name no namespace, and are applied to `default`; or no name, and the server makes one up. So that objects are found and
    /// kept apart, each has both from here on.
    fn identify(&mut self) {
        let mut nameless = Nameless::default();
        macro_rules! each {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                $(self.$list.iter_mut().for_each(|object| nameless.name(Kind::$kind.kind(), Kind::$kind.namespaced(), &mut object.metadata));)+
            };
        }
        typed!(each);
        self.pods.iter_mut().for_each(|pod| nameless.name("Pod", true, &mut pod.metadata));
        for (kind, list) in &mut self.controllers {
            list.iter_mut().for_each(|controller| nameless.name(kind.kind(), true, &mut controller.metadata));
        }
        for (kind, list) in &mut self.customs {
            list.iter_mut().for_each(|custom| nameless.name(kind.kind(), kind.namespaced(), &mut custom.metadata));
        }
        for maker in &mut self.makers {
            let cluster = Kind::ALL.iter().any(|kind| kind.group() == maker.group && kind.kind() == maker.kind && !kind.namespaced());
            nameless.name(&maker.kind, !cluster, &mut maker.metadata);
        }
    }

    /// A shared spec by its index; an empty one where the index points nowhere (an edited snapshot).
    #[must_use]
    pub fn spec(&self, index: usize) -> &PodSpec {
        static EMPTY: std::sync::LazyLock<PodSpec> = std::sync::LazyLock::new(PodSpec::default);
        self.specs.get(index).unwrap_or(&EMPTY)
    }
}

/// Names for objects that have none: what the server would put before its own signs, and how many there were before.
#[derive(Default)]
struct Nameless(HashMap<(String, String, String), usize>);

impl Nameless {
    fn name(&mut self, kind: &str, namespaced: bool, meta: &mut Meta) {
        if namespaced && meta.namespace.is_empty() {
            "default".clone_into(&mut meta.namespace);
        }
        let start = std::mem::take(&mut meta.generate_name);
        if meta.name.is_empty() {
            let before = self.0.entry((kind.to_owned(), meta.namespace.clone(), start.clone())).or_default();
            *before += 1;
            meta.name = if *before == 1 { format!("{start}*") } else { format!("{start}*{before}") };
        }
    }
}
