//! Who may do what, and how long it holds.

use super::*;
use crate::model::{Determined, Method};
use crate::workbook::{AnswerValue, Engagement};

fn at() -> Moment {
    Moment(jiff::Timestamp::UNIX_EPOCH)
}

fn determined(practice: &str, by: &str) -> Determination {
    Determination {
        practice: practice.into(),
        finding: Determined::InPlace,
        method: Method::Defined,
        rationale: "seen".into(),
        by: by.into(),
        at: at(),
        proposed: None,
        because: vec![],
        excluded_by: String::new(),
        to_confirm: false,
        compensating: None,
        customized: None,
    }
}

fn answered(question: &str, by: &str) -> Answer {
    Answer {
        question: question.into(),
        digest: String::new(),
        value: AnswerValue::Text("yes".into()),
        by: by.into(),
        at: at(),
        interviewed: String::new(),
        role: String::new(),
        on: None,
        note: String::new(),
        evidence: vec![],
        cluster: String::new(),
    }
}

fn guidance() -> &'static Guidance {
    Guidance::shipped().unwrap()
}

/// All of area 3 determined by A. Assessor, with an answer by B. Assessor.
fn workbook() -> Workbook {
    let mut book = Workbook::new(Engagement::default());
    let area = guidance().areas.iter().find(|a| a.number == 3).unwrap();
    for control in &area.controls {
        book.determinations.extend(control.practices.iter().map(|p| determined(&p.id, "A. Assessor")));
    }
    let question = area.controls.iter().flat_map(|c| &c.questions).next().unwrap();
    book.answers.push(answered(&question.id, "B. Assessor"));
    book
}

fn one() -> Matter {
    Matter::Determination("3.1.a".into())
}

fn step(book: &mut Workbook, matter: &Matter, step: SignOffStep, words: &str, by: &str) -> Result<(), String> {
    take(book, guidance(), &Taken { matter, step, words, by, at: at() })
}

fn state(book: &Workbook, matter: &Matter) -> SignState {
    standing(matter, book, guidance()).unwrap().state
}

#[test]
fn matters_are_read_as_they_are_written() {
    let answer = |cluster: &str| Matter::Answer { question: "1.6.mfa_enforced".into(), cluster: cluster.into() };
    for matter in [one(), answer(""), answer("prod on site"), Matter::Area(3)] {
        assert_eq!(Matter::read(&matter.to_string()), Some(matter));
    }
    assert_eq!(Matter::read("sample S-01"), None);
}

#[test]
fn who_wrote_it_may_not_accept_or_return_it() {
    use SignOffStep::{Accepted, Returned, Submitted};
    for (kind, by, allowed) in [
        (Submitted, "A. Assessor", true),
        (Submitted, "R. Reviewer", true),
        (Accepted, "A. Assessor", false),
        (Accepted, "  a.  ASSESSOR ", false),
        (Accepted, "R. Reviewer", true),
        (Accepted, " ", false),
        (Returned, "a. assessor", false),
        (Returned, "R. Reviewer", true),
    ] {
        let mut book = workbook();
        assert_eq!(step(&mut book, &one(), kind, "why?", by).is_ok(), allowed, "{kind:?} by {by:?}");
        book.engagement.own_acceptance = true;
        if !by.trim().is_empty() && !allowed {
            assert_eq!(step(&mut book, &one(), kind, "why?", by), Ok(()), "{kind:?} by {by:?}, where that is allowed");
        }
    }
}

#[test]
fn a_change_afterwards_ends_each_step() {
    use SignOffStep::{Accepted, Returned, Submitted};
    for (kind, by, then) in [
        (Submitted, "A. Assessor", SignState::Submitted),
        (Accepted, "R. Reviewer", SignState::Accepted),
        (Returned, "R. Reviewer", SignState::Returned),
    ] {
        let mut book = workbook();
        assert_eq!(state(&book, &one()), SignState::Open);
        step(&mut book, &one(), kind, "which?", by).unwrap();
        assert_eq!(state(&book, &one()), then);
        book.determinations.iter_mut().find(|d| d.practice == "3.1.a").unwrap().rationale.push('.');
        assert_eq!(state(&book, &one()), SignState::Changed);
    }
}

#[test]
fn a_return_needs_words_and_nothing_is_accepted_twice() {
    let mut book = workbook();
    assert!(step(&mut book, &one(), SignOffStep::Returned, " ", "R. Reviewer").is_err());
    step(&mut book, &one(), SignOffStep::Accepted, "", "R. Reviewer").unwrap();
    assert!(step(&mut book, &one(), SignOffStep::Accepted, "", "S. Second").is_err());
    assert!(step(&mut book, &one(), SignOffStep::Submitted, "", "A. Assessor").is_err());
    assert!(step(&mut book, &Matter::Determination("1.1.a".into()), SignOffStep::Submitted, "", "A. Assessor").is_err());
}

#[test]
fn all_who_wrote_in_an_area_are_its_authors() {
    let mut book = workbook();
    assert_eq!(Matter::Area(3).authors(&book, guidance()), ["B. Assessor", "A. Assessor"]);
    assert!(step(&mut book, &Matter::Area(3), SignOffStep::Accepted, "", "b. assessor").is_err());
    assert!(step(&mut book, &Matter::Area(3), SignOffStep::Accepted, "", "A. Assessor").is_err());
    step(&mut book, &Matter::Area(3), SignOffStep::Accepted, "", "R. Reviewer").unwrap();
    assert!(matters(&book, guidance()).iter().all(|m| state(&book, m) == SignState::Accepted));
    // One thing of it that is changed is to be looked at again, with the area; the rest stays accepted.
    book.answers[0].note = "and more".into();
    let open: Vec<String> =
        matters(&book, guidance()).iter().filter(|m| state(&book, m) != SignState::Accepted).map(ToString::to_string).collect();
    assert_eq!(open, ["area 3".to_owned(), Matter::of_answer(&book.answers[0]).to_string()]);
}

#[test]
fn what_is_not_done_is_not_accepted() {
    let mut book = workbook();
    book.determinations.iter_mut().find(|d| d.practice == "3.1.a").unwrap().to_confirm = true;
    for matter in [one(), Matter::Area(3)] {
        assert!(step(&mut book, &matter, SignOffStep::Accepted, "", "R. Reviewer").is_err());
        assert_eq!(step(&mut book, &matter, SignOffStep::Returned, "confirm it", "R. Reviewer"), Ok(()));
    }
    book.determinations.retain(|d| d.practice != "3.1.a");
    assert!(step(&mut book, &Matter::Area(3), SignOffStep::Submitted, "", "A. Assessor").is_err());
}

#[test]
fn an_acceptance_of_ones_own_counts_only_while_that_is_allowed() {
    let mut book = workbook();
    book.engagement.own_acceptance = true;
    step(&mut book, &one(), SignOffStep::Accepted, "", "A. Assessor").unwrap();
    let now = standing(&one(), &book, guidance()).unwrap();
    assert!(now.state == SignState::Accepted && now.is_own() && now.words().contains("who wrote it"));
    book.engagement.own_acceptance = false;
    assert_eq!(state(&book, &one()), SignState::Own);
    step(&mut book, &one(), SignOffStep::Returned, "by whom?", "R. Reviewer").unwrap();
    assert!(standing(&one(), &book, guidance()).unwrap().is_returned_to("a. assessor"));
}
