//! Lists of what was worked out: connections and rights are narrowed, grouped, copied and kept; what is longer than the screen scrolls; anything is found by
//! its words.

use crate::support::{Desk, collection, now};
use kassay_core::analysis::segmentation::{Crossing, FlowRow, Segmentation};
use kassay_core::model::{Category, Scope};
use kassay_core::session::segmentation::{FlowGroup, told};
use kassay_core::session::{
    Action, Context, Edit, Effect, Flag, Layer, ListRow, Register, Step, Target, access, all_findings, book, findings, registers, search,
    segmentation, walk,
};
use kassay_core::workbook::{Journal, Reached};
use std::sync::Arc;

fn picture() -> Arc<Segmentation> {
    let flow =
        |from: &str, to: &str| FlowRow { from: from.into(), to: to.into(), ports: "TCP 5432".into(), by: vec!["pay/from-shop".into()] };
    let crossing = |from, shown: Vec<FlowRow>| Crossing { from, to: Some(Category::Cde), flows: 3_998_000, open: 0, shown };
    Arc::new(Segmentation {
        crossings: vec![
            crossing(None, vec![flow("0.0.0.0/0", "pay/Deployment/api")]),
            crossing(Some(Category::Connected), vec![flow("shop/web", "pay/db"), flow("shop/cart", "pay/db"), flow("ops/x", "pay/api")]),
        ],
        complete: true,
        ..Segmentation::default()
    })
}

#[test]
fn connections_are_narrowed_grouped_copied_and_kept_with_how_many_there_are() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Segmentation(segmentation::Action::Open));
    desk.act(Action::Segmentation(segmentation::Action::Drawn { cluster: "prod-eu".into(), picture: picture() }));
    let connected = picture().in_order().iter().position(|c| c.from == Some(Category::Connected)).unwrap();
    let Some(Layer::Segmentation(cursor)) = desk.session.layers.last() else { panic!() };
    cursor.counts(2);
    for _ in 0..connected {
        desk.act(Action::Step(Step::Down));
    }
    desk.act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Flows);
    desk.act(Action::Filter);
    assert_eq!(desk.session.context(), Context::Filter);
    desk.typed("from:shop").act(Action::Enter).act(Action::Segmentation(segmentation::Action::Group));
    let view = &desk.session.segmentation.flows;
    assert_eq!((view.list.shown(), view.list.group), (2, FlowGroup::From));
    assert_eq!(view.list.rows()[0], ListRow::Heading("shop/cart".into(), 1));
    let selected = told(view.selected().unwrap());
    desk.asked.clear();
    desk.act(Action::CopyCommand);
    assert!(matches!(desk.asked.last(), Some(Effect::Copy(text)) if *text == selected), "{:?}", desk.asked);
    desk.act(Action::Segmentation(segmentation::Action::Keep));
    let Some(Effect::AttachText { text, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert!(text.contains("3998000 in all") && text.contains("the first 3 were looked through"), "{text}");
    assert!(
        text.contains("filtered by: from:shop") && text.contains("shop/cart → pay/db on TCP 5432; let through by: pay/from-shop"),
        "{text}"
    );
    assert!(!text.contains("ops/x"), "{text}");
    // Esc clears the filter, then leaves; nothing that was set comes back on another pair.
    desk.act(Action::Back);
    assert_eq!(desk.session.segmentation.flows.list.shown(), 3);
    desk.act(Action::Back);
    assert_eq!(desk.session.context(), Context::Segmentation);
    desk.act(Action::Step(if connected == 0 { Step::Down } else { Step::Up })).act(Action::Enter);
    let view = &desk.session.segmentation.flows;
    assert_eq!((view.list.shown(), view.list.group), (1, FlowGroup::None));
}

#[test]
fn rights_are_grouped_copied_and_kept() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Access(access::Action::Open));
    desk.act(Action::Access(access::Action::Registered { cluster: "prod-eu".into(), register: super::register() }));
    desk.act(Action::Access(access::Action::Group));
    let headings: Vec<&ListRow> = desk.session.access.view.list.rows().iter().filter(|row| row.item().is_none()).collect();
    assert_eq!(headings.len(), 3, "{headings:?}");
    desk.asked.clear();
    desk.act(Action::Filter).typed("path:secret -kind:group").act(Action::Enter).act(Action::Access(access::Action::Keep));
    let Some(Effect::AttachText { text, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert!(text.contains("filtered by: path:secret -kind:group") && text.contains("deployer") && !text.contains("admins"), "{text}");
    // The heading stands for the first below it.
    desk.act(Action::CopyCommand);
    assert!(
        matches!(desk.asked.last(), Some(Effect::Copy(text)) if text.contains("deployer") && text.contains("Role pay/empty")),
        "{:?}",
        desk.asked
    );
}

#[test]
fn a_check_without_findings_scrolls() {
    let mut desk = Desk::with_cluster();
    let blocked =
        desk.session.book.as_ref().unwrap().shown().unwrap().outcomes.iter().find(|o| o.findings.is_empty()).unwrap().check.clone();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check(blocked.clone())))).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Findings(check) if *check == blocked));
    // The screen says how much fits.
    let _ = desk.session.findings.view(&blocked).unwrap().page.first(5, 12);
    desk.act(Action::Step(Step::Bottom));
    assert_eq!(desk.session.findings.view(&blocked).unwrap().page.at, 7);
    desk.act(Action::Step(Step::Down)).act(Action::Step(Step::Up));
    assert_eq!(desk.session.findings.view(&blocked).unwrap().page.at, 6);
}

