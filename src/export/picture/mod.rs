//! The segmentation of a cluster as a picture: boxes for the categories of scope with their namespaces, arrows for the connections that the
//! policies let through. As SVG ([`svg`]) and for Graphviz ([`dot`]). The same numbers give the same bytes.

mod canvas;
mod dot;
mod svg;
mod words;

pub use dot::dot;
pub use svg::{Dress, svg};

use kassay_core::analysis::segmentation::Segmentation;
use kassay_core::kinds::ClusterInfo;

/// Namespaces that a box names.
const NAMESPACES: usize = 10;
/// Pairs of namespaces that are told of each direction.
const PAIRS: usize = 12;

/// What a picture is made from.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// How the cluster is called; "" where it has no name of its own.
    pub name: &'a str,
    /// The cluster.
    pub cluster: &'a ClusterInfo,
    /// What is drawn.
    pub segmentation: &'a Segmentation,
    /// Whether somebody sorted the namespaces into categories.
    pub sorted: bool,
}

#[cfg(test)]
mod tests;
