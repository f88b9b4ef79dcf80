//! Pod specs that came before, word for word. The pods of one template, and the objects that make them, repeat the same text; what was made of it once
//! need not be made again. Of a text only two hashes are kept, under keys that nobody knows and that end with the program, as of values that were
//! examined.
//!
//! Two things differ between pods of one template, and are left out of it: the node, which is read of each, and the random end of the name of the
//! token's volume, which nobody keeps (see `pod_intake`).

use super::node_tree::{Node, Unread};
use super::pod_intake::TOKEN_VOLUME;
use super::wire::pod_spec_part;
use crate::model::Kind;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// Texts that are remembered at most, a few MiB; after that it begins anew.
const REMEMBERED: usize = 65_536;
/// The node of a pod.
const NODE: &str = "nodeName";
/// What ends a piece of text: no text has it.
const END: u8 = 0xff;
/// Letters and digits of random ends; so few of them hold nothing that a detector finds.
const RANDOM: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// Bytes of the name of a token's volume.
const LENGTH: u8 = TOKEN_VOLUME.len() as u8 + 6;

/// How the name of a token's volume begins: with a quote in JSON, and with its length in the binary form.
static TOKENS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [b'"', LENGTH].map(|start| Finder::new(&[&[start], TOKEN_VOLUME.as_bytes(), b"-"].concat()).into_owned()));

/// The way to the spec of the pods that an object of a kind is, or makes.
pub(super) fn spec_of(kind: Kind) -> Option<&'static [&'static str]> {
    Some(match kind {
        Kind::Pods => &["spec"],
        Kind::PodTemplates => &["template", "spec"],
        Kind::CronJobs => &["spec", "jobTemplate", "spec", "template", "spec"],
        kind if Kind::WORKLOADS.contains(&kind) => &["spec", "template", "spec"],
        _ => return None,
    })
}

/// The text of a spec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SpecText {
    /// Nobody looked at it as a text.
    #[default]
    Unseen,
    /// It came before, and this is the spec that was made of it.
    Known(usize),
    /// It comes for the first time.
    New {
        /// What it is known by.
        known_by: [u64; 2],
        /// How many names of token volumes it seems to have.
        tokens: usize,
    },
}

/// Texts of specs that were in order, with the specs that were made of them.
#[derive(Default)]
pub(super) struct SpecTexts {
    specs: HashMap<[u64; 2], usize>,
    hashing: [RandomState; 2],
    /// The text that was looked for last, and what it is known by: pods of one template mostly stand beside each other.
    last: (Vec<u8>, [u64; 2]),
    next: Vec<u8>,
}

impl SpecTexts {
    /// Looks for the text of an object's spec. Where it came before, its parts are known; else they are read. Nothing where that fails.
    pub(super) fn look(&mut self, kind: Kind, object: &mut Node<'_>) -> Option<SpecText> {
        let spec = spec_of(kind).and_then(|way| way.iter().try_fold(object, |node, step| node.get_mut(step)));
        let Some(Node::Map(parts)) = spec else { return Some(SpecText::Unseen) };
        let text = self.text(kind, parts);
        for (key, part) in parts {
            let Node::Unread(raw) = part else { continue };
            *part = match text {
                SpecText::Known(_) if key != NODE => Node::Known,
                _ => match *raw {
                    Unread::Json(text) => serde_json::from_str(text).ok()?,
                    Unread::Wire(bytes) => pod_spec_part(bytes).ok()?,
                },
            };
        }
        Some(text)
    }

