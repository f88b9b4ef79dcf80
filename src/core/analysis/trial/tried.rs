//! A policy on trial, with what stands between it and a request: the plugin that runs it, the webhook by which its engine is asked.

use crate::analysis::admission::plugins::Running;
use crate::analysis::admission::{Asked, Webhooks};
use crate::model::ObjectRef;
use kassay_engines::{Answer, Judge, Namespace, Request, Ruling};
use std::sync::Arc;

/// Something that may refuse, and of which nothing else is known here.
pub(super) struct NotKnown {
    /// Why not.
    why: String,
    /// Whether it is asked about a request.
    about: fn(&Request) -> bool,
}

impl NotKnown {
    /// What is asked about pods alone.
    pub(super) fn about_pods(why: impl Into<String>) -> Box<Self> {
        Box::new(Self { why: why.into(), about: |request| request.resource.group.is_empty() && request.resource.resource == "pods" })
    }

    /// What may be asked about pods, and about what makes them.
    pub(super) fn about_makers_too(why: impl Into<String>) -> Box<Self> {
        Box::new(Self { why: why.into(), about: |request| matches!(request.resource.group.as_str(), "" | "apps" | "batch") })
    }
}

impl Judge for NotKnown {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        vec![Ruling::new("", if (self.about)(request) { Answer::NotEvaluated(self.why.clone()) } else { Answer::NotAsked })]
    }

    fn tells_apart(&self, _: &Namespace, _: &mut Vec<u8>) {}

    fn asks_who(&self) -> bool {
        false
    }
}

/// A policy that is tried.
pub(super) struct Tried<'a> {
    /// Its engine, or what it is, for people.
    pub(super) name: String,
    /// The policy itself, or all that judge together; none where it is no object.
    pub(super) objects: Vec<ObjectRef>,
    /// What it says.
    pub(super) judge: Box<dyn Judge + Send + Sync + 'a>,
    /// The webhooks by which its engine is asked; none where the API server itself asks it.
    pub(super) webhooks: Option<Arc<Webhooks>>,
    /// Whether the plugin runs that asks it.
    pub(super) running: Running,
    /// Whether it may ask who signed an image, or what is attested of it.
    pub(super) on_images: bool,
    /// Whether each of its rulings names the object that says it.
    pub(super) parts_are_objects: bool,
}

impl<'a> Tried<'a> {
    /// Something that the API server itself asks, by its name.
    pub(super) fn new(name: impl Into<String>, judge: Box<dyn Judge + Send + Sync + 'a>) -> Self {
        let (objects, webhooks, running) = (vec![], None, Running::On);
        Self { name: name.into(), objects, judge, webhooks, running, on_images: false, parts_are_objects: false }
    }

    /// A policy that is one object.
    pub(super) fn of(object: ObjectRef, judge: Box<dyn Judge + Send + Sync + 'a>) -> Self {
        Self { objects: vec![object], ..Self::new("", judge) }
    }

    /// Its name with the part of it that says something: `ValidatingAdmissionPolicy node / binding b`.
    pub(super) fn by(&self, part: &str) -> String {
        let own = match &self.objects[..] {
            [object] if !self.parts_are_objects => object.to_string(),
            _ => self.name.clone(),
        };
        match (own.is_empty(), part.is_empty()) {
            (true, _) => part.to_owned(),
            (false, true) => own,
            (false, false) => format!("{own} / {part}"),
        }
    }

    pub(super) fn asks_who(&self) -> bool {
        self.judge.asks_who() || self.webhooks.as_ref().is_some_and(|webhooks| webhooks.ask_who())
    }

    /// By what their author chooses objects can stay out of a refusal, each in words: of the policy, and of the webhook by which its engine is asked.
    pub(super) fn ways_around<'r>(&self, request: impl Fn() -> &'r Request) -> Vec<String> {
        let mut ways = self.judge.ways_around();
        ways.extend(self.webhooks.iter().flat_map(|webhooks| webhooks.ways_around(&request)));
        ways
    }

    pub(super) fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if let Some(webhooks) = &self.webhooks {
            webhooks.tells_apart(namespace, key);
        }
        self.judge.tells_apart(namespace, key);
    }

    /// What it says to a request, as far as it is asked.
    pub(super) fn rule(&self, request: &Request) -> Vec<Ruling> {
        let mut rulings = self.judge.rule(request);
        if rulings.iter().all(|ruling| ruling.answer == Answer::NotAsked) {
            return rulings;
        }
        let asked = self.webhooks.as_ref().map_or(Asked::All, |webhooks| webhooks.asked(request));
        for ruling in &mut rulings {
            let answer = std::mem::replace(&mut ruling.answer, Answer::NotAsked);
            ruling.answer = through(answer, &asked, &self.running);
        }
        rulings
    }
}

/// What is left of an answer by the way on which it comes.
fn through(answer: Answer, asked: &Asked, running: &Running) -> Answer {
    let why = match &answer {
        Answer::Refuses(why) => format!("it refuses it ({why})"),
        Answer::NotEvaluated(why) => why.clone(),
        _ => return answer,
    };
    match (running, asked) {
        (Running::Off(off), _) => Answer::Admits(format!("what asks it is switched off ({})", off.by)),
        (_, Asked::Not(words)) => Answer::Admits(words.clone()),
        (Running::Unsure(words), _) => Answer::NotEvaluated(format!("{why}, and whether it is asked can't be told: {words}")),
        (_, Asked::Unknown(words)) => Answer::NotEvaluated(format!("{why}, and whether its engine is asked is not known: {words}")),
        (Running::On, Asked::All) => answer,
    }
}
