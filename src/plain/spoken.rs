//! The last thing that every line passes: nothing in it may steer a terminal, and no sign that is drawn for the eye stands for a word.

use kassay_core::model::text::clean;

/// A line as it is written out: one line, harmless, without signs that only the eye understands.
///
/// ```text
/// 3.1/baseline: pass → fail   ⇥ goes on…      3.1/baseline: pass to fail   Tab goes on...
/// ```
#[must_use]
pub fn line(words: &str) -> String {
    let mut spoken = String::with_capacity(words.len());
    for sign in clean(words).chars() {
        match sign {
            '·' if spoken.ends_with(' ') => {
                spoken.pop();
                spoken.push(',');
            }
            // Words stand beside these; alone they say nothing.
            '✓' | '✗' | '○' | '●' | '▸' | '⊘' | '◐' => {}
            // Columns are for the eye.
            ' ' if spoken.is_empty() || spoken.ends_with(' ') => {}
            _ => match word(sign) {
                Some(word) => spoken.push_str(word),
                None => spoken.push(sign),
            },
        }
    }
    spoken.truncate(spoken.trim_end().len());
    spoken
}

/// A line of a text that is handed over as it is, to be used elsewhere: only what would steer the terminal is replaced.
#[must_use]
pub fn exact(words: &str) -> String {
    clean(words)
}

/// What is written in place of a sign.
const fn word(sign: char) -> Option<&'static str> {
    Some(match sign {
        '⇥' => "Tab",
        '⇧' => "Shift-",
        '↵' => "Enter",
        '⌫' => "Backspace",
        '→' => "to",
        '←' => "from",
        '↑' => "Up",
        '↓' => "Down",
        '…' => "...",
        '≠' => "(not alike everywhere)",
        '“' | '”' | '„' => "\"",
        '’' | '‘' => "'",
        '–' | '—' | '−' | '·' | '•' => "-",
        '×' => "x",
        '\u{2500}'..='\u{259f}' => "-",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_become_words_and_nothing_steers_the_terminal() {
        assert_eq!(line("✗ fail · 3 of 5 · a → b…"), "fail, 3 of 5, a to b...");
        assert_eq!(line("⇥ goes on, ↵ opens “it”"), "Tab goes on, Enter opens \"it\"");
        assert_eq!(line("┃ ━━╍   █"), "- --- -");
        assert_eq!(exact("  a:\u{1b} ─"), "  a:\u{fffd} ─");
        let hostile = line("a\u{1b}[31mb\u{202e}c\nd\te\u{7}");
        assert!(!hostile.chars().any(|c| c.is_control() || c == '\u{202e}'), "{hostile:?}");
        assert_eq!(line("支払い ok"), "支払い ok");
    }
}
