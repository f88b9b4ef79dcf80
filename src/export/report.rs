//! Fills the view of the report from an assessment: what is told, counted, shown or left to the CSV is decided here. The template only lays
//! it out.

use super::picture::{Dress, svg};
use super::redact::REDACTED;
use super::requests::{Wanted, requests};
use super::tables::state_words;
use super::view::{
    AnswerView, AreaView, CheckView, Cluster, ControlView, DeterminationView, Differing, FindingView, JournalRow, JournalView, LastAnswer,
    PracticeView, QuestionView, Report, ResultView, ReviewView,
};
use super::withheld::by_detector;
use super::{Material, executive, papers, samples, second, sisters, standing, tried};
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::{Area, Control, Question, paragraphs};
use kassay_core::model::{Determined, Outcome};
use kassay_core::workbook::begun::changed_facts;
use kassay_core::workbook::determining::overruled;
use kassay_core::workbook::excepting::exception_of;
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::sign_off::Matter;
use kassay_core::workbook::{Answer, AnswerValue, Determination, Moment, folder};
use std::collections::{BTreeMap, BTreeSet};

/// How many findings stand in the report; the table of all is beside it.
const SHOWN: usize = 15_000;
/// How many of them are printed.
const PRINTED: usize = 10;
/// How many of the latest lines of the journal are shown.
const JOURNAL_SHOWN: usize = 100;

fn proposed(proposal: Option<Determined>) -> &'static str {
    proposal.map_or("nothing yet", Determined::label)
}

impl Report {
    /// Puts the report of an assessment together, with as many findings as a screen can take.
    #[must_use]
    pub fn new(material: &Material) -> Self {
        Self::within(material, SHOWN)
    }

