//! Points in time, and what is asked of them and of lengths of time.

use super::super::eval::errs;
use super::super::value::Value;
use super::{Answer, Failure};
use std::fmt;

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// A point in time, and how far from Greenwich it was told, which nothing but writing it shows.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Nanoseconds since 1970.
    pub nanoseconds: i128,
    /// Seconds east of Greenwich.
    pub offset: i32,
}

impl Moment {
    /// The point so many nanoseconds after 1970; none outside the years 1 to 9999.
    #[must_use]
    pub fn at(nanoseconds: i128) -> Option<Self> {
        const RANGE: std::ops::RangeInclusive<i128> = -62_135_596_800..=253_402_300_799;
        RANGE.contains(&nanoseconds.div_euclid(SECOND)).then_some(Self { nanoseconds, offset: 0 })
    }

    /// The point so much later.
    #[must_use]
    pub fn plus(self, nanoseconds: i128) -> Option<Self> {
        Some(Self { offset: self.offset, ..Self::at(self.nanoseconds + nanoseconds)? })
    }

    /// Whether it is what Go has for no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.nanoseconds == -62_135_596_800 * SECOND
    }

    /// Reads a point in time of RFC 3339 as Go reads it: capitals, no blanks, any number of places after the second.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| {
            let digits = bytes.get(from..to)?;
            digits.iter().all(u8::is_ascii_digit).then(|| text.get(from..to)?.parse::<i64>().ok()).flatten()
        };
        let sign = |at: usize, wanted: u8| (bytes.get(at) == Some(&wanted)).then_some(());
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        for (at, wanted) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
            sign(at, wanted)?;
        }
        if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (mut at, mut fraction) = (19, 0_i128);
        if matches!(bytes.get(19), Some(b'.' | b',')) {
            let digits = bytes.get(20..)?.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            fraction = text.get(20..20 + digits.min(9))?.parse::<i128>().ok()? * 10_i128.pow(9 - u32::try_from(digits.min(9)).ok()?);
            at = 20 + digits;
        }
        let offset = match bytes.get(at)? {
            b'Z' => {
                at += 1;
                0
            }
            east @ (b'+' | b'-') => {
                let (hours, minutes) = (number(at + 1, at + 3)?, number(at + 4, at + 6)?);
                sign(at + 3, b':')?;
                if hours > 24 || minutes > 60 {
                    return None;
                }
                at += 6;
                let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
                if *east == b'-' { -seconds } else { seconds }
            }
            _ => return None,
        };
        if at != bytes.len() {
            return None;
        }
        let seconds =
            i128::from(days_before(year, month, day)) * 86_400 + i128::from(hour * 3600 + minute * 60 + second - i64::from(offset));
        Some(Self { offset, ..Self::at(seconds * SECOND + fraction)? })
    }

    /// Year, month, day, and nanoseconds of the day, so far from Greenwich.
    fn parts(self, offset: i32) -> (i64, i64, i64, i128) {
        let local = self.nanoseconds + i128::from(offset) * SECOND;
        let (year, month, day) = date(i64::try_from(local.div_euclid(DAY)).unwrap_or_default());
        (year, month, day, local.rem_euclid(DAY))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, rest) = self.parts(self.offset);
        let seconds = rest / SECOND;
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        let fraction = format!("{:09}", rest % SECOND);
        let fraction = fraction.trim_end_matches('0');
        if !fraction.is_empty() {
            write!(f, ".{fraction}")?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let minutes = self.offset.abs() / 60;
        write!(f, "{}{:02}:{:02}", if self.offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }
}

const fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days between 1970 and a date.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    before * 365 + leaps - 719_162 + (1..month).map(|month| days_in(year, month)).sum::<i64>() + day - 1
}

/// The date so many days after 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year, 1, 1) > days {
        year -= 1;
    }
    while days_before(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before(year, 1, 1);
    let mut month = 1;
    while rest >= days_in(year, month) {
        rest -= days_in(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

/// Calls a function of time; none where it is none, or is given something else.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Answer> {
    const NAMES: [&str; 10] = [
        "getFullYear",
        "getMonth",
        "getDayOfYear",
        "getDayOfMonth",
        "getDate",
        "getDayOfWeek",
        "getHours",
        "getMinutes",
        "getSeconds",
        "getMilliseconds",
    ];
    if !NAMES.contains(&name) {
        return None;
    }
    match args {
        [Value::Timestamp(moment)] => Some(Ok(Value::Int(part(name, *moment, 0)))),
        [Value::Timestamp(moment), Value::String(zone)] => Some(offset(zone).map(|offset| Value::Int(part(name, *moment, offset)))),
        [Value::Duration(nanoseconds)] => {
            let unit = match name {
                "getHours" => 3_600_000_000_000,
                "getMinutes" => 60_000_000_000,
                "getSeconds" => 1_000_000_000,
                "getMilliseconds" => 1_000_000,
                _ => return None,
            };
            Some(Ok(Value::Int(nanoseconds / unit)))
        }
        _ => None,
    }
}

fn part(name: &str, moment: Moment, offset: i32) -> i64 {
    let (year, month, day, rest) = moment.parts(offset);
    let rest = i64::try_from(rest).unwrap_or_default();
    match name {
        "getFullYear" => year,
        "getMonth" => month - 1,
        "getDayOfYear" => days_before(year, month, day) - days_before(year, 1, 1),
        "getDayOfMonth" => day - 1,
        "getDate" => day,
        "getDayOfWeek" => (days_before(year, month, day) + 4).rem_euclid(7),
        "getHours" => rest / 3_600_000_000_000,
        "getMinutes" => rest / 60_000_000_000 % 60,
        "getSeconds" => rest / 1_000_000_000 % 60,
        _ => rest / 1_000_000 % 1000,
    }
}

/// How far a zone is from Greenwich, in seconds.
fn offset(zone: &str) -> Result<i32, Failure> {
    let Some((hours, minutes)) = zone.split_once(':') else {
        return if zone.is_empty() || zone == "UTC" { Ok(0) } else { Err(Failure::Lacking("zones by name are not known here".to_owned())) };
    };
    let (Ok(hours), Ok(minutes)) = (hours.parse::<i32>(), minutes.parse::<i32>()) else { return errs("invalid timezone") };
    let minutes = if zone.starts_with('-') { -minutes } else { minutes };
    hours.checked_mul(60).and_then(|total| total.checked_add(minutes)?.checked_mul(60)).map_or_else(|| errs("invalid timezone"), Ok)
}
