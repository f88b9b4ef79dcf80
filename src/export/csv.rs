//! Tables for spreadsheets. A cell that a spreadsheet would take for a formula gets an apostrophe before it: names and annotations come from
//! the cluster, and whoever opens the file trusts it.

use super::Material;
use jiff::civil::Date;
use kassay_core::analysis::rbac::folded::Folded;
use kassay_core::analysis::reach::{End, Reach};
use kassay_core::model::{Category, ObjectRef, Scope};
use kassay_core::report::Assessment;
use kassay_core::workbook::evidence::questions_of;
use kassay_core::workbook::excepting::exception_of;
use kassay_core::workbook::{Exception, Workbook, folder};
use std::collections::BTreeSet;
use std::io;

/// All findings of all clusters, one line each.
#[must_use]
pub fn findings_csv(material: &Material) -> String {
    let clusters: Vec<(&str, &Assessment)> = material.assessments.iter().map(|(key, a)| (key.as_str(), a)).collect();
    findings_csv_of(&clusters, &material.workbook.exceptions, material.today())
}

/// All findings of these assessments, one line each.
#[must_use]
pub fn findings_csv_of(clusters: &[(&str, &Assessment)], exceptions: &[Exception], today: Date) -> String {
    let mut rows = vec![row([
        "cluster",
        "control",
        "check",
        "outcome",
        "severity",
        "weight",
        "category",
        "rule",
        "kind",
        "namespace",
        "name",
        "pods",
        "field",
        "observed",
        "message",
        "mend",
        "id",
        "exception",
        "exception_stands",
        "exception_owner",
        "exception_approver",
    ])];
    for (key, assessment) in clusters {
        for outcome in &assessment.outcomes {
            for f in &outcome.findings {
                let exception = exception_of(exceptions, (&outcome.check, &f.id, key), today);
                let weight = serde_json::to_value(f.weight).ok().and_then(|w| w.as_str().map(str::to_owned)).unwrap_or_default();
                rows.push(row([
                    key,
                    &outcome.control,
                    &outcome.check,
                    outcome.outcome.id(),
                    f.severity.id(),
                    &weight,
                    f.category.id(),
                    f.rule.as_deref().unwrap_or_default(),
                    &f.object.kind,
                    &f.object.namespace,
                    &f.object.name,
                    &f.pods.map(|n| n.to_string()).unwrap_or_default(),
                    &f.field,
                    &f.observed,
                    &f.message,
                    &f.mend,
                    &f.id,
                    exception.map(|e| e.reason.as_str()).unwrap_or_default(),
                    &exception.map(|e| e.standing(today)).unwrap_or_default(),
                    exception.map(|e| e.owner.as_str()).unwrap_or_default(),
                    exception.map(|e| e.approver.as_str()).unwrap_or_default(),
                ]));
            }
        }
    }
    table(&rows)
}

/// The register of evidence, one line for each piece.
#[must_use]
pub fn evidence_csv(workbook: &Workbook) -> String {
    let head = [
        "ref",
        "kind",
        "title",
        "file",
        "kept_as",
        "sha256",
        "bytes",
        "effective",
        "obtained",
        "by",
        "practices",
        "questions",
        "samples",
        "replaces",
        "withdrawn",
    ];
    let mut rows = vec![row(head)];
    for e in &workbook.evidence {
        rows.push(row([
            &e.reference,
            e.kind.label(),
            &e.title,
            &e.file,
            &folder::evidence(&e.sha256, &e.file).unwrap_or_default(),
            &e.sha256,
            &e.size.to_string(),
            &e.effective.map(|d| d.to_string()).unwrap_or_default(),
            &e.obtained.to_string(),
            &e.by,
            &e.practices.join(" "),
            &questions_of(e, workbook).join(" "),
            &e.samples.join(" "),
            &e.replaces,
            &e.withdrawn.as_ref().map(|w| w.at.to_string()).unwrap_or_default(),
        ]));
    }
    table(&rows)
}

/// Who may connect to whom, one line for each flow, written as they are made: a large cluster has millions. Policies are parted by `; `.
///
/// # Errors
/// Where the target can't be written.
pub fn reach_csv(reach: &Reach<'_>, scope: &Scope, to: impl io::Write) -> io::Result<()> {
    let on_host: BTreeSet<&ObjectRef> = reach.workloads().iter().filter(|p| p.host_network).map(|p| &p.workload.object).collect();
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    let ends =
        ["from", "to"].map(|end| ["namespace", "kind", "name", "ip", "category", "host_network"].map(|part| format!("{end}_{part}")));
    writer.write_record(ends.iter().flatten().map(String::as_str).chain(["ports", "by"]))?;
    for flow in reach.flows(scope) {
        let from = end_cells(&flow.from, flow.from_category, &on_host);
        let to = end_cells(&flow.to, flow.to_category, &on_host);
        let by = flow.by.join("; ");
        writer.write_record(from.iter().chain(&to).map(|cell| disarm(cell)).chain([disarm(&flow.passage.text), disarm(&by)]))?;
    }
    writer.flush()
}

/// The access register, one line for each role that a subject holds; places, bindings, rules and ways to further rights are parted by `; `.
///
/// # Errors
/// Where the target can't be written.
pub fn access_csv(folded: &Folded, to: impl io::Write) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    let head = ["subject_kind", "subject_namespace", "subject_name", "role", "places", "categories", "rules", "bindings", "paths"];
    writer.write_record(head)?;
    let joined = |parts: BTreeSet<&str>| parts.into_iter().collect::<Vec<_>>().join("; ");
    for entry in &folded.subjects {
        for (role, held) in entry.by_role() {
            let Some(rights) = folded.role(role) else { continue };
            let cells = [
                entry.subject.kind.id().to_owned(),
                entry.subject.namespace.clone(),
                entry.subject.name.clone(),
                rights.role.clone(),
                joined(held.iter().map(|held| held.namespace.as_str()).collect()),
                joined(held.iter().map(|held| held.category.id()).collect()),
                rights.in_effect(&held).collect::<Vec<_>>().join("; "),
                joined(held.iter().map(|held| held.binding.as_str()).collect()),
                joined(held.iter().flat_map(|held| held.paths.iter().copied()).collect()),
            ];
            writer.write_record(cells.iter().map(|cell| disarm(cell)))?;
        }
    }
    writer.flush()
}

fn end_cells(end: &End<'_>, category: Option<Category>, on_host: &BTreeSet<&ObjectRef>) -> [String; 6] {
    let category = category.map_or("", Category::id).to_owned();
    match end {
        End::Workload(object) => {
            let host = if on_host.contains(object) { "true" } else { "false" };
            [object.namespace.clone(), object.kind.clone(), object.name.clone(), String::new(), category, host.to_owned()]
        }
        End::Range(..) => [String::new(), String::new(), String::new(), end.line(), category, String::new()],
    }
}

pub(super) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|cell| disarm(cell)).collect()
}

/// A cell that no spreadsheet takes for a formula.
fn disarm(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) { format!("'{cell}") } else { cell.to_owned() }
}

pub(super) fn table(rows: &[Vec<String>]) -> String {
    // Writing to memory has nothing that could fail.
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        drop(writer.write_record(row));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_quotes_kept() {
        for bad in ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(table(&[row([bad])]).trim_start_matches('"').starts_with('\''), "{bad:?}");
        }
        assert_eq!(table(&[row(["a,b", "say \"x\"", "plain"])]), "\"a,b\",\"say \"\"x\"\"\",plain\r\n");
    }
}
