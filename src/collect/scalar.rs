//! Values of YAML as kubectl takes them. It reads YAML 1.1 (by `sigs.k8s.io/yaml`, over the second version of Go's parser) and turns it into JSON:
//! `0120` is eighty, `0o120` too, `9_000` is nine thousand, `08` is eight, `1e3` and `5.0` are whole numbers, `yes` is true. What stands in quotes is
//! text. Most of that the parser of this program does alike; the rest is done here.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// What is known of a document's numbers with underscores, which the parser takes for text where they are not between digits.
pub(super) struct Numbers<'a> {
    document: &'a str,
    /// Such numbers that stand in quotes somewhere in the document, and are text there; gathered when it is first asked.
    quoted: Option<HashSet<&'a str>>,
}

impl<'a> Numbers<'a> {
    /// Of this document.
    pub(super) const fn new(document: &'a str) -> Self {
        Self { document, quoted: None }
    }

    /// The number that a text is where it stands without quotes; none where it is text.
    ///
    /// # Errors
    /// Where it stands both in quotes and without them, which can't be told apart here.
    fn number(&mut self, text: &str) -> Result<Option<Number>, &'static str> {
        if !text.contains('_') || !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
            return Ok(None);
        }
        let Some(number) = number(&text.replace('_', "")) else { return Ok(None) };
        let document = self.document;
        let quoted = self.quoted.get_or_insert_with(|| {
            let mut parts = document.split(['"', '\'']);
            parts.next();
            parts
                .filter(|part| part.len() < 64 && part.contains('_') && part.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c)))
                .collect()
        });
        if !quoted.contains(text) {
            return Ok(Some(number));
        }
        let bare =
            |at: usize| !document[..at].ends_with(['"', '\'', '_']) && !document[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let ends =
            |at: usize| !document[at..].starts_with(['"', '\'', '_']) && !document[at..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if document.match_indices(text).any(|(at, _)| bare(at) && ends(at + text.len())) {
            return Err("a number with underscores stands here in quotes and there without them");
        }
        Ok(None)
    }
}

/// A text as a number, as Go's parser of YAML takes one whose underscores are gone.
fn number(text: &str) -> Option<Number> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let whole = |digits: &str, radix: u32| {
        let clean = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let value = clean.then(|| i128::from_str_radix(digits, radix).ok()).flatten()?;
        let value = if negative { -value } else { value };
        i64::try_from(value).map(Number::from).ok().or_else(|| u64::try_from(value).map(Number::from).ok())
    };
    let lower = rest.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0b", 2), ("0o", 8)].iter().find_map(|(prefix, radix)| Some((lower.strip_prefix(prefix)?, *radix)));
    if let Some((digits, radix)) = prefixed {
        return whole(digits, radix);
    }
    let octal = rest.strip_prefix('0').filter(|digits| !digits.is_empty()).and_then(|digits| whole(digits, 8));
    // What begins with a zero and is not octal is read as a decimal fraction is: 08 is eight.
    octal.or_else(|| if rest.starts_with('0') && rest.len() > 1 { None } else { whole(rest, 10) }).or_else(|| {
        let decimal = rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
        decimal.then(|| text.parse::<f64>().ok()).flatten().and_then(fraction)
    })
}

/// A floating number as JSON, as Go writes it: without a fraction it is a whole one.
fn fraction(value: f64) -> Option<Number> {
    // 2^53: beyond it not every whole number has a floating one, and none is of use here.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

/// A document in which numbers that no computer can hold are in quotes, for that is what they are to kubectl: text. The beginning of a commit's
/// digest may look like one: `7e12345`.
pub(super) fn endless_as_text(document: &str) -> Cow<'_, str> {
    let endless = |line: &str| {
        let line = line.trim_end();
        let value = line.rsplit_once([' ', '\t']).map_or(line, |(_, value)| value);
        let digits = value.trim_start_matches(['+', '-']);
        let number = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.contains(['e', 'E'])
            && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
        (number && value.parse::<f64>().is_ok_and(f64::is_infinite)).then_some((line.len() - value.len(), line.len()))
    };
    if !document.lines().any(|line| endless(line).is_some()) {
        return Cow::Borrowed(document);
    }
    let mut out = String::with_capacity(document.len() + 64);
    for line in document.split_inclusive('\n') {
        match endless(line) {
            Some((from, to)) => out.extend([&line[..from], "\"", &line[from..to], "\"", &line[to..]]),
            None => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

/// Reads a value with all that is in it.
pub(super) struct Tree<'a, 'b>(pub(super) &'a mut Numbers<'b>);

impl<'de> DeserializeSeed<'de> for Tree<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Tree(&mut *self.0))?;
            if out.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice in one mapping"));
            }
        }
        Ok(Value::Object(out))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(value) = seq.next_element_seed(Tree(&mut *self.0))? {
            out.push(value);
        }
        Ok(Value::Array(out))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        match self.0.number(text) {
            Ok(Some(number)) => Ok(Value::Number(number)),
            Ok(None) => Ok(Value::String(text.to_owned())),
            Err(why) => Err(E::custom(why)),
        }
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(fraction(value).map_or(Value::Null, Value::Number))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use crate::collect::documents;
    use crate::collect::found::Found;
    use serde_json::{Value, json};

    /// What a value is, in a block and in flow style; none where the document can't be read.
    fn read(value: &str) -> Option<Value> {
        let of = |text: &str| {
            let mut found = None;
            let broken = documents::read(text, &mut |thing| {
                if let Found::Object { json, .. } = thing {
                    found = serde_json::from_str::<Value>(json).ok().map(|object| object["v"].clone());
                }
                true
            });
            found.filter(|_| broken.is_empty())
        };
        let block = of(&format!("apiVersion: v1\nkind: Pod\nv: {value}\n"));
        assert_eq!(block, of(&format!("apiVersion: v1\nkind: PodList\nitems:\n- apiVersion: v1\n  kind: Pod\n  v: {value}\n")), "{value}");
        block
    }

    #[test]
    fn values_are_what_kubectl_reads() {
        // Said by sigs.k8s.io/yaml v1.6.0 over go.yaml.in/yaml v2.4.4.
        let table = include_str!("../../tests/fixtures/yaml/values.tsv");
        let mut seen = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let (text, said) = line.split_once('\t').unwrap();
            let expected: Value = serde_json::from_str(said).unwrap();
            let found = read(text);
            let same = match (&found, expected.as_f64()) {
                // Beyond what a floating number holds, how many digits are written is of no consequence.
                (Some(found), Some(number)) if number.abs() > 1e18 => found.as_f64() == Some(number),
                _ => found.as_ref() == Some(&expected),
            };
            assert!(same, "{text} is {expected} to kubectl, and {found:?} here");
            seen += 1;
        }
        assert!(seen > 80, "{seen}");
    }

    #[test]
    fn numbers_that_kubectl_refuses_break_their_document() {
        assert_eq!(read(".inf"), None);
        assert_eq!(read("-.inf"), None);
        assert_eq!(read(".nan"), None);
    }

    #[test]
    fn a_number_with_underscores_is_text_in_quotes_and_broken_where_both_stand() {
        assert_eq!(read("{a: 1__0}"), Some(json!({"a": 10})));
        assert_eq!(read("{a: \"1__0\"}"), Some(json!({"a": "1__0"})));
        assert_eq!(read("{a: '1__0', b: 21__0}"), Some(json!({"a": "1__0", "b": 210})));
        assert_eq!(read("{a: \"1__0\", b: 1__0}"), None);
    }
}
