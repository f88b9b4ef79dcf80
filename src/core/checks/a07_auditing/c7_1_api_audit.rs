//! Control 7.1: its automated checks. Whether requests to the API are recorded, and whether the records leave the machine.

use crate::analysis::control_plane::counted::Audit;
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::flags::{self, CommandLine, Component};
use crate::analysis::host_path::{tidy, within};
use crate::analysis::{agents, distribution, software};
use crate::judging::unseen::{blind_nodes, tell_sources, unseen};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::imported::Form;
use crate::model::{Finding, Kind, ObjectRef, Severity};

/// The checks of control 7.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "7.1/audit-flags",
        title: "Audit log of the API server",
        severity: Severity::High,
        practices: &["7.1.a"],
        needs: &[Need::ControlPlane],
        active: false,
        why: "Everything that people and programs do to the cluster passes the API server. It records who did what only if it is told to: with a \
          policy that says which requests, and a place to write to. Without that there is no trace of who opened a shell in a container, read \
          a Secret or changed a right.",
        mend: "Give every API server an audit policy (--audit-policy-file) and a backend: a webhook to the central log store, or a log file \
           (--audit-log-path) with an agent that ships it at once. Restart one API server after another.",
        blind_spots: "The check sees that recording is switched on, not what the policy file says (it lies on the node: give it as evidence) and not \
                      that records arrive. Where no pods show flags, the API server itself is asked: for its flags (/flagz, since Kubernetes 1.36), and how \
                      many events it recorded (/metrics), which shows that it does and not what. A provider's description of the cluster is judged where \
                      it is given as evidence.",
        judge: audit_flags,
    },
    Check {
        id: "7.1/audit-shipping",
        title: "Agents that ship the API server's audit log",
        severity: Severity::High,
        practices: &["7.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Nodes)],
        active: false,
        why: "An audit log that stays on the control-plane node is lost with it, is overwritten as it grows, and can be changed by whoever takes the node \
              over. Only a copy elsewhere is evidence.",
        mend: "Run a log agent on the control-plane nodes that mounts the audit log's folder and tolerates their taints, or use a webhook backend.",
        blind_spots: "The check sees that an agent on each control-plane node can read the folder, not that it does, nor that records arrive. Agents \
                      on the node's operating system are not seen.",
        judge: audit_shipping,
    },
    Check {
        id: "7.1/provider-audit",
        title: "Audit log of a managed control plane",
        severity: Severity::Medium,
        practices: &["7.1.a"],
        needs: &[Need::Version, Need::List(Kind::Pods)],
        active: false,
        why: "Where a provider runs the control plane, it keeps the audit log too, if it is told to: on some services recording is off, or covers only \
              changes, until somebody switches it on and pays for it.",
        mend: "Switch on audit logging of the control plane at the provider, send it to the central store and keep it for twelve months.",
        blind_spots: "What the API server tells of itself is judged by the check of its flags (7.1/audit-flags). This check judges the provider's \
                      description of the cluster (on AKS its diagnostic settings) where it is given as evidence, and else says where to look. That records \
                      arrive, and how long they are kept, shows in the central store alone.",
        judge: provider_audit,
    },
    Check {
        id: "7.1/audit-policy",
        title: "Requests that the API server's audit policy leaves out",
        severity: Severity::High,
        practices: &["7.1.a"],
        needs: &[Need::Evidence(Form::AuditPolicy)],
        active: false,
        why: "The audit policy decides which requests are recorded: its first rule that fits a request says how much, and what no rule fits is not \
              recorded at all. One early rule with the level None can take away every trace of who read a Secret, opened a shell or changed a \
              right; a level that is too high writes the values of Secrets into the log.",
        mend: "Let the policy end in a rule with nothing but “level: Metadata”, take away or narrow the rules that are reported, and record Secrets, \
               TokenReviews and tokens at the level Metadata.",
        blind_spots: "The file that was given is judged; whether every API server runs with it shows on the control-plane nodes alone. Requests for \
                      paths that are no resources (/metrics, /debug) are not tried, nor is what a filter behind the log drops.",
        judge: super::audit_policy::judge,
    },
];

fn audit_flags(view: &View<'_>) -> Verdict {
    let lines = control_plane::api_servers(view.inventory);
    if lines.is_empty() {
        return counted(view);
    }
    let mut verdict = Verdict::over("API server", "API servers");
    for line in &lines {
        verdict.saw(view.cluster_wide());
        if let Some(finding) = judge(view, line) {
            verdict.find(finding);
        }
    }
    verdict.find_all(blind_nodes(view, &lines, "Whether the API server on this node keeps an audit log can't be seen."));
    verdict.find_all(lost(view));
    tell_sources(view, Setting::Audit, &mut verdict, &lines);
    verdict
}

/// The judgement where no flags show: by what is attached, and by counters. That events were handed to a backend shows that a policy and a backend are there, and
/// not what is recorded; that none was shows nothing.
fn counted(view: &View<'_>) -> Verdict {
    let mut verdict = unseen(view, Setting::Audit);
    let audit = Audit::of(view.inventory);
    if audit.recording > 0 {
        verdict.note(format!(
            "{} of {} API servers that answered recorded events since their start (apiserver_audit_event_total): there are a policy and a backend. Which \
             requests they record, where the records go and how long they stay, that does not show.",
            audit.recording, audit.servers
        ));
    }
    let lost = lost(view);
    if !lost.is_empty() {
        verdict.saw(view.cluster_wide());
        verdict.find_all(lost);
    }
    verdict
}

