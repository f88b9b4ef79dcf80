//! A `ClusterPolicy` or `Policy` of `kyverno.io` as a judge.
//!
//! Source: pkg/engine, pkg/policycache, pkg/webhooks and pkg/engine/api/engineresponse.go of Kyverno 1.19.

use super::autogen;
use super::celrule;
use super::choice::{Asked, kinds_are_sent, selects};
use super::context::Context;
use super::exceptions::{Excepted, Exception, excepted};
use super::parameters::Kinds;
use super::rule::{self, Status, enforces};
use super::settings::{Assertions, Settings};
use super::types::{MatchCondition, Override, Rule, Spec};
use super::verify;
use crate::request::{Namespace, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::wildcard::any_matches;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A rule, and those that Kyverno makes from it, by the kind that they are for.
struct Read {
    rule: Rule,
    made: BTreeMap<&'static str, Rule>,
    cel: celrule::Compiled,
    made_cel: BTreeMap<&'static str, celrule::Compiled>,
    /// Whether variables or patterns read the namespace.
    reads_namespace: bool,
}

/// A policy that was read.
pub struct Policy {
    /// `name`, or `namespace/name`.
    key: String,
    namespace: Option<String>,
    spec: Spec,
    rules: Vec<Read>,
    conditions: Result<celrule::Conditions, String>,
    exceptions: Vec<Exception>,
    settings: Settings,
    /// Whether the API server has a policy made from this one.
    generated: bool,
    /// Whether rules are made for the controllers of pods, as far as all its rules go.
    makes: bool,
    /// All kinds of the rules that validate.
    validated: Vec<String>,
    /// All kinds of the rules that look at images.
    verified: Vec<String>,
}

fn parse(raw: &Value, number: usize) -> Result<Rule, String> {
    serde_json::from_value(raw.clone()).map_err(|error| format!("rule {number}: {error}"))
}

impl Policy {
    /// Reads a policy; in words what can't be read.
    pub fn read(policy: &Value, exceptions: &[Value], settings: &Settings, kinds: Kinds<'_>) -> Result<Self, String> {
        let spec: Spec = serde_json::from_value(policy["spec"].clone()).map_err(|error| format!("spec: {error}"))?;
        let name = policy["metadata"]["name"].as_str().unwrap_or_default();
        let namespaced = policy["kind"] == "Policy";
        let namespace =
            namespaced.then(|| policy["metadata"]["namespace"].as_str().filter(|name| !name.is_empty()).unwrap_or("default").to_owned());
        let key = namespace.as_ref().map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
        let rules = spec.rules.iter().enumerate().map(|(at, raw)| parse(raw, at + 1)).collect::<Result<Vec<_>, _>>()?;
        let makes = autogen::possible(&rules);
        let controllers = autogen::controllers(policy["metadata"]["annotations"][autogen::ANNOTATION].as_str());
        let mut read = Vec::new();
        for (at, (rule, raw)) in rules.into_iter().zip(&spec.rules).enumerate() {
            let mut made = BTreeMap::new();
            let mut made_cel = BTreeMap::new();
            for kind in &controllers {
                if let Some(generated) = autogen::generated(raw, &rule, kind, settings.assertions()) {
                    let generated = parse(&generated, at + 1)?;
                    made_cel.insert(*kind, celrule::Compiled::of(&generated, kinds));
                    made.insert(*kind, generated);
                }
            }
            let cel = celrule::Compiled::of(&rule, kinds);
            let reads_namespace = reads_namespace(raw) || cel.reads_namespace();
            read.push(Read { rule, made, cel, made_cel, reads_namespace });
        }
        let configured = spec.webhook_configuration.as_ref().map(|webhook| webhook.match_conditions.as_slice()).unwrap_or_default();
        let conditions = celrule::Conditions::compile(configured);
        let exceptions = exceptions.iter().filter_map(Exception::read).filter(|exception| exception.concerns(&key)).collect();
        let generated = policy["status"]["validatingadmissionpolicy"]["generated"] == true;
        let kinds = |images: bool| {
            let of_sort =
                read.iter().filter(|read| if images { !read.rule.verify_images.is_empty() } else { read.rule.validate.is_some() });
            let all = of_sort.flat_map(|read| std::iter::once(&read.rule).chain(read.made.values().filter(|_| makes)));
            all.flat_map(|rule| rule.about.kinds()).collect::<BTreeSet<String>>().into_iter().collect::<Vec<String>>()
        };
        let (validated, verified) = (kinds(false), kinds(true));
        Ok(Self {
            key,
            namespace,
            spec,
            rules: read,
            makes,
            conditions,
            exceptions,
            settings: settings.clone(),
            generated,
            validated,
            verified,
        })
    }

    fn fails_closed(&self) -> bool {
        let webhook = self.spec.webhook_configuration.as_ref().and_then(|webhook| webhook.failure_policy.as_deref());
        let policy = webhook.or(self.spec.failure_policy.as_deref()).unwrap_or("Fail");
        policy != "Ignore" && !self.settings.force_ignore
    }

    fn own_conditions(&self) -> &[MatchCondition] {
        self.spec.webhook_configuration.as_ref().map(|webhook| webhook.match_conditions.as_slice()).unwrap_or_default()
    }

    /// The action that an override sets, as the answer is decided; the labels of the namespace are there only where some rule asks for them.
    fn overriding<'a>(overrides: &'a [Override], asked: &Asked<'_>, labels: &BTreeMap<String, String>) -> Option<&'a str> {
        overrides.iter().find_map(|one| {
            let valid = matches!(one.action.as_str(), "Audit" | "Enforce" | "audit" | "enforce");
            let by_labels = one.namespace_selector.as_ref().is_none_or(|selector| selects(selector, labels));
            let by_name = one.namespaces.as_ref().is_none_or(|names| any_matches(names, asked.namespace));
            (valid && by_labels && by_name).then_some(one.action.as_str())
        })
    }

    /// Whether a rule comes before the handler that may refuse: here a namespace's name or its labels are enough for an override.
    fn comes_before_handler(&self, rule: &Rule, asked: &Asked<'_>) -> bool {
        let Some(validate) = &rule.validate else { return true };
        let own = validate.failure_action.as_deref().unwrap_or(&self.spec.validation_failure_action);
        let overrides = if validate.failure_action_overrides.is_empty() {
            &self.spec.validation_failure_action_overrides
        } else {
            &validate.failure_action_overrides
        };
        for one in overrides {
            let names = one.namespaces.as_deref().unwrap_or_default();
            let everywhere = names.is_empty() && one.namespace_selector.is_none();
            let here = !asked.namespace.is_empty()
                && (any_matches(names, asked.namespace)
                    || one.namespace_selector.as_ref().is_some_and(|selector| selector.selects(&asked.namespace_labels) == Some(true)));
            if everywhere || here {
                return enforces(&one.action);
            }
        }
        enforces(own)
    }

    /// Whether such a request comes to the rules that validate, and to those that look at images: by the kinds that any of them names.
    fn is_sent(&self, asked: &Asked<'_>) -> (bool, bool) {
        (kinds_are_sent(&self.validated, asked), kinds_are_sent(&self.verified, asked))
    }

    /// Whether labels of namespaces are looked up for a request at all.
    fn looks_up_labels(&self) -> bool {
        self.rules.iter().any(|read| {
            let rule = &read.rule;
            let choices = std::iter::once(&rule.about).chain(&rule.exclude);
            let by_choice = choices.into_iter().any(|choice| {
                let below = choice.any.iter().chain(&choice.all).map(|filter| &filter.resources);
                std::iter::once(&choice.resources).chain(below).any(|resources| resources.namespace_selector.is_some())
            });
            let overrides = rule.validate.as_ref().map(|validate| validate.failure_action_overrides.as_slice()).unwrap_or_default();
            by_choice || overrides.iter().any(|one| one.namespace_selector.is_some())
        })
    }

    /// Whether a broken rule refuses; none where that hangs on what other policies ask.
    fn refuses(&self, rule: &Rule, asked: &Asked<'_>) -> Option<bool> {
        let decide = |labels: &BTreeMap<String, String>| {
            let own = match &rule.validate {
                Some(validate) => {
                    Self::overriding(&validate.failure_action_overrides, asked, labels).or(validate.failure_action.as_deref())
                }
                None => {
                    let actions: Vec<&str> = rule.verify_images.iter().filter_map(|verify| verify.failure_action.as_deref()).collect();
                    actions.iter().find(|action| enforces(action)).or(actions.first()).copied()
                }
            };
            let action = own.or_else(|| Self::overriding(&self.spec.validation_failure_action_overrides, asked, labels));
            enforces(action.unwrap_or(&self.spec.validation_failure_action))
        };
        let with = decide(&asked.namespace_labels);
        if self.looks_up_labels() {
            return Some(with);
        }
        let without = decide(&BTreeMap::new());
        (with == without).then_some(with)
    }

    /// What the request is told as a whole, before any rule is asked.
    fn before_rules(&self, request: &Request, asked: &Asked<'_>) -> Option<Answer> {
        if self.spec.admission == Some(false) {
            return Some(Answer::NotAsked);
        }
        if self.namespace.as_deref().is_some_and(|namespace| namespace != asked.namespace) {
            return Some(Answer::NotAsked);
        }
        if self.settings.leaves_out(request, asked) {
            return Some(Answer::NotAsked);
        }
        match self.settings.leaves_out_user(&request.user) {
            Some(true) => return Some(Answer::NotAsked),
            Some(false) => {}
            None => return Some(Answer::NotEvaluated("Kyverno's settings leave out users by their roles".to_owned())),
        }
        if self.own_conditions().is_empty() {
            return None;
        }
        match &self.conditions {
            Err(why) => Some(Answer::NotEvaluated(format!("matchConditions: {why}"))),
            Ok(conditions) => match conditions.hold(request) {
                celrule::Held::Yes => None,
                celrule::Held::No => Some(Answer::NotAsked),
                celrule::Held::Errs(why) if self.fails_closed() => Some(Answer::Refuses(format!("matchConditions err: {why}"))),
                celrule::Held::Errs(why) => Some(Answer::Admits(format!("fails open: matchConditions err: {why}"))),
                celrule::Held::Lacking(why) => Some(Answer::NotEvaluated(format!("matchConditions: {why}"))),
            },
        }
    }

    fn run<'a>(
        &'a self,
        request: &Request,
        asked: &Asked<'_>,
        rule: &'a Rule,
        cel: &'a celrule::Compiled,
        context: &mut Context<'a>,
    ) -> Status {
        context.declare(&rule.context);
        if let Some(status) = rule::precondition(rule, context) {
            return status;
        }
        let controls = match excepted(&self.exceptions, &self.key, &rule.name, asked, context) {
            Excepted::Whole(name) => return Status::Skip(format!("exception {name}")),
            Excepted::Lacking(why) => return Status::Lacking(why),
            Excepted::No => Vec::new(),
            Excepted::Controls(controls) => controls,
        };
        let Some(demand) = &rule.validate else {
            if rule.image_extractors.as_ref().is_some_and(|extractors| !extractors.is_empty()) {
                return Status::Lacking("imageExtractors".to_owned());
            }
            if !self.settings.has_usual_registry() {
                return Status::Lacking("another registry is the default".to_owned());
            }
            return verify::judge(request, &rule.verify_images, context);
        };
        if demand.manifests.as_ref().is_some_and(|manifests| manifests["attestors"].as_array().is_some_and(|set| !set.is_empty())) {
            return Status::Lacking("signed manifests".to_owned());
        }
        let asserts = demand.assert.as_ref().is_some_and(|tree| !tree.is_null() && *tree != Value::Object(serde_json::Map::new()));
        let lacking = match self.settings.assertions() {
            Assertions::PassedOver => None,
            Assertions::Run => Some("assertion trees, which Kyverno runs in the version that is there"),
            Assertions::Unknown => Some("assertion trees, which Kyverno runs until 1.18 alone, and its version is not known"),
        };
        if let Some(why) = lacking.filter(|_| asserts) {
            return Status::Lacking(why.to_owned());
        }
        if let Some(security) = demand.pod_security.as_ref().filter(|security| !security.level.is_empty() || !security.version.is_empty()) {
            let action = demand.failure_action.as_deref().unwrap_or(&self.spec.validation_failure_action);
            let lenient = enforces(action) && demand.allow_existing_violations.unwrap_or(true);
            return rule::pod_security(request, rule, security, &controls, lenient);
        }
        if !controls.is_empty() {
            return Status::Skip("an exception".to_owned());
        }
        if demand.cel.is_some() {
            if self.generated {
                return Status::Lacking("the API server has a policy made from this one".to_owned());
            }
            return cel.judge(request);
        }
        match rule::validate(request, rule, demand, context, &self.spec.validation_failure_action) {
            Status::Nothing if asserts => Status::Skip("Kyverno passes over assertion trees since 1.19".to_owned()),
            status => status,
        }
    }

    fn answer(&self, status: Status, rule: &Rule, asked: &Asked<'_>) -> Answer {
        match status {
            Status::Pass | Status::Nothing => Answer::Admits(String::new()),
            Status::Skip(why) if why == "preconditions not met" => Answer::NotAsked,
            Status::Skip(why) => Answer::Admits(why),
            Status::Lacking(why) => Answer::NotEvaluated(why),
            Status::Error(why) if self.fails_closed() => Answer::Refuses(format!("the rule errs: {why}")),
            Status::Error(why) => Answer::Admits(format!("fails open: {why}")),
            Status::Fail(why) => match self.refuses(rule, asked) {
                Some(true) => Answer::Refuses(why),
                Some(false) => Answer::Admits(format!("only audits: {why}")),
                None => Answer::NotEvaluated("its action hangs on whether other policies choose by labels of namespaces".to_owned()),
            },
        }
    }

    /// Says nothing is refused for sure where Kyverno's settings were not read.
    fn sure(&self, answer: Answer) -> Answer {
        match answer {
            Answer::Refuses(why) if !self.settings.are_known() => {
                Answer::NotEvaluated(format!("Kyverno's settings were not read, and may leave this out ({why})"))
            }
            other => other,
        }
    }

    fn whole(&self, answer: &Answer) -> Vec<Ruling> {
        let judging = self.rules.iter().filter(|read| judges(&read.rule));
        judging.map(|read| Ruling::new(format!("rule {}", read.rule.name), self.sure(answer.clone()))).collect()
    }
}

