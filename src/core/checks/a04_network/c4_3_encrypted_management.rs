//! Control 4.3: its automated checks. Which connections of the management traffic are not encrypted, weakly so, or not verified.

use super::{api_tls, mesh_encryption, transport, ways_in};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::admission::WebhookConfiguration;
use crate::model::{Kind, ObjectRef, Severity};

/// The checks of control 4.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "4.3/api-tls",
        title: "Encryption of the connection to the API server",
        severity: Severity::High,
        practices: &["4.3.a"],
        needs: &[Need::Version],
        active: false,
        why: "Everything that people and pipelines do with the cluster travels to the API server: credentials, Secrets, commands. Without TLS, with a \
              certificate that nobody verifies, or with keys that can be broken, whoever stands between reads and changes it.",
        mend: "Let clients use https with the cluster's certificate authority in the kubeconfig (certificate-authority-data), take \
               insecure-skip-tls-verify out, and renew certificates in time with keys of at least RSA 2048 or P-256 and SHA-256 (kubeadm certs renew).",
        blind_spots: "Only the one connection that this assessment made is judged: what was agreed on there, not everything that the server would \
                      accept from others (4.3/tls-flags), and not what other kubeconfigs say. Where a proxy stands between, the server's own \
                      certificate isn't seen.",
        judge: api_tls::judge,
    },
    Check {
        id: "4.3/plaintext-ports",
        title: "Ports of the control plane without encryption",
        severity: Severity::High,
        practices: &["4.3.a"],
        needs: &[Need::ControlPlane, Need::List(Kind::ConfigMaps)],
        active: false,
        why: "What passes between the parts of the control plane is the cluster's whole content, Secrets included. An unencrypted port lets \
              whoever listens on the network read it; the old insecure ports ask for no login either.",
        mend: "Close the port (remove --insecure-port, set readOnlyPort: 0) and give etcd https addresses only.",
        blind_spots: "The check sees flags of control-plane pods, those that the API server itself tells (/flagz, since Kubernetes 1.36), and the kubelet \
                      configuration that kubeadm keeps in the cluster. Managed control planes show no pods and no such configuration, and a node's own \
                      file may say otherwise.",
        judge: transport::plaintext_ports,
    },
    Check {
        id: "4.3/tls-flags",
        title: "Old protocols or weak ciphers allowed by the control plane",
        severity: Severity::Medium,
        practices: &["4.3.a"],
        needs: &[Need::ControlPlane, Need::List(Kind::ConfigMaps)],
        active: false,
        why: "Encryption is as strong as the weakest protocol and cipher that a server accepts. TLS 1.0 and 1.1 and ciphers such as RC4 are \
              broken and no strong cryptography in the sense of PCI DSS. 3DES gives way where much passes under one key, and NIST has not allowed it \
              since 2024.",
        mend: "Set --tls-min-version=VersionTLS12 (or 13) and list only ciphers with forward secrecy and GCM or ChaCha20, in every component and \
               in the kubelets; or remove the settings, since today's defaults are sound.",
        blind_spots: "The check judges what is set; where nothing is, the component's own default holds (TLS 1.2 and later). What a managed control \
                      plane accepts shows in the flags that its API server tells (/flagz, since Kubernetes 1.36), and else only when connecting to it; \
                      OpenShift's own object APIServer is judged where it is given as evidence.",
        judge: transport::tls_flags,
    },
    Check {
        id: "4.3/unverified-tls",
        title: "Extensions of the API that are called without verified TLS",
        severity: Severity::Medium,
        practices: &["4.3.a"],
        needs: &[Need::List(Kind::ApiServices), Need::List(Kind::ValidatingWebhooks), Need::List(Kind::MutatingWebhooks)],
        active: false,
        why: "The API server hands some requests on to other services: whole APIs (APIService) or the question whether an object may be admitted \
              (webhooks). Where it does not verify who answers, whoever gets between them can read the requests, forge answers and admit what \
              policy forbids.",
        mend: "Give the service a certificate, put its CA into caBundle (cert-manager's CA injector can keep it current) and remove \
               insecureSkipTLSVerify; give webhooks https addresses.",
        blind_spots: "That a caBundle is named is not proof that it is the right one. The connections from the API server to kubelets and etcd are \
                      another check's.",
        judge: unverified_tls,
    },
    Check {
        id: "4.3/ingress-tls",
        title: "Ways in to workloads in scope without TLS",
        severity: Severity::High,
        practices: &["4.3.a"],
        needs: &[Need::List(Kind::Ingresses), Need::List(Kind::Services), Need::Workloads, Need::Routes],
        active: false,
        why: "An Ingress, a Gateway or a route takes in traffic from outside. For a host without TLS it crosses every network on its way readable and \
              alterable, logins and account data too.",
        mend: "Name each host of an Ingress under spec.tls with a certificate (cert-manager can issue and renew it), give listeners of Gateways the \
               protocol HTTPS and OpenShift's routes a tls.termination, and let plain http do nothing but redirect to https.",
        blind_spots: "A load balancer in front may end TLS, and some controllers take certificates from annotations; both need a person's look. \
                      Of what is set for a controller as a whole the ConfigMap is read that ingress-nginx, F5's and HAProxy's controllers \
                      are started with, Traefik's flags, and Contour's file; a controller that another cluster or provider runs shows none. Ports of \
                      nodes are not judged. Which routes a Gateway takes up, and which ciphers are accepted, is not seen. Routes of \
                      kinds that are not read (APISIX, Kong, Emissary, NGINX and others) are recognised by their names, and named.",
        judge: ways_in::judge,
    },
    Check {
        id: "4.3/mesh-encryption",
        title: "Whether what passes between pods in scope is encrypted",
        severity: Severity::Low,
        practices: &["4.3.a"],
        needs: &[
            Need::Workloads,
            Need::List(Kind::Namespaces),
            Need::List(Kind::ConfigMaps),
            Need::List(Kind::PeerAuthentications),
            Need::List(Kind::FelixConfigurations),
            Need::List(Kind::LinkerdServers),
            Need::List(Kind::LinkerdAuthorizationPolicies),
            Need::List(Kind::LinkerdServerAuthorizations),
        ],
        active: false,
        why: "Management traffic and account data pass between pods on networks that many share. Where neither the network plugin nor a mesh encrypts, \
              it is as safe as each application makes it.",
        mend: "Switch encryption on in the network plugin (WireGuard in Cilium or Calico), or demand mutual TLS from the mesh (an Istio PeerAuthentication \
               with mode STRICT, Linkerd's default-inbound-policy all-authenticated).",
        blind_spots: "Encryption by applications themselves, by other plugins and meshes, and by the cloud's network is not seen. What a network plugin \
                      encrypts is what passes between nodes, not within one; IPv6 beside IPv4 is not asked about. Ports that settings of the whole \
                      mesh take out of its proxies are not read.",
        judge: mesh_encryption::judge,
    },
];

