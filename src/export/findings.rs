//! What the checks say, as tables: how each came out and why, how far each list was read, and every finding.

use super::csv::write_csv;
use super::handed;
use super::table::{Cell, Column, Table, cells};
use super::{ExportError, Material};
use jiff::civil::Date;
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::kinds::KindState;
use kassay_core::model::{Category, Finding, Outcome, Severity, Weight};
use kassay_core::report::Assessment;
use kassay_core::workbook::Exception;
use kassay_core::workbook::excepting::exception_of;
use kassay_core::workbook::query::Query;
use kassay_core::workbook::review::shown;
use std::io::Write;

/// All findings of all clusters, one line each.
#[must_use]
pub fn findings(material: &Material) -> Table<'_> {
    let clusters: Vec<(&str, &Assessment)> = material.assessments.iter().map(|(key, a)| (key.as_str(), a)).collect();
    findings_of(&clusters, &material.workbook.exceptions, material.today())
}

/// The findings of all clusters that fit a query, one line each.
#[must_use]
pub fn findings_fitting<'a>(material: &'a Material, query: &'a Query) -> Table<'a> {
    let clusters = material.assessments.iter().map(|(key, a)| (key.as_str(), a));
    let fits = move |key: &str, outcome: &CheckOutcome, finding: &Finding| handed::fits(material, query, key, outcome, finding);
    Table::new(FINDINGS, "Findings", columns(), rows_where(clusters, &material.workbook.exceptions, material.today(), fits))
}

/// All findings of all clusters as CSV, written line by line: they are the one table that grows with the cluster.
///
/// # Errors
/// Where it can't be written.
pub(super) fn write_findings(material: &Material, to: &mut dyn Write) -> Result<(), ExportError> {
    let clusters = material.assessments.iter().map(|(key, a)| (key.as_str(), a));
    let rows = rows(clusters, &material.workbook.exceptions, material.today());
    write_csv(&columns(), rows, to).map_err(ExportError::Output)
}

/// All findings of these assessments, one line each.
#[must_use]
pub fn findings_of<'a>(clusters: &[(&'a str, &'a Assessment)], exceptions: &'a [Exception], today: Date) -> Table<'a> {
    Table::new(FINDINGS, "Findings", columns(), rows(clusters.iter().copied(), exceptions, today))
}

fn columns() -> [Column; COLUMNS] {
    [
        Column::short("cluster"),
        Column::short("control").wide(9),
        Column::short("check").wide(28),
        Column::choice("outcome", Outcome::ALL.map(Outcome::id)).wide(14),
        Column::choice("severity", SEVERITIES.map(Severity::id)).wide(10),
        Column::choice("weight", WEIGHTS.map(weight)).wide(9),
        Column::choice("category", Category::ALL.map(Category::id)).wide(14),
        Column::short("rule").wide(22),
        Column::short("kind"),
        Column::short("namespace"),
        Column::line("name"),
        Column::count("pods").wide(8),
        Column::line("field"),
        Column::line("observed"),
        Column::words("message"),
        Column::words("mend").headed("How to mend"),
        Column::digest("id"),
        Column::line("exception"),
        Column::line("exception_stands"),
        Column::short("exception_owner"),
        Column::short("exception_approver"),
    ]
}

fn rows<'a>(
    clusters: impl Iterator<Item = (&'a str, &'a Assessment)>,
    exceptions: &'a [Exception],
    today: Date,
) -> impl Iterator<Item = [Cell<'a>; COLUMNS]> {
    rows_where(clusters, exceptions, today, |_, _, _| true)
}

