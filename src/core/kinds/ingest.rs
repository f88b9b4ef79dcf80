//! From the API's bytes to an inventory: pages and single objects come in, sensitive values are sealed at once, equal specs are shared.
//! Live collecting, dumps and check fixtures all enter by this one door, so that they are judged alike.
//!
//! Exceptions to sealing are few and told here: flags of control-plane components that checks read (`arguments`), settings of agents
//! (`settings`), what `config::KEPT` names of ConfigMaps, annotations of `meta::KNOWN_ANNOTATIONS`. Even there a value in which a detector finds something is sealed.

use super::coverage::{Coverage, KindState};
use super::given::Given;
use super::inventory::{ClusterInfo, Inventory, Source};
use super::listed::Listed;
use super::meta::KnownMeta;
use super::pod_intake::KnownParts;
use super::record_texts::RecordTexts;
use super::shared::Known;
use super::sift::{Redaction, Unplaced, sift_value};
use super::spec_texts::{SpecText, SpecTexts};
use super::table::typed;
use super::wire::WirePage;
use crate::model::{Keep, Kind, ObjectRef};
use crate::sensitive::{Examiner, FingerprintKey, without_secrets};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::RandomState;

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
    pub(super) known: KnownMeta,
    pub(super) images: Known<BTreeMap<String, String>>,
    pub(super) parts: KnownParts,
    /// Specs by what they hash to, nearly always one.
    pub(super) specs: HashMap<u64, Vec<usize>>,
    pub(super) hashing: RandomState,
    /// Texts of specs that were taken.
    pub(super) texts: SpecTexts,
    /// Records of who wrote what that were in order.
    pub(super) records: RecordTexts,
    /// The text of the spec of the object that is being stored.
    pub(super) spec_text: SpecText,
    pub(super) malformed: BTreeMap<Kind, Vec<String>>,
    /// Sensitive values met per kind, so that a list that is read again is not counted twice.
    pub(super) redacted: BTreeMap<Kind, usize>,
    /// What was taken out of the object that is being stored.
    pub(super) waiting: Vec<Redaction>,
    /// Objects of kinds that are not read, by group, kind and namespace.
    pub(super) others: BTreeMap<(String, String, String), usize>,
    pub(super) secret_metadata: super::secret_row::Metadata,
    pub(super) candidates: super::params::Candidates,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawList<'a> {
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    metadata: RawListMeta,
    #[serde(borrow, default)]
    pub(super) items: Option<Vec<&'a RawValue>>,
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
            texts: SpecTexts::default(),
            records: RecordTexts::default(),
            spec_text: SpecText::default(),
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
        let mut taken = 0;
        if let Some(page) = self.stream(kind, json, again, &mut taken) {
            return Ok(page);
        }
        let list: RawList<'_> = serde_json::from_str(json).map_err(|source| IngestError::NotAList { kind: kind.id(), source })?;
        let of = Listed::of(kind, list.api_version.as_deref(), list.kind.as_deref());
        let items = list.items.unwrap_or_default();
        for (_, item) in items.iter().enumerate().skip(taken).filter(|(at, _)| !again.contains(at)) {
            if !self.at_once(kind, Given::Json(item.get()), Some(&of)) {
                self.with_care(kind, item.get(), &of);
            }
        }
        Ok(Page { next: list.metadata.r#continue, remaining: list.metadata.remaining_item_count, items: items.len() - again.len() })
    }

    /// Takes an object of a list that could not be taken at once.
    pub(super) fn with_care(&mut self, kind: Kind, json: &str, of: &Listed<'_>) {
        match of.other(json) {
            None => drop(self.given(kind, Given::Json(json))),
            Some(told) => self.stranger(kind, json, &told),
        }
    }

    /// Takes one page of a list in the binary form, without the objects at some positions, which came before in the same list.
    pub fn wire_page(&mut self, kind: Kind, page: &WirePage, again: &BTreeSet<usize>) {
        for (_, item) in page.items().enumerate().filter(|(at, _)| !again.contains(at)) {
            if !self.at_once(kind, Given::Wire(item), None) {
                self.given(kind, Given::Wire(item));
            }
        }
    }

    /// Takes one object, as JSON. One that has no readable shape, lacks what makes it one, or says something twice is kept by its name, and what is
    /// wrong with it is given back.
    pub fn object(&mut self, kind: Kind, json: &str) -> Option<String> {
        if self.at_once(kind, Given::Json(json), None) {
            return None;
        }
        self.given(kind, Given::Json(json))
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

    /// Files of two clusters say nothing of either: the UID of kube-system names a cluster, and there are several. Nothing passes on what they hold.
    fn part_clusters(&mut self) {
        let inventory = &mut self.inventory;
        let own = inventory.namespaces.iter().filter(|namespace| namespace.metadata.name == "kube-system");
        let uids: BTreeSet<&str> = own.map(|namespace| namespace.metadata.uid.as_str()).filter(|uid| !uid.is_empty()).collect();
        if uids.len() < 2 {
            return;
        }
        let words = format!(
            "these are files of {} clusters: their namespaces kube-system have other UIDs. Read those of one cluster at a time",
            uids.len()
        );
        // Also of what is in none of the files nobody can say that one of the clusters has none of it.
        for kind in Kind::ALL {
            let coverage = inventory.coverage.entry(*kind).or_default();
            (coverage.state, coverage.message) = (KindState::Partial, words.clone());
        }
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
        self.part_clusters();
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
