//! Judge of `16.1/reachability`: which pods of other categories may connect to those of the cardholder data environment, which it may connect
//! to, and by which policies. Connections are told once for each cardholder data workload and each namespace at the other end, with workloads,
//! ports and policies named: in a cluster without policies everybody reaches everybody, and a line for each pair would be millions. Where even
//! the namespaces at the other end are many, they are told together, and the first of them named; `kassay reach` lists every connection.

use crate::analysis::networks;
use crate::analysis::reach::{Direction, Judge, NotEvaluated, Passage, Reading};
use crate::judging::unevaluated::{doubt, may_act};
use crate::judging::{Verdict, View};
use crate::kinds::KindState;
use crate::model::text::thousands;
use crate::model::{Category, Finding, Kind, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Which way a connection goes, seen from the cardholder data environment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    In,
    Out,
}

/// Namespaces at the other end of one workload's connections, all of one category and in one direction, that are told one by one; of more it is
/// told once that there are so many.
const ONE_BY_ONE: usize = 20;

/// Workloads and namespaces that are named before the rest is counted.
const NAMED: usize = 12;

/// What names a finding: the workload of the cardholder data environment, which way, who is at the other end, in which namespace (`None` for
/// many), and whether only an address range lets it through.
type Key<'v> = (usize, Way, Category, Option<&'v str>, bool);

/// The connections of one finding.
#[derive(Default)]
struct Paths<'v> {
    /// Namespaces at the other end.
    namespaces: BTreeSet<&'v str>,
    /// Workloads at the other end by ports and policies.
    by: BTreeMap<Rc<Said>, Named>,
    open: bool,
}

/// What is said of a connection: its ports, and the policies that let it through.
type Said = (String, String);

/// Some names, the first of them in full.
#[derive(Default)]
struct Named {
    first: Vec<String>,
    more: usize,
}

impl Named {
    fn add(&mut self, name: impl FnOnce() -> String) {
        if self.first.len() < NAMED {
            self.first.push(name());
        } else {
            self.more += 1;
        }
    }

    fn words(&self) -> String {
        let first = self.first.join(", ");
        if self.more == 0 { first } else { format!("{first} and {} more", thousands(self.more)) }
    }
}

/// Everybody who takes part.
struct Ends {
    cde: Vec<usize>,
    others: Vec<(usize, Category)>,
}

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let reach = view.reach();
    let mut ends = Ends { cde: vec![], others: vec![] };
    for (index, party) in reach.workloads().iter().enumerate() {
        match view.category(&party.workload.object.namespace) {
            Category::Cde => ends.cde.push(index),
            category @ (Category::OutOfScope | Category::Connected) => ends.others.push((index, category)),
            Category::Platform => {}
        }
    }
    if ends.cde.is_empty() || ends.others.is_empty() {
        return nobody(view, &ends);
    }
    let mut verdict = Verdict::over("CDE workload", "CDE workloads");
    ends.cde.iter().for_each(|_| verdict.saw(Category::Cde));
    let found = paths(view, &ends);
    verdict.because(summary(&ends, &found));
    let partial: Vec<Kind> =
        [Kind::Namespaces, Kind::NetworkPolicies].into_iter().filter(|kind| view.inventory.state(*kind) == KindState::Partial).collect();
    for (key, paths) in &found {
        let mut finding = finding(view, key, paths);
        let doubts = |entries: &[NotEvaluated]| {
            let mut ends: Vec<&str> = paths.namespaces.iter().copied().collect();
            ends.push(reach.workloads()[key.0].workload.object.namespace.as_str());
            entries.iter().any(|entry| may_act(entry, &ends))
        };
        if (!reach.not_evaluated().is_empty() && doubts(reach.not_evaluated())) || !partial.is_empty() {
            finding = finding.review();
            finding.message = format!("{} Policies that could not be evaluated may forbid it.", finding.message).into();
        }
        verdict.find(finding);
    }
    on_nodes(view, &ends, &mut verdict);
    on_other_networks(view, &ends, &mut verdict);
    if !partial.is_empty() {
        let needs = partial.iter().map(|kind| format!("{}: list", kind.id())).collect();
        let words: Vec<String> = partial
            .iter()
            .map(|kind| format!("{} could be read only in part: {}", kind.id(), view.inventory.coverage_of(*kind).message))
            .collect();
        return verdict.block(format!("{}.", words.join("; ")), needs);
    }
    if verdict.outcome() == Outcome::Pass {
        doubt(view, false, &mut verdict);
    }
    verdict
}

