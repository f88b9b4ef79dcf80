//! Control 1.6: its automated checks.

use crate::checks::Check;

/// The checks of control 1.6, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
