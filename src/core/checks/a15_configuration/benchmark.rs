//! What tools say that hold the cluster against a published benchmark: kube-bench from a file, Trivy Operator and OpenShift's Compliance Operator from
//! the objects that they keep.

use crate::judging::evidence::{days, files, finding, named, unusable};
use crate::judging::{Verdict, View};
use crate::kinds::custom::Custom;
use crate::kinds::imported::{Benchmark, Content, Form, Imported, Status};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};
use jiff::Timestamp;
use serde_json::Value;

/// Days after which a result says nothing about today.
const OLD: i64 = 365;

const ASK: &str = "No result of a benchmark was given, and no tool keeps any in this cluster. Give what “kube-bench --json” prints on each kind of node \
                   (attached to the assessment with the date of the run, because the file has none), or let Trivy Operator or the Compliance Operator \
                   hold the cluster against a benchmark.";

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let given = files(view, Form::Benchmark);
    let kept = |kind: Kind| view.inventory.customs.get(&kind).map_or(&[][..], Vec::as_slice);
    let (reports, results) = (kept(Kind::ClusterComplianceReports), kept(Kind::ComplianceCheckResults));
    let scans = kept(Kind::ComplianceScans);
    let mut verdict = Verdict::over("result of a benchmark", "results of a benchmark");
    let in_cluster = !reports.is_empty() || !results.is_empty() || !scans.is_empty();
    if let Some(blocked) = unusable(view, &given, Form::Benchmark, ASK, &mut verdict) {
        // What the cluster itself keeps can be judged; a broken file beside it is told.
        if !in_cluster {
            return blocked;
        }
        verdict = Verdict::over("result of a benchmark", "results of a benchmark");
        blocked.into_parts().3.into_iter().for_each(|finding| verdict.find(finding));
    }
    for file in &given {
        if let Content::Benchmark(benchmark) = &file.content {
            kube_bench(view, file, benchmark, &mut verdict);
        }
    }
    reports.iter().for_each(|report| compliance_report(view, report, &mut verdict));
    results.iter().for_each(|result| check_result(view, result, &mut verdict));
    scans.iter().for_each(|scan| compliance_scan(view, scan, &mut verdict));
    if verdict.population() == 0 {
        verdict.decide(Outcome::Review);
        verdict.because("Results of benchmarks were looked for, and none says that something was tested.");
    } else if verdict.outcome() == Outcome::Pass && !given.is_empty() {
        verdict.because(format!("Nothing failed among {} results, of {} and what the cluster keeps.", verdict.population(), named(&given)));
    }
    verdict
}

/// Tells results that are old, or of which nobody knows the age.
fn age(view: &View<'_>, at: Option<Timestamp>, finding: Finding, source: &str) -> Option<Finding> {
    let undated = "When the benchmark was run is not told, and the settings may have changed since.";
    let finding = finding.review().severity(Severity::Low);
    match at.map(|at| days(at, view.now)) {
        None => Some(
            finding
                .rule("undated")
                .observed(source)
                .message(undated)
                .mend("Attach the file to the assessment with the date of the run as its effective date."),
        ),
        Some(age) if age > OLD => Some(
            finding
                .rule("old")
                .observed(format!("{age} days ago ({source})"))
                .message("The benchmark was run more than twelve months ago.")
                .mend("Run the benchmark again."),
        ),
        Some(_) => None,
    }
}

