//! What people tell of a cluster whose files do not: its version, before it is read and later; and what is told to be new once it was read twice.

use crate::support::{Desk, collection, now};
use kassay_core::kinds::{ClusterInfo, VersionFrom};
use kassay_core::model::Scope;
use kassay_core::session::{Action, ContextRow, Effect, Layer, Preflight, Register, Typed, all_findings, book, new, registers};
use std::sync::Arc;

/// Types into a row of the open form.
fn fill(desk: &mut Desk, row: &str, text: &str) {
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == row).unwrap();
    desk.act(Action::Focus(at)).act(Action::Type(Typed::ToEnd)).typed(text);
}

#[test]
fn a_version_that_files_do_not_tell_is_told_before_they_are_read() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::New(new::Action::AddCluster));
    desk.act(Action::New(new::Action::Contexts(Ok(Vec::<ContextRow>::new()))));
    desk.act(Action::Enter);
    fill(&mut desk, "file", "/dumps/eu");
    desk.act(Action::Enter);
    let cluster = ClusterInfo { version: "v1.36.1".into(), version_from: VersionFrom::Assumed, ..ClusterInfo::default() };
    let known = Preflight { cluster, ..Preflight::default() };
    desk.act(Action::New(new::Action::PreflightDone(Box::new(known.clone()))));
    assert_eq!(desk.session.new.as_ref().unwrap().version_words(&known), "version not known");
    desk.act(Action::New(new::Action::Version));
    fill(&mut desk, "version", "latest");
    desk.act(Action::Enter);
    assert!(desk.session.form().unwrap().row("version").unwrap().error.as_ref().unwrap().contains("1.34"));
    desk.act(Action::Type(Typed::BackspaceWord)).typed("1.34");
    fill(&mut desk, "reason", "the console");
    desk.act(Action::Enter);
    assert!(desk.session.form().is_none());
    assert_eq!(desk.session.new.as_ref().unwrap().version_words(&known), "v1.34, told by assessor on 2026-11-23");
    desk.asked.clear();
    desk.act(Action::Enter).act(Action::Enter).act(Action::Enter);
    let told = desk.disk.as_ref().unwrap().versions.clone();
    assert_eq!(
        told.iter().map(|t| (t.cluster.as_str(), t.version.as_str(), t.reason.as_str(), t.by.as_str())).collect::<Vec<_>>(),
        [("eu", "v1.34", "the console", "assessor")]
    );
    assert_eq!(desk.edits.last().unwrap().what, "version of eu");
    assert!(
        desk.asked.iter().any(|e| matches!(e, Effect::Collect { key, workbook, .. } if key == "eu" && workbook.versions == told)),
        "{:?}",
        desk.asked
    );
}

#[test]
fn a_cluster_that_tells_its_version_is_not_told_another() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::New(new::Action::AddCluster));
    desk.act(Action::New(new::Action::Contexts(Ok(Vec::<ContextRow>::new()))));
    desk.act(Action::Enter);
    fill(&mut desk, "file", "/dumps/eu");
    desk.act(Action::Enter).act(Action::New(new::Action::PreflightDone(Box::default())));
    desk.act(Action::New(new::Action::Version));
    assert!(desk.session.form().is_none() && desk.session.messages.last().unwrap().what.contains("tells its version itself"));
}

#[test]
fn a_version_is_told_later_too_and_taken_back() {
    let mut desk = Desk::empty();
    let mut read = collection(&Scope::default());
    Arc::make_mut(&mut read.inventory).cluster.version_from = VersionFrom::Assumed;
    desk.read_cluster(read);
    let words = |desk: &Desk| desk.book().workbook.version_words(&desk.book().workbook.clusters[0]);
    assert_eq!((desk.book().workbook.clusters[0].version.as_str(), words(&desk).as_str()), ("", "version not known"));
    desk.act(Action::Registers(registers::Action::Show(Register::Clusters))).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Form(_)), "{:?}", desk.session.messages);
    fill(&mut desk, "version", "v1.34.4");
    desk.asked.clear();
    desk.act(Action::Enter);
    let (told, edit) = (desk.disk.as_ref().unwrap().versions[0].clone(), desk.edits.last().unwrap());
    assert_eq!((told.version.as_str(), told.by.as_str(), told.at.0), ("v1.34.4", "assessor", now()));
    assert_eq!((edit.what.as_str(), edit.before.as_str(), edit.after.as_str()), ("version of prod-eu", "version not known", "v1.34.4"));
    // It is judged again by that, and again without it.
    let judged = |desk: &Desk, versions: usize| {
        desk.asked.iter().any(|e| matches!(e, Effect::Judge { workbook, .. } if workbook.versions.len() == versions))
    };
    assert!(judged(&desk, 1), "{:?}", desk.asked);
    desk.asked.clear();
    desk.act(Action::Book(book::Action::Undo));
    assert!(desk.disk.as_ref().unwrap().versions.is_empty() && judged(&desk, 0), "{:?}", desk.asked);
}

#[test]
fn what_is_new_is_told_once_a_cluster_was_read_twice_and_that_it_can_not_be_told_before() {
    let mut desk = Desk::with_cluster();
    let ask = |desk: &mut Desk| {
        desk.act(Action::AllFindings(all_findings::Action::Open)).act(Action::Filter).typed("new:yes").act(Action::Enter);
        let list = &desk.session.all_findings;
        let told = (list.list.shown(), list.unanswered());
        desk.act(Action::Back).act(Action::Back);
        told
    };
    let (shown, unanswered) = ask(&mut desk);
    assert_eq!(shown, 0);
    assert!(unanswered.unwrap().contains("prod-eu"), "none is no answer");
    let mut other = collection(&Scope::default());
    let outcomes = Arc::make_mut(&mut other.outcomes);
    let baseline = outcomes.iter_mut().find(|o| o.check == "3.1/baseline").unwrap();
    let mut finding = baseline.findings[0].clone();
    finding.object.name = "ledger".into();
    finding.identify("3.1/baseline");
    baseline.findings.push(finding);
    other.findings = "e".repeat(64);
    desk.read_cluster(other.clone());
    assert_eq!(ask(&mut desk), (1, None));
    let before = desk.book().workbook.clusters[0].before.clone().unwrap();
    assert_eq!(before.findings, "f".repeat(64));
    // Judged again it is still new since the reading before; what it is compared with stays.
    let revision = desk.book().revision;
    desk.act(Action::Book(book::Action::Judged { cluster: "prod-eu".into(), revision, collection: Box::new(other) }));
    assert_eq!(desk.book().workbook.clusters[0].before, Some(before));
    assert_eq!(ask(&mut desk), (1, None));
}
