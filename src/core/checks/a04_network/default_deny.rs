//! Default deny, namespace by namespace: where a connection that no policy had in mind goes through, and where only new pods would let it.

use crate::analysis::enforcement::Enforcement;
use crate::analysis::networks;
use crate::analysis::reach::{Direction, Isolation, NotEvaluated, Reach, Standing};
use crate::analysis::software;
use crate::judging::{Verdict, View};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn default_deny(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let reach = view.reach();
    let plugins: BTreeSet<&str> = software::with_role(view.inventory, &view.tables.software, "network-plugin")
        .iter()
        .map(|found| found.software.name.as_str())
        .collect();
    let mut rests_on = BTreeSet::new();
    for (namespace, category) in view.namespaces() {
        verdict.saw(category);
        for direction in Direction::BOTH {
            let standing = reach.standing(namespace, direction);
            let finding = Finding::new(category, ObjectRef::of_namespace(namespace), format!("networkPolicy.{}", direction.id()))
                .rule(direction.id());
            let others = others(&standing.not_evaluated);
            match told(reach, &standing, direction, finding.clone()) {
                Some(found) if others.is_empty() => verdict.find(found),
                Some(found) => {
                    let message = format!("{} Other policies may still deny it: {others}.", found.message);
                    verdict.find(found.review().message(message));
                }
                None if !others.is_empty() => verdict.find(also(finding, &others)),
                None => {
                    rests_on.extend(standing.under.iter().filter_map(|object| engine(&object.group)));
                    if let Some(found) = without_engine(&standing, &plugins, finding) {
                        verdict.find(found);
                    }
                }
            }
        }
    }
    second_networks(view, &mut verdict);
    if verdict.outcome() == Outcome::Pass
        && let Some(doubt) = Enforcement::of(view.inventory, &view.tables.software).doubt()
    {
        verdict.because(format!("Policies deny by default in every namespace in scope, but nothing is known to carry them out. {doubt}"));
        verdict.decide(Outcome::Review);
        return verdict;
    }
    // What was found says more where anything was.
    if !rests_on.is_empty() && verdict.outcome() == Outcome::Pass {
        let engines: Vec<&str> = rests_on.into_iter().collect();
        verdict.because(format!(
            "What is denied rests on policies that only {} carries out: whether it is the network plugin is told by 4.1/network-plugin.",
            engines.join(" or ")
        ));
    }
    verdict
}

/// Pods with networks beside that of the cluster, on which nothing is denied by what is judged here.
fn second_networks(view: &View<'_>, verdict: &mut Verdict) {
    let mut of_namespace: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (workload, _) in view.workloads() {
        if let Some(networks) = networks::beside(view.inventory, workload) {
            let told = format!("{} {} ({networks})", workload.object.kind, workload.object.name);
            of_namespace.entry(workload.object.namespace.as_str()).or_default().push(told);
        }
    }
    for (namespace, workloads) in of_namespace {
        let more = if workloads.len() > 5 { format!(" and {} more", workloads.len() - 5) } else { String::new() };
        let shown: Vec<&str> = workloads.iter().take(5).map(String::as_str).collect();
        verdict.find(
            Finding::new(view.category(namespace), ObjectRef::of_namespace(namespace), "networkPolicy.networks")
                .rule("second_network")
                .review()
                .severity(Severity::Medium)
                .observed(format!("{}{more}", shown.join(", ")))
                .message("These pods have a network beside that of the cluster, on which no NetworkPolicy holds: show what denies there."),
        );
    }
}

/// Denied, but something that was not evaluated may allow more.
fn also(finding: Finding, others: &str) -> Finding {
    finding
        .review()
        .severity(Severity::Info)
        .observed(format!("denied by default; also: {others}"))
        .message("Policies deny by default here, but others that were not evaluated apply too and may allow more.")
}

