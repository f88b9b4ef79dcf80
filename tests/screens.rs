//! Every screen drawn at three sizes, and what must hold at all sizes and for all names: nothing steers the terminal, nothing breaks a column.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay::shell::fuzzy;
use kassay::tui::screens::{export, fleet, help, home, new, reading, scope, trial};
use kassay::tui::text;
use kassay::tui::theme::{Depth, SHIPPED, Theme};
use kassay::tui::widgets::{field, message, picker};
use kassay_core::guidance::Guidance;
use kassay_core::kinds::{Caller, ClusterInfo, KindState};
use kassay_core::model::{Category, Kind, Scope};
use kassay_core::session::{
    Action, Book, ContextRow, Cursor, Field, Flight, HomeRow, KindRow, Message, NamespaceRow, New, Opened, Preflight, Reading, Right,
    ScopeEditor, Scroll, Session, Source, Stage, Underway,
};
use kassay_core::workbook::Workbook;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use ratatui::{Frame, Terminal};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn theme() -> Theme {
    Theme::load("dark", None, Depth::True).unwrap()
}

fn drawn((width, height): (u16, u16), draw: impl FnOnce(&mut Frame<'_>, Rect)) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area())).unwrap();
    terminal
}

/// Lines of a buffer without the spaces at their ends.
fn lines(buffer: &Buffer) -> String {
    let area = buffer.area;
    let line = |y| {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        line.trim_end().to_owned()
    };
    (0..area.height).map(line).collect::<Vec<_>>().join("\n")
}

/// Draws a screen at all sizes into snapshots, then at odd sizes and in all themes, where it only must not break.
fn holds(name: &str, draw: impl Fn(&mut Frame<'_>, Rect, &Theme)) {
    for size in SIZES {
        let terminal = drawn(size, |frame, area| draw(frame, area, &theme()));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/screens" }, {
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), lines(terminal.backend().buffer()));
        });
    }
    for size in [(1, 1), (9, 3), (20, 5), (40, 12), (79, 19), (81, 21), (300, 90)] {
        drawn(size, |frame, area| draw(frame, area, &theme()));
    }
    for (known, _) in SHIPPED {
        for depth in [Depth::Plain, Depth::Sixteen, Depth::Indexed, Depth::True] {
            let theme = Theme::load(known, None, depth).unwrap();
            let terminal = drawn((80, 24), |frame, area| draw(frame, area, &theme));
            for cell in &terminal.backend().buffer().content {
                let coloured = [cell.fg, cell.bg].iter().any(|c| *c != Color::Reset);
                assert!(depth != Depth::Plain || !coloured, "{name} in {known} has colour where none is wanted");
            }
        }
    }
}

const KEYS: &[(&str, &str)] = &[("Enter", "go on"), ("Esc", "back"), ("?", "help")];

fn session() -> Session {
    Session::new(Guidance::shipped().unwrap(), "assessor", "2026-11-23T09:12:00Z".parse().unwrap(), jiff::tz::TimeZone::UTC)
}

fn row(entity: &str, clusters: &[&str], determined: usize, modified: &str) -> HomeRow {
    HomeRow {
        dir: format!("/home/assessor/.local/share/kassay/assessments/{entity}").into(),
        entity: entity.into(),
        period: "2026".into(),
        clusters: clusters.iter().map(|c| (*c).to_owned()).collect(),
        determined,
        of: 49,
        modified: modified.parse().ok(),
        problem: None,
    }
}

fn at_home(rows: Option<Vec<HomeRow>>) -> Session {
    let mut session = session();
    session.home.root = "/home/assessor/.local/share/kassay/assessments".into();
    session.home.rows = rows;
    session
}

fn assessments() -> Vec<HomeRow> {
    let broken = HomeRow { problem: Some("line 212, expected a date".into()), period: String::new(), ..row("gamma-archive", &[], 0, "") };
    vec![
        row("Acme Payments", &["prod-eu", "prod-us"], 17, "2026-11-21T16:00:00Z"),
        row("Beta Acquiring", &["aks-weu"], 49, "2026-11-12T10:00:00Z"),
        broken,
        row("支払い処理サービス株式会社", &["東京-🦀-prod"], 3, "2025-06-12T10:00:00Z"),
        row("No Cluster Ltd", &[], 0, "2026-11-23T09:11:30Z"),
    ]
}

