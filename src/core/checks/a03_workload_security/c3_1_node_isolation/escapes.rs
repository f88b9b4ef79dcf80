//! Judge of `3.1/privileged`: each gate to the node that a workload opens, with what whoever holds the workload can do through it.

use crate::analysis::host_path::{Claims, Mounted, lies_in, opened, tidy};
use crate::judging::{Placed, Verdict, View, claims};
use crate::kinds::node::Node;
use crate::kinds::{KindState, PodSpec, Workload};
use crate::model::{Category, Finding, Kind, Severity};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let bound = Claims::of(view.inventory);
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            namespaces(workload, category, spec).into_iter().for_each(|f| verdict.find(f.pods(pods)));
            shared_processes(workload, category, spec).into_iter().for_each(|f| verdict.find(f.pods(pods)));
            git_repositories(view, workload, category, spec).into_iter().for_each(|f| verdict.find(f.pods(pods)));
            let gates = bound.mounted(workload, spec).filter_map(|mounted| host_path(workload, category, spec, &mounted));
            gates.for_each(|f| verdict.find(f.pods(pods)));
        }
        view.containers(workload).flat_map(|placed| container(&placed)).for_each(|finding| verdict.find(finding));
    }
    claims::mind_unread(view, verdict)
}

/// Namespaces of the node that a pod shares.
fn namespaces(workload: &Workload, category: Category, spec: &PodSpec) -> Vec<Finding> {
    let gates = [
        (
            spec.host_pid,
            "hostPID",
            "host_pid",
            Severity::High,
            "It sees every process of the node, with arguments and environment of other containers, and with root it enters them.",
        ),
        (
            spec.host_network,
            "hostNetwork",
            "host_network",
            Severity::High,
            "It is on the node's network: it reaches services that listen for the node alone, the cloud's metadata service among them, and network policies may not apply to it.",
        ),
        (
            spec.host_ipc,
            "hostIPC",
            "host_ipc",
            Severity::Medium,
            "It shares memory and semaphores with processes of the node, and may read or change what they exchange there.",
        ),
    ];
    let tell = |(_, field, rule, severity, message): (bool, &str, &'static str, Severity, &'static str)| {
        Finding::new(category, workload.object.clone(), format!("{}.{field}", workload.spec_path()))
            .rule(rule)
            .severity(severity)
            .observed("true")
            .message(message)
    };
    gates.into_iter().filter(|gate| gate.0).map(tell).collect()
}

/// Volumes that the kubelet fills by `git clone`, as root on the node: hooks of the repository run there (CVE-2024-10220 and its like). Kubelets from 1.33 on
/// refuse them unless a gate is switched on, and from 1.36 on always (`GitRepoVolumeDriver`).
fn git_repositories(view: &View<'_>, workload: &Workload, category: Category, spec: &PodSpec) -> Vec<Finding> {
    let volumes: Vec<&str> =
        spec.volumes.iter().filter(|v| v.sources.iter().any(|source| source == "gitRepo")).map(|v| v.name.as_str()).collect();
    if volumes.is_empty() {
        return vec![];
    }
    let nodes = &view.inventory.nodes;
    let minor = |node: &Node| kubelet_minor(&node.status.node_info.kubelet_version);
    let read = view.inventory.state(Kind::Nodes) == KindState::Read && !nodes.is_empty() && nodes.iter().all(|node| minor(node).is_some());
    let oldest = nodes.iter().filter_map(minor).min();
    let tell = |name: &&str| {
        let field = format!("{}.volumes[name={name}].gitRepo", workload.spec_path());
        let finding =
            Finding::new(category, workload.object.clone(), field).rule("git_repo").mend("Clone in an init container into an emptyDir.");
        match oldest {
            Some(oldest) if oldest < 33 => Some(finding.severity(Severity::High).observed(format!("the oldest kubelet is of 1.{oldest}")).message(
                "Kubelets before 1.33 clone the repository as root on the node, and what lies in it can run code there: whoever writes to it takes the node.",
            )),
            _ if !read => Some(finding.severity(Severity::Medium).review().observed("versions of kubelets are not known").message(
                "Kubelets before 1.33 clone the repository as root on the node, and what lies in it can run code there; whether any is as old is not known.",
            )),
            Some(oldest) if oldest < 36 => Some(finding.severity(Severity::Low).review().observed(format!("the oldest kubelet is of 1.{oldest}")).message(
                "Kubelets of this version refuse such volumes unless the gate GitRepoVolumeDriver is switched on again, and then the repository can run code on the node.",
            )),
            _ => None,
        }
    };
    volumes.iter().filter_map(tell).collect()
}

