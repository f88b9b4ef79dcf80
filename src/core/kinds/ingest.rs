//! From the API's bytes to an inventory: pages and single objects come in, sensitive values are sealed at once, equal specs are shared.
//! Live collecting, dumps and check fixtures all enter by this one door, so that they are judged alike.
//!
//! Exceptions to sealing are few and told here: flags of control-plane components that checks read (`arguments`), settings of agents
//! (`settings`), what `config::KEPT` names of ConfigMaps, annotations of `meta::KNOWN_ANNOTATIONS`. Even there a value in which a detector finds something is sealed.

use super::coverage::{Coverage, KindState};
use super::given::Given;
use super::inventory::{ClusterInfo, Inventory, Source};
use super::listed::Listed;
use super::maker::{Found, Maker, Template};
use super::meta::{KnownMeta, Meta};
use super::node_tree::Node;
use super::pod::{Pod, PodSpec, RawPod};
use super::pod_intake::KnownParts;
use super::shared::{Known, Shared};
use super::sift::{Redaction, Unplaced, is_clean, sift, sift_value};
use super::sound::is_sound;
use super::table::typed;
use super::wire::WirePage;
use super::workload::{Controller, Progress, RawController};
use super::{admission, config, custom::Custom, hollow, network, node, persistent, policy, rbac, substance, versions};
use crate::model::{Keep, Kind, ObjectRef};
use crate::sensitive::{Examiner, FingerprintKey, without_secrets};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

/// Why a page could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The answer is no list.
    #[error("the answer for {kind} is not a list: {source}")]
    NotAList {
        /// The kind asked for.
        kind: String,
        /// What the parser said.
        source: serde_json::Error,
    },
}

/// What a page says about the rest of its list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Token of the next page, "" at the end.
    pub next: String,
    /// How many objects are left, where the server says so.
    pub remaining: Option<usize>,
    /// Objects on this page.
    pub items: usize,
}

/// Gathers an inventory.
pub struct Ingest {
    pub(super) inventory: Inventory,
    pub(super) examiner: Examiner,
    known: KnownMeta,
    images: Known<BTreeMap<String, String>>,
    parts: KnownParts,
    /// Specs by what they hash to, nearly always one.
    specs: HashMap<u64, Vec<usize>>,
    hashing: RandomState,
    pub(super) malformed: BTreeMap<Kind, Vec<String>>,
    /// Sensitive values met per kind, so that a list that is read again is not counted twice.
    redacted: BTreeMap<Kind, usize>,
    /// What was taken out of the object that is being stored.
    pub(super) waiting: Vec<Redaction>,
    /// Objects of kinds that are not read, by group, kind and namespace.
    pub(super) others: BTreeMap<(String, String, String), usize>,
    pub(super) secret_metadata: super::secret_row::Metadata,
    pub(super) candidates: super::params::Candidates,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawList<'a> {
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    metadata: RawListMeta,
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RawListMeta {
    pub(super) r#continue: String,
    pub(super) remaining_item_count: Option<usize>,
}

impl Ingest {
    /// An empty inventory. The key is random and of this collection alone.
    #[must_use]
    pub fn new(source: Source, key: FingerprintKey) -> Self {
        Self {
            inventory: Inventory { source, ..Inventory::default() },
            examiner: Examiner::new(key),
            known: KnownMeta::default(),
            images: Known::default(),
            parts: KnownParts::default(),
            specs: HashMap::new(),
            hashing: RandomState::new(),
            malformed: BTreeMap::new(),
            redacted: BTreeMap::new(),
            waiting: Vec::new(),
            others: BTreeMap::new(),
            secret_metadata: super::secret_row::Metadata::new(),
            candidates: super::params::Candidates::default(),
        }
    }

    /// What is known of the cluster itself.
    pub const fn cluster(&mut self) -> &mut ClusterInfo {
        &mut self.inventory.cluster
    }

