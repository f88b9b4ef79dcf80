//! What comes of an action: effects, and where it leads beyond the feature that heard it. Features don't know each other; a lead names the
//! place to go, and the top of the session follows it.

use super::standing::Target;
use crate::session::effect::{Effect, Source};
use crate::workbook::{Day, Workbook};
use std::path::PathBuf;

/// A place to go that belongs to another feature than the one that leads there.
#[derive(Debug)]
pub(in crate::session) enum Lead {
    /// The list of assessments; the open one is let go.
    Home,
    /// The form of a new assessment.
    New,
    /// The form for files of a cluster, in a new assessment.
    Files,
    /// A further cluster of the open assessment.
    AddCluster,
    /// An assessment that is made; then a cluster is read into it, by that name, where one is told.
    Made {
        /// The folder, where it was told.
        dir: Option<PathBuf>,
        /// What goes in.
        workbook: Box<Workbook>,
        /// The cluster.
        source: Option<(String, Source)>,
    },
    /// A cluster is to be read.
    Read {
        /// Its name in the workbook.
        key: String,
        /// Where from.
        source: Source,
        /// Whether it must be the cluster that has that name already.
        again: bool,
    },
    /// Another cluster is shown: what is open of it follows.
    Shown,
    /// A cluster of that name was read or judged anew: what was worked out of it is forgotten, what is open of it follows.
    Renewed(String),
    /// Something in the walk.
    Walk(Target),
    /// Something in the walk, with that cluster shown.
    WalkOn {
        /// The cluster.
        cluster: String,
        /// What.
        target: Target,
    },
    /// The findings of a check.
    Findings(String),
    /// The answer to the question that one stands on.
    Answer,
    /// The determination of the practice that one stands on.
    Determine,
    /// The answer to a question, with its evidence in focus; evidence for it over that.
    EvidenceOf {
        /// The question.
        question: String,
        /// Practices that it speaks to.
        practices: Vec<String>,
        /// A file that was dropped; "" where none was.
        file: String,
    },
    /// One finding of a check on a cluster.
    Finding {
        /// The cluster; it is the one that is shown then.
        cluster: String,
        /// The check.
        check: String,
        /// The finding.
        id: String,
    },
    /// Findings that are to be kept as evidence.
    Keep(Kept),
    /// Something wrong that was mended, or will be.
    Mend(Box<Wrong>),
    /// An exception for findings or a check, by their ids.
    Except(Vec<String>),
}

/// Findings as a piece of evidence.
#[derive(Debug)]
pub(in crate::session) struct Kept {
    /// Title.
    pub title: String,
    /// Practices that it supports.
    pub practices: Vec<String>,
    /// Name of the file.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Something that was found wrong.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Wrong {
    /// A check, the id of a finding, a question, a practice.
    pub what: String,
    /// The check, where it is a finding.
    pub check: String,
    /// The cluster; "" for all.
    pub cluster: String,
    /// Practices that it speaks to.
    pub practices: Vec<String>,
    /// What is wrong.
    pub before: String,
    /// Day on which it was found.
    pub found: Option<Day>,
    /// References of the evidence for it.
    pub evidence: Vec<String>,
}

/// What comes of an action.
#[derive(Debug, Default)]
#[must_use]
pub(in crate::session) struct Next {
    /// What the world is asked to do.
    pub effects: Vec<Effect>,
    /// Where it leads.
    pub lead: Option<Lead>,
}

impl Next {
    /// Nothing.
    pub const NONE: Self = Self { effects: vec![], lead: None };

    /// Leads somewhere besides.
    pub fn and(self, lead: Lead) -> Self {
        Self { lead: Some(lead), ..self }
    }
}

impl From<Vec<Effect>> for Next {
    fn from(effects: Vec<Effect>) -> Self {
        Self { effects, lead: None }
    }
}

impl From<Effect> for Next {
    fn from(effect: Effect) -> Self {
        Self::from(vec![effect])
    }
}

impl From<Lead> for Next {
    fn from(lead: Lead) -> Self {
        Self::NONE.and(lead)
    }
}
