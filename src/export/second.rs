//! What the report says of people's work: who prepared and who accepted what, worksheets and matrices, risk analyses, and whether a program helped
//! with words.

use super::Material;
use super::view::{AnalysisView, MethodView, OpenView, SecondView, SignedView};
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::analyses::{is_stale, lacks};
use kassay_core::workbook::sign_off::{Matter, SignState, matters, standing};
use kassay_core::workbook::{Engagement, RiskAnalysis};

/// Whether a program helped with words, in a sentence.
pub(super) fn assistance(engagement: &Engagement) -> String {
    match engagement.assisted {
        None => "not told".to_owned(),
        Some(false) => "no".to_owned(),
        Some(true) => format!("yes: {}", engagement.assistance),
    }
}

/// How a matter stands with the second person.
pub(super) fn signed(material: &Material, matter: &Matter) -> SignedView {
    let standing = standing(matter, &material.workbook, material.guidance);
    let state = standing.as_ref().map_or(SignState::Open, |s| s.state);
    SignedView {
        state: mark(state),
        label: state.label(),
        words: standing.as_ref().map(|s| s.words()).unwrap_or_default(),
        accepted_by: standing.as_ref().and_then(|s| s.accepted_by()).map(|step| step.by.clone()).unwrap_or_default(),
        own: standing.as_ref().is_some_and(|s| s.is_own()),
    }
}

/// The mark of a state, by which the template colours it.
const fn mark(state: SignState) -> &'static str {
    match state {
        SignState::Accepted => "satisfied",
        SignState::Own => "against",
        SignState::Returned | SignState::Changed => "open",
        SignState::Open | SignState::Submitted => "none",
    }
}

/// What is accepted, and what is not.
pub(super) fn second(material: &Material) -> SecondView {
    let book = &material.workbook;
    let (mut of, mut accepted, mut own, mut open) = (0, 0, vec![], vec![]);
    for matter in matters(book, material.guidance) {
        let Some(now) = standing(&matter, book, material.guidance) else { continue };
        let whole_area = matches!(matter, Matter::Area(_));
        of += usize::from(!whole_area);
        if now.is_own() {
            own.push(matter.to_string());
        }
        match now.state {
            SignState::Accepted => accepted += usize::from(!whole_area),
            // Of an area its parts tell enough, unless a person returned it as a whole.
            SignState::Open | SignState::Submitted | SignState::Changed if whole_area => {}
            state => {
                open.push(OpenView { what: matter.to_string(), by: now.authors.join(", "), state: state.label(), words: now.words() });
            }
        }
    }
    SecondView { used: !book.sign_offs.is_empty(), own_allowed: book.engagement.own_acceptance, accepted, of, own, open }
}

/// Worksheets of compensating controls and matrices of customized approaches, in the order of the guidance.
pub(super) fn methods(material: &Material) -> Vec<MethodView> {
    let determined = material.guidance.practices().filter_map(|p| material.workbook.determination(&p.id));
    let view = |d: &kassay_core::workbook::Determination| MethodView {
        practice: d.practice.clone(),
        method: d.method.label(),
        finding: d.finding.label(),
        by: d.by.clone(),
        parts: d.parts(),
    };
    determined.filter(|d| !d.parts().is_empty()).map(view).collect()
}

/// Targeted risk analyses that count.
pub(super) fn analyses(material: &Material) -> Vec<AnalysisView> {
    let today = day_of(material.now);
    let view = |a: &RiskAnalysis| {
        let parts = [("Assets", &a.assets), ("Threats", &a.threats), ("Factors", &a.factors), ("Because", &a.justification)];
        AnalysisView {
            reference: a.reference.clone(),
            title: a.title.clone(),
            purpose: a.purpose.label(),
            requirement: a.requirement.clone(),
            frequency: a.frequency.clone(),
            performed: a.performed.map(|day| day.to_string()).unwrap_or_default(),
            approved_by: a.approved_by.clone(),
            stale: is_stale(a, today),
            lacks: lacks(a).join(", "),
            evidence: a.evidence.clone(),
            parts: parts.into_iter().filter(|(_, words)| !words.is_empty()).map(|(label, words)| (label, words.clone())).collect(),
        }
    };
    material.workbook.analyses.iter().filter(|a| a.withdrawn.is_none()).map(view).collect()
}
