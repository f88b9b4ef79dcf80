//! A new assessment: engagement, cluster, scope, read. Four steps of one page, each can be gone back to; only the entity is required.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{self, Column, Fill};
use crate::tui::widgets::{List, field, frame, hints::Hint, page, sign};
use crate::tui::{markdown, text};
use kassay_core::kinds::KindState;
use kassay_core::model::Category;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Titles of the four steps.
pub const STEPS: [&str; 4] = ["Engagement", "Cluster", "Scope", "Read"];

/// A field with its label.
#[derive(Clone, Debug, Default)]
pub struct Labelled<'a> {
    /// Label.
    pub label: &'a str,
    /// What it is for, shown while it is empty.
    pub placeholder: &'a str,
    /// What it holds.
    pub text: &'a str,
    /// Cursor, where the keys go there.
    pub cursor: Option<usize>,
    /// What is wrong.
    pub error: Option<&'a str>,
}

/// A way to have a cluster.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Name: of a context, or of the way.
    pub name: String,
    /// Where it leads: the server, or a sentence.
    pub words: String,
    /// Whether it is the current context.
    pub current: bool,
}

/// A kind that can't be read, and what that means.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The kind.
    pub kind: String,
    /// How the server refuses.
    pub state: KindState,
    /// The server's words.
    pub why: String,
    /// Checks that will be blocked: their titles with ids.
    pub checks: Vec<String>,
}

/// What asking a cluster has shown so far.
#[derive(Clone, Debug)]
pub enum Preflight<'a> {
    /// It is being asked.
    Asking,
    /// It could not be reached.
    Failed {
        /// What went wrong.
        what: &'a str,
        /// What one can do.
        now: &'a str,
    },
    /// It answered.
    Known {
        /// Distribution and version: `EKS 1.34 (v1.34.4-eks-1a2b3c)`.
        version: String,
        /// Nodes, where they may be counted.
        nodes: Option<usize>,
        /// Who the cluster sees.
        identity: String,
        /// Kinds that may be read, and all.
        readable: (usize, usize),
        /// The others.
        unreadable: &'a [Unreadable],
        /// The selected one of them.
        selected: usize,
    },
}

/// A namespace of the scope list.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// Name.
    pub name: String,
    /// Pods, where they are known.
    pub pods: Option<usize>,
    /// Category.
    pub category: Category,
    /// What gave it: `by hand`, `rule pay-*`, `the default`, `the cluster's own`.
    pub by: String,
}

/// What the step in work shows.
pub enum Body<'a> {
    /// Who is assessed.
    Engagement {
        /// The fields.
        fields: &'a [Labelled<'a>],
    },
    /// Which cluster.
    Cluster {
        /// Search among the choices.
        filter: &'a str,
        /// Cursor in the search, where the keys go there.
        filter_cursor: Option<usize>,
        /// Ways to have one that fit the search.
        choices: &'a [Choice],
        /// How many there are in all.
        of: usize,
        /// The selected one.
        selected: usize,
        /// The path of files, where that way is selected.
        path: Option<Labelled<'a>>,
        /// Names that Tab found.
        names: &'a [String],
        /// A word about the list: where the kubeconfig is, or why there are no contexts.
        note: &'a str,
    },
    /// What the cluster says before anything is read.
    Preflight {
        /// Its name.
        cluster: &'a str,
        /// What is known.
        known: Preflight<'a>,
    },
    /// What is in scope.
    Scope {
        /// Namespaces; none while they are not known.
        namespaces: Option<&'a [Namespace]>,
        /// The selected one.
        selected: usize,
        /// The category of all that no rule names.
        default: Category,
        /// A rule being typed.
        rule: Option<Labelled<'a>>,
    },
    /// All is said; reading is next.
    Read {
        /// What was chosen: label and words.
        chosen: &'a [(&'a str, String)],
    },
}

/// What the screen shows.
pub struct View<'a> {
    /// The step in work, from 0.
    pub step: usize,
    /// What was said in the steps before: a word each, "" where nothing was.
    pub said: &'a [String],
    /// The step in work.
    pub body: Body<'a>,
    /// Sign of work going on.
    pub spinner: &'a str,
    /// Keys of here.
    pub keys: &'a [Hint<'a>],
}

