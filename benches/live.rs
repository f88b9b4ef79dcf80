//! What `kassay assess` costs on a live cluster of 10,000 pods, beside a plain download of the same lists as JSON from the same API server in the same
//! run: in time, and in the API server's processor time. `cargo bench --bench live`; `-- 2000` takes another number of pods. It needs the programs of
//! `tests/cluster` and Linux, and takes some minutes, most of them for the pods to come up. `-- --stand-in 150000` asks a stand-in that holds the lists of a
//! made-up cluster instead, for sizes that no machine at hand can run.
//!
//! The plain download asks for exactly the lists that the program asked for, as the audit log tells them, page by page with the same client library, as
//! many side by side as the program reads, and throws the bytes away.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

#[path = "../tests/support/cluster.rs"]
mod cluster;
#[path = "../tests/support/large/mod.rs"]
mod large;
#[path = "live/stand_in.rs"]
mod stand_in;
#[path = "../tests/support/wire_writer.rs"]
mod wire_writer;

use cluster::TestCluster;
use futures_util::stream::{StreamExt, iter};
use http_body_util::BodyExt;
use kassay_core::kinds::wire;
use kassay_core::model::Kind;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use large::Large;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Pods, where no other number is asked for.
const PODS: usize = 10_000;
/// Measurements of each, in turns; the medians are told.
const ROUNDS: usize = 5;
/// Lists that the program reads side by side.
const SIDE_BY_SIDE: usize = 6;
/// Times the plain download as JSON that reading and judging may take.
const TIME: f64 = 0.75;
/// The same of the API server's processor time.
const SERVER: f64 = 0.6;
/// MiB of memory that they may take.
const MEMORY: u64 = 150;
/// How long no pod may become ready before the cluster is given up: controllers of a large cluster pause for a minute now and then.
const PATIENCE: Duration = Duration::from_secs(600);
/// Writes within ten seconds, at most, of a cluster that has come to rest: leases and heartbeats of nodes go on.
const AT_REST: u64 = 1_000;
/// Ticks of the system's clock in a second, by which Linux counts processor time.
const TICKS: f64 = 100.0;

/// What is made by hand, each after what it needs; pods, ReplicaSets and endpoints are made by the controllers. StatefulSets are left out: their
/// pods would wait for volumes that nobody provides here.
const MADE: &[Kind] = &[
    Kind::Namespaces,
    Kind::Nodes,
    Kind::ServiceAccounts,
    Kind::ConfigMaps,
    Kind::ClusterRoles,
    Kind::ClusterRoleBindings,
    Kind::Roles,
    Kind::RoleBindings,
    Kind::NetworkPolicies,
    Kind::Services,
    Kind::Ingresses,
    Kind::LimitRanges,
    Kind::Deployments,
];

fn main() {
    // `cargo test --benches` starts this too, and asks for nothing.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let pods = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(PODS);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if std::env::args().any(|a| a == "--stand-in") {
        let stand_in = stand_in::StandIn::start(&Large::of(pods));
        println!("{pods} pods in a stand-in");
        compare(&runtime, &stand_in.kubeconfig(), &stand_in.lists(), None);
        return;
    }
    let Some(cluster) = TestCluster::start() else { return };
    let client = runtime.block_on(client(&cluster.kubeconfig()));
    let began = Instant::now();
    let pods = runtime.block_on(fill(&client, &cluster, pods));
    println!("{pods} pods run, after {:.0?}", began.elapsed());

    cluster.apply_text(&String::from_utf8(Command::new(env!("CARGO_BIN_EXE_kassay")).arg("rbac").output().unwrap().stdout).unwrap());
    let reader = cluster.bound_user("bench-reader", "kassay");
    let home = tempfile::tempdir().unwrap();
    run(&reader, home.path());
    let mut lists: Vec<String> =
        cluster.requests_of("bench-reader").into_iter().filter(|r| r.verb == "list" && r.code == 200).map(|r| r.uri).collect();
    lists.retain(|uri| !uri.contains("continue="));
    lists.sort();
    lists.dedup();
    let env = std::fs::read_to_string(cluster.dir().join("env")).unwrap();
    let server =
        env.lines().find_map(|line| line.strip_prefix("KASSAY_CLUSTER_PID_KUBE_APISERVER=")?.trim_matches('\'').parse().ok()).unwrap();
    compare(&runtime, &reader, &lists, Some(server));
}

/// One way of reading the lists, and what it cost each time.
struct Way<'a> {
    name: &'a str,
    kubeconfig: &'a Path,
    /// Of a plain download the forms that it accepts; none for the program itself.
    accept: Option<&'a str>,
    times: Vec<Duration>,
    server: Vec<f64>,
    own: Vec<f64>,
    memory: u64,
    bytes: usize,
}

