//! The review that Gatekeeper hands to its programs: the admission request as the API server sends it, and the namespace beside it.

use super::constraint::Asked;
use crate::cel;
use crate::request::{Operation, Request};
use crate::validating::typed;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};

thread_local! {
    static LAST: RefCell<Option<(Request, Made)>> = const { RefCell::new(None) };
}

/// What is made of a request.
#[derive(Clone)]
pub(super) struct Made {
    /// `input.review`, or why it is not known.
    pub review: Result<regorus::Value, String>,
    /// The same for requests that differ in nothing but their namespaces.
    pub apart_from_namespaces: u128,
}

/// `input.review` of a request as programs get it. A trial gives one request to many templates in turn: it is made once for them.
pub(super) fn input(request: &Request, asked: &Asked) -> Made {
    LAST.with_borrow_mut(|last| match last {
        Some((known, made)) if same(known, request) => made.clone(),
        _ => {
            let review = review(request, asked).map(regorus::Value::from);
            let made = Made { review, apart_from_namespaces: apart_from_namespaces(request) };
            *last = Some((request.clone(), made.clone()));
            made
        }
    })
}

fn apart_from_namespaces(request: &Request) -> u128 {
    let without = |object: &Value| {
        let mut object = object.clone();
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("namespace");
        }
        object
    };
    let objects = [without(&request.object), without(&request.old_object)];
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        (request.operation, &request.kind, &request.resource, &request.subresource, &request.name).hash(&mut hasher);
        (&request.user.name, &request.user.groups, request.dry_run, request.namespace.is_some()).hash(&mut hasher);
        objects.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(0) << 64) | half(1)
}

/// Whether two requests are the same in all that shows in a review.
pub(super) fn same(one: &Request, other: &Request) -> bool {
    one.operation == other.operation
        && one.kind == other.kind
        && one.resource == other.resource
        && one.subresource == other.subresource
        && one.name == other.name
        && one.namespace == other.namespace
        && one.user == other.user
        && one.dry_run == other.dry_run
        && one.object == other.object
        && one.old_object == other.old_object
}

/// `input.review` of a request.
fn review(request: &Request, asked: &Asked) -> Result<Value, String> {
    let kind = json!({"group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind});
    let resource = json!({"group": request.resource.group, "version": request.resource.version, "resource": request.resource.resource});
    let mut review = Map::new();
    // A program that reads it is not evaluated.
    review.insert("uid".to_owned(), "".into());
    review.insert("kind".to_owned(), kind.clone());
    review.insert("resource".to_owned(), resource.clone());
    review.insert("requestKind".to_owned(), kind);
    review.insert("requestResource".to_owned(), resource);
    if !request.subresource.is_empty() {
        review.insert("subResource".to_owned(), request.subresource.clone().into());
        review.insert("requestSubResource".to_owned(), request.subresource.clone().into());
    }
    if !request.name.is_empty() {
        review.insert("name".to_owned(), request.name.clone().into());
    }
    if let Some(namespace) = asked.namespace {
        review.insert("namespace".to_owned(), namespace.name.clone().into());
    }
    review.insert("operation".to_owned(), request.operation.word().into());
    review.insert("userInfo".to_owned(), json!({"username": request.user.name, "groups": request.user.groups}));
    let object = if request.operation == Operation::Delete { &request.old_object } else { &request.object };
    review.insert("object".to_owned(), whole(object, request)?);
    review.insert("oldObject".to_owned(), whole(&request.old_object, request)?);
    review.insert("dryRun".to_owned(), request.dry_run.into());
    review.insert("options".to_owned(), Value::Null);
    // An empty object for what is in none; kind and version are not in it, as Gatekeeper reads it by its type.
    let namespace =
        asked.namespace.map_or_else(|| json!({}), |namespace| json!({"metadata": {"name": namespace.name, "labels": namespace.labels}}));
    review.insert("namespaceObject".to_owned(), namespace);
    Ok(Value::Object(review))
}

/// An object as the API server writes it for webhooks: by its type, where its kind has one there.
fn whole(object: &Value, request: &Request) -> Result<Value, String> {
    match typed::object(&request.kind, object) {
        cel::Value::Unknown(words) => Err(words.to_string()),
        value => value.to_json().ok_or_else(|| "an object that is no JSON".to_owned()),
    }
}
