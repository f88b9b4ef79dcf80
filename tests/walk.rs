//! The walk as it is seen: at every size one reads what is expected and which key does it, nothing from a cluster steers the terminal, what
//! can be clicked is what is seen, and a long list costs what is in view.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, dead_code, reason = "a test's failure is its message")]

#[path = "support/session.rs"]
mod support;
#[path = "support/two.rs"]
mod two;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use kassay::tui::signs::{self, Signs};
use kassay::tui::theme::{Depth, Theme};
use kassay::tui::{draw, keymap, mouse, text};
use kassay_core::analysis::segmentation::Segmentation;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::{Ingest, Inventory, Source as Origin};
use kassay_core::model::{Category, Finding, Kind, ObjectRef, Outcome, Scope, Severity};
use kassay_core::sensitive::FingerprintKey;
use kassay_core::session::{
    Action, Collection, Context, Layer, Register, Step, Tab, Target, access, all_findings, compare, determine, evidence, export, findings,
    fleet, help, palette, probes, reading, registers, remediation, scope, search, segmentation, summary, trial, walk,
};
use kassay_core::workbook::compare::Entry;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::json;
use std::sync::Arc;
use support::{Desk, collection};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn seen(desk: &Desk, size: (u16, u16)) -> String {
    seen_in(desk, size, Signs::Unicode)
}

fn seen_in(desk: &Desk, (width, height): (u16, u16), signs: Signs) -> String {
    let mut theme = Theme::load("dark", None, Depth::True).unwrap();
    theme.signs = signs;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, &desk.session, &theme)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut lines = vec![];
    for y in 0..height {
        let (mut line, mut skip) = (String::new(), 0);
        for x in 0..width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn press(desk: &mut Desk, key: char) {
    let code = match key {
        '\t' => KeyCode::Tab,
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        c => KeyCode::Char(c),
    };
    if let Some(action) = keymap::action(&desk.session, &KeyEvent::new(code, KeyModifiers::NONE)) {
        desk.act(action);
    }
}

/// That cluster with an administrator, who has a name that would steer the terminal.
fn with_rights() -> Inventory {
    let mut ingest = Ingest::new(Origin::Live, FingerprintKey([7; 32]));
    let mut put = |kind: Kind, object: serde_json::Value| ingest.object(kind, &object.to_string());
    let rule = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    put(Kind::ClusterRoles, json!({"metadata": {"name": "all"}, "rules": rule}));
    let subjects = json!([{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "jane\u{1b}[2J"}]);
    let role = json!({"kind": "ClusterRole", "apiGroup": "rbac.authorization.k8s.io", "name": "all"});
    put(Kind::ClusterRoleBindings, json!({"metadata": {"name": "admins"}, "roleRef": role, "subjects": subjects}));
    ingest.finish()
}

/// Forms of every kind of evidence, the list of a control with one of them, what was mended, and both registers.
fn papers(desk: &mut Desk, look: &mut dyn FnMut(&mut Desk, &str)) {
    desk.act(Action::Evidence(evidence::Action::Attach)).act(Action::Focus(0));
    for (key, name) in [('d', "document"), ('o', "observation"), ('q', "query"), ('i', "interview")] {
        desk.act(Action::Choose(key));
        look(desk, name);
    }
    for (row, text) in [("title", "Sign-in\u{1b}[2J"), ("role", "lead"), ("topics", "sign-in"), ("answered", "by key")] {
        let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == row).unwrap();
        desk.act(Action::Focus(at)).typed(text);
    }
    desk.act(Action::Enter).act(Action::Walk(walk::Action::Tab(Tab::Evidence)));
    assert_eq!(desk.book().workbook.evidence.len(), 1, "{:?}", desk.session.form());
    for _ in 0..9 {
        look(desk, "evidence of a control");
        desk.act(Action::Step(Step::Down));
    }
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Remediation(remediation::Action::Begin));
    look(desk, "found and mended");
    desk.act(Action::Enter);
    for register in [Register::Evidence, Register::Remediations] {
        desk.act(Action::Registers(registers::Action::Show(register)));
        look(desk, register.label());
        desk.act(Action::Enter);
        look(desk, "a row of it");
        desk.act(Action::Back);
    }
    desk.act(Action::Back).act(Action::Walk(walk::Action::GoTo(Target::Question("1.2.default_admin_stored".into()))));
}

