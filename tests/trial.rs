//! A real API server is the judge of the trial: witnesses are what it hands to admission, and what is said of its own policies, of their bindings,
//! parameters, conditions and of Pod Security, is what it answers to each witness sent as a dry run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test's failure is its message"
)]

#[path = "support/cluster.rs"]
mod cluster;

use cluster::TestCluster;
use http_body_util::BodyExt;
use kassay::collect::{Cancel, Connect, Options, SourceSpec, collect};
use kassay_core::analysis::trial::{Dress, Form, Outcome, Trial, WITNESSES, Witness, as_read};
use kassay_core::judging::Tables;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const NAMESPACES: &[&str] = &["free", "labelled", "pay", "shop"];

async fn client(cluster: &TestCluster) -> kube::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = kube::config::Kubeconfig::read_from(cluster.kubeconfig()).unwrap();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &kube::config::KubeConfigOptions::default()).await.unwrap();
    kube::Client::try_from(config).unwrap()
}

async fn send(client: &kube::Client, method: &str, uri: &str, body: &Value) -> Result<Value, String> {
    let request = http::Request::builder().method(method).uri(uri).header("content-type", "application/json");
    let response = client.send(request.body(body.to_string().into_bytes().into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    if head.status.is_success() { Ok(serde_json::from_str(&text).unwrap()) } else { Err(text) }
}

/// Sends a witness as a dry run.
async fn ask(client: &kube::Client, witness: &Witness, namespace: &str) -> Result<Value, String> {
    let object = witness.object(namespace, &Dress::default());
    let at = |resource: &str| format!("{resource}?dryRun=All");
    match witness.form {
        Form::Pod => send(client, "POST", &at(&format!("/api/v1/namespaces/{namespace}/pods")), &object).await,
        Form::Deployment => send(client, "POST", &at(&format!("/apis/apps/v1/namespaces/{namespace}/deployments")), &object).await,
        Form::CronJob => send(client, "POST", &at(&format!("/apis/batch/v1/namespaces/{namespace}/cronjobs")), &object).await,
        Form::Ephemeral => {
            let path = format!("/api/v1/namespaces/{namespace}/pods/kassay-{}", witness.id);
            let mut pod = send(client, "GET", &path, &Value::Null).await.unwrap();
            pod["spec"]["ephemeralContainers"] = object["spec"]["ephemeralContainers"].clone();
            send(client, "PUT", &at(&format!("{path}/ephemeralcontainers")), &pod).await
        }
    }
}

/// Pods that ephemeral containers are put into.
fn running(cluster: &TestCluster, namespace: &str) {
    let pods =
        WITNESSES.iter().filter(|witness| witness.form == Form::Ephemeral).map(|witness| witness.before(namespace, &Dress::default()));
    cluster.apply_text(&json!({"apiVersion": "v1", "kind": "List", "items": pods.collect::<Vec<_>>()}).to_string());
}

fn read(cluster: &TestCluster) -> kassay_core::kinds::Inventory {
    let connect = Connect { kubeconfig: Some(cluster.kubeconfig()), ..Connect::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(collect(&SourceSpec::Live(connect), &Options::default(), &|_| {}, &Cancel::default())).unwrap()
}

#[test]
fn the_api_server_says_of_each_witness_what_the_trial_says() {
    let Some(cluster) = TestCluster::start() else { return };
    let text = std::fs::read_to_string(cluster::root().join("tests/trial/namespaces.yaml")).unwrap();
    cluster.apply_text(&text);
    for namespace in NAMESPACES {
        running(&cluster, namespace);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(client(&cluster));
    runtime.block_on(as_the_server_reads_them(&client));
    cluster.apply(&cluster::root().join("tests/trial/policies.yaml"));
    runtime.block_on(until_in_force(&client));

    let inventory = read(&cluster);
    let tables = Tables::shipped().unwrap();
    let trial = Trial::of(&inventory, &tables.software);
    let (mut told, mut open, mut wrong) = (0, Vec::new(), Vec::new());
    for namespace in NAMESPACES {
        let place = trial.place_of(namespace).unwrap();
        for (at, witness) in WITNESSES.iter().enumerate() {
            let verdict = trial.verdict(place, at);
            let said = runtime.block_on(ask(&client, witness, namespace));
            told += 1;
            match (verdict.outcome, &said) {
                (Outcome::NotEvaluated, _) => open.push(format!("{namespace} {}: {} {}", witness.id, verdict.by, verdict.why)),
                (Outcome::Refused, Err(_)) | (Outcome::LetIn, Ok(_)) => {}
                _ => wrong.push(format!(
                    "{namespace} {}: {} by {} ({}), the server: {}",
                    witness.id,
                    verdict.outcome.id(),
                    verdict.by,
                    verdict.why,
                    said.err().unwrap_or_else(|| "taken in".to_owned())
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {told} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(open.len() * 10 <= told, "{} of {told} are not evaluated:\n{}", open.len(), open.join("\n"));
    eprintln!("{told} answers of the server, {} not evaluated", open.len());
}

/// Before any policy is there, the server takes every witness in, as admission has it.
async fn as_the_server_reads_them(client: &kube::Client) {
    for witness in WITNESSES.iter() {
        let taken = ask(client, witness, "free").await.unwrap_or_else(|why| panic!("{}: {why}", witness.id));
        let ours = as_read(witness.object("free", &Dress::default()));
        assert_eq!(compared(taken), compared(ours), "{}", witness.id);
    }
}

/// What the server adds to the metadata of every object is left out, and what a running pod's status and scheduler say.
fn compared(mut object: Value) -> Value {
    let metadata = &object["metadata"];
    object["metadata"] = json!({"name": metadata["name"], "namespace": metadata["namespace"], "labels": metadata["labels"]});
    for field in ["status", "apiVersion", "kind"] {
        object.as_object_mut().unwrap().remove(field);
    }
    if let Some(spec) = object.pointer_mut("/spec").and_then(Value::as_object_mut) {
        spec.remove("nodeName");
    }
    object
}

/// The server takes up new policies within seconds; the last of the file is a sign that it did.
async fn until_in_force(client: &kube::Client) {
    let until = Instant::now() + Duration::from_secs(60);
    let sign = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sign", "namespace": "free"}});
    while send(client, "POST", "/api/v1/namespaces/free/configmaps?dryRun=All", &sign).await.is_ok() {
        assert!(Instant::now() < until, "the server does not take up the policies");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The others came before it; each is compiled on its own.
    tokio::time::sleep(Duration::from_secs(2)).await;
}
