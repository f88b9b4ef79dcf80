//! A pattern against an object: maps, lists and anchors.
//!
//! Source: pkg/engine/validate, pkg/engine/anchor and pkg/engine/wildcards of Kyverno 1.19. Which failure skips a rule is told there by the words of the
//! error, and so it is here: the words hold values of the object.

use super::gotext::sprint;
use super::pattern::fits;
use crate::wildcard;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a pattern says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It fits.
    Fits,
    /// The pattern is not about such an object.
    Skips(String),
    /// It doesn't fit.
    Fails(String),
    /// The engine errs: an anchor's key is nowhere in the object, or a list is too short.
    Errs(String),
    /// Which of several keys Kyverno would look at is left to chance.
    Lacking(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Condition,
    Global,
    Negation,
    AddIfNotPresent,
    Equality,
    Existence,
}

fn anchor(key: &str) -> Option<(Anchor, &str)> {
    let key = key.trim();
    let (anchor, rest) = match key.as_bytes().first()? {
        b'(' => (Anchor::Condition, key),
        b'<' => (Anchor::Global, &key[1..]),
        b'X' => (Anchor::Negation, &key[1..]),
        b'+' => (Anchor::AddIfNotPresent, &key[1..]),
        b'=' => (Anchor::Equality, &key[1..]),
        b'^' => (Anchor::Existence, &key[1..]),
        _ => return None,
    };
    let inner = rest.strip_prefix('(')?.strip_suffix(')')?;
    // A dot of the expression there matches no line break.
    if inner.is_empty() || inner.contains('\n') { None } else { Some((anchor, inner)) }
}

const CONDITIONAL: &str = "conditional anchor mismatch";
const GLOBAL: &str = "global anchor mismatch";
const NEGATION: &str = "negation anchor matched in resource";

/// A failure at a place.
#[derive(Clone, Debug)]
struct Miss {
    words: String,
    /// The anchor that makes it so; none where only the words tell.
    by: Option<Anchor>,
    /// Whether it gathers others.
    gathered: bool,
    path: String,
    lacking: bool,
}

impl Miss {
    fn plain(path: &str, words: String) -> Self {
        Self { words, by: None, gathered: false, path: path.to_owned(), lacking: false }
    }

    fn anchored(anchor: Anchor, path: &str, words: &str) -> Self {
        let prefix = match anchor {
            Anchor::Global => GLOBAL,
            Anchor::Negation => NEGATION,
            _ => CONDITIONAL,
        };
        Self { words: format!("{prefix}: {words}"), by: Some(anchor), gathered: false, path: path.to_owned(), lacking: false }
    }

    fn gather(path: &str, misses: &[Self]) -> Self {
        let words: Vec<&str> = misses.iter().map(|miss| miss.words.as_str()).collect();
        Self { words: words.join("; "), by: None, gathered: true, path: path.to_owned(), lacking: false }
    }

    fn skips(&self) -> bool {
        match self.by {
            Some(anchor) => matches!(anchor, Anchor::Condition | Anchor::Global),
            None => !self.lacking && (self.words.contains(CONDITIONAL) || self.words.contains(GLOBAL)),
        }
    }

    fn forbids(&self) -> bool {
        match self.by {
            Some(anchor) => anchor == Anchor::Negation,
            None => self.words.contains(NEGATION),
        }
    }
}

/// Keys of anchors, and whether the object has them anywhere.
type Seen = BTreeMap<String, bool>;

/// What a pattern says of an object.
#[must_use]
pub fn compare(object: &Value, pattern: &Value) -> Fit {
    let mut seen = Seen::new();
    let Err(miss) = element(object, pattern, "/", &mut seen) else { return Fit::Fits };
    if miss.lacking {
        return Fit::Lacking(miss.words);
    }
    if miss.skips() {
        return Fit::Skips(miss.words);
    }
    if miss.forbids() && !miss.path.is_empty() {
        return Fit::Fails(format!("at {}: {}", miss.path, miss.words));
    }
    let missing = seen.iter().any(|(key, there)| !there && anchor(key).is_none_or(|(kind, _)| kind != Anchor::Negation));
    if miss.path.is_empty() || missing && !miss.forbids() {
        return Fit::Errs(miss.words);
    }
    Fit::Fails(format!("at {}: {}", miss.path, miss.words))
}

fn element(object: &Value, pattern: &Value, path: &str, seen: &mut Seen) -> Result<(), Miss> {
    match (pattern, object) {
        (Value::Object(pattern), Value::Object(object)) => {
            for key in pattern.keys() {
                if let Some((Anchor::Condition | Anchor::Existence | Anchor::Negation, inner)) = anchor(key) {
                    let there = seen.entry(key.clone()).or_insert(false);
                    *there |= object.contains_key(inner);
                }
            }
            map(object, pattern, path, seen)
        }
        (Value::Object(_), _) => Err(Miss::plain(path, format!("pattern and resource have different structures. Path: {path}"))),
        (Value::Array(pattern), Value::Array(object)) => list(object, pattern, path, seen),
        (Value::Array(_), _) => Err(Miss::plain(path, format!("the resource has no list at path {path}"))),
        (pattern, Value::Array(items)) => scalars(items, pattern, path),
        (pattern, object) => {
            if fits(object, pattern) {
                return Ok(());
            }
            Err(mismatch(object, pattern, path))
        }
    }
}

