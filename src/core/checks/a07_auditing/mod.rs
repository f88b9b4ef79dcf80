//! Checks of area 7, one file a control.

mod audit_policy;
mod c7_1_api_audit;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[("7.1", c7_1_api_audit::CHECKS)];
