//! What is kept of an object: its slim type, sealed, with what it has in common with others kept once.

use super::config;
use super::custom::Custom;
use super::given::Given;
use super::ingest::{Ingest, name_of};
use super::inventory::Source;
use super::maker::{Found, Maker, Template};
use super::meta::Meta;
use super::pod::{Pod, PodSpec, RawPod};
use super::shared::Shared;
use super::spec_texts::SpecText;
use super::table::typed;
use super::workload::{Controller, Progress, RawController};
use super::{admission, network, node, persistent, policy, rbac};
use crate::model::{Keep, Kind};
use serde::Deserialize;
use serde::de::Error;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

impl Ingest {
    /// Keeps of an object what checks read.
    pub(super) fn store(&mut self, kind: Kind, object: Given<'_>) -> Result<(), serde_json::Error> {
        match kind {
            Kind::Pods => {
                let raw: RawPod = object.read()?;
                self.pod(raw)?;
            }
            kind if Kind::WORKLOADS.contains(&kind) => {
                let raw: RawController = object.read()?;
                let progress = match kind {
                    Kind::Jobs | Kind::StatefulSets | Kind::DaemonSets => object.read().unwrap_or_default(),
                    _ => Progress::default(),
                };
                self.controller(kind, raw, progress)?;
            }
            Kind::Namespaces => {
                let mut namespace: node::Namespace = object.read()?;
                self.keep(&mut namespace.metadata);
                // `keep` drops UIDs; only namespaces keep theirs, which names the cluster.
                #[derive(Deserialize)]
                struct Uid {
                    metadata: UidMeta,
                }
                #[derive(Deserialize)]
                struct UidMeta {
                    #[serde(default)]
                    uid: String,
                }
                namespace.metadata.uid = object.read::<Uid>()?.metadata.uid;
                self.inventory.namespaces.push(namespace);
            }
            Kind::Secrets => {
                let row = super::secret_row::row(object)?;
                self.inventory.secrets.push(row);
            }
            Kind::ConfigMaps => {
                let mut map: config::ConfigMap = object.read()?;
                if self.inventory.source == Source::Files {
                    let altered = !self.waiting.is_empty();
                    self.candidates.keep("v1", "ConfigMap", &object.json()?, altered);
                }
                map.seal();
                self.keep(&mut map.metadata);
                self.inventory.config_maps.push(map);
            }
            kind if self.typed(kind, object)? => {}
            kind if kind.keep() == Keep::Templates => {
                self.maker(kind.group(), kind.kind(), object, true)?;
            }
            kind => {
                let mut object: serde_json::Value = object.read()?;
                if matches!(kind, Kind::CiliumNetworkPolicies | Kind::CiliumClusterwideNetworkPolicies) {
                    super::custom::without_requests(&mut object);
                }
                let mut custom = Custom::from_object(&object, kind)?;
                self.keep(&mut custom.metadata);
                self.inventory.customs.entry(kind).or_default().push(custom);
            }
        }
        Ok(())
    }