fn rows_where<'a>(
    clusters: impl Iterator<Item = (&'a str, &'a Assessment)>,
    exceptions: &'a [Exception],
    today: Date,
    fits: impl Fn(&str, &CheckOutcome, &Finding) -> bool,
) -> impl Iterator<Item = [Cell<'a>; COLUMNS]> {
    let outcomes = clusters.flat_map(|(key, assessment)| assessment.outcomes.iter().map(move |outcome| (key, outcome)));
    let all = outcomes.flat_map(|(key, outcome)| outcome.findings.iter().map(move |finding| (key, outcome, finding)));
    all.filter(move |(key, outcome, finding)| fits(key, outcome, finding)).map(move |(key, outcome, f)| {
        let exception = exception_of(exceptions, (&outcome.check, &f.id, key), today);
        cells![
            key,
            &outcome.control,
            &outcome.check,
            outcome.outcome.id(),
            f.severity.id(),
            weight(f.weight),
            f.category.id(),
            f.rule.as_deref(),
            &f.object.kind,
            &f.object.namespace,
            &f.object.name,
            f.pods,
            &f.field,
            &f.observed,
            &*f.message,
            &*f.mend,
            &f.id,
            exception.map(|e| &e.reason),
            exception.map(|e| e.standing(today)),
            exception.map(|e| &e.owner),
            exception.map(|e| &e.approver),
        ]
    })
}

/// How each check came out on each cluster, as far as it is known, and why.
#[must_use]
pub fn outcomes(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("cluster"),
        Column::short("control").wide(9),
        Column::short("check").wide(28),
        Column::line("title"),
        Column::choice("outcome", Outcome::ALL.map(Outcome::id)).wide(14),
        Column::words("reason"),
        Column::count("population"),
        Column::count("findings"),
        Column::line("needs").headed("Lists that it needs"),
        Column::line("practices"),
        Column::short("looked_at_by"),
        Column::moment("looked_at"),
        Column::words("note"),
        Column::yes("still_so").headed("Still as it was looked at"),
    ];
    let mut rows = vec![];
    for part in &material.together.parts {
        // A cluster without the file of its findings is told as far as the workbook knows it.
        let kept = material.assessments.iter().find(|(key, _)| *key == part.cluster);
        for o in kept.map_or(&part.outcomes, |(_, assessment)| &assessment.outcomes) {
            let review = material.workbook.review(&o.check, &part.cluster);
            rows.push(cells![
                &part.cluster,
                &o.control,
                &o.check,
                checks::by_id(&o.check).map(|check| check.title),
                o.outcome.id(),
                &o.reason,
                o.population,
                o.findings.len(),
                o.needs.join("; "),
                o.practices.join(" "),
                review.map(|r| &r.by),
                review.map(|r| r.at),
                review.map(|r| &r.note),
                review.map(|r| r.outcome == o.outcome && r.digest == shown(o)),
            ]);
        }
    }
    Table::new("check-outcomes", "Checks", columns, rows)
}

/// How far each list was read of each cluster: what was refused, failed or was cut short in the server's words.
#[must_use]
pub fn coverage(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("cluster"),
        Column::line("kind"),
        Column::line("group"),
        Column::short("version"),
        Column::choice("state", STATES.map(state)),
        Column::count("items"),
        Column::words("message"),
    ];
    let mut rows = vec![];
    for (cluster, assessment) in &material.assessments {
        for kind in &assessment.kinds {
            // Of what was not read nobody knows how many there are.
            let items = matches!(kind.state, KindState::Read | KindState::Partial).then_some(kind.items);
            rows.push(cells![cluster, &kind.kind, &kind.group, &kind.version, state(kind.state), items, &kind.message]);
        }
    }
    Table::new("coverage", "What was read", columns, rows)
}

/// The name of the table.
const FINDINGS: &str = "findings";
const COLUMNS: usize = 21;
const SEVERITIES: [Severity; 5] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
const STATES: [KindState; 5] = [KindState::Read, KindState::Partial, KindState::Forbidden, KindState::Failed, KindState::Absent];
const WEIGHTS: [Weight; 2] = [Weight::Fail, Weight::Review];

/// The name of a weight, as it stands in JSON.
const fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Fail => "fail",
        Weight::Review => "review",
    }
}

/// How far a list was read, in a word.
pub(super) const fn state(state: KindState) -> &'static str {
    match state {
        KindState::Read => "read",
        KindState::Partial => "read in part",
        KindState::Forbidden => "forbidden",
        KindState::Failed => "failed",
        KindState::Absent => "not there",
    }
}