/// Every layer that the walk can show, one after the other.
fn everywhere(look: &mut dyn FnMut(&mut Desk, &str)) {
    let mut desk = Desk::with_cluster();
    for tab in Tab::ALL {
        desk.act(Action::Walk(walk::Action::Tab(tab)));
        look(&mut desk, tab.label());
    }
    desk.act(Action::Walk(walk::Action::GoTo(Target::Area(3))));
    look(&mut desk, "area");
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Enter);
    look(&mut desk, "findings");
    desk.act(Action::Filter);
    look(&mut desk, "filter");
    desk.act(Action::Back).act(Action::Findings(findings::Action::Group));
    look(&mut desk, "groups");
    desk.act(Action::Enter);
    look(&mut desk, "finding");
    for (name, action) in [
        ("exception", Action::Findings(findings::Action::Except)),
        ("note", Action::Evidence(evidence::Action::Note)),
        ("evidence", Action::Evidence(evidence::Action::Attach)),
        ("determination", Action::Determine(determine::Action::Open)),
    ] {
        desk.act(action);
        look(&mut desk, name);
        desk.act(Action::Enter);
        look(&mut desk, name);
        desk.act(Action::Back);
    }
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("1.2.default_admin_stored".into())))).act(Action::Enter);
    look(&mut desk, "question");
    desk.act(Action::Back);
    papers(&mut desk, look);
    for (name, action) in [
        ("summary", Action::Summary(summary::Action::Open)),
        ("scope", Action::Scope(scope::Action::Open)),
        ("export", Action::Export(export::Action::Open)),
        ("help", Action::Help(help::Action::Open)),
        ("palette", Action::Palette(palette::Action::Open)),
        ("find", Action::Search(search::Action::Open)),
    ] {
        desk.act(action);
        look(&mut desk, name);
        desk.act(Action::Back);
    }
    desk.act(Action::Probes(probes::Action::Open));
    look(&mut desk, "probes");
    desk.act(Action::Probes(probes::Action::Send)).act(Action::Probes(probes::Action::Progress(1, "https://registry.example".into())));
    look(&mut desk, "probes, being sent");
    desk.act(Action::Probes(probes::Action::Failed("the kubeconfig is gone.".into())));
    look(&mut desk, "probes, failed");
    desk.act(Action::Back).act(Action::Access(access::Action::Open));
    look(&mut desk, "access, working");
    let (scope, tables) = (Scope::default(), Tables::shipped().unwrap());
    let inventory = with_rights();
    let register = Arc::new(kassay_core::judging::access_by_subject(&View::new(&inventory, &scope, support::now(), &tables)));
    desk.act(Action::Access(access::Action::Registered { cluster: "prod-eu".into(), register }));
    look(&mut desk, "access");
    desk.act(Action::Filter);
    look(&mut desk, "access, filter");
    desk.act(Action::Enter).act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Holder);
    look(&mut desk, "subject");
    desk.act(Action::Back).act(Action::Back).act(Action::Trial(trial::Action::Open));
    look(&mut desk, "trial, working");
    let told = kassay_core::analysis::trial::Trial::of(&inventory, &tables.software).told(|_| Category::Cde);
    desk.act(Action::Trial(trial::Action::Tried { cluster: "prod-eu".into(), told: Arc::new(told) }));
    look(&mut desk, "trial");
    desk.act(Action::Filter);
    look(&mut desk, "trial, filter");
    desk.act(Action::Enter).act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Witness);
    look(&mut desk, "witness");
    desk.act(Action::Back).act(Action::Back);
    desk.act(Action::Segmentation(segmentation::Action::Open));
    look(&mut desk, "segmentation, working");
    let picture = Arc::new(Segmentation::of(&support::inventory(), &Scope::default()));
    desk.act(Action::Segmentation(segmentation::Action::Drawn { cluster: "prod-eu".into(), picture }));
    look(&mut desk, "segmentation");
    desk.act(Action::Enter);
    look(&mut desk, "connections");
    desk.act(Action::Back).act(Action::Back).act(Action::AllFindings(all_findings::Action::Open));
    look(&mut desk, "all findings");
    desk.act(Action::Filter).typed("nobody");
    look(&mut desk, "all findings, none");
    desk.act(Action::Enter);
    desk.act(Action::Back).act(Action::Back);
    desk.act(Action::Compare(compare::Action::Open)).typed("/assessments/last-year").act(Action::Enter);
    look(&mut desk, "comparing");
    let other = std::path::PathBuf::from("/assessments/last-year");
    desk.act(Action::Compare(compare::Action::Failed { other: other.clone(), why: "it is \u{1b}[2Jbroken".into() }));
    look(&mut desk, "not comparable");
    desk.act(Action::Compare(compare::Action::Open)).act(Action::Enter);
    let entries = (0..30).map(|n| Entry { before: "a\u{1b}[2J".into(), ..Entry::to_confirm(&format!("{n}.1.a")) }).collect();
    desk.act(Action::Compare(compare::Action::Compared { other, entries }));
    look(&mut desk, "comparison");
    desk.act(Action::Filter).typed("nothing like it");
    look(&mut desk, "comparison, filter");
    desk.act(Action::Back).act(Action::Step(Step::Down));
    look(&mut desk, "comparison, a row");
    desk.act(Action::Back);
    let mut read = collection(&Scope::default());
    Arc::make_mut(&mut read.outcomes).iter_mut().for_each(|outcome| outcome.findings.clear());
    desk.act(Action::Reading(reading::Action::Again)).act(Action::Reading(reading::Action::Collected(Box::new(read))));
    assert_eq!(desk.session.context(), Context::Preview);
    look(&mut desk, "read again");
    desk.act(Action::Step(Step::Down));
    look(&mut desk, "read again, a row");
    with_two_clusters(look);
}