#[test]
fn what_is_told_of_a_row_scrolls_until_another_may_be_selected() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::AllFindings(all_findings::Action::Open));
    // The screen says how much fits.
    let _ = desk.session.detail.first(4, 9);
    desk.act(Action::Detail(Step::Bottom)).act(Action::Detail(Step::Down));
    assert_eq!(desk.session.detail.at, 5);
    desk.act(Action::Detail(Step::Up)).act(Action::Tick(now())).act(Action::CopyCommand);
    assert_eq!(desk.session.detail.at, 4);
    for other in [Action::Step(Step::Down), Action::Filter, Action::Back] {
        let _ = desk.session.detail.first(4, 9);
        desk.act(Action::Detail(Step::Down));
        assert!(desk.session.detail.at > 0, "{other:?}");
        desk.act(other);
        assert_eq!(desk.session.detail.at, 0);
    }
}

#[test]
fn anything_is_found_by_its_words_and_what_bears_a_number_before_what_relates_to_it() {
    let mut desk = Desk::with_cluster();
    let first = |desk: &Desk, words: &str| desk.session.find(words).first().map(|row| row.target.clone());
    assert_eq!(first(&desk, "1.2 "), Some(Target::Control("1.2".into())));
    let by_requirement = desk.session.find("8.4.2");
    assert!(
        by_requirement.iter().any(|row| row.target == Target::Control("1.6".into()) && row.text.contains("PCI DSS 8.4.2")),
        "{by_requirement:?}"
    );
    let mut workbook = desk.disk.clone().unwrap();
    workbook.answers.push(toml::from_str("question = \"1.6.mfa_enforced\"\ndigest = \"d\"\nvalue = \"yes\"\nby = \"A. Assessor\"\nat = 2026-11-23T09:12:00Z\nnote = \"conditional access, shown by the platform lead\"").unwrap());
    desk.session.book.as_mut().unwrap().workbook = workbook;
    let found = desk.session.find("conditional lead");
    assert!(
        matches!(found.as_slice(), [row] if row.target == Target::Question("1.6.mfa_enforced".into()) && row.text.contains("platform lead")),
        "{found:?}"
    );
    desk.act(Action::Search(search::Action::Open)).typed("conditional lead").act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Questions);
}

