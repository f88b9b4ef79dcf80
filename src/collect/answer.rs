//! What an answer must be to count as the list that was asked for.

use kassay_core::model::Kind;
use kassay_core::model::text::clean;
use kassay_core::sensitive::without_secrets;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// The outline of a page: what it says of its list, without its objects.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outline {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    metadata: OutlineMeta,
    #[serde(default)]
    items: Option<Vec<IgnoredAny>>,
    #[serde(default, deserialize_with = "present")]
    rows: Option<Option<Vec<IgnoredAny>>>,
}

/// What stands there, if only as null: a Table of nothing may have no rows.
fn present<'de, D: Deserializer<'de>>(rows: D) -> Result<Option<Option<Vec<IgnoredAny>>>, D::Error> {
    Option::deserialize(rows).map(Some)
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct OutlineMeta {
    r#continue: String,
    remaining_item_count: Option<usize>,
}

/// What an answer must call itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Group and version.
    pub(super) api_version: String,
    pub(super) kind: String,
}

impl Answer {
    /// The list of a kind in a version.
    pub(super) fn list(kind: Kind, version: &str) -> Self {
        let api_version = if kind.group().is_empty() { version.to_owned() } else { format!("{}/{version}", kind.group()) };
        Self { api_version, kind: format!("{}List", kind.kind()) }
    }

    /// A form that the server makes of any kind.
    pub(super) fn form(kind: &str) -> Self {
        Self { api_version: "meta.k8s.io/v1".to_owned(), kind: kind.to_owned() }
    }
}

/// The outline of an answer, where it is the list that was asked for, of this group and version, with its objects. An answer that merely parses
/// is none: an empty object would read as an empty list.
pub(super) fn outline(text: &str, answer: &Answer) -> Result<Outline, String> {
    let outline: Outline = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        match error.classify() {
            Category::Eof => "the answer breaks off".to_owned(),
            Category::Syntax | Category::Io => format!("the answer is no JSON ({place})"),
            Category::Data => format!("the answer has not the form of a list ({place})"),
        }
    })?;
    if outline.kind != answer.kind || outline.api_version != answer.api_version {
        let told = match (outline.api_version.as_str(), outline.kind.as_str()) {
            ("", "") => "nothing".to_owned(),
            (version, kind) => clean(&without_secrets(&format!("{version} {kind}"))).trim().to_owned(),
        };
        return Err(format!("the answer calls itself {told}, and {} {} was asked for", answer.api_version, answer.kind));
    }
    let listed = if answer.kind == "Table" { outline.rows.is_some() } else { outline.items.is_some() };
    if listed { Ok(outline) } else { Err("the answer calls itself a list and has no objects in it, not even none".to_owned()) }
}

impl Outline {
    /// How many objects it holds.
    pub(super) fn len(&self) -> usize {
        self.items.as_ref().or(self.rows.as_ref().and_then(Option::as_ref)).map_or(0, Vec::len)
    }

    /// How many follow, where the server says so.
    pub(super) const fn remaining(&self) -> Option<usize> {
        self.metadata.remaining_item_count
    }

    /// What the next page is asked for with; "" where this is the last.
    pub(super) fn next(self) -> String {
        self.metadata.r#continue
    }
}

/// Names and UIDs of the objects of a page, and how many of them can't be named.
pub(super) fn names(page: &str) -> (Vec<(String, String)>, usize) {
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Object {
        metadata: Meta,
    }
    #[derive(Deserialize)]
    struct Meta {
        name: String,
        #[serde(default)]
        uid: String,
    }
    // A page that has no items is none by its outline already.
    let Ok(page) = serde_json::from_str::<Page<'_>>(page) else { return (vec![], 1) };
    let all = page.items.len();
    // One by one: what is wrong with one must not hide the others.
    let objects = page.items.into_iter().filter_map(|item| serde_json::from_str::<Object>(item.get()).ok());
    let named: Vec<_> = objects.map(|object| (object.metadata.name, object.metadata.uid)).filter(|(name, _)| is_namespace(name)).collect();
    let unnamed = all - named.len();
    (named, unnamed)
}

/// Whether a name can be one of a namespace (a DNS label): it becomes part of an address.
fn is_namespace(name: &str) -> bool {
    !name.is_empty() && name.len() <= 63 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_one_that_was_asked_for() {
        let pods = Answer::list(Kind::Pods, "v1");
        assert!(outline(r#"{"apiVersion":"v1","kind":"PodList","metadata":{},"items":[]}"#, &pods).is_ok());
        for wrong in [
            r#"{"apiVersion":"v1","kind":"ServiceList","items":[]}"#,
            r#"{"apiVersion":"v1","kind":"List","items":[]}"#,
            r#"{"apiVersion":"v1","kind":"APIResourceList","resources":[]}"#,
            r#"{"apiVersion":"v2","kind":"PodList","items":[]}"#,
            r#"{"apiVersion":"metrics.k8s.io/v1","kind":"PodList","items":[]}"#,
            r#"{"kind":"PodList","items":[]}"#,
            r#"{"apiVersion":"v1","kind":"PodList"}"#,
            r#"{"apiVersion":"v1","kind":"PodList","items":null}"#,
            r#"{"apiVersion":"v1","kind":"PodList","items":{}}"#,
            r#"{"apiVersion":"v1","kind":"PodList","items":[],"items":[]}"#,
            "[]",
            "",
        ] {
            let words = outline(wrong, &pods).err().unwrap();
            assert!(!words.contains("struct") && !words.contains("expected"), "{wrong}: {words}");
        }
        let table = Answer::form("Table");
        assert!(outline(r#"{"apiVersion":"meta.k8s.io/v1","kind":"Table","rows":null}"#, &table).is_ok());
        assert!(outline(r#"{"apiVersion":"meta.k8s.io/v1","kind":"Table"}"#, &table).is_err());
    }

    #[test]
    fn namespaces_that_cannot_be_named_are_counted() {
        let page = r#"{"items":[{"metadata":{"name":"shop","uid":"u"}},{"metadata":{"name":7}},{},null,{"metadata":{"name":"../nodes"}}]}"#;
        assert_eq!(names(page), (vec![("shop".to_owned(), "u".to_owned())], 4));
    }
}
