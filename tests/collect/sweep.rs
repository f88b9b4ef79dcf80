//! Every kind meets every way in which a list can be no list: none of it counts as read, and no good outcome comes of it, neither where all kinds
//! meet it at once nor where one of them does in a cluster that is otherwise read whole.

use super::parts::{Kept, again, cut, lists};
use super::server::{Asked, Reply, Server, discovery, status};
use kassay::collect::{Cancel, Connect, Options, SourceSpec, collect};
use kassay_core::assess::assess;
use kassay_core::judging::Tables;
use kassay_core::kinds::{Coverage, Inventory, KindState};
use kassay_core::model::{Keep, Kind, Outcome, Scope};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What is answered to a request for the list that calls itself by this version and kind.
type Fault = fn(&Asked, &str, &str) -> Reply;

fn raw(text: String) -> Reply {
    Reply::Raw(200, "", text)
}

fn of(version: &str, kind: &str, items: &Value) -> Reply {
    Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {"resourceVersion": "1"}, "items": items}))
}

/// Answers that hold nothing which could be kept.
const FAULTS: &[(&str, Fault)] = &[
    ("wrong kind", |_, version, _| of(version, "WidgetList", &json!([]))),
    ("wrong group", |_, _, kind| of("widgets.acme.example/v1", kind, &json!([]))),
    ("wrong version", |_, version, kind| of(&format!("{version}beta9"), kind, &json!([]))),
    ("no version", |_, _, kind| Reply::Json(json!({"kind": kind, "metadata": {}, "items": []}))),
    ("list of anything", |_, _, _| of("v1", "List", &json!([]))),
    ("list of resources", |_, _, _| Reply::Json(json!({"apiVersion": "v1", "kind": "APIResourceList", "resources": []}))),
    ("no items", |_, version, kind| Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {}}))),
    ("items null", |_, version, kind| of(version, kind, &Value::Null)),
    ("items object", |_, version, kind| of(version, kind, &json!({}))),
    ("item a number", |_, version, kind| of(version, kind, &json!([17]))),
    ("item null", |_, version, kind| of(version, kind, &json!([null]))),
    ("item empty", |_, version, kind| of(version, kind, &json!([{}]))),
    ("item nameless", |_, version, kind| of(version, kind, &json!([{"metadata": {}, "spec": {}}]))),
    ("name a number", |_, version, kind| of(version, kind, &json!([{"metadata": {"name": 7}}]))),
    ("web page", |_, _, _| raw("<!DOCTYPE html><title>Sign in</title>".to_owned())),
    ("nothing", |_, _, _| raw(String::new())),
    ("breaks off", |_, version, kind| raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[{{"meta"#))),
    ("not found though served", |_, _, _| status(404, "NotFound", "the server could not find the requested resource")),
    ("more remain", |_, version, kind| {
        Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {"remainingItemCount": 4}, "items": []}))
    }),
    ("key twice", |_, version, kind| raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[],"items":[]}}"#))),
    ("key twice in an item", |_, version, kind| {
        let item = r#"{"metadata":{"name":"a","namespace":"shop","uid":"u"},"spec":{},"spec":{}}"#;
        raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[{item}]}}"#))
    }),
    ("item of another kind", |_, version, kind| {
        let item = json!({"kind": "Widget", "metadata": {"name": "a", "namespace": "shop", "uid": "u"}, "spec": {}});
        of(version, kind, &json!([item]))
    }),
    ("empty pages for ever", |asked, version, kind| going_on(version, kind, &json!([]), asked)),
    ("failure that calls itself well", |_, _, _| {
        Reply::Json(json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": 500, "message": "etcd is gone"}))
    }),
];

