//! Control 8.2: its automated checks.

use super::coverage::{self, Wanted};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::ContainerRole;
use crate::model::{Kind, Severity};

/// The checks of control 8.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "8.2/runtime-agents",
        title: "Nodes on which nothing watches inside containers",
        severity: Severity::High,
        practices: &["8.2.a"],
        needs: &[Need::Workloads, Need::List(Kind::Nodes)],
        active: false,
        why: "A container that runs as it was built starts the same few programs and opens the same few files. An agent on the node sees when \
              that changes: a shell, a new program, a changed file, a connection out. Without one, an intruder inside a container is seen by \
              nobody.",
        mend: "Run a runtime security agent as a DaemonSet on every node with workloads in scope, let it tolerate their taints, and send its \
               alerts to people who act on them.",
        blind_spots: "Agents are recognised by their images; one under another name, one on the node's operating system, or a provider's \
                      service that needs none is not. Which rules it has, and whether somebody acts on its alerts, is not seen.",
        judge: runtime_agents,
    },
    Check {
        id: "8.2/writable-root",
        title: "Containers in scope whose own files can be changed",
        severity: Severity::Low,
        practices: &["8.2.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "With a read-only root file system nobody can change a container's programs or leave new ones behind, so a change need not be \
              detected because it can't happen.",
        mend: "Set securityContext.readOnlyRootFilesystem: true and give the program an emptyDir or volume for the few folders in which it \
               must write.",
        blind_spots: "Mounted volumes stay writable. Windows containers don't have this setting and are passed over, and so are \
                      ephemeral containers, which people add for debugging.",
        judge: writable_root,
    },
];

fn runtime_agents(view: &View<'_>) -> Verdict {
    coverage::judge(
        view,
        &Wanted {
            role: "runtime-security",
            name: "runtime agent",
            message: "Nobody would see an intruder in the containers in scope on this node.",
            able: None,
        },
    )
}

fn writable_root(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        let mut counted = false;
        for (spec, pods) in view.specs(workload).filter(|(spec, _)| !spec.is_windows()) {
            if !std::mem::replace(&mut counted, true) {
                verdict.saw(category);
            }
            for (role, container) in spec.all_containers().filter(|(role, _)| *role != ContainerRole::Ephemeral) {
                if container.security_context.read_only_root_filesystem != Some(true) {
                    let field = format!("{}.{}.securityContext.readOnlyRootFilesystem", workload.spec_path(), container.path(role));
                    let told = if container.security_context.read_only_root_filesystem.is_none() { "not set" } else { "false" };
                    verdict.find(
                        view.finding(workload.object.clone(), field)
                            .review()
                            .severity(Severity::Low)
                            .pods(pods)
                            .observed(told)
                            .message("Programs of this container can be changed while it runs."),
                    );
                }
            }
        }
    }
    verdict
}
