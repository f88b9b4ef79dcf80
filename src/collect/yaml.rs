//! YAML documents: parted by their marks, so that each can fail alone, and lists handed on item by item while they are parsed.

use super::found::{Broken, Found, Held, Take};
use super::scalar::{Numbers, Tree};
use super::{json, noise, scalar};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// YAML documents. A line that begins with `---` or `...` parts them wherever it stands, so each can be read, and can fail, alone.
pub(super) fn read(text: &str, take: Take<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut document = |chunk: &str, line: usize, broken: &mut Vec<Broken>| -> bool {
        let Some((chunk, line)) = without_noise(chunk, line, take) else { return false };
        if chunk.lines().all(|line| line.trim().is_empty() || line.starts_with(['#', '%'])) {
            return true;
        }
        match yaml_document(chunk, take) {
            Ok(go_on) => go_on,
            Err(error) => {
                broken.push(broken_yaml(chunk, line, &error));
                true
            }
        }
    };
    let (mut start, mut first_line, mut at) = (0, 1, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_start_matches('\u{feff}').trim_end();
        let mark = ["---", "..."]
            .into_iter()
            .any(|mark| bare.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])));
        if mark {
            if !document(&text[start..at], first_line, &mut broken) {
                return broken;
            }
            (start, first_line) = (at + line.find(['-', '.']).unwrap_or_default() + 3, number + 1);
        }
        at += line.len();
    }
    document(&text[start..], first_line, &mut broken);
    broken
}

/// A document without what kubectl says above and below it, and the line at which it begins; none where the taker has enough.
fn without_noise<'a>(chunk: &'a str, line: usize, take: Take<'_>) -> Option<(&'a str, usize)> {
    let (mut chunk, mut line) = (chunk, line);
    loop {
        let first = chunk.split_inclusive('\n').next().unwrap_or_default();
        match noise::said(first) {
            Some(said) if !noise::tell(&said, line, take) => return None,
            Some(_) => {}
            None if first.ends_with('\n') && first.trim_matches(['\u{feff}', '\n', '\r', ' ', '\t']).is_empty() => {}
            None => break,
        }
        (chunk, line) = (&chunk[first.len()..], line + 1);
    }
    loop {
        let end = chunk.trim_end();
        let last = end.rsplit('\n').next().unwrap_or_default();
        let Some(said) = noise::said(last) else { break };
        if !noise::tell(&said, line + end.matches('\n').count(), take) {
            return None;
        }
        chunk = &chunk[..end.len() - last.len()];
    }
    Some((chunk, line))
}

/// Limits of the YAML reader: as wide as a dump needs, but aliases stay bounded, so that a small file can't unfold into a huge one.
fn yaml_options() -> serde_saphyr::Options {
    let mut budget = serde_saphyr::Budget::default();
    budget.max_events = usize::MAX;
    budget.max_nodes = usize::MAX;
    budget.max_total_scalar_bytes = usize::MAX;
    budget.max_total_comment_bytes = usize::MAX;
    budget.max_depth = 200;
    let mut options = serde_saphyr::Options::default();
    options.budget = Some(budget);
    // A snippet would carry the file's own text, secrets included, into a message.
    options.with_snippet = false;
    options.legacy_octal_numbers = true;
    options
}

fn yaml_document(chunk: &str, take: Take<'_>) -> Result<bool, serde_saphyr::Error> {
    let mut state = Streaming { take, items: 0, objects: false, waiting: Vec::new(), stopped: false, numbers: Numbers::new(chunk) };
    let chunk = scalar::endless_as_text(chunk);
    let shape = serde_saphyr::with_deserializer_from_str_with_options(&chunk, yaml_options(), |deserializer| {
        DocumentSeed(&mut state).deserialize(deserializer)
    });
    if state.stopped {
        return Ok(false);
    }
    Ok(state.end(shape?))
}

fn broken_yaml(chunk: &str, first_line: usize, error: &serde_saphyr::Error) -> Broken {
    let place = error.location();
    let line = first_line + place.map_or(1, |place| usize::try_from(place.line()).unwrap_or(1)).saturating_sub(1);
    let column = place.map_or(1, |place| usize::try_from(place.column()).unwrap_or(1));
    let said = error.without_snippet().to_string();
    let message = said.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    let value = |key: &str| {
        chunk.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).map(|v| v.trim().trim_matches(['"', '\'']).to_owned())
    };
    let held = match value("kind") {
        Some(kind) => Held::by(Some((value("apiVersion").unwrap_or_default(), kind))),
        // Without the word it is no object, and no list of objects that name their kind.
        None if !chunk.contains("kind") && !chunk.contains("metadata") => Held::Nothing,
        None => Held::Anything,
    };
    Broken { line, column, message: kassay_core::sensitive::without_quoted(message), held }
}

