//! What a check needs and does not have, and what that does to its judgement. Everything that is unread ends here, in one of three ways:
//! without it nothing can be judged; what is there is told and nothing is good by it; whatever was judged does not count.

use crate::analysis::control_plane::{
    self,
    force::{Force, force},
};
use crate::analysis::rbac;
use crate::checks;
use crate::judging::{Check, Need, Verdict, View, identity};
use crate::kinds::{Inventory, KindState, Source, VersionFrom};
use crate::model::{Keep, Kind, Outcome};
use std::collections::BTreeSet;

/// The need of active checks, in words.
pub const PROBES: &str = "active probes: allowed";

/// Why there are no answers to probes, and how to get them. The same words for every source: a dump of a cluster is judged as the cluster is.
const UNPROBED: &str = "this check judges the answers to active probes, which were not run: they need a live cluster, send requests of their own, and \
     are sent only where somebody allows it: P in the walk, --active-probes on the command line";

/// Most lists or objects that a sentence names.
const NAMED: usize = 4;

/// Something that was not read.
struct Gap {
    /// The permission, list or fact that is missing: `secrets: list`.
    need: String,
    /// A sentence about it, with the server's words.
    words: String,
}

impl Gap {
    fn new(need: impl Into<String>, words: impl Into<String>) -> Self {
        Self { need: need.into(), words: words.into() }
    }
}

/// What one check lacks.
#[derive(Default)]
pub(super) struct Missing {
    /// Without these it can't judge.
    first: Vec<Gap>,
    /// Without these it tells what it finds, and a good result is none: lists that broke off.
    partial: Vec<Gap>,
    /// Kinds that files do not hold, which are as good as a list that broke off.
    unheld: Vec<Kind>,
    /// Kinds that files do not hold, and that count as empty because somebody said that the files are the whole cluster.
    declared: Vec<Kind>,
    /// Who said so.
    declared_by: String,
    /// Objects that make pods and do not tell which; a good result is for review beside them.
    unjudged: Vec<String>,
    /// Whether it rests on the cluster's version and nothing tells that: a good result is for review then.
    assumed: bool,
    /// Lists in which more API servers could show than the one that told of itself.
    unshown: Vec<Gap>,
    /// Whose word the version is that it judges by, where a person told it.
    told: Option<String>,
    /// Why roles and bindings on which it rests may not be in force: a good result is for review then.
    not_in_force: Option<String>,
    /// Whatever was judged does not count beside these: lists that could show more than the files that were given as evidence.
    overruling: Vec<Gap>,
}

impl Missing {
    /// What a check lacks in what was read.
    pub(super) fn of(check: &Check, view: &View<'_>) -> Self {
        let inventory = view.inventory;
        let mut missing = Self { declared_by: inventory.declared_complete.clone().unwrap_or_default(), ..Self::default() };
        for need in check.needs {
            missing.need(need, inventory);
            missing.declared.extend(need.kinds().iter().filter(|kind| inventory.is_declared_empty(**kind)));
        }
        missing.silent_namespaces(check, view);
        if check.needs.iter().any(|need| need.kinds().iter().any(|kind| rbac::KINDS.contains(kind))) {
            missing.not_in_force = match force(inventory) {
                Force::NotDoubted => None,
                Force::Doubted(why) => Some(format!("it is in doubt whether they alone decide what is allowed ({why})")),
                Force::NotInForce(why) => Some(format!("they are not in force ({why})")),
            };
        }
        if check.needs.contains(&Need::Workloads) {
            let scoped = inventory.unjudged().filter(|(object, _)| view.category(&object.namespace).in_scope());
            missing.unjudged = scoped.map(|(object, why)| format!("{object} ({why})")).collect();
        }
        missing.first.dedup_by(|a, b| a.words == b.words);
        missing
    }

