//! Collectors where the clusters are: snapshots in registries, parts of one cluster, and the objects that run the program in one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/registry.rs"]
mod registry;

#[path = "collectors/artifacts.rs"]
mod artifacts;
#[path = "collectors/chart.rs"]
mod chart;
#[path = "collectors/deploy.rs"]
mod deploy;
#[path = "collectors/faults.rs"]
mod faults;
#[path = "collectors/parts.rs"]
mod parts;
#[path = "collectors/surroundings.rs"]
mod surroundings;
