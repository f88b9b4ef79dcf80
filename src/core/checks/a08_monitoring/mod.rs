//! Checks of area 8, one file a control.

mod c8_1_container_logs;
mod c8_2_runtime_changes;
mod coverage;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("8.1", c8_1_container_logs::CHECKS), ("8.2", c8_2_runtime_changes::CHECKS)];
