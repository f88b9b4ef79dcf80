//! What `kassay assess` costs on a live cluster of 10,000 pods, against a plain download of the same lists from the same API server in the same
//! run. `cargo bench --bench live`; `-- 2000` takes another number of pods. It needs the programs of `tests/cluster` and Linux, and takes some
//! minutes, most of them for the pods to come up.
//!
//! The plain download asks for exactly the lists that the program asked for, as the audit log tells them, page by page with the same client
//! library, and throws the bytes away: one list after another, and once more with as many lists side by side as the program reads.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

#[path = "../tests/support/cluster.rs"]
mod cluster;
#[path = "../tests/support/large/mod.rs"]
mod large;

use cluster::TestCluster;
use futures_util::stream::{StreamExt, iter};
use kassay_core::model::Kind;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use large::Large;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Pods, where no other number is asked for.
const PODS: usize = 10_000;
/// Measurements of each, in turns; the medians are told.
const ROUNDS: usize = 5;
/// Lists that the program reads side by side.
const SIDE_BY_SIDE: usize = 6;
/// Times the plain download that reading and judging may take.
const LIMIT: f64 = 1.3;
/// MiB of memory that they may take.
const MEMORY: u64 = 150;
/// How long no pod may become ready before the cluster is given up: controllers of a large cluster pause for a minute now and then.
const PATIENCE: Duration = Duration::from_secs(600);
/// Writes within ten seconds, at most, of a cluster that has come to rest: leases and heartbeats of nodes go on.
const AT_REST: u64 = 1_000;

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
    let Some(cluster) = TestCluster::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
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

    let plain = runtime.block_on(self::client(&reader));
    let (mut ours, mut one_by_one, mut side_by_side, mut memory, mut bytes) = (vec![], vec![], vec![], 0, 0);
    for _ in 0..ROUNDS {
        let (time, peak) = run(&reader, home.path());
        ours.push(time);
        memory = memory.max(peak);
        for (times, many) in [(&mut one_by_one, 1), (&mut side_by_side, SIDE_BY_SIDE)] {
            let started = Instant::now();
            bytes = runtime.block_on(download(&plain, &lists, many));
            times.push(started.elapsed());
        }
    }
    let [ours, one_by_one, side_by_side] = [ours, one_by_one, side_by_side].map(median);
    let ratio = |to: Duration| ours.as_secs_f64() / to.as_secs_f64();
    println!("{} lists, {:.1} MiB", lists.len(), bytes as f64 / 1_048_576.0);
    println!("kassay assess -o json         {ours:>9.2?}   at most {memory} MiB of memory");
    println!("plain download, one by one    {one_by_one:>9.2?}   kassay takes {:.2} times as long", ratio(one_by_one));
    println!("plain download, {SIDE_BY_SIDE} at a time    {side_by_side:>9.2?}   kassay takes {:.2} times as long", ratio(side_by_side));
    let held = |yes: bool| if yes { "held" } else { "NOT held" };
    println!("at most {LIMIT} times a plain download: {}", held(ratio(one_by_one) <= LIMIT));
    println!("at most {MEMORY} MiB: {}", held(memory <= MEMORY));
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

/// Reads and judges; gives how long that took, and the most memory that it needed, in MiB.
fn run(kubeconfig: &Path, home: &Path) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(["assess", "--quiet", "-o", "json", "--kubeconfig"])
        .arg(kubeconfig)
        .env("KASSAY_DATA_DIR", home)
        .stdout(Stdio::from(std::fs::File::create(home.join("assessment.json")).unwrap()))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0_u64).max(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    // 1: something fails; 3: something is blocked. Both are results.
    assert!(matches!(ended.code(), Some(0 | 1 | 3)), "kassay ended with {ended}");
    (started.elapsed(), peak.div_ceil(1024))
}

/// Downloads the lists, and gives how many bytes they are.
async fn download(client: &Client, lists: &[String], side_by_side: usize) -> usize {
    iter(lists).map(|list| all_pages(client, list)).buffer_unordered(side_by_side).fold(0, |sum, bytes| async move { sum + bytes }).await
}

async fn all_pages(client: &Client, list: &str) -> usize {
    #[derive(serde::Deserialize)]
    struct Page {
        metadata: Metadata,
    }
    #[derive(serde::Deserialize)]
    struct Metadata {
        #[serde(default, rename = "continue")]
        more: String,
    }
    let (mut bytes, mut more) = (0, String::new());
    loop {
        let uri = if more.is_empty() { list.to_owned() } else { format!("{list}&continue={more}") };
        let mut request = http::Request::get(&uri);
        // Secrets are read without their values, as the program reads them.
        if list.contains("/secrets") {
            request = request.header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        }
        let text = client.request_text(request.body(vec![]).unwrap()).await.unwrap_or_else(|e| panic!("{uri}: {e}"));
        bytes += text.len();
        let page: Page = serde_json::from_str(&text).unwrap();
        more = page.metadata.more;
        if more.is_empty() {
            return bytes;
        }
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
