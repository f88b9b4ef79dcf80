//! What the guidance tells people to type is tried on a real API server: its manifests are accepted and mean what the text says, its
//! commands run. `kassay rbac` is applied in `live.rs`. What only a provider, etcd, a kubelet or a registry could try is not tried here.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;

use cluster::TestCluster;
use kassay_core::guidance::{Control, Guidance};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Every text in which the guidance may name a command or show a manifest, with its control.
fn texts() -> Vec<(&'static str, &'static str)> {
    let of = |control: &'static Control| {
        let sections = [&control.threat, &control.kubernetes, &control.provable, &control.unprovable, &control.mend];
        let helps = control.questions.iter().map(|question| &question.help);
        sections.into_iter().chain(helps).map(|text| (control.id.as_str(), text.as_str())).collect::<Vec<_>>()
    };
    Guidance::shipped().unwrap().controls().flat_map(of).collect()
}

/// The blocks of YAML, with the control that shows them.
fn manifests() -> Vec<(&'static str, &'static str)> {
    let blocks = |(control, text): (&'static str, &'static str)| {
        text.split("```yaml\n").skip(1).map(move |rest| (control, rest.split_once("```").expect("the block has no end").0))
    };
    texts().into_iter().flat_map(blocks).collect()
}

/// The one manifest of a kind.
fn manifest(kind: &str) -> &'static str {
    let of_kind: Vec<&str> =
        manifests().into_iter().map(|(_, yaml)| yaml).filter(|yaml| yaml.contains(&format!("kind: {kind}\n"))).collect();
    assert_eq!(of_kind.len(), 1, "{kind}: {of_kind:?}");
    of_kind[0]
}

/// Whole kubectl commands between backticks; a mere name of one (`kubectl drain`) is none.
fn commands() -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (control, text) in texts() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for span in text.split('`').skip(1).step_by(2).filter(|span| span.starts_with("kubectl ")) {
            let words = span.split(' ').skip(1).filter(|word| !word.starts_with('-')).count();
            if words > 1 && !found.iter().any(|(_, known)| known == span) {
                found.push((control, span.to_owned()));
            }
        }
    }
    found
}

/// The words of a command as a shell parts them; single quotes are all that the guidance uses.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('\'').enumerate();
    quoted
        .flat_map(|(nth, part)| if nth % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() })
        .collect()
}

/// A kubeconfig without a credential that the server knows. kubectl asks at the keyboard where it has none at all, so it is given a password:
/// no API server since 1.19 looks at those, and the request is a stranger's.
fn stranger(cluster: &TestCluster) -> PathBuf {
    let path = cluster.dir().join("user-stranger.kubeconfig");
    std::fs::copy(cluster.kubeconfig(), &path).unwrap();
    cluster.kubectl_as(&path, ["config", "delete-user", "kubernetes-admin"]).unwrap();
    cluster.kubectl_as(&path, ["config", "set-credentials", "stranger", "--username=stranger", "--password=unknown"]).unwrap();
    cluster.kubectl_as(&path, ["config", "set-context", "--current", "--user=stranger"]).unwrap();
    path
}

fn answer(cluster: &TestCluster, kubeconfig: &Path, address: &str) -> Result<String, String> {
    cluster.kubectl_as(kubeconfig, ["get", "--raw", address])
}

const CLUSTER_INFO: &str = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

#[test]
fn every_manifest_of_the_guidance_is_tried_here() {
    let tried = ["AuthenticationConfiguration", "NetworkPolicy"];
    for (control, yaml) in manifests() {
        let value: Value = serde_saphyr::from_str(yaml).unwrap_or_else(|e| panic!("{control}: {e}\n{yaml}"));
        assert!(tried.contains(&value["kind"].as_str().unwrap_or_default()), "{control}: nobody tries this:\n{yaml}");
    }
}

