//! Policies on trial: what became of each witness, where, by whom and why; and one witness with its verdicts everywhere and its object.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{listing, page, per_cluster};
use crate::tui::{keymap, markdown, text};
use kassay_core::analysis::trial::{Outcome, Told, ToldRow, Witness};
use kassay_core::model::text::clean;
use kassay_core::session::{Context, Scroll, Session, TrialGroup, TrialView, Way, trial};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

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
    let view = &session.trials.view;
    let detail = |width: usize| {
        let row = view.selected()?;
        Some(about_lines(row.witness, width, theme).into_iter().chain(verdict_lines(view.told(), row, width, theme)).collect())
    };
    let known = book.shown().is_some_and(|c| session.trials.knows(&c.key));
    let titles = ("Policies on trial", "Trying the policies on witnesses…");
    let shown = per_cluster::Page {
        known,
        list: &view.list,
        counted: counted(view),
        words: "ns:pay breaks:privileged verdict:let_in control:3.1 or any word",
        unread: match view.told().unread.as_slice() {
            [] => None,
            [one] => Some(format!("{}.", clean(one))),
            [first, more @ ..] => Some(format!("{} ({} more).", clean(first), more.len())),
        },
        empty: "Nothing fits the filter. Esc clears it.",
        shown: listing::Shown {
            nouns: ("verdict", "verdicts"),
            columns: COLUMNS,
            cells: &|at| view.row(at).map(|row| cells(row, &view.place(at))),
            platform: &|items| match items.iter().filter_map(|at| view.row(*at)).filter(|row| row.is_gap()).count() {
                0 => String::new(),
                n => format!("{n} let in"),
            },
            meanings: &|at| view.row(at).map_or(["text"; 5], meanings),
        },
        detail: &detail,
    };
    per_cluster::draw(frame, area, session, titles, &shown, theme);
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
