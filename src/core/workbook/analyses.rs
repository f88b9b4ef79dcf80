//! Targeted risk analyses: which requirements of PCI DSS want one, what it must say, how long it holds.

use super::{AnalysisPurpose, RiskAnalysis, Workbook};
use crate::guidance::{Guidance, QuestionKind};
use crate::model::Interval;
use crate::model::interval::Unit;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Requirements of PCI DSS v4.0.1 that leave something to a targeted risk analysis of the entity (12.3.1), and what that is.
pub const NAMING: [(&str, &str); 9] = [
    ("5.2.3.1", "how often systems that are not at risk of malware are evaluated again"),
    ("5.3.2.1", "how often scans for malware run"),
    ("7.2.5.1", "how often the access of application and system accounts is reviewed"),
    ("8.6.3", "how often passwords of application and system accounts change, and how complex they are"),
    ("9.5.1.2.1", "how often payment terminals are inspected, and how"),
    ("10.4.2.1", "how often the logs of all other system components are reviewed"),
    ("11.3.1.1", "how soon vulnerabilities that are neither high-risk nor critical are addressed"),
    ("11.6.1", "how often payment pages are evaluated for changes, where not every week"),
    ("12.10.4.1", "how often people who respond to incidents are trained"),
];

/// How long an analysis holds before it must be looked at again (12.3.1, 12.3.2).
const HOLDS: Interval = Interval { count: 12, unit: Unit::Month };

/// What a requirement leaves to an analysis; none where it leaves nothing.
#[must_use]
pub fn left_to_analysis(requirement: &str) -> Option<&'static str> {
    NAMING.iter().find(|(number, _)| *number == requirement).map(|(_, what)| *what)
}

/// The requirements that want an analysis behind the answer to a question: those that its words name; where it asks how often something is
/// done, those of its control too.
#[must_use]
pub fn behind(guidance: &Guidance, question: &str) -> Vec<&'static str> {
    let Some(control) = guidance.controls().find(|c| c.questions.iter().any(|q| q.id == question)) else { return vec![] };
    let Some(known) = control.questions.iter().find(|q| q.id == question) else { return vec![] };
    let of_control = |number: &str| known.kind == QuestionKind::Interval && control.dss.iter().any(|dss| dss == number);
    let numbers = NAMING.iter().map(|(number, _)| *number);
    numbers.filter(|number| names(&known.text, number) || names(&known.help, number) || of_control(number)).collect()
}

/// Whether a requirement stands in a text, and not only as a part of another number.
fn names(text: &str, number: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    text.match_indices(number).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + number.len()..]);
        let part_of_more = after.starts_with(digit) || (after.starts_with('.') && after[1..].starts_with(digit));
        !before.ends_with(|c: char| digit(c) || c == '.') && !part_of_more
    })
}

/// The analyses of the register that stand behind the answer to a question, for each requirement that wants one.
#[must_use]
pub fn registered<'a>(workbook: &'a Workbook, requirement: &str) -> Vec<&'a RiskAnalysis> {
    let fits = |a: &&RiskAnalysis| a.withdrawn.is_none() && a.purpose == AnalysisPurpose::Frequency && a.requirement == requirement;
    workbook.analyses.iter().filter(fits).collect()
}

/// What stands behind the answers to all questions that want an analysis, in words, by the question.
#[must_use]
pub fn behind_all(guidance: &Guidance, workbook: &Workbook) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for question in guidance.questions() {
        let words: Vec<String> = behind(guidance, &question.id).into_iter().map(|number| told(workbook, number)).collect();
        if !words.is_empty() {
            all.insert(question.id.clone(), words);
        }
    }
    all
}

fn told(workbook: &Workbook, number: &str) -> String {
    let what = left_to_analysis(number).unwrap_or_default();
    let known: Vec<String> = registered(workbook, number).iter().map(|a| format!("{} says {}", a.reference, a.frequency)).collect();
    let known = if known.is_empty() { "none is registered yet (r, Risk analyses, +)".to_owned() } else { known.join(", ") };
    format!("PCI DSS {number} leaves to the entity's targeted risk analysis {what}: {known}")
}

/// What PCI DSS wants to see in an analysis and this one does not say. The entity wrote it: what it lacks is told, and no reason to refuse it.
#[must_use]
pub fn lacks(analysis: &RiskAnalysis) -> Vec<&'static str> {
    let custom = analysis.purpose == AnalysisPurpose::CustomizedApproach;
    let empty = |text: &str| text.trim().is_empty();
    [
        ("the assets", empty(&analysis.assets)),
        ("the threats", empty(&analysis.threats)),
        ("what makes them likelier or worse", empty(&analysis.factors)),
        ("a justification", empty(&analysis.justification)),
        ("the day on which it was done", analysis.performed.is_none()),
        // 12.3.2 wants senior management's approval; 12.3.1 does not.
        ("senior management's approval", custom && empty(&analysis.approved_by)),
    ]
    .into_iter()
    .filter_map(|(what, missing)| missing.then_some(what))
    .collect()
}

/// Whether an analysis was done or reviewed so long ago that PCI DSS wants it reviewed again.
#[must_use]
pub fn is_stale(analysis: &RiskAnalysis, today: Date) -> bool {
    analysis.performed.is_some_and(|day| HOLDS.after(day.0).is_none_or(|end| end < today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::{Day, Moment};
    use jiff::civil::date;

    fn analysis() -> RiskAnalysis {
        let words = || "words".to_owned();
        RiskAnalysis {
            assets: words(),
            threats: words(),
            factors: words(),
            justification: words(),
            performed: Some(Day(date(2025, 11, 29))),
            ..RiskAnalysis::new("T-01".into(), "A. Assessor".into(), Moment(jiff::Timestamp::UNIX_EPOCH))
        }
    }

    #[test]
    fn an_analysis_is_stale_a_day_after_its_twelve_months() {
        assert!(!is_stale(&analysis(), date(2026, 11, 29)));
        assert!(is_stale(&analysis(), date(2026, 11, 30)));
        assert!(!is_stale(&RiskAnalysis { performed: None, ..analysis() }, date(2026, 11, 30)), "that is told as lacking");
    }

    #[test]
    fn what_an_analysis_lacks_is_told() {
        assert!(lacks(&analysis()).is_empty());
        assert_eq!(lacks(&RiskAnalysis { threats: " ".into(), performed: None, ..analysis() }).len(), 2);
        let custom = RiskAnalysis { purpose: AnalysisPurpose::CustomizedApproach, ..analysis() };
        assert_eq!(lacks(&custom), ["senior management's approval"]);
    }

    #[test]
    fn a_number_inside_another_one_is_not_named() {
        assert!(names("(PCI DSS 8.6.3, 12.3.1)", "8.6.3") && names("see 8.6.3.", "8.6.3"));
        assert!(!names("18.6.3", "8.6.3") && !names("8.6.31", "8.6.3") && !names("8.6.3.1", "8.6.3") && !names("1.8.6.3", "8.6.3"));
    }

    #[test]
    fn questions_about_how_often_lead_to_the_analysis_that_sets_it() {
        let guidance = Guidance::shipped().unwrap();
        assert_eq!(behind(guidance, "2.3.review_interval"), ["7.2.5.1"]);
        assert!(behind(guidance, "1.6.mfa_enforced").is_empty());
        let all: Vec<_> = guidance.questions().filter(|q| !behind(guidance, &q.id).is_empty()).collect();
        assert!(all.len() > 2, "{}", all.len());
    }
}
