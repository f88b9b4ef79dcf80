//! Everything that can happen to a session: what a person does, and what comes back from the world. `tui/keymap.rs` maps keys to the first
//! part; `app.rs` sends the second.

use crate::analysis::rbac::folded::Folded;
use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::session::effect::Source;
use crate::session::home::HomeRow;
use crate::session::new::state::{ContextRow, Preflight};
use crate::session::parts::cursor::Step;
use crate::session::parts::field::Typed;
use crate::session::probes::Probed;
use crate::session::reading::Progress;
use crate::session::segmentation::Segmentation;
use crate::workbook::Workbook;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// A tab of a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tab {
    /// What it is about.
    #[default]
    Guidance,
    /// What the API showed.
    Checks,
    /// What a person must answer.
    Questions,
    /// What supports it.
    Evidence,
    /// What the assessor determined.
    Result,
}

impl Tab {
    /// All, in their order.
    pub const ALL: [Self; 5] = [Self::Guidance, Self::Checks, Self::Questions, Self::Evidence, Self::Result];

    /// The name on the tab.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Guidance => "Guidance",
            Self::Checks => "Checks",
            Self::Questions => "Questions",
            Self::Evidence => "Evidence",
            Self::Result => "Result",
        }
    }

    /// The name in the workbook.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Guidance => "guidance",
            Self::Checks => "checks",
            Self::Questions => "questions",
            Self::Evidence => "evidence",
            Self::Result => "result",
        }
    }
}

/// Something in the walk that one can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An area, by its number.
    Area(u8),
    /// A control.
    Control(String),
    /// A check.
    Check(String),
    /// A question.
    Question(String),
    /// A practice: its determination.
    Practice(String),
    /// A piece of evidence.
    Evidence(String),
}

/// A file that is now in the assessment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// Its digest.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Its name.
    pub name: String,
    /// Why it was not kept: card numbers or private keys in it.
    pub refused: Option<String>,
    /// What it was recognised as, where checks judge it: `a Trivy report of 3 images`.
    pub recognised: Option<String>,
}

/// An assessment that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The folder.
    pub dir: PathBuf,
    /// What is in it.
    pub workbook: Workbook,
    /// Who writes in it already; then it is for reading only.
    pub held_by: Option<String>,
    /// What was odd when it was opened.
    pub notices: Vec<String>,
}

/// A cluster that was read and judged, and where both are kept.
#[derive(Clone, Debug)]
pub struct Collection {
    /// What was read.
    pub inventory: Arc<Inventory>,
    /// What the checks say.
    pub outcomes: Arc<Vec<CheckOutcome>>,
    /// The time judged by.
    pub assessed_at: Timestamp,
    /// Digest of the snapshot.
    pub snapshot: String,
    /// Digest of the file of findings.
    pub findings: String,
}

/// What happens to a session.
#[derive(Clone, Debug)]
pub enum Action {
    // What a person does.
    /// Moves in the list or text that has the focus.
    Step(Step),
    /// To the left: the previous tab, the list of areas, the choice before.
    Left,
    /// To the right.
    Right,
    /// Opens, accepts, saves: what stands beside ↵.
    Enter,
    /// Closes the top layer, or dismisses a message.
    Back,
    /// The next field of a form.
    NextField,
    /// The field before.
    PreviousField,
    /// Types.
    Type(Typed),
    /// Chooses by a single key.
    Choose(char),
    /// Chooses the nth option of the focused choice, from 0.
    ChooseNth(usize),
    /// Selects a row of the list in focus (mouse).
    Select(usize),
    /// Focuses a row of a form (mouse).
    Focus(usize),
    /// Shows a tab.
    Tab(Tab),
    /// Goes to the next thing that needs a person.
    NextOpen,
    /// Goes to the one before.
    PreviousOpen,
    /// The next control.
    NextControl,
    /// The control before.
    PreviousControl,
    /// Goes to something.
    GoTo(Target),
    /// Shows the next cluster's outcomes.
    NextCluster,
    /// Answers a question.
    Answer,
    /// Determines a practice.
    Determine,
    /// Attaches evidence.
    Attach,
    /// A file was dropped: attaches it.
    Drop(String),
    /// Writes a note.
    Note,
    /// Accepts an exception.
    Exception,
    /// Says that somebody looked at a check.
    Review,
    /// Keeps a finding as evidence.
    Keep,
    /// Takes the last edit back.
    Undo,
    /// Copies the kubectl command of a finding, or the role that the pre-flight asks for.
    CopyCommand,
    /// Opens the reference, file or report.
    Reference,
    /// Filters, or finds.
    Filter,
    /// Sorts otherwise.
    Sort,
    /// Groups otherwise.
    Group,
    /// Marks a row.
    Mark,
    /// Changes the category under the cursor.
    Cycle,
    /// Adds a rule to the scope.
    AddRule,
    /// Puts everything in scope.
    Everything,
    /// Shows help.
    Help,
    /// Shows every action.
    Palette,
    /// Shows the summary.
    Summary,
    /// Shows the flows between categories.
    Segmentation,
    /// Shows the access register.
    Access,
    /// Shows what active probes would send.
    Probes,
    /// Allows active probes as they are listed, and sends them.
    SendProbes,
    /// Shows the scope.
    Scope,
    /// Shows the export.
    Export,
    /// Reads the cluster again.
    ReadAgain,
    /// Reads a further cluster into this assessment.
    AddCluster,
    /// To the list of assessments.
    Home,
    /// Starts an assessment.
    New,
    /// Starts with the built-in cluster.
    Demo,
    /// Opens a dump or snapshot in a new assessment.
    OpenPath,
    /// Opens an assessment folder by its path.
    OpenFolder,
    /// Says where the export goes.
    ExportTo,
    /// Restores the last good state of an assessment that can't be read.
    Restore,
    /// Tries a failed save again.
    Retry,
    /// Leaves.
    Quit,
    /// The program is being ended from outside.
    End,
    /// Leaves now, whatever is open.
    Abort,
    /// Runs what was chosen in the palette.
    Run(Box<Self>),

