//! What detectors took out of objects while these were read, told: by one check for each part of the cluster, so that together they tell all
//! of it. Findings name the field, masked forms, and how many pods share it; the values are gone.

use crate::judging::{Verdict, View};
use crate::kinds::redacted::Passed;
use crate::kinds::{KindState, Redaction, Workload};
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity};
use crate::sensitive::{Detection, MOST_TOLD};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which detections a check tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Credentials of any kind.
    Credentials,
    /// Card numbers.
    Cards,
}

impl What {
    fn is(self, detection: &Detection) -> bool {
        detection.is_card() == (self == Self::Cards)
    }
}

/// 6.1/secrets-in-configmaps.
pub(super) fn secrets_in_config_maps(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("ConfigMap", "ConfigMaps");
    objects(view, &mut verdict, What::Credentials, |passed| passed.kind == Some(Kind::ConfigMaps));
    key_stores(view, &mut verdict);
    unplaced(view, &mut verdict, What::Credentials, |kind| kind == "ConfigMap");
    mind_old_snapshots(view, &mut verdict);
    verdict
}

/// Ends of the names of files that hold private keys and that nobody can open without a password.
const KEY_STORES: &[&str] = &[".p12", ".pfx", ".jks", ".jceks", ".bcfks", ".bks", ".keystore", ".keytab", ".kdbx", ".kdb"];

/// Stores of keys, which can't be looked into. Those that by their names are for trust alone hold certificates.
fn key_stores(view: &View<'_>, verdict: &mut Verdict) {
    for map in &view.inventory.config_maps {
        let keys = map.data.keys().map(|key| ("data", key)).chain(map.binary_data.keys().map(|key| ("binaryData", key)));
        for (part, key) in keys {
            let name = key.to_ascii_lowercase();
            let trust = ["trust", "cacert", "ca-cert", "ca-bundle", "cabundle"].iter().any(|word| name.contains(word));
            if trust || !KEY_STORES.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let object = ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name);
            let finding = view.finding(object, format!("{part}[{key}]")).rule("key-store").review().severity(Severity::Medium);
            verdict.find(finding.observed(format!("a key store, by its name {key}")).message(
                "A store of keys can't be looked into: see whether it holds a private key. One in a ConfigMap is open to everybody who may read settings.",
            ));
        }
    }
}

/// 6.1/secrets-in-env.
pub(super) fn secrets_in_env(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    workloads(view, &mut verdict, What::Credentials);
    unplaced(view, &mut verdict, What::Credentials, makes_pods);
    mind_old_snapshots(view, &mut verdict);
    verdict
}

/// 6.1/secrets-elsewhere: all that is neither a ConfigMap nor a workload.
pub(super) fn secrets_elsewhere(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("object", "objects");
    objects(view, &mut verdict, What::Credentials, |passed| passed.kind.is_some_and(|kind| kind != Kind::ConfigMaps));
    unplaced(view, &mut verdict, What::Credentials, |kind| kind != "ConfigMap" && !makes_pods(kind));
    others(view, &mut verdict);
    mind_unread(view, &mut verdict);
    mind_old_snapshots(view, &mut verdict);
    verdict
}

/// 6.1/account-data: all objects.
pub(super) fn account_data(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("object", "objects");
    objects(view, &mut verdict, What::Cards, |passed| passed.kind.is_some());
    workloads(view, &mut verdict, What::Cards);
    unplaced(view, &mut verdict, What::Cards, |_| true);
    others(view, &mut verdict);
    mind_unread(view, &mut verdict);
    mind_old_snapshots(view, &mut verdict);
    verdict
}

/// Objects that pods are not made from. A namespace has its own category, as what lies in it has.
fn objects(view: &View<'_>, verdict: &mut Verdict, what: What, wanted: impl Fn(&Passed<'_>) -> bool) {
    for passed in view.inventory.passed().into_iter().filter(wanted) {
        let category = category(view, &passed.object);
        verdict.saw(category);
        tell_all(verdict, category, &passed.object, what, passed.redactions.iter().map(|redaction| (redaction, None)));
    }
}

