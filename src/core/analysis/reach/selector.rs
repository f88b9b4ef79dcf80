//! Selectors of every kind of policy in one form: tests on the labels of a pod, of its namespace, of its service account. Label selectors of
//! the Kubernetes API, Calico's expressions and Cilium's prefixed labels all become this, so that pods are told apart by one reading.

use crate::kinds::rbac::LabelSelector;
use std::collections::{BTreeMap, BTreeSet};

/// The label that the API server gives every namespace since 1.21.
pub(super) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// What a test reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Attribute {
    /// A label of the pod.
    Pod(String),
    /// A label of its namespace.
    Namespace(String),
    /// The name of its namespace.
    NamespaceName,
    /// The name of its service account.
    Account,
    /// A label of its service account.
    AccountLabel(String),
}

/// A test on a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Test {
    /// The same for every pod.
    Always(bool),
    /// The value is one of these.
    In(Attribute, Vec<String>),
    /// There is a value.
    Has(Attribute),
    /// The value holds this text.
    Contains(Attribute, String),
    /// The value begins with it.
    StartsWith(Attribute, String),
    /// The value ends with it.
    EndsWith(Attribute, String),
    /// The contrary; what is absent is not equal to anything, so `!=` is the contrary of `==`.
    Not(Box<Self>),
    /// All of them.
    And(Vec<Self>),
    /// One of them.
    Or(Vec<Self>),
}

/// What is known of a pod when it is tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'x> {
    /// Its labels; nothing where any labels are meant, of a pod that is not there yet.
    pub(super) labels: Option<&'x BTreeMap<String, String>>,
    /// The name of its namespace; nothing where any is meant.
    pub(super) namespace: Option<&'x str>,
    /// Labels of its namespace; nothing where any are meant.
    pub(super) namespace_labels: Option<&'x BTreeMap<String, String>>,
    /// The name of its service account; nothing where any is meant.
    pub(super) account: Option<&'x str>,
    /// Labels of its service account.
    pub(super) account_labels: Option<&'x BTreeMap<String, String>>,
}

impl Facts<'_> {
    /// Nothing is known: what a test still says holds for every pod.
    pub(super) const ANY: Self = Self { labels: None, namespace: None, namespace_labels: None, account: None, account_labels: None };

    /// The value; the outer nothing where it is not known.
    fn value(&self, attribute: &Attribute) -> Option<Option<&str>> {
        match attribute {
            Attribute::Pod(key) => self.labels.map(|labels| labels.get(key).map(String::as_str)),
            Attribute::Namespace(key) => self.namespace_labels.map(|labels| labels.get(key).map(String::as_str)),
            Attribute::NamespaceName => self.namespace.map(Some),
            Attribute::Account => self.account.map(Some),
            Attribute::AccountLabel(key) => self.account_labels.map(|labels| labels.get(key).map(String::as_str)),
        }
    }
}

impl Test {
    /// That an attribute has one value.
    pub(super) fn is(attribute: Attribute, value: impl Into<String>) -> Self {
        Self::In(attribute, vec![value.into()])
    }