/// Why there is nobody to keep apart.
fn nobody(view: &View<'_>, ends: &Ends) -> Verdict {
    let count = view.reach().workloads().len();
    if ends.cde.is_empty() {
        return Verdict::not_applicable(format!("None of {count} workloads is in a namespace of the cardholder data environment."));
    }
    let labels = |name: &str| view.inventory.namespace_labels(name);
    let sorted = |name: &str| view.scope.namespace.iter().any(|rule| rule.holds(name, labels(name)));
    let unsorted = view.namespaces().into_iter().filter(|(name, category)| *category != Category::Platform && !sorted(name)).count();
    let but = if unsorted == 0 { String::new() } else { format!(" {unsorted} namespaces have not been sorted into scope categories yet.") };
    Verdict::not_applicable(format!(
        "All {count} workloads are of the cardholder data environment or of the platform, so there is nobody to keep apart.{but}"
    ))
}

/// Every connection between the cardholder data environment and others. Workloads that the other side can't tell apart are asked about once.
fn paths<'v>(view: &'v View<'_>, ends: &Ends) -> BTreeMap<Key<'v>, Rc<Paths<'v>>> {
    let reach = view.reach();
    let others: Vec<usize> = ends.others.iter().map(|(index, _)| *index).collect();
    let (ours, theirs) = (Sorts::of(reach.sorts(&ends.cde, &others)), Sorts::of(reach.sorts(&others, &ends.cde)));
    let mut judge = reach.judge(Reading::Outside);
    // Only where some rule admits addresses that pods may have can the second reading say anything else.
    let mut by_address = (!reach.address_rules().is_empty()).then(|| reach.judge(Reading::OverPods));
    let mut found: BTreeMap<Key<'v>, Rc<Paths<'v>>> = BTreeMap::new();
    // One of each sort of others speaks for it.
    let speakers: Vec<usize> = theirs.0.iter().filter_map(|others| Some(ends.others[*others.first()?].0)).collect();
    let places = reach.places(&speakers);
    let companies = |way: Direction| speakers.iter().map(|other| reach.company(*other, way)).collect::<Vec<_>>();
    let (they_let_out, they_let_in) = (companies(Direction::Egress), companies(Direction::Ingress));
    for members in &ours.0 {
        let Some(cde) = members.first().map(|nth| ends.cde[*nth]) else { continue };
        let mut met = Connections::default();
        for (way, own, theirs_of) in [(Way::In, Direction::Ingress, &they_let_out), (Way::Out, Direction::Egress, &they_let_in)] {
            // Only whom the rules of both ends may let through are asked about.
            for place in reach.within(&reach.company(cde, own), &places) {
                if !theirs_of[place].has(reach, cde) {
                    continue;
                }
                let (other, others) = (speakers[place], &theirs.0[place]);
                let ask = |judge: &mut Judge<'_, '_>| match way {
                    Way::In => judge.between(other, cde),
                    Way::Out => judge.between(cde, other),
                };
                let plain = ask(&mut judge);
                let wider = by_address.as_mut().and_then(ask).filter(|wider| plain.as_ref().is_none_or(|plain| plain.ports != wider.ports));
                for (passage, by_address) in plain.map(|p| (p, false)).into_iter().chain(wider.map(|p| (p, true))) {
                    met.add(view, (way, by_address), &passage, others.iter().map(|nth| ends.others[*nth]));
                }
            }
        }
        for ((way, category, by_address, namespace), paths) in met.told(view) {
            for cde in members.iter().map(|nth| ends.cde[*nth]) {
                found.insert((cde, way, category, namespace, by_address), Rc::clone(&paths));
            }
        }
    }
    found
}

