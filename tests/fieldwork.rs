//! Samples and requests by actions: what is drawn can be drawn again by anybody, what is asked for is asked for once, nothing of either is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, dead_code, reason = "a test's failure is its message")]

#[path = "support/session.rs"]
mod support;

use kassay_core::assess;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Tables;
use kassay_core::model::Scope;
use kassay_core::session::{
    Action, Collection, Flag, Layer, Register, Step, Target, Urgency, Why, book, reading, registers, requests, samples, walk,
};
use kassay_core::workbook::sampling::{self, Ask, Member, Size, summary};
use kassay_core::workbook::{Evidence, EvidenceKind, ItemResult, Moment, RequestStatus, Sample, SamplingMethod, Strata, requests as rules};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use support::{Desk, collection, now};

/// Goes to the register, and begins a new row.
fn add(desk: &mut Desk, register: Register) {
    desk.act(Action::Registers(registers::Action::Show(register))).act(Action::Registers(registers::Action::Add));
}

fn at(desk: &mut Desk, row: &str) {
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == row).unwrap_or_else(|| panic!("no row {row}"));
    desk.act(Action::Focus(at));
}

fn fill(desk: &mut Desk, row: &str, text: &str) {
    at(desk, row);
    desk.act(Action::Type(kassay_core::session::Typed::ToStart)).typed(text);
}

fn choose(desk: &mut Desk, row: &str, key: char) {
    at(desk, row);
    desk.act(Action::Choose(key));
}

fn error_of(desk: &Desk, row: &str) -> String {
    desk.session.form().and_then(|form| form.row(row)).and_then(|r| r.error.clone()).unwrap_or_default()
}

fn sample(desk: &Desk, at: usize) -> Sample {
    desk.disk.as_ref().unwrap().samples[at].clone()
}

fn names(sample: &Sample) -> Vec<&str> {
    sample.items.iter().map(|item| item.name.as_str()).collect()
}

/// Draws two of the three workloads.
fn drawn(desk: &mut Desk) -> Sample {
    add(desk, Register::Samples);
    fill(desk, "title", "Hardening of workloads");
    fill(desk, "size", "2");
    fill(desk, "seed", "acme");
    fill(desk, "representative", "all are built by one pipeline");
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Register(Register::Samples)), "{:?}", desk.session.form());
    desk.disk.as_ref().unwrap().samples.last().unwrap().clone()
}

#[test]
fn a_sample_drawn_by_chance_keeps_population_and_seed_and_anybody_draws_the_same() {
    let mut desk = Desk::with_cluster();
    let kept = drawn(&mut desk);
    assert_eq!((kept.reference.as_str(), kept.seed.as_str(), kept.population.count, kept.items.len()), ("S-01", "acme", 3, 2));
    assert_eq!(kept.population.members, ["prod-eu pay/Deployment/api", "prod-eu shop/Deployment/cart", "prod-eu shop/Deployment/web"]);
    assert_eq!((kept.population.counted, kept.population.snapshots.len()), (Moment(now()), 1));
    assert_eq!(kept.population.digest, sampling::digest(kept.population.members.iter().map(String::as_str)));
    let mut by_hand: Vec<&String> = kept.population.members.iter().collect();
    by_hand.sort_by_key(|name| sampling::key("acme", name));
    by_hand.truncate(2);
    by_hand.sort();
    assert_eq!(names(&kept), by_hand);
    assert_eq!(desk.edits.last().unwrap().what, "sample S-01");
    // Another one of the same seed is the same, under a reference of its own.
    let again = drawn(&mut desk);
    assert_eq!((again.reference.as_str(), names(&again)), ("S-02", names(&kept)));
}

#[test]
fn what_a_sample_lacks_is_told_beside_its_row_and_nothing_is_drawn() {
    let mut desk = Desk::with_cluster();
    add(&mut desk, Register::Samples);
    desk.act(Action::Enter);
    assert!(error_of(&desk, "title").contains("what is looked at"));
    fill(&mut desk, "title", "Workloads");
    fill(&mut desk, "filter", "nothing-is-called-so");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "filter").contains("none of 3"));
    fill(&mut desk, "filter", "shop");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "representative").contains("stands for"));
    fill(&mut desk, "representative", "one team");
    fill(&mut desk, "size", "9");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "size").contains("has 2"));
    fill(&mut desk, "size", "50%");
    fill(&mut desk, "seed", "");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "seed").contains("seed"));
    choose(&mut desk, "method", 'j');
    desk.act(Action::Enter);
    assert!(error_of(&desk, "reason").contains("reason"));
    assert!(desk.disk.as_ref().unwrap().samples.is_empty());
}

