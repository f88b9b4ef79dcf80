//! What was made of objects, by the objects themselves: many policies are asked about the same few.

use crate::request::GroupKind;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// More than these are not kept: all policies are asked about one request before the next.
const MOST: usize = 64;

/// What was made of objects read as being of a kind. The objects are kept with it, so that none comes to stand where another one was.
pub(crate) struct Remembered<T>(HashMap<usize, (Arc<Value>, GroupKind, T)>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone> Remembered<T> {
    /// What is made of this very object, which is made once.
    pub(crate) fn of(all: &RefCell<Self>, kind: &GroupKind, object: &Arc<Value>, make: impl FnOnce() -> T) -> T {
        if let Some(known) = all.borrow().known(kind, object) {
            return known;
        }
        let made = make();
        all.borrow_mut().keep(kind, object, made.clone());
        made
    }

    /// Keeps what is made of this very object, where that is known before it is asked for.
    pub(crate) fn tell(all: &RefCell<Self>, kind: &GroupKind, object: &Arc<Value>, made: T) {
        all.borrow_mut().keep(kind, object, made);
    }

    fn known(&self, kind: &GroupKind, object: &Arc<Value>) -> Option<T> {
        let (_, as_kind, made) = self.0.get(&place(object))?;
        (as_kind == kind).then(|| made.clone())
    }

    fn keep(&mut self, kind: &GroupKind, object: &Arc<Value>, made: T) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(place(object), (Arc::clone(object), kind.clone(), made));
    }
}

/// Where an object stands in memory.
fn place(object: &Arc<Value>) -> usize {
    Arc::as_ptr(object).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_is_known_by_itself_and_by_its_kind() {
        let kind = |kind: &str| GroupKind { group: String::new(), version: "v1".to_owned(), kind: kind.to_owned() };
        let (one, equal) = (Arc::new(json!({"a": 1})), Arc::new(json!({"a": 1})));
        let mut all = Remembered::default();
        all.keep(&kind("Pod"), &one, 7);
        assert_eq!(all.known(&kind("Pod"), &one), Some(7));
        assert_eq!((all.known(&kind("Job"), &one), all.known(&kind("Pod"), &equal)), (None, None));
        for _ in 0..2 * MOST {
            all.keep(&kind("Pod"), &Arc::new(json!({})), 8);
        }
        assert!(all.0.len() <= MOST);
    }
}
