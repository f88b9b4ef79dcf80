//! What the program proposes for a practice: never more than outcomes and answers say. The assessor decides.

use super::Workbook;
use super::accept::{AnswerState, state};
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::{Guidance, Question};
use crate::model::{Determined, Outcome};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A proposal, or what is still missing for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The practice.
    pub practice: String,
    /// In place, not in place, or nothing yet.
    pub proposal: Option<Determined>,
    /// What it rests on: failed checks and unsatisfied answers, or all that is good.
    pub because: Vec<String>,
    /// What is still open: blocked checks, facts to review, questions without a good answer.
    pub missing: Vec<String>,
}

/// Control planes that the provider runs: questions for self-managed ones are not asked there.
#[must_use]
pub fn is_managed(distribution: &str) -> bool {
    matches!(distribution, "eks" | "gke" | "gke-autopilot" | "aks" | "doks" | "lke" | "oke" | "iks" | "ack")
}

/// How a question stands: waived where it does not apply, else as its answer says.
#[must_use]
pub fn question_state(question: &Question, workbook: &Workbook, outcomes: &[CheckOutcome], distribution: &str, today: Date) -> AnswerState {
    if !question.applies_to.is_empty() && question.applies_to.iter().all(|to| to == "self_managed") && is_managed(distribution) {
        return AnswerState::Waived(format!("the provider runs the control plane ({distribution})"));
    }
    if let Some(check) = &question.waived_by
        && outcomes.iter().any(|o| o.check == *check && o.outcome == Outcome::NotApplicable)
    {
        return AnswerState::Waived(format!("{check} is not applicable"));
    }
    state(question, workbook.answer(&question.id, ""), workbook, today)
}

/// Proposals for every practice, in the order of the guidance.
#[must_use]
pub fn propose(guidance: &Guidance, workbook: &Workbook, outcomes: &[CheckOutcome], distribution: &str, today: Date) -> Vec<Proposal> {
    guidance
        .controls()
        .flat_map(|control| control.practices.iter().map(move |practice| (control, practice)))
        .map(|(control, practice)| {
            let (mut against, mut good, mut missing) = (vec![], vec![], vec![]);
            for check in checks::of_control(&control.id).filter(|c| c.practices.contains(&practice.id.as_str())) {
                match outcomes.iter().find(|o| o.check == check.id).map(|o| o.outcome) {
                    Some(Outcome::Fail) => against.push(check.id.to_owned()),
                    Some(Outcome::Pass | Outcome::NotApplicable) => good.push(check.id.to_owned()),
                    Some(Outcome::Review | Outcome::Blocked) | None => missing.push(check.id.to_owned()),
                }
            }
            for question in control.questions.iter().filter(|q| q.practices.contains(&practice.id)) {
                match question_state(question, workbook, outcomes, distribution, today) {
                    AnswerState::Unsatisfied(_) => against.push(question.id.clone()),
                    AnswerState::Satisfied => good.push(question.id.clone()),
                    AnswerState::Waived(_) => {}
                    AnswerState::Missing | AnswerState::Lapsed(_) | AnswerState::NeedsEvidence | AnswerState::Reworded => {
                        missing.push(question.id.clone())
                    }
                }
            }
            let (proposal, because) = if !against.is_empty() {
                (Some(Determined::NotInPlace), against)
            } else if missing.is_empty() && !good.is_empty() {
                (Some(Determined::InPlace), good)
            } else {
                (None, vec![])
            };
            Proposal { practice: practice.id.clone(), proposal, because, missing }
        })
        .collect()
}
