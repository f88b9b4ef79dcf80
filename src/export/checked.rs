//! What is known of a bag that was looked at, and what is wrong with it.

use super::algorithm::Algorithm;
use std::collections::BTreeMap;

/// So many faults are told one by one.
const TOLD: usize = 1000;

/// What is wrong, up to as many as anybody reads: a bag may be wrong in a million files.
#[derive(Debug, Default)]
pub(super) struct Faults {
    told: Vec<String>,
    more: usize,
}

impl Faults {
    /// Takes one more.
    pub(super) fn push(&mut self, fault: String) {
        if self.told.len() < TOLD { self.told.push(fault) } else { self.more += 1 }
    }

    /// All of them, in words.
    pub(super) fn words(mut self) -> Vec<String> {
        if self.more > 0 {
            self.told.push(format!("{} more of such faults", self.more));
        }
        self.told
    }
}

/// What is known of a bag after it was looked at.
#[derive(Debug, Default)]
pub(super) struct Bag {
    pub(super) faults: Faults,
    pub(super) remarks: Vec<String>,
    /// Labels and values of `bag-info.txt`, in their order.
    pub(super) info: Vec<(String, String)>,
    /// SHA-256 of the payload files, as far as it was computed.
    pub(super) sha256: BTreeMap<String, String>,
    /// Algorithms of the payload manifests, and of the tag manifests.
    pub(super) payload: Vec<Algorithm>,
    pub(super) tags: Vec<Algorithm>,
}

impl Bag {
    /// The first value of a label.
    pub(super) fn told(&self, label: &str) -> Option<&str> {
        self.info.iter().find(|(known, _)| known.eq_ignore_ascii_case(label)).map(|(_, value)| value.as_str())
    }
}
