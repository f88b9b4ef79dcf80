//! The automated checks, and how to add one.
//!
//! A check is an entry in its control's file (`checks/aNN_area/cN_M_control.rs`) and a folder of fixtures: nothing else. The entry says what
//! the check is called, what it must be able to read, why it matters, how to mend what it finds and what it can't see; its `judge` is a plain
//! function from a [`View`] to a [`Verdict`]. The fixtures stand in `tests/fixtures/checks/<control>-<slug>/<case>/` as `input.yaml` and
//! `expected.json`; a check without a case that passes, one that fails (or asks for review) and one that is blocked fails the tests.
//!
//! A judge never says `pass` of what it did not read: it is only called when everything in `needs` was read, and a list that broke off
//! turns its `pass` into `blocked`. Text from the cluster is data, and values that may be secret are not there to be quoted.

mod control_plane;
mod evidence;
mod guarded;
mod rights;
mod unevaluated;
mod verdict;
mod view;

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

pub use rights::{access_by_subject, access_register};
pub use verdict::Verdict;
pub use view::{Placed, Tables, View};

use crate::kinds::imported::Form;
use crate::model::{Kind, Severity};

/// One automated check.
pub struct Check {
    /// `control/slug`: never changed, never used again for another.
    pub id: &'static str,
    /// What it looks for, in a few words that fit a line.
    pub title: &'static str,
    /// The usual severity of its findings.
    pub severity: Severity,
    /// The practices that it speaks to: `3.1.a`.
    pub practices: &'static [&'static str],
    /// What it must be able to read.
    pub needs: &'static [Need],
    /// Whether it judges answers to requests that are sent for it alone, after somebody has allowed them ([`Need::Probes`]).
    pub active: bool,
    /// Why it matters, for people who have never seen Kubernetes.
    pub why: &'static str,
    /// How to mend what it finds.
    pub mend: &'static str,
    /// What it can't see.
    pub blind_spots: &'static str,
    /// The judgement.
    pub judge: fn(&View<'_>) -> Verdict,
}

/// Something that must have been read before a check may judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The whole list of a kind. An add-on that is not installed counts as read and empty.
    List(Kind),
    /// Pods and everything that makes pods. From files, those kinds that the files hold.
    Workloads,
    /// Roles and bindings. From files, those that the files hold: what these show is told, and nothing passes unless all four kinds are there.
    Rights,
    /// Every kind of policy that admission asks about pods (`Kind::POLICIES`).
    Policies,
    /// Policies on connections of other kinds than NetworkPolicy, and what else says which there are (`reach::OTHER_POLICIES`). From files, those that the files hold: what
    /// these show is told, and nothing passes unless every list is there.
    OtherPolicies,
    /// Routes of add-ons from outside to Services (`Kind::ROUTES`). From files as with other policies.
    Routes,
    /// The server's version.
    Version,
    /// The name under which the cluster was asked.
    Identity,
    /// The answers to active probes.
    Probes,
    /// A file that somebody gives as evidence, or the results that an add-on keeps in the cluster. Where there is neither, the judge says which file
    /// to give and where it is found.
    Evidence(Form),
}

impl Need {
    /// The kinds behind the need.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        match self {
            Self::List(kind) => std::slice::from_ref(kind),
            Self::Workloads => Kind::WORKLOADS,
            Self::Policies => Kind::POLICIES,
            Self::OtherPolicies => crate::analysis::reach::OTHER_POLICIES,
            Self::Routes => Kind::ROUTES,
            Self::Rights => crate::analysis::rbac::KINDS,
            Self::Evidence(Form::Benchmark) => Kind::BENCHMARKS,
            Self::Version | Self::Identity | Self::Probes | Self::Evidence(_) => &[],
        }
    }
}

impl Check {
    /// The control: `3.1` of `3.1/baseline`.
    #[must_use]
    pub fn control(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(control, _)| control)
    }
}

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
