//! The words of JMESPath.

use super::Fault;
use serde_json::Value;

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Star,
    Dot,
    Filter,
    Flatten,
    ParenOpen,
    ParenClose,
    BracketOpen,
    BracketClose,
    BraceOpen,
    BraceClose,
    Or,
    Pipe,
    Number(String),
    Name(String),
    Quoted(String),
    Comma,
    Colon,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Json(Value),
    Text(String),
    Current,
    Reference,
    And,
    Not,
    /// A lone `=`, which fits nowhere.
    Unknown,
    End,
}

impl Token {
    /// How strongly it binds what stands before it.
    pub(super) fn power(&self) -> u8 {
        match self {
            Self::Pipe => 1,
            Self::Or => 2,
            Self::And => 3,
            Self::Equal | Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual | Self::NotEqual => 5,
            Self::Flatten => 9,
            Self::Star => 20,
            Self::Filter => 21,
            Self::Dot => 40,
            Self::Not => 45,
            Self::BraceOpen => 50,
            Self::BracketOpen => 55,
            Self::ParenOpen => 60,
            _ => 0,
        }
    }
}

/// Splits an expression into words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(&c) = chars.get(at) {
        at += 1;
        let either = |second: char, both: Token, alone: Token, at: &mut usize| {
            if chars.get(*at) == Some(&second) {
                *at += 1;
                both
            } else {
                alone
            }
        };
        found.push(match c {
            ' ' | '\t' | '\n' | '\r' => continue,
            'a'..='z' | 'A'..='Z' | '_' => {
                let start = at - 1;
                while chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    at += 1;
                }
                Token::Name(chars[start..at].iter().collect())
            }
            '0'..='9' | '-' => {
                let start = at - 1;
                while chars.get(at).is_some_and(char::is_ascii_digit) {
                    at += 1;
                }
                Token::Number(chars[start..at].iter().collect())
            }
            '*' => Token::Star,
            '.' => Token::Dot,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '{' => Token::BraceOpen,
            '}' => Token::BraceClose,
            ']' => Token::BracketClose,
            '(' => Token::ParenOpen,
            ')' => Token::ParenClose,
            '@' => Token::Current,
            '[' => match chars.get(at) {
                Some('?') => {
                    at += 1;
                    Token::Filter
                }
                Some(']') => {
                    at += 1;
                    Token::Flatten
                }
                _ => Token::BracketOpen,
            },
            '|' => either('|', Token::Or, Token::Pipe, &mut at),
            '<' => either('=', Token::LessOrEqual, Token::Less, &mut at),
            '>' => either('=', Token::GreaterOrEqual, Token::Greater, &mut at),
            '!' => either('=', Token::NotEqual, Token::Not, &mut at),
            '=' => either('=', Token::Equal, Token::Unknown, &mut at),
            '&' => either('&', Token::And, Token::Reference, &mut at),
            '"' => {
                let inner = until('"', &chars, &mut at)?;
                let name = serde_json::from_str(&format!("\"{inner}\"")).map_err(|e| Fault::Error(e.to_string()))?;
                Token::Quoted(name)
            }
            '`' => {
                let inner = until('`', &chars, &mut at)?.replace("\\`", "`");
                let value = serde_json::from_str(&inner).map_err(|e| Fault::Error(e.to_string()))?;
                Token::Json(floats(value))
            }
            '\'' => {
                let mut inner = String::new();
                loop {
                    match chars.get(at) {
                        None => return Err(Fault::Error("a text is not closed".to_owned())),
                        Some('\'') => break,
                        Some('\\') if chars.get(at + 1) == Some(&'\'') => {
                            inner.push('\'');
                            at += 2;
                        }
                        Some(&c) => {
                            inner.push(c);
                            at += 1;
                        }
                    }
                }
                at += 1;
                Token::Text(inner)
            }
            other => return Err(Fault::Error(format!("{other:?} is no word of JMESPath"))),
        });
    }
    found.push(Token::End);
    Ok(found)
}

/// What stands before a delimiter that no backslash escapes.
fn until(end: char, chars: &[char], at: &mut usize) -> Result<String, Fault> {
    let start = *at;
    while let Some(&c) = chars.get(*at) {
        if c == end {
            let inner = chars[start..*at].iter().collect();
            *at += 1;
            return Ok(inner);
        }
        *at += if c == '\\' && *at + 1 < chars.len() { 2 } else { 1 };
    }
    Err(Fault::Error(format!("{end} is not closed")))
}

/// All numbers as floating-point numbers, as Go reads JSON.
#[must_use]
pub fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number),
        Value::Array(items) => Value::Array(items.into_iter().map(floats).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, floats(value))).collect()),
        other => other,
    }
}
