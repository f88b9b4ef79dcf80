//! Policies on trial: what became of each witness, where, by whom and why; and one witness with its verdicts everywhere and its object.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{filter, frame, listing, page};
use crate::tui::{keymap, markdown, text};
use kassay_core::analysis::trial::{Outcome, Told, ToldRow, Witness};
use kassay_core::model::text::clean;
use kassay_core::session::{Context, Scroll, Session, TrialGroup, TrialView, Way, trial};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Widest text of one witness: longer lines are hard to follow.
const WIDEST: u16 = 110;

/// Draws the trial.
///
/// ```text
///  Policies on trial                                                     prod-eu
///
///  14 let in, 3 not evaluated, 43 refused    / filters: ns:pay breaks:privileged …
///
///  ▸ ✗ let in    privileged-init-container   pay, shop   CDE   no policy is asked
///    ✓ refused   privileged-container        pay, shop   CDE   ValidatingAdmissio…
///    platform  61 verdicts, 50 let in, folded
///
///  A pod with a privileged init container.
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let keys = keymap::hints(session.context_below());
    let about = book.shown().map(|c| clean(&c.key)).unwrap_or_default();
    let body = page::list(frame, area, "Policies on trial", &about, &keys, theme);
    if book.shown().is_none_or(|c| !session.trials.knows(&c.key)) {
        return waiting(frame, body, session, theme);
    }
    let view = &session.trials.view;
    let (bar, rest) = frame::top(body, 1);
    let words = "ns:pay breaks:privileged verdict:let_in control:3.1 or any word";
    filter::draw(frame, bar, &filter::Shown { field: &view.list.filter, typing: view.list.filtering, about: &counted(view), words }, theme);
    let unread = &view.told().unread;
    let (note, rest) = frame::top(rest, if unread.is_empty() { 1 } else { 2 });
    if let Some(first) = unread.first() {
        let more = match unread.len() - 1 {
            0 => String::new(),
            more => format!(" ({more} more)"),
        };
        let words = format!("⊘ {}{more}.", clean(first));
        frame.render_widget(Line::styled(text::cut(&words, note.width.into()), theme.style("outcome.blocked")), note);
    }
    if view.list.rows().is_empty() {
        frame.render_widget(Line::styled("Nothing fits the filter. Esc clears it.", theme.style("text.muted")), rest);
        return;
    }
    let (list, detail) = frame::bottom(rest, (rest.height / 3).min(12));
    let shown = listing::Shown {
        nouns: ("verdict", "verdicts"),
        columns: COLUMNS,
        cells: &|at| view.row(at).map(|row| cells(row, view.place(at))),
        platform: &|items| match items.iter().filter_map(|at| view.row(*at)).filter(|row| row.is_gap()).count() {
            0 => String::new(),
            n => format!("{n} let in"),
        },
        meanings: &|at| view.row(at).map_or(["text"; 5], meanings),
    };
    listing::draw(frame, list, &view.list, &shown, theme);
    if let Some(row) = view.selected().filter(|_| detail.height > 2) {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let width = detail.width.into();
        let mut lines = about_lines(row.witness, width, theme);
        lines.extend(verdict_lines(view.told(), row, width, theme));
        let lines = page::fitting(lines, detail.height.into(), theme);
        frame.render_widget(Paragraph::new(lines), detail);
    }
}

