//! Fills the view of the report from an assessment: what is told, counted, shown or left to the CSV is decided here. The template only lays
//! it out.

use super::Material;
use super::view::{
    AnswerView, AreaView, CheckView, Cluster, ControlView, DeterminationView, Differing, EvidenceView, ExceptionView, FindingView,
    JournalRow, JournalView, PracticeView, QuestionView, Report, ResultView, ReviewView,
};
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::{Area, Control, Question, paragraphs};
use kassay_core::model::{Determined, Outcome};
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::proposal::question_state;
use kassay_core::workbook::{AnswerState, AnswerValue, Determination, Moment, Proposal, collection, folder, journal};
use std::collections::{BTreeMap, BTreeSet};

/// How many findings of a check stand in the report; the table of all is beside it.
const SHOWN: usize = 200;
/// How many of them are printed.
const PRINTED: usize = 10;
/// How many of the latest lines of the journal are shown.
const JOURNAL_SHOWN: usize = 100;

fn proposed(proposal: Option<Determined>) -> &'static str {
    proposal.map_or("nothing yet", Determined::label)
}

impl Report {
    /// Puts the report of an assessment together.
    #[must_use]
    pub fn new(material: &Material) -> Self {
        let book = &material.workbook;
        let proposals = material.proposals();
        let areas: Vec<AreaView> = material.guidance.areas.iter().map(|area| area_view(material, area, &proposals)).collect();
        let mut outcomes = zeros(Outcome::ALL.map(Outcome::id));
        for record in &book.outcomes {
            *outcomes.entry(record.outcome.id()).or_default() += 1;
        }
        let practices: BTreeSet<&str> = material.guidance.practices().map(|p| p.id.as_str()).collect();
        let known: Vec<&Determination> = book.determinations.iter().filter(|d| practices.contains(d.practice.as_str())).collect();
        Self {
            engagement: book.engagement.clone(),
            made_at: Moment(material.now).to_string(),
            version: env!("CARGO_PKG_VERSION"),
            catalogue: material.guidance.digest.clone(),
            workbook: journal::digest(material.text.as_bytes()),
            clusters: clusters(material),
            practices: practices.len(),
            determined: known.len(),
            totals: totals(known.iter().copied()),
            outcomes,
            redactions: book.clusters.iter().map(|c| c.redactions).sum(),
            to_confirm: known.iter().filter(|d| d.to_confirm).map(|d| d.practice.clone()).collect(),
            areas,
            differing: known.iter().filter(|d| differs(d)).map(|d| differing(d)).collect(),
            exceptions: exceptions(material),
            evidence: evidence(material),
            journal: journal_view(material),
            printed: PRINTED,
        }
    }
}

/// Whether a determination is not what was proposed when it was made.
fn differs(d: &Determination) -> bool {
    d.proposed != Some(d.finding)
}

fn differing(d: &Determination) -> Differing {
    Differing {
        practice: d.practice.clone(),
        finding: d.finding.label(),
        proposed: proposed(d.proposed),
        rationale: d.rationale.clone(),
        by: d.by.clone(),
    }
}

fn zeros<const N: usize>(keys: [&'static str; N]) -> BTreeMap<&'static str, usize> {
    keys.into_iter().map(|key| (key, 0)).collect()
}

fn totals<'a>(determinations: impl Iterator<Item = &'a Determination>) -> BTreeMap<&'static str, usize> {
    let mut totals = zeros(Determined::ALL.map(Determined::id));
    for d in determinations {
        *totals.entry(d.finding.id()).or_default() += 1;
    }
    totals
}

fn clusters(material: &Material) -> Vec<Cluster> {
    let view = |c: &kassay_core::workbook::ClusterRecord| {
        let assessment = material.assessments.iter().find(|(key, _)| *key == c.key).map(|(_, a)| a);
        Cluster {
            key: c.key.clone(),
            server: c.server.clone(),
            uid: c.uid.clone(),
            version: c.version.clone(),
            version_source: assessment.map(|a| a.cluster.version_source.clone()).unwrap_or_default(),
            distribution: c.distribution.clone(),
            distribution_evidence: assessment.map(|a| a.cluster.distribution_evidence.clone()).unwrap_or_default(),
            nodes: c.nodes,
            identity: c.identity.as_ref().map(ToString::to_string).unwrap_or_default(),
            groups: assessment.map(|a| a.cluster.groups.clone()).unwrap_or_default(),
            source: c.source.clone(),
            declared_complete: c.declared_complete.clone().unwrap_or_default(),
            collected_at: c.collected_at.map(|at| at.to_string()).unwrap_or_default(),
            assessed_at: c.assessed_at.map(|at| at.to_string()).unwrap_or_default(),
            snapshot: folder::snapshot(&c.snapshot).unwrap_or_default(),
            findings: c.findings.clone(),
            redactions: c.redactions,
            not_read: c.not_read.iter().map(|(kind, words)| (kind.clone(), words.clone())).collect(),
            kinds: assessment
                .map(|a| a.kinds.iter().filter(|k| k.items > 0).map(|k| (k.kind.clone(), k.items)).collect())
                .unwrap_or_default(),
        }
    };
    material.workbook.clusters.iter().map(view).collect()
}