/// What several clusters, a scope that can be confirmed and the year before add.
fn with_two_clusters(look: &mut dyn FnMut(&mut Desk, &str)) {
    let guidance = kassay_core::guidance::Guidance::shipped().unwrap();
    let today = jiff::civil::date(2026, 11, 23);
    let mut book = kassay_core::workbook::begun::begin(&two::two(), &"a".repeat(64), guidance, support::now(), today);
    two::read(&mut book, "prod-eu", "kubeadm");
    let mut desk = two::opened(book);
    for target in [Target::Practice("1.1.a".into()), Target::Question("1.1.accountability".into())] {
        desk.act(Action::Walk(walk::Action::GoTo(target)));
        look(&mut desk, "several clusters");
        desk.act(Action::Enter);
        look(&mut desk, "several clusters, form");
        desk.act(Action::Back);
    }
    desk.act(Action::Summary(summary::Action::Open));
    look(&mut desk, "several clusters, summary");
    desk.act(Action::Back).act(Action::Scope(scope::Action::Open));
    look(&mut desk, "several clusters, scope");
    desk.act(Action::Scope(scope::Action::Confirm));
    look(&mut desk, "confirming");
    desk.act(Action::Back).act(Action::Back);
    for register in Register::ALL {
        desk.act(Action::Registers(registers::Action::Show(register)));
        look(&mut desk, register.label());
    }
    desk.act(Action::Registers(registers::Action::Show(Register::Clusters))).act(Action::Enter);
    look(&mut desk, "use case");
    side_by_side(look);
}

