//! The ways from some rights to more that take guards away: policies of admission, of networks and of a mesh, what watches and logs, what says who
//! may log in, and the ConfigMaps and definitions on which these rest. Groups and resources are those that the projects document.

use super::paths::{BASE, Opens, Path, UNDO, When};
use crate::model::Severity;

/// Network policies of one namespace, and what they refer to or what its nodes enforce in their place.
const NETWORK: Opens = &[
    (UNDO, "networking.k8s.io", &["networkpolicies"]),
    (UNDO, "cilium.io", &["ciliumnetworkpolicies", "ciliumlocalredirectpolicies"]),
    (UNDO, "crd.projectcalico.org", &["networkpolicies", "networksets"]),
    (UNDO, "projectcalico.org", &["networkpolicies", "networksets"]),
    (UNDO, "networking.k8s.aws", &["policyendpoints", "applicationnetworkpolicies"]),
    (UNDO, "vpcresources.k8s.aws", &["securitygrouppolicies"]),
    (UNDO, "networking.gke.io", &["fqdnnetworkpolicies"]),
    (UNDO, "k8s.ovn.org", &["egressfirewalls", "userdefinednetworks"]),
    (UNDO, "network.openshift.io", &["egressnetworkpolicies"]),
    (UNDO, "crd.antrea.io", &["networkpolicies", "groups"]),
    (UNDO, "crd.nsx.vmware.com", &["securitypolicies"]),
    (UNDO, "sriovnetwork.openshift.io", &["sriovnetworknodepolicies", "sriovnetworks", "sriovibnetworks", "ovsnetworks"]),
    // A network beside the pod network, which policies don't reach, and the policies made for such networks.
    (UNDO, "k8s.cni.cncf.io", &["network-attachment-definitions", "multi-networkpolicies"]),
];

/// Network policies of the whole cluster, and the settings of those that enforce policies.
const NETWORK_EVERYWHERE: Opens = &[
    (UNDO, "policy.networking.k8s.io", &["*"]),
    (UNDO, "cilium.io", &["ciliumclusterwidenetworkpolicies", "ciliumegressgatewaypolicies", "ciliumcidrgroups", "ciliumnodeconfigs"]),
    (UNDO, "crd.projectcalico.org", CALICO_EVERYWHERE),
    (UNDO, "projectcalico.org", CALICO_EVERYWHERE),
    (UNDO, "operator.tigera.io", &["installations"]),
    (UNDO, "networking.k8s.aws", &["clusternetworkpolicies", "clusterpolicyendpoints"]),
    (UNDO, "k8s.ovn.org", &["adminpolicybasedexternalroutes", "clusteruserdefinednetworks", "egressips"]),
    (UNDO, "network.openshift.io", &["netnamespaces"]),
    (UNDO, "operator.openshift.io", &["networks"]),
    (UNDO, "config.openshift.io", &["networks"]),
    // Interfaces, routes and bridges of the nodes themselves.
    (UNDO, "nmstate.io", &["nodenetworkconfigurationpolicies"]),
    (UNDO, "kubeovn.io", &["subnets", "vpcs", "security-groups"]),
    (UNDO, "crd.antrea.io", &["clusternetworkpolicies", "clustergroups", "tiers"]),
];

const CALICO_EVERYWHERE: &[&str] = &[
    "globalnetworkpolicies",
    "globalnetworksets",
    "tiers",
    "hostendpoints",
    "profiles",
    "felixconfigurations",
    "kubecontrollersconfigurations",
];

