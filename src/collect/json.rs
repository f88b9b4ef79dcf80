//! JSON documents one after another, and lists handed on item by item, so that a dump of hundreds of megabytes never becomes a tree.

use super::found::{Broken, Found, Held, Take, is_list_of};
use super::noise;
use kassay_core::sensitive::without_quoted;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Why a text is not read to its end.
pub(super) enum Stop {
    /// The taker has enough.
    Enough,
    /// A document can't be read, and so neither can what is behind it.
    Broken(Broken),
}

/// Reads documents; between them stand whitespace, document marks, and what kubectl says.
pub(super) fn read(text: &str, take: Take<'_>) -> Result<(), Stop> {
    let mut at = 0;
    loop {
        at += skip(&text[at..], take).ok_or(Stop::Enough)?;
        if at >= text.len() {
            return Ok(());
        }
        let mut stream = serde_json::Deserializer::from_str(&text[at..]).into_iter::<&RawValue>();
        let raw = match stream.next() {
            Some(Ok(raw)) => raw,
            Some(Err(error)) => return Err(Stop::Broken(broken(text, at, &error))),
            None => return Ok(()),
        };
        // A document is told from its neighbours by its place, so what is wrong within it gets its lines from there.
        let above = || text[..at].matches('\n').count();
        let go_on = document(raw.get(), &mut |found| match found {
            Found::Broken(broken) => take(Found::Broken(broken.below(above()))),
            found => take(found),
        });
        if !go_on {
            return Err(Stop::Enough);
        }
        at += stream.byte_offset();
    }
}

