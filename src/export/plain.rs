//! Text and times as formats for other programs take them: nothing unseen in a text, and no time without a form there.

use super::visible::visible;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A text in one line, nothing unseen in it; none where nothing is to be seen.
pub(super) fn one_line(text: &str) -> Option<String> {
    let line = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line).filter(|line| !line.is_empty())
}

/// A text whose lines stay apart, those that say nothing left out.
pub(super) fn lines(text: &str) -> Option<String> {
    let shown = visible(text);
    let all: Vec<&str> = shown.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Some(all.join("\n")).filter(|text| !text.is_empty())
}

/// A time in whole seconds of UTC; none where a year has more or less than four digits, or is so far away that readers refuse it.
pub(super) fn time(at: Timestamp) -> Option<String> {
    let civil = at.to_zoned(TimeZone::UTC).datetime();
    (1900..=2999).contains(&civil.year()).then(|| civil.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;

    #[test]
    fn texts_show_what_they_hold() {
        assert_eq!((one_line("\u{a0}\t"), one_line(" a\tb\u{202e} ")), (None, Some("a b\\u{202e}".to_owned())));
        assert_eq!((lines(" \r\n"), lines("a\r\n\r\n  b\u{1} ")), (None, Some("a\nb\\u{1}".to_owned())));
    }

    #[test]
    fn times_are_whole_seconds_of_utc() {
        assert_eq!(time("2026-11-23T10:12:00.75+01:00".parse().unwrap()).unwrap(), "2026-11-23T09:12:00Z");
        assert_eq!(time("0800-01-01T00:00:00Z".parse().unwrap()), None);
    }
}
