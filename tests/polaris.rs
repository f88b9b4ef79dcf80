//! Our checks against cases that the authors of another program labelled: a file `failure.*` must be found by the check that corresponds,
//! a file `success.*` must not. What differs on purpose stands in a table, with the reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

use kassay_core::assess;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::{Ingest, Inventory, Source};
use kassay_core::model::{Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use std::path::{Path, PathBuf};

/// Their check, ours, and the rules or fields of ours that correspond (a field is what the finding's path contains); empty for all findings.
const SAME: &[(&str, &str, &[&str])] = &[
    ("automountServiceAccountToken", "1.5/automount", &[]),
    ("cpuLimitsMissing", "11.1/limits", &["cpu"]),
    ("memoryLimitsMissing", "11.1/limits", &["memory"]),
    ("dangerousCapabilities", "3.1/privileged", &["capability"]),
    ("insecureCapabilities", "3.1/restricted", &["capabilities_restricted"]),
    ("hostIPCSet", "3.1/privileged", &["host_ipc"]),
    ("hostNetworkSet", "3.1/privileged", &["host_network"]),
    ("hostPIDSet", "3.1/privileged", &["host_pid"]),
    ("hostPathSet", "3.1/baseline", &["hostPathVolumes"]),
    ("hostPortSet", "3.1/baseline", &["hostPorts"]),
    ("hostProcess", "3.1/baseline", &["windowsHostProcess"]),
    ("hostProcess", "3.1/privileged", &["host_process"]),
    ("procMount", "3.1/baseline", &["procMount"]),
    ("runAsPrivileged", "3.1/privileged", &["privileged"]),
    ("privilegeEscalationAllowed", "3.1/restricted", &["allowPrivilegeEscalation"]),
    ("notReadOnlyRootFilesystem", "8.2/writable-root", &[]),
    ("runAsRootAllowed", "12.3/non-root", &[]),
    ("tagNotSpecified", "3.2/image-reference", &["latest", "no_tag"]),
    ("sensitiveConfigmapContent", "6.1/secrets-in-configmaps", &[]),
    ("sensitiveContainerEnvVar", "6.1/secrets-in-env", &[]),
    ("tlsSettingsMissing", "4.3/ingress-tls", &[]),
    ("clusterrolebindingClusterAdmin", "2.1/cluster-admin", &[]),
    ("rolebindingClusterAdminClusterRole", "2.1/cluster-admin", &[]),
    ("clusterrolebindingPodExecAttach", "2.1/escalation", &["exec"]),
    ("rolebindingClusterRolePodExecAttach", "2.1/escalation", &["exec"]),
    ("rolebindingRolePodExecAttach", "2.1/escalation", &["exec"]),
];

/// Where we judge otherwise, and why.
const OTHERWISE: &[(&str, &str)] = &[
    ("insecureCapabilities/success.all.yaml", "the standards know ALL alone, in capitals"),
    ("insecureCapabilities/success.case.yaml", "the standards know ALL alone, in capitals"),
    ("insecureCapabilities/success.pod.yaml", "the standards know ALL alone, in capitals"),
    ("insecureCapabilities/success.yaml", "the standards know ALL alone, in capitals"),
    ("runAsRootAllowed/failure.yaml", "its apiVersion is none that the API has for a Deployment"),
    ("tlsSettingsMissing/success.yaml", "its rule is for every host, and TLS for one"),
    (
        "clusterrolebindingClusterAdmin/success.gce_calico_binding.yaml",
        "a name of Kubernetes' own proves nothing of what a binding gives to whom",
    ),
    (
        "clusterrolebindingClusterAdmin/success.system_prefix_binding.yaml",
        "a name of Kubernetes' own proves nothing of what a binding gives to whom",
    ),
    (
        "rolebindingClusterAdminClusterRole/success.gce_calico_binding.yaml",
        "a name of Kubernetes' own proves nothing of what a binding gives to whom",
    ),
    (
        "rolebindingClusterAdminClusterRole/success.system_prefix_binding.yaml",
        "a name of Kubernetes' own proves nothing of what a binding gives to whom",
    ),
    ("clusterrolebindingPodExecAttach/failure.all_wildcards.yaml", "who may do everything is told by 2.1/cluster-admin"),
    ("clusterrolebindingPodExecAttach/failure.binding_to_system_prefix.yaml", "who may do everything is told by 2.1/cluster-admin"),
    (
        "clusterrolebindingPodExecAttach/failure.binding_points_to_missing_ref.yaml",
        "a role that does not exist gives nothing; 2.3/stale-bindings tells it",
    ),
    ("rolebindingClusterRolePodExecAttach/failure.all_wildcards.yaml", "who may do everything is told by 2.1/cluster-admin"),
    ("rolebindingClusterRolePodExecAttach/failure.binding_to_system_prefix.yaml", "who may do everything is told by 2.1/cluster-admin"),
    (
        "rolebindingClusterRolePodExecAttach/failure.binding_points_to_missing_ref.yaml",
        "a role that does not exist gives nothing; 2.3/stale-bindings tells it",
    ),
    ("rolebindingRolePodExecAttach/failure.all_wildcards.yaml", "who may do everything is told by 2.1/cluster-admin"),
    ("rolebindingRolePodExecAttach/failure.binding_to_system_prefix.yaml", "who may do everything is told by 2.1/cluster-admin"),
    (
        "rolebindingRolePodExecAttach/failure.binding_points_to_missing_ref.yaml",
        "a role that does not exist gives nothing; 2.3/stale-bindings tells it",
    ),
    (
        "clusterrolebindingPodExecAttach/success.defaultclusterrolebinding_system-controller-generic-garbage-collector.yaml",
        "a name of Kubernetes' own proves nothing of what a binding gives to whom",
    ),
];

fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/checks-polaris");
    if !path.is_dir() {
        eprintln!("skipped: there are no labelled cases at {}", path.display());
    }
    path.is_dir().then_some(path)
}