#[test]
fn home() {
    for (name, rows) in [("home", Some(assessments())), ("home-first", Some(vec![])), ("home-looking", None)] {
        let session = at_home(rows);
        holds(name, |frame, area, theme| home::render(frame, area, &session, KEYS, theme));
    }
    let mut session = at_home(Some(assessments()));
    session.home.cursor = Cursor::on(2);
    holds("home-broken", |frame, area, theme| home::render(frame, area, &session, KEYS, theme));
}

fn kinds() -> Vec<KindRow> {
    let row = |kind, items, total, state, message: &str| KindRow { kind, items, total, state, message: message.into() };
    let forbidden = "nodes is forbidden: User \"qsa\" cannot list resource \"nodes\" in API group \"\" at the cluster scope";
    vec![
        row(Kind::Namespaces, 214, None, Some(KindState::Read), ""),
        row(Kind::Nodes, 0, None, Some(KindState::Forbidden), forbidden),
        row(Kind::ConfigMaps, 1204, None, Some(KindState::Read), ""),
        row(Kind::by_id("policyreports.wgpolicyk8s.io").unwrap(), 0, None, Some(KindState::Absent), ""),
        row(Kind::Services, 0, None, Some(KindState::Failed), "the server did not answer within 30 s"),
        row(Kind::ReplicaSets, 3000, Some(9000), Some(KindState::Partial), "the list broke off after 3,000"),
        row(Kind::Roles, 0, None, Some(KindState::Read), ""),
        row(Kind::Pods, 41_500, Some(62_118), None, ""),
        row(Kind::Deployments, 0, None, None, ""),
    ]
}

fn being_read(rows: Vec<KindRow>) -> Session {
    let mut session = session();
    let source = Source::context(Some("prod-eu".into()));
    let mut reading = Reading::new("prod-eu".into(), source, 0, "2026-11-23T09:11:53Z".parse().unwrap());
    if !rows.is_empty() {
        (reading.kinds, reading.bytes) = (38, 71_234_567);
    }
    reading.rows = rows;
    session.reading = Some(reading);
    session
}

#[test]
fn reading() {
    let session = being_read(kinds());
    holds("reading", |frame, area, theme| reading::render(frame, area, &session, KEYS, theme));
    let session = being_read(vec![]);
    holds("reading-connecting", |frame, area, theme| reading::render(frame, area, &session, KEYS, theme));
    let mut session = being_read(kinds());
    session.reading.as_mut().unwrap().failed = Some("https://10.0.0.1:6443 stopped answering: connection reset by peer".into());
    holds("reading-failed", |frame, area, theme| reading::render(frame, area, &session, KEYS, theme));
}

#[test]
fn what_was_refused_does_not_look_like_what_is_empty() {
    let session = being_read(kinds());
    let terminal = drawn((100, 40), |frame, area| reading::render(frame, area, &session, KEYS, &theme()));
    let shown = lines(terminal.backend().buffer());
    let line = |word: &str| shown.lines().find(|l| l.contains(word)).map(|l| l.replace(word, "").trim().to_owned()).unwrap();
    let (empty, refused, absent) = (line("roles.rbac.authorization.k8s.io"), line("nodes"), line("policyreports"));
    assert!(empty.contains('✓') && empty.ends_with('0'), "{empty}");
    assert!(refused.contains('⊘') && !refused.ends_with('0') && absent.contains("not installed"), "{refused} | {absent}");
}

fn context(name: &str, server: &str, current: bool) -> ContextRow {
    ContextRow { name: name.into(), server: server.into(), current, kubeconfig: None }
}

fn beginning(stage: Stage) -> Session {
    let mut session = session();
    let mut new = New::new(session.today(), "A. Assessor");
    new.stage = stage;
    if stage > Stage::Engagement {
        new.form.set("entity", "Acme Payments");
    }
    let server = "https://ABCDEF0123456789.gr7.eu-central-1.eks.amazonaws.com";
    let long = "gke_acme-payments-production_europe-west3-a_payments-primary-cluster";
    new.contexts = Some(Ok(vec![context("prod-eu", server, true), context(long, "https://10.12.0.2", false)]));
    if stage > Stage::Cluster {
        new.source = Some(Source::context(Some("prod-eu".into())));
        new.flight = Flight::Done(Box::new(flight()));
        new.scope = editor();
    }
    session.new = Some(Box::new(new));
    session
}