/// Reads in all ways in turns, and tells what that cost.
fn compare(runtime: &tokio::runtime::Runtime, packed: &Path, lists: &[String], server: Option<u32>) {
    let home = tempfile::tempdir().unwrap();
    let unpacked = without_packing(packed, home.path());
    let way = |name, kubeconfig, accept| Way { name, kubeconfig, accept, times: vec![], server: vec![], own: vec![], memory: 0, bytes: 0 };
    let mut ways = [
        way("kassay assess -o json", packed, None),
        way("kassay, nothing packed", &unpacked, None),
        way("plain download, JSON", packed, Some("application/json")),
        way("plain download, binary form", packed, Some(wire::ACCEPT)),
        way("the same, nothing packed", &unpacked, Some(wire::ACCEPT)),
    ];
    let of_server = || server.map_or(0.0, processor_time);
    let started = (Instant::now(), of_server());
    std::thread::sleep(Duration::from_secs(10));
    // What it does for others is not counted: heartbeats of nodes, leases.
    let at_rest = (of_server() - started.1) / started.0.elapsed().as_secs_f64();
    for _ in 0..ROUNDS {
        for way in &mut ways {
            let (began, before) = (Instant::now(), of_server());
            match way.accept {
                None => {
                    let (own, memory) = run(way.kubeconfig, home.path());
                    way.own.push(own);
                    way.memory = way.memory.max(memory);
                }
                Some(accept) => {
                    let client = runtime.block_on(client(way.kubeconfig));
                    way.bytes = runtime.block_on(download(&client, lists, accept));
                }
            }
            let time = began.elapsed();
            way.times.push(time);
            way.server.push((of_server() - before - at_rest * time.as_secs_f64()).max(0.0));
        }
    }
    tell(&mut ways, lists.len(), at_rest, server.is_some());
}

fn tell(ways: &mut [Way<'_>], lists: usize, at_rest: f64, live: bool) {
    let costs: Vec<(f64, f64)> =
        ways.iter_mut().map(|way| (median(way.times.iter().map(Duration::as_secs_f64)), median(way.server.drain(..)))).collect();
    println!(
        "{lists} lists, {SIDE_BY_SIDE} at a time, medians of {ROUNDS}; of {at_rest:.2} s a second that the API server takes at rest none is counted"
    );
    for (way, (time, server)) in ways.iter().zip(&costs) {
        let more = match way.accept {
            None => format!("{:.2} s of its own, at most {} MiB", median(way.own.iter().copied()), way.memory),
            Some(_) => format!("{:.1} MiB", way.bytes as f64 / 1_048_576.0),
        };
        println!("{:<28} {time:>7.2} s   the API server {server:>6.2} s   {more}", way.name);
    }
    let held = |yes: bool| if yes { "held" } else { "NOT held" };
    let (ours, json) = (costs[0], costs[2]);
    println!("{:.2} times the plain download as JSON, where the aim is {TIME}: {}", ours.0 / json.0, held(ours.0 <= TIME * json.0));
    if live {
        println!("{:.2} times its cost to the API server, where the aim is {SERVER}: {}", ours.1 / json.1, held(ours.1 <= SERVER * json.1));
        println!("at most {MEMORY} MiB: {}", held(ways[0].memory <= MEMORY));
    }
}

/// A kubeconfig that asks for answers that are not packed.
fn without_packing(kubeconfig: &Path, folder: &Path) -> PathBuf {
    let mut config = Kubeconfig::read_from(kubeconfig).unwrap();
    config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()).for_each(|cluster| cluster.disable_compression = Some(true));
    let path = folder.join("kubeconfig");
    std::fs::write(&path, serde_json::to_string(&config).unwrap()).unwrap();
    path
}

