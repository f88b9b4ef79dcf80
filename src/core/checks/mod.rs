//! The automated checks, and how to add one.
//!
//! A check is an entry in its control's file (`checks/aNN_area/cN_M_control.rs`) and a folder of fixtures: nothing else. The entry says what
//! the check is called, what it must be able to read, why it matters, how to mend what it finds and what it can't see; its `judge` is a plain
//! function from a [`View`](crate::judging::View) to a [`Verdict`](crate::judging::Verdict). The fixtures stand in `tests/fixtures/checks/<control>-<slug>/<case>/` as `input.yaml` and
//! `expected.json`; a check without a case that passes, one that fails (or asks for review) and one that is blocked fails the tests.
//!
//! A judge never says `pass` of what it did not read: it is only called when everything in `needs` was read, and a list that broke off
//! turns its `pass` into `blocked`. Text from the cluster is data, and values that may be secret are not there to be quoted.

mod a01_authentication;
mod a02_authorization;
mod a03_workload_security;
mod a04_network;
mod a05_pki;
mod a06_secrets;
mod a07_auditing;
mod a08_monitoring;
mod a09_runtime;
mod a10_patching;
mod a11_resources;
mod a12_image_building;
mod a13_registry;
mod a14_versions;
mod a15_configuration;
mod a16_segmentation;

use crate::judging::Check;

/// The checks of every control, in the order of the guidance.
const AREAS: &[&[(&str, &[Check])]] = &[
    a01_authentication::CONTROLS,
    a02_authorization::CONTROLS,
    a03_workload_security::CONTROLS,
    a04_network::CONTROLS,
    a05_pki::CONTROLS,
    a06_secrets::CONTROLS,
    a07_auditing::CONTROLS,
    a08_monitoring::CONTROLS,
    a09_runtime::CONTROLS,
    a10_patching::CONTROLS,
    a11_resources::CONTROLS,
    a12_image_building::CONTROLS,
    a13_registry::CONTROLS,
    a14_versions::CONTROLS,
    a15_configuration::CONTROLS,
    a16_segmentation::CONTROLS,
];

/// All checks, in the order in which they are told.
pub fn all() -> impl Iterator<Item = &'static Check> {
    AREAS.iter().flat_map(|area| area.iter()).flat_map(|(_, checks)| checks.iter())
}

/// The check of that id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The checks of one control.
pub fn of_control(control: &str) -> impl Iterator<Item = &'static Check> {
    all().filter(move |check| check.control() == control)
}
