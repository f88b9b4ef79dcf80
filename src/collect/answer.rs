//! What an answer must be to count as the list that was asked for.

use kassay_core::model::Kind;
use kassay_core::model::text::clean;
use kassay_core::sensitive::without_secrets;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// The outline of a page: what it says of its list, and who its objects are.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Its objects in their order; none in place of one that can't be named.
    pub(super) objects: Vec<Option<Identity>>,
    /// How many follow, where the server says so.
    pub(super) remaining: Option<usize>,
    /// What the next page is asked for with; "" where this is the last.
    pub(super) next: String,
}

/// Who an object is. Rows of a Table tell their name alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Identity {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) uid: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOutline<'a> {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    metadata: OutlineMeta,
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    column_definitions: Option<Vec<Column>>,
    #[serde(borrow, default, deserialize_with = "present")]
    rows: Option<Option<Vec<&'a RawValue>>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// What stands there, if only as null: a Table of nothing may have no rows.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(rows: D) -> Result<Option<Option<Vec<&'a RawValue>>>, D::Error> {
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
    /// What the list is called; "" where only the resource is known, whose kind differs from it in capital letters alone.
    pub(super) kind: String,
    /// The resource that was asked for, where the kind is not known.
    resource: String,
}

impl Answer {
    /// The list of a kind in a version.
    pub(super) fn list(kind: Kind, version: &str) -> Self {
        let api_version = if kind.group().is_empty() { version.to_owned() } else { format!("{}/{version}", kind.group()) };
        Self { api_version, kind: format!("{}List", kind.kind()), resource: String::new() }
    }

    /// The list of a resource of a group whose kinds each cluster names for itself.
    pub(super) fn of_resource(kind: Kind, version: &str, resource: &str) -> Self {
        Self { api_version: format!("{}/{version}", kind.group()), kind: String::new(), resource: resource.to_owned() }
    }

    /// The list of a kind that a policy names.
    pub(super) fn of(api_version: &str, kind: &str) -> Self {
        Self { api_version: api_version.to_owned(), kind: format!("{kind}List"), resource: String::new() }
    }

    /// A form that the server makes of any kind.
    pub(super) fn form(kind: &str) -> Self {
        Self { api_version: "meta.k8s.io/v1".to_owned(), kind: kind.to_owned(), resource: String::new() }
    }
}

/// The outline of an answer, where it is the list that was asked for, of this group and version, with its objects. An answer that merely parses
/// is none: an empty object would read as an empty list.
pub(super) fn outline(text: &str, answer: &Answer) -> Result<Outline, String> {
    let outline: RawOutline<'_> = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        match error.classify() {
            Category::Eof => "the answer breaks off".to_owned(),
            Category::Syntax | Category::Io => format!("the answer is no JSON ({place})"),
            Category::Data => format!("the answer has not the form of a list ({place})"),
        }
    })?;
    let of_resource = || outline.kind.strip_suffix("List").is_some_and(|kind| kind.to_lowercase() == answer.resource);
    let named = if answer.kind.is_empty() { of_resource() } else { outline.kind == answer.kind };
    if !named || outline.api_version != answer.api_version {
        return Err(misnamed(&outline.api_version, &outline.kind, answer));
    }
    let objects = match (answer.kind.as_str(), outline.rows, outline.items) {
        ("Table", Some(rows), _) => {
            let at = outline.column_definitions.iter().flatten().position(|column| column.name.eq_ignore_ascii_case("Name"));
            rows.into_iter().flatten().map(|row| of_row(row, at?)).collect()
        }
        (form, _, Some(items)) if form != "Table" => items.into_iter().map(of_object).collect(),
        _ => return Err("the answer calls itself a list and has no objects in it, not even none".to_owned()),
    };
    Ok(Outline { objects, remaining: outline.metadata.remaining_item_count, next: outline.metadata.r#continue })
}

/// What is said of an answer that calls itself something else.
pub(super) fn misnamed(api_version: &str, kind: &str, answer: &Answer) -> String {
    let told = match (api_version, kind) {
        ("", "") => "nothing".to_owned(),
        (version, kind) => clean(&without_secrets(&format!("{version} {kind}"))).trim().to_owned(),
    };
    let wanted = if answer.kind.is_empty() { &answer.resource } else { &answer.kind };
    format!("the answer calls itself {told}, and {} {wanted} was asked for", answer.api_version)
}

fn of_row(row: &RawValue, name: usize) -> Option<Identity> {
    #[derive(Deserialize)]
    struct Row {
        cells: Vec<serde_json::Value>,
    }
    let cells = serde_json::from_str::<Row>(row.get()).ok()?.cells;
    let name = cells.get(name)?.as_str().filter(|name| !name.is_empty())?.to_owned();
    Some(Identity { name, ..Identity::default() })
}

fn of_object(object: &RawValue) -> Option<Identity> {
    #[derive(Deserialize)]
    struct Object {
        metadata: Identity,
    }
    let identity = serde_json::from_str::<Object>(object.get()).ok()?.metadata;
    Some(identity).filter(|identity| !identity.name.is_empty())
}

/// Names and UIDs of the namespaces of a page, and how many of them can't be named.
pub(super) fn names(page: &str) -> (Vec<(String, String)>, usize) {
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Object {
        #[serde(default)]
        kind: String,
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
    // One that says of itself that it is something else names no namespace.
    let objects = objects.filter(|object| object.kind.is_empty() || object.kind == Kind::Namespaces.kind());
    let named: Vec<_> = objects.map(|object| (object.metadata.name, object.metadata.uid)).filter(|(name, _)| is_namespace(name)).collect();
    let unnamed = all - named.len();
    (named, unnamed)
}

/// Whether a name can be one of a namespace (a DNS label): it becomes part of an address.
pub(super) fn is_namespace(name: &str) -> bool {
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
    fn objects_and_rows_are_told_by_name() {
        let told = |text: &str, answer: &Answer| -> Vec<String> {
            let of = |object: Option<Identity>| object.map_or_else(|| "?".to_owned(), |o| format!("{}/{}#{}", o.namespace, o.name, o.uid));
            outline(text, answer).map(|outline| outline.objects.into_iter().map(of).collect()).unwrap_or_default()
        };
        let pods = r#"{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"a","namespace":"n","uid":"u"}},{"metadata":{"name":7}},17,{"metadata":{}}]}"#;
        assert_eq!(told(pods, &Answer::list(Kind::Pods, "v1")), ["n/a#u", "?", "?", "?"]);
        let rows = r#"{"apiVersion":"meta.k8s.io/v1","kind":"Table","columnDefinitions":[{"name":"Age"},{"name":"Name"}],"rows":[{"cells":["4d","db"]},{"cells":[]}]}"#;
        assert_eq!(told(rows, &Answer::form("Table")), ["/db#", "?"]);
    }

    #[test]
    fn namespaces_that_cannot_be_named_are_counted() {
        let page = r#"{"items":[{"metadata":{"name":"shop","uid":"u"}},{"metadata":{"name":7}},{},null,{"metadata":{"name":"../nodes"}},
            {"kind":"Namespace","metadata":{"name":"pay"}},{"kind":"Pod","metadata":{"name":"web"}}]}"#;
        assert_eq!(names(page), (vec![("shop".to_owned(), "u".to_owned()), ("pay".to_owned(), String::new())], 5));
    }
}
