//! Command lines of the control plane: which component a static pod runs, and with which flags, as the component itself would read them.
//!
//! kubeadm, kind, RKE2 and Talos run the API server, controller manager, scheduler and etcd as static pods, whose arguments the API shows and
//! the inventory keeps as far as the table of [`crate::kinds::arguments`] names their flags. K3s runs them inside one process and writes that process's arguments into an annotation of its nodes; flags are
//! passed on there as `--kube-apiserver-arg name=value`. Providers that run the control plane show none of it, and no sight is no verdict.
//!
//! Reading follows the components' own parser: `--name=value` and `--name value` mean the same, a name alone means true, `_` counts as `-`. Of a
//! flag given twice the last one holds, but lists (`authorization-mode`, `etcd-servers`…) grow with every mention. An argument in which
//! a detector found a secret is sealed, and so is the value of a flag that the table does not name: such a flag is known to be set, its value is not.

use crate::kinds::arguments::{NODE_ARGUMENTS, PASSED_ON, WITHHELD, is_listed};
use crate::kinds::{Container, ContainerRole, Inventory, Sealed};
use crate::model::ObjectRef;
use std::collections::BTreeSet;

pub use crate::kinds::arguments::Component;

/// One flag in the order in which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Name without dashes, `_` written as `-`.
    pub name: String,
    /// Value, `true` for a name alone; none where the argument is sealed.
    pub value: Option<String>,
}

/// Where a command line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// In a static pod.
    Pod,
    /// In an annotation of a node, which holds what was passed on to the component and not what the distribution adds.
    Annotation,
    /// In the server's own answer at `/flagz`, which holds every flag that is set.
    Flagz,
}

/// The command line of one component on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The component.
    pub component: Component,
    /// Where it shows.
    pub seen: Seen,
    /// The pod, for K3s the node, and the cluster for what a server told itself.
    pub object: ObjectRef,
    /// The node that it runs on, "" where unknown.
    pub node: String,
    /// Path of the field that holds the flags.
    pub path: String,
    /// Image reference, "" where there is none.
    pub image: String,
    /// Flags in their order.
    pub flags: Vec<Flag>,
}

impl CommandLine {
    /// Every mention of a flag. What the table does not name was not kept, so nobody may ask for it.
    fn mentioned(&self, name: &str) -> Vec<&Flag> {
        debug_assert!(is_listed(self.component, name), "--{name} is not in the table of flags that are kept");
        self.flags.iter().filter(|flag| flag.name == name).collect()
    }

