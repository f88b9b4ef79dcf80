//! Lengths of time as people agree on them: "6 months", "30 days". Compared by days, months as 30.44 days, years as 365.25.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Unit of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// A count of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// Why a text is no interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an interval: write a number and hours, days, weeks, months or years, such as “6 months”")]
pub struct NotAnInterval(pub String);

impl Interval {
    /// Its length in hours, months and years by their average length.
    #[must_use]
    pub fn hours(self) -> f64 {
        let unit = match self.unit {
            Unit::Hour => 1.0,
            Unit::Day => 24.0,
            Unit::Week => 168.0,
            Unit::Month => 24.0 * 365.25 / 12.0,
            Unit::Year => 24.0 * 365.25,
        };
        f64::from(self.count) * unit
    }

    /// Whether it is not longer than another: one year equals twelve months, a month is never less than itself in days.
    #[must_use]
    pub fn at_most(self, other: Self) -> bool {
        self.hours() <= other.hours() + 0.01
    }

    /// The day that lies this long after another; hours count as whole days begun.
    #[must_use]
    pub fn after(self, day: jiff::civil::Date) -> Option<jiff::civil::Date> {
        let count = i64::from(self.count);
        let span = match self.unit {
            Unit::Hour => jiff::Span::new().try_days((count + 23) / 24),
            Unit::Day => jiff::Span::new().try_days(count),
            Unit::Week => jiff::Span::new().try_weeks(count),
            Unit::Month => jiff::Span::new().try_months(count),
            Unit::Year => jiff::Span::new().try_years(count),
        };
        day.checked_add(span.ok()?).ok()
    }
}

impl FromStr for Interval {
    type Err = NotAnInterval;

    fn from_str(text: &str) -> Result<Self, NotAnInterval> {
        let error = || NotAnInterval(text.to_owned());
        let trimmed = text.trim();
        let end = trimmed.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let count = trimmed[..end].parse().map_err(|_| error())?;
        let unit = match trimmed[end..].trim().to_ascii_lowercase().as_str() {
            "h" | "hour" | "hours" => Unit::Hour,
            "d" | "day" | "days" => Unit::Day,
            "w" | "week" | "weeks" => Unit::Week,
            "m" | "mo" | "month" | "months" => Unit::Month,
            "y" | "year" | "years" => Unit::Year,
            _ => return Err(error()),
        };
        Ok(Self { count, unit })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_twelve_months_and_a_month_more_than_thirty_days() {
        let parse = |text: &str| text.parse::<Interval>().ok();
        assert!(parse("1 year").zip(parse("12 months")).is_some_and(|(a, b)| a.at_most(b) && b.at_most(a)));
        assert!(parse("30 days").zip(parse("1 month")).is_some_and(|(a, b)| a.at_most(b)));
        assert_eq!(parse("six months"), None);
    }
}
