//! Every kind meets every way in which a list can be no list: none of it counts as read, and no good outcome comes of it.

use super::server::{Asked, Reply, Server, discovery, status};
use kassay::collect::{Cancel, Connect, Options, SourceSpec, collect};
use kassay_core::kinds::{Inventory, KindState};
use kassay_core::model::{Kind, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Fault = fn(&str, &str) -> Reply;

fn raw(text: String) -> Reply {
    Reply::Raw(200, "", text)
}

fn of(version: &str, kind: &str, items: &Value) -> Reply {
    Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {"resourceVersion": "1"}, "items": items}))
}

/// What is answered instead of the list that calls itself by this version and kind.
const FAULTS: &[(&str, Fault)] = &[
    ("wrong kind", |version, _| of(version, "WidgetList", &json!([]))),
    ("wrong group", |_, kind| of("widgets.acme.example/v1", kind, &json!([]))),
    ("wrong version", |version, kind| of(&format!("{version}beta9"), kind, &json!([]))),
    ("no version", |_, kind| Reply::Json(json!({"kind": kind, "metadata": {}, "items": []}))),
    ("list of anything", |_, _| of("v1", "List", &json!([]))),
    ("list of resources", |_, _| Reply::Json(json!({"apiVersion": "v1", "kind": "APIResourceList", "resources": []}))),
    ("no items", |version, kind| Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {}}))),
    ("items null", |version, kind| of(version, kind, &Value::Null)),
    ("items object", |version, kind| of(version, kind, &json!({}))),
    ("item a number", |version, kind| of(version, kind, &json!([17]))),
    ("item null", |version, kind| of(version, kind, &json!([null]))),
    ("item empty", |version, kind| of(version, kind, &json!([{}]))),
    ("item nameless", |version, kind| of(version, kind, &json!([{"metadata": {}, "spec": {}}]))),
    ("name a number", |version, kind| of(version, kind, &json!([{"metadata": {"name": 7}}]))),
    ("web page", |_, _| raw("<!DOCTYPE html><title>Sign in</title>".to_owned())),
    ("nothing", |_, _| raw(String::new())),
    ("breaks off", |version, kind| raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[{{"meta"#))),
    ("not found though served", |_, _| status(404, "NotFound", "the server could not find the requested resource")),
    ("more remain", |version, kind| {
        Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {"remainingItemCount": 4}, "items": []}))
    }),
    ("key twice", |version, kind| raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[],"items":[]}}"#))),
    ("key twice in an item", |version, kind| {
        let item = r#"{"metadata":{"name":"a","namespace":"shop","uid":"u"},"spec":{},"spec":{}}"#;
        raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[{item}]}}"#))
    }),
    ("failure that calls itself well", |_, _| {
        Reply::Json(json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": 500, "message": "etcd is gone"}))
    }),
];

/// A server that serves all kinds, add-ons too, and answers those that are meant by a fault.
fn read(fault: Fault, meant: fn(Kind) -> bool) -> Inventory {
    let server = Server::start(move |asked: &Asked, _| {
        let path = asked.path();
        if path == "/apis" {
            return Some(all_groups());
        }
        let kind = Kind::ALL.iter().copied().find(|kind| match kind.group() {
            "" => path == format!("/api/v1/{}", kind.resource()) || (*kind == Kind::Secrets && path.ends_with("/secrets")),
            group => path == format!("/apis/{group}/{}/{}", kind.version(), kind.resource()),
        })?;
        let version = if kind.group().is_empty() { "v1".to_owned() } else { format!("{}/{}", kind.group(), kind.version()) };
        let list = format!("{}List", kind.kind());
        match meant(kind) {
            true => Some(fault(&version, &list)),
            false if kind.group().is_empty() => None,
            false => Some(of(&version, &list, &json!([]))),
        }
    });
    let connect = Connect { kubeconfig: Some(server.kubeconfig("{}")), ..Connect::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(collect(&SourceSpec::Live(connect), &Options::default(), &|_| {}, &Cancel::default())).unwrap()
}

fn all_groups() -> Reply {
    let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.group()).filter(|group| !group.is_empty()).collect();
    let group = |name: &str| {
        let of_group = || Kind::ALL.iter().filter(|kind| kind.group() == name);
        let versions: BTreeSet<&str> = of_group().map(|kind| kind.version()).collect();
        let version = |version: &&str| {
            let resources: Vec<Value> =
                of_group().filter(|kind| kind.version() == *version).map(|kind| json!({"resource": kind.resource()})).collect();
            json!({"version": version, "freshness": "Current", "resources": resources})
        };
        json!({"metadata": {"name": name}, "versions": versions.iter().map(version).collect::<Vec<_>>()})
    };
    discovery(&names.into_iter().map(group).collect::<Vec<_>>())
}

/// Checks that end well.
fn good(inventory: &Inventory) -> BTreeSet<String> {
    let judged = super::judge(inventory).into_iter();
    judged.filter(|check| matches!(check.outcome, Outcome::Pass | Outcome::NotApplicable)).map(|check| check.check).collect()
}

fn unread(inventory: &Inventory, kind: Kind, fault: &str) {
    let coverage = inventory.coverage_of(kind);
    assert!(
        matches!(coverage.state, KindState::Failed | KindState::Partial),
        "{kind:?}, {fault}: {:?} {}",
        coverage.state,
        coverage.message
    );
    for foreign in ["struct ", "enum ", "serde_", "docs.rs", "at line "] {
        assert!(!coverage.message.contains(foreign), "{kind:?}, {fault}: {}", coverage.message);
    }
}

#[test]
fn no_list_that_is_none_counts_as_read() {
    let but_namespaces = |kind| kind != Kind::Namespaces;
    // What can be good although every list is refused, because it rests on none.
    let refused = good(&read(|_, _| status(403, "Forbidden", "no"), but_namespaces));
    for (name, fault) in FAULTS {
        let inventory = read(*fault, but_namespaces);
        for kind in Kind::ALL.iter().copied().filter(|kind| but_namespaces(*kind)) {
            unread(&inventory, kind, name);
        }
        let more: Vec<String> = good(&inventory).difference(&refused).cloned().collect();
        assert!(more.is_empty(), "{name}: {more:?}");
    }
}

#[test]
fn what_is_asked_by_namespace_is_not_read_without_all_of_them() {
    for (name, fault) in FAULTS {
        let inventory = read(*fault, |kind| kind == Kind::Namespaces);
        unread(&inventory, Kind::Namespaces, name);
        // An object that can be named says where Secrets lie, whatever else is wrong with it.
        if *name != "key twice in an item" {
            unread(&inventory, Kind::Secrets, name);
        }
    }
}
