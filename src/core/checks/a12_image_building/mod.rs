//! Checks of area 12, one file a control.

mod c12_1_base_images;
mod c12_2_own_registry;
mod c12_3_non_root;
mod c12_4_no_secrets_in_images;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[
    ("12.1", c12_1_base_images::CHECKS),
    ("12.2", c12_2_own_registry::CHECKS),
    ("12.3", c12_3_non_root::CHECKS),
    ("12.4", c12_4_no_secrets_in_images::CHECKS),
];
