//! What the program proposes for a practice: never more than outcomes and answers say. The assessor decides.

use super::Workbook;
use super::accept::{AnswerState, state};
use crate::analysis::distribution;
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::{ControlPlane, Guidance, Question};
use crate::model::{Determined, Outcome};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A proposal, or what is still missing for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The practice.
    pub practice: String,
    /// In place, not in place, not applicable, or nothing yet.
    pub proposal: Option<Determined>,
    /// What it rests on: failed checks and unsatisfied answers, or all that is good, or the checks that found nothing to look at.
    pub because: Vec<String>,
    /// For “not applicable”: what each of these checks looked for, in its own sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looked_for: Vec<String>,
    /// What is still open: blocked checks, facts to review, questions without a good answer.
    pub missing: Vec<String>,
}

/// One cluster as it was seen: what proposals for it rest on, beside the answers.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The cluster; "" where it is not told, and for an assessment without one. An answer for it goes before the one for all.
    pub cluster: &'a str,
    /// Its distribution.
    pub distribution: &'a str,
    /// What the checks say of it.
    pub outcomes: &'a [CheckOutcome],
}

/// Who runs the control plane of clusters of a distribution, where that is known.
#[must_use]
pub fn control_plane(distribution: &str) -> Option<ControlPlane> {
    if distribution::is_managed(distribution) {
        Some(ControlPlane::Managed)
    } else if distribution::is_self_managed(distribution) {
        Some(ControlPlane::SelfManaged)
    } else {
        None
    }
}

/// How a question stands on a cluster: waived where it does not apply, else as the answer for that cluster says, or the one for all.
#[must_use]
pub fn question_state(question: &Question, workbook: &Workbook, seen: &Seen<'_>, today: Date) -> AnswerState {
    let Seen { cluster, distribution, outcomes } = *seen;
    if let Some(runs) = control_plane(distribution).filter(|runs| !question.applies_to.is_empty() && !question.applies_to.contains(runs)) {
        let who = match runs {
            ControlPlane::Managed => "provider",
            ControlPlane::SelfManaged => "entity",
        };
        return AnswerState::Waived(format!("the {who} runs the control plane ({distribution})"));
    }
    if let Some(check) = &question.waived_by
        && outcomes.iter().any(|o| o.check == *check && o.outcome == Outcome::NotApplicable)
    {
        return AnswerState::Waived(format!("{check} is not applicable"));
    }
    state(question, workbook.answer(&question.id, cluster), workbook, today)
}

