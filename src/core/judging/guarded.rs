//! How far admission holds a demand, namespace by namespace: told alike by the checks of 3.1, 3.2, 3.3, 12.3, 13.3 and 13.4 that ask for it.

use super::{Verdict, View, described};
use crate::analysis::admission::plugins::{Exemptions, Plugin, exemptions};
use crate::analysis::admission::unreadable;
use crate::analysis::described::Topic;
use crate::analysis::pod_security::{Enforcement, Level};
use crate::analysis::trial::{self, Break, Trial, Witness};
use crate::kinds::KindState;
use crate::kinds::imported::{About, Describer, Said};
use crate::model::text::capital;
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

/// What became of the witnesses of one demand, or of several, in a namespace.
#[derive(Default)]
pub(crate) struct Testimony<'t> {
    /// Those that got in.
    pub(crate) let_in: Vec<(&'static Witness, &'t trial::Verdict)>,
    /// Those of which it is not known.
    pub(crate) unknown: Vec<(&'static Witness, &'t trial::Verdict)>,
    /// Those that are refused unless their author chooses otherwise.
    pub(crate) around: Vec<(&'static Witness, &'t trial::Verdict)>,
    /// Those that are refused.
    pub(crate) refused: Vec<(&'static Witness, &'t trial::Verdict)>,
}

impl<'t> Testimony<'t> {
    /// The witnesses of these demands in a namespace, which is in this place of the trial; what is proven of one counts before what was tried.
    pub(crate) fn of(
        trial: &'t Trial<'_>,
        place: usize,
        demands: &[Break],
        proven: impl Fn(&Witness) -> Option<&'t trial::Verdict>,
    ) -> Self {
        let mut tried = Self::default();
        for (witness, verdict) in demands.iter().flat_map(|breaks| trial.of_break(place, *breaks)) {
            let verdict = proven(witness).unwrap_or(verdict);
            let list = match verdict.outcome {
                trial::Outcome::LetIn => &mut tried.let_in,
                trial::Outcome::NotEvaluated => &mut tried.unknown,
                trial::Outcome::Refused if !verdict.around.is_empty() => &mut tried.around,
                trial::Outcome::Refused => &mut tried.refused,
            };
            list.push((witness, verdict));
        }
        tried
    }

