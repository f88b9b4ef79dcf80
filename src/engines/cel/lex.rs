//! The words of an expression.

use super::Fault;
use std::sync::Arc;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name.
    Name(Arc<str>),
    /// A name between backquotes, which can be a field alone.
    Quoted(Arc<str>),
    /// A whole number as it was written, without a sign.
    Int(String),
    /// The same with `u`.
    Uint(String),
    /// A number with a fraction.
    Float(String),
    /// Text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A sign.
    Sign(&'static str),
    /// Nothing more.
    End,
}

const SIGNS: [&str; 24] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%"];

fn refused<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Refused(format!("syntax error: {}", why.into())))
}

/// The words of a text.
pub(crate) fn words(text: &str) -> Result<Vec<Token>, Fault> {
    let mut rest = text;
    let mut words = Vec::new();
    loop {
        rest = rest.trim_start_matches(['\t', ' ', '\r', '\n', '\u{c}']);
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').and_then(|end| comment.get(end..)).unwrap_or_default();
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        let (word, length) = if c.is_ascii_digit() || (c == '.' && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)) {
            number(rest)
        } else if let Some(found) = literal(rest)? {
            found
        } else if c == '_' || c.is_ascii_alphabetic() {
            let length = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            (Token::Name(rest[..length].into()), length)
        } else if c == '`' {
            let inside = rest.get(1..).and_then(|rest| rest.split_once('`')).map_or("", |(inside, _)| inside);
            if inside.is_empty() || !inside.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/ ".contains(c)) {
                return refused("a name between backquotes that is none");
            }
            (Token::Quoted(inside.into()), inside.len() + 2)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return refused(format!("unexpected {c:?}"));
        };
        words.push(word);
        rest = rest.get(length..).unwrap_or_default();
    }
    words.push(Token::End);
    Ok(words)
}

/// A number and how long it is.
fn number(text: &str) -> (Token, usize) {
    let bytes = text.as_bytes();
    let digits = |from: usize, hex: bool| {
        bytes.iter().skip(from).take_while(|b| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }).count()
    };
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    if text.starts_with("0x") && digits(2, true) > 0 {
        let end = 2 + digits(2, true);
        let hex = text[..end].to_owned();
        return if matches!(at(end), b'u' | b'U') { (Token::Uint(hex), end + 1) } else { (Token::Int(hex), end) };
    }
    let whole = digits(0, false);
    let mut end = whole;
    if at(end) == b'.' && digits(end + 1, false) > 0 {
        end += 1 + digits(end + 1, false);
    }
    if matches!(at(end), b'e' | b'E') {
        let signed = usize::from(matches!(at(end + 1), b'+' | b'-'));
        let power = digits(end + 1 + signed, false);
        if power > 0 {
            end += 1 + signed + power;
        }
    }
    if end > whole {
        return (Token::Float(text[..end].to_owned()), end);
    }
    let plain = text[..whole].to_owned();
    if matches!(at(whole), b'u' | b'U') { (Token::Uint(plain), whole + 1) } else { (Token::Int(plain), whole) }
}

/// A text or bytes, and how long they are as they are written; none where none begins here.
fn literal(text: &str) -> Result<Option<(Token, usize)>, Fault> {
    let (mut bytes, mut raw) = (false, false);
    let mut at = 0;
    if text.starts_with(['b', 'B']) {
        (bytes, at) = (true, at + 1);
    }
    if text[at..].starts_with(['r', 'R']) {
        (raw, at) = (true, at + 1);
    }
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text[at..].starts_with(quote)) else { return Ok(None) };
    at += quote.len();
    let mut out: Vec<u8> = Vec::new();
    let long = quote.len() == 3;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with(quote) {
            at += quote.len();
            break;
        }
        let Some(c) = rest.chars().next() else { return refused("a text that does not end") };
        at += c.len_utf8();
        match c {
            '\n' | '\r' if !long => return refused("a text that does not end in its line"),
            '\r' => {
                // Ends of lines are one character, whatever they were written as.
                if rest.starts_with("\r\n") {
                    at += 1;
                }
                out.push(b'\n');
            }
            '\\' if !raw => at += escape(rest.get(1..).unwrap_or_default(), bytes, &mut out)?,
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    if bytes {
        return Ok(Some((Token::Bytes(out.into()), at)));
    }
    match String::from_utf8(out) {
        Ok(text) => Ok(Some((Token::Text(text.into()), at))),
        Err(_) => refused("a text that is not UTF-8"),
    }
}

/// Reads what follows a backslash, and says how long it was.
fn escape(rest: &str, bytes: bool, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let Some(c) = rest.chars().next() else { return refused("a text that does not end") };
    let simple = match c {
        'a' => Some(7),
        'b' => Some(8),
        'f' => Some(12),
        'n' => Some(10),
        'r' => Some(13),
        't' => Some(9),
        'v' => Some(11),
        '\\' | '\'' | '"' | '`' | '?' => u8::try_from(c).ok(),
        _ => None,
    };
    if let Some(byte) = simple {
        out.push(byte);
        return Ok(1);
    }
    let (skip, length, radix) = match c {
        'x' | 'X' => (1, 2, 16),
        'u' if !bytes => (1, 4, 16),
        'U' if !bytes => (1, 8, 16),
        '0'..='3' => (0, 3, 8),
        _ => return refused("an escape that is none"),
    };
    let digits = rest.get(skip..skip + length).unwrap_or_default();
    let good = digits.len() == length && digits.chars().all(|c| c.is_digit(radix));
    let Some(code) = good.then(|| u32::from_str_radix(digits, radix).ok()).flatten() else { return refused("an escape that is none") };
    match (bytes, u8::try_from(code), char::from_u32(code)) {
        (true, Ok(byte), _) => out.push(byte),
        (false, _, Some(c)) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        _ => return refused("an escape that is no character"),
    }
    Ok(skip + length)
}
