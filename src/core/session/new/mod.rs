//! A new assessment, or a further cluster of one: engagement, cluster, scope, read.

mod contents;
mod state;
mod steps;
mod version;

pub use contents::{Contents, Lack};
pub use state::{ContextRow, Flight, New, Preflight, Right, SourceRow, Stage};
pub use steps::Action;
pub(super) use steps::{accept, add_cluster, ask_files, back, enter, filter, start, step, type_in, update};
pub(super) use version::accept_version;
