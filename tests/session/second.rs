//! Determinations of every method, many at once, risk analyses, and the review by a second person.

use crate::error_of;
use crate::support::{Desk, now};
use kassay_core::model::{Determined, Method};
use kassay_core::session::{
    Action, Flag, Layer, Register, Step, Tab, Target, Typed, answer, book, determine, engagement, registers, sign_off, walk,
};
use kassay_core::workbook::sign_off::SignState;
use kassay_core::workbook::{AnalysisPurpose, Day, Evidence, EvidenceKind, Moment, RiskAnalysis};

fn practice(desk: &mut Desk, id: &str) {
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice(id.into()))));
}

fn set(desk: &mut Desk, finding: Determined) {
    desk.act(Action::Determine(determine::Action::Set(finding)));
}

fn fill(desk: &mut Desk, row: &str, text: &str) {
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == row).unwrap_or_else(|| panic!("no row {row}"));
    desk.act(Action::Focus(at)).act(Action::Type(Typed::End)).act(Action::Type(Typed::ToStart)).typed(text);
}

fn choose(desk: &mut Desk, row: &str, key: char) {
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == row).unwrap_or_else(|| panic!("no row {row}"));
    desk.act(Action::Focus(at)).act(Action::Choose(key));
}

fn focused(desk: &Desk) -> &'static str {
    desk.session.form().unwrap().focused().unwrap().id
}

fn determined(desk: &Desk, practice: &str) -> Option<Determined> {
    desk.disk.as_ref().unwrap().determination(practice).map(|d| d.finding)
}

fn told(desk: &Desk) -> String {
    desk.session.messages.last().map(|m| m.what.clone()).unwrap_or_default()
}

/// Opens the assessment that is on disk under another name.
fn as_user(desk: &mut Desk, user: &str) {
    desk.session.user = user.to_owned();
}

#[test]
fn one_key_is_enough_for_what_is_proposed_and_else_the_form_asks_for_what_is_missing() {
    let mut desk = Desk::with_cluster();
    practice(&mut desk, "3.1.a");
    set(&mut desk, Determined::NotInPlace);
    assert_eq!((determined(&desk, "3.1.a"), desk.session.form().is_none()), (Some(Determined::NotInPlace), true), "{}", told(&desk));
    let found = desk.disk.as_ref().unwrap().determination("3.1.a").unwrap();
    assert!(found.proposed == Some(Determined::NotInPlace) && found.because.contains(&"3.1/baseline".to_owned()), "{found:?}");
    assert_eq!(desk.edits.last().unwrap().what, "determination 3.1.a");
    for (finding, row) in
        [(Determined::InPlace, "rationale"), (Determined::NotApplicable, "rationale"), (Determined::NotTested, "excluded_by")]
    {
        set(&mut desk, finding);
        assert_eq!((desk.session.form().unwrap().chosen("finding"), focused(&desk)), (Some(finding.id()), row));
        assert_eq!(determined(&desk, "3.1.a"), Some(Determined::NotInPlace));
        desk.session.layers.pop();
    }
    set(&mut desk, Determined::NotTested);
    fill(&mut desk, "excluded_by", "CISO");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "rationale").contains("why"));
    fill(&mut desk, "rationale", "not part of this year");
    desk.act(Action::Enter);
    assert_eq!(desk.disk.as_ref().unwrap().determination("3.1.a").unwrap().excluded_by, "CISO");
    // Words that were written for one finding are not kept under another by a slip of a key.
    set(&mut desk, Determined::NotInPlace);
    assert!(desk.session.form().is_some());
    assert_eq!(determined(&desk, "3.1.a"), Some(Determined::NotTested));
}

#[test]
fn an_overruled_proposal_keeps_both_sides() {
    let mut desk = Desk::with_cluster();
    practice(&mut desk, "3.1.a");
    set(&mut desk, Determined::InPlace);
    desk.typed("nodes of their own, seen on site").act(Action::Enter);
    let found = desk.disk.as_ref().unwrap().determination("3.1.a").unwrap();
    let words = kassay_core::workbook::determining::overruled(found).unwrap();
    assert!(words.starts_with("proposed not in place, because of 3.1/"), "{words}");
    assert!(words.ends_with("; determined in place, because nodes of their own, seen on site"), "{words}");
}

