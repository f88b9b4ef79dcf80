//! Control 1.4: credentials are stored safely. What of them shows in the cluster: a static token file, key material that workloads mount,
//! kubeconfigs that lie in ConfigMaps.

use crate::analysis::control_plane::{self, Setting};
use crate::analysis::host_path::{Claims, key_material, tidy};
use crate::judging::{Check, Need, Verdict, View, claims, unseen};
use crate::kinds::Login;
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};

/// The checks of control 1.4, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "1.4/static-token-file",
        title: "Passwords or tokens in a file of the API server",
        severity: Severity::High,
        practices: &["1.4.a"],
        needs: &[Need::ControlPlane],
        active: false,
        why: "A static token file holds logins in clear text on the control-plane node. They never expire, and taking one back needs a restart.",
        mend: "Remove --token-auth-file (and --basic-auth-file) from the API server, and let people log in through the identity provider.",
        blind_spots: "Where no pods show flags (managed control planes, k3s), the API server itself is asked (/flagz, since Kubernetes 1.36, with the \
                      right to read it); it speaks for itself and not for others beside it. A provider's description of the cluster (local accounts, \
                      passwords, client certificates) is judged where it is given as evidence.",
        judge: static_token_file,
    },
    Check {
        id: "1.4/key-material-mounts",
        title: "Workloads that mount the cluster's key material",
        severity: Severity::High,
        practices: &["1.4.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "These directories of a node hold the keys of the cluster's CA, administrators' kubeconfigs, the kubelet's certificate, the tokens of \
              all pods on the node, or the database itself. A workload that mounts one can take over more than itself.",
        mend: "Take the hostPath volume out; where a platform agent needs a file, mount that file alone, read-only, in a platform namespace.",
        blind_spots: "Key material that lies elsewhere on nodes, links on nodes that lead to it, and what a container reaches after escaping, don't show.",
        judge: key_material_mounts,
    },
    Check {
        id: "1.4/kubeconfig-in-configmap",
        title: "Kubeconfigs with credentials in ConfigMaps",
        severity: Severity::High,
        practices: &["1.4.a"],
        needs: &[Need::List(Kind::ConfigMaps)],
        active: false,
        why: "ConfigMaps are not encrypted, not guarded like Secrets, and read by everybody who holds the role view. A kubeconfig in one hands its \
              credential to all of them.",
        mend: "Replace the credential, because many could read it, and keep the new one in a Secret or, better, let the program use its \
               ServiceAccount.",
        blind_spots: "Only kubeconfigs in the usual form are recognised; compressed or encrypted ones are not.",
        judge: kubeconfig_in_configmap,
    },
    Check {
        id: "1.4/local-kubeconfig",
        title: "How the credential of this assessment is stored",
        severity: Severity::Medium,
        practices: &["1.4.a"],
        needs: &[Need::Identity],
        active: false,
        why: "The kubeconfig at hand is a sample of how people keep theirs. One that others on the machine may read, or that holds a token or key \
              itself, gives the login to whoever gets the file: from a backup, a stolen disk, a shared home directory.",
        mend: "Let only its owner read the file (chmod 600), and log in by a plugin that fetches a credential of short life, so that none lies in the file.",
        blind_spots: "It shows the files of one person on one machine, by their permission bits alone: access control lists, and whether the disk is \
                      encrypted, are not seen.",
        judge: local_kubeconfig,
    },
];

fn static_token_file(view: &View<'_>) -> Verdict {
    let servers = control_plane::api_servers(view.inventory);
    if servers.is_empty() {
        return unseen::unseen(view, Setting::StaticTokens);
    }
    let mut verdict = Verdict::over("API server", "API servers");
    for server in &servers {
        verdict.saw(view.cluster_wide());
        for (name, what) in [("token-auth-file", "tokens"), ("basic-auth-file", "passwords")] {
            if server.is_set(name) {
                verdict.find(
                    Finding::new(view.cluster_wide(), server.object.clone(), server.field(name))
                        .severity(Severity::High)
                        .observed(format!("--{name}={}", server.value(name).unwrap_or("(sealed)")))
                        .message(format!("Logins with {what} that never expire lie in clear text in this file of the control-plane node.")),
                );
            }
        }
    }
    unseen::mind_the_unseen(view, Setting::StaticTokens, &mut verdict, &servers);
    verdict
}

fn key_material_mounts(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let bound = Claims::of(view.inventory);
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            for mounted in bound.mounted(workload, spec) {
                let held = key_material(&tidy(mounted.path));
                let Some(first) = held.first() else { continue };
                let what = if held.len() > 1 { format!("{first}, and more key material of the cluster") } else { (*first).to_owned() };
                verdict.find(
                    view.finding(workload.object.clone(), mounted.field(workload))
                        .severity(Severity::High)
                        .pods(pods)
                        .observed(mounted.observed())
                        .message(format!("This directory of the node holds, where the node has it, {what}.")),
                );
            }
        }
    }
    claims::mind_unread(view, verdict)
}

fn kubeconfig_in_configmap(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("ConfigMap", "ConfigMaps");
    for map in &view.inventory.config_maps {
        verdict.saw(view.category(&map.metadata.namespace));
        let values = map.data.iter().map(|entry| ("data", entry)).chain(map.binary_data.iter().map(|entry| ("binaryData", entry)));
        for (part, (key, value)) in values {
            if value.detections.iter().any(|d| d.detector == "kubeconfig") {
                let object = ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name);
                verdict.find(
                    view.finding(object, format!("{part}[{key}]"))
                        .severity(Severity::High)
                        .observed(format!("a kubeconfig with a credential, {} bytes", value.length))
                        .message("Everybody who may read ConfigMaps here can log in with the credential in this kubeconfig."),
                );
            }
        }
    }
    verdict
}

/// Permission bits by which anybody but the owner can do something.
const OTHERS: u32 = 0o077;

fn local_kubeconfig(view: &View<'_>) -> Verdict {
    let cluster = view.cluster();
    if cluster.login == Some(Login::InCluster) {
        return Verdict::not_applicable("This assessment ran in a pod and used the pod's own account: no kubeconfig was read.");
    }
    if cluster.login_files.is_empty() {
        return Verdict::blocked("Where the credential of this assessment was stored is not known.", vec!["kubeconfig".to_owned()]);
    }
    let category = view.cluster_wide();
    let mut verdict = Verdict::over("file with the credential", "files with the credential");
    let mut unknown = 0_usize;
    for file in &cluster.login_files {
        verdict.saw(category);
        let finding = |rule: &'static str| Finding::new(category, ObjectRef::new("", "File", "", &file.what), "mode").rule(rule);
        match file.mode {
            Some(mode) if mode & OTHERS != 0 => verdict.find(
                finding("open_to_others")
                    .severity(Severity::High)
                    .observed(format!("{mode:04o}"))
                    .message("Others on this machine may use the file."),
            ),
            Some(_) => {}
            None => unknown += 1,
        }
        if !file.holds.is_empty() {
            verdict.find(
                finding("long_lived")
                    .review()
                    .observed(file.holds.clone())
                    .message("It lies in the file until somebody takes it out: say how long it is good, and what protects the file."),
            );
        }
    }
    if unknown > 0 {
        verdict.note("This system has no permission bits to look at.");
        if verdict.outcome() == Outcome::Pass {
            verdict.decide(Outcome::Review);
        }
    }
    verdict
}
