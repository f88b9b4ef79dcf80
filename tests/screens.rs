//! Every screen drawn at three sizes, and what must hold at all sizes and for all names: nothing steers the terminal, nothing breaks a column.

use kassay::tui::screens::{export, help, home, message, new, palette, reading};
use kassay::tui::theme::{Depth, SHIPPED, Theme};
use kassay::tui::{fuzzy, text};
use kassay_core::kinds::KindState;
use kassay_core::model::Category;
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

fn starts() -> [home::Start; 4] {
    [
        home::Start { key: "n", title: "New assessment", words: "Name the entity, choose a cluster, read it." },
        home::Start { key: "d", title: "Demo cluster", words: "A made-up payment company, to try everything on." },
        home::Start { key: "o", title: "Open files", words: "A snapshot or dump that somebody took of a cluster." },
        home::Start { key: "i", title: "Import a folder", words: "An assessment that lies elsewhere." },
    ]
}

fn assessments() -> Vec<home::Row> {
    let row = |title: &str, clusters: &str, determined, when: &str| home::Row {
        title: title.into(),
        clusters: clusters.into(),
        determined: (determined, 49),
        when: when.into(),
        problem: None,
    };
    vec![
        row("Acme Payments 2026", "prod-eu, prod-us", 17, "2 days ago"),
        row("Beta Acquiring 2026", "aks-weu", 49, "exported 12 Nov"),
        home::Row { title: "gamma-archive".into(), problem: Some("line 212, expected a date".into()), ..home::Row::default() },
        row("支払い処理サービス株式会社 2025", "東京-🦀-prod", 3, "12 Jun 2025"),
    ]
}

#[test]
fn home() {
    let (rows, starts) = (assessments(), starts());
    let view = |rows, selected| home::View { rows, starts: &starts, selected, folder: "~/.local/share/kassay", keys: KEYS };
    holds("home", |frame, area, theme| home::render(frame, area, &view(Some(&rows), 0), theme));
    holds("home-first", |frame, area, theme| home::render(frame, area, &view(Some(&[]), 0), theme));
    holds("home-looking", |frame, area, theme| home::render(frame, area, &view(None, 0), theme));
}

fn kinds() -> Vec<reading::Row> {
    let row =
        |kind: &str, items, total, state, message: &str| reading::Row { kind: kind.into(), items, total, state, message: message.into() };
    vec![
        row("namespaces", 214, None, Some(KindState::Read), ""),
        row(
            "nodes",
            0,
            None,
            Some(KindState::Forbidden),
            "nodes is forbidden: User \"qsa\" cannot list resource \"nodes\" in API group \"\" at the cluster scope",
        ),
        row("configmaps", 1204, None, Some(KindState::Read), ""),
        row("ciliumnetworkpolicies.cilium.io", 0, None, Some(KindState::Absent), ""),
        row("events", 0, None, Some(KindState::Failed), "the server did not answer within 30 s"),
        row("replicasets.apps", 3000, Some(9000), Some(KindState::Partial), "the list broke off after 3,000"),
        row("roles.rbac.authorization.k8s.io", 0, None, Some(KindState::Read), ""),
        row("pods", 41_500, Some(62_118), None, ""),
        row("services", 0, None, None, ""),
    ]
}

#[test]
fn reading() {
    let rows = kinds();
    let view =
        |rows, note| reading::View { cluster: "prod-eu", rows, kinds: 38, bytes: 71_234_567, seconds: 7, note, spinner: "|", keys: KEYS };
    holds("reading", |frame, area, theme| reading::render(frame, area, &view(&rows, ""), theme));
    holds("reading-connecting", |frame, area, theme| reading::render(frame, area, &view(&[], ""), theme));
}