fn area_view(material: &Material, area: &Area, proposals: &[Proposal]) -> AreaView {
    let controls: Vec<ControlView> = area.controls.iter().map(|control| control_view(material, control, proposals)).collect();
    let ids: BTreeSet<&str> = area.controls.iter().flat_map(|c| &c.practices).map(|p| p.id.as_str()).collect();
    let determined: Vec<&Determination> = material.workbook.determinations.iter().filter(|d| ids.contains(d.practice.as_str())).collect();
    let mut outcomes = zeros(Outcome::ALL.map(Outcome::id));
    for result in controls.iter().flat_map(|c| &c.checks).flat_map(|c| &c.results) {
        *outcomes.entry(result.outcome).or_default() += 1;
    }
    AreaView {
        number: area.number,
        title: area.title.clone(),
        determined: determined.len(),
        practices: ids.len(),
        totals: totals(determined.into_iter()),
        outcomes,
        open_questions: controls.iter().flat_map(|c| &c.questions).filter(|q| q.state == "open").count(),
        controls,
    }
}

fn control_view(material: &Material, control: &Control, proposals: &[Proposal]) -> ControlView {
    ControlView {
        id: control.id.clone(),
        title: control.title.clone(),
        dss: control.dss.clone(),
        practices: control.practices.iter().map(|p| practice_view(material, &p.id, &p.text, proposals)).collect(),
        checks: check_ids(material, &control.id).into_iter().map(|id| check_view(material, id)).collect(),
        questions: control.questions.iter().map(|q| question_view(material, q)).collect(),
    }
}

fn practice_view(material: &Material, id: &str, text: &str, proposals: &[Proposal]) -> PracticeView {
    let proposal = proposals.iter().find(|p| p.practice == id);
    PracticeView {
        id: id.to_owned(),
        text: paragraphs(text),
        determination: material.workbook.determination(id).map(determination_view),
        proposal: proposed(proposal.and_then(|p| p.proposal)),
        because: proposal.map(|p| p.because.clone()).unwrap_or_default(),
        missing: proposal.map(|p| p.missing.clone()).unwrap_or_default(),
    }
}

fn determination_view(d: &Determination) -> DeterminationView {
    let compensating = d.compensating.as_ref().map_or_else(Vec::new, |c| {
        vec![
            ("Constraint", c.constraint.clone()),
            ("Objective", c.objective.clone()),
            ("Risk", c.risk.clone()),
            ("Control", c.control.clone()),
            ("Validation", c.validation.clone()),
            ("Maintenance", c.maintenance.clone()),
        ]
    });
    DeterminationView {
        id: d.finding.id(),
        label: d.finding.label(),
        method: d.method.label(),
        rationale: d.rationale.clone(),
        by: d.by.clone(),
        at: d.at.to_string(),
        proposed: proposed(d.proposed),
        differs: differs(d),
        to_confirm: d.to_confirm,
        compensating,
    }
}

/// The checks of a control that said something: those of the catalogue in its order, then those that only another version knows.
fn check_ids<'a>(material: &'a Material, control: &str) -> Vec<&'a str> {
    let said = material.assessments.iter().flat_map(|(_, a)| &a.outcomes).filter(|o| o.control == control).map(|o| o.check.as_str());
    let mut ids: Vec<&str> = said.collect::<BTreeSet<_>>().into_iter().collect();
    ids.sort_by_key(|id| checks::all().position(|check| check.id == *id).unwrap_or(usize::MAX));
    ids
}

fn check_view(material: &Material, id: &str) -> CheckView {
    let results = material.assessments.iter().filter_map(|(key, a)| Some((key, a.outcomes.iter().find(|o| o.check == id)?)));
    let result = |(key, outcome): (&String, &CheckOutcome)| ResultView {
        cluster: key.clone(),
        outcome: outcome.outcome.id(),
        label: outcome.outcome.label(),
        reason: outcome.reason.clone(),
        population: outcome.population,
        needs: outcome.needs.clone(),
        review: material.workbook.review(id, key).map(|r| ReviewView {
            by: r.by.clone(),
            at: r.at.to_string(),
            note: r.note.clone(),
            holds: r.outcome == outcome.outcome && r.digest == kassay_core::workbook::review::shown(outcome),
        }),
        counts: outcome.counts.iter().filter(|(_, n)| **n > 0).map(|(category, n)| (category.label(), *n)).collect(),
        findings: outcome.findings.iter().take(SHOWN).map(|f| finding_view(material, id, f)).collect(),
        total: outcome.findings.len(),
        more: outcome.findings.len().saturating_sub(SHOWN),
    };
    let known = checks::by_id(id);
    CheckView {
        id: id.to_owned(),
        title: known.map_or("A check of another version", |check| check.title).to_owned(),
        why: known.map_or("", |check| check.why).to_owned(),
        blind_spots: known.map_or("", |check| check.blind_spots).to_owned(),
        results: results.map(result).collect(),
    }
}

