//! Judge of `16.1/shared-services`: what serves pods of several scope categories at once, and so stands between them. Which of it may stay is
//! for a person to say; here it is named, with what makes it shared.

use crate::analysis::rbac::{Bound, Rbac, Subject, escalation::Found as Path};
use crate::analysis::software::{self, Found};
use crate::judging::{Verdict, View};
use crate::kinds::rbac::PolicyRule;
use crate::model::{Category, Finding, ObjectRef, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Images of the part of a mesh that runs beside every application.
const BESIDE_PODS: &[&str] =
    &["proxyv2", "proxy", "proxy-init", "linkerd2-proxy", "consul-dataplane", "kuma-dp", "init", "aws-appmesh-envoy"];

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let mut categories: BTreeMap<Category, usize> = BTreeMap::new();
    for (_, category) in view.workloads() {
        verdict.saw(category);
        *categories.entry(category).or_default() += 1;
    }
    let others =
        |(category, count): (&Category, &usize)| (*category != Category::Platform).then(|| format!("{count} {}", category.label()));
    let words: Vec<String> = categories.iter().filter_map(others).collect();
    if !categories.contains_key(&Category::Cde) || words.len() < 2 {
        let words = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
        return Verdict::not_applicable(format!(
            "Only where the cardholder data environment shares the cluster with another category can a service be shared; here the workloads are: {words}."
        ));
    }
    services(view, &mut verdict);
    operators(view, &mut verdict);
    let found = verdict_words(&verdict);
    verdict.because(format!("Workloads of several categories share this cluster ({}). {found}", words.join(", ")));
    // Whoever shares a cluster shares its API and its nodes, so this never passes by itself.
    verdict.decide(Outcome::Review);
    verdict
}

fn verdict_words(verdict: &Verdict) -> String {
    match verdict.found() {
        0 => "No known service among the workloads serves several of them; their DNS, ingress and monitoring must be told.".to_owned(),
        1 => "One shared service was recognised.".to_owned(),
        count => format!("{count} shared services were recognised."),
    }
}

/// Known software that serves everybody.
fn services(view: &View<'_>, verdict: &mut Verdict) {
    let of = |role: &str| software::with_role(view.inventory, &view.tables.software, role);
    for found in of("dns") {
        verdict.find(
            told(view, &found, "dns", Severity::Low)
                .message("It answers the names of every category: who controls it can lead connections elsewhere."),
        );
    }
    let routed = routed(view);
    for found in of("ingress").into_iter().chain(of("ingress-gateway")) {
        let shared = routed.len() > 1 && routed.contains_key(&Category::Cde);
        let words: Vec<String> = routed.iter().map(|(category, count)| format!("{} {count}", category.label())).collect();
        let finding = told(view, &found, "ingress", if shared { Severity::Medium } else { Severity::Low });
        let ways = if words.is_empty() {
            "no Ingress in any namespace".to_owned()
        } else {
            format!("Ingresses by category: {}", words.join(", "))
        };
        let observed = format!("{}; {ways}", finding.observed);
        verdict.find(finding.observed(observed).message(
            "Traffic of every category that it serves passes through the same processes, with the keys of their certificates: show which classes and \
             namespaces it serves.",
        ));
    }
    for found in of("mesh").into_iter().filter(|found| !is_beside_pods(&found.image)) {
        verdict.find(
            told(view, &found, "mesh", Severity::Medium).message(
                "It gives the pods of every category their identity and their routes: who controls it controls their connections.",
            ),
        );
    }
    let mut known = BTreeSet::new();
    for found in ["monitoring", "logs", "logs-store"].into_iter().flat_map(of) {
        if known.insert((found.workload.object.clone(), found.software.name.as_str())) {
            verdict.find(
                told(view, &found, "monitoring", Severity::Low)
                    .message("Metrics or logs of several categories meet here: show that no account data does, and who may read it."),
            );
        }
    }
}

fn told(view: &View<'_>, found: &Found<'_>, rule: &'static str, severity: Severity) -> Finding {
    view.finding(found.workload.object.clone(), found.workload.spec_path())
        .rule(rule)
        .review()
        .severity(severity)
        .pods(found.workload.pods)
        .observed(found.software.name.clone())
}

fn is_beside_pods(image: &str) -> bool {
    let repository = software::repository(image);
    let last = repository.rsplit('/').next().unwrap_or_default();
    BESIDE_PODS.contains(&last)
}

/// How many Ingresses each category has.
fn routed(view: &View<'_>) -> BTreeMap<Category, usize> {
    let mut routed = BTreeMap::new();
    for ingress in &view.inventory.ingresses {
        *routed.entry(view.category(&ingress.metadata.namespace)).or_default() += 1;
    }
    routed
}

