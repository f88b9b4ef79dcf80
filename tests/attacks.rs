//! Every privilege-escalation case of the corpus through the program itself (`../shared/corpora/attacks`, skipped with a message where absent): each
//! is found and named, by the check, the rule and the object that an assessor reads. The halves of paths that lead nowhere are named by nobody.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each file with what must be found in it. Files that hold half of a path are given with the one that holds the other half.
const CASES: &[(&[&str], &[(&str, &str, &str)])] = &[
    (
        &["CE_MODULE_LOAD"],
        &[("3.1/privileged", "capability", "Pod/modload-pod"), ("3.1/baseline", "capabilities_baseline", "Pod/modload-pod")],
    ),
    (&["CE_NET_MITM"], &[("3.1/privileged", "capability", "Pod/netadmin-pod"), ("3.1/privileged", "host_network", "Pod/netadmin-pod")]),
    (&["CE_NSENTER"], &[("3.1/privileged", "privileged", "Pod/nsenter-pod"), ("3.1/privileged", "host_pid", "Pod/nsenter-pod")]),
    (&["CE_PRIV_MOUNT"], &[("3.1/privileged", "privileged", "Pod/priv-pod")]),
    (&["CE_SYS_PTRACE"], &[("3.1/privileged", "capability", "Pod/sys-ptrace-pod"), ("3.1/privileged", "host_pid", "Pod/sys-ptrace-pod")]),
    (&["CE_UMH_CORE_PATTERN"], &[("3.1/privileged", "host_path", "Pod/umh-core-pod")]),
    (&["CE_VAR_LOG_SYMLINK"], &[("3.1/privileged", "host_path", "Pod/varlog-pod")]),
    (&["CONTROL_POD"], &[]),
    (&["ENDPOINT_EXPLOIT"], &[("3.1/privileged", "privileged", "Pod/endpoints-pod"), ("3.1/baseline", "hostPorts", "Pod/endpoints-pod")]),
    (
        &["EXPLOIT_HOST_READ_TRAVERSE"],
        &[("3.1/privileged", "host_path", "Pod/host-read-exploit-pod"), ("1.4/key-material-mounts", "", "Pod/host-read-exploit-pod")],
    ),
    (&["EXPLOIT_HOST_WRITE"], &[("3.1/privileged", "host_path", "Pod/host-write-exploit-pod")]),
    (&["IDENTITY_ASSUME"], &[("2.1/escalation", "node_identity", "ClusterRoleBinding/node-api-access")]),
    (&["IDENTITY_IMPERSONATE"], &[("2.1/escalation", "impersonate", "RoleBinding/pod-impersonate")]),
    (&["POD_CREATE"], &[("2.1/escalation", "create_pods", "RoleBinding/pod-create-pods")]),
    (&["POD_EXEC"], &[("2.1/escalation", "exec", "RoleBinding/pod-exec-pods")]),
    (&["POD_PATCH"], &[("2.1/escalation", "update_workloads", "RoleBinding/pod-patch-pods")]),
    // What can be bound stands in one file, who may bind in others.
    (&["ROLE_BIND_ALL", "ROLE_BIND_RB_R-SA"], &[("2.1/wildcards", "bound_by_nobody", "Role/admin")]),
    (
        &["ROLE_BIND_CRB_CR"],
        &[
            ("2.1/escalation", "bind", "ClusterRoleBinding/pod-bind-role-crb-cr-crb-cr"),
            ("2.1/escalation", "bind", "ClusterRoleBinding/pod-bind-role-crb-cr-rb-cr"),
            ("2.1/escalation", "bind", "ClusterRoleBinding/pod-bind-rola-crb-cr-rb-r"),
        ],
    ),
    (
        &["ROLE_BIND_RB_CR-SA"],
        &[
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-cr-rb-cr"),
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-cr-rb-r"),
        ],
    ),
    (
        &["ROLE_BIND_RB_R-SA"],
        &[
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-r-rb-r"),
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-r-rb-crb"),
        ],
    ),
    // The roles that users and groups are bound to stand beside those of the accounts.
    (
        &["ROLE_BIND_RB_R-UG", "ROLE_BIND_RB_R-SA"],
        &[
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-r-rb-r-g"),
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-r-rb-r-u"),
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-r-rb-crb-g"),
            ("2.1/escalation", "bind", "RoleBinding/pod-bind-role-rb-r-rb-crb-u"),
        ],
    ),
    (
        &["SHARE_PS_NAMESPACE"],
        &[
            ("3.1/privileged", "share_process_namespace", "Pod/sharedps-pod1"),
            ("3.1/privileged", "share_process_namespace", "Pod/sharedps-pod2"),
        ],
    ),
    (&["TOKEN_BRUTEFORCE"], &[("2.1/escalation", "read_secrets", "RoleBinding/pod-get-secrets")]),
    (&["TOKEN_LIST"], &[("2.1/escalation", "read_secrets", "RoleBinding/pod-list-secrets")]),
];

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/attacks");
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not here", folder.display());
    None
}

/// Check, rule and object of everything that the program finds in files.
fn found(home: &Path, files: &[PathBuf]) -> BTreeSet<(String, String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassay"));
    command.arg("assess").args(["-o", "json", "--now", "2026-11-23T09:00:00Z", "--from"]).args(files).env_clear().env("HOME", home);
    let output = command.output().unwrap();
    let assessment: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut all = BTreeSet::new();
    for outcome in assessment["outcomes"].as_array().or_else(|| assessment["checks"].as_array()).unwrap() {
        for finding in outcome["findings"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let object = format!("{}/{}", text(&finding["object"]["kind"]), text(&finding["object"]["name"]));
            all.insert((text(&outcome["check"]), text(&finding["rule"]), object));
        }
    }
    all
}

#[test]
fn every_case_is_found_and_named() {
    let Some(folder) = corpus() else { return };
    let home = tempfile::tempdir().unwrap();
    let told: BTreeSet<String> = CASES.iter().flat_map(|(files, _)| files.iter().map(|file| format!("{file}.yaml"))).collect();
    let here: BTreeSet<String> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(told, here, "a file without a case");
    for (names, wanted) in CASES {
        let files: Vec<PathBuf> = names.iter().map(|name| folder.join(format!("{name}.yaml"))).collect();
        let found = found(home.path(), &files);
        let paths: BTreeSet<&(String, String, String)> = found
            .iter()
            .filter(|(check, ..)| ["2.1/escalation", "2.1/cluster-admin", "3.1/baseline", "3.1/privileged"].contains(&check.as_str()))
            .collect();
        for (check, rule, object) in *wanted {
            let wanted = ((*check).to_owned(), (*rule).to_owned(), (*object).to_owned());
            assert!(found.contains(&wanted), "{names:?}: {wanted:?} is not among {paths:?}");
        }
        // What was made to be no path is named by nobody.
        assert!(!wanted.is_empty() || paths.is_empty(), "{names:?}: {paths:?}");
        assert!(paths.iter().all(|(_, _, object)| !object.contains("fail")), "{names:?}: half a path was told: {paths:?}");
    }
}