    /// The same, with so many findings at most: of each check as many as of any other, as far as it has them.
    #[must_use]
    pub fn within(material: &Material, findings: usize) -> Self {
        let book = &material.workbook;
        let shown = share(material.assessments.iter().flat_map(|(_, a)| &a.outcomes).map(|o| o.findings.len()).collect(), findings);
        let areas: Vec<AreaView> = material.guidance.areas.iter().map(|area| area_view(material, area, shown)).collect();
        let mut outcomes = zeros(Outcome::ALL.map(Outcome::id));
        for outcome in material.together.parts.iter().flat_map(|part| &part.outcomes) {
            *outcomes.entry(outcome.outcome.id()).or_default() += 1;
        }
        let exceptions = standing::exceptions(material);
        let practices: BTreeSet<&str> = material.guidance.practices().map(|p| p.id.as_str()).collect();
        let known: Vec<&Determination> = book.determinations.iter().filter(|d| practices.contains(d.practice.as_str())).collect();
        let samples = samples::views(material);
        Self {
            executive: executive::executive(material, &areas, &samples),
            engagement: book.engagement.clone(),
            made_at: Moment(material.now).to_string(),
            version: env!("CARGO_PKG_VERSION"),
            catalogue: material.guidance.digest.clone(),
            workbook: material.seal(),
            redacted: if material.redacted.is_some() { REDACTED } else { "" },
            clusters: clusters(material),
            fleet: sisters::view(material),
            practices: practices.len(),
            determined: known.len(),
            totals: totals(known.iter().copied()),
            outcomes,
            redactions: book.clusters.iter().map(|c| c.redactions).sum(),
            withheld_words: book.withheld.iter().map(|w| w.times).sum(),
            to_confirm: known.iter().filter(|d| d.to_confirm).map(|d| d.practice.clone()).collect(),
            areas,
            differing: known.iter().filter(|d| differs(d)).map(|d| differing(d)).collect(),
            wrong_exceptions: exceptions.iter().filter(|e| !e.wrong.is_empty()).count(),
            exceptions,
            assistance: second::assistance(&book.engagement),
            second: second::second(material),
            methods: second::methods(material),
            analyses: second::analyses(material),
            scope: standing::scope(material),
            previous: standing::previous(material),
            evidence: papers::evidence(material),
            remediations: papers::remediations(material),
            samples,
            requests: requests(material, &Wanted { kept: true, ..Wanted::default() }),
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
        because: d.because.clone(),
        rationale: d.rationale.clone(),
        by: d.by.clone(),
    }
}

/// How many of each there may be so that all of them together are no more than fit.
pub(super) fn share(mut counts: Vec<usize>, fit: usize) -> usize {
    counts.sort_unstable();
    let (mut left, mut share) = (fit, fit);
    for (nth, count) in counts.iter().enumerate() {
        // Those with fewer have taken what they have; the others share the rest.
        share = left / (counts.len() - nth);
        if *count > share {
            return share;
        }
        left -= count;
    }
    share.max(counts.last().copied().unwrap_or_default())
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
    let view = |(nth, c): (usize, &kassay_core::workbook::ClusterRecord)| {
        let assessment = material.assessments.iter().find(|(key, _)| *key == c.key).map(|(_, a)| a);
        let used = material.workbook.use_cases.iter().find(|u| u.cluster == c.key);
        Cluster {
            key: c.key.clone(),
            server: c.server.clone(),
            uid: c.uid.clone(),
            version: c.version.clone(),
            // What only stands in for a version is no source of one.
            version_source: assessment.filter(|_| !c.version.is_empty()).map(|a| a.cluster.version_source.clone()).unwrap_or_default(),
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
            withheld: assessment.map(by_detector).unwrap_or_default(),
            not_read: c.not_read.iter().map(|(kind, words)| (kind.clone(), words.clone())).collect(),
            kinds: assessment
                .map(|a| a.kinds.iter().filter(|k| k.items > 0).map(|k| (k.kind.clone(), k.items)).collect())
                .unwrap_or_default(),
            unread: unread(&material.workbook, c).unwrap_or_default(),
            used_for: used.map_or("", |u| u.case.label()).to_owned(),
            used_because: used.map(|u| u.reason.clone()).unwrap_or_default(),
            changed: changed_facts(&material.workbook, c).into_iter().map(|f| (f.what, f.before, f.now)).collect(),
            segmentation: material.picture(&c.key).map(|s| svg(s, Dress::Within(&format!("segmentation-{}", nth + 1)))).unwrap_or_default(),
            not_drawn: material.pictures.get(&c.key).and_then(|drawn| drawn.as_ref().err()).cloned().unwrap_or_default(),
        }
    };
    material.workbook.clusters.iter().enumerate().map(view).collect()
}

fn area_view(material: &Material, area: &Area, shown: usize) -> AreaView {
    let controls: Vec<ControlView> = area.controls.iter().map(|control| control_view(material, control, shown)).collect();
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

fn control_view(material: &Material, control: &Control, shown: usize) -> ControlView {
    ControlView {
        id: control.id.clone(),
        title: control.title.clone(),
        dss: control.dss.clone(),
        practices: control.practices.iter().map(|p| practice_view(material, &p.id, &p.text)).collect(),
        checks: check_ids(material, &control.id).into_iter().map(|id| check_view(material, id, shown)).collect(),
        questions: control.questions.iter().map(|q| question_view(material, q)).collect(),
        tried: if control.id == tried::CONTROL { tried::tried(material) } else { vec![] },
    }
}

fn practice_view(material: &Material, id: &str, text: &str) -> PracticeView {
    let proposal = material.proposals().iter().find(|p| p.practice == id);
    PracticeView {
        id: id.to_owned(),
        text: paragraphs(text),
        determination: material.workbook.determination(id).map(|d| determination_view(material, d)),
        proposal: proposed(proposal.and_then(|p| p.proposal)),
        because: proposal.map(|p| p.because.clone()).unwrap_or_default(),
        missing: proposal.map(|p| p.missing.clone()).unwrap_or_default(),
        on: proposal.filter(|_| material.is_several()).map(standing::on).unwrap_or_default(),
        last_year: material.workbook.previous.as_ref().and_then(|p| p.determination(id)).map_or("", |d| d.finding.label()),
    }
}

fn determination_view(material: &Material, d: &Determination) -> DeterminationView {
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
        because: d.because.clone(),
        overruled: overruled(d).unwrap_or_default(),
        excluded_by: d.excluded_by.clone(),
        parts: d.parts(),
        signed: second::signed(material, &Matter::of_determination(d)),
    }
}

/// The checks of a control that said something: those of the catalogue in its order, then those that only another version knows.
fn check_ids<'a>(material: &'a Material, control: &str) -> Vec<&'a str> {
    let of_parts = material.together.parts.iter().flat_map(|part| &part.outcomes);
    let all = material.assessments.iter().flat_map(|(_, a)| &a.outcomes).chain(of_parts);
    let said = all.filter(|o| o.control == control).map(|o| o.check.as_str());
    let mut ids: Vec<&str> = said.collect::<BTreeSet<_>>().into_iter().collect();
    ids.sort_by_key(|id| checks::all().position(|check| check.id == *id).unwrap_or(usize::MAX));
    ids
}