    fn text(&mut self, kind: Kind, parts: &[(Cow<'_, str>, Node<'_>)]) -> SpecText {
        let (mut tokens, text) = (0, &mut self.next);
        text.clear();
        for (key, part) in parts.iter().filter(|(key, _)| key != NODE) {
            let Node::Unread(raw) = part else { return SpecText::Unseen };
            text.extend_from_slice(key.as_bytes());
            text.extend([END, u8::from(matches!(raw, Unread::Wire(_)))]);
            if matches!(&**key, "containers" | "initContainers" | "ephemeralContainers" | "volumes") {
                tokens += without_tokens(*raw, text);
            } else {
                text.extend_from_slice(raw.bytes());
            }
            text.push(END);
            // Where a pod may ask for its own node by name, which node that is matters.
            if key == "affinity"
                && memchr::memmem::find(raw.bytes(), b"metadata.name").is_some()
                && let Some((_, Node::Unread(node))) = parts.iter().find(|(key, _)| key == NODE)
            {
                text.extend_from_slice(node.bytes());
                text.push(END);
            }
            // Of a pod on its node's network other ports are kept than of a template.
            if key == "hostNetwork" && kind == Kind::Pods {
                text.push(END);
            }
        }
        if self.last.0 != *text {
            self.last.1 = self.hashing.each_ref().map(|hashing| hashing.hash_one(&*text));
            std::mem::swap(&mut self.last.0, &mut self.next);
        }
        let known_by = self.last.1;
        self.specs.get(&known_by).map_or(SpecText::New { known_by, tokens }, |nth| SpecText::Known(*nth))
    }

    /// Remembers what was made of a text, with how many names of token volumes that had: what seemed to be more of them are other names, which
    /// matter.
    pub(super) fn remember(&mut self, text: SpecText, shortened: usize, nth: usize) {
        let SpecText::New { known_by, tokens } = text else { return };
        if tokens != shortened {
            return;
        }
        if self.specs.len() >= REMEMBERED {
            self.specs.clear();
        }
        self.specs.insert(known_by, nth);
    }
}

/// Writes a text without the random ends of what may be names of token volumes, and tells how many there were.
fn without_tokens(part: Unread<'_>, out: &mut Vec<u8>) -> usize {
    let text = part.bytes();
    let [quoted, counted] = &*TOKENS;
    let (begins, ends): (_, &[u8]) = match part {
        Unread::Json(_) => (quoted, b"\""),
        Unread::Wire(_) => (counted, b""),
    };
    let (mut from, mut tokens) = (0, 0);
    for at in begins.find_iter(text) {
        let random = at + begins.needle().len();
        let end = random + 5;
        if text.get(random..end).is_some_and(|end| end.iter().all(|byte| RANDOM.contains(byte))) && text[end..].starts_with(ends) {
            out.extend_from_slice(&text[from..random]);
            out.push(END);
            (from, tokens) = (end, tokens + 1);
        }
    }
    out.extend_from_slice(&text[from..]);
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::{Examiner, Place};

    #[test]
    fn random_ends_hold_nothing_that_a_detector_finds() {
        let mut examiner = Examiner::without_key();
        let letter = |of: usize| char::from(RANDOM[of % RANDOM.len()]);
        for nth in 0..20_000_usize {
            let end: String = [nth, nth / 27, nth / 729, nth * 11, nth * 17 + 3].map(letter).into_iter().collect();
            let name = format!("{TOKEN_VOLUME}-{end}");
            assert_eq!(examiner.examine("name", &name, Place::Field), None, "{name}");
        }
    }

    #[test]
    fn texts_are_without_random_ends_and_nothing_else() {
        for (text, wanted, tokens) in [
            (r#"[{"name":"kube-api-access-bcdfg"}]"#, "[{\"name\":\"kube-api-access-\u{7f}\"}]", 1),
            (r#"["kube-api-access-bcdfg","kube-api-access-ghjkl"]"#, "[\"kube-api-access-\u{7f}\",\"kube-api-access-\u{7f}\"]", 2),
            (r#"["kube-api-access-bcdfgh","kube-api-access-aeiou","my-kube-api-access-bcdfg"]"#, "", 0),
            (r#"["kube-api-access-bcd"#, "", 0),
            ("[\"kube-api-access-bcdfg", "", 0),
        ] {
            let mut out = Vec::new();
            assert_eq!(without_tokens(Unread::Json(text), &mut out), tokens, "{text}");
            let wanted = if wanted.is_empty() { text } else { wanted };
            assert_eq!(out, wanted.bytes().map(|byte| if byte == 0x7f { END } else { byte }).collect::<Vec<_>>());
        }
    }
}
