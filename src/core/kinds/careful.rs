//! What is taken with care: objects in which something is found, or something may be wrong. Each question has a look of its own at their text, and
//! words for what it finds.

use super::given::Given;
use super::hollow;
use super::ingest::{Ingest, name_of, words};
use super::sift::{Unplaced, sift};
use super::{substance, versions};
use crate::model::{Kind, ObjectRef};
use crate::sensitive::without_secrets;
use std::borrow::Cow;

impl Ingest {
    /// Names an object that is not what its list is of. Nothing of it is judged.
    pub(super) fn stranger(&mut self, kind: Kind, json: &str, told: &str) {
        self.count(kind, 1);
        let name = without_secrets(&name_of(&serde_json::from_str(json).unwrap_or_default()));
        self.malformed.entry(kind).or_default().push(format!("{name}: it calls itself {told}"));
    }

    /// Takes an object with care: its text is looked at again for each question, which has words for whatever is wrong with it.
    pub(super) fn given(&mut self, kind: Kind, object: Given<'_>) -> Option<String> {
        self.count(kind, 1);
        let before = self.inventory.redactions;
        let problem = self.take(kind, object);
        *self.redacted.entry(kind).or_default() += self.inventory.redactions - before;
        problem
    }

    fn take(&mut self, kind: Kind, given: Given<'_>) -> Option<String> {
        // Asked of the text itself: whatever reads it takes one of the two. On a page in the binary form nothing stands twice.
        let twice = if let Given::Json(json) = given { substance::twice(json) } else { None };
        let told_once = twice.is_none();
        // Of a Secret nothing but its row is read.
        let sifted = (kind != Kind::Secrets).then(|| sift(kind, given, &mut self.examiner));
        let redactions = sifted.as_ref().map(|sifted| sifted.redactions.clone()).unwrap_or_default();
        let current: Cow<'_, str>;
        let object = match (sifted.as_ref().and_then(|sifted| sifted.json.as_deref()), given) {
            (Some(json), _) | (None, Given::Json(json)) => {
                current = versions::current(kind, json);
                Given::Json(&current)
            }
            // Only current versions come in this form.
            (None, wire) => wire,
        };
        self.inventory.redactions += redactions.len();
        self.waiting.clone_from(&redactions);
        let problem = match twice.or_else(|| lacks(kind, object).map(str::to_owned)) {
            Some(problem) => problem,
            None => match self.store(kind, object) {
                Ok(()) => return None,
                Err(error) => words(&error),
            },
        };
        let parsed = object.read::<serde_json::Value>().unwrap_or_default();
        // Manifests write null for what is empty; the API never does. So only what failed is read again, without its nulls.
        let mut cleaned = parsed.clone();
        super::lenient::strip_nulls(&mut cleaned);
        if told_once && cleaned != parsed {
            let json = cleaned.to_string();
            self.waiting.clone_from(&redactions);
            if substance::lacks(kind, &json).is_none() && self.store(kind, Given::Json(&json)).is_ok() {
                return None;
            }
        }
        // What was found in an object that is not kept is told all the same, and of no other object.
        self.waiting.clear();
        let name = name_of(&parsed);
        if !redactions.is_empty() {
            let (namespace, own) = name.rsplit_once('/').unwrap_or(("", &name));
            self.inventory.unplaced.push(Unplaced { object: ObjectRef::new(kind.group(), kind.kind(), namespace, own), redactions });
        }
        let problem = format!("{name}: {problem}");
        self.malformed.entry(kind).or_default().push(problem.clone());
        Some(problem)
    }
}

/// What an object lacks that makes it one, in whichever form it came.
fn lacks(kind: Kind, object: Given<'_>) -> Option<&'static str> {
    match object {
        Given::Json(json) => substance::lacks(kind, json),
        Given::Wire(item) => hollow::lacks(kind, item),
        // Its tree was looked at before.
        Given::Tree(_) => None,
    }
}
