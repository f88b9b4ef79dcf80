//! Control 15.1: its automated checks.

use crate::checks::Check;

/// The checks of control 15.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[];
