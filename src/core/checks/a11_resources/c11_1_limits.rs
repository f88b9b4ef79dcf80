//! Control 11.1: its automated checks. What a container may use at most, what a namespace may use together, and what is given where nothing
//! is said.

use crate::analysis::kubelet;
use crate::analysis::trial::Break;
use crate::judging::guarded::Testimony;
use crate::judging::{Check, Need, Verdict, View, unseen};
use crate::kinds::lenient::Scalar;
use crate::kinds::pod::Resources;
use crate::kinds::{ContainerRole, KindState, PodSpec, Quantity, Workload, policy::ResourceQuota};
use crate::model::{Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeMap;

/// The checks of control 11.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "11.1/limits",
        title: "Containers without a limit on memory or CPU",
        severity: Severity::Medium,
        practices: &["11.1.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "Containers of one node share its memory and processors. A container without a limit can take all of them, through a fault or \
              an attack, and so stop its neighbours, payment services and security agents among them.",
        mend: "Set resources.limits.memory and resources.limits.cpu for every container, init containers and sidecars too (or for the whole \
               pod where the cluster supports that), from what was measured under load; let a LimitRange fill in what is forgotten.",
        blind_spots: "Whether a limit is sensible is not judged, but one of zero, or of more than any machine has, is none. Running pods are judged as they are, with what a LimitRange filled in; a \
                      template without pods shows only its own words. Ephemeral containers can't have limits and are passed over. Limits on \
                      disk space and network are not looked at.",
        judge: limits,
    },
    Check {
        id: "11.1/quota",
        title: "Namespaces in scope without a quota on CPU and memory",
        severity: Severity::Medium,
        practices: &["11.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::List(Kind::ResourceQuotas)],
        active: false,
        why: "Limits bound one container; only a quota bounds how many there are. Without one, whoever may deploy into a namespace, or an \
              application that scales without end, can use up the cluster for all others.",
        mend: "Give each namespace a ResourceQuota with limits.cpu and limits.memory (requests.cpu and requests.memory too), sized by what \
               its applications need at their peak.",
        blind_spots: "A quota's size is not judged, unless no cluster is that large. Quotas outside Kubernetes (of a cloud account, or of a tool such as Rancher projects or \
                      hierarchical quotas) are not seen unless they end up as a ResourceQuota.",
        judge: quota,
    },
    Check {
        id: "11.1/limit-range",
        title: "Namespaces in scope without default limits",
        severity: Severity::Low,
        practices: &["11.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::List(Kind::LimitRanges)],
        active: false,
        why: "A LimitRange gives a limit to every container that comes without one. Where it is missing, one forgotten line in a manifest is \
              a container without bounds.",
        mend: "Give each namespace a LimitRange of type Container with a default for memory and cpu.",
        blind_spots: "An admission policy that refuses containers without limits serves the same end: where each witness without limits is refused \
                      (kassay trial), nothing is missing. What runs is judged by the check of limits.",
        judge: limit_range,
    },
    Check {
        id: "11.1/pid-limit",
        title: "Nodes that let a pod start processes without end",
        severity: Severity::Low,
        practices: &["11.1.a"],
        needs: &[Need::List(Kind::ConfigMaps), Need::List(Kind::Nodes)],
        active: false,
        why: "A node can run only so many processes. Without podPidsLimit one container that keeps starting new ones (a fork bomb) takes the \
              whole node down.",
        mend: "Set podPidsLimit in the kubelet's configuration (some thousands suffice for most applications) on every node pool.",
        blind_spots: "Only the configuration that kubeadm keeps in the cluster is seen; a node's own file may say otherwise. Managed node pools keep \
                      it at the provider.",
        judge: pid_limit,
    },
];

const RESOURCES: [(&str, Severity); 2] = [("memory", Severity::Medium), ("cpu", Severity::Low)];

fn limits(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            for (role, name, resource, severity, observed) in unlimited(spec) {
                let field = format!("{}.{}[name={name}].resources.limits.{resource}", workload.spec_path(), role.field());
                let finding = view.finding(workload.object.clone(), field).rule(resource).severity(severity).pods(pods).observed(observed);
                verdict.find(without_limit(view, workload, finding, resource, pods));
            }
        }
    }
    verdict
}

/// Containers of a spec without a limit of their own or of the pod's.
fn unlimited(spec: &PodSpec) -> impl Iterator<Item = (ContainerRole, &str, &'static str, Severity, String)> {
    spec.all_containers().filter(|(role, _)| *role != ContainerRole::Ephemeral).flat_map(move |(role, container)| {
        let missing = RESOURCES
            .into_iter()
            .filter(move |(resource, _)| !bounds(&container.resources, resource) && !bounds(&spec.resources, resource));
        missing.map(move |(resource, severity)| {
            let told = container.resources.limits.get(resource).or_else(|| spec.resources.limits.get(resource));
            (
                role,
                container.name.as_str(),
                resource,
                severity,
                told.map_or_else(|| "not set".to_owned(), |limit| limit.as_str().to_owned()),
            )
        })
    })
}

