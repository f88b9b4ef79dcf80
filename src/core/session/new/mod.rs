//! A new assessment, or a further cluster of one: engagement, cluster, scope, read.

mod state;
mod steps;

pub use state::{ContextRow, Flight, New, Preflight, Right, SourceRow, Stage};
pub use steps::Action;
pub(super) use steps::{accept, add_cluster, ask_files, back, enter, filter, start, step, type_in, update};
