//! One cluster read by several processes: each reads the objects of some namespaces, the first those of the whole cluster too, and the parts become
//! one inventory again. A part says of every list that it is one, so that no check passes on what another part may hold.

use super::coverage::{Coverage, KindState};
use super::inventory::{Inventory, Source};
use super::part::Part;
use super::table::typed;
use crate::model::Kind;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

impl Inventory {
    /// Makes what was read of some namespaces say that it is a part.
    pub fn become_part(&mut self, mut part: Part) {
        let alone: BTreeMap<Kind, Coverage> = self.coverage.iter().map(|(kind, coverage)| (*kind, part.alone(*kind, coverage))).collect();
        part.read = std::mem::replace(&mut self.coverage, alone);
        let first = part.is_first();
        part.read.retain(|kind, _| first || kind.namespaced());
        self.part = Some(Box::new(part));
    }

    /// The first namespace whose objects are here and belong to another part.
    fn strange_namespace(&self, part: &Part) -> Option<&str> {
        macro_rules! namespaces {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                std::iter::empty()$(.chain(self.$list.iter().map(|object| object.metadata.namespace.as_str())))+
            };
        }
        typed!(namespaces)
            .chain(self.pods.iter().map(|pod| pod.metadata.namespace.as_str()))
            .chain(self.controllers.values().flatten().map(|controller| controller.metadata.namespace.as_str()))
            .chain(self.makers.iter().map(|maker| maker.metadata.namespace.as_str()))
            .chain(self.customs.values().flatten().map(|custom| custom.metadata.namespace.as_str()))
            .find(|namespace| !part.holds(namespace))
    }
}

/// Why parts do not become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Nothing was given.
    #[error("no part was given")]
    Nothing,
    /// A whole cluster.
    #[error("{0} is no part of a cluster, but a whole one")]
    NoPart(String),
    /// A part whose number can't be.
    #[error("{0} calls itself {1}, which can't be")]
    Number(String, Box<Part>),
    /// Two of one number.
    #[error("{0} and {1} are both {2}")]
    Twice(String, String, Box<Part>),
    /// Some are not there.
    #[error("of {of} parts {} missing: {}", if numbers.len() == 1 { "one is" } else { "some are" }, told(numbers))]
    Missing {
        /// How many there are.
        of: usize,
        /// Which are not there.
        numbers: Vec<usize>,
    },
    /// They are of different readings.
    #[error("{0} and {1} are of different readings: {2}")]
    Reading(String, String, String),
    /// They are of different clusters.
    #[error("{0} and {1} are of different clusters")]
    Cluster(String, String),
    /// The cluster of one is not known.
    #[error("{0} does not tell which cluster it is of: kube-system could not be read")]
    NoCluster(String),
    /// They lie too far apart.
    #[error("{0} was read at {1} and {2} at {3}, which is more than {4} apart")]
    Times(String, Timestamp, String, Timestamp, String),
    /// When one was read is not known.
    #[error("{0} does not tell when it was read")]
    NoTime(String),
    /// One holds what belongs to another.
    #[error("{0} is {1} and holds objects of the namespace {2}, which belong to another part")]
    Strange(String, Box<Part>, String),
}

impl MergeError {
    /// What to try, where there is something.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing { .. } => {
                Some("Read what is missing with “kassay collect --part I/N”, with the same --run, and merge all of them.")
            }
            Self::Times(..) => Some("What lies far apart is no picture of one cluster; read all parts anew, or allow more with --within."),
            Self::NoPart(_) => Some("“kassay collect --part I/N” makes parts; a whole snapshot is assessed as it is."),
            Self::Reading(..) => Some("Parts of one reading have one --run, one number of parts, and one version of the program."),
            _ => None,
        }
    }
}

