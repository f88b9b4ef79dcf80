//! How far admission holds a demand, namespace by namespace: told alike by the checks of 3.1, 3.2, 3.3, 12.3, 13.3 and 13.4 that ask for it.

use super::{Verdict, View, described};
use crate::analysis::admission::plugins::{Exemptions, exemptions};
use crate::analysis::admission::{Asked, Demand, Guard, Strictness, guards, held, unreadable};
use crate::analysis::described::Topic;
use crate::analysis::image::ImageReference;
use crate::kinds::KindState;
use crate::kinds::imported::{About, Describer, Said};
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// A namespace with what decides which policies hold in it.
pub(crate) struct GuardedNamespace<'a> {
    pub(crate) name: &'a str,
    pub(crate) category: Category,
    pub(crate) labels: &'a BTreeMap<String, String>,
    /// Whether the namespace itself was read: if not, its labels are unknown, and with them what holds in it.
    pub(crate) known: bool,
}

impl GuardedNamespace<'_> {
    pub(crate) fn finding(&self, field: &str) -> Finding {
        Finding::new(self.category, ObjectRef::new("", "Namespace", "", self.name), field)
    }
}

/// Every namespace that was read, and those in which something was read though they themselves were not.
pub(crate) fn places<'a>(view: &View<'a>) -> Vec<GuardedNamespace<'a>> {
    let namespaces = view.inventory.namespaces.iter().map(|namespace| &namespace.metadata);
    let mut all: Vec<GuardedNamespace<'_>> = namespaces
        .map(|meta| GuardedNamespace { name: &meta.name, category: view.category(&meta.name), labels: &meta.labels, known: true })
        .collect();
    let known: BTreeSet<&str> = all.iter().map(|place| place.name).collect();
    let named = view.inventory.workloads.iter().map(|workload| workload.object.namespace.as_str());
    let unknown: BTreeSet<&str> = named.filter(|name| !name.is_empty() && !known.contains(name)).collect();
    let unread =
        |name| GuardedNamespace { name, category: view.category(name), labels: view.inventory.namespace_labels(name), known: false };
    // What holds in the platform's own namespaces decides nothing, so there it is no question either.
    all.extend(unknown.into_iter().map(unread).filter(|place| place.category != Category::Platform));
    all.sort_by_key(|place| place.name);
    all
}

/// A question about a namespace that was not read.
pub(crate) fn not_read(place: &GuardedNamespace<'_>) -> Finding {
    place
        .finding("metadata.labels")
        .rule("namespace_not_read")
        .severity(Severity::Low)
        .review()
        .observed("not read")
        .message("Workloads of this namespace were read and the namespace itself was not: which policies its labels let in can't be told.")
        .mend("Read the namespaces as well (list namespaces, or add their manifests), and assess again.")
}

/// Blocks a judgement where a list of policies broke off: what is missing in it may guard a namespace, or take something out of a policy. What
/// was found stays as a question.
pub(crate) fn mind_missing_policies(view: &View<'_>, verdict: Verdict) -> Verdict {
    let partial: Vec<Kind> = Kind::POLICIES.iter().copied().filter(|kind| view.inventory.state(*kind) == KindState::Partial).collect();
    if partial.is_empty() {
        return verdict;
    }
    let words: Vec<String> = partial
        .iter()
        .map(|kind| format!("{} could be read only in part: {}", kind.id(), view.inventory.coverage_of(*kind).message))
        .collect();
    let reason = format!("{}. So no namespace can be called guarded or unguarded.", words.join("; "));
    verdict.asking().block(reason, partial.iter().map(|kind| format!("{}: list", kind.id())).collect())
}

/// Engines of a role that run and can't be read here, as a sentence; "" where there are none.
pub(crate) fn others(view: &View<'_>, role: &str) -> String {
    let names = unreadable(view.inventory, &view.tables.software, role);
    let names: Vec<String> = names.into_iter().collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" It may be demanded by {}, whose policies can't be read here.", names.join(", "))
    }
}

/// How a demand is held, for people: the guards that hold, and how far each goes.
pub(crate) fn told(guards: &[&Guard], place: &GuardedNamespace<'_>) -> String {
    let one = |guard: &&Guard| {
        let written = guard.written_in(place.name, place.labels);
        let how = match written {
            Some(Strictness::Enforce) => "refuses",
            Some(Strictness::Text) if guard.partial.is_empty() => "refuses, as far as its text says",
            Some(Strictness::Text) => "refuses some kinds of containers and not others",
            Some(Strictness::Part) => "refuses some",
            _ if guard.idle.is_some() => "refuses nothing",
            _ => "only reports",
        };
        let why = guard.idle.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        // Of one that refuses nothing it does not matter whether it is asked.
        let remark = if written > Some(Strictness::Audit) { guard.asked_in(place.name, place.labels).remark() } else { "" };
        format!("{} {how}{why}{remark}", guard.name())
    };
    // Rules of one policy that hold alike are told once.
    let mut list: Vec<String> = guards.iter().map(one).collect();
    list.dedup();
    if list.is_empty() { "no policy".to_owned() } else { list.join("; ") }
}

