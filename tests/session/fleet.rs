//! The clusters side by side: asked for once, and anew when one was read; a cell leads to its control on its cluster; what differs is found, and a
//! cluster that could not be read is blocked and says why.

use crate::support::{Desk, now};
use crate::two;
use kassay_core::fleet::{Fleet, Found, State, of_workbook};
use kassay_core::guidance::Guidance;
use kassay_core::model::Outcome;
use kassay_core::session::fleet::{self, Part, Told, drawn, lines_of};
use kassay_core::session::{Action, Context, Effect, Layer, Step, Typed};
use kassay_core::workbook::{Moment, ReadFailure, Sample, Workbook};
use std::sync::Arc;

/// Three clusters: on one a check says otherwise, and one could not be read.
fn three() -> Workbook {
    let mut workbook = two::two();
    two::read(&mut workbook, "stage-eu", "kubeadm");
    let odd = workbook.outcomes.iter_mut().find(|o| o.cluster == "prod-us" && o.check == "3.1/baseline").unwrap();
    (odd.outcome, odd.total) = (Outcome::Pass, 0);
    odd.findings.clear();
    let stage = workbook.clusters.iter_mut().find(|c| c.key == "stage-eu").unwrap();
    stage.failed = Some(ReadFailure { at: Moment(now()), why: "it did not answer".into() });
    workbook
}

/// What the world answers to the question that was asked last.
fn answer(desk: &mut Desk) -> Arc<Fleet> {
    let Some(Effect::SideBySide { ticket, of }) = desk.asked.pop() else { panic!("nothing was asked: {:?}", desk.asked) };
    let found = |key: &str| of.found.iter().find(|f| f.cluster == key).map(|f| Found { outcomes: &f.outcomes, namespaces: None });
    let fleet = Arc::new(of_workbook(Guidance::shipped().unwrap(), &of.workbook, &of.together, found));
    desk.act(Action::Fleet(fleet::Action::Gathered { ticket, fleet: fleet.clone() }));
    fleet
}

/// An assessment of them, its findings not loaded, so that the workbook alone tells what checks say.
fn shown() -> Desk {
    let mut desk = two::opened(three());
    for cluster in &mut desk.session.book.as_mut().unwrap().clusters {
        cluster.found = Arc::default();
    }
    desk.asked.clear();
    desk.act(Action::Fleet(fleet::Action::Open));
    answer(&mut desk);
    desk
}

fn rows(desk: &Desk) -> Vec<String> {
    let view = &desk.session.fleet;
    view.matrix.items().filter_map(|at| view.told(view.row(at)?)).map(|told| told.id().to_owned()).collect()
}

#[test]
fn one_cluster_stands_beside_nothing() {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    desk.act(Action::Fleet(fleet::Action::Open));
    assert!(matches!(desk.session.top(), Layer::Walk) && desk.asked.is_empty());
    assert!(desk.session.messages.iter().any(|m| m.what.contains("no two clusters")), "{:?}", desk.session.messages);
}

#[test]
fn what_was_put_side_by_side_stays_until_a_cluster_is_read_or_fails() {
    let mut desk = shown();
    desk.act(Action::Back).act(Action::Fleet(fleet::Action::Open));
    assert!(desk.asked.is_empty(), "nothing has changed: {:?}", desk.asked);
    let before = desk.session.fleet.fleet().unwrap().clone();
    desk.act(Action::Back);
    let book = desk.session.book.as_mut().unwrap();
    book.workbook.clusters[0].failed = Some(ReadFailure { at: Moment(now()), why: "no route".into() });
    book.refresh(Guidance::shipped().unwrap(), jiff::civil::date(2026, 11, 23));
    desk.act(Action::Fleet(fleet::Action::Open));
    // An answer to what was asked before is not taken for one to this.
    desk.act(Action::Fleet(fleet::Action::Gathered { ticket: 1, fleet: Arc::new(Fleet::default()) }));
    assert_eq!(desk.session.fleet.fleet(), Some(&before));
    let fleet = answer(&mut desk);
    assert_eq!(fleet.failed().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["prod-eu", "stage-eu"]);
    assert_eq!(desk.session.fleet.fleet(), Some(&*fleet));
}

#[test]
fn a_cell_leads_to_its_control_on_its_cluster() {
    let mut desk = shown();
    assert_eq!(desk.session.context(), Context::Fleet);
    assert_eq!(rows(&desk).len(), desk.session.fleet.fleet().unwrap().controls.len());
    desk.act(Action::Right);
    assert_eq!(desk.session.fleet.cluster().unwrap().name, "prod-us");
    while desk.session.fleet.selected().is_some_and(|told| told.id() != "3.1") {
        desk.act(Action::Step(Step::Down));
    }
    let lines = lines_of(&desk.session.fleet, desk.book()).unwrap();
    assert!(lines[0].starts_with("3.1 ") && lines[0].contains("on prod-us"), "{lines:?}");
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk));
    assert_eq!(desk.book().shown().unwrap().key, "prod-us");
    assert_eq!(desk.book().walk.here(desk.session.guidance).unwrap().id, "3.1");
    // One comes back to where one was, on the cluster that is shown.
    desk.act(Action::Fleet(fleet::Action::Open));
    let view = &desk.session.fleet;
    assert_eq!((view.selected().unwrap().id(), view.cluster().unwrap().name.as_str()), ("3.1", "prod-us"));
    for _ in 0..5 {
        desk.act(Action::Right);
    }
    assert_eq!(desk.session.fleet.cluster().unwrap().name, "stage-eu", "there is no cluster behind the last");
}