/// A finding for each backend that lost events.
fn lost(view: &View<'_>) -> Vec<Finding> {
    let server = &view.cluster().server;
    let object = ObjectRef::new("", "Cluster", "", if server.is_empty() { "API server" } else { server });
    let finding = |(backend, count): (&String, &u64)| {
        Finding::new(view.cluster_wide(), object.clone(), format!("metrics[apiserver_audit_error_total,plugin={backend}]"))
            .rule("lost")
            .severity(Severity::Medium)
            .review()
            .observed(format!("{count} events"))
            .message("Since its start the API server failed to record these events: find out when, and what is missing in the records of that time.")
            .mend("Mend the backend (its address, its disk, its buffer), and let somebody be told when apiserver_audit_error_total grows.")
    };
    Audit::of(view.inventory).lost.iter().map(finding).collect()
}

fn judge(view: &View<'_>, line: &CommandLine) -> Option<Finding> {
    let (policy, file, webhook) =
        (line.is_set("audit-policy-file"), line.is_set("audit-log-path"), line.is_set("audit-webhook-config-file"));
    let finding = |flag: &str| Finding::new(view.cluster_wide(), line.object.clone(), line.field(flag));
    let missing = |flag: &str, words: &'static str| finding(flag).severity(Severity::High).observed("not set").message(words);
    match (policy, file || webhook) {
        (false, false) => Some(
            missing("audit-policy-file", "This API server records no requests: it has neither an audit policy nor a place to write to.")
                .rule("off"),
        ),
        (false, true) => Some(
            missing("audit-policy-file", "Without a policy nothing is recorded, although there is a place to write to.").rule("policy"),
        ),
        (true, false) => {
            Some(missing("audit-log-path", "There is a policy but no place to write to, so nothing is recorded.").rule("backend"))
        }
        (true, true) if webhook => None,
        (true, true) => Some(
            finding("audit-log-path")
                .rule("file-only")
                .review()
                .observed(retention(line, view.inventory.minor()))
                .message("Records go to a file on the node only: somebody must show that an agent ships them to the central store."),
        ),
    }
}

/// Where the file is, and how long it stays there.
fn retention(line: &CommandLine, minor: Option<u32>) -> String {
    let path = match line.value("audit-log-path") {
        Some("-") => "standard output",
        Some(path) => path,
        None => "a file",
    };
    let days = match line.effective("audit-log-maxage", minor).as_deref() {
        Some("0") | None => "no limit of days".to_owned(),
        Some(days) => format!("at most {days} days"),
    };
    let files = line.effective("audit-log-maxbackup", minor).filter(|n| n != "0").map(|n| format!(", {n} old files")).unwrap_or_default();
    let size = line.effective("audit-log-maxsize", minor).filter(|n| n != "0").map(|n| format!(" of {n} MB")).unwrap_or_default();
    let size = if files.is_empty() { String::new() } else { size };
    format!("{path}; {days}{files}{size}")
}

fn provider_audit(view: &View<'_>) -> Verdict {
    let id = &view.cluster().distribution;
    let own = flags::of(view.inventory, Component::ApiServer);
    if !own.is_empty() {
        return Verdict::not_applicable(format!("{} API servers run as pods of this cluster, so no provider runs them.", own.len()));
    }
    // A provider that is not recognised hides its control plane just as well.
    if !distribution::is_managed(id) && !matches!(id.as_str(), "" | "unknown") {
        return Verdict::not_applicable(format!("No sign of a provider that runs the control plane: this is {}.", distribution::title(id)));
    }
    unseen(view, Setting::Audit)
}

fn audit_shipping(view: &View<'_>) -> Verdict {
    let lines = control_plane::api_servers(view.inventory);
    let to_file: Vec<(&CommandLine, &str)> = lines
        .iter()
        .filter(|line| !line.is_set("audit-webhook-config-file"))
        .filter_map(|line| Some((line, line.value("audit-log-path").filter(|path| !path.is_empty())?)))
        .collect();
    if lines.is_empty() {
        return unseen(view, Setting::Audit);
    }
    if to_file.is_empty() {
        let blind = control_plane::blind(view.inventory, &lines);
        if !blind.is_empty() {
            return Verdict::review(format!(
                "No API server that shows its flags relies on an audit log file alone, but {}.",
                blind.words()
            ));
        }
        return Verdict::not_applicable("No API server relies on an audit log file alone.");
    }
    let found = software::with_role(view.inventory, &view.tables.software, "logs");
    let mut verdict = Verdict::over("audit log file", "audit log files");
    for (line, path) in to_file {
        verdict.saw(view.cluster_wide());
        // Standard output becomes the log of the API server's own container.
        let folder = if path == "-" { "/var/log/pods" } else { path.rsplit_once('/').map_or("/", |(folder, _)| folder) };
        let shipped = found.iter().any(|f| {
            let reads = view
                .specs(f.workload)
                .any(|(spec, _)| spec.volumes.iter().filter_map(|v| v.host_path.as_deref()).any(|p| within(&tidy(folder), &tidy(p))));
            f.workload.object.kind == "DaemonSet" && reads && agents::node_coverage(view.inventory, f.workload).covered.contains(&line.node)
        });
        if !shipped {
            verdict.find(
                Finding::new(view.cluster_wide(), line.object.clone(), line.field("audit-log-path"))
                    .severity(Severity::High)
                    .observed(path)
                    .message(format!("No known log agent with a ready pod on the node {} can read this folder.", line.node)),
            );
        }
    }
    verdict
}