    /// Whether a flag is given at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        !self.mentioned(name).is_empty()
    }

    /// The value that holds (the last one given); none where it is not given or sealed.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.mentioned(name).last()?.value.as_deref()
    }

    /// Whether a flag is given with a value that is not empty, visible or sealed.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.mentioned(name).last().is_some_and(|f| f.value.as_deref() != Some(""))
    }

    /// The flags of the table that are given, and whose value that holds is sealed: something like a credential stands in it.
    #[must_use]
    pub fn unread(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.flags.iter().filter(|flag| flag.value.is_none()).map(|flag| flag.name.as_str()).collect();
        names.retain(|name| is_listed(self.component, name) && self.value(name).is_none());
        names.sort_unstable();
        names.dedup();
        names
    }

    /// All items of a list flag, over every mention.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&str> {
        let values = self.mentioned(name).into_iter().filter_map(|f| f.value.as_deref());
        values.flat_map(|v| v.split(',')).map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// How often a flag is given.
    #[must_use]
    pub fn mentions(&self, name: &str) -> usize {
        self.mentioned(name).len()
    }

    /// The value that holds, or the program's default in this minor version.
    #[must_use]
    pub fn effective(&self, name: &str, minor: Option<u32>) -> Option<String> {
        if self.has(name) { self.value(name).map(str::to_owned) } else { self.default(name, minor).map(str::to_owned) }
    }

    /// A boolean flag as the program reads it; none where neither the flag nor a default is known.
    #[must_use]
    pub fn boolean(&self, name: &str, minor: Option<u32>) -> Option<bool> {
        match self.effective(name, minor)?.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Some(true),
            "false" | "f" | "0" => Some(false),
            _ => None,
        }
    }

    /// The minor version whose behaviour an API server shows, where it is told to emulate one: 34 for `--emulated-version=kube=1.34`.
    #[must_use]
    pub fn emulated_minor(&self) -> Option<u32> {
        self.list("emulated-version").into_iter().rev().find_map(|version| {
            let (component, version) = version.split_once('=').unwrap_or(("kube", version));
            let minor = version.trim_start_matches('v').strip_prefix("1.")?.split('.').next()?;
            if component == "kube" { minor.parse().ok() } else { None }
        })
    }

    /// Path of one flag for a finding: `spec.containers[name=kube-apiserver].command[--profiling]`.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        format!("{}[--{name}]", self.path)
    }

    /// The file from which the component takes settings that then show in no flag, where it is given one: RKE2 and K3s start etcd this way.
    #[must_use]
    pub fn settings_file(&self) -> Option<&str> {
        let name = match self.component {
            Component::Etcd => "config-file",
            Component::Kubelet | Component::Scheduler => "config",
            _ => return None,
        };
        self.is_set(name).then(|| self.value(name).unwrap_or("(sealed)"))
    }

    /// The value that a flag has in this minor version where it is not given; none where that is not known here.
    pub(super) fn default(&self, name: &str, minor: Option<u32>) -> Option<&'static str> {
        let minor = minor.unwrap_or(u32::MAX);
        let k3s = self.object.kind == "Node";
        Some(match (self.component, name) {
            // K3s starts an etcd of its own, where it has one, with certificates asked of everybody.
            (Component::Etcd, "client-cert-auth" | "peer-client-cert-auth") if k3s => "true",
            (Component::ControllerManager | Component::Scheduler, "port") if k3s => "0",
            // Both had an unencrypted port that was open by default, until 1.22 and 1.23.
            (Component::ControllerManager, "port") => {
                if minor < 22 {
                    "10252"
                } else {
                    "0"
                }
            }
            (Component::Scheduler, "port") => {
                if minor < 23 {
                    "10251"
                } else {
                    "0"
                }
            }
            (Component::ApiServer, "anonymous-auth" | "profiling") if k3s => "false",
            (Component::ApiServer, "authorization-mode") if k3s => "Node,RBAC",
            (Component::ControllerManager | Component::Scheduler, "bind-address") if k3s => "127.0.0.1",
            (Component::ControllerManager | Component::Scheduler, "profiling") if k3s => "false",
            (Component::ApiServer, "anonymous-auth" | "service-account-lookup" | "service-account-extend-token-expiration") => "true",
            (Component::ApiServer | Component::ControllerManager | Component::Scheduler, "profiling") => "true",
            (Component::ApiServer, "authorization-mode") => "AlwaysAllow",
            // Until 1.35 nothing limited the files of the log.
            (Component::ApiServer, "audit-log-maxage" | "audit-log-maxbackup" | "audit-log-maxsize") if minor < 36 => "0",
            (Component::ApiServer, "audit-log-maxage") => "366",
            (Component::ApiServer, "audit-log-maxbackup" | "audit-log-maxsize") => "100",
            // The unencrypted port was closed by default in 1.20 and taken out in 1.24.
            (Component::ApiServer, "insecure-port") => {
                if minor < 20 {
                    "8080"
                } else {
                    "0"
                }
            }
            (Component::ApiServer | Component::ControllerManager | Component::Scheduler, "bind-address") => "0.0.0.0",
            (Component::ControllerManager | Component::Scheduler, "authorization-always-allow-paths") => "/healthz,/readyz,/livez",
            (Component::Etcd, "client-cert-auth" | "peer-client-cert-auth" | "auto-tls" | "peer-auto-tls") => "false",
            (Component::Kubelet, "rotate-certificates") if k3s => "true",
            _ => return None,
        })
    }
}

/// Every command line that the inventory shows, API servers first, then by object.
#[must_use]
pub fn command_lines(inventory: &Inventory) -> Vec<CommandLine> {
    let mut lines = from_pods(inventory);
    lines.extend(from_nodes(inventory));
    lines.sort_by(|a, b| (a.component, &a.object).cmp(&(b.component, &b.object)));
    lines
}

/// The command lines of one component.
#[must_use]
pub fn of(inventory: &Inventory, component: Component) -> Vec<CommandLine> {
    command_lines(inventory).into_iter().filter(|line| line.component == component).collect()
}

