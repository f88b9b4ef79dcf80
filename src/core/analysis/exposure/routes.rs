//! Routes of add-ons from outside to Services: those of the Gateway API with the listeners that take connections in, OpenShift's, and those of
//! meshes and ingress controllers ([`meshes`]).
//!
//! A route of the Gateway API hangs on listeners of a Gateway or a ListenerSet, by their names (`parentRefs`: without `sectionName` and `port` on all of
//! them), and sends to Services, also of other namespaces. Whether a Gateway takes a route up (`allowedRoutes`, ReferenceGrants) is not asked: what
//! is written shows the way, and a later change of another object would open it. Routes that hang on a Service route within a mesh and lead nobody in.

use super::by_hand::Filled;
use crate::kinds::custom::Custom;
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::BTreeMap;

/// Kinds of routes that hang on listeners.
pub(super) const HANGING: &[Kind] = &[Kind::HttpRoutes, Kind::GrpcRoutes, Kind::TlsRoutes, Kind::TcpRoutes, Kind::UdpRoutes];

/// How a connection is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Under TLS, ended here or behind.
    Tls,
    /// Readable.
    Plain,
    /// Bytes of which nothing is known: the application may encrypt them by itself.
    Opaque,
}

/// On what a route hangs: a listener, or all of an object's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its API group: Istio has Gateways too.
    pub group: String,
    /// `Gateway` or `ListenerSet`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The listener's name, "" for any.
    pub section: String,
    /// The listener's port, where it is told.
    pub port: Option<u64>,
}

/// A way that an add-on opens from outside to Services.
#[derive(Clone, Debug)]
pub struct Route {
    /// The object.
    pub object: ObjectRef,
    /// Host names that it serves; none for every one.
    pub hosts: Vec<String>,
    /// The Services it leads to, by namespace and name.
    pub services: Vec<(String, String)>,
    /// What it hangs on; nothing for routes that take connections in by themselves.
    pub parents: Vec<Parent>,
    /// Whether it does nothing but send callers to https.
    pub redirects: bool,
    /// How it takes connections in by itself; nothing where its listeners say.
    pub own: Option<Transport>,
}

impl Route {
    /// Its host names in words.
    #[must_use]
    pub fn hosts(&self) -> String {
        if self.hosts.is_empty() { "every host name".to_owned() } else { self.hosts.join(", ") }
    }

    /// The namespaces where it lies and where it leads: the most sensitive of them says whose traffic it takes in.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(|(namespace, _)| namespace.as_str()).chain([self.object.namespace.as_str()])
    }

    fn hangs_on(&self, listener: &Listener) -> bool {
        self.parents.iter().any(|parent| {
            parent.group == listener.object.group
                && parent.kind == listener.object.kind
                && parent.namespace == listener.object.namespace
                && parent.name == listener.object.name
                && (parent.section.is_empty() || parent.section == listener.name)
                && parent.port.is_none_or(|port| Some(port) == listener.port)
        })
    }
}

/// A listener of a Gateway or ListenerSet.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The object that it is a part of.
    pub object: ObjectRef,
    /// Its name in that object.
    pub name: String,
    /// Protocol, as it is written.
    pub protocol: String,
    /// Port.
    pub port: Option<u64>,
    /// Host name, "" for every one.
    pub host: String,
}

impl Listener {
    /// How it takes connections in. A protocol of some implementation's own is opaque.
    #[must_use]
    pub fn transport(&self) -> Transport {
        match self.protocol.as_str() {
            "HTTPS" | "TLS" => Transport::Tls,
            "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" => Transport::Plain,
            _ => Transport::Opaque,
        }
    }
}

/// All routes of a cluster.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Those that lead in from outside.
    pub routes: Vec<Route>,
    /// What they hang on.
    pub listeners: Vec<Listener>,
    by_service: BTreeMap<(String, String), Vec<usize>>,
    /// Services that lead to workloads without selecting them.
    by_hand: Vec<Filled>,
}

impl Routes {
    /// These routes, listeners and Services that are filled by hand, the routes to be found by their Services.
    pub(super) fn over(routes: Vec<Route>, listeners: Vec<Listener>, by_hand: Vec<Filled>) -> Self {
        let mut by_service: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (index, route) in routes.iter().enumerate() {
            for service in &route.services {
                by_service.entry(service.clone()).or_default().push(index);
            }
        }
        Self { routes, listeners, by_service, by_hand }
    }

