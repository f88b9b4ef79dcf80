//! From a source to an inventory: the API of a cluster, files that somebody took of one, a snapshot, the demo.
//! Whoever collects names a [`SourceSpec`] and gets an inventory; what could not be read is in it, with the server's own words.
//! Nothing here judges, and nothing here ever writes to a cluster.

use kassay_core::kinds::{Coverage, Inventory, KindState, MergeError};
use kassay_core::model::Kind;
use kassay_core::sensitive::FingerprintKey;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

mod about;
mod answer;
mod artifact;
mod budget;
mod conclude;
mod connect;
mod control_plane;
mod demo;
mod discovery;
mod documents;
mod dump;
mod evidence;
mod file;
mod found;
mod handshake;
mod json;
mod kubeconfig;
mod lists;
mod live;
mod login;
mod logs;
mod noise;
mod others;
mod page;
mod paging;
mod params;
mod parts;
mod permissions;
mod place;
mod probe;
mod proxy;
mod redirect;
mod refusal;
mod request;
mod scalar;
mod secrets;
pub mod snapshot;
mod tls;
mod transport;
mod version;
mod words;
mod yaml;

pub use artifact::{
    ArtifactError, Name as ArtifactName, Pushed, RegistrySettings, SignatureState, SignedSnapshot, SnapshotSignature,
    greet as greet_registry, place as artifact_place, push as push_snapshot, sign as sign_snapshot, tag_of as snapshot_tag,
};
pub use connect::{ContextInfo, contexts};
pub use dump::files_of;
pub use evidence::import_file;
pub use kassay_core::kinds::Part;
pub use parts::merge_parts;
pub use permissions::{NamespaceName, Preflight, Right, Without, cluster_role, preflight};
pub use probe::{ProbeWatcher, probe};
pub use snapshot::{
    SnapshotError, holds as holds_snapshot, pack as pack_snapshot, put as put_snapshot, uid as snapshot_uid, write_file as write_snapshot,
};

/// Where a cluster is to be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceSpec {
    /// The API of a cluster.
    Live(Connect),
    /// A snapshot, or files and folders of YAML or JSON; the path `-` is standard input, and `oci://…` a snapshot in a registry.
    Paths(Vec<PathBuf>),
    /// The cluster that comes with the program.
    Demo,
}

/// How to reach a cluster; the same choices as kubectl's flags. Nothing chosen: the current context, or the pod's own account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connect {
    /// File instead of `$KUBECONFIG` or `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// Context instead of the current one.
    pub context: Option<String>,
    /// User to impersonate.
    pub as_user: Option<String>,
    /// Groups to impersonate.
    pub as_groups: Vec<String>,
    /// Longest time for one request; a minute where none is given.
    pub request_timeout: Option<Duration>,
    /// Longest time for a whole reading; half an hour where none is given, zero for none. What was not read by then counts as failed.
    pub read_timeout: Option<Duration>,
}

/// Choices of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Kubernetes version of files that carry none.
    pub kubernetes_version: Option<String>,
    /// Leaves Secrets alone, even their names.
    pub without_secrets: bool,
    /// Who says that the files are the whole cluster, where somebody does.
    pub declared_complete: Option<String>,
    /// What holds for registries.
    pub registry: RegistrySettings,
    /// Reads one part of the cluster, of several that are merged afterwards.
    pub part: Option<Part>,
}

/// What happens during a collection. It comes often; a listener must be quick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It begins, and asks for so many kinds.
    Started {
        /// Number of kinds.
        kinds: usize,
    },
    /// Something came of a kind.
    Kind {
        /// The kind.
        kind: Kind,
        /// Objects so far.
        items: usize,
        /// Objects in all, as far as the server says.
        total: Option<usize>,
        /// How it ended; none while it is being read.
        state: Option<KindState>,
        /// The server's words where it did not end well.
        message: String,
    },
    /// So many bytes came in, unpacked, since the beginning.
    Bytes(u64),
    /// A sentence for whoever watches: a file that is no Kubernetes object, a group that does not answer.
    Note(String),
}

/// A listener for [`Progress`].
pub type Watcher<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Stops a collection from outside. Clones stop together.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<CancelState>);

