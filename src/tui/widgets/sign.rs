//! Signs and words of every status. A status is always told by its sign and its word; colour only repeats it.

use crate::tui::theme::Theme;
use kassay_core::kinds::KindState;
use kassay_core::model::{Category, Determined, Outcome, Severity};
use kassay_core::workbook::sign_off::SignState;
use ratatui::text::Span;

/// Sign of an outcome.
#[must_use]
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Fail => "✗",
        Outcome::Review => "○",
        Outcome::NotApplicable => "·",
        Outcome::Blocked => "⊘",
    }
}

/// Meaning of an outcome.
#[must_use]
pub const fn outcome_meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "outcome.pass",
        Outcome::Fail => "outcome.fail",
        Outcome::Review => "outcome.review",
        Outcome::NotApplicable => "outcome.not_applicable",
        Outcome::Blocked => "outcome.blocked",
    }
}

/// Sign and word of an outcome, of one width: `✗ fail   `.
#[must_use]
pub fn outcome_span(of: Outcome, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{} {:<7}", outcome(of), of.label()), theme.style(outcome_meaning(of)))
}

/// Sign of a determination.
#[must_use]
pub const fn determined(determined: Determined) -> &'static str {
    match determined {
        Determined::InPlace => "✓",
        Determined::NotInPlace => "✗",
        Determined::NotApplicable => "·",
        Determined::NotTested => "–",
    }
}

/// Meaning of how something stands with the second person.
#[must_use]
pub const fn signed_meaning(state: SignState) -> &'static str {
    match state {
        SignState::Accepted => "success",
        SignState::Returned | SignState::Changed => "warning",
        SignState::Own => "error",
        SignState::Open | SignState::Submitted => "text.muted",
    }
}

/// Which of several findings speaks for all of them: the one with the greatest rank.
#[must_use]
pub const fn determined_rank(found: Determined) -> u8 {
    match found {
        Determined::NotInPlace => 3,
        Determined::NotTested => 2,
        Determined::InPlace => 1,
        Determined::NotApplicable => 0,
    }
}

/// Meaning of a determination.
#[must_use]
pub const fn determined_meaning(determined: Determined) -> &'static str {
    match determined {
        Determined::InPlace => "finding.in_place",
        Determined::NotInPlace => "finding.not_in_place",
        Determined::NotApplicable => "finding.not_applicable",
        Determined::NotTested => "finding.not_tested",
    }
}

/// Sign and words of a determination: `✗ not in place`.
#[must_use]
pub fn determined_span(of: Determined, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{} {}", determined(of), of.label()), theme.style(determined_meaning(of)))
}

/// Meaning of a severity; its word is its sign.
#[must_use]
pub const fn severity_meaning(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "severity.critical",
        Severity::High => "severity.high",
        Severity::Medium => "severity.medium",
        Severity::Low => "severity.low",
        Severity::Info => "severity.info",
    }
}

/// The word of a severity, of one width.
#[must_use]
pub fn severity_span(of: Severity, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{:<8}", of.id()), theme.style(severity_meaning(of)))
}

/// Meaning of a category; its word is its sign.
#[must_use]
pub const fn category_meaning(category: Category) -> &'static str {
    match category {
        Category::Cde => "category.cde",
        Category::Connected => "category.connected",
        Category::OutOfScope => "category.out_of_scope",
        Category::Platform => "category.platform",
    }
}

/// The words of a category, of one width.
#[must_use]
pub fn category_span(of: Category, theme: &Theme) -> Span<'static> {
    Span::styled(format!("{:<12}", of.label()), theme.style(category_meaning(of)))
}

/// Sign, word and meaning of how far a kind was read. What was refused never looks like what is empty.
#[must_use]
pub const fn kind_state(state: KindState) -> (&'static str, &'static str, &'static str) {
    match state {
        KindState::Read => ("✓", "read", "outcome.pass"),
        KindState::Forbidden => ("⊘", "forbidden", "outcome.blocked"),
        KindState::Absent => ("·", "not installed", "outcome.not_applicable"),
        KindState::Failed => ("✗", "failed", "outcome.fail"),
        KindState::Partial => ("◐", "in part", "outcome.review"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_status_has_a_sign_and_a_word_of_its_own() {
        let signs: BTreeSet<_> = Outcome::ALL.into_iter().map(outcome).collect();
        let words: BTreeSet<_> = Outcome::ALL.into_iter().map(Outcome::label).collect();
        assert_eq!((signs.len(), words.len()), (5, 5));
        let signs: BTreeSet<_> = Determined::ALL.into_iter().map(determined).collect();
        assert_eq!(signs.len(), 4);
        let states = [KindState::Read, KindState::Forbidden, KindState::Absent, KindState::Failed, KindState::Partial].map(kind_state);
        assert_eq!(states.iter().map(|s| s.0).collect::<BTreeSet<_>>().len(), 5);
        assert_eq!(states.iter().map(|s| s.1).collect::<BTreeSet<_>>().len(), 5);
    }

    #[test]
    fn signs_differ_without_unicode_too() {
        let ascii = |sign: &str| crate::tui::signs::TABLE.iter().find(|(known, _)| sign.starts_with(*known)).unwrap().1;
        assert_eq!(Outcome::ALL.map(outcome).map(ascii).into_iter().collect::<BTreeSet<_>>().len(), 5);
        assert_eq!(Determined::ALL.map(determined).map(ascii).into_iter().collect::<BTreeSet<_>>().len(), 4);
        let states = [KindState::Read, KindState::Forbidden, KindState::Absent, KindState::Failed, KindState::Partial].map(kind_state);
        assert_eq!(states.map(|state| ascii(state.0)).into_iter().collect::<BTreeSet<_>>().len(), 5);
    }

    #[test]
    fn signs_take_one_column() {
        let all = Outcome::ALL.map(outcome).into_iter().chain(Determined::ALL.map(determined));
        for sign in all.chain([kind_state(KindState::Partial).0, "▸", "●"]) {
            assert_eq!(crate::tui::text::width(sign), 1, "{sign}");
        }
    }
}
