//! The access register: who may do what, where, by which binding, those with ways to further rights first; and one subject with all of it.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{filter, frame, listing, page, sign};
use crate::tui::{keymap, markdown, text};
use kassay_core::analysis::rbac::folded::{Entry, Folded, Told};
use kassay_core::analysis::rbac::{Subject, SubjectKind};
use kassay_core::model::text::clean;
use kassay_core::session::{AccessGroup, AccessView, Context, Scroll, Session, Way};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Widest text of one subject: longer lines are hard to follow.
const WIDEST: u16 = 110;

/// Draws the register.
///
/// ```text
///  Access register                                                       prod-eu
///
///  3 users, 5 groups, 41 accounts hold 612 rules     / filters: kind:user ns:pay …
///
///  ▸ critical  Group system:masters             bind, escalate, …   CDE, platform   1 role
///    high      ServiceAccount shop/deployer     read_secrets        connected       2 roles
///              User jane@example.com                                CDE             1 role
///
///  Group system:masters: ClusterRole cluster-admin everywhere, by …
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let keys = keymap::hints(session.context_below());
    let about = book.shown().map(|c| clean(&c.key)).unwrap_or_default();
    let body = page::list(frame, area, "Access register", &about, &keys, theme);
    if book.shown().is_none_or(|c| !session.access.knows(&c.key)) {
        return waiting(frame, body, session, theme);
    }
    let view = &session.access.view;
    let (bar, rest) = frame::top(body, 1);
    let words = "kind:user ns:pay path:secret sev:critical cat:cde or any word";
    filter::draw(frame, bar, &filter::Shown { field: &view.list.filter, typing: view.list.filtering, about: &counted(view), words }, theme);
    let (note, rest) = frame::top(rest, if view.register().complete { 1 } else { 2 });
    if !view.register().complete {
        let words = "⊘ Roles or bindings could not all be read: rights may be missing here.";
        frame.render_widget(Line::styled(text::cut(words, note.width.into()), theme.style("outcome.blocked")), note);
    }
    if view.list.rows().is_empty() {
        let words =
            if view.register().subjects.is_empty() { "No binding names anybody." } else { "Nobody fits the filter. Esc clears it." };
        frame.render_widget(Line::styled(words, theme.style("text.muted")), rest);
        return;
    }
    let (list, detail) = frame::bottom(rest, (rest.height / 3).min(12));
    let shown = listing::Shown {
        nouns: ("subject", "subjects"),
        columns: COLUMNS,
        cells: &|at| view.entry(at).map(cells),
        platform: &|items| match items.iter().filter_map(|at| view.entry(*at)).filter(|entry| entry.worst().is_some()).count() {
            0 => String::new(),
            n => format!("{n} with ways to further rights"),
        },
        meanings: &|at| view.entry(at).map_or(["text"; 5], meanings),
    };
    listing::draw(frame, list, &view.list, &shown, theme);
    if let Some(entry) = view.selected().filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let lines = page::fitting(lines(view.register(), entry, detail.width.into(), theme), detail.height.into(), theme);
        frame.render_widget(Paragraph::new(lines), detail);
    }
}

/// Draws one subject.
///
/// ```text
///  ServiceAccount shop/deployer                                          connected
///
///  ! high: read_secrets
///  ClusterRole edit in shop, by RoleBinding shop/deployer
///      get, list, watch of pods
/// ```
pub fn holder(frame: &mut Frame<'_>, area: Rect, session: &Session, subject: &Subject, scroll: &Scroll, theme: &Theme) {
    let keys = keymap::hints(Context::Holder);
    let register = session.access.view.register();
    let entry = register.subjects.iter().find(|entry| entry.subject == *subject);
    let about = entry.map(reaches).unwrap_or_default();
    let body = page::draw(frame, area, &clean(&subject.to_string()), &about, &keys, theme);
    let Some(entry) = entry else {
        let words = "No binding names this subject any more: the cluster was read or judged anew. Esc goes back to the list.";
        frame.render_widget(Paragraph::new(markdown::plain(words, body.width.into(), theme.style("text"))), body);
        return;
    };
    let lines = lines(register, entry, body.width.min(WIDEST).into(), theme);
    page::scrolled(frame, body, lines, scroll, theme);
}

/// What is said where there is no register yet.
fn waiting(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let words = match session.book.as_ref().and_then(|book| book.shown()) {
        None => "No cluster was read yet. + in the list of areas reads one.",
        Some(cluster) if cluster.loading => "What was read of the cluster is being loaded.",
        Some(cluster) if cluster.inventory.is_none() => "What was read of this cluster is not here; R reads it again.",
        Some(_) => "Working out who may do what…",
    };
    frame.render_widget(Paragraph::new(markdown::plain(words, area.width.into(), theme.style("text.muted"))), area);
}

fn counted(view: &AccessView) -> String {
    let register = view.register();
    if view.list.shown() != register.subjects.len() {
        return format!("{} of {}", text::thousands(view.list.shown()), text::counted(register.subjects.len(), "subject", "subjects"));
    }
    if view.list.group != AccessGroup::None {
        return format!("{} · grouped {}", text::counted(view.list.shown(), "subject", "subjects"), view.list.group.label());
    }
    let kinds = [
        (SubjectKind::User, "user", "users"),
        (SubjectKind::Group, "group", "groups"),
        (SubjectKind::ServiceAccount, "account", "accounts"),
    ];
    let counts: Vec<String> = kinds.iter().map(|(kind, one, many)| text::counted(register.count(*kind), one, many)).collect();
    format!("{} hold {}", counts.join(", "), text::counted(register.rows, "rule", "rules"))
}

const COLUMNS: [Column; 5] = {
    const fn column(fill: Fill, least: usize) -> Column {
        Column { title: "", fill, wanted: 0, least }
    }
    [column(Fill::Words, 8), column(Fill::Name, 34), column(Fill::Words, 16), column(Fill::Words, 12), column(Fill::Words, 8)]
};

/// What stands in the row of a subject.
fn cells(entry: &Entry) -> [String; 5] {
    [
        entry.worst().map_or("", |worst| worst.id()).to_owned(),
        clean(&entry.subject.to_string()),
        entry.path_names().join(", "),
        reaches(entry),
        text::counted(entry.by_role().len(), "role", "roles"),
    ]
}

fn meanings(entry: &Entry) -> [&'static str; 5] {
    let worst = entry.worst().map_or("text.muted", sign::severity_meaning);
    [worst, "text", worst, "text.muted", "text.muted"]
}

/// The categories that its rights reach.
fn reaches(entry: &Entry) -> String {
    entry.categories.iter().map(|category| category.label()).collect::<Vec<_>>().join(", ")
}

/// All that a subject holds.
fn lines(register: &Folded, entry: &Entry, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for told in register.told(entry) {
        let (lead, words, style) = match &told {
            Told::Paths(words) => ("! ", words.as_str(), entry.worst().map_or("text", sign::severity_meaning)),
            Told::Role(words) => ("", words.as_str(), "text.strong"),
            Told::Rule(words) => ("    ", *words, "text"),
        };
        let lead = [Span::styled(lead, theme.style(style))];
        lines.extend(markdown::wrap(&[Span::styled(clean(words), theme.style(style))], width, &lead));
    }
    lines
}
