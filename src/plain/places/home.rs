//! The assessments to go on with, and the ways to begin one.

use crate::plain::page::{List, Number, Page};
use crate::shell::words::ago;
use kassay_core::session::{HomeRow, Session};

/// Ways to begin, in the order in which the session knows them: what each is called, and what one gets.
const STARTS: [(&str, &str); 4] = [
    ("New assessment", "name the entity, choose a cluster, read it"),
    ("Demo cluster", "a made-up payment company, to try everything on"),
    ("Open files", "a snapshot or dump that somebody took of a cluster"),
    ("Import a folder", "an assessment that lies elsewhere"),
];

/// Home.
pub fn page(session: &Session) -> Page<'_> {
    let mut page = Page::new("Kassay: the PCI guidance for containers on Kubernetes.");
    let rows = session.home.rows.as_deref().unwrap_or_default();
    match (&session.home.opening, &session.home.rows) {
        (Some(dir), _) => page.line(format!("Opening {}.", dir.display())),
        (None, None) => page.line(format!("Looking for assessments in {}.", session.home.root.display())),
        (None, Some(rows)) if rows.is_empty() => page.line(
            "Welcome. Kassay walks an assessor and a platform team through the PCI SSC guidance for containers and container orchestration: \
             16 areas, 42 controls, 49 practices. It reads a cluster where its API can show something, asks you where it can't, and keeps \
             findings, answers and evidence so that you can stop at any time and anyone can verify the result.",
        ),
        (None, Some(rows)) if rows.len() == 1 => page.line("There is one assessment to go on with."),
        (None, Some(rows)) => page.line(format!("There are {} assessments to go on with.", rows.len())),
    }
    page.line("Clusters are only read. Nothing leaves this machine unless you export it.");
    let row = move |at: usize| match rows.get(at) {
        Some(row) => words(row, session),
        None => STARTS.get(at - rows.len()).map_or_else(String::new, |(name, gets)| format!("{name}: {gets}.")),
    };
    let list = List::new(("choice", "choices"), rows.len() + STARTS.len(), session.home.cursor.at, row);
    page.with(list.numbered(Number::Opens))
}

fn words(row: &HomeRow, session: &Session) -> String {
    let title = format!("{} {}", row.entity, row.period);
    let title = title.trim();
    if let Some(problem) = &row.problem {
        return format!(
            "{title}: cannot be opened: {problem}. Nothing is ever written over a file that can't be read; R puts the state before the last edit in \
             its place."
        );
    }
    let clusters = if row.clusters.is_empty() { "no cluster".to_owned() } else { row.clusters.join(", ") };
    let when = row.modified.map(|at| format!(", edited {}", ago(at, session.now, &session.zone))).unwrap_or_default();
    let place = row.dir.parent().filter(|place| **place != *session.home.root && !session.home.root.as_os_str().is_empty());
    let place = place.map(|place| format!(", in {}", place.display())).unwrap_or_default();
    format!("Go on with {title}: {clusters}, {} of {} determined{when}{place}.", row.determined, row.of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_where_an_assessment_cannot_be_opened() {
        let guidance = kassay_core::guidance::Guidance::shipped().unwrap();
        let mut session = Session::new(guidance, "A. Assessor", jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
        let broken = HomeRow { entity: "gamma".into(), problem: Some("line 212, expected a date".into()), ..HomeRow::default() };
        session.home.rows = Some(vec![broken]);
        let list = page(&session).list.unwrap();
        assert_eq!(list.count, 5);
        assert!(list.line(0).starts_with("1: gamma: cannot be opened: line 212, expected a date."), "{}", list.line(0));
        assert!(list.line(1).starts_with("2: New assessment"), "{}", list.line(1));
    }
}
