//! What becomes of a pod's spec as it comes in: values are sealed, what the server leaves to itself is filled in, what differs between pods of one
//! template is taken out, and what specs have alike is kept once.

use super::pod::{
    Affinity, Container, ContainerPort, EnvFrom, EnvVar, Lifecycle, NamedRef, PodSecurityContext, PodSpec, Resources, SecurityContext,
    Toleration, Volume, VolumeMount,
};
use super::{
    arguments::{self, Component},
    sealed::Sealed,
    settings,
    shared::Known,
};
use std::collections::BTreeMap;

/// With this the name of the volume of a mounted token begins.
pub(super) const TOKEN_VOLUME: &str = "kube-api-access";

/// What was taken out of a pod's spec because it differs between pods of one template.
pub(super) struct Normalised {
    /// The node.
    pub(super) node: String,
    /// How many names of token volumes lost their random ends.
    pub(super) tokens: usize,
}

impl Component {
    /// The component that a container runs: by the program that is started, by the image, or by the label that kubeadm gives.
    #[must_use]
    pub fn of(container: &Container, label: Option<&str>) -> Option<Self> {
        let arguments: Vec<_> = container.command.iter().chain(&container.args).collect();
        Self::told_by(&arguments, &container.image, &container.name, label)
    }
}

impl PodSpec {
    /// Seals every value that may hold a secret, and takes out what differs between pods of one template: node, also where
    /// a DaemonSet's pod asks for it, generated token volume.
    /// Of a pod of the control plane what its arguments say is kept as far as checks read it, with the label that tells which part it is.
    pub(super) fn normalise(&mut self, control_plane: Option<&str>) -> Normalised {
        let old_name = std::mem::take(&mut self.service_account);
        if self.service_account_name.is_empty() {
            self.service_account_name = old_name;
        }
        let mut tokens = 0;
        for container in self.init_containers.iter_mut().chain(&mut self.containers).chain(&mut self.ephemeral_containers) {
            container.seal(control_plane);
            for mount in &mut container.volume_mounts {
                tokens += usize::from(shorten_token_volume(&mut mount.name));
            }
        }
        for volume in &mut self.volumes {
            tokens += usize::from(shorten_token_volume(&mut volume.name));
        }
        let node = std::mem::take(&mut self.node_name);
        self.take_out_own_node(&node);
        Normalised { node, tokens }
    }
}

impl PodSpec {
    /// Fills what the API server fills in a *Pod* on the node's network: each port is taken on the node too. Manifests lack it, answers of
    /// the API have it; templates of controllers are left as they are (since 1.28), so this is not for them.
    pub(crate) fn default_host_ports(&mut self) {
        if !self.host_network {
            return;
        }
        for port in self.init_containers.iter_mut().chain(&mut self.containers).flat_map(|c| &mut c.ports) {
            if port.host_port == 0 {
                port.host_port = port.container_port;
            }
        }
    }
}

/// The API server gives the volume of the mounted token a random end (`kube-api-access-x7f9c`), which would make every pod's spec different.
/// Tells whether it was one.
fn shorten_token_volume(name: &mut String) -> bool {
    let is_one = name.strip_prefix(TOKEN_VOLUME).is_some_and(|end| end.starts_with('-') && end.len() == 6);
    if is_one {
        name.truncate(TOKEN_VOLUME.len());
    }
    is_one
}

impl Container {
    /// Keeps of a control-plane container's arguments what checks read.
    pub(super) fn thin(&mut self, label: Option<&str>) {
        let component = Component::of(self, label);
        arguments::thin(component, self.command.iter_mut().chain(&mut self.args));
    }

    fn seal(&mut self, control_plane: Option<&str>) {
        if let Some(label) = control_plane {
            self.thin(Some(label));
        }
        let mut flag = String::new();
        for argument in self.command.iter_mut().chain(&mut self.args) {
            let text = argument.peek().unwrap_or_default().to_owned();
            match arguments::told_only(&text).filter(|_| !settings::is_kept_argument(&text, &flag)) {
                Some(told) => argument.thin(|_| Some(told)),
                None => argument.seal(settings::is_kept_argument(&text, &flag)),
            }
            flag = if text.starts_with('-') && !text.contains('=') { text } else { String::new() };
        }
        for variable in &mut self.env {
            if let Some(value) = &mut variable.value {
                let keep = value.peek().is_some_and(|text| settings::is_kept(&variable.name, text));
                value.seal(keep);
            }
        }
    }
}

