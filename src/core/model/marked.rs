//! Text from clusters and people in Markdown: it says what it says, and does nothing. Where Markdown is shown (GitHub, GitLab, wikis), a text could become a link, a
//! picture or a heading, break a table, open a comment of HTML, call people (`@name`), refer to issues (`#1`, `GH-1`, `!1`) and close them, or become a sign (`:name:`).
//!
//! What has a meaning in Markdown itself is escaped. What is looked for in the shown text is parted by a blank without width, written as `&#8203;`, so that the
//! file hides nothing.

use super::text::clean;

/// A blank without width.
const PART: &str = "&#8203;";

/// Text from outside in one line of Markdown, for prose and for the cells of tables.
#[must_use]
pub fn marked(text: &str) -> String {
    marked_within(text, usize::MAX).0
}

/// The same with at most so many characters of Markdown, and whether something had to be left out; then it ends with `…`.
#[must_use]
pub fn marked_within(text: &str, most: usize) -> (String, bool) {
    let shown = clean(text);
    let shown = shown.trim();
    let mut out = String::with_capacity(shown.len() + 8);
    let mut length = 0;
    for (at, c) in shown.char_indices() {
        let before = out.len();
        sign(&mut out, (&shown[..at], c, &shown[at + c.len_utf8()..]));
        length += out[before..].chars().count();
        if length > most.saturating_sub(1) && !(length <= most && at + c.len_utf8() == shown.len()) {
            out.truncate(before);
            out.push('…');
            return (out, true);
        }
    }
    (out, false)
}

/// A name from outside: as code where nothing in it could end that, so that it is copied as it is; else as prose.
#[must_use]
pub fn marked_name(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " ._:/=,@#+-~%()[]{}*'\"!?;".contains(c);
    let is_plain = !text.is_empty() && text.trim() == text && !text.contains("  ") && text.chars().all(plain);
    if is_plain { format!("`{text}`") } else { marked(text) }
}

/// Writes one sign with what stands before and behind it in mind.
fn sign(out: &mut String, (before, c, behind): (&str, char, &str)) {
    let next = behind.chars().next();
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        // In the cell of a table a backslash before a stroke is read in two ways; an entity is read in one.
        '|' => out.push_str("&#124;"),
        '\\' => out.push_str("&#92;"),
        '`' => out.push_str("&#96;"),
        // Shown as an address where it stands in one piece.
        '.' if ends_with(before, "www") => out.extend([PART, "."]),
        '*' | '_' | '[' | ']' | '(' | ')' | '#' | '!' | '~' | '$' | '^' => out.extend(['\\', c]),
        c => out.push(c),
    }
    let calls = matches!(c, '@' | '#' | '!' | '~' | '%' | '$' | '&' | '^') && next.is_some_and(|next| !next.is_whitespace());
    let refers = c == '-' && ends_with(before, "gh");
    let links = c == ':' && behind.starts_with("//");
    if calls || refers || links || c == ':' && is_short_name(behind) {
        out.push_str(PART);
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    text.len().checked_sub(end.len()).and_then(|at| text.get(at..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// Whether what stands behind a colon is the name of a sign, up to the colon that ends it.
fn is_short_name(behind: &str) -> bool {
    behind.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_+-".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_and_calls_nobody() {
        for (text, wanted) in [
            ("@admin fixes #1", "@&#8203;admin fixes \\#&#8203;1"),
            ("a@b.example GH-12 gh-3 !4", "a@&#8203;b.example GH-&#8203;12 gh-&#8203;3 \\!&#8203;4"),
            ("<!-- <b> &lt;", "&lt;\\!&#8203;-- &lt;b&gt; &amp;&#8203;lt;"),
            ("![x](https://e.example)", "\\!&#8203;\\[x\\]\\(https:&#8203;//e.example\\)"),
            ("a|b\\|c `d`", "a&#124;b&#92;&#124;c &#96;d&#96;"),
            ("www.e.example :tada: 10:30", "www&#8203;.e.example :&#8203;tada: 10:30"),
            (" two\nlines\u{202e} ", "two lines\u{fffd}"),
            ("R & D, 5 % # !", "R &amp; D, 5 % \\# \\!"),
            ("é", "é"),
        ] {
            assert_eq!(marked(text), wanted, "{text}");
        }
    }

    #[test]
    fn names_stay_whole_and_what_is_cut_says_so() {
        assert_eq!(marked_name("system:serviceaccount:shop:web"), "`system:serviceaccount:shop:web`");
        assert_eq!(
            (marked_name("a`b"), marked_name("a|b"), marked_name(" a"), marked_name("")),
            ("a&#96;b".into(), "a&#124;b".into(), "a".into(), String::new())
        );
        assert_eq!(marked_within("@@@", 16), ("@&#8203;…".to_owned(), true));
        assert_eq!(marked_within("abc", 3), ("abc".to_owned(), false));
        assert_eq!(marked_within("abcd", 3), ("ab…".to_owned(), true));
        for text in ["@admin", "a|b\\|c", "<<<<<<<<", "é@é"] {
            for most in 1..40 {
                let (cut, is_cut) = marked_within(text, most);
                assert!(cut.chars().count() <= most && (is_cut || cut == marked(text)), "{cut}");
            }
        }
    }
}
