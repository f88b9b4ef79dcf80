//! Checks of area 3, one file a control.

mod c3_1_node_isolation;
mod c3_2_image_versions;
mod c3_3_trusted_sources;
mod tag_drift;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] =
    &[("3.1", c3_1_node_isolation::CHECKS), ("3.2", c3_2_image_versions::CHECKS), ("3.3", c3_3_trusted_sources::CHECKS)];