/// So many clusters side by side: one has a name that would steer the terminal, on one a check says otherwise, and one could not be read.
fn fleet_of(count: usize) -> Desk {
    let mut book = support::workbook();
    for nth in 0..count {
        two::read(&mut book, &format!("prod-eu-west-{nth:02}"), "kubeadm");
    }
    let mut desk = two::opened(book);
    let walked = desk.session.book.as_mut().unwrap();
    walked.workbook.clusters[1].key = "a\u{1b}[2J-with-a-name-that-is-long".into();
    walked.workbook.clusters[1].failed =
        Some(kassay_core::workbook::ReadFailure { at: kassay_core::workbook::Moment(support::now()), why: "it did not answer".into() });
    walked.clusters[1].key.clone_from(&walked.workbook.clusters[1].key);
    let odd = walked.workbook.outcomes.iter_mut().find(|o| o.cluster == "prod-eu-west-02" && o.check == "3.1/baseline").unwrap();
    odd.outcome = Outcome::Pass;
    walked.clusters.iter_mut().for_each(|cluster| cluster.found = Arc::default());
    walked.refresh(kassay_core::guidance::Guidance::shipped().unwrap(), jiff::civil::date(2026, 11, 23));
    desk
}

fn gathered(desk: &mut Desk) {
    let Some(kassay_core::session::Effect::SideBySide { ticket, of }) = desk.asked.pop() else { panic!("{:?}", desk.asked) };
    let guidance = kassay_core::guidance::Guidance::shipped().unwrap();
    let fleet = kassay_core::fleet::of_workbook(guidance, &of.workbook, &of.together, |_| None);
    desk.act(Action::Fleet(fleet::Action::Gathered { ticket, fleet: Arc::new(fleet) }));
}

fn side_by_side(look: &mut dyn FnMut(&mut Desk, &str)) {
    let mut desk = fleet_of(9);
    desk.act(Action::Fleet(fleet::Action::Open));
    look(&mut desk, "fleet, working");
    gathered(&mut desk);
    for action in [fleet::Action::Checks, fleet::Action::Differing, fleet::Action::NextPart, fleet::Action::Group, fleet::Action::NextPart]
    {
        look(&mut desk, "fleet");
        desk.act(Action::Fleet(action));
    }
    look(&mut desk, "fleet, clusters");
    desk.act(Action::Filter).act(Action::Type(kassay_core::session::Typed::Text("nobody".into())));
    look(&mut desk, "fleet, filter");
}

#[test]
fn a_matrix_of_many_clusters_scrolls_sideways_and_tells_what_is_selected() {
    let mut desk = fleet_of(30);
    desk.act(Action::Fleet(fleet::Action::Open));
    gathered(&mut desk);
    let narrow = seen(&desk, (80, 24));
    assert!(narrow.contains("30 clusters, 1 not read"), "{narrow}");
    assert!(narrow.contains("prod-e…-00") && !narrow.contains("…-20") && narrow.contains('›'), "{narrow}");
    assert!(narrow.contains('[') && narrow.contains("✗ fail") && narrow.contains("1.1 "), "{narrow}");
    assert!(seen(&desk, (200, 60)).matches("prod-e").count() > 8, "{}", seen(&desk, (200, 60)));
    for _ in 0..20 {
        desk.act(Action::Right);
    }
    for size in SIZES {
        let shown = seen(&desk, size);
        assert!(shown.contains("prod-eu-west-20") && shown.contains('‹') && !shown.contains("prod-eu-west-00"), "{size:?}:\n{shown}");
    }
    for (key, words) in [('2', "unlike"), ('3', "not read"), ('1', "‹")] {
        press(&mut desk, key);
        let shown = seen(&desk, (120, 40));
        assert!(shown.contains(words) || key == '2', "{key}:\n{shown}");
    }
    // What does not fit below the list is a key away.
    let narrow = seen(&desk, (80, 24));
    assert!(narrow.contains("more lines  J") && narrow.contains(" on prod-eu-west-20: "), "{narrow}");
    for _ in 0..20 {
        press(&mut desk, 'J');
    }
    let end = seen(&desk, (80, 24));
    assert!(!end.contains("more lines  J") && !end.contains(" on prod-eu-west-20: "), "{end}");
    // A cell leads to its control on its cluster.
    press(&mut desk, '\n');
    assert_eq!(desk.book().shown().unwrap().key, "prod-eu-west-20");
    press(&mut desk, 'X');
    assert_eq!(desk.session.context(), Context::Fleet);
}

