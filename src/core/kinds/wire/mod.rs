//! Kubernetes' own binary form of lists (`application/vnd.kubernetes.protobuf`), which costs an API server less than half of what JSON costs it. It is
//! read into the same types as JSON, by their own `Deserialize`: a table of messages (`schema.txt`) tells for each field the name that it has in JSON, and
//! values look as they would there. Texts are borrowed from the page, and fields that a type does not have are passed over by their length.
//!
//! A page is taken only if all of it is known: every field is in the table and in its place, every text is UTF-8, nothing breaks off. The binary form
//! does not tell the name of a field, so one that a newer server fills can be neither examined for secrets nor told to matter; such a list is read
//! as JSON instead, as is one with anything else odd about it. So both forms say the same, or only JSON does.

mod check;
mod envelope;
mod fields;
mod item;
mod page;
mod plain;
mod raw;
mod record;
mod schema;
mod text;
mod tree;
mod value;

pub use envelope::{is_wire, next_in, words};
pub use item::Item;
pub use page::WirePage;
pub use raw::Fault;
pub(super) use record::WireRecord;
pub(super) use tree::pod_spec_part;

/// What a request accepts that is to be answered in this form, and in JSON by a server that does not have it.
pub const ACCEPT: &str = "application/vnd.kubernetes.protobuf,application/json";

/// Whether lists of a kind in a version of its API can be read in this form.
#[must_use]
pub fn knows(api_version: &str, kind: &str) -> bool {
    schema::of_kind(api_version, kind).is_some()
}
