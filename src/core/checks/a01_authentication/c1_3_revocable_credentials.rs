//! Control 1.3: its automated checks.

use crate::checks::Check;

/// The checks of control 1.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
