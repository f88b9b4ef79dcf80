//! Text that came from outside is data: nothing in it may steer a terminal or a reader's eye.

/// Replaces control characters and invisible direction marks by a visible sign, so that a name from a cluster can't send an escape
/// sequence or reverse a line. Tabs and newlines become spaces.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() => '\u{fffd}',
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
            c => c,
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_do_not_survive() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c\nd"), "a\u{fffd}[2Jb\u{fffd}c d");
    }

    #[test]
    fn globs_match_whole_names() {
        assert!(glob("pay-*", "pay-") && glob("*-eu-?", "pay-eu-1") && glob("**", "") && glob("a*b*c", "aXbYbZc"));
        assert!(!glob("pay-*", "xpay-1") && !glob("?", "") && !glob("a*b", "abc"));
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