fn flight() -> Preflight {
    // Kinds that few checks need, so that the picture outlives new checks.
    let refused = [Kind::ResourceQuotas, Kind::RuntimeClasses];
    let right = |kind: &Kind| Right { kind: *kind, allowed: !refused.contains(kind), why: "forbidden".into() };
    Preflight {
        cluster: ClusterInfo {
            version: "v1.34.4-eks-1a2b3c".into(),
            distribution: "eks".into(),
            identity: Caller::new("arn:aws:sts::1:assumed-role/qsa", vec!["assessors".into()]),
            ..ClusterInfo::default()
        },
        nodes: Some(62),
        rights: Kind::ALL.iter().take(12).chain(&refused).map(right).collect(),
        ..Preflight::default()
    }
}

fn editor() -> ScopeEditor {
    let namespace = |name: &str, pods| NamespaceRow { name: name.into(), pods, ..NamespaceRow::default() };
    let mut editor = ScopeEditor {
        scope: Scope::default(),
        namespaces: vec![
            namespace("checkout", Some(120)),
            NamespaceRow { own: "every cluster has it".into(), ..namespace("kube-system", Some(88)) },
            namespace("marketing-site", Some(14)),
            namespace("pay-settlement-with-a-name-that-is-far-too-long-for-any-column-of-this", Some(1204)),
            namespace("支払い-🦀", None),
        ],
        cursor: Cursor::on(2),
        ..ScopeEditor::default()
    };
    editor.set("marketing-site", Category::OutOfScope, "shown to be apart");
    editor.set("pay-*", Category::Connected, "");
    editor
}

#[test]
fn new() {
    let show = |name: &str, session: &Session| holds(name, |frame, area, theme| new::render(frame, area, session, KEYS, theme));
    let mut session = beginning(Stage::Engagement);
    session.new.as_mut().unwrap().form.fault("entity", "the entity needs a name");
    show("new-engagement", &session);
    let mut session = beginning(Stage::Cluster);
    show("new-cluster", &session);
    let new = session.new.as_mut().unwrap();
    (new.filtering, new.filter) = (true, Field::with("gke"));
    show("new-cluster-filter", &session);
    let mut session = beginning(Stage::Cluster);
    let new = session.new.as_mut().unwrap();
    new.source = Some(Source::Demo);
    new.flight = Flight::Running;
    show("new-cluster-asking", &session);
    session.new.as_mut().unwrap().flight = Flight::Failed("https://10.0.0.1:6443 did not answer within 10 s. Is the VPN on?".into());
    show("new-cluster-failed", &session);
    let mut session = beginning(Stage::Read);
    session.new.as_mut().unwrap().stage = Stage::Cluster;
    show("new-preflight", &session);
    show("new-scope", &beginning(Stage::Scope));
    show("new-read", &beginning(Stage::Read));
}

#[test]
fn scope() {
    holds("scope", |frame, area, theme| scope::render(frame, area, &session(), &editor(), KEYS, theme));
    let failed = || ScopeEditor { error: Some("the workbook could not be saved: no space left on device".into()), ..editor() };
    holds("scope-not-saved", |frame, area, theme| scope::render(frame, area, &session(), &failed(), KEYS, theme));
    let part = || ScopeEditor { missing: "the list broke off after 500 objects".into(), ..editor() };
    holds("scope-part", |frame, area, theme| scope::render(frame, area, &session(), &part(), KEYS, theme));
    holds("scope-unknown", |frame, area, theme| scope::render(frame, area, &session(), &ScopeEditor::default(), KEYS, theme));
}

fn opened() -> Session {
    let mut session = session();
    let mut workbook = Workbook::new(kassay_core::workbook::Engagement {
        entity: "Acme Payments".into(),
        period: "2026".into(),
        ..kassay_core::workbook::Engagement::default()
    });
    workbook.catalogue.clone_from(&session.guidance.digest);
    let opened = Opened { dir: "/assessments/acme".into(), workbook, held_by: None, notices: vec![] };
    session.book = Some(Box::new(Book::new(opened, session.guidance, session.today())));
    session
}

