//! The findings of a check: the list, and one of them with the lines of its object.

pub mod excerpt;
pub mod list;
