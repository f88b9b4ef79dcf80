//! Several clusters side by side: what is said of each, and in what they differ.
//!
//! Whoever reads clusters names them first ([`Gathering::new`]), hands over each as it was judged ([`Reading`]) or why it could not be read, and gets the
//! [`Fleet`]: every cluster that was named, control × cluster, check × cluster, practice × cluster, and the [`Difference`]s. Nothing of a cluster
//! stays but rows, so that hundreds of them need the memory of a few. A cluster that could not be read is blocked in all, and never passes.

mod difference;
mod differences;
mod document;
mod fact;
mod gathering;
mod likeness;
mod member;
mod of_workbook;
mod reading;
mod words;

pub use difference::{Apart, Difference, Held};
pub use document::{CheckRow, Cluster, ControlRow, FORMAT, Fleet, PracticeRow, State};
pub use fact::Topic;
pub use gathering::{Gathering, Named};
pub use of_workbook::{Found, of_workbook};
pub use reading::Reading;
