//! Judge of `3.1/admission-control`: whether something refuses pods that take the node, namespace by namespace, and whether the webhooks that
//! are asked about pods can be trusted to answer.

use crate::analysis::admission::webhooks::{answers, asks_about_pods, is_of_known_engine};
use crate::analysis::admission::{Asked, Demand, Guard, Strictness, guards};
use crate::judging::guarded::{ByText, GuardedNamespace, mind_exemptions, mind_missing_policies, not_read, others, places, told};
use crate::judging::{Verdict, View};
use crate::kinds::admission::{Webhook, WebhookConfiguration};
use crate::model::{Finding, Kind, ObjectRef, Severity};

pub(in crate::checks) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let all = guards(view.inventory);
    let elsewhere = elsewhere(view);
    let spaces = places(view);
    let mut by_text = ByText::default();
    for place in &spaces {
        verdict.saw(place.category);
        verdict.find_all(judge_place(view, place, &all, &elsewhere, &mut by_text));
    }
    for configuration in &view.inventory.validating_webhooks {
        for webhook in configuration.webhooks.iter().filter(|webhook| asks_about_pods(webhook)) {
            verdict.find_all(trust(view, configuration, webhook, &spaces));
        }
    }
    by_text.mind(&mut verdict);
    mind_exemptions(view, &all, &mut verdict);
    mind_missing_policies(view, verdict)
}

fn judge_place(view: &View<'_>, place: &GuardedNamespace<'_>, all: &[Guard], elsewhere: &str, by_text: &mut ByText) -> Option<Finding> {
    if !place.known {
        return Some(not_read(place));
    }
    let all: Vec<&Guard> = all.iter().filter(|guard| guard.reach.covers(place.name, place.labels)).collect();
    let best = |demand: Demand| all.iter().filter_map(|guard| guard.mode_for(demand, place.name, place.labels)).max();
    let states: Vec<(Demand, Option<Strictness>)> = Demand::NODE.into_iter().map(|demand| (demand, best(demand))).collect();
    let open: Vec<Demand> = states.iter().filter(|(_, mode)| *mode < Some(Strictness::Text)).map(|(demand, _)| *demand).collect();
    let speaks = |guard: &&Guard| Demand::NODE.iter().any(|demand| guard.demands.contains(demand));
    let mut here: Vec<&Guard> = all.iter().copied().filter(speaks).collect();
    if open.is_empty() {
        if states.iter().any(|(_, mode)| *mode == Some(Strictness::Text)) {
            by_text.saw(place, &here);
        }
        return None;
    }
    here.dedup_by(|a, b| a.object == b.object);
    // A rule on some containers, or of an engine that no webhook asks, is not nothing: a person judges it.
    let refuses = |guard: &&&Guard| guard.written_in(place.name, place.labels) >= Some(Strictness::Text);
    let nowhere = |guard: &&&Guard| guard.asked_in(place.name, place.labels) == Asked::Nowhere;
    let none = open.len() == states.len() && !here.iter().any(|guard| refuses(&guard) && (!guard.partial.is_empty() || nowhere(&guard)));
    let unasked = here.iter().find(|guard| refuses(guard) && nowhere(guard));
    let unasked = unasked.map(|guard| format!(" No webhook of {} is set up, so nothing asks it about pods.", guard.engine));
    let elsewhere = format!("{elsewhere}{}{}", strangers(view, place), unasked.unwrap_or_default());
    let finding = place.finding("metadata.name").observed(told(&here, place));
    let finding = match (none, here.is_empty()) {
        (true, true) => finding
            .rule("unguarded")
            .severity(Severity::High)
            .message(format!("Nothing that can be read refuses a pod here that takes the node.{elsewhere}")),
        (true, false) => finding
            .rule("not_enforced")
            .severity(Severity::High)
            .message(format!("Policies speak of pods that take the node, and none of them refuses all such pods here.{elsewhere}")),
        (false, _) => finding.rule("guarded_in_part").review().message(format!(
            "What is refused here leaves a way to the node open: not demanded of every pod is {}.{elsewhere}",
            in_words(&open)
        )),
    };
    Some(if elsewhere.is_empty() { finding } else { finding.review() })
}

/// What is not demanded; the three namespaces of the node are one thing to people where all are open.
fn in_words(open: &[Demand]) -> String {
    const SHARED: [Demand; 3] = [Demand::HostNetwork, Demand::HostPid, Demand::HostIpc];
    let all_shared = SHARED.iter().all(|demand| open.contains(demand));
    let told = open.iter().filter(|demand| !(all_shared && SHARED[1..].contains(demand)));
    let words = told.map(|demand| if all_shared && *demand == SHARED[0] { "no namespaces of the node" } else { demand.words() });
    words.collect::<Vec<_>>().join(", ")
}

/// Webhooks of nobody that is known here, which are asked about pods of a namespace and answer: what they refuse is in their programs.
fn strangers(view: &View<'_>, place: &GuardedNamespace<'_>) -> String {
    let mut labels = place.labels.clone();
    labels.insert("kubernetes.io/metadata.name".to_owned(), place.name.to_owned());
    let configurations = view.inventory.validating_webhooks.iter();
    let pairs = configurations.flat_map(|c| c.webhooks.iter().map(move |webhook| (c, webhook)));
    let asked = pairs.filter(|(configuration, webhook)| {
        asks_about_pods(webhook)
            && !is_of_known_engine(configuration, webhook)
            && webhook.namespace_selector.matches(&labels)
            && answers(view.inventory, webhook) != Some(false)
    });
    let names: Vec<&str> = asked.map(|(_, webhook)| webhook.name.as_str()).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" It may be refused by {}, asked about pods here, whose rules can't be read.", names.join(", "))
}

/// Who else may refuse such pods without showing it, as a sentence.
fn elsewhere(view: &View<'_>) -> String {
    let constrained = view.inventory.customs.get(&Kind::OpenshiftScc).is_some_and(|list| !list.is_empty());
    let own = match view.cluster().distribution.as_str() {
        id if id == "openshift" || constrained => {
            " OpenShift's security context constraints may refuse it: judge who may use which (oc adm policy who-can use scc/privileged)."
        }
        "gke-autopilot" => " GKE Autopilot refuses most dangerous requests by itself: judge what its exceptions let through.",
        _ => "",
    };
    format!("{own}{}", others(view, "policy"))
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
    if !webhook.match_conditions.is_empty() {
        let names: Vec<&str> = webhook.match_conditions.iter().map(|condition| condition.name.as_str()).collect();
        found.push(
            finding("matchConditions")
                .rule("skips_by_condition")
                .severity(Severity::Low)
                .observed(names.join(", "))
                .message("The webhook is asked only about requests that meet these conditions; what they leave out is let in unasked.")
                .mend("Read the expressions: they may leave out accounts of the platform, and no pods in scope."),
        );
    }
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