#[test]
fn what_was_refused_does_not_look_like_what_is_empty() {
    let rows = kinds();
    let view = reading::View { cluster: "c", rows: &rows, kinds: 38, bytes: 0, seconds: 0, note: "", spinner: "…", keys: KEYS };
    let terminal = drawn((100, 40), |frame, area| reading::render(frame, area, &view, &theme()));
    let shown = lines(terminal.backend().buffer());
    let line = |word: &str| shown.lines().find(|l| l.contains(word)).map(|l| l.replace(word, "").trim().to_owned()).unwrap();
    let (empty, refused, absent) = (line("roles.rbac.authorization.k8s.io"), line("nodes"), line("ciliumnetworkpolicies.cilium.io"));
    assert!(
        empty.contains('✓') && empty.ends_with('0') && refused.contains("⊘") && absent.contains("not installed"),
        "{empty} | {refused} | {absent}"
    );
}

#[test]
fn new() {
    let said = ["Acme Payments 2026".to_owned(), "prod-eu".to_owned(), String::new()];
    let show = |step, body| new::View { step, said: &said, body, spinner: "|", keys: KEYS };
    let field = |label, text, cursor, error| new::Labelled { label, placeholder: "", text, cursor, error };
    let fields = [
        field("Entity", "", Some(0), Some("the entity needs a name")),
        field("Assessor", "A. Assessor", None, None),
        field("Company", "", None, None),
        field("Period", "2026", None, None),
    ];
    holds("new-engagement", |frame, area, theme| new::render(frame, area, &show(0, new::Body::Engagement { fields: &fields }), theme));
    let choice = |name: &str, words: &str, current| new::Choice { name: name.into(), words: words.into(), current };
    let choices = [
        choice("prod-eu", "https://ABCDEF0123456789.gr7.eu-central-1.eks.amazonaws.com", true),
        choice("gke_acme-payments-production_europe-west3-a_payments-primary-cluster", "https://10.12.0.2", false),
        choice("files", "a snapshot, or files and folders of YAML or JSON", false),
        choice("no cluster", "questions and evidence only", false),
    ];
    let names = ["dump-2026-11-01/", "dump-2026-11-02/", "prod-eu.kassay.gz", "prod-us.kassay.gz"].map(String::from);
    let cluster = |path: bool| new::Body::Cluster {
        filter: "",
        filter_cursor: None,
        choices: &choices,
        of: 4,
        selected: if path { 2 } else { 0 },
        path: path.then(|| field("Path", "~/dump", Some(6), None)),
        names: if path { &names } else { &[] },
        note: "Contexts of ~/.kube/config",
    };
    holds("new-cluster", |frame, area, theme| new::render(frame, area, &show(1, cluster(false)), theme));
    holds("new-files", |frame, area, theme| new::render(frame, area, &show(1, cluster(true)), theme));
    let refused = |kind: &str, checks: &[&str]| new::Unreadable {
        kind: kind.into(),
        state: KindState::Forbidden,
        why: format!("User \"arn:aws:sts::1:assumed-role/qsa\" cannot list resource \"{kind}\" at the cluster scope"),
        checks: checks.iter().map(|c| (*c).to_owned()).collect(),
    };
    let unreadable = [
        refused("secrets", &["1.3 legacy tokens", "6.2 age of secrets"]),
        refused("nodes", &["10.2 systems of nodes", "16.2 nodes shared across categories", "9.1 runtime"]),
    ];
    let known = |unreadable| new::Preflight::Known {
        version: "EKS 1.34 (v1.34.4-eks-1a2b3c)".into(),
        nodes: Some(62),
        identity: "arn:aws:sts::1:assumed-role/qsa (groups: assessors)".into(),
        readable: (36, 38),
        unreadable,
        selected: 0,
    };
    let body = |known| new::Body::Preflight { cluster: "prod-eu", known };
    holds("new-preflight", |frame, area, theme| new::render(frame, area, &show(1, body(known(&unreadable))), theme));
    holds("new-asking", |frame, area, theme| new::render(frame, area, &show(1, body(new::Preflight::Asking)), theme));
    let failed = || new::Preflight::Failed {
        what: "https://10.0.0.1:6443 did not answer within 10 s",
        now: "Is the VPN on? Esc goes back to choose another cluster, Enter tries again.",
    };
    holds("new-failed", |frame, area, theme| new::render(frame, area, &show(1, body(failed())), theme));
    let namespace = |name: &str, pods, category, by: &str| new::Namespace { name: name.into(), pods: Some(pods), category, by: by.into() };
    let namespaces = [
        namespace("checkout", 120, Category::Cde, "the default"),
        namespace("marketing-site", 14, Category::OutOfScope, "by hand"),
        namespace("pay-settlement-with-a-name-that-is-far-too-long-for-any-column-of-this", 1204, Category::Connected, "rule pay-*"),
        namespace("kube-system", 88, Category::Platform, "the cluster's own"),
    ];
    let scope = |rule: bool| new::Body::Scope {
        namespaces: Some(&namespaces),
        selected: 1,
        default: Category::Cde,
        rule: rule.then(|| field("Rule", "pay-*", Some(5), None)),
    };
    holds("new-scope", |frame, area, theme| new::render(frame, area, &show(2, scope(false)), theme));
    holds("new-scope-rule", |frame, area, theme| new::render(frame, area, &show(2, scope(true)), theme));
    let unknown = || new::Body::Scope { namespaces: None, selected: 0, default: Category::Cde, rule: None };
    holds("new-scope-unknown", |frame, area, theme| new::render(frame, area, &show(2, unknown()), theme));
    let chosen = [
        ("Entity", "Acme Payments".to_owned()),
        ("Cluster", "prod-eu, as arn:aws:sts::1:assumed-role/qsa".to_owned()),
        ("Scope", "everything".to_owned()),
    ];
    holds("new-read", |frame, area, theme| new::render(frame, area, &show(3, new::Body::Read { chosen: &chosen }), theme));
}

