//! Whether the API server asks an engine at all, and who else is asked. A policy of Kyverno, Gatekeeper, Kubewarden or sigstore is a text that the engine
//! holds pods against only where a webhook of it is asked: one that leaves a namespace out, or that nobody answers for, guards nothing there, however
//! the policy reads.

use super::plugins::{Plugin, Running};
use crate::kinds::admission::{Webhook, WebhookConfiguration, WebhookRule};
use crate::kinds::rbac::LabelSelector;
use crate::kinds::{Inventory, KindState};
use crate::model::{Kind, ObjectRef};
use kassay_engines::validating::{MatchConditions, Met};
use kassay_engines::{Namespace, Operation, Request};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the API server asks an engine about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It does, and lets nothing in that is not answered for.
    All,
    /// It does not, for this reason.
    Not(String),
    /// That is not known, or can't be relied on, for this reason.
    Unknown(String),
}

/// An engine whose policies are read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// Kyverno.
    Kyverno,
    /// Gatekeeper.
    Gatekeeper,
    /// Kubewarden.
    Kubewarden,
    /// The policy-controller of sigstore.
    Sigstore,
}

impl Engine {
    const ALL: [Self; 4] = [Self::Kyverno, Self::Gatekeeper, Self::Kubewarden, Self::Sigstore];

    /// Its name for people, as in `software.toml`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kyverno => "Kyverno",
            Self::Gatekeeper => "OPA Gatekeeper",
            Self::Kubewarden => "Kubewarden",
            Self::Sigstore => "sigstore policy-controller",
        }
    }

    /// Parts of the names of its webhooks and Services.
    const fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Kyverno => &["kyverno"],
            Self::Gatekeeper => &["gatekeeper"],
            Self::Kubewarden => &["kubewarden", "policy-server"],
            Self::Sigstore => &["sigstore", "cosign"],
        }
    }
}

/// The webhooks of one engine.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    hooks: Vec<Hook>,
    unreadable: bool,
}

/// One webhook, and whether it can be relied on.
#[derive(Clone, Debug)]
struct Hook {
    name: String,
    object: ObjectRef,
    rules: Vec<WebhookRule>,
    namespaces: LabelSelector,
    objects: LabelSelector,
    conditions: MatchConditions,
    fails_open: bool,
    answers: Option<bool>,
    unknown: Vec<String>,
    home: Option<String>,
}

impl Hook {
    fn of(inventory: &Inventory, kind: Kind, configuration: &WebhookConfiguration, webhook: &Webhook) -> Self {
        Self {
            name: webhook.name.clone(),
            object: ObjectRef::new(kind.group(), kind.kind(), "", &configuration.metadata.name),
            rules: webhook.rules.clone(),
            namespaces: webhook.namespace_selector.clone(),
            objects: webhook.object_selector.clone(),
            conditions: conditions(webhook),
            fails_open: webhook.failure_policy == "Ignore",
            answers: answers(inventory, webhook),
            unknown: webhook.unknown_fields.clone(),
            home: webhook.client_config.service.as_ref().map(|service| service.namespace.clone()),
        }
    }

    fn selects(&self, namespace: &Namespace) -> bool {
        self.namespaces.matches(&namespace.labels)
    }

    /// Whether its rules and its selector of namespaces are about a request.
    fn is_about(&self, request: &Request) -> bool {
        request.namespace.as_ref().is_none_or(|namespace| self.selects(namespace)) && self.rules.iter().any(|rule| covers(rule, request))
    }

    /// How far it is asked about a request that its rules are about.
    fn asked(&self, request: &Request) -> Asked {
        let name = &self.name;
        if !self.unknown.is_empty() {
            return Asked::Unknown(format!("its webhook {name} has parts that nobody here knows ({})", self.unknown.join(", ")));
        }
        if !(selects_object(&self.objects, &request.object) || selects_object(&self.objects, &request.old_object)) {
            return Asked::Not(format!("its webhook {name} is not asked about objects of such labels"));
        }
        let met = self.conditions.met(request);
        if let Met::Not(condition) = &met {
            return Asked::Not(format!("its webhook {name} is not asked about it, by its match condition {condition}"));
        }
        match (self.fails_open, self.answers) {
            (true, Some(false)) => Asked::Not(format!("nobody answers for its webhook {name}, which fails open")),
            (true, _) => Asked::Unknown(format!("its webhook {name} fails open: whoever can silence it is past it")),
            (false, Some(false)) => {
                Asked::Unknown(format!("nobody answers for its webhook {name}, and until somebody does it refuses everything"))
            }
            (false, _) if self.objects != LabelSelector::default() => {
                Asked::Unknown(format!("its webhook {name} is asked about objects of certain labels alone, which their author chooses"))
            }
            (false, _) => not_all(met)
                .map_or(Asked::All, |why| Asked::Unknown(format!("its webhook {name} is asked under conditions alone, and {why}"))),
        }
    }
}

