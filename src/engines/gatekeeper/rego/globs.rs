//! `glob.match`, as the library has it that OPA uses: as far as its patterns are of plain letters, stars, question marks, classes and choices. Where that
//! library is known to stray from its own grammar, or may, nothing is said.

use super::builtins::{Given, text};
use regorus::Value;

/// `glob.match(pattern, delimiters, text)`.
pub(super) fn matches(given: &[Value]) -> Given {
    let (Some(pattern), Some(subject)) = (text(&given[0]), text(&given[2])) else { return Given::Nothing };
    let delimiters: Vec<char> = match &given[1] {
        Value::Null => Vec::new(),
        Value::Array(list) => {
            let mut delimiters = Vec::new();
            for item in list.iter() {
                let Some(item) = text(item) else { return Given::Nothing };
                match item.chars().collect::<Vec<_>>()[..] {
                    [one] => delimiters.push(one),
                    _ => return Given::Unknown("a delimiter of several letters".to_owned()),
                }
            }
            // None given is the dot.
            if delimiters.is_empty() { vec!['.'] } else { delimiters }
        }
        _ => return Given::Nothing,
    };
    if !pattern.is_ascii() || !subject.is_ascii() || !delimiters.iter().all(char::is_ascii) {
        return Given::Unknown("letters beyond ASCII".to_owned());
    }
    match expression(pattern, &delimiters) {
        Some(expression) => match regex::Regex::new(&expression) {
            Ok(expression) => Given::Value(expression.is_match(subject).into()),
            Err(_) => Given::Unknown(format!("the pattern {pattern}")),
        },
        None => Given::Unknown(format!("the pattern {pattern}")),
    }
}

/// A regular expression for a pattern; none where the pattern has anything else than what is known.
fn expression(pattern: &str, delimiters: &[char]) -> Option<String> {
    let apart: String = delimiters.iter().map(|letter| regex::escape(&letter.to_string())).collect::<Vec<_>>().concat();
    let one = if delimiters.is_empty() { "(?s:.)".to_owned() } else { format!("[^{}]", apart.replace('-', "\\-").replace('^', "\\^")) };
    let mut written = String::from("^");
    let mut letters = pattern.chars().peekable();
    let mut choice = false;
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.peek() == Some(&'*') => {
                letters.next();
                if letters.peek() == Some(&'*') {
                    return None;
                }
                written.push_str("(?s:.*)");
            }
            '*' => written.push_str(&format!("{one}*")),
            '?' => written.push_str(&one),
            '\\' => written.push_str(&regex::escape(&letters.next()?.to_string())),
            '[' => {
                let not = letters.next_if_eq(&'!').is_some();
                let mut class = String::new();
                loop {
                    match letters.next()? {
                        ']' => break,
                        letter if letter.is_ascii_alphanumeric() || letter == '-' => class.push(letter),
                        _ => return None,
                    }
                }
                // Either a range, or letters one by one.
                let range = class.len() == 3 && class.as_bytes().get(1) == Some(&b'-');
                if class.is_empty() || (class.contains('-') && !range) {
                    return None;
                }
                written.push_str(&format!("[{}{class}]", if not { "^" } else { "" }));
            }
            '{' if !choice => {
                choice = true;
                written.push_str("(?:");
            }
            '}' if choice => {
                choice = false;
                written.push(')');
            }
            ',' if choice => written.push('|'),
            '{' | '}' | ']' => return None,
            // Stars in a choice are matched one after the other there, and not back again.
            other => written.push_str(&regex::escape(&other.to_string())),
        }
        if choice && matches!(letter, '*' | '?' | '[') {
            return None;
        }
    }
    if choice {
        return None;
    }
    // A star that meets a delimiter of its own pattern: `*:*` on `a:b:c` is false there, as it is here.
    written.push('$');
    Some(written)
}
