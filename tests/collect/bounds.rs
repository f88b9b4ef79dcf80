//! A server that never comes to an end, or says more than anybody can hold: the reading ends, in bounded time and memory, and what it missed is told.

use super::faults::{all_else_is_read, at, block, connect, read, run, state};
use super::server::{Asked, Reply, Server, list, list_in, named, page};
use flate2::Compression;
use flate2::write::GzEncoder;
use kassay::collect::{Connect, Options, Progress, preflight};
use kassay_core::kinds::KindState;
use kassay_core::model::{Kind, Outcome};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

/// A token that was not given before.
fn ever_new(before: usize) -> String {
    format!("t{before}")
}

fn rows(names: &[&str], next: &str) -> Reply {
    let columns = ["Name", "Type", "Data", "Age"].map(|name| json!({"name": name, "type": "string"}));
    let rows: Vec<Value> = names.iter().map(|name| json!({"cells": [name, "Opaque", 1, "4d"]})).collect();
    Reply::Json(
        json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"continue": next}, "columnDefinitions": columns, "rows": rows}),
    )
}

#[test]
fn ever_new_tokens_without_new_objects_end_the_list() {
    let server = at("/api/v1/pods", |_, before| page("PodList", &[named("a"), named("b")], &ever_new(before), 3));
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, inventory.pods.len()), (KindState::Partial, 2), "each counts once");
    assert!(words.contains("nothing new is on them") && words.contains("after 2 objects"), "{words}");
    assert!(server.times("/api/v1/pods") < 5);
    all_else_is_read(&inventory, &[Kind::Pods]);
}

#[test]
fn a_few_empty_pages_are_passed_and_endless_ones_are_not() {
    let few = at("/api/v1/pods", |_, before| match before {
        0..6 => page("PodList", &[], &ever_new(before), 1),
        _ => list("PodList", &[named("a")]),
    });
    assert_eq!((state(&read(&few), Kind::Pods).0, few.times("/api/v1/pods")), (KindState::Read, 7));
    let endless = at("/api/v1/pods", |_, before| page("PodList", &[], &ever_new(before), 1));
    let (told, words) = state(&read(&endless), Kind::Pods);
    assert!(told == KindState::Failed && words.contains("nothing is on them"), "{told:?} {words}");
    assert!(endless.times("/api/v1/pods") < 15);
}

#[test]
fn objects_on_two_pages_count_once() {
    let server = at("/api/v1/pods", |asked, _| match asked.query("continue") {
        None => page("PodList", &[named("a"), named("b")], "t", 1),
        Some(_) => list("PodList", &[named("b"), named("c")]),
    });
    let inventory = read(&server);
    let coverage = inventory.coverage_of(Kind::Pods);
    assert_eq!((coverage.state, coverage.items, inventory.pods.len()), (KindState::Read, 3, 3));
}

#[test]
fn pages_of_secrets_and_of_their_labels_end_too() {
    let server = at("/api/v1/namespaces/shop/secrets", |_, before| rows(&["db", "web"], &ever_new(before)));
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Secrets);
    assert_eq!((told, inventory.secrets.len()), (KindState::Partial, 2));
    assert!(words.contains("nothing new is on them"), "{words}");
    let labels = at("/api/v1/secrets", |_, before| {
        let token = json!({"metadata": {"name": "old-token", "namespace": "shop"}});
        Reply::Json(
            json!({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": {"continue": ever_new(before)}, "items": [token]}),
        )
    });
    let (told, words) = state(&read(&labels), Kind::Secrets);
    assert!(told == KindState::Partial && words.contains("nothing new is on them"), "{told:?} {words}");
}

#[test]
fn a_first_look_ends_too() {
    let server = at("/api/v1/namespaces", |_, before| page("NamespaceList", &[named("a")], &ever_new(before), 1));
    let look = block(preflight(&connect(&server))).unwrap();
    assert!(look.namespaces.len() == 1 && look.namespaces_missing.contains("nothing new"), "{}", look.namespaces_missing);
}

#[test]
fn what_the_time_of_the_reading_does_not_reach_is_failed_and_never_passes() {
    // Pods come for ever, each of them new; services never come.
    let server = Server::start(|asked, before| match asked.path() {
        "/api/v1/pods" => Some(page("PodList", &[named(&format!("p{before}"))], &ever_new(before), 1)),
        "/api/v1/services" => Some(Reply::Silence),
        _ => None,
    });
    let events = Mutex::default();
    let connect = Connect { read_timeout: Some(Duration::from_secs(3)), ..connect(&server) };
    let inventory = run(connect, &Options::default(), &events).unwrap();
    let (pods, services) = (state(&inventory, Kind::Pods), state(&inventory, Kind::Services));
    assert!(pods.0 == KindState::Partial && pods.1.ends_with("the reading's time of 3s was used up"), "{pods:?}");
    assert!(!inventory.pods.is_empty(), "what was read stays");
    assert_eq!(services, (KindState::Failed, "the reading's time of 3s was used up".to_owned()));
    all_else_is_read(&inventory, &[Kind::Pods, Kind::Services]);
    let told = events
        .into_inner()
        .unwrap()
        .into_iter()
        .any(|event| matches!(event, Progress::Note(words) if words.contains("2 kinds") && words.contains("--read-timeout")));
    assert!(told);
    let passed = |id: &str| super::judge(&inventory).iter().any(|check| check.check == id && check.outcome == Outcome::Pass);
    assert!(!passed("3.1/baseline") && !passed("3.2/image-reference"));
}

#[test]
fn a_server_that_asks_to_wait_does_not_outwait_the_reading() {
    let server = at("/api/v1/pods", |_, _| Reply::Raw(429, "Retry-After: 50", String::new()));
    let connect = Connect { read_timeout: Some(Duration::from_secs(2)), ..connect(&server) };
    let inventory = run(connect, &Options::default(), &Mutex::default()).unwrap();
    assert_eq!(state(&inventory, Kind::Pods), (KindState::Failed, "the reading's time of 2s was used up".to_owned()));
}

/// Pages of a list as large as is asked for, by the position in the list that the token names. Each pod takes so many bytes.
fn pages_of(pods: usize, bytes: usize) -> impl Fn(&Asked, usize) -> Reply {
    let room = " ".repeat(bytes);
    move |asked, _| {
        let start: usize = asked.query("continue").map_or(0, |token| token.parse().unwrap());
        let limit: usize = asked.query("limit").unwrap().parse().unwrap();
        let end = (start + limit).min(pods);
        let next = if end == pods { String::new() } else { end.to_string() };
        let items: Vec<String> = (start..end).map(|at| format!("{}{room}", named(&format!("p{at}")))).collect();
        let list = format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"continue":"{next}","remainingItemCount":{}}},"items":[{}]}}"#,
            pods - end,
            items.join(",")
        );
        Reply::Raw(200, "", list)
    }
}