#[test]
fn export() {
    let mut session = opened();
    let show = |name: &str, session: &Session| holds(name, |frame, area, theme| export::render(frame, area, session, KEYS, theme));
    show("export", &session);
    let name = "data/evidence/E-0003-network-diagram.pdf".to_owned();
    session.export.running = Some(Underway { done: 11, of: 17, bytes: 1_204_111, name, stopping: false });
    show("export-writing", &session);
    session.export.running.iter_mut().for_each(|underway| underway.stopping = true);
    show("export-stopping", &session);
    session.export.running = None;
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    session.export.done = Some(("/home/assessor/acme-payments-2026.zip".into(), digest.into(), 2_204_111, 12));
    show("export-written", &session);
    session.export.failed = Some("/srv/x: permission denied".into());
    show("export-failed", &session);
}

/// Policies on trial: what gets in in scope, what is not known, what is refused, in many namespaces; and one witness.
#[test]
fn policies_on_trial() {
    use kassay_core::analysis::trial::{Outcome, Told, ToldPlace, ToldRow, Verdict, Witness};
    let mut session = opened();
    let book = session.book.as_mut().unwrap();
    book.workbook.clusters.push(kassay_core::workbook::ClusterRecord { key: "prod-eu".into(), ..Default::default() });
    let again = Opened { dir: "/assessments/acme".into(), workbook: book.workbook.clone(), held_by: None, notices: vec![] };
    session.book = Some(Box::new(Book::new(again, session.guidance, session.today())));
    let place = |names: &[&str], category| ToldPlace {
        namespaces: names.iter().map(|n| (*n).to_owned()).collect(),
        category,
        image: String::new(),
    };
    let many = ["checkout", "ledger", "payments", "settlement-with-a-name-that-is-long", "vault\u{1b}[2J"];
    let by = "ValidatingAdmissionPolicy no-privileged / no-privileged, validation 1";
    let row = |id: &str, place, category, outcome, by: &str, why: &str, around: &[&str]| ToldRow {
        witness: Witness::by_id(id).unwrap(),
        places: vec![place],
        category,
        verdict: Verdict {
            outcome,
            by: by.into(),
            why: why.into(),
            spoken_of: false,
            around: around.iter().map(|words| (*words).to_owned()).collect(),
        },
    };
    let mut told = Told {
        policies: vec!["ValidatingAdmissionPolicy no-privileged".into()],
        unread: vec!["validatingpolicies.policies.kyverno.io could not be read, so what they refuse is not known".into()],
        places: vec![place(&many, Category::Cde), place(&["lab"], Category::OutOfScope), place(&["kube-system"], Category::Platform)],
        rows: vec![
            row("clean-pod", 0, Category::Cde, Outcome::LetIn, "", "ValidatingAdmissionPolicy no-privileged lets it in", &[]),
            row(
                "privileged-container",
                0,
                Category::Cde,
                Outcome::Refused,
                by,
                "no privileged containers here",
                &["pods with the label skip=yes"],
            ),
            row("privileged-container", 1, Category::OutOfScope, Outcome::LetIn, "", "no policy is asked about it", &[]),
            row("privileged-container", 2, Category::Platform, Outcome::LetIn, "", "no policy is asked about it", &[]),
            row(
                "privileged-init-container",
                0,
                Category::Cde,
                Outcome::LetIn,
                "",
                "ValidatingAdmissionPolicy no-privileged lets it in",
                &[],
            ),
            row("signature-none", 0, Category::Cde, Outcome::NotEvaluated, "ClusterPolicy signed", "it asks a registry", &[]),
        ],
    };
    told.sort();
    let told = std::sync::Arc::new(told);
    let tried = Action::Trial(kassay_core::session::trial::Action::Tried { cluster: "prod-eu".into(), told });
    holds("trial-working", |frame, area, theme| trial::render(frame, area, &session, theme));
    let _ = kassay_core::session::update(&mut session, tried);
    session.layers.push(kassay_core::session::Layer::Trial);
    holds("trial", |frame, area, theme| trial::render(frame, area, &session, theme));
    holds("witness", |frame, area, theme| trial::witness(frame, area, &session, "privileged-container", &Scroll::default(), theme));
    let shown = lines(drawn((200, 60), |frame, area| trial::render(frame, area, &session, &theme())).backend().buffer());
    let at = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words} is not in:\n{shown}"));
    assert!(
        at("✗ let in") < at("? not evaluated") && at("? not evaluated") < at("✓ refused") && at("✓ refused") < at("clean-pod"),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}') && shown.contains("platform  1 verdict, 1 let in"), "{shown}");
}

