//! Which API groups a server serves, in which versions, and which of them do not answer. From it follows for every kind which version is
//! asked, and whether silence about a kind means that it is not installed or only that nobody could tell.

use super::connect::Link;
use super::refusal::Refusal;
use super::request::JSON;
use futures_util::StreamExt;
use futures_util::stream::iter;
use kassay_core::analysis::exposure::is_route;
use kassay_core::analysis::reach::is_policy;
use kassay_core::kinds::OtherObject;
use kassay_core::model::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The aggregated form, which names all resources in one answer (Kubernetes 1.26 and later), or else the plain list of groups.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// One version of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    name: String,
    /// Its resources; none where they could not be asked.
    resources: Option<BTreeSet<String>>,
    /// Resources by the kinds of their objects, and whether these are in namespaces, where the server tells it.
    kinds: BTreeMap<String, (String, bool)>,
}

/// What a server serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Served {
    groups: BTreeMap<String, Vec<Version>>,
    /// Why nothing is known, where discovery itself was refused.
    pub(super) unknown: Option<String>,
}

/// How to ask for a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// In this version.
    Version(String),
    /// Not at all: the server says what it serves, and this is not among it.
    Absent(String),
    /// In the usual version, but a 404 would not mean that it is not installed: the group did not tell what it holds.
    Guess(String, String),
}

impl Served {
    /// Asks the server. A refusal is kept, so that nothing is taken for not installed.
    pub(super) async fn ask(link: &Link) -> Result<Self, Refusal> {
        let told = match link.get("/apis", AGGREGATED).await {
            Ok(text) => serde_json::from_str::<Value>(&text).map_err(|error| super::words::without_values(&error)),
            Err(Refusal::Cancelled) => return Err(Refusal::Cancelled),
            Err(refusal) => Err(refusal.words().to_owned()),
        };
        let told = match told {
            Ok(told) => told,
            Err(words) => return Ok(Self { unknown: Some(words), ..Self::default() }),
        };
        // A list without its groups, or with one that can't be named, would tell of what is there that it is not installed.
        let whole = |list: &str, name: &str| {
            let groups = told.get(list).and_then(Value::as_array);
            groups.is_some_and(|groups| groups.iter().all(|group| group.pointer(name).is_some_and(Value::is_string)))
        };
        match told.get("kind").and_then(Value::as_str) {
            Some("APIGroupDiscoveryList") if !whole("items", "/metadata/name") => Ok(Self::unreadable()),
            Some("APIGroupList") if !whole("groups", "/name") => Ok(Self::unreadable()),
            Some("APIGroupDiscoveryList") => Ok(Self { groups: aggregated(&told), unknown: None }),
            Some("APIGroupList") => Self::one_by_one(link, groups_of(&told)).await,
            _ => Ok(Self::unreadable()),
        }
    }

    fn unreadable() -> Self {
        Self { unknown: Some("the answer to /apis is no list of groups".to_owned()), ..Self::default() }
    }

    /// Servers before 1.26 tell the resources of each version alone.
    async fn one_by_one(link: &Link, groups: BTreeMap<String, Vec<String>>) -> Result<Self, Refusal> {
        let versions: Vec<(String, String)> =
            groups.into_iter().flat_map(|(group, versions)| versions.into_iter().map(move |v| (group.clone(), v))).collect();
        let ask = |(group, name): (String, String)| async move {
            let resources = match link.get(&format!("/apis/{group}/{name}"), JSON).await {
                Ok(text) => serde_json::from_str::<Value>(&text).ok().map(|told| names(&told, "resources", "name")),
                Err(Refusal::Cancelled) => return Err(Refusal::Cancelled),
                Err(_) => None,
            };
            Ok((group, Version { name, resources, kinds: BTreeMap::new() }))
        };
        let asked: Vec<Result<(String, Version), Refusal>> = iter(versions).map(ask).buffered(8).collect().await;
        let mut groups: BTreeMap<String, Vec<Version>> = BTreeMap::new();
        for told in asked {
            let (group, version) = told?;
            groups.entry(group).or_default().push(version);
        }
        Ok(Self { groups, unknown: None })
    }

