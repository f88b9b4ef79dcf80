//! What stands between a pod and the kernel of its node, as far as the API shows it.
//!
//! The order of strength: a virtual machine for each pod (a runtime class whose handler makes one, or a provider's serverless node), a kernel
//! of its own (gVisor), a user namespace, nothing but the shared kernel. A runtime class is a name for a handler on the node; whether the
//! handler does what its name promises is the node's configuration, which no API shows. So an unknown handler is told as unknown.

use super::agents::is_virtual;
use crate::kinds::{Inventory, PodSpec, Workload, pod::WindowsOptions, workload::Variant};
use crate::model::text::glob;

/// What isolates a pod beyond the namespaces of an ordinary container. The text names what showed it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sandbox {
    /// A runtime class whose handler makes a virtual machine for each pod.
    VirtualMachine(String),
    /// Nodes on which the provider makes a machine for each pod.
    Serverless(String),
    /// A runtime class whose handler puts a kernel of its own between pod and host.
    OwnKernel(String),
    /// A user namespace of its own.
    UserNamespace,
    /// A runtime class of an unknown handler.
    Unknown(String),
    /// A runtime class that does not exist.
    NoSuchClass(String),
    /// The node's kernel, shared as usual.
    SharedKernel,
}

impl Sandbox {
    /// Whether it is more than a shared kernel.
    #[must_use]
    pub const fn is_stronger(&self) -> bool {
        matches!(self, Self::VirtualMachine(_) | Self::Serverless(_) | Self::OwnKernel(_) | Self::UserNamespace)
    }

    /// What it is, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::VirtualMachine(by) => format!("a virtual machine for each pod ({by})"),
            Self::Serverless(by) => format!("a serverless node ({by})"),
            Self::OwnKernel(by) => format!("a kernel of its own ({by})"),
            Self::UserNamespace => "a user namespace".to_owned(),
            Self::Unknown(by) => format!("unknown ({by})"),
            Self::NoSuchClass(class) => format!("runtime class {class}, which does not exist"),
            Self::SharedKernel => "the shared kernel".to_owned(),
        }
    }
}

/// Handlers that make a virtual machine for each pod.
const MACHINES: &[&str] =
    &["kata*", "*-kata*", "*firecracker*", "*cloud-hypervisor*", "runhcs-*hypervisor*", "*confidential*", "enclave-cc*", "urunc*"];

/// Handlers that put a kernel of their own between pod and host.
const KERNELS: &[&str] = &["runsc*", "gvisor*"];

/// What isolates the pods of one variant of a workload.
#[must_use]
pub fn isolation(inventory: &Inventory, workload: &Workload, variant: &Variant) -> Sandbox {
    let spec = inventory.spec(variant.spec);
    let by_class = spec.runtime_class_name.as_deref().filter(|name| !name.is_empty()).map(|name| of_class(inventory, name));
    if let Some(strong) = by_class.as_ref().filter(|i| i.is_stronger()) {
        return strong.clone();
    }
    if let Some(node) = serverless(inventory, workload, variant.spec) {
        return Sandbox::Serverless(format!("node {node}"));
    }
    if spec.host_users == Some(false) {
        return Sandbox::UserNamespace;
    }
    by_class.unwrap_or(Sandbox::SharedKernel)
}

/// What a runtime class of that name promises.
#[must_use]
pub fn of_class(inventory: &Inventory, name: &str) -> Sandbox {
    let Some(class) = inventory.runtime_classes.iter().find(|class| class.metadata.name == name) else {
        return Sandbox::NoSuchClass(name.to_owned());
    };
    let by = format!("runtime class {name}, handler {}", class.handler);
    let handler = class.handler.to_ascii_lowercase();
    let one_of = |list: &[&str]| list.iter().any(|pattern| glob(pattern, &handler));
    if one_of(MACHINES) {
        Sandbox::VirtualMachine(by)
    } else if one_of(KERNELS) {
        Sandbox::OwnKernel(by)
    } else {
        Sandbox::Unknown(by)
    }
}

/// A serverless node, where every live pod of that spec is on such nodes.
fn serverless<'a>(inventory: &'a Inventory, workload: &Workload, spec: usize) -> Option<&'a str> {
    let pods = workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i)).filter(|pod| pod.spec == spec && pod.is_live());
    let mut first = None;
    for pod in pods {
        let node = inventory.nodes.iter().find(|node| node.metadata.name == pod.node && is_virtual(node))?;
        first.get_or_insert(node.metadata.name.as_str());
    }
    first
}

/// Whether pods of a spec are for Windows: they say so, ask for what only Windows has, their runtime class selects such nodes, or they run on one.
#[must_use]
pub fn is_windows(inventory: &Inventory, workload: &Workload, index: usize) -> bool {
    let spec: &PodSpec = inventory.spec(index);
    let class = spec.runtime_class_name.as_deref().and_then(|name| inventory.runtime_classes.iter().find(|c| c.metadata.name == name));
    let selected = class
        .and_then(|c| c.scheduling.as_ref())
        .is_some_and(|s| s.node_selector.get("kubernetes.io/os").is_some_and(|os| os == "windows"));
    let windows: Vec<&str> = inventory.nodes.iter().filter(|n| n.os() == "windows").map(|n| n.metadata.name.as_str()).collect();
    let mut pods = workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i)).filter(|pod| pod.spec == index);
    let process = |options: &Option<WindowsOptions>| options.as_ref().is_some_and(|o| o.host_process == Some(true));
    let host_process = process(&spec.security_context.windows_options)
        || spec.all_containers().any(|(_, container)| process(&container.security_context.windows_options));
    spec.is_windows() || selected || host_process || (!windows.is_empty() && pods.any(|pod| windows.contains(&pod.node.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_known_by_name_and_others_are_not_guessed() {
        let class = |name: &str, handler: &str| serde_json::json!({"metadata": {"name": name}, "handler": handler});
        let classes = [
            class("a", "runsc"),
            class("b", "kata-qemu-snp"),
            class("c", "runc"),
            class("d", "runhcs-wcow-hypervisor"),
            class("e", "crun-wasm"),
        ];
        let inventory =
            Inventory { runtime_classes: classes.into_iter().flat_map(serde_json::from_value).collect(), ..Inventory::default() };
        let of = |name: &str| of_class(&inventory, name);
        assert!(matches!(of("a"), Sandbox::OwnKernel(_)) && matches!(of("b"), Sandbox::VirtualMachine(_)));
        assert!(matches!(of("c"), Sandbox::Unknown(_)) && matches!(of("e"), Sandbox::Unknown(_)));
        assert!(matches!(of("d"), Sandbox::VirtualMachine(_)) && matches!(of("z"), Sandbox::NoSuchClass(_)));
    }
}