/// Whether there is a limit that bounds anything.
fn bounds(resources: &Resources, resource: &str) -> bool {
    resources.limits.get(resource).is_some_and(|limit| is_bound(limit, most_of_a_machine(resource)))
}

/// Whether an amount bounds anything: to a runtime, zero means none; what is no quantity no API takes; and above a size that nothing has, there is
/// nothing to bound.
fn is_bound(amount: &Scalar, most: Quantity) -> bool {
    amount.quantity().is_some_and(|amount| amount > Quantity::ZERO && amount <= most)
}

/// More than any machine has: 4096 processors, 64 TiB of memory.
fn most_of_a_machine(resource: &str) -> Quantity {
    Quantity::of(if resource == "memory" { 64 << 40 } else { 4096 })
}

/// More than any cluster has: 2 million processors, 64 PiB of memory.
fn most_of_a_cluster(resource: &str) -> Quantity {
    Quantity::of(if resource == "memory" { 64 << 50 } else { 2_000_000 })
}

fn without_limit(view: &View<'_>, workload: &Workload, finding: Finding, resource: &str, pods: u32) -> Finding {
    let taken = if resource == "memory" { "memory" } else { "processor time" };
    if pods > 0 {
        return finding.message(format!("Nothing bounds how much {taken} of the node this container takes."));
    }
    // A default of the namespace would be filled in when a pod is made; where it is known, this is a fact to review and no failure.
    if view.inventory.state(Kind::LimitRanges) == KindState::Read && has_default(view, &workload.object.namespace, resource) {
        return finding
            .review()
            .message(format!("No pod of this template exists; the LimitRange of the namespace would bound its {taken} when one is made."));
    }
    finding.message(format!(
        "No pod of this template exists, and its template does not bound how much {taken} it may take; no default is known."
    ))
}

fn has_default(view: &View<'_>, namespace: &str, resource: &str) -> bool {
    let ranges = view.inventory.limit_ranges.iter().filter(|range| range.metadata.namespace == namespace);
    // A highest value is also the default where none is told (API defaulting).
    let bounds =
        |amounts: &BTreeMap<String, Scalar>| amounts.get(resource).is_some_and(|amount| is_bound(amount, most_of_a_machine(resource)));
    ranges.flat_map(|range| &range.spec.limits).any(|item| {
        let given = if item.default.contains_key(resource) { &item.default } else { &item.max };
        item.r#type == "Container" && bounds(given)
    })
}

fn quota(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    for (namespace, category) in view.namespaces() {
        verdict.saw(category);
        let quotas: Vec<&ResourceQuota> = view.inventory.resource_quotas.iter().filter(|q| q.metadata.namespace == namespace).collect();
        let finding =
            |what: &'static str| Finding::new(category, ObjectRef::of_namespace(namespace), format!("resourceQuota.{what}")).rule(what);
        for what in ["cpu", "memory"] {
            match bound(&quotas, what) {
                Bound::Limits => {}
                Bound::Requests => verdict.find(finding(what).review().severity(Severity::Low).observed("requests only").message(
                    "The quota bounds what pods reserve, not what they may use beyond that; sound only if limits are close to requests.",
                )),
                Bound::Some(scopes) => verdict.find(
                    finding(what)
                        .review()
                        .observed(format!("only for {scopes}"))
                        .message("The quota counts only some pods; the others are not bounded by it."),
                ),
                Bound::Absurd(amount) => verdict.find(
                    finding(what)
                        .observed(amount)
                        .message(format!("The quota allows more {what} than any cluster has, so it bounds nothing.")),
                ),
                Bound::None => verdict.find(
                    finding(what)
                        .observed(if quotas.is_empty() { "no ResourceQuota" } else { "not in any ResourceQuota" })
                        .message(format!("Nothing bounds how much {what} the pods of this namespace use together.")),
                ),
            }
        }
    }
    mind_missing(view, Kind::ResourceQuotas, verdict)
}

enum Bound {
    Limits,
    Requests,
    Some(String),
    Absurd(String),
    None,
}

/// Pairs of scopes that no pod has both of: a quota with both counts nothing.
const APART: &[(&str, &str)] = &[("Terminating", "NotTerminating"), ("BestEffort", "NotBestEffort")];