fn kube_bench(view: &View<'_>, file: &Imported, benchmark: &Benchmark, verdict: &mut Verdict) {
    // The tool gives this status to tests that its settings skip, and to nothing else.
    let skipped: Vec<&str> = benchmark.results.iter().filter(|r| r.status == Status::Info).map(|r| r.number.as_str()).collect();
    if !skipped.is_empty() {
        let more = if skipped.len() > 8 { format!(" and {} more", skipped.len() - 8) } else { String::new() };
        let first: Vec<&str> = skipped.iter().take(8).copied().collect();
        verdict.find(
            finding(view, file, "type")
                .rule("skipped")
                .review()
                .severity(Severity::Low)
                .observed(format!("{} of {}: {}{more} ({})", skipped.len(), benchmark.results.len(), first.join(", "), file.source()))
                .message("The tool was told to skip these tests, so nothing is known of what they look at; each needs a reason on record.")
                .mend("Let the tool make these tests, or say for each why it does not apply and how it was looked at otherwise."),
        );
    }
    for result in &benchmark.results {
        if result.status == Status::Info {
            continue;
        }
        verdict.saw(view.cluster_wide());
        let part = if result.part.is_empty() { String::new() } else { format!("{} ", result.part) };
        let told = finding(view, file, format!("{part}{}", result.number)).observed(format!(
            "{}: {} ({}; {})",
            result.number,
            result.words,
            benchmark.version,
            file.source()
        ));
        verdict.find(match result.status {
            Status::Fail => told.rule("fail").severity(Severity::Medium).message("This test of the benchmark failed."),
            Status::Warn => {
                told.rule("manual").review().severity(Severity::Low).message("The tool leaves this test to a person, or could not run it.")
            }
            Status::Unknown => {
                told.rule("unknown").review().severity(Severity::Low).message("How this test came out is not told in a known word.")
            }
            Status::Pass | Status::Info => continue,
        });
    }
    if let Some(told) = age(view, file.effective_at(), finding(view, file, "effective"), &file.source()) {
        verdict.find(told);
    }
}

fn text(part: Option<&Value>) -> &str {
    part.and_then(Value::as_str).unwrap_or_default()
}

fn severity(word: &str) -> Severity {
    match word.to_ascii_lowercase().as_str() {
        "critical" => Severity::Critical,
        "high" => Severity::High,
        "low" => Severity::Low,
        "info" => Severity::Info,
        _ => Severity::Medium,
    }
}

/// One control of a report by Trivy Operator, from either of its two forms.
struct Control<'a> {
    id: &'a str,
    name: &'a str,
    severity: &'a str,
    /// Checks that failed; none where none was made.
    failed: Option<u64>,
}

fn controls(report: &Custom) -> Vec<Control<'_>> {
    let list = |pointer: &str| report.parts.get(pointer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let summary = list("/status/summaryReport/controlCheck");
    if !summary.is_empty() {
        return summary
            .iter()
            .map(|c| Control {
                id: text(c.get("id")),
                name: text(c.get("name")),
                severity: text(c.get("severity")),
                failed: c.get("totalFail").and_then(Value::as_u64),
            })
            .collect();
    }
    let column = |name: &str| list(&format!("/status/detailReport/results/*/{name}"));
    let (names, severities, statuses) = (column("name"), column("severity"), column("status"));
    let checks = column("checks/*/success");
    column("id")
        .iter()
        .enumerate()
        .map(|(i, id)| {
            let outcomes = checks.get(i).and_then(Value::as_array);
            let failed = outcomes.map(|all| all.iter().filter(|success| success.as_bool() != Some(true)).count() as u64);
            // Where nothing was there to check, the report's own default says what to think; a person must.
            let unsure = failed.is_none_or(|n| n == 0) && matches!(text(statuses.get(i)), "FAIL" | "WARN");
            Control {
                id: text(Some(id)),
                name: text(names.get(i)),
                severity: text(severities.get(i)),
                failed: if unsure { None } else { failed },
            }
        })
        .collect()
}

