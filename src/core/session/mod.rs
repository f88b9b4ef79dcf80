//! The whole walk without a terminal. A [`Session`] is all that the program shows; an [`Action`] is all that can happen to it; [`update`]
//! is how, and the [`Effect`]s that it returns are what the world is asked to do. Screens only read a session, `app.rs` only carries
//! effects out, so every rule of the walk is tested here by handing actions in.
//!
//! Nothing that a person wrote counts as written before the store says so: an edit is a copy of the workbook, sent to be saved, that takes
//! the place of the old one when `Saved` comes back. What is done meanwhile waits in line. If saving fails, the form stays open with all
//! that was typed, and says why.
//!
//! ```text
//! update, press, leave, follow   who an action is for, and where one thing leads to another
//! keepers                        which feature keeps which register
//! state, action                  all states, all actions
//! home, new, answer, …           each thing that a person does: its state, its actions, its update; none knows another
//! book                           the open assessment, and the desk on which all of these work
//! parts, effect, context         what repeats on screens, what the world is asked, where keys are pressed
//! ```

pub mod access;
mod action;
pub mod all_findings;
pub mod analyses;
pub mod answer;
pub mod book;
mod clusters;
pub mod compare;
mod context;
pub mod determine;
mod effect;
pub mod engagement;
pub mod evidence;
pub mod exceptions;
pub mod export;
pub mod findings;
pub mod fleet;
mod follow;
pub mod help;
pub mod home;
mod journal;
mod keepers;
mod leave;
pub mod new;
pub mod palette;
pub mod parts;
mod press;
mod previous;
pub mod probes;
pub mod reading;
pub mod registers;
pub mod remediation;
pub mod requests;
pub mod review;
pub mod samples;
pub mod scope;
pub mod search;
pub mod segmentation;
pub mod sign_off;
mod state;
pub mod summary;
pub mod trial;
mod update;
pub mod walk;

pub use crate::workbook::Edit;
pub use access::{AccessGroup, AccessView};
pub use action::Action;
pub use all_findings::{AllFindings, AllGroup, One};
pub use book::arrived::{Attached, Collection, Dispute, Opened};
pub use book::assessment::{Book, Cluster, Progress as WalkProgress};
pub use book::blockers::Blocker;
pub use book::desk::Desk;
pub use book::edit::Pending;
pub use book::layer::Layer;
pub use book::open::{OpenItem, Why, finding_words};
pub use book::serving::EvidenceRow;
pub use book::standing::{NavRow, Pane, Tab, Target, Walk, checks_of, item_at};
pub use compare::Compare;
pub use context::Context;
pub use effect::{Effect, FoundOf, SideBySide, Source};
pub use export::{ExportState, Underway};
pub use findings::{ExcerptLine, FindingsView, Group, Sort, excerpt, kubectl};
pub use fleet::{FleetGroup, FleetRow, SideView};
pub use home::{HomeRow, HomeState};
pub use new::{Contents, ContextRow, Flight, Lack, New, Preflight, Right, SourceRow, Stage};
pub use parts::cursor::{Cursor, Scroll, Step};
pub use parts::differences::{DifferenceRow, Differences};
pub use parts::field::{Field, Typed};
pub use parts::form::{Choice, Form, Input, PathOf, Purpose, Row};
pub use parts::listed::ListRow;
pub use parts::listing::{Listing, Way};
pub use parts::message::{Message, Urgency};
pub use parts::namespaces::{NamespaceRow, ScopeEditor, ScopeRow, read_rule};
pub use parts::picking::Picking;
pub use parts::register::{Flag, Register, RegisterRow, RegisterView};
pub use probes::{Probed, Probing};
pub use reading::{Arrived, KindRow, Progress, Reading};
pub use search::FindRow;
pub use state::Session;
pub use trial::{TrialGroup, TrialView};
pub use update::update;
