//! The Pod Security Standards as a real API server judges them, against what `3.1/baseline` and `3.1/restricted` tell: random pods, and
//! controllers of pods, are created as dry runs in namespaces that warn by a level and a version, and the rules in the warnings must be the rules
//! in our findings, exactly. Where they are not, the smallest object that still shows it is printed.
//!
//! `KASSAY_PSS_PODS` and `KASSAY_PSS_SEED` choose how many and which.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "admission/random.rs"]
mod random;

use cluster::TestCluster;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::{Ingest, Source};
use kassay_core::model::{Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use kassay_core::{analysis::pod_security, assess};
use random::{Object, Random};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Instant;

type Rules = BTreeSet<&'static str>;

/// Every minor version that changed a rule, those beside them, and one that nobody has yet.
const VERSIONS: &[u32] = &[0, 1, 7, 8, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 99];
const LEVELS: [&str; 2] = ["baseline", "restricted"];
/// Versions under which each object is judged, at both levels.
const EACH: usize = 3;

fn parameter(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|e| panic!("{name}={text}: {e}")))
}

fn namespace(level: &str, minor: u32) -> String {
    format!("pss-{level}-{minor}")
}

/// A namespace for each level and version, with the account that pods need.
fn namespaces(cluster: &TestCluster) {
    let mut text = String::new();
    for (level, minor) in LEVELS.iter().flat_map(|level| VERSIONS.iter().map(move |minor| (level, minor))) {
        let name = namespace(level, *minor);
        writeln!(
            text,
            "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n  labels: {{pod-security.kubernetes.io/warn: {level}, pod-security.kubernetes.io/warn-version: v1.{minor}}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: default, namespace: {name}}}"
        )
        .unwrap();
    }
    cluster.apply_text(&text);
}

/// A client that keeps its connections, with the administrator's certificate.
async fn client(cluster: &TestCluster) -> kube::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = kube::config::Kubeconfig::read_from(cluster.kubeconfig()).unwrap();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &kube::config::KubeConfigOptions::default()).await.unwrap();
    kube::Client::try_from(config).unwrap()
}

/// The rules that the server says are broken, or why it does not take the object at all.
async fn ask(client: &kube::Client, method: &str, uri: &str, body: &Value, minor: u32, level: &str) -> Result<Rules, String> {
    let kind = if method == "PATCH" { "application/strategic-merge-patch+json" } else { "application/json" };
    let request = http::Request::builder().method(method).uri(uri).header("content-type", kind);
    let response = client.send(request.body(body.to_string().into_bytes().into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    if !head.status.is_success() {
        return Err(String::from_utf8_lossy(&bytes).into_owned());
    }
    let warnings = head.headers.get_all("warning").iter().map(|value| unquoted(value.to_str().unwrap()));
    Ok(warnings.filter_map(|warning| Some(reasons(warning.strip_prefix("would violate PodSecurity ")?, minor, level))).flatten().collect())
}

/// The text of a `Warning` header: `299 - "text"`.
fn unquoted(header: &str) -> String {
    let text = header.split_once('"').map_or("", |(_, rest)| rest).strip_suffix('"').unwrap_or_default();
    text.replace("\\\"", "\"").replace("\\\\", "\\")
}

/// The rules that a warning names: `"restricted:v1.31": runAsNonRoot != true (…), seccompProfile (…)`. What stands in brackets is detail.
fn reasons(warning: &str, minor: u32, level: &str) -> Vec<&'static str> {
    let list = warning.split_once("\": ").unwrap_or_else(|| panic!("no list in “{warning}”")).1;
    // The server cuts warnings off that are too long together; a list that was cut would be compared wrongly.
    assert!(list.ends_with(')'), "cut off: {warning}");
    let (mut depth, mut reason, mut found) = (0_usize, String::new(), Vec::new());
    for c in list.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => found.push(std::mem::take(&mut reason)),
            c if depth == 0 => reason.push(c),
            _ => {}
        }
    }
    found.push(reason);
    found.iter().map(|words| rule(words.trim(), minor, level).unwrap_or_else(|| panic!("no rule is called “{words}”: {warning}"))).collect()
}