/// Accounts of running workloads that may change things, or read Secrets, both in the cardholder data environment and elsewhere.
fn operators(view: &View<'_>, verdict: &mut Verdict) {
    let mut accounts: BTreeMap<(&str, &str), Vec<&ObjectRef>> = BTreeMap::new();
    for (workload, _) in view.workloads() {
        for (spec, _) in view.specs(workload) {
            let name = if spec.service_account_name.is_empty() { "default" } else { spec.service_account_name.as_str() };
            let users = accounts.entry((workload.object.namespace.as_str(), name)).or_default();
            if !users.contains(&&workload.object) {
                users.push(&workload.object);
            }
        }
    }
    let rbac = view.rbac();
    for ((namespace, account), users) in accounts {
        let subject = Subject::account(namespace, account);
        let Some(across) = across(view, rbac, &subject) else { continue };
        let names: Vec<String> = users.iter().map(|object| format!("{}/{}", object.kind, object.name)).collect();
        let category = view.category(namespace);
        let outside = category == Category::OutOfScope;
        let grave = outside || !across.paths.is_empty();
        let seen = if outside { view.cluster_wide() } else { category };
        let finding = Finding::new(seen, ObjectRef::new("", "ServiceAccount", namespace, account), "rights")
            .rule("operator")
            .review()
            .severity(if outside {
                Severity::High
            } else if grave {
                Severity::Medium
            } else {
                Severity::Low
            })
            .observed(format!("{} as {}", across.words(), names.join(", ")));
        verdict.find(finding.message(match (outside, across.changes) {
            (true, true) => {
                "A workload that is out of scope may change objects of the cardholder data environment: it can affect its security, and so is in scope."
            }
            (true, false) => {
                "A workload that is out of scope may read Secrets of the cardholder data environment: with them it can act there, and so is in scope."
            }
            (false, true) => {
                "It may change objects of the cardholder data environment and of other categories: who takes it over crosses between them."
            }
            (false, false) => {
                "It may read Secrets of the cardholder data environment and of other categories: who takes it over crosses between them with these."
            }
        }));
    }
}

/// What a subject may change, or read of Secrets, on both sides.
struct Across<'r> {
    bindings: Vec<&'r Bound<'r>>,
    rights: Vec<String>,
    paths: Vec<Path>,
    everywhere: bool,
    namespaces: Vec<&'r str>,
    /// Whether it may change objects, and not read Secrets alone.
    changes: bool,
}

impl Across<'_> {
    fn words(&self) -> String {
        let place = if self.everywhere { "every namespace".to_owned() } else { format!("the namespaces {}", self.namespaces.join(", ")) };
        let ways: BTreeSet<&str> = self.paths.iter().map(|found| found.path.id).collect();
        let ways = if ways.is_empty() { String::new() } else { format!("; opens {}", ways.into_iter().collect::<Vec<_>>().join(", ")) };
        let by: Vec<String> = self.bindings.iter().map(|bound| bound.object().to_string()).collect();
        let shown: Vec<&str> = self.rights.iter().take(6).map(String::as_str).collect();
        let more = if self.rights.len() > 6 { format!(" and {} more", self.rights.len() - 6) } else { String::new() };
        format!("may {}{more} in {place}{ways}, by {}", shown.join("; "), by.join(", "))
    }
}

fn across<'r>(view: &'r View<'_>, rbac: &'r Rbac<'_>, subject: &Subject) -> Option<Across<'r>> {
    let mut found = Across { bindings: vec![], rights: vec![], paths: vec![], everywhere: false, namespaces: vec![], changes: false };
    for bound in rbac.bindings_reaching(subject).filter(|bound| !rbac.is_stock(bound)) {
        let telling: Vec<&PolicyRule> = bound.rules.iter().copied().filter(|rule| rule.changes() || rule.reads_secrets()).collect();
        if telling.is_empty() && !bound.is_admin() {
            continue;
        }
        found.changes |= bound.is_admin() || telling.iter().any(|rule| rule.changes());
        found.everywhere |= bound.cluster;
        if !bound.cluster {
            found.namespaces.push(bound.namespace());
        }
        if telling.is_empty() {
            found.rights.push("do everything".to_owned());
        }
        found.rights.extend(telling.iter().map(|rule| rule.words()));
        found.paths.extend(rbac.paths_of(bound).into_iter().filter(|path| path.dormant.is_none()));
        found.bindings.push(bound);
    }
    found.namespaces.sort_unstable();
    found.namespaces.dedup();
    found.rights.sort();
    found.rights.dedup();
    let categories: BTreeSet<Category> = found.namespaces.iter().map(|namespace| view.category(namespace)).collect();
    let apart = categories.contains(&Category::Cde) && categories.len() > 1;
    (found.everywhere || apart).then_some(found)
}