#[test]
fn export() {
    let part = |name: &str, words: &str, bytes| export::Part { name: name.into(), words: words.into(), bytes };
    let parts = [
        part("workbook.toml", "everything that was found, answered and decided", Some(48_213)),
        part("report.html", "the report, for reading and printing", None),
        part("findings.csv", "every finding, for a spreadsheet", None),
        part("evidence/", "4 files", Some(2_104_332)),
        part("journal.jsonl", "who changed what, when", Some(9_001)),
    ];
    let warnings = ["2 answers have lapsed: 1.6.mfa_enforced, 2.3.reviewed".to_owned()];
    let show = |stage| export::View {
        title: "Acme Payments 2026",
        parts: &parts,
        determined: (17, 49),
        redactions: 7,
        warnings: &warnings,
        zip: true,
        path: "~/acme-payments-2026.zip",
        cursor: None,
        stage,
        spinner: "|",
        keys: KEYS,
    };
    holds("export", |frame, area, theme| export::render(frame, area, &show(export::Stage::Ready { error: None }), theme));
    let writing = || export::Stage::Writing { what: "data/evidence/E-0003-network-diagram.pdf", done: 3, of: 12 };
    holds("export-writing", |frame, area, theme| export::render(frame, area, &show(writing()), theme));
    let written = || export::Stage::Written {
        path: "/home/assessor/acme-payments-2026.zip",
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        bytes: 2_204_111,
        files: 12,
        opened: Some(false),
        report: "/home/assessor/acme-payments-2026/data/report.html",
    };
    holds("export-written", |frame, area, theme| export::render(frame, area, &show(written()), theme));
}

#[test]
fn help() {
    let here = [("Tab", "go to the next open item"), ("Enter", "open"), ("a", "answer the question"), ("d", "determine the practice")];
    let everywhere = [("?", "help"), (":", "all commands"), ("u", "undo the last change"), ("q", "quit; everything is saved already")];
    let view = |scroll| help::View { place: "the walk", screen: "walk", here: &here, everywhere: &everywhere, scroll, keys: KEYS };
    holds("help", |frame, area, theme| help::render(frame, area, &view(0), theme));
    holds("help-scrolled", |frame, area, theme| help::render(frame, area, &view(10_000), theme));
    let last = |size: (u16, u16)| lines(drawn(size, |frame, area| help::render(frame, area, &view(10_000), &theme())).backend().buffer());
    assert!(last((80, 24)).contains("SHA-256"), "scrolling reaches the end");
}