#[test]
fn many_practices_are_determined_at_once_each_through_its_own_gate() {
    let mut desk = Desk::with_cluster();
    practice(&mut desk, "3.1.a");
    desk.act(Action::Determine(determine::Action::Mark));
    // All of area 13, from the list of areas.
    desk.act(Action::Walk(walk::Action::GoTo(Target::Area(13)))).act(Action::Determine(determine::Action::Mark));
    let marked = desk.book().walk.marked.clone();
    assert!(marked.len() > 2 && marked.contains("3.1.a") && marked.contains("13.1.a"), "{marked:?}");
    // No words: only what is proposed so passes its gate; the rest is named, and stays marked.
    desk.act(Action::Determine(determine::Action::Open));
    choose(&mut desk, "finding", 'f');
    let otherwise = |p: &&String| desk.book().proposed(p).is_some_and(|proposed| proposed != Determined::NotInPlace);
    let refused: Vec<String> = marked.iter().filter(otherwise).cloned().collect();
    desk.act(Action::Enter);
    assert!(desk.session.form().is_none());
    assert_eq!(desk.book().walk.marked.iter().cloned().collect::<Vec<_>>(), refused);
    assert!(refused.iter().all(|p| told(&desk).contains(p.as_str())), "{}", told(&desk));
    assert_eq!(determined(&desk, "3.1.a"), Some(Determined::NotInPlace));
    // One undo takes all of it back.
    desk.act(Action::Book(book::Action::Undo));
    assert!(desk.disk.as_ref().unwrap().determinations.is_empty());
}

#[test]
fn a_form_that_every_gate_refuses_stays_open_and_says_why() {
    let mut desk = Desk::with_cluster();
    for id in ["3.1.a", "1.1.a"] {
        practice(&mut desk, id);
        desk.act(Action::Determine(determine::Action::Mark));
    }
    set(&mut desk, Determined::NotApplicable);
    desk.act(Action::Enter);
    assert!(error_of(&desk, "rationale").contains("tested"));
    fill(&mut desk, "rationale", "no workloads of this kind were listed");
    desk.act(Action::Enter);
    assert!(desk.book().walk.marked.is_empty());
    assert_eq!(determined(&desk, "1.1.a"), Some(Determined::NotApplicable));
}

#[test]
fn areas_are_marked_in_the_summary_too_and_marks_are_taken_away_by_the_same_key() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Summary(kassay_core::session::summary::Action::Open)).act(Action::Step(Step::Down));
    desk.act(Action::Determine(determine::Action::Open));
    assert!(desk.session.form().is_none() && told(&desk).contains("space"));
    desk.act(Action::Determine(determine::Action::Mark));
    assert!(desk.book().walk.marked.iter().all(|p| p.starts_with("2.")) && !desk.book().walk.marked.is_empty());
    desk.act(Action::Determine(determine::Action::Mark));
    assert!(desk.book().walk.marked.is_empty());
    desk.act(Action::Determine(determine::Action::Mark)).act(Action::Determine(determine::Action::Open));
    assert!(matches!(desk.session.top(), Layer::Form(_)));
}

/// Puts evidence E-0001 and a whole analysis into the open assessment.
fn with_registers(desk: &mut Desk, purpose: AnalysisPurpose) {
    let workbook = &mut desk.session.book.as_mut().unwrap().workbook;
    let at = Moment(now());
    workbook.evidence.push(Evidence::new("E-0001".into(), EvidenceKind::Document, "A policy".into(), "assessor".into(), at));
    workbook.analyses.push(RiskAnalysis {
        title: "Isolation by other means".into(),
        purpose,
        ..RiskAnalysis::new("T-01".into(), "assessor".into(), at)
    });
}