#[test]
fn what_differs_is_found_and_what_was_not_read_never_passes() {
    let mut desk = shown();
    let fleet = desk.session.fleet.fleet().unwrap();
    let stage = fleet.clusters.iter().find(|c| c.name == "stage-eu").unwrap();
    assert_eq!(stage.state, State::Failed);
    assert!(fleet::standing(stage).contains("it did not answer"), "{}", fleet::standing(stage));
    for row in &fleet.checks {
        assert!(matches!(row.outcomes["stage-eu"], Outcome::Blocked | Outcome::Fail), "{} on a cluster that was not read", row.check);
    }
    assert!(fleet.summary_has_failed());
    desk.act(Action::Fleet(fleet::Action::Checks));
    let all = rows(&desk).len();
    assert_eq!(all, fleet_rows(&desk));
    // Of a cluster that was not read everything differs; so what fails everywhere is what does not.
    desk.act(Action::Fleet(fleet::Action::Differing));
    let differing = rows(&desk);
    assert!(differing.contains(&"3.1/baseline".to_owned()) && differing.len() < all, "{differing:?}");
    desk.act(Action::Fleet(fleet::Action::Differing)).act(Action::Filter);
    assert_eq!(desk.session.context(), Context::Filter);
    desk.act(Action::Type(Typed::Text("3.1/base".into()))).act(Action::Enter);
    assert_eq!(rows(&desk), ["3.1/baseline"]);
    let view = &desk.session.fleet;
    let Some(Told::Check(row)) = view.selected() else { panic!("{:?}", view.selected()) };
    assert_eq!([row.outcomes["prod-eu"], row.outcomes["prod-us"]], [Outcome::Fail, Outcome::Pass]);
    assert!(view.differences_here().iter().any(|d| d.what.contains(&"3.1/baseline".to_owned())), "{:?}", view.differences_here());
    // Esc clears the words first, then goes back.
    desk.act(Action::Back);
    assert_eq!((rows(&desk).len(), desk.session.context()), (all, Context::Fleet));
    desk.act(Action::Back);
    assert!(matches!(desk.session.top(), Layer::Walk));
}

#[test]
fn a_difference_leads_to_its_check_on_the_odd_one_out() {
    let mut desk = shown();
    desk.act(Action::Fleet(fleet::Action::Part(Part::Differences))).act(Action::Filter);
    desk.act(Action::Type(Typed::Text("about:outcome 3.1/baseline".into()))).act(Action::Enter);
    let difference = desk.session.fleet.difference().unwrap().clone();
    assert!(fleet::in_words(&difference).contains("pass on prod-us"), "{}", fleet::in_words(&difference));
    assert!(fleet::in_full(&difference).len() > 2);
    desk.act(Action::Enter);
    let book = desk.book();
    assert_eq!(book.walk.here(desk.session.guidance).unwrap().id, "3.1");
    let odd = difference.apart.first().or_else(|| difference.values.last()?.clusters.first()).unwrap();
    assert_eq!(book.shown().unwrap().key, *odd);
}

#[test]
fn the_clusters_tell_why_one_was_not_read_and_which_were_drawn() {
    let mut desk = shown();
    let drawn_one = r#"
        ref = "S-01"
        title = "clusters"
        method = "random"
        by = "A. Assessor"
        at = 2026-11-23T09:12:00Z
        population = {of = "clusters", count = 3, counted = 2026-11-23T09:12:00Z, digest = ""}
        item = [{name = "prod-us"}]
    "#;
    let sample: Sample = toml::from_str(drawn_one).unwrap();
    desk.session.book.as_mut().unwrap().workbook.samples.push(sample);
    assert_eq!(drawn(desk.book(), "prod-us"), ["S-01"]);
    assert!(drawn(desk.book(), "prod-eu").is_empty());
    desk.act(Action::Fleet(fleet::Action::NextPart)).act(Action::Fleet(fleet::Action::NextPart));
    assert_eq!(desk.session.fleet.part, Part::Clusters);
    desk.act(Action::Filter).act(Action::Type(Typed::Text("failed".into()))).act(Action::Enter);
    let view = &desk.session.fleet;
    let fleet = view.fleet().unwrap();
    let shown: Vec<&str> = view.clusters.items().map(|at| fleet.clusters[at].name.as_str()).collect();
    assert_eq!(shown, ["stage-eu"]);
    let about = fleet::about(fleet, desk.book(), &fleet.clusters[1]);
    assert!(about.iter().any(|line| line.contains("S-01")), "{about:?}");
    desk.asked.clear();
    desk.act(Action::CopyCommand);
    assert!(
        matches!(desk.asked.as_slice(), [Effect::Copy(text)] if text.contains("stage-eu") && text.contains("it did not answer")),
        "{:?}",
        desk.asked
    );
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk));
    assert_eq!(desk.book().shown().unwrap().key, "stage-eu");
}

fn fleet_rows(desk: &Desk) -> usize {
    let fleet = desk.session.fleet.fleet().unwrap();
    fleet.controls.len() + fleet.checks.len()
}

trait Summed {
    fn summary_has_failed(&self) -> bool;
}

impl Summed for Fleet {
    fn summary_has_failed(&self) -> bool {
        fleet::summary(self).contains("1 not read")
    }
}
