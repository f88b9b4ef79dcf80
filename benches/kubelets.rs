//! How long it takes to ask 5,000 kubelets for their settings: all answer, one of ten is silent, all are silent. `cargo bench --bench kubelets`; `-- 500`
//! takes another number. The aim is two minutes, answered or not. A stand-in plays the kubelets, each behind TLS with a certificate of the cluster's authority; it
//! shares the processors with who asks.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

use data_encoding::BASE64;
use kassay::collect::{Cancel, Connect, SourceSpec, probe};
use kassay_core::analysis::probing;
use kassay_core::kinds::{Ingest, Inventory, Purpose, Source};
use kassay_core::model::{Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Nodes, where no other number is asked for: as many as Kubernetes is made for.
const NODES: usize = 5_000;
/// Seconds that they may take.
const LIMIT: f64 = 120.0;

fn main() {
    // The harness of tests asks every program for its tests.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let nodes = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(NODES);
    let folder = tempfile::tempdir().unwrap();
    let (config, kubeconfig) = cluster_with_an_authority(folder.path());
    let (talking, silent) = (talking(config), silent());
    for (words, one_of) in [("all answer", 0), ("one of ten is silent", 10), ("all are silent", 1)] {
        let port = |nth: usize| if one_of > 0 && nth.is_multiple_of(one_of) { silent } else { talking };
        let inventory = inventory(nodes, port);
        let mut plan = probing::plan(&inventory, &Scope::default());
        plan.requests.retain(|request| request.purpose == Purpose::Kubelet);
        assert_eq!(plan.requests.len(), nodes);
        let source = SourceSpec::Live(Connect { kubeconfig: Some(kubeconfig.clone()), ..Connect::default() });
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let began = Instant::now();
        let probes = runtime.block_on(probe(&source, &plan, "A. Assessor", &|_, _, _| (), &Cancel::default())).unwrap();
        let took = began.elapsed().as_secs_f64();
        let told = probes.kubelets.iter().filter(|told| told.settings.is_some()).count();
        let mut unanswered: BTreeMap<&str, usize> = BTreeMap::new();
        probes.kubelets.iter().filter(|told| told.settings.is_none()).for_each(|told| *unanswered.entry(&told.why).or_default() += 1);
        println!("{nodes} nodes, {words}: {took:.1} s (aim {LIMIT}), {told} told their settings; others: {unanswered:?}");
    }
}

/// An authority, a kubelet's certificate of it, and a kubeconfig that names it.
fn cluster_with_an_authority(folder: &Path) -> (Arc<ServerConfig>, PathBuf) {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "the cluster's authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = authority.self_signed(&key).unwrap();
    let own = KeyPair::generate().unwrap();
    let mut wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    wanted.distinguished_name.push(DnType::CommonName, "system:node:n");
    let shown = wanted.signed_by(&own, &Issuer::from_params(&authority, &key)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![shown.der().clone()], PrivateKeyDer::try_from(own.serialize_der()).unwrap()).unwrap();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(certificate.der()));
    let path = folder.join("kubeconfig");
    let text = json!({"apiVersion": "v1", "kind": "Config", "current-context": "t", "contexts": [{"name": "t", "context": {"cluster": "c", "user": "u"}}],
                      "clusters": [{"name": "c", "cluster": {"server": SERVER, "certificate-authority-data": BASE64.encode(pem.as_bytes())}}],
                      "users": [{"name": "u", "user": {"token": "t-1"}}]});
    std::fs::write(&path, text.to_string()).unwrap();
    (Arc::new(config), path)
}

/// The API server, which nobody asks.
const SERVER: &str = "https://127.0.0.1:1";

/// Kubelets that answer.
fn talking(config: Arc<ServerConfig>) -> u16 {
    serve(move |stream| {
        let Ok(connection) = ServerConnection::new(config.clone()) else { return };
        let mut stream = StreamOwned::new(connection, stream);
        let mut line = String::new();
        let mut reader = BufReader::new(&mut stream);
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            line.clear();
        }
        let settings = json!({"kubeletconfig": {"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "authentication": {"anonymous": {"enabled": false}, "webhook": {"enabled": true}}, "authorization": {"mode": "Webhook"},
            "evictionHard": {"memory.available": "100Mi"}, "clusterDNS": ["10.96.0.10"], "rotateCertificates": true}})
        .to_string();
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{settings}", settings.len());
        stream.conn.send_close_notify();
        let _ = stream.flush();
    })
}

/// Kubelets that take connections and never say a word.
fn silent() -> u16 {
    serve(|mut stream| {
        // Until the other side gives up. What it says first is no text.
        let mut piece = [0; 1024];
        while stream.read(&mut piece).is_ok_and(|read| read > 0) {}
    })
}

fn serve(one: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let one = Arc::new(one);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let one = one.clone();
            std::thread::spawn(move || one(stream));
        }
    });
    port
}

fn inventory(nodes: usize, port: impl Fn(usize) -> u16) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    ingest.cluster().server = SERVER.to_owned();
    for nth in 0..nodes {
        let status = json!({"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}], "daemonEndpoints": {"kubeletEndpoint": {"Port": port(nth)}}});
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node-{nth}")}, "status": status});
        ingest.object(Kind::Nodes, &node.to_string());
    }
    ingest.finish()
}
