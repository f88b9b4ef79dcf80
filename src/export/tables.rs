//! Tables of what people said and of what is proposed, a line for each cluster: practices, questions, exceptions, the scope.

use super::registers::{access, flows, trial};
use super::requests::{Wanted, requests, requests_table};
use super::samples::{sample_items, samples};
use super::table::{Column, Table, cells};
use super::withheld::withheld;
use super::{Material, findings, judgement, papers, sisters};
use kassay_core::model::{Category, Determined, Method};
use kassay_core::workbook::AnswerState;

/// Every table of an assessment, as a bag holds them.
#[must_use]
pub fn tables(material: &Material) -> Vec<Table<'_>> {
    std::iter::once(findings(material)).chain(few(material)).collect()
}

/// All but the findings, which are many.
pub(super) fn few(material: &Material) -> Vec<Table<'_>> {
    let mut all = vec![papers::evidence_register(&material.workbook)];
    all.extend(answers_and_judgements(material));
    all.extend(standing(material));
    all.extend(fieldwork(material));
    all.extend([
        papers::documents(material),
        papers::interviews(material),
        papers::observations(material),
        papers::system_evidence(material),
        withheld(material),
    ]);
    all.extend(sisters::fleet_tables(material));
    // Where there is nothing to work them out from, they would look as if nobody had a right, or nothing got in.
    all.extend([access(material), flows(material), trial(material)].into_iter().filter(|table| !table.is_empty()));
    all
}

/// What was answered, and what people judged, where they did.
pub(super) fn answers_and_judgements(material: &Material) -> Vec<Table<'_>> {
    let mut all = judgement::judgements(material);
    all.push(questions(material));
    all
}

/// Practices on each cluster, and what holds over all of them: exceptions and the scope.
pub(super) fn standing(material: &Material) -> [Table<'_>; 3] {
    [practices(material), exceptions(material), scope(material)]
}

/// What was worked through: samples, requests, what was found wrong and mended.
pub(super) fn fieldwork(material: &Material) -> [Table<'_>; 4] {
    [
        samples(&material.workbook),
        sample_items(&material.workbook),
        requests_table(&requests(material, &Wanted { kept: true, ..Wanted::default() })).owned(),
        papers::mended(material),
    ]
}

/// Every practice on every cluster: what was determined, what is proposed over all clusters and on this one, and why.
#[must_use]
pub fn practices(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("practice").wide(9),
        Column::choice("determined", Determined::ALL.map(Determined::label)),
        Column::choice("method", Method::ALL.map(Method::label)).wide(22),
        Column::words("rationale"),
        Column::short("by"),
        Column::moment("at"),
        Column::choice("proposed", Determined::ALL.map(Determined::label)).headed("Proposed over all clusters"),
        Column::short("cluster"),
        Column::choice("proposed_on_cluster", Determined::ALL.map(Determined::label)),
        Column::line("because"),
        Column::line("missing"),
        Column::choice("last_year", Determined::ALL.map(Determined::label)),
    ];
    let mut rows = vec![];
    let previous = material.workbook.previous.as_ref();
    for rolled in material.proposals() {
        let found = material.workbook.determination(&rolled.practice);
        let last_year = previous.and_then(|p| p.determination(&rolled.practice));
        for (cluster, proposal) in &rolled.on {
            rows.push(cells![
                &rolled.practice,
                found.map(|d| d.finding.label()),
                found.map(|d| d.method.label()),
                found.map(|d| &d.rationale),
                found.map(|d| &d.by),
                found.map(|d| d.at),
                rolled.proposal.map(Determined::label),
                cluster,
                proposal.proposal.map(Determined::label),
                proposal.because.join(" "),
                proposal.missing.join(" "),
                last_year.map(|d| d.finding.label()),
            ]);
        }
    }
    Table::new("practices", "Practices on each cluster", columns, rows)
}

/// Every question on every cluster: how it stands, and the answer that holds there.
#[must_use]
pub fn questions(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("question").wide(24),
        Column::words("text"),
        Column::short("cluster"),
        Column::choice("state", STATES),
        Column::line("words").headed("State in words"),
        Column::line("answer"),
        Column::short("answered_for"),
        Column::short("interviewed"),
        Column::short("role"),
        Column::day("on").headed("Asked on"),
        Column::line("note"),
        Column::short("evidence"),
        Column::short("by"),
        Column::moment("at"),
        Column::line("last_year"),
    ];
    let mut rows = vec![];
    let previous = material.workbook.previous.as_ref();
    for question in material.guidance.questions() {
        for (cluster, state) in material.together.states.get(&question.id).into_iter().flatten() {
            let (id, words) = state_words(state);
            let answer = material.workbook.answer(&question.id, cluster);
            let before = previous.and_then(|p| p.answer(&question.id, cluster));
            rows.push(cells![
                &question.id,
                question.text.trim(),
                cluster,
                id,
                words,
                answer.map(|a| a.value.to_string()),
                answer.map(|a| for_clusters(&a.cluster)),
                answer.map(|a| &a.interviewed),
                answer.map(|a| &a.role),
                answer.and_then(|a| a.on),
                answer.map(|a| &a.note),
                answer.map(|a| a.evidence.join(" ")),
                answer.map(|a| &a.by),
                answer.map(|a| a.at),
                before.map(|a| a.value.to_string()),
            ]);
        }
    }
    Table::new("questions", "Questions and answers", columns, rows)
}

/// For which cluster something holds that names one, or none for all.
fn for_clusters(cluster: &str) -> &str {
    if cluster.is_empty() { "all clusters" } else { cluster }
}

/// How questions stand, for machines.
const STATES: [&str; 4] = ["satisfied", "waived", "open", "against"];

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
pub fn exceptions(material: &Material) -> Table<'_> {
    let columns = [
        Column::digest("of"),
        Column::short("check").wide(28),
        Column::line("about"),
        Column::short("cluster"),
        Column::line("stands"),
        Column::line("wrong"),
        Column::words("reason"),
        Column::short("owner"),
        Column::short("approver"),
        Column::day("until"),
        Column::short("by"),
        Column::moment("at"),
    ];
    let rows = material.workbook.exceptions.iter().map(|e| {
        let wrong: Vec<String> = material.exception_faults(e).iter().map(ToString::to_string).collect();
        cells![
            &e.what,
            &e.check,
            &e.about,
            for_clusters(&e.cluster),
            e.standing(material.today()),
            wrong.join("; "),
            &e.reason,
            &e.owner,
            &e.approver,
            e.until,
            &e.by,
            e.at,
        ]
    });
    Table::new("exceptions", "Exceptions", columns, rows)
}

/// Every namespace with its category, why, and whether it appeared since the scope was confirmed.
#[must_use]
pub fn scope(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("cluster"),
        Column::line("namespace"),
        Column::choice("category", Category::ALL.map(Category::id)),
        Column::words("reason"),
        Column::yes("appeared_since_confirmation"),
    ];
    let mut rows = vec![];
    let appeared = material.appeared();
    for (key, assessment) in &material.assessments {
        let new = appeared.iter().find(|a| a.cluster == *key);
        for n in &assessment.namespaces {
            let is_new = new.is_some_and(|a| a.namespaces.binary_search(&n.name).is_ok());
            rows.push(cells![key, &n.name, n.category.id(), &n.reason, is_new]);
        }
    }
    Table::new("scope", "Namespaces by category", columns, rows)
}
