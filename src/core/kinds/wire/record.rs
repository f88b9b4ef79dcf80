//! The record of who wrote which field (`managedFields`), as its bytes.

use super::fields::{Fields, Part, Run};
use super::raw::{Fault, Raw};
use super::schema::{self, Form};
use super::text;
use super::value::Whole;
use serde::de::Visitor;

/// A record: its bytes, from its first tag on.
#[derive(Clone, Copy)]
pub(in crate::kinds) struct WireRecord<'a>(pub(in crate::kinds) &'a [u8]);

impl<'a> WireRecord<'a> {
    fn part(self) -> Result<Part<'a>, Fault> {
        let message = schema::message(schema::object_meta()).ok_or(Fault::Kind)?;
        Fields::of(message, self.0).next()?.map(|(_, part)| part).ok_or(Fault::Cut)
    }

    /// The text that it is in JSON.
    ///
    /// # Errors
    /// Where its bytes are not as they should be.
    pub(in crate::kinds) fn text(self) -> Result<String, Fault> {
        text::record(self.part()?)
    }

    /// Writes its bytes without the times of its entries.
    ///
    /// # Errors
    /// Where its bytes are not as they should be.
    pub(in crate::kinds) fn without_times(self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let Part::List(mut entries) = self.part()? else { return Err(Fault::NoList) };
        while let Some(entry) = entries.next()? {
            Self::entry(&entries, entry, out)?;
        }
        Ok(())
    }

    fn entry(run: &Run<'_>, entry: Raw<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        let (Form::Message(at), Raw::Bytes(bytes)) = (run.form, entry) else { return Err(run.odd()) };
        let mut fields = Fields::of(schema::message(at).ok_or(Fault::Kind)?, bytes);
        while let Some((field, _, whole)) = fields.next_whole()? {
            let own = if field.form == Form::Time { &whole[..1] } else { whole };
            out.extend_from_slice(own);
        }
        // No field has this number.
        out.push(0);
        Ok(())
    }

    /// Hands it on as the list that it is in JSON.
    ///
    /// # Errors
    /// Where the visitor takes something else.
    pub(in crate::kinds) fn visit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        use serde::Deserializer;
        use serde::de::Error;
        Whole(self.part().map_err(serde_json::Error::custom)?).deserialize_any(visitor)
    }
}
