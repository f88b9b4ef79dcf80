//! Whom Linkerd's proxies let in, for `4.3/mesh-encryption`. Between members of the mesh they encrypt by themselves; whether they also take plaintext from
//! others is said by the default policy of a pod (`all-unauthenticated` where nobody says otherwise), and for single ports by Servers and what is
//! authorized on them. So only where the default asks for members and nothing opens a port again is plaintext refused.
//!
//! Sources: Linkerd's reference of authorization policies; the definitions of its kinds.

use crate::judging::View;
use crate::kinds::custom::Custom;
use crate::kinds::rbac::LabelSelector;
use crate::kinds::{PodSpec, Sealed, Workload};
use crate::model::Kind;
use serde_json::Value;
use std::collections::BTreeMap;

/// The container of Linkerd's proxy.
pub(super) const PROXY: &str = "linkerd-proxy";
/// What the proxy was started with, which the injector takes from workload, namespace and cluster.
const VARIABLE: &str = "LINKERD2_PROXY_INBOUND_DEFAULT_POLICY";
const ANNOTATION: &str = "config.linkerd.io/default-inbound-policy";
/// Policies that let nobody in without mutual TLS.
const CLOSED: &[&str] = &["all-authenticated", "cluster-authenticated", "deny"];
/// Authentications that only members of a mesh have.
const OF_MEMBERS: &[&str] = &["MeshTLSAuthentication", "ServiceAccount"];

/// Why the proxies before a workload may take plaintext, in words; nothing where they refuse it.
pub(super) fn takes_plaintext(view: &View<'_>, workload: &Workload) -> Option<String> {
    let live = workload.pod_indexes.iter().filter_map(|index| view.inventory.pods.get(*index)).filter(|pod| pod.is_live());
    let mut all: Vec<(&BTreeMap<String, Sealed>, &PodSpec)> =
        live.map(|pod| (&pod.metadata.annotations, view.inventory.spec(pod.spec))).collect();
    // A template into which the proxy was written by hand says what the next pods are.
    let template = workload.template.map(|index| view.inventory.spec(index)).filter(|spec| proxy(spec).is_some());
    all.extend(template.map(|spec| (&workload.pod_annotations, spec)));
    if all.is_empty() {
        return Some("no pod of it shows its policy".to_owned());
    }
    all.into_iter().find_map(|(annotations, spec)| open_by_default(annotations, spec)).or_else(|| opened_again(view, workload))
}

fn proxy(spec: &PodSpec) -> Option<&crate::kinds::Container> {
    spec.all_containers().map(|(_, container)| container).find(|container| container.name == PROXY)
}

/// Why a pod's own default lets others in.
fn open_by_default(annotations: &BTreeMap<String, Sealed>, spec: &PodSpec) -> Option<String> {
    let variable = proxy(spec).into_iter().flat_map(|proxy| &proxy.env).find(|variable| variable.name == VARIABLE);
    let said = [
        annotations.get(ANNOTATION).map(|value| (ANNOTATION, value.text())),
        variable.map(|variable| (VARIABLE, variable.value.as_ref().and_then(Sealed::text))),
    ];
    let mut told = said.into_iter().flatten().peekable();
    if told.peek().is_none() {
        return Some("no default-inbound-policy is told".to_owned());
    }
    told.find(|(_, value)| !value.is_some_and(|value| CLOSED.contains(&value.trim())))
        .map(|(name, value)| format!("{name}: {}", value.unwrap_or("not kept")))
}

/// What opens ports of a workload that are closed by default.
fn opened_again(view: &View<'_>, workload: &Workload) -> Option<String> {
    let namespace = workload.object.namespace.as_str();
    let of = |kind: Kind| {
        let all = view.inventory.customs.get(&kind).map_or(&[][..], Vec::as_slice);
        all.iter().filter(move |one| one.metadata.namespace == namespace)
    };
    let servers: Vec<&Custom> = of(Kind::LinkerdServers).filter(|server| selects(server, &workload.pod_labels)).collect();
    if servers.is_empty() {
        return None;
    }
    let open = |server: &&&Custom| match server.parts.get("/spec/accessPolicy") {
        None | Some(Value::Null) => false,
        Some(policy) => !policy.as_str().is_some_and(|policy| CLOSED.contains(&policy)),
    };
    let by_server = servers.iter().find(open).map(|server| format!("Server {} with accessPolicy", server.metadata.name));
    let authorizes = |policy: &&Custom| {
        let text = |pointer: &str| policy.parts.get(pointer).and_then(Value::as_str);
        // What is for another Server is for other ports; what is for a namespace or a route may be for this one.
        let other = text("/spec/targetRef/kind") == Some("Server")
            && text("/spec/targetRef/name").is_some_and(|name| !servers.iter().any(|server| server.metadata.name == name));
        let needed = policy.parts.get("/spec/requiredAuthenticationRefs").and_then(Value::as_array);
        let member = |one: &Value| one.get("kind").and_then(Value::as_str).is_some_and(|kind| OF_MEMBERS.contains(&kind));
        !other && !needed.is_some_and(|needed| needed.iter().any(member))
    };
    let by_policy = || {
        let policy = of(Kind::LinkerdAuthorizationPolicies).find(authorizes)?;
        Some(format!("AuthorizationPolicy {} asks for no member of the mesh", policy.metadata.name))
    };
    let by_authorization = || {
        let anybody = |one: &&Custom| one.parts.get("/spec/client/unauthenticated").is_some_and(|value| value != &Value::Bool(false));
        let one = of(Kind::LinkerdServerAuthorizations).find(anybody)?;
        Some(format!("ServerAuthorization {} lets clients in without authentication", one.metadata.name))
    };
    by_server.or_else(by_policy).or_else(by_authorization)
}

/// Whether a Server stands before pods with these labels. A selector that can't be read may select them.
fn selects(server: &Custom, labels: &BTreeMap<String, String>) -> bool {
    match server.parts.get("/spec/podSelector").filter(|selector| !selector.is_null()) {
        Some(selector) => serde_json::from_value::<LabelSelector>(selector.clone()).map_or(true, |selector| selector.matches(labels)),
        // One for machines outside the cluster names no pods.
        None => !server.parts.contains_key("/spec/externalWorkloadSelector"),
    }
}