/// Control-plane nodes on which none of these command lines runs: what is true of the others need not be true there.
#[must_use]
pub fn nodes_without<'a>(inventory: &'a Inventory, lines: &[CommandLine]) -> Vec<&'a str> {
    let seen: BTreeSet<&str> = lines.iter().map(|line| line.node.as_str()).collect();
    inventory.nodes.iter().filter(|n| n.is_control_plane()).map(|n| n.metadata.name.as_str()).filter(|name| !seen.contains(name)).collect()
}

fn from_pods(inventory: &Inventory) -> Vec<CommandLine> {
    let mut lines = Vec::new();
    for pod in inventory.pods.iter().filter(|p| p.metadata.namespace == "kube-system" && p.is_live()) {
        for container in &inventory.spec(pod.spec).containers {
            let Some(component) = Component::of(container, pod.metadata.labels.get("component").map(String::as_str)) else { continue };
            let (field, mut flags) = of_container(container);
            if let Some(value) = environment(component, container).filter(|_| !flags.iter().any(|flag| flag.name == "config-file")) {
                flags.push(Flag { name: "config-file".to_owned(), value: Some(value) });
            }
            // Arguments that were not kept show nothing; to call them "no flags" would be a verdict on something unread.
            if flags.is_empty() && !is_bare(component, container) {
                continue;
            }
            lines.push(CommandLine {
                component,
                seen: Seen::Pod,
                object: ObjectRef::new("", "Pod", &pod.metadata.namespace, &pod.metadata.name),
                node: pod.node.clone(),
                path: format!("spec.{}.{field}", container.path(ContainerRole::Normal)),
                image: container.image.clone(),
                flags,
            });
        }
    }
    lines
}

/// Whether a container starts a program and passes it nothing: then its defaults hold.
fn is_bare(component: Component, container: &Container) -> bool {
    let mut words = container.command.iter().chain(&container.args).map(Sealed::text);
    let program = words.next().flatten().and_then(|word| word.rsplit('/').next());
    program == Some(component.program()) && words.next().is_none()
}

/// The variables by which etcd is told about certificates and addresses, which count like flags and whose values are not kept; none where there are none.
fn environment(component: Component, container: &Container) -> Option<String> {
    let tells =
        |name: &&str| name.starts_with("ETCD_") && ["CERT", "URLS", "TLS", "CA_FILE", "CONFIG_FILE"].iter().any(|part| name.contains(part));
    // What a ConfigMap or a Secret brings may be any of them.
    let brought = (!container.env_from.is_empty()).then_some("envFrom");
    let names: Vec<&str> = container.env.iter().map(|variable| variable.name.as_str()).filter(tells).chain(brought).collect();
    (component == Component::Etcd && !names.is_empty()).then(|| format!("{ENVIRONMENT} {})", names.join(", ")))
}

/// How the place of settings begins that stand in variables.
pub const ENVIRONMENT: &str = "(its environment:";

/// The flags of a container and the field that holds the first of them; of arguments that were not kept only what the rest shows.
#[must_use]
pub fn of_container(container: &Container) -> (&'static str, Vec<Flag>) {
    let words = |list: &[Sealed]| -> Vec<Option<String>> {
        let mut words = Vec::new();
        for argument in list {
            match argument.text() {
                // A shell's script holds the whole line in one argument.
                Some(text) if text.contains(" --") => words.extend(text.split_whitespace().map(|w| Some(w.to_owned()))),
                Some(text) => words.push(Some(text.to_owned())),
                None => words.push(None),
            }
        }
        words
    };
    let command = words(&container.command);
    let field = if command.iter().flatten().any(|w| w.starts_with("--")) { "command" } else { "args" };
    (field, parse(command.into_iter().chain(words(&container.args))))
}

/// Reads words as a Go program's flag parser does; `None` is a sealed word.
fn parse(words: impl IntoIterator<Item = Option<String>>) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let mut open = false;
    for word in words {
        match word.filter(|word| word != WITHHELD) {
            Some(word) if word.starts_with('-') && word.len() > 1 => {
                let body = word.trim_start_matches('-');
                let (name, value) = body.split_once('=').map_or((body, None), |(n, v)| (n, Some(v.trim_matches('"').to_owned())));
                open = value.is_none();
                let value = Some(value.unwrap_or_else(|| "true".to_owned())).filter(|value| value != WITHHELD);
                flags.push(Flag { name: name.replace('_', "-"), value });
            }
            other if open => {
                if let Some(flag) = flags.last_mut() {
                    flag.value = other;
                }
                open = false;
            }
            // A sealed argument that follows no open flag was `--name=value` in one word; its name is gone with it.
            _ => {}
        }
    }
    flags
}