    fn need(&mut self, need: &Need, inventory: &Inventory) {
        match need {
            Need::Version if inventory.cluster.version.is_empty() => {
                self.first.push(Gap::new("version", "the server's version is not known"));
            }
            Need::Version if inventory.minor().is_none() => {
                let words = format!("the server's version “{}” can't be read", inventory.cluster.version);
                self.first.push(Gap::new("version", words));
            }
            Need::Version if inventory.cluster.version_from == VersionFrom::Assumed => {
                self.assumed = true;
            }
            Need::Version if inventory.cluster.version_from == VersionFrom::Person => {
                self.told = Some(inventory.cluster.version_words());
            }
            Need::Identity if inventory.cluster.identity.is_none() => {
                self.first.push(Gap::new(identity::NEED, identity::UNKNOWN));
            }
            Need::Probes if inventory.probes.is_none() => self.first.push(Gap::new(PROBES, UNPROBED)),
            Need::Version | Need::Identity | Need::Probes => {}
            // Which file is missing, and where it is found, is for the judge to say.
            Need::Evidence(_) => {
                self.overruling.extend(need.kinds().iter().filter_map(|kind| refused(*kind, inventory)));
                self.partial.extend(need.kinds().iter().filter_map(|kind| in_part(*kind, inventory)));
            }
            Need::ControlPlane => {
                let told = !control_plane::api_servers(inventory).is_empty();
                for kind in need.kinds() {
                    let into = if told { &mut self.unshown } else { &mut self.first };
                    into.extend(lacks(*kind, inventory));
                    self.partial.extend(in_part(*kind, inventory));
                }
            }
            Need::List(_) | Need::Policies => {
                for kind in need.kinds() {
                    self.first.extend(lacks(*kind, inventory));
                    self.partial.extend(in_part(*kind, inventory));
                }
            }
            Need::Workloads | Need::Rights | Need::OtherPolicies | Need::Routes | Need::Reports => self.held_in_part(need, inventory),
        }
    }

    /// Needs of several kinds of which files may hold some: what these show is told.
    fn held_in_part(&mut self, need: &Need, inventory: &Inventory) {
        let mut lacking = BTreeSet::new();
        for kind in need.kinds() {
            self.partial.extend(in_part(*kind, inventory));
            let Some(gap) = lacks(*kind, inventory) else { continue };
            lacking.insert(*kind);
            if inventory.source == Source::Files && inventory.state(*kind) == KindState::Absent {
                self.unheld.push(*kind);
            } else {
                self.first.push(gap);
            }
        }
        if inventory.source != Source::Files {
            return;
        }
        let none_of = |kinds: &[Kind]| kinds.iter().all(|kind| lacking.contains(kind));
        match need {
            Need::Workloads if none_of(Kind::WORKLOADS) && inventory.makers.is_empty() => {
                self.first.push(Gap::new("pods: list", "the files hold neither pods nor anything that makes pods"));
            }
            // Roles of which nobody knows who has them say nothing.
            Need::Rights if none_of(&[Kind::RoleBindings, Kind::ClusterRoleBindings]) => {
                let lists = rbac::KINDS.iter().filter(|kind| lacking.contains(kind));
                self.first.extend(lists.filter_map(|kind| lacks(*kind, inventory)));
            }
            _ => {}
        }
    }

    fn silent_namespaces(&mut self, check: &Check, view: &View<'_>) {
        let silent = view.silent_namespaces();
        if !silent.is_empty() && check.needs.iter().flat_map(Need::kinds).any(|kind| kind.namespaced()) {
            let words = format!("the files hold nothing of the {} {}", of(silent.len(), "namespace", "namespaces"), named(silent));
            self.partial.push(Gap::new("every namespace: list", words));
        }
    }

    /// Whether the check may not judge at all.
    pub(super) fn forbids(&self) -> bool {
        !self.first.is_empty()
    }

    /// The verdict of a check that may not judge.
    pub(super) fn blocked(&self) -> Verdict {
        let (reason, needs) = told(&self.first, &[]);
        Verdict::blocked(reason, needs)
    }