fn mismatch(object: &Value, pattern: &Value, path: &str) -> Miss {
    Miss::plain(path, format!("resource value '{}' does not match '{}' at path {path}", sprint(object), sprint(pattern)))
}

fn scalars(items: &[Value], pattern: &Value, path: &str) -> Result<(), Miss> {
    if items.iter().all(|item| fits(item, pattern)) {
        return Ok(());
    }
    Err(mismatch(&Value::Array(items.to_vec()), pattern, path))
}

fn map(object: &Map<String, Value>, pattern: &Map<String, Value>, path: &str, seen: &mut Seen) -> Result<(), Miss> {
    let expanded = expanded(object, pattern, path)?;
    let pattern = expanded.as_ref().unwrap_or(pattern);
    let is_first =
        |key: &str| matches!(anchor(key), Some((Anchor::Condition | Anchor::Existence | Anchor::Equality | Anchor::Negation, _)));
    let mut anchors: Vec<&String> = pattern.keys().filter(|key| is_first(key)).collect();
    anchors.sort();
    let mut skipped: Vec<Miss> = Vec::new();
    let mut applied = 0;
    let by_sibling = |skipped: &[Miss]| skipped.iter().any(|miss| !miss.gathered);
    for key in anchors {
        match entry(object, key, &pattern[key], path, seen) {
            Ok(()) => applied += 1,
            Err(miss) if miss.lacking => return Err(miss),
            Err(miss) if miss.skips() => skipped.push(miss),
            Err(_) if by_sibling(&skipped) => {}
            Err(miss) => return Err(miss),
        }
    }
    if !skipped.is_empty() && (applied == 0 || by_sibling(&skipped)) {
        return Err(Miss::gather(path, &skipped));
    }
    for key in in_order(pattern, is_first) {
        entry(object, key, &pattern[key], path, seen)?;
    }
    Ok(())
}

/// Keys that are no anchors of this map: global ones, and those with anchors below them, come first, the last of them at the head.
fn in_order(pattern: &Map<String, Value>, is_first: impl Fn(&str) -> bool) -> Vec<&String> {
    let mut keys: Vec<&String> = pattern.keys().filter(|key| !is_first(key)).collect();
    keys.sort();
    let (mut front, back): (Vec<&String>, Vec<&String>) =
        keys.into_iter().partition(|key| matches!(anchor(key), Some((Anchor::Global, _))) || has_anchors(&pattern[*key]));
    front.reverse();
    front.extend(back);
    front
}

fn has_anchors(pattern: &Value) -> bool {
    match pattern {
        Value::Object(map) => {
            map.keys().any(|key| matches!(anchor(key), Some((kind, _)) if kind != Anchor::AddIfNotPresent)) || map.values().any(has_anchors)
        }
        Value::Array(items) => items.iter().any(has_anchors),
        _ => false,
    }
}

fn entry(object: &Map<String, Value>, key: &str, pattern: &Value, path: &str, seen: &mut Seen) -> Result<(), Miss> {
    let Some((kind, inner)) = anchor(key).filter(|(kind, _)| *kind != Anchor::AddIfNotPresent) else {
        let value = object.get(key).unwrap_or(&Value::Null);
        if pattern.as_str() == Some("*") {
            return if value.is_null() { Err(Miss::plain(path, format!("{path}/{key} not found"))) } else { Ok(()) };
        }
        return element(value, pattern, &format!("{path}{key}/"), seen);
    };
    let here = format!("{path}{inner}/");
    match (kind, object.get(inner)) {
        (Anchor::Negation, Some(_)) => Err(Miss::anchored(Anchor::Negation, &here, &format!("{here} is not allowed"))),
        (Anchor::Condition, None) => Err(Miss::anchored(Anchor::Condition, &here, "conditional anchor key doesn't exist in the resource")),
        (Anchor::Condition | Anchor::Global, Some(value)) => element(value, pattern, &here, seen)
            .map_err(|miss| if miss.lacking { miss } else { Miss::anchored(kind, &miss.path, &miss.words) }),
        (Anchor::Existence, Some(value)) => existence(value, pattern, &here, seen),
        (Anchor::Equality, Some(value)) => element(value, pattern, &here, seen),
        (_, None) | (Anchor::AddIfNotPresent, _) => Ok(()),
    }
}

