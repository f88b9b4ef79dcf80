//! What the API servers told of themselves: their flags at `/flagz`, what they counted at `/metrics`, and whether they allow what no role gives. And what
//! kubelets told of theirs at `/configz`, where somebody allowed to ask them. Each is optional, and what was refused is kept with the server's words. An answer speaks for the server that gave it, and for no other.

pub(crate) mod exposition;
mod flagz;
mod kubelets;
mod metrics;

pub use flagz::FlagsTold;
pub use kubelets::{CONFIGZ, KubeletTold};
pub use metrics::{Decided, MetricsRead, MetricsReader, ServerMetrics, Transformed};

use super::coverage::{Coverage, KindState};
use crate::model::text::clean;
use crate::sensitive::without_secrets;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The path at which a server tells its flags.
pub const FLAGZ: &str = "/flagz";
/// The path at which it tells what it counts.
pub const METRICS: &str = "/metrics";

/// Longest name or reason of a server that is kept, in characters.
const LONGEST: usize = 200;

/// What was learned from the API servers themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ControlPlaneRecord {
    /// The servers that answered, each once. Behind a load balancer these may be several, and there may be more of which none answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerRecord>,
    /// How far flags were read: as items, how many answers.
    pub flagz: Coverage,
    /// How far metrics were read: as items, how many answers.
    pub metrics: Coverage,
    /// What came of asking for a right that no role gives.
    pub unheard_of: UnheardOf,
    /// What kubelets told of their settings, by node; empty where nobody asked them, which takes consent (active probes).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kubelets: Vec<KubeletTold>,
}

/// What one API server told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerRecord {
    /// When its process was started, by which one server is told from another; none where it did not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// Its flags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<FlagsTold>,
    /// What it counted since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<ServerMetrics>,
}

/// The answer to the question whether this identity may use a verb, on a resource of a group, of which there is neither. RBAC allows it only to who
/// may do everything; where nothing is authorized, everybody may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnheardOf {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// There was no answer: why not.
    Unanswered(String),
    /// It is not allowed: something authorizes.
    Denied,
    /// It is allowed, for the reason that the server gave; "" where it gave none.
    Allowed(String),
}

impl ControlPlaneRecord {
    /// Takes the answers that came over one connection. A server that was met before is not kept twice: of its counters the later ones count.
    pub fn take(&mut self, answers: ServerRecord) {
        let same = |known: &&mut ServerRecord| match (known.started, answers.started) {
            (Some(known), Some(new)) => known == new,
            // Nothing tells them apart but what they say.
            (None, None) => known.flags == answers.flags && known.metrics == answers.metrics,
            _ => false,
        };
        match self.servers.iter_mut().find(same) {
            // One process has the flags that it was started with: two answers that differ did not both come from it.
            Some(known) if known.flags.is_some() && answers.flags.is_some() && known.flags != answers.flags => self.servers.push(answers),
            Some(known) => {
                known.flags = known.flags.take().or(answers.flags);
                known.metrics = answers.metrics.or(known.metrics.take());
            }
            None => self.servers.push(answers),
        }
    }

    /// Answers that hold flags.
    pub fn told_flags(&self) -> impl Iterator<Item = (&ServerRecord, &FlagsTold)> {
        self.servers.iter().filter_map(|server| Some((server, server.flags.as_ref()?)))
    }

    /// Answers that hold metrics.
    pub fn told_metrics(&self) -> impl Iterator<Item = (&ServerRecord, &ServerMetrics)> {
        self.servers.iter().filter_map(|server| Some((server, server.metrics.as_ref()?)))
    }

    /// What was asked of the servers beside lists: the path, and how far it was read.
    #[must_use]
    pub const fn paths(&self) -> [(&'static str, &Coverage); 2] {
        [(FLAGZ, &self.flagz), (METRICS, &self.metrics)]
    }

    /// The paths that were not read, each with why not.
    pub fn unread(&self) -> impl Iterator<Item = (&'static str, &Coverage)> {
        self.paths().into_iter().filter(|(_, coverage)| coverage.state != KindState::Read)
    }
}

/// Words of a server as they are kept: without what a detector finds in them, and not without end.
#[must_use]
pub fn kept_words(text: &str) -> String {
    clean(&without_secrets(text)).chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(started: i64, flag: &str, events: u64) -> ServerRecord {
        let flags = FlagsTold { version: "v1beta1".into(), flags: [("profiling".to_owned(), Some(flag.to_owned()))].into() };
        let metrics = ServerMetrics { audit_events: Some(events), ..ServerMetrics::default() };
        ServerRecord { started: Timestamp::from_second(started).ok(), flags: Some(flags), metrics: Some(metrics) }
    }

    #[test]
    fn a_server_is_kept_once_and_others_beside_it() {
        let mut record = ControlPlaneRecord::default();
        for (started, flag, events) in [(10, "true", 1), (20, "true", 2), (10, "true", 3), (20, "false", 4)] {
            record.take(server(started, flag, events));
        }
        let told: Vec<(Option<Timestamp>, Option<u64>)> =
            record.told_metrics().map(|(server, metrics)| (server.started, metrics.audit_events)).collect();
        let at = |second| Timestamp::from_second(second).ok();
        assert_eq!(told, [(at(10), Some(3)), (at(20), Some(2)), (at(20), Some(4))]);
    }

    #[test]
    fn a_record_is_read_as_it_was_written_and_an_old_one_holds_nothing() {
        let mut record = ControlPlaneRecord { unheard_of: UnheardOf::Allowed("because".into()), ..ControlPlaneRecord::default() };
        record.take(server(10, "true", 1));
        let text = serde_json::to_string(&record).unwrap_or_default();
        assert_eq!(serde_json::from_str::<ControlPlaneRecord>(&text).ok(), Some(record), "{text}");
        assert_eq!(serde_json::from_str::<ControlPlaneRecord>("{}").ok(), Some(ControlPlaneRecord::default()));
    }

    #[test]
    fn words_of_a_server_lose_secrets_and_end() {
        let words = kept_words(&format!("token=Xq7-kl2-Vv93aa {}", "x".repeat(900)));
        assert!(!words.contains("Xq7") && words.chars().count() <= LONGEST, "{words}");
    }
}
