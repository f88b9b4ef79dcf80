//! The access register: who may do what, where, by which binding, those with ways to further rights first; and one subject with all of it.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{listing, page, per_cluster, sign};
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
///    high      ServiceAccount shop/deployer     read Secrets        connected       2 roles
///              User jane@example.com                                CDE             1 role
///
///  Group system:masters: ClusterRole cluster-admin everywhere, by …
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let view = &session.access.view;
    let nobody = if view.register().subjects.is_empty() { "No binding names anybody." } else { "Nobody fits the filter. Esc clears it." };
    let detail = |width: usize| view.selected().map(|entry| lines(view.register(), entry, width, theme));
    let known = book.shown().is_some_and(|c| session.access.knows(&c.key));
    let titles = ("Access register", "Working out who may do what…");
    let shown = per_cluster::Page {
        known,
        list: &view.list,
        counted: counted(view),
        words: "kind:user ns:pay path:secret sev:critical cat:cde or any word",
        unread: (!view.register().complete).then(|| "Roles or bindings could not all be read: rights may be missing here.".to_owned()),
        empty: nobody,
        shown: listing::Shown {
            nouns: ("subject", "subjects"),
            columns: COLUMNS,
            cells: &|at| view.entry(at).map(cells),
            platform: &|items| match items.iter().filter_map(|at| view.entry(*at)).filter(|entry| entry.worst().is_some()).count() {
                0 => String::new(),
                n => format!("{n} with ways to further rights"),
            },
            meanings: &|at| view.entry(at).map_or(["text"; 5], meanings),
        },
        detail: &detail,
    };
    per_cluster::draw(frame, area, session, titles, &shown, theme);
}

/// Draws one subject.
///
/// ```text
///  ServiceAccount shop/deployer                                          connected
///
///  ! high: read Secrets
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
        entry.path_words().join(", "),
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
