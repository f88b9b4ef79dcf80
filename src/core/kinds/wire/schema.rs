//! The table of messages: which field has which name in JSON, and which form.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: &'static str,
    /// By their numbers, which is the order in which they are written.
    pub(super) fields: Vec<Field>,
}

/// A field of a message.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    /// Its name in JSON.
    pub(super) name: &'static str,
    pub(super) many: Many,
    pub(super) form: Form,
    /// Whether JSON leaves it out where it is empty.
    pub(super) omits: bool,
}

/// How often a field stands in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Many {
    One,
    /// As one, and in JSON its fields stand among those of its parent.
    Inline,
    List,
    /// A map from text.
    Map,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Bool,
    Int,
    /// In base64 in JSON.
    Bytes,
    /// Seconds, in JSON a text as RFC 3339 has it.
    Time,
    /// A message whose only field is its text, which it is in JSON.
    Quantity,
    IntOrText,
    /// A message whose only field is JSON.
    Json,
    /// A message whose only field is a list of texts; in JSON that list.
    Texts,
    Message(usize),
}

struct Schema {
    messages: Vec<Message>,
    /// By apiVersion and kind.
    kinds: HashMap<(&'static str, &'static str), usize>,
    list: usize,
    object: usize,
    pod_spec: usize,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| read(include_str!("schema.txt")));

/// What pods are, or are made to be.
const POD_SPEC: &str = "core/v1.PodSpec";
/// Metadata of objects.
const OBJECT_META: &str = "meta/v1.ObjectMeta";
/// Metadata of lists.
const LIST_META: &str = "meta/v1.ListMeta";

/// The place of the message that objects of a kind are.
pub(super) fn of_kind(api_version: &str, kind: &str) -> Option<usize> {
    SCHEMA.kinds.get(&(api_version, kind)).copied()
}

/// The place of the message that lists have as their metadata.
pub(super) fn list_meta() -> usize {
    SCHEMA.list
}

/// The place of the message that objects have as their metadata.
pub(super) fn object_meta() -> usize {
    SCHEMA.object
}

/// The place of the message that the specs of pods are.
pub(super) fn pod_spec() -> usize {
    SCHEMA.pod_spec
}

/// A message by its place in the table.
pub(super) fn message(at: usize) -> Option<&'static Message> {
    SCHEMA.messages.get(at)
}

/// Reads the table. A line that is none of it is passed over, and what is then not known is read as JSON; a test holds that there is none.
fn read(text: &'static str) -> Schema {
    let names = text.lines().filter_map(|line| line.strip_prefix("message "));
    let places: HashMap<&str, usize> = names.enumerate().map(|(at, name)| (name, at)).collect();
    let place = |message: &str| places.get(message).copied().unwrap_or(usize::MAX);
    let (list, object, pod_spec) = (place(LIST_META), place(OBJECT_META), place(POD_SPEC));
    let mut schema = Schema { messages: Vec::new(), kinds: HashMap::new(), list, object, pod_spec };
    for line in text.lines() {
        let words: Vec<&'static str> = line.split(' ').collect();
        match (words.as_slice(), schema.messages.last_mut()) {
            (["kind", api_version, kind, message], _) => {
                schema.kinds.extend(places.get(message).map(|at| ((*api_version, *kind), *at)));
            }
            (["message", name], _) => schema.messages.push(Message { name, fields: Vec::new() }),
            ([number, name, form], Some(message)) => message.fields.extend(field(number, name, form, &places)),
            _ => {}
        }
    }
    schema
}

fn field(number: &str, name: &'static str, form: &str, places: &HashMap<&str, usize>) -> Option<Field> {
    let number = number.parse().ok()?;
    let (form, omits) = form.strip_suffix('?').map_or((form, false), |form| (form, true));
    let starts = [("[]", Many::List), ("{}", Many::Map), ("=", Many::Inline)];
    let (many, form) = starts.iter().find_map(|(start, many)| Some((*many, form.strip_prefix(start)?))).unwrap_or((Many::One, form));
    let form = match form {
        "string" => Form::Text,
        "bool" => Form::Bool,
        "int" => Form::Int,
        "bytes" => Form::Bytes,
        "time" => Form::Time,
        "quantity" => Form::Quantity,
        "int-or-string" => Form::IntOrText,
        "json" => Form::Json,
        "[]string" => Form::Texts,
        message => Form::Message(*places.get(message)?),
    };
    Some(Field { number, name, many, form, omits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let text = include_str!("schema.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#')).count();
        let fields: usize = SCHEMA.messages.iter().map(|message| message.fields.len()).sum();
        assert_eq!(lines, SCHEMA.kinds.len() + SCHEMA.messages.len() + fields);
        assert!(message(list_meta()).is_some_and(|message| message.name == LIST_META));
        assert!(message(object_meta()).is_some_and(|message| message.name == OBJECT_META));
        assert!(message(pod_spec()).is_some_and(|message| message.name == POD_SPEC));
        for message in &SCHEMA.messages {
            assert!(message.fields.is_sorted_by(|a, b| a.number < b.number), "{}", message.name);
            let inline = message.fields.iter().filter(|field| field.many == Many::Inline);
            assert!(inline.into_iter().all(|field| matches!(field.form, Form::Message(_))), "{}", message.name);
        }
    }
}
