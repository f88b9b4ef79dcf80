//! Checks of area 14, one file a control.

mod c14_1_version_control;
mod gitops;
mod hands;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("14.1", c14_1_version_control::CHECKS)];
