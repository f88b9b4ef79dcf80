//! The tools of judges: what a check is, what it may look at, what it hands back, and what checks of several areas tell alike.
//!
//! Nothing here knows a single check; the areas in `checks` don't know each other but by what stands here.

mod check;
pub(crate) mod claims;
pub(crate) mod described;
pub(crate) mod evidence;
pub(crate) mod guarded;
pub(crate) mod identity;
pub(crate) mod proof;
pub(crate) mod rights;
pub(crate) mod unevaluated;
pub(crate) mod unseen;
mod verdict;
mod view;

pub use check::{Check, Need};
pub use rights::{access_by_subject, access_register};
pub use verdict::Verdict;
pub use view::{Placed, PlacedImage, TableError, Tables, View};