/// Draws a new assessment.
///
/// ```text
///   New assessment                                              step 2 of 4
///
///   ✓ 1 Engagement ─ ▸ 2 Cluster ─ 3 Scope ─ 4 Read
///
///   the step in work
///
///   Enter go on  Esc back                                            ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let about = format!("step {} of {}", view.step + 1, STEPS.len());
    let body = page::draw(frame, area, "New assessment", &about, view.keys, theme);
    let (head, body) = frame::top(body, 2);
    frame.render_widget(steps(view, usize::from(head.width), theme), head);
    match &view.body {
        Body::Engagement { fields } => engagement(frame, body, fields, theme),
        Body::Cluster { .. } => cluster(frame, body, &view.body, theme),
        Body::Preflight { cluster, known } => preflight(frame, body, cluster, known, view.spinner, theme),
        Body::Scope { namespaces, selected, default, rule } => scope(frame, body, (*namespaces, *selected, *default, rule.as_ref()), theme),
        Body::Read { chosen } => read(frame, body, chosen, theme),
    }
}

fn steps(view: &View<'_>, columns: usize, theme: &Theme) -> Line<'static> {
    let mut spans = Vec::new();
    for (nth, title) in STEPS.iter().enumerate() {
        if nth > 0 {
            spans.push(Span::styled(" ─ ", theme.style("border")));
        }
        let (mark, style) = match nth.cmp(&view.step) {
            std::cmp::Ordering::Less => ("✓ ", "success"),
            std::cmp::Ordering::Equal => ("▸ ", "key"),
            std::cmp::Ordering::Greater => ("", "text.muted"),
        };
        spans.push(Span::styled(mark, theme.style(style)));
        let word = if nth == view.step { "tab.active" } else { "text.muted" };
        spans.push(Span::styled(format!("{} {title}", nth + 1), theme.style(word)));
        if let Some(said) = view.said.get(nth).filter(|said| nth < view.step && !said.is_empty() && columns >= 100) {
            spans.push(Span::styled(format!(": {}", text::cut(said, 22)), theme.style("text")));
        }
    }
    Line::from(spans)
}

const LABEL: u16 = 12;

/// A label and its field; two rows, the second for what is wrong.
fn labelled(frame: &mut Frame<'_>, area: Rect, labelled: &Labelled<'_>, theme: &Theme) {
    let style = theme.style(if labelled.cursor.is_some() { "text.strong" } else { "text.muted" });
    let sign = if labelled.cursor.is_some() { "▸ " } else { "  " };
    let (label, rest) = frame::left(area, LABEL + 2);
    let line = Line::from(vec![Span::styled(sign, theme.style("key")), Span::styled(labelled.label.to_owned(), style)]);
    frame.render_widget(line, Rect { height: 1.min(label.height), ..label });
    let (input, _) = frame::left(rest, 64);
    let shown = field::Shown { text: labelled.text, cursor: labelled.cursor, placeholder: labelled.placeholder, error: labelled.error };
    field::draw(frame, input, &shown, theme);
}

fn engagement(frame: &mut Frame<'_>, area: Rect, fields: &[Labelled<'_>], theme: &Theme) {
    let words = "Who is assessed, and by whom? Only the entity is required; everything can be changed later.";
    let mut rest = say(frame, area, words, theme);
    for one in fields {
        let (at, below) = frame::top(rest, 2);
        labelled(frame, at, one, theme);
        rest = below;
    }
}

/// Writes a sentence and gives the area below it, one row of air between.
fn say(frame: &mut Frame<'_>, area: Rect, words: &str, theme: &Theme) -> Rect {
    let text = markdown::render(words, usize::from(area.width.min(96)), theme);
    let (top, rest) = frame::top(area, u16::try_from(text.lines.len()).unwrap_or(1) + 1);
    frame.render_widget(Paragraph::new(text), top);
    rest
}