fn from_nodes(inventory: &Inventory) -> Vec<CommandLine> {
    let mut lines = Vec::new();
    for node in &inventory.nodes {
        for annotation in NODE_ARGUMENTS {
            let Some(text) = node.metadata.annotation(annotation) else { continue };
            let Ok(words) = serde_json::from_str::<Vec<String>>(text) else { continue };
            let server = words.first().is_some_and(|w| w == "server");
            let all = parse(words.into_iter().map(Some));
            let line = |component, flags| CommandLine {
                component,
                seen: Seen::Annotation,
                object: ObjectRef::new("", "Node", "", &node.metadata.name),
                node: node.metadata.name.clone(),
                path: format!("metadata.annotations[{annotation}]"),
                image: String::new(),
                flags,
            };
            for (argument, component) in PASSED_ON {
                // RKE2 shows its control plane as pods; only K3s hides it in its own process.
                let passes = if component == Component::Kubelet { true } else { server && annotation.starts_with("k3s") };
                if passes {
                    let values = all.iter().filter(|f| f.name == argument).filter_map(|f| f.value.clone());
                    lines.push(line(component, parse(values.map(|v| Some(format!("--{}", v.trim_start_matches('-')))))));
                }
            }
            if server {
                lines.push(line(Component::Server, all));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::{Value, json};

    fn inventory(objects: &[(Kind, Value)]) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        for (kind, object) in objects {
            ingest.object(*kind, &object.to_string());
        }
        ingest.finish()
    }

    fn api_server(command: Value, args: Value) -> (Kind, Value) {
        let meta = json!({"name": "kube-apiserver-cp-1", "namespace": "kube-system", "labels": {"tier": "control-plane", "component": "kube-apiserver"}, "annotations": {"kubernetes.io/config.mirror": "x"}});
        let container =
            json!({"name": "kube-apiserver", "image": "registry.k8s.io/kube-apiserver:v1.34.1", "command": command, "args": args});
        (Kind::Pods, json!({"metadata": meta, "spec": {"nodeName": "cp-1", "containers": [container]}}))
    }

    #[test]
    fn the_last_scalar_holds_and_lists_grow() {
        let command = json!([
            "kube-apiserver",
            "--profiling=true",
            "--profiling",
            "false",
            "--authorization_mode=Node",
            "--authorization-mode=RBAC,Webhook",
            "--anonymous-auth"
        ]);
        let lines = of(&inventory(&[api_server(command, json!([]))]), Component::ApiServer);
        let line = &lines[0];
        assert_eq!((line.boolean("profiling", None), line.mentions("profiling")), (Some(false), 2));
        assert_eq!(line.list("authorization-mode"), ["Node", "RBAC", "Webhook"]);
        assert_eq!(line.boolean("anonymous-auth", None), Some(true));
        assert_eq!(line.boolean("service-account-lookup", None), Some(true));
        assert_eq!(line.effective("insecure-port", Some(19)).as_deref(), Some("8080"));
        assert_eq!((line.path.as_str(), line.node.as_str()), ("spec.containers[name=kube-apiserver].command", "cp-1"));
    }

    #[test]
    fn a_shell_and_a_wrapper_do_not_hide_the_flags() {
        let shell = api_server(json!(["/bin/sh", "-c", "exec /usr/local/bin/kube-apiserver --audit-log-path=- --v=2 2>&1"]), json!([]));
        assert_eq!(of(&inventory(&[shell]), Component::ApiServer)[0].value("audit-log-path"), Some("-"));
        let wrapped =
            api_server(json!(["/go-runner"]), json!(["--log-file=/var/log/a", "/usr/local/bin/kube-apiserver", "--audit-log-path=/a"]));
        assert_eq!(of(&inventory(&[wrapped]), Component::ApiServer)[0].value("audit-log-path"), Some("/a"));
    }

    #[test]
    fn k3s_tells_its_flags_on_the_node_and_workers_tell_none() {
        let args = r#"["server","--secrets-encryption","true","--kube-apiserver-arg","audit-log-path=/var/log/a","--kube-apiserver-arg=audit-policy-file=/p"]"#;
        let node = |name: &str, args: &str| (Kind::Nodes, json!({"metadata": {"name": name, "annotations": {"k3s.io/node-args": args}}}));
        let inventory = inventory(&[node("s", args), node("w", r#"["agent"]"#)]);
        let lines = of(&inventory, Component::ApiServer);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].value("audit-log-path"), lines[0].value("audit-policy-file")), (Some("/var/log/a"), Some("/p")));
        assert_eq!(lines[0].boolean("anonymous-auth", None), Some(false));
        assert_eq!(of(&inventory, Component::Server)[0].boolean("secrets-encryption", None), Some(true));
    }

    #[test]
    fn defaults_are_those_of_the_version_and_of_the_distribution() {
        let args = r#"["server","--cluster-init","true"]"#;
        let node = (Kind::Nodes, json!({"metadata": {"name": "s", "annotations": {"k3s.io/node-args": args}}}));
        let etcd = |inventory: &Inventory| of(inventory, Component::Etcd)[0].boolean("client-cert-auth", None);
        assert_eq!(etcd(&inventory(&[node])), Some(true));
        let mut pod = api_server(json!(["etcd", "--config-file=/etc/etcd"]), json!([]));
        pod.1["spec"]["containers"][0]["name"] = json!("etcd");
        let found = inventory(&[pod]);
        assert_eq!((etcd(&found), of(&found, Component::Etcd)[0].settings_file()), (Some(false), Some("/etc/etcd")));
        // A program that is passed nothing has its defaults; of one whose arguments nobody knows nothing is said.
        let alone = |command: Value, name: &str, env: Value| {
            let mut pod = api_server(command, json!([]));
            pod.1["spec"]["containers"][0]["name"] = json!(name);
            pod.1["spec"]["containers"][0]["env"] = env;
            inventory(&[pod])
        };
        let bare = alone(json!(["/usr/bin/etcd"]), "etcd", json!([{"name": "ETCDCTL_API", "value": "3"}]));
        assert_eq!((etcd(&bare), of(&bare, Component::Etcd)[0].settings_file()), (Some(false), None));
        assert_eq!(
            of(&alone(json!(["kube-controller-manager"]), "kube-controller-manager", json!([])), Component::ControllerManager).len(),
            1
        );
        assert!(of(&alone(json!(["start-etcd.sh"]), "start", json!([])), Component::Etcd).is_empty());
        let told = alone(json!(["etcd"]), "etcd", json!([{"name": "ETCD_CLIENT_CERT_AUTH", "value": "true"}]));
        assert_eq!(of(&told, Component::Etcd)[0].settings_file(), Some("(its environment: ETCD_CLIENT_CERT_AUTH)"));
        let mut brought = api_server(json!(["etcd"]), json!([]));
        brought.1["spec"]["containers"][0]["name"] = json!("etcd");
        brought.1["spec"]["containers"][0]["envFrom"] = json!([{"configMapRef": {"name": "etcd"}}]);
        assert_eq!(of(&inventory(&[brought]), Component::Etcd)[0].settings_file(), Some("(its environment: envFrom)"));
        let manager = inventory(&[api_server(json!(["kube-controller-manager", "--profiling=false"]), json!([]))]);
        let server = inventory(&[api_server(json!(["kube-apiserver", "--audit-log-maxbackup=7"]), json!([]))]);
        let line = &of(&server, Component::ApiServer)[0];
        let log = |flag: &str, minor| line.effective(flag, minor).unwrap_or_default();
        assert_eq!((log("audit-log-maxage", Some(35)).as_str(), log("audit-log-maxage", Some(36)).as_str()), ("0", "366"));
        assert_eq!((log("audit-log-maxsize", None).as_str(), log("audit-log-maxbackup", Some(37)).as_str()), ("100", "7"));
        let line = &of(&manager, Component::ControllerManager)[0];
        let port = |minor| line.effective("port", Some(minor)).unwrap_or_default();
        assert_eq!((port(21).as_str(), port(22).as_str()), ("10252", "0"));
    }

    #[test]
    fn pods_that_only_look_alike_are_no_control_plane() {
        let mut elsewhere = api_server(json!(["kube-apiserver", "--profiling=false"]), json!([]));
        elsewhere.1["metadata"]["namespace"] = json!("shop");
        assert!(command_lines(&inventory(&[elsewhere])).is_empty());
    }
}
