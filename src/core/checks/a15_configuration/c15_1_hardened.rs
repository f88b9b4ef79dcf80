//! Control 15.1: its automated checks. What the entity's own policy engines report.

use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::Meta;
use crate::kinds::custom::Custom;
use crate::kinds::imported::Form;
use crate::kinds::policy::{PolicyReport, ReportObject, ReportResult};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};
use std::borrow::Cow;

/// The checks of control 15.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "15.1/policy-reports",
        title: "Violations that the cluster's own policy engine reports",
        severity: Severity::Medium,
        practices: &["15.1.a", "15.1.b"],
        needs: &[Need::Reports],
        active: false,
        why: "A policy engine that reports violations and does not refuse them writes down where the entity's own standard is not kept. Reports \
          that nobody acts on show a standard on paper.",
        mend: "Mend each violation or record an approved exception; then let the policy enforce instead of audit.",
        blind_spots: "Only reports in the formats of the policy working group and of OpenReports are read (Kyverno, Kubewarden, Trivy through its adapter \
                      and others write them); Gatekeeper keeps violations in its constraints. What a policy does not ask, no report holds; reports may \
                      be old.",
        judge: policy_reports,
    },
    Check {
        id: "15.1/benchmark-results",
        title: "Results of a hardening benchmark",
        severity: Severity::Medium,
        practices: &["15.1.a", "15.1.b"],
        needs: &[Need::Evidence(Form::Benchmark)],
        active: false,
        why: "PCI DSS asks for configuration by an accepted standard. A benchmark (CIS, for most) is such a standard for Kubernetes, and a tool that holds \
          the cluster against it shows where it is kept: on the nodes too, whose files the API does not show.",
        mend: "Mend what failed or record an approved exception for each; look at what the tool leaves to people; run it again after each upgrade and at \
           least once a year.",
        blind_spots: "The check reads kube-bench's JSON, ClusterComplianceReports of Trivy Operator and the results of OpenShift's Compliance \
                      Operator. Whether every node was tested is not seen: kube-bench tests the one it runs on. The benchmark must fit the version and \
                      the distribution.",
        judge: super::benchmark::judge,
    },
];

fn policy_reports(view: &View<'_>) -> Verdict {
    let own = view.inventory.policy_reports.iter().map(|report| (report, Kind::PolicyReports));
    let wide = view.inventory.cluster_policy_reports.iter().map(|report| (report, Kind::ClusterPolicyReports));
    let mut reports: Vec<(Cow<'_, PolicyReport>, Kind)> = own.chain(wide).map(|(report, kind)| (Cow::Borrowed(report), kind)).collect();
    let mut verdict = Verdict::over("policy result", "policy results");
    for kind in [Kind::OpenReports, Kind::OpenClusterReports] {
        for custom in view.inventory.customs.get(&kind).into_iter().flatten() {
            match PolicyReport::from_custom(custom) {
                Some(report) => reports.push((Cow::Owned(report), kind)),
                None => verdict.find(unreadable(view, custom, kind)),
            }
        }
    }
    if reports.is_empty() && verdict.found() == 0 {
        return Verdict::review(
            "No policy engine writes PolicyReports in this cluster, so nothing here shows that its configuration is measured against a standard.",
        );
    }
    for (report, kind) in &reports {
        let itself = itself(&report.metadata, *kind);
        for result in &report.results {
            let named: Vec<&ReportObject> =
                if result.resources.is_empty() { report.scope.iter().collect() } else { result.resources.iter().collect() };
            // What names nothing is of the whole cluster or namespace, and is told of the report.
            let objects = if named.is_empty() { vec![&itself] } else { named };
            for object in objects {
                told(view, &mut verdict, result, object);
            }
        }
        if let Some(finding) = unlisted(view, report, &itself) {
            verdict.find(finding);
        }
    }
    if verdict.population() == 0 && verdict.outcome() == Outcome::NotApplicable {
        verdict.decide(Outcome::Review);
        verdict.because(format!("{} reports of policy engines are kept, and none holds a result.", reports.len()));
    }
    verdict
}

/// A report as the object that its results are about.
fn itself(meta: &Meta, kind: Kind) -> ReportObject {
    ReportObject {
        api_version: format!("{}/{}", kind.group(), kind.version()),
        kind: kind.kind().to_owned(),
        namespace: meta.namespace.clone(),
        name: meta.name.clone(),
    }
}

fn object_of(about: &ReportObject) -> ObjectRef {
    let group = about.api_version.rsplit_once('/').map_or("", |(group, _)| group);
    ObjectRef::new(group, &about.kind, &about.namespace, &about.name)
}

/// A report whose summary counts more results of a kind than it lists: the others may have been cut off, and are not known.
fn unlisted(view: &View<'_>, report: &PolicyReport, itself: &ReportObject) -> Option<Finding> {
    let listed = |word: &str| report.results.iter().filter(|result| result.result == word).count();
    let summary = &report.summary;
    let counts = [("fail", summary.fail), ("error", summary.error), ("warn", summary.warn)];
    let missing: Vec<String> = counts
        .into_iter()
        .filter_map(|(word, told)| {
            let missing = usize::try_from(told).unwrap_or(usize::MAX).saturating_sub(listed(word));
            (missing > 0).then(|| format!("{missing} {word}"))
        })
        .collect();
    (!missing.is_empty()).then(|| {
        Finding::new(view.category(&itself.namespace), object_of(itself), "summary")
            .rule("unlisted")
            .review()
            .severity(Severity::Medium)
            .observed(missing.join(", "))
            .message("The report's summary counts these, and its results do not show them.")
    })
}

fn unreadable(view: &View<'_>, custom: &Custom, kind: Kind) -> Finding {
    Finding::new(view.category(&custom.metadata.namespace), object_of(&itself(&custom.metadata, kind)), "results")
        .rule("unreadable")
        .review()
        .severity(Severity::Medium)
        .observed("not of a known shape")
        .message("This report can't be read, so what it says is not known.")
}

fn told(view: &View<'_>, verdict: &mut Verdict, result: &ReportResult, about: &ReportObject) {
    // A Namespace's own results belong to that namespace's category.
    let place = if about.kind == "Namespace" { &about.name } else { &about.namespace };
    let category = view.category(place);
    if result.result == "skip" {
        return;
    }
    verdict.saw(category);
    if result.result == "pass" {
        return;
    }
    let rule = if result.rule.is_empty() { result.policy.clone() } else { format!("{}/{}", result.policy, result.rule) };
    let finding = Finding::new(category, object_of(about), "policyReport")
        .rule(rule.clone())
        .observed(format!("{}: {rule}", result.result))
        .severity(severity(&result.severity));
    verdict.find(match result.result.as_str() {
        "fail" => finding.message("The entity's own policy reports a violation, and the object was admitted all the same."),
        "error" => finding.review().message("The policy could not be evaluated for this object, so it says nothing of it."),
        "warn" => finding.review().message("The policy engine warns of this object."),
        _ => finding.review().message("How this policy came out is not told in a known word."),
    });
}

fn severity(told: &str) -> Severity {
    match told {
        "critical" => Severity::Critical,
        "high" => Severity::High,
        "low" => Severity::Low,
        "info" => Severity::Info,
        _ => Severity::Medium,
    }
}