/// The match conditions of a webhook, compiled.
#[must_use]
pub fn conditions(webhook: &Webhook) -> MatchConditions {
    MatchConditions::read(webhook.match_conditions.iter().map(|condition| (condition.name.as_str(), condition.expression.as_str())))
}

/// Why conditions that don't say no are not known to say yes; none where they do.
fn not_all(met: Met) -> Option<String> {
    match met {
        Met::All | Met::Not(_) => None,
        Met::Errs(why) => Some(format!("one of them errs, so that the API server refuses it without asking: {why}")),
        Met::NotKnown(why) => Some(format!("what they say is not known: {why}")),
    }
}

fn selects_object(selector: &LabelSelector, object: &Value) -> bool {
    if *selector == LabelSelector::default() {
        return true;
    }
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    let labels: BTreeMap<String, String> = labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    !object.is_null() && selector.matches(&labels)
}

impl Webhooks {
    /// The webhooks of an engine.
    #[must_use]
    pub fn of(inventory: &Inventory, engine: Engine) -> Self {
        let readable = inventory.state(Kind::ValidatingWebhooks) == KindState::Read;
        let hooks = all(inventory).into_iter().filter(|(configuration, webhook, _)| is_of(configuration, webhook, engine.marks()));
        Self {
            hooks: hooks.map(|(configuration, webhook, kind)| Hook::of(inventory, kind, configuration, webhook)).collect(),
            unreadable: !readable,
        }
    }

    /// How the engine is asked about a request.
    #[must_use]
    pub fn asked(&self, request: &Request) -> Asked {
        if self.unreadable {
            return Asked::Unknown("webhooks were not read".to_owned());
        }
        if self.hooks.is_empty() {
            return Asked::Not("no webhook of its engine is set up, so nothing asks it".to_owned());
        }
        let mut best = Asked::Not("no webhook of its engine is asked about this here".to_owned());
        for hook in self.hooks.iter().filter(|hook| hook.is_about(request)) {
            match (hook.asked(request), &best) {
                (Asked::All, _) => return Asked::All,
                (unknown @ Asked::Unknown(_), Asked::Not(_)) => best = unknown,
                (not @ Asked::Not(_), Asked::Not(_)) => best = not,
                _ => {}
            }
        }
        best
    }

    /// By what their author chooses objects can stay out of every webhook that is asked about a request, each in words; empty where one asks about all.
    #[must_use]
    pub fn ways_around<'r>(&self, request: &dyn Fn() -> &'r Request) -> Vec<String> {
        if self.hooks.iter().all(|hook| hook.conditions.is_empty()) {
            return vec![];
        }
        let request = request();
        let asked = self.hooks.iter().filter(|hook| hook.is_about(request) && hook.asked(request) == Asked::All);
        let ways_of = |hook: &Hook| -> Vec<String> {
            hook.conditions.ways_around().into_iter().map(|way| format!("webhook {}: {way}", hook.name)).collect()
        };
        asked.map(ways_of).min_by_key(Vec::len).unwrap_or_default()
    }

    /// Whether one of them may be asked, or not, by who sends a request.
    #[must_use]
    pub fn ask_who(&self) -> bool {
        self.hooks.iter().any(|hook| hook.conditions.asks_who())
    }

    /// Whether one of them lets in what is not answered for.
    #[must_use]
    pub fn fail_open(&self) -> bool {
        self.hooks.iter().any(|hook| hook.fails_open)
    }

    /// The namespace in which the engine runs, as far as a webhook tells it.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.hooks.iter().find_map(|hook| hook.home.as_deref())
    }

    /// Writes which of its webhooks select a namespace.
    pub fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        key.extend(self.hooks.iter().map(|hook| u8::from(hook.selects(namespace))));
        if self.hooks.iter().any(|hook| hook.conditions.tells_namespaces_apart()) {
            key.extend_from_slice(namespace.name.as_bytes());
            key.push(0);
        }
    }
}

/// A webhook of nobody that is known here: what it refuses is in its program.
#[derive(Clone, Debug)]
pub struct Stranger {
    /// Its name.
    pub name: String,
    /// Its configuration.
    pub object: ObjectRef,
    hook: Hook,
}

