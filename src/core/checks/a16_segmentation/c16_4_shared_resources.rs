//! Control 16.4: its automated checks.

use crate::checks::Check;

/// The checks of control 16.4, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
