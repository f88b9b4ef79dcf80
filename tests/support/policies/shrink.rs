//! From a cluster that shows something to the smallest that still does: objects are taken away, then parts of what is left.

use serde_json::Value;

/// Takes away whatever can go while `shows` stays true.
pub fn smallest(mut objects: Vec<Value>, shows: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    loop {
        let before = objects.clone();
        let mut at = 0;
        while at < objects.len() {
            let mut fewer = objects.clone();
            fewer.remove(at);
            if shows(&fewer) { objects = fewer } else { at += 1 }
        }
        for at in 0..objects.len() {
            let mut paths = Vec::new();
            removable(&objects[at], String::new(), &mut paths);
            // From the back, so that paths of earlier items stay good.
            for (parent, item) in paths.into_iter().rev() {
                let mut fewer = objects.clone();
                if take(&mut fewer[at], &parent, &item) && shows(&fewer) {
                    objects = fewer;
                }
            }
        }
        if objects == before {
            return objects;
        }
    }
}

/// Whether every object that lives in a namespace still has it.
pub fn is_whole(objects: &[Value]) -> bool {
    let there = |name: &str| objects.iter().any(|object| object["kind"] == "Namespace" && object["metadata"]["name"] == name);
    objects.iter().filter_map(|object| object["metadata"]["namespace"].as_str()).all(there)
}

/// Items of lists, and labels: what can go without making an object that the API would refuse. Lists that must not be empty are left alone.
fn removable(value: &Value, path: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            let kept = ["values", "containers", "ownerReferences", "specs"].iter().any(|name| path.ends_with(name));
            for (at, item) in items.iter().enumerate() {
                if !kept {
                    found.push((path.clone(), at.to_string()));
                }
                removable(item, format!("{path}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if path.ends_with("/labels") || path.ends_with("/matchLabels") || name == "initContainers" {
                    found.push((path.clone(), name.clone()));
                }
                removable(field, format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn take(object: &mut Value, parent: &str, item: &str) -> bool {
    // Where an empty list means everyone, what stands in it may go; elsewhere the last of it may not.
    let must_stay = object["kind"] != "NetworkPolicy"
        && ["from", "to", "ports", "protocols", "networks"].iter().any(|name| parent.ends_with(&format!("/{name}")))
        && object.pointer(parent).and_then(Value::as_array).is_some_and(|items| items.len() == 1);
    if must_stay {
        return false;
    }
    match object.pointer_mut(parent) {
        Some(Value::Array(items)) => item.parse().ok().filter(|at: &usize| *at < items.len()).map(|at| items.remove(at)).is_some(),
        Some(Value::Object(fields)) => fields.remove(item).is_some(),
        _ => false,
    }
}
