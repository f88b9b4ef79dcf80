//! What was looked at, asked and tested: how each check came out with all its findings, each piece of evidence, each answer.

use super::context::{Context, props};
use super::document::{ComponentReference, InventoryItem, Observation, Subject};
use super::naming::Uuid;
use super::resources::{of_cluster, of_references, relevant};
use super::text::{line, paragraphs};
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::model::{Finding, ObjectRef, Outcome};
use kassay_core::workbook::evidence::questions_of;
use kassay_core::workbook::review::shown;
use kassay_core::workbook::sampling::{method_words, population_words, size_words, summary};
use kassay_core::workbook::{Answer, AnswerValue, Evidence, EvidenceKind, ItemResult, Moment, Sample};
use std::collections::{BTreeMap, BTreeSet};

/// All observations, and the objects that they speak of.
pub(super) fn observations(context: &Context<'_>) -> (Vec<Observation>, Vec<InventoryItem>) {
    let mut items = BTreeMap::new();
    let mut all: Vec<Observation> =
        context.material.outcomes().map(|(cluster, outcome)| of_check(context, cluster, outcome, &mut items)).collect();
    let book = &context.material.workbook;
    let uuids = context.uuids("evidence", book.evidence.iter().map(|e| e.reference.clone()));
    all.extend(book.evidence.iter().zip(uuids).filter(|(e, _)| e.counts()).map(|(e, uuid)| of_evidence(context, e, uuid)));
    let uuids = context.uuids("answer", book.answers.iter().map(|a| format!("{}\n{}", a.question, a.cluster)));
    all.extend(book.answers.iter().zip(uuids).map(|(a, uuid)| of_answer(context, a, uuid)));
    let uuids = context.uuids("sample", book.samples.iter().map(|s| s.reference.clone()));
    all.extend(book.samples.iter().zip(uuids).filter(|(s, _)| s.withdrawn.is_none()).map(|(s, uuid)| of_sample(context, s, uuid)));
    (all, items.into_values().collect())
}

/// The observation of a check.
pub(super) fn of_outcome(context: &Context<'_>, cluster: &str, check: &str) -> Uuid {
    context.uuid("check", &format!("{check}\n{cluster}"))
}

fn of_check(context: &Context<'_>, cluster: &str, outcome: &CheckOutcome, items: &mut BTreeMap<Uuid, InventoryItem>) -> Observation {
    let known = checks::by_id(&outcome.check);
    let record = context.material.workbook.clusters.iter().find(|record| record.key == cluster);
    let review = context.material.workbook.review(&outcome.check, cluster).map(|review| {
        let holds = if review.outcome == outcome.outcome && review.digest == shown(outcome) { "" } else { "; it came out otherwise then" };
        format!("Looked at by {} on {}{holds}: {}", review.by, review.at, review.note)
    });
    let title = known.map_or("A check of another version", |check| check.title);
    Observation {
        uuid: of_outcome(context, cluster, &outcome.check),
        title: line(&format!("{} on {cluster}: {}", outcome.check, outcome.outcome.label())),
        description: paragraphs([title, &outcome.reason, &needs(outcome)]),
        props: props([
            ("check", &outcome.check),
            ("control", &super::naming::token(&outcome.control)),
            ("cluster", cluster),
            ("outcome", outcome.outcome.id()),
            ("population", &outcome.population.to_string()),
            ("findings", &outcome.findings.len().to_string()),
        ]),
        // What a check judges was read; only probes were sent to be answered.
        methods: vec![if known.is_some_and(|check| check.active) { "TEST" } else { "EXAMINE" }],
        types: vec![if outcome.outcome == Outcome::Fail { "finding" } else { "control-objective" }],
        origins: context.by_tool(),
        subjects: subjects(context, cluster, outcome, items),
        relevant_evidence: of_cluster(context, cluster),
        collected: context.time(record.and_then(|r| r.collected_at.or(r.assessed_at).or(r.failed.as_ref().map(|failed| failed.at)))),
        remarks: paragraphs(review),
        practices: outcome.practices.clone(),
    }
}