fn cluster(frame: &mut Frame<'_>, area: Rect, body: &Body<'_>, theme: &Theme) {
    let Body::Cluster { filter, filter_cursor, choices, of, selected, path, names, note } = body else { return };
    let mut rest = say(frame, area, "Which cluster? It is only ever read: get and list, nothing else.", theme);
    if filter_cursor.is_some() || !filter.is_empty() {
        let (line, below) = frame::top(rest, 1);
        let (sign, line) = frame::left(line, 2);
        frame.render_widget(Line::styled("/", theme.style("key")), sign);
        let shown = field::Shown { text: filter, cursor: *filter_cursor, placeholder: "part of a name", error: None };
        field::draw(frame, frame::left(line, 40).0, &shown, theme);
        let count = Line::styled(format!("{} of {}", choices.len(), of), theme.style("text.muted"));
        frame.render_widget(count, frame::left(line, 42).1);
        rest = below;
    }
    let path_rows = if path.is_some() { 2 + u16::try_from(names.len().div_ceil(3)).unwrap_or(0).min(4) + 1 } else { 0 };
    let (rest, foot) = frame::bottom(rest, 1);
    frame.render_widget(Line::styled(text::cut(note, foot.width.into()), theme.style("text.muted")), foot);
    let (rest, under) = frame::bottom(rest, path_rows);
    let name = choices.iter().map(|c| text::width(&c.name)).max().unwrap_or(0).max(12).min(usize::from(rest.width / 2));
    List::new(choices.len(), Some(*selected), theme).focused(filter_cursor.is_none() && path.is_none()).draw(frame, rest, |nth, room| {
        let choice = &choices[nth];
        let current = if choice.current { "  current" } else { "" };
        let words = room.saturating_sub(name + 2 + current.len());
        Line::from(vec![
            Span::styled(text::name(&choice.name, name), theme.style("text")),
            Span::styled(format!("  {}", text::cut(&choice.words, words)), theme.style("text.muted")),
            Span::styled(current, theme.style("key")),
        ])
    });
    if let Some(path) = path {
        let (at, below) = frame::top(under, 2);
        labelled(frame, at, path, theme);
        completions(frame, below, names, theme);
    }
}

/// Names that Tab found, in three columns.
fn completions(frame: &mut Frame<'_>, area: Rect, names: &[String], theme: &Theme) {
    let width = usize::from(area.width.saturating_sub(LABEL + 2) / 3).saturating_sub(2);
    let lines: Vec<Line<'static>> = names
        .chunks(3)
        .map(|row| {
            Line::from(
                row.iter().map(|n| Span::styled(format!("{}  ", text::name(n, width)), theme.style("text.muted"))).collect::<Vec<_>>(),
            )
        })
        .collect();
    let hidden = lines.len().saturating_sub(area.height.into());
    let shown = Paragraph::new(lines.into_iter().take(area.height.into()).collect::<Vec<_>>());
    frame.render_widget(shown, frame::left(area, LABEL + 2).1);
    if hidden > 0 {
        let more = Line::styled(format!("+{}", hidden * 3), theme.style("text.muted")).right_aligned();
        frame.render_widget(more, frame::bottom(area, 1).1);
    }
}

fn preflight(frame: &mut Frame<'_>, area: Rect, cluster: &str, known: &Preflight<'_>, spinner: &str, theme: &Theme) {
    match known {
        Preflight::Asking => {
            let words = format!("{spinner} Asking {} who we are and what we may read…", text::cut_middle(cluster, 50));
            frame.render_widget(Line::styled(words, theme.style("text")), area);
        }
        Preflight::Failed { what, now } => {
            let width = usize::from(area.width.min(96));
            let mut lines = vec![
                Line::styled(format!("✗ {} could not be asked", text::cut_middle(cluster, 50)), theme.style("error")),
                Line::default(),
            ];
            lines.extend(markdown::plain(what, width, theme.style("text")));
            lines.push(Line::default());
            lines.extend(markdown::plain(now, width, theme.style("text.strong")));
            frame.render_widget(Paragraph::new(lines), area);
        }
        Preflight::Known { version, nodes, identity, readable, unreadable, selected } => {
            let columns = usize::from(area.width);
            let fact = |label: &str, words: &str| {
                let lead = [Span::styled(text::left(label, 10), theme.style("text.muted"))];
                markdown::wrap(&[Span::styled(text::clean(words), theme.style("text"))], columns, &lead)
            };
            let mut lines = fact("Cluster", &text::cut_middle(cluster, columns.saturating_sub(10)));
            lines.extend(fact("Version", version));
            lines.extend(fact("Nodes", &nodes.map_or_else(|| "may not be counted".to_owned(), text::thousands)));
            lines.extend(fact("Identity", identity));
            lines.push(Line::default());
            let (may, all) = readable;
            let verdict = if unreadable.is_empty() {
                Line::styled(format!("✓ May read all {all} kinds."), theme.style("success"))
            } else {
                Line::styled(
                    format!("○ May read {may} of {all} kinds. What can't be read is never counted as passed:"),
                    theme.style("warning"),
                )
            };
            lines.push(verdict);
            let (top, rest) = frame::top(area, u16::try_from(lines.len()).unwrap_or(6));
            frame.render_widget(Paragraph::new(lines), top);
            refusals(frame, rest, unreadable, *selected, theme);
        }
    }
}

