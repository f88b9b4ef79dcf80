//! From the text of a file to the objects in it: JSON and YAML, one document or many, lists of every shape, logs between them.
//! A document that is broken spoils neither its neighbours nor the knowledge of what it could have held.

use super::found::{Broken, Found, Take};
use super::json::{self, Stop};
use super::{logs, noise, yaml};
use kassay_core::sensitive::CUT_OFF;

/// Reads a whole file.
pub(super) fn read(text: &str, take: Take<'_>) -> Vec<Broken> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (parts, lost) = logs::outside(text);
    let mut broken = Vec::new();
    let mut enough = false;
    for part in parts {
        let found = read_part(part.text, &mut |found| {
            let go_on = match found {
                Found::Broken(broken) => take(Found::Broken(broken.below(part.above))),
                found => take(found),
            };
            enough |= !go_on;
            go_on
        });
        broken.extend(found.into_iter().map(|broken| broken.below(part.above)));
        if enough {
            return broken;
        }
    }
    broken.extend(lost);
    broken
}

/// Reads text without logs.
fn read_part(text: &str, take: Take<'_>) -> Vec<Broken> {
    if !begins_as_json(text) {
        return yaml::read(text, take);
    }
    let mut taken = false;
    let read = json::read(text, &mut |found| {
        taken = true;
        take(found)
    });
    match read {
        Ok(()) | Err(Stop::Enough) => vec![],
        // YAML's flow style begins like JSON. Where it is not that either, what JSON says of the place is the better word.
        Err(Stop::Broken(broken)) if taken || broken.line > 1 || broken.message == CUT_OFF => vec![broken],
        Err(Stop::Broken(broken)) => {
            let more = yaml::read(text, take);
            if more.is_empty() { vec![] } else { vec![broken] }
        }
    }
}

/// Whether the first thing in a text, behind what kubectl says, begins as JSON does.
fn begins_as_json(text: &str) -> bool {
    let mut lines = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim_start());
    let first = lines.find(|line| !line.is_empty() && noise::said(line).is_none());
    first.is_some_and(|line| line.starts_with(['{', '[']))
}

#[cfg(test)]
mod tests {
    use super::super::found::Held;
    use super::*;
    use serde_json::Value;

    fn told(text: &str) -> (Vec<String>, Vec<Broken>) {
        let mut seen = Vec::new();
        let broken = read(text, &mut |found| {
            seen.push(match found {
                Found::Object { api_version, kind, json } => {
                    let value: Value = serde_json::from_str(json).unwrap();
                    format!("{api_version} {kind} {}", value["metadata"]["name"].as_str().unwrap_or("?"))
                }
                Found::Nameless(_) => "nameless".to_owned(),
                Found::Unnamed(json) => format!("unnamed: {}", json::unnamed(json).message),
                Found::Refusal { reason, message } => format!("{reason}: {message}"),
                Found::Broken(broken) => format!("broken{}: {}", broken.place(), broken.message),
                Found::List { kind, items, goes_on, .. } => format!("end of {kind} {items}{}", if goes_on { " and more" } else { "" }),
            });
            true
        });
        (seen, broken)
    }

    #[test]
    fn every_shape_of_list_is_taken_item_by_item() {
        let json = r#"{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"x"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}"#;
        assert_eq!(told(json).0, ["v1 Pod a", "v1 Pod b", "end of PodList 2 and more"]);
        let yaml = "apiVersion: v1\nitems:\n- metadata: {name: a}\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\nkind: PodList\n";
        assert_eq!(told(yaml).0, ["apps/v1 Deployment d", "v1 Pod a", "end of PodList 2"]);
        assert_eq!(told("[{\"metadata\":{\"name\":\"a\"}}]").0, ["nameless", "end of  1"]);
        assert_eq!(
            told("apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n").0,
            ["v1 Pod a", "end of  1 and more"]
        );
        let none = r#"{"kind":"ServiceList","apiVersion":"v1","metadata":{},"items":null}"#;
        assert_eq!(told(none).0, ["end of ServiceList 0"]);
        assert_eq!(
            told(&format!(r#"{{"kind":"List","apiVersion":"v1","items":[{none},{{"metadata":{{"name":"a"}}}}]}}"#)).0,
            ["end of ServiceList 0", "unnamed: an item of the list does not say of which kind it is", "end of List 2"]
        );
        assert_eq!(told(r#"{"name":"e2e","items":null}"#).0, ["nameless"]);
        assert_eq!(told("apiVersion: v1\nkind: SecretList\nitems: []\n").0, ["end of SecretList 0"]);
        assert_eq!(told("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nitems: {a: b}\n").0, ["v1 ConfigMap c"]);
    }

    #[test]
    fn documents_follow_each_other_with_logs_between() {
        let text = "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"one\"}}\n==== START logs for container a of pod b/c ====\n{not json\n==== END logs for container a of pod b/c ====\n{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\"}}\n";
        assert_eq!(told(text), (vec!["v1 Node one".into(), "v1 Pod p".into()], vec![]));
        let yaml = "# a head\n---\nkind: Node\napiVersion: v1\nmetadata:\n  name: one\n--- # next\nkind: Pod\napiVersion: v1\nmetadata:\n  name: p\n...\n";
        assert_eq!(told(yaml), (vec!["v1 Node one".into(), "v1 Pod p".into()], vec![]));
    }

    #[test]
    fn a_broken_document_is_named_by_its_place_and_spares_its_neighbours() {
        let yaml = "kind: Pod\napiVersion: v1\nmetadata:\n  name: a\n---\nkind: Secret\napiVersion: v1\nstringData:\n  a: b\n  : [c\n---\nkind: Node\napiVersion: v1\nmetadata: {name: one}\n";
        let (seen, broken) = told(yaml);
        assert_eq!(seen, ["v1 Pod a", "v1 Node one"]);
        assert_eq!(broken.len(), 1);
        assert!((9..=11).contains(&broken[0].line), "{broken:?}");
        assert_eq!(broken[0].held, Held::Kind("v1".into(), "Secret".into()));
        let (_, broken) = told("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\n\"items\":[{\"metadata\":{\"na");
        assert_eq!((broken[0].line, &broken[0].held), (2, &Held::Kind("v1".into(), "Pod".into())));
        let (_, broken) = told("{\"apiVersion\":\"v1\",\"items\":[{\"kind\":\"Pod\",");
        assert_eq!(broken[0].held, Held::Anything);
    }

    #[test]
    fn words_about_a_broken_document_hold_none_of_its_text() {
        let (_, broken) = told("kind: Secret\nstringData:\n  a: \"hunter2-very-secret\" trailing\n");
        assert!(!broken.is_empty() && broken.iter().all(|b| !b.message.contains("hunter2")), "{broken:?}");
    }
}