/// The minor version of a kubelet: 33 for `v1.33.4-eks-1`.
fn kubelet_minor(version: &str) -> Option<u32> {
    version.trim_start_matches('v').strip_prefix("1.")?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Processes that containers of one pod share: no gate to the node, but one from the least guarded container of the pod to all others.
fn shared_processes(workload: &Workload, category: Category, spec: &PodSpec) -> Option<Finding> {
    // Init containers that go on beside the others are containers too; of the others nothing is left once the pod runs.
    let beside = spec.init_containers.iter().filter(|container| container.restart_policy == "Always").count();
    (spec.share_process_namespace && spec.containers.len() + beside > 1).then(|| {
        Finding::new(category, workload.object.clone(), format!("{}.shareProcessNamespace", workload.spec_path()))
            .rule("share_process_namespace")
            .review()
            .severity(Severity::Low)
            .observed("true")
            .message("Its containers see each other's processes, with environment and open files: whoever holds one of them reads the secrets of the others.")
    })
}

/// Capabilities that lead to the node, with the way.
const CAPABILITIES: &[(&str, Severity, &str)] = &[
    ("ALL", Severity::Critical, "All capabilities make the container nearly as strong as a privileged one."),
    (
        "SYS_ADMIN",
        Severity::Critical,
        "SYS_ADMIN lets it mount file systems and change namespaces, which leads to the node in several ways.",
    ),
    ("SYS_MODULE", Severity::Critical, "SYS_MODULE lets it load a kernel module, and a module is the node."),
    ("SYS_RAWIO", Severity::Critical, "SYS_RAWIO lets it read and write the node's memory and devices past the kernel's guards."),
    (
        "SYS_PTRACE",
        Severity::High,
        "SYS_PTRACE lets it read and steer other processes; together with hostPID that is every process of the node.",
    ),
    (
        "DAC_READ_SEARCH",
        Severity::High,
        "DAC_READ_SEARCH lets it open files by handle, which reads files of the node from inside the container.",
    ),
    ("BPF", Severity::High, "BPF lets it load programs into the kernel, which can watch every container on the node."),
    (
        "NET_ADMIN",
        Severity::Medium,
        "NET_ADMIN lets it change interfaces, routes and firewall rules: its own, and with hostNetwork the node's.",
    ),
];

fn container(placed: &Placed<'_>) -> Vec<Finding> {
    let context = &placed.container.security_context;
    let mut found = Vec::new();
    if context.privileged == Some(true) {
        found.push(
            placed
                .finding("securityContext.privileged")
                .rule("privileged")
                .severity(Severity::Critical)
                .observed("true")
                .message("A privileged container sees the node's devices: it mounts the node's disk and owns the node, and with it every container there."),
        );
    }
    let windows = [&context.windows_options, &placed.spec.security_context.windows_options];
    let said = windows.into_iter().flatten().find_map(|options| options.host_process);
    if said == Some(true) {
        found.push(
            placed
                .finding("securityContext.windowsOptions.hostProcess")
                .rule("host_process")
                .severity(Severity::Critical)
                .observed("true")
                .message("A HostProcess container runs on the Windows host itself, with its files, network and services, almost without isolation."),
        );
    }
    for added in &context.capabilities.add {
        // Runtimes take the name in either spelling, so both open the gate.
        let upper = added.to_ascii_uppercase();
        let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
        if let Some((name, severity, message)) = CAPABILITIES.iter().find(|(name, ..)| *name == bare) {
            let field = format!("securityContext.capabilities.add[{name}]");
            found.push(placed.finding(&field).rule("capability").severity(*severity).observed(added.clone()).message(*message));
        }
    }
    found
}

/// Directories and pipes of Windows nodes that lead to them, in lower case and with plain slashes.
const WINDOWS_PATHS: &[(&str, &str)] = &[
    ("//./pipe/docker_engine", "The pipe of the container runtime starts any container with any rights on the node."),
    ("//./pipe/containerd", "The pipe of the container runtime starts any container with any rights on the node."),
    ("c:/windows", "Programs, services and registry of the node: whoever writes there runs code on it."),
    ("c:/program files", "Programs of the node: whoever writes there runs code on it."),
    ("c:/programdata", "Settings and state of the node's services, the container runtime's among them."),
    ("c:/users", "Homes of the node's users: keys, kubeconfigs, and programs that start with a session."),
    (
        "c:/var/lib/kubelet",
        "The kubelet's directory holds the tokens and mounted Secrets of every pod on the node, and the node's own credential.",
    ),
    ("c:/etc/kubernetes", "It holds the keys and kubeconfigs of the node."),
    ("c:/k", "It holds the kubelet, its settings and the node's kubeconfig."),
];

/// A directory or pipe of a Windows node.
fn windows_path(workload: &Workload, category: Category, spec: &PodSpec, mounted: &Mounted<'_>) -> Option<Finding> {
    let path = mounted.path.replace('\\', "/").to_lowercase();
    let path = path.trim_end_matches('/');
    let below =
        |inner: &str, outer: &str| inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['/', '-', '.']));
    let (_, message) = WINDOWS_PATHS.iter().find(|(gate, _)| below(path, gate)).or_else(|| {
        WINDOWS_PATHS.iter().filter(|_| path == "c:" || (path.is_empty() && spec.is_windows())).find(|(gate, _)| *gate == "c:/windows")
    })?;
    let severity = if path.contains("/pipe/") || !read_only(spec, mounted.volume) { Severity::Critical } else { Severity::High };
    let finding = Finding::new(category, workload.object.clone(), mounted.field(workload)).rule("host_path").severity(severity);
    Some(finding.observed(mounted.path).message(*message))
}