    // What comes back.
    /// Time goes on.
    Tick(Timestamp),
    /// The assessments that there are.
    Listed(Vec<HomeRow>),
    /// An assessment was opened.
    Opened(Box<Opened>),
    /// It could not be opened, and why.
    OpenFailed {
        /// Which.
        dir: PathBuf,
        /// Why, and what now.
        why: String,
    },
    /// A cluster's outcomes and inventory were read back from the assessment.
    Loaded {
        /// The cluster.
        cluster: String,
        /// Its outcomes with all findings.
        outcomes: Arc<Vec<CheckOutcome>>,
        /// What was read of it.
        inventory: Option<Arc<Inventory>>,
    },
    /// They could not be read back.
    LoadFailed {
        /// The cluster.
        cluster: String,
        /// Why.
        why: String,
    },
    /// The workbook with that ticket is on disk.
    Saved(u64),
    /// It is not.
    SaveFailed {
        /// Which save.
        ticket: u64,
        /// Why.
        why: String,
    },
    /// A file is in the assessment.
    Attached(Attached),
    /// It is not.
    AttachFailed(String),
    /// A typed path was completed: the longest common text, and the names that fit.
    Completed {
        /// The text to put in place.
        text: String,
        /// What fits.
        fits: Vec<String>,
    },
    /// The contexts of the kubeconfig.
    Contexts(Result<Vec<ContextRow>, String>),
    /// What may be read.
    PreflightDone(Box<Preflight>),
    /// No connection, and why.
    PreflightFailed(String),
    /// Reading goes on.
    Progress(Progress),
    /// A cluster was read, judged and kept.
    Collected(Box<Collection>),
    /// It was not; "" after a cancel.
    CollectFailed(String),
    /// Outcomes in a changed scope.
    Judged {
        /// The cluster.
        cluster: String,
        /// For which state of the scope.
        revision: u64,
        /// The result.
        collection: Box<Collection>,
    },
    /// They could not be made or kept.
    JudgeFailed {
        /// The cluster.
        cluster: String,
        /// Why.
        why: String,
    },
    /// Who may connect to whom in a cluster.
    Segmented {
        /// The cluster.
        cluster: String,
        /// The picture.
        picture: Arc<Segmentation>,
    },
    /// Who may do what in a cluster.
    Registered {
        /// The cluster.
        cluster: String,
        /// The register.
        register: Arc<Folded>,
    },
    /// Active probes go on: requests dealt with, and where the next one goes.
    ProbeProgress(usize, String),
    /// Active probes were sent.
    Probed(Probed),
    /// They were not.
    ProbesFailed(String),
    /// An export goes on: files done, of how many, the one in work.
    ExportProgress(usize, usize, String),
    /// An export was written.
    Exported {
        /// Where.
        path: PathBuf,
        /// Digest.
        sha256: String,
        /// Bytes.
        bytes: u64,
        /// Files.
        files: usize,
    },
    /// It was not.
    ExportFailed(String),
    /// Something small was done: copied, opened. A sentence.
    Told(String),
    /// Something small could not be done.
    NotDone(String),
    /// Makes an assessment at once and reads a cluster into it: the demo, say.
    Begin {
        /// The folder.
        dir: PathBuf,
        /// What goes in.
        workbook: Box<Workbook>,
        /// The cluster.
        source: Option<Source>,
    },
    /// Shows the form of a new assessment for a folder, with the cluster chosen already: as from the command line.
    Prepare {
        /// The folder.
        dir: PathBuf,
        /// The cluster.
        source: Option<Source>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(
            self,
            Self::Tick(_)
                | Self::Listed(_)
                | Self::Opened(_)
                | Self::OpenFailed { .. }
                | Self::Loaded { .. }
                | Self::LoadFailed { .. }
                | Self::Saved(_)
                | Self::SaveFailed { .. }
                | Self::Attached(_)
                | Self::AttachFailed(_)
                | Self::Completed { .. }
                | Self::Contexts(_)
                | Self::PreflightDone(_)
                | Self::PreflightFailed(_)
                | Self::Progress(_)
                | Self::Collected(_)
                | Self::CollectFailed(_)
                | Self::Judged { .. }
                | Self::JudgeFailed { .. }
                | Self::Segmented { .. }
                | Self::Registered { .. }
                | Self::ProbeProgress(..)
                | Self::Probed(_)
                | Self::ProbesFailed(_)
                | Self::ExportProgress(..)
                | Self::Exported { .. }
                | Self::ExportFailed(_)
                | Self::Told(_)
                | Self::NotDone(_)
                | Self::Begin { .. }
                | Self::Prepare { .. }
        )
    }
}
