//! Whether the API server asks an engine at all. A policy of Kyverno, Gatekeeper, Kubewarden or sigstore is a text that the engine holds pods
//! against only where a webhook of it is asked: one that leaves a namespace out, or that fails open with nobody behind it, guards nothing
//! there, however the policy reads.

use super::plugins::{Plugin, Running};
use super::rules::{Entrance, Rule};
use crate::kinds::admission::{Webhook, WebhookConfiguration};
use crate::kinds::rbac::LabelSelector;
use crate::kinds::{Inventory, KindState};
use crate::model::Kind;
use std::collections::BTreeMap;

/// How the API server asks an engine about pods of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// About all of them.
    All,
    /// About some: the webhook selects objects, or has conditions.
    Some,
    /// Not there, or nobody answers and pods are let in unasked.
    Not,
    /// There is no webhook of the engine at all.
    Nowhere,
    /// Webhooks could not be read.
    Unknown,
}

impl Asked {
    /// What stands in the way of the engine, as a remark behind a policy's name; "" where nothing does.
    #[must_use]
    pub const fn remark(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Some => " (its engine is asked about some pods only)",
            Self::Not => " (no webhook that answers asks its engine about pods here)",
            Self::Nowhere => " (no webhook of its engine is set up)",
            Self::Unknown => " (whether its engine is asked could not be read)",
        }
    }
}

/// The webhooks of one engine that are asked about pods.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    hooks: Vec<Hook>,
    unreadable: bool,
}

#[derive(Clone, Debug)]
struct Hook {
    namespaces: LabelSelector,
    narrowed: bool,
    silent: bool,
    /// It has parts that nobody here knows: whether it is asked is not known.
    unknown: bool,
}

/// Parts of the names of an engine's webhooks and Services.
const MARKS: &[(&str, &[&str])] = &[
    ("Kyverno", &["kyverno"]),
    ("Gatekeeper", &["gatekeeper"]),
    ("Kubewarden", &["kubewarden", "policy-server"]),
    ("sigstore policy-controller", &["sigstore", "cosign"]),
];

impl Webhooks {
    /// The webhooks of an engine, by its name in guards; `None` for what needs no webhook.
    pub(super) fn of(inventory: &Inventory, engine: &str) -> Option<Self> {
        let (_, marks) = MARKS.iter().find(|(name, _)| *name == engine)?;
        let readable = inventory.state(Kind::ValidatingWebhooks) == KindState::Read;
        // Webhooks of a kind whose plugin the API server does not run are asked nothing.
        let run = |plugin: Plugin| !matches!(plugin.running(inventory), Running::Off(_));
        let validating = if run(Plugin::ValidatingWebhooks) { &inventory.validating_webhooks[..] } else { &[] };
        let mutating = if run(Plugin::MutatingWebhooks) { &inventory.mutating_webhooks[..] } else { &[] };
        let all = validating.iter().chain(mutating);
        let pairs = all.flat_map(|configuration| configuration.webhooks.iter().map(move |webhook| (configuration, webhook)));
        let hooks = pairs.filter(|(configuration, webhook)| asks_about_pods(webhook) && is_of(configuration, webhook, marks));
        let hooks = hooks.map(|(_, webhook)| Hook {
            namespaces: webhook.namespace_selector.clone(),
            narrowed: webhook.object_selector != LabelSelector::default() || !webhook.match_conditions.is_empty(),
            unknown: !webhook.unknown_fields.is_empty(),
            silent: webhook.failure_policy == "Ignore" && answers(inventory, webhook) == Some(false),
        });
        Some(Self { hooks: hooks.collect(), unreadable: !readable })
    }

    /// How the engine is asked about pods of a namespace with these labels.
    #[must_use]
    pub fn asked(&self, labels: &BTreeMap<String, String>) -> Asked {
        if self.unreadable {
            return Asked::Unknown;
        }
        if self.hooks.is_empty() {
            return Asked::Nowhere;
        }
        let (unknown, known): (Vec<&Hook>, Vec<&Hook>) = self.hooks.iter().partition(|hook| hook.unknown);
        let here: Vec<&Hook> = known.into_iter().filter(|hook| hook.namespaces.matches(labels) && !hook.silent).collect();
        match here.iter().any(|hook| !hook.narrowed) {
            true => Asked::All,
            false if !unknown.is_empty() => Asked::Unknown,
            false if here.is_empty() => Asked::Not,
            false => Asked::Some,
        }
    }
}

fn is_of(configuration: &WebhookConfiguration, webhook: &Webhook, marks: &[&str]) -> bool {
    let service = webhook.client_config.service.as_ref();
    let names = [
        configuration.metadata.name.as_str(),
        webhook.name.as_str(),
        service.map_or("", |s| s.namespace.as_str()),
        service.map_or("", |s| s.name.as_str()),
    ];
    names.iter().any(|name| marks.iter().any(|mark| name.to_ascii_lowercase().contains(mark)))
}

/// Whether a webhook belongs to an engine whose policies are read here.
#[must_use]
pub fn is_of_known_engine(configuration: &WebhookConfiguration, webhook: &Webhook) -> bool {
    MARKS.iter().any(|(_, marks)| is_of(configuration, webhook, marks))
}

/// Whether a webhook is asked when a pod is made.
#[must_use]
pub fn asks_about_pods(webhook: &Webhook) -> bool {
    webhook.rules.iter().any(|rule| Rule::of_webhook(rule).covers(Entrance::Pod))
}

/// Whether somebody answers for a webhook: its Service has an endpoint that is ready. `None` where that can't be told: the webhook is
/// somewhere outside, or endpoints were not read.
#[must_use]
pub fn answers(inventory: &Inventory, webhook: &Webhook) -> Option<bool> {
    let service = webhook.client_config.service.as_ref()?;
    if inventory.state(Kind::EndpointSlices) != KindState::Read {
        return None;
    }
    let slices = inventory.endpoint_slices.iter().filter(|slice| {
        slice.metadata.namespace == service.namespace
            && slice.metadata.labels.get("kubernetes.io/service-name").is_some_and(|name| *name == service.name)
    });
    Some(slices.flat_map(|slice| &slice.endpoints).any(|endpoint| endpoint.conditions.ready.unwrap_or(true)))
}
