//! All findings of all checks on all clusters as one list.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{filter, frame, listing, page, sign};
use crate::tui::{keymap, text};
use kassay_core::model::Finding;
use kassay_core::model::text::clean;
use kassay_core::session::{AllFindings, AllGroup, One, Session, Way};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the list.
///
/// ```text
///  All findings                                                  Acme Payments 2026
///
///  812 findings · by severity     / filters: sev:high ns:pay check:3.1 …
///
///  ▸ critical  1.1/anonymous-rbac   ClusterRoleBinding open    CDE        prod-eu
///    high      3.1/baseline         DaemonSet logging/agent    connected  prod-us
///
///  Whoever may run pods there owns the node.
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let engagement = &book.workbook.engagement;
    let about = clean(format!("{} {}", engagement.entity, engagement.period).trim());
    let keys = keymap::hints(session.context_below());
    let body = page::list(frame, area, "All findings", &about, &keys, theme);
    let view = &session.all_findings;
    let (bar, rest) = frame::top(body, 1);
    let words = "sev:high ns:pay check:3.1 dss:2.2 cluster:eu exc:no new:yes or any word";
    filter::draw(frame, bar, &filter::Shown { field: &view.list.filter, typing: view.list.filtering, about: &counted(view), words }, theme);
    let rest = listing::unanswered(frame, rest, view.unanswered().as_deref(), theme);
    if view.list.rows().is_empty() {
        let words = if view.count() == 0 { "No check has a finding." } else { "No finding fits the filter. Esc clears it." };
        frame.render_widget(Line::styled(words, theme.style("text.muted")), rest);
        return;
    }
    // A short list leaves its room to the finding.
    let short = rest.height.saturating_sub(u16::try_from(view.count()).unwrap_or(u16::MAX).max(4));
    let (list, detail) = frame::bottom(rest, (rest.height / 3).min(8).max(short));
    let several = book.is_several();
    let shown = listing::Shown {
        nouns: ("finding", "findings"),
        columns: COLUMNS,
        cells: &|at| view.one(at).map(|one| cells(&one, several)),
        platform: &|items| listing::by_severity(items.iter().filter_map(|at| view.one(*at)).map(|one| one.finding)),
        meanings: &|at| view.one(at).map_or(["text"; 6], |one| meanings(one.finding)),
    };
    listing::draw(frame, list, &view.list, &shown, theme);
    if let Some(one) = view.selected().filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let lines = listing::brief(one.finding, detail.width.into(), theme);
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}

fn counted(view: &AllFindings) -> String {
    let all = text::counted(view.count(), "finding", "findings");
    let shown = if view.list.shown() == view.count() { all } else { format!("{} of {all}", text::thousands(view.list.shown())) };
    let group = if view.list.group == AllGroup::None { String::new() } else { format!(" · grouped {}", view.list.group.label()) };
    format!("{shown} · by {}{group}", view.sort.label())
}

const COLUMNS: [Column; 6] = {
    const fn column(fill: Fill, least: usize) -> Column {
        Column { title: "", fill, wanted: 0, least }
    }
    [
        column(Fill::Words, 10),
        column(Fill::Name, 14),
        column(Fill::Name, 30),
        column(Fill::Words, 9),
        column(Fill::Name, 8),
        // Told below in full; the object is what one looks for.
        column(Fill::Name, 12),
    ]
};

/// What stands in the row of a finding; the cluster where there are several.
fn cells(one: &One<'_>, several: bool) -> [String; 6] {
    let f = one.finding;
    [
        format!("{} {}", if one.excepted { "e" } else { " " }, f.severity.id()),
        one.check.to_owned(),
        clean(&f.object.to_string()),
        f.category.label().to_owned(),
        if several { clean(one.cluster) } else { String::new() },
        clean(&f.field),
    ]
}

const fn meanings(f: &Finding) -> [&'static str; 6] {
    [sign::severity_meaning(f.severity), "text", "text", sign::category_meaning(f.category), "text.muted", "text.muted"]
}