#[test]
fn a_customized_approach_asks_for_its_matrix_and_for_what_it_names() {
    let mut desk = Desk::with_cluster();
    with_registers(&mut desk, AnalysisPurpose::CustomizedApproach);
    practice(&mut desk, "3.1.a");
    desk.act(Action::Determine(determine::Action::Open));
    choose(&mut desk, "finding", 'p');
    choose(&mut desk, "method", '3');
    fill(&mut desk, "rationale", "met by another control");
    for (row, text) in [
        ("met_objective", "workloads can't reach their node"),
        ("own_control", "each in a machine of its own"),
        ("meets", "a machine has one workload"),
        ("evidence", "1"),
        ("tester", "the entity's team, and the assessor"),
        ("tested", "ten machines were looked at; each had one"),
        ("analysis", "t-01"),
    ] {
        desk.act(Action::Enter);
        assert!(!error_of(&desk, row).is_empty(), "{row}: {:?}", desk.session.form().map(|f| &f.error));
        if row == "evidence" {
            fill(&mut desk, row, "E-0001, E-0009");
            desk.act(Action::Enter);
            assert!(error_of(&desk, row).contains("E-0009"));
        }
        fill(&mut desk, row, text);
    }
    desk.act(Action::Enter);
    let found = desk.disk.as_ref().unwrap().determination("3.1.a").unwrap();
    let matrix = found.customized.as_ref().unwrap();
    assert_eq!(
        (found.method, matrix.evidence.as_slice(), matrix.analysis.as_str()),
        (Method::CustomizedApproach, &["E-0001".to_owned()][..], "T-01")
    );
}

#[test]
fn a_slip_on_the_method_throws_nothing_away() {
    let mut desk = Desk::with_cluster();
    practice(&mut desk, "3.1.a");
    desk.act(Action::Determine(determine::Action::Open));
    choose(&mut desk, "method", '2');
    fill(&mut desk, "constraint", "the vendor");
    choose(&mut desk, "method", '3');
    choose(&mut desk, "method", '2');
    assert_eq!(desk.session.form().unwrap().text("constraint"), "the vendor");
    assert!(desk.session.form().unwrap().row("own_control").is_none());
}

#[test]
fn a_risk_analysis_is_kept_told_of_what_it_lacks_and_its_reference_is_not_given_twice() {
    let mut desk = Desk::with_cluster();
    let add = |desk: &mut Desk| {
        desk.act(Action::Registers(registers::Action::Show(Register::Analyses))).act(Action::Registers(registers::Action::Add));
        fill(desk, "title", "Access of application accounts");
    };
    add(&mut desk);
    desk.act(Action::Enter);
    assert!(error_of(&desk, "requirement").contains("7.2.5.1"));
    fill(&mut desk, "requirement", "7.2.5.1");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "frequency").contains("interval"));
    fill(&mut desk, "frequency", "6 months");
    fill(&mut desk, "performed", "2025-10-01");
    fill(&mut desk, "assets", "the cluster's API");
    desk.act(Action::Enter);
    let kept = desk.disk.as_ref().unwrap().analyses[0].clone();
    assert_eq!((kept.reference.as_str(), kept.frequency.as_str()), ("T-01", "6 months"));
    assert_eq!(kept.performed, Some(Day("2025-10-01".parse().unwrap())));
    let row = desk.session.register_rows(Register::Analyses)[0].clone();
    assert_eq!(row.flag, Flag::Attention);
    assert!(row.cells.last().unwrap().contains("12 months") && row.cells.last().unwrap().contains("threats"), "{row:?}");
    // The question whose interval it sets leads to it.
    assert!(desk.book().behind("2.3.review_interval")[0].contains("T-01"), "{:?}", desk.book().behind("2.3.review_interval"));
    desk.act(Action::Registers(registers::Action::Withdraw)).typed("of another entity").act(Action::Enter);
    assert_eq!(desk.session.register_rows(Register::Analyses)[0].flag, Flag::Closed);
    assert!(!desk.book().behind("2.3.review_interval")[0].contains("T-01"));
    add(&mut desk);
    choose(&mut desk, "purpose", '2');
    desk.act(Action::Enter);
    assert_eq!(desk.disk.as_ref().unwrap().analyses[1].reference, "T-02");
    // Taken back as an edit, it leaves its reference behind.
    desk.act(Action::Book(book::Action::Undo));
    add(&mut desk);
    choose(&mut desk, "purpose", '2');
    desk.act(Action::Enter);
    assert_eq!(desk.disk.as_ref().unwrap().analyses.last().unwrap().reference, "T-03");
}

fn state(desk: &Desk, of: &str) -> SignState {
    desk.book().signing[of].state
}

