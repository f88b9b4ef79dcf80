//! Policies on trial: what became of each witness, where, by whom and why; and one witness with its verdicts everywhere and its object.

use crate::plain::page::{List, Page};
use crate::shell::told;
use crate::shell::words::counted;
use kassay_core::analysis::trial::{Outcome, ToldRow, Witness};
use kassay_core::session::{ListRow, Session, TrialGroup, TrialView, Way, trial};

/// The trial.
pub fn page(session: &Session) -> Page<'_> {
    let shown = session.book.as_ref().and_then(|book| book.shown());
    let mut page = Page::new(format!("Policies on trial{}.", shown.map(|c| format!(" in {}", c.key)).unwrap_or_default()));
    if shown.is_none_or(|c| !session.trials.knows(&c.key)) {
        page.line(told::waiting(session, "Trying the policies on witnesses."));
        return page;
    }
    let view = &session.trials.view;
    page.line(counts(view));
    page.pair("Filter", view.list.filter.trimmed());
    for words in &view.told().unread {
        page.line(format!("Blocked: {words}."));
    }
    let rows = view.list.rows();
    if rows.is_empty() {
        page.line("Nothing fits the filter; / changes it.");
        return page;
    }
    let row = move |at: usize| match &rows[at] {
        ListRow::Heading(name, count) => format!("Group {name}: {}", counted(*count, "verdict", "verdicts")),
        ListRow::Platform(count, open) => crate::plain::namespaces::platform(&counted(*count, "verdict", "verdicts"), *open),
        ListRow::Item(nth) => view.row(*nth).map(|row| words(row, &view.place(*nth))).unwrap_or_default(),
    };
    let detail = move |at: usize| {
        let row = rows[at].item().and_then(|nth| view.row(nth));
        row.map(|row| trial::about(row.witness).into_iter().chain(trial::reasons(view.told(), row)).collect::<Vec<String>>())
            .unwrap_or_default()
    };
    page.with(List::new(("row", "rows"), rows.len(), view.list.cursor.at, row).detailed(detail))
}

fn counts(view: &TrialView) -> String {
    let rows = &view.told().rows;
    let all = counted(rows.len(), "verdict", "verdicts");
    if view.list.shown() != rows.len() {
        return format!("{} of {all}.", view.list.shown());
    }
    if view.list.group != TrialGroup::None {
        return format!("{all}, grouped {}.", view.list.group.label());
    }
    let count = |outcome: Outcome| rows.iter().filter(|row| !row.is_clean() && row.verdict.outcome == outcome).count();
    let told = [Outcome::LetIn, Outcome::NotEvaluated, Outcome::Refused].map(|outcome| format!("{} {}", count(outcome), outcome.label()));
    format!("Verdicts: {}.", told.join(", "))
}

fn words(row: &ToldRow, place: &str) -> String {
    let reason = row.reason();
    let reason = if reason.is_empty() { reason } else { format!(": {reason}") };
    format!("{}: {} in {place} ({}){reason}", row.verdict.outcome.label(), row.witness.id, row.category.label())
}

/// One witness.
pub fn witness<'a>(session: &'a Session, id: &'a str) -> Page<'a> {
    let mut page = Page::new(format!("Witness {id}."));
    let Some(witness) = Witness::by_id(id) else { return page };
    page.all(trial::about(witness));
    let told = session.trials.view.told();
    for row in told.of_witness(id) {
        page.line(format!("Verdict: {} ({})", row.verdict.outcome.label(), row.category.label()));
        page.all(trial::reasons(told, row));
    }
    page.line("Its object:");
    page.all(trial::object(witness).lines().map(str::to_owned));
    page
}
