//! Patterns with `*` (any number of characters, none too) and `?` (exactly one), as Kyverno and Gatekeeper's images have them. Nothing else is special,
//! and nothing escapes.

/// Whether the whole text fits the pattern. An empty pattern fits the empty text alone.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where to go on from when what follows the last star does not fit: one character later.
    let mut back: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                back = Some((at + 1, read));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after, from)) = back else { return false };
                back = Some((after, from + 1));
                at = after;
                read = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|&left| left == '*')
}

/// Whether a text fits any of the patterns.
#[must_use]
pub fn any_matches<T: AsRef<str>>(patterns: &[T], text: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern.as_ref(), text))
}

/// Whether a pattern is more than a text.
#[must_use]
pub fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_are_read_as_kyverno_reads_them() {
        let rows = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a/b:c", true),
            ("?", "", false),
            ("?", "é", true),
            ("?*", "", false),
            ("?*", "a", true),
            ("*?", "a", true),
            ("a*", "a", true),
            ("a*", "ba", false),
            ("*a", "banana", true),
            ("*a*b", "xaxxbxb", true),
            ("*a*b", "xaxxbx", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a**c", "ac", true),
            ("ghcr.io/*", "ghcr.io/a/b:1", true),
            ("*:latest", "nginx:latest", true),
            ("*:*", "nginx", false),
            ("[ab]", "a", false),
            ("\\*", "*", false),
            ("\\*", "\\x", true),
            ("abc", "ABC", false),
            ("abc", "abcd", false),
            ("abcd", "abc", false),
        ];
        for (pattern, text, expected) in rows {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn many_stars_end_soon() {
        let text = "a".repeat(2_000);
        assert!(!matches(&"*a".repeat(200).replace("aa", "a*b"), &format!("{text}c")));
        assert!(matches(&"a*".repeat(500), &text));
    }

    #[test]
    fn any_of_several_is_enough() {
        assert!(any_matches(&["a", "b*"], "bc"));
        assert!(!any_matches::<&str>(&[], ""));
    }
}