    /// How to ask for a kind: in the version that is known best, else in the one that the server prefers.
    pub(super) fn choose(&self, kind: Kind) -> Choice {
        if kind.group().is_empty() {
            return Choice::Version(kind.version().to_owned());
        }
        let usual = || kind.version().to_owned();
        if let Some(words) = &self.unknown {
            return Choice::Guess(usual(), format!("what the server serves could not be found out: {words}"));
        }
        let Some(versions) = self.groups.get(kind.group()) else {
            return Choice::Absent(format!("the API group {} is not served", kind.group()));
        };
        let serving = |version: &&Version| {
            version.resources.as_ref().is_some_and(|resources| resources.iter().any(|resource| kind.is_resource(kind.group(), resource)))
        };
        let best = versions.iter().filter(serving).find(|version| version.name == kind.version()).or_else(|| versions.iter().find(serving));
        match best {
            Some(version) => Choice::Version(version.name.clone()),
            None if versions.iter().any(|version| version.resources.is_none()) => {
                Choice::Guess(usual(), format!("the API group {} is registered and does not answer", kind.group()))
            }
            None => Choice::Absent(format!("the API group {} does not have {}", kind.group(), kind.resource())),
        }
    }

    /// The resource of a kind that a policy names by its `apiVersion`, and whether its objects are in namespaces.
    pub(super) fn resource_of(&self, api_version: &str, kind: &str) -> Option<(&str, bool)> {
        let (group, version) = api_version.split_once('/')?;
        let known = self.groups.get(group)?.iter().find(|known| known.name == version)?.kinds.get(kind)?;
        Some((&known.0, known.1))
    }

    /// The resources of a group in one version, where the server tells them; those below others left out.
    pub(super) fn resources(&self, group: &str, version: &str) -> Option<Vec<&str>> {
        let of = self.groups.get(group)?.iter().find(|known| known.name == version)?.resources.as_ref()?;
        Some(of.iter().map(String::as_str).filter(|resource| !resource.contains('/')).collect())
    }

    /// The version in which a group serves a resource, the server's first choice first.
    pub(super) fn version_of(&self, group: &str, resource: &str) -> Option<&str> {
        let serving = |version: &&Version| version.resources.as_ref().is_some_and(|resources| resources.contains(resource));
        self.groups.get(group)?.iter().find(serving).map(|version| version.name.as_str())
    }

    /// Groups with their versions.
    pub(super) fn groups(&self) -> BTreeMap<String, Vec<String>> {
        self.groups.iter().map(|(group, versions)| (group.clone(), versions.iter().map(|v| v.name.clone()).collect())).collect()
    }

    /// Resources that by their names are policies on connections, and that no check reads.
    pub(super) fn other_policies(&self) -> Vec<OtherObject> {
        self.others(is_policy)
    }

    /// Resources that by their names are routes from outside to Services, and that no check reads.
    pub(super) fn other_routes(&self) -> Vec<OtherObject> {
        self.others(|group, resource| is_route(group, resource) && !is_policy(group, resource))
    }

    fn others(&self, wanted: impl Fn(&str, &str) -> bool) -> Vec<OtherObject> {
        let known = |group: &str, resource: &str| Kind::ALL.iter().any(|kind| kind.is_resource(group, resource));
        // Calico's own API server serves under a second name what its definitions hold.
        let same = |group: &str| if group == "projectcalico.org" { "crd.projectcalico.org".to_owned() } else { group.to_owned() };
        let resources = self.groups.iter().flat_map(|(group, versions)| {
            versions.iter().flat_map(|version| version.resources.iter().flatten()).map(move |resource| (group, resource))
        });
        let other =
            |(group, resource): &(&String, &String)| !resource.contains('/') && wanted(group, resource) && !known(&same(group), resource);
        let found: BTreeSet<OtherObject> = resources
            .filter(other)
            .map(|(group, resource)| OtherObject { group: group.clone(), kind: resource.clone(), ..OtherObject::default() })
            .collect();
        found.into_iter().collect()
    }

    /// Groups that are registered and of which a version does not answer.
    pub(super) fn stale(&self) -> Vec<String> {
        let silent = |versions: &Vec<Version>| versions.iter().any(|version| version.resources.is_none());
        self.groups.iter().filter(|(_, versions)| silent(versions)).map(|(group, _)| group.clone()).collect()
    }
}

fn names(value: &Value, list: &str, name: &str) -> BTreeSet<String> {
    let entries = value.get(list).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| entry.get(name)?.as_str().map(str::to_owned)).collect()
}