/// Draws one witness.
///
/// ```text
///  privileged-init-container                                   3.1 · privileged
///
///  A pod with a privileged init container.
///
///  ✗ let in  CDE
///    pay, shop
///    no policy is asked about it
///
///  Its object
/// ```
pub fn witness(frame: &mut Frame<'_>, area: Rect, session: &Session, id: &str, scroll: &Scroll, theme: &Theme) {
    let keys = keymap::hints(Context::Witness);
    let Some(witness) = Witness::by_id(id) else { return };
    let about = match witness.breaks.control() {
        "" => "clean".to_owned(),
        control => format!("{control} · {}", witness.breaks.id()),
    };
    let body = page::draw(frame, area, id, &about, &keys, theme);
    let width = body.width.min(WIDEST).into();
    let told = session.trials.view.told();
    let mut lines = about_lines(witness, width, theme);
    for row in told.of_witness(id) {
        lines.push(Line::default());
        lines.extend(verdict_lines(told, row, width, theme));
    }
    lines.push(Line::default());
    lines.push(page::heading("Its object", theme));
    lines.extend(trial::object(witness).lines().map(|line| Line::styled(line.to_owned(), theme.style("text"))));
    page::scrolled(frame, body, lines, scroll, theme);
}

/// What is said where there is no trial yet.
fn waiting(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let words = match session.book.as_ref().and_then(|book| book.shown()) {
        None => "No cluster was read yet. + in the list of areas reads one.",
        Some(cluster) if cluster.loading => "What was read of the cluster is being loaded.",
        Some(cluster) if cluster.inventory.is_none() => "What was read of this cluster is not here; R reads it again.",
        Some(_) => "Trying the policies on witnesses…",
    };
    frame.render_widget(Paragraph::new(markdown::plain(words, area.width.into(), theme.style("text.muted"))), area);
}

fn counted(view: &TrialView) -> String {
    let rows = &view.told().rows;
    if view.list.shown() != rows.len() {
        return format!("{} of {}", text::thousands(view.list.shown()), text::counted(rows.len(), "verdict", "verdicts"));
    }
    if view.list.group != TrialGroup::None {
        return format!("{} · grouped {}", text::counted(rows.len(), "verdict", "verdicts"), view.list.group.label());
    }
    let count = |outcome: Outcome| rows.iter().filter(|row| !row.is_clean() && row.verdict.outcome == outcome).count();
    let told = [Outcome::LetIn, Outcome::NotEvaluated, Outcome::Refused]
        .map(|outcome| format!("{} {}", text::thousands(count(outcome)), outcome.label()));
    told.join(", ")
}

const COLUMNS: [Column; 5] = {
    const fn column(fill: Fill, least: usize) -> Column {
        Column { title: "", fill, wanted: 0, least }
    }
    [column(Fill::Words, 10), column(Fill::Name, 24), column(Fill::Words, 12), column(Fill::Words, 9), column(Fill::Words, 12)]
};

/// What stands in a row.
fn cells(row: &ToldRow, place: &str) -> [String; 5] {
    [
        format!("{} {}", trial::sign(row), row.verdict.outcome.label()),
        row.witness.id.to_owned(),
        clean(place),
        row.category.label().to_owned(),
        clean(&row.reason()),
    ]
}

const fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refused => "outcome.pass",
        Outcome::NotEvaluated => "outcome.review",
        Outcome::LetIn => "outcome.fail",
    }
}

/// Where a clean witness gets in, all is well.
fn verdict_meaning(row: &ToldRow) -> &'static str {
    if row.is_clean() { "text.muted" } else { meaning(row.verdict.outcome) }
}

fn meanings(row: &ToldRow) -> [&'static str; 5] {
    [verdict_meaning(row), "text", "text", "text.muted", "text.muted"]
}

fn about_lines(witness: &Witness, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    trial::about(witness).iter().flat_map(|line| markdown::plain(line, width, theme.style("text"))).collect()
}

/// What became of a witness in the namespaces of a row.
fn verdict_lines(told: &Told, row: &ToldRow, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let head = format!("{} {}  {}", trial::sign(row), row.verdict.outcome.label(), row.category.label());
    let mut lines = vec![Line::styled(text::cut(&head, width), theme.style(verdict_meaning(row)))];
    for line in trial::reasons(told, row) {
        lines.extend(markdown::wrap(&[Span::styled(line, theme.style("text"))], width, &[Span::raw("  ")]));
    }
    lines
}
