//! What the engines of Kubernetes admission answer to a request: the API server's own policies, Kyverno, Gatekeeper, and those that look at the
//! signatures of images.
//!
//! Each engine reads a policy once into a [`Judge`] and then answers requests, as the engine itself would: by running what the policy says, not by
//! reading its words. A policy that uses anything which is not known to be answered here as the engine answers it is *not evaluated*
//! ([`Answer::NotEvaluated`]), whatever else it says. What would be an error in the engine too has the answer that the engine gives.
//!
//! Nothing here knows of assessments, inventories or clusters: objects come and go as JSON.

pub mod cel;
pub mod gatekeeper;
pub mod kyverno;
pub mod matching;
pub mod quantity;
pub mod re2;
mod remembered;
pub mod request;
pub mod ruling;
pub mod selector;
pub mod signatures;
pub mod standards;
pub mod validating;
pub mod wildcard;

pub use request::{GroupKind, GroupResource, Namespace, Operation, Provenance, Request, User};
pub use ruling::{Answer, BY_NAME, Judge, Ruling};
pub use selector::Selector;