#[test]
fn what_stands_in_the_way_names_its_cluster_at_every_size() {
    let mut book = two::two();
    book.clusters.push(kassay_core::workbook::ClusterRecord::unread("prod-ap"));
    let mut desk = two::opened(book);
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into()))));
    for size in SIZES {
        let screen = seen(&desk, size);
        for words in ["prod-eu, prod-us: 3.1/", "prod-ap was not read yet"] {
            assert!(screen.contains(words), "{words} at {size:?}:\n{screen}");
        }
    }
    desk.act(Action::Summary(summary::Action::Open));
    assert!(seen(&desk, (120, 40)).contains("prod-ap was not read yet. Nothing passes for it"));
    desk.act(Action::Back).act(Action::Scope(scope::Action::Open));
    assert!(SIZES.iter().all(|size| seen(&desk, *size).contains("Nobody has confirmed this scope yet: c confirms it")));
}

#[test]
fn nothing_breaks_at_any_size() {
    everywhere(&mut |desk, _| {
        for size in [(1, 1), (9, 3), (20, 5), (40, 12), (60, 15), (79, 19), (80, 24), (100, 30), (120, 40), (169, 50), (200, 60), (300, 90)]
        {
            seen(desk, size);
        }
    });
}

#[test]
fn nothing_is_cut_where_there_is_room_for_it() {
    let mut desk = Desk::with_cluster();
    // What was done is told to its end, on screens of the walk and on others.
    let told = "The first was read and judged: of 123 checks 66 failed, 39 are to be reviewed, 5 are blocked, and this is its end.";
    for open in [false, true] {
        if open {
            desk.act(Action::Summary(summary::Action::Open));
        }
        desk.act(Action::Told(told.into()));
        assert!(SIZES.iter().all(|size| seen(&desk, *size).contains("this is its end.")), "{}", seen(&desk, (80, 24)));
    }
    desk.act(Action::Back);
    // The first line leaves parts out as a whole.
    let first = |desk: &Desk, size| seen(desk, size).lines().next().unwrap().to_owned();
    for columns in 80..=120 {
        let line = first(&desk, (columns, 24));
        assert!(line.contains("prod-eu") && !line.contains('…') && line.ends_with("0 of 49 determined"), "{columns}: {line}");
    }
    assert!(first(&desk, (120, 24)).contains("v1.34.4"));
    // Findings keep their rule beside the object, and their fields whole on wide screens.
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Enter);
    let shown = seen(&desk, (100, 30));
    assert!(shown.lines().any(|line| line.contains("Deployment pay/api") && line.contains("hostPathVolumes")), "{shown}");
    desk.act(Action::Back).act(Action::Back).act(Action::AllFindings(all_findings::Action::Open));
    let shown = seen(&desk, (200, 60));
    let field = "spec.template.spec.containers[name=web].securityContext.privileged";
    assert!(shown.lines().any(|line| line.contains("Deployment pay/api") && line.contains(field)), "{shown}");
}

#[test]
fn without_unicode_every_screen_is_ascii_and_spells_its_keys() {
    let mut looked = 0;
    everywhere(&mut |desk, name| {
        for size in SIZES {
            let (with, without) = (seen(desk, size), seen_in(desk, size, Signs::Ascii));
            assert!(without.is_ascii() && !without.contains(signs::KEY), "{name} at {size:?}:\n{without}");
            looked += usize::from(with != without);
        }
    });
    assert!(looked > 100, "{looked}");
}

#[test]
fn every_screen_tells_a_key_that_does_something() {
    everywhere(&mut |desk, name| {
        for size in SIZES {
            let shown = seen(desk, size);
            let context = desk.session.context();
            let hints = keymap::hints(context);
            assert!(hints.iter().any(|(key, words)| shown.contains(&format!("{key} {words}"))), "{name} at {size:?}:\n{shown}");
        }
    });
}