/// Clusters side by side: one could not be read, one is named twice, one has a name that is long, another one that would steer the terminal.
#[test]
fn clusters_side_by_side() {
    use kassay_core::fleet::{CheckRow, Cluster, ControlRow, Difference, Fleet, Held, State, Topic};
    use kassay_core::model::Outcome;
    let names = ["prod-eu", "prod-us", "支払い-eu", "stage-eu-with-a-name-that-is-far-too-long", "dev\u{1b}[2J", "prod-eu-again", "lost"];
    let cluster = |name: &&str| Cluster {
        name: (*name).to_owned(),
        uid: format!("uid-{name}"),
        source: format!("context {name}"),
        state: if *name == "lost" { State::Failed } else { State::Assessed },
        why: if *name == "lost" { "https://10.0.0.1:6443 did not answer within 10 s".to_owned() } else { String::new() },
        version: "v1.34.4".to_owned(),
        distribution: "kubeadm".to_owned(),
        nodes: 3,
        same_as: (*name == "prod-eu-again").then(|| "prod-eu".to_owned()),
        outcomes: Outcome::ALL.iter().map(|outcome| (outcome.id(), 23)).collect(),
        ..Cluster::default()
    };
    let said = |nth: usize, name: &str| match (name, nth % 5) {
        ("lost", _) => Outcome::Blocked,
        ("prod-us", 1) | (_, 0) => Outcome::Fail,
        (_, 1) => Outcome::Pass,
        (_, 2) => Outcome::Review,
        _ => Outcome::NotApplicable,
    };
    let of = |nth: usize| names.iter().map(|name| ((*name).to_owned(), said(nth, name))).collect();
    let findings = |nth: usize| {
        names.iter().map(|name| ((*name).to_owned(), if said(nth, name) == Outcome::Fail { 7 + 400 * nth } else { 0 })).collect()
    };
    let controls: Vec<(String, String)> =
        Guidance::shipped().unwrap().controls().take(9).map(|control| (control.id.clone(), control.title.clone())).collect();
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let held = |value: &str, clusters: &[&str]| Held { value: value.to_owned(), clusters: list(clusters) };
    let difference = |topic, of: &str, rule: &str, what: &[&str], values, apart: &[&str]| Difference {
        topic,
        of: of.to_owned(),
        rule: rule.to_owned(),
        what: list(what),
        values,
        apart: list(apart),
        unseen: vec![],
    };
    let many = ["prod-eu", "支払い-eu", "stage-eu-with-a-name-that-is-far-too-long", "dev\u{1b}[2J"];
    let told = Fleet {
        clusters: names.iter().map(cluster).collect(),
        controls: (controls.iter().enumerate())
            .map(|(nth, (control, title))| ControlRow {
                control: control.clone(),
                title: title.clone(),
                worst: Some(Outcome::Fail),
                outcomes: of(nth),
                findings: findings(nth),
            })
            .collect(),
        checks: (controls.iter().enumerate())
            .map(|(nth, (control, _))| CheckRow {
                check: format!("{control}/a-check"),
                control: control.clone(),
                title: "a check".to_owned(),
                worst: Some(Outcome::Fail),
                outcomes: of(nth),
                findings: findings(nth),
            })
            .collect(),
        differences: vec![
            difference(Topic::Kind, "", "", &["secrets"], vec![held("read", &many), held("forbidden", &["prod-us"])], &["prod-us"]),
            difference(
                Topic::Finding,
                "1.1/a-check",
                "hostPathVolumes",
                &["DaemonSet logging/agent\u{1b}[2J", "Pod shop/debug-*"],
                vec![held("not found", &many), held("found", &["prod-us"])],
                &["prod-us"],
            ),
            difference(Topic::Version, "", "", &[], vec![held("v1.34.4", &many[..2]), held("v1.33.1", &many[2..])], &[]),
        ],
        ..Fleet::default()
    };
    let mut session = opened();
    session.layers.push(kassay_core::session::Layer::Fleet);
    let act = |session: &mut Session, action| drop(kassay_core::session::update(session, Action::Fleet(action)));
    use kassay_core::session::fleet::{Action as On, Part};
    let show = |name: &str, session: &Session| holds(name, |frame, area, theme| fleet::render(frame, area, session, theme));
    show("fleet-working", &session);
    act(&mut session, On::Gathered { ticket: 0, fleet: std::sync::Arc::new(told) });
    let _ = kassay_core::session::update(&mut session, Action::Right);
    show("fleet", &session);
    act(&mut session, On::Checks);
    act(&mut session, On::Differing);
    show("fleet-differing", &session);
    act(&mut session, On::Part(Part::Differences));
    let _ = kassay_core::session::update(&mut session, Action::Step(kassay_core::session::Step::Down));
    show("fleet-differences", &session);
    act(&mut session, On::Part(Part::Clusters));
    let _ = kassay_core::session::update(&mut session, Action::Step(kassay_core::session::Step::Bottom));
    show("fleet-clusters", &session);
}

