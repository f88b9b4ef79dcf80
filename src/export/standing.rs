//! What the report says of an assessment as a whole: its scope and who confirmed it, how things stand on each cluster, exceptions and what is wrong
//! with them, the assessment from which it was begun.

use super::Material;
use super::tables::state_words;
use super::view::{AppearedView, CategoryView, ConfirmedView, ExceptionView, OnView, PreviousView, RuleView, ScopeView, StateView};
use kassay_core::model::Category;
use kassay_core::report::Assessment;
use kassay_core::workbook::begun::{met_unchanged, unchanged_file};
use kassay_core::workbook::excepting::{ExceptionFault, faults};
use kassay_core::workbook::scoped::Confirmation;
use kassay_core::workbook::{Exception, Rolled};
use std::collections::BTreeMap;

/// What is proposed on each cluster.
pub(super) fn on(rolled: &Rolled) -> Vec<OnView> {
    let view = |(cluster, p): &(String, kassay_core::workbook::Proposal)| OnView {
        cluster: cluster.clone(),
        says: p.proposal.map_or("nothing yet", |finding| finding.label()),
        because: p.because.clone(),
        missing: p.missing.clone(),
    };
    rolled.on.iter().map(view).collect()
}

/// How a question stands on each cluster.
pub(super) fn states(material: &Material, question: &str) -> Vec<StateView> {
    let mut views = vec![];
    for (cluster, state) in material.together.states.get(question).into_iter().flatten() {
        let (state, words) = state_words(state);
        views.push(StateView { cluster: cluster.clone(), state, words });
    }
    views
}

/// The scope: its rules with their reasons, namespaces by category, who confirmed it, what has appeared since.
pub(super) fn scope(material: &Material) -> ScopeView {
    let scope = &material.workbook.scope;
    let labels =
        |labels: &BTreeMap<String, String>| labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
    let rules = scope.namespace.iter().map(|rule| RuleView {
        of: "namespaces",
        matches: [rule.glob.clone().unwrap_or_default(), labels(&rule.labels)]
            .into_iter()
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        category: rule.category.label(),
        reason: rule.reason.clone(),
    });
    let pools = scope.node_pool.iter().map(|rule| RuleView {
        of: "nodes",
        matches: labels(&rule.labels),
        category: rule.category.label(),
        reason: rule.reason.clone(),
    });
    let (confirmed, changed) = match material.workbook.confirmation() {
        Confirmation::Missing => (None, false),
        Confirmation::Holds(confirmed) => (Some(confirmed), false),
        Confirmation::Changed(confirmed) => (Some(confirmed), true),
    };
    ScopeView {
        default: scope.default.label(),
        rules: rules.chain(pools).collect(),
        trusted_registries: scope.trusted_registries.clone(),
        high_risk: scope.high_risk.clone(),
        clusters: material.assessments.iter().map(|(key, a)| (key.clone(), categories(a))).filter(|(_, all)| !all.is_empty()).collect(),
        confirmed: confirmed.map(|c| ConfirmedView { by: c.by.clone(), at: c.at.to_string(), words: c.words.clone(), changed }),
        appeared: material
            .appeared()
            .into_iter()
            .map(|a| AppearedView { cluster: a.cluster, whole: a.whole, namespaces: a.namespaces })
            .collect(),
    }
}

fn categories(assessment: &Assessment) -> Vec<CategoryView> {
    let of = |category: Category| {
        let names = assessment.namespaces.iter().filter(|n| n.category == category).map(|n| n.name.clone());
        CategoryView { category: category.label(), namespaces: names.collect() }
    };
    Category::ALL.into_iter().map(of).filter(|view| !view.namespaces.is_empty()).collect()
}

/// The register of exceptions.
pub(super) fn exceptions(material: &Material) -> Vec<ExceptionView> {
    let grounds = material.grounds();
    let object = |e: &Exception| {
        let mut all = material.assessments.iter().flat_map(|(_, a)| &a.outcomes).flat_map(|o| &o.findings);
        match all.find(|f| f.id == e.what) {
            Some(f) => format!("{} {}", f.object, f.field),
            None => format!("{} {}", e.check, e.about).trim().to_owned(),
        }
    };
    let view = |e: &Exception| {
        let (wrong, unknown): (Vec<_>, Vec<_>) =
            faults(e, &material.workbook, &grounds, material.today()).into_iter().partition(ExceptionFault::is_error);
        ExceptionView {
            what: e.what.clone(),
            object: object(e),
            reason: e.reason.clone(),
            owner: e.owner.clone(),
            approver: e.approver.clone(),
            cluster: if e.cluster.is_empty() { "all clusters".to_owned() } else { e.cluster.clone() },
            stands: e.standing(material.today()),
            written: e.at.map(|at| format!("{}, {at}", e.by)).unwrap_or_default(),
            wrong: wrong.iter().map(ToString::to_string).collect(),
            unknown: unknown.iter().map(ToString::to_string).collect(),
        }
    };
    material.workbook.exceptions.iter().map(view).collect()
}

/// The assessment from which this one was begun.
pub(super) fn previous(material: &Material) -> Option<PreviousView> {
    let book = &material.workbook;
    let previous = book.previous.as_ref()?;
    let now = |practice: &str| book.determination(practice).map_or("not determined", |d| d.finding.label());
    let same = |e: &kassay_core::workbook::Evidence| {
        let before = unchanged_file(book, e)?;
        Some((e.reference.clone(), before.reference.clone(), before.title.clone()))
    };
    Some(PreviousView {
        title: previous.title(),
        workbook: previous.workbook.clone(),
        at: previous.at.to_string(),
        unverified: previous.unverified.clone(),
        determinations: previous.determinations.iter().map(|d| (d.practice.clone(), d.finding.label(), now(&d.practice))).collect(),
        same_files: book.evidence.iter().filter(|e| e.counts()).filter_map(same).collect(),
        met: met_unchanged(book)
            .map(|(request, e, before)| (request.reference.clone(), request.what.clone(), e.reference.clone(), before.reference.clone()))
            .collect(),
        analyses: previous
            .analyses
            .iter()
            .map(|a| (a.reference.clone(), a.title.clone(), a.performed.map(|day| day.to_string()).unwrap_or_default()))
            .collect(),
    })
}
