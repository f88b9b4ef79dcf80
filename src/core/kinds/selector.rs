//! Selectors that are written as a text, as Calico has them: `token == 'X' && app in {'a', 'b'}`. Their values are those of labels, and get the same
//! stand-ins, so that a selector still chooses what it chose.

use crate::sensitive::{Detection, Examined, Examiner, Place};
use std::sync::Arc;

/// What is found in the quoted values of a selector that stands under this name; none where nothing is, or where it is no such text.
pub(super) fn examine(examiner: &mut Examiner, name: &str, text: &str) -> Option<Arc<Examined>> {
    if !name.ends_with("elector") || !text.contains(['\'', '"']) {
        return None;
    }
    let (mut masked, mut detections): (String, Vec<Detection>) = (String::with_capacity(text.len()), Vec::new());
    let (mut label, mut rest) = ("", text);
    while let Some(open) = rest.find(['\'', '"']) {
        let (before, quoted) = rest.split_at(open);
        let mut words = before.split(|c: char| !(c.is_ascii_alphanumeric() || "._/-".contains(c)));
        let operators = ["in", "not", "has", "all", "contains", "starts", "ends", "with"];
        label = words.rfind(|word| !word.is_empty() && !operators.contains(word)).unwrap_or(label);
        let Some(close) = quoted.get(1..).and_then(|inside| inside.find(quoted.get(..1)?)) else { break };
        let value = quoted.get(1..=close).unwrap_or_default();
        masked.push_str(before);
        masked.push_str(quoted.get(..1).unwrap_or_default());
        match examiner.examine(label, value, Place::Label) {
            Some(said) => {
                masked.push_str(&said.masked);
                detections.extend(said.detections.iter().cloned());
            }
            None => masked.push_str(value),
        }
        masked.push_str(quoted.get(..1).unwrap_or_default());
        rest = quoted.get(close + 2..).unwrap_or_default();
    }
    masked.push_str(rest);
    (!detections.is_empty()).then(|| Arc::new(Examined { masked, detections }))
}
