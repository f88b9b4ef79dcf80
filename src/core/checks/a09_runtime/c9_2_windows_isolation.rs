//! Control 9.2: its automated checks.

use crate::analysis::sandbox::{Sandbox, is_windows, isolation};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::{KindState, PodSpec, Workload};
use crate::model::{Category, Finding, Kind, Outcome, Severity};

/// The checks of control 9.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "9.2/windows",
    title: "Windows containers without Hyper-V isolation",
    severity: Severity::High,
    practices: &["9.2.a"],
    // Runtime classes matter only where Windows runs; see below.
    needs: &[Need::Workloads, Need::List(Kind::Nodes)],
    active: false,
    why: "Windows containers share the Windows kernel of their host unless Hyper-V isolation is set up, and Microsoft does not call that sharing a \
          boundary against hostile code. A HostProcess container runs on the host itself.",
    mend: "Give in-scope Windows workloads hosts of their own that nothing of another security level shares, run them on a serverless container \
           service, or select a runtime class for hypervisor isolation that the nodes are configured for. Remove hostProcess: true.",
    blind_spots: "How the runtime on a Windows node is configured can't be read through the API; a runtime class, even with the handler \
                  runhcs-wcow-hypervisor, proves nothing by itself. A pod that says nothing of its operating system and has not been placed yet is \
                  taken for Linux.",
    judge: windows,
}];

fn windows(view: &View<'_>) -> Verdict {
    let nodes = view.inventory.nodes.iter().filter(|node| node.os() == "windows").count();
    let mut verdict = Verdict::over("Windows workload", "Windows workloads");
    let (mut scoped, mut by_class) = (0, 0);
    let classes_read = view.inventory.state(Kind::RuntimeClasses) == KindState::Read;
    for (workload, category) in view.workloads() {
        let variants: Vec<_> = workload.variants.iter().filter(|v| is_windows(view.inventory, workload, v.spec)).collect();
        if variants.is_empty() {
            continue;
        }
        verdict.saw(category);
        scoped += usize::from(category.in_scope());
        for variant in variants {
            let class = view.inventory.spec(variant.spec).runtime_class_name.as_deref().filter(|name| !name.is_empty());
            if class.is_some() && !classes_read {
                // What the class promises can't be told, so neither can what isolates this workload.
                by_class += 1;
                verdict.find_all(
                    host_process(workload, category, view.inventory.spec(variant.spec)).into_iter().map(|f| f.pods(variant.pods)),
                );
                continue;
            }
            let found = isolation(view.inventory, workload, variant);
            verdict.find(shared(workload, category, &found).pods(variant.pods));
            for finding in host_process(workload, category, view.inventory.spec(variant.spec)) {
                verdict.find(finding.pods(variant.pods));
            }
        }
    }
    let all = view.inventory.nodes.len();
    if nodes == 0 && verdict.population() == 0 {
        return Verdict::not_applicable(format!(
            "Windows runs on 0 of {all} nodes, and no pod or template is for Windows (lists of nodes, pods and what makes pods)."
        ));
    }
    if by_class > 0 && verdict.outcome() != Outcome::Fail {
        let words = view.inventory.coverage_of(Kind::RuntimeClasses).message;
        return verdict.block(
            format!(
                "Windows workloads name runtime classes, which could not be read: {}",
                if words.is_empty() { "not listed." } else { &words }
            ),
            vec![format!("{}: list", Kind::RuntimeClasses.id())],
        );
    }
    if scoped == 0 && nodes > 0 {
        verdict.decide(Outcome::Review);
        verdict.because(format!(
            "Windows runs on {nodes} of {all} nodes, and no workload in scope is for Windows: keep it so, or say what will run there."
        ));
    }
    verdict
}

/// How the kernel is shared; never nothing, because even the best that the API can show is only a name.
fn shared(workload: &Workload, category: Category, found: &Sandbox) -> Finding {
    let finding = Finding::new(category, workload.object.clone(), format!("{}.runtimeClassName", workload.spec_path()));
    match found {
        Sandbox::VirtualMachine(by) | Sandbox::Serverless(by) => finding
            .rule("hyperv_claimed")
            .severity(Severity::Info)
            .review()
            .observed(by.clone())
            .message("What it names promises a virtual machine for each pod; only the configuration of the host can show it.")
            .mend("Attach the configuration of a host that runs it to 9.2.hyperv."),
        Sandbox::SharedKernel => finding
            .rule("process_isolation")
            .severity(Severity::High)
            .observed("unset")
            .message("The workload runs in ordinary Windows containers: they share the kernel of their host with all others there."),
        other => finding
            .rule("process_isolation")
            .severity(Severity::High)
            .observed(other.words())
            .message("Nothing shows that the workload's containers have a kernel of their own on their Windows host."),
    }
}

fn host_process(workload: &Workload, category: Category, spec: &PodSpec) -> Vec<Finding> {
    let on = |options: &Option<crate::kinds::pod::WindowsOptions>| options.as_ref().is_some_and(|o| o.host_process == Some(true));
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    let mut paths = Vec::new();
    if on(&spec.security_context.windows_options) {
        paths.push(FIELD.to_owned());
    }
    let containers = spec.all_containers().filter(|(_, c)| on(&c.security_context.windows_options));
    paths.extend(containers.map(|(role, c)| format!("{}.{FIELD}", c.path(role))));
    let tell = |path: String| {
        Finding::new(category, workload.object.clone(), format!("{}.{path}", workload.spec_path()))
            .rule("host_process")
            .severity(Severity::Critical)
            .observed("true")
            .message("A HostProcess container runs on the Windows host itself, almost without isolation.")
            .mend("Remove hostProcess: true, or move the container to the platform as an approved exception.")
    };
    paths.into_iter().map(tell).collect()
}