#[test]
fn pages_that_are_too_large_are_asked_for_in_smaller_ones() {
    // A page of 500 is 75 MB; one of 125 fits.
    let server = at("/api/v1/pods", pages_of(600, 150_000));
    let inventory = read(&server);
    assert_eq!((state(&inventory, Kind::Pods), inventory.pods.len()), ((KindState::Read, String::new()), 600));
    let limits: Vec<String> = server
        .asked()
        .iter()
        .filter(|asked| asked.path() == "/api/v1/pods")
        .map(|asked| asked.query("limit").unwrap().to_owned())
        .collect();
    assert!(limits[0] == "500" && limits.iter().skip(2).all(|limit| limit == "125"), "{limits:?}");
}

/// The same byte over and over behind some beginning, packed to almost nothing: 80 MB unpacked.
fn bomb(beginning: &str, filling: u8) -> Reply {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(beginning.as_bytes()).unwrap();
    for _ in 0..80 {
        packer.write_all(&vec![filling; 1 << 20]).unwrap();
    }
    Reply::Packed(packer.finish().unwrap())
}

#[test]
fn a_bomb_ends_at_the_bound() {
    let zeros = bomb("", 0);
    let server = at("/api/v1/pods", move |_, _| zeros.clone());
    let events = Mutex::default();
    let inventory = run(connect(&server), &Options::default(), &events).unwrap();
    assert_eq!(state(&inventory, Kind::Pods), (KindState::Failed, "the answer is no JSON".to_owned()));
    assert_eq!(server.times("/api/v1/pods"), 1, "no smaller page would be a list");
    assert!(received(&events) < 2 << 20);
    all_else_is_read(&inventory, &[Kind::Pods]);
}

#[test]
fn one_object_that_is_too_large_ends_the_list() {
    let endless = bomb(r#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a""#, b' ');
    let server = at("/api/v1/pods", move |_, _| endless.clone());
    let events = Mutex::default();
    let inventory = run(connect(&server), &Options::default(), &events).unwrap();
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, words.as_str()), (KindState::Failed, "the answer is larger than 64 MiB, even where a single object is asked for"));
    let tries = server.times("/api/v1/pods");
    assert_eq!(tries, 5, "500, 125, 31, 7, 1");
    assert!(received(&events) < (65 << 20) * tries as u64, "each ends at the bound");
    all_else_is_read(&inventory, &[Kind::Pods]);
}

/// Bytes that came in, unpacked.
fn received(events: &Mutex<Vec<Progress>>) -> u64 {
    let events = events.lock().unwrap();
    events.iter().filter_map(|event| if let Progress::Bytes(bytes) = event { Some(*bytes) } else { None }).max().unwrap_or_default()
}

#[test]
fn an_item_that_is_something_else_is_not_judged() {
    let mut service = named("web");
    service["kind"] = json!("Service");
    let mut own = named("own");
    own["kind"] = json!("Pod");
    own["apiVersion"] = json!("v1");
    let server = at("/api/v1/pods", move |_, _| list("PodList", &[named("a"), service.clone(), own.clone()]));
    let inventory = read(&server);
    let names: Vec<&str> = inventory.pods.iter().map(|pod| pod.metadata.name.as_str()).collect();
    assert_eq!(names, ["a", "own"]);
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, words.as_str()), (KindState::Partial, "1 not readable: shop/web: it calls itself Service"));
}

#[test]
fn a_namespace_that_is_none_makes_the_secrets_partial() {
    let server = at("/api/v1/namespaces", |_, _| {
        list("NamespaceList", &[json!({"metadata": {"name": "shop"}}), json!({"kind": "Pod", "metadata": {"name": "web"}})])
    });
    let inventory = read(&server);
    assert_eq!((state(&inventory, Kind::Namespaces).0, state(&inventory, Kind::Secrets).0), (KindState::Partial, KindState::Partial));
    assert_eq!(server.times("/api/v1/namespaces/web/secrets"), 0);
}

#[test]
fn labels_of_something_else_are_no_labels_of_secrets() {
    let other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old-token", "namespace": "shop"}});
    let server = at("/api/v1/secrets", move |_, _| list_in("meta.k8s.io/v1", "PartialObjectMetadataList", std::slice::from_ref(&other)));
    let (told, words) = state(&read(&server), Kind::Secrets);
    assert!(told == KindState::Partial && words.contains("calls itself v1 ConfigMap"), "{told:?} {words}");
}
