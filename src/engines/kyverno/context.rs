//! What variables mean: the request, what is made of it, and `{{ … }}` in texts.
//!
//! Source: pkg/engine/context and pkg/engine/variables of Kyverno 1.19.

use super::gotext;
use super::images;
use super::jmespath::{self, Fault, Node};
use super::types::Entry;
use crate::request::{Operation, Request};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

/// A variable that is reckoned when it is asked for.
#[derive(Clone)]
enum Source<'a> {
    Entry(&'a Entry),
    Images,
}

#[derive(Clone)]
struct Deferred<'a> {
    name: &'a str,
    source: Source<'a>,
    asked: bool,
}

/// The variables of a rule.
#[derive(Clone)]
pub struct Context<'a> {
    /// Shared by what is reckoned for each rule, and copied where one of them adds something.
    root: Arc<Value>,
    deferred: Vec<Deferred<'a>>,
    /// While one is reckoned, only those before it are known.
    known: Option<usize>,
    /// Whose `request.object` is meant where the object goes.
    operation: Operation,
}

/// All numbers of a request are floating-point numbers at first.
fn review(request: &Request) -> Value {
    let mut user = json!({"username": request.user.name});
    if !request.user.groups.is_empty() {
        user["groups"] = json!(request.user.groups);
    }
    let mut review = json!({
        "kind": {"group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind},
        "resource": {"group": request.resource.group, "version": request.resource.version, "resource": request.resource.resource},
        "requestKind": {"group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind},
        "requestResource": {"group": request.resource.group, "version": request.resource.version, "resource": request.resource.resource},
        "operation": request.operation.word(),
        "dryRun": request.dry_run,
    });
    if let Value::Object(map) = &mut review {
        // `json!` would write and read them once more, and they are large.
        map.insert("userInfo".to_owned(), user);
        map.insert("object".to_owned(), jmespath::as_floats((*request.object).clone()));
        map.insert("oldObject".to_owned(), jmespath::as_floats((*request.old_object).clone()));
        let mut put = |key: &str, text: &str| {
            if !text.is_empty() {
                map.insert(key.to_owned(), json!(text));
            }
        };
        put("name", &request.name);
        put("subResource", &request.subresource);
        put("requestSubResource", &request.subresource);
        if let Some(namespace) = &request.namespace {
            put("namespace", &namespace.name);
        }
    }
    review
}

/// What is known of a request; of everything else nobody here can tell.
const KNOWN: [&str; 13] = [
    "kind",
    "resource",
    "requestKind",
    "requestResource",
    "operation",
    "userInfo",
    "object",
    "oldObject",
    "dryRun",
    "name",
    "subResource",
    "requestSubResource",
    "namespace",
];

impl<'a> Context<'a> {
    /// The variables of a request.
    #[must_use]
    pub fn new(request: &Request) -> Self {
        let deferred = vec![Deferred { name: "images", source: Source::Images, asked: false }];
        Self { root: Self::root(request), deferred, known: None, operation: request.operation }
    }

    /// What is told of a request; the last is remembered, because many policies are asked about one.
    fn root(request: &Request) -> Arc<Value> {
        thread_local! {
            static LAST: RefCell<Option<(Request, Arc<Value>)>> = const { RefCell::new(None) };
        }
        LAST.with(|last| match &*last.borrow() {
            Some((known, root)) if known.is_about_the_same(request) => Some(Arc::clone(root)),
            _ => None,
        })
        .unwrap_or_else(|| {
            let root = Arc::new(Self::told(request));
            LAST.with(|last| *last.borrow_mut() = Some((request.clone(), Arc::clone(&root))));
            root
        })
    }

    fn told(request: &Request) -> Value {
        let account = request.user.name.strip_prefix("system:serviceaccount:").unwrap_or_default();
        let mut parts = account.split(':');
        let (namespace, name) = match (parts.next(), parts.next()) {
            (Some(namespace), Some(name)) => (namespace, name),
            _ => ("", ""),
        };
        Value::Object(Map::from_iter([
            ("request".to_owned(), review(request)),
            ("serviceAccountName".to_owned(), json!(name)),
            ("serviceAccountNamespace".to_owned(), json!(namespace)),
        ]))
    }

    /// From now on the object's whole numbers are such: so Kyverno hands it on from one rule to the next.
    pub fn hand_on(&mut self, object: &Value) {
        if !object.is_null() && self.root["request"]["object"] != *object {
            Arc::make_mut(&mut self.root)["request"]["object"] = object.clone();
        }
    }

    /// As if the old object were being created.
    pub fn judge_old(&mut self, old: &Value) {
        self.hand_on(old);
        if let Some(request) = Arc::make_mut(&mut self.root).get_mut("request").and_then(Value::as_object_mut) {
            request.remove("oldObject");
            request.insert("operation".to_owned(), json!("CREATE"));
        }
        self.operation = Operation::Create;
    }

    /// Adds variables that are reckoned when they are asked for.
    pub fn declare(&mut self, entries: &'a [Entry]) {
        self.deferred.extend(entries.iter().map(|entry| Deferred { name: &entry.name, source: Source::Entry(entry), asked: false }));
    }

    /// Adds an item of a list.
    pub fn add_element(&mut self, element: &Value, index: usize, nesting: usize) {
        if let Value::Object(root) = Arc::make_mut(&mut self.root) {
            let index = json!(index);
            root.insert(format!("element{nesting}"), element.clone());
            root.insert(format!("elementIndex{nesting}"), index.clone());
            root.insert("element".to_owned(), element.clone());
            root.insert("elementIndex".to_owned(), index);
        }
    }

    /// The value of an expression.
    pub fn query(&mut self, text: &str) -> Result<Value, Fault> {
        self.load(text)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::Error("an empty expression".to_owned()));
        }
        let node = jmespath::parse(text)?;
        if takes_whole(&node) {
            return Err(Fault::Lacking("all variables at once are not known here".to_owned()));
        }
        if let Some(what) = unknown(&node) {
            return Err(Fault::Lacking(format!("{what} is not known here")));
        }
        jmespath::run(&node, &self.root)
    }

    /// Reckons the variables that an expression names.
    fn load(&mut self, text: &str) -> Result<(), Fault> {
        loop {
            let end = self.known.unwrap_or(usize::MAX).min(self.deferred.len());
            let Some(at) = self.deferred[..end].iter().position(|one| !one.asked && names(text, one.name)) else { return Ok(()) };
            self.deferred[at].asked = true;
            let (name, source) = (self.deferred[at].name, self.deferred[at].source.clone());
            let before = self.known.replace(at);
            let made = match source {
                Source::Images => self.images(),
                Source::Entry(entry) => self.entry(entry).map(Some),
            };
            self.known = before;
            // A variable that can't be reckoned makes what names it err, whatever default stands behind it.
            let made = made.map_err(|fault| match fault {
                Fault::Missing(key) => Fault::Error(format!("variable {name}: unknown key {key}")),
                other => other,
            })?;
            if let Some(value) = made
                && let Value::Object(root) = Arc::make_mut(&mut self.root)
            {
                root.insert(name.to_owned(), value);
            }
        }
    }

    fn images(&self) -> Result<Option<Value>, Fault> {
        let object = &self.root["request"]["object"];
        Ok(images::variable(&images::of(object).map_err(Fault::Error)?))
    }

    fn entry(&mut self, entry: &Entry) -> Result<Value, Fault> {
        let Some(variable) = &entry.variable else {
            return Err(Fault::Lacking(format!("the variable {} comes from elsewhere", entry.name)));
        };
        let path = match self.substituted(&Value::String(variable.jmes_path.clone()))? {
            Value::String(path) => path,
            _ => return Err(Fault::Error(format!("the expression of {} is no text", entry.name))),
        };
        let default = self.substituted(&jmespath::as_floats(variable.default.clone()))?;
        let has_default = !default.is_null();
        let forgive = |outcome: Result<Value, Fault>| match outcome {
            Ok(value) => Ok(Some(value)),
            Err(Fault::Lacking(why)) => Err(Fault::Lacking(why)),
            Err(_) if has_default => Ok(None),
            Err(fault) => Err(Fault::Error(fault.words())),
        };
        let mut output = default.clone();
        if variable.value.is_null() {
            if !path.is_empty()
                && let Some(value) = forgive(self.query(&path))?.filter(|value| !value.is_null())
            {
                output = value;
            }
        } else {
            let value = self.substituted(&jmespath::as_floats(variable.value.clone()))?;
            if path.is_empty() {
                output = value;
            } else if let Some(value) = forgive(jmespath::parse(&path).and_then(|node| jmespath::run(&node, &value)))? {
                output = value;
            }
        }
        if output.is_null() {
            return Err(Fault::Error(format!("the variable {} is nothing", entry.name)));
        }
        Ok(jmespath::as_floats(output))
    }

    /// A value of a policy with all its variables replaced.
    pub fn substituted(&mut self, value: &Value) -> Result<Value, Fault> {
        Ok(match value {
            Value::String(text) => self.text(text)?,
            Value::Array(items) => Value::Array(items.iter().map(|item| self.substituted(item)).collect::<Result<_, _>>()?),
            Value::Object(map) => {
                let mut made = Map::new();
                for (key, item) in map {
                    let key = match self.text(key)? {
                        Value::String(key) => key,
                        Value::Null => key.clone(),
                        _ => return Err(Fault::Error(format!("the key {key} is no text"))),
                    };
                    made.insert(key, self.substituted(item)?);
                }
                Value::Object(made)
            }
            other => other.clone(),
        })
    }

    fn text(&mut self, text: &str) -> Result<Value, Fault> {
        if !text.contains("{{") && !text.contains("$(") {
            return Ok(Value::String(text.to_owned()));
        }
        let Some(forms) = forms() else { return Err(Fault::Lacking("variables".to_owned())) };
        if forms.reference.is_match(text) {
            return Err(Fault::Lacking(format!("the reference in {text:?}")));
        }
        let mut text = forms.escaped.replace_all(text, |found: &regex::Captures<'_>| found[0][1..].to_owned()).into_owned();
        // Each round replaces something; what grows for ever ends.
        for _ in 0..100 {
            let found: Vec<String> = forms.variable.find_iter(&text).map(|found| found.as_str().to_owned()).collect();
            if found.is_empty() {
                return Ok(Value::String(text.replace("\\{{", "{{")));
            }
            let original = text.clone();
            let mut shallow = false;
            for old in found {
                let variable = if old.starts_with("{{") { old.as_str() } else { &old[old.chars().next().map_or(0, char::len_utf8)..] };
                let mut expression = variable.replace("{{", "").replace("}}", "").trim().to_owned();
                shallow = expression.starts_with('-');
                if shallow {
                    expression = expression[1..].trim().to_owned();
                }
                if expression == "@" {
                    return Err(Fault::Lacking("{{@}}".to_owned()));
                }
                if self.operation == Operation::Delete {
                    expression = expression.replace("request.object", "request.oldObject");
                }
                let value = self.query(&expression)?;
                if original == variable {
                    return Ok(value);
                }
                let written = match value {
                    Value::String(written) => written,
                    other if shallow && !other.is_null() => {
                        return Err(Fault::Lacking(format!("{variable} is no text: {}", gotext::json(&other))));
                    }
                    other => gotext::json(&other),
                };
                let written = if shallow { written.replace("{{", "\\{{") } else { written };
                let prefix = &old[..old.len() - variable.len()];
                text = text.replacen(&old, &format!("{prefix}{written}"), 1);
            }
            if shallow {
                return Ok(Value::String(text.replace("\\{{", "{{")));
            }
        }
        Err(Fault::Lacking("variables in variables without end".to_owned()))
    }
}

struct Forms {
    variable: regex::Regex,
    reference: regex::Regex,
    escaped: regex::Regex,
}

fn forms() -> Option<&'static Forms> {
    static FORMS: LazyLock<Option<Forms>> = LazyLock::new(|| {
        Some(Forms {
            variable: regex::Regex::new(r"(^|[^\\])(\{\{(?:\{[^{}]*\}|[^{}])*\}\})").ok()?,
            reference: regex::Regex::new(r"^\$\(.[^ ]*\)|[^\\]\$\(.[^ ]*\)").ok()?,
            escaped: regex::Regex::new(r"\\\$\(.[^ )]*\)").ok()?,
        })
    });
    FORMS.as_ref()
}

