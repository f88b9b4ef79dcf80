//! One object of a page.

use super::fields::Part;
use super::raw::{Fault, Raw};
use super::schema::Form;
use super::text;
use super::value::Value;
use serde::Deserialize;

/// An object of a page, which lends its texts.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub(super) form: Form,
    pub(super) bytes: &'a [u8],
}

impl<'a> Item<'a> {
    /// Reads it into a type, as JSON would be.
    ///
    /// # Errors
    /// Where the type takes something else.
    pub fn read<T: Deserialize<'a>>(self) -> Result<T, serde_json::Error> {
        T::deserialize(Value { form: self.form, raw: Raw::Bytes(self.bytes) })
    }

    /// The same object as JSON. What JSON has as null is left out.
    ///
    /// # Errors
    /// Where its bytes are not as they should be.
    pub fn json(self) -> Result<String, Fault> {
        let mut out = String::new();
        text::write(Part::One(self.form, Raw::Bytes(self.bytes)), &mut out)?;
        Ok(out)
    }
}