#[test]
fn palette() {
    let actions =
        [("go to the next open item", "Tab"), ("open the report", "o"), ("export the bundle", "x"), ("undo the last change", "u")];
    let hits = fuzzy::search("open", actions.iter().map(|(words, _)| *words));
    let view = |hits, typed| palette::View { typed, cursor: 4, actions: &actions, hits, selected: 0, keys: KEYS };
    holds("palette", |frame, area, theme| palette::render(frame, area, &view(&hits, "open"), theme));
    holds("palette-nothing", |frame, area, theme| palette::render(frame, area, &view(&[], "zzzz"), theme));
}

#[test]
fn message() {
    let view = message::View {
        title: "The workbook could not be saved",
        body: "/srv/assessments/acme/workbook.toml: no space left on device. What you typed is kept here and nothing was overwritten.",
        now: "Make room, then press r to try again.",
        error: true,
        keys: &[("r", "try again"), ("Esc", "close")],
    };
    holds("message", |frame, area, theme| message::render(frame, area, &view, theme));
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
            let rows = [home::Row { title: name.into(), clusters: name.into(), determined: (1, 49), when: "today".into(), problem: None }];
            let starts = starts();
            let view = home::View { rows: Some(&rows), starts: &starts, selected: 0, folder: name, keys: KEYS };
            let shown = drawn(size, |frame, area| home::render(frame, area, &view, &theme()));
            calm(shown.backend().buffer(), name);
            let plain =
                [home::Row { title: "plain".into(), clusters: "plain".into(), determined: (1, 49), when: "today".into(), problem: None }];
            let both = [rows[0].clone(), plain[0].clone()];
            let view = home::View { rows: Some(&both), ..view };
            let shown = drawn(size, |frame, area| home::render(frame, area, &view, &theme()));
            assert_eq!(
                column(shown.backend().buffer(), "1 of 49", 0),
                column(shown.backend().buffer(), "1 of 49", 1),
                "{name:?} moved a column"
            );
            let kinds =
                [reading::Row { kind: name.into(), state: Some(KindState::Forbidden), message: name.into(), ..reading::Row::default() }];
            let view =
                reading::View { cluster: name, rows: &kinds, kinds: 1, bytes: 0, seconds: 0, note: name, spinner: "…", keys: KEYS };
            calm(drawn(size, |frame, area| reading::render(frame, area, &view, &theme())).backend().buffer(), name);
            let view = message::View { title: name, body: name, now: name, error: true, keys: KEYS };
            calm(drawn(size, |frame, area| message::render(frame, area, &view, &theme())).backend().buffer(), name);
            let spaces = [new::Namespace { name: name.into(), pods: None, category: Category::Cde, by: name.into() }];
            let body = new::Body::Scope { namespaces: Some(&spaces), selected: 0, default: Category::Cde, rule: None };
            let view = new::View { step: 2, said: &[name.to_owned(), name.to_owned()], body, spinner: "…", keys: KEYS };
            calm(drawn(size, |frame, area| new::render(frame, area, &view, &theme())).backend().buffer(), name);
        }
    }
}

fn calm(buffer: &Buffer, name: &str) {
    for cell in &buffer.content {
        let bad = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!cell.symbol().chars().any(bad), "{name:?} put {:?} on the screen", cell.symbol());
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
fn what_is_chosen_shows_without_colour() {
    let (rows, starts) = (assessments(), starts());
    let plain = Theme::load("dark", None, Depth::Plain).unwrap();
    let view = home::View { rows: Some(&rows), starts: &starts, selected: 1, folder: "", keys: KEYS };
    let terminal = drawn((80, 24), |frame, area| home::render(frame, area, &view, &plain));
    let buffer = terminal.backend().buffer();
    let reversed: Vec<u16> = (0..24).filter(|y| buffer[(10, *y)].modifier.contains(Modifier::REVERSED)).collect();
    assert_eq!(reversed.len(), 1);
    assert!(lines(buffer).lines().nth(reversed[0].into()).unwrap().contains("▸ Beta"));
}