#[test]
fn what_is_expected_stands_there_from_the_first_frame_on() {
    let mut desk = Desk::with_cluster();
    for size in SIZES {
        let shown = seen(&desk, size);
        assert!(shown.contains("next: 1.1") && shown.contains("⇥ goes there") && shown.contains("0 of 49 determined"), "{shown}");
    }
    press(&mut desk, '\t');
    assert!(seen(&desk, (80, 24)).contains("v says you looked"));
    for _ in 0..9 {
        press(&mut desk, '\t');
        if seen(&desk, (80, 24)).contains("a answers it") {
            break;
        }
    }
    assert!(seen(&desk, (80, 24)).contains("a answers it"));
    press(&mut desk, 'a');
    assert!(seen(&desk, (80, 24)).contains("( ) y yes, for all") && seen(&desk, (80, 24)).contains("↵ saves"));
    press(&mut desk, 'y');
    assert!(seen(&desk, (80, 24)).contains("(•) y yes, for all"));
    press(&mut desk, '\n');
    assert!(seen(&desk, (80, 24)).contains("is saved"));
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into()))));
    let shown = seen(&desk, (80, 24));
    assert!(shown.contains("proposed: ✗ not in place") && shown.contains("d determines it"), "{shown}");
    press(&mut desk, 'd');
    press(&mut desk, 'f');
    press(&mut desk, '\n');
    assert!(seen(&desk, (80, 24)).contains("1 of 49 determined"));
}

#[test]
fn outcomes_have_a_sign_and_a_word() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into()))));
    for size in SIZES {
        let shown = seen(&desk, size);
        assert!(shown.contains("✗ fail") && shown.contains("baseline"), "{shown}");
    }
}

#[test]
fn a_failed_save_is_seen_where_the_answer_is() {
    let mut desk = Desk::with_cluster();
    desk.disk_fault = Some("no space left on device.".into());
    for key in ['\t', 'a', 'y', '\n'] {
        press(&mut desk, key);
    }
    for size in SIZES {
        let shown = seen(&desk, size);
        assert!(shown.contains("(•) y yes") && shown.contains("Not saved") && shown.contains("0 of 49"), "{shown}");
    }
}

/// A collection with that many findings of one check, on objects of that name.
fn with_findings(count: usize, name: &'static str) -> Collection {
    let mut made = collection(&Scope::default());
    let mut outcomes = (*made.outcomes).clone();
    let found = outcomes.iter_mut().find(|o| o.check == "3.1/baseline").unwrap();
    found.outcome = Outcome::Fail;
    found.reason = format!("{count} of {name}");
    found.findings = (0..count)
        .map(|n| {
            let object = ObjectRef::new("apps", "Deployment", if n % 2 == 0 { "pay" } else { "shop" }, &format!("{name}-{n}"));
            let mut finding = Finding::new(Category::Cde, object, "spec.template.spec.hostNetwork")
                .severity(Severity::High)
                .rule("hostNamespaces")
                .observed(name)
                .message(name)
                .mend(name);
            finding.identify("3.1/baseline");
            finding
        })
        .collect();
    made.outcomes = Arc::new(outcomes);
    made
}

#[test]
fn fifty_thousand_findings_are_a_list_like_any_other() {
    let mut desk = Desk::empty();
    desk.read_cluster(with_findings(50_000, "web"));
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Enter);
    assert!(seen(&desk, (120, 40)).contains("50,000 findings"));
    desk.act(Action::Step(Step::Bottom));
    assert!(seen(&desk, (120, 40)).contains("web-49999"));
    desk.act(Action::Filter).typed("ns:pay web-4999");
    let shown = seen(&desk, (120, 40));
    assert!(shown.contains("5 of 50,000 findings") && shown.contains("web-49998"), "{shown}");
}

