//! The whole walk without a terminal: session, actions, effects.

pub use crate::workbook::Edit;
