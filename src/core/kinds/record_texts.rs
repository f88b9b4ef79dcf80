//! Records of who wrote which field (`managedFields`) that came before. They are most of an object's text, and those of objects that one program makes
//! differ in their times alone, in which no detector finds anything. Of a record only two hashes are kept, as of values that were examined.

use super::node_tree::{Node, Record, Unread};
use super::wire::WireRecord;
use crate::model::Kind;
use crate::sensitive::is_time;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// Records that are remembered at most, half a MiB; after that it begins anew.
const REMEMBERED: usize = 32_768;
/// How the time of an entry begins.
static TIME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(r#""time":""#));
/// Characters of a time.
const LENGTH: usize = 20;

/// Whether anybody reads who wrote which field of objects of a kind.
pub(super) const fn record_is_read(kind: Kind) -> bool {
    !matches!(kind, Kind::Pods | Kind::EndpointSlices)
}

/// Whether nobody reads it of an object of a kind, because a controller makes it: people edit what it is made from.
fn is_made(kind: Kind, metadata: &Node<'_>) -> bool {
    matches!(kind, Kind::ReplicaSets | Kind::Jobs) && metadata.get("ownerReferences").is_some_and(|owners| !owners.items().is_empty())
}

/// The text of a record that it is in JSON, where it can be read.
pub(super) fn text_of(record: Unread<'_>) -> Option<Cow<'_, str>> {
    match record {
        Unread::Json(text) => Some(Cow::Borrowed(text)),
        Unread::Wire(bytes) => WireRecord(bytes).text().ok().map(Cow::Owned),
    }
}

/// What a record is known by, where it came for the first time.
pub(super) struct New([u64; 2]);

/// Records in which everything was in order and nothing was found.
#[derive(Default)]
pub(super) struct RecordTexts {
    known: HashSet<[u64; 2]>,
    hashing: [RandomState; 2],
    next: Vec<u8>,
}

impl RecordTexts {
    /// Looks for the record of an object, and leaves it as it came where it was in order before. Else it is made a text, and what to remember it by is given.
    /// Where nobody reads it, there is none.
    pub(super) fn look(&mut self, kind: Kind, object: &mut Node<'_>) -> Option<New> {
        let metadata = object.get_mut("metadata")?;
        let unread = !record_is_read(kind) || is_made(kind, metadata);
        let Some(Node::Record(record)) = metadata.get_mut("managedFields") else { return None };
        let Record::Unread(raw) = *record else { return None };
        if unread {
            *record = Record::Text(Cow::Borrowed("[]"));
            return None;
        }
        self.next.clear();
        match raw {
            Unread::Json(text) => without_times(text, &mut self.next),
            Unread::Wire(bytes) => WireRecord(bytes).without_times(&mut self.next).ok()?,
        }
        let known_by = self.hashing.each_ref().map(|hashing| hashing.hash_one(&*self.next));
        if self.known.contains(&known_by) {
            *record = Record::InOrder(raw);
            return None;
        }
        *record = Record::Text(text_of(raw)?);
        Some(New(known_by))
    }

    /// Remembers a record that was in order, and in which nothing was found.
    pub(super) fn remember(&mut self, record: Option<New>) {
        let Some(New(known_by)) = record else { return };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(known_by);
    }
}

/// Goes through the texts of a record, keys and values, without the signs that say what a key is of. `false` where it can't be read, or one of them is not
/// as is asked.
pub(super) fn all_texts(record: &str, mut is: impl FnMut(&str) -> bool) -> bool {
    serde_json::from_str(record).is_ok_and(|tree| all_below(&tree, &mut is))
}

fn all_below(node: &Node<'_>, is: &mut impl FnMut(&str) -> bool) -> bool {
    match node {
        Node::Text(text) => is(text),
        Node::List(items) => items.iter().all(|item| all_below(item, is)),
        Node::Map(entries) => entries.iter().all(|(key, value)| is(key.strip_prefix("f:").unwrap_or(key)) && all_below(value, is)),
        Node::Null | Node::Bool(_) => true,
        // No record has these.
        _ => false,
    }
}

/// Writes a record without the times of its entries.
fn without_times(text: &str, out: &mut Vec<u8>) {
    let mut from = 0;
    for at in TIME.find_iter(text.as_bytes()) {
        let time = at + TIME.needle().len();
        if text.get(time..time + LENGTH).is_some_and(is_time) && text[time + LENGTH..].starts_with('"') {
            out.extend_from_slice(&text.as_bytes()[from..time]);
            from = time + LENGTH;
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::{Examiner, Place};

    fn record(manager: &str, time: &str, key: &str) -> String {
        let fields = format!(r#"{{"f:spec":{{"f:containers":{{"k:{{\"name\":\"web\"}}":{{".":{{}},"f:{key}":{{}}}}}}}}}}"#);
        format!(
            r#"[{{"manager":"{manager}","operation":"Update","time":"{time}","fieldsV1":{fields}}},{{"manager":"kubelet","time":"{time}","fieldsV1":{{}}}}]"#
        )
    }

    /// An object with a record, as it comes.
    fn look(texts: &mut RecordTexts, kind: Kind, record: &str, more: &str) -> (Option<New>, bool) {
        let json = format!(r#"{{"metadata":{{"name":"a","managedFields":{record}{more}}}}}"#);
        let mut tree: Node<'_> = serde_json::from_str(&json).unwrap_or(Node::Null);
        let new = texts.look(kind, &mut tree);
        let record = tree.get("metadata").and_then(|metadata| metadata.get("managedFields"));
        let known = matches!(record, Some(Node::Record(Record::InOrder(_))));
        (new, known)
    }

    #[test]
    fn a_record_is_known_by_all_but_its_times() {
        let mut texts = RecordTexts::default();
        let (new, known) = look(&mut texts, Kind::Deployments, &record("helm", "2026-01-01T00:00:00Z", "image"), "");
        assert!(new.is_some() && !known);
        texts.remember(new);
        let known = |texts: &mut RecordTexts, record: &str| look(texts, Kind::Deployments, record, "").1;
        assert!(known(&mut texts, &record("helm", "2026-09-09T09:09:09Z", "image")));
        for other in [
            record("helm3", "2026-09-09T09:09:09Z", "image"),
            record("helm", "2026-09-09T09:09:09Z", "env"),
            record("helm", "4111111111111111 now", "image"),
            record("helm", "2026-09-09T09:09:09+02:00", "image"),
        ] {
            assert!(!known(&mut texts, &other), "{other}");
        }
    }

    #[test]
    fn what_nobody_reads_is_none() {
        let owned = r#","ownerReferences":[{"kind":"Deployment","name":"d"}]"#;
        let mut texts = RecordTexts::default();
        let text = record("helm", "2026-01-01T00:00:00Z", "image");
        for (kind, more, read) in [
            (Kind::Pods, "", false),
            (Kind::ReplicaSets, owned, false),
            (Kind::ReplicaSets, "", true),
            (Kind::ReplicaSets, r#","ownerReferences":[]"#, true),
            (Kind::Deployments, owned, true),
        ] {
            assert_eq!(look(&mut texts, kind, &text, more).0.is_some(), read, "{kind:?} {more}");
        }
    }

    /// What a detector finds in a record it finds in one of its texts, and no time hides or makes any of it.
    #[test]
    fn texts_of_a_record_say_what_the_whole_says() {
        let mut examiner = Examiner::without_key();
        let mut number = 4_111_111_111_111_111_u64;
        let mut next = |below: u64| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (number >> 33) % below
        };
        let keys = [
            "image",
            "password",
            "token",
            "k8s-app",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "4111111111111111",
            "value",
            "client-secret",
        ];
        let mut found = 0;
        for _ in 0..4_000 {
            let time = format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", next(10_000), next(100), next(100), next(100), next(100), next(100));
            let key = keys[usize::try_from(next(keys.len() as u64)).unwrap_or_default()];
            let manager = ["helm", "kubectl-edit", "password-agent"][usize::try_from(next(3)).unwrap_or_default()];
            let text = record(manager, &time, key);
            let whole = examiner.examine("", &text, Place::Field).is_none();
            assert_eq!(all_texts(&text, |own| examiner.examine("", own, Place::Field).is_none()), whole, "{text}");
            found += usize::from(!whole);
        }
        assert!(found > 500, "{found}");
        assert!(!all_texts("[{", |_| true));
    }
}
