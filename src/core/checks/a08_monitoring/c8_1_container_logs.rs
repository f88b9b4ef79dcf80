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

/// Whether a pod can see the node's log folder; one that can't gathers metrics or forwards what others send.
fn reads_logs(spec: &PodSpec) -> bool {
    let paths = spec.volumes.iter().filter_map(|v| v.host_path.as_deref()).map(|p| p.trim_end_matches('/'));
    paths.into_iter().any(|path| {
        matches!(path, "" | "/var" | "/var/log" | "/host" | "/var/lib" | "/var/lib/docker")
            || path.starts_with("/var/log/")
            || path.starts_with("/var/lib/docker/")
    })
}