fn needs(outcome: &CheckOutcome) -> String {
    if outcome.needs.is_empty() { String::new() } else { format!("Not to be had: {}", outcome.needs.join("; ")) }
}

/// The cluster, then every object of which something was found, with all that was found of it.
fn subjects(context: &Context<'_>, cluster: &str, outcome: &CheckOutcome, items: &mut BTreeMap<Uuid, InventoryItem>) -> Vec<Subject> {
    let component_uuid = context.cluster(cluster);
    let mut all = vec![Subject {
        subject_uuid: component_uuid,
        kind: "component",
        title: line(&format!("Cluster {cluster}")),
        remarks: String::new(),
    }];
    let mut places: BTreeMap<&ObjectRef, usize> = BTreeMap::new();
    for finding in &outcome.findings {
        let object = &finding.object;
        let at = *places.entry(object).or_insert_with(|| {
            let name = format!("{cluster}\n{}\n{}\n{}\n{}", object.group, object.kind, object.namespace, object.name);
            let subject_uuid = context.uuid("object", &name);
            items.entry(subject_uuid).or_insert_with(|| InventoryItem {
                uuid: subject_uuid,
                description: line(&format!("{object} of {cluster}")),
                implemented_components: vec![ComponentReference { component_uuid }],
            });
            all.push(Subject { subject_uuid, kind: "inventory-item", title: line(&object.to_string()), remarks: String::new() });
            all.len() - 1
        });
        if let Some(subject) = all.get_mut(at) {
            if !subject.remarks.is_empty() {
                subject.remarks.push_str("\n\n");
            }
            subject.remarks.push_str(&line(&told(finding)));
        }
    }
    all
}

fn told(finding: &Finding) -> String {
    let Finding { severity, category, field, observed, message, id, .. } = finding;
    let rule = finding.rule.as_deref().map(|rule| format!(", rule {rule}")).unwrap_or_default();
    format!("{}, {}{rule}. {field}: {observed}. {message} Finding {id}.", severity.id(), category.label())
}

fn of_evidence(context: &Context<'_>, e: &Evidence, resource: Uuid) -> Observation {
    let talk = e.interview.clone().unwrap_or_default();
    let seen = e.observation.clone().unwrap_or_default();
    let conclusion = if e.kind == EvidenceKind::Interview { &talk.conclusion } else { &seen.conclusion };
    let parts = [
        ("Version", &e.version),
        ("Purpose", &e.purpose),
        ("Role", &talk.role),
        ("Person", &talk.person),
        ("Topics", &talk.topics),
        ("Asked", &talk.asked),
        ("Answered", &talk.answered),
        ("Place", &seen.place),
        ("Seen", &seen.seen),
        ("Conclusion", conclusion),
    ];
    let told = parts.into_iter().filter(|(_, words)| !words.is_empty()).map(|(label, words)| format!("{label}: {words}"));
    let on = talk.on.or(seen.on).map(|day| format!("On {day}"));
    let questions = questions_of(e, &context.material.workbook);
    let asked = context.material.guidance.questions().filter(|q| questions.contains(&q.id.as_str()));
    Observation {
        // The resource has the name of the piece, and every UUID is there once.
        uuid: context.uuid("observation", &resource.to_string()),
        title: line(&format!("{} {}", e.reference, e.title)),
        description: paragraphs([e.title.clone()].into_iter().chain(told).chain(on)),
        props: props([("reference", &e.reference), ("kind", e.kind.label())]),
        methods: vec![match e.kind {
            EvidenceKind::Interview => "INTERVIEW",
            EvidenceKind::Scan => "TEST",
            EvidenceKind::Document | EvidenceKind::Observation | EvidenceKind::Sample | EvidenceKind::Query => "EXAMINE",
        }],
        types: vec!["control-objective"],
        origins: context.by(&e.by),
        subjects: vec![],
        relevant_evidence: vec![relevant(e, resource)],
        collected: context.time(Some(e.obtained)),
        remarks: String::new(),
        practices: e.practices.iter().cloned().chain(asked.flat_map(|q| q.practices.clone())).collect(),
    }
}

