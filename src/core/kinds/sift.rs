//! The gate through which every object passes before anything of it is kept: each text, key and number of it is examined, and where a
//! detector finds something, a stand-in takes its place and what was found is recorded with the field. So nothing that a detector takes
//! out can go untold, and no field that is kept later can hold what was not examined.

use super::given::Given;
use super::node_tree::{Node, Record, StandIn};
use super::record_texts::{all_texts, record_is_read, text_of};
use super::selector;
use crate::model::kind::Keep;
use crate::model::{Kind, ObjectRef};
use crate::sensitive::{Detection, Examined, Examiner, Place, password_by_place, password_in_argument};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::Write;

/// Something that was taken out of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Redaction {
    /// The field in which it stood: `metadata.annotations[note]`; for keys and names the field that they name.
    pub field: String,
    /// What the detector said.
    #[serde(flatten)]
    pub detection: Detection,
}

/// What was taken out of an object that had no readable shape, or of a list of names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unplaced {
    /// The object, as far as it has a name.
    pub object: ObjectRef,
    /// What was found.
    pub redactions: Vec<Redaction>,
}

/// An object that passed the gate.
pub(super) struct Sifted {
    /// Its JSON with stand-ins; none where nothing was found.
    pub(super) json: Option<String>,
    /// What was found.
    pub(super) redactions: Vec<Redaction>,
}

/// Copies of the whole object that tools keep in annotations. They are judged as what they are, told only where they hold what the object
/// itself no longer does, and never kept.
pub(super) const COPIES: &[&str] =
    &["kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original", "banzaicloud.com/last-applied"];

/// Whether under a key a value stands whose name is told beside it (`name`, `key`) or above.
fn is_value(key: &str) -> bool {
    matches!(key, "value" | "values" | "val" | "literal" | "stringValue" | "plainText" | "content" | "defaultValue")
}

/// Lists of a label's key with its values, or of a taint's.
const LABELLED: &[&str] = &["matchExpressions", "matchLabelExpressions", "requirements", "taints", "tolerations"];
/// The private parts of a JSON web key (RFC 7518), which has its sort under `kty`.
const PRIVATE_PARTS: &[&str] = &["d", "dp", "dq", "qi", "p", "q", "k"];
/// Maps whose keys people choose.
const CHOSEN: &[&str] = &["data", "binaryData", "labels", "annotations", "matchLabels", "nodeSelector", "selector"];
/// Shortest key or name that can hold something.
const SHORTEST_KEY: usize = 12;

/// Examines one object. What is no JSON is left to the parsers, which say so.
pub(super) fn sift(kind: Kind, object: Given<'_>, examiner: &mut Examiner) -> Sifted {
    let Some(mut node) = object.tree(None) else {
        // Of the binary form nothing is read that could not be examined.
        let json = matches!(object, Given::Wire(_)).then(String::new);
        return Sifted { json, redactions: Vec::new() };
    };
    let mut walk = Walk::new(kind, examiner, false);
    walk.node(&mut node, "", Place::Field, None);
    let Walk { mut found, copied, .. } = walk;
    for redaction in copied {
        if !found.iter().any(|known| known.detection.fingerprint == redaction.detection.fingerprint) {
            found.push(redaction);
        }
    }
    if found.is_empty() {
        return Sifted { json: None, redactions: found };
    }
    found.sort();
    found.dedup();
    // A tree that was read from JSON can be written as JSON; if it could not, an object that nobody can read is better than a secret kept.
    Sifted { json: Some(serde_json::to_string(&node).unwrap_or_default()), redactions: found }
}

/// Examines one object as a tree, and says whether nothing was found in it: then the tree is as it was.
pub(super) fn is_clean(kind: Kind, node: &mut Node<'_>, examiner: &mut Examiner) -> bool {
    let mut walk = Walk::new(kind, examiner, true);
    walk.node(node, "", Place::Field, None);
    walk.found.is_empty() && walk.copied.is_empty()
}

/// A value of the program's own types with stand-ins for what is found in it, and what that was: for what is no object of the cluster.
pub(super) fn sift_value<T: Serialize + serde::de::DeserializeOwned>(value: T, examiner: &mut Examiner) -> (T, Vec<Redaction>) {
    let Ok(json) = serde_json::to_string(&value) else { return (value, Vec::new()) };
    // Any kind without places of its own for sealed values.
    let Sifted { json, redactions } = sift(Kind::Certificates, Given::Json(&json), examiner);
    // Texts stay texts, so what was read from this type can be read into it again.
    let masked = json.and_then(|json| serde_json::from_str(&json).ok());
    (masked.unwrap_or(value), redactions)
}

