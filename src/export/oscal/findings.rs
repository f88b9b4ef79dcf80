//! What people determined, a finding for each practice. OSCAL knows two states; everything that is not in place without a doubt is not satisfied, and its
//! reason says which of the other cases it is.

use super::context::{Context, props};
use super::document::{Finding, Observation, RelatedObservation, RelatedRisk, Risk, Target, TargetStatus};
use super::naming::token;
use super::text::{line, paragraphs};
use kassay_core::guidance::Practice;
use kassay_core::model::Determined;
use kassay_core::workbook::Determination;
use kassay_core::workbook::determining::overruled;
use kassay_core::workbook::sign_off::{Matter, standing};

/// The findings of all practices that are determined. There is none for one that is not, so nothing can take it for satisfied.
pub(super) fn findings(context: &Context<'_>, observations: &[Observation], risks: &[Risk]) -> Vec<Finding> {
    let material = context.material;
    let determined = material.guidance.practices().filter_map(|p| Some((p, material.workbook.determination(&p.id)?)));
    determined.map(|(practice, d)| finding(context, (practice, d), observations, risks)).collect()
}

/// Practices that nobody has determined yet.
pub(super) fn undetermined(context: &Context<'_>) -> Vec<String> {
    let material = context.material;
    material.guidance.practices().filter(|p| material.workbook.determination(&p.id).is_none()).map(|p| p.id.clone()).collect()
}

fn finding(context: &Context<'_>, (practice, d): (&Practice, &Determination), observations: &[Observation], risks: &[Risk]) -> Finding {
    let material = context.material;
    let signed = standing(&Matter::of_determination(d), &material.workbook, material.guidance);
    let accepted = signed.as_ref().and_then(|s| s.accepted_by());
    let worksheet = d.parts().into_iter().filter(|(_, words)| !words.trim().is_empty()).map(|(name, words)| format!("{name}: {words}"));
    let second = signed.as_ref().map(|s| format!("Second person: {}", s.words()));
    let observed = observations.iter().filter(|o| o.practices.contains(&practice.id));
    let risky = risks.iter().filter(|r| r.practices.contains(&practice.id));
    Finding {
        uuid: context.uuid("finding", &practice.id),
        title: line(&format!("{}: {}", practice.id, d.finding.label())),
        description: paragraphs([if d.rationale.trim().is_empty() { "No rationale is written." } else { &d.rationale }]),
        props: props([
            ("determination", d.finding.id()),
            ("method", d.method.label()),
            ("proposed", d.proposed.map_or("nothing yet", Determined::label)),
            ("to-confirm", if d.to_confirm { "yes" } else { "" }),
            ("excluded-by", &d.excluded_by),
            ("prepared-by", &d.by),
            ("prepared-at", &d.at.to_string()),
            ("accepted-by", accepted.map_or("", |step| step.by.as_str())),
        ]),
        origins: context.by(&d.by),
        target: Target { kind: "objective-id", target_id: token(&practice.id), title: line(&practice.text), status: status(d) },
        related_observations: observed.map(|o| RelatedObservation { observation_uuid: o.uuid }).collect(),
        related_risks: risky.map(|r| RelatedRisk { risk_uuid: r.uuid }).collect(),
        remarks: paragraphs(worksheet.chain(second).chain(overruled(d))),
    }
}

/// Whether a determination says that the practice is in place, and nothing has come up since that speaks against it.
fn status(d: &Determination) -> TargetStatus {
    let (state, reason, remarks) = match (d.finding, d.to_confirm) {
        (Determined::InPlace, false) => ("satisfied", "pass", "Determined as in place."),
        (Determined::InPlace, true) => {
            ("not-satisfied", "other", "Determined as in place, contradicted by what became known since, and not confirmed.")
        }
        (Determined::NotInPlace, _) => ("not-satisfied", "fail", "Determined as not in place."),
        (Determined::NotApplicable, _) => ("not-satisfied", "other", "Determined as not applicable, for which OSCAL has no state."),
        (Determined::NotTested, _) => ("not-satisfied", "other", "Left out of the assessment: not tested."),
    };
    TargetStatus { state, reason, remarks: remarks.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kassay_core::model::Method;
    use kassay_core::workbook::Moment;

    #[test]
    fn only_what_is_in_place_without_a_doubt_is_satisfied() {
        for finding in Determined::ALL {
            for to_confirm in [false, true] {
                let d = Determination {
                    practice: "1.1.a".into(),
                    finding,
                    method: Method::Defined,
                    rationale: String::new(),
                    by: String::new(),
                    at: Moment(jiff::Timestamp::UNIX_EPOCH),
                    proposed: None,
                    because: vec![],
                    excluded_by: String::new(),
                    to_confirm,
                    compensating: None,
                    customized: None,
                };
                assert_eq!(status(&d).state == "satisfied", finding == Determined::InPlace && !to_confirm, "{finding:?} {to_confirm}");
            }
        }
    }
}