fn compliance_report(view: &View<'_>, report: &Custom, verdict: &mut Verdict) {
    let object = ObjectRef::new("aquasecurity.github.io", "ClusterComplianceReport", "", &report.metadata.name);
    let finding = |field: String| Finding::new(view.cluster_wide(), object.clone(), field);
    let title = text(report.parts.get("/spec/compliance/title"));
    let title = if title.is_empty() { report.metadata.name.as_str() } else { title };
    // The restricted standard is more than the supplement asks for; its own check reviews it too.
    let strict = report.metadata.name.contains("pss-restricted");
    let controls = controls(report);
    for control in &controls {
        verdict.saw(view.cluster_wide());
        let told = finding(format!("status.controls[id={}]", control.id)).severity(severity(control.severity));
        let name = format!("{} {} ({title})", control.id, control.name);
        match control.failed {
            Some(0) => {}
            Some(n) => {
                let told = told.rule("fail").observed(format!("{name}: {n} failed")).message("This control of the benchmark is not met.");
                verdict.find(if strict { told.review() } else { told });
            }
            None => verdict.find(
                told.rule("manual")
                    .review()
                    .severity(Severity::Low)
                    .observed(name)
                    .message("The tool did not check this control; a person must."),
            ),
        }
    }
    if controls.is_empty() {
        verdict.find(
            finding("status".to_owned())
                .rule("empty")
                .review()
                .severity(Severity::Low)
                .observed(title)
                .message("This report holds no result yet."),
        );
        return;
    }
    let at = text(report.parts.get("/status/updateTimestamp")).parse().ok();
    if let Some(told) = age(view, at, finding("status.updateTimestamp".to_owned()), title) {
        verdict.find(told);
    }
}

fn check_result(view: &View<'_>, result: &Custom, verdict: &mut Verdict) {
    let meta = &result.metadata;
    let status = text(result.parts.get("/status"));
    // A rule that does not apply here was not tested.
    if status == "NOT-APPLICABLE" {
        return;
    }
    verdict.saw(view.cluster_wide());
    let object = ObjectRef::new("compliance.openshift.io", "ComplianceCheckResult", &meta.namespace, &meta.name);
    let told = Finding::new(view.cluster_wide(), object, "status")
        .severity(severity(text(result.parts.get("/severity"))))
        .observed(format!("{status}: {}", if meta.name.is_empty() { text(result.parts.get("/id")) } else { &meta.name }));
    verdict.find(match status {
        "PASS" | "INFO" => return,
        "SKIP" => told.rule("skipped").review().severity(Severity::Low).message("The tool was told to skip this rule."),
        "FAIL" => told.rule("fail").message("The cluster does not meet this rule of the profile."),
        "MANUAL" => told.rule("manual").review().severity(Severity::Low).message("The tool leaves this rule to a person."),
        "INCONSISTENT" => told.rule("inconsistent").review().message("Nodes differ in this rule."),
        _ => told.rule("error").review().message("This rule could not be checked."),
    });
}

fn compliance_scan(view: &View<'_>, scan: &Custom, verdict: &mut Verdict) {
    let meta = &scan.metadata;
    let object = ObjectRef::new("compliance.openshift.io", "ComplianceScan", &meta.namespace, &meta.name);
    let finding = |field: &str| Finding::new(view.cluster_wide(), object.clone(), field);
    let (phase, result) = (text(scan.parts.get("/status/phase")), text(scan.parts.get("/status/result")));
    verdict.saw(view.cluster_wide());
    if phase != "DONE" || matches!(result, "ERROR" | "") {
        let observed = format!(
            "phase {}, result {}",
            if phase.is_empty() { "not told" } else { phase },
            if result.is_empty() { "not told" } else { result }
        );
        verdict.find(
            finding("status.result")
                .rule("unfinished")
                .review()
                .severity(Severity::Low)
                .observed(observed)
                .message("This scan has no result."),
        );
        return;
    }
    if result == "NON-COMPLIANT" && !view.inventory.customs.contains_key(&Kind::ComplianceCheckResults) {
        verdict.find(
            finding("status.result")
                .rule("fail")
                .observed(result)
                .message("The cluster does not meet the profile; its single results are not there."),
        );
    }
    let at = text(scan.parts.get("/status/endTimestamp")).parse().ok();
    if let Some(told) = age(view, at, finding("status.endTimestamp"), &meta.name) {
        verdict.find(told);
    }
}
