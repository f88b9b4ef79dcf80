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
    assert!(guidance.questions().count() >= 107);
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
fn what_the_standard_asks_of_people_is_asked_and_cited() {
    let guidance = Guidance::shipped().unwrap();
    for (id, requirements) in [
        ("1.1.idle_minutes", &["8.2.8"][..]),
        ("1.1.local_accounts", &["8.3.4", "8.3.6"]),
        ("1.2.default_accounts", &["2.2.2"]),
        ("1.2.robot_logins", &["8.6.1"]),
        ("1.3.inactive_days", &["8.2.6"]),
        ("1.3.account_changes", &["8.2.4"]),
        ("1.3.third_parties", &["8.2.7"]),
        ("1.3.robot_rotation", &["8.6.3", "12.3.1"]),
        ("4.1.rules_review", &["1.2.7"]),
        ("6.1.live_numbers", &["6.5.5"]),
        ("6.1.test_data_removed", &["6.5.6"]),
        ("6.1.unexpected_account_data", &["12.10.7"]),
        ("7.1.months_at_hand", &["10.5.1"]),
        ("7.1.read_access", &["10.3.1"]),
        ("7.1.change_alerts", &["10.3.4"]),
        ("7.1.stream_stopped", &["10.7.2"]),
        ("7.1.failure_records", &["10.7.3"]),
        ("8.1.destination", &["10.5.1"]),
        ("8.1.time_source", &["10.6.2"]),
        ("8.1.time_settings", &["10.6.3"]),
        ("8.2.anti_malware", &["5.2.1", "5.2.2", "5.2.3", "5.2.3.1"]),
        ("8.2.anti_malware_kept", &["5.3.1", "5.3.2", "5.3.4", "5.3.5"]),
        ("8.2.file_comparison", &["11.5.2"]),
        ("13.1.rights_review", &["7.2.4"]),
        ("14.1.network_rules_match", &["1.2.8"]),
        ("15.1.provider_attestation", &["12.8.4"]),
        ("15.1.responsibilities", &["12.8.5"]),
        ("15.1.penetration_test", &["11.4.1", "11.4.2", "11.4.3"]),
        ("15.1.findings_repaired", &["11.4.4"]),
        ("15.1.scan_after_change", &["11.3.1.3"]),
        ("16.1.service_provider_test", &["11.4.6"]),
    ] {
        let question = guidance.question(id).unwrap_or_else(|| panic!("{id} is not asked"));
        let control = guidance.controls().find(|c| c.questions.iter().any(|q| q.id == id)).unwrap();
        for requirement in requirements {
            let cited = question.help.split(|c: char| !c.is_ascii_digit() && c != '.').any(|n| n.trim_end_matches('.') == *requirement);
            assert!(cited && control.dss.iter().any(|d| d == requirement), "{id}: {requirement} is not cited");
        }
        assert!(question.evidence_required, "{id}: nobody has to show it");
    }
}

#[test]
fn related_requirements_stand_once_and_in_order() {
    let numbers = |d: &String| d.split('.').map(|n| n.parse::<u32>().unwrap()).collect::<Vec<_>>();
    for control in Guidance::shipped().unwrap().controls() {
        assert!(control.dss.is_sorted_by(|a, b| numbers(a) < numbers(b)), "{}: {:?}", control.id, control.dss);
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
