//! `sprintf`, as Go's `fmt` writes what OPA hands to it: whole numbers, other numbers, texts; everything else as the text of the value. It never errs: what
//! does not fit is written so.

use super::builtins::{Given, text};
use regorus::Value;

/// What is to be written.
enum Piece {
    Whole(i128),
    Part(f64),
    Text(String),
}

/// How it is to be written.
#[derive(Default)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// The longest padding that is written; more is nobody's message.
const WIDEST: usize = 10_000;

/// `sprintf(format, list)`.
pub(super) fn sprintf(given: &[Value]) -> Given {
    let (Some(format), Value::Array(list)) = (text(&given[0]), &given[1]) else { return Given::Nothing };
    let pieces: Vec<Piece> = list.iter().map(piece).collect();
    match write(format, &pieces) {
        Some(written) => Given::Value(written.into()),
        None => Given::Unknown(format!("the format {format}")),
    }
}

fn piece(value: &Value) -> Piece {
    match value {
        Value::String(text) => Piece::Text(text.to_string()),
        Value::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(whole), _) => Piece::Whole(whole),
            (None, Some(part)) => Piece::Part(part),
            (None, None) => Piece::Text(number.format_decimal()),
        },
        other => Piece::Text(written(other)),
    }
}

/// The text of a value, as OPA writes it.
fn written(value: &Value) -> String {
    let all = |items: Vec<String>| items.join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.format_decimal(),
        Value::String(text) => quoted(text),
        Value::Array(list) => format!("[{}]", all(list.iter().map(written).collect())),
        Value::Set(set) if set.is_empty() => "set()".to_owned(),
        Value::Set(set) => format!("{{{}}}", all(set.iter().map(written).collect())),
        Value::Object(fields) => {
            format!("{{{}}}", all(fields.iter_sorted().map(|(key, value)| format!("{}: {}", written(key), written(value))).collect()))
        }
        Value::Undefined => String::new(),
    }
}