#[test]
fn help() {
    let here = [("Tab", "go to the next open item"), ("Enter", "open"), ("a", "answer the question"), ("d", "determine the practice")];
    let everywhere = [("?", "help"), (":", "all commands"), ("u", "undo the last change"), ("q", "quit; everything is saved already")];
    let told = help::Told { here: &here, everywhere: &everywhere, keys: KEYS };
    let session = opened();
    let mut end = Scroll::default();
    end.at = 10_000;
    holds("help", |frame, area, theme| help::render(frame, area, &session, &Scroll::default(), &told, theme));
    holds("help-scrolled", |frame, area, theme| help::render(frame, area, &session, &end, &told, theme));
    let last = lines(drawn((80, 24), |frame, area| help::render(frame, area, &session, &end, &told, &theme())).backend().buffer());
    assert!(last.contains("SHA-256"), "scrolling reaches the end");
}

#[test]
fn palette() {
    let actions =
        [("go to the next open item", "Tab"), ("open the report", "o"), ("export the bundle", "x"), ("undo the last change", "u")];
    for (name, typed) in [("palette", "open"), ("palette-nothing", "zzzz")] {
        let rows: Vec<picker::Row> = fuzzy::search(typed, actions.iter().map(|(words, _)| *words))
            .into_iter()
            .map(|hit| picker::Row {
                words: actions[hit.index].0.into(),
                right: actions[hit.index].1.into(),
                letters: hit.letters,
                ..picker::Row::default()
            })
            .collect();
        let (query, cursor) = (Field::with(typed), Cursor::default());
        let view = picker::View {
            title: "Commands",
            sign: ":",
            placeholder: "a few letters of what you want to do",
            query: &query,
            cursor: &cursor,
            rows: &rows,
            of: actions.len(),
            keys: KEYS,
        };
        holds(name, |frame, area, theme| picker::draw(frame, area, &view, theme));
    }
}

#[test]
fn message() {
    let why = "/srv/assessments/acme/workbook.toml: no space left on device. What you typed is kept here and nothing was overwritten. Make room, \
               then save again.";
    let told = Message::error("The workbook could not be saved", why);
    let keys = [("r", "try again"), ("Esc", "close")];
    holds("message", |frame, area, theme| message::draw(frame, area, &told, &keys, theme));
}

/// Names as a hostile or careless cluster could have them.
const NAMES: [&str; 6] = [
    "a\u{1b}[2J\u{1b}]0;owned\u{7}b",
    "c\u{9b}31md\r\ne",
    "\u{202e}evil\u{2066}",
    "支払い-🦀-处理-👩‍💻-é́é́é́",
    "tab\there",
    "x\u{0}\u{8}y\u{7f}z",
];

