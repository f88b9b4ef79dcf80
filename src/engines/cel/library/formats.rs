//! Named formats of text.

use super::super::eval::{errs, no_overload};
use super::super::value::{Opaque, Value};
use super::{Answer, link, time};
use std::any::Any;
use std::sync::Arc;

const NAMES: [&str; 13] = [
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime",
];

/// A format, by its place among the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Format(usize);

impl Opaque for Format {
    fn kind(&self) -> &'static str {
        "kubernetes.NamedFormat"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref() == Some(self)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

fn by_name(name: &str) -> Option<Value> {
    NAMES.iter().position(|known| *known == name).map(|at| Value::opaque(Format(at)))
}

/// `format.dns1123Label()`, `format.named("dns1123Label")`
pub(super) fn named(name: &str, args: &[Value]) -> Answer {
    match (name.strip_prefix("format.").unwrap_or(name), args) {
        ("named", [Value::String(name)]) => Ok(Value::Optional(by_name(name).map(Arc::new))),
        (name, []) => by_name(name).map_or_else(no_overload, Ok),
        _ => no_overload(),
    }
}

/// What is wrong with a text. The words of it are not known here.
pub(super) fn validate(format: &Value, text: &str) -> Answer {
    let Some(Format(at)) = format.as_opaque::<Format>() else { return no_overload() };
    let Some(name) = NAMES.get(*at) else { return errs("no such format") };
    let wrong = || Value::unknown("what is wrong with a text is said in words that are not known here");
    Ok(Value::Optional((!fits(name, text)).then(|| Arc::new(wrong()))))
}

fn fits(name: &str, text: &str) -> bool {
    let masked = name.strip_suffix("Prefix").map(|_| text).filter(|text| text.len() > 1 && text.ends_with('-'));
    // As the API server does it: the last two characters make room for one.
    let masked = masked.and_then(|text| text.get(..text.len() - 2)).map(|text| format!("{text}a"));
    let text = masked.as_deref().unwrap_or(text);
    match name {
        "dns1123Label" | "dns1123LabelPrefix" => label(text, false),
        "dns1123Subdomain" | "dns1123SubdomainPrefix" => subdomain(text),
        "dns1035Label" | "dns1035LabelPrefix" => label(text, true),
        "qualifiedName" => match text.split_once('/') {
            Some((prefix, name)) => !name.contains('/') && subdomain(prefix) && !name.is_empty() && value(name),
            None => !text.is_empty() && value(text),
        },
        "labelValue" => value(text),
        "uri" => link::is_request(text),
        "uuid" => uuid(text),
        "byte" => base64(text),
        "date" => date(text),
        _ => datetime(text),
    }
}

fn plain(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    edge(text.chars().next()) && edge(text.chars().last()) && text.chars().all(|c| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn label(text: &str, old: bool) -> bool {
    text.len() <= 63 && plain(text) && !(old && text.starts_with(|c: char| c.is_ascii_digit()))
}

fn subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(plain)
}

fn value(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && edge(text.chars().next())
        && edge(text.chars().last())
        && text.chars().all(|c| "-_.".contains(c) || c.is_ascii_alphanumeric())
}

/// Hyphens may be left out, each by itself.
fn uuid(text: &str) -> bool {
    let mut rest = text;
    for (at, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some(digits) = rest.get(..length).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) else { return false };
        rest = rest.get(digits.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

fn base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && padding <= 2
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

fn date(text: &str) -> bool {
    text.len() == 10 && time::Moment::parse(&format!("{text}T00:00:00Z")).is_some()
}

fn datetime(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let (Some(day), Some(clock)) = (parts.next(), parts.next()) else { return false };
    let bytes = clock.as_bytes();
    let two =
        |at: usize, most: &str| clock.get(at..at + 2).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()) && digits <= most);
    if !date(day) || !two(0, "23") || !two(3, "59") || !two(6, "59") || bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') {
        return false;
    }
    let rest = clock.get(8..).unwrap_or_default();
    let zone = |rest: &str| {
        let two = |at: usize| rest.get(at..at + 2).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        rest == "z" || (rest.len() == 6 && rest.starts_with(['+', '-']) && two(1) && two(4) && rest.as_bytes().get(3) == Some(&b':'))
    };
    // What stands before the fraction may be any one character there.
    let fraction = rest.chars().next().filter(|c| *c != '\n').and_then(|c| rest.get(c.len_utf8()..)).is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (1..=digits).any(|count| rest.get(count..).is_some_and(zone))
    });
    zone(rest) || fraction
}