#[test]
fn the_areas_can_be_shown_by_their_numbers() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::Narrow));
    assert!(desk.session.book.as_ref().unwrap().walk.narrow);
    desk.act(Action::Walk(walk::Action::Narrow));
    assert!(!desk.session.book.as_ref().unwrap().walk.narrow);
}

#[test]
fn all_findings_are_one_list_that_is_narrowed_gone_through_and_handed_over() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::AllFindings(all_findings::Action::Open));
    assert_eq!(desk.session.context(), Context::AllFindings);
    let all: usize = desk.session.book.as_ref().unwrap().shown().unwrap().outcomes.iter().map(|o| o.findings.len()).sum();
    assert_eq!((desk.session.all_findings.count(), desk.session.all_findings.list.shown()), (all, all));
    // What is in scope comes first.
    let scope: Vec<bool> = {
        let list = &desk.session.all_findings;
        list.list.items().map(|at| list.one(at).unwrap().finding.category.in_scope()).collect()
    };
    assert!(scope.is_sorted_by(|a, b| a >= b), "{scope:?}");
    desk.act(Action::Filter).typed("check:3.1/baseline ns:pay").act(Action::Enter);
    let shown = desk.session.all_findings.list.shown();
    assert!(shown > 1 && shown < all, "{shown} of {all}");
    let first = desk.session.all_findings.selected().unwrap().finding.id.clone();
    desk.asked.clear();
    desk.act(Action::CopyCommand);
    let Some(Effect::Copy(text)) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert_eq!(text.lines().count(), shown + 2, "{text}");
    // Into one, along this list, and back to it; keys of a finding work there.
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Finding { check, id, .. } if check == "3.1/baseline" && *id == first));
    desk.act(Action::Right);
    assert!(matches!(desk.session.top(), Layer::Finding { id, .. } if *id != first), "{:?}", desk.session.top());
    assert_eq!(desk.session.layers.iter().filter(|layer| matches!(layer, Layer::Finding { .. })).count(), 1);
    desk.act(Action::Findings(findings::Action::Keep));
    assert!(matches!(desk.asked.last(), Some(Effect::AttachText { .. })), "{:?}", desk.asked);
    desk.act(Action::Back);
    assert_eq!(desk.session.context(), Context::AllFindings);
    for _ in 0..4 {
        desk.act(Action::AllFindings(all_findings::Action::Group));
        assert!(desk.session.all_findings.list.rows().iter().any(|row| row.item().is_none()));
    }
    desk.act(Action::AllFindings(all_findings::Action::Group));
    // An exception is seen when one comes back.
    desk.act(Action::Enter).act(Action::Findings(findings::Action::Except));
    desk.typed("the agent needs it").act(Action::NextField).typed("CISO").act(Action::NextField).typed("CIO");
    let until = desk.session.form().unwrap().rows.iter().position(|row| row.id == "until").unwrap();
    desk.act(Action::Focus(until)).typed("+6m").act(Action::Enter);
    assert_eq!(desk.book().workbook.exceptions.len(), 1, "{:?}", desk.session.form());
    let edit = desk.edits.last().unwrap();
    assert!(edit.what.starts_with("exception 3.1/baseline: Deployment pay/api spec"), "{edit:?}");
    desk.act(Action::Back).act(Action::Filter).typed(" exc:no").act(Action::Enter);
    assert_eq!(desk.session.all_findings.list.shown(), shown - 1);
}

