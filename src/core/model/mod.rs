//! The nouns that every room shares: categories, objects, kinds, findings, outcomes, determinations, scope.
//! They know nothing of Kubernetes' wire format or of any check, so that everything above may use them.

pub mod category;
pub mod determination;
pub mod digest;
mod each;
pub mod export_format;
pub mod finding;
mod go_duration;
pub mod interval;
pub mod kind;
mod kind_sets;
pub mod kubernetes_version;
pub mod marked;
pub mod object;
pub mod outcome;
pub mod scope;
pub mod text;
pub mod tool;
pub mod words;

pub use category::Category;
pub use determination::{Determined, Method};
pub use digest::is_digest;
pub(crate) use each::each;
pub use export_format::ExportFormat;
pub(crate) use finding::findings;
pub use finding::{Finding, Severity, Weight};
pub use go_duration::go_duration;
pub use interval::Interval;
pub use kind::{Keep, Kind};
pub use object::ObjectRef;
pub use outcome::Outcome;
pub use scope::Scope;
pub use tool::Tool;
pub use words::Words;
