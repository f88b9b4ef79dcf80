//! Tables of what people judged: determinations with what was proposed, compensating controls, customized approaches, targeted risk analyses, and
//! the review by a second person.

use super::Material;
use super::csv::{row, table};
use kassay_core::workbook::analyses::{is_stale, lacks};
use kassay_core::workbook::sign_off::{Matter, matters, standing};
use kassay_core::workbook::{AnalysisPurpose, Determination, accept::day_of};

/// The tables that have rows, with the names of their files.
#[must_use]
pub fn judgement_csvs(material: &Material) -> Vec<(&'static str, String)> {
    let book = &material.workbook;
    let mut tables = vec![];
    if !book.determinations.is_empty() {
        tables.push(("determinations.csv", determinations(material)));
    }
    if book.determinations.iter().any(|d| d.compensating.is_some()) {
        tables.push(("compensating-controls.csv", compensating(material)));
    }
    if book.determinations.iter().any(|d| d.customized.is_some()) {
        tables.push(("customized-approaches.csv", customized(material)));
    }
    if !book.analyses.is_empty() {
        tables.push(("risk-analyses.csv", analyses(material)));
    }
    if !book.sign_offs.is_empty() {
        tables.push(("second-person.csv", second_person(material)));
    }
    tables
}

/// Determinations in the order of the guidance, with their practices.
fn in_order(material: &Material) -> impl Iterator<Item = &Determination> {
    material.guidance.practices().filter_map(|practice| material.workbook.determination(&practice.id))
}

fn determinations(material: &Material) -> String {
    let head = [
        "practice",
        "finding",
        "method",
        "rationale",
        "excluded_by",
        "proposed",
        "because",
        "to_confirm",
        "prepared_by",
        "prepared_at",
        "second_person",
        "reviewed_by",
        "reviewed_at",
    ];
    let mut rows = vec![row(head)];
    for d in in_order(material) {
        let signed = standing(&Matter::of_determination(d), &material.workbook, material.guidance);
        let accepted = signed.as_ref().and_then(|s| s.accepted_by());
        rows.push(row([
            &d.practice,
            d.finding.label(),
            d.method.label(),
            &d.rationale,
            &d.excluded_by,
            d.proposed.map(|p| p.label()).unwrap_or_default(),
            &d.because.join(" "),
            if d.to_confirm { "yes" } else { "" },
            &d.by,
            &d.at.to_string(),
            signed.as_ref().map(|s| s.state.label()).unwrap_or_default(),
            accepted.map(|step| step.by.as_str()).unwrap_or_default(),
            &accepted.map(|step| step.at.to_string()).unwrap_or_default(),
        ]));
    }
    table(&rows)
}

fn compensating(material: &Material) -> String {
    let mut rows =
        vec![row(["practice", "finding", "constraint", "objective", "risk", "control", "validation", "maintenance", "by", "at"])];
    for d in in_order(material) {
        let Some(c) = &d.compensating else { continue };
        rows.push(row([
            &d.practice,
            d.finding.label(),
            &c.constraint,
            &c.objective,
            &c.risk,
            &c.control,
            &c.validation,
            &c.maintenance,
            &d.by,
            &d.at.to_string(),
        ]));
    }
    table(&rows)
}

fn customized(material: &Material) -> String {
    let head = ["practice", "finding", "objective", "control", "meets", "evidence", "tester", "tested", "risk_analysis", "by", "at"];
    let mut rows = vec![row(head)];
    for d in in_order(material) {
        let Some(c) = &d.customized else { continue };
        rows.push(row([
            &d.practice,
            d.finding.label(),
            &c.objective,
            &c.control,
            &c.meets,
            &c.evidence.join(" "),
            &c.tester,
            &c.tested,
            &c.analysis,
            &d.by,
            &d.at.to_string(),
        ]));
    }
    table(&rows)
}

fn analyses(material: &Material) -> String {
    let head = [
        "ref",
        "title",
        "purpose",
        "requirement",
        "practices",
        "assets",
        "threats",
        "factors",
        "frequency",
        "justification",
        "performed",
        "approved_by",
        "evidence",
        "stale",
        "lacks",
        "by",
        "at",
        "withdrawn",
    ];
    let mut rows = vec![row(head)];
    let today = day_of(material.now);
    for a in &material.workbook.analyses {
        let purpose = if a.purpose == AnalysisPurpose::Frequency { "12.3.1" } else { "12.3.2" };
        rows.push(row([
            &a.reference,
            &a.title,
            purpose,
            &a.requirement,
            &a.practices.join(" "),
            &a.assets,
            &a.threats,
            &a.factors,
            &a.frequency,
            &a.justification,
            &a.performed.map(|day| day.to_string()).unwrap_or_default(),
            &a.approved_by,
            &a.evidence.join(" "),
            if is_stale(a, today) { "yes" } else { "" },
            &lacks(a).join(", "),
            &a.by,
            &a.at.to_string(),
            &a.withdrawn.as_ref().map(|w| format!("{} by {}: {}", w.at, w.by, w.why)).unwrap_or_default(),
        ]));
    }
    table(&rows)
}

fn second_person(material: &Material) -> String {
    let mut rows = vec![row(["what", "written_by", "state", "last_step", "by", "at", "words"])];
    let book = &material.workbook;
    for matter in matters(book, material.guidance) {
        let Some(signed) = standing(&matter, book, material.guidance) else { continue };
        let step = signed.step.as_ref();
        rows.push(row([
            &matter.to_string(),
            &signed.authors.join("; "),
            signed.state.label(),
            step.map(|s| s.step.label()).unwrap_or_default(),
            step.map(|s| s.by.as_str()).unwrap_or_default(),
            &step.map(|s| s.at.to_string()).unwrap_or_default(),
            step.map(|s| s.words.as_str()).unwrap_or_default(),
        ]));
    }
    table(&rows)
}
