//! Services, endpoints, ingresses and network policies.

use super::strict::{Below, SELECTOR, unknown_fields};
use super::{lenient::Scalar, meta::Meta, pod::NamedRef, rbac::LabelSelector, slim::slim};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

slim! {
    /// A Service.
    struct Service {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: ServiceSpec,
        /// Status.
        status: ServiceStatus,
    }

    /// What a load balancer gave a Service.
    struct ServiceStatus {
        /// The load balancer.
        load_balancer: BalancerStatus,
    }

    /// Where a load balancer is reached.
    struct BalancerStatus {
        /// Its addresses.
        ingress: Vec<BalancerAddress>,
    }

    /// An address of a load balancer.
    struct BalancerAddress {
        /// The address, "" where there is a name.
        ip: String,
        /// The name, "" where there is an address.
        hostname: String,
    }

    /// What a Service offers.
    struct ServiceSpec {
        /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
        r#type: String,
        /// Labels of its pods.
        selector: BTreeMap<String, String>,
        /// Ports.
        ports: Vec<ServicePort>,
        /// Who may reach the load balancer.
        load_balancer_source_ranges: Vec<String>,
        /// Which implementation makes the load balancer, "" for the cluster's own.
        load_balancer_class: String,
        /// Addresses from outside.
        #[serde(rename = "externalIPs")]
        external_ips: Vec<String>,
    }

    /// A port of a Service.
    struct ServicePort {
        /// Name.
        name: String,
        /// Port.
        port: u32,
        /// Port of the pod, by number or name.
        target_port: Scalar,
        /// Port on every node.
        node_port: u32,
        /// Protocol.
        protocol: String,
        /// What is spoken there, where told.
        app_protocol: String,
    }

    /// Who stands behind a Service.
    struct EndpointSlice {
        /// Metadata; the label `kubernetes.io/service-name` names the Service.
        #[serde(deserialize_with = "super::meta::made")]
        metadata: Meta,
        /// Endpoints.
        endpoints: Vec<Endpoint>,
    }

    /// One endpoint.
    struct Endpoint {
        /// Its addresses.
        addresses: Vec<String>,
        /// The object that stands there, where it is told.
        target_ref: Option<EndpointTarget>,
        /// Conditions.
        conditions: EndpointConditions,
    }

    /// What stands at an endpoint.
    struct EndpointTarget {
        /// `Pod`, `Node`.
        kind: String,
        /// Its namespace, "" for that of the endpoints.
        namespace: String,
        /// Its name.
        name: String,
    }

    /// Conditions of an endpoint.
    struct EndpointConditions {
        /// Ready; unknown counts as ready (API documentation).
        ready: Option<bool>,
    }

    /// An Ingress.
    struct Ingress {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: IngressSpec,
    }

    /// What an Ingress lets in.
    struct IngressSpec {
        /// Class.
        ingress_class_name: String,
        /// Rules.
        rules: Vec<IngressRule>,
        /// Hosts with TLS.
        tls: Vec<IngressTls>,
        /// Where everything else goes; `backend` in v1beta1.
        #[serde(alias = "backend")]
        default_backend: Option<IngressBackend>,
    }

    /// A rule for a host.
    struct IngressRule {
        /// Host, "" for all.
        host: String,
        /// Paths.
        http: Option<IngressHttp>,
    }

    /// Paths of a host.
    struct IngressHttp {
        /// Paths.
        paths: Vec<IngressPath>,
    }

    /// A path, without the text of it, which says nothing that is judged.
    struct IngressPath {
        /// Where it goes.
        backend: IngressBackend,
    }

    /// Hosts under one certificate.
    struct IngressTls {
        /// Hosts.
        hosts: Vec<String>,
        /// Secret with the certificate.
        secret_name: String,
    }

    /// A NetworkPolicy.
    struct NetworkPolicy {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        #[serde(deserialize_with = "policy_spec")]
        spec: NetworkPolicySpec,
    }

    /// What a policy selects and allows. A rule list that is absent and one that is empty mean the same in the API: nothing is allowed
    /// in a direction that the policy has; which directions it has is `types()`.
    struct NetworkPolicySpec {
        /// Pods that it selects; empty for all of the namespace.
        pod_selector: LabelSelector,
        /// Directions, where told.
        policy_types: Option<Vec<String>>,
        /// Who may come in.
        ingress: Option<Vec<PolicyIngress>>,
        /// Where they may go.
        egress: Option<Vec<PolicyEgress>>,
        /// Fields that are not known, by their paths: what the policy means with them is not known either.
        unknown_fields: Vec<String>,
    }

    /// An ingress rule.
    struct PolicyIngress {
        /// Peers; none means everyone.
        from: Vec<PolicyPeer>,
        /// Ports; none means all.
        ports: Vec<PolicyPort>,
    }

    /// An egress rule.
    struct PolicyEgress {
        /// Peers; none means everyone.
        to: Vec<PolicyPeer>,
        /// Ports; none means all.
        ports: Vec<PolicyPort>,
    }

    /// A peer.
    struct PolicyPeer {
        /// Pods, of this namespace or of the selected ones.
        pod_selector: Option<LabelSelector>,
        /// Namespaces.
        namespace_selector: Option<LabelSelector>,
        /// Addresses.
        ip_block: Option<IpBlock>,
    }

    /// A range of addresses.
    struct IpBlock {
        /// Range.
        cidr: String,
        /// Without these.
        except: Vec<String>,
    }

    /// A port of a rule.
    struct PolicyPort {
        /// `TCP` where it says nothing.
        protocol: Option<String>,
        /// Number or name; none means all ports of the protocol.
        port: Option<Scalar>,
        /// End of a range.
        end_port: Option<u32>,
    }
}