struct Walk<'e> {
    examiner: &'e mut Examiner,
    kind: Kind,
    /// Whether the kind has slim types, which take sealed values where texts of people stand.
    typed: bool,
    path: String,
    found: Vec<Redaction>,
    /// What was found in copies of the object and in the record of who wrote it.
    copied: Vec<Redaction>,
    in_copy: bool,
    /// Whether what is left out of what is kept stays in the tree: it is read from there where nothing is found.
    asks_only: bool,
}

impl<'e> Walk<'e> {
    fn new(kind: Kind, examiner: &'e mut Examiner, asks_only: bool) -> Self {
        let typed = !matches!(kind.keep(), Keep::Parts(_) | Keep::Whole | Keep::WholeWithStatus);
        Self { examiner, kind, typed, path: String::new(), found: Vec::new(), copied: Vec::new(), in_copy: false, asks_only }
    }

    fn node(&mut self, node: &mut Node<'_>, name: &str, place: Place, parent: Option<&str>) {
        match node {
            Node::Text(text) => {
                let said = selector::examine(self.examiner, name, text).or_else(|| self.examiner.examine(name, text, place));
                if let Some(said) = said {
                    self.record(&said.detections);
                    *node = self.stand_in(&said, text.len(), parent);
                }
            }
            Node::Number(number) => {
                // Those of fewer digits are most, and short enough to be harmless.
                let text = if number.as_u64().is_some_and(|number| number < 10_u64.pow(11)) { String::new() } else { number.to_string() };
                if text.len() >= SHORTEST_KEY
                    && let Some(said) = self.examiner.examine(name, &text, place)
                {
                    self.record(&said.detections);
                    *node = self.stand_in(&said, text.len(), parent);
                }
            }
            Node::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let here = self.path.len();
                    match item.text("name") {
                        Some(own) => {
                            let shown = self.masked(own);
                            self.push(&["[name=", shown.as_deref().unwrap_or(own), "]"]);
                        }
                        // A text takes whatever is written to it.
                        None => {
                            let _ = write!(self.path, "[{index}]");
                        }
                    }
                    self.node(item, name, place, parent);
                    self.path.truncate(here);
                }
            }
            Node::Map(entries) => self.map(entries, name, place, parent),
            Node::Record(Record::Unread(_)) if self.asks_only => {}
            Node::Record(record) => self.writers(record),
            // What is unread is never in order (see `sound`), and not taken.
            Node::Null | Node::Bool(_) | Node::Sealed(_) | Node::Known | Node::Unread(_) => {}
        }
    }

    fn map(&mut self, entries: &mut [(Cow<'_, str>, Node<'_>)], name: &str, place: Place, parent: Option<&str>) {
        let (mut has_values, mut is_web_key, mut has_line) = (false, false, false);
        for (key, _) in &*entries {
            match &**key {
                "kty" => is_web_key = true,
                "command" | "args" => has_line = true,
                key => has_values |= is_value(key),
            }
        }
        // What stands beside a value is asked before any of it is changed, and only where somebody will want to know.
        let told = if has_values { told_beside(entries) } else { None };
        let line = if has_line { CommandLine::of(entries) } else { CommandLine::default() };
        let chosen = parent.is_some_and(|parent| CHOSEN.contains(&parent));
        for (key, value) in entries {
            let before = self.key(key);
            let own: &str = before.as_deref().unwrap_or(key);
            let here = self.label(key, chosen && !matches!(own, "matchLabels" | "matchExpressions"));
            let listed = matches!(value, Node::List(_));
            if listed && own == "command" {
                self.arguments(value, &line.program, String::new(), line.by_place);
            } else if listed && own == "args" {
                self.arguments(value, &line.program, line.last.clone(), line.by_place.and_then(|at| at.checked_sub(line.words)));
            } else if COPIES.contains(&own) && self.path == format!("metadata.annotations[{own}]") {
                self.copy(value);
            } else if self.path == "status" {
                // What a controller reports repeats what the object says.
                let outer = std::mem::replace(&mut self.in_copy, true);
                self.node(value, own, place, Some(own));
                self.in_copy = outer;
            } else {
                let named = is_value(own);
                let (under, place) = match &told {
                    Some((by, text)) if named => {
                        let labelled = parent.is_some_and(|parent| LABELLED.contains(&parent));
                        (
                            text.as_str(),
                            match *by {
                                "name" | "header" => Place::Text,
                                _ if labelled => Place::Label,
                                _ => Place::Field,
                            },
                        )
                    }
                    _ if is_web_key && PRIVATE_PARTS.contains(&own) => ("private-key", Place::Text),
                    None if named => (name, place),
                    _ => (own, self.place_of(own, parent, place)),
                };
                self.node(value, under, place, Some(own));
            }
            self.path.truncate(here);
        }
    }

    /// Goes on to a key, after what was found in it. Gives where the path ended before.
    fn label(&mut self, shown: &str, chosen: bool) -> usize {
        let here = self.path.len();
        let plain = shown.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match (chosen || !plain, here == 0) {
            (true, _) => self.push(&["[", shown, "]"]),
            (false, true) => self.push(&[shown]),
            (false, false) => self.push(&[".", shown]),
        }
        here
    }

    /// Where the values of a map stand: those of settings and annotations are people's own text, and labels have a form of their own.
    fn place_of(&self, key: &str, parent: Option<&str>, above: Place) -> Place {
        match parent {
            Some("annotations") => Place::Text,
            Some("data" | "binaryData") if self.kind == Kind::ConfigMaps => Place::Text,
            // `commonLabels`, `podSelector`, `sourceLabels`…
            _ if ["abels", "elector"].iter().any(|end| key.ends_with(end)) => Place::Label,
            _ => above,
        }
    }

    /// A command line: a flag and its value may be two arguments, and the program says what its short flags mean.
    fn arguments(&mut self, list: &mut Node<'_>, program: &str, mut flag: String, by_place: Option<usize>) {
        let Node::List(items) = list else { return };
        let (typed, mut name) = (self.typed, "args");
        if self.path.ends_with("command") {
            name = "command";
        }
        for (index, item) in items.iter_mut().enumerate() {
            let Some(text) = item.as_text().map(str::to_owned) else {
                self.below(&format!("[{index}]"), |walk| walk.node(item, name, Place::Text, None));
                flag.clear();
                continue;
            };
            let option = text.starts_with('-') && !text.contains(char::is_whitespace);
            let key = match text.split_once('=') {
                Some((own, _)) if option => own.to_owned(),
                _ if option => String::new(),
                _ => flag.clone(),
            };
            let said = self.examiner.examine(key.trim_start_matches('-'), &text, Place::Text).or_else(|| {
                let start = if by_place == Some(index) { 0 } else { password_in_argument(program, &flag, &text)? };
                self.examiner.examine_from(start, &text)
            });
            if let Some(said) = said {
                self.below(&format!("[{index}]"), |walk| walk.record(&said.detections));
                // Arguments of probes and hooks have no sealed form.
                let sealed = typed && !self.path.contains("exec.") && !self.path.contains("Probe.") && !self.path.contains("lifecycle.");
                *item = if sealed {
                    let kept = super::arguments::stand_in(&text);
                    Node::Sealed(Box::new(StandIn { length: text.len(), detections: said.detections.clone(), kept }))
                } else {
                    Node::Text(Cow::Owned(said.masked.clone()))
                };
            }
            flag = if option && !text.contains('=') { text } else { String::new() };
        }
    }

    /// A copy of the object in an annotation: the same is found in it as in the object, at no other place.
    fn copy(&mut self, value: &mut Node<'_>) {
        let Some(text) = value.as_text().map(str::to_owned) else { return };
        let field = self.path.clone();
        let (before, outer) = (self.copied.len(), std::mem::replace(&mut self.in_copy, true));
        match serde_json::from_str::<Node<'_>>(&text) {
            Ok(mut tree) => {
                let path = std::mem::take(&mut self.path);
                self.node(&mut tree, "", Place::Field, None);
                self.path = path;
            }
            Err(_) => {
                if let Some(said) = self.examiner.examine("", &text, Place::Text) {
                    self.record(&said.detections);
                }
            }
        }
        self.in_copy = outer;
        self.copied[before..].iter_mut().for_each(|redaction| redaction.field.clone_from(&field));
        if !self.asks_only {
            *value = Node::Text(Cow::Borrowed(""));
        }
    }

    /// The record of who wrote which field: its keys are names of fields and items.
    fn writers(&mut self, record: &mut Record<'_>) {
        let none = || Record::Text(Cow::Borrowed("[]"));
        if !record_is_read(self.kind) {
            *record = none();
            return;
        }
        if let Record::Unread(raw) = record {
            *record = text_of(*raw).map_or_else(none, Record::Text);
        }
        let Record::Text(text) = record else { return };
        let examiner = &mut *self.examiner;
        // Its texts came before, most of them, and the whole did not.
        if all_texts(text, |own| examiner.examine("", own, Place::Field).is_none()) {
            return;
        }
        let Some(said) = self.examiner.examine("", text, Place::Field) else { return };
        let outer = std::mem::replace(&mut self.in_copy, true);
        self.record(&said.detections);
        self.in_copy = outer;
        let whole = serde_json::from_str::<serde::de::IgnoredAny>(&said.masked).is_ok();
        *record = if whole { Record::Text(Cow::Owned(said.masked.clone())) } else { none() };
    }

    /// Takes out of a key what a detector finds in it, and records that. Gives the key as it was, where it is another now.
    fn key<'k>(&mut self, key: &mut Cow<'k, str>) -> Option<Cow<'k, str>> {
        if key.len() < SHORTEST_KEY {
            return None;
        }
        let said = self.examiner.examine("", key, Place::Field)?;
        let before = std::mem::replace(key, Cow::Owned(said.masked.clone()));
        let here = self.path.len();
        self.push(&["[", &said.masked, "]"]);
        self.record(&said.detections);
        self.path.truncate(here);
        Some(before)
    }

    /// What stands for a name in a path, where something is found in it; what that was is recorded where it stands.
    fn masked(&mut self, name: &str) -> Option<String> {
        let said = if name.len() >= SHORTEST_KEY { self.examiner.examine("name", name, Place::Field) } else { None };
        said.map(|said| said.masked.clone())
    }

    fn push(&mut self, parts: &[&str]) {
        self.path.extend(parts.iter().copied());
    }

    /// What takes the place of a text in which something was found.
    fn stand_in(&self, said: &Examined, length: usize, parent: Option<&str>) -> Node<'static> {
        let in_settings = self.kind == Kind::ConfigMaps && (self.path.starts_with("data[") || self.path.starts_with("binaryData["));
        let in_annotations =
            self.path.ends_with(']') && self.path.rsplit_once("annotations[").is_some_and(|(before, _)| before.ends_with("metadata."));
        let in_environment = parent == Some("value") && self.path.contains(".env[") && self.path.ends_with("].value");
        let top = self.path.starts_with("metadata.");
        if (self.typed && (in_settings || in_annotations || in_environment)) || (top && in_annotations) {
            Node::Sealed(Box::new(StandIn { length, detections: said.detections.clone(), kept: None }))
        } else {
            Node::Text(Cow::Owned(said.masked.clone()))
        }
    }

    fn record(&mut self, detections: &[Detection]) {
        let list = if self.in_copy { &mut self.copied } else { &mut self.found };
        list.extend(detections.iter().map(|detection| Redaction { field: self.path.clone(), detection: detection.clone() }));
    }

    fn below(&mut self, label: &str, then: impl FnOnce(&mut Self)) {
        let here = self.path.len();
        self.path.push_str(label);
        then(self);
        self.path.truncate(here);
    }
}