/// Mutation and generation judge nothing.
fn judges(rule: &Rule) -> bool {
    rule.validate.is_some() || !rule.verify_images.is_empty()
}

impl Judge for Policy {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let Some(asked) = Asked::new(request) else {
            let why = format!("what {}/{} belongs to", request.resource.resource, request.subresource);
            return self.whole(&Answer::NotEvaluated(why));
        };
        if let Some(answer) = self.before_rules(request, &asked) {
            return self.whole(&answer);
        }
        // With conditions of its own a policy has a webhook of its own, to which all its rules come.
        let all_come = !self.own_conditions().is_empty();
        let sent = self.is_sent(&asked);
        let one = self.spec.apply_rules.as_deref() == Some("One");
        let mut rulings = Vec::new();
        // Made once a rule is about the request.
        let mut context: Option<Context<'_>> = None;
        let mut applied = false;
        let coming: Vec<&Read> = self.rules.iter().filter(|read| all_come || self.comes_before_handler(&read.rule, &asked)).collect();
        // What validates is made anew from the rules that come there: one that is left out before neither makes others nor keeps them from being made.
        let made_there = if all_come {
            self.makes
        } else {
            autogen::possible(coming.iter().map(|read| &read.rule).filter(|rule| rule.validate.is_some()))
        };
        let any_made = made_there && coming.iter().any(|read| read.made.contains_key(asked.kind.as_str()));
        let plain = self.rules.iter().map(|read| (&read.rule, &read.cel, false));
        let made =
            self.rules.iter().filter_map(|read| Some((read.made.get(asked.kind.as_str())?, read.made_cel.get(asked.kind.as_str())?, true)));
        for (rule, cel, is_made) in plain.chain(made).filter(|(rule, ..)| judges(rule)) {
            if is_made && !(if rule.validate.is_some() { made_there } else { self.makes }) {
                continue;
            }
            let by = format!("rule {}", rule.name);
            // A rule that has a name of those that are made is left out where some are made.
            if any_made && !is_made && rule.name.starts_with("autogen-") {
                continue;
            }
            let excluded = || rule.exclude.as_ref().map_or(Some(false), |exclude| exclude.excludes(&asked));
            let matched = match rule.about.matches(&asked) {
                Some(false) => Some(false),
                Some(true) => excluded().map(|excluded| !excluded),
                None => {
                    if excluded() == Some(true) {
                        Some(false)
                    } else {
                        None
                    }
                }
            };
            let (validating, verifying) = sent;
            let answer = match matched {
                _ if !(if rule.validate.is_some() { validating } else { verifying }) => Answer::NotAsked,
                Some(false) => Answer::NotAsked,
                None => Answer::NotEvaluated("it chooses by roles".to_owned()),
                Some(true) if !all_come && !self.comes_before_handler(rule, &asked) => Answer::Admits("only audits".to_owned()),
                Some(true) if one && applied => Answer::NotAsked,
                Some(true) => {
                    if let Some(before) = &mut context {
                        before.hand_on(&request.object);
                    }
                    let context = context.get_or_insert_with(|| Context::new(request));
                    let status = self.run(request, &asked, rule, cel, &mut context.clone());
                    applied |= status.applied();
                    self.answer(status, rule, &asked)
                }
            };
            rulings.push(Ruling::new(by, self.sure(answer)));
        }
        rulings
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if let Some(own) = &self.namespace {
            key.push(u8::from(*own == namespace.name));
        }
        self.settings.tells_apart(&namespace.name, key);
        let reads = self.rules.iter().any(|read| read.reads_namespace)
            || self.conditions.as_ref().map_or(true, celrule::Conditions::reads_namespace);
        if reads {
            whole(namespace, key);
        }
        let overrides = |list: &[Override], key: &mut Vec<u8>| {
            for one in list {
                key.push(u8::from(one.namespaces.as_ref().is_some_and(|names| any_matches(names, &namespace.name))));
                key.push(u8::from(one.namespace_selector.as_ref().is_some_and(|selector| selects(selector, &namespace.labels))));
            }
        };
        overrides(&self.spec.validation_failure_action_overrides, key);
        for read in &self.rules {
            read.rule.about.tells_apart(namespace, key);
            if let Some(exclude) = &read.rule.exclude {
                exclude.tells_apart(namespace, key);
            }
            if let Some(validate) = &read.rule.validate {
                overrides(&validate.failure_action_overrides, key);
            }
        }
        for exception in &self.exceptions {
            exception.tells_apart(namespace, key);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        let mut words = Vec::new();
        for read in self.rules.iter().filter(|read| judges(&read.rule)) {
            let rule = &read.rule;
            words.extend(rule.about.chosen_by_author().into_iter().map(|chosen| format!("all but {chosen}")));
            words.extend(rule.exclude.iter().flat_map(super::types::Choice::chosen_by_author));
            words.extend(verify::anybody(&rule.verify_images));
        }
        words.extend(self.exceptions.iter().flat_map(Exception::chosen_by_author));
        words.sort();
        words.dedup();
        words
    }

