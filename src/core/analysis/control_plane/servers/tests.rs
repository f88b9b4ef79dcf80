//! Which command lines are put together from pods, annotations and answers.

use super::*;
use crate::kinds::{Ingest, Source};
use crate::model::Kind;
use crate::sensitive::FingerprintKey;
use serde_json::json;

/// A whole answer: every flag with what a server of 1.36 has by itself, and these in their place.
fn told(flags: &[(&str, &str)]) -> FlagsTold {
    let mut all: BTreeMap<String, String> = [
        ("anonymous-auth", "true"),
        ("audit-log-maxage", "366"),
        ("audit-log-maxbackup", "100"),
        ("audit-log-maxsize", "100"),
        ("authorization-mode", "[Node,RBAC]"),
        ("bind-address", "0.0.0.0"),
        ("etcd-servers", "[https://127.0.0.1:2379]"),
        ("profiling", "true"),
        ("service-account-extend-token-expiration", "true"),
        ("service-account-lookup", "true"),
        ("service-account-max-token-expiration", "0s"),
    ]
    .into_iter()
    .chain(flags.iter().copied())
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    for name in [
        "admission-control-config-file",
        "audit-log-path",
        "audit-policy-file",
        "audit-webhook-config-file",
        "authentication-config",
        "authentication-token-webhook-config-file",
        "authorization-config",
        "disable-admission-plugins",
        "emulated-version",
        "enable-admission-plugins",
        "encryption-provider-config",
        "etcd-servers-overrides",
        "feature-gates",
        "oidc-issuer-url",
        "tls-cipher-suites",
        "tls-min-version",
        "token-auth-file",
    ] {
        all.entry(name.to_owned()).or_default();
    }
    let text = json!({"kind": "Flagz", "apiVersion": "config.k8s.io/v1beta1", "flags": all}).to_string();
    FlagsTold::of_json(&text).unwrap_or_else(|why| panic!("{why}"))
}

struct Cluster {
    ingest: Ingest,
    record: ControlPlaneRecord,
}

impl Cluster {
    fn new() -> Self {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.cluster().version = "v1.36.1".to_owned();
        ingest.cluster().server = "https://kube.example".to_owned();
        Self { ingest, record: ControlPlaneRecord::default() }
    }

    /// A control-plane node.
    fn node(mut self, name: &str, annotations: serde_json::Value) -> Self {
        let meta = json!({"name": name, "labels": {"node-role.kubernetes.io/control-plane": ""}, "annotations": annotations});
        self.ingest.object(Kind::Nodes, &json!({"metadata": meta, "status": {}}).to_string());
        self
    }

    fn pod(mut self, node: &str, flags: &[&str]) -> Self {
        let meta = json!({"name": format!("kube-apiserver-{node}"), "namespace": "kube-system", "labels": {"component": "kube-apiserver", "tier": "control-plane"},
                          "annotations": {"kubernetes.io/config.mirror": "x"}});
        let words: Vec<&str> =
            ["kube-apiserver", "--etcd-servers=https://127.0.0.1:2379"].into_iter().chain(flags.iter().copied()).collect();
        let container = json!({"name": "kube-apiserver", "image": "registry.k8s.io/kube-apiserver:v1.36.1", "command": words});
        self.ingest.object(Kind::Pods, &json!({"metadata": meta, "spec": {"nodeName": node, "containers": [container]}}).to_string());
        self
    }

    fn answer(mut self, started: i64, flags: &[(&str, &str)]) -> Self {
        self.record.take(ServerRecord { started: Timestamp::from_second(started).ok(), flags: Some(told(flags)), metrics: None });
        self
    }

    fn read(mut self) -> Inventory {
        self.ingest.cluster().control_plane = Some(Box::new(self.record));
        self.ingest.finish()
    }
}

fn names(inventory: &Inventory) -> Vec<(Seen, String)> {
    api_servers(inventory).into_iter().map(|line| (line.seen, line.object.to_string())).collect()
}

#[test]
fn an_answer_stands_for_the_server_that_nothing_else_shows() {
    let inventory = Cluster::new().answer(1, &[("audit-policy-file", "/a"), ("anonymous-auth", "false")]).read();
    let lines = api_servers(&inventory);
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!((line.seen, line.object.to_string().as_str()), (Seen::Flagz, "Cluster https://kube.example"));
    assert_eq!(line.list("authorization-mode"), ["Node", "RBAC"]);
    assert_eq!(
        (line.boolean("anonymous-auth", Some(36)), line.is_set("audit-policy-file"), line.is_set("audit-log-path")),
        (Some(false), true, false)
    );
    assert_eq!((line.effective("insecure-port", Some(36)), line.field("profiling")), (Some("0".into()), "flagz[--profiling]".into()));
    assert!(blind(&inventory, &lines).is_empty());
}

