//! What a server puts around each answer: a sign, and what the answer calls itself.

use super::item::Item;
use super::plain::utf8;
use super::raw::{self, Fault, Raw};
use super::schema::{self, Form};
use serde::Deserialize;

/// With this every answer in the binary form begins, and no JSON does.
const SIGN: &[u8] = b"k8s\0";
/// What the content of an answer may call itself.
const CONTENT: &str = "application/vnd.kubernetes.protobuf";

/// An answer without what is around it.
pub(super) struct Answer<'a> {
    pub(super) api_version: &'a str,
    pub(super) kind: &'a str,
    pub(super) content: &'a [u8],
}

/// Whether an answer is in the binary form.
#[must_use]
pub fn is_wire(answer: &[u8]) -> bool {
    answer.starts_with(SIGN)
}

/// Opens an answer.
pub(super) fn open(answer: &[u8]) -> Result<Answer<'_>, Fault> {
    let mut rest = answer.strip_prefix(SIGN).ok_or(Fault::NoList)?;
    let (1, Raw::Bytes(mut own)) = raw::field(&mut rest, "")? else { return Err(Fault::NoList) };
    let (1, Raw::Bytes(api_version)) = raw::field(&mut own, "")? else { return Err(Fault::NoList) };
    let (2, Raw::Bytes(kind)) = raw::field(&mut own, "")? else { return Err(Fault::NoList) };
    let (2, Raw::Bytes(content)) = raw::field(&mut rest, "")? else { return Err(Fault::NoList) };
    let (Some(api_version), Some(kind), true) = (utf8(api_version), utf8(kind), own.is_empty()) else { return Err(Fault::NoList) };
    while !rest.is_empty() {
        match raw::field(&mut rest, "")? {
            (3 | 4, Raw::Bytes([])) => {}
            (4, Raw::Bytes(told)) if told == CONTENT.as_bytes() => {}
            // Packed, or something else than was asked for.
            _ => return Err(Fault::NoList),
        }
    }
    Ok(Answer { api_version, kind, content })
}

/// What the next page is asked for with ("" where there is none), from the beginning of a page; nothing where that has not come yet.
#[must_use]
pub fn next_in(beginning: &[u8]) -> Option<String> {
    let mut rest = beginning.strip_prefix(SIGN)?;
    let (1, Raw::Bytes(_)) = raw::field(&mut rest, "").ok()? else { return None };
    // The content is announced with its length, and most of it is still on its way.
    (raw::number(&mut rest).ok()? == (2 << 3 | 2)).then_some(())?;
    raw::number(&mut rest).ok()?;
    let (1, Raw::Bytes(metadata)) = raw::field(&mut rest, "").ok()? else { return None };
    Some(ListMeta::read(metadata).ok()?.r#continue)
}

/// What a list says of itself.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListMeta {
    pub(super) r#continue: String,
    pub(super) remaining_item_count: Option<usize>,
}

impl ListMeta {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        Item { form: Form::Message(schema::list_meta()), bytes }.read()
    }
}

/// What a server says instead of an answer, where it says anything.
#[must_use]
pub fn words(answer: &[u8]) -> Option<String> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Status {
        message: String,
    }
    let answer = open(answer).ok().filter(|answer| answer.kind == "Status")?;
    let form = Form::Message(schema::of_kind(answer.api_version, answer.kind)?);
    Some(Item { form, bytes: answer.content }.read::<Status>().ok()?.message)
}