/// Objects that had no readable shape, of some kinds.
fn unplaced(view: &View<'_>, verdict: &mut Verdict, what: What, wanted: impl Fn(&str) -> bool) {
    for passed in view.inventory.passed().into_iter().filter(|passed| passed.kind.is_none() && wanted(&passed.object.kind)) {
        let category = category(view, &passed.object);
        tell_all(verdict, category, &passed.object, what, passed.redactions.iter().map(|redaction| (redaction, None)));
    }
}

/// Objects of kinds that no check reads count too: what was found in them is among `unplaced`.
fn others(view: &View<'_>, verdict: &mut Verdict) {
    for other in &view.inventory.others {
        (0..other.items).for_each(|_| verdict.saw(view.category(&other.namespace)));
    }
}

fn makes_pods(kind: &str) -> bool {
    Kind::WORKLOADS.iter().any(|known| known.kind() == kind)
}

fn category(view: &View<'_>, object: &ObjectRef) -> Category {
    if object.kind == "Namespace" && object.group.is_empty() { view.category(&object.name) } else { view.category(&object.namespace) }
}

fn workloads(view: &View<'_>, verdict: &mut Verdict, what: What) {
    let mut told: BTreeSet<(&str, String)> = BTreeSet::new();
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        let places = places(view, workload, what);
        told.extend(places.keys().map(|place| (workload.object.namespace.as_str(), place.detection.fingerprint.clone())));
        let below = workload.spec_path();
        let shown = places.iter().map(|(place, pods)| (place, place.field.starts_with(below).then_some(*pods)));
        tell_all(verdict, category, &workload.object, what, shown);
    }
    // What stands behind a workload (an old ReplicaSet, say) may hold what the workload itself no longer does.
    let known: BTreeSet<&ObjectRef> = view.inventory.workloads.iter().map(|workload| &workload.object).collect();
    for maker in view.inventory.makers().filter(|maker| !maker.redactions.is_empty() && !known.contains(&maker.object)) {
        let namespace = maker.object.namespace.as_str();
        let rest = maker.redactions.iter().filter(|redaction| !told.contains(&(namespace, redaction.detection.fingerprint.clone())));
        tell_all(verdict, view.category(namespace), &maker.object, what, rest.map(|redaction| (redaction, None)));
    }
}

/// What was taken out of a workload and its pods, by place in the workload, with how many pods share it.
fn places(view: &View<'_>, workload: &Workload, what: What) -> BTreeMap<Redaction, u32> {
    let mut places: BTreeMap<Redaction, u32> = BTreeMap::new();
    let alone = workload.object.kind == "Pod";
    for redaction in workload.metadata.redacted.iter().filter(|redaction| what.is(&redaction.detection)) {
        places.insert(redaction.clone(), u32::from(alone));
    }
    if alone {
        return places;
    }
    // Pods of one template share one list.
    let mut lists: HashMap<*const Vec<Redaction>, (&[Redaction], u32)> = HashMap::new();
    for pod in
        workload.pod_indexes.iter().filter_map(|index| view.inventory.pods.get(*index)).filter(|pod| !pod.metadata.redacted.is_empty())
    {
        let list: &Vec<Redaction> = &pod.metadata.redacted;
        lists.entry(std::ptr::from_ref(list)).or_insert((list, 0)).1 += 1;
    }
    for (list, pods) in lists.into_values() {
        for redaction in list.iter().filter(|redaction| what.is(&redaction.detection)) {
            let field = &redaction.field;
            let own = ["metadata.name", "metadata.generateName", "metadata.ownerReferences", "status."]
                .iter()
                .any(|start| field.starts_with(start));
            // A pod's name and state repeat what its workload says.
            if own && places.keys().any(|place| place.detection.fingerprint == redaction.detection.fingerprint) {
                continue;
            }
            let field = workload.field_of_pod(field);
            *places.entry(Redaction { field, detection: redaction.detection.clone() }).or_default() += pods;
        }
    }
    places
}

