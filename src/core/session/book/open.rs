//! What needs a person, in the order of the guidance, or as use cases of clusters want it: the list behind ⇥ and the line “next:”. Within a control it goes as the tabs do: what
//! the API showed and only a person can judge, then what only people can say, then the determination that rests on both. Once all
//! practices of a check are determined, its facts were judged: it is not asked about any more.

use super::standing::Target;
use crate::model::Determined;

/// Why something needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A question without an answer that still holds.
    Answer,
    /// An answer that lacks its evidence.
    Evidence,
    /// A practice without a determination.
    Determine,
    /// A determination that new outcomes speak against.
    Confirm,
    /// A check that only a person can judge, and that nobody has looked at.
    Review,
    /// An answer or determination that a second person returned.
    Returned,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// Where it is.
    pub target: Target,
    /// The clusters that need it, where there are several and it is not for all of them.
    pub clusters: Vec<String>,
    /// Its control.
    pub control: String,
    /// Why.
    pub why: Why,
    /// The role from which it is requested, where an open request asks for it.
    pub requested: Option<String>,
    /// One sentence: `1.6 Multi-factor authentication: a question needs an answer`.
    pub sentence: String,
}

impl OpenItem {
    /// Whether one stands on it: on its target, with a cluster that needs it shown.
    #[must_use]
    pub fn is_at(&self, target: Option<&Target>, cluster: &str) -> bool {
        Some(&self.target) == target && (self.clusters.is_empty() || self.clusters.iter().any(|c| c == cluster))
    }

    /// The key that does it, once one is there.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self.why {
            Why::Answer => "a",
            Why::Evidence => "e",
            Why::Determine | Why::Confirm => "d",
            Why::Review => "v",
            Why::Returned if matches!(self.target, Target::Question(_)) => "a",
            Why::Returned => "d",
        }
    }
}

/// Sign and words of a finding, as proposals and determinations are shown.
#[must_use]
pub fn finding_words(finding: Determined) -> &'static str {
    match finding {
        Determined::InPlace => "✓ in place",
        Determined::NotInPlace => "✗ not in place",
        Determined::NotApplicable => "· not applicable",
        Determined::NotTested => "– not tested",
    }
}