    /// The rule by which it is told that not all of them are refused; none where they are.
    pub(crate) fn rule(&self) -> Option<&'static str> {
        if !self.let_in.is_empty() {
            let any_refused = !(self.refused.is_empty() && self.around.is_empty() && self.unknown.is_empty());
            let spoken_of = self.let_in.iter().any(|(_, verdict)| verdict.spoken_of);
            return Some(match (any_refused, spoken_of) {
                (true, _) => "in_part",
                (false, true) => "audit_only",
                (false, false) => "no_policy",
            });
        }
        match (self.unknown.is_empty(), self.around.is_empty()) {
            (false, _) => Some("not_evaluated"),
            (true, false) => Some("by_choice"),
            (true, true) => None,
        }
    }

    /// Those that are not refused for certain, by name; the worst first.
    pub(crate) fn observed(&self) -> String {
        let names =
            |list: &[(&'static Witness, &trial::Verdict)]| list.iter().map(|(witness, _)| witness.id).collect::<Vec<_>>().join(", ");
        let parts = [("let in", &self.let_in), ("not evaluated", &self.unknown), ("refused by choice", &self.around)];
        let told = parts.into_iter().filter(|(_, list)| !list.is_empty()).map(|(words, list)| format!("{words}: {}", names(list)));
        told.collect::<Vec<_>>().join("; ")
    }

    /// What came of it, in sentences: which witness gets in, past whom; else what is not known, else what a pod may choose.
    pub(crate) fn told(&self) -> String {
        const SHOWN: usize = 3;
        let sentences = |list: &[(&'static Witness, &trial::Verdict)], tell: &dyn Fn(&Witness, &trial::Verdict) -> String| {
            let mut words: Vec<String> = list.iter().take(SHOWN).map(|(witness, verdict)| tell(witness, verdict)).collect();
            if list.len() > SHOWN {
                words.push(format!("So do {} more.", list.len() - SHOWN));
            }
            words.join(" ")
        };
        if !self.let_in.is_empty() {
            return sentences(&self.let_in, &|witness, verdict| format!("{} gets in: {}.", capital(&witness.told()), verdict.why));
        }
        if let Some((witness, verdict)) = self.unknown.first() {
            let by = if verdict.by.is_empty() { String::new() } else { format!("{}: ", verdict.by) };
            let more =
                if self.unknown.len() > 1 { format!(" The same is not known of {} more.", self.unknown.len() - 1) } else { String::new() };
            return format!("Whether {} gets in is not evaluated: {by}{}.{more}", witness.told(), verdict.why);
        }
        self.around.first().map_or_else(String::new, |(witness, verdict)| {
            format!("{} is refused by {} alone, which leaves out {}.", capital(&witness.told()), verdict.by, verdict.around.join(", "))
        })
    }
}

/// Says of what Pod Security admission may make exceptions, where something is held by it.
pub(crate) fn mind_exemptions(view: &View<'_>, verdict: &mut Verdict) {
    let labelled = |labels: &BTreeMap<String, String>| Enforcement::of(labels).is_some_and(|enforced| enforced.level > Level::Privileged);
    if !view.inventory.namespaces.iter().any(|namespace| labelled(&namespace.metadata.labels)) {
        return;
    }
    match exemptions(view.inventory) {
        Exemptions::None => {}
        Exemptions::File if described::in_use(view, Topic::Exemptions, Describer::Admission, verdict) => {}
        Exemptions::File => {
            // It is known that there is such a file, and not what it says: that is nothing to pass on.
            if verdict.outcome() == Outcome::Pass {
                verdict.because("Nothing is shown to be left open, but exemptions may be.");
                verdict.decide(Outcome::Review);
            }
            verdict.note(
                "The API server is given a file (--admission-control-config-file) that may exempt users, namespaces and runtime classes from Pod Security \
                 admission, and no API shows it: attach it, or read it.",
            );
        }
        Exemptions::Unseen if verdict.outcome() != Outcome::Pass => {}
        Exemptions::Unseen => verdict.note(
            "Whether the API server exempts users, namespaces or runtime classes from Pod Security admission can't be seen from here.",
        ),
    }
}

/// Says which of the admission plugins that refuse were seen to run. One that was not counted is not seen, and not known to be off.
pub(crate) fn tell_plugins(view: &View<'_>, verdict: &mut Verdict) {
    let counted = Plugin::ALL.into_iter().map(|plugin| (plugin, plugin.counted(view.inventory))).filter(|(_, counted)| counted.running > 0);
    let told: Vec<String> = counted
        .map(|(plugin, counted)| match counted.servers {
            1 => plugin.name().to_owned(),
            servers => format!("{} in {} of {servers}", plugin.name(), counted.running),
        })
        .collect();
    // No numbers: they grow from one reading to the next, and say the same.
    if !told.is_empty() {
        verdict.note(format!(
            "By the counters of the API servers that answered, these admission plugins ran since they were started: {}.",
            told.join(", ")
        ));
    }
}

/// Holds a demand against every namespace. What is not enforced is for review: the demand may be met without being enforced.
pub(crate) fn demanded(view: &View<'_>, breaks: Break, message: &str) -> Verdict {
    let trial = view.trial();
    let mut verdict = Verdict::over("namespace", "namespaces");
    for place in places(view) {
        verdict.saw(place.category);
        let Some(at) = trial.place_of(place.name).filter(|_| place.known) else {
            verdict.find(not_read(&place));
            continue;
        };
        let tried = Testimony::of(trial, at, &[breaks], |_| None);
        if let Some(rule) = tried.rule() {
            let finding = place.finding("metadata.name").rule(rule).review().observed(tried.observed());
            verdict.find(finding.message(format!("{message} {}", tried.told())));
        }
    }
    if breaks == Break::Root {
        mind_exemptions(view, &mut verdict);
    }
    tell_plugins(view, &mut verdict);
    mind_missing_policies(view, verdict)
}

/// Images of each namespace that nobody refuses when they lack what is demanded.
pub(crate) struct Unverified<'a> {
    pub(crate) place: GuardedNamespace<'a>,
    pub(crate) images: usize,
    /// Those that get in, or of which it is not known.
    pub(crate) open: BTreeSet<String>,
    /// Why one of them gets in, or is not known to be refused.
    pub(crate) why: String,
    /// Whether it is not known of one of them.
    pub(crate) unknown: bool,
    /// Whether some of them are refused.
    pub(crate) some: bool,
}

impl Unverified<'_> {
    /// The rule by which it is told.
    pub(crate) const fn rule(&self) -> &'static str {
        match (self.some, self.unknown) {
            (_, true) => "not_evaluated",
            (true, false) => "in_part",
            (false, false) => "no_policy",
        }
    }
}

