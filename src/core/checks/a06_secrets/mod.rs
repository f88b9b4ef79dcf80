//! Checks of area 6, one file a control.

mod c6_1_secret_storage;
mod c6_2_secret_rotation;
mod settings;
mod told;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("6.1", c6_1_secret_storage::CHECKS), ("6.2", c6_2_secret_rotation::CHECKS)];
