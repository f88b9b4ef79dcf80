//! What stays of a cluster while a fleet comes together.

use super::document::{Cluster, State};
use super::fact::{Blind, Fact};
use crate::model::{Determined, Outcome, Words};
use std::collections::{BTreeMap, HashMap};

/// Facts of all clusters: who answers what.
pub(super) type Answers = HashMap<Fact, Vec<(usize, Words)>>;

/// A cluster that was named, with what was judged of it.
#[derive(Debug, Default)]
pub(super) struct Member {
    pub(super) cluster: Cluster,
    /// What checks say, with their numbers of findings.
    pub(super) said: BTreeMap<String, (Outcome, usize)>,
    /// What is proposed for practices.
    pub(super) proposals: BTreeMap<String, Option<Determined>>,
    /// What could not be seen of it.
    pub(super) blind: Blind,
}

impl Member {
    /// What a check says. Of a cluster that could not be read, and where it did not run, it is blocked; what was wrong before stays wrong.
    pub(super) fn says(&self, check: &str) -> (Outcome, usize) {
        match (self.cluster.state, self.said.get(check).copied()) {
            (State::Assessed, Some(said)) | (State::Failed, Some(said @ (Outcome::Fail, _))) => said,
            _ => (Outcome::Blocked, 0),
        }
    }

    /// Whether it is compared with others: it was read, and is not one of them under another name.
    pub(super) const fn is_compared(&self) -> bool {
        matches!(self.cluster.state, State::Assessed) && self.cluster.same_as.is_none()
    }
}