/// Holds a demand on images against those that each namespace runs. Namespaces without workloads are not told.
pub(crate) fn unverified<'a>(view: &View<'a>, breaks: Break) -> Vec<Unverified<'a>> {
    // By reference, whether a volume mounts it: policies speak of the images of containers.
    let mut by_namespace: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for (workload, _) in view.workloads() {
        let images = by_namespace.entry(workload.object.namespace.as_str()).or_default();
        for used in view.specs(workload).flat_map(|(spec, _)| spec.images()) {
            *images.entry(used.reference).or_default() |= used.container.is_none();
        }
    }
    let trial = view.trial();
    let mut found = Vec::new();
    for place in places(view) {
        let Some(images) = by_namespace.get(place.name) else { continue };
        let at = trial.place_of(place.name).filter(|_| place.known);
        let mut told = Unverified { place, images: images.len(), open: BTreeSet::new(), why: String::new(), unknown: false, some: false };
        for (image, mounted) in images {
            // A namespace that was not read may be left out of what seems to hold there.
            let verdict = at.filter(|_| !mounted).map(|at| trial.image(at, image, breaks));
            match verdict {
                Some(verdict) if verdict.outcome == trial::Outcome::Refused && verdict.around.is_empty() => told.some = true,
                verdict => {
                    told.open.insert((*image).to_owned());
                    let Some(verdict) = verdict else { continue };
                    // What anybody may choose, or sign, is a way in and no doubt.
                    let doubtful = verdict.outcome == trial::Outcome::NotEvaluated;
                    if told.why.is_empty() || (doubtful && !told.unknown) {
                        let by = if verdict.by.is_empty() { String::new() } else { format!("{}: ", verdict.by) };
                        let why =
                            if verdict.around.is_empty() { verdict.why } else { format!("it leaves out {}", verdict.around.join(", ")) };
                        told.why = format!("{by}{why}");
                    }
                    told.unknown |= doubtful;
                }
            }
        }
        found.push(told);
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
    for space in unverified(view, Break::Signature) {
        verdict.saw(space.place.category);
        if !space.place.known {
            verdict.find(not_read(&space.place));
            continue;
        }
        if space.open.is_empty() {
            continue;
        }
        let shown: Vec<&str> = space.open.iter().take(3).map(String::as_str).collect();
        let more = if space.open.len() > shown.len() { ", …" } else { "" };
        let finding = space
            .place
            .finding("metadata.name")
            .rule(space.rule())
            .severity(Severity::Medium)
            .observed(format!("{} of {} images not covered: {}{more}", space.open.len(), space.images, shown.join(", ")))
            .message(format!("Nothing shown here refuses an image without a good signature ({}).{others}{provider}", space.why));
        // What may be enforced where it can't be seen is a question, whatever the control.
        let unknown = space.unknown || !(others.is_empty() && provider.is_empty());
        verdict.find(if weight == Weight::Review || unknown { finding.review() } else { finding });
    }
    mind_missing_policies(view, verdict)
}
