//! The fleet of an assessment: its clusters as the workbook keeps them.

use super::document::Fleet;
use super::gathering::{Gathering, Named};
use super::reading::Reading;
use crate::assess::CheckOutcome;
use crate::guidance::Guidance;
use crate::model::Category;
use crate::workbook::rollup::unread;
use crate::workbook::{ClusterRecord, Part, Proposal, Together, Workbook};

/// What is known of a cluster beside the workbook: all that was found when it was read last.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// The outcomes with all their findings.
    pub outcomes: &'a [CheckOutcome],
    /// Its namespaces with their category; none where they are not known.
    pub namespaces: Option<Vec<(String, Category)>>,
}

/// The clusters of an assessment side by side, by their keys: in which order they were read says nothing. Without what was found, outcomes, counts, versions and what could not
/// be read are told and compared, and single findings are not.
#[must_use]
pub fn of_workbook<'a>(guidance: &Guidance, workbook: &Workbook, together: &Together, found: impl Fn(&str) -> Option<Found<'a>>) -> Fleet {
    let named = |cluster: &ClusterRecord| Named { name: cluster.key.clone(), source: cluster.source.clone() };
    let mut records: Vec<&ClusterRecord> = workbook.clusters.iter().collect();
    records.sort_by(|a, b| a.key.cmp(&b.key));
    let mut gathering = Gathering::new(records.iter().copied().map(named));
    for (nth, record) in records.into_iter().enumerate() {
        let part: Option<&Part> = together.parts.iter().find(|part| part.cluster == record.key);
        let proposals: Vec<Proposal> = together
            .proposals
            .iter()
            .filter_map(|rolled| rolled.on.iter().find(|(key, _)| *key == record.key))
            .map(|(_, p)| p.clone())
            .collect();
        let found = found(&record.key);
        let totals = workbook.outcomes.iter().filter(|o| o.cluster == record.key).map(|o| (o.check.clone(), o.total)).collect();
        gathering.put(
            nth,
            &Reading {
                uid: record.uid.clone(),
                server: record.server.clone(),
                version: record.version.clone(),
                distribution: record.distribution.clone(),
                nodes: record.nodes,
                collected_at: record.collected_at.map(|at| at.0),
                assessed_at: record.assessed_at.map(|at| at.0),
                outcomes: found.as_ref().map_or_else(|| part.map_or(&[][..], |part| &part.outcomes), |found| found.outcomes),
                proposals: &proposals,
                with_findings: found.is_some(),
                totals,
                not_read: record.not_read.clone(),
                namespaces: found.and_then(|found| found.namespaces),
                software: None,
                policies: None,
            },
        );
        if let Some(why) = unread(workbook, record) {
            gathering.fail(nth, why);
        }
    }
    gathering.finish(guidance, None)
}
