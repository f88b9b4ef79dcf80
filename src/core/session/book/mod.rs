//! The open assessment: what is on disk, what follows from it, where one stands in it, saving, undo, drafts; and the desk on which all
//! features work.

pub(super) mod arrived;
pub(super) mod assessment;
pub(super) mod blockers;
mod collecting;
pub(super) mod desk;
mod dispute;
mod drafts;
pub(super) mod edit;
mod following;
mod here;
pub(super) mod layer;
pub(super) mod lead;
pub(super) mod open;
mod saving;
pub mod serving;
pub(super) mod standing;
mod typed;
mod undo;
mod update;
mod withdrawing;

pub(super) use collecting::{in_all, told};
pub use update::Action;
pub(super) use update::update;