    /// The Services without a selector whose endpoints name pods of a workload, by namespace and name.
    pub fn filled_with<'a>(&'a self, workload: &'a ObjectRef) -> impl Iterator<Item = (&'a str, &'a str)> {
        let filled = self.by_hand.iter().filter(move |(_, filled)| filled == workload);
        filled.map(|((namespace, name), _)| (namespace.as_str(), name.as_str()))
    }

    /// The workloads of which the endpoints of a Service without a selector name pods.
    pub fn behind<'a>(&'a self, namespace: &'a str, service: &'a str) -> impl Iterator<Item = &'a ObjectRef> {
        let own = self.by_hand.iter().filter(move |((space, name), _)| space == namespace && name == service);
        own.map(|(_, workload)| workload)
    }

    /// The routes that lead to a Service.
    pub fn to(&self, namespace: &str, service: &str) -> impl Iterator<Item = &Route> {
        let found = self.by_service.get(&(namespace.to_owned(), service.to_owned()));
        found.into_iter().flatten().map(|index| &self.routes[*index])
    }

    /// The routes that hang on a listener.
    pub fn on<'a>(&'a self, listener: &'a Listener) -> impl Iterator<Item = &'a Route> {
        self.routes.iter().filter(|route| route.hangs_on(listener))
    }
}

pub(super) fn object(kind: Kind, custom: &Custom) -> ObjectRef {
    ObjectRef::new(kind.group(), kind.kind(), &custom.metadata.namespace, &custom.metadata.name)
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The console of Traefik's own that a name stands for where a Service is named: no Service's name holds such a sign.
#[must_use]
pub fn of_traefik(name: &str) -> Option<&'static str> {
    match name {
        "api@internal" | "dashboard@internal" => Some("Traefik's dashboard and API"),
        "rest@internal" => Some("Traefik's settings"),
        _ => None,
    }
}

