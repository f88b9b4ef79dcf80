//! Text and times as OSCAL takes them. Its titles and descriptions are Markdown, so what comes from a cluster or a person is escaped.

use crate::export::plain;
use jiff::civil::Date;

/// Text as Markdown in one line that says what the text says. Such a line may not be empty.
pub(super) fn line(text: &str) -> String {
    plain::one_line(text).map_or_else(|| "–".to_owned(), |text| escaped(&text))
}

/// Text as Markdown whose lines stay apart.
pub(super) fn words(text: &str) -> String {
    let shown = plain::lines(text).unwrap_or_default();
    shown.lines().map(escaped).collect::<Vec<_>>().join("\n\n")
}

/// Paragraphs as Markdown, those that say nothing left out.
pub(super) fn paragraphs<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|text| words(text.as_ref())).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Nothing in it is markup: no HTML, no link, no place where OSCAL puts a parameter in.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '#' | '|' | '~' | '^' | '"' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// The last second of a day, which is when something ends that holds through that day.
pub(super) fn end_of(day: Date) -> Option<String> {
    (1900..=2999).contains(&day.year()).then(|| format!("{day}T23:59:59Z"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;

    #[test]
    fn text_is_no_markup_and_hides_nothing() {
        assert_eq!(
            line("<b>\n[x](y) {{ insert: param, p }}\u{202e}"),
            "&lt;b&gt; \\[x\\](y) \\{\\{ insert: param, p \\}\\}\\\\u\\{202e\\}"
        );
        assert_eq!(line(" \n "), "–");
        assert_eq!(words("a\r\n\r\n  b_c "), "a\n\nb\\_c");
        assert_eq!(paragraphs(["", "a", " "]), "a");
    }

    #[test]
    fn what_ends_on_a_day_ends_in_its_last_second() {
        assert_eq!(end_of("2027-03-31".parse().unwrap()).unwrap(), "2027-03-31T23:59:59Z");
    }
}
