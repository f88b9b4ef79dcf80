//! Pods and their specs: the widest of the slim types, because most of the guidance is about what runs. Specs that differ have most of their parts alike, so
//! these are shared.

pub use super::volume::{PodCertificate, TrustSource, Volume};
use super::{
    lenient::Scalar,
    meta::Meta,
    sealed::Sealed,
    shared::{Shared, empty},
    slim::{is_default, slim},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

slim! {
    /// What a pod is to be; equal specs are kept once (see `Inventory::specs`).
    struct PodSpec {
        /// Containers.
        containers: Shared<Vec<Container>>,
        /// Init containers, sidecars among them.
        init_containers: Shared<Vec<Container>>,
        /// Ephemeral containers, added for debugging.
        ephemeral_containers: Shared<Vec<Container>>,
        /// Volumes.
        volumes: Shared<Vec<Volume>>,
        /// On the node's network.
        #[serde(rename = "hostNetwork")]
        host_network: bool,
        /// Sees the node's processes.
        #[serde(rename = "hostPID")]
        host_pid: bool,
        /// Shares the node's IPC.
        #[serde(rename = "hostIPC")]
        host_ipc: bool,
        /// Its containers see each other's processes.
        share_process_namespace: bool,
        /// `false` puts the pod into a user namespace of its own.
        host_users: Option<bool>,
        /// Operating system.
        os: Option<PodOs>,
        /// Security context of the pod.
        security_context: Shared<PodSecurityContext>,
        /// Service account; "" means `default`.
        service_account_name: String,
        /// The old name of the same field; emptied when the spec is shared.
        service_account: String,
        /// Node; emptied when the spec is shared, so that pods of one template stay equal.
        node_name: String,
        /// Whether its token is mounted.
        automount_service_account_token: Option<bool>,
        /// Labels that a node must have.
        node_selector: Shared<BTreeMap<String, String>>,
        /// Affinity to nodes.
        affinity: Shared<Affinity>,
        /// Taints that it tolerates.
        tolerations: Shared<Vec<Toleration>>,
        /// Runtime class.
        runtime_class_name: Option<String>,
        /// Pull credentials.
        image_pull_secrets: Shared<Vec<NamedRef>>,
        /// Resources of the whole pod.
        resources: Shared<Resources>,
    }

    /// Operating system of a pod.
    struct PodOs {
        /// `linux` or `windows`.
        name: String,
    }

    /// A reference by name.
    struct NamedRef {
        /// The name.
        name: String,
    }

    /// Affinity, as far as checks read it.
    struct Affinity {
        /// Node affinity.
        node_affinity: NodeAffinity,
    }

    /// Node affinity; what is merely preferred binds nothing and is not kept.
    struct NodeAffinity {
        /// Required terms; any one suffices.
        #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution")]
        required: NodeSelector,
    }

    /// Node selector.
    struct NodeSelector {
        /// Terms, of which one must hold.
        node_selector_terms: Vec<NodeSelectorTerm>,
    }

    /// A term, all of whose expressions must hold.
    struct NodeSelectorTerm {
        /// On labels.
        match_expressions: Vec<Requirement>,
        /// On fields (`metadata.name`).
        match_fields: Vec<Requirement>,
    }

    /// One requirement of a selector.
    struct Requirement {
        /// Label key.
        key: String,
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`.
        operator: String,
        /// Values.
        values: Vec<Scalar>,
    }

    /// A tolerated taint.
    struct Toleration {
        /// Key; "" with `Exists` tolerates everything.
        key: String,
        /// `Exists` or `Equal` (default).
        operator: String,
        /// Value.
        value: Scalar,
        /// Effect; "" means all.
        effect: String,
    }

    /// A container of any role.
    struct Container {
        /// Name.
        name: String,
        /// Image reference.
        image: String,
        /// Command, sealed.
        command: Shared<Vec<Sealed>>,
        /// Arguments, sealed.
        args: Shared<Vec<Sealed>>,
        /// Environment.
        env: Shared<Vec<EnvVar>>,
        /// Environment from whole ConfigMaps and Secrets.
        env_from: Shared<Vec<EnvFrom>>,
        /// Ports.
        ports: Shared<Vec<ContainerPort>>,
        /// Requests and limits.
        resources: Shared<Resources>,
        /// Security context.
        security_context: Shared<SecurityContext>,
        /// Liveness probe.
        liveness_probe: Option<Handler>,
        /// Readiness probe.
        readiness_probe: Option<Handler>,
        /// Startup probe.
        startup_probe: Option<Handler>,
        /// Lifecycle hooks.
        lifecycle: Shared<Lifecycle>,
        /// Mounts.
        volume_mounts: Shared<Vec<VolumeMount>>,
        /// `Always` makes an init container a sidecar.
        restart_policy: String,
    }

    /// An environment variable.
    struct EnvVar {
        /// Name.
        name: String,
        /// Literal value, sealed.
        value: Option<Sealed>,
        /// Where else it comes from.
        value_from: Option<EnvSource>,
    }

    /// Source of one variable.
    struct EnvSource {
        /// A key of a Secret.
        secret_key_ref: Option<KeyRef>,
        /// A key of a ConfigMap.
        config_map_key_ref: Option<KeyRef>,
    }

    /// A key of a named object.
    struct KeyRef {
        /// Object.
        name: String,
        /// Key.
        key: String,
    }

    /// Source of many variables.
    struct EnvFrom {
        /// A whole Secret.
        secret_ref: Option<NamedRef>,
        /// A whole ConfigMap.
        config_map_ref: Option<NamedRef>,
    }

    /// A port.
    struct ContainerPort {
        /// Name, "" where it has none.
        name: String,
        /// Port in the container.
        container_port: u32,
        /// Port on the node, 0 where none.
        host_port: u32,
        /// `TCP` where it says nothing.
        protocol: String,
    }

    /// Requests and limits by resource.
    struct Resources {
        /// Limits.
        limits: BTreeMap<String, Scalar>,
        /// Requests.
        requests: BTreeMap<String, Scalar>,
    }

    /// Hooks of a container.
    struct Lifecycle {
        /// After start.
        post_start: Option<Handler>,
        /// Before stop.
        pre_stop: Option<Handler>,
    }

    /// A probe or hook, as far as it can name a host.
    struct Handler {
        /// By HTTP.
        http_get: Option<Target>,
        /// By TCP.
        tcp_socket: Option<Target>,
    }

    /// What a probe or hook calls.
    struct Target {
        /// Host, "" for the pod's own address.
        host: String,
    }

    /// A mount.
    struct VolumeMount {
        /// Volume.
        name: String,
        /// Where in the container.
        mount_path: String,
        /// Read-only.
        read_only: bool,
    }

    /// Security context of a pod.
    struct PodSecurityContext {
        /// Must not run as root.
        run_as_non_root: Option<bool>,
        /// User id.
        run_as_user: Option<i64>,
        /// SELinux.
        se_linux_options: Option<SeLinuxOptions>,
        /// Seccomp.
        seccomp_profile: Option<Profile>,
        /// AppArmor.
        app_armor_profile: Option<Profile>,
        /// Kernel parameters.
        sysctls: Vec<Sysctl>,
        /// Windows.
        windows_options: Option<WindowsOptions>,
    }

    /// Security context of a container.
    struct SecurityContext {
        /// All of the node's rights.
        privileged: Option<bool>,
        /// Whether a child may gain more rights.
        allow_privilege_escalation: Option<bool>,
        /// Capabilities.
        capabilities: Capabilities,
        /// Must not run as root.
        run_as_non_root: Option<bool>,
        /// User id.
        run_as_user: Option<i64>,
        /// Root file system can't be written.
        read_only_root_filesystem: Option<bool>,
        /// `Default` or `Unmasked`.
        proc_mount: Option<String>,
        /// SELinux.
        se_linux_options: Option<SeLinuxOptions>,
        /// Seccomp.
        seccomp_profile: Option<Profile>,
        /// AppArmor.
        app_armor_profile: Option<Profile>,
        /// Windows.
        windows_options: Option<WindowsOptions>,
    }

    /// Capabilities.
    struct Capabilities {
        /// Added.
        add: Vec<String>,
        /// Dropped.
        drop: Vec<String>,
    }

    /// SELinux labels.
    struct SeLinuxOptions {
        /// User.
        user: String,
        /// Role.
        role: String,
        /// Type.
        r#type: String,
    }

    /// A seccomp or AppArmor profile.
    struct Profile {
        /// `RuntimeDefault`, `Localhost`, `Unconfined`.
        r#type: String,
    }

    /// A kernel parameter.
    struct Sysctl {
        /// Name.
        name: String,
    }

    /// Windows options.
    struct WindowsOptions {
        /// A HostProcess container is the node's administrator.
        host_process: Option<bool>,
        /// User name.
        run_as_user_name: Option<String>,
    }
}

empty!(Affinity, Resources, Lifecycle, PodSecurityContext, SecurityContext);

/// Which list of a spec a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerRole {
    /// `initContainers`.
    Init,
    /// `containers`.
    Normal,
    /// `ephemeralContainers`.
    Ephemeral,
}

impl ContainerRole {
    /// The field's name.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Init => "initContainers",
            Self::Normal => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

/// An image where a pod spec names it.
#[derive(Clone, Debug)]
pub struct ImageUse<'s> {
    /// The reference as it is written; "" where none is.
    pub reference: &'s str,
    /// The volume that mounts it, "" where a container runs it.
    volume: &'s str,
    /// The container that runs it; none for a volume.
    pub container: Option<(ContainerRole, &'s Container)>,
}

impl ImageUse<'_> {
    /// Path of the field within the spec.
    #[must_use]
    pub fn path(&self) -> String {
        match self.container {
            Some((role, container)) => format!("{}.image", container.path(role)),
            None => format!("volumes[name={}].image.reference", self.volume),
        }
    }

    /// Whether it stays for the life of the pod, and was not added to it for debugging.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.container.is_none_or(|(role, _)| role != ContainerRole::Ephemeral)
    }
}

impl PodSpec {
    /// Every container with its role: init, normal, ephemeral.
    pub fn all_containers(&self) -> impl Iterator<Item = (ContainerRole, &Container)> {
        let role = |role: ContainerRole| move |c| (role, c);
        self.init_containers
            .iter()
            .map(role(ContainerRole::Init))
            .chain(self.containers.iter().map(role(ContainerRole::Normal)))
            .chain(self.ephemeral_containers.iter().map(role(ContainerRole::Ephemeral)))
    }

    /// Every image that it brings onto a node: those of its containers, and those that volumes mount (image volumes, since Kubernetes 1.31).
    pub fn images(&self) -> impl Iterator<Item = ImageUse<'_>> {
        let containers = self.all_containers().map(|(role, container)| ImageUse {
            reference: &container.image,
            volume: "",
            container: Some((role, container)),
        });
        let volumes = self.volumes.iter().filter(|volume| volume.sources.iter().any(|source| source == "image")).map(|volume| ImageUse {
            reference: volume.image.as_deref().unwrap_or_default(),
            volume: &volume.name,
            container: None,
        });
        containers.chain(volumes)
    }

    /// The service account it runs as.
    #[must_use]
    pub fn account(&self) -> &str {
        if self.service_account_name.is_empty() { "default" } else { &self.service_account_name }
    }

    /// Whether it says that it is for Windows, by `os`, by its node selector or by what it demands of nodes.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.os.as_ref().is_some_and(|os| os.name == "windows")
            || ["kubernetes.io/os", "beta.kubernetes.io/os"]
                .iter()
                .any(|key| self.node_selector.get(*key).is_some_and(|os| os == "windows"))
            || self.demands_windows_nodes()
    }

    /// Whether it goes to the one node on which it runs, as the DaemonSet controller has it of each of its pods: their specs are alike but for
    /// that node, whose name is the pod's own (`metadata.name In []`, which no API server takes).
    #[must_use]
    pub fn is_on_own_node(&self) -> bool {
        let terms = &self.affinity.node_affinity.required.node_selector_terms;
        !terms.is_empty() && terms.iter().all(|term| term.match_fields.iter().any(|field| field.is_node() && field.values.is_empty()))
    }

    /// Takes the name of its own node out of what it requires of nodes.
    pub(super) fn take_out_own_node(&mut self, node: &str) {
        let own = |field: &Requirement| field.is_node() && matches!(field.values.as_slice(), [name] if name.as_str() == node);
        let terms = &self.affinity.node_affinity.required.node_selector_terms;
        if node.is_empty() || !terms.iter().any(|term| term.match_fields.iter().any(own)) {
            return;
        }
        let mut affinity = Affinity::clone(&self.affinity);
        let fields = affinity.node_affinity.required.node_selector_terms.iter_mut().flat_map(|term| &mut term.match_fields);
        fields.filter(|field| own(field)).for_each(|field| field.values.clear());
        self.affinity = affinity.into();
    }

    /// Whether every term of its required node affinity leaves Windows nodes alone.
    fn demands_windows_nodes(&self) -> bool {
        let terms = &self.affinity.node_affinity.required.node_selector_terms;
        let windows = |r: &Requirement| {
            r.key == "kubernetes.io/os" && r.operator == "In" && !r.values.is_empty() && r.values.iter().all(|os| os.as_str() == "windows")
        };
        !terms.is_empty() && terms.iter().all(|term| term.match_expressions.iter().any(windows))
    }
}

impl Requirement {
    /// Whether it asks for nodes by their names.
    fn is_node(&self) -> bool {
        self.key == "metadata.name" && self.operator == "In"
    }
}

impl Container {
    /// Its path within a pod spec: `containers[name=web]`.
    #[must_use]
    pub fn path(&self, role: ContainerRole) -> String {
        format!("{}[name={}]", role.field(), self.name)
    }
}

/// A pod that exists: who it is, where it runs, and which spec it shares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pod {
    /// Metadata.
    pub metadata: Meta,
    /// Index of its spec in `Inventory::specs`.
    pub spec: usize,
    /// Node, "" while unscheduled.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// Phase.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// Whether it is ready.
    #[serde(skip_serializing_if = "is_default")]
    pub ready: bool,
    /// Whether it says that it is not ready; in a file it may say neither.
    #[serde(skip_serializing_if = "is_default")]
    pub unready: bool,
    /// Its address; the first where it has one of each family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<std::net::IpAddr>,
    /// Digest that each container really runs, by container name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub image_ids: Shared<BTreeMap<String, String>>,
}

impl Pod {
    /// Whether it still takes part in anything: neither succeeded nor failed.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.phase.as_str(), "Succeeded" | "Failed")
    }
}

/// A pod as the API gives it, before its spec is shared.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RawPod {
    #[serde(deserialize_with = "super::meta::made")]
    pub(super) metadata: Meta,
    pub(super) spec: PodSpec,
    pub(super) status: RawPodStatus,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RawPodStatus {
    pub(super) phase: String,
    #[serde(rename = "podIP")]
    pub(super) pod_ip: String,
    pub(super) conditions: Vec<super::node::Condition>,
    pub(super) container_statuses: Vec<RawContainerStatus>,
    pub(super) init_container_statuses: Vec<RawContainerStatus>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RawContainerStatus {
    pub(super) name: String,
    #[serde(rename = "imageID")]
    pub(super) image_id: String,
}
