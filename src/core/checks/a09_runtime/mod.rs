//! Checks of area 9, one file a control.

mod c9_1_stronger_isolation;
mod c9_2_windows_isolation;
mod candidates;
mod hardening;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("9.1", c9_1_stronger_isolation::CHECKS), ("9.2", c9_2_windows_isolation::CHECKS)];
