//! A new assessment, or a further cluster of one: engagement, cluster, scope, read.

pub mod state;
pub mod steps;