/// A text in quotation marks, with Go's escapes.
fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\u{7}' => written.push_str("\\a"),
            '\u{8}' => written.push_str("\\b"),
            '\u{c}' => written.push_str("\\f"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '\u{b}' => written.push_str("\\v"),
            low if u32::from(low) < 0x20 || low == '\u{7f}' => written.push_str(&format!("\\x{:02x}", u32::from(low))),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

fn write(format: &str, pieces: &[Piece]) -> Option<String> {
    let letters: Vec<char> = format.chars().collect();
    let (mut out, mut at, mut next) = (String::new(), 0, 0);
    let mut reordered = false;
    while at < letters.len() {
        if letters[at] != '%' {
            out.push(letters[at]);
            at += 1;
            continue;
        }
        at += 1;
        let mut spec = Spec::default();
        while let Some(flag) = letters.get(at) {
            match flag {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => break,
            }
            at += 1;
        }
        if letters.get(at) == Some(&'[') {
            let end = at + letters[at..].iter().position(|letter| *letter == ']')?;
            let place: usize = letters[at + 1..end].iter().collect::<String>().parse().ok()?;
            if place == 0 || place > pieces.len() {
                return None;
            }
            next = place - 1;
            reordered = true;
            at = end + 1;
        }
        spec.width = digits(&letters, &mut at)?;
        if letters.get(at) == Some(&'.') {
            at += 1;
            spec.precision = Some(digits(&letters, &mut at)?.unwrap_or(0));
        }
        // A width from the list, or a place after the width.
        if matches!(letters.get(at), Some('*' | '['))
            || spec.width.is_some_and(|width| width > WIDEST)
            || spec.precision.is_some_and(|width| width > WIDEST)
        {
            return None;
        }
        let Some(&verb) = letters.get(at) else {
            out.push_str("%!(NOVERB)");
            break;
        };
        at += 1;
        if verb == '%' {
            out.push('%');
            continue;
        }
        match pieces.get(next) {
            None => out.push_str(&format!("%!{verb}(MISSING)")),
            Some(piece) => out.push_str(&one(piece, verb, &spec)?),
        }
        next += 1;
    }
    if !reordered && next < pieces.len() {
        let extra: Vec<String> = pieces[next..]
            .iter()
            .map(|piece| Some(format!("{}={}", sort(piece), one(piece, 'v', &Spec::default())?)))
            .collect::<Option<_>>()?;
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    Some(out)
}

/// A number in the format; an outer none where it is too great.
fn digits(letters: &[char], at: &mut usize) -> Option<Option<usize>> {
    let start = *at;
    while letters.get(*at).is_some_and(char::is_ascii_digit) {
        *at += 1;
    }
    if start == *at {
        return Some(None);
    }
    letters[start..*at].iter().collect::<String>().parse().ok().map(Some)
}

fn sort(piece: &Piece) -> &'static str {
    match piece {
        Piece::Whole(number) if i64::try_from(*number).is_err() => "*big.Int",
        Piece::Whole(_) => "int",
        Piece::Part(_) => "float64",
        Piece::Text(_) => "string",
    }
}

/// One thing written; none where it is not known how Go writes it.
fn one(piece: &Piece, verb: char, spec: &Spec) -> Option<String> {
    let misfit = || -> Option<String> { Some(format!("%!{verb}({}={})", sort(piece), one(piece, 'v', &Spec::default())?)) };
    if verb == 'T' {
        return Some(pad(sort(piece).to_owned(), spec, false));
    }
    match piece {
        Piece::Text(text) => {
            let cut: String = spec.precision.map_or_else(|| text.clone(), |precision| text.chars().take(precision).collect());
            match verb {
                'v' if spec.sharp => Some(pad(quoted(&cut), spec, false)),
                's' | 'v' => Some(pad(cut, spec, false)),
                'q' if !spec.sharp && !spec.plus => Some(pad(quoted(&cut), spec, false)),
                'x' | 'X' if !spec.sharp && !spec.space && spec.precision.is_none() => {
                    let hex: String =
                        text.bytes().map(|byte| if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") }).collect();
                    Some(pad(hex, spec, false))
                }
                'q' | 'x' | 'X' | 'p' | 'w' => None,
                _ => misfit(),
            }
        }
        Piece::Whole(number) => {
            let sign = if *number < 0 {
                "-"
            } else if spec.plus {
                "+"
            } else if spec.space {
                " "
            } else {
                ""
            };
            let bare = number.unsigned_abs();
            let body = match verb {
                'd' | 'v' => bare.to_string(),
                'b' => format!("{bare:b}"),
                'o' => format!("{bare:o}"),
                'x' => format!("{bare:x}"),
                'X' => format!("{bare:X}"),
                'c' | 'q' | 'U' | 'O' | 'p' | 'w' => return None,
                _ => return misfit(),
            };
            if spec.sharp && verb != 'd' && verb != 'v' || spec.precision.is_some() {
                return None;
            }
            Some(pad_number(sign, body, spec))
        }
        Piece::Part(number) => {
            let sign = if number.is_sign_negative() {
                "-"
            } else if spec.plus {
                "+"
            } else if spec.space {
                " "
            } else {
                ""
            };
            let bare = number.abs();
            let body = match (verb, spec.precision) {
                ('v' | 'g', None) => shortest(bare),
                ('f' | 'F', precision) => format!("{bare:.*}", precision.unwrap_or(6)),
                ('e', precision) => exponent(&format!("{bare:.*e}", precision.unwrap_or(6)))?,
                ('v' | 'g' | 'G' | 'E' | 'b' | 'x' | 'X' | 'p' | 'w', _) => return None,
                _ => return misfit(),
            };
            if spec.sharp {
                return None;
            }
            Some(pad_number(sign, body, spec))
        }
    }
}

/// Shortest form that reads back the same, with an exponent below -4 and from 6 on.
fn shortest(number: f64) -> String {
    let scientific = format!("{number:e}");
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    if number != 0.0 && !(-4..6).contains(&power) { exponent(&scientific).unwrap_or(scientific) } else { number.to_string() }
}

/// Rust's exponent as Go writes it: a sign and two digits.
fn exponent(scientific: &str) -> Option<String> {
    let (front, power) = scientific.split_once('e')?;
    let power: i32 = power.parse().ok()?;
    Some(format!("{front}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()))
}

fn pad_number(sign: &str, body: String, spec: &Spec) -> String {
    let width = spec.width.unwrap_or(0);
    let length = sign.len() + body.chars().count();
    if spec.zero && !spec.minus && length < width {
        return format!("{sign}{}{body}", "0".repeat(width - length));
    }
    pad(format!("{sign}{body}"), spec, true)
}

fn pad(body: String, spec: &Spec, number: bool) -> String {
    let missing = spec.width.unwrap_or(0).saturating_sub(body.chars().count());
    if spec.minus {
        return body + &" ".repeat(missing);
    }
    let with = if spec.zero && !number { "0" } else { " " };
    with.repeat(missing) + &body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(format: &str, list: &str) -> String {
        match sprintf(&[format.into(), Value::from_json_str(list).unwrap_or(Value::Undefined)]) {
            Given::Value(value) => value.as_string().map(ToString::to_string).unwrap_or_default(),
            Given::Nothing => "undefined".to_owned(),
            Given::Unknown(_) => "?".to_owned(),
        }
    }

    #[test]
    fn what_fits_and_what_does_not_is_written_as_go_writes_it() {
        let rows = [
            ("plain", "[]", "plain"),
            ("%v", r#"["a"]"#, "a"),
            ("%s and %v", r#"["a", 5]"#, "a and 5"),
            ("%s", "[5]", "%!s(int=5)"),
            ("%d", r#"["x"]"#, "%!d(string=x)"),
            ("%d", "[1.5]", "%!d(float64=1.5)"),
            ("%f", "[1.5]", "1.500000"),
            ("%.2f", "[1.005]", "1.00"),
            ("%f", "[1]", "%!f(int=1)"),
            ("%t", "[true]", "%!t(string=true)"),
            ("%v", "[true]", "true"),
            ("%v", "[null]", "null"),
            ("%v", r#"[["a", 1, null]]"#, r#"["a", 1, null]"#),
            ("%v", r#"[{"b": [], "a": {}}]"#, r#"{"a": {}, "b": []}"#),
            ("%q", r#"["a\"b"]"#, r#""a\"b""#),
            ("%x", "[255]", "ff"),
            ("%x", r#"["hi"]"#, "6869"),
            ("%5d|%-5d|%05d", "[1, 2, -3]", "    1|2    |-0003"),
            ("%5s|%-5s|", r#"["a", "b"]"#, "    a|b    |"),
            ("%.2s", r#"["abc"]"#, "ab"),
            ("%+d", "[3]", "+3"),
            ("%%", "[]", "%"),
            ("100%", "[]", "100%!(NOVERB)"),
            ("%s", "[]", "%!s(MISSING)"),
            ("a", "[1, \"b\"]", "a%!(EXTRA int=1, string=b)"),
            ("%[2]v %[1]v", r#"["a", "b"]"#, "b a"),
            ("%v", "[1234567.5]", "1.2345675e+06"),
            ("%v", "[123456.5]", "123456.5"),
            ("%6.2f|", "[3.14159]", "  3.14|"),
            ("%05s|", r#"["ab"]"#, "000ab|"),
            ("%!", r#"["a"]"#, "%!!(string=a)"),
            ("%v", "[0.00001]", "1e-05"),
            ("%v", "[0.5]", "0.5"),
            ("%*d", "[1, 2]", "?"),
            ("%U", "[1]", "?"),
            ("%z", r#"["a"]"#, "%!z(string=a)"),
            ("é%vé", r#"["ü"]"#, "éüé"),
        ];
        for (format, list, expected) in rows {
            assert_eq!(says(format, list), expected, "{format} of {list}");
        }
        assert!(matches!(sprintf(&["%v".into(), Value::from_json_str("\"a\"").unwrap_or(Value::Undefined)]), Given::Nothing));
    }
}
