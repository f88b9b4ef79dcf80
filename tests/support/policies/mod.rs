//! A second, plain reading of policies of every kind, random clusters to try it on, and the way from a cluster to the smallest one that shows
//! the same. It is written from the documentation of the APIs, one kind to a file, and shares nothing with the program.

pub mod addresses;
mod admin;
mod calico;
mod cilium;
mod expression;
mod law;
mod native;
pub mod oracle;
pub mod random;
pub mod shrink;