/// Namespaces in scope in which nothing but the texts of policies keeps a demand. They are no findings, because nothing shows a gap, and no pass
/// either, because nobody tried: what stands in the way of a pass is told in the reason, with the policies to try.
#[derive(Default)]
pub(crate) struct ByText {
    /// Policies with the namespaces that rest on them.
    places: BTreeMap<String, Vec<String>>,
}

impl ByText {
    /// Notes a namespace and the guards that speak of the demand there.
    pub(crate) fn saw(&mut self, place: &GuardedNamespace<'_>, guards: &[&Guard]) {
        if place.category.in_scope() {
            let refusing = guards.iter().filter(|guard| guard.mode_in(place.name, place.labels) >= Some(Strictness::Text));
            let names: BTreeSet<String> = refusing.map(|guard| guard.name()).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            self.places.entry(names).or_default().push(place.name.to_owned());
        }
    }

    /// Tells of them. What would pass is for review then.
    pub(crate) fn mind(self, verdict: &mut Verdict) {
        const SHOWN: usize = 5;
        if self.places.is_empty() {
            return;
        }
        if verdict.outcome() == Outcome::Pass {
            verdict.because("Nothing is shown to be left open, but what policies refuse is told by their text alone.");
            verdict.decide(Outcome::Review);
        }
        let more = self.places.len().saturating_sub(SHOWN);
        for (policies, names) in self.places.into_iter().take(SHOWN) {
            let others = names.len().saturating_sub(SHOWN);
            let others = if others == 0 { String::new() } else { format!(" and {others} more") };
            let shown = names.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
            verdict.note(format!("Refused as far as the text says, and not tried, in {shown}{others}: by {policies}."));
        }
        if more > 0 {
            verdict.note(format!("{more} other sets of policies guard further namespaces in the same way."));
        }
    }
}

/// Says of what Pod Security admission may make exceptions, where something is held by it.
pub(crate) fn mind_exemptions(view: &View<'_>, guards: &[Guard], verdict: &mut Verdict) {
    if !guards.iter().any(Guard::is_certain) {
        return;
    }
    match exemptions(view.inventory) {
        Exemptions::None => {}
        Exemptions::File if described::in_use(view, Topic::Exemptions, Describer::Admission, verdict) => {}
        Exemptions::File => verdict.note(
            "The API server is given a file (--admission-control-config-file) that may exempt users, namespaces and runtime classes from Pod Security \
             admission, and no API shows it: attach it, or read it.",
        ),
        Exemptions::Unseen if verdict.outcome() != Outcome::Pass => {}
        Exemptions::Unseen => verdict.note(
            "Whether the API server exempts users, namespaces or runtime classes from Pod Security admission can't be seen from here.",
        ),
    }
}

/// The rule by which a demand that is not enforced is told.
pub(crate) const fn shortfall(mode: Option<Strictness>) -> &'static str {
    match mode {
        None => "no_policy",
        Some(Strictness::Audit) => "audit_only",
        Some(_) => "in_part",
    }
}

/// Holds a demand against every namespace. What is not enforced is for review: the demand may be met without being enforced.
pub(crate) fn demanded(view: &View<'_>, demand: Demand, message: &str) -> Verdict {
    let all = guards(view.inventory);
    let others = others(view, "policy");
    let mut verdict = Verdict::over("namespace", "namespaces");
    let mut by_text = ByText::default();
    for place in places(view) {
        verdict.saw(place.category);
        if !place.known {
            verdict.find(not_read(&place));
            continue;
        }
        let (mode, here) = held(&all, demand, place.name, place.labels);
        let finding = |told: String| place.finding("metadata.name").rule(shortfall(mode)).review().observed(told);
        match mode {
            Some(Strictness::Enforce) => {}
            Some(Strictness::Text) => by_text.saw(&place, &here),
            _ => verdict.find(finding(told(&here, &place)).message(format!("{message}{others}"))),
        }
    }
    by_text.mind(&mut verdict);
    if demand == Demand::NonRoot {
        mind_exemptions(view, &all, &mut verdict);
    }
    mind_missing_policies(view, verdict)
}

/// Images of each namespace that no guard refuses when they lack what is demanded, not even by its text.
pub(crate) struct Unverified<'a, 'g> {
    pub(crate) place: GuardedNamespace<'a>,
    pub(crate) mode: Option<Strictness>,
    /// The guards that demand it.
    pub(crate) guards: Vec<&'g Guard>,
    pub(crate) images: usize,
    pub(crate) open: BTreeSet<String>,
    /// Whether it can't be told if an engine is asked about pods here.
    pub(crate) unknown: bool,
}

