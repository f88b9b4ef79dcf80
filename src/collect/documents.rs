//! From the text of a file to the objects in it: JSON and YAML, one document or many, lists of every shape, logs between them.
//! Lists are taken item by item, so that a dump of hundreds of megabytes never becomes a tree; a document that is broken spoils neither
//! its neighbours nor the knowledge of what it could have held.

use super::yaml;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

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
                let more = yaml::read(text, take);
                if more.is_empty() { vec![] } else { vec![broken] }
            }
        };
    }
    yaml::read(text, take)
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

pub(super) fn held_by(head: Option<(String, String)>) -> Held {
    match head {
        Some((_, kind)) if kind == "List" => Held::Anything,
        Some((api_version, kind)) => {
            let object = if is_list_of(&kind) { kind.trim_end_matches("List").to_owned() } else { kind };
            Held::Kind(api_version, object)
        }
        None => Held::Anything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

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
        assert_eq!(
            told("apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n").0,
            ["v1 Pod a", "end of  1 and more"]
        );
        assert_eq!(told("apiVersion: v1\nkind: SecretList\nitems: []\n").0, ["end of SecretList 0"]);
        assert_eq!(told("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nitems: {a: b}\n").0, ["v1 ConfigMap c"]);
    }

    #[test]
    fn documents_follow_each_other_with_logs_between() {
        let text = "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"one\"}}\n==== START logs for container a of pod b/c ====\n{not json\n==== END logs for container a of pod b/c ====\n{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\"}}\n";
        assert_eq!(told(text), (vec!["v1 Node one".into(), "v1 Pod p".into()], vec![]));
        let yaml = "# a head\n---\nkind: Node\napiVersion: v1\nmetadata:\n  name: one\n--- # next\nkind: Pod\napiVersion: v1\nmetadata:\n  name: p\n...\n";
        assert_eq!(told(yaml), (vec!["v1 Node one".into(), "v1 Pod p".into()], vec![]));
    }

    #[test]
    fn a_broken_document_is_named_by_its_place_and_spares_its_neighbours() {
        let yaml = "kind: Pod\napiVersion: v1\nmetadata:\n  name: a\n---\nkind: Secret\napiVersion: v1\nstringData:\n  a: b\n  : [c\n---\nkind: Node\napiVersion: v1\nmetadata: {name: one}\n";
        let (seen, broken) = told(yaml);
        assert_eq!(seen, ["v1 Pod a", "v1 Node one"]);
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
