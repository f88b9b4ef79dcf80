//! Checks of area 4, one file a control.

mod address;
mod allow_all;
mod api_tls;
mod balancer;
mod c4_1_default_deny;
mod c4_2_management_allow_list;
mod c4_3_encrypted_management;
mod default_deny;
mod ingress_settings;
mod linkerd;
mod mesh_encryption;
mod plain_beside_tls;
mod pod_to_api;
mod transport;
mod ways_in;

use super::Check;

/// The checks of this area, by control.
pub(super) const CONTROLS: &[(&str, &[Check])] =
    &[("4.1", c4_1_default_deny::CHECKS), ("4.2", c4_2_management_allow_list::CHECKS), ("4.3", c4_3_encrypted_management::CHECKS)];