fn bound(quotas: &[&ResourceQuota], what: &str) -> Bound {
    let scopes = |q: &ResourceQuota| -> Vec<String> {
        q.spec.scopes.iter().cloned().chain(q.spec.scope_selector.match_expressions.iter().map(|e| e.scope_name.clone())).collect()
    };
    let fits = |q: &ResourceQuota| {
        let scopes = scopes(q);
        let has = |scope: &str| scopes.iter().any(|known| known == scope);
        // Pods of the lowest class ask for neither memory nor processors, so that nothing of theirs is counted.
        !has("BestEffort") && !APART.iter().any(|(one, other)| has(one) && has(other))
    };
    let quotas: Vec<&ResourceQuota> = quotas.iter().copied().filter(|q| fits(q)).collect();
    // Zero is a bound here: it allows nothing.
    let sound = |amount: &Scalar| amount.quantity().is_some_and(|amount| amount >= Quantity::ZERO && amount <= most_of_a_cluster(what));
    let has = |q: &&&ResourceQuota, keys: &[String]| keys.iter().any(|key| q.spec.hard.get(key).is_some_and(sound));
    let (limits, requests) = ([format!("limits.{what}")], [format!("requests.{what}"), what.to_owned()]);
    let whole = || quotas.iter().filter(|q| scopes(q).is_empty());
    if whole().any(|q| has(&q, &limits)) {
        return Bound::Limits;
    }
    if whole().any(|q| has(&q, &requests)) {
        return Bound::Requests;
    }
    let partial: Vec<String> = quotas.iter().filter(|q| has(q, &limits) || has(q, &requests)).flat_map(|q| scopes(q)).collect();
    let absurd = || {
        let named = limits.iter().chain(&requests).filter_map(|key| whole().find_map(|q| q.spec.hard.get(key)));
        named.map(|amount| amount.as_str().to_owned()).next()
    };
    if !partial.is_empty() {
        return Bound::Some(partial.join(", "));
    }
    absurd().map_or(Bound::None, Bound::Absurd)
}

fn limit_range(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let mut refused = Vec::new();
    for (namespace, category) in view.namespaces() {
        verdict.saw(category);
        let missing: Vec<&str> = ["memory", "cpu"].into_iter().filter(|resource| !has_default(view, namespace, resource)).collect();
        if missing.is_empty() {
            continue;
        }
        // What admission refuses needs no default.
        let tried = view.trial().place_of(namespace).map(|place| Testimony::of(view.trial(), place, &[Break::Limits], |_| None));
        if tried.is_some_and(|tried| tried.rule().is_none()) {
            refused.push(namespace.to_owned());
        } else {
            verdict.find(
                Finding::new(category, ObjectRef::of_namespace(namespace), "limitRange.default")
                    .review()
                    .severity(Severity::Low)
                    .observed(format!("no default limit for {}", missing.join(" and ")))
                    .message("A container that comes without limits gets none here."),
            );
        }
    }
    if !refused.is_empty() {
        verdict.note(format!("Pods without limits are refused, as trying the policies shows, in {}.", refused.join(", ")));
    }
    mind_missing(view, Kind::LimitRanges, verdict)
}

/// That something is missing can't be seen in a list that broke off.
fn mind_missing(view: &View<'_>, kind: Kind, verdict: Verdict) -> Verdict {
    if view.inventory.state(kind) != KindState::Partial {
        return verdict;
    }
    let reason = format!(
        "{} could be read only in part: {}. So what is missing can't be told.",
        kind.id(),
        view.inventory.coverage_of(kind).message
    );
    verdict.asking().block(reason, vec![format!("{}: list", kind.id())])
}

fn pid_limit(view: &View<'_>) -> Verdict {
    let configs = kubelet::configurations(view.inventory);
    if configs.is_empty() {
        return Verdict::review(kubelet::unseen(view.inventory, "podPidsLimit"));
    }
    let mut verdict = Verdict::over("kubelet configuration", "kubelet configurations");
    for config in &configs {
        // Kept in kube-system, it holds for every node, those of the cardholder data environment too.
        verdict.saw(view.cluster_wide());
        if let Some(finding) = unseen::not_understood(view, config) {
            verdict.find(finding);
            continue;
        }
        let value = config.value("podPidsLimit").and_then(|v| v.parse::<i64>().ok()).unwrap_or(-1);
        if value <= 0 {
            verdict.find(
                Finding::new(view.cluster_wide(), config.object.clone(), config.field("podPidsLimit"))
                    .severity(Severity::Low)
                    .observed(config.observed(config.value("podPidsLimit").unwrap_or("not set (no limit)")))
                    .message("A pod on these nodes may start as many processes as the node can hold."),
            );
        }
    }
    unseen::mind_untold_kubelets(view, &mut verdict, &configs, false);
    verdict
}
