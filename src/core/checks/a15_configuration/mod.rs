//! Checks of area 15, one file a control.

mod benchmark;
mod c15_1_hardened;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("15.1", c15_1_hardened::CHECKS)];
