//! Checks of area 1, one file a control.

mod anonymous_probe;
mod c1_1_no_api_without_authentication;
mod c1_2_no_generic_administrators;
mod c1_3_revocable_credentials;
mod c1_4_stored_credentials;
mod c1_5_workload_credentials;
mod c1_6_multi_factor;
mod request;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[
    ("1.1", c1_1_no_api_without_authentication::CHECKS),
    ("1.2", c1_2_no_generic_administrators::CHECKS),
    ("1.3", c1_3_revocable_credentials::CHECKS),
    ("1.4", c1_4_stored_credentials::CHECKS),
    ("1.5", c1_5_workload_credentials::CHECKS),
    ("1.6", c1_6_multi_factor::CHECKS),
];

pub(super) use request::organizations;