fn check_view(material: &Material, id: &str, shown: usize) -> CheckView {
    // A cluster without the file of its findings is told as far as the workbook knows it.
    let results = material.together.parts.iter().filter_map(|part| {
        let all = material.assessments.iter().find(|(key, _)| *key == part.cluster).map_or(&part.outcomes, |(_, a)| &a.outcomes);
        Some((&part.cluster, all.iter().find(|o| o.check == id)?))
    });
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
        findings: outcome.findings.iter().take(shown).map(|f| finding_view(material, (id, key), f)).collect(),
        total: outcome.findings.len(),
        more: outcome.findings.len().saturating_sub(shown),
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

fn finding_view(material: &Material, (check, cluster): (&str, &str), f: &kassay_core::model::Finding) -> FindingView {
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
        exception: exception_of(&material.workbook.exceptions, (check, &f.id, cluster), material.today())
            .map(|e| e.standing(material.today()))
            .unwrap_or_default(),
    }
}

fn question_view(material: &Material, question: &Question) -> QuestionView {
    let book = &material.workbook;
    let (state, words) = state_words(&material.together.state(&question.id));
    let label = |value: &AnswerValue| {
        let text = value.to_string();
        let unit = if question.unit.is_empty() { String::new() } else { format!(" {}", question.unit) };
        question.options().into_iter().find(|c| c.value == text).map_or_else(|| format!("{text}{unit}"), |c| c.label)
    };
    let view = |a: &Answer| AnswerView {
        value: label(&a.value),
        cluster: a.cluster.clone(),
        by: a.by.clone(),
        at: a.at.to_string(),
        interviewed: a.interviewed.clone(),
        role: a.role.clone(),
        on: a.on.map(|d| d.to_string()).unwrap_or_default(),
        note: a.note.clone(),
        evidence: a.evidence.clone(),
        signed: second::signed(material, &Matter::of_answer(a)),
    };
    let answers = book.answers.iter().filter(|a| a.question == question.id).map(view).collect();
    let before = book.previous.as_ref().and_then(|p| p.answer(&question.id, ""));
    QuestionView {
        id: question.id.clone(),
        text: question.text.clone(),
        wanted: question.satisfied_words(),
        state,
        words,
        on: if material.is_several() { standing::states(material, &question.id) } else { vec![] },
        answers,
        last_year: before.map(|a| LastAnswer { value: label(&a.value), at: a.at.to_string(), reworded: a.digest != question.digest() }),
    }
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
        matches: material.is_sealed(),
        outside: journal.lines.iter().filter(|l| l.by.is_empty()).count(),
        shown: journal.lines.iter().rev().take(JOURNAL_SHOWN).map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn room_is_shared_among_those_who_need_it() {
        for (counts, fit, shared) in [
            (vec![], 10, 0..=10),
            (vec![3, 4], 10, 4..=10),
            (vec![300], 200, 200..=200),
            (vec![1, 100, 100], 21, 10..=10),
            (vec![50, 2, 50], 52, 25..=25),
            (vec![5; 10], 9, 0..=0),
        ] {
            let found = share(counts.clone(), fit);
            assert!(shared.contains(&found), "{counts:?} {fit} {found}");
            assert!(counts.iter().map(|n| n.min(&found)).sum::<usize>() <= fit);
        }
    }
}