/// Denied by policies that a plugin carries out which is not the one that is seen.
fn without_engine(standing: &Standing<'_>, plugins: &BTreeSet<&str>, finding: Finding) -> Option<Finding> {
    let seen = |engine: &&str| {
        let names: &[&str] = if *engine == "Cilium" { &["Cilium", "Dataplane V2"] } else { &["Calico"] };
        plugins.iter().any(|plugin| names.iter().any(|name| plugin.contains(name)))
    };
    let engine = standing.under.iter().filter_map(|object| engine(&object.group)).find(|engine| !plugins.is_empty() && !seen(engine))?;
    let plugins: Vec<&str> = plugins.iter().copied().collect();
    Some(finding.review().severity(Severity::Medium).observed(format!("policies of {engine} under {}", plugins.join(", "))).message(
        format!(
            "Policies of {engine} deny here, and only {engine} carries them out; the network plugin that is seen is {}.",
            plugins.join(", ")
        ),
    ))
}

/// The one engine that carries a group's policies out, where there is only one.
fn engine(group: &str) -> Option<&'static str> {
    match group {
        "cilium.io" => Some("Cilium"),
        "crd.projectcalico.org" => Some("Calico"),
        _ => None,
    }
}

fn told(reach: &Reach<'_>, standing: &Standing<'_>, direction: Direction, finding: Finding) -> Option<Finding> {
    let way = if direction == Direction::Ingress { "reach" } else { "be reached from" };
    let who = if standing.outside { "Anything" } else { "Every pod of the cluster" };
    let total = standing.workloads;
    let by = if standing.opened_by.is_empty() { String::new() } else { format!(" Opened by {}.", standing.opened_by.join(", ")) };
    Some(match standing.isolation {
        Isolation::AllPods => return None,
        Isolation::AmongPods => finding
            .review()
            .severity(Severity::Medium)
            .observed("denied among pods, open to addresses outside")
            .message(if direction == Direction::Ingress {
                format!("Nothing denies what comes from most addresses outside of the cluster; somebody must say what keeps it away.{by}")
            } else {
                format!("Nothing denies what goes to most addresses outside of the cluster; somebody must say why that is needed.{by}")
            }),
        Isolation::CurrentPods => finding
            .review()
            .observed(format!("all {total} workloads are selected, none by a policy for all pods"))
            .message(format!("{who} may {way} a new pod whose labels no policy selects.")),
        Isolation::NoPods if total == 0 => finding
            .review()
            .severity(Severity::Low)
            .observed(if standing.under.is_empty() { "no policy, no pods" } else { "no default deny, no pods" })
            .message(format!("Nothing runs here now; what is deployed here would be open.{by}")),
        Isolation::NoPods if standing.under.is_empty() => finding
            .severity(Severity::High)
            .observed(format!("no policy; {total} workloads open"))
            .message(format!("{who} may {way} every pod of this namespace.")),
        Isolation::SomePods | Isolation::NoPods => {
            let name = |index: &usize| &reach.workloads()[*index].workload.object;
            let names: Vec<String> = standing.open.iter().map(name).map(|object| format!("{} {}", object.kind, object.name)).collect();
            let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
            let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
            finding
                .severity(Severity::High)
                .observed(format!("{} of {total} workloads open: {}{more}", names.len(), shown.join(", ")))
                .message(format!("{who} may {way} these workloads, because no policy denies it or one allows everything.{by}"))
        }
    })
}

/// What was not evaluated, by kind: how many, and of the first ones why.
fn others(entries: &[&NotEvaluated]) -> String {
    let mut kinds: BTreeMap<String, Vec<&NotEvaluated>> = BTreeMap::new();
    for entry in entries {
        let kind = Kind::ALL.iter().find(|kind| kind.kind() == entry.kind && kind.group() == entry.group);
        kinds.entry(kind.map_or_else(|| entry.kind.clone(), |kind| kind.id())).or_default().push(entry);
    }
    let told = |(kind, entries): (String, Vec<&NotEvaluated>)| {
        let shown: Vec<String> = entries.iter().take(3).map(|entry| format!("{}: {}", entry.name, entry.why)).collect();
        let more = if entries.len() > 3 { "; …" } else { "" };
        format!("{} {kind} ({}{more})", entries.len(), shown.join("; "))
    };
    kinds.into_iter().map(told).collect::<Vec<_>>().join(", ")
}