    /// What remains of a verdict beside what is missing.
    pub(super) fn guard(&self, mut verdict: Verdict) -> Verdict {
        let good = |verdict: &Verdict| matches!(verdict.outcome(), Outcome::Pass | Outcome::NotApplicable);
        if !self.declared.is_empty() && verdict.outcome() != Outcome::Blocked {
            let kinds: Vec<String> = self.declared.iter().map(|kind| kind.id()).collect();
            verdict.note(format!("Not in the files, and empty by the word of {}: {}.", self.declared_by, named(&kinds)));
        }
        if let Some(told) = self.told.as_ref().filter(|_| verdict.outcome() != Outcome::Blocked) {
            verdict.note(format!("The version of the cluster is a person's word: {told}."));
        }
        if self.assumed && verdict.outcome() == Outcome::Pass {
            verdict.because("Nothing was found, but that rests on the cluster's version, and nothing tells it.");
            verdict.decide(Outcome::Review);
        }
        if let Some(why) = self.not_in_force.as_ref().filter(|_| good(&verdict)) {
            verdict.because(format!("Nothing was found, but that rests on roles and bindings, and {why}."));
            verdict.decide(Outcome::Review);
        }
        if !self.unjudged.is_empty() && good(&verdict) {
            let makes = of(self.unjudged.len(), "object makes", "objects make");
            verdict.because(format!("{} {makes} pods and could not be judged: {}.", self.unjudged.len(), named(&self.unjudged)));
            verdict.decide(Outcome::Review);
        }
        // A list that broke off, or that files hold only in part, can show that something is wrong, never that nothing is.
        if !(self.partial.is_empty() && self.unheld.is_empty()) {
            let (reason, needs) = told(&self.partial, &self.unheld);
            match verdict.outcome() {
                Outcome::Pass | Outcome::NotApplicable => verdict = verdict.block(reason, needs),
                Outcome::Fail | Outcome::Review if !self.unheld.is_empty() => {
                    verdict.note(format!("Not judged is what could be in lists that were not given: {}", told(&[], &self.unheld).0));
                }
                _ => {}
            }
        }
        if !self.unshown.is_empty() {
            let (reason, needs) = told(&self.unshown, &[]);
            match verdict.outcome() {
                Outcome::Pass | Outcome::NotApplicable => {
                    verdict = verdict
                        .block(format!("Nothing was found in what the API server told of itself, but others could show: {reason}"), needs);
                }
                Outcome::Fail | Outcome::Review => verdict.note(format!("Judged by what shows without these: {reason}")),
                Outcome::Blocked => {}
            }
        }
        // Where a list was refused that could show more than the files that were given, what these show is told, and nothing is decided.
        if !self.overruling.is_empty() {
            let (reason, needs) = told(&self.overruling, &[]);
            verdict = verdict.block(reason, needs);
        }
        verdict
    }
}

/// A check to which what was read does not give all that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The check.
    pub check: &'static str,
    /// What is missing: `secrets: list`.
    pub needs: Vec<String>,
    /// Whether it judges all the same, and can say what is wrong but not that nothing is.
    pub judges: bool,
}

/// The checks to which what was read does not give all that they need, before any of them judges.
#[must_use]
pub fn lacking(view: &View<'_>) -> Vec<Lacking> {
    let of = |check: &'static Check| {
        let missing = Missing::of(check, view);
        let (gaps, unheld): (Vec<&Gap>, &[Kind]) = match missing.forbids() {
            true => (missing.first.iter().collect(), &[]),
            false => (missing.partial.iter().chain(&missing.unshown).chain(&missing.overruling).collect(), &missing.unheld),
        };
        let mut needs: Vec<String> =
            gaps.iter().map(|gap| gap.need.clone()).chain(unheld.iter().map(|kind| format!("{}: list", kind.id()))).collect();
        if missing.assumed {
            needs.push("version".to_owned());
        }
        let mut seen = BTreeSet::new();
        needs.retain(|need| seen.insert(need.clone()));
        (!needs.is_empty()).then(|| Lacking { check: check.id, needs, judges: !missing.forbids() })
    };
    checks::all().filter_map(of).collect()
}

