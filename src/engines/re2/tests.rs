//! Patterns that mean the same in both languages, and those that do not.

use super::*;

fn finds(pattern: &str, text: &str) -> bool {
    compile(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault:?}")).is_match(text)
}

#[test]
fn patterns_mean_what_they_mean_in_re2() {
    let table: &[(&str, &[&str], &[&str])] = &[
        // Classes of Perl know ASCII alone; the vertical tab is no space.
        (r"^\w+$", &["abc_9"], &["é", "٣", ""]),
        (r"^\W$", &["é", "-"], &["a"]),
        (r"^\d$", &["3"], &["٣"]),
        (r"^\D$", &["٣", "x"], &["3"]),
        (r"^\s$", &[" ", "\t", "\n", "\u{c}", "\r"], &["\u{b}", "\u{a0}"]),
        (r"^\S$", &["\u{b}", "\u{a0}"], &[" "]),
        (r"\bé", &["aé"], &["é", " é"]),
        (r"\ba\b", &["éaé", "a"], &["ba"]),
        (r"^[\w.]+$", &["a.b"], &["é"]),
        (r"^[^\w]$", &["é"], &["a"]),
        (r"^[\W]$", &["é"], &["a"]),
        // No sets of classes.
        (r"^[a&&b]$", &["a", "b", "&"], &["c"]),
        (r"^[a-z--b]+$", &["-", "a", "B"], &["{", ","]),
        (r"^[a~~b]+$", &["~"], &["c"]),
        (r"^[[a]$", &["[", "a"], &["]"]),
        (r"^[[]$", &["["], &["a"]),
        (r"^[]]$", &["]"], &["a"]),
        (r"^[^]]$", &["a"], &["]"]),
        (r"^[a-]$", &["a", "-"], &["b"]),
        (r"^[-a]$", &["a", "-"], &["b"]),
        (r"^[a-b-c]$", &["a", "b", "c", "-"], &["d"]),
        (r"^[a[b]c]$", &["ac]", "[c]", "bc]"], &["a", "c"]),
        (r"^[[:alpha:]]$", &["a"], &["é", ":"]),
        (r"^[[:^alpha:]]$", &["é", "1"], &["a"]),
        (r"^[[:space:]]$", &["\u{b}"], &["a"]),
        (r"^[[:word:]-]+$", &["a_-"], &["."]),
        (r"^[:alpha:]$", &[":", "a", "l"], &["b"]),
        // Braces that count nothing, quotes, escapes.
        (r"^a{$", &["a{"], &["a"]),
        (r"^a{,3}$", &["a{,3}"], &["aa"]),
        (r"^{$", &["{"], &[""]),
        (r"^a{2}$", &["aa"], &["a", "aaa"]),
        (r"^a{2,}$", &["aaa"], &["a"]),
        (r"^a{1,2}$", &["a", "aa"], &["aaa"]),
        (r"^\Qa.b\E$", &["a.b"], &["axb"]),
        (r"^\Qab\E+$", &["abb"], &["abab"]),
        (r"^\Qa|b", &["a|b"], &["a"]),
        (r"^\x41\x{1F600}\101\n$", &["A😀A\n"], &["A"]),
        (r"^\_\-\/\#$", &["_-/#"], &["-"]),
        (r"^\07$", &["\u{7}"], &["7"]),
        (r"^\012$", &["\n"], &["\u{1}2"]),
        // Lines, dots and flags.
        ("^a$", &["a"], &["a\n", "b\na"]),
        ("(?m)^a$", &["a\n", "b\na"], &["ab"]),
        ("^.$", &["é"], &["\n"]),
        ("(?s)^.$", &["\n"], &[""]),
        ("(?i)^straße$", &["STRAßE", "ſtraße"], &["STRASSE"]),
        ("(?i)k", &["\u{212a}"], &["x"]),
        ("^a(?i)b$", &["aB", "ab"], &["AB"]),
        ("^a(?i:b)c$", &["aBc"], &["aBC"]),
        ("^(?i)a(?-i)b$", &["Ab"], &["AB"]),
        ("^((?i)a)b$", &["Ab"], &["AB"]),
        (r"(?i)^[^k]$", &["x"], &["k", "K", "\u{212a}"]),
        (r"^[^a]$", &["\n"], &["a"]),
        ("^a(?i)*$", &["", "aaa"], &["A"]),
        ("^(?)a$", &["a"], &["b"]),
        ("a||b", &["", "x"], &[]),
        ("^(a|)$", &["", "a"], &["b"]),
        ("^(?P<x>a)(?<y>b)$", &["ab"], &["a"]),
        ("^(?P<x>a(?P<x>b))(?<x>c)$", &["abc"], &["ab"]),
        (r"\Aa\z", &["a"], &["a\n"]),
        (r"^\pL\p{Greek}\P{Lu}\p{^Lu}$", &["aαxx"], &["aaxx", "aαXx"]),
        ("^(?:(?:a{10}){10}){10}$", &[&"a".repeat(1000)], &["a"]),
        (r"^a\.b$", &["a.b"], &["axb"]),
    ];
    for (pattern, good, bad) in table {
        for text in *good {
            assert!(finds(pattern, text), "{pattern} should match {text:?}");
        }
        for text in *bad {
            assert!(!finds(pattern, text), "{pattern} should not match {text:?}");
        }
    }
}

#[test]
fn the_first_alternative_wins_and_laziness_is_kept() {
    let found = |pattern: &str, text: &str| compile(pattern).unwrap().find(text).unwrap().as_str().to_owned();
    assert_eq!(found("a|ab", "ab"), "a");
    assert_eq!(
        (found("a+?", "aaa"), found("(?U)a+", "aaa"), found("(?U)a+?", "aaa"), found("a{1,2}?", "aa")),
        ("a".into(), "a".into(), "aaa".into(), "a".into())
    );
    assert_eq!(compile("(a)(?P<n>b)(?:c)").unwrap().captures_len(), 3);
}

#[test]
fn what_re2_refuses_is_refused() {
    for pattern in [
        "(",
        ")",
        "a)",
        "(a",
        "[",
        "[a",
        "[]",
        "[^]",
        "*",
        "+a",
        "?",
        "a**",
        "a*+",
        "a+?*",
        "a{2}{3}",
        "(*)",
        "|*",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?<!a)",
        "(?>a)",
        "(?P=x)",
        "(?P<>a)",
        "(?P<a-b>a)",
        "(?x)a",
        "(?-)a",
        "(?i-)a",
        "(?i",
        r"\1",
        r"\8",
        r"\Z",
        r"\C",
        r"\G",
        r"\E",
        r"\y",
        r"\é",
        "\\",
        r"\x",
        r"\x4",
        r"\xzz",
        r"\x{}",
        r"\x{110000}",
        r"\x{41",
        "[z-a]",
        "[[:foo:]]",
        r"[\b]",
        r"[\Qa\E]",
        "a{1001}",
        "a{2,1}",
        "(?:a{100}){11}",
        "((a{10}){11}){10}",
        r"\p",
        r"\p{L",
        "a{1,1001}",
    ] {
        assert!(matches!(compile(pattern), Err(Fault::Refused(_))), "{pattern}: {:?}", compile(pattern));
    }
}

#[test]
fn what_has_no_counterpart_is_said_to_have_none() {
    for pattern in [r"\B", r"\p{C}", r"\p{Klingon}", r"\p{Cs}", r"\x{D800}"] {
        assert!(matches!(compile(pattern), Err(Fault::NotSame(_))), "{pattern}");
    }
}