fn read(path: &Path) -> Inventory {
    let text = std::fs::read_to_string(path).unwrap();
    let documents: Vec<serde_json::Value> = serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    ingest.cluster().version = "v1.34.4".to_owned();
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { kassay_core::kinds::KindState::Read } else { kassay_core::kinds::KindState::Absent }, "");
    }
    for document in documents {
        let text = |field: &str| document[field].as_str().unwrap_or_default();
        if let Some(kind) = Kind::of(text("apiVersion"), text("kind")) {
            ingest.object(kind, &document.to_string());
        }
    }
    ingest.finish()
}

fn found(check: &str, marks: &[&str], inventory: &Inventory) -> bool {
    let (scope, tables) = (Scope::default(), Tables::shipped().unwrap());
    let view = View::new(inventory, &scope, "2026-11-23T09:00:00Z".parse().unwrap(), &tables);
    let outcome = assess::run(checks::by_id(check).unwrap(), &view);
    assert!(outcome.needs.is_empty(), "{check}: {}", outcome.reason);
    outcome.findings.iter().any(|f| marks.is_empty() || f.rule.as_deref().is_some_and(|rule| marks.contains(&rule)))
}

#[test]
fn labelled_cases_are_judged_as_their_authors_did_but_for_those_that_are_named() {
    let Some(corpus) = corpus() else { return };
    let (mut judged, mut problems) = (0, Vec::new());
    for (theirs, ours, marks) in SAME {
        let mut files: Vec<PathBuf> = std::fs::read_dir(corpus.join(theirs)).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let wanted = match name.split('.').next() {
                Some("failure") => true,
                Some("success") => false,
                _ => continue,
            };
            let label = format!("{theirs}/{name}");
            let inventory = read(&file);
            let differs = found(ours, marks, &inventory) != wanted;
            let named = OTHERWISE.iter().any(|(case, _)| *case == label);
            if differs != named {
                problems.push(format!(
                    "{label} by {ours}: {}",
                    if named { "is named as judged otherwise, and is not" } else { "is judged otherwise" }
                ));
            }
            judged += 1;
        }
    }
    assert!(judged > 150, "only {judged} cases");
    assert!(problems.is_empty(), "{} of {judged}:\n{}", problems.len(), problems.join("\n"));
}
