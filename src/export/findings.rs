//! Every finding of every check, as a table.

use super::Material;
use super::table::{Column, Table, cells};
use jiff::civil::Date;
use kassay_core::model::{Category, Outcome, Severity, Weight};
use kassay_core::report::Assessment;
use kassay_core::workbook::Exception;
use kassay_core::workbook::excepting::exception_of;

/// All findings of all clusters, one line each.
#[must_use]
pub fn findings(material: &Material) -> Table<'_> {
    let clusters: Vec<(&str, &Assessment)> = material.assessments.iter().map(|(key, a)| (key.as_str(), a)).collect();
    findings_of(&clusters, &material.workbook.exceptions, material.today())
}

/// All findings of these assessments, one line each.
#[must_use]
pub fn findings_of<'a>(clusters: &[(&'a str, &'a Assessment)], exceptions: &'a [Exception], today: Date) -> Table<'a> {
    let columns = [
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
    ];
    let mut rows = vec![];
    for (key, assessment) in clusters {
        for outcome in &assessment.outcomes {
            for f in &outcome.findings {
                let exception = exception_of(exceptions, (&outcome.check, &f.id, key), today);
                rows.push(cells![
                    *key,
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
                ]);
            }
        }
    }
    Table::new("findings", "Findings", columns, rows)
}

const SEVERITIES: [Severity; 5] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
const WEIGHTS: [Weight; 2] = [Weight::Fail, Weight::Review];

/// The name of a weight, as it stands in JSON.
const fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Fail => "fail",
        Weight::Review => "review",
    }
}
