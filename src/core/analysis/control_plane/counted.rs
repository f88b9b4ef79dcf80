//! What API servers counted of themselves since they were started. It shows that something happens, and never that it does not: zero is “not seen”. Each
//! server counts for itself.

use crate::kinds::control_plane::ServerMetrics;
use crate::kinds::{ControlPlaneRecord, Inventory};
use std::collections::BTreeMap;

/// What the servers counted, one after another.
fn metrics(inventory: &Inventory) -> impl Iterator<Item = &ServerMetrics> {
    let record = inventory.cluster.control_plane.as_deref();
    record.into_iter().flat_map(ControlPlaneRecord::told_metrics).map(|(_, metrics)| metrics)
}

/// How Secrets were written to the database, and read from it, since the servers were started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Providers with which Secrets were written, and how often.
    pub written: BTreeMap<String, u64>,
    /// Those with which they were read: how they lay there.
    pub read: BTreeMap<String, u64>,
}

/// The provider that leaves a value as it is.
pub const PLAIN: &str = "identity";

impl Storage {
    /// What was counted of Secrets. Without any configuration of encryption nothing is, and neither is it where nobody wrote or read any.
    #[must_use]
    pub fn of_secrets(inventory: &Inventory) -> Self {
        let mut storage = Self::default();
        for metrics in metrics(inventory) {
            for (written, counts) in [(true, &mut storage.written), (false, &mut storage.read)] {
                for row in metrics.providers("secrets", written) {
                    *counts.entry(row.provider.clone()).or_default() += row.count;
                }
            }
        }
        storage
    }

    /// Whether Secrets were written encrypted.
    #[must_use]
    pub fn encrypts(&self) -> bool {
        self.written.keys().any(|provider| provider != PLAIN)
    }

    /// The providers with which they were written, as people read it.
    #[must_use]
    pub fn written_words(&self) -> String {
        self.written.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// What was counted of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Servers that told their counters.
    pub servers: usize,
    /// Those of them that handed an event to a backend.
    pub recording: usize,
    /// Events that a backend lost, by backend.
    pub lost: BTreeMap<String, u64>,
}

impl Audit {
    /// What was counted.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let mut audit = Self::default();
        for metrics in metrics(inventory) {
            audit.servers += 1;
            audit.recording += usize::from(metrics.audit_events.is_some_and(|events| events > 0));
            for (backend, count) in &metrics.audit_errors {
                *audit.lost.entry(backend.clone()).or_default() += count;
            }
        }
        audit
    }
}

/// Whether a server told that a feature gate is off. That one has it on says nothing of others.
#[must_use]
pub fn is_off(inventory: &Inventory, feature: &str) -> bool {
    metrics(inventory).any(|metrics| metrics.features.get(feature) == Some(&false))
}

/// What was counted of logins with credentials that can't be taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logins {
    /// Requests by client certificate; those of kubelets and components are among them.
    pub certificates: u64,
    /// Those of them whose certificate held for no longer than thirty days more.
    pub ending: u64,
    /// Requests with tokens of ServiceAccounts that never expire.
    pub legacy: u64,
    /// Those of them with tokens that somebody made by hand.
    pub by_hand: u64,
    /// Such tokens that were refused, because nobody had used them for long.
    pub refused: u64,
}

/// Seconds of thirty days, one of the bounds by which servers count (`apiserver_client_certificate_expiration_seconds`).
const MONTH: u64 = 30 * 86_400;

impl Logins {
    /// What was counted.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let mut logins = Self::default();
        for metrics in metrics(inventory) {
            let legacy = |name: &str| metrics.legacy_tokens.get(name).copied().unwrap_or_default();
            logins.certificates += metrics.certificates.unwrap_or_default();
            logins.ending += metrics.certificates_within.get(&MONTH).copied().unwrap_or_default();
            logins.legacy += legacy("used");
            logins.by_hand += legacy("by_hand");
            logins.refused += legacy("invalid");
        }
        logins
    }
}

/// How an admission plugin was seen to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// Servers that told their counters.
    pub servers: usize,
    /// Those of them in which it ran.
    pub running: usize,
}

impl Admission {
    /// What was counted of the plugin of a name. A server in which it is not counted may run it all the same.
    #[must_use]
    pub fn of(inventory: &Inventory, plugin: &str) -> Self {
        let mut admission = Self::default();
        for metrics in metrics(inventory) {
            admission.servers += 1;
            admission.running += usize::from(metrics.admitted.get(plugin).is_some_and(|times| *times > 0));
        }
        admission
    }
}

/// Authorizers by type that decided a request, and how often.
#[must_use]
pub fn authorizers(inventory: &Inventory) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for row in metrics(inventory).flat_map(|metrics| &metrics.decided) {
        *counts.entry(row.r#type.as_str()).or_default() += row.count;
    }
    counts
}

/// SHA-256 of the file that servers took settings from (`authentication`, `authorization`, `encryption`); none where none told, or where they differ.
#[must_use]
pub fn configuration<'a>(inventory: &'a Inventory, what: &str) -> Option<&'a str> {
    let mut told = metrics(inventory).map(|metrics| metrics.configurations.get(what).map(String::as_str));
    let first = told.next()??;
    told.all(|other| other == Some(first)).then_some(first)
}
