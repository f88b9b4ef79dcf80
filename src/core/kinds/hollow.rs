//! What an object in the binary form lacks that makes it one. Its parts have the forms that they should have, so only what is not there is asked.

use super::wire::Item;
use crate::model::Kind;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Object<'a> {
    #[serde(borrow)]
    metadata: Name<'a>,
    spec: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Name<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    generate_name: Cow<'a, str>,
}

/// An object, or a part of one, on the way to its containers.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Maker {
    spec: Option<Box<Self>>,
    template: Option<Box<Self>>,
    job_template: Option<Box<Self>>,
    containers: Vec<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Role {
    rules: Vec<Rule>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Rule {
    verbs: Vec<IgnoredAny>,
    resources: Vec<IgnoredAny>,
    #[serde(rename = "nonResourceURLs")]
    paths: Vec<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Binding<'a> {
    #[serde(borrow)]
    role_ref: Reference<'a>,
    #[serde(borrow)]
    subjects: Vec<Reference<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl Reference<'_> {
    fn is_whole(&self) -> bool {
        !self.kind.is_empty() && !self.name.is_empty()
    }
}

/// What an object of a kind lacks, in the words that are used of JSON.
pub(super) fn lacks(kind: Kind, item: Item<'_>) -> Option<&'static str> {
    let Ok(object) = item.read::<Object<'_>>() else { return Some("it is no object") };
    if object.metadata.name.is_empty() && object.metadata.generate_name.is_empty() {
        return Some("it has no name");
    }
    match kind {
        Kind::Pods => is_empty(item, &[]).then_some("its spec has no containers"),
        kind if Kind::WORKLOADS.contains(&kind) => {
            let way: &[fn(Maker) -> Option<Box<Maker>>] = match kind {
                Kind::PodTemplates => &[|object| object.template],
                Kind::CronJobs => &[|object| object.spec, |spec| spec.job_template, |jobs| jobs.spec, |spec| spec.template],
                _ => &[|object| object.spec, |spec| spec.template],
            };
            is_empty(item, way).then_some("its template has no containers")
        }
        Kind::Roles | Kind::ClusterRoles => {
            let idle = |rule: &Rule| rule.verbs.is_empty() || (rule.resources.is_empty() && rule.paths.is_empty());
            let idle = item.read::<Role>().map_or(true, |role| role.rules.iter().any(idle));
            idle.then_some("a rule of it has no verbs, or nothing that they are for")
        }
        Kind::RoleBindings | Kind::ClusterRoleBindings => {
            let binding = item.read::<Binding<'_>>().unwrap_or_default();
            if !binding.role_ref.is_whole() {
                return Some("it does not say which role it grants");
            }
            (!binding.subjects.iter().all(Reference::is_whole)).then_some("it does not say whom it grants its role to")
        }
        Kind::NetworkPolicies | Kind::Services | Kind::Ingresses => object.spec.is_none().then_some("it has no spec"),
        _ => None,
    }
}

/// Whether there are no containers at the end of a way, in a spec.
fn is_empty(item: Item<'_>, way: &[fn(Maker) -> Option<Box<Maker>>]) -> bool {
    let mut here = item.read::<Maker>().ok();
    for step in way {
        here = here.and_then(step).map(|next| *next);
    }
    here.and_then(|made| made.spec).is_none_or(|spec| spec.containers.is_empty())
}
