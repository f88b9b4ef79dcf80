//! Judge of `3.1/admission-control`: whether something refuses pods that take the node, namespace by namespace, and whether the webhooks that
//! are asked about pods can be trusted to answer.

use crate::analysis::admission::webhooks::{answers, asks_about_pods};
use crate::analysis::trial::{Break, left_out};
use crate::analysis::{mutating, static_manifests};
use crate::judging::guarded::{GuardedNamespace, Testimony, mind_exemptions, mind_missing_policies, not_read, places, tell_plugins};
use crate::judging::proof::Proofs;
use crate::judging::{Verdict, View};
use crate::kinds::admission::{Webhook, WebhookConfiguration};
use crate::model::{Finding, ObjectRef, Severity};

pub(in crate::checks) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let spaces = places(view);
    let proofs = Proofs::of(view, &mut verdict);
    for place in &spaces {
        verdict.saw(place.category);
        verdict.find_all(judge_place(view, place, &proofs));
    }
    for configuration in &view.inventory.validating_webhooks {
        for webhook in configuration.webhooks.iter().filter(|webhook| asks_about_pods(webhook)) {
            verdict.find_all(trust(view, configuration, webhook, &spaces));
        }
    }
    mind_exemptions(view, &mut verdict);
    tell_plugins(view, &mut verdict);
    for words in [mutating::words(view.inventory), static_manifests::unlisted(view.inventory).words()].into_iter().flatten() {
        verdict.note(words);
    }
    mind_missing_policies(view, verdict)
}

fn judge_place(view: &View<'_>, place: &GuardedNamespace<'_>, proofs: &Proofs) -> Option<Finding> {
    let trial = view.trial();
    let Some(at) = trial.place_of(place.name).filter(|_| place.known) else { return Some(not_read(place)) };
    let tried = Testimony::of(trial, at, &Break::NODE, |witness| proofs.verdict(place.name, witness));
    let finding = |rule: &'static str| place.finding("metadata.name").rule(rule).observed(tried.observed());
    Some(match tried.rule()? {
        "no_policy" => finding("unguarded")
            .severity(Severity::High)
            .message(format!("Nothing refuses a pod here that takes the node. {}", tried.told())),
        "audit_only" => finding("not_enforced")
            .severity(Severity::High)
            .message(format!("Policies are asked about pods that take the node, and none of them refuses one here. {}", tried.told())),
        "in_part" => finding("guarded_in_part")
            .severity(Severity::High)
            .message(format!("What is refused here leaves a way to the node open. {}", tried.told())),
        "by_choice" => finding("guarded_by_choice")
            .review()
            .message(format!("Pods that take the node are refused here unless whoever writes them chooses otherwise. {}", tried.told())),
        _ => finding("not_evaluated").review().message(format!(
            "Nothing is shown to let a pod in here that takes the node, and not all of it could be tried. {}",
            tried.told()
        )),
    })
}

/// What speaks against relying on a webhook. It reaches the whole cluster, and so does what it lets pass.
fn trust(view: &View<'_>, configuration: &WebhookConfiguration, webhook: &Webhook, spaces: &[GuardedNamespace<'_>]) -> Vec<Finding> {
    let finding = |field: &str| {
        let object = ObjectRef::new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "", &configuration.metadata.name);
        Finding::new(view.cluster_wide(), object, format!("webhooks[name={}].{field}", webhook.name)).review()
    };
    let open = webhook.failure_policy == "Ignore";
    let mut found = Vec::new();
    if !webhook.unknown_fields.is_empty() {
        found.push(
            finding("rules")
                .rule("not_evaluated")
                .severity(Severity::Low)
                .observed(webhook.unknown_fields.join(", "))
                .message("The webhook has fields that nobody here knows: which pods it is asked about is not known.")
                .mend("Read in the documentation of the API server's version what they mean, and judge whether every pod in scope is asked about."),
        );
    }
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
    found.extend(by_condition(view, webhook, spaces).map(|(severity, observed, message)| {
        finding("matchConditions")
            .rule("skips_by_condition")
            .severity(severity)
            .observed(observed)
            .message(message)
            .mend("Read the expressions: they may leave out accounts of the platform, and no pods in scope.")
    }));
    if let Some(service) = webhook.client_config.service.as_ref().filter(|_| answers(view.inventory, webhook) == Some(false)) {
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

/// What the match conditions of a webhook leave out of pods in scope: how bad that is, what was seen, what it means. None where every witness reaches it, and
/// nobody can choose otherwise.
fn by_condition(view: &View<'_>, webhook: &Webhook, spaces: &[GuardedNamespace<'_>]) -> Option<(Severity, String, String)> {
    let in_scope = |name: &str| spaces.iter().any(|place| place.category.in_scope() && place.name == name);
    let namespaces: Vec<_> = view.inventory.namespaces.iter().filter(|namespace| in_scope(&namespace.metadata.name)).collect();
    let left_out = left_out(webhook, &namespaces);
    let namespaces = left_out.namespaces.iter().map(|(name, by)| format!("{name} ({by})"));
    let witnesses = left_out.witnesses.iter().map(|(id, by)| format!("{id} ({by})"));
    let what: Vec<String> = namespaces.chain(witnesses).collect();
    if !what.is_empty() {
        let message = match (left_out.namespaces.is_empty(), left_out.witnesses.is_empty()) {
            (false, true) => {
                "By these conditions the webhook is not asked about pods of these namespaces in scope: they are let in unasked."
            }
            (true, _) => {
                "By these conditions the webhook is not asked about pods of such forms, which take the node: they are let in unasked."
            }
            (false, false) => {
                "By these conditions the webhook is not asked about pods of these namespaces in scope, nor elsewhere about pods of such forms, which take the \
                 node: they are let in unasked."
            }
        };
        return Some((Severity::Medium, what.join(", "), message.to_owned()));
    }
    let names: Vec<&str> = webhook.match_conditions.iter().map(|condition| condition.name.as_str()).collect();
    if let Some(why) = left_out.unknown {
        let message = format!(
            "The webhook is asked only about requests that meet these conditions, and whether pods in scope do is not known: {why}."
        );
        return Some((Severity::Low, names.join(", "), message));
    }
    (!left_out.by_choice.is_empty()).then(|| {
        let message = format!(
            "The webhook is asked only about requests that meet these conditions. The witnesses do; left out are {}.",
            left_out.by_choice.join("; ")
        );
        (Severity::Low, names.join(", "), message)
    })
}
