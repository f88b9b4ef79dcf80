//! What a check is: what it is called, what it must have been able to read, and its judge.

use super::{Verdict, View};
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
    /// What shows flags of the control plane: pods and nodes, or what the API server tells of itself. Without pods and nodes, what it told is judged and nothing
    /// passes by it.
    ControlPlane,
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
    /// Reports of policy engines (`Kind::REPORTS`). From files as with other policies.
    Reports,
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
            Self::ControlPlane => &[Kind::Pods, Kind::Nodes],
            Self::Workloads => Kind::population(),
            Self::Policies => Kind::POLICIES,
            Self::OtherPolicies => crate::analysis::reach::OTHER_POLICIES,
            Self::Routes => Kind::ROUTES,
            Self::Reports => Kind::REPORTS,
            Self::Rights => crate::analysis::rbac::KINDS,
            Self::Evidence(Form::Benchmark) => Kind::BENCHMARKS,
            Self::Version | Self::Identity | Self::Probes | Self::Evidence(_) => &[],
        }
    }
}

impl Need {
    /// What documents call the lists of a need that stands for several; `None` where it is spelled out each time.
    #[must_use]
    pub const fn group(&self) -> Option<&'static str> {
        match self {
            Self::Workloads => Some("workloads"),
            Self::Rights => Some("roles and bindings"),
            Self::Policies => Some("admission policies"),
            Self::OtherPolicies => Some("network policies of other kinds"),
            Self::Routes => Some("routes"),
            Self::Reports => Some("reports of policy engines"),
            Self::List(_) | Self::ControlPlane | Self::Version | Self::Identity | Self::Probes | Self::Evidence(_) => None,
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
