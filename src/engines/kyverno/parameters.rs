//! Parameters of rules of CEL: the objects that `paramKind` and `paramRef` mean.
//!
//! Source: pkg/admissionpolicy/utils.go of Kyverno 1.19. Other than with the API server's own policies, one that is named and not there breaks the rule,
//! whatever is to be done where none is found.

use crate::cel::Value;
use crate::matching::labels;
use crate::selector::Selector;
use crate::validating::Params;
use serde::Deserialize;
use serde_json::Value as Json;

/// The objects of a kind, by apiVersion and kind.
pub type Kinds<'a> = &'a dyn Fn(&str, &str) -> Params;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kind {
    api_version: String,
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Reference {
    name: String,
    namespace: String,
    selector: Option<Selector>,
    parameter_not_found_action: Option<String>,
}

/// What a rule takes its parameters from.
pub struct Source {
    reference: Reference,
    held: Params,
}

/// What a request gets.
pub enum Chosen {
    /// The rule is asked once for each.
    With(Vec<Value>),
    /// The rule breaks.
    Errs(String),
    /// It is not known here.
    Lacking(String),
}

impl Source {
    /// Reads what a rule says of its parameters; nothing where it takes none. In words what can't be read.
    pub fn read(kind: Option<&Json>, reference: Option<&Json>, kinds: Kinds<'_>) -> Result<Option<Self>, String> {
        // With one of the two alone the rule is run without parameters.
        let (Some(kind), Some(reference)) = (kind, reference) else {
            return if kind.or(reference).is_some() { Err("parameters by half".to_owned()) } else { Ok(None) };
        };
        let Kind { api_version, kind } = Deserialize::deserialize(kind).map_err(|error| format!("paramKind: {error}"))?;
        let reference: Reference = Deserialize::deserialize(reference).map_err(|error| format!("paramRef: {error}"))?;
        Ok(Some(Self { held: kinds(&api_version, &kind), reference }))
    }

    /// Whether another namespace may have other parameters.
    pub const fn tells_namespaces_apart(&self) -> bool {
        matches!(self.held, Params::Read { namespaced: true, .. }) && self.reference.namespace.is_empty()
    }

    /// The parameters for what is in a namespace, by name.
    pub fn choose(&self, namespace: &str) -> Chosen {
        let errs = |why: &str| Chosen::Errs(format!("error in parameterized resource: {why}"));
        let (namespaced, objects) = match &self.held {
            Params::Read { namespaced, objects } => (*namespaced, objects),
            Params::NoSuchKind => return errs("there is no such kind"),
            Params::NotRead(why) => return Chosen::Lacking(why.clone()),
            Params::None => return Chosen::Lacking("the parameters were not read".to_owned()),
        };
        let reference = &self.reference;
        let space = match (namespaced, reference.namespace.as_str(), namespace) {
            (true, "", "") => return errs("can't use namespaced paramRef to match cluster-scoped resources"),
            (true, "", own) => Some(own),
            (true, other, _) => Some(other),
            (false, "", _) => None,
            (false, ..) => return errs("paramRef.namespace must not be provided for a cluster-scoped `paramKind`"),
        };
        let text = |object: &Json, path: &str| object.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
        let here = objects.iter().filter(|object| space.is_none_or(|space| text(object, "/metadata/namespace") == space));
        let mut found: Vec<&Json> = match (&reference.selector, reference.name.as_str()) {
            (_, name) if !name.is_empty() => match here.clone().find(|object| text(object, "/metadata/name") == name) {
                Some(object) => return Chosen::With(vec![Value::from_json(object)]),
                None => return errs("the object that is named is not there"),
            },
            (Some(selector), _) => {
                let chosen: Option<Vec<(&Json, bool)>> = here.map(|object| Some((object, selector.selects(&labels(object))?))).collect();
                match chosen {
                    Some(chosen) => chosen.into_iter().filter(|(_, chosen)| *chosen).map(|(object, _)| object).collect(),
                    None => return errs("the selector can't be read"),
                }
            }
            (None, _) => Vec::new(),
        };
        if found.is_empty() && reference.parameter_not_found_action.as_deref() == Some("Deny") {
            return errs("no params found");
        }
        found.sort_by_key(|object| (text(object, "/metadata/namespace"), text(object, "/metadata/name")));
        Chosen::With(found.into_iter().map(Value::from_json).collect())
    }
}
