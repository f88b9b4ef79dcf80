//! What stays of one cluster once it was judged: rows, and facts to compare.

use super::fact::{Answer, Blind, Fact, Topic};
use super::likeness::like;
use crate::analysis::software::{self, Software};
use crate::assess::CheckOutcome;
use crate::kinds::admission::WebhookConfiguration;
use crate::kinds::custom::Custom;
use crate::kinds::{Inventory, KindState, VERSION_NOT_KNOWN};
use crate::model::{Category, Kind, Outcome, Words};
use crate::workbook::Proposal;
use crate::workbook::collection::not_read;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One cluster as it was judged, as far as a fleet is told of it.
#[derive(Clone, Debug, Default)]
pub struct Reading<'a> {
    /// UID of kube-system; "" where it is not known.
    pub uid: String,
    /// Address of the API server; "" for files.
    pub server: String,
    /// Version, as far as anything tells it.
    pub version: String,
    /// Distribution.
    pub distribution: String,
    /// Nodes.
    pub nodes: usize,
    /// When it was collected.
    pub collected_at: Option<Timestamp>,
    /// The time judged by.
    pub assessed_at: Option<Timestamp>,
    /// What the checks say.
    pub outcomes: &'a [CheckOutcome],
    /// What is proposed for every practice.
    pub proposals: &'a [Proposal],
    /// Whether the outcomes hold their findings; where a workbook alone tells them, they don't.
    pub with_findings: bool,
    /// How many findings each check has, where the outcomes don't hold them.
    pub totals: BTreeMap<String, usize>,
    /// Kinds that were not read, with the server's words.
    pub not_read: BTreeMap<String, String>,
    /// Namespaces with their category; none where they are not known.
    pub namespaces: Option<Vec<(String, Category)>>,
    /// Names of known software that runs; none where that is not known.
    pub software: Option<BTreeSet<String>>,
    /// Policies of admission, by resource and name; none where they are not known.
    pub policies: Option<BTreeSet<(String, String)>>,
}

impl<'a> Reading<'a> {
    /// What stays of a cluster that was read.
    #[must_use]
    pub fn of(
        inventory: &Inventory,
        outcomes: &'a [CheckOutcome],
        proposals: &'a [Proposal],
        namespaces: Vec<(String, Category)>,
        known: &[Software],
        assessed_at: Timestamp,
    ) -> Self {
        let cluster = &inventory.cluster;
        let read = |kind| inventory.state(kind) == KindState::Read;
        let software = || software::everywhere(inventory, known).into_iter().map(|found| found.software.name.clone()).collect();
        Self {
            uid: cluster.uid.clone(),
            server: cluster.server.clone(),
            version: cluster.told_version().to_owned(),
            distribution: cluster.distribution.clone(),
            nodes: inventory.nodes.len(),
            collected_at: cluster.collected_at,
            assessed_at: Some(assessed_at),
            outcomes,
            proposals,
            with_findings: true,
            totals: BTreeMap::new(),
            not_read: not_read(inventory),
            namespaces: read(Kind::Namespaces).then_some(namespaces),
            software: read(Kind::Pods).then(software),
            policies: Some(policies(inventory)),
        }
    }

    /// How many findings a check has.
    pub(super) fn findings(&self, outcome: &CheckOutcome) -> usize {
        if self.with_findings { outcome.findings.len() } else { self.totals.get(&outcome.check).copied().unwrap_or_default() }
    }

    /// The facts of the cluster, under names as they would be on any sister.
    pub(super) fn answers(&self, name: &str) -> (Vec<Answer>, Blind) {
        let mut answers: Vec<Answer> = vec![];
        let mut blind = Blind::default();
        let known = |text: &str| if text.is_empty() { None } else { Some(Words::from(text.to_owned())) };
        match known(&self.version) {
            Some(version) => answers.push((Fact::new(Topic::Version, ""), version)),
            None => answers.push((Fact::new(Topic::Version, ""), VERSION_NOT_KNOWN.into())),
        }
        answers.extend(known(&self.distribution).map(|distribution| (Fact::new(Topic::Distribution, ""), distribution)));
        for (kind, words) in &self.not_read {
            let state = words.split(':').next().unwrap_or_default().to_owned();
            answers.push((Fact::new(Topic::Kind, kind), state.into()));
            blind.hide(Topic::Policy, kind);
        }
        for outcome in self.outcomes {
            answers.push((Fact::new(Topic::Outcome, &outcome.check), outcome.outcome.label().into()));
            if outcome.outcome == Outcome::Blocked || !outcome.needs.is_empty() || !self.with_findings {
                blind.hide(Topic::Finding, &outcome.check);
            }
            let mut last = None;
            for finding in outcome.findings.iter().filter(|finding| finding.category.in_scope()) {
                let object = &finding.object;
                // No two clusters have a node of one name.
                let what = if object.kind == "Node" { "Node *".to_owned() } else { like(&object.to_string(), name) };
                let fact = Fact::new(Topic::Finding, what).of(&outcome.check).rule(finding.rule.as_deref().unwrap_or_default());
                // Several fields of one object follow each other, and are told once.
                if last.as_ref() != Some(&fact) {
                    answers.push((fact.clone(), "found".into()));
                    last = Some(fact);
                }
            }
        }
        match &self.namespaces {
            Some(namespaces) => {
                answers
                    .extend(namespaces.iter().map(|(n, category)| (Fact::new(Topic::Namespace, like(n, name)), category.label().into())));
            }
            None => drop(blind.topics.insert(Topic::Namespace)),
        }
        match &self.software {
            Some(software) => answers.extend(software.iter().map(|software| (Fact::new(Topic::Software, software), "runs".into()))),
            None => drop(blind.topics.insert(Topic::Software)),
        }
        match &self.policies {
            Some(policies) => {
                answers.extend(policies.iter().map(|(of, what)| (Fact::new(Topic::Policy, like(what, name)).of(of), "there".into())));
            }
            None => drop(blind.topics.insert(Topic::Policy)),
        }
        answers.sort();
        answers.dedup_by(|a, b| a.0 == b.0);
        (answers, blind)
    }
}

/// Policies and webhooks of admission, by resource and name.
fn policies(inventory: &Inventory) -> BTreeSet<(String, String)> {
    let mutating = [Kind::MutatingAdmissionPolicies, Kind::MutatingAdmissionPolicyBindings];
    let customs = Kind::POLICIES.iter().chain(&mutating).flat_map(|kind| {
        let of = |custom: &Custom| {
            let meta = &custom.metadata;
            let name = if meta.namespace.is_empty() { meta.name.to_string() } else { format!("{}/{}", meta.namespace, meta.name) };
            (kind.id(), name)
        };
        inventory.customs.get(kind).into_iter().flatten().map(of).collect::<Vec<_>>()
    });
    let hooks =
        |kind: Kind, list: &[WebhookConfiguration]| list.iter().map(|hook| (kind.id(), hook.metadata.name.to_string())).collect::<Vec<_>>();
    customs
        .chain(hooks(Kind::ValidatingWebhooks, &inventory.validating_webhooks))
        .chain(hooks(Kind::MutatingWebhooks, &inventory.mutating_webhooks))
        .collect()
}
