//! Checks of area 11, one file a control.

mod c11_1_limits;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("11.1", c11_1_limits::CHECKS)];
