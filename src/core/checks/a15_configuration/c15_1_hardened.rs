//! Control 15.1: its automated checks. What the entity's own policy engines report.

use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::imported::Form;
use crate::kinds::policy::{PolicyReport, ReportObject, ReportResult};
use crate::model::{Finding, Kind, ObjectRef, Severity};

/// The checks of control 15.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "15.1/policy-reports",
        title: "Violations that the cluster's own policy engine reports",
        severity: Severity::Medium,
        practices: &["15.1.a", "15.1.b"],
        needs: &[Need::List(Kind::PolicyReports), Need::List(Kind::ClusterPolicyReports)],
        active: false,
        why: "A policy engine that reports violations and does not refuse them writes down where the entity's own standard is not kept. Reports \
          that nobody acts on show a standard on paper.",
        mend: "Mend each violation or record an approved exception; then let the policy enforce instead of audit.",
        blind_spots: "Only reports in the PolicyReport format are read (Kyverno, Kubewarden, Trivy through its adapter and others write it); \
                      Gatekeeper keeps violations in its constraints. What a policy does not ask, no report holds; reports may be old.",
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
    let reports: Vec<&PolicyReport> = view.inventory.policy_reports.iter().chain(&view.inventory.cluster_policy_reports).collect();
    if reports.is_empty() {
        return Verdict::review(
            "No policy engine writes PolicyReports in this cluster, so nothing here shows that its configuration is measured against a standard.",
        );
    }
    let mut verdict = Verdict::over("policy result", "policy results");
    for report in reports {
        for result in &report.results {
            let objects: Vec<&ReportObject> =
                if result.resources.is_empty() { report.scope.iter().collect() } else { result.resources.iter().collect() };
            for object in objects {
                told(view, &mut verdict, result, object);
            }
        }
    }
    verdict
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
    let group = about.api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let rule = if result.rule.is_empty() { result.policy.clone() } else { format!("{}/{}", result.policy, result.rule) };
    let finding = Finding::new(category, ObjectRef::new(group, &about.kind, &about.namespace, &about.name), "policyReport")
        .rule(rule.clone())
        .observed(format!("{}: {rule}", result.result))
        .severity(severity(&result.severity));
    verdict.find(match result.result.as_str() {
        "fail" => finding.message("The entity's own policy reports a violation, and the object was admitted all the same."),
        "error" => finding.review().message("The policy could not be evaluated for this object, so it says nothing of it."),
        _ => finding.review().message("The policy engine warns of this object."),
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