    /// Takes one page of a list, as JSON. Objects that have no readable shape are kept by name and make the kind `Partial`, and so do objects
    /// that say of themselves that they are of another kind or version than their list.
    ///
    /// # Errors
    /// Where the bytes are no list at all.
    pub fn page(&mut self, kind: Kind, json: &str) -> Result<Page, IngestError> {
        self.page_but(kind, json, &BTreeSet::new())
    }

    /// The same without the objects at some positions, which came before in the same list.
    ///
    /// # Errors
    /// Where the bytes are no list at all.
    pub fn page_but(&mut self, kind: Kind, json: &str, again: &BTreeSet<usize>) -> Result<Page, IngestError> {
        let not_a_list = |source| IngestError::NotAList { kind: kind.id(), source };
        let list: RawList<'_> = serde_json::from_str(json).map_err(not_a_list)?;
        let of = Listed::of(kind, list.api_version.as_deref(), list.kind.as_deref());
        let items = list.items.unwrap_or_default();
        for (_, item) in items.iter().enumerate().filter(|(at, _)| !again.contains(at)) {
            if self.at_once(kind, Given::Json(item.get()), Some(&of)) {
                continue;
            }
            match of.other(item.get()) {
                None => drop(self.object(kind, item.get())),
                Some(told) => self.stranger(kind, item.get(), &told),
            }
        }
        Ok(Page { next: list.metadata.r#continue, remaining: list.metadata.remaining_item_count, items: items.len() - again.len() })
    }

    /// Takes one page of a list in the binary form, without the objects at some positions, which came before in the same list.
    pub fn wire_page(&mut self, kind: Kind, page: &WirePage, again: &BTreeSet<usize>) {
        for (_, item) in page.items().enumerate().filter(|(at, _)| !again.contains(at)) {
            self.given(kind, Given::Wire(item));
        }
    }

    /// Names an object that is not what its list is of. Nothing of it is judged.
    pub(super) fn stranger(&mut self, kind: Kind, json: &str, told: &str) {
        self.count(kind, 1);
        let name = without_secrets(&name_of(&serde_json::from_str(json).unwrap_or_default()));
        self.malformed.entry(kind).or_default().push(format!("{name}: it calls itself {told}"));
    }

    /// Takes one object, as JSON. One that has no readable shape, lacks what makes it one, or says something twice is kept by its name, and what is
    /// wrong with it is given back.
    pub fn object(&mut self, kind: Kind, json: &str) -> Option<String> {
        if self.at_once(kind, Given::Json(json), None) {
            return None;
        }
        self.given(kind, Given::Json(json))
    }

    fn given(&mut self, kind: Kind, object: Given<'_>) -> Option<String> {
        self.count(kind, 1);
        let before = self.inventory.redactions;
        let problem = self.take(kind, object);
        *self.redacted.entry(kind).or_default() += self.inventory.redactions - before;
        problem
    }

    /// Takes an object in which nothing is found and nothing is wrong, as nearly all are, looking at its text once. `false` where it is not so clear;
    /// then nothing was taken.
    fn at_once(&mut self, kind: Kind, object: Given<'_>, of: Option<&Listed<'_>>) -> bool {
        let by_text = kind == Kind::Secrets || (kind == Kind::ConfigMaps && self.inventory.source == Source::Files);
        let older = matches!(object, Given::Json(json) if matches!(versions::current(kind, json), Cow::Owned(_)));
        if by_text || older {
            return false;
        }
        let Ok(mut tree) = object.read::<Node<'_>>() else { return false };
        let is_one = of.is_none_or(|of| of.has(&tree)) && is_sound(kind, &tree) && is_clean(kind, &mut tree, &mut self.examiner);
        self.waiting.clear();
        let taken = is_one && self.store(kind, Given::Tree(&tree)).is_ok();
        self.count(kind, usize::from(taken));
        taken
    }

    fn take(&mut self, kind: Kind, given: Given<'_>) -> Option<String> {
        // Asked of the text itself: whatever reads it takes one of the two. On a page in the binary form nothing stands twice.
        let twice = if let Given::Json(json) = given { substance::twice(json) } else { None };
        let told_once = twice.is_none();
        // Of a Secret nothing but its row is read.
        let sifted = (kind != Kind::Secrets).then(|| sift(kind, given, &mut self.examiner));
        let redactions = sifted.as_ref().map(|sifted| sifted.redactions.clone()).unwrap_or_default();
        let current: Cow<'_, str>;
        let object = match (sifted.as_ref().and_then(|sifted| sifted.json.as_deref()), given) {
            (Some(json), _) | (None, Given::Json(json)) => {
                current = versions::current(kind, json);
                Given::Json(&current)
            }
            // Only current versions come in this form.
            (None, wire) => wire,
        };
        self.inventory.redactions += redactions.len();
        self.waiting.clone_from(&redactions);
        let problem = match twice.or_else(|| lacks(kind, object).map(str::to_owned)) {
            Some(problem) => problem,
            None => match self.store(kind, object) {
                Ok(()) => return None,
                Err(error) => words(&error),
            },
        };
        let parsed = object.read::<serde_json::Value>().unwrap_or_default();
        // Manifests write null for what is empty; the API never does. So only what failed is read again, without its nulls.
        let mut cleaned = parsed.clone();
        super::lenient::strip_nulls(&mut cleaned);
        if told_once && cleaned != parsed {
            let json = cleaned.to_string();
            self.waiting.clone_from(&redactions);
            if substance::lacks(kind, &json).is_none() && self.store(kind, Given::Json(&json)).is_ok() {
                return None;
            }
        }
        // What was found in an object that is not kept is told all the same, and of no other object.
        self.waiting.clear();
        let name = name_of(&parsed);
        if !redactions.is_empty() {
            let (namespace, own) = name.rsplit_once('/').unwrap_or(("", &name));
            self.inventory.unplaced.push(Unplaced { object: ObjectRef::new(kind.group(), kind.kind(), namespace, own), redactions });
        }
        let problem = format!("{name}: {problem}");
        self.malformed.entry(kind).or_default().push(problem.clone());
        Some(problem)
    }

    fn store(&mut self, kind: Kind, object: Given<'_>) -> Result<(), serde_json::Error> {
        match kind {
            Kind::Pods => {
                let raw: RawPod = object.read()?;
                self.pod(raw);
            }
            kind if Kind::WORKLOADS.contains(&kind) => {
                let raw: RawController = object.read()?;
                let progress = match kind {
                    Kind::Jobs | Kind::StatefulSets | Kind::DaemonSets => object.read().unwrap_or_default(),
                    _ => Progress::default(),
                };
                self.controller(kind, raw, progress);
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

    fn pod(&mut self, mut raw: RawPod) {
        self.keep(&mut raw.metadata);
        raw.spec.default_host_ports();
        let node = raw.spec.normalise(raw.metadata.control_plane());
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
        let spec = self.share(raw.spec);
        let pod = Pod { metadata: raw.metadata, spec, node, phase: raw.status.phase, ready, unready, address, image_ids };
        self.inventory.pods.push(pod);
    }

    fn controller(&mut self, kind: Kind, mut raw: RawController, progress: Progress) {
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
        template.spec.normalise(None);
        self.keep(&mut template.metadata);
        let ended = progress.ended();
        let (revision, updated) = progress.present();
        let controller = Controller {
            metadata: raw.metadata,
            spec: self.share(template.spec),
            pod_labels: template.metadata.labels,
            pod_annotations: template.metadata.annotations,
            replicas: raw.spec.replicas,
            ended,
            revision,
            updated,
            claim_templates: raw.spec.volume_claim_templates.into_iter().map(|claim| claim.metadata.name).collect(),
        };
        self.inventory.controllers.entry(kind).or_default().push(controller);
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

    pub(super) fn count(&mut self, kind: Kind, items: usize) {
        let coverage = self.inventory.coverage.entry(kind).or_insert_with(|| Coverage { state: KindState::Read, ..Coverage::default() });
        coverage.items += items;
    }

    /// Says how far a kind could be read, with the server's words. `Read` with nothing in it is an empty list that was read.
    pub fn state(&mut self, kind: Kind, state: KindState, message: &str) {
        let coverage = self.inventory.coverage.entry(kind).or_default();
        coverage.state = state;
        coverage.message = without_secrets(message);
    }

    /// Says which version of a kind's API was read.
    pub fn version(&mut self, kind: Kind, version: &str) {
        self.inventory.coverage.entry(kind).or_default().version = version.to_owned();
    }

    /// Forgets what came in of a kind: a list that expired half way is read again from its beginning.
    pub fn forget(&mut self, kind: Kind) {
        let inventory = &mut self.inventory;
        match kind {
            Kind::Pods => inventory.pods.clear(),
            kind if Kind::WORKLOADS.contains(&kind) => drop(inventory.controllers.remove(&kind)),
            kind if kind.keep() == Keep::Templates => {
                inventory.makers.retain(|maker| maker.group != kind.group() || maker.kind != kind.kind());
            }
            kind => {
                macro_rules! clear {
                    ($($(#[$doc:meta])* $of:ident $list:ident: $type:ty;)+) => {
                        match kind {
                            $(Kind::$of => inventory.$list.clear(),)+
                            kind => drop(inventory.customs.remove(&kind)),
                        }
                    };
                }
                typed!(clear);
            }
        }
        self.malformed.remove(&kind);
        inventory.unplaced.retain(|unplaced| unplaced.object.kind != kind.kind() || unplaced.object.group != kind.group());
        inventory.redactions -= self.redacted.remove(&kind).unwrap_or_default();
        inventory.coverage.remove(&kind);
    }

    /// The finished inventory: sorted, workloads derived.
    #[must_use]
    pub fn finish(mut self) -> Inventory {
        self.take_params();
        self.merge_secret_metadata();
        self.sift_secrets();
        let (cluster, redactions) = sift_value(std::mem::take(&mut self.inventory.cluster), &mut self.examiner);
        self.inventory.cluster = cluster;
        if !redactions.is_empty() {
            self.inventory.redactions += redactions.len();
            self.inventory.unplaced.push(Unplaced { object: ObjectRef::new("", "Cluster", "", "cluster"), redactions });
        }
        for (kind, names) in &self.malformed {
            let coverage = self.inventory.coverage.entry(*kind).or_default();
            if coverage.state == KindState::Read {
                coverage.state = KindState::Partial;
                coverage.message =
                    format!("{} not readable: {}", names.len(), names.iter().take(5).cloned().collect::<Vec<_>>().join("; "));
            }
        }
        let others = self.others();
        let mut inventory = self.inventory;
        inventory.others = others;
        inventory.sifted = true;
        if inventory.cluster.uid.is_empty() {
            inventory.cluster.uid =
                inventory.namespaces.iter().find(|n| n.metadata.name == "kube-system").map(|n| n.metadata.uid.clone()).unwrap_or_default();
        }
        inventory.settle();
        inventory
    }
}

/// What an object lacks that makes it one, in whichever form it came.
fn lacks(kind: Kind, object: Given<'_>) -> Option<&'static str> {
    match object {
        Given::Json(json) => substance::lacks(kind, json),
        Given::Wire(item) => hollow::lacks(kind, item),
        // Its tree was looked at before.
        Given::Tree(_) => None,
    }
}

/// Namespace and name of a malformed object, as far as it has them.
pub(super) fn name_of(value: &serde_json::Value) -> String {
    let text = |pointer: &str| value.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default();
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    let name = if name.is_empty() { "?" } else { name };
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") }
}

/// What the parser said, without the value that it stumbled over.
pub(super) fn words(error: &serde_json::Error) -> String {
    let said = error.to_string();
    // The place is one within the object, which nobody sees.
    crate::sensitive::without_quoted(said.split(" at line ").next().unwrap_or_default())
}