/// Proposals for every practice on one cluster, in the order of the guidance. [`Together`](super::rollup::Together) makes one of those of several.
#[must_use]
pub fn propose(guidance: &Guidance, workbook: &Workbook, seen: &Seen<'_>, today: Date) -> Vec<Proposal> {
    guidance
        .controls()
        .flat_map(|control| control.practices.iter().map(move |practice| (control, practice)))
        .map(|(control, practice)| {
            let (mut against, mut good, mut nothing, mut missing) = (vec![], vec![], vec![], vec![]);
            for check in checks::of_control(&control.id).filter(|c| c.practices.contains(&practice.id.as_str())) {
                let Some(outcome) = seen.outcomes.iter().find(|o| o.check == check.id) else {
                    missing.push(check.id.to_owned());
                    continue;
                };
                match outcome.outcome {
                    Outcome::Fail => against.push(check.id.to_owned()),
                    Outcome::Pass => good.push(check.id.to_owned()),
                    Outcome::NotApplicable => nothing.push(outcome),
                    Outcome::Review | Outcome::Blocked => missing.push(check.id.to_owned()),
                }
            }
            for question in control.questions.iter().filter(|q| q.practices.contains(&practice.id)) {
                match question_state(question, workbook, seen, today) {
                    AnswerState::Unsatisfied(_) => against.push(question.id.clone()),
                    AnswerState::Satisfied => good.push(question.id.clone()),
                    AnswerState::Waived(_) => {}
                    AnswerState::Missing | AnswerState::Lapsed(_) | AnswerState::NeedsEvidence | AnswerState::Reworded => {
                        missing.push(question.id.clone())
                    }
                }
            }
            let ids = || nothing.iter().map(|o| o.check.clone()).collect::<Vec<_>>();
            let (mut proposal, mut because, mut looked_for) = (None, vec![], vec![]);
            if !against.is_empty() {
                (proposal, because) = (Some(Determined::NotInPlace), against);
            } else if !missing.is_empty() {
                // Something is open.
            } else if !good.is_empty() {
                good.extend(ids());
                (proposal, because) = (Some(Determined::InPlace), good);
            } else if !nothing.is_empty() {
                // Where nothing was there to look at, nothing was seen to be in place.
                (proposal, because) = (Some(Determined::NotApplicable), ids());
                looked_for = nothing.iter().map(|o| format!("{}: {}", o.check, o.reason)).collect();
            }
            Proposal { practice: practice.id.clone(), proposal, because, looked_for, missing }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn said(check: &str, outcome: Outcome) -> CheckOutcome {
        CheckOutcome {
            check: check.to_owned(),
            control: String::new(),
            practices: vec![],
            outcome,
            reason: "No such thing among 0 read.".to_owned(),
            population: 0,
            needs: vec![],
            counts: BTreeMap::new(),
            findings: vec![],
        }
    }

    /// What is proposed for a practice of which all checks say this, the first of them that, and of whose questions none is asked.
    fn proposed(all: Outcome, first: Outcome) -> Proposal {
        let Ok(mut guidance) = Guidance::shipped().cloned() else { panic!("the guidance is read") };
        for area in &mut guidance.areas {
            area.controls.iter_mut().for_each(|control| control.questions.clear());
        }
        let speaking = || checks::all().filter(|check| check.practices.contains(&"3.1.a"));
        let outcomes: Vec<_> = speaking().enumerate().map(|(nth, check)| said(check.id, if nth == 0 { first } else { all })).collect();
        assert!(outcomes.len() > 2);
        let today = jiff::civil::date(2026, 11, 29);
        let proposals = {
            let seen = Seen { cluster: "", distribution: "kubeadm", outcomes: &outcomes };
            propose(&guidance, &Workbook::new(crate::workbook::Engagement::default()), &seen, today)
        };
        proposals.into_iter().find(|p| p.practice == "3.1.a").unwrap_or_else(|| panic!("3.1.a is a practice"))
    }

    #[test]
    fn a_question_for_one_kind_of_control_plane_is_asked_wherever_it_may_be_of_that_kind() {
        let Ok(guidance) = Guidance::shipped() else { panic!("the guidance is read") };
        let workbook = Workbook::new(crate::workbook::Engagement::default());
        let asked = |id: &str, distribution: &str| {
            let question = guidance.question(id).unwrap_or_else(|| panic!("{id} is a question"));
            question_state(question, &workbook, &Seen { cluster: "", distribution, outcomes: &[] }, jiff::civil::date(2026, 11, 29))
                == AnswerState::Missing
        };
        for (distribution, files_of_the_control_plane, attestation_of_the_provider) in [
            ("eks", false, true),
            ("aks", false, true),
            ("kubeadm", true, false),
            ("rke2", true, false),
            ("openshift", true, true),
            ("unknown", true, true),
            ("", true, true),
        ] {
            assert_eq!(asked("1.4.key_files_restricted", distribution), files_of_the_control_plane, "{distribution}");
            assert_eq!(asked("15.1.provider_attestation", distribution), attestation_of_the_provider, "{distribution}");
            assert!(asked("1.1.accountability", distribution), "{distribution}");
        }
    }

    #[test]
    fn where_nothing_was_looked_at_nothing_is_in_place() {
        use Outcome::{Blocked, Fail, NotApplicable, Pass, Review};
        let of = |all, first| proposed(all, first).proposal;
        assert_eq!(of(NotApplicable, NotApplicable), Some(Determined::NotApplicable));
        assert_eq!(of(NotApplicable, Pass), Some(Determined::InPlace));
        assert_eq!(of(NotApplicable, Fail), Some(Determined::NotInPlace));
        assert_eq!(of(NotApplicable, Review), None);
        assert_eq!(of(NotApplicable, Blocked), None);
        assert_eq!(of(Pass, NotApplicable), Some(Determined::InPlace));
        let nothing = proposed(NotApplicable, NotApplicable);
        assert_eq!((nothing.because.len(), nothing.missing.len()), (nothing.looked_for.len(), 0));
        assert!(nothing.looked_for.iter().all(|words| words.ends_with(": No such thing among 0 read.")));
        assert!(proposed(NotApplicable, Pass).looked_for.is_empty());
    }
}
