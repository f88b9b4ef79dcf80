//! Kubelets that are asked for their settings: whom the cluster's authority vouches for hears one request with the login, and everybody else hears nothing.

use super::server::{Asked, Reply, Server, status};
use data_encoding::BASE64;
use kassay::collect::{Cancel, Connect, SourceSpec, probe};
use kassay_core::analysis::probing::{self, Plan};
use kassay_core::assess;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::control_plane::KubeletTold;
use kassay_core::kinds::{Ingest, Inventory, KindState, Probes, Purpose, Source};
use kassay_core::model::{Kind, Outcome, Scope};
use kassay_core::sensitive::FingerprintKey;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use std::path::{Path, PathBuf};

/// An authority: its certificate, and what it signs with.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    certificate: Certificate,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { params, key, certificate }
    }

    /// A kubelet with a certificate of this authority that answers so.
    fn kubelet(&self, script: impl Fn(&Asked, usize) -> Option<Reply> + Send + Sync + 'static) -> Server {
        let key = KeyPair::generate().unwrap();
        let mut wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        wanted.distinguished_name.push(DnType::CommonName, "system:node:n");
        let shown = wanted.signed_by(&key, &Issuer::from_params(&self.params, &self.key)).unwrap();
        Server::start_showing_with(shown.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap(), script)
    }
}

/// A kubelet as it comes without `serverTLSBootstrap`: with a certificate that it signed for itself.
fn signing_for_itself() -> Server {
    let key = KeyPair::generate().unwrap();
    let mut wanted = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    wanted.distinguished_name.push(DnType::CommonName, "node-5@1764000000");
    let shown = wanted.self_signed(&key).unwrap();
    Server::start_showing_with(shown.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap(), |_, _| Some(settings()))
}

/// The settings of a kubelet that lets nobody in unasked.
fn settings() -> Reply {
    Reply::Json(json!({"kubeletconfig": {
        "kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", "staticPodURLHeader": {"Authorization": ["Bearer MARKER-8f7d6s5"]},
        "authentication": {"anonymous": {"enabled": false}, "webhook": {"enabled": true, "cacheTTL": "2m0s"}, "x509": {"clientCAFile": "/MARKER"}},
        "authorization": {"mode": "Webhook"}, "rotateCertificates": true}}))
}

/// A live cluster with these kubelets on its nodes. Its API server is nowhere.
fn cluster(kubelets: &[&Server]) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    ingest.cluster().server = NOWHERE.to_owned();
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    for (nth, kubelet) in kubelets.iter().enumerate() {
        let port: u16 = kubelet.address.rsplit(':').next().unwrap().parse().unwrap();
        let status =
            json!({"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}], "daemonEndpoints": {"kubeletEndpoint": {"Port": port}}});
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node-{nth}")}, "status": status});
        ingest.object(Kind::Nodes, &node.to_string());
    }
    ingest.finish()
}

const NOWHERE: &str = "https://127.0.0.1:1";

fn kubeconfig(folder: &Path, cluster: &str, user: &str) -> PathBuf {
    let path = folder.join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{NOWHERE}', {cluster}}}}}]\nusers: [{{name: u, user: {user}}}]\n\
         contexts: [{{name: t, context: {{cluster: c, user: u}}}}]\ncurrent-context: t\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn believing(authority: &Authority) -> String {
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64.encode(authority.certificate.der()));
    format!("certificate-authority-data: {}", BASE64.encode(pem.as_bytes()))
}

/// What comes of the requests to kubelets alone.
fn ask(inventory: &Inventory, connect: Connect, cancel: &Cancel) -> Probes {
    let mut plan: Plan = probing::plan(inventory, &Scope::default());
    plan.requests.retain(|request| request.purpose == Purpose::Kubelet);
    assert_eq!(plan.requests.len(), inventory.nodes.len());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(probe(&SourceSpec::Live(connect), &plan, "A. Assessor", &|_, _, _| (), cancel)).unwrap()
}

fn why(probes: &Probes, node: &str) -> String {
    probes.kubelets.iter().find(|told| told.node == node).map(|told: &KubeletTold| told.why.clone()).unwrap()
}

