//! Judges that several checks share. Each is a noun with a page of prose at its head and its own tests.

pub mod admission;
pub mod agents;
pub mod audit;
pub mod certificates;
pub mod control_plane;
pub mod described;
pub mod distribution;
pub mod emulation;
pub mod enforcement;
pub mod exposure;
pub mod flags;
pub mod host_path;
pub mod image;
pub mod kubelet;
pub mod lifecycle;
pub mod networks;
pub mod platform;
pub mod pod_security;
pub mod probing;
pub mod rbac;
pub mod reach;
pub mod sandbox;
pub mod scan_report;
pub mod segmentation;
pub mod software;
