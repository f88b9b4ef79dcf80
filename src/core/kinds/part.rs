//! One of the parts in which several processes read a cluster: whose objects belong to it, and how far its lists count where it stands alone.

use super::coverage::{Coverage, KindState};
use crate::model::Kind;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// Which part of a cluster something is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its number, from 1 on.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// What all parts of one reading are called; "" where nobody said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub run: String,
    /// Version of the program that read it.
    pub program: String,
    /// How far each kind was really read, of what belongs to this part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub read: BTreeMap<Kind, Coverage>,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "part {} of {}", self.number, self.of)
    }
}

impl Part {
    /// Most parts that a cluster is read in.
    pub const MOST: usize = 1000;

    /// Whether it is the first, which has the objects of the whole cluster as well.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.number == 1
    }

    /// Whether the objects of a namespace belong to this part; those without a namespace ("") belong to the first. By the name's digest, so that namespaces
    /// spread evenly, and each program that knows the number of parts knows whose they are.
    #[must_use]
    pub fn holds(&self, namespace: &str) -> bool {
        if namespace.is_empty() {
            return self.is_first();
        }
        let digest = Sha256::digest(namespace.as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let of = self.of.max(1) as u64;
        number % of + 1 == self.number as u64
    }

    /// Whether this part reads a kind at all.
    #[must_use]
    pub fn reads(&self, kind: Kind) -> bool {
        self.is_first() || kind.namespaced()
    }

    /// How far a kind counts as read where this part stands alone.
    pub(super) fn alone(&self, kind: Kind, coverage: &Coverage) -> Coverage {
        let told = |state, words: String| Coverage { state, message: words, ..coverage.clone() };
        match coverage.state {
            _ if !self.reads(kind) => told(KindState::Failed, format!("this is {self}, and part 1 has them")),
            KindState::Read if kind.namespaced() => {
                told(KindState::Partial, format!("this is {self}, which has those of its own namespaces alone"))
            }
            _ => coverage.clone(),
        }
    }
}