#[test]
fn only_whom_the_authority_vouches_for_hears_the_login() {
    let (own, other) = (Authority::new("the cluster's authority"), Authority::new("another"));
    let good = own.kubelet(|_, _| Some(settings()));
    let refusing = own.kubelet(|_, _| Some(status(403, "Forbidden", "nodes/configz")));
    let stranger = other.kubelet(|_, _| Some(settings()));
    let leading_away = own.kubelet(|_, _| Some(Reply::Raw(302, "Location: https://127.0.0.1:1/elsewhere", String::new())));
    let broken = own.kubelet(|_, _| Some(Reply::Json(json!({"kubeletconfig": {}}))));
    let own_signer = signing_for_itself();
    let kubelets = [&good, &refusing, &stranger, &leading_away, &broken, &own_signer];
    let mut inventory = cluster(&kubelets);
    let folder = tempfile::tempdir().unwrap();
    let connect = Connect { kubeconfig: Some(kubeconfig(folder.path(), &believing(&own), "{token: t-1}")), ..Connect::default() };
    let probes = ask(&inventory, connect, &Cancel::default());
    for server in [&good, &refusing, &leading_away, &broken] {
        let asked = server.asked();
        let [request] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!((request.method.as_str(), request.uri.as_str()), ("GET", "/configz"));
        assert_eq!(request.header("authorization"), "Bearer t-1");
        assert!(request.header("user-agent").contains("configz") && request.body.is_empty(), "{request:?}");
    }
    assert!(stranger.asked().is_empty() && own_signer.asked().is_empty(), "a server that is not believed hears nothing");
    assert!(why(&probes, "node-1").contains("nodes/configz") && why(&probes, "node-2").contains("signed by nobody who is trusted"));
    assert!(why(&probes, "node-3").contains("302") && why(&probes, "node-4").contains("which every kubelet's does"));
    assert!(why(&probes, "node-5").contains("signed by nobody who is trusted"), "{}", why(&probes, "node-5"));
    assert_eq!((why(&probes, "node-0").as_str(), probes.sent.len()), ("", 6));
    inventory.hear(probes.clone());
    // The record tells the requests, and neither it nor a snapshot anything that was not to be kept.
    let record = probing::record(&probes, &inventory.cluster);
    assert!(record.contains("/configz with the login of the context  200; the settings"), "{record}");
    let kept = serde_json::to_string(&inventory).unwrap();
    assert!(
        kept.contains("rotateCertificates") && !kept.contains("MARKER") && !kept.contains("t-1\"") && !record.contains("t-1"),
        "{kept}"
    );
    let again: Inventory = serde_json::from_str(&kept).unwrap();
    let told = |inventory: &Inventory| inventory.cluster.control_plane.as_ref().unwrap().kubelets.clone();
    assert_eq!(told(&again), told(&inventory));
    // By one kubelet of six nothing is good.
    let (tables, scope) = (Tables::shipped().unwrap(), Scope::default());
    let view = View::new(&again, &scope, "2026-11-23T09:00:00Z".parse().unwrap(), &tables);
    let outcome = assess::run(checks::by_id("1.1/kubelet-anonymous").unwrap(), &view);
    assert!(outcome.outcome == Outcome::Review && outcome.reason.contains("of 6 kubelets 5 did not tell"), "{outcome:?}");
}

#[test]
fn where_nothing_vouches_for_kubelets_nothing_is_sent() {
    let own = Authority::new("the cluster's authority");
    let folder = tempfile::tempdir().unwrap();
    let trusting = believing(&own);
    let token = "{token: t-1}";
    for (cluster_says, user, more, wanted) in [
        ("insecure-skip-tls-verify: true", token, Connect::default(), "not to verify certificates"),
        ("tls-server-name: kube", token, Connect::default(), "names no authority"),
        (trusting.as_str(), "{}", Connect::default(), "neither a token nor a client certificate"),
        (trusting.as_str(), "{username: a, password: b}", Connect::default(), "tokens and client certificates"),
        (trusting.as_str(), token, Connect { as_user: Some("jane".into()), ..Connect::default() }, "impersonated"),
        (trusting.as_str(), "{token: t-1, as: jane}", Connect::default(), "impersonated"),
    ] {
        let kubelet = own.kubelet(|_, _| Some(settings()));
        let connect = Connect { kubeconfig: Some(kubeconfig(folder.path(), cluster_says, user)), ..more };
        let probes = ask(&cluster(&[&kubelet]), connect, &Cancel::default());
        assert!(why(&probes, "node-0").contains(wanted), "{cluster_says} {user}: {}", why(&probes, "node-0"));
        assert!(kubelet.asked().is_empty() && probes.sent.is_empty(), "{cluster_says} {user}");
    }
}

#[test]
fn who_stopped_them_sends_nothing_more() {
    let own = Authority::new("the cluster's authority");
    let kubelet = own.kubelet(|_, _| Some(settings()));
    let folder = tempfile::tempdir().unwrap();
    let connect = Connect { kubeconfig: Some(kubeconfig(folder.path(), &believing(&own), "{token: t-1}")), ..Connect::default() };
    let cancel = Cancel::default();
    cancel.cancel();
    let probes = ask(&cluster(&[&kubelet]), connect, &cancel);
    assert!(probes.stopped && kubelet.asked().is_empty() && probes.kubelets.iter().all(|told| told.settings.is_none()));
}

#[test]
fn nodes_that_do_not_answer_are_waited_for_side_by_side() {
    // It takes connections, and never says a word.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    ingest.cluster().server = NOWHERE.to_owned();
    let nodes = 200;
    for nth in 0..nodes {
        let status =
            json!({"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}], "daemonEndpoints": {"kubeletEndpoint": {"Port": port}}});
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node-{nth}")}, "status": status});
        ingest.object(Kind::Nodes, &node.to_string());
    }
    let inventory = ingest.finish();
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("the cluster's authority");
    let connect = Connect { kubeconfig: Some(kubeconfig(folder.path(), &believing(&authority), "{token: t-1}")), ..Connect::default() };
    let begun = std::time::Instant::now();
    let probes = ask(&inventory, connect, &Cancel::default());
    // One after another they would take a quarter of an hour.
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(probes.kubelets.len() == nodes && probes.kubelets.iter().all(|told| told.settings.is_none() && !told.why.is_empty()));
}