/// Answers that begin as they should: the first objects of the list are kept.
const LATER: &[(&str, Fault)] = &[
    ("refused later", |asked, version, kind| begun(asked, version, kind, |_, _| status(403, "Forbidden", "no more"))),
    ("expired over and over", |asked, version, kind| begun(asked, version, kind, |_, _| status(410, "Expired", "too old"))),
    ("another kind later", |asked, version, kind| begun(asked, version, kind, |version, _| of(version, "WidgetList", &json!([])))),
    ("breaks off later", |asked, version, kind| {
        begun(asked, version, kind, |version, kind| {
            raw(format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{}},"items":[{{"#))
        })
    }),
    ("web page later", |asked, version, kind| begun(asked, version, kind, |_, _| raw("<html>login</html>".to_owned()))),
    ("the same page for ever", |asked, version, kind| going_on(version, kind, &json!([object("a"), object("b")]), asked)),
    ("one of another kind among them", |_, version, kind| {
        let mut other = object("c");
        other["kind"] = json!("Widget");
        of(version, kind, &json!([object("a"), other]))
    }),
    ("one without a name among them", |_, version, kind| of(version, kind, &json!([object("a"), {"metadata": {}}]))),
];

/// A page that names one behind it by a token that was not given before.
fn going_on(version: &str, kind: &str, items: &Value, asked: &Asked) -> Reply {
    let next = asked.query("continue").map_or(0, |token| token.parse::<usize>().unwrap()) + 1;
    Reply::Json(json!({"apiVersion": version, "kind": kind, "metadata": {"continue": next.to_string()}, "items": items}))
}

/// A first page, and what comes behind it.
fn begun(asked: &Asked, version: &str, kind: &str, behind: fn(&str, &str) -> Reply) -> Reply {
    match asked.query("continue") {
        None => going_on(version, kind, &json!([object("a"), object("b")]), asked),
        Some(_) => behind(version, kind),
    }
}

/// An object with what makes one of any kind.
fn object(name: &str) -> Value {
    let template = json!({"spec": {"containers": [{"name": "app", "image": "registry.acme.example/app:1"}]}});
    json!({
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}")},
        "spec": {"containers": [{"name": "app", "image": "registry.acme.example/app:1"}], "template": template, "jobTemplate": {"spec": {"template": template}}},
        "template": template,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
    })
}

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
            true => Some(fault(asked, &version, &list)),
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

/// What a fault made of a cluster.
struct Swept {
    fault: &'static str,
    /// What is kept of a list that it leaves half read.
    kept: Kept,
    /// Where every kind but namespaces met it.
    kinds: Inventory,
    /// Where namespaces alone did.
    namespaces: Inventory,
}

/// Every fault, each read once for all tests.
fn swept() -> &'static [Swept] {
    static SWEPT: LazyLock<Vec<Swept>> = LazyLock::new(|| {
        let of = |faults: &'static [(&str, Fault)], kept| {
            faults.iter().map(move |(name, fault)| Swept {
                fault: name,
                kept,
                kinds: read(*fault, but_namespaces),
                namespaces: read(*fault, |kind| !but_namespaces(kind)),
            })
        };
        of(FAULTS, Kept::Nothing).chain(of(LATER, Kept::Half)).collect()
    });
    &SWEPT
}

fn but_namespaces(kind: Kind) -> bool {
    kind != Kind::Namespaces
}

#[test]
fn no_list_that_is_none_counts_as_read() {
    // What can be good although every list is refused, because it rests on none.
    let refused = good(&read(|_, _, _| status(403, "Forbidden", "no"), but_namespaces));
    for Swept { fault, kinds, .. } in swept() {
        for kind in Kind::ALL.iter().copied().filter(|kind| but_namespaces(*kind)) {
            unread(kinds, kind, fault);
        }
        let more: Vec<String> = good(kinds).difference(&refused).cloned().collect();
        assert!(more.is_empty(), "{fault}: {more:?}");
    }
}

#[test]
fn what_is_asked_by_namespace_is_not_read_without_all_of_them() {
    for Swept { fault, namespaces, .. } in swept() {
        unread(namespaces, Kind::Namespaces, fault);
        // An object that can be named says where Secrets lie, whatever else is wrong with it.
        if *fault != "key twice in an item" {
            unread(namespaces, Kind::Secrets, fault);
        }
    }
}

/// One or two kinds as a fault left them, in a cluster whose other kinds were read whole.
type Case = Vec<(Kind, KindState, Kept)>;

#[test]
fn a_fault_of_one_kind_makes_nothing_good() {
    let baseline = Baseline::demo();
    // Lists don't know each other, so that one reading tells what a fault makes of each kind alone. Namespaces take Secrets with them.
    let mut cases: Vec<(Case, &str)> = Vec::new();
    let mut add = |case: Case, fault| {
        if !cases.iter().any(|(known, _)| *known == case) {
            cases.push((case, fault));
        }
    };
    for Swept { fault, kept, kinds, namespaces } in swept() {
        // A list that failed has nothing in it, and of nothing nothing is kept.
        let left = |kind, state| if state == KindState::Failed || !baseline.has_objects_of(kind) { Kept::Nothing } else { *kept };
        for kind in Kind::ALL.iter().copied().filter(|kind| but_namespaces(*kind)) {
            let state = kinds.state(kind);
            add(vec![(kind, state, left(kind, state))], fault);
        }
        let (state, of_secrets) = (namespaces.state(Kind::Namespaces), namespaces.state(Kind::Secrets));
        let secrets = match of_secrets {
            KindState::Failed => Kept::Nothing,
            KindState::Read => Kept::All,
            _ => Kept::Half,
        };
        add(vec![(Kind::Namespaces, state, left(Kind::Namespaces, state)), (Kind::Secrets, of_secrets, secrets)], fault);
    }
    assert!(Kind::ALL.iter().all(|kind| cases.iter().any(|(case, _)| case[0].0 == *kind)), "every kind");
    for (case, fault) in &cases {
        baseline.is_not_bettered_by(case, fault);
    }
}

