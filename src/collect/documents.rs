//! From the text of a file to the objects in it: JSON and YAML, one document or many, lists of every shape, logs between them.
//! Lists are taken item by item, so that a dump of hundreds of megabytes never becomes a tree; a document that is broken spoils neither
//! its neighbours nor the knowledge of what it could have held.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::{RawValue, Value};
use std::borrow::Cow;
use std::fmt;

/// Something in a file.
pub(super) enum Found<'a> {
    /// An object that says what it is, or whose list does.
    Object {
        /// Its `apiVersion`.
        api_version: &'a str,
        /// Its `kind`.
        kind: &'a str,
        /// The object.
        json: &'a str,
    },
    /// An object or value of which neither itself nor a list says what it is.
    Nameless(&'a str),
    /// A list has ended.
    List {
        /// `apiVersion` of the list, or "".
        api_version: &'a str,
        /// `kind` of the list (`List`, `PodList`), or "" for a bare array.
        kind: &'a str,
        /// How many items it had.
        items: usize,
        /// Whether the list says that it goes on elsewhere (a continue token).
        goes_on: bool,
    },
}

/// Takes what is found; `false` stops the reading.
pub(super) type Take<'a> = &'a mut dyn FnMut(Found<'_>) -> bool;

/// A document that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Line in the file, from 1.
    pub(super) line: usize,
    /// Column, from 1.
    pub(super) column: usize,
    /// What is wrong, without any of the file's text.
    pub(super) message: String,
    /// What it could have held.
    pub(super) held: Held,
}

/// What an unreadable document could have held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Any kind.
    Anything,
    /// Objects of this `apiVersion` and `kind`.
    Kind(String, String),
    /// Nothing that says of itself that it is an object.
    Nothing,
}