#[test]
fn a_typed_list_is_a_population_and_judgement_chooses_from_it() {
    let mut desk = Desk::empty();
    add(&mut desk, Register::Samples);
    fill(&mut desk, "title", "Changes of this year");
    fill(&mut desk, "members", "CHG-3\nCHG-1\n\nCHG-2\nCHG-1");
    choose(&mut desk, "method", 's');
    desk.act(Action::Enter);
    assert!(error_of(&desk, "method").contains("neither categories nor owners"));
    choose(&mut desk, "method", 'j');
    fill(&mut desk, "reason", "the largest ones");
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Pick(_)), "{:?}", desk.session.form());
    // Nothing chosen draws nothing; what was chosen is there again after a look at the form.
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Pick(_)));
    desk.act(Action::Step(Step::Bottom)).act(Action::Samples(samples::Action::Choose)).act(Action::Back);
    assert_eq!(desk.session.form().unwrap().text("chosen"), "CHG-3");
    desk.act(Action::Enter).act(Action::Samples(samples::Action::Choose)).act(Action::Enter);
    let kept = sample(&desk, 0);
    assert_eq!((names(&kept), kept.population.count), (vec!["CHG-1", "CHG-3"], 3));
    assert_eq!((kept.method, kept.seed.as_str(), kept.reason.as_str()), (SamplingMethod::Judgement, "", "the largest ones"));
}

#[test]
fn each_stratum_has_its_share() {
    let mut desk = Desk::with_cluster();
    add(&mut desk, Register::Samples);
    fill(&mut desk, "title", "Workloads");
    choose(&mut desk, "method", 's');
    choose(&mut desk, "strata", 'o');
    fill(&mut desk, "size", "2");
    fill(&mut desk, "representative", "each team has one");
    desk.act(Action::Enter);
    let kept = sample(&desk, 0);
    let strata: Vec<&str> = kept.items.iter().map(|item| item.stratum.as_str()).collect();
    assert_eq!((strata, kept.strata), (vec!["pay", "shop"], Some(Strata::Owner)));
}

#[test]
fn a_sample_is_worked_through_by_single_keys_and_disagreement_is_told() {
    let mut desk = Desk::with_cluster();
    drawn(&mut desk);
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Sample { .. }), "{:?}", desk.session.top());
    desk.act(Action::Samples(samples::Action::Result(Some(ItemResult::Conforms))));
    desk.act(Action::Samples(samples::Action::Result(Some(ItemResult::Deviates))));
    let kept = sample(&desk, 0);
    assert_eq!(summary(&kept).overall.words(), "inconsistent: 1 conforms, 1 deviates");
    assert_eq!((kept.items[0].by.as_str(), kept.items[0].on.unwrap().to_string().as_str()), ("assessor", "2026-11-23"));
    assert_eq!(desk.edits.last().unwrap().what, format!("sample S-01: {}", kept.items[1].name));
    // The second one is selected still: its note, and evidence that must be there.
    desk.act(Action::Enter);
    fill(&mut desk, "note", "runs as root");
    // A number is enough for a reference.
    fill(&mut desk, "evidence", "9");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "evidence").contains("no E-0009"));
    fill(&mut desk, "evidence", "");
    choose(&mut desk, "result", 't');
    fill(&mut desk, "note", "");
    desk.act(Action::Enter);
    assert!(error_of(&desk, "note").contains("why"));
    fill(&mut desk, "note", "gone since");
    desk.act(Action::Enter);
    let kept = sample(&desk, 0);
    assert_eq!((kept.items[1].result, kept.items[1].note.as_str()), (Some(ItemResult::NotTested), "gone since"));
    desk.act(Action::Book(book::Action::Undo));
    assert_eq!(sample(&desk, 0).items[1].result, Some(ItemResult::Deviates));
    let rows = desk.session.register_rows(Register::Samples);
    assert!(rows[0].flag == Flag::Wrong && rows[0].cells.iter().any(|cell| cell.starts_with("inconsistent")), "{rows:?}");
}

