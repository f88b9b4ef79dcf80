//! Letters that show nothing in the strings of a TOML text, written as escapes: whoever looks at the file on a terminal or in an editor sees them,
//! and nothing steers what shows it. The values stay what they are.

use crate::model::text::is_hidden;
use std::fmt::Write as _;

/// The text with hidden letters as escapes. It is one that the TOML library wrote, so its strings are well formed.
pub(super) fn escaped(text: String) -> String {
    if !text.contains(hidden) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['"', '\'', '#']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = match from {
            _ if from.starts_with('#') => from.find('\n').unwrap_or(from.len()),
            _ => string_end(from),
        };
        let (string, behind) = from.split_at(end);
        match string.strip_prefix('\'') {
            _ if !string.contains(hidden) => out.push_str(string),
            // In single quotes nothing can be escaped.
            Some(_) => out.push_str(&in_double_quotes(string)),
            None => push(&mut out, string, false),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn hidden(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\n' | '\t')
}

/// Where a string ends that begins here, quotes of its end included.
fn string_end(from: &str) -> usize {
    let quote = &from[..1];
    let triple = quote.repeat(3);
    let (mark, mut at) = if from.starts_with(&triple) { (triple.as_str(), 3) } else { (quote, 1) };
    while at < from.len() {
        if quote == "\"" && from[at..].starts_with('\\') {
            at += 1 + from[at + 1..].chars().next().map_or(0, char::len_utf8);
        } else if from[at..].starts_with(mark) {
            at += mark.len();
            // Up to two more quotes belong to the contents of a string in three.
            while mark.len() == 3 && from[at..].starts_with(quote) {
                at += 1;
            }
            return at;
        } else {
            at += from[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    from.len()
}

/// A string in single quotes as one in double quotes.
fn in_double_quotes(string: &str) -> String {
    let (mark, inner) = match string.strip_prefix("'''").and_then(|rest| rest.strip_suffix("'''")) {
        Some(inner) => ("\"\"\"", inner),
        None => ("\"", string.trim_matches('\'')),
    };
    let mut out = mark.to_owned();
    push(&mut out, inner, true);
    out + mark
}

fn push(out: &mut String, text: &str, quoting: bool) {
    for c in text.chars() {
        match c {
            // Writing into a text never fails.
            c if hidden(c) && u32::from(c) > 0xffff => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c if hidden(c) => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            '"' | '\\' if quoting => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_seen_and_every_value_is_kept() {
        let hidden = "\u{9d}0;x\u{7f} \u{202e}abc\u{e0041}";
        let texts = ["plain", "a \"b\" 'c'", "C:\\new\\u0041", "'", "two\nlines '''\n\"\"\" end\"", "# none", "\\", "''x''"];
        for text in texts.iter().flat_map(|text| [(*text).to_owned(), format!("{text}{hidden}"), format!("{hidden}{text}'")]) {
            let table: toml::Table =
                [("a b'".to_owned(), text.clone().into()), ("c".to_owned(), vec![text.clone()].into())].into_iter().collect();
            for written in [toml::to_string_pretty(&table), toml::to_string(&table)] {
                let escaped = escaped(written.unwrap_or_else(|e| panic!("{e}")));
                assert!(!escaped.contains(super::hidden), "{escaped:?}");
                assert_eq!(escaped.parse::<toml::Table>().unwrap_or_else(|e| panic!("{escaped}: {e}")), table, "{escaped}");
            }
        }
        assert_eq!(escaped("a = 'x'\n".to_owned()), "a = 'x'\n");
    }
}
