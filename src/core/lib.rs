//! What Kassay judges and keeps: the catalogue, the inventory of a cluster, the checks, the workbook and the walk.
//!
//! Nothing here touches a network, a terminal, a file system or a clock; what is not in the manifest can't be used.
//! Floors, from the ground up: `model` → `sensitive` → `guidance`, `kinds` → `analysis` → `judging` → `checks` → `assess` → `workbook`
//! → `fleet` → `session`, `report`. Imports point down.

pub mod analysis;
pub mod assess;
pub mod checks;
pub mod fleet;
pub mod guidance;
pub mod judging;
pub mod kinds;
pub mod model;
pub mod report;
pub mod sensitive;
pub mod session;
pub mod workbook;
