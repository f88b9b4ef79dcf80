//! Where keys are pressed: what they mean depends on it. `shell/keymap.rs` has a column of these.

/// Where keys are pressed: what they mean depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// List of assessments.
    Home,
    /// New assessment, choosing a cluster.
    Cluster,
    /// New assessment, about to read.
    Ready,
    /// A cluster being read.
    Reading,
    /// What it says otherwise than before.
    Preview,
    /// The list of areas.
    Areas,
    /// A control's guidance.
    Guidance,
    /// Its checks.
    Checks,
    /// Its questions.
    Questions,
    /// Its evidence.
    Evidence,
    /// Its determinations.
    Result,
    /// Findings of a check.
    Findings,
    /// A finding.
    Finding,
    /// A form, on a row to type in.
    Text,
    /// A form, on a text of several lines.
    Lines,
    /// A form, on a row to choose in.
    Choice,
    /// The scope.
    Scope,
    /// Summary.
    Summary,
    /// Segmentation.
    Segmentation,
    /// The connections of one pair of categories.
    Flows,
    /// The findings of all checks on all clusters.
    AllFindings,
    /// The access register.
    Access,
    /// One subject of it.
    Holder,
    /// Policies on trial.
    Trial,
    /// One witness.
    Witness,
    /// The assessment beside another one.
    Compare,
    /// What active probes would send.
    Probes,
    /// Active probes being sent.
    Probing,
    /// A register.
    Register,
    /// A sample.
    Sample,
    /// A population from which a person chooses.
    Pick,
    /// The clusters side by side.
    Fleet,
    /// Export.
    Export,
    /// An export being written.
    Exporting,
    /// Help.
    Help,
    /// Typing filter words.
    Filter,
    /// Typing in the palette, or in the search.
    Palette,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::Home,
        Self::Cluster,
        Self::Ready,
        Self::Reading,
        Self::Preview,
        Self::Areas,
        Self::Guidance,
        Self::Checks,
        Self::Questions,
        Self::Evidence,
        Self::Result,
        Self::Findings,
        Self::Finding,
        Self::Text,
        Self::Lines,
        Self::Choice,
        Self::Scope,
        Self::Summary,
        Self::Segmentation,
        Self::Flows,
        Self::AllFindings,
        Self::Access,
        Self::Holder,
        Self::Trial,
        Self::Witness,
        Self::Compare,
        Self::Probes,
        Self::Probing,
        Self::Register,
        Self::Sample,
        Self::Pick,
        Self::Fleet,
        Self::Export,
        Self::Exporting,
        Self::Help,
        Self::Filter,
        Self::Palette,
    ];

    /// All of them, for tables.
    pub const ALL_OF_THEM: &'static [Self] = &Self::ALL;

    /// Whether a character is text there.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Text | Self::Lines | Self::Filter | Self::Palette)
    }

    /// The name of the place, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Cluster => "New: cluster",
            Self::Ready => "New: read",
            Self::Reading => "Reading",
            Self::Preview => "Read again",
            Self::Areas => "Areas",
            Self::Guidance => "Guidance",
            Self::Checks => "Checks",
            Self::Questions => "Questions",
            Self::Evidence => "Evidence",
            Self::Result => "Result",
            Self::Findings => "Findings",
            Self::Finding => "Finding",
            Self::Text => "Form",
            Self::Lines => "Form, writing",
            Self::Choice => "Form, choosing",
            Self::Scope => "Scope",
            Self::Summary => "Summary",
            Self::Segmentation => "Segmentation",
            Self::Flows => "Connections",
            Self::AllFindings => "All findings",
            Self::Access => "Access register",
            Self::Holder => "Subject",
            Self::Trial => "Policies on trial",
            Self::Witness => "Witness",
            Self::Compare => "Comparison",
            Self::Probes => "Active probes",
            Self::Probing => "Active probes, being sent",
            Self::Register => "Register",
            Self::Sample => "Sample",
            Self::Pick => "Items of a sample",
            Self::Fleet => "Fleet",
            Self::Export => "Export",
            Self::Exporting => "Export, being written",
            Self::Help => "Help",
            Self::Filter => "Filter",
            Self::Palette => "Search",
        }
    }
}