/// Members of each sort, none without any, by their places in the list that was sorted.
struct Sorts(Vec<Vec<usize>>);

impl Sorts {
    fn of(sorts: Vec<usize>) -> Self {
        let mut members: Vec<Vec<usize>> = vec![];
        for (nth, sort) in sorts.into_iter().enumerate() {
            if members.len() <= sort {
                members.resize_with(sort + 1, Vec::new);
            }
            members[sort].push(nth);
        }
        Self(members)
    }
}

/// What one workload of the cardholder data environment, and all of its sort, may do: workloads at the other end by what lets them through.
#[derive(Default)]
struct Connections(BTreeMap<(Way, Category, bool), Vec<(usize, Rc<Said>, bool)>>);

impl Connections {
    fn add(&mut self, view: &View<'_>, (way, by_address): (Way, bool), passage: &Passage, others: impl Iterator<Item = (usize, Category)>) {
        let words = Rc::new((passage.text.clone(), view.reach().words(passage)));
        for (other, category) in others {
            self.0.entry((way, category, by_address)).or_default().push((other, Rc::clone(&words), passage.ports.is_all()));
        }
    }

    /// One entry for each namespace at the other end, or one for all where these are many.
    fn told<'v>(self, view: &'v View<'_>) -> Vec<((Way, Category, bool, Option<&'v str>), Rc<Paths<'v>>)> {
        let workloads = view.reach().workloads();
        let namespace = |other: usize| workloads[other].workload.object.namespace.as_str();
        let mut told = vec![];
        for ((way, category, by_address), mut others) in self.0 {
            // Workloads stand by their namespaces.
            others.sort_by_key(|(other, ..)| *other);
            let namespaces = || others.chunk_by(|(a, ..), (b, ..)| namespace(*a) == namespace(*b));
            let many = namespaces().count() > ONE_BY_ONE;
            let mut all = Paths::default();
            for others in namespaces() {
                let Some(namespace) = others.first().map(|(other, ..)| namespace(*other)) else { continue };
                let mut paths = if many { std::mem::take(&mut all) } else { Paths::default() };
                paths.namespaces.insert(namespace);
                for (other, words, open) in others {
                    paths.by.entry(Rc::clone(words)).or_default().add(|| name(view, *other, many));
                    paths.open |= open;
                }
                if many {
                    all = paths;
                } else {
                    told.push(((way, category, by_address, Some(namespace)), Rc::new(paths)));
                }
            }
            if many {
                told.push(((way, category, by_address, None), Rc::new(all)));
            }
        }
        told
    }
}

/// A workload at the other end: `Deployment/web`, where it stands among many namespaces `Deployment shop/web`.
fn name(view: &View<'_>, other: usize, with_namespace: bool) -> String {
    let party = &view.reach().workloads()[other];
    let object = &party.workload.object;
    let host = if party.host_network { " (on its node's network)" } else { "" };
    if with_namespace { format!("{object}{host}") } else { format!("{}/{}{host}", object.kind, object.name) }
}

