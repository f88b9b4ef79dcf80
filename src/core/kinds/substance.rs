//! Whether an object has what makes it one: without it, something was garbled on its way, and what it was to say is not known. The API server takes in
//! no object that lacks any of this, so a true answer never does.

use crate::model::Kind;
use crate::sensitive::without_secrets;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// What an object of a kind lacks, in words; none where nothing is missing. Only its outline is looked at.
pub(super) fn lacks(kind: Kind, json: &str) -> Option<&'static str> {
    let Some(object) = mapping::<Object<'_>>(json) else { return Some("it is no object") };
    if part::<Name<'_>>(object.metadata).is_none_or(|metadata| metadata.is_nameless()) {
        return Some("it has no name");
    }
    match kind {
        Kind::Pods => {
            part::<Containers<'_>>(object.spec).is_none_or(|spec| is_empty(&spec.containers)).then_some("its spec has no containers")
        }
        kind if Kind::WORKLOADS.contains(&kind) => {
            let template = match kind {
                Kind::PodTemplates => object.template,
                Kind::CronJobs => within(object.spec)
                    .and_then(|spec| within(spec.job_template))
                    .and_then(|jobs| within(jobs.spec))
                    .and_then(|spec| spec.template),
                _ => within(object.spec).and_then(|spec| spec.template),
            };
            let spec = within(template).and_then(|template| part::<Containers<'_>>(template.spec));
            spec.is_none_or(|spec| is_empty(&spec.containers)).then_some("its template has no containers")
        }
        Kind::Roles | Kind::ClusterRoles => {
            let idle = |rule: &&RawValue| {
                part::<Rule<'_>>(Some(*rule))
                    .is_none_or(|rule| is_empty(&rule.verbs) || (is_empty(&rule.resources) && is_empty(&rule.paths)))
            };
            object.rules.iter().flatten().any(idle).then_some("a rule of it has no verbs, or nothing that they are for")
        }
        Kind::RoleBindings | Kind::ClusterRoleBindings => {
            let whole = |reference: Option<&'_ RawValue>| part::<Reference<'_>>(reference).is_some_and(|reference| reference.is_whole());
            if !whole(object.role) {
                return Some("it does not say which role it grants");
            }
            object.subjects.iter().flatten().any(|subject| !whole(Some(*subject))).then_some("it does not say whom it grants its role to")
        }
        Kind::NetworkPolicies | Kind::Services | Kind::Ingresses => part::<Object<'_>>(object.spec).is_none().then_some("it has no spec"),
        _ => None,
    }
}

/// Reads a mapping. A list would do for a type of fields too, which takes its items in their order; here it does not.
fn mapping<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    json.trim_start().starts_with('{').then(|| serde_json::from_str(json).ok()).flatten()
}

fn within(raw: Option<&RawValue>) -> Option<Object<'_>> {
    part(raw)
}

fn part<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    mapping(raw?.get())
}

/// The parts of an object, or of a spec, that are looked into.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    spec: Option<&'a RawValue>,
    #[serde(borrow)]
    template: Option<&'a RawValue>,
    #[serde(borrow)]
    job_template: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "list")]
    rules: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "roleRef")]
    role: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "list")]
    subjects: Option<Vec<&'a RawValue>>,
}

/// A list of parts; none where something else stands there, as it may in kinds that have their own use of the name.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<&'de RawValue>>, D::Error> {
    let raw: &RawValue = Deserialize::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok().flatten())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    /// The beginning of a name that the server completes.
    #[serde(borrow)]
    generate_name: Option<Cow<'a, str>>,
}

impl Name<'_> {
    fn is_nameless(&self) -> bool {
        let empty = |name: &Option<Cow<'_, str>>| name.as_ref().is_none_or(|name| name.is_empty());
        empty(&self.name) && empty(&self.generate_name)
    }
}

