//! A page of a list.

use super::check::check;
use super::envelope::{self, ListMeta};
use super::item::Item;
use super::raw::{self, Fault, Raw};
use super::schema::{self, Form};
use std::ops::Range;

/// A page of a list, all of which is known.
#[derive(Debug)]
pub struct WirePage {
    bytes: Vec<u8>,
    api_version: String,
    kind: String,
    next: String,
    remaining: Option<usize>,
    form: Form,
    items: Vec<Range<usize>>,
}

impl WirePage {
    /// Takes an answer, and looks at all of it.
    ///
    /// # Errors
    /// What of it is not known or not as it should be. Nothing of such a page is to be used.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Fault> {
        let answer = envelope::open(&bytes)?;
        let kind = answer.kind.strip_suffix("List").ok_or(Fault::NoList)?;
        let at = schema::of_kind(answer.api_version, kind).ok_or(Fault::Kind)?;
        let (message, meta) = (schema::message(at).ok_or(Fault::Kind)?, schema::message(schema::list_meta()).ok_or(Fault::Kind)?);
        let mut rest = answer.content;
        let (1, Raw::Bytes(metadata)) = raw::field(&mut rest, "a list")? else { return Err(Fault::NoList) };
        check(meta, metadata)?;
        let metadata = ListMeta::read(metadata).map_err(|_| Fault::NoList)?;
        // Where the content begins. Both are parts of one piece of memory, so that nothing but their places is subtracted.
        let start = answer.content.as_ptr().addr() - bytes.as_ptr().addr();
        let mut items = Vec::new();
        while !rest.is_empty() {
            let (2, Raw::Bytes(item)) = raw::field(&mut rest, "a list")? else { return Err(Fault::NoList) };
            check(message, item)?;
            let end = start + answer.content.len() - rest.len();
            items.push(end - item.len()..end);
        }
        let (api_version, kind) = (answer.api_version.to_owned(), answer.kind.to_owned());
        let ListMeta { r#continue: next, remaining_item_count: remaining } = metadata;
        Ok(Self { api_version, kind, next, remaining, form: Form::Message(at), items, bytes })
    }

    /// Its objects in their order.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'_>> {
        self.items.iter().map(|range| Item { form: self.form, bytes: self.bytes.get(range.clone()).unwrap_or_default() })
    }

    /// Group and version that the list tells.
    #[must_use]
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// What the list calls itself.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the next page is asked for with; "" where this is the last.
    #[must_use]
    pub fn next(&self) -> &str {
        &self.next
    }

    /// How many objects follow, where the server says so.
    #[must_use]
    pub const fn remaining(&self) -> Option<usize> {
        self.remaining
    }
}
