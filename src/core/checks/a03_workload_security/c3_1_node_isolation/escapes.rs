//! Judge of `3.1/privileged`: each gate to the node that a workload opens, with what whoever holds the workload can do through it.

use crate::judging::{Placed, Verdict, View};
use crate::kinds::pod::Volume;
use crate::kinds::{PodSpec, Workload};
use crate::model::{Category, Finding, Severity};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            namespaces(workload, category, spec).into_iter().for_each(|f| verdict.find(f.pods(pods)));
            shared_processes(workload, category, spec).into_iter().for_each(|f| verdict.find(f.pods(pods)));
            let volumes = spec.volumes.iter().filter_map(|volume| host_path(workload, category, spec, volume));
            volumes.for_each(|f| verdict.find(f.pods(pods)));
        }
        view.containers(workload).flat_map(|placed| container(&placed)).for_each(|finding| verdict.find(finding));
    }
    verdict
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

/// Directories of the node that lead to it, with the way; what lies above one holds it too. The first that fits is told.
const PATHS: &[(&str, Severity, &str)] = &[
    ("/var/run/docker.sock", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/run/docker.sock", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/run/containerd", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/var/run/containerd", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/run/crio", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/var/run/crio", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/run/cri-dockerd.sock", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    (
        "/var/run/cri-dockerd.sock",
        Severity::Critical,
        "The socket of the container runtime starts any container with any rights on the node.",
    ),
    ("/run/dockershim.sock", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    (
        "/var/run/dockershim.sock",
        Severity::Critical,
        "The socket of the container runtime starts any container with any rights on the node.",
    ),
    ("/run/podman", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/run/docker", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    ("/var/snap/microk8s", Severity::Critical, "It holds the runtime's socket, the keys and the state of MicroK8s."),
    ("/var/lib/k0s", Severity::Critical, "It holds the keys, the administrator's credential and the state of k0s."),
    ("/run/systemd", Severity::Critical, "Over the sockets of the node's service manager a container starts programs on the node."),
    ("/run/dbus", Severity::High, "Over the node's message bus a container asks the service manager to start programs on the node."),
    ("/var/run/dbus", Severity::High, "Over the node's message bus a container asks the service manager to start programs on the node."),
    ("/var/run/systemd", Severity::Critical, "Over the sockets of the node's service manager a container starts programs on the node."),
    ("/run/k3s/containerd", Severity::Critical, "The socket of the container runtime starts any container with any rights on the node."),
    (
        "/var/lib/kubelet",
        Severity::Critical,
        "The kubelet's directory holds the tokens and mounted Secrets of every pod on the node, and the node's own credential.",
    ),
    (
        "/etc/kubernetes",
        Severity::Critical,
        "It holds the keys of the node, on control-plane nodes those of the cluster, and manifests there start pods unasked.",
    ),
    ("/var/lib/etcd", Severity::Critical, "It holds the cluster's whole state, Secrets included."),
    ("/var/lib/rancher", Severity::Critical, "It holds the keys and the state of k3s or RKE2, of the whole cluster on server nodes."),
    ("/etc/rancher", Severity::Critical, "It holds configuration and administrator credentials of k3s or RKE2."),
    ("/proc", Severity::Critical, "Settings in the node's /proc make the kernel run a program of the container's choice on the node."),
    ("/sys", Severity::High, "Kernel settings and control groups of the node can be read and, where writable, changed to run code on it."),
    ("/dev", Severity::High, "Devices of the node, its disks among them, can be opened past the file system's rights."),
    (
        "/etc",
        Severity::High,
        "Accounts, schedules and service definitions of the node: whoever writes there runs code on it, whoever reads sees its secrets.",
    ),
    ("/root", Severity::High, "The home of the node's administrator: keys and kubeconfigs, and start-up files that run as root."),
    ("/home", Severity::High, "Homes of the node's users: keys, kubeconfigs, and start-up files that run as them."),
    ("/var/lib/containerd", Severity::High, "File systems of all containers on the node can be read, and where writable changed."),
    ("/var/lib/docker", Severity::High, "File systems of all containers on the node can be read, and where writable changed."),
    ("/var/lib/containers", Severity::High, "File systems of all containers on the node can be read, and where writable changed."),
    (
        "/opt/cni",
        Severity::High,
        "Programs there are run by the runtime as root for each new pod: whoever writes there runs code on the node.",
    ),
    ("/var/spool/cron", Severity::High, "Schedules of the node's users: whoever writes there runs programs on it."),
    ("/usr", Severity::High, "Programs and libraries of the node: whoever writes there runs code on it."),
    ("/lib", Severity::High, "Libraries, modules and service definitions of the node: whoever writes there runs code on it."),
    ("/bin", Severity::High, "Programs of the node: whoever writes there runs code on it."),
    ("/sbin", Severity::High, "Programs of the node: whoever writes there runs code on it."),
    ("/boot", Severity::High, "The node's kernel and start-up files: whoever writes there decides what runs after the next start."),
    (
        "/var/log",
        Severity::Medium,
        "The kubelet serves logs from here: with write access, a link placed here makes it serve any file of the node.",
    ),
];

/// The same on Windows nodes, in lower case and with plain slashes.
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
fn windows_path(workload: &Workload, category: Category, spec: &PodSpec, volume: &Volume) -> Option<Finding> {
    let path = volume.host_path.as_ref()?.replace('\\', "/").to_lowercase();
    let path = path.trim_end_matches('/');
    let below =
        |inner: &str, outer: &str| inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['/', '-', '.']));
    let (_, message) = WINDOWS_PATHS.iter().find(|(gate, _)| below(path, gate)).or_else(|| {
        WINDOWS_PATHS.iter().filter(|_| path == "c:" || (path.is_empty() && spec.is_windows())).find(|(gate, _)| *gate == "c:/windows")
    })?;
    let field = format!("{}.volumes[name={}].hostPath", workload.spec_path(), volume.name);
    let severity = if path.contains("/pipe/") || !read_only(spec, &volume.name) { Severity::Critical } else { Severity::High };
    let finding = Finding::new(category, workload.object.clone(), field).rule("host_path").severity(severity);
    Some(finding.observed(volume.host_path.clone().unwrap_or_default()).message(*message))
}

fn host_path(workload: &Workload, category: Category, spec: &PodSpec, volume: &Volume) -> Option<Finding> {
    if let Some(finding) = windows_path(workload, category, spec, volume) {
        return Some(finding);
    }
    let path = clean(volume.host_path.as_ref()?);
    let below =
        |inner: &str, outer: &str| inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/')) || outer == "/";
    let exact = PATHS.iter().find(|(gate, ..)| below(&path, gate));
    let (gate, severity, message) = exact.or_else(|| PATHS.iter().find(|(gate, ..)| below(gate, &path)))?;
    let message = if path == "/" {
        "The node's whole file system is mounted: keys, tokens, programs, everything.".to_owned()
    } else if below(&path, gate) {
        (*message).to_owned()
    } else {
        format!("The mounted directory holds {gate}. {message}")
    };
    // A socket works through a read-only mount as well; for everything else reading alone is one step less.
    let socket = path.ends_with(".sock") || message.contains("socket");
    let severity = if !socket && read_only(spec, &volume.name) { milder(*severity) } else { *severity };
    let field = format!("{}.volumes[name={}].hostPath", workload.spec_path(), volume.name);
    Some(Finding::new(category, workload.object.clone(), field).rule("host_path").severity(severity).observed(path).message(message))
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

/// A path without doubled or trailing slashes, `.` and `..`: the same directory has the same name.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