/// Resources of a version by the kinds of their objects.
fn kinds(version: &Value) -> BTreeMap<String, (String, bool)> {
    let resources = version.get("resources").and_then(Value::as_array).into_iter().flatten();
    let text = |resource: &Value, pointer: &str| resource.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    resources
        .filter_map(|resource| {
            let namespaced = resource.get("scope").and_then(Value::as_str) == Some("Namespaced");
            Some((text(resource, "/responseKind/kind")?, (text(resource, "/resource")?, namespaced)))
        })
        .collect()
}

/// Groups with versions and resources from the aggregated form. A version that is `Stale` is remembered from before its server fell silent.
fn aggregated(list: &Value) -> BTreeMap<String, Vec<Version>> {
    let entries = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let version = |version: &Value| {
        let current = version.get("freshness").and_then(Value::as_str) != Some("Stale");
        Some(Version {
            name: version.get("version")?.as_str()?.to_owned(),
            resources: current.then(|| names(version, "resources", "resource")),
            kinds: kinds(version),
        })
    };
    entries(list, "items")
        .iter()
        .filter_map(|group| {
            let name = group.pointer("/metadata/name")?.as_str()?.to_owned();
            Some((name, entries(group, "versions").iter().filter_map(version).collect()))
        })
        .collect()
}

/// Groups with their versions from an `APIGroupList`.
pub(super) fn groups_of(list: &Value) -> BTreeMap<String, Vec<String>> {
    let entries = list.get("groups").and_then(Value::as_array).into_iter().flatten();
    entries
        .filter_map(|group| {
            let versions = group.get("versions")?.as_array()?.iter().filter_map(|v| Some(v.get("version")?.as_str()?.to_owned())).collect();
            Some((group.get("name")?.as_str()?.to_owned(), versions))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn served() -> Served {
        let list = json!({"kind": "APIGroupDiscoveryList", "items": [
            {"metadata": {"name": "batch"}, "versions": [{"version": "v1", "freshness": "Current", "resources": [{"resource": "jobs"}]}, {"version": "v1beta1", "freshness": "Current", "resources": [{"resource": "cronjobs"}]}]},
            {"metadata": {"name": "cilium.io"}, "versions": [{"version": "v2", "freshness": "Stale", "resources": []}]},
            {"metadata": {"name": "wgpolicyk8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Current", "resources": [{"resource": "policyreports"}]}]}]});
        Served { groups: aggregated(&list), unknown: None }
    }

    #[test]
    fn the_version_is_the_one_that_is_served() {
        assert_eq!(served().choose(Kind::Jobs), Choice::Version("v1".into()));
        assert_eq!(served().choose(Kind::CronJobs), Choice::Version("v1beta1".into()));
        assert_eq!(served().choose(Kind::PolicyReports), Choice::Version("v1beta1".into()));
        assert!(matches!(served().choose(Kind::ClusterPolicyReports), Choice::Absent(_)));
        assert!(matches!(served().choose(Kind::Deployments), Choice::Absent(_)));
        assert_eq!(served().choose(Kind::Pods), Choice::Version("v1".into()));
    }

    #[test]
    fn policies_of_kinds_that_are_not_read_are_named() {
        let list = json!({"kind": "APIGroupDiscoveryList", "items": [
            {"metadata": {"name": "net.acme.example"}, "versions": [{"version": "v1", "resources": [{"resource": "tenantfirewalls"}, {"resource": "routes"}]}]},
            {"metadata": {"name": "policy.networking.k8s.io"}, "versions": [{"version": "v1", "resources": [{"resource": "clusternetworkpolicies"}, {"resource": "tenantnetworkpolicies"}]}]}]});
        let served = Served { groups: aggregated(&list), unknown: None };
        let told: Vec<String> = served.other_policies().into_iter().map(|policy| policy.kind).collect();
        assert_eq!(told, ["tenantfirewalls", "tenantnetworkpolicies"]);
        let routes: Vec<String> = served.other_routes().into_iter().map(|route| format!("{}.{}", route.kind, route.group)).collect();
        assert_eq!(routes, ["routes.net.acme.example"]);
    }

    #[test]
    fn a_group_that_does_not_answer_is_not_taken_for_absent() {
        assert!(matches!(served().choose(Kind::CiliumNetworkPolicies), Choice::Guess(version, _) if version == "v2"));
        assert_eq!(served().stale(), ["cilium.io"]);
        let unknown = Served { unknown: Some("no".into()), ..Served::default() };
        assert!(matches!(unknown.choose(Kind::CiliumNetworkPolicies), Choice::Guess(..)));
    }
}
