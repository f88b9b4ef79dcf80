//! Checks of area 16, one file a control.

mod c16_1_dedicated_clusters;
mod c16_2_dedicated_nodes;
mod c16_3_node_pools;
mod c16_4_shared_resources;
mod pool;
mod privileged_on_low;
mod reachability;
mod shared_services;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] = &[
    ("16.1", c16_1_dedicated_clusters::CHECKS),
    ("16.2", c16_2_dedicated_nodes::CHECKS),
    ("16.3", c16_3_node_pools::CHECKS),
    ("16.4", c16_4_shared_resources::CHECKS),
];
