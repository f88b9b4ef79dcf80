//! What the session asks the world to do. Nothing of it is done here; what comes of it returns as an [`Action`](crate::session::Action).

use crate::analysis::probing::Plan;
use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::model::{ExportFormat, Scope};
use crate::workbook::drafts::Drafts;
use crate::workbook::{ClusterRecord, Edit, Reached, Together, Workbook};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where a cluster is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A context of a kubeconfig; none is the current one.
    Context {
        /// The file, where it is not the usual one.
        kubeconfig: Option<PathBuf>,
        /// The context.
        name: Option<String>,
        /// Whom to act as, as in kubectl.
        as_user: Option<String>,
        /// Groups to act as.
        as_groups: Vec<String>,
        /// Longest time for one request, where it is not the usual one.
        request_timeout: Option<Duration>,
        /// Longest time for a whole reading, where it is not the usual one; zero for none.
        read_timeout: Option<Duration>,
    },
    /// A snapshot, or files and folders of YAML or JSON.
    Paths {
        /// Which.
        paths: Vec<PathBuf>,
        /// Who says that they are the whole cluster, where somebody does.
        complete: Option<String>,
    },
    /// The built-in cluster.
    Demo,
}

impl Source {
    /// A context of the usual kubeconfig; none is the current one.
    #[must_use]
    pub const fn context(name: Option<String>) -> Self {
        Self::listed(None, name)
    }

    /// A context of a kubeconfig, the usual one where none is named.
    #[must_use]
    pub const fn listed(kubeconfig: Option<PathBuf>, name: Option<String>) -> Self {
        Self::Context { kubeconfig, name, as_user: None, as_groups: vec![], request_timeout: None, read_timeout: None }
    }

    /// Files of which nobody says that they are the whole cluster.
    #[must_use]
    pub const fn paths(paths: Vec<PathBuf>) -> Self {
        Self::Paths { paths, complete: None }
    }

    /// The source in a few words, for people: `context prod-eu`, `demo`, `files a.yaml | b`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Context { name: Some(name), .. } => format!("context {name}"),
            Self::Context { name: None, .. } => "current context".to_owned(),
            Self::Paths { paths, .. } => format!("files {}", paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" | ")),
            Self::Demo => "demo".to_owned(),
        }
    }

    /// How a workbook remembers it. What came from standard input is not there a second time, and is not remembered.
    #[must_use]
    pub fn reached(&self) -> Reached {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        match self {
            Self::Context { kubeconfig, name, as_user, as_groups, request_timeout, read_timeout } => Reached {
                kubeconfig: kubeconfig.as_ref().map(text).unwrap_or_default(),
                context: name.clone().unwrap_or_default(),
                as_user: as_user.clone().unwrap_or_default(),
                as_groups: as_groups.clone(),
                request_timeout: request_timeout.and_then(|time| u32::try_from(time.as_secs()).ok()),
                read_timeout: read_timeout.and_then(|time| u32::try_from(time.as_secs()).ok()),
                files: vec![],
            },
            Self::Paths { paths, .. } if paths.iter().all(|path| path.as_os_str() != "-") => {
                Reached { files: paths.iter().map(text).collect(), ..Reached::default() }
            }
            Self::Paths { .. } | Self::Demo => Reached::default(),
        }
    }

    /// Where a cluster was read from, as far as the workbook knows.
    #[must_use]
    pub fn of_record(record: &ClusterRecord) -> Option<Self> {
        let reached = &record.reached;
        let complete = record.declared_complete.clone();
        if !reached.files.is_empty() {
            return Some(Self::Paths { paths: reached.files.iter().map(PathBuf::from).collect(), complete });
        }
        if !reached.is_unknown() {
            let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            return Some(Self::Context {
                kubeconfig: given(&reached.kubeconfig).map(PathBuf::from),
                name: given(&reached.context),
                as_user: given(&reached.as_user),
                as_groups: reached.as_groups.clone(),
                request_timeout: reached.request_timeout.map(|seconds| Duration::from_secs(seconds.into())),
                read_timeout: reached.read_timeout.map(|seconds| Duration::from_secs(seconds.into())),
            });
        }
        // The words alone are what workbooks had before; they name contexts and paths, and no more.
        match record.source.split_once(' ') {
            Some(("context", name)) => Some(Self::context(Some(name.to_owned()))),
            Some(("files", paths)) if paths != "-" => Some(Self::Paths { paths: paths.split(" | ").map(Into::into).collect(), complete }),
            _ if matches!(record.source.as_str(), "current context" | "in-cluster") => Some(Self::context(None)),
            _ if record.source == "demo" => Some(Self::Demo),
            _ => None,
        }
    }
}

/// What clusters are put side by side from.
#[derive(Clone, Debug)]
pub struct SideBySide {
    /// The workbook.
    pub workbook: Workbook,
    /// How it stands.
    pub together: Together,
    /// What was found and read of each cluster, as far as it is loaded.
    pub found: Vec<FoundOf>,
}

/// What was found and read of a cluster.
#[derive(Clone, Debug)]
pub struct FoundOf {
    /// The cluster.
    pub cluster: String,
    /// Its outcomes with all their findings.
    pub outcomes: Arc<Vec<CheckOutcome>>,
    /// What was read.
    pub inventory: Option<Arc<Inventory>>,
}