    /// The contrary of a test.
    pub(super) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Both tests.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always(true), test) | (test, Self::Always(true)) => test,
            (a, b) => Self::And(vec![a, b]),
        }
    }

    /// A label selector over attributes that its keys become. An operator that label selectors do not know is given back.
    pub(super) fn labels(selector: &LabelSelector, attribute: impl Fn(&str) -> Attribute) -> Result<Self, String> {
        let mut tests: Vec<Self> = selector.match_labels.iter().map(|(key, value)| Self::is(attribute(key), value)).collect();
        for requirement in &selector.match_expressions {
            let attribute = attribute(&requirement.key);
            let values = || requirement.values.iter().map(|v| v.as_str().to_owned()).collect();
            tests.push(match requirement.operator.as_str() {
                "In" => Self::In(attribute, values()),
                "NotIn" => Self::In(attribute, values()).negated(),
                "Exists" => Self::Has(attribute),
                "DoesNotExist" => Self::Has(attribute).negated(),
                other => return Err(other.to_owned()),
            });
        }
        Ok(match tests.len() {
            0 => Self::Always(true),
            1 => tests.remove(0),
            _ => Self::And(tests),
        })
    }

    /// Whether it holds; nothing where that depends on what is not known.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> Option<bool> {
        let compare = |attribute: &Attribute, test: &dyn Fn(&str) -> bool| facts.value(attribute).map(|value| value.is_some_and(test));
        match self {
            Self::Always(answer) => Some(*answer),
            Self::In(attribute, values) => compare(attribute, &|value| values.iter().any(|v| v == value)),
            // Every pod has a namespace and an account, whichever these are.
            Self::Has(Attribute::NamespaceName | Attribute::Account) => Some(true),
            Self::Has(attribute) => compare(attribute, &|_| true),
            Self::Contains(attribute, text) => compare(attribute, &|value| value.contains(text.as_str())),
            Self::StartsWith(attribute, text) => compare(attribute, &|value| value.starts_with(text.as_str())),
            Self::EndsWith(attribute, text) => compare(attribute, &|value| value.ends_with(text.as_str())),
            Self::Not(test) => test.holds(facts).map(|answer| !answer),
            Self::And(tests) => all(tests.iter().map(|test| test.holds(facts))),
            Self::Or(tests) => all(tests.iter().map(|test| test.holds(facts).map(|answer| !answer))).map(|answer| !answer),
        }
    }

    /// Everything that it reads.
    pub(super) fn reads<'t>(&'t self, into: &mut BTreeSet<&'t Attribute>) {
        match self {
            Self::Always(_) => {}
            Self::In(attribute, _)
            | Self::Has(attribute)
            | Self::Contains(attribute, _)
            | Self::StartsWith(attribute, _)
            | Self::EndsWith(attribute, _) => drop(into.insert(attribute)),
            Self::Not(test) => test.reads(into),
            Self::And(tests) | Self::Or(tests) => tests.iter().for_each(|test| test.reads(into)),
        }
    }
}

/// Whether all hold: one that does not decides, whatever is not known of the others.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

/// Some pods: those of one namespace, or of all, that pass a test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Selector {
    /// Only those of this namespace.
    pub(super) namespace: Option<String>,
    /// Only those that pass it.
    pub(super) test: Test,
}

impl Selector {
    /// Pods of every namespace that pass a test.
    pub(super) const fn anywhere(test: Test) -> Self {
        Self { namespace: None, test }
    }

    /// Whether it picks a pod; nothing where that depends on what is not known.
    pub(super) fn picks(&self, facts: &Facts<'_>) -> Option<bool> {
        let Some(mine) = self.namespace.as_deref() else { return self.test.holds(facts) };
        all([facts.namespace.map(|theirs| theirs == mine), self.test.holds(facts)].into_iter())
    }

    /// Whether it picks a pod without labels, with this account where one is given, in a namespace without any label but its name.
    pub(super) fn picks_stranger(&self, account: Option<&str>) -> bool {
        let none = BTreeMap::new();
        // No namespace has such a name.
        let nowhere = BTreeMap::from([(NAME_LABEL.to_owned(), "*".to_owned())]);
        let facts =
            Facts { labels: Some(&none), namespace: Some("*"), namespace_labels: Some(&nowhere), account, account_labels: Some(&none) };
        self.picks(&facts) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(value: &str) -> Test {
        Test::is(Attribute::Pod("app".into()), value)
    }

    #[test]
    fn what_is_not_known_is_decided_by_the_rest() {
        let none = BTreeMap::new();
        let facts = Facts { labels: None, namespace: Some("shop"), namespace_labels: Some(&none), account: None, account_labels: None };
        assert_eq!(app("a").holds(&facts), None);
        assert_eq!(app("a").and(Test::Has(Attribute::Namespace("env".into()))).holds(&facts), Some(false));
        assert_eq!(Test::Or(vec![app("a"), Test::is(Attribute::NamespaceName, "shop")]).holds(&facts), Some(true));
        assert_eq!(Test::Or(vec![app("a"), app("a").negated()]).holds(&facts), None);
    }

    #[test]
    fn what_is_absent_is_unequal() {
        let none = BTreeMap::new();
        let facts =
            Facts { labels: Some(&none), namespace: Some("shop"), namespace_labels: Some(&none), account: None, account_labels: None };
        assert_eq!(app("a").holds(&facts), Some(false));
        assert_eq!(app("a").negated().holds(&facts), Some(true));
    }
}