#[test]
fn two_people_work_one_after_the_other() {
    let mut desk = Desk::with_cluster();
    as_user(&mut desk, "A. Assessor");
    practice(&mut desk, "3.1.a");
    desk.act(Action::SignOff(sign_off::Action::Submit));
    assert!(told(&desk).contains("nothing is written"));
    set(&mut desk, Determined::NotInPlace);
    desk.act(Action::SignOff(sign_off::Action::Submit));
    assert_eq!(state(&desk, "determination 3.1.a"), SignState::Submitted);
    desk.act(Action::SignOff(sign_off::Action::Accept));
    assert!(told(&desk).contains("you wrote it"), "{}", told(&desk));
    assert_eq!(state(&desk, "determination 3.1.a"), SignState::Submitted);

    as_user(&mut desk, "R. Reviewer");
    desk.act(Action::SignOff(sign_off::Action::Return)).act(Action::Enter);
    assert!(error_of(&desk, "words").contains("changed"));
    desk.typed("which nodes?").act(Action::Enter);
    assert_eq!(
        (state(&desk, "determination 3.1.a"), desk.edits.last().unwrap().what.as_str()),
        (SignState::Returned, "sign-off determination 3.1.a")
    );

    as_user(&mut desk, "a. assessor");
    desk.act(Action::Registers(registers::Action::Show(Register::SignOff))).act(Action::Filter);
    desk.typed("\"returned to me\"").act(Action::Enter);
    assert_eq!(desk.session.register_rows(Register::SignOff).iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["determination 3.1.a"]);
    // From the row to the place.
    desk.act(Action::Enter).act(Action::Enter);
    assert_eq!(desk.session.standing_on(), Some(Target::Practice("3.1.a".into())));
    desk.act(Action::Determine(determine::Action::Open));
    fill(&mut desk, "rationale", "nodes 1 to 4");
    desk.act(Action::Enter);
    assert_eq!(state(&desk, "determination 3.1.a"), SignState::Changed);
    desk.act(Action::SignOff(sign_off::Action::Submit));

    as_user(&mut desk, "R. Reviewer");
    desk.act(Action::SignOff(sign_off::Action::Accept));
    assert_eq!(state(&desk, "determination 3.1.a"), SignState::Accepted);
    assert_eq!(desk.disk.as_ref().unwrap().sign_offs.len(), 4);
}

#[test]
fn an_answer_and_an_area_are_submitted_where_one_stands() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("1.1.accountability".into()))));
    desk.act(Action::Answer(answer::Action::Open)).act(Action::Choose('y')).act(Action::Enter);
    desk.act(Action::SignOff(sign_off::Action::Submit));
    assert_eq!(state(&desk, "answer 1.1.accountability"), SignState::Submitted);
    desk.act(Action::Walk(walk::Action::GoTo(Target::Area(1)))).act(Action::SignOff(sign_off::Action::Submit));
    assert!(told(&desk).contains("is not determined yet"), "{}", told(&desk));
    desk.act(Action::Determine(determine::Action::Mark));
    set(&mut desk, Determined::NotTested);
    fill(&mut desk, "excluded_by", "CISO");
    fill(&mut desk, "rationale", "another year");
    desk.act(Action::Enter).act(Action::Walk(walk::Action::GoTo(Target::Area(1)))).act(Action::SignOff(sign_off::Action::Submit));
    assert_eq!(state(&desk, "area 1"), SignState::Submitted);
    desk.act(Action::Walk(walk::Action::Tab(Tab::Guidance))).act(Action::SignOff(sign_off::Action::Submit));
    assert!(told(&desk).contains("Stand on"), "{}", told(&desk));
}

#[test]
fn the_engagement_is_edited_and_says_whether_a_program_helped() {
    let mut desk = Desk::empty();
    desk.act(Action::Engagement(engagement::Action::Open));
    fill(&mut desk, "reviewers", "R. Reviewer; S. Second");
    choose(&mut desk, "own", 'y');
    choose(&mut desk, "assisted", 'y');
    desk.act(Action::Enter);
    assert!(error_of(&desk, "assistance").contains("how its words were checked"));
    fill(&mut desk, "assistance", "an assistant drafted rationales; each was read and changed");
    desk.act(Action::Enter);
    let engagement = desk.disk.as_ref().unwrap().engagement.clone();
    assert_eq!((engagement.reviewers.len(), engagement.own_acceptance, engagement.assisted), (2, true, Some(true)));
    let edit = desk.edits.last().unwrap();
    assert_eq!(
        (edit.what.as_str(), edit.before.contains("assisted: not told"), edit.after.contains("own acceptance: yes")),
        ("engagement", true, true)
    );
    desk.act(Action::Engagement(engagement::Action::Open));
    fill(&mut desk, "entity", " ");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "entity").contains("somebody"));
}
