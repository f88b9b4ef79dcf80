//! Findings as SARIF 2.1.0, for code scanning and the viewers that read it. A cluster has no files, so objects are logical locations;
//! only findings that count (in scope, and of checks that fail or ask for review) are results, the others have the kind `informational`.

use super::{ExportError, pretty};
use jiff::civil::Date;
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Check;
use kassay_core::model::{Finding, Outcome, Severity, Weight};
use kassay_core::report::Assessment;
use kassay_core::workbook::Exception;
use kassay_core::workbook::excepting::exception_of;
use serde_json::{Value, json};

/// What somebody accepted, on a cluster and a day. What is excepted stays a failure; it is told as suppressed, with the reason.
#[derive(Clone, Copy, Debug)]
pub struct Excepted<'a> {
    /// The exceptions.
    pub exceptions: &'a [Exception],
    /// The cluster.
    pub cluster: &'a str,
    /// The day.
    pub today: Date,
}

/// An assessment as SARIF.
///
/// # Errors
/// Never in practice: all its values have a form in JSON.
pub fn sarif(assessment: &Assessment, guidance: &Guidance, excepted: &Excepted<'_>) -> Result<String, ExportError> {
    let known: Vec<&Check> = checks::all().collect();
    let rules: Vec<Value> = known.iter().map(|check| rule(check, guidance)).collect();
    let mut results = Vec::new();
    for outcome in &assessment.outcomes {
        let index = known.iter().position(|check| check.id == outcome.check);
        for finding in &outcome.findings {
            let mut result = result(finding, &outcome.check);
            except(&mut result, excepted, &outcome.check, &finding.id);
            if let Some(index) = index {
                result["ruleIndex"] = json!(index);
            }
            results.push(result);
        }
    }
    let blocked = assessment.outcomes.iter().filter(|o| o.outcome == Outcome::Blocked);
    let notifications: Vec<Value> = blocked
        .map(|o| json!({"level": "warning", "associatedRule": {"id": o.check}, "message": {"text": format!("{} could not be evaluated: {}", o.check, o.reason)}}))
        .collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "Kassay", "version": assessment.tool.version, "semanticVersion": assessment.tool.version, "rules": rules}},
            "invocations": [{"executionSuccessful": true, "endTimeUtc": assessment.assessed_at, "toolExecutionNotifications": notifications}],
            "automationDetails": {"id": format!("kassay/{}", assessment.cluster.uid)},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    }))
}

fn rule(check: &Check, guidance: &Guidance) -> Value {
    let control = guidance.control(check.control()).map(|c| c.title.as_str()).unwrap_or_default();
    json!({
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": format!("{}\n\nNot seen by this check: {}", check.mend, check.blind_spots)},
        "defaultConfiguration": {"level": level(check.severity)},
        "properties": {"control": check.control(), "controlTitle": control, "practices": check.practices, "tags": ["security", "kubernetes"]},
    })
}

fn result(finding: &Finding, check: &str) -> Value {
    let counts = finding.category.in_scope() && finding.weight == Weight::Fail;
    let mut result = json!({
        "ruleId": check,
        "kind": if counts { "fail" } else if finding.category.in_scope() { "review" } else { "informational" },
        "level": if counts { level(finding.severity) } else { "none" },
        "message": {"text": format!("{}: {} ({})", finding.object, finding.message, finding.observed)},
        "locations": [{"logicalLocations": [{
            "name": finding.object.name,
            "kind": "resource",
            "fullyQualifiedName": format!("{}/{}#{}", finding.object.kind, finding.object.path(), finding.field),
        }]}],
        "partialFingerprints": {"kassay/v1": finding.id},
        "properties": {"category": finding.category.id(), "severity": finding.severity.id(), "mend": finding.mend},
    });
    if let Some(rule) = &finding.rule {
        result["properties"]["rule"] = json!(rule);
    }
    result
}

/// Tells of the exception of a finding. Only one that holds suppresses; one that has lapsed is told and no more.
fn except(result: &mut Value, excepted: &Excepted<'_>, check: &str, finding: &str) {
    let Excepted { exceptions, cluster, today } = *excepted;
    let Some(exception) = exception_of(exceptions, (check, finding, cluster), today) else { return };
    let standing = exception.standing(today);
    result["properties"]["exception"] = json!(standing);
    if !exception.is_lapsed(today) {
        let who = format!("owner {}, approved by {}", told(&exception.owner), told(&exception.approver));
        let why = format!("{} ({who}; {standing})", exception.reason);
        result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": why}]);
    }
}

const fn told(text: &str) -> &str {
    if text.is_empty() { "not told" } else { text }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}