/// Processor time that a process has taken, in seconds.
fn processor_time(process: u32) -> f64 {
    let told = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything: the twelfth and thirteenth are what it took and what the system took for it.
    let fields = told.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

async fn client(kubeconfig: &Path) -> Client {
    let file = Kubeconfig::read_from(kubeconfig).unwrap();
    Client::try_from(Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap()).unwrap()
}

/// Makes the objects of a large cluster, and waits until its pods run. Gives how many there are.
async fn fill(client: &Client, cluster: &TestCluster, pods: usize) -> usize {
    // Not all pods of the made-up cluster belong to Deployments: four in five do.
    let large = Large::of(pods + pods * 26 / 100);
    for kind in MADE {
        iter(large.objects(*kind)).for_each_concurrent(16, |object| create(client, *kind, object)).await;
    }
    let wanted: usize = large.objects(Kind::Deployments).iter().map(|o| replicas(o)).sum();
    let (mut before, mut patience) = (0, Instant::now() + PATIENCE);
    loop {
        // Asked of the Deployments, which are few: listing all pods again and again would starve those who make them.
        let ready = cluster.kubectl(["get", "deployments", "-A", "-o", "jsonpath={range .items[*]}{.status.readyReplicas}{\"\\n\"}{end}"]);
        let ready: usize = ready.lines().filter_map(|line| line.parse::<usize>().ok()).sum();
        if ready >= wanted {
            settle(cluster).await;
            return ready;
        }
        if ready > before {
            (before, patience) = (ready, Instant::now() + PATIENCE);
        }
        assert!(Instant::now() < patience, "{ready} of {wanted} pods are ready, and no more come up");
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// Waits until controllers have written what they have to write about the pods, so that neither of those who are timed competes with them.
async fn settle(cluster: &TestCluster) {
    let writes = || {
        let metrics = cluster.kubectl(["get", "--raw", "/metrics"]);
        let counts = metrics.lines().filter(|line| {
            line.starts_with("apiserver_request_total{")
                && ["POST", "PUT", "PATCH", "DELETE"].iter().any(|verb| line.contains(&format!("verb=\"{verb}\"")))
        });
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>() as u64
    };
    let mut before = writes();
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let now = writes();
        if now - before < AT_REST {
            return;
        }
        before = now;
    }
}

fn replicas(object: &str) -> usize {
    let object: Value = serde_json::from_str(object).unwrap();
    usize::try_from(object["spec"]["replicas"].as_u64().unwrap_or(1)).unwrap()
}

async fn create(client: &Client, kind: Kind, object: &str) {
    let mut object: Value = serde_json::from_str(object).unwrap();
    let metadata = object["metadata"].as_object_mut().unwrap();
    for of_the_server in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "ownerReferences"] {
        metadata.remove(of_the_server);
    }
    // Some of the made-up pods would be refused where Pod Security is enforced, and here all are to run.
    if kind == Kind::Namespaces
        && let Some(labels) = object.pointer_mut("/metadata/labels").and_then(Value::as_object_mut)
    {
        labels
            .remove("pod-security.kubernetes.io/enforce")
            .map(|level| labels.insert("pod-security.kubernetes.io/audit".to_owned(), level));
    }
    // Made-up Services share an address; the server gives each its own.
    if kind == Kind::Services
        && let Some(spec) = object["spec"].as_object_mut()
    {
        spec.remove("clusterIP");
    }
    let group =
        if kind.group().is_empty() { format!("api/{}", kind.version()) } else { format!("apis/{}/{}", kind.group(), kind.version()) };
    let path = match object.pointer("/metadata/namespace").and_then(Value::as_str) {
        Some(namespace) => format!("/{group}/namespaces/{namespace}/{}", kind.resource()),
        None => format!("/{group}/{}", kind.resource()),
    };
    let request = http::Request::post(&path).header("Content-Type", "application/json").body(object.to_string().into_bytes()).unwrap();
    match client.request_text(request).await {
        Ok(_) => {}
        // The server has some of these by itself.
        Err(kube::Error::Api(status)) if status.code == 409 => {}
        Err(error) => panic!("{path}: {error}: {object}"),
    }
}

/// Reads and judges; gives the processor time that it took, and the most memory that it needed, in MiB.
fn run(kubeconfig: &Path, home: &Path) -> (f64, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(["assess", "--quiet", "-o", "json", "--kubeconfig"])
        .arg(kubeconfig)
        .env("KASSAY_DATA_DIR", home)
        .stdout(Stdio::from(std::fs::File::create(home.join("assessment.json")).unwrap()))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut peak, mut own) = (0, 0.0_f64);
    let ended = loop {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0_u64).max(peak);
        own = own.max(processor_time(child.id()));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    // 1: something fails; 3: something is blocked. Both are results.
    assert!(matches!(ended.code(), Some(0 | 1 | 3)), "kassay ended with {ended}");
    (own, peak.div_ceil(1024))
}

/// Downloads the lists, and gives how many bytes they are.
async fn download(client: &Client, lists: &[String], accept: &str) -> usize {
    iter(lists)
        .map(|list| all_pages(client, list, accept))
        .buffer_unordered(SIDE_BY_SIDE)
        .fold(0, |sum, bytes| async move { sum + bytes })
        .await
}

async fn all_pages(client: &Client, list: &str, accept: &str) -> usize {
    let (mut bytes, mut more) = (0, String::new());
    loop {
        let uri = if more.is_empty() { list.to_owned() } else { format!("{list}&continue={more}") };
        // Secrets are read without their values, as the program reads them.
        let secrets = list.contains("/secrets");
        let accept = if secrets { "application/json;as=Table;v=v1;g=meta.k8s.io" } else { accept };
        let request = http::Request::get(&uri).header("Accept", accept).body(kube::client::Body::empty()).unwrap();
        let answer = client.send(request).await.unwrap_or_else(|e| panic!("{uri}: {e}"));
        let page = answer.into_body().collect().await.unwrap().to_bytes();
        bytes += page.len();
        more = token(&page);
        if more.is_empty() {
            return bytes;
        }
    }
}

/// What the next page is asked for with.
fn token(page: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Page {
        metadata: Metadata,
    }
    #[derive(serde::Deserialize)]
    struct Metadata {
        #[serde(default, rename = "continue")]
        more: String,
    }
    match wire::is_wire(page) {
        true => wire::next_in(page).unwrap(),
        false => serde_json::from_slice::<Page>(page).unwrap().metadata.more,
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
