//! Control 4.3: its automated checks. Which connections of the management traffic are not encrypted, or not verified.

use crate::checks::{Check, Need, Verdict, View};
use crate::kinds::admission::WebhookConfiguration;
use crate::model::{Kind, ObjectRef, Severity};

/// The checks of control 4.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
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
}];

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
