//! What other tests take for granted about the real cluster: limited identities are limited, pods run, the audit log tells who asked
//! for what, and a cluster ends with whoever started it. Also that the server accepts the whole demo company.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;

use cluster::{Request, TestCluster};

fn seen(requests: &[Request]) -> Vec<(&str, &str, &str, u64)> {
    requests.iter().filter(|r| !r.resource.is_empty()).map(|r| (&*r.verb, &*r.resource, &*r.namespace, r.code)).collect()
}

#[test]
fn a_user_may_do_what_is_bound_and_the_audit_log_tells() {
    let Some(cluster) = TestCluster::shared() else { return };
    let stranger = cluster.user("audited-stranger", &["strangers"]);
    assert!(cluster.kubectl_as(&stranger, ["get", "pods"]).unwrap_err().contains("audited-stranger"));
    let viewer = cluster.bound_user("audited-viewer", "view");
    cluster.kubectl_as(&viewer, ["get", "pods", "-n", "kube-public"]).unwrap();
    assert!(cluster.kubectl_as(&viewer, ["delete", "configmap", "kube-root-ca.crt"]).unwrap_err().contains("cannot delete"));

    assert_eq!(seen(&cluster.requests_of("audited-stranger")), [("list", "/pods", "default", 403)]);
    assert_eq!(
        seen(&cluster.requests_of("audited-viewer")),
        [("list", "/pods", "kube-public", 200), ("delete", "/configmaps", "default", 403)]
    );
}

#[test]
fn an_account_has_a_token_and_the_rights_of_its_role() {
    let Some(cluster) = TestCluster::shared() else { return };
    let kubeconfig = cluster.bound_account("default", "token-reader", "system:node-proxier");
    cluster.kubectl_as(&kubeconfig, ["get", "services"]).unwrap();
    assert!(cluster.kubectl_as(&kubeconfig, ["get", "secrets"]).is_err());
    let requests = cluster.requests_of("system:serviceaccount:default:token-reader");
    assert_eq!(seen(&requests), [("list", "/services", "default", 200), ("list", "/secrets", "default", 403)]);
}

#[test]
fn deployments_get_pods_that_run_and_report_their_image() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.add_nodes();
    cluster.kubectl(["create", "deployment", "runs", "--image", "registry.example/runs:1", "--replicas", "3"]);
    cluster.kubectl(["rollout", "status", "deployment/runs", "--timeout", "60s"]);
    let ids = cluster.kubectl(["get", "pods", "-l", "app=runs", "-o", "jsonpath={.items[*].status.containerStatuses[0].imageID}"]);
    assert_eq!(ids.split(' ').filter(|id| id.starts_with("registry.example/runs@sha256:")).count(), 3, "{ids}");
}

#[test]
fn the_server_judges_pod_security_at_any_version() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.apply_text(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: judged\n  labels:\n    pod-security.kubernetes.io/warn: baseline\n    pod-security.kubernetes.io/warn-version: v1.31\n",
    );
    let pod = |sysctl: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: judged}}\nspec:\n  securityContext: {{sysctls: [{{name: {sysctl}, value: '1'}}]}}\n  containers: [{{name: c, image: i}}]\n"
        )
    };
    assert_eq!(cluster.warnings(&pod("net.ipv4.tcp_syncookies")), Vec::<String>::new());
    let warnings = cluster.warnings(&pod("net.ipv4.tcp_rmem"));
    assert!(warnings.iter().any(|w| w.contains("forbidden sysctls (net.ipv4.tcp_rmem)")), "{warnings:?}");
}

#[test]
fn the_demo_company_is_accepted_and_runs() {
    let Some(cluster) = TestCluster::start() else { return };
    cluster.apply_demo();
    let phases = cluster.kubectl(["get", "pods", "-A", "-o", "jsonpath={range .items[*]}{.status.phase}{'\\n'}{end}"]);
    assert!(phases.lines().count() > 100, "{phases}");
    assert!(phases.lines().all(|phase| phase == "Running" || phase == "Succeeded"), "{phases}");
    let issued = cluster.kubectl(["get", "csr", "-o", "jsonpath={.items[?(@.status.certificate)].metadata.name}"]);
    assert_eq!(issued, "jump-host-admin release-bot");
}

#[test]
fn a_dropped_cluster_leaves_no_process_and_no_folder() {
    let Some(cluster) = TestCluster::start() else { return };
    let listed = std::fs::read_to_string(cluster.dir().join("processes")).unwrap();
    let pids: Vec<String> = listed.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect();
    let dir = cluster.dir().to_owned();
    let lives = |pid: &String| {
        let output = std::process::Command::new("ps").args(["-o", "args=", "-p", pid]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).contains(&*dir.to_string_lossy())
    };
    assert!(pids.len() > 2 && pids.iter().all(lives), "{listed}");
    drop(cluster);
    assert!(!pids.iter().any(lives), "{listed}");
    assert!(!dir.exists());
}