#[test]
fn what_a_cluster_names_never_steers_the_terminal() {
    let hostile = "a\u{1b}[2J\u{202e}b\u{7}\r\n支払い🦀";
    let mut desk = Desk::empty();
    desk.read_cluster(with_findings(3, hostile));
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into()))));
    let mut looks = vec![seen(&desk, (120, 40))];
    desk.act(Action::Enter);
    looks.push(seen(&desk, (120, 40)));
    desk.act(Action::Enter);
    looks.push(seen(&desk, (80, 24)));
    desk.act(Action::NotDone(hostile.into()));
    looks.push(seen(&desk, (200, 60)));
    for shown in looks {
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n') && !shown.contains('\u{202e}'), "{shown:?}");
        assert!(shown.lines().all(|line| text::width(line) <= 200));
    }
}

#[test]
fn a_click_is_what_is_seen_there() {
    let mut desk = Desk::with_cluster();
    let shown = seen(&desk, (120, 40));
    let click = |shown: &str, words: &str| {
        let (row, line) = shown.lines().enumerate().find(|(_, l)| l.contains(words)).expect(words);
        let column = text::width(&line[..line.find(words).unwrap()]);
        let event = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: u16::try_from(column).unwrap(),
            row: u16::try_from(row).unwrap(),
            modifiers: KeyModifiers::NONE,
        };
        mouse::action(&event)
    };
    desk.act(click(&shown, "Questions").unwrap());
    assert_eq!(desk.session.context(), Context::Questions);
    desk.act(click(&shown, "3 Workload security").unwrap());
    let shown = seen(&desk, (120, 40));
    desk.act(click(&shown, "3.2 ").unwrap());
    assert_eq!(desk.book().walk.here(desk.session.guidance).unwrap().id, "3.2");
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("1.1.accountability".into())))).act(Action::Enter);
    let shown = seen(&desk, (120, 40));
    desk.act(click(&shown, "( ) n no").unwrap());
    let Layer::Form(form) = desk.session.top() else { panic!() };
    assert_eq!(form.chosen("value"), Some("no"));
}

#[test]
fn a_small_form_lies_over_the_walk_and_is_drawn_once() {
    for size in SIZES {
        let mut desk = Desk::with_cluster();
        desk.act(Action::Compare(compare::Action::Open));
        let shown = seen(&desk, size);
        assert_eq!(shown.matches("▸Path").count(), 1, "{shown}");
        assert!(shown.contains("Authentication"), "the walk is still behind it:\n{shown}");
    }
}

#[test]
fn the_notes_of_the_summary_are_seen_at_every_size() {
    let kept = "Kept in /assessments/acme";
    let mut desk = Desk::with_cluster();
    desk.act(Action::Summary(summary::Action::Open));
    let small = seen(&desk, (80, 24));
    assert!(small.contains("16 Segmentation") && small.contains("more lines below") && !small.contains(kept), "{small}");
    desk.act(Action::Step(Step::Bottom));
    let notes = seen(&desk, (80, 24));
    assert!(notes.contains(kept) && !notes.contains("more lines"), "{notes}");
    desk.act(Action::Step(Step::Up));
    assert!(seen(&desk, (80, 24)).contains("▸ 16 Segmentation"));
    // Where all fits, the last area is the end.
    let large = seen(&desk, (200, 60));
    assert!(large.contains(kept), "{large}");
    desk.act(Action::Step(Step::Bottom));
    assert!(seen(&desk, (200, 60)).contains("▸ 16 Segmentation"));
}

#[test]
fn tabs_say_that_there_are_more_of_them_on_either_side() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Registers(registers::Action::Show(Register::Evidence)));
    let bar = |desk: &Desk| seen(desk, (80, 24)).lines().find(|line| line.contains("Exceptions")).unwrap_or_default().trim_end().to_owned();
    assert!(bar(&desk).ends_with('›') && !bar(&desk).contains('‹'), "{}", bar(&desk));
    desk.act(Action::Registers(registers::Action::Show(Register::Previous)));
    assert!(bar(&desk).trim_start().starts_with('‹') && !bar(&desk).contains('›'), "{}", bar(&desk));
}