fn of_answer(context: &Context<'_>, a: &Answer, uuid: Uuid) -> Observation {
    let question = context.material.guidance.question(&a.question);
    let states = context.material.together.states.get(&a.question);
    let here = states.into_iter().flatten().filter(|(cluster, _)| a.cluster.is_empty() || *cluster == a.cluster);
    let stands = here.map(|(cluster, state)| format!("On {cluster}: {}", crate::export::tables::state_words(state).1));
    let asked = match (a.interviewed.trim(), a.role.trim()) {
        ("", "") => String::new(),
        (person, "") => format!("Asked: {person}"),
        ("", role) => format!("Asked: {role}"),
        (person, role) => format!("Asked: {person}, {role}"),
    };
    let on = a.on.map(|day| format!("On {day}")).unwrap_or_default();
    let value = AnswerValue::to_string(&a.value);
    let text = question.map_or("A question of another version", |q| q.text.as_str());
    Observation {
        uuid,
        title: line(&format!("Answer to {}", a.question)),
        description: paragraphs([text, &format!("Answered: {value}"), &a.note, &asked, &on]),
        props: props([("question", &a.question), ("answer", &value), ("cluster", &a.cluster)]),
        methods: vec!["INTERVIEW"],
        types: vec!["control-objective"],
        origins: context.by(&a.by),
        subjects: vec![],
        relevant_evidence: of_references(context, &a.evidence),
        collected: context.time(Some(Moment(a.at.0))),
        remarks: paragraphs(stands),
        practices: question.map(|q| q.practices.clone()).unwrap_or_default(),
    }
}

/// A sample set: how it was drawn, from what, and what each of its items showed. OSCAL has no place of its own for one.
fn of_sample(context: &Context<'_>, s: &Sample, uuid: Uuid) -> Observation {
    let told = summary(s);
    let label = |words: &str, label: &str| if words.trim().is_empty() { String::new() } else { format!("{label}: {words}") };
    let incomplete = s.population.incomplete.join("; ");
    let items = s.items.iter().map(|item| {
        let result = item.result.map_or("left", ItemResult::label);
        let stratum = if item.stratum.is_empty() { String::new() } else { format!(" ({})", item.stratum) };
        format!("{}{stratum}: {result}. {}", item.name, item.note)
    });
    let book = &context.material.workbook;
    let named = book.evidence.iter().filter(|e| e.counts() && e.samples.contains(&s.reference)).map(|e| e.reference.clone());
    let evidence: BTreeSet<String> = named.chain(s.items.iter().flat_map(|item| item.evidence.clone())).collect();
    let asked = context.material.guidance.questions().filter(|q| s.questions.contains(&q.id));
    Observation {
        uuid,
        title: line(&format!("Sample {} {}", s.reference, s.title)),
        description: paragraphs([
            label(&population_words(&s.population), "Population"),
            label(&incomplete, "Not in it, since it could not be read"),
            label(&method_words(s), "Drawn"),
            label(&size_words(s), "Size"),
            label(&s.representative, "It stands for the population because"),
            label(&told.overall.words(), "It shows"),
            label(&told.outlier_words().unwrap_or_default(), "Outliers"),
            label(&s.conclusion, "Conclusion"),
        ]),
        props: props([("sample", &s.reference), ("seed", &s.seed), ("population-sha256", &s.population.digest)]),
        methods: vec!["EXAMINE"],
        types: vec!["control-objective"],
        origins: context.by(&s.by),
        subjects: vec![],
        relevant_evidence: of_references(context, &evidence.into_iter().collect::<Vec<_>>()),
        collected: context.time(Some(s.at)),
        remarks: paragraphs(items),
        practices: s.practices.iter().cloned().chain(asked.flat_map(|q| q.practices.clone())).collect(),
    }
}
