//! The executive page: what somebody reads who has two minutes and has never seen Kubernetes. What is in place, what matters most with what mends
//! it and who owns it, what could not be seen. It tells nothing that the report does not tell at length.

use super::Material;
use super::samples::SampleView;
use super::view::{AreaView, CoverageView, Executive, MatterView, SeverityView, UnseenView};
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::Control;
use kassay_core::kinds::KindState;
use kassay_core::model::text::thousands;
use kassay_core::model::{Category, Determined, Outcome, Severity};
use kassay_core::report::Assessment;
use kassay_core::workbook::excepting::exception_of;
use kassay_core::workbook::requests::{is_overdue, role_of};
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::{ClusterRecord, Determination, RequestStatus};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many things are told; the report holds all.
const TOLD: usize = 10;

/// What fails in one control, while it is gathered.
#[derive(Default)]
struct Gathered<'a> {
    /// Checks with their severity.
    checks: BTreeMap<&'a str, Severity>,
    /// Places by cluster: all, and those in the CDE, and those connected.
    places: BTreeMap<&'a str, (usize, usize, usize)>,
    owners: BTreeSet<&'a str>,
    excepted: usize,
    determined: bool,
}

impl Gathered<'_> {
    /// Worst first, a person's word before a program's, then by how much of the CDE is touched.
    fn rank(&self) -> impl Ord + use<> {
        let worst = self.checks.values().min().copied().unwrap_or(Severity::High);
        let sum = |of: fn(&(usize, usize, usize)) -> usize| self.places.values().map(of).sum::<usize>();
        (worst, Reverse(self.determined), Reverse(sum(|p| p.1)), Reverse(sum(|p| p.2)), Reverse(sum(|p| p.0)))
    }
}