/// What stands under a pointer, item by item.
pub(super) fn items<'c>(custom: &'c Custom, pointer: &str) -> &'c [Value] {
    custom.parts.get(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A route that hangs on a Gateway or ListenerSet; nothing for those of a mesh.
pub(super) fn hanging(kind: Kind, custom: &Custom) -> Option<Route> {
    let home = custom.metadata.namespace.as_str();
    let or = |value: &Value, otherwise: &str| value.as_str().filter(|text| !text.is_empty()).unwrap_or(otherwise).to_owned();
    let parent = |parent: &Value| Parent {
        group: or(&parent["group"], Kind::Gateways.group()),
        kind: or(&parent["kind"], Kind::Gateways.kind()),
        namespace: or(&parent["namespace"], home),
        name: text(&parent["name"]),
        section: text(&parent["sectionName"]),
        port: parent["port"].as_u64(),
    };
    let parents: Vec<Parent> = items(custom, "/spec/parentRefs").iter().map(parent).filter(|parent| parent.kind != "Service").collect();
    if parents.is_empty() {
        return None;
    }
    let [names, namespaces, kinds] =
        ["name", "namespace", "kind"].map(|field| items(custom, &format!("/spec/rules/*/backendRefs/*/{field}")));
    let mut services = Vec::new();
    for (rule, names) in names.iter().enumerate() {
        for (nth, name) in names.as_array().into_iter().flatten().enumerate() {
            let of =
                |lists: &[Value], otherwise: &str| or(lists.get(rule).and_then(|list| list.get(nth)).unwrap_or(&Value::Null), otherwise);
            let kind = of(kinds, "Service");
            if kind == "Service" || (kind == "TraefikService" && of_traefik(name.as_str().unwrap_or_default()).is_some()) {
                services.push((of(namespaces, home), text(name)));
            }
        }
    }
    let schemes = items(custom, "/spec/rules/*/filters/*/requestRedirect/scheme");
    let to_https = |rule: &Value| rule.as_array().is_some_and(|filters| filters.iter().any(|scheme| scheme == "https"));
    let redirects = services.is_empty() && !schemes.is_empty() && schemes.iter().all(to_https);
    let hosts = items(custom, "/spec/hostnames").iter().map(text).collect();
    Some(Route { object: object(kind, custom), hosts, services, parents, redirects, own: None })
}

/// OpenShift's routes are served by its router, without TLS unless they say so.
pub(super) fn openshift(custom: &Custom) -> Route {
    let home = custom.metadata.namespace.as_str();
    let part = |pointer: &str| custom.parts.get(pointer).map(text).unwrap_or_default();
    let others = items(custom, "/spec/alternateBackends/*/name").iter().map(text);
    let services = std::iter::once(part("/spec/to/name")).chain(others).map(|name| (home.to_owned(), name)).collect();
    let plain = part("/spec/tls/termination").is_empty() || part("/spec/tls/insecureEdgeTerminationPolicy") == "Allow";
    Route {
        object: object(Kind::OpenshiftRoutes, custom),
        hosts: Some(part("/spec/host")).filter(|host| !host.is_empty()).into_iter().collect(),
        services,
        parents: vec![],
        redirects: false,
        own: Some(if plain { Transport::Plain } else { Transport::Tls }),
    }
}

pub(super) fn listeners(kind: Kind, custom: &Custom) -> Vec<Listener> {
    let [names, hosts, protocols, ports] =
        ["name", "hostname", "protocol", "port"].map(|field| items(custom, &format!("/spec/listeners/*/{field}")));
    let at = |list: &[Value], index: usize| list.get(index).map(text).unwrap_or_default();
    let listener = |index: usize| Listener {
        object: object(kind, custom),
        name: at(names, index),
        protocol: at(protocols, index),
        port: ports.get(index).and_then(Value::as_u64),
        host: at(hosts, index),
    };
    (0..names.len()).map(listener).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn routes(objects: &[(Kind, Value)]) -> Routes {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        for (kind, object) in objects {
            ingest.object(*kind, &object.to_string());
        }
        Routes::of(&ingest.finish())
    }

    fn named(name: &str, spec: &Value) -> Value {
        json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec})
    }

    #[test]
    fn routes_hang_on_the_listeners_that_they_name() {
        let http = |parent: Value| {
            named(
                "r",
                &json!({"parentRefs": [parent], "rules": [{"backendRefs": [{"name": "web"}, {"name": "b", "kind": "Bucket"}, {"name": "far", "namespace": "other"}]}]}),
            )
        };
        let edge = json!({"metadata": {"name": "edge", "namespace": "infra"}, "spec": {"listeners": [
            {"name": "plain", "protocol": "HTTP", "port": 80}, {"name": "tls", "protocol": "HTTPS", "port": 443, "hostname": "*.example"}, {"name": "raw", "protocol": "example.com/own", "port": 9}]}});
        let on = |parent: Value| -> Vec<String> {
            let routes = routes(&[(Kind::Gateways, edge.clone()), (Kind::HttpRoutes, http(parent))]);
            routes.listeners.iter().filter(|listener| routes.on(listener).next().is_some()).map(|listener| listener.name.clone()).collect()
        };
        assert_eq!(on(json!({"name": "edge", "namespace": "infra"})), ["plain", "tls", "raw"]);
        assert_eq!(on(json!({"name": "edge", "namespace": "infra", "sectionName": "tls"})), ["tls"]);
        assert_eq!(on(json!({"name": "edge", "namespace": "infra", "port": 80})), ["plain"]);
        assert!(on(json!({"name": "edge"})).is_empty(), "a Gateway of the route's own namespace is meant");
        assert!(on(json!({"name": "edge", "namespace": "infra", "kind": "ListenerSet"})).is_empty());

        let all = routes(&[(Kind::Gateways, edge.clone()), (Kind::HttpRoutes, http(json!({"name": "edge", "namespace": "infra"})))]);
        assert_eq!(all.routes[0].services, [("shop".to_owned(), "web".to_owned()), ("other".to_owned(), "far".to_owned())]);
        assert_eq!(all.to("other", "far").count(), 1);
        let transports: Vec<Transport> = all.listeners.iter().map(Listener::transport).collect();
        assert_eq!(transports, [Transport::Plain, Transport::Tls, Transport::Opaque]);
        let mesh = routes(&[(Kind::GrpcRoutes, http(json!({"name": "web", "kind": "Service", "group": ""})))]);
        assert!(mesh.routes.is_empty());
    }

    #[test]
    fn only_what_does_nothing_else_redirects() {
        let redirects = |rules: Value| {
            let spec = json!({"parentRefs": [{"name": "edge"}], "rules": rules});
            routes(&[(Kind::HttpRoutes, named("r", &spec))]).routes[0].redirects
        };
        let to = |scheme: &str| json!({"type": "RequestRedirect", "requestRedirect": {"scheme": scheme}});
        assert!(redirects(json!([{"filters": [to("https")]}])));
        assert!(!redirects(json!([{"filters": [to("http")]}])));
        assert!(!redirects(json!([{"filters": [to("https")]}, {"backendRefs": [{"name": "web"}]}])));
        assert!(!redirects(json!([{"filters": [to("https")]}, {"filters": [{"type": "RequestMirror"}]}])));
        assert!(!redirects(json!([{}])));
    }

    #[test]
    fn routes_of_openshift_take_connections_in_by_themselves() {
        let own = |tls: Value| {
            let spec = json!({"host": "web.example", "to": {"kind": "Service", "name": "web"}, "alternateBackends": [{"name": "next"}], "tls": tls});
            let routes = routes(&[(Kind::OpenshiftRoutes, named("web", &spec))]);
            assert_eq!((routes.to("shop", "web").count(), routes.to("shop", "next").count()), (1, 1));
            routes.routes[0].own
        };
        assert_eq!(own(Value::Null), Some(Transport::Plain));
        assert_eq!(own(json!({"termination": "edge", "key": "never kept"})), Some(Transport::Tls));
        assert_eq!(own(json!({"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"})), Some(Transport::Tls));
        assert_eq!(own(json!({"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"})), Some(Transport::Plain));
    }
}