fn finding(view: &View<'_>, (cde, way, category, namespace, by_address): &Key<'_>, paths: &Paths<'_>) -> Finding {
    let workload = view.reach().workloads()[*cde].workload;
    let (rule, field) = match (way, namespace) {
        (Way::In, Some(namespace)) => ("from", format!("ingress[from={namespace}]")),
        (Way::In, None) => ("from", "ingress".to_owned()),
        (Way::Out, Some(namespace)) => ("to", format!("egress[to={namespace}]")),
        (Way::Out, None) => ("to", "egress".to_owned()),
    };
    let by = if *by_address { "_by_address" } else { "" };
    let observed: Vec<String> = paths
        .by
        .iter()
        .map(|(said, names)| {
            let (ports, why) = &**said;
            let ports = if ports == "All" { "every port" } else { ports };
            format!("{} on {ports}: {why}", names.words())
        })
        .collect();
    let (them, is) = match namespace {
        Some(namespace) => (format!("namespace {namespace}"), "is"),
        None => {
            let mut names = Named::default();
            paths.namespaces.iter().for_each(|namespace| names.add(|| (*namespace).to_owned()));
            (format!("{} namespaces ({})", thousands(paths.namespaces.len()), names.words()), "are")
        }
    };
    let finding = Finding::new(Category::Cde, workload.object.clone(), field)
        .rule(format!("{rule}_{}{by}", category.id()))
        .pods(workload.pods)
        .observed(observed.join("; "));
    match (by_address, way, category) {
        (true, ..) => finding.review().severity(Severity::Medium).message(format!(
            "A rule admits a range of addresses in which these pods of {them} may have theirs. Whether it lets them through depends on the \
             network plugin; try it, or leave the pods' addresses out of the range."
        )),
        (_, Way::In, Category::OutOfScope) => finding
            .severity(if paths.open { Severity::High } else { Severity::Medium })
            .message(format!("Pods of {them}, which {is} out of scope, may connect to this workload.")),
        (_, Way::Out, Category::OutOfScope) => finding
            .severity(Severity::Medium)
            .message(format!("This workload may connect to pods of {them}, which {is} out of scope: data may leave by that.")),
        (_, Way::In, _) => finding
            .review()
            .severity(if paths.open { Severity::Medium } else { Severity::Low })
            .message(format!("Pods of {them}, which {is} connected, may connect to this workload: it must be a documented connection.")),
        (_, Way::Out, _) => finding
            .review()
            .severity(Severity::Low)
            .message(format!("This workload may connect to pods of {them}, which {is} connected: it must be a documented connection.")),
    }
}

fn summary(ends: &Ends, found: &BTreeMap<Key<'_>, Rc<Paths<'_>>>) -> String {
    let count = |way: Way, category: Category| {
        let mut reached: Vec<usize> = found.keys().filter(|key| key.1 == way && key.2 == category && !key.4).map(|key| key.0).collect();
        reached.dedup();
        reached.len()
    };
    let category = |wanted: Category| ends.others.iter().filter(|(_, category)| *category == wanted).count();
    let mut words = Vec::new();
    for (of, label) in [(Category::OutOfScope, "out-of-scope"), (Category::Connected, "connected")] {
        let others = category(of);
        if others > 0 {
            let (into, out) = (count(Way::In, of), count(Way::Out, of));
            words.push(format!("{into} may be reached from {others} {label} workloads and {out} may connect to them"));
        }
    }
    format!("Of {} CDE workloads {}.", ends.cde.len(), words.join("; "))
}

/// Workloads of the cardholder data environment with a network beside that of the cluster, on which no policy holds and nobody is seen.
fn on_other_networks(view: &View<'_>, ends: &Ends, verdict: &mut Verdict) {
    for index in &ends.cde {
        let workload = view.reach().workloads()[*index].workload;
        let Some(networks) = networks::beside(view.inventory, workload) else { continue };
        verdict.find(
            Finding::new(Category::Cde, workload.object.clone(), workload.metadata_path())
                .rule("second_network")
                .review()
                .severity(Severity::Medium)
                .pods(workload.pods)
                .observed(networks)
                .message("These pods have a network beside that of the cluster: who is on it, and what keeps others away, must be shown."),
        );
    }
}

/// Pods on the network of their node: no policy holds for them, whatever it says.
fn on_nodes(view: &View<'_>, ends: &Ends, verdict: &mut Verdict) {
    let workloads = view.reach().workloads();
    let all = ends.cde.iter().map(|index| (*index, Category::Cde)).chain(ends.others.iter().copied());
    for (index, category) in all.filter(|(index, _)| workloads[*index].host_network) {
        let workload = workloads[index].workload;
        let finding = Finding::new(Category::Cde, workload.object.clone(), format!("{}.hostNetwork", workload.spec_path()))
            .rule("host_network")
            .review()
            .severity(Severity::Medium)
            .pods(workload.pods)
            .observed(format!("{}, on its node's network", category.label()));
        verdict.find(finding.message(if category == Category::Cde {
            "No policy holds for this workload of the cardholder data environment: everybody who reaches its node reaches it."
        } else {
            "No policy holds for these pods: they reach the pods of their own node, and everything that lets nodes in."
        }));
    }
}
