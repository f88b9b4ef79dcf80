//! What a determination must have to be accepted: its finding, why, and the parts that its method asks for. Each refusal names the part, so
//! that it is told beside its field.

use super::evidence::all_count;
use super::{AnalysisPurpose, CompensatingControl, CustomizedApproach, Determination, Workbook};
use crate::model::{Determined, Method};

/// What an assessor is about to determine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeterminationDraft {
    /// The finding.
    pub finding: Option<Determined>,
    /// The method.
    pub method: Method,
    /// Why; how it was tested, for “not applicable”.
    pub rationale: String,
    /// Who excluded it, for “not tested”.
    pub excluded_by: String,
    /// The worksheet, for a compensating control.
    pub compensating: CompensatingControl,
    /// The controls matrix, for a customized approach.
    pub customized: CustomizedApproach,
}

impl From<&Determination> for DeterminationDraft {
    fn from(known: &Determination) -> Self {
        Self {
            finding: Some(known.finding),
            method: known.method,
            rationale: known.rationale.clone(),
            excluded_by: known.excluded_by.clone(),
            compensating: known.compensating.clone().unwrap_or_default(),
            customized: known.customized.clone().unwrap_or_default(),
        }
    }
}

/// Both sides of a determination that is not what was proposed, in a sentence; none where it is, or where nothing was proposed.
#[must_use]
pub fn overruled(determination: &Determination) -> Option<String> {
    let proposed = determination.proposed.filter(|proposed| *proposed != determination.finding)?;
    let because = match determination.because.as_slice() {
        [] => String::new(),
        ids => format!(", because of {}", ids.join(", ")),
    };
    let why = match determination.rationale.trim() {
        "" => String::new(),
        words => format!(", because {words}"),
    };
    Some(format!("proposed {}{because}; determined {}{why}", proposed.label(), determination.finding.label()))
}

/// A part of a determination that somebody fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The finding.
    Finding,
    /// The method.
    Method,
    /// Who excluded it.
    ExcludedBy,
    /// Why.
    Rationale,
    /// A part of the worksheet, in its order.
    Compensating(usize),
    /// A part of the controls matrix, in its order.
    Customized(usize),
}

/// Why a determination is not accepted: the part that is missing or wrong, and a sentence for its field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Lacking {
    /// The part.
    pub part: Part,
    /// The sentence.
    pub why: String,
}

fn lacking<T>(part: Part, why: impl Into<String>) -> Result<T, Lacking> {
    Err(Lacking { part, why: why.into() })
}

/// Whether a determination may be accepted against what is proposed, with the evidence and analyses that the workbook has.
///
/// # Errors
/// Says what is missing: a rationale against the proposal, how “not applicable” was tested, who excluded what is not tested and why, a part of
/// the worksheet of a compensating control or of the controls matrix of a customized approach.
pub fn accept(draft: &DeterminationDraft, proposed: Option<Determined>, workbook: &Workbook) -> Result<Determined, Lacking> {
    let Some(finding) = draft.finding else { return lacking(Part::Finding, "choose one of the four findings") };
    let silent = draft.rationale.trim().is_empty();
    let set_aside = matches!(finding, Determined::NotApplicable | Determined::NotTested);
    if set_aside && draft.method != Method::Defined {
        let why = format!("“{}” is met by no method: leave it at the {}", finding.label(), Method::Defined.label());
        return lacking(Part::Method, why);
    }
    match finding {
        Determined::NotApplicable if silent => return lacking(Part::Rationale, "“not applicable” needs how that was tested"),
        Determined::NotTested if draft.excluded_by.trim().is_empty() => {
            return lacking(Part::ExcludedBy, "“not tested” needs who excluded it from the assessment");
        }
        Determined::NotTested if silent => return lacking(Part::Rationale, "“not tested” needs why it was excluded"),
        Determined::InPlace | Determined::NotInPlace if silent && proposed.is_some_and(|p| p != finding) => {
            return lacking(Part::Rationale, "a rationale is needed: this differs from the proposal");
        }
        Determined::InPlace if silent && proposed.is_none() => {
            return lacking(Part::Rationale, "a rationale is needed: nothing was proposed, because something is still open");
        }
        _ => {}
    }
    match draft.method {
        Method::Defined => {}
        Method::CompensatingControl => worksheet(&draft.compensating)?,
        Method::CustomizedApproach => matrix(&draft.customized, workbook)?,
    }
    Ok(finding)
}

