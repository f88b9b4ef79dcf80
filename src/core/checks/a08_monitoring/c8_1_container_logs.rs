//! Control 8.1: its automated checks.

use super::coverage::{self, Wanted};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::PodSpec;
use crate::model::{Kind, Severity};

/// The checks of control 8.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "8.1/log-agents",
    title: "Nodes whose container logs no agent collects",
    severity: Severity::High,
    practices: &["8.1.a"],
    needs: &[Need::Workloads, Need::List(Kind::Nodes)],
    active: false,
    why: "What a container writes stays on its node and is deleted with it, often within minutes. Only an agent on every node that sends it \
          on keeps a record; a node without one is a blind spot, and nobody notices until the record is needed.",
    mend: "Run the log agent as a DaemonSet that tolerates every taint of the nodes concerned and selects all of them, find out why its pod \
           is not ready where it is there, and alert when a node has none.",
    blind_spots: "Agents are recognised by their images; one under another name, one installed on the node's operating system, or a \
                  provider's own shipping outside the cluster is not. That records arrive at the central store is not seen.",
    judge: log_agents,
}];

fn log_agents(view: &View<'_>) -> Verdict {
    coverage::judge(
        view,
        &Wanted {
            role: "logs",
            name: "log agent",
            message: "What containers in scope write on this node is kept nowhere else.",
            able: Some(reads_logs),
        },
    )
}

/// Folders in which nodes keep what containers write: the kubelet's, with links to it, and Docker's own.
const LOGS: &[&str] = &["/var/log/pods", "/var/log/containers", "/var/lib/docker/containers"];

/// Whether a container of a pod can see such a folder; one that can't gathers metrics, forwards what others send, or reads other logs of the node
/// alone (the API server's audit log, the system's journal).
fn reads_logs(spec: &PodSpec) -> bool {
    let mounted = |name: &str| spec.all_containers().any(|(_, container)| container.volume_mounts.iter().any(|mount| mount.name == name));
    let volumes = spec.volumes.iter().filter(|volume| mounted(&volume.name));
    volumes.filter_map(|volume| volume.host_path.as_deref()).any(|path| {
        let path = path.trim_end_matches('/');
        LOGS.iter().any(|logs| logs.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    })
}
