//! Tables of what people judged: determinations with what was proposed, compensating controls, customized approaches, targeted risk analyses, and
//! the review by a second person.

use super::Material;
use super::table::{Column, Table, cells};
use kassay_core::model::{Determined, Method};
use kassay_core::workbook::analyses::{is_stale, lacks};
use kassay_core::workbook::sign_off::{Matter, SignState, matters, standing};
use kassay_core::workbook::{AnalysisPurpose, Determination, SignOffStep, accept::day_of};

/// Those tables that have rows.
#[must_use]
pub fn judgements(material: &Material) -> Vec<Table<'_>> {
    let all = [determinations(material), compensating(material), customized(material), analyses(material), second_person(material)];
    all.into_iter().filter(|table| !table.is_empty()).collect()
}

/// Determinations in the order of the guidance, with their practices.
fn in_order(material: &Material) -> impl Iterator<Item = &Determination> {
    material.guidance.practices().filter_map(|practice| material.workbook.determination(&practice.id))
}

fn practice() -> Column {
    Column::short("practice").wide(9)
}

fn finding() -> Column {
    Column::choice("finding", Determined::ALL.map(Determined::label))
}

/// Determinations: what was proposed, who prepared them, who accepted them.
fn determinations(material: &Material) -> Table<'_> {
    let columns = [
        practice(),
        finding(),
        Column::choice("method", Method::ALL.map(Method::label)).wide(22),
        Column::words("rationale"),
        Column::short("excluded_by"),
        Column::choice("proposed", Determined::ALL.map(Determined::label)),
        Column::line("because"),
        Column::yes("to_confirm"),
        Column::short("prepared_by"),
        Column::moment("prepared_at"),
        Column::choice("second_person", SignState::ALL.map(SignState::label)),
        Column::short("reviewed_by"),
        Column::moment("reviewed_at"),
    ];
    let rows = in_order(material).map(|d| {
        let signed = standing(&Matter::of_determination(d), &material.workbook, material.guidance);
        let accepted = signed.as_ref().and_then(|s| s.accepted_by());
        cells![
            &d.practice,
            d.finding.label(),
            d.method.label(),
            &d.rationale,
            &d.excluded_by,
            d.proposed.map(Determined::label),
            d.because.join(" "),
            d.to_confirm,
            &d.by,
            d.at,
            signed.as_ref().map(|s| s.state.label()),
            accepted.map(|step| step.by.clone()),
            accepted.map(|step| step.at),
        ]
    });
    Table::new("determinations", "Determinations", columns, rows)
}

/// Worksheets of compensating controls.
pub(super) fn compensating(material: &Material) -> Table<'_> {
    let columns = [
        practice(),
        finding(),
        Column::words("constraint"),
        Column::words("objective"),
        Column::words("risk"),
        Column::words("control"),
        Column::words("validation"),
        Column::words("maintenance"),
        Column::short("by"),
        Column::moment("at"),
    ];
    let rows = in_order(material).filter_map(|d| {
        let c = d.compensating.as_ref()?;
        Some(cells![
            &d.practice,
            d.finding.label(),
            &c.constraint,
            &c.objective,
            &c.risk,
            &c.control,
            &c.validation,
            &c.maintenance,
            &d.by,
            d.at,
        ])
    });
    Table::new("compensating-controls", "Compensating controls", columns, rows)
}

/// Controls matrices of the customized approach.
pub(super) fn customized(material: &Material) -> Table<'_> {
    let columns = [
        practice(),
        finding(),
        Column::words("objective"),
        Column::words("control"),
        Column::words("meets").headed("Meets the objective by"),
        Column::short("evidence"),
        Column::short("tester"),
        Column::words("tested"),
        Column::short("risk_analysis"),
        Column::short("by"),
        Column::moment("at"),
    ];
    let rows = in_order(material).filter_map(|d| {
        let c = d.customized.as_ref()?;
        Some(cells![
            &d.practice,
            d.finding.label(),
            &c.objective,
            &c.control,
            &c.meets,
            c.evidence.join(" "),
            &c.tester,
            &c.tested,
            &c.analysis,
            &d.by,
            d.at,
        ])
    });
    Table::new("customized-approaches", "Customized approaches", columns, rows)
}

/// Targeted risk analyses.
fn analyses(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::line("title"),
        Column::short("purpose").headed("Purpose: requirement"),
        Column::short("requirement").headed("Of requirement"),
        Column::short("practices"),
        Column::words("assets"),
        Column::words("threats"),
        Column::words("factors"),
        Column::short("frequency"),
        Column::words("justification"),
        Column::day("performed"),
        Column::short("approved_by"),
        Column::short("evidence"),
        Column::yes("stale"),
        Column::line("lacks"),
        Column::short("by"),
        Column::moment("at"),
        Column::line("withdrawn"),
    ];
    let today = day_of(material.now);
    let rows = material.workbook.analyses.iter().map(|a| {
        cells![
            &a.reference,
            &a.title,
            if a.purpose == AnalysisPurpose::Frequency { "12.3.1" } else { "12.3.2" },
            &a.requirement,
            a.practices.join(" "),
            &a.assets,
            &a.threats,
            &a.factors,
            &a.frequency,
            &a.justification,
            a.performed,
            &a.approved_by,
            a.evidence.join(" "),
            is_stale(a, today),
            lacks(a).join(", "),
            &a.by,
            a.at,
            a.withdrawn.as_ref().map(|w| format!("{} by {}: {}", w.at, w.by, w.why)),
        ]
    });
    Table::new("risk-analyses", "Targeted risk analyses", columns, rows)
}

/// The review by a second person; nothing where there was none.
fn second_person(material: &Material) -> Table<'_> {
    let columns = [
        Column::line("what"),
        Column::short("written_by"),
        Column::choice("state", SignState::ALL.map(SignState::label)),
        Column::choice("last_step", [SignOffStep::Submitted, SignOffStep::Accepted, SignOffStep::Returned].map(SignOffStep::label)),
        Column::short("by"),
        Column::moment("at"),
        Column::words("words"),
    ];
    let book = &material.workbook;
    let reviewed = if book.sign_offs.is_empty() { vec![] } else { matters(book, material.guidance) };
    let rows = reviewed.into_iter().filter_map(|matter| {
        let signed = standing(&matter, book, material.guidance)?;
        let step = signed.step.as_ref();
        Some(cells![
            matter.to_string(),
            signed.authors.join("; "),
            signed.state.label(),
            step.map(|s| s.step.label()),
            step.map(|s| s.by.clone()),
            step.map(|s| s.at),
            step.map(|s| s.words.clone()),
        ])
    });
    Table::new("second-person", "Review by a second person", columns, rows)
}
