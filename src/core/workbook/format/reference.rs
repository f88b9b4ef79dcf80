//! What has a reference that is never given twice: the next free one, and taking a row back without taking its reference away.

use super::{Evidence, Remediation, Request, RequestStatus, RiskAnalysis, Sample, Withdrawn};

/// A row with a reference of its own.
pub trait Referenced: Clone {
    /// Its reference: `E-0004`.
    fn reference(&self) -> &str;

    /// Whether it was taken back.
    fn is_withdrawn(&self) -> bool;

    /// Takes it back: it stays, and counts no more.
    fn withdraw(&mut self, mark: Withdrawn);
}

macro_rules! referenced {
    ($($type:ident),+) => {$(
        impl Referenced for $type {
            fn reference(&self) -> &str {
                &self.reference
            }

            fn is_withdrawn(&self) -> bool {
                self.withdrawn.is_some()
            }

            fn withdraw(&mut self, mark: Withdrawn) {
                self.withdrawn.get_or_insert(mark);
            }
        }
    )+};
}

referenced!(Evidence, Remediation, RiskAnalysis, Sample);

impl Referenced for Request {
    fn reference(&self) -> &str {
        &self.reference
    }

    fn is_withdrawn(&self) -> bool {
        self.status == RequestStatus::NotNeeded
    }

    fn withdraw(&mut self, mark: Withdrawn) {
        (self.status, self.note) = (RequestStatus::NotNeeded, mark.why);
        (self.by, self.at) = (mark.by, mark.at);
    }
}

/// The reference after the highest one with a prefix, with so many digits at least.
pub(super) fn next<T: Referenced>(prefix: &str, digits: usize, rows: &[T]) -> String {
    let number = |row: &T| row.reference().strip_prefix(prefix)?.parse::<u32>().ok();
    let highest = rows.iter().filter_map(number).max().unwrap_or(0);
    format!("{prefix}{:0digits$}", highest.saturating_add(1))
}
