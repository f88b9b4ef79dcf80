//! Objects as trees, which borrow their texts from the page.

use super::fields::{Fields, Part, Run, texts};
use super::item::Item;
use super::plain::{int_or_text, only_text, time, utf8};
use super::raw::{Fault, Raw};
use super::schema::{self, Form};
use crate::kinds::node_tree::{Node, Record, Unread};
use data_encoding::BASE64;
use std::borrow::Cow;

/// The keys on the way to a table whose parts are left unread, where there is one.
type Way = Option<&'static [&'static str]>;

impl<'a> Item<'a> {
    /// The object as a tree: all of it, but for the parts at the end of a way (see [`Unread`]), where there is one, and the record of who wrote what.
    ///
    /// # Errors
    /// Where its bytes are not as they should be.
    pub(in crate::kinds) fn tree(self, unread: Way) -> Result<Node<'a>, Fault> {
        node(Part::One(self.form, Raw::Bytes(self.bytes)), unread)
    }
}

/// A part of the spec of pods that was left unread.
///
/// # Errors
/// Where its bytes are not as they should be.
pub(in crate::kinds) fn pod_spec_part(whole: &[u8]) -> Result<Node<'_>, Fault> {
    let message = schema::message(schema::pod_spec()).ok_or(Fault::Kind)?;
    let (_, part) = Fields::of(message, whole).next()?.ok_or(Fault::Cut)?;
    node(part, None)
}

fn node(part: Part<'_>, unread: Way) -> Result<Node<'_>, Fault> {
    match part {
        Part::One(form, raw) => value(form, raw, unread),
        Part::List(run) => list(run, unread),
        Part::Map(mut run) => {
            let mut entries = Vec::with_capacity(8);
            while let Some((key, raw)) = run.next_entry()? {
                let key = utf8(key).ok_or_else(|| run.odd())?;
                entries.push((Cow::Borrowed(key), value(run.form, raw, unread)?));
            }
            Ok(Node::Map(entries))
        }
    }
}

fn list(mut run: Run<'_>, unread: Way) -> Result<Node<'_>, Fault> {
    let mut items = Vec::new();
    while let Some(raw) = run.next()? {
        items.push(value(run.form, raw, unread)?);
    }
    Ok(Node::List(items))
}

fn value<'a>(form: Form, raw: Raw<'a>, unread: Way) -> Result<Node<'a>, Fault> {
    match (form, raw) {
        (Form::Message(at), Raw::Bytes(bytes)) => {
            let mut fields = Fields::of(schema::message(at).ok_or(Fault::Kind)?, bytes);
            // Most tables have no more, and room that is made in steps is made several times.
            let mut entries = Vec::with_capacity(8);
            while let Some((field, part, whole)) = fields.next_whole()? {
                let node = match unread {
                    Some([]) => Node::Unread(Unread::Wire(whole)),
                    Some([next, rest @ ..]) if field.name == *next => node(part, Some(rest))?,
                    _ if field.name == "managedFields" => Node::Record(Record::Unread(Unread::Wire(whole))),
                    _ => node(part, None)?,
                };
                entries.push((Cow::Borrowed(field.name), node));
            }
            Ok(Node::Map(entries))
        }
        (Form::Texts, Raw::Bytes(bytes)) => list(texts(bytes), unread),
        _ => plain(form, raw).ok_or(Fault::Form { message: "a value", number: 0 }),
    }
}

/// A value that is no message and no list.
fn plain(form: Form, raw: Raw<'_>) -> Option<Node<'_>> {
    Some(match (form, raw) {
        (Form::Int, Raw::Number(value)) => number(value.cast_signed()),
        (Form::Bool, Raw::Number(value)) => Node::Bool(value != 0),
        (Form::Text, Raw::Bytes(bytes)) => Node::Text(Cow::Borrowed(utf8(bytes)?)),
        (Form::Bytes, Raw::Bytes(bytes)) => Node::Text(Cow::Owned(BASE64.encode(bytes))),
        (Form::Time, Raw::Bytes(bytes)) => Node::Text(Cow::Owned(time(bytes)?)),
        (Form::Quantity, Raw::Bytes(bytes)) => Node::Text(Cow::Borrowed(only_text(bytes)?)),
        (Form::IntOrText, Raw::Bytes(bytes)) => match int_or_text(bytes)? {
            Ok(int) => number(int),
            Err(text) => Node::Text(Cow::Borrowed(text)),
        },
        (Form::Json, Raw::Bytes(bytes)) => serde_json::from_str(only_text(bytes)?).ok()?,
        _ => return None,
    })
}

/// A number as JSON's reader has it: without a sign where it has none.
fn number(value: i64) -> Node<'static> {
    Node::Number(u64::try_from(value).map_or_else(|_| value.into(), Into::into))
}