    /// Takes an object of a kind that has a slim type of its own; `false` where it has none.
    fn typed(&mut self, kind: Kind, object: Given<'_>) -> Result<bool, serde_json::Error> {
        macro_rules! take {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                match kind {
                    $(Kind::$kind => {
                        let mut own: $type = object.read()?;
                        self.keep(&mut own.metadata);
                        self.inventory.$list.push(own);
                    })+
                    _ => return Ok(false),
                }
            };
        }
        typed!(take);
        Ok(true)
    }

    /// Keeps of metadata what checks read, and its values sealed.
    fn keep(&mut self, meta: &mut Meta) {
        meta.uid.clear();
        meta.redacted = std::mem::take(&mut self.waiting).into();
        meta.seal();
        self.known.share(meta);
    }

    fn pod(&mut self, mut raw: RawPod) -> Result<(), serde_json::Error> {
        self.keep(&mut raw.metadata);
        raw.spec.default_host_ports();
        let (spec, node) = self.spec(raw.spec, raw.metadata.control_plane())?;
        let image_ids: BTreeMap<String, String> = raw
            .status
            .container_statuses
            .into_iter()
            .chain(raw.status.init_container_statuses)
            .filter(|s| !s.image_id.is_empty())
            .map(|s| (s.name, s.image_id))
            .collect();
        let mut image_ids = Shared::from(image_ids);
        let says = |word: &str| raw.status.conditions.iter().any(|c| c.r#type == "Ready" && c.status.as_str() == word);
        let (ready, unready, address) = (says("True"), says("False"), raw.status.pod_ip.parse().ok());
        self.images.share(&mut image_ids);
        let pod = Pod { metadata: raw.metadata, spec, node, phase: raw.status.phase, ready, unready, address, image_ids };
        self.inventory.pods.push(pod);
        Ok(())
    }

    fn controller(&mut self, kind: Kind, mut raw: RawController, progress: Progress) -> Result<(), serde_json::Error> {
        let mut template = match kind {
            Kind::CronJobs => raw.spec.job_template.spec.template,
            Kind::PodTemplates => raw.template,
            _ => raw.spec.template,
        };
        // What a Deployment or a CronJob makes is written by its controller; people edit the maker.
        if matches!(kind, Kind::ReplicaSets | Kind::Jobs) && raw.metadata.controller().is_some() {
            raw.metadata.managed_fields = Vec::new();
        }
        self.keep(&mut raw.metadata);
        self.keep(&mut template.metadata);
        let (spec, _) = self.spec(template.spec, None)?;
        let ended = progress.ended();
        let (revision, updated) = progress.present();
        let controller = Controller {
            metadata: raw.metadata,
            spec,
            pod_labels: template.metadata.labels,
            pod_annotations: template.metadata.annotations,
            replicas: raw.spec.replicas,
            ended,
            revision,
            updated,
            claim_templates: raw.spec.volume_claim_templates.into_iter().map(|claim| claim.metadata.name).collect(),
        };
        self.inventory.controllers.entry(kind).or_default().push(controller);
        Ok(())
    }

    /// Takes an object of an add-on that makes pods; `false` where it makes none.
    pub(super) fn maker(&mut self, group: &str, kind: &str, object: Given<'_>, known: bool) -> Result<bool, serde_json::Error> {
        let object: serde_json::Value = object.read()?;
        let found = Found::of(group, kind, &object, known);
        if !known && !found.is_any() {
            return Ok(false);
        }
        let (mut metadata, mut doubt) = (Meta::default(), found.doubt);
        match serde_json::from_value::<Meta>(object.get("metadata").cloned().unwrap_or_default()) {
            Ok(read) => metadata = read,
            Err(error) if known => return Err(error),
            Err(_) => {
                metadata.name = name_of(&object);
                "its metadata could not be read".clone_into(&mut doubt);
            }
        }
        self.keep(&mut metadata);
        if !metadata.owner_references.is_empty() {
            metadata.managed_fields = Vec::new();
        }
        let mut templates = Vec::with_capacity(found.templates.len());
        for mut raw in found.templates {
            raw.spec.normalise(None);
            self.keep(&mut raw.metadata);
            let spec = self.share(raw.spec);
            templates.push(Template { path: raw.path, spec, labels: raw.metadata.labels, annotations: raw.metadata.annotations });
        }
        let (group, kind) = (group.to_owned(), kind.to_owned());
        self.inventory.makers.push(Maker { group, kind, metadata, templates, ended: found.ended, doubt });
        Ok(true)
    }

    /// Seals a spec and shares it; where its text came before, what was made of it then. Gives the node beside it.
    fn spec(&mut self, mut spec: PodSpec, control_plane: Option<&str>) -> Result<(usize, String), serde_json::Error> {
        let text = std::mem::take(&mut self.spec_text);
        if let SpecText::Known(known) = text {
            // Of the control plane more is kept, as far as its metadata says that it is that.
            let it = if control_plane.is_some() { Err(serde_json::Error::custom("it is of the control plane")) } else { Ok(known) };
            return Ok((it?, spec.node_name));
        }
        let normalised = spec.normalise(control_plane);
        let nth = self.share(spec);
        if control_plane.is_none() {
            self.texts.remember(text, normalised.tokens, nth);
        }
        Ok((nth, normalised.node))
    }

    /// Finds an equal spec, or keeps this one.
    fn share(&mut self, mut spec: PodSpec) -> usize {
        let specs = &mut self.inventory.specs;
        let alike = self.specs.entry(self.hashing.hash_one(&spec)).or_default();
        if let Some(known) = alike.iter().find(|known| specs.get(**known) == Some(&spec)) {
            return *known;
        }
        self.parts.share(&mut spec);
        specs.push(spec);
        alike.push(specs.len() - 1);
        specs.len() - 1
    }
}