/// The id of a rule by the words of upstream's warnings. Two pairs of rules share theirs; level and version tell them apart.
fn rule(words: &str, minor: u32, level: &str) -> Option<&'static str> {
    let restricted = level == "restricted";
    Some(match words {
        "allowPrivilegeEscalation != false" => "allowPrivilegeEscalation",
        "forbidden AppArmor profile" | "forbidden AppArmor profiles" => "appArmorProfile",
        "non-default capabilities" => "capabilities_baseline",
        "unrestricted capabilities" => "capabilities_restricted",
        "host namespaces" => "hostNamespaces",
        "hostPath volumes" => "hostPathVolumes",
        "hostPort" => "hostPorts",
        "probe or lifecycle host" => "hostProbesAndHostLifecycle",
        "privileged" => "privileged",
        "procMount" if restricted && minor >= 35 => "procMount_restricted",
        "procMount" => "procMount",
        "restricted volume types" => "restrictedVolumes",
        "runAsNonRoot != true" => "runAsNonRoot",
        "runAsUser=0" => "runAsUser",
        "seLinuxOptions" => "seLinuxOptions",
        "seccompProfile" if restricted && minor >= 19 => "seccompProfile_restricted",
        "seccompProfile" => "seccompProfile_baseline",
        "forbidden sysctls" => "sysctls",
        "hostProcess" => "windowsHostProcess",
        _ => return None,
    })
}

/// The rules that our check tells of each object, by name.
fn ours(objects: &[&Value], minor: u32, level: &str) -> BTreeMap<String, Rules> {
    let mut ingest = Ingest::new(Source::Files, FingerprintKey([7; 32]));
    ingest.cluster().version = format!("v1.{minor}.0");
    for object in objects {
        let kind = Kind::of(object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap()).unwrap();
        ingest.object(kind, &object.to_string());
    }
    let (inventory, scope, tables) = (ingest.finish(), Scope::default(), Tables::shipped().unwrap());
    assert_eq!(inventory.workloads.len(), objects.len());
    let view = View::new(&inventory, &scope, "2026-11-23T09:00:00Z".parse().unwrap(), &tables);
    let outcome = assess::run(checks::by_id(&format!("3.1/{level}")).unwrap(), &view);
    assert!(outcome.needs.is_empty(), "{}", outcome.reason);
    let mut found: BTreeMap<String, Rules> = BTreeMap::new();
    for finding in outcome.findings {
        let id = finding.rule.unwrap();
        found.entry(finding.object.name).or_default().insert(pod_security::rules().find(|rule| id == rule.id).unwrap().id);
    }
    found
}

fn ours_alone(object: &Value, minor: u32, level: &str) -> Rules {
    ours(&[object], minor, level).into_values().next().unwrap_or_default()
}