#[test]
fn an_answer_that_fits_a_pod_adds_none() {
    let flags = ["--authorization-mode=RBAC,Node", "--anonymous-auth=True", "--audit-log-maxage=30", "--feature-gates=A=true,B=false"];
    let told = [("audit-log-maxage", "30"), ("feature-gates", ":B=false,:A=true")];
    let inventory = Cluster::new().node("a", json!({})).node("b", json!({})).pod("a", &flags).answer(1, &told).read();
    assert_eq!(names(&inventory), [(Seen::Pod, "Pod kube-system/kube-apiserver-a".to_owned())]);
    assert!(disagreements(&inventory).is_empty());
    // It confirms the pod, and says nothing of the other node.
    assert_eq!(blind(&inventory, &api_servers(&inventory)).nodes, ["b"]);
}

#[test]
fn an_answer_that_fits_no_pod_is_told_beside_them() {
    let pods = |cluster: Cluster| cluster.node("a", json!({})).pod("a", &["--authorization-mode=Node,RBAC", "--profiling=false"]);
    for (told, name) in [
        (&[("profiling", "true")][..], "profiling"),
        (&[("profiling", "false"), ("token-auth-file", "/t")], "token-auth-file"),
        (&[("profiling", "false"), ("authorization-mode", "[Node,RBAC,Webhook]")], "authorization-mode"),
        (&[("profiling", "false"), ("audit-log-maxage", "30")], "audit-log-maxage"),
        (&[("profiling", "false"), ("service-account-max-token-expiration", "48h0m0s")], "service-account-max-token-expiration"),
    ] {
        let inventory = pods(Cluster::new()).answer(1, told).read();
        assert_eq!(api_servers(&inventory).len(), 2, "{name}");
        let differing: Vec<String> =
            disagreements(&inventory).into_iter().flat_map(|told| told.flags).map(|differing| differing.name).collect();
        assert_eq!(differing, [name]);
    }
    let inventory = pods(Cluster::new())
        .answer(1, &[("profiling", "false"), ("anonymous-auth", "false"), ("authorization-mode", "[AlwaysAllow]")])
        .read();
    let differing: Vec<String> =
        disagreements(&inventory).into_iter().flat_map(|told| told.flags).map(|differing| differing.name).collect();
    assert_eq!(differing, ["authorization-mode"], "the server itself switches anonymous requests off then");
}

#[test]
fn an_answer_says_more_than_the_annotation_of_the_only_server() {
    let words = json!({"k3s.io/node-args": json!(["server", "--kube-apiserver-arg", "audit-policy-file=/p"]).to_string()});
    let told = [("audit-policy-file", "/p"), ("audit-log-path", "/l"), ("anonymous-auth", "false"), ("profiling", "false")];
    let one = Cluster::new().node("a", words.clone()).answer(1, &told).read();
    let lines = api_servers(&one);
    assert_eq!((lines.len(), lines[0].seen, lines[0].is_set("audit-log-path")), (1, Seen::Annotation, true));
    let two = Cluster::new().node("a", words.clone()).node("b", words.clone()).answer(1, &told).read();
    let lines = api_servers(&two);
    assert_eq!((lines.len(), lines[0].is_set("audit-log-path")), (2, false), "which of the two answered is not known");
    let other = Cluster::new().node("a", words).answer(1, &[("audit-policy-file", "/other")]).read();
    assert_eq!((api_servers(&other).len(), disagreements(&other).len()), (2, 1));
}

#[test]
fn several_servers_are_told_apart_and_counted() {
    let same = Cluster::new().answer(1, &[]).answer(2, &[]).read();
    assert_eq!(names(&same).len(), 1);
    let differ = Cluster::new().answer(1, &[]).answer(2, &[("anonymous-auth", "false")]).read();
    let told: Vec<String> = names(&differ).into_iter().map(|(_, name)| name).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].contains("1970-01-01T00:00:01Z") && told[1].contains("1970-01-01T00:00:02Z"), "{told:?}");
    let nodes = |cluster: Cluster| cluster.node("a", json!({})).node("b", json!({}));
    let one = nodes(Cluster::new()).answer(1, &[]).answer(1, &[]).read();
    let seen = blind(&one, &api_servers(&one));
    assert_eq!((seen.nodes.len(), seen.answered), (2, 1), "of two nodes one answered");
    let both = nodes(Cluster::new()).answer(1, &[]).answer(2, &[]).read();
    assert!(blind(&both, &api_servers(&both)).is_empty());
}

#[test]
fn an_answer_that_another_program_kept_in_part_is_none() {
    let mut inventory = Cluster::new().answer(1, &[]).read();
    if let Some(flags) = inventory.cluster.control_plane.as_mut().and_then(|record| record.servers[0].flags.as_mut()) {
        flags.flags.remove("encryption-provider-config");
    }
    assert!(api_servers(&inventory).is_empty());
}
