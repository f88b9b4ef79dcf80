//! An object in the form in which it came: JSON, or Kubernetes' binary form. Both are read into the same types.

use super::wire::Item;
use serde::Deserialize;

/// An object as it came.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    /// As JSON.
    Json(&'a str),
    /// On a page in the binary form, all of which is known.
    Wire(Item<'a>),
}

impl<'a> Given<'a> {
    /// Reads it into a type.
    pub(super) fn read<T: Deserialize<'a>>(self) -> Result<T, serde_json::Error> {
        match self {
            Self::Json(json) => serde_json::from_str(json),
            Self::Wire(item) => item.read(),
        }
    }
}