/// The page, from what the report has gathered already.
pub(super) fn executive(material: &Material, areas: &[AreaView], samples: &[SampleView]) -> Executive {
    let (mut gathered, overruled) = gather(material);
    let book = &material.workbook;
    let open = || book.requests.iter().filter(|r| r.status == RequestStatus::Open);
    let mut ranked: Vec<(&Control, Gathered<'_>)> =
        material.guidance.controls().filter_map(|control| Some((control, gathered.remove(control.id.as_str())?))).collect();
    // Stable: what ranks alike stays in the order of the guidance.
    ranked.sort_by_cached_key(|(_, found)| found.rank());
    let more = ranked.len().saturating_sub(TOLD);
    ranked.truncate(TOLD);
    let prepared = book.determinations.iter().map(|d| d.by.as_str()).chain(book.answers.iter().map(|a| a.by.as_str()));
    Executive {
        whole: areas.iter().filter(|area| is_whole(area)).map(|area| area.title.clone()).collect(),
        matters: ranked.into_iter().map(|(control, found)| matter(material, control, &found)).collect(),
        more,
        overruled,
        unseen: unseen(material),
        blocked: said(material).filter(|(_, outcome)| outcome.outcome == Outcome::Blocked).count(),
        severities: severities(material),
        coverage: coverage(material),
        open_questions: areas.iter().map(|area| area.open_questions).sum(),
        prepared_by: each_once(prepared),
        accepted_by: each_once(accepting(areas)),
        requests_open: open().count(),
        requests_overdue: open().filter(|r| is_overdue(r, material.today())).count(),
        inconsistent_samples: samples.iter().filter(|sample| sample.is_inconsistent()).count(),
    }
}

/// Whether every practice of an area is determined, and in place or not applicable, and something is in place.
fn is_whole(area: &AreaView) -> bool {
    let count = |of: Determined| area.totals.get(of.id()).copied().unwrap_or_default();
    count(Determined::InPlace) > 0 && count(Determined::InPlace) + count(Determined::NotApplicable) == area.practices
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

/// Who accepted something as a second person.
fn accepting(areas: &[AreaView]) -> impl Iterator<Item = &str> {
    let controls = || areas.iter().flat_map(|area| &area.controls);
    let determined = controls().flat_map(|c| &c.practices).filter_map(|p| p.determination.as_ref()).map(|d| &d.signed);
    let answered = controls().flat_map(|c| &c.questions).flat_map(|q| &q.answers).map(|a| &a.signed);
    determined.chain(answered).map(|signed| signed.accepted_by.as_str())
}

/// What every check says of every cluster, with its findings where they are kept.
fn said(material: &Material) -> impl Iterator<Item = (&str, &CheckOutcome)> {
    material.together.parts.iter().flat_map(|part| {
        let kept = material.assessments.iter().find(|(key, _)| *key == part.cluster);
        kept.map_or(&part.outcomes, |(_, assessment)| &assessment.outcomes).iter().map(|outcome| (part.cluster.as_str(), outcome))
    })
}

/// How bad it is what a check looks for; of a check of another version, what its findings say.
fn severity(outcome: &CheckOutcome) -> Option<Severity> {
    checks::by_id(&outcome.check).map(|check| check.severity).or_else(|| outcome.findings.iter().map(|f| f.severity).min())
}

/// What is wrong, by control; and how many failing checks the assessor overruled.
fn gather(material: &Material) -> (BTreeMap<&str, Gathered<'_>>, usize) {
    let mut all: BTreeMap<&str, Gathered<'_>> = BTreeMap::new();
    let mut overruled = BTreeSet::new();
    let settled = |practice: &String| {
        let found = material.workbook.determination(practice).map(|d| d.finding);
        matches!(found, Some(Determined::InPlace | Determined::NotApplicable))
    };
    for (cluster, outcome) in said(material).filter(|(_, outcome)| outcome.outcome == Outcome::Fail) {
        if !outcome.practices.is_empty() && outcome.practices.iter().all(settled) {
            overruled.insert(outcome.check.as_str());
            continue;
        }
        let found = all.entry(outcome.control.as_str()).or_default();
        let in_scope = || outcome.findings.iter().filter(|f| f.category.in_scope());
        let worst = in_scope().map(|f| f.severity).min().or_else(|| severity(outcome)).unwrap_or(Severity::Info);
        let known = found.checks.entry(outcome.check.as_str()).or_insert(worst);
        *known = worst.min(*known);
        let place = found.places.entry(cluster).or_default();
        let count = |category| outcome.counts.get(&category).copied().unwrap_or_default();
        place.0 += outcome.counts.values().sum::<usize>();
        place.1 += count(Category::Cde);
        place.2 += count(Category::Connected);
        for finding in in_scope() {
            let key = (outcome.check.as_str(), finding.id.as_str(), cluster);
            let Some(exception) = exception_of(&material.workbook.exceptions, key, material.today()) else { continue };
            found.excepted += 1;
            found.owners.extend(Some(exception.owner.as_str()).filter(|owner| !owner.is_empty()));
        }
    }
    for d in not_in_place(material) {
        let Some((control, _)) = d.practice.rsplit_once('.') else { continue };
        all.entry(control).or_default().determined = true;
    }
    (all, overruled.len())
}

fn not_in_place(material: &Material) -> impl Iterator<Item = &Determination> {
    material.workbook.determinations.iter().filter(|d| d.finding == Determined::NotInPlace)
}

fn matter(material: &Material, control: &Control, found: &Gathered<'_>) -> MatterView {
    let mut wrong: Vec<(&str, Severity)> = found.checks.iter().map(|(id, severity)| (*id, *severity)).collect();
    wrong.sort_by_key(|(_, severity)| *severity);
    let worst = wrong.first().and_then(|(id, _)| checks::by_id(id));
    let words = wrong.iter().map(|(id, _)| checks::by_id(id).map_or(*id, |check| check.title).to_owned());
    let practices = |practice: &str| control.practices.iter().any(|p| p.id == practice);
    let judged = not_in_place(material).filter(|d| practices(&d.practice) && !d.rationale.is_empty());
    let judged = judged.map(|d| format!("{}: {}", d.practice, d.rationale.trim()));
    let place = |(cluster, (all, cde, connected)): (&&str, &(usize, usize, usize))| {
        let places = if *all == 1 { "place" } else { "places" };
        let in_scope = [(cde, Category::Cde), (connected, Category::Connected)].into_iter().filter(|(n, _)| **n > 0);
        let in_scope = in_scope.map(|(n, category)| format!(", {} {}", thousands(*n), category.label())).collect::<String>();
        format!("{cluster}: {} {places}{in_scope}", thousands(*all))
    };
    let owners: Vec<&str> = found.owners.iter().copied().collect();
    MatterView {
        control: control.id.clone(),
        title: control.title.clone(),
        severity: wrong.first().map_or(Severity::High, |(_, severity)| *severity).id(),
        determined: found.determined,
        wrong: judged.chain(words).collect(),
        why: worst.map_or_else(|| first_paragraph(&control.threat), |check| check.why.to_owned()),
        mend: worst.map_or_else(|| first_step(&control.mend), |check| check.mend.to_owned()),
        owner: if owners.is_empty() { role_of(&control.id, &control.title).to_owned() } else { owners.join(", ") },
        owner_named: !owners.is_empty(),
        places: found.places.iter().map(place).collect(),
        excepted: found.excepted,
    }
}

/// The first paragraph of a text of the guidance, in one line.
fn first_paragraph(text: &str) -> String {
    text.trim().split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first of the steps that mend something, in one line.
fn first_step(text: &str) -> String {
    let text = text.trim();
    let step = text.strip_prefix("- ").unwrap_or(text);
    let end = ["\n- ", "\n\n"].iter().filter_map(|end| step.find(end)).min().unwrap_or(step.len());
    step[..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unseen(material: &Material) -> Vec<UnseenView> {
    let view = |record: &ClusterRecord| UnseenView {
        cluster: record.key.clone(),
        nothing: unread(&material.workbook, record).unwrap_or_default(),
        lists: record.not_read.iter().map(|(kind, words)| (kind.clone(), words.clone())).collect(),
        blocked: said(material).filter(|(key, outcome)| *key == record.key && outcome.outcome == Outcome::Blocked).count(),
    };
    let all = material.workbook.clusters.iter().map(view);
    all.filter(|view| !view.nothing.is_empty() || !view.lists.is_empty() || view.blocked > 0).collect()
}

fn severities(material: &Material) -> Vec<SeverityView> {
    let mut all: BTreeMap<Severity, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for (_, outcome) in said(material) {
        let of = all.entry(severity(outcome).unwrap_or(Severity::Info)).or_default();
        *of.entry(outcome.outcome.id()).or_default() += 1;
    }
    let view = |(severity, said): (Severity, BTreeMap<&'static str, usize>)| SeverityView {
        severity: severity.id(),
        total: said.values().sum(),
        outcomes: Outcome::ALL.iter().map(|o| (o.id(), said.get(o.id()).copied().unwrap_or_default())).collect(),
    };
    all.into_iter().map(view).collect()
}

fn coverage(material: &Material) -> Vec<CoverageView> {
    let view = |(key, assessment): &(String, Assessment)| {
        let mut states: BTreeMap<&'static str, usize> = STATES.into_iter().map(|state| (name(state), 0)).collect();
        for row in &assessment.kinds {
            *states.entry(name(row.state)).or_default() += 1;
        }
        CoverageView { cluster: key.clone(), total: assessment.kinds.len(), states }
    };
    material.assessments.iter().map(view).collect()
}

/// How far a list was read, all of them.
const STATES: [KindState; 5] = [KindState::Read, KindState::Partial, KindState::Forbidden, KindState::Failed, KindState::Absent];

const fn name(state: KindState) -> &'static str {
    match state {
        KindState::Read => "read",
        KindState::Partial => "partial",
        KindState::Forbidden => "forbidden",
        KindState::Failed => "failed",
        KindState::Absent => "absent",
    }
}

#[cfg(test)]
mod tests {
    use super::{first_paragraph, first_step};

    #[test]
    fn of_a_text_at_length_the_first_step_is_told() {
        assert_eq!(first_step("\n- Remove it,\n  and this.\n- Then that.\n\n### More\n"), "Remove it, and this.");
        assert_eq!(first_step("Do this\nnow.\n\nThen that."), "Do this now.");
        assert_eq!(first_paragraph("\nOne\ntwo.\n\nThree."), "One two.");
    }
}