#[test]
fn a_changed_population_is_told_and_the_sample_stays_as_it_was_drawn() {
    let mut desk = Desk::with_cluster();
    let kept = drawn(&mut desk);
    desk.act(Action::Enter).act(Action::Samples(samples::Action::Again));
    assert!(desk.session.messages.iter().any(|m| m.level == Urgency::Info && m.what.contains("same items")), "{:?}", desk.session.messages);
    // Another day one workload is gone.
    let mut other = collection(&Scope::default());
    let inventory = Arc::make_mut(&mut other.inventory);
    inventory.workloads.retain(|workload| workload.object.name != "cart");
    desk.act(Action::Back).act(Action::Back).act(Action::Reading(reading::Action::Again));
    desk.act(Action::Reading(reading::Action::Collected(Box::new(other))));
    desk.session.messages.clear();
    desk.act(Action::Registers(registers::Action::Show(Register::Samples))).act(Action::Enter);
    desk.act(Action::Samples(samples::Action::Again));
    let told = desk.session.messages.iter().find(|m| m.level == Urgency::Warning).expect("a warning");
    assert!(told.why.contains("3 then and 2 now: 1 went: prod-eu shop/Deployment/cart"), "{told:?}");
    assert_eq!(names(&sample(&desk, 0)), names(&kept));
}

#[test]
fn a_reference_of_a_sample_is_never_given_twice() {
    let mut desk = Desk::with_cluster();
    drawn(&mut desk);
    desk.act(Action::Back).act(Action::Book(book::Action::Undo));
    assert!(sample(&desk, 0).withdrawn.is_some());
    assert_eq!(drawn(&mut desk).reference, "S-02");
}

/// What a line of the page prints for a population, a seed and a size.
fn by_standard_tools(names: &str, seed: &str, size: usize) -> Option<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sampling.md")).unwrap();
    let script = page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has a script");
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("population.txt")).unwrap().write_all(names.as_bytes()).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).current_dir(folder.path()).env("SEED", seed).env("SIZE", size.to_string()).stdin(Stdio::null());
    let out = shell.output().ok()?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap())
}

#[test]
fn the_script_of_the_page_draws_what_the_program_draws() {
    if Command::new("sha256sum").arg("--version").stdout(Stdio::null()).status().is_err() {
        return;
    }
    let members: Vec<Member> =
        sampling::typed(&(0..40).map(|n| format!("prod-eu shop/Deployment/w{n} %s\\n 'ä")).collect::<Vec<_>>().join("\n"));
    let names = sampling::listed(members.iter().map(|member| member.name.as_str()));
    for (seed, size) in [("acme 2026", 7), ("-n \\t %d", 1), ("x", 40)] {
        let ask = Ask { method: SamplingMethod::Random, strata: None, size: Size::Count(size), seed };
        let drawn = sampling::draw(&members, &ask).unwrap();
        let ours: String = drawn.iter().map(|item| format!("{}\n", item.name)).collect();
        assert_eq!(by_standard_tools(&names, seed, size), Some(ours), "{seed}");
    }
}

/// An assessment of which everything was asked for.
fn asked() -> Desk {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Registers(registers::Action::Show(Register::Requests))).act(Action::Requests(requests::Action::Propose));
    fill(&mut desk, "due", "2026-12-01");
    desk.act(Action::Enter);
    assert!(desk.session.form().is_none(), "{:?}", desk.session.form());
    desk
}