/// Something to be done outside.
#[derive(Clone, Debug)]
pub enum Effect {
    /// List the assessments → `home::Listed`.
    ListHome,
    /// Open an assessment → `book::Opened` or `OpenFailed`; then its collections → `book::Loaded`, one per cluster.
    LoadWorkbook(PathBuf),
    /// Make an assessment (a folder named after the entity where none is told) → `book::Opened` or `OpenFailed`.
    CreateWorkbook {
        /// The folder.
        dir: Option<PathBuf>,
        /// What goes in.
        workbook: Box<Workbook>,
    },
    /// Keep the workbook → `book::Saved`, `SavedOddly`, `Disputed` or `SaveFailed` with the same ticket. Saves are done in order.
    Save {
        /// Names this save.
        ticket: u64,
        /// What to keep.
        workbook: Box<Workbook>,
        /// What was edited.
        edit: Edit,
        /// The text from outside that a person decided against, by its digest.
        settled: Option<String>,
    },
    /// Keep what is typed and not saved beside the workbook; nothing is there any more where that is nothing → `book::TypedNotKept`, where it
    /// can't be done.
    KeepTyped(Box<Drafts>),
    /// Put the state before the last edit in place of a workbook that can't be read → `book::Opened` or `OpenFailed`.
    Restore(PathBuf),
    /// Verify an assessment and begin the next one from it → `new::PrepareNext` or `NotDone`. The old one is only read.
    BeginFrom(PathBuf),
    /// Read the journal of the open assessment → `book::Journal`.
    ReadJournal,
    /// Let go of the open assessment.
    CloseWorkbook,
    /// Copy a file into the assessment → `evidence::Attached` or `Failed`.
    Attach(PathBuf),
    /// Copy several files into the assessment, `*` and `?` in a file's name standing for any letters → `evidence::AttachedAll` or `Failed`.
    AttachAll(Vec<PathBuf>),
    /// Keep a text as a file of that name in the assessment → `evidence::Attached` or `Failed`.
    AttachText {
        /// File name.
        name: String,
        /// What goes in.
        text: String,
    },
    /// Complete a path that is being typed → `Completed`.
    Complete(String),
    /// List the contexts of the kubeconfig, and of these other ones → `new::Contexts`.
    Contexts(Vec<PathBuf>),
    /// Connect and ask what may be read → `new::PreflightDone` or `PreflightFailed`.
    Preflight(Source),
    /// Read a cluster, judge it in the scope, keep both → `reading::Progress`…, then `Collected` or `Failed`.
    Collect {
        /// Name of the cluster in the workbook; "" = from the cluster itself.
        key: String,
        /// Where from.
        source: Source,
        /// The workbook: the scope to judge in, and the answers that proposals rest on.
        workbook: Box<Workbook>,
    },
    /// Stop reading; nothing is kept.
    CancelCollect,
    /// Judge again, keep the result → `book::Judged` with the same revision.
    Judge {
        /// The cluster.
        cluster: String,
        /// What was read of it.
        inventory: Arc<Inventory>,
        /// The workbook, with the scope and the evidence as they are now.
        workbook: Box<Workbook>,
        /// Names the state of scope and evidence.
        revision: u64,
    },
    /// Work out who may connect to whom → `segmentation::Drawn`.
    Segment {
        /// The cluster.
        cluster: String,
        /// What was read of it.
        inventory: Arc<Inventory>,
        /// The scope.
        scope: Scope,
    },
    /// Put the clusters of the assessment side by side → `fleet::Gathered` with the same ticket.
    SideBySide {
        /// Names what was asked for.
        ticket: u64,
        /// From what.
        of: Box<SideBySide>,
    },
    /// Work out who may do what → `access::Registered`.
    Register {
        /// The cluster.
        cluster: String,
        /// What was read of it.
        inventory: Arc<Inventory>,
        /// The scope.
        scope: Scope,
    },
    /// Try admission policies on witnesses → `trial::Tried`.
    Try {
        /// The cluster.
        cluster: String,
        /// What was read of it.
        inventory: Arc<Inventory>,
        /// The scope.
        scope: Scope,
    },
    /// Compare the assessment with another one, a bag or a snapshot → `compare::Compared` or `Failed`.
    Compare {
        /// The folder of the assessment.
        dir: PathBuf,
        /// The other, which is the first of both.
        other: PathBuf,
    },
    /// Send active probes and keep the record → `probes::Progress`…, then `Done` or `Failed`. Nothing is sent that is not in the plan.
    Probe {
        /// The folder of the assessment.
        dir: PathBuf,
        /// The cluster.
        cluster: String,
        /// How it is reached.
        source: Source,
        /// What is sent.
        plan: Arc<Plan>,
        /// What was read of it.
        inventory: Arc<Inventory>,
        /// Who allowed it.
        allowed_by: String,
    },
    /// Stop sending; what was heard is kept.
    CancelProbes,
    /// Write an export → `export::Progress`…, then `Written`, `Stopped` or `Failed`.
    Export {
        /// The form.
        format: ExportFormat,
        /// Where to.
        target: PathBuf,
        /// The folder of the assessment.
        dir: PathBuf,
        /// Whether names are replaced by pseudonyms.
        redact: bool,
    },
    /// Stop the export, of which nothing is left then → `export::Stopped`, or what came of it before.
    CancelExport,
    /// Open an address or file with the desktop.
    Open(String),
    /// Take the text in focus to the editor of the user → `Edited` or `NotDone`.
    Edit,
    /// Put a text on the clipboard.
    Copy(String),
    /// Put the role that the program asks for on the clipboard, as YAML.
    CopyRole,
    /// Open the assessment of the built-in cluster, or make it → `book::Opened` or `new::Begin`.
    Demo,
    /// Stop the program until the shell lets it go on.
    Suspend,
    /// Leave the mouse to the terminal, or take it again → `Told`.
    Mouse,
    /// Leave the program.
    Quit,
}
