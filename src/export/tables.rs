//! Tables of what people said and of what is proposed, a line for each cluster: practices, questions, exceptions, the scope.

use super::Material;
use super::csv::{row, table};
use kassay_core::workbook::AnswerState;

/// Every practice on every cluster: what was determined, what is proposed over all clusters and on this one, and why.
#[must_use]
pub fn practices_csv(material: &Material) -> String {
    let head = [
        "practice",
        "determined",
        "method",
        "rationale",
        "by",
        "at",
        "proposed",
        "cluster",
        "proposed_on_cluster",
        "because",
        "missing",
        "last_year",
    ];
    let mut rows = vec![row(head)];
    let previous = material.workbook.previous.as_ref();
    for rolled in material.proposals() {
        let found = material.workbook.determination(&rolled.practice);
        let proposed = rolled.proposal.map_or("", |p| p.label());
        let last_year = previous.and_then(|p| p.determination(&rolled.practice)).map_or("", |d| d.finding.label());
        for (cluster, proposal) in &rolled.on {
            rows.push(row([
                &rolled.practice,
                found.map_or("", |d| d.finding.label()),
                found.map_or("", |d| d.method.label()),
                found.map_or("", |d| d.rationale.as_str()),
                found.map_or("", |d| d.by.as_str()),
                &found.map(|d| d.at.to_string()).unwrap_or_default(),
                proposed,
                cluster,
                proposal.proposal.map_or("", |p| p.label()),
                &proposal.because.join(" "),
                &proposal.missing.join(" "),
                last_year,
            ]));
        }
    }
    table(&rows)
}

/// Every question on every cluster: how it stands, and the answer that holds there.
#[must_use]
pub fn questions_csv(material: &Material) -> String {
    let head = [
        "question",
        "text",
        "cluster",
        "state",
        "words",
        "answer",
        "answered_for",
        "interviewed",
        "role",
        "on",
        "note",
        "evidence",
        "by",
        "at",
        "last_year",
    ];
    let mut rows = vec![row(head)];
    let previous = material.workbook.previous.as_ref();
    for question in material.guidance.questions() {
        for (cluster, state) in material.together.states.get(&question.id).into_iter().flatten() {
            let (id, words) = state_words(state);
            let answer = material.workbook.answer(&question.id, cluster);
            let before = previous.and_then(|p| p.answer(&question.id, cluster)).map(|a| a.value.to_string());
            rows.push(row([
                &question.id,
                question.text.trim(),
                cluster,
                id,
                &words,
                &answer.map(|a| a.value.to_string()).unwrap_or_default(),
                answer.map_or("", |a| if a.cluster.is_empty() { "all clusters" } else { &a.cluster }),
                answer.map_or("", |a| &a.interviewed),
                answer.map_or("", |a| &a.role),
                &answer.and_then(|a| a.on).map(|day| day.to_string()).unwrap_or_default(),
                answer.map_or("", |a| &a.note),
                &answer.map(|a| a.evidence.join(" ")).unwrap_or_default(),
                answer.map_or("", |a| &a.by),
                &answer.map(|a| a.at.to_string()).unwrap_or_default(),
                &before.unwrap_or_default(),
            ]));
        }
    }
    table(&rows)
}

/// How a question stands: a word for machines, and one for people.
pub(super) fn state_words(state: &AnswerState) -> (&'static str, String) {
    match state {
        AnswerState::Satisfied => ("satisfied", "satisfied".to_owned()),
        AnswerState::Waived(why) => ("waived", format!("not asked: {why}")),
        AnswerState::Missing => ("open", "not answered".to_owned()),
        AnswerState::Unsatisfied(why) => ("against", why.clone()),
        AnswerState::Lapsed(day) => ("open", format!("lapsed on {day}")),
        AnswerState::NeedsEvidence => ("open", "current evidence is missing".to_owned()),
        AnswerState::Reworded => ("open", "answers an earlier wording of the question".to_owned()),
    }
}

/// The register of exceptions, with what is wrong with each.
#[must_use]
pub fn exceptions_csv(material: &Material) -> String {
    let head = ["of", "check", "about", "cluster", "stands", "wrong", "reason", "owner", "approver", "until", "by", "at"];
    let mut rows = vec![row(head)];
    for e in &material.workbook.exceptions {
        let wrong: Vec<String> = material.exception_faults(e).iter().map(ToString::to_string).collect();
        rows.push(row([
            &e.what,
            &e.check,
            &e.about,
            if e.cluster.is_empty() { "all clusters" } else { &e.cluster },
            &e.standing(material.today()),
            &wrong.join("; "),
            &e.reason,
            &e.owner,
            &e.approver,
            &e.until.map(|day| day.to_string()).unwrap_or_default(),
            &e.by,
            &e.at.map(|at| at.to_string()).unwrap_or_default(),
        ]));
    }
    table(&rows)
}

/// Every namespace with its category, why, and whether it appeared since the scope was confirmed.
#[must_use]
pub fn scope_csv(material: &Material) -> String {
    let mut rows = vec![row(["cluster", "namespace", "category", "reason", "appeared_since_confirmation"])];
    let appeared = material.appeared();
    for (key, assessment) in &material.assessments {
        let new = appeared.iter().find(|a| a.cluster == *key);
        for n in &assessment.namespaces {
            let is_new = new.is_some_and(|a| a.namespaces.binary_search(&n.name).is_ok());
            rows.push(row([key, &n.name, n.category.id(), &n.reason, if is_new { "yes" } else { "" }]));
        }
    }
    table(&rows)
}
