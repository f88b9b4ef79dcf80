//! Control 10.3: its automated checks.

use crate::checks::Check;

/// The checks of control 10.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
