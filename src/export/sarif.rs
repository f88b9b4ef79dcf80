//! Findings as SARIF 2.1.0, for code scanning and the viewers that read it. A cluster has no files, so objects are logical locations;
//! only findings that count (in scope, and of checks that fail or ask for review) are results, the others have the kind `informational`.
//! A check that could not judge is a result of the kind `open`.

use super::ExportError;
use super::json::write_pretty;
use jiff::civil::Date;
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Check;
use kassay_core::model::{Finding, Outcome, Severity, Weight};
use kassay_core::report::Assessment;
use kassay_core::workbook::Exception;
use kassay_core::workbook::excepting::exception_of;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::io::Write;

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
    let mut text = Vec::new();
    write_sarif(assessment, guidance, excepted, &mut text)?;
    String::from_utf8(text).map_err(|e| ExportError::Internal(e.to_string()))
}

/// The same, written result by result.
///
/// # Errors
/// Where the target can't be written.
pub fn write_sarif(assessment: &Assessment, guidance: &Guidance, excepted: &Excepted<'_>, to: &mut dyn Write) -> Result<(), ExportError> {
    let known: Vec<&Check> = checks::all().collect();
    let rules: Vec<Value> = known.iter().map(|check| rule(check, guidance)).collect();
    let notifications: Vec<Value> = blocked(assessment)
        .map(|o| json!({"level": "warning", "associatedRule": reference(&o.check, place(&known, &o.check)), "message": unjudged(o)}))
        .collect();
    let version = &assessment.tool.version;
    let run = Run {
        automation_details: json!({"id": format!("kassay/{}", assessment.cluster.uid)}),
        column_kind: "utf16CodeUnits",
        invocations: json!([{"executionSuccessful": true, "endTimeUtc": assessment.assessed_at, "toolExecutionNotifications": notifications}]),
        results: Results { assessment, excepted, known: &known },
        tool: json!({"driver": {"name": "Kassay", "version": version, "semanticVersion": version, "rules": rules}}),
    };
    write_pretty(&Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", runs: [run], version: "2.1.0" }, to)
}

/// The file.
#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'a>; 1],
    version: &'static str,
}

/// What was found, with what by.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    automation_details: Value,
    column_kind: &'static str,
    invocations: Value,
    results: Results<'a>,
    tool: Value,
}

/// All results, each made when it is written: a large cluster has tens of thousands.
struct Results<'a> {
    assessment: &'a Assessment,
    excepted: &'a Excepted<'a>,
    known: &'a [&'a Check],
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let found = self.assessment.outcomes.iter().flat_map(|outcome| {
            let index = place(self.known, &outcome.check);
            outcome.findings.iter().map(move |finding| {
                let mut result = result(finding, &outcome.check);
                except(&mut result, self.excepted, &outcome.check, &finding.id);
                ruled(&mut result, index);
                result
            })
        });
        let open = blocked(self.assessment).map(|outcome| open(outcome, place(self.known, &outcome.check), &self.assessment.cluster.uid));
        serializer.collect_seq(found.chain(open))
    }
}

/// Checks that could not judge.
fn blocked(assessment: &Assessment) -> impl Iterator<Item = &CheckOutcome> {
    assessment.outcomes.iter().filter(|outcome| outcome.outcome == Outcome::Blocked)
}

/// Where a rule stands.
fn place(known: &[&Check], check: &str) -> Option<usize> {
    known.iter().position(|known| known.id == check)
}

fn ruled(result: &mut Value, index: Option<usize>) {
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
}

fn reference(check: &str, index: Option<usize>) -> Value {
    let mut reference = json!({"id": check});
    if let Some(index) = index {
        reference["index"] = json!(index);
    }
    reference
}

fn unjudged(outcome: &CheckOutcome) -> Value {
    json!({"text": said(&format!("{} could not be evaluated: {}", outcome.check, outcome.reason))})
}

/// A check that could not judge, as a result too: who looks at results alone must not take it for one that found nothing.
fn open(outcome: &CheckOutcome, index: Option<usize>, cluster: &str) -> Value {
    let mut result = json!({
        "ruleId": outcome.check,
        "kind": "open",
        "level": "none",
        "message": unjudged(outcome),
        "locations": [{"logicalLocations": [{"name": cluster, "kind": "resource"}]}],
        "partialFingerprints": {"kassay/v1": format!("{} blocked", outcome.check)},
        "properties": {"needs": outcome.needs},
    });
    ruled(&mut result, index);
    result
}

/// A message as SARIF reads it (3.11.5, 3.11.6): `[words](place)` in it would be a link, and `{0}` the place of an argument. A text that has either gets the
/// escapes that the standard has for it; all others stay as they are, since not every viewer knows these.
fn said(text: &str) -> String {
    let is_link = text.contains("](");
    let is_place = |behind: &str| behind.split_once('}').is_some_and(|(nth, _)| !nth.is_empty() && nth.bytes().all(|b| b.is_ascii_digit()));
    let holds_place = text.split('{').skip(1).any(is_place);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' | ']' | '\\' if is_link => out.extend(['\\', c]),
            '{' | '}' if holds_place => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
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
        "message": {"text": said(&format!("{}: {} ({})", finding.object, finding.message, finding.observed))},
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

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn messages_are_no_links_and_have_no_places() {
        for (text, wanted) in [
            ("spec.containers[name=web].image {a}", "spec.containers[name=web].image {a}"),
            ("[click](https://e.example)", "\\[click\\](https://e.example)"),
            ("a {0} {b}", "a {{0}} {{b}}"),
        ] {
            assert_eq!(said(text), wanted);
        }
    }
}