#[derive(Deserialize)]
struct Containers<'a> {
    #[serde(borrow)]
    containers: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Rule<'a> {
    #[serde(borrow)]
    verbs: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    resources: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "nonResourceURLs")]
    paths: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

impl Reference<'_> {
    fn is_whole(&self) -> bool {
        let full = |text: &Option<Cow<'_, str>>| text.as_ref().is_some_and(|text| !text.is_empty());
        full(&self.kind) && full(&self.name)
    }
}

fn is_empty(list: &Option<Vec<&RawValue>>) -> bool {
    list.as_ref().is_none_or(Vec::is_empty)
}

/// The key that stands twice in one of an object's mappings, in words; none where each stands once, and where the text is no JSON. Readers take one
/// or the other of the two, or make one of both, so none can be judged by.
pub(super) fn twice(json: &str) -> Option<String> {
    let mut path = Vec::new();
    let found = Once(&mut path).deserialize(&mut serde_json::Deserializer::from_str(json)).ok()?;
    found.then(|| {
        let path = crate::model::text::clean(&without_secrets(&path.join(".")));
        format!("{path} stands twice in it")
    })
}

/// Walks a value until a key stands twice, and leaves the way there behind. `true` where there is one.
struct Once<'p, 'de>(&'p mut Vec<Cow<'de, str>>);

/// Up to so many keys are compared one by one, which is quicker than a table of them.
const FEW: usize = 16;

