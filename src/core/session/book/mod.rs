//! The open assessment: what is on disk, what follows from it, where one stands in it, saving, undo, drafts.

pub mod assessment;
mod collecting;
pub mod open;
pub mod saving;
pub mod standing;
pub mod undo;
