//! Support dates: which release of a product is looked after until when, and what that says of a version on a given day.

use serde::Deserialize;

/// Support dates of products.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Lifecycle {
    /// Day of the data.
    #[serde(deserialize_with = "day")]
    pub as_of: Option<jiff::civil::Date>,
    /// Releases.
    pub release: Vec<Release>,
}

/// A release cycle of a product; an absent date is unknown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Release {
    /// Product: `kubernetes`, `amazon-eks`…
    pub product: String,
    /// Cycle: `1.34`.
    pub cycle: String,
    /// First released.
    #[serde(deserialize_with = "day")]
    pub released: Option<jiff::civil::Date>,
    /// End of active support.
    #[serde(deserialize_with = "day")]
    pub active_support_until: Option<jiff::civil::Date>,
    /// End of support.
    #[serde(deserialize_with = "day")]
    pub support_until: Option<jiff::civil::Date>,
    /// End of paid, extended support.
    #[serde(deserialize_with = "day")]
    pub extended_support_until: Option<jiff::civil::Date>,
    /// Newest patch.
    pub latest: String,
    /// Its day.
    #[serde(deserialize_with = "day")]
    pub latest_released: Option<jiff::civil::Date>,
}

fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<jiff::civil::Date>, D::Error> {
    let value = Option::<toml::value::Datetime>::deserialize(deserializer)?;
    Ok(value
        .and_then(|v| v.date)
        .and_then(|d| jiff::civil::Date::new(i16::try_from(d.year).ok()?, i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?).ok()))
}