fn unverified_tls(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("extension", "extensions");
    for api in view.inventory.api_services.iter().filter(|api| api.spec.service.is_some()) {
        verdict.saw(view.cluster_wide());
        if api.spec.insecure_skip_tls_verify {
            let service = api.spec.service.as_ref().map(|s| format!("{}/{}", s.namespace, s.name)).unwrap_or_default();
            verdict.find(
                view.finding(ObjectRef::new("apiregistration.k8s.io", "APIService", "", &api.metadata.name), "spec.insecureSkipTLSVerify")
                    .rule("api-service")
                    .observed(format!("true (service {service})"))
                    .message("The API server does not verify who answers for this API."),
            );
        }
    }
    webhooks(view, &mut verdict, &view.inventory.validating_webhooks, "ValidatingWebhookConfiguration");
    webhooks(view, &mut verdict, &view.inventory.mutating_webhooks, "MutatingWebhookConfiguration");
    verdict
}

fn webhooks(view: &View<'_>, verdict: &mut Verdict, configurations: &[WebhookConfiguration], kind: &str) {
    for configuration in configurations {
        for webhook in &configuration.webhooks {
            verdict.saw(view.cluster_wide());
            let url = webhook.client_config.url.as_deref().unwrap_or_default();
            if url.to_ascii_lowercase().starts_with("http://") {
                let object = ObjectRef::new("admissionregistration.k8s.io", kind, "", &configuration.metadata.name);
                verdict.find(
                    view.finding(object, format!("webhooks[name={}].clientConfig.url", webhook.name))
                        .rule("webhook")
                        .severity(Severity::High)
                        .observed("an address with http://")
                        .message("Objects on their way to admission, Secrets among them, cross the network unencrypted."),
                );
            }
        }
    }
}
