//! Slim types of what is read from the API, and the questions one may put to them.
//!
//! Only fields that some check reads are here; the rest of an object never becomes memory. Deserialising takes the API's own JSON (and
//! manifests); serialising gives the same shape back with sensitive values sealed, which is what a snapshot holds.

pub mod admission;
pub mod arguments;
mod at_once;
pub(crate) mod caller;
mod careful;
pub mod config;
pub mod control_plane;
mod coverage;
pub mod custom;
mod deprecated;
mod foreign;
mod frugal;
mod given;
mod guards;
mod hollow;
pub mod identities;
pub mod imported;
pub mod ingest;
pub mod inventory;
mod keeping;
pub mod kubeadm;
pub mod lenient;
mod listed;
pub mod maker;
pub mod meta;
pub mod network;
pub mod node;
mod node_reader;
mod node_tree;
mod param_intake;
pub mod params;
mod part;
mod parts;
pub mod persistent;
pub mod pod;
mod pod_intake;
pub mod policy;
mod population;
pub mod probes;
pub mod quantity;
pub mod rbac;
mod rebuilt;
mod record_texts;
pub mod redacted;
pub mod sealed;
mod secret;
mod secret_row;
mod selector;
pub mod settings;
mod settle;
pub mod shared;
pub mod sift;
mod slim;
mod sound;
mod spec_texts;
pub mod strict;
mod substance;
mod table;
mod thinned;
mod versions;
mod volume;
pub mod wire;
pub mod withheld;
pub mod workload;
pub mod writers;

pub use caller::{Caller, Login, UserName};
pub use control_plane::{ControlPlaneRecord, FlagsTold, ServerMetrics, ServerRecord, UnheardOf};
pub use coverage::{Coverage, KindState};
pub use deprecated::{DeprecatedApi, DeprecatedRequests};
pub use ingest::{Ingest, IngestError, Page};
pub use inventory::{
    ClusterInfo, Connection, Inventory, LoginFile, OtherObject, Source, Untold, VERSION_NOT_KNOWN, VersionFrom, distribution_words,
};
pub use meta::Meta;
pub use part::Part;
pub use parts::{Merge, MergeError};
pub use pod::{Container, ContainerRole, ImageUse, Pod, PodSpec};
pub use probes::{Artifact, LeftOut, Method, Probe, ProbeRequest, Probes, Purpose};
pub use quantity::Quantity;
pub use sealed::Sealed;
pub use sift::{Redaction, Unplaced};
pub use withheld::Withheld;
pub use workload::{Variant, Workload};
