//! From the form to the workbook: each practice through its own gate.

use super::form::{finding_in, method_in, row_of};
use super::marks;
use crate::model::{Determined, Method};
use crate::session::book::desk::Desk;
use crate::session::book::edit::Draft;
use crate::session::book::lead::Next;
use crate::session::parts::form::Form;
use crate::workbook::determining::accept as gate;
use crate::workbook::evidence::typed_references;
use crate::workbook::{CompensatingControl, CustomizedApproach, Determination, DeterminationDraft, Moment};

/// ↵ in the form. Practices that their gate refuses are named, and stay marked.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form, practices: &[String]) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let draft = typed(form);
    let (mut made, mut left) = (vec![], vec![]);
    for practice in practices {
        match gate(&draft, book.proposed(practice), &book.workbook) {
            Ok(finding) => made.push(self::made(desk, practice, finding, draft.clone())),
            Err(lacking) => left.push((practice.clone(), lacking)),
        }
    }
    let done: Vec<String> = made.iter().map(|d| d.practice.clone()).collect();
    match (self::draft(desk, made), left.first()) {
        (None, Some((_, lacking))) => {
            let (row, why) = (row_of(lacking.part), lacking.why.clone());
            desk.fault(row, why)
        }
        (None, None) => Next::NONE,
        (Some((draft, mut words)), _) => {
            marks::settle(desk, &done);
            if !left.is_empty() {
                let refused: Vec<String> = left.iter().map(|(practice, lacking)| format!("{practice} ({lacking})")).collect();
                words = format!("{words} Left as it was, and marked: {}.", refused.join("; "));
            }
            desk.keep(Ok((draft, words)))
        }
    }
}

/// What stands in the form.
fn typed(form: &Form) -> DeterminationDraft {
    let part = |id: &str| form.text(id).to_owned();
    DeterminationDraft {
        finding: finding_in(form),
        method: method_in(form),
        rationale: part("rationale"),
        excluded_by: part("excluded_by"),
        compensating: CompensatingControl {
            constraint: part("constraint"),
            objective: part("objective"),
            risk: part("risk"),
            control: part("control"),
            validation: part("validation"),
            maintenance: part("maintenance"),
        },
        customized: CustomizedApproach {
            objective: part("met_objective"),
            control: part("own_control"),
            meets: part("meets"),
            evidence: typed_references(form.text("evidence")),
            tester: part("tester"),
            tested: part("tested"),
            analysis: part("analysis").to_uppercase(),
        },
    }
}

/// A determination as it is kept: with the parts that its finding and method ask for, and with what was proposed and why.
pub(super) fn made(desk: &Desk, practice: &str, finding: Determined, draft: DeterminationDraft) -> Determination {
    let proposal = desk.book.as_ref().and_then(|book| book.proposals.get(practice));
    Determination {
        practice: practice.to_owned(),
        finding,
        method: draft.method,
        rationale: draft.rationale,
        by: desk.user.clone(),
        at: Moment(desk.now),
        proposed: proposal.and_then(|p| p.proposal),
        because: proposal.filter(|p| p.proposal.is_some()).map(|p| p.because.clone()).unwrap_or_default(),
        excluded_by: if finding == Determined::NotTested { draft.excluded_by } else { String::new() },
        to_confirm: false,
        compensating: (draft.method == Method::CompensatingControl).then_some(draft.compensating),
        customized: (draft.method == Method::CustomizedApproach).then_some(draft.customized),
    }
}

/// The edit that keeps these, and a sentence; none where there are none.
pub(super) fn draft(desk: &Desk, made: Vec<Determination>) -> Option<(Draft, String)> {
    let book = desk.book.as_ref()?;
    let label = made.first()?.finding.label();
    let practices: Vec<&str> = made.iter().map(|d| d.practice.as_str()).collect();
    let names = practices.join(", ");
    let words = match practices.len() {
        1 => format!("{names} is determined: {label}."),
        n => format!("{n} practices are determined: {label}."),
    };
    let mut before: Vec<&str> = practices.iter().filter_map(|p| book.workbook.determination(p)).map(|d| d.finding.label()).collect();
    before.dedup();
    let (what, before) = (format!("determination {names}"), before.join(", "));
    let mut workbook = book.workbook.clone();
    workbook.determinations.retain(|d| !practices.contains(&d.practice.as_str()));
    workbook.determinations.extend(made);
    Some((Draft { workbook, what, before, after: label.to_owned() }, words))
}