    fn asks_who(&self) -> bool {
        let by_choice = |rule: &Rule| rule.about.asks_who() || rule.exclude.as_ref().is_some_and(super::types::Choice::asks_who);
        let by_text = |raw: &Value| {
            let text = raw.to_string();
            ["userInfo", "serviceAccountName", "request.user", "authorizer"].iter().any(|word| text.contains(word))
        };
        self.rules.iter().any(|read| by_choice(&read.rule))
            || self.spec.rules.iter().any(by_text)
            || self
                .own_conditions()
                .iter()
                .any(|condition| condition.expression.contains("userInfo") || condition.expression.contains("authorizer"))
            || self.exceptions.iter().any(Exception::asks_who)
            || self.settings.asks_who()
    }
}

/// Writes a namespace's name and labels whole.
pub(super) fn whole(namespace: &Namespace, key: &mut Vec<u8>) {
    let mut put = |text: &str| {
        key.extend(text.len().to_le_bytes());
        key.extend(text.as_bytes());
    };
    put(&namespace.name);
    for (name, value) in &namespace.labels {
        put(name);
        put(value);
    }
}

/// Whether what a rule says beside its choice may read the namespace of an object: by name, or in what it takes whole.
fn reads_namespace(raw: &Value) -> bool {
    let beside = |key: &str| !matches!(key, "match" | "exclude" | "name");
    raw.as_object().is_some_and(|map| map.iter().any(|(key, value)| beside(key) && mentions(value)))
}

fn mentions(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let whole = ["request.object", "request.oldObject", "metadata"].iter().any(|name| {
                text.match_indices(name).any(|(at, _)| {
                    let rest = text[at + name.len()..].trim_start_matches('"').trim_start();
                    !rest.starts_with('.') && !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
                        || rest.starts_with(".[")
                        || rest.starts_with(".{")
                        || rest.starts_with(".*")
                })
            });
            text.contains("amespace") || whole && text.contains("request.")
        }
        Value::Array(items) => items.iter().any(mentions),
        Value::Object(map) => map.iter().any(|(key, value)| {
            let apart = matches!(key.as_str(), "failureActionOverrides" | "message");
            !apart && (key.contains("amespace") || mentions(value))
        }),
        _ => false,
    }
}