/// A reason and the needs behind it.
fn told(gaps: &[Gap], unheld: &[Kind]) -> (String, Vec<String>) {
    let mut words: Vec<String> = vec![];
    for gap in gaps {
        if !words.contains(&gap.words) {
            words.push(gap.words.clone());
        }
    }
    words.extend(not_held(unheld));
    let mut needs: Vec<String> = vec![];
    for need in gaps.iter().map(|gap| gap.need.clone()).chain(unheld.iter().map(|kind| format!("{}: list", kind.id()))) {
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    (format!("{}.", words.join("; ")), needs)
}

/// Which lists files do not hold. Kinds of add-ons that make pods are many, and seldom there: they are told together, behind the others.
fn not_held(unheld: &[Kind]) -> Option<String> {
    let (addons, others): (BTreeSet<Kind>, BTreeSet<Kind>) = unheld.iter().copied().partition(|kind| kind.keep() == Keep::Templates);
    let ids = |kinds: &BTreeSet<Kind>| kinds.iter().map(|kind| kind.id()).collect::<Vec<_>>();
    let many = format!("{} {} of add-ons that make pods ({})", addons.len(), of(addons.len(), "kind", "kinds"), named(&ids(&addons)));
    match (others.is_empty(), addons.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("the files hold no list of {many}")),
        (false, true) => Some(format!("the files hold no list of {}", ids(&others).join(", "))),
        (false, false) => Some(format!("the files hold no list of {}, nor of {many}", ids(&others).join(", "))),
    }
}

/// The first few of a list in words.
fn named<T: AsRef<str>>(list: &[T]) -> String {
    let words: Vec<&str> = list.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = if list.len() > words.len() { format!(" and {} more", list.len() - words.len()) } else { String::new() };
    format!("{}{more}", words.join(", "))
}

const fn of(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// Why a kind that evidence in the cluster would be of was not read; none where it was, or is not there.
fn refused(kind: Kind, inventory: &Inventory) -> Option<Gap> {
    let unread = match inventory.coverage.get(&kind) {
        Some(coverage) => matches!(coverage.state, KindState::Forbidden | KindState::Failed),
        None => inventory.source == Source::Live,
    };
    unread.then(|| lacks(kind, inventory)).flatten()
}

fn in_part(kind: Kind, inventory: &Inventory) -> Option<Gap> {
    let coverage = inventory.coverage_of(kind);
    (coverage.state == KindState::Partial)
        .then(|| Gap::new(format!("{}: list", kind.id()), format!("{} could be read only in part: {}", kind.id(), coverage.message)))
}

fn lacks(kind: Kind, inventory: &Inventory) -> Option<Gap> {
    let need = || format!("{}: list", kind.id());
    // A snapshot of an older program says nothing of kinds that it did not know; silence is no answer that they are not installed.
    if inventory.source == Source::Live && !inventory.coverage.contains_key(&kind) {
        return Some(Gap::new(need(), format!("{} were not asked for when this was collected; collect again", kind.id())));
    }
    let coverage = inventory.coverage_of(kind);
    let words = |said: &str| if coverage.message.is_empty() { said.to_owned() } else { format!("{said}: {}", coverage.message) };
    let why = match coverage.state {
        KindState::Read | KindState::Partial => return None,
        // Not installed is an answer, where the server gave it: there are no objects of an API that is not served.
        KindState::Absent if !kind.stock() && inventory.source == Source::Live => return None,
        KindState::Absent if inventory.source == Source::Files => format!("the files hold no list of {}", kind.id()),
        KindState::Absent => words(&format!("the server does not serve {}", kind.id())),
        KindState::Forbidden => words(&format!("{} can't be listed by this identity", kind.id())),
        KindState::Failed => words(&format!("{} could not be read", kind.id())),
    };
    Some(Gap::new(need(), why))
}
