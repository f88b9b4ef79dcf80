//! Words of the language, by the text alone.

/// Keywords that version 0 of the language knows only where they are imported.
const FUTURE: &[&str] = &["if", "in", "every", "contains"];

/// A keyword of later versions that a text uses without importing it: OPA refuses such a program, and nothing here should read it otherwise.
pub(super) fn keyword_without_import(text: &str) -> Option<&'static str> {
    let bare = without_texts(text);
    let words: Vec<(usize, &str)> = words(&bare);
    let imported = |word: &str| {
        words.windows(3).any(|three| {
            three[0].1 == "import" && three[1].1 == "future" && three[2].1 == "keywords" && {
                let after = bare[three[2].0 + "keywords".len()..].lines().next().unwrap_or_default().trim();
                let name = after.strip_prefix('.').map(|rest| rest.split(|letter: char| !is_letter(letter)).next().unwrap_or_default());
                // `every` brings `in` with it.
                after.is_empty() || name == Some(word) || (word == "in" && name == Some("every"))
            }
        })
    };
    let used = |keyword: &str| {
        words.iter().any(|(at, word)| {
            let called = keyword == "contains" && bare[at + word.len()..].trim_start().starts_with('(');
            let field = bare[..*at].trim_end_matches([' ', '\t']).ends_with('.');
            *word == keyword && !called && !field
        })
    };
    FUTURE.iter().copied().find(|keyword| !imported(keyword) && used(keyword))
}

/// Whether a text is a name of the language.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(|letter: char| letter.is_ascii_digit()) && text.chars().all(is_letter)
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_letter(letter), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// A program without comments and without what stands in quotation marks.
fn without_texts(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '#' => {
                if letters.by_ref().any(|letter| letter == '\n') {
                    bare.push('\n');
                }
            }
            '"' => {
                bare.push('"');
                while let Some(letter) = letters.next() {
                    match letter {
                        '\\' => {
                            letters.next();
                        }
                        '"' | '\n' => break,
                        _ => {}
                    }
                }
                bare.push('"');
            }
            '`' => {
                letters.by_ref().find(|letter| *letter == '`');
                bare.push_str("\"\"");
            }
            other => bare.push(other),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::keyword_without_import;

    #[test]
    fn keywords_that_are_not_imported_are_found() {
        let rows = [
            ("package a\nx { contains(input.y, \"if\") }", None),
            ("package a\nx if { true }", Some("if")),
            ("package a\nimport future.keywords.if\nx if { true }", None),
            ("package a\nimport future.keywords\nx if { 1 in [1] }", None),
            ("package a\nimport future.keywords.every\nx { every a in [1] { a == 1 } }", None),
            ("package a\nimport future.keywords.in\nx { every a in [1] { a == 1 } }", Some("every")),
            ("package a\nx { input.in == 1 }", None),
            ("package a\n# if only\nx { y := `if in` }", None),
            ("package a\nx contains y { y := 1 }", Some("contains")),
            ("package a\nx { some y in input.z }", Some("in")),
            ("package a\nx { startswith(input.y, \"a\\\" if\") }", None),
        ];
        for (text, expected) in rows {
            assert_eq!(keyword_without_import(text), expected, "{text}");
        }
    }
}