/// How an object is shown to the server: as a creation, or for ephemeral containers as a change of a pod that is there.
type Shown<'a> = &'a dyn Fn(&Value, &str) -> (&'static str, String, Value);

fn creation(path: &'static str) -> impl Fn(&Value, &str) -> (&'static str, String, Value) {
    move |json, namespace| ("POST", format!("{}?dryRun=All", path.replace("NS", namespace)), json.clone())
}

/// Takes parts away as long as server and program still disagree.
async fn smallest(client: &kube::Client, json: &Value, shown: Shown<'_>, minor: u32, level: &str) -> Value {
    let mut json = json.clone();
    loop {
        let mut smaller = None;
        for path in paths(&json) {
            let mut less = json.clone();
            remove(&mut less, &path);
            let (method, uri, body) = shown(&less, &namespace(level, minor));
            let workload = Kind::of("v1", less["kind"].as_str().unwrap_or_default()).is_some() || less["spec"].is_object();
            if workload
                && let Ok(theirs) = ask(client, method, &uri, &body, minor, level).await
                && theirs != ours_alone(&less, minor, level)
            {
                smaller = Some(less);
                break;
            }
        }
        match smaller {
            Some(less) => json = less,
            None => return json,
        }
    }
}

/// Every place of a document that could be taken out, the greatest parts first.
fn paths(json: &Value) -> Vec<Vec<String>> {
    fn walk(json: &Value, at: &[String], found: &mut Vec<Vec<String>>) {
        let below: Vec<(String, &Value)> = match json {
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
            Value::Array(list) => list.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
            _ => vec![],
        };
        for (key, value) in below {
            let path = [at, &[key]].concat();
            if !["apiVersion", "kind", "name"].contains(&path[path.len() - 1].as_str()) {
                found.push(path.clone());
            }
            walk(value, &path, found);
        }
    }
    let mut found = Vec::new();
    walk(json, &[], &mut found);
    found.sort_by_key(Vec::len);
    found
}

fn remove(json: &mut Value, path: &[String]) {
    let (last, above) = path.split_last().unwrap();
    let mut place = json;
    for key in above {
        place = match place {
            Value::Array(list) => &mut list[key.parse::<usize>().unwrap()],
            other => &mut other[key],
        };
    }
    match place {
        Value::Array(list) => drop(list.remove(last.parse().unwrap())),
        Value::Object(map) => drop(map.remove(last)),
        _ => {}
    }
}

/// What was compared, and where server and program disagreed.
#[derive(Default)]
struct Comparison {
    compared: usize,
    refused: BTreeMap<String, usize>,
    seen: Rules,
    differences: Vec<(usize, u32, &'static str)>,
}

/// Judges every object under some versions, by the server and by the program.
async fn compare(
    client: &kube::Client,
    objects: &[(Value, Box<dyn Fn(&Value, &str) -> (&'static str, String, Value)>)],
    random: &mut Random,
) -> Comparison {
    let mut cases = Vec::new();
    for index in 0..objects.len() {
        let chosen: BTreeSet<u32> = (0..EACH).map(|_| VERSIONS[random.below(VERSIONS.len())]).collect();
        cases.extend(chosen.into_iter().flat_map(|minor| LEVELS.map(|level| (index, minor, level))));
    }
    let asked = stream::iter(&cases).map(|&(index, minor, level)| {
        let (json, shown) = &objects[index];
        let (method, uri, body) = shown(json, &namespace(level, minor));
        async move { ((index, minor, level), ask(client, method, &uri, &body, minor, level).await) }
    });
    let answers: Vec<_> = asked.buffer_unordered(16).collect().await;
    let mut all = Comparison::default();
    let mut groups: BTreeMap<(u32, &'static str), Vec<(usize, Rules)>> = BTreeMap::new();
    for ((index, minor, level), answer) in answers {
        match answer {
            Ok(rules) => groups.entry((minor, level)).or_default().push((index, rules)),
            Err(why) => *all.refused.entry(why.chars().take(400).collect()).or_default() += 1,
        }
    }
    for ((minor, level), answers) in groups {
        let judged: Vec<&Value> = answers.iter().map(|(index, _)| &objects[*index].0).collect();
        let found = ours(&judged, minor, level);
        for (index, theirs) in answers {
            let mine = found.get(objects[index].0["metadata"]["name"].as_str().unwrap()).cloned().unwrap_or_default();
            if mine != theirs {
                all.differences.push((index, minor, level));
            }
            all.compared += 1;
            all.seen.extend(theirs);
        }
    }
    all
}

/// Fails with the smallest objects that show a difference.
async fn hold(
    client: &kube::Client,
    all: &Comparison,
    objects: &[(Value, Box<dyn Fn(&Value, &str) -> (&'static str, String, Value)>)],
    seed: u64,
) {
    let mut shown = String::new();
    for &(index, minor, level) in all.differences.iter().take(3) {
        let (json, way) = &objects[index];
        let least = smallest(client, json, way, minor, level).await;
        let (method, uri, body) = way(&least, &namespace(level, minor));
        let theirs = ask(client, method, &uri, &body, minor, level).await;
        writeln!(shown, "{level} v1.{minor}: the server says {theirs:?}, we say {:?} of\n{least:#}", ours_alone(&least, minor, level))
            .unwrap();
    }
    assert!(
        all.differences.is_empty(),
        "{} of {} verdicts differ (seed {seed}), for example:\n{shown}",
        all.differences.len(),
        all.compared
    );
}

#[test]
fn random_pods_break_exactly_the_rules_that_the_server_names() {
    let Some(cluster) = TestCluster::shared() else { return };
    namespaces(cluster);
    let (count, seed) = (parameter("KASSAY_PSS_PODS", 400), parameter("KASSAY_PSS_SEED", 20_261_125));
    let mut random = Random::new(seed);
    let objects: Vec<(Value, Box<dyn Fn(&Value, &str) -> _>)> = (0..count)
        .map(|i| {
            let Object { path, json } = random::object(&mut random, &format!("p{i}"));
            (json, Box::new(creation(path)) as Box<dyn Fn(&Value, &str) -> _>)
        })
        .collect();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = client(cluster).await;
        let start = Instant::now();
        let all = compare(&client, &objects, &mut random).await;
        let refused: usize = all.refused.values().sum();
        eprintln!(
            "{count} objects, seed {seed}: {} verdicts compared, {refused} refused as invalid, {} differ, {:.1} s",
            all.compared,
            all.differences.len(),
            start.elapsed().as_secs_f64()
        );
        let mut reasons: Vec<_> = all.refused.iter().map(|(why, n)| (*n, why)).collect();
        reasons.sort();
        assert!(refused * 5 < all.compared, "too many are no valid objects: {:#?}", reasons.iter().rev().take(5).collect::<Vec<_>>());
        hold(&client, &all, &objects, seed).await;
        let never: Vec<&str> = pod_security::rules().map(|rule| rule.id).filter(|id| !all.seen.contains(id)).collect();
        assert!(never.is_empty(), "no object broke {never:?}, so nothing was compared of them");
    });
}

#[test]
fn ephemeral_containers_break_exactly_the_rules_that_the_server_names() {
    let Some(cluster) = TestCluster::shared() else { return };
    namespaces(cluster);
    let (count, seed) = (parameter("KASSAY_PSS_PODS", 400) / 4, parameter("KASSAY_PSS_SEED", 20_261_125));
    let mut random = Random::new(seed ^ 0xe);
    let hardened = json!({"containers": [{"name": "c0", "image": "i", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
        "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}});
    let pods: String = LEVELS
        .iter()
        .flat_map(|level| VERSIONS.iter().map(move |minor| namespace(level, *minor)))
        .map(|namespace| {
            format!(
                "---\n{}\n",
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "debugged", "namespace": namespace}, "spec": hardened})
            )
        })
        .collect();
    cluster.apply_text(&pods);
    let objects: Vec<(Value, Box<dyn Fn(&Value, &str) -> _>)> = (0..count)
        .map(|i| {
            let mut spec = hardened.clone();
            spec["ephemeralContainers"] = random::ephemeral_containers(&mut random);
            let json = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("p{i}")}, "spec": spec});
            let way = |json: &Value, namespace: &str| {
                let uri = format!("/api/v1/namespaces/{namespace}/pods/debugged/ephemeralcontainers?dryRun=All");
                ("PATCH", uri, json!({"spec": {"ephemeralContainers": json["spec"]["ephemeralContainers"]}}))
            };
            (json, Box::new(way) as Box<dyn Fn(&Value, &str) -> _>)
        })
        .collect();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = client(cluster).await;
        let all = compare(&client, &objects, &mut random).await;
        let refused: usize = all.refused.values().sum();
        eprintln!(
            "{count} debugged pods, seed {seed}: {} verdicts compared, {refused} refused as invalid, {} differ",
            all.compared,
            all.differences.len()
        );
        assert!(refused * 5 < all.compared, "too many are no valid objects: {:#?}", all.refused.keys().take(5).collect::<Vec<_>>());
        hold(&client, &all, &objects, seed).await;
    });
}