/// Paths that take guards away, in the order in which they are told.
pub(super) const PATHS: &[Path] = &[
    Path {
        id: "change_policy_engines",
        words: "change policies of admission engines",
        opens: &[
            (UNDO, "kyverno.io", &["policies", "cleanuppolicies"]),
            (
                UNDO,
                "policies.kyverno.io",
                &[
                    "namespacedvalidatingpolicies",
                    "namespacedimagevalidatingpolicies",
                    "namespacedmutatingpolicies",
                    "namespacedgeneratingpolicies",
                    "namespaceddeletingpolicies",
                ],
            ),
            (UNDO, "policies.kubewarden.io", &["admissionpolicies", "admissionpolicygroups"]),
            (UNDO, "config.openshift.io", &["imagepolicies"]),
            (UNDO, "portieris.cloud.ibm.com", &["imagepolicies"]),
            (UNDO, "config.ratify.deislabs.io", &["namespacedpolicies", "namespacedstores", "namespacedverifiers"]),
        ],
        everywhere: &[
            (UNDO, "kyverno.io", &["clusterpolicies", "clustercleanuppolicies", "globalcontextentries"]),
            (
                UNDO,
                "policies.kyverno.io",
                &["validatingpolicies", "imagevalidatingpolicies", "mutatingpolicies", "generatingpolicies", "deletingpolicies"],
            ),
            (UNDO, "constraints.gatekeeper.sh", &["*"]),
            (UNDO, "templates.gatekeeper.sh", &["*"]),
            (UNDO, "mutations.gatekeeper.sh", &["*"]),
            (UNDO, "expansion.gatekeeper.sh", &["*"]),
            (UNDO, "externaldata.gatekeeper.sh", &["*"]),
            (UNDO, "policies.kubewarden.io", &["clusteradmissionpolicies", "clusteradmissionpolicygroups", "policyservers"]),
            (UNDO, "policy.sigstore.dev", &["*"]),
            (UNDO, "policy.jspolicy.com", &["*"]),
            (UNDO, "portieris.cloud.ibm.com", &["clusterimagepolicies"]),
            (UNDO, "config.ratify.deislabs.io", &["policies", "stores", "verifiers", "keymanagementproviders", "certificatestores"]),
            (UNDO, "config.openshift.io", &["clusterimagepolicies", "images"]),
            (UNDO, "security.openshift.io", &["securitycontextconstraints"]),
        ],
        consequence: "the policies that keep dangerous workloads and images out can be lifted or let through what they refused",
        mend: "Leave the policies of the engine to the platform team's delivery tool.",
        ..BASE
    },
    Path {
        id: "change_policy_exceptions",
        words: "except objects from policies",
        opens: &[
            (UNDO, "kyverno.io", &["policyexceptions"]),
            (UNDO, "policies.kyverno.io", &["policyexceptions"]),
            (UNDO, "config.gatekeeper.sh", &["*"]),
        ],
        consequence: "objects can be taken out of the policies that would refuse them",
        mend: "Let somebody who does not gain by an exception approve each one, by way of the platform team's delivery tool.",
        ..BASE
    },
    Path {
        id: "change_network_policies",
        words: "change network policies",
        opens: NETWORK,
        everywhere: NETWORK_EVERYWHERE,
        consequence: "the borders between pods can be opened, and the cardholder data environment reached through them",
        mend: "Leave network policies to the platform team's delivery tool, those of the whole cluster above all.",
        ..BASE
    },
    Path {
        id: "change_mesh_policies",
        words: "change mesh policies",
        opens: &[
            (UNDO, "security.istio.io", &["*"]),
            (UNDO, "networking.istio.io", &["envoyfilters", "sidecars", "proxyconfigs"]),
            (UNDO, "policy.linkerd.io", &["*"]),
            (UNDO, "kuma.io", &["*"]),
            (UNDO, "consul.hashicorp.com", &["serviceintentions", "meshes", "proxydefaults", "servicedefaults"]),
        ],
        consequence: "the mesh can be told to encrypt less and to let through whom it kept out",
        mend: "Leave the policies of the mesh to the platform team's delivery tool.",
        ..BASE
    },
    Path {
        id: "change_agents",
        words: "change monitoring agents",
        opens: &[
            (UNDO, "cilium.io", &["tracingpoliciesnamespaced"]),
            (UNDO, "security.kubearmor.com", &["kubearmorpolicies"]),
            (UNDO, "instance.falcosecurity.dev", &["*"]),
            (UNDO, "artifact.falcosecurity.dev", &["*"]),
            (UNDO, "datadoghq.com", &["datadogagents"]),
            (UNDO, "logging.banzaicloud.io", &["*"]),
            (UNDO, "observability.openshift.io", &["clusterlogforwarders"]),
            (UNDO, "logging.openshift.io", &["*"]),
            (UNDO, "fluentbit.fluent.io", &["*"]),
            (UNDO, "neuvector.com", &["nvsecurityrules"]),
        ],
        everywhere: &[
            (UNDO, "cilium.io", &["tracingpolicies"]),
            (UNDO, "security.kubearmor.com", &["kubearmorclusterpolicies", "kubearmorhostpolicies"]),
            (UNDO, "security-profiles-operator.x-k8s.io", &["*"]),
            (UNDO, "neuvector.com", &["*"]),
        ],
        severity: Severity::Medium,
        consequence: "what watches containers or collects their logs can be told to look away",
        mend: "Leave the settings of agents to the team that answers for monitoring.",
        ..BASE
    },
    Path {
        id: "change_crds",
        words: "change custom resource definitions",
        everywhere: &[(UNDO, "apiextensions.k8s.io", &["customresourcedefinitions"])],
        when: When::Definitions,
        consequence: "a definition can be deleted with all its objects, policies of admission and of the network among them, or its objects be sent through another program",
        mend: "Limit the right by resourceNames to the component's own definitions, without delete.",
        ..BASE
    },
    Path {
        id: "change_configmaps",
        words: "change ConfigMaps of the cluster itself",
        opens: &[(UNDO, "", &["configmaps"])],
        when: When::Settings,
        consequence: "ConfigMaps that configure the cluster itself can be changed: its DNS, its network plugin, its agents, and on EKS who logs in as administrator (aws-auth)",
        mend: "Limit the right to the component's own namespace or by resourceNames to its own ConfigMaps.",
        ..BASE
    },
    Path {
        id: "change_logins",
        words: "change who logs in",
        opens: &[
            (UNDO, "dex.coreos.com", &["*"]),
            (UNDO, "management.cattle.io", &["projectroletemplatebindings", "clusterroletemplatebindings"]),
        ],
        everywhere: &[
            (UNDO, "iamauthenticator.k8s.aws", &["*"]),
            (UNDO, "eks.services.k8s.aws", &["accessentries"]),
            (UNDO, "authentication.gke.io", &["*"]),
            (UNDO, "config.openshift.io", &["oauths", "authentications"]),
            (UNDO, "user.openshift.io", &["users", "groups", "identities", "useridentitymappings"]),
            (UNDO, "oauth.openshift.io", &["oauthclients", "oauthaccesstokens", "oauthauthorizetokens"]),
            (UNDO, "management.cattle.io", &["globalrolebindings", "globalroles", "roletemplates", "authconfigs", "users", "tokens"]),
            (UNDO, "authentication.concierge.pinniped.dev", &["*"]),
        ],
        severity: Severity::Critical,
        consequence: "it can be changed who logs in, and as whom, so that the holder or somebody else becomes administrator",
        mend: "Leave these objects to the component that logs people in, and to the platform team's delivery tool.",
        ..BASE
    },
];
