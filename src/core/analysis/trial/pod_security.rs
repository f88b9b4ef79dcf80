//! Pod Security admission as one of the judges: the namespace's labels say what it enforces, and the rules are the same in every cluster.

use crate::analysis::admission::plugins::Running;
use crate::analysis::pod_security::{Enforcement, Level, Subject, evaluate, labels};
use crate::kinds::PodSpec;
use kassay_engines::{Answer, Judge, Namespace, Operation, Request, Ruling};
use std::collections::BTreeMap;

/// The plugin of an API server.
pub(super) struct PodSecurity {
    /// The minor version by whose rules the server judges.
    pub(super) minor: u32,
    /// Whether it runs.
    pub(super) running: Running,
}

impl Judge for PodSecurity {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        vec![Ruling::new("", self.answer(request))]
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        for label in [labels::ENFORCE, labels::ENFORCE_VERSION] {
            key.extend(namespace.labels.get(label).map_or("", String::as_str).bytes());
            key.push(0);
        }
    }

    fn asks_who(&self) -> bool {
        false
    }
}

impl PodSecurity {
    fn answer(&self, request: &Request) -> Answer {
        let about_pods = request.resource.group.is_empty() && request.resource.resource == "pods";
        let asked = match (request.operation, request.subresource.as_str()) {
            (Operation::Create, "") | (Operation::Update, "" | "ephemeralcontainers") => about_pods,
            _ => false,
        };
        let labels = request.namespace.as_ref().map(|namespace| &namespace.labels);
        let Some(enforced) = labels.and_then(Enforcement::of).filter(|_| asked) else { return Answer::NotAsked };
        if enforced.level == Level::Privileged {
            return Answer::Admits("the level privileged refuses nothing".to_owned());
        }
        let Some(mut spec) = request.object.get("spec").and_then(|spec| serde_json::from_value::<PodSpec>(spec.clone()).ok()) else {
            return Answer::NotEvaluated("the pod could not be read".to_owned());
        };
        spec.default_host_ports();
        let minor = enforced.version.minor(self.minor).min(self.minor);
        let none = BTreeMap::new();
        let broken = evaluate(&Subject::new(&spec, &none), enforced.level, minor);
        let Some(first) = broken.first() else { return Answer::Admits(String::new()) };
        let said = format!("{} by the rules of 1.{minor}: {}", enforced.level.id(), first.rule.id);
        match &self.running {
            Running::On => Answer::Refuses(said),
            Running::Unsure(why) => Answer::NotEvaluated(format!("{said}, but whether it runs can't be told: {why}")),
            Running::Off(off) => Answer::Admits(format!("it is switched off ({})", off.by)),
        }
    }
}