/// Length of what stands between two documents; none where the taker has enough.
fn skip(text: &str, take: Take<'_>) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        if blank > 0 {
            at += blank;
        } else if rest.starts_with("---") {
            at += 3;
        } else {
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            let Some(said) = noise::said(line) else { return Some(at) };
            if !noise::tell(&said, text[..at].matches('\n').count() + 1, take) {
                return None;
            }
            at += line.len();
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
    #[serde(borrow, deserialize_with = "as_it_stands")]
    items: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

/// A value that is there, even where it is `null`: Go writes a list without items so.
fn as_it_stands<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// What discovery answers is called a list too, and has no items: `APIGroupList`, `APIResourceList`.
fn is_discovery(json: &str) -> bool {
    ["\"groups\"", "\"resources\"", "\"versions\""].iter().any(|part| json.contains(part))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ListMeta {
    r#continue: Option<String>,
    #[serde(rename = "remainingItemCount")]
    remaining: Option<u64>,
}

/// Whether a value of `items` is that of a list; one of no items says so of what calls itself a list alone.
fn is_listed(items: &str, kind: &str) -> bool {
    let list = kind.ends_with("List");
    items.starts_with('[') && (list || kind.is_empty()) || items == "null" && list
}

/// One JSON document; `false` where the taker has enough.
pub(super) fn document(json: &str, take: Take<'_>) -> bool {
    if json.trim_start().starts_with('[') {
        let Some(items) = items(json, "", "", take) else { return false };
        return take(Found::List { api_version: "", kind: "", items, goes_on: false });
    }
    let document: RawDocument<'_> = match serde_json::from_str(json) {
        Ok(document) => document,
        // Numbers and texts are no objects; what is an object and can't be read was one of something.
        Err(_) if !json.trim_start().starts_with('{') => return take(Found::Nameless(json)),
        Err(error) => return take(Found::Broken(unreadable(json, &error))),
    };
    let (api_version, kind) = (document.api_version.unwrap_or_default(), document.kind.unwrap_or_default());
    match document.items.map(RawValue::get) {
        Some(listed) if is_listed(listed, &kind) => {
            let Some(items) = items(listed, &api_version, &kind, take) else { return false };
            let goes_on = match document.metadata.map(|meta| serde_json::from_str::<Option<ListMeta>>(meta.get())) {
                None | Some(Ok(None)) => false,
                Some(Ok(Some(meta))) => {
                    meta.r#continue.is_some_and(|token| !token.is_empty()) || meta.remaining.is_some_and(|left| left > 0)
                }
                // A list that does not say readably whether it goes on may do so.
                Some(Err(_)) => true,
            };
            take(Found::List { api_version: &api_version, kind: &kind, items, goes_on })
        }
        listed if kind == "List" || (is_list_of(&kind) && (listed.is_some() || document.metadata.is_some()) && !is_discovery(json)) => {
            let message = match listed {
                Some(_) => "the items of the list are no list",
                None => "the list has no items, not even none; it broke off, or something else wears its name",
            };
            let held = Held::by(Some((api_version.into_owned(), kind.into_owned())));
            take(Found::Broken(Broken { line: 0, column: 0, message: message.to_owned(), held }))
        }
        _ if kind.is_empty() => take(Found::Nameless(json)),
        _ => take(Found::Object { api_version: &api_version, kind: &kind, json }),
    }
}

/// The items of an array; none where the taker has enough.
fn items(items: &str, list_version: &str, list_kind: &str, take: Take<'_>) -> Option<usize> {
    let items: Vec<&RawValue> = serde_json::from_str::<Option<_>>(items).ok().flatten().unwrap_or_default();
    for item in &items {
        let json = item.get();
        let own: Result<RawDocument<'_>, _> = serde_json::from_str(json);
        let (version, kind, nested) = match &own {
            Ok(own) => (own.api_version.as_deref(), own.kind.as_deref().unwrap_or_default(), own.items.is_some()),
            Err(_) => (None, "", false),
        };
        let go_on = match list_kind.strip_suffix("List") {
            // Lists within lists: what `kubectl get --raw` of several addresses leaves behind.
            _ if kind.ends_with("List") && nested => document(json, take),
            _ if !kind.is_empty() => take(Found::Object { api_version: version.unwrap_or(list_version), kind, json }),
            Some(kind) if !kind.is_empty() => take(Found::Object { api_version: list_version, kind, json }),
            Some(_) => take(Found::Unnamed(json)),
            None => take(Found::Nameless(json)),
        };
        if !go_on {
            return None;
        }
    }
    Some(items.len())
}

/// An item of a `List`, each of which says what it is, that does not.
pub(super) fn unnamed(json: &str) -> Broken {
    let message = match serde_json::from_str::<RawDocument<'_>>(json) {
        Ok(_) => "an item of the list does not say of which kind it is".to_owned(),
        Err(error) => format!("an item of the list can't be read: {}", plain(&error)),
    };
    Broken { line: 0, column: 0, message, held: Held::Anything }
}

/// An object of which not even the first level can be read: a key stands twice, or what names its kind is no text.
fn unreadable(json: &str, error: &serde_json::Error) -> Broken {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    // Where the kind itself stands twice, either may be meant.
    let kind = text("kind").filter(|_| json.matches("\"kind\"").count() == 1);
    let held = Held::by(kind.map(|kind| (text("apiVersion").unwrap_or_default(), kind)));
    Broken { line: error.line(), column: error.column(), message: plain(error), held }
}

/// What the parser said, without the place and without what it quotes.
fn plain(error: &serde_json::Error) -> String {
    let said = error.to_string();
    without_quoted(said.split(" at line ").next().unwrap_or_default())
}

fn broken(text: &str, at: usize, error: &serde_json::Error) -> Broken {
    let before = text[..at].matches('\n').count();
    let column = if error.line() == 1 { at - text[..at].rfind('\n').map_or(0, |i| i + 1) + error.column() } else { error.column() };
    // Behind a wrong sign the rest of the file is lost too; a file that merely ends early had nothing behind.
    let held = if error.is_eof() { Held::by(head(&text[at..])) } else { Held::Anything };
    Broken { line: before + error.line(), column, message: plain(error), held }
}

/// `apiVersion` and `kind` of a JSON document of which only the beginning is sound; none where its items come first.
fn head(text: &str) -> Option<(String, String)> {
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
