//! Text that may hold a secret: environment values, arguments, ConfigMap data, annotations. It is examined before it is
//! parsed, and only what the detectors said survives, unless the place is in the table of exceptions (see `ingest`).

use crate::sensitive::Detection;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A value whose text is gone, but for the exceptions. Neither `Debug` nor `Serialize` can show a text that was not kept.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Sealed {
    /// Length in bytes.
    pub length: usize,
    /// What the detectors said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detections: Vec<Detection>,
    /// The text, where an exception keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    #[serde(skip)]
    raw: Option<Box<str>>,
}

impl Sealed {
    /// A text just read, not yet examined.
    #[must_use]
    pub fn raw(text: &str) -> Self {
        Self { length: text.len(), detections: vec![], kept: None, raw: Some(text.into()) }
    }

    /// Forgets the text, or keeps it where `keep` says so. Objects are examined before their values come here (see `sift`): where a detector found
    /// something, the text is gone already.
    pub fn seal(&mut self, keep: bool) {
        if let Some(text) = self.raw.take()
            && keep
            && self.detections.is_empty()
        {
            self.kept = Some(text.into());
        }
    }

    /// Forgets the text, and keeps in its place what this makes of it. Of what was kept before it makes the same again.
    pub(super) fn thin(&mut self, keep: impl FnOnce(&str) -> Option<String>) {
        let text = self.raw.take().map(String::from).or_else(|| self.kept.take());
        self.kept = text.and_then(|text| keep(&text));
    }

    /// The text before sealing; `None` afterwards. For the parsers of this room, which must look before the text is gone.
    pub(crate) fn peek(&self) -> Option<&str> {
        self.raw.as_deref()
    }

    /// The text, where it was kept.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.kept.as_deref()
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("length", &self.length)
            .field("detections", &self.detections)
            .field("kept", &self.kept)
            .finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for Sealed {
    /// A scalar is a text from the API or a manifest; a table is a sealed value from a snapshot.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        #[derive(Deserialize)]
        struct FromSnapshot {
            length: usize,
            #[serde(default)]
            detections: Vec<Detection>,
            #[serde(default)]
            kept: Option<String>,
        }
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Sealed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scalar, or a sealed value")
            }

            fn visit_str<E>(self, v: &str) -> Result<Sealed, E> {
                Ok(Sealed::raw(v))
            }

            fn visit_bool<E>(self, v: bool) -> Result<Sealed, E> {
                Ok(Sealed::raw(&v.to_string()))
            }

            fn visit_i64<E>(self, v: i64) -> Result<Sealed, E> {
                Ok(Sealed::raw(&v.to_string()))
            }

            fn visit_u64<E>(self, v: u64) -> Result<Sealed, E> {
                Ok(Sealed::raw(&v.to_string()))
            }

            fn visit_f64<E>(self, v: f64) -> Result<Sealed, E> {
                Ok(Sealed::raw(&v.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Sealed, E> {
                Ok(Sealed::default())
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Sealed, A::Error> {
                let seen = FromSnapshot::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Sealed { length: seen.length, detections: seen.detections, kept: seen.kept, raw: None })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_json_shows_what_was_not_kept() {
        let mut value = Sealed::raw("hunter2-very-secret");
        assert!(!format!("{value:?}").contains("hunter2"));
        assert!(serde_json::to_string(&value).is_ok_and(|json| !json.contains("hunter2")));
        value.seal(false);
        assert_eq!((value.text(), value.peek()), (None, None));
    }
}
