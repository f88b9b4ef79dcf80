//! Days and moments as TOML's own dates, so that a workbook shows `2026-11-23` and not a quoted text.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

/// A moment in UTC, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole seconds: what people read and compare.
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

/// The day of a moment, in UTC: the same on every machine that opens the workbook.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

macro_rules! as_toml_datetime {
    ($type:ident, $inner:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let text = self.to_string();
                match text.parse::<toml::value::Datetime>() {
                    Ok(datetime) => datetime.serialize(serializer),
                    Err(error) => Err(serde::ser::Error::custom(format!("{text} is no TOML date: {error}"))),
                }
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = toml::value::Datetime::deserialize(deserializer)?.to_string();
                text.parse::<$inner>().map(Self).map_err(|error| serde::de::Error::custom(format!("{text}: {error}")))
            }
        }
    };
}

as_toml_datetime!(Day, Date);
as_toml_datetime!(Moment, Timestamp);