impl<'de> DeserializeSeed<'de> for Once<'_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut few: Vec<Cow<'de, str>> = Vec::new();
        let mut many: HashSet<Cow<'de, str>> = HashSet::new();
        let mut found = false;
        while let Some(Key(key)) = map.next_key()? {
            if found {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let known = if many.is_empty() { few.contains(&key) } else { many.contains(&key) };
            if known {
                self.0.push(key);
                found = true;
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.0.push(key.clone());
            found = map.next_value_seed(Once(&mut *self.0))?;
            if !found {
                self.0.pop();
            }
            if !many.is_empty() {
                many.insert(key);
            } else if few.len() < FEW {
                few.push(key);
            } else {
                many.extend(few.drain(..));
                many.insert(key);
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let mut found = false;
        loop {
            let more = if found {
                seq.next_element::<IgnoredAny>()?.is_some()
            } else {
                match seq.next_element_seed(Once(&mut *self.0))? {
                    Some(twice) => {
                        found = twice;
                        true
                    }
                    None => false,
                }
            };
            if !more {
                return Ok(found);
            }
        }
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// A key that is not copied where it need not be.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Inventory, KindState, Source};
    use crate::sensitive::FingerprintKey;

    fn read(kind: Kind, objects: &[&str]) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        for object in objects {
            ingest.object(kind, object);
        }
        ingest.finish()
    }

    const POD: &str = r#"{"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;

    #[test]
    fn what_has_no_substance_makes_its_list_partial_and_spares_its_neighbours() {
        let template = r#""template":{"spec":{"containers":[{"name":"c"}]}}"#;
        let whole: &[(Kind, String)] = &[
            (Kind::Pods, POD.to_owned()),
            (Kind::Pods, POD.replace("\"name\":\"p\"", "\"generateName\":\"p-\"")),
            (Kind::Deployments, format!(r#"{{"metadata":{{"name":"d"}},"spec":{{{template}}}}}"#)),
            (Kind::CronJobs, format!(r#"{{"metadata":{{"name":"d"}},"spec":{{"jobTemplate":{{"spec":{{{template}}}}}}}}}"#)),
            (Kind::PodTemplates, format!(r#"{{"metadata":{{"name":"d"}},{template}}}"#)),
            (Kind::Roles, r#"{"metadata":{"name":"r"},"rules":null}"#.to_owned()),
            (Kind::ClusterRoles, r#"{"metadata":{"name":"r"},"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}]}"#.to_owned()),
            (Kind::RoleBindings, r#"{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"},"subjects":null}"#.to_owned()),
            (Kind::NetworkPolicies, r#"{"metadata":{"name":"x"},"spec":{"podSelector":{}}}"#.to_owned()),
            (Kind::ConfigMaps, r#"{"metadata":{"name":"x"}}"#.to_owned()),
        ];
        for (kind, object) in whole {
            assert_eq!(read(*kind, &[object]).state(*kind), KindState::Read, "{object}");
        }
        let hollow: &[(Kind, &str)] = &[
            (Kind::Pods, "{}"),
            (Kind::Pods, "null"),
            (Kind::Pods, r#"{"metadata":{"name":"p"}}"#),
            (Kind::Pods, r#"{"metadata":{"name":"p"},"spec":{}}"#),
            (Kind::Pods, r#"{"metadata":{"name":"p"},"spec":{"containers":[]}}"#),
            (Kind::Pods, r#"{"metadata":{"name":""},"spec":{"containers":[{"name":"c"}]}}"#),
            (Kind::Deployments, r#"{"metadata":{"name":"d"},"spec":{"replicas":3}}"#),
            (Kind::CronJobs, r#"{"metadata":{"name":"d"},"spec":{"jobTemplate":{}}}"#),
            (Kind::Roles, r#"{"metadata":{"name":"r"},"rules":[{"resources":["pods"]}]}"#),
            (Kind::Roles, r#"{"metadata":{"name":"r"},"rules":[{"verbs":["get"]}]}"#),
            (Kind::RoleBindings, r#"{"metadata":{"name":"b"}}"#),
            (Kind::ClusterRoleBindings, r#"{"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{}]}"#),
            (Kind::Pods, r#"{"metadata":{"name":"p"},"spec":[]}"#),
            (Kind::RoleBindings, r#"{"metadata":{"name":"b"},"roleRef":[]}"#),
            (Kind::NetworkPolicies, r#"{"metadata":{"name":"x"}}"#),
            (Kind::NetworkPolicies, r#"{"metadata":{"name":"x"},"spec":[]}"#),
            (Kind::Namespaces, r#"{"metadata":{}}"#),
            (Kind::Secrets, "{}"),
            (Kind::ConfigMaps, "[]"),
        ];
        for (kind, object) in hollow {
            let neighbour = whole.iter().find(|(of, _)| of == kind).map(|(_, object)| object.as_str());
            let objects: Vec<&str> = neighbour.into_iter().chain([*object]).collect();
            let coverage = read(*kind, &objects).coverage_of(*kind);
            assert_eq!(coverage.state, KindState::Partial, "{object}");
            assert!(coverage.message.starts_with("1 not readable"), "{object}: {}", coverage.message);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_named_and_the_object_is_not_taken() {
        assert_eq!(twice(POD), None);
        assert_eq!(twice(r#"[{"a":1},{"a":1}]"#), None);
        let of = |json: &str| twice(json).unwrap_or_default();
        assert_eq!(of(r#"{"metadata":{"labels":{"app":"a","app":"b"}}}"#), "metadata.labels.app stands twice in it");
        assert_eq!(of(r#"{"spec":[{"a":1,"\u0061":2}]}"#), "spec.a stands twice in it");
        let many: Vec<String> = (0..40).chain([3]).map(|n| format!("\"k{n}\":{{}}")).collect();
        assert_eq!(of(&format!("{{{}}}", many.join(","))), "k3 stands twice in it");
        let privileged = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","securityContext":{"privileged":true,"privileged":false},"image":null}]}}"#;
        let inventory = read(Kind::Pods, &[privileged, POD]);
        let coverage = inventory.coverage_of(Kind::Pods);
        assert_eq!((coverage.state, inventory.pods.len()), (KindState::Partial, 1));
        assert!(coverage.message.contains("p: spec.containers.securityContext.privileged stands twice"), "{}", coverage.message);
    }
}