/// The name that stands beside a value, and under which key.
fn told_beside(entries: &[(Cow<'_, str>, Node<'_>)]) -> Option<(&'static str, String)> {
    let (key, node) = ["name", "key", "Name", "Key", "header"]
        .into_iter()
        .find_map(|wanted| entries.iter().find(|(key, _)| key == wanted).map(|(_, node)| (wanted, node)))?;
    Some((key, node.as_text()?.to_owned()))
}

/// What the arguments of a container say together.
#[derive(Default)]
struct CommandLine {
    /// The program that is started.
    program: String,
    /// How many words its command has.
    words: usize,
    /// The option with which the command ends, and whose value is the first argument.
    last: String,
    /// Which word is a password by its place.
    by_place: Option<usize>,
}

impl CommandLine {
    fn of(entries: &[(Cow<'_, str>, Node<'_>)]) -> Self {
        let words = |wanted: &str| entries.iter().find(|(key, _)| key == wanted).map(|(_, node)| node.texts()).unwrap_or_default();
        let (command, args) = (words("command"), words("args"));
        let last = command.last().filter(|word| word.starts_with('-') && !word.contains('=')).copied().unwrap_or_default();
        Self {
            program: command.first().or(args.first()).copied().unwrap_or_default().to_owned(),
            words: command.len(),
            last: last.to_owned(),
            by_place: password_by_place(&[command.as_slice(), args.as_slice()].concat()),
        }
    }
}

#[cfg(test)]
#[path = "sift_tests.rs"]
mod tests;
