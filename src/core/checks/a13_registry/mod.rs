//! Checks of area 13, one file a control.

mod anonymous_pull;
mod c13_1_access;
mod c13_2_separation;
mod c13_3_scanning;
mod c13_4_signing;
mod signatures;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[
    ("13.1", c13_1_access::CHECKS),
    ("13.2", c13_2_separation::CHECKS),
    ("13.3", c13_3_scanning::CHECKS),
    ("13.4", c13_4_signing::CHECKS),
];
