//! The review that Gatekeeper hands to its programs: the admission request as the API server sends it, and the namespace beside it.

use super::constraint::Asked;
use crate::request::{Operation, Request};
use serde_json::{Map, Value, json};

/// `input.review` of a request.
pub(super) fn review(request: &Request, asked: &Asked) -> Value {
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
    review.insert("object".to_owned(), whole(object, request));
    review.insert("oldObject".to_owned(), whole(&request.old_object, request));
    review.insert("dryRun".to_owned(), request.dry_run.into());
    review.insert("options".to_owned(), Value::Null);
    let namespace = asked.namespace.map_or(
        Value::Null,
        |namespace| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace.name, "labels": namespace.labels}}),
    );
    review.insert("namespaceObject".to_owned(), namespace);
    Value::Object(review)
}

/// An object as the API server writes it: with its version and kind, with a status where its type has one, and with the resources of its containers.
pub(super) fn whole(object: &Value, request: &Request) -> Value {
    let Value::Object(fields) = object else { return object.clone() };
    let mut fields = fields.clone();
    let version = if request.kind.group.is_empty() {
        request.kind.version.clone()
    } else {
        format!("{}/{}", request.kind.group, request.kind.version)
    };
    fields.entry("apiVersion").or_insert_with(|| version.into());
    fields.entry("kind").or_insert_with(|| request.kind.kind.clone().into());
    let kind = fields.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let path: &[&str] = match kind.as_str() {
        "Pod" => &["spec"],
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return Value::Object(fields),
    };
    fields.entry("status").or_insert_with(|| Value::Object(Map::new()));
    let mut object = Value::Object(fields);
    let mut at = Some(&mut object);
    for step in path {
        at = at.and_then(|value| value.get_mut(step));
    }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let containers = at.as_mut().and_then(|spec| spec.get_mut(list)).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            if let Value::Object(container) = container
                && container.get("resources").is_none_or(Value::is_null)
            {
                container.insert("resources".to_owned(), Value::Object(Map::new()));
            }
        }
    }
    object
}
