//! Checks of area 2, one file a control.

mod aws_auth;
mod c2_1_least_privilege;
mod c2_2_no_hard_coded_groups;
mod c2_3_reviewed_permissions;
mod excess;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] =
    &[("2.1", c2_1_least_privilege::CHECKS), ("2.2", c2_2_no_hard_coded_groups::CHECKS), ("2.3", c2_3_reviewed_permissions::CHECKS)];
