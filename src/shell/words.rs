//! Dates, counts and sizes as people say them.

use jiff::{SpanRound, Timestamp, ToSpan, Unit, Zoned, tz::TimeZone};
pub use kassay_core::model::text::counted;

/// A size: `71 MB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

/// How long ago a moment was, for lists: `just now`, `12 minutes ago`, `yesterday`, `3 days ago`, `12 Nov`, `12 Nov 2025`.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, now) = (then.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let minutes = now.timestamp().as_second().saturating_sub(then.timestamp().as_second()) / 60;
    let days = days_between(&then, &now);
    match (minutes, days) {
        (..0, 0) | (0, _) => "just now".to_owned(),
        (1, _) => "a minute ago".to_owned(),
        (m @ 2..60, _) => format!("{m} minutes ago"),
        (_, 0) => format!("today {}", then.strftime("%H:%M")),
        (_, 1) => "yesterday".to_owned(),
        (_, d @ 2..=13) => format!("{d} days ago"),
        _ => day(&then, &now),
    }
}

/// A moment in the user's zone: the time alone today, else with its date: `09:12`, `23 Nov 09:12`, `23 Nov 2025 09:12`.
#[must_use]
pub fn moment(then: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, now) = (then.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let time = then.strftime("%H:%M").to_string();
    if then.date() == now.date() { time } else { format!("{} {time}", day(&then, &now)) }
}

fn day(then: &Zoned, now: &Zoned) -> String {
    if then.year() == now.year() { then.strftime("%-d %b").to_string() } else { then.strftime("%-d %b %Y").to_string() }
}

fn days_between(then: &Zoned, now: &Zoned) -> i32 {
    then.date().until((Unit::Day, now.date())).map_or(0, |span| span.get_days())
}

/// A length of time in its two largest units: `7 s`, `2 min 5 s`, `1 h 3 min`.
#[must_use]
pub fn lasting(seconds: i64) -> String {
    let round = SpanRound::new().largest(Unit::Hour).smallest(Unit::Second);
    let Ok(span) = seconds.max(0).seconds().round(round) else { return format!("{seconds} s") };
    match (span.get_hours(), span.get_minutes(), span.get_seconds()) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_lengths_of_time_read_as_people_say_them() {
        assert_eq!([0, 999, 1000, 9_949, 71_234_567, 999_600_000].map(size), ["0 B", "999 B", "1.0 kB", "9.9 kB", "71 MB", "1.0 GB"]);
        assert_eq!([0, 7, 125, 3780].map(lasting), ["0 s", "7 s", "2 min 5 s", "1 h 3 min"]);
    }

    #[test]
    fn moments_are_told_by_what_differs_from_now() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let said = |then: &str| ago(then.parse().unwrap(), now, &zone);
        assert_eq!(said("2026-11-23T11:59:50Z"), "just now");
        assert_eq!(said("2026-11-23T11:48:00Z"), "12 minutes ago");
        assert_eq!(said("2026-11-22T11:48:00Z"), "yesterday");
        assert_eq!(said("2026-11-21T11:48:00Z"), "2 days ago");
        assert_eq!(said("2026-06-12T11:48:00Z"), "12 Jun");
        assert_eq!(said("2025-06-12T11:48:00Z"), "12 Jun 2025");
        assert_eq!(moment("2026-11-23T08:12:00Z".parse().unwrap(), now, &TimeZone::UTC), "08:12");
        assert_eq!(moment("2026-11-22T08:12:00Z".parse().unwrap(), now, &TimeZone::UTC), "22 Nov 08:12");
    }
}