fn refusals(frame: &mut Frame<'_>, area: Rect, unreadable: &[Unreadable], selected: usize, theme: &Theme) {
    if unreadable.is_empty() {
        return;
    }
    let name = unreadable.iter().map(|u| text::width(&u.kind)).max().unwrap_or(0).clamp(10, 40);
    let (list, detail) = frame::bottom(area, if area.height > 8 { 4 } else { 0 });
    List::new(unreadable.len(), Some(selected), theme).draw(frame, list, |nth, room| {
        let row = &unreadable[nth];
        let (mark, _, meaning) = sign::kind_state(row.state);
        let blocked = format!("{} will be “blocked”", text::counted(row.checks.len(), "check", "checks"));
        Line::from(vec![
            Span::styled(format!("{mark} {}  ", text::name(&row.kind, name)), theme.style(meaning)),
            Span::styled(text::left(&blocked, 28.min(room)), theme.style("text")),
            Span::styled(text::cut(&row.checks.join(" · "), room.saturating_sub(name + 32)), theme.style("text.muted")),
        ])
    });
    if let Some(row) = unreadable.get(selected).filter(|_| detail.height > 1) {
        let (_, detail) = frame::top(detail, 1);
        let mut lines = markdown::plain(&format!("{}: {}", row.kind, row.why), detail.width.into(), theme.style("text"));
        lines.extend(markdown::plain(&row.checks.join(" · "), detail.width.into(), theme.style("text.muted")));
        frame.render_widget(Paragraph::new(lines), detail);
    }
}

fn scope(
    frame: &mut Frame<'_>,
    area: Rect,
    (namespaces, selected, default, rule): (Option<&[Namespace]>, usize, Category, Option<&Labelled<'_>>),
    theme: &Theme,
) {
    let words = "What has to do with account data? Findings elsewhere are shown, but decide nothing. **Everything is in scope** until you say \
                 otherwise, and that is a good start.";
    let rest = say(frame, area, words, theme);
    let (rest, foot) = frame::bottom(rest, if rule.is_some() { 3 } else { 1 });
    let Some(namespaces) = namespaces else {
        let line = "The namespaces are not known yet: they come with the reading. The scope can be set then, and at any time.";
        frame.render_widget(Paragraph::new(markdown::plain(line, rest.width.into(), theme.style("text.muted"))), rest);
        return;
    };
    let count = |category| namespaces.iter().filter(|n| n.category == category).count();
    let counts: Vec<String> = Category::ALL.iter().map(|c| format!("{} {}", text::thousands(count(*c)), c.label())).collect();
    let columns = [
        Column { title: "Namespace", fill: Fill::Name, wanted: 48, least: 16 },
        Column { title: "Pods", fill: Fill::Number, wanted: 8, least: 6 },
        Column { title: "Category", fill: Fill::Words, wanted: 12, least: 12 },
        Column { title: "Because of", fill: Fill::Words, wanted: 28, least: 10 },
    ];
    let (head, body) = frame::top(rest, 1);
    let drawn = List::new(namespaces.len(), Some(selected), theme).focused(rule.is_none());
    let widths = table::widths(&columns, drawn.columns(body));
    frame.render_widget(table::titles(&columns, &widths, theme.style("text.muted")), frame::left(head, 2).1);
    drawn.draw(frame, body, |nth, _| {
        let namespace = &namespaces[nth];
        let style = theme.style(if namespace.category == Category::Platform { "text.muted" } else { "text" });
        let pods = namespace.pods.map(text::thousands).unwrap_or_default();
        let category = theme.style(sign::category_meaning(namespace.category));
        let cells = vec![
            (namespace.name.clone(), style),
            (pods, style),
            (namespace.category.label().to_owned(), category),
            (namespace.by.clone(), theme.style("text.muted")),
        ];
        table::row(&columns, &widths, cells)
    });
    match rule {
        Some(rule) => labelled(frame, frame::top(foot, 1).1, rule, theme),
        None => {
            let words = format!("{} · new namespaces: {}", counts.join(" · "), default.label());
            frame.render_widget(Line::styled(text::cut(&words, foot.width.into()), theme.style("text.muted")), foot);
        }
    }
}

fn read(frame: &mut Frame<'_>, area: Rect, chosen: &[(&str, String)], theme: &Theme) {
    let mut lines = Vec::new();
    for (label, words) in chosen {
        let lead = [Span::styled(text::left(label, usize::from(LABEL)), theme.style("text.muted"))];
        lines.extend(markdown::wrap(&[Span::styled(text::clean(words), theme.style("text"))], usize::from(area.width), &lead));
    }
    lines.push(Line::default());
    lines.push(Line::styled("All is said. Enter reads the cluster; it can be cancelled at any time.", theme.style("text.strong")));
    frame.render_widget(Paragraph::new(lines), area);
}