/// Fields of a policy's spec; the last is written in snapshots.
const POLICY: &[(&str, Below)] = &[
    ("podSelector", Below::Object(SELECTOR)),
    ("policyTypes", Below::Anything),
    ("ingress", Below::List(&[("from", Below::List(PEER)), ("ports", Below::List(PORT))])),
    ("egress", Below::List(&[("to", Below::List(PEER)), ("ports", Below::List(PORT))])),
    ("unknownFields", Below::Anything),
];

const PEER: &[(&str, Below)] = &[
    ("podSelector", Below::Object(SELECTOR)),
    ("namespaceSelector", Below::Object(SELECTOR)),
    ("ipBlock", Below::Object(&[("cidr", Below::Anything), ("except", Below::Anything)])),
];

const PORT: &[(&str, Below)] = &[("protocol", Below::Anything), ("port", Below::Anything), ("endPort", Below::Anything)];

/// Reads a policy's spec, and which of its fields are not known.
fn policy_spec<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NetworkPolicySpec, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let unknown = unknown_fields(&value, POLICY);
    let mut spec: NetworkPolicySpec = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
    spec.unknown_fields.extend(unknown);
    spec.unknown_fields.sort();
    spec.unknown_fields.dedup();
    Ok(spec)
}

/// Where an Ingress sends requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "RawBackend")]
pub struct IngressBackend {
    /// The Service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<NamedRef>,
}

/// A backend as v1 writes it, and as v1beta1 did.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawBackend {
    service: Option<NamedRef>,
    service_name: Option<String>,
}

impl From<RawBackend> for IngressBackend {
    fn from(raw: RawBackend) -> Self {
        let old = raw.service_name.filter(|name| !name.is_empty()).map(|name| NamedRef { name });
        Self { service: raw.service.or(old) }
    }
}

impl NetworkPolicySpec {
    /// Whether it acts on ingress, egress. Without `policyTypes` it acts on ingress, and on egress where it has egress rules.
    #[must_use]
    pub fn types(&self) -> (bool, bool) {
        match self.policy_types.as_deref() {
            Some(types) if !types.is_empty() => (types.iter().any(|t| t == "Ingress"), types.iter().any(|t| t == "Egress")),
            _ => (true, self.egress.as_ref().is_some_and(|rules| !rules.is_empty())),
        }
    }
}