fn finding_view(material: &Material, check: &str, f: &kassay_core::model::Finding) -> FindingView {
    FindingView {
        severity: f.severity.id(),
        category: f.category.label(),
        in_scope: f.category.in_scope(),
        object: f.object.to_string(),
        pods: f.pods,
        rule: f.rule.as_deref().unwrap_or_default().to_owned(),
        field: f.field.clone(),
        observed: f.observed.clone(),
        message: f.message.to_string(),
        exception: material.workbook.exceptions.iter().any(|e| e.what == f.id || e.what == check),
    }
}

fn question_view(material: &Material, question: &Question) -> QuestionView {
    let book = &material.workbook;
    let (outcomes, distribution) = collection::combined(book);
    let (state, words) = match question_state(question, book, &outcomes, &distribution, day_of(material.now)) {
        AnswerState::Satisfied => ("satisfied", "satisfied".to_owned()),
        AnswerState::Waived(why) => ("waived", format!("not asked: {why}")),
        AnswerState::Missing => ("open", "not answered".to_owned()),
        AnswerState::Unsatisfied(why) => ("against", why),
        AnswerState::Lapsed(day) => ("open", format!("lapsed on {day}")),
        AnswerState::NeedsEvidence => ("open", "current evidence is missing".to_owned()),
        AnswerState::Reworded => ("open", "answers an earlier wording of the question".to_owned()),
    };
    let label = |value: &AnswerValue| {
        let text = value.to_string();
        let unit = if question.unit.is_empty() { String::new() } else { format!(" {}", question.unit) };
        question.options().into_iter().find(|c| c.value == text).map_or_else(|| format!("{text}{unit}"), |c| c.label)
    };
    let answer = book.answers.iter().find(|a| a.question == question.id).map(|a| AnswerView {
        value: label(&a.value),
        cluster: a.cluster.clone(),
        by: a.by.clone(),
        at: a.at.to_string(),
        interviewed: a.interviewed.clone(),
        role: a.role.clone(),
        on: a.on.map(|d| d.to_string()).unwrap_or_default(),
        note: a.note.clone(),
        evidence: a.evidence.clone(),
    });
    QuestionView { id: question.id.clone(), text: question.text.clone(), wanted: question.satisfied_words(), state, words, answer }
}

fn exceptions(material: &Material) -> Vec<ExceptionView> {
    let today = day_of(material.now);
    let found = |what: &str| {
        let all = material.assessments.iter().flat_map(|(_, a)| &a.outcomes).flat_map(|o| &o.findings);
        all.clone().find(|f| f.id == what).map(|f| format!("{} {}", f.object, f.field)).unwrap_or_default()
    };
    let view = |e: &kassay_core::workbook::Exception| ExceptionView {
        what: e.what.clone(),
        object: found(&e.what),
        reason: e.reason.clone(),
        owner: e.owner.clone(),
        until: e.until.map(|d| d.to_string()).unwrap_or_default(),
        lapsed: e.until.is_some_and(|d| d.0 < today),
    };
    material.workbook.exceptions.iter().map(view).collect()
}

fn evidence(material: &Material) -> Vec<EvidenceView> {
    let view = |e: &kassay_core::workbook::Evidence| EvidenceView {
        reference: e.reference.clone(),
        kind: e.kind.label(),
        title: e.title.clone(),
        file: e.file.clone(),
        path: folder::evidence(&e.sha256, &e.file).unwrap_or_default(),
        sha256: e.sha256.clone(),
        effective: e.effective.map(|d| d.to_string()).unwrap_or_default(),
        obtained: e.obtained.to_string(),
        by: e.by.clone(),
        practices: e.practices.clone(),
    };
    material.workbook.evidence.iter().map(view).collect()
}

fn journal_view(material: &Material) -> JournalView {
    let journal = &material.journal;
    let at = |line: Option<&kassay_core::workbook::JournalLine>| line.map(|l| Moment(l.at).to_string()).unwrap_or_default();
    let people: BTreeSet<&str> = journal.lines.iter().map(|l| l.by.as_str()).filter(|by| !by.is_empty()).collect();
    let row = |l: &kassay_core::workbook::JournalLine| JournalRow {
        n: l.n,
        at: Moment(l.at).to_string(),
        by: l.by.clone(),
        what: l.what.clone(),
        before: l.before.clone(),
        after: l.after.clone(),
    };
    JournalView {
        edits: journal.lines.len(),
        first: at(journal.lines.first()),
        last: at(journal.lines.last()),
        people: people.into_iter().map(str::to_owned).collect(),
        whole: journal.faults.is_empty(),
        matches: journal.workbook() == Some(journal::digest(material.text.as_bytes()).as_str()),
        outside: journal.lines.iter().filter(|l| l.by.is_empty()).count(),
        shown: journal.lines.iter().rev().take(JOURNAL_SHOWN).map(row).collect(),
    }
}