/// A provider's control plane shows nothing by itself: what its commands print is asked for once, for all the checks that would judge it.
#[test]
fn a_file_that_checks_would_judge_is_asked_for_once() {
    let mut inventory = (*support::inventory()).clone();
    inventory.cluster.distribution = "eks".into();
    let outcomes = Arc::new(assess::assess(&inventory, &Scope::default(), now(), &Tables::shipped().unwrap()));
    let mut desk = Desk::empty();
    desk.read_cluster(Collection { inventory: Arc::new(inventory), outcomes, ..collection(&Scope::default()) });
    desk.session.messages.clear();
    let control = Guidance::shipped().unwrap().controls().find(|control| control.id == "7.1").unwrap();
    assert!(
        desk.book().to_ask(control).iter().any(|line| line.contains("aws eks describe-cluster") && line.contains("7.1/provider-audit"))
    );
    desk.act(Action::Registers(registers::Action::Show(Register::Requests))).act(Action::Requests(requests::Action::Propose));
    desk.act(Action::Enter);
    let workbook = desk.disk.as_ref().unwrap();
    let asked: Vec<_> =
        workbook.requests.iter().filter(|request| request.what.starts_with("aws eks describe-cluster of the cluster")).collect();
    assert!(asked.len() == 1 && asked[0].practices.len() > 2 && asked[0].what.contains("6.1/encryption-at-rest"), "{asked:?}");
    assert_eq!(rules::needed(Guidance::shipped().unwrap(), workbook, "2026-11-23".parse().unwrap()), []);
}

#[test]
fn all_that_is_needed_is_asked_for_once() {
    let mut desk = asked();
    let all = desk.disk.as_ref().unwrap().requests.clone();
    let of_questions = all.iter().filter(|r| !r.question.is_empty()).count();
    assert!(of_questions > 50 && all.len() > of_questions + 50, "{of_questions} of {}", all.len());
    assert!(all.iter().all(|r| !r.role.is_empty() && !r.practices.is_empty() && r.due.is_some() && r.status == RequestStatus::Open));
    let mfa = all.iter().find(|r| r.question == "1.6.mfa_enforced").unwrap();
    assert_eq!(mfa.role, "identity team");
    desk.act(Action::Requests(requests::Action::Propose));
    assert!(desk.session.form().is_none());
    // Words that were changed are asked for once all the same.
    let mut workbook = desk.disk.clone().unwrap();
    workbook.requests.iter_mut().for_each(|r| r.what.push_str(", please"));
    assert_eq!(rules::needed(Guidance::shipped().unwrap(), &workbook, "2026-11-23".parse().unwrap()), []);
    // Taken back and asked for again, each has its reference still.
    desk.act(Action::Book(book::Action::Undo));
    assert!(desk.disk.as_ref().unwrap().requests.iter().all(|r| r.status == RequestStatus::NotNeeded));
    desk.act(Action::Requests(requests::Action::Propose)).act(Action::Enter);
    let again = &desk.disk.as_ref().unwrap().requests;
    assert_eq!(again.iter().map(|r| &r.reference).collect::<Vec<_>>(), all.iter().map(|r| &r.reference).collect::<Vec<_>>());
    assert!(again.iter().all(|r| r.status == RequestStatus::Open));
}

fn request(desk: &Desk, question: &str) -> kassay_core::workbook::Request {
    desk.disk.as_ref().unwrap().requests.iter().find(|r| r.question == question).unwrap().clone()
}

#[test]
fn an_answer_closes_its_request_and_one_that_lacks_evidence_does_not() {
    let mut desk = asked();
    desk.act(Action::Back);
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("3.3.trusted_registries".into())))).act(Action::Enter);
    desk.typed("registry.example").act(Action::Enter);
    assert_eq!(request(&desk, "3.3.trusted_registries").status, RequestStatus::Received);
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("1.1.accountability".into())))).act(Action::Enter);
    desk.act(Action::Choose('y')).act(Action::Enter);
    assert_eq!(request(&desk, "1.1.accountability").status, RequestStatus::Open);
}