#[derive(Debug, Default)]
struct CancelState {
    set: AtomicBool,
    wake: tokio::sync::Notify,
}

impl Cancel {
    /// Asks the collection to stop.
    pub fn cancel(&self) {
        self.0.set.store(true, Ordering::SeqCst);
        self.0.wake.notify_waiters();
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.set.load(Ordering::SeqCst)
    }

    /// Returns once somebody asked.
    pub async fn cancelled(&self) {
        let wake = self.0.wake.notified();
        tokio::pin!(wake);
        // Registered before the flag is read, so that a cancel between the two is not missed.
        wake.as_mut().enable();
        if !self.is_cancelled() {
            wake.await;
        }
    }
}

/// Why nothing could be collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The kubeconfig can't be used.
    #[error("{0}")]
    Kubeconfig(String),
    /// There is no such context.
    #[error("the kubeconfig has no context “{name}”")]
    NoContext {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Neither a kubeconfig nor the account of a pod was found.
    #[error("no cluster is configured: {0}")]
    NoCluster(String),
    /// The plugin that logs in did not give a credential.
    #[error("logging in with {plugin} failed: {message}")]
    Login {
        /// The command.
        plugin: String,
        /// What it said.
        message: String,
        /// What the kubeconfig says about getting it.
        install: String,
    },
    /// The server can't be reached.
    #[error("{server} can't be reached: {message}")]
    Connect {
        /// Its address.
        server: String,
        /// What happened.
        message: String,
    },
    /// The server does not know who asks.
    #[error("{server} does not accept this login: {message}")]
    Unauthorized {
        /// Its address.
        server: String,
        /// Its words.
        message: String,
    },
    /// Active probes are asked of something that can't be asked.
    #[error("active probes need a live cluster, and this is none")]
    NotLive,
    /// A file can't be read.
    #[error("{path} can't be read: {message}")]
    Read {
        /// The file.
        path: String,
        /// Why not.
        message: String,
    },
    /// None of the files holds anything of a cluster.
    #[error("nothing of a cluster could be read: {}", .0.join("; "))]
    NothingReadable(Vec<String>),
    /// A snapshot was given together with other files.
    #[error("{0} is a snapshot, which is a whole cluster, and was given together with other files")]
    Mixed(String),
    /// Somebody says that a source is a whole cluster which tells so itself.
    #[error("{0} tells itself what was read of the cluster; only of files can it be said that they are the whole cluster")]
    NotFiles(String),
    /// The snapshot can't be used.
    #[error("{path}: {source}")]
    Snapshot {
        /// The file.
        path: String,
        /// Why not.
        source: SnapshotError,
    },
    /// The version that was given is none.
    #[error("“{0}” is no version of Kubernetes")]
    Version(String),
    /// A file can't be written.
    #[error("{path} can't be written: {message}")]
    Write {
        /// The file.
        path: String,
        /// Why not.
        message: String,
    },
    /// A snapshot in a registry can't be had.
    #[error(transparent)]
    Artifact(ArtifactError),
    /// Parts can't be made of this, or into one.
    #[error(transparent)]
    Parts(#[from] MergeError),
    /// Somebody asked it to stop.
    #[error("collecting was cancelled")]
    Cancelled,
    /// Part of the program itself failed.
    #[error("{0}")]
    Internal(String),
}

impl From<ArtifactError> for CollectError {
    fn from(error: ArtifactError) -> Self {
        match error {
            ArtifactError::Cancelled => Self::Cancelled,
            error => Self::Artifact(error),
        }
    }
}

impl CollectError {
    /// What to try, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let words = match self {
            Self::NoContext { known, .. } if known.is_empty() => "It has no contexts at all.".to_owned(),
            Self::NoContext { known, .. } => format!("It has: {}.", known.join(", ")),
            Self::NoCluster(_) => "Name one with --kubeconfig and --context, read files with --from, or look around with --demo.".to_owned(),
            Self::Kubeconfig(_) => "“kubectl config view” shows what kubectl makes of the same file.".to_owned(),
            Self::Login { install, .. } if !install.is_empty() => install.clone(),
            Self::Login { plugin, .. } => {
                format!("Log in once by hand, so that {plugin} need not ask anything: it can't be answered from here.")
            }
            Self::Connect { .. } => "Check the address, the network and HTTPS_PROXY; “kubectl version” with the same context shows whether kubectl gets through.".to_owned(),
            Self::Unauthorized { .. } => "The credential may have expired: log in again.".to_owned(),
            Self::NothingReadable(_) => {
                "Give YAML or JSON as kubectl prints it: “kubectl get … -A -o json”, “kubectl cluster-info dump”, an unpacked must-gather or support bundle."
                    .to_owned()
            }
            Self::Version(_) => "Write it as 1.34 or v1.34.4.".to_owned(),
            Self::NotLive => "Name a context in place of files; a snapshot that was collected with --active-probes holds the answers.".to_owned(),
            Self::Mixed(_) => "Give the snapshot alone; `kassay assess` takes several snapshots, each as a cluster.".to_owned(),
            Self::NotFiles(_) => "Leave --complete out, or answer no where the walk asks.".to_owned(),
            Self::Snapshot { source: SnapshotError::Newer { .. }, .. } => "Read it with a newer version of the program.".to_owned(),
            Self::Read { message, .. } if message.contains("no such file") => {
                "Check the path: files and folders are taken as they are named, “-” is standard input.".to_owned()
            }
            Self::Read { message, .. } if message.contains("UTF-") => "Write it in UTF-8, as kubectl does.".to_owned(),
            Self::Artifact(error) => return error.hint(),
            Self::Parts(error) => return error.hint().map(str::to_owned),
            Self::Read { .. } | Self::Snapshot { .. } | Self::Write { .. } | Self::Cancelled | Self::Internal(_) => return None,
        };
        Some(words)
    }
}

