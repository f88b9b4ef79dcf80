//! Control 9.2: its automated checks.

use crate::checks::Check;

/// The checks of control 9.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