/// A part of the demo's company, read whole, and how it is judged.
struct Baseline {
    inventory: Inventory,
    /// The same as a snapshot holds it.
    written: Value,
    tables: Tables,
    outcomes: BTreeMap<String, Outcome>,
}

impl Baseline {
    fn demo() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let inventory = runtime.block_on(collect(&SourceSpec::Demo, &Options::default(), &|_| {}, &Cancel::default())).unwrap();
        for kind in Kind::ALL {
            let coverage = inventory.coverage_of(*kind);
            assert!(matches!(coverage.state, KindState::Read | KindState::Absent), "{kind:?} {coverage:?}");
        }
        let mut written = serde_json::to_value(&inventory).unwrap();
        shrink(&mut written);
        let inventory = again(written.clone());
        let mut baseline = Self { inventory, written, tables: Tables::shipped().unwrap(), outcomes: BTreeMap::new() };
        baseline.outcomes = baseline.judge(&baseline.inventory);
        let bad = baseline.outcomes.values().filter(|outcome| !is_good(**outcome)).count();
        assert!(bad > 60, "much can become better: {bad}");
        baseline
    }

    fn judge(&self, inventory: &Inventory) -> BTreeMap<String, Outcome> {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        assess(inventory, &Scope::default(), now, &self.tables).into_iter().map(|check| (check.check, check.outcome)).collect()
    }

    fn has_objects_of(&self, kind: Kind) -> bool {
        self.inventory.coverage_of(kind).items > 0
    }

    fn is_not_bettered_by(&self, case: &Case, fault: &str) {
        let mut inventory = if case.iter().any(|(kind, ..)| self.has_objects_of(*kind)) {
            let mut written = self.written.clone();
            case.iter().for_each(|(kind, _, kept)| cut(&mut written, *kind, *kept));
            again(written)
        } else {
            self.inventory.clone()
        };
        for (kind, state, _) in case {
            let message = if *state == KindState::Read { "" } else { fault }.to_owned();
            inventory.coverage.insert(*kind, Coverage { state: *state, message, ..inventory.coverage_of(*kind) });
        }
        let unread: Vec<Kind> = case.iter().filter(|(_, state, _)| *state != KindState::Read).map(|(kind, ..)| *kind).collect();
        let judged = self.judge(&inventory);
        for check in kassay_core::checks::all() {
            let (before, now) = (self.outcomes[check.id], judged[check.id]);
            if is_good(now) {
                assert!(
                    is_good(before) && (now == before || now != Outcome::Pass),
                    "{}: {before:?}, and {now:?} after {fault}: {case:?}",
                    check.id
                );
                let needed = check.needs.iter().flat_map(|need| need.kinds()).any(|kind| unread.contains(kind));
                assert!(!needed, "{} is {now:?} without what it needs after {fault}: {case:?}", check.id);
            }
        }
    }
}

/// Leaves some namespaces, and of the server's own roles few: hundreds of assessments are made of it.
fn shrink(written: &mut Value) {
    const NAMESPACES: [&str; 4] = ["", "kube-system", "payments", "marketing-site"];
    let mut counts = Vec::new();
    for (kind, list) in lists(written) {
        list.retain(|object| {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
            NAMESPACES.contains(&if kind == Kind::Namespaces { name } else { namespace }) && !name.starts_with("system:controller:")
        });
        counts.push((kind, list.len()));
    }
    for (kind, items) in counts {
        written["coverage"][kind.id()]["items"] = json!(items);
    }
    for kind in Kind::ALL.iter().filter(|kind| kind.keep() == Keep::Templates) {
        written["coverage"][kind.id()]["items"] = json!(0);
    }
    written["makers"] = json!([]);
}

const fn is_good(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Pass | Outcome::NotApplicable)
}