/// Reads a source completely. What could not be read is told per kind in the inventory; an error means that nothing was read at all.
///
/// # Errors
/// Where the source can't be reached or opened, or somebody cancelled.
pub async fn collect(spec: &SourceSpec, options: &Options, progress: Watcher<'_>, cancel: &Cancel) -> Result<Inventory, CollectError> {
    let inventory = gather(spec, options, progress, cancel).await?;
    if let (SourceSpec::Paths(_), Some(part)) = (spec, &inventory.part) {
        let words = format!("this is {part} of a cluster: nothing passes on what the other parts hold; “kassay merge” makes one of all");
        progress(Progress::Note(words));
    }
    Ok(inventory)
}

/// The same, without a word on parts.
async fn gather(spec: &SourceSpec, options: &Options, progress: Watcher<'_>, cancel: &Cancel) -> Result<Inventory, CollectError> {
    match spec {
        SourceSpec::Live(connect) => live::collect(connect, options, progress, cancel).await,
        SourceSpec::Paths(paths) => match artifact::among(paths)? {
            Some(name) => artifact::collect(&name, options, progress, cancel).await,
            None => dump::collect(paths, options, progress, cancel).await,
        },
        SourceSpec::Demo => demo::collect(progress),
    }
}

/// The time to judge an inventory by: the one asked for, else that of its collection, else the clock.
#[must_use]
pub fn judging_time(inventory: &Inventory, asked: Option<jiff::Timestamp>, clock: jiff::Timestamp) -> jiff::Timestamp {
    asked.or(inventory.cluster.collected_at).unwrap_or(clock)
}

/// The random key of one collection, under which equal secrets get equal fingerprints.
fn fingerprint_key() -> Result<FingerprintKey, CollectError> {
    let mut key = [0; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut key).map_err(|_| CollectError::Internal("the system gives no random numbers".to_owned()))?;
    Ok(FingerprintKey(key))
}

/// What only the whole inventory shows: which distribution it is.
fn complete(inventory: &mut Inventory) {
    let (distribution, evidence) = kassay_core::analysis::distribution::detect(inventory);
    inventory.cluster.distribution = distribution;
    inventory.cluster.distribution_evidence = evidence;
}

/// How every kind came out, for whoever watches a source that is read at once.
fn states(inventory: &Inventory) -> impl Iterator<Item = Progress> + '_ {
    Kind::ALL.iter().map(|kind| {
        let Coverage { state, items, message, .. } = inventory.coverage_of(*kind);
        Progress::Kind { kind: *kind, items, total: Some(items), state: Some(state), message }
    })
}
