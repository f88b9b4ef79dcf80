//! Every type that is on disk, and nothing else: a file for each table of the TOML, and one for the whole.

mod answer;
mod cluster;
mod determination;
mod engagement;
mod evidence;
mod exception;
mod outcome;
mod place;
mod review;
mod workbook;

pub use answer::Answer;
pub use cluster::{ClusterRecord, Reached};
pub use determination::{CompensatingControl, Determination};
pub use engagement::Engagement;
pub use evidence::{Evidence, EvidenceKind};
pub use exception::Exception;
pub use outcome::{FindingBrief, OutcomeRecord};
pub use place::Place;
pub use review::Review;
pub use workbook::{FORMAT, Workbook, WorkbookError};