fn told(numbers: &[usize]) -> String {
    let shown: Vec<String> = numbers.iter().take(10).map(usize::to_string).collect();
    let more = if numbers.len() > shown.len() { format!(" and {} more", numbers.len() - shown.len()) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Parts that become one inventory, one after the other, so that no more than one of them lies beside what there is already.
#[derive(Default)]
pub struct Merge {
    inventory: Inventory,
    specs: HashMap<[u8; 32], usize>,
    parts: BTreeMap<usize, Told>,
}

/// What is remembered of a part.
struct Told {
    label: String,
    part: Part,
    cluster: String,
    at: Timestamp,
    sifted: bool,
}

impl Merge {
    /// Takes a part, which is called by a label in what is said of it.
    ///
    /// # Errors
    /// Where it is none, or does not go with those before.
    pub fn add(&mut self, label: &str, mut other: Inventory) -> Result<(), MergeError> {
        let label = label.to_owned();
        let Some(part) = other.part.take().filter(|_| other.source == Source::Live).map(|part| *part) else {
            return Err(MergeError::NoPart(label));
        };
        if part.number == 0 || part.number > part.of || part.of > Part::MOST {
            return Err(MergeError::Number(label, Box::new(part)));
        }
        if other.cluster.uid.is_empty() {
            return Err(MergeError::NoCluster(label));
        }
        let Some(at) = other.cluster.collected_at else { return Err(MergeError::NoTime(label)) };
        let told = Told { label, part, cluster: other.cluster.uid.clone(), at, sifted: other.sifted };
        if let Some(known) = self.parts.values().next() {
            goes_with(known, &told)?;
        }
        if let Some(namespace) = other.strange_namespace(&told.part) {
            return Err(MergeError::Strange(told.label, Box::new(told.part), namespace.to_owned()));
        }
        if let Some(known) = self.parts.get(&told.part.number) {
            return Err(MergeError::Twice(known.label.clone(), told.label, Box::new(told.part)));
        }
        self.append(other, told.part.is_first());
        self.parts.insert(told.part.number, told);
        Ok(())
    }

    /// Takes all objects of a part; what is known of the cluster itself is the first one's.
    fn append(&mut self, other: Inventory, first: bool) {
        let whole = &mut self.inventory;
        macro_rules! lists {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => { $(whole.$list.extend(other.$list);)+ };
        }
        typed!(lists);
        let mut places = Vec::with_capacity(other.specs.len());
        for spec in other.specs {
            let digest: [u8; 32] = Sha256::digest(serde_json::to_vec(&spec).unwrap_or_default()).into();
            places.push(*self.specs.entry(digest).or_insert_with(|| {
                whole.specs.push(spec);
                whole.specs.len() - 1
            }));
        }
        // An index that points nowhere (an edited snapshot) still does.
        let place = |index: usize| places.get(index).copied().unwrap_or(usize::MAX);
        whole.pods.extend(other.pods.into_iter().map(|mut pod| {
            pod.spec = place(pod.spec);
            pod
        }));
        for (kind, list) in other.controllers {
            whole.controllers.entry(kind).or_default().extend(list.into_iter().map(|mut controller| {
                controller.spec = place(controller.spec);
                controller
            }));
        }
        whole.makers.extend(other.makers.into_iter().map(|mut maker| {
            maker.templates.iter_mut().for_each(|template| template.spec = place(template.spec));
            maker
        }));
        for (kind, list) in other.customs {
            whole.customs.entry(kind).or_default().extend(list);
        }
        whole.redactions += other.redactions;
        for unplaced in other.unplaced {
            // What was found in what is known of the cluster itself was found by each.
            if !first && unplaced.object.kind == "Cluster" && unplaced.object.group.is_empty() {
                whole.redactions = whole.redactions.saturating_sub(unplaced.redactions.len());
            } else {
                whole.unplaced.push(unplaced);
            }
        }
        if first {
            (whole.cluster, whole.params) = (other.cluster, other.params);
        }
    }

    /// The whole cluster, where all parts are there and were read within this time of each other.
    ///
    /// # Errors
    /// Where some are missing, or lie too far apart.
    pub fn finish(self, within: SignedDuration) -> Result<Inventory, MergeError> {
        let Self { mut inventory, parts, .. } = self;
        let Some(of) = parts.values().next().map(|told| told.part.of) else { return Err(MergeError::Nothing) };
        let numbers: Vec<usize> = (1..=of).filter(|number| !parts.contains_key(number)).collect();
        if !numbers.is_empty() {
            return Err(MergeError::Missing { of, numbers });
        }
        let by_time = || parts.values().map(|told| (told.at, &told.label));
        if let (Some(first), Some(last)) = (by_time().min(), by_time().max())
            && last.0.duration_since(first.0) > within
        {
            return Err(MergeError::Times(first.1.clone(), first.0, last.1.clone(), last.0, format!("{within:#}")));
        }
        inventory.cluster.collected_at = by_time().min().map(|(at, _)| at);
        inventory.sifted = parts.values().all(|told| told.sifted);
        let told: Vec<&Told> = parts.values().collect();
        inventory.coverage = Kind::ALL.iter().filter_map(|kind| Some((*kind, coverage(*kind, &told)?))).collect();
        inventory.settle();
        Ok(inventory)
    }
}

fn goes_with(known: &Told, told: &Told) -> Result<(), MergeError> {
    let apart = |what: String| MergeError::Reading(known.label.clone(), told.label.clone(), what);
    if known.cluster != told.cluster {
        return Err(MergeError::Cluster(known.label.clone(), told.label.clone()));
    }
    let (one, other) = (&known.part, &told.part);
    if one.of != other.of {
        return Err(apart(format!("one is of {} parts, and one of {}", one.of, other.of)));
    }
    if one.run != other.run {
        let called = |run: &str| if run.is_empty() { "one without a name".to_owned() } else { format!("“{run}”") };
        return Err(apart(format!("{} and {}", called(&one.run), called(&other.run))));
    }
    if one.program != other.program {
        return Err(apart(format!("version {} of the program read one, and version {} the other", one.program, other.program)));
    }
    Ok(())
}

/// How far a kind was read by all parts together. What was unreadable to one of them is unreadable.
fn coverage(kind: Kind, parts: &[&Told]) -> Option<Coverage> {
    let of = |told: &Told| told.part.read.get(&kind).cloned();
    if !kind.namespaced() {
        return parts.first().and_then(|told| of(told));
    }
    let all: Vec<Option<Coverage>> = parts.iter().map(|told| of(told)).collect();
    let first = all.iter().flatten().next()?.clone();
    let items = all.iter().flatten().map(|coverage| coverage.items).sum();
    let alike = |coverage: &Option<Coverage>| coverage.as_ref().is_some_and(|c| c.state == first.state && c.message == first.message);
    if all.iter().all(alike) {
        return Some(Coverage { items, ..first });
    }
    let bad: Vec<(&Told, Coverage)> = parts
        .iter()
        .zip(&all)
        .map(|(told, coverage)| (*told, coverage.clone().unwrap_or_default()))
        .filter(|(_, coverage)| coverage.state != KindState::Read)
        .collect();
    let Some((_, worst)) = bad.first() else { return Some(Coverage { items, ..first }) };
    let state = match items {
        0 if bad.iter().all(|(_, coverage)| coverage.state == worst.state) && worst.state != KindState::Absent => worst.state,
        0 => KindState::Failed,
        _ => KindState::Partial,
    };
    let unsaid = "not served, while another part read them";
    let words = |(told, coverage): &(&Told, Coverage)| {
        let message = if coverage.message.is_empty() { unsaid } else { &coverage.message };
        format!("{}: {message}", told.part)
    };
    // Three reasons are enough to act on.
    let message = bad.iter().take(3).map(words).collect::<Vec<_>>().join("; ");
    let version = all.iter().flatten().map(|coverage| coverage.version.clone()).find(|version| !version.is_empty()).unwrap_or_default();
    Some(Coverage { state, items, message, version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Ingest;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    const NAMESPACES: [&str; 7] = ["alpha", "beta", "gamma", "delta", "kube-system", "shop", "pay"];

    fn page(kind: Kind, objects: &[serde_json::Value]) -> String {
        json!({"apiVersion": "v1", "kind": format!("{}List", kind.kind()), "metadata": {}, "items": objects}).to_string()
    }

    /// A cluster with a pod and a role in each namespace, of which a part keeps its own.
    fn read(part: Option<Part>, at: &str) -> Inventory {
        let mine = |namespace: &str| part.as_ref().is_none_or(|part| part.holds(namespace));
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        (ingest.cluster().uid, ingest.cluster().collected_at) = ("u".into(), at.parse().ok());
        let pod = |namespace: &&str| {
            let image = if namespace.len() > 4 { "one" } else { "two" };
            json!({"metadata": {"name": "p", "namespace": namespace}, "spec": {"containers": [{"name": "c", "image": image}]}})
        };
        let own: Vec<&str> = NAMESPACES.into_iter().filter(|namespace| mine(namespace)).collect();
        let _ = ingest.page(Kind::Pods, &page(Kind::Pods, &own.iter().map(pod).collect::<Vec<_>>()));
        ingest.state(Kind::Pods, KindState::Read, "");
        ingest.state(Kind::Roles, KindState::Forbidden, "no right");
        if mine("") {
            let spaces: Vec<_> = NAMESPACES.iter().map(|name| json!({"metadata": {"name": name, "uid": name}})).collect();
            let _ = ingest.page(Kind::Namespaces, &page(Kind::Namespaces, &spaces));
        }
        ingest.state(Kind::Namespaces, KindState::Read, "");
        let mut inventory = ingest.finish();
        if let Some(part) = part {
            inventory.become_part(part);
        }
        inventory
    }

    fn part(number: usize, of: usize) -> Part {
        Part { number, of, run: "r".into(), program: "1".into(), read: BTreeMap::new() }
    }

    fn three() -> Vec<Inventory> {
        (1..=3).map(|number| read(Some(part(number, 3)), &format!("2026-11-29T09:0{number}:00Z"))).collect()
    }

    fn merged(parts: Vec<Inventory>) -> Result<Inventory, MergeError> {
        let mut merge = Merge::default();
        for (nth, part) in parts.into_iter().enumerate() {
            merge.add(&format!("f{nth}"), part)?;
        }
        merge.finish(SignedDuration::from_hours(1))
    }

    #[test]
    fn parts_become_what_one_reading_is() {
        let mut parts = three();
        parts.reverse();
        let (whole, merged) = (read(None, "2026-11-29T09:01:00Z"), merged(parts).unwrap());
        assert_eq!(serde_json::to_string(&whole).unwrap(), serde_json::to_string(&merged).unwrap());
        assert_eq!(whole.workloads.len(), merged.workloads.len());
        assert_eq!(merged.specs.len(), 2, "equal specs are one");
    }

    #[test]
    fn a_part_alone_is_read_in_part() {
        for inventory in three() {
            let first = inventory.part.as_ref().unwrap().is_first();
            assert_eq!(inventory.state(Kind::Pods), KindState::Partial);
            assert_eq!(inventory.state(Kind::Roles), KindState::Forbidden);
            assert_eq!(inventory.state(Kind::Namespaces), if first { KindState::Read } else { KindState::Failed });
            assert!(inventory.coverage_of(Kind::Pods).message.contains("of 3"));
        }
    }

    #[test]
    fn what_one_part_could_not_read_stays_unread() {
        let mut parts = three();
        for state in [KindState::Forbidden, KindState::Failed, KindState::Partial, KindState::Absent] {
            let told = Coverage { state, message: "no".into(), ..Coverage::default() };
            parts[1].part.as_mut().unwrap().read.insert(Kind::Pods, told.clone());
            parts[1].part.as_mut().unwrap().read.insert(Kind::Roles, told);
            let merged = merged(parts.clone()).unwrap();
            let pods = merged.coverage_of(Kind::Pods);
            assert_eq!((pods.state, pods.message.as_str()), (KindState::Partial, "part 2 of 3: no"));
            assert_ne!(merged.state(Kind::Roles), KindState::Read);
            assert_ne!(merged.state(Kind::Roles), KindState::Absent);
        }
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        use MergeError::{Cluster, Missing, NoPart, Number, Reading, Strange, Times, Twice};
        let with = |change: &dyn Fn(&mut Vec<Inventory>)| {
            let mut parts = three();
            change(&mut parts);
            merged(parts).unwrap_err()
        };
        assert!(matches!(with(&|p| drop(p.pop())), Missing { numbers, of: 3 } if numbers == [3]));
        assert!(matches!(with(&|p| p[2] = p[0].clone()), Twice(..)));
        assert!(matches!(with(&|p| p[2].part = None), NoPart(_)));
        assert!(matches!(with(&|p| p[2].part.as_mut().unwrap().number = 4), Number(..)));
        assert!(matches!(with(&|p| p[2].part.as_mut().unwrap().of = 4), Reading(..)));
        assert!(matches!(with(&|p| p[2].part.as_mut().unwrap().run = "s".into()), Reading(..)));
        assert!(matches!(with(&|p| p[2].part.as_mut().unwrap().program = "2".into()), Reading(..)));
        assert!(matches!(with(&|p| p[2].cluster.uid = "v".into()), Cluster(..)));
        assert!(matches!(with(&|p| p[2].cluster.collected_at = "2026-11-29T10:01:01Z".parse().ok()), Times(..)));
        assert!(matches!(with(&|p| p[2].pods = p.iter().flat_map(|part| part.pods.clone()).collect()), Strange(..)));
        assert_eq!(merged(vec![]).unwrap_err(), MergeError::Nothing);
    }
}
