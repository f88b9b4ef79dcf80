//! Text for cells of a screen: cleaned, measured by the columns it takes, cut and padded; dates and sizes as people say them.
//! Widths are those of whole graphemes, as the drawing library counts them, so that wide characters never push a column.

use super::signs::{mark, spelled};
use jiff::{SpanRound, Timestamp, ToSpan, Unit, Zoned, tz::TimeZone};
pub use kassay_core::model::text::{clean, thousands};
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

/// Columns that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    graphemes(text).map(|(_, w)| w).sum()
}

/// Graphemes with their widths.
fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let span = Span::raw(text);
    let symbols: Vec<(usize, usize)> = span.styled_graphemes(Style::default()).map(|g| (g.symbol.len(), g.symbol.width())).collect();
    // The library leaves out what takes no cell of its own (newlines); texts here are cleaned, so lengths add up to the whole.
    let mut at = 0;
    symbols.into_iter().filter_map(move |(len, width)| {
        let part = text.get(at..at + len)?;
        at += len;
        Some((part, width))
    })
}

/// As many columns of the start of a text as fit.
fn start(text: &str, columns: usize) -> &str {
    let (mut taken, mut bytes) = (0, 0);
    for (grapheme, width) in graphemes(text) {
        if taken + width > columns {
            break;
        }
        taken += width;
        bytes += grapheme.len();
    }
    text.get(..bytes).unwrap_or_default()
}

/// As many columns of the end of a text as fit.
fn end(text: &str, columns: usize) -> &str {
    let parts: Vec<(&str, usize)> = graphemes(text).collect();
    let (mut taken, mut bytes) = (0, 0);
    for (grapheme, width) in parts.into_iter().rev() {
        if taken + width > columns {
            break;
        }
        taken += width;
        bytes += grapheme.len();
    }
    text.get(text.len() - bytes..).unwrap_or_default()
}

/// A cleaned text of at most so many columns, cut at its end: `a long sent…`.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    let text = spelled(clean(text).into()).into_owned();
    if width(&text) <= columns {
        return text;
    }
    if columns == 0 { String::new() } else { format!("{}{}", start(&text, columns - 1).trim_end(), mark()) }
}

/// A cleaned name of at most so many columns, cut in its middle, where names differ least: `payments-…-7f9c`.
#[must_use]
pub fn cut_middle(name: &str, columns: usize) -> String {
    let name = spelled(clean(name).into()).into_owned();
    if width(&name) <= columns {
        return name;
    }
    if columns < 5 {
        return cut(&name, columns);
    }
    // The head tells more than the tail: it gets the larger part.
    let tail = (columns - 1) * 2 / 5;
    format!("{}{}{}", start(&name, columns - 1 - tail), mark(), end(&name, tail))
}

/// A text cut and filled with spaces behind it to exactly so many columns.
#[must_use]
pub fn left(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let fill = columns.saturating_sub(width(&text));
    text + &" ".repeat(fill)
}

/// A name cut in its middle and filled to exactly so many columns.
#[must_use]
pub fn name(text: &str, columns: usize) -> String {
    let text = cut_middle(text, columns);
    let fill = columns.saturating_sub(width(&text));
    text + &" ".repeat(fill)
}

/// A text pushed to the right of exactly so many columns: numbers.
#[must_use]
pub fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    " ".repeat(columns.saturating_sub(width(&text))) + &text
}

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

/// `1 finding`, `2 findings`: a count with its noun.
#[must_use]
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
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
    fn names_are_cut_in_their_middle() {
        assert_eq!(cut_middle("payments-settlement-7f9c", 15), "payments-…-7f9c");
        assert_eq!(cut_middle("payments", 8), "payments");
        assert_eq!(cut_middle("payments", 4), "pay…");
    }

    #[test]
    fn wide_characters_and_emoji_take_the_columns_they_show() {
        assert_eq!(width("支払い"), 6);
        for text in ["支払い-サービス-処理", "🦀🦀🦀🦀🦀🦀🦀🦀🦀", "❤️❤️❤️❤️❤️❤️❤️❤️❤️❤️", "é́é́é́é́é́é́é́é́é́é́é́é́é́é́é́"]
        {
            for columns in 0..14 {
                for cut in [left(text, columns), name(text, columns), right(text, columns)] {
                    assert_eq!(width(&cut), columns, "{cut:?} in {columns}");
                }
            }
        }
    }

    #[test]
    fn cutting_cleans() {
        assert!(!cut("a\u{1b}[31mb", 20).contains('\u{1b}'));
        assert!(!name("a\u{1b}[31mb\u{202e}", 20).contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn sizes_and_lengths_of_time_read_as_people_say_them() {
        assert_eq!([0, 999, 1000, 9_949, 71_234_567, 999_600_000].map(size), ["0 B", "999 B", "1.0 kB", "9.9 kB", "71 MB", "1.0 GB"]);
        assert_eq!([0, 7, 125, 3780].map(lasting), ["0 s", "7 s", "2 min 5 s", "1 h 3 min"]);
        assert_eq!(counted(1, "check", "checks"), "1 check");
        assert_eq!(counted(1200, "check", "checks"), "1,200 checks");
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