fn host_path(workload: &Workload, category: Category, spec: &PodSpec, mounted: &Mounted<'_>) -> Option<Finding> {
    if let Some(finding) = windows_path(workload, category, spec, mounted) {
        return Some(finding);
    }
    let path = tidy(mounted.path);
    let gate = opened(&path)?;
    let message = if path == "/" {
        "The node's whole file system is mounted: keys, tokens, programs, everything.".to_owned()
    } else if lies_in(&path, gate) {
        gate.message.to_owned()
    } else {
        format!("The mounted directory holds {}. {}", gate.path, gate.message)
    };
    // A socket works through a read-only mount as well; for everything else reading alone is one step less.
    let socket = path.ends_with(".sock") || message.contains("socket");
    let severity = if !socket && read_only(spec, mounted.volume) { milder(gate.severity) } else { gate.severity };
    let finding = Finding::new(category, workload.object.clone(), mounted.field(workload)).rule("host_path").severity(severity);
    Some(finding.observed(mounted.observed()).message(message))
}

/// Whether every container that mounts the volume mounts it read-only.
fn read_only(spec: &PodSpec, volume: &str) -> bool {
    let mut mounts = spec.all_containers().flat_map(|(_, c)| &c.volume_mounts).filter(|m| m.name == volume).peekable();
    mounts.peek().is_some() && mounts.all(|m| m.read_only)
}

const fn milder(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        _ => Severity::Low,
    }
}