/// What a YAML document turned out to be, behind the items that were already handed on.
enum Shape {
    Empty,
    Scalar,
    Sequence,
    Mapping(serde_json::Map<String, Value>, bool),
}

struct Streaming<'a> {
    take: Take<'a>,
    items: usize,
    /// Whether any item looks like an object.
    objects: bool,
    /// Items that do not say what they are, until the end of their list does: kubectl sorts keys, so `items` comes before `kind`.
    waiting: Vec<String>,
    stopped: bool,
    numbers: Numbers<'a>,
}

impl Streaming<'_> {
    fn item(&mut self, item: &Value) -> bool {
        self.items += 1;
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        self.objects |= ["apiVersion", "kind", "metadata"].iter().any(|key| item.get(key).is_some());
        let go_on = if kind.is_empty() {
            self.waiting.push(item.to_string());
            true
        } else if kind.ends_with("List") && item.get("items").is_some() {
            json::document(&item.to_string(), self.take)
        } else {
            (self.take)(Found::Object { api_version, kind, json: &item.to_string() })
        };
        self.stopped |= !go_on;
        go_on
    }

    fn end(self, shape: Shape) -> bool {
        let (map, listed, mapping) = match shape {
            Shape::Empty => return true,
            Shape::Scalar => return (self.take)(Found::Nameless("null")),
            Shape::Sequence => (serde_json::Map::new(), true, false),
            Shape::Mapping(map, listed) => (map, listed, true),
        };
        let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if !listed {
            let json = Value::Object(map.clone()).to_string();
            return json::document(&json, self.take);
        }
        // kubectl writes a list's kind behind its items, and YAML that was cut off is still YAML: without a kind, the end is missing. But what says
        // nowhere that it is of an API, and lists nothing that could be, is something else that has items: results of a test, say.
        let cut = kind.is_empty() && mapping;
        if cut && api_version.is_empty() && !self.objects {
            return (self.take)(Found::Nameless(&Value::Object(map.clone()).to_string()));
        }
        for json in &self.waiting {
            let go_on = match kind.strip_suffix("List") {
                Some(kind) if !kind.is_empty() => (self.take)(Found::Object { api_version, kind, json }),
                Some(_) => (self.take)(Found::Unnamed(json)),
                None => (self.take)(Found::Nameless(json)),
            };
            if !go_on {
                return false;
            }
        }
        let meta = |key: &str| map.get("metadata").and_then(|meta| meta.get(key));
        let goes_on = cut
            || meta("continue").is_some_and(|token| !matches!(token, Value::Null) && token.as_str() != Some(""))
            || meta("remainingItemCount").is_some_and(|left| !matches!(left, Value::Null) && left.as_u64() != Some(0));
        (self.take)(Found::List { api_version, kind, items: self.items, goes_on })
    }
}

struct DocumentSeed<'a, 'b>(&'a mut Streaming<'b>);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Kubernetes object or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let (mut head, mut listed) = (serde_json::Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                match map.next_value_seed(ItemsSeed(&mut *self.0))? {
                    Some(other) => drop(head.insert(key, other)),
                    None => listed = true,
                }
            } else {
                let value = map.next_value_seed(Tree(&mut self.0.numbers))?;
                head.insert(key, value);
            }
        }
        Ok(Shape::Mapping(head, listed))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Shape, A::Error> {
        ItemsSeed(self.0).visit_seq(seq).map(|_| Shape::Sequence)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Empty)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Empty)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }
}

/// The value of `items`: a sequence is handed on item by item, anything else is given back.
struct ItemsSeed<'a, 'b>(&'a mut Streaming<'b>);

impl<'de> DeserializeSeed<'de> for ItemsSeed<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemsSeed<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while let Some(item) = seq.next_element_seed(Tree(&mut self.0.numbers))? {
            if !self.0.item(&item) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Tree(&mut self.0.numbers).visit_map(map).map(Some)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::String(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }
}
