//! Control 1.5: its automated checks.

use crate::checks::Check;

/// The checks of control 1.5, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