#[test]
fn names_from_outside_neither_steer_the_terminal_nor_break_columns() {
    for name in NAMES {
        for size in SIZES {
            let quiet = |what: &str, draw: &dyn Fn(&mut Frame<'_>, Rect)| calm(drawn(size, draw).backend().buffer(), what, name);
            let rows = vec![row(name, &[name], 1, ""), row("plain", &["plain"], 1, "")];
            let session = at_home(Some(rows));
            let shown = drawn(size, |frame, area| home::render(frame, area, &session, KEYS, &theme()));
            calm(shown.backend().buffer(), "home", name);
            let places = [0, 1].map(|nth| column(shown.backend().buffer(), "1 of 49", nth));
            assert!(places[0].is_some() && places[0] == places[1], "{name:?} moved a column");
            let mut session = being_read(vec![KindRow { message: name.into(), ..kinds()[1].clone() }]);
            let reading = session.reading.as_mut().unwrap();
            (reading.key, reading.note) = (name.into(), name.into());
            quiet("reading", &|frame, area| reading::render(frame, area, &session, KEYS, &theme()));
            quiet("message", &|frame, area| message::draw(frame, area, &Message::error(name, name), KEYS, &theme()));
            for stage in Stage::ALL {
                let mut session = beginning(stage);
                let new = session.new.as_mut().unwrap();
                new.form.set("entity", name);
                new.contexts = Some(Ok(vec![context(name, name, true)]));
                new.source = Some(Source::paths(vec![name.into()]));
                new.scope = editor();
                new.scope.namespaces[0].name = name.into();
                new.scope.set(name, Category::Connected, name);
                let mut known = flight();
                (known.cluster.identity, known.cluster.version) = (Caller::new(name, vec![]), name.into());
                new.flight = Flight::Done(Box::new(known));
                quiet("new", &|frame, area| new::render(frame, area, &session, KEYS, &theme()));
            }
        }
    }
}

fn calm(buffer: &Buffer, screen: &str, name: &str) {
    for cell in &buffer.content {
        let bad = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!cell.symbol().chars().any(bad), "{name:?} put {:?} on {screen}", cell.symbol());
    }
}

/// The column at which a text begins on the nth line that has it.
fn column(buffer: &Buffer, wanted: &str, nth: usize) -> Option<u16> {
    let area = buffer.area;
    let starts = |y: u16| {
        (0..area.width).find(|x| {
            wanted.chars().enumerate().all(|(i, c)| buffer.cell((x + i as u16, y)).is_some_and(|cell| cell.symbol() == c.to_string()))
        })
    };
    (0..area.height).filter_map(starts).nth(nth)
}

#[test]
fn what_may_be_typed_never_looks_like_what_was_typed() {
    let session = beginning(Stage::Engagement);
    let field = |name: &str, depth: Depth, typed: &str| {
        let theme = Theme::load(name, None, depth).unwrap();
        let terminal = drawn((40, 1), |frame, area| {
            let shown = field::Shown { text: typed, cursor: None, placeholder: "the company", error: None };
            field::draw(frame, area, &shown, &theme);
        });
        let buffer = terminal.backend().buffer().clone();
        let form = lines(drawn((100, 30), |frame, area| new::render(frame, area, &session, KEYS, &theme)).backend().buffer());
        (lines(&buffer), buffer[(0, 0)].fg, buffer[(0, 0)].modifier, form)
    };
    for (name, _) in SHIPPED {
        for depth in [Depth::Plain, Depth::Sixteen, Depth::Indexed, Depth::True] {
            let ((hint, ..), (typed, ..)) = (field(name, depth, ""), field(name, depth, "the company"));
            let alike = field(name, depth, "").1 == field(name, depth, "the company").1
                && field(name, depth, "").2 == field(name, depth, "the company").2;
            assert!(!alike || hint != typed, "{name}, {depth:?}: {hint}");
            assert!(typed.starts_with("the company"), "{typed}");
        }
    }
    assert!(field("dark", Depth::Plain, "").0.starts_with("[the company]"));
    assert!(field("transparent", Depth::Sixteen, "").0.starts_with("[the company]"));
    assert!(field("dark", Depth::True, "").0.starts_with("the company"));
    let hints = session.new.as_ref().unwrap().form.rows.iter().filter(|row| !row.hint.is_empty()).count();
    assert!(field("dark", Depth::Plain, "").3.matches('[').count() > hints / 2, "the form of a new assessment");
}

#[test]
fn what_is_chosen_shows_without_colour() {
    let mut session = at_home(Some(assessments()));
    session.home.cursor = Cursor::on(1);
    let plain = Theme::load("dark", None, Depth::Plain).unwrap();
    let terminal = drawn((80, 24), |frame, area| home::render(frame, area, &session, KEYS, &plain));
    let buffer = terminal.backend().buffer();
    let reversed: Vec<u16> = (0..24).filter(|y| buffer[(10, *y)].modifier.contains(Modifier::REVERSED)).collect();
    assert_eq!(reversed.len(), 1);
    assert!(lines(buffer).lines().nth(reversed[0].into()).unwrap().contains("▸ Beta"));
}