impl Stranger {
    /// Whether it is asked about a request, and somebody answers.
    #[must_use]
    pub fn asks(&self, request: &Request) -> bool {
        self.hook.is_about(request) && !matches!(self.hook.asked(request), Asked::Not(_))
    }

    /// Writes what it can tell of a namespace.
    pub fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        key.push(u8::from(self.hook.selects(namespace)));
        if self.hook.conditions.tells_namespaces_apart() {
            key.extend_from_slice(namespace.name.as_bytes());
        }
    }

    /// Whether it may be asked, or not, by who sends a request.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        self.hook.conditions.asks_who()
    }
}

/// Webhooks that may refuse, and are of no engine that is known here. What changes objects only is none of them.
#[must_use]
pub fn strangers(inventory: &Inventory) -> Vec<Stranger> {
    let known = |configuration: &WebhookConfiguration, webhook: &Webhook| {
        Engine::ALL.iter().any(|engine| is_of(configuration, webhook, engine.marks()))
    };
    let all = all(inventory).into_iter().filter(|(_, _, kind)| *kind == Kind::ValidatingWebhooks);
    all.filter(|(configuration, webhook, _)| !known(configuration, webhook))
        .map(|(configuration, webhook, kind)| {
            let hook = Hook::of(inventory, kind, configuration, webhook);
            Stranger { name: hook.name.clone(), object: hook.object.clone(), hook }
        })
        .collect()
}

/// All webhooks that the API server asks. Those of a kind whose plugin it does not run are asked nothing.
fn all(inventory: &Inventory) -> Vec<(&WebhookConfiguration, &Webhook, Kind)> {
    let run = |plugin: Plugin| !matches!(plugin.running(inventory), Running::Off(_));
    let validating = if run(Plugin::ValidatingWebhooks) { &inventory.validating_webhooks[..] } else { &[] };
    let mutating = if run(Plugin::MutatingWebhooks) { &inventory.mutating_webhooks[..] } else { &[] };
    let kinds = [(validating, Kind::ValidatingWebhooks), (mutating, Kind::MutatingWebhooks)];
    let pairs = kinds.into_iter().flat_map(|(list, kind)| list.iter().map(move |configuration| (configuration, kind)));
    pairs.flat_map(|(configuration, kind)| configuration.webhooks.iter().map(move |webhook| (configuration, webhook, kind))).collect()
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

/// Whether a rule of a webhook is about a request, as the API server matches it: a resource may be a star, and what stands behind a slash is the
/// sub-resource. `pods/*` covers pods themselves too, `*` covers pods and none of their sub-resources, `*/*` covers all.
fn covers(rule: &WebhookRule, request: &Request) -> bool {
    let any = |list: &[String], wanted: &str| list.iter().any(|item| item == "*" || item == wanted);
    let resource = |entry: &String| {
        let (resource, below) = entry.split_once('/').unwrap_or((entry, ""));
        (resource == "*" || resource == request.resource.resource) && (below == "*" || below == request.subresource)
    };
    let scope = match rule.scope.as_str() {
        "Cluster" => request.namespace.is_none(),
        "Namespaced" => request.namespace.is_some(),
        _ => true,
    };
    scope
        && any(&rule.api_groups, &request.resource.group)
        // The API demands versions; a manifest that lacks them leaves none out.
        && (rule.api_versions.is_empty() || any(&rule.api_versions, &request.resource.version))
        && rule.resources.iter().any(resource)
        && any(&rule.operations, request.operation.word())
}

/// Whether a webhook is asked when a pod is made.
#[must_use]
pub fn asks_about_pods(webhook: &Webhook) -> bool {
    webhook.rules.iter().any(|rule| covers(rule, &making_a_pod()))
}

/// The outline of a request that makes a pod.
fn making_a_pod() -> Request {
    let (group, version) = (String::new(), "v1".to_owned());
    Request {
        operation: Operation::Create,
        kind: kassay_engines::GroupKind { group: group.clone(), version: version.clone(), kind: "Pod".to_owned() },
        resource: kassay_engines::GroupResource { group, version, resource: "pods".to_owned() },
        subresource: String::new(),
        name: String::new(),
        namespace: Some(Namespace::default()),
        object: Arc::default(),
        old_object: Arc::default(),
        user: kassay_engines::User::default(),
        images: kassay_engines::Provenance::default(),
        dry_run: false,
    }
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
