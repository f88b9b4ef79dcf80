//! The catalogue that ships: sixteen areas, 42 controls, 49 practices, every question with what satisfies it, and no reference to nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay_core::checks;
use kassay_core::guidance::{Control, Guidance, QuestionKind};

/// The five long texts of a control, with their names.
fn sections(control: &Control) -> [(&'static str, &str); 5] {
    [
        ("threat", &control.threat),
        ("kubernetes", &control.kubernetes),
        ("provable", &control.provable),
        ("unprovable", &control.unprovable),
        ("mend", &control.mend),
    ]
}

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

#[test]
fn every_practice_has_a_question() {
    let guidance = Guidance::shipped().unwrap();
    for practice in guidance.practices() {
        assert!(guidance.questions().any(|q| q.practices.contains(&practice.id)), "{}: checks alone would decide it", practice.id);
    }
}

#[test]
fn an_answer_satisfies_by_what_it_says() {
    let guidance = Guidance::shipped().unwrap();
    // A list is a population that other answers and checks are held against; any other answer has to be a good one.
    for question in guidance.questions().filter(|q| q.satisfied.answered == Some(true)) {
        assert_eq!(question.kind, QuestionKind::List, "{}: whatever is typed satisfies it", question.id);
    }
    for id in ["1.6.mfa_exceptions", "2.2.break_glass_group", "8.1.destination"] {
        let question = guidance.question(id).unwrap();
        let good = question.satisfied.one_of.clone().unwrap();
        assert!(question.options().iter().any(|o| !good.contains(&o.value)), "{id}: no answer speaks against it");
    }
}

#[test]
fn long_sections_have_heads() {
    for control in Guidance::shipped().unwrap().controls() {
        for (name, text) in sections(control) {
            // Code is read as a block, whatever its length.
            let mut code = false;
            let mut run = 0;
            for line in text.trim().lines() {
                code ^= line.starts_with("```");
                run = if line.starts_with("### ") { 0 } else { run + usize::from(!code && !line.starts_with("```")) };
                assert!(run <= 14, "{} {name}: more than fourteen lines without a head, at “{line}”", control.id);
            }
            assert!(!code, "{} {name}: a block of code has no end", control.id);
        }
    }
}

#[test]
fn words_that_the_glossary_explains_are_not_explained_in_each_control() {
    let again = [
        "(a machine",
        "(the machine",
        "machine of the cluster",
        "agent on each",
        "node's agent",
        "front door",
        "named partition",
        "named part of",
        "smallest unit",
        "unit of containers",
        "unit of one or more",
        "group of containers",
        "unit of running",
    ];
    for control in Guidance::shipped().unwrap().controls() {
        for (name, text) in sections(control) {
            let text = text.replace('\n', " ");
            for words in again {
                assert!(!text.contains(words), "{} {name}: “{words}” is in the glossary", control.id);
            }
        }
    }
}

#[test]
fn sentences_have_the_order_of_english() {
    let turned =
        ["Asked is", "Asked are", "Seen is", "Seen are", "Judged is", "Judged are", "Read are", "Known is", "Looked at are", "Shared are"];
    let guidance = Guidance::shipped().unwrap();
    let controls = guidance.controls().flat_map(|c| sections(c).map(|(_, text)| (c.id.clone(), text.replace('\n', " "))));
    let checks = checks::all().flat_map(|c| [c.why, c.mend, c.blind_spots].map(|text| (c.id.to_owned(), text.to_owned())));
    for (id, text) in controls.chain(checks) {
        for words in turned {
            assert!(!text.contains(words), "{id}: “{words} …”");
        }
    }
}

#[test]
fn rules_for_keys_of_stored_account_data_are_not_cited_for_the_clusters_certificates() {
    let guidance = Guidance::shipped().unwrap();
    for id in ["4.3", "5.1", "5.2"] {
        let control = guidance.control(id).unwrap();
        assert!(!control.dss.iter().any(|r| r.starts_with("3.6") || r.starts_with("3.7")), "{id}: {:?}", control.dss);
    }
}
