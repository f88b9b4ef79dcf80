//! Text that came from outside is data: nothing in it may steer a terminal or a reader's eye.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Replaces control characters and invisible direction marks by a visible sign, so that a name from a cluster can't send an escape
/// sequence or reverse a line. Tabs and newlines become spaces.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if is_hidden(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// A text whose first letter is a capital one, so that it can begin a sentence.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a letter shows nothing and steers what reads it: control characters, marks of direction, what joins and parts words without a sign, tags.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text in the bytes of a file: UTF-8, or UTF-16 as shells on Windows write it, which is known by its mark, or by the zeros between the letters of
/// a text that begins in ASCII. The mark itself is taken away.
///
/// # Errors
/// Where the bytes are no text, in words.
pub fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let wide = |units: &[u8], of: fn([u8; 2]) -> u16| {
        let pairs = units.chunks_exact(2);
        let odd = !pairs.remainder().is_empty();
        let text = char::decode_utf16(pairs.map(|pair| of([pair[0], pair[1]]))).collect::<Result<String, _>>();
        text.ok().filter(|_| !odd).map(Cow::Owned).ok_or_else(|| "it begins as text in UTF-16 does, and is not that to its end".to_owned())
    };
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err("it is written in UTF-32; write it in UTF-8".to_owned()),
        [0xff, 0xfe, units @ ..] => wide(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => wide(units, u16::from_be_bytes),
        [1..=0x7f, 0, 1..=0x7f, 0, ..] => wide(bytes, u16::from_le_bytes),
        [0, 1..=0x7f, 0, 1..=0x7f, ..] => wide(bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] => utf8(text, 3),
        _ => utf8(bytes, 0),
    }
}

fn utf8(bytes: &[u8], before: usize) -> Result<Cow<'_, str>, String> {
    let text = std::str::from_utf8(bytes).map(Cow::Borrowed);
    text.map_err(|error| format!("it is no text: byte {} is not UTF-8", before + error.valid_up_to()))
}

/// Whether a shell-like glob (`*` and `?`) matches the whole of a name. It is asked for every image and every pattern, so it copies nothing.
#[must_use]
pub fn glob(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // What stands behind the last star, and where its next try begins.
    let mut retry: Option<(&str, &str)> = None;
    loop {
        let mut rest = name.chars();
        let (wanted, have) = (pattern.chars().next(), rest.next());
        match (wanted, have) {
            (Some('*'), _) => {
                pattern = &pattern[1..];
                retry = Some((pattern, name));
                continue;
            }
            (None, None) => return true,
            (Some(wanted), Some(have)) if wanted == '?' || wanted == have => {
                pattern = &pattern[wanted.len_utf8()..];
                name = rest.as_str();
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = retry else { return false };
        let mut shorter = from.chars();
        if shorter.next().is_none() {
            return false;
        }
        (pattern, name) = (behind, shorter.as_str());
        retry = Some((behind, name));
    }
}

/// A text within a query of a URL: what RFC 3986 does not call unreserved is written in percent signs.
#[must_use]
pub fn encoded(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

/// The names of a list as people type it: parted by commas, semicolons, blanks or lines.
pub fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', ';', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

/// A count with thousands separators: `41,500`.
#[must_use]
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A count with its noun: `1 finding`, `1,200 findings`.
#[must_use]
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_in_each_encoding_that_shells_write() {
        let units = |text: &str, of: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(of).collect::<Vec<u8>>();
        for text in ["\u{feff}{\"a\": \"ä𝄞\"}", "{\"a\": 1}"] {
            for bytes in [units(text, u16::to_le_bytes), units(text, u16::to_be_bytes), text.as_bytes().to_vec()] {
                assert_eq!(decoded(&bytes).as_deref(), Ok(text.trim_start_matches('\u{feff}')));
            }
        }
        let mut odd = units("\u{feff}{}", u16::to_le_bytes);
        odd.push(b'x');
        assert!(decoded(&odd).is_err());
        assert!(decoded(&[0xff, 0xfe, 0x00, 0xd8]).is_err(), "half of a pair");
        assert!(decoded(&[0xff, 0xfe, 0, 0, 1, 0, 0, 0]).is_err_and(|why| why.contains("UTF-32")));
        assert_eq!(decoded(b"ab\xff"), Err("it is no text: byte 2 is not UTF-8".to_owned()));
    }

    #[test]
    fn escapes_and_direction_marks_do_not_survive() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c\nd"), "a\u{fffd}[2Jb\u{fffd}c d");
        assert_eq!(clean("\u{9d}0;x\u{7f}\u{61c}\u{e0041}é"), "\u{fffd}0;x\u{fffd}\u{fffd}\u{fffd}é");
    }

    #[test]
    fn globs_match_whole_names() {
        assert!(glob("pay-*", "pay-") && glob("*-eu-?", "pay-eu-1") && glob("**", "") && glob("a*b*c", "aXbYbZc"));
        assert!(!glob("pay-*", "xpay-1") && !glob("?", "") && !glob("a*b", "abc"));
    }

    #[test]
    fn queries_keep_what_is_unreserved() {
        assert_eq!(encoded("repository:pay/api-1_2.3~x:pull é"), "repository%3Apay%2Fapi-1_2.3~x%3Apull%20%C3%A9");
    }

    #[test]
    fn one_is_told_as_one() {
        assert_eq!([0, 1, 1200].map(|n| counted(n, "check", "checks")), ["0 checks", "1 check", "1,200 checks"]);
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