/// Whether an expression names a variable: at a word's border, not behind a dot.
fn names(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let ends_in_word = name.chars().next_back().is_some_and(word);
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_none_or(|c| c != '.' && !c.is_ascii_alphanumeric());
        let after = text[at + name.len()..].chars().next().is_some_and(word);
        before && after != ends_in_word
    })
}

/// Whether an expression takes all variables at once.
fn takes_whole(node: &Node) -> bool {
    match node {
        Node::Identity => true,
        Node::Then(left, _) => !matches!(**left, Node::Identity) && takes_whole(left),
        Node::Pipe(left, _)
        | Node::Projection(left, _)
        | Node::Values(left, _)
        | Node::Filter(left, ..)
        | Node::Flatten(left)
        | Node::Not(left) => takes_whole(left),
        Node::Compare(_, left, right) | Node::Or(left, right) | Node::And(left, right) => takes_whole(left) || takes_whole(right),
        Node::Call(_, nodes) | Node::List(nodes) => nodes.iter().any(takes_whole),
        Node::Hash(entries) => entries.iter().any(|(_, node)| takes_whole(node)),
        _ => false,
    }
}

/// What an expression asks of the request that is not known here.
fn unknown(node: &Node) -> Option<String> {
    let inner = |nodes: &[&Node]| nodes.iter().find_map(|node| unknown(node));
    match node {
        Node::Field(name) if name == "request" => Some("the whole request".to_owned()),
        Node::Then(left, right) => match (&**left, &**right) {
            (Node::Field(request), Node::Field(key)) if request == "request" => {
                if !KNOWN.contains(&key.as_str()) {
                    return Some(format!("request.{key}"));
                }
                (key == "userInfo").then(|| "the whole userInfo".to_owned())
            }
            (Node::Then(first, second), Node::Field(key)) if matches!((&**first, &**second), (Node::Field(a), Node::Field(b)) if a == "request" && b == "userInfo") => {
                (!matches!(key.as_str(), "username" | "groups")).then(|| format!("request.userInfo.{key}"))
            }
            (left, right) => inner(&[left, right]),
        },
        Node::Compare(_, a, b) | Node::Or(a, b) | Node::And(a, b) | Node::Pipe(a, b) | Node::Projection(a, b) | Node::Values(a, b) => {
            inner(&[a, b])
        }
        Node::Filter(a, b, c) => inner(&[a, b, c]),
        Node::Reference(a) | Node::Flatten(a) | Node::Not(a) => unknown(a),
        Node::Call(_, nodes) | Node::List(nodes) => nodes.iter().find_map(unknown),
        Node::Hash(entries) => entries.iter().find_map(|(_, node)| unknown(node)),
        _ => None,
    }
}