fn existence(value: &Value, pattern: &Value, path: &str, seen: &mut Seen) -> Result<(), Miss> {
    let Value::Array(items) = value else {
        return Err(Miss::plain(path, "the existence anchor is for lists alone".to_owned()));
    };
    let Value::Array(patterns) = pattern else {
        return Err(Miss::plain(path, "the existence anchor wants a list in the pattern".to_owned()));
    };
    for pattern in patterns {
        if !pattern.is_object() {
            return Err(Miss::plain(path, "the existence anchor wants maps in the pattern".to_owned()));
        }
        let mut found = false;
        for (at, item) in items.iter().enumerate() {
            match element(item, pattern, &format!("{path}{at}/"), seen) {
                Ok(()) => {
                    found = true;
                    break;
                }
                Err(miss) if miss.lacking => return Err(miss),
                Err(_) => {}
            }
        }
        if !found {
            return Err(Miss::plain(path, format!("existence anchor validation failed at path {path}")));
        }
    }
    Ok(())
}

fn list(items: &[Value], patterns: &[Value], path: &str, seen: &mut Seen) -> Result<(), Miss> {
    let mut skipped = Vec::new();
    let mut applied = 0;
    let mut judge = |item: &Value, pattern: &Value, at: usize, skipped: &mut Vec<Miss>| -> Result<(), Miss> {
        match element(item, pattern, &format!("{path}{at}/"), seen) {
            Ok(()) => applied += 1,
            Err(miss) if miss.skips() => skipped.push(miss),
            Err(miss) => return Err(miss),
        }
        Ok(())
    };
    match patterns.first() {
        None => return Err(Miss::plain(path, "pattern Array empty".to_owned())),
        Some(pattern @ Value::Object(_)) => {
            for (at, item) in items.iter().enumerate() {
                judge(item, pattern, at, &mut skipped)?;
            }
        }
        Some(Value::Array(_)) => {
            if items.len() < patterns.len() {
                return Err(Miss::plain("", "validate Array failed, array length mismatch".to_owned()));
            }
            for (at, (item, pattern)) in items.iter().zip(patterns).enumerate() {
                judge(item, pattern, at, &mut skipped)?;
            }
        }
        Some(scalar) => return scalars(items, scalar, path),
    }
    if applied == 0 && !skipped.is_empty() {
        return Err(Miss::gather(path, &skipped));
    }
    Ok(())
}

/// A pattern whose keys of labels and annotations with wildcards stand for keys that are there; none where there is nothing to do.
fn expanded(object: &Map<String, Value>, pattern: &Map<String, Value>, path: &str) -> Result<Option<Map<String, Value>>, Miss> {
    let Some((key, Value::Object(metadata))) = tagged(pattern, "metadata") else { return Ok(None) };
    let Some(Value::Object(found)) = object.get("metadata") else { return Ok(None) };
    let mut made = metadata.clone();
    for tag in ["labels", "annotations"] {
        let Some((tag_key, Value::Object(wanted))) = tagged(metadata, tag) else { continue };
        let Some((_, Value::Object(there))) = tagged(found, tag) else { continue };
        let there: BTreeMap<&str, &str> = there.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect();
        let mut entries = Map::new();
        for (wanted_key, value) in wanted.iter().filter(|(_, value)| value.is_string()) {
            if !wildcard::has_wildcard(wanted_key) {
                entries.insert(wanted_key.clone(), value.clone());
                continue;
            }
            let inner = anchor(wanted_key).map_or(wanted_key.as_str(), |(_, inner)| inner);
            let matching: Vec<(&str, &str)> =
                there.iter().filter(|(key, _)| wildcard::matches(inner, key)).map(|(k, v)| (*k, *v)).collect();
            let says: Vec<bool> = matching.iter().map(|(_, text)| fits(&Value::String((*text).to_owned()), value)).collect();
            if says.windows(2).any(|pair| pair[0] != pair[1]) {
                let words = format!("several {tag} match {wanted_key}, and which one counts is left to chance");
                return Err(Miss { lacking: true, ..Miss::plain(path, words) });
            }
            let key = matching.first().map_or(inner, |(key, _)| key);
            let key = if inner.len() == wanted_key.len() { key.to_owned() } else { wanted_key.trim().replacen(inner, key, 1) };
            entries.insert(key, value.clone());
        }
        made.insert(tag_key.clone(), Value::Object(entries));
    }
    let mut whole = pattern.clone();
    whole.insert(key.clone(), Value::Object(made));
    Ok(Some(whole))
}

/// An entry with this key, or with this key in an anchor.
fn tagged<'a>(map: &'a Map<String, Value>, tag: &str) -> Option<(&'a String, &'a Value)> {
    map.get_key_value(tag).or_else(|| map.iter().find(|(key, _)| anchor(key).is_some_and(|(_, inner)| inner == tag)))
}

#[cfg(test)]
mod tests;
