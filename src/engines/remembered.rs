//! What was made of objects, by the objects themselves: many policies are asked about the same few.

use crate::request::GroupKind;
use serde_json::Value;
use std::cell::RefCell;
use std::sync::Arc;

/// More than these are not kept: all policies are asked about one request before the next, and memory that is handed back soon is soon found again.
const MOST: usize = 8;

/// What was made of objects read as being of a kind, what was asked for last first. The objects are kept with it, so that none comes to stand where another one was.
pub(crate) struct Remembered<T>(Vec<(Arc<Value>, GroupKind, T)>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Remembered<T> {
    /// What is made of this very object, which is made once.
    pub(crate) fn of(all: &RefCell<Self>, kind: &GroupKind, object: &Arc<Value>, make: impl FnOnce() -> T) -> T {
        if let Some(known) = all.borrow_mut().known(kind, object) {
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

    fn known(&mut self, kind: &GroupKind, object: &Arc<Value>) -> Option<T> {
        let at = self.0.iter().position(|(known, as_kind, _)| Arc::ptr_eq(known, object) && as_kind == kind)?;
        self.0[..=at].rotate_right(1);
        self.0.first().map(|(_, _, made)| made.clone())
    }

    fn keep(&mut self, kind: &GroupKind, object: &Arc<Value>, made: T) {
        self.0.truncate(MOST - 1);
        self.0.insert(0, (Arc::clone(object), kind.clone(), made));
    }
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
        // What is asked for again and again stays, whatever comes beside it.
        for _ in 0..2 * MOST {
            all.keep(&kind("Pod"), &Arc::new(json!({})), 8);
            assert_eq!(all.known(&kind("Pod"), &one), Some(7));
        }
        assert_eq!(all.0.len(), MOST);
        for _ in 0..MOST {
            all.keep(&kind("Pod"), &Arc::new(json!({})), 8);
        }
        assert_eq!(all.known(&kind("Pod"), &one), None);
    }
}