fn worksheet(compensating: &CompensatingControl) -> Result<(), Lacking> {
    match compensating.parts().iter().position(|(_, text)| text.trim().is_empty()) {
        Some(at) => {
            let name = compensating.parts()[at].0.to_lowercase();
            lacking(Part::Compensating(at), format!("a compensating control needs its {name}"))
        }
        None => Ok(()),
    }
}

fn matrix(customized: &CustomizedApproach, workbook: &Workbook) -> Result<(), Lacking> {
    for (at, (name, text)) in customized.parts().into_iter().enumerate() {
        let part = Part::Customized(at);
        if text.trim().is_empty() {
            return lacking(part, format!("the controls matrix of a customized approach needs this: {}", name.to_lowercase()));
        }
        if at == CustomizedApproach::EVIDENCE {
            all_count(&customized.evidence, workbook).map_err(|why| Lacking { part, why })?;
        }
        if at == CustomizedApproach::ANALYSIS {
            analysis(&customized.analysis, workbook).map_err(|why| Lacking { part, why })?;
        }
    }
    Ok(())
}

fn analysis(reference: &str, workbook: &Workbook) -> Result<(), String> {
    match workbook.analyses.iter().find(|a| a.reference == reference) {
        None => Err(format!("there is no {reference} in the register of risk analyses: r leads there, + adds one")),
        Some(known) if known.withdrawn.is_some() => Err(format!("{reference} was taken back")),
        Some(known) if known.purpose != AnalysisPurpose::CustomizedApproach => {
            Err(format!("{reference} is about how often something is done; a customized approach needs one of its own (PCI DSS 12.3.2)"))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Determined::{InPlace, NotApplicable, NotInPlace, NotTested};
    use crate::workbook::{Engagement, Evidence, EvidenceKind, Moment, RiskAnalysis, Withdrawn};

    fn at() -> Moment {
        Moment(jiff::Timestamp::UNIX_EPOCH)
    }

    fn withdrawn() -> Option<Withdrawn> {
        Some(Withdrawn { by: "A. Assessor".into(), at: at(), why: "a mistake".into() })
    }

    /// A register with evidence E-0001 and E-0002 (taken back), and analyses T-01 (customized approach), T-02 (frequency), T-03 (taken back).
    fn workbook() -> Workbook {
        let mut book = Workbook::new(Engagement::default());
        for reference in ["E-0001", "E-0002"] {
            book.evidence.push(Evidence::new(reference.into(), EvidenceKind::Document, "A policy".into(), "A. Assessor".into(), at()));
        }
        book.evidence[1].withdrawn = withdrawn();
        for (reference, purpose) in [
            ("T-01", AnalysisPurpose::CustomizedApproach),
            ("T-02", AnalysisPurpose::Frequency),
            ("T-03", AnalysisPurpose::CustomizedApproach),
        ] {
            book.analyses.push(RiskAnalysis { purpose, ..RiskAnalysis::new(reference.into(), "A. Assessor".into(), at()) });
        }
        book.analyses[2].withdrawn = withdrawn();
        book
    }

    fn draft(finding: Determined, rationale: &str) -> DeterminationDraft {
        DeterminationDraft { finding: Some(finding), rationale: rationale.into(), ..DeterminationDraft::default() }
    }

    fn whole_worksheet() -> CompensatingControl {
        let text = || "words".to_owned();
        CompensatingControl {
            constraint: text(),
            objective: text(),
            risk: text(),
            control: text(),
            validation: text(),
            maintenance: text(),
        }
    }

    fn whole_matrix() -> CustomizedApproach {
        let text = || "words".to_owned();
        CustomizedApproach {
            objective: text(),
            control: text(),
            meets: text(),
            evidence: vec!["E-0001".into()],
            tester: text(),
            tested: text(),
            analysis: "T-01".into(),
        }
    }

    fn refused(draft: &DeterminationDraft, proposed: Option<Determined>) -> Option<Part> {
        accept(draft, proposed, &workbook()).err().map(|lacking| lacking.part)
    }

    #[test]
    fn a_finding_needs_words_where_it_is_not_what_is_proposed() {
        for (finding, rationale, proposed, wanted) in [
            (InPlace, "", Some(InPlace), None),
            (InPlace, "", Some(NotInPlace), Some(Part::Rationale)),
            (InPlace, "", None, Some(Part::Rationale)),
            (InPlace, " \n", None, Some(Part::Rationale)),
            (InPlace, "seen", None, None),
            (NotInPlace, "", Some(NotInPlace), None),
            (NotInPlace, "", Some(InPlace), Some(Part::Rationale)),
            (NotInPlace, "seen", Some(InPlace), None),
            (NotApplicable, "", Some(NotApplicable), Some(Part::Rationale)),
            (NotApplicable, "no workload of the kind was listed", None, None),
        ] {
            assert_eq!(refused(&draft(finding, rationale), proposed), wanted, "{finding:?} {rationale:?} {proposed:?}");
        }
        assert_eq!(refused(&DeterminationDraft::default(), Some(InPlace)), Some(Part::Finding));
    }

    #[test]
    fn what_is_not_tested_needs_who_excluded_it_and_why() {
        let by = |excluded_by: &str, why: &str| DeterminationDraft { excluded_by: excluded_by.into(), ..draft(NotTested, why) };
        assert_eq!(refused(&by("", "left out"), None), Some(Part::ExcludedBy));
        assert_eq!(refused(&by("CISO", ""), None), Some(Part::Rationale));
        assert_eq!(refused(&by("CISO", "left out"), None), None);
    }

    #[test]
    fn each_part_of_a_worksheet_is_needed() {
        let with = |compensating| DeterminationDraft { method: Method::CompensatingControl, compensating, ..draft(InPlace, "so") };
        assert_eq!(refused(&with(whole_worksheet()), None), None);
        let blank: [fn(&mut CompensatingControl); 6] = [
            |c| c.constraint.clear(),
            |c| c.objective.clear(),
            |c| c.risk.clear(),
            |c| c.control = "  ".into(),
            |c| c.validation.clear(),
            |c| c.maintenance.clear(),
        ];
        for (at, blank) in blank.iter().enumerate() {
            let mut parts = whole_worksheet();
            blank(&mut parts);
            assert_eq!(refused(&with(parts), None), Some(Part::Compensating(at)));
        }
    }

    #[test]
    fn each_part_of_a_controls_matrix_is_needed_and_what_it_names_must_be_there() {
        let with = |customized| DeterminationDraft { method: Method::CustomizedApproach, customized, ..draft(InPlace, "so") };
        assert_eq!(refused(&with(whole_matrix()), None), None);
        let spoil: [(usize, fn(&mut CustomizedApproach)); 13] = [
            (0, |c| c.objective.clear()),
            (1, |c| c.control.clear()),
            (2, |c| c.meets = "\n".into()),
            (3, |c| c.evidence.clear()),
            (3, |c| c.evidence.push("E-0009".into())),
            (3, |c| c.evidence.push("E-0002".into())),
            (4, |c| c.tester.clear()),
            (5, |c| c.tested.clear()),
            (6, |c| c.analysis.clear()),
            (6, |c| c.analysis = "T-09".into()),
            (6, |c| c.analysis = "T-02".into()),
            (6, |c| c.analysis = "T-03".into()),
            (6, |c| c.analysis = "a document".into()),
        ];
        for (nth, (at, spoil)) in spoil.iter().enumerate() {
            let mut parts = whole_matrix();
            spoil(&mut parts);
            assert_eq!(refused(&with(parts), None), Some(Part::Customized(*at)), "case {nth}");
        }
    }

    #[test]
    fn what_is_set_aside_is_met_by_no_method() {
        for finding in [NotApplicable, NotTested] {
            for method in [Method::CompensatingControl, Method::CustomizedApproach] {
                let draft = DeterminationDraft {
                    method,
                    excluded_by: "CISO".into(),
                    compensating: whole_worksheet(),
                    customized: whole_matrix(),
                    ..draft(finding, "so")
                };
                assert_eq!(refused(&draft, None), Some(Part::Method));
            }
        }
    }
}