/// Holds a demand on images against those that each namespace runs. Namespaces without workloads are not told.
pub(crate) fn unverified<'a, 'g>(view: &View<'a>, all: &'g [Guard], demand: Demand) -> Vec<Unverified<'a, 'g>> {
    // By reference, whether a volume mounts it: policies speak of the images of containers.
    let mut by_namespace: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for (workload, _) in view.workloads() {
        let images = by_namespace.entry(workload.object.namespace.as_str()).or_default();
        for used in view.specs(workload).flat_map(|(spec, _)| spec.images()) {
            *images.entry(used.reference).or_default() |= used.container.is_none();
        }
    }
    let mut found = Vec::new();
    for place in places(view) {
        let Some(images) = by_namespace.get(place.name) else { continue };
        let (mode, here) = held(all, demand, place.name, place.labels);
        let refused = |text: &str| {
            let image = ImageReference::parse(text);
            image.is_some_and(|image| {
                here.iter().any(|g| g.mode_for(demand, place.name, place.labels) >= Some(Strictness::Text) && g.covers_image(&image))
            })
        };
        let open: BTreeSet<String> =
            images.iter().filter(|(text, mounted)| **mounted || !refused(text)).map(|(text, _)| (*text).to_owned()).collect();
        // A namespace that was not read may be left out of what seems to hold there.
        let open = if place.known { open } else { images.keys().map(|text| (*text).to_owned()).collect() };
        // Refused, but not for all that runs here: that is a part.
        let mode = if open.is_empty() { mode } else { mode.min(Some(Strictness::Part)) };
        let unknown = here.iter().any(|guard| guard.asked_in(place.name, place.labels) == Asked::Unknown);
        found.push(Unverified { place, mode, guards: here, images: images.len(), open, unknown });
    }
    found
}

/// What Binary Authorization may demand beside what the cluster shows, as a sentence; nothing where a description of the cluster says that it is off.
fn binary_authorization(view: &View<'_>, verdict: &mut Verdict) -> String {
    match described::agreed(view, Describer::GkeCluster, About::BinaryAuthorization) {
        Some((Said::No, files)) => {
            verdict.note(format!("Binary Authorization is off, as {files} says."));
            String::new()
        }
        Some((said @ (Said::Yes | Said::Words(_)), files)) => {
            let mode = said.list().first().map(|mode| format!(" ({mode})")).unwrap_or_default();
            format!(" Binary Authorization is on{mode}, as {files} says: judge the policy of its project (gcloud container binauthz policy export).")
        }
        _ => " Binary Authorization may demand it: that is a setting of the GKE cluster and its project; attach what “gcloud container clusters describe” prints.".to_owned(),
    }
}

/// Judges whether images are refused without a good signature, with the weight that a control gives to it.
pub(crate) fn signatures(view: &View<'_>, weight: Weight) -> Verdict {
    let mut verdict = Verdict::over("namespace with workloads", "namespaces with workloads");
    let others = others(view, "signature");
    let provider = match view.cluster().distribution.as_str() {
        // Image Integrity of AKS is a preview that reports and refuses nothing, so there is none to ask about there.
        "gke" | "gke-autopilot" => binary_authorization(view, &mut verdict),
        _ => String::new(),
    };
    let mut by_text = ByText::default();
    let all = guards(view.inventory);
    for space in unverified(view, &all, Demand::Signatures) {
        verdict.saw(space.place.category);
        if !space.place.known {
            verdict.find(not_read(&space.place));
            continue;
        }
        if space.open.is_empty() {
            if space.mode != Some(Strictness::Enforce) {
                by_text.saw(&space.place, &space.guards);
            }
            continue;
        }
        let shown: Vec<&str> = space.open.iter().take(3).map(String::as_str).collect();
        let more = if space.open.len() > shown.len() { ", …" } else { "" };
        let finding = space
            .place
            .finding("metadata.name")
            .rule(shortfall(space.mode))
            .severity(Severity::Medium)
            .observed(format!(
                "{}; {} of {} images not covered: {}{more}",
                told(&space.guards, &space.place),
                space.open.len(),
                space.images,
                shown.join(", ")
            ))
            .message(format!("Nothing shown here refuses an image without a good signature.{others}{provider}"));
        // What may be enforced where it can't be seen is a question, whatever the control.
        let unknown = space.unknown || !(others.is_empty() && provider.is_empty());
        verdict.find(if weight == Weight::Review || unknown { finding.review() } else { finding });
    }
    by_text.mind(&mut verdict);
    mind_missing_policies(view, verdict)
}
