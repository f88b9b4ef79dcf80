//! What needs a person, in the order of the guidance: the list behind ⇥ and the line “next:”. Within a control it goes as the tabs do: what
//! the API showed and only a person can judge, then what only people can say, then the determination that rests on both. Once all
//! practices of a check are determined, its facts were judged: it is not asked about any more.

use crate::checks;
use crate::guidance::Guidance;
use crate::model::{Determined, Outcome};
use crate::session::action::Target;
use crate::session::book::assessment::Book;
use crate::workbook::AnswerState;

/// Why something needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A question without an answer that still holds.
    Answer,
    /// An answer that lacks its evidence.
    Evidence,
    /// A practice without a determination.
    Determine,
    /// A determination that new outcomes speak against.
    Confirm,
    /// A check that only a person can judge, and that nobody has looked at.
    Review,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// Where it is.
    pub target: Target,
    /// Its control.
    pub control: String,
    /// Why.
    pub why: Why,
    /// One sentence: `1.6 Multi-factor authentication: a question needs an answer`.
    pub sentence: String,
}

impl OpenItem {
    /// The key that does it, once one is there.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self.why {
            Why::Answer => "a",
            Why::Evidence => "e",
            Why::Determine | Why::Confirm => "d",
            Why::Review => "v",
        }
    }
}

/// Everything that needs a person, in order.
#[must_use]
pub(in crate::session) fn open_items(book: &Book, guidance: &Guidance) -> Vec<OpenItem> {
    let mut items = Vec::new();
    for control in guidance.controls() {
        let mut put = |target, why, sentence: String| items.push(OpenItem { target, control: control.id.clone(), why, sentence });
        for check in checks::of_control(&control.id) {
            let open = book.to_review(check);
            if let Some(first) = open.first() {
                let what = match first.outcome {
                    Outcome::Blocked if check.active => "waits for active probes: P lists what they would send",
                    Outcome::Blocked => "could not be judged; look at what was missing",
                    _ => "has facts that only you can judge",
                };
                let on = if book.clusters.len() > 1 {
                    format!(" ({})", open.iter().map(|o| o.cluster.as_str()).collect::<Vec<_>>().join(", "))
                } else {
                    String::new()
                };
                put(Target::Check(check.id.to_owned()), Why::Review, format!("{} {}: {what}{on}", control.id, check.title));
            }
        }
        for question in &control.questions {
            let (why, what) = match book.state(&question.id) {
                AnswerState::Satisfied | AnswerState::Waived(_) | AnswerState::Unsatisfied(_) => continue,
                AnswerState::Missing => (Why::Answer, "a question needs an answer".to_owned()),
                AnswerState::Lapsed(day) => (Why::Answer, format!("an answer lapsed on {day}")),
                AnswerState::Reworded => (Why::Answer, "a question was worded anew since it was answered".to_owned()),
                AnswerState::NeedsEvidence => (Why::Evidence, "an answer needs evidence".to_owned()),
            };
            put(Target::Question(question.id.clone()), why, format!("{} {}: {what}", control.id, control.title));
        }
        for practice in &control.practices {
            let target = || Target::Practice(practice.id.clone());
            match book.workbook.determination(&practice.id) {
                Some(d) if d.to_confirm => {
                    let sentence =
                        format!("{}: what is known now speaks against “{}”; confirm or change it", practice.id, d.finding.label());
                    put(target(), Why::Confirm, sentence);
                }
                Some(_) => {}
                None => {
                    let proposal = book.proposals.get(&practice.id);
                    let review = proposal.map_or(0, |p| {
                        p.missing.iter().filter_map(|id| checks::by_id(id)).filter(|check| !book.to_review(check).is_empty()).count()
                    });
                    let proposed = match proposal.and_then(|p| p.proposal) {
                        Some(finding) => format!("proposed: {}", finding_words(finding)),
                        None if review == 1 => "1 check to review first".to_owned(),
                        None if review > 1 => format!("{review} checks to review first"),
                        None => "nothing is proposed".to_owned(),
                    };
                    put(target(), Why::Determine, format!("{} {}: determine it ({proposed})", practice.id, control.title));
                }
            }
        }
    }
    items
}

/// Sign and words of a finding, as proposals and determinations are shown.
#[must_use]
pub fn finding_words(finding: Determined) -> &'static str {
    match finding {
        Determined::InPlace => "✓ in place",
        Determined::NotInPlace => "✗ not in place",
        Determined::NotApplicable => "· not applicable",
        Determined::NotTested => "– not tested",
    }
}
