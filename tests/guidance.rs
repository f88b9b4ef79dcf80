//! The catalogue that ships: sixteen areas, 42 controls, 49 practices, every question with what satisfies it, and no reference to nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay_core::checks;
use kassay_core::guidance::Guidance;

#[test]
fn the_catalogue_is_whole() {
    let guidance = Guidance::shipped().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((guidance.areas.len(), guidance.controls().count(), guidance.practices().count()), (16, 42, 49));
    assert!(guidance.questions().count() >= 70);
}

#[test]
fn what_questions_refer_to_exists() {
    let guidance = Guidance::shipped().unwrap();
    for question in guidance.questions() {
        if let Some(check) = &question.waived_by {
            assert!(checks::by_id(check).is_some(), "{}: {check} is no check", question.id);
        }
    }
}

#[test]
fn every_practice_can_be_determined_by_a_person() {
    let guidance = Guidance::shipped().unwrap();
    for control in guidance.controls() {
        assert!(!control.evidence.is_empty() && !control.links.is_empty(), "{}: nothing to ask for, or nowhere to read on", control.id);
        assert!(control.title.chars().count() <= 56, "{}: the title is too long for a narrow pane", control.id);
    }
}

#[test]
fn the_supplement_is_cited_and_not_claimed_as_a_requirement() {
    let guidance = Guidance::shipped().unwrap();
    for control in guidance.controls() {
        for words in [&control.threat, &control.kubernetes, &control.provable, &control.unprovable, &control.mend] {
            assert!(!words.contains("satisfies PCI DSS") && !words.contains("TODO") && !words.contains("lorem"), "{}", control.id);
        }
    }
}