/// Reads a whole file.
pub(super) fn read(text: &str, take: Take<'_>) -> Vec<Broken> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['{', '[']) {
        let mut taken = false;
        let read = read_json(text, &mut |found| {
            taken = true;
            take(found)
        });
        return match read {
            Ok(()) => vec![],
            // YAML's flow style begins like JSON. Where it is not that either, what JSON says of the place is the better word.
            Err(broken) if taken || broken.line > 1 || broken.message.contains("EOF") => vec![broken],
            Err(broken) => {
                let more = read_yaml(text, take);
                if more.is_empty() { vec![] } else { vec![broken] }
            }
        };
    }
    read_yaml(text, take)
}

/// JSON documents one after another; between them whitespace, document marks, and the logs that `kubectl cluster-info dump` prints.
fn read_json(text: &str, take: Take<'_>) -> Result<(), Broken> {
    let mut at = 0;
    loop {
        at += skip(&text[at..]);
        if at >= text.len() {
            return Ok(());
        }
        let mut stream = serde_json::Deserializer::from_str(&text[at..]).into_iter::<&RawValue>();
        let raw = match stream.next() {
            Some(Ok(raw)) => raw,
            Some(Err(error)) => return Err(broken_json(text, at, &error)),
            None => return Ok(()),
        };
        at += stream.byte_offset();
        if !json_document(raw.get(), take) {
            return Ok(());
        }
    }
}

/// Length of what stands between two JSON documents.
fn skip(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
        } else if rest.starts_with("---") {
            at += 3;
        } else if rest.starts_with("==== START logs") {
            let end = rest.find("\n==== END logs").map_or(rest.len(), |i| i + 1);
            at += end + rest[end..].find('\n').unwrap_or(rest.len() - end);
        } else {
            return at;
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawDocument<'a> {
    #[serde(borrow)]
    api_version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    items: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ListMeta {
    r#continue: String,
}

/// One JSON document; `false` where the taker has enough.
pub(super) fn json_document(json: &str, take: Take<'_>) -> bool {
    let bare = |items: &str, take: Take<'_>| json_items(items, "", "", take);
    if json.trim_start().starts_with('[') {
        let Some(items) = bare(json, take) else { return false };
        return take(Found::List { api_version: "", kind: "", items, goes_on: false });
    }
    let document: RawDocument<'_> = serde_json::from_str(json).unwrap_or_default();
    let (api_version, kind) = (document.api_version.unwrap_or_default(), document.kind.unwrap_or_default());
    match document.items.map(RawValue::get) {
        Some(items) if (kind.ends_with("List") || kind.is_empty()) && (items.starts_with('[') || items == "null") => {
            let Some(items) = json_items(items, &api_version, &kind, take) else { return false };
            let meta: ListMeta = document.metadata.and_then(|meta| serde_json::from_str(meta.get()).ok()).unwrap_or_default();
            take(Found::List { api_version: &api_version, kind: &kind, items, goes_on: !meta.r#continue.is_empty() })
        }
        // A list without items, as Go prints an empty one in places.
        None if kind == "List" || (is_list_of(&kind) && document.metadata.is_some() && !json.contains("\"groups\"")) => {
            take(Found::List { api_version: &api_version, kind: &kind, items: 0, goes_on: false })
        }
        _ if kind.is_empty() => take(Found::Nameless(json)),
        _ => take(Found::Object { api_version: &api_version, kind: &kind, json }),
    }
}

/// The items of an array; none where the taker has enough.
fn json_items(items: &str, list_version: &str, list_kind: &str, take: Take<'_>) -> Option<usize> {
    let items: Vec<&RawValue> = serde_json::from_str::<Option<_>>(items).ok().flatten().unwrap_or_default();
    for item in &items {
        let own: RawDocument<'_> = serde_json::from_str(item.get()).unwrap_or_default();
        let go_on = match (own.kind.as_deref(), list_kind.strip_suffix("List")) {
            // Lists within lists: what `kubectl get --raw` of several addresses leaves behind.
            (Some(kind), _) if kind.ends_with("List") && own.items.is_some() => json_document(item.get(), take),
            (Some(kind), _) if !kind.is_empty() => {
                take(Found::Object { api_version: own.api_version.as_deref().unwrap_or(list_version), kind, json: item.get() })
            }
            (_, Some(kind)) if !kind.is_empty() => take(Found::Object { api_version: list_version, kind, json: item.get() }),
            _ => take(Found::Nameless(item.get())),
        };
        if !go_on {
            return None;
        }
    }
    Some(items.len())
}

fn is_list_of(kind: &str) -> bool {
    kind.len() > "List".len() && kind.ends_with("List")
}

fn broken_json(text: &str, at: usize, error: &serde_json::Error) -> Broken {
    let before = text[..at].matches('\n').count();
    let column = if error.line() == 1 { at - text[..at].rfind('\n').map_or(0, |i| i + 1) + error.column() } else { error.column() };
    let said = error.to_string();
    let message = said.split(" at line ").next().unwrap_or_default();
    // Behind a wrong sign the rest of the file is lost too; a file that merely ends early had nothing behind.
    let held = if error.is_eof() { held_by(json_head(&text[at..])) } else { Held::Anything };
    Broken { line: before + error.line(), column, message: kassay_core::sensitive::without_quoted(message), held }
}

/// `apiVersion` and `kind` of a JSON document of which only the beginning is sound; none where its items come first.
fn json_head(text: &str) -> Option<(String, String)> {
    let first = |key: &str| {
        let at = text.find(&format!("\"{key}\""))?;
        let value = text[at..].split(':').nth(1)?.trim_start().strip_prefix('"')?;
        Some((at, value.split('"').next()?.to_owned()))
    };
    let (at, kind) = first("kind")?;
    if text.find("\"items\"").is_some_and(|items| items < at) {
        return None;
    }
    Some((first("apiVersion").map(|(_, version)| version).unwrap_or_default(), kind))
}

fn held_by(head: Option<(String, String)>) -> Held {
    match head {
        Some((_, kind)) if kind == "List" => Held::Anything,
        Some((api_version, kind)) => {
            let object = if is_list_of(&kind) { kind.trim_end_matches("List").to_owned() } else { kind };
            Held::Kind(api_version, object)
        }
        None => Held::Anything,
    }
}

/// YAML documents. A line that begins with `---` or `...` parts them wherever it stands, so each can be read, and can fail, alone.
fn read_yaml(text: &str, take: Take<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut document = |chunk: &str, line: usize, broken: &mut Vec<Broken>| -> bool {
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
        let bare = line.trim_end();
        let mark = ["---", "..."]
            .into_iter()
            .any(|mark| bare.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])));
        if mark {
            if !document(&text[start..at], first_line, &mut broken) {
                return broken;
            }
            (start, first_line) = (at + 3, number + 1);
        }
        at += line.len();
    }
    document(&text[start..], first_line, &mut broken);
    broken
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
    options
}

fn yaml_document(chunk: &str, take: Take<'_>) -> Result<bool, serde_saphyr::Error> {
    let mut state = Streaming { take, items: 0, waiting: Vec::new(), stopped: false };
    let shape = serde_saphyr::with_deserializer_from_str_with_options(chunk, yaml_options(), |deserializer| {
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
        Some(kind) => held_by(Some((value("apiVersion").unwrap_or_default(), kind))),
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
    /// Items that do not say what they are, until the end of their list does: kubectl sorts keys, so `items` comes before `kind`.
    waiting: Vec<String>,
    stopped: bool,
}

impl Streaming<'_> {
    fn item(&mut self, item: &Value) -> bool {
        self.items += 1;
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let go_on = if kind.is_empty() {
            self.waiting.push(item.to_string());
            true
        } else if kind.ends_with("List") && item.get("items").is_some() {
            json_document(&item.to_string(), self.take)
        } else {
            (self.take)(Found::Object { api_version, kind, json: &item.to_string() })
        };
        self.stopped |= !go_on;
        go_on
    }

    fn end(self, shape: Shape) -> bool {
        let (map, listed) = match shape {
            Shape::Empty => return true,
            Shape::Scalar => return (self.take)(Found::Nameless("null")),
            Shape::Sequence => (serde_json::Map::new(), true),
            Shape::Mapping(map, listed) => (map, listed),
        };
        let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if !listed {
            let json = Value::Object(map.clone()).to_string();
            return json_document(&json, self.take);
        }
        for json in &self.waiting {
            let go_on = match kind.strip_suffix("List") {
                Some(kind) if !kind.is_empty() => (self.take)(Found::Object { api_version, kind, json }),
                _ => (self.take)(Found::Nameless(json)),
            };
            if !go_on {
                return false;
            }
        }
        let goes_on =
            map.get("metadata").and_then(|meta| meta.get("continue")).and_then(Value::as_str).is_some_and(|token| !token.is_empty());
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
                let value = map.next_value::<Value>()?;
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
        while let Some(item) = seq.next_element::<Value>()? {
            if !self.0.item(&item) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Some)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Vec<String>, Vec<Broken>) {
        let mut seen = Vec::new();
        let broken = read(text, &mut |found| {
            seen.push(match found {
                Found::Object { api_version, kind, json } => {
                    let value: Value = serde_json::from_str(json).unwrap();
                    format!("{api_version} {kind} {}", value["metadata"]["name"].as_str().unwrap_or("?"))
                }
                Found::Nameless(_) => "nameless".to_owned(),
                Found::List { kind, items, goes_on, .. } => format!("end of {kind} {items}{}", if goes_on { " and more" } else { "" }),
            });
            true
        });
        (seen, broken)
    }

    #[test]
    fn every_shape_of_list_is_taken_item_by_item() {
        let json = r#"{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"x"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}"#;
        assert_eq!(told(json).0, ["v1 Pod a", "v1 Pod b", "end of PodList 2 and more"]);
        let yaml = "apiVersion: v1\nitems:\n- metadata: {name: a}\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\nkind: PodList\n";
        assert_eq!(told(yaml).0, ["apps/v1 Deployment d", "v1 Pod a", "end of PodList 2"]);
        assert_eq!(told("[{\"metadata\":{\"name\":\"a\"}}]").0, ["nameless", "end of  1"]);
        assert_eq!(told("apiVersion: v1\nkind: SecretList\nitems: []\n").0, ["end of SecretList 0"]);
        assert_eq!(told("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nitems: {a: b}\n").0, ["v1 ConfigMap c"]);
    }

    #[test]
    fn documents_follow_each_other_with_logs_between() {
        let text = "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n\"}}\n==== START logs for container a of pod b/c ====\n{not json\n==== END logs for container a of pod b/c ====\n{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\"}}\n";
        assert_eq!(told(text), (vec!["v1 Node n".into(), "v1 Pod p".into()], vec![]));
        let yaml = "# a head\n---\nkind: Node\napiVersion: v1\nmetadata:\n  name: n\n--- # next\nkind: Pod\napiVersion: v1\nmetadata:\n  name: p\n...\n";
        assert_eq!(told(yaml), (vec!["v1 Node n".into(), "v1 Pod p".into()], vec![]));
    }

    #[test]
    fn a_broken_document_is_named_by_its_place_and_spares_its_neighbours() {
        let yaml = "kind: Pod\napiVersion: v1\nmetadata:\n  name: a\n---\nkind: Secret\napiVersion: v1\nstringData:\n  a: b\n  : [c\n---\nkind: Node\napiVersion: v1\nmetadata: {name: n}\n";
        let (seen, broken) = told(yaml);
        assert_eq!(seen, ["v1 Pod a", "v1 Node n"]);
        assert_eq!(broken.len(), 1);
        assert!((9..=11).contains(&broken[0].line), "{broken:?}");
        assert_eq!(broken[0].held, Held::Kind("v1".into(), "Secret".into()));
        let (_, broken) = told("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\n\"items\":[{\"metadata\":{\"na");
        assert_eq!((broken[0].line, &broken[0].held), (2, &Held::Kind("v1".into(), "Pod".into())));
        let (_, broken) = told("{\"apiVersion\":\"v1\",\"items\":[{\"kind\":\"Pod\",");
        assert_eq!(broken[0].held, Held::Anything);
    }

    #[test]
    fn words_about_a_broken_document_hold_none_of_its_text() {
        let (_, broken) = told("kind: Secret\nstringData:\n  a: \"hunter2-very-secret\" trailing\n");
        assert!(!broken.is_empty() && broken.iter().all(|b| !b.message.contains("hunter2")), "{broken:?}");
    }
}