#[test]
fn evidence_for_a_question_closes_its_request_and_opens_it_again_when_it_is_taken_back() {
    let guidance = Guidance::shipped().unwrap();
    let mut workbook = asked().disk.unwrap();
    let (today, at) = ("2026-11-24".parse().unwrap(), Moment("2026-11-24T09:00:00Z".parse().unwrap()));
    let piece = Evidence::new("E-0001".into(), EvidenceKind::Document, "Policy".into(), "assessor".into(), at);
    workbook.evidence.push(Evidence { questions: vec!["1.6.mfa_enforced".into()], ..piece });
    let closed = rules::settle(&mut workbook, guidance, today, "assessor", at);
    let of = |workbook: &kassay_core::workbook::Workbook| {
        let request = workbook.requests.iter().find(|r| r.question == "1.6.mfa_enforced").unwrap();
        (request.status, request.evidence.clone())
    };
    assert_eq!((closed.len(), of(&workbook)), (1, (RequestStatus::Received, vec!["E-0001".to_owned()])));
    // Somebody who opens it again wants more than that.
    let later = Moment("2026-11-25T09:00:00Z".parse().unwrap());
    let reopened = |request: &mut kassay_core::workbook::Request| (request.status, request.at) = (RequestStatus::Open, later);
    let mut other = workbook.clone();
    other.requests.iter_mut().filter(|r| r.question == "1.6.mfa_enforced").for_each(reopened);
    assert!(rules::settle(&mut other, guidance, today, "assessor", later).is_empty());
    workbook.evidence[0].withdrawn =
        Some(kassay_core::workbook::Withdrawn { by: "assessor".into(), at: later, why: "the wrong file".into() });
    assert_eq!(rules::settle(&mut workbook, guidance, today, "assessor", later).len(), 1);
    assert_eq!(of(&workbook), (RequestStatus::Open, vec![]));
}

#[test]
fn what_is_requested_from_others_says_so_and_can_be_skipped() {
    let mut desk = asked();
    desk.act(Action::Back);
    let item = desk.session.book.as_ref().unwrap().open.iter().find(|item| item.why == Why::Answer).cloned().unwrap();
    assert!(item.requested.is_some() && item.sentence.contains("requested from"), "{item:?}");
    let leads_to_question = |desk: &mut Desk| {
        (0..300).any(|_| {
            desk.act(Action::Walk(walk::Action::NextOpen));
            matches!(desk.session.standing_on(), Some(Target::Question(_)))
        })
    };
    desk.act(Action::Requests(requests::Action::Skip));
    assert!(!leads_to_question(&mut desk));
    desk.act(Action::Requests(requests::Action::Skip));
    assert!(leads_to_question(&mut desk));
}

#[test]
fn a_typed_role_is_remembered_and_may_be_given_to_all_alike() {
    let mut desk = asked();
    let first = request(&desk, "1.6.mfa_enforced");
    let row = desk.session.register_rows(Register::Requests).iter().position(|r| r.id == first.reference).unwrap();
    desk.act(Action::Select(row)).act(Action::Enter);
    fill(&mut desk, "role", "IAM crew");
    choose(&mut desk, "all", 'a');
    desk.act(Action::Enter);
    let all = &desk.disk.as_ref().unwrap().requests;
    assert!(all.iter().all(|r| r.role != "identity team") && all.iter().filter(|r| r.role == "IAM crew").count() > 3);
    let mut workbook = desk.disk.clone().unwrap();
    workbook.requests.retain(|r| r.question != "1.6.mfa_scope");
    let needed = rules::needed(Guidance::shipped().unwrap(), &workbook, "2026-11-23".parse().unwrap());
    assert_eq!((needed[0].question.as_str(), needed[0].role.as_str()), ("1.6.mfa_scope", "IAM crew"));
}

#[test]
fn what_is_overdue_asks_for_attention_and_a_refusal_needs_its_reason() {
    let mut desk = asked();
    let rows = desk.session.register_rows(Register::Requests);
    assert!(rows.iter().all(|row| row.flag == Flag::Fine));
    desk.act(Action::Tick("2026-12-05T09:00:00Z".parse().unwrap()));
    let rows = desk.session.register_rows(Register::Requests);
    assert!(rows.iter().all(|row| row.flag == Flag::Attention && row.cells[0] == "overdue"));
    // Its day has passed, and stays as it is while something else is changed.
    desk.act(Action::Enter);
    choose(&mut desk, "status", 'f');
    desk.act(Action::Enter);
    assert!(error_of(&desk, "note").contains("why"));
    fill(&mut desk, "note", "the CISO refused: contract");
    desk.act(Action::Enter);
    let refused = &desk.disk.as_ref().unwrap().requests[0];
    assert_eq!((refused.status, refused.due.unwrap().to_string().as_str()), (RequestStatus::Refused, "2026-12-01"));
    assert_eq!(desk.session.register_rows(Register::Requests)[0].flag, Flag::Wrong);
}
