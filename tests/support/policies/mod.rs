//! A second, plain reading of NetworkPolicies, random clusters to try it on, and the way from a cluster to the smallest one that shows the same.

pub mod oracle;
pub mod random;
pub mod shrink;
