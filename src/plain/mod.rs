//! The walk as linear text, for screen readers, dumb terminals, serial consoles and scripts: lines out, lines in. Nothing is drawn, nothing moves, and
//! no sign stands for a word. It shows the same session as the screens, by the same actions, from the same table of keys.
//!
//! ```text
//! voice                      what is told after something happened, what a line means
//! ask, commands              lines in forms, lines elsewhere
//! places                     a page for each place of the walk
//! forms, progress, …         what several of them tell
//! page, prose, spoken        how it is told
//! input, output              standard input and output
//! ```

pub mod ask;
pub mod commands;
mod differences;
mod expected;
mod forms;
mod heard;
pub mod input;
mod namespaces;
pub mod output;
pub mod page;
pub mod places;
pub mod progress;
pub mod prose;
pub mod spoken;
pub mod voice;

pub use heard::Heard;
