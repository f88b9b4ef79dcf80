//! Checks of area 5, one file a control.

mod c5_1_revocable_certificates;
mod c5_2_cluster_ca;
mod pods;
mod shown;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("5.1", c5_1_revocable_certificates::CHECKS), ("5.2", c5_2_cluster_ca::CHECKS)];