#[test]
fn the_default_deny_is_accepted_and_denies_both_directions() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.kubectl(["create", "namespace", "denied"]);
    cluster.apply_text(&manifest("NetworkPolicy").replace("NAME", "denied"));
    let kept: Value =
        serde_json::from_str(&cluster.kubectl(["get", "networkpolicy", "default-deny", "-n", "denied", "-o", "json"])).unwrap();
    assert_eq!(kept["spec"], json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
}

#[test]
fn commands_run() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.apply_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: advised}\n---\n\
         apiVersion: v1\nkind: Namespace\nmetadata: {name: aws-observability}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-logging, namespace: aws-observability}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {name: advised, namespace: advised}\n---\n\
         apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: advised, namespace: default}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: advised, namespace: advised}\n\
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: advised}\n\
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n",
    );
    let all = commands();
    assert!(all.len() > 12, "{all:?}");
    for (control, command) in all {
        let ours = command.replace("NAMESPACE", "advised").replace("NAME", "advised").replace("USER", "ada").replace("GROUP", "ops");
        let mut before: Option<String> = None;
        for part in ours.split(" | ") {
            let mut arguments = words(part);
            assert_eq!(arguments.remove(0), "kubectl", "{control}: {command}");
            if let Some(output) = before.take() {
                let path = cluster.dir().join("piped.json");
                std::fs::write(&path, output).unwrap();
                let at = arguments.iter().position(|word| word == "-").unwrap_or_else(|| panic!("{control}: {command} reads no pipe"));
                arguments[at] = path.to_string_lossy().into_owned();
            }
            // Nothing is to change under other tests.
            let changes = ["delete", "label", "patch", "replace"].contains(&arguments[0].as_str());
            if changes && !arguments.iter().any(|word| word.starts_with("--dry-run")) {
                arguments.push("--dry-run=server".into());
            }
            before = Some(cluster.try_kubectl(&arguments).unwrap_or_else(|why| panic!("{control}: {command}: {why}")));
        }
    }
}

#[test]
fn the_label_of_the_guidance_refuses_a_privileged_pod() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.kubectl(["create", "namespace", "guarded"]);
    let labels = |command: &String| command.starts_with("kubectl label ns NAME ");
    let command = commands().into_iter().map(|(_, command)| command).find(labels).expect("the guidance labels a namespace");
    cluster.kubectl(words(&command.replace("NAME", "guarded")).into_iter().skip(1));
    let pod = cluster.dir().join("privileged.yaml");
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: guarded}\nspec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n";
    std::fs::write(&pod, text).unwrap();
    let refused = cluster.try_kubectl(["create", "--dry-run=server", "-f", &pod.to_string_lossy()]).unwrap_err();
    assert!(refused.contains("violates PodSecurity \"restricted:v1.37\""), "{refused}");
}

#[test]
fn strangers_see_the_health_pages_alone() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("authentication-{}.yaml", std::process::id()));
    std::fs::write(&file, manifest("AuthenticationConfiguration")).unwrap();
    let cluster = TestCluster::start_with(&format!("--authentication-config={}", file.display()));
    let _ = std::fs::remove_file(&file);
    let Some(cluster) = cluster else { return };
    let stranger = stranger(&cluster);
    for address in ["/livez", "/readyz", "/healthz"] {
        assert_eq!(answer(&cluster, &stranger, address).as_deref(), Ok("ok"), "{address}");
    }
    // What `kubeadm join` reads is refused too, as the guidance warns: with 401, not with the 403 of somebody known.
    for address in ["/version", "/api", CLUSTER_INFO] {
        let refused = answer(&cluster, &stranger, address).unwrap_err();
        assert!(refused.contains("Unauthorized") || refused.contains("must be logged in"), "{address}: {refused}");
    }
}

#[test]
fn without_anonymous_requests_the_health_pages_refuse_probes() {
    let Some(cluster) = TestCluster::start_with("--anonymous-auth=false") else { return };
    let refused = answer(&cluster, &stranger(&cluster), "/livez").unwrap_err();
    assert!(refused.contains("Unauthorized") || refused.contains("must be logged in"), "{refused}");
}
