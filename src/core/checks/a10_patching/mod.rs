//! Checks of area 10, one file a control.

mod c10_1_orchestrator;
mod c10_2_nodes;
mod c10_3_images;
mod deprecated_apis;
mod imported_scans;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] =
    &[("10.1", c10_1_orchestrator::CHECKS), ("10.2", c10_2_nodes::CHECKS), ("10.3", c10_3_images::CHECKS)];
