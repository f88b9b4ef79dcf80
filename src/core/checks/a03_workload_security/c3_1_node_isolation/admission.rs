//! Judge of `3.1/admission-control`: whether something refuses pods that take the node, namespace by namespace, and whether the webhooks that
//! are asked about pods can be trusted to answer.

use crate::analysis::admission::{Demand, Mode, guards, held};
use crate::checks::guarded::{Place, others, places, told};
use crate::checks::{Verdict, View};
use crate::kinds::admission::{Webhook, WebhookConfiguration};
use crate::model::{Finding, ObjectRef, Severity};

pub(in crate::checks) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let all = guards(view.inventory);
    let elsewhere = elsewhere(view);
    let spaces = places(view);
    for place in &spaces {
        verdict.saw(place.category);
        let states: Vec<_> = Demand::NODE.into_iter().map(|demand| (demand, held(&all, demand, place.name, place.labels))).collect();
        let open: Vec<&'static str> =
            states.iter().filter(|(_, (mode, _))| *mode != Some(Mode::Enforce)).map(|(demand, _)| demand.words()).collect();
        if open.is_empty() {
            continue;
        }
        let mut here: Vec<_> = states.iter().flat_map(|(_, (_, guards))| guards.iter().copied()).collect();
        here.dedup_by(|a, b| a.object == b.object);
        let finding = place.finding("metadata.name").observed(told(&here, place));
        let none = open.len() == states.len();
        let audits = states.iter().any(|(_, (mode, _))| mode.is_some());
        let finding = match (none, audits) {
            (true, false) => finding
                .rule("unguarded")
                .severity(Severity::High)
                .message(format!("Nothing that can be read refuses a pod here that takes the node.{elsewhere}")),
            (true, true) => finding
                .rule("not_enforced")
                .severity(Severity::High)
                .message(format!("Policies speak of pods that take the node, and none of them refuses all such pods here.{elsewhere}")),
            (false, _) => finding
                .rule("guarded_in_part")
                .review()
                .message(format!("What is refused here leaves a way to the node open: not demanded is {}.{elsewhere}", open.join(", "))),
        };
        verdict.find(if elsewhere.is_empty() { finding } else { finding.review() });
    }
    for configuration in &view.inventory.validating_webhooks {
        for webhook in configuration.webhooks.iter().filter(|webhook| is_asked_about_pods(webhook)) {
            trust(view, configuration, webhook, &spaces).into_iter().for_each(|finding| verdict.find(finding));
        }
    }
    verdict
}

/// Who else may refuse such pods without showing it, as a sentence.
fn elsewhere(view: &View<'_>) -> String {
    let own = match view.cluster().distribution.as_str() {
        "openshift" => " OpenShift's security context constraints may refuse it: judge who may use which.",
        "gke-autopilot" => " GKE Autopilot refuses most dangerous requests by itself: judge what its exceptions let through.",
        _ => "",
    };
    format!("{own}{}", others(view, "policy"))
}

fn is_asked_about_pods(webhook: &Webhook) -> bool {
    let any = |list: &[String], names: &[&str]| list.iter().any(|item| names.contains(&item.as_str()));
    webhook.rules.iter().any(|rule| {
        any(&rule.resources, &["pods", "*", "*/*"]) && any(&rule.api_groups, &["", "*"]) && any(&rule.operations, &["CREATE", "*"])
    })
}

/// What speaks against relying on a webhook. It reaches the whole cluster, and so does what it lets pass.
fn trust(view: &View<'_>, configuration: &WebhookConfiguration, webhook: &Webhook, spaces: &[Place<'_>]) -> Vec<Finding> {
    let finding = |field: &str| {
        let object = ObjectRef::new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "", &configuration.metadata.name);
        Finding::new(view.cluster_wide(), object, format!("webhooks[name={}].{field}", webhook.name)).review()
    };
    let open = webhook.failure_policy == "Ignore";
    let mut found = Vec::new();
    if open {
        found.push(
            finding("failurePolicy")
                .rule("fails_open")
                .severity(Severity::Medium)
                .observed("Ignore")
                .message("When this webhook does not answer, the pod is let in unasked: whoever can silence it is past it.")
                .mend("Set failurePolicy: Fail, with several replicas and a budget for disruptions, and keep only the platform's namespaces out."),
        );
    }
    let skipped: Vec<&str> = spaces
        .iter()
        .filter(|place| place.category.in_scope())
        .filter(|place| {
            let mut labels = place.labels.clone();
            labels.insert("kubernetes.io/metadata.name".to_owned(), place.name.to_owned());
            !webhook.namespace_selector.matches(&labels)
        })
        .map(|place| place.name)
        .collect();
    if !skipped.is_empty() {
        found.push(
            finding("namespaceSelector")
                .rule("skips_namespaces")
                .observed(skipped.join(", "))
                .message("The webhook is not asked about pods of these namespaces in scope.")
                .mend("Let the selector leave out the platform's namespaces alone, and keep the right to label namespaces to few."),
        );
    }
    if webhook.object_selector != crate::kinds::rbac::LabelSelector::default() {
        found.push(
            finding("objectSelector")
                .rule("skips_objects")
                .severity(Severity::Low)
                .observed("set")
                .message("The webhook is asked about pods of certain labels alone, and whoever writes a pod chooses its labels.")
                .mend("Remove the objectSelector, or make sure that another policy demands the label."),
        );
    }
    if let Some(service) = webhook.client_config.service.as_ref().filter(|s| !answers(view, &s.namespace, &s.name)) {
        let observed = format!("{}/{}", service.namespace, service.name);
        let finding = finding("clientConfig.service").rule("nobody_answers").observed(observed);
        found.push(if open {
            let mut failing =
                finding.severity(Severity::High).message("Nobody answers for this webhook and it fails open: it guards nothing now.");
            failing.weight = crate::model::Weight::Fail;
            failing
        } else {
            finding
                .message("Nobody answers for this webhook: pods are refused until somebody does, and somebody may switch it off to get on.")
        });
    }
    found
}

/// Whether a Service has an endpoint that is ready.
fn answers(view: &View<'_>, namespace: &str, service: &str) -> bool {
    let slices = view.inventory.endpoint_slices.iter().filter(|slice| {
        slice.metadata.namespace == namespace && slice.metadata.labels.get("kubernetes.io/service-name").is_some_and(|name| name == service)
    });
    slices.flat_map(|slice| &slice.endpoints).any(|endpoint| endpoint.conditions.ready.unwrap_or(true))
}