/// Tells what was taken out of one object: one finding for each field and detector.
fn tell_all<'r>(
    verdict: &mut Verdict,
    category: Category,
    object: &ObjectRef,
    what: What,
    redactions: impl Iterator<Item = (&'r Redaction, Option<u32>)>,
) {
    let mut groups: BTreeMap<(&str, &str), (Vec<&Detection>, Option<u32>)> = BTreeMap::new();
    for (redaction, pods) in redactions.filter(|(redaction, _)| what.is(&redaction.detection)) {
        let group = groups.entry((&redaction.field, &redaction.detection.detector)).or_default();
        group.0.push(&redaction.detection);
        group.1 = group.1.max(pods);
    }
    for ((field, detector), (detections, pods)) in groups {
        let mut finding = Finding::new(category, object.clone(), field)
            .severity(severity(detector))
            .rule(detector.to_owned())
            .observed(masked(&detections))
            .message(message(detector));
        if let Some(pods) = pods {
            finding = finding.pods(pods);
        }
        verdict.find(finding);
    }
}

/// A snapshot of before every part of an object was examined shows what it shows, and nothing passes by it.
fn mind_old_snapshots(view: &View<'_>, verdict: &mut Verdict) {
    if !view.inventory.sifted && verdict.outcome() == Outcome::Pass {
        verdict.decide(Outcome::Review);
        verdict
            .because("This snapshot was taken by a version that examined fewer places: collect anew to have all of each object examined.");
    }
}

/// Lists that could not be read may hold what nobody looked at.
fn mind_unread(view: &View<'_>, verdict: &mut Verdict) {
    let unread: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| matches!(view.inventory.state(**kind), KindState::Forbidden | KindState::Failed | KindState::Partial))
        // Of Secrets nothing is examined but their names.
        .filter(|kind| **kind != Kind::Secrets)
        .map(|kind| kind.resource())
        .collect();
    if !unread.is_empty() && verdict.outcome() == Outcome::Pass {
        let more = if unread.len() > 5 { format!(" and {} more", unread.len() - 5) } else { String::new() };
        verdict.decide(Outcome::Review);
        verdict.note(format!("Lists that could not be read were not examined: {}{more}.", unread[..unread.len().min(5)].join(", ")));
    }
}

/// Masked forms, the first five of them.
fn masked(detections: &[&Detection]) -> String {
    let mut shown: Vec<&str> = detections.iter().take(5).map(|d| d.masked.as_str()).collect();
    let least = if detections.len() >= MOST_TOLD { "at least " } else { "" };
    let more = format!("and {least}{} more", detections.len().saturating_sub(5));
    if detections.len() > 5 {
        shown.push(&more);
    }
    shown.join("; ")
}

fn severity(detector: &str) -> Severity {
    match detector {
        "card-number" | "track-data" | "kubeconfig" | "gcp-service-account" | "azure-storage-key" => Severity::Critical,
        "jwt" | "aws-access-key" => Severity::Medium,
        _ => Severity::High,
    }
}

fn message(detector: &str) -> &'static str {
    match detector {
        "card-number" => "A number that is a valid card number stands here in clear text.",
        "track-data" => "A track of a card's stripe stands here: sensitive authentication data, which nobody may keep after authorisation.",
        "pem-private-key" => "Whoever reads this private key can take the place of its owner.",
        "kubeconfig" => "Whoever reads this file can log in to a cluster with the credential that it holds.",
        "aws-access-key" => "An AWS access key id stands here; the secret that belongs to it is usually close by.",
        "jwt" => "A signed token stands here; until it expires it works for whoever reads it.",
        "url-password" | "connection-string" => "A password stands within an address, where logs and error messages repeat it.",
        "password-hash" => "A hash of a password stands here: whoever reads it can try passwords against it undisturbed.",
        "command-password" => "A password stands in a command, where every process of the container and lists of processes show it.",
        "named-credential" => "The name says that this value is a credential, and it is written out here.",
        _ => "A credential is written out here.",
    }
}
