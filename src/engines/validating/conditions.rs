//! Match conditions of webhooks: which requests the API server asks one about (`k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions`). They are
//! written as those of policies are, and see less: neither parameters nor variables nor the namespace.

use super::document::{Named, Spec};
use super::program::{Held, Program, Run};
use crate::cel::{Failure, Value};
use crate::request::Request;

/// The match conditions of a webhook.
#[derive(Clone, Debug)]
pub struct MatchConditions {
    program: Program,
}

/// What the conditions say of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Met {
    /// All hold, and the webhook is asked.
    All,
    /// This one does not, and the webhook is not asked.
    Not(String),
    /// One of them errs and none says no: the API server refuses the request, or, where the webhook fails open, does not ask it.
    Errs(String),
    /// It is not known here.
    NotKnown(String),
}

/// What only conditions of policies may name; the API server takes no webhook that does.
const OF_POLICIES: [&str; 3] = ["namespaceObject", "params", "variables"];

/// What the author of an object writes beside that: no witness shows all that it may be.
pub(super) const OF_OBJECTS: [(&str, &str); 4] = [
    ("object.metadata.generateName", "name"),
    ("object.metadata.ownerReferences", "owners"),
    ("object.metadata.finalizers", "finalizers"),
    ("object.spec", "what stands in their spec"),
];

impl MatchConditions {
    /// Reads conditions, each with its name.
    #[must_use]
    pub fn read<'a>(conditions: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let named = |(name, expression): (&str, &str)| Named { name: name.to_owned(), expression: expression.to_owned() };
        let spec = Spec { match_conditions: conditions.into_iter().map(named).collect(), ..Spec::default() };
        Self { program: Program::compile(&spec) }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.program.conditions.is_empty()
    }

    /// What they say of a request.
    #[must_use]
    pub fn met(&self, request: &Request) -> Met {
        if self.is_empty() {
            return Met::All;
        }
        for (name, compiled) in &self.program.conditions {
            if let Ok(expression) = compiled
                && let Some(what) = OF_POLICIES.iter().find(|what| expression.reads(what))
            {
                return Met::NotKnown(format!("its match condition {name} names {what}, which webhooks are not given"));
            }
        }
        let held = Held::new(request);
        match self.program.unmet(&Run::new(&self.program, &held, Value::Null, false)) {
            Ok(None) => Met::All,
            Ok(Some(name)) => Met::Not(name.to_owned()),
            Err(Failure::Errs(why)) => Met::Errs(why),
            Err(Failure::Lacking(why)) => Met::NotKnown(why),
        }
    }

    /// Whether they read the name of the namespace.
    #[must_use]
    pub fn tells_namespaces_apart(&self) -> bool {
        self.program.reads_name_of_namespace()
    }

    /// Whether what they say may depend on who asks.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        self.program.reads("request.userInfo") || self.program.reads("authorizer")
    }

    /// By what their author chooses objects can stay out of the webhook, each in words.
    #[must_use]
    pub fn ways_around(&self) -> Vec<String> {
        self.program.ways_around_conditions(&OF_OBJECTS)
    }
}

#[cfg(test)]
mod tests {
    use super::{MatchConditions, Met};
    use crate::request::{GroupKind, GroupResource, Namespace, Operation, Provenance, Request, User};
    use serde_json::json;
    use std::collections::BTreeMap;

    fn pod(namespace: &str, user: &str) -> Request {
        Request {
            operation: Operation::Create,
            kind: GroupKind { group: String::new(), version: "v1".into(), kind: "Pod".into() },
            resource: GroupResource { group: String::new(), version: "v1".into(), resource: "pods".into() },
            subresource: String::new(),
            name: "a".into(),
            namespace: Some(Namespace::new(namespace, &BTreeMap::new())),
            object: json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": namespace}, "spec": {"containers": [{"name": "a", "image": "a"}]}}).into(),
            old_object: json!(null).into(),
            user: User { name: user.into(), groups: vec!["system:authenticated".into()] },
            images: Provenance::default(),
            dry_run: false,
        }
    }

    fn of(conditions: &[&str]) -> MatchConditions {
        MatchConditions::read(conditions.iter().map(|expression| ("c", *expression)))
    }

    #[test]
    fn one_that_says_no_decides_and_an_error_refuses() {
        let not = || Met::Not("c".to_owned());
        for (conditions, wanted) in [
            (&[][..], Met::All),
            (&["request.resource.group != 'coordination.k8s.io'"], Met::All),
            (&["!request.userInfo.username.startsWith('system:serviceaccount:kube-system:')"], Met::All),
            (&["request.namespace != 'pay'"], not()),
            (&["object.metadata.labels['a'] == 'b'", "request.operation == 'UPDATE'"], not()),
            (&["'system:nodes' in request.userInfo.groups"], not()),
        ] {
            assert_eq!(of(conditions).met(&pod("pay", "jane")), wanted, "{conditions:?}");
        }
        for (conditions, errs) in [
            (&["object.metadata.labels['a'] == 'b'", "true"][..], true),
            (&["object.spec.hostPID"], true),
            (&["authorizer.group('').resource('pods').check('get').allowed()"], false),
            (&["namespaceObject.metadata.name == 'pay'"], false),
        ] {
            let met = of(conditions).met(&pod("pay", "jane"));
            assert_eq!((matches!(met, Met::Errs(_)), matches!(met, Met::NotKnown(_))), (errs, !errs), "{conditions:?}: {met:?}");
        }
    }

    #[test]
    fn what_they_look_at_is_told() {
        let by_name = of(&["!(request.namespace in ['kube-system'])"]);
        assert!(by_name.tells_namespaces_apart() && !by_name.asks_who() && by_name.ways_around().is_empty());
        let by_user = of(&["request.userInfo.username != 'robot'"]);
        assert!(!by_user.tells_namespaces_apart() && by_user.asks_who());
        assert_eq!(by_user.ways_around(), ["requests that the match condition c leaves out by who sends them"]);
        assert!(of(&["!has(object.spec.runtimeClassName)"]).ways_around()[0].ends_with("by what stands in their spec"));
        assert!(of(&["has(object.metadata.labels) && 'skip' in object.metadata.labels"]).ways_around()[0].ends_with("by labels"));
    }
}