#[test]
fn the_journal_is_a_register_that_is_read_when_somebody_looks_and_never_changed() {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    desk.act(Action::Registers(registers::Action::Show(Register::Journal)));
    assert!(matches!(desk.asked.as_slice(), [Effect::ReadJournal]), "{:?}", desk.asked);
    let mut journal = Journal::default();
    for (by, what, after) in
        [("A. Assessor", "answer 1.6.mfa_enforced", "yes"), ("", "changed outside Kassay", "answer 1.1.accountability")]
    {
        let edit = Edit { by: by.into(), what: what.into(), before: String::new(), after: after.into() };
        journal.add(&edit, now(), "digest").unwrap();
    }
    desk.act(Action::Book(book::Action::Journal(journal.lines)));
    let rows = desk.session.register_rows(Register::Journal);
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
    assert_eq!((rows[0].flag, rows[1].flag), (Flag::Attention, Flag::Fine));
    desk.act(Action::Filter).typed("mfa assessor").act(Action::Enter);
    assert_eq!(desk.session.register_rows(Register::Journal).len(), 1);
    desk.act(Action::CopyCommand);
    let Some(Effect::Copy(text)) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert!(text.starts_with("1\nWhat: answer 1.6.mfa_enforced\nWho: A. Assessor\n") && text.contains("Now: yes\n"), "{text}");
    let edits = desk.edits.len();
    desk.act(Action::Registers(registers::Action::Withdraw)).typed("a mistake").act(Action::Enter);
    assert!(desk.session.form().unwrap().row("why").unwrap().error.as_ref().unwrap().contains("never changed"));
    assert_eq!(desk.edits.len(), edits);
}

#[test]
fn what_is_of_the_platform_is_folded_in_a_list_and_found_all_the_same() {
    let mut desk = Desk::with_cluster();
    let mut read = collection(&Scope::default());
    for finding in Arc::make_mut(&mut read.outcomes).iter_mut().flat_map(|o| &mut o.findings).filter(|f| f.object.namespace == "shop") {
        finding.category = Category::Platform;
    }
    read.findings = "e".repeat(64);
    desk.read_cluster(read);
    desk.act(Action::AllFindings(all_findings::Action::Open));
    let all = desk.session.all_findings.count();
    let folded = |desk: &Desk| {
        let rows = desk.session.all_findings.list.rows();
        rows.iter().find_map(|row| if let ListRow::Platform(n, open) = row { Some((*n, *open, rows.len())) } else { None })
    };
    let (platform, open, rows) = folded(&desk).unwrap();
    assert!(!open && platform > 1 && rows == all - platform + 1 && desk.session.all_findings.list.shown() == all);
    desk.act(Action::Step(Step::Bottom)).act(Action::Enter);
    assert_eq!(folded(&desk), Some((platform, true, all + 1)));
    desk.act(Action::Fold);
    assert_eq!(folded(&desk), Some((platform, false, rows)));
    // What is handed over is all that the filter lets through, and a filter that leaves nothing else shows it.
    desk.act(Action::Filter).typed("ns:shop").act(Action::Enter);
    assert_eq!(folded(&desk), None);
    assert!(desk.session.all_findings.selected().is_some_and(|one| one.finding.object.namespace == "shop"));
}

#[test]
fn the_first_stop_is_nothing_that_can_not_be_done_here() {
    let mut desk = Desk::with_cluster();
    let first_checks = |desk: &Desk| {
        let of_first = |item: &&kassay_core::session::OpenItem| item.control == "1.1";
        let check = |item: &kassay_core::session::OpenItem| if let Target::Check(id) = &item.target { Some(id.clone()) } else { None };
        desk.book().open.iter().filter(of_first).filter_map(check).collect::<Vec<_>>()
    };
    // A live cluster can be probed; files can't.
    let live = first_checks(&desk);
    assert_eq!(live[0], "1.1/anonymous-probe", "{live:?}");
    let record = &mut desk.session.book.as_mut().unwrap().workbook.clusters[0];
    record.reached = Reached { files: vec!["/dumps/eu".into()], ..Reached::default() };
    desk.act(Action::Tick("2026-11-24T09:12:00Z".parse().unwrap()));
    let files = first_checks(&desk);
    assert_eq!((files.last().map(String::as_str), files.len()), (Some("1.1/anonymous-probe"), live.len()), "{files:?}");
}