/// What was met in specs, each value once.
#[derive(Default)]
pub(super) struct KnownParts {
    containers: Known<Vec<Container>>,
    volumes: Known<Vec<Volume>>,
    selectors: Known<BTreeMap<String, String>>,
    affinities: Known<Affinity>,
    tolerations: Known<Vec<Toleration>>,
    pull_secrets: Known<Vec<NamedRef>>,
    resources: Known<Resources>,
    pod_contexts: Known<PodSecurityContext>,
    arguments: Known<Vec<Sealed>>,
    env: Known<Vec<EnvVar>>,
    env_from: Known<Vec<EnvFrom>>,
    ports: Known<Vec<ContainerPort>>,
    contexts: Known<SecurityContext>,
    lifecycles: Known<Lifecycle>,
    mounts: Known<Vec<VolumeMount>>,
}

impl KnownParts {
    /// Lets a spec have its parts in common with those before it.
    pub(super) fn share(&mut self, spec: &mut PodSpec) {
        for list in [&mut spec.containers, &mut spec.init_containers, &mut spec.ephemeral_containers] {
            list.iter_mut().for_each(|container| self.share_parts(container));
            self.containers.share(list);
        }
        self.volumes.share(&mut spec.volumes);
        self.selectors.share(&mut spec.node_selector);
        self.affinities.share(&mut spec.affinity);
        self.tolerations.share(&mut spec.tolerations);
        self.pull_secrets.share(&mut spec.image_pull_secrets);
        self.resources.share(&mut spec.resources);
        self.pod_contexts.share(&mut spec.security_context);
    }

    fn share_parts(&mut self, container: &mut Container) {
        self.arguments.share(&mut container.command);
        self.arguments.share(&mut container.args);
        self.env.share(&mut container.env);
        self.env_from.share(&mut container.env_from);
        self.ports.share(&mut container.ports);
        self.resources.share(&mut container.resources);
        self.contexts.share(&mut container.security_context);
        self.lifecycles.share(&mut container.lifecycle);
        self.mounts.share(&mut container.volume_mounts);
    }
}

#[cfg(test)]
mod tests {
    use crate::kinds::{Ingest, Inventory, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::{Value, json};

    fn read(pods: &[Value]) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        pods.iter().for_each(|pod| drop(ingest.object(Kind::Pods, &pod.to_string())));
        ingest.finish()
    }

    /// A pod on a node that asks for a node by name.
    fn pod(nth: usize, node: &str, asked: &str) -> Value {
        let term = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": [asked]}]});
        let affinity = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}});
        let spec = json!({"nodeName": node, "affinity": affinity, "containers": [{"name": "c", "image": "acme/agent:1"}]});
        json!({"metadata": {"name": format!("agent-{nth}"), "namespace": "logs"}, "spec": spec})
    }

    #[test]
    fn pods_that_go_to_their_own_nodes_have_one_spec() {
        let own: Vec<Value> = (0..5).map(|nth| pod(nth, &format!("node-{nth}"), &format!("node-{nth}"))).collect();
        let inventory = read(&own);
        assert_eq!((inventory.specs.len(), inventory.pods.len()), (1, 5));
        assert!(inventory.spec(0).is_on_own_node());
        assert_eq!(
            inventory.pods.iter().map(|pod| pod.node.as_str()).collect::<Vec<_>>(),
            ["node-0", "node-1", "node-2", "node-3", "node-4"]
        );
    }

    #[test]
    fn a_pod_that_asks_for_another_node_keeps_its_name() {
        // The same words about nodes, before and after those of a pod that is there.
        for pods in [[pod(0, "node-1", "node-1"), pod(1, "", "node-1")], [pod(0, "", "node-1"), pod(1, "node-1", "node-1")]] {
            let inventory = read(&pods);
            assert_eq!(inventory.specs.len(), 2, "{pods:?}");
            for pod in &inventory.pods {
                assert_eq!(inventory.spec(pod.spec).is_on_own_node(), !pod.node.is_empty(), "{pods:?}");
            }
        }
    }
}
