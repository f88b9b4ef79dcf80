//! Judge of `16.1/reachability`: which pods of other categories may connect to those of the cardholder data environment, which it may connect
//! to, and by which policies. Connections are told once for each cardholder data workload and each namespace at the other end, with every
//! workload, port and policy named: in a cluster without policies everybody reaches everybody, and a line for each pair would be millions.

use crate::analysis::reach::{Judge, Passage, Reading};
use crate::checks::unevaluated::{doubt, may_act};
use crate::checks::{Verdict, View};
use crate::kinds::KindState;
use crate::model::{Category, Finding, Kind, Outcome, Severity};
use std::collections::BTreeMap;

/// Which way a connection goes, seen from the cardholder data environment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    In,
    Out,
}

/// What names a finding: the workload of the cardholder data environment, which way, who is at the other end, and whether only an address
/// range lets it through.
type Key<'v> = (usize, Way, Category, &'v str, bool);

/// The connections of one finding: names of the workloads at the other end by ports and policies.
#[derive(Default)]
struct Paths {
    by: BTreeMap<(String, String), Vec<String>>,
    open: bool,
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
        let ends = [reach.workloads()[key.0].workload.object.namespace.as_str(), key.3];
        let doubts = reach.not_evaluated().iter().filter(|entry| may_act(entry, &ends)).count();
        if doubts > 0 || !partial.is_empty() {
            finding = finding.review();
            finding.message.push_str(" Policies that could not be evaluated may forbid it.");
        }
        verdict.find(finding);
    }
    on_nodes(view, &ends, &mut verdict);
    if !partial.is_empty() {
        let needs = partial.iter().map(|kind| format!("{}: list", kind.id())).collect();
        let words: Vec<String> = partial
            .iter()
            .map(|kind| format!("{} could be read only in part: {}", kind.id(), view.inventory.coverage_of(*kind).message))
            .collect();
        return verdict.block(format!("{}.", words.join("; ")), needs);
    }
    if verdict.outcome() == Outcome::Pass {
        doubt(view, &mut verdict);
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

/// Every connection between the cardholder data environment and others.
fn paths<'v>(view: &'v View<'_>, ends: &Ends) -> BTreeMap<Key<'v>, Paths> {
    let reach = view.reach();
    let mut judge = reach.judge(Reading::Outside);
    // Only where some rule admits addresses that pods may have can the second reading say anything else.
    let mut by_address = (!reach.address_rules().is_empty()).then(|| reach.judge(Reading::OverPods));
    let mut found: BTreeMap<Key<'v>, Paths> = BTreeMap::new();
    for cde in ends.cde.iter().copied() {
        for (other, category) in ends.others.iter().copied() {
            for way in [Way::In, Way::Out] {
                let ask = |judge: &mut Judge<'_, '_>| match way {
                    Way::In => judge.between(other, cde),
                    Way::Out => judge.between(cde, other),
                };
                let party = &reach.workloads()[other];
                let object = &party.workload.object;
                let mut add = |passage: &Passage, by_address: bool| {
                    let paths = found.entry((cde, way, category, object.namespace.as_str(), by_address)).or_default();
                    let host = if party.host_network { " (on its node's network)" } else { "" };
                    let name = format!("{}/{}{host}", object.kind, object.name);
                    paths.by.entry((passage.text.clone(), reach.words(passage))).or_default().push(name);
                    paths.open |= passage.ports.is_all();
                };
                let plain = ask(&mut judge);
                if let Some(passage) = &plain {
                    add(passage, false);
                }
                if let Some(passage) = by_address.as_mut().and_then(ask)
                    && plain.is_none_or(|plain| plain.ports != passage.ports)
                {
                    add(&passage, true);
                }
            }
        }
    }
    found
}

fn finding(view: &View<'_>, (cde, way, category, namespace, by_address): &Key<'_>, paths: &Paths) -> Finding {
    let workload = view.reach().workloads()[*cde].workload;
    let (rule, field) = match way {
        Way::In => ("from", format!("ingress[from={namespace}]")),
        Way::Out => ("to", format!("egress[to={namespace}]")),
    };
    let by = if *by_address { "_by_address" } else { "" };
    let observed: Vec<String> = paths
        .by
        .iter()
        .map(|((ports, why), names)| {
            let ports = if ports == "All" { "every port" } else { ports.as_str() };
            format!("{} on {ports}: {why}", names.join(", "))
        })
        .collect();
    let finding = Finding::new(Category::Cde, workload.object.clone(), field)
        .rule(format!("{rule}_{}{by}", category.id()))
        .pods(workload.pods)
        .observed(observed.join("; "));
    match (by_address, way, category) {
        (true, ..) => finding.review().severity(Severity::Medium).message(format!(
            "A rule admits a range of addresses in which these pods of namespace {namespace} may have theirs. Whether it lets them through depends on the \
             network plugin; try it, or leave the pods' addresses out of the range."
        )),
        (_, Way::In, Category::OutOfScope) => finding
            .severity(if paths.open { Severity::High } else { Severity::Medium })
            .message(format!("Pods of namespace {namespace}, which is out of scope, may connect to this workload.")),
        (_, Way::Out, Category::OutOfScope) => finding
            .severity(Severity::Medium)
            .message(format!("This workload may connect to pods of namespace {namespace}, which is out of scope: data may leave by that.")),
        (_, Way::In, _) => finding
            .review()
            .severity(if paths.open { Severity::Medium } else { Severity::Low })
            .message(format!("Pods of namespace {namespace}, which is connected, may connect to this workload: it must be a documented connection.")),
        (_, Way::Out, _) => finding
            .review()
            .severity(Severity::Low)
            .message(format!("This workload may connect to pods of namespace {namespace}, which is connected: it must be a documented connection.")),
    }
}

fn summary(ends: &Ends, found: &BTreeMap<Key<'_>, Paths>) -> String {
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
