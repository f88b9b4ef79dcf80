//! How a workload can be reached from outside of the cluster: by a Service on load balancers or nodes, an Ingress or a route of an add-on before
//! such a Service, or a port of the node itself. What meshes and ingress controllers other than Istio, Traefik and Contour route by objects of
//! their own is known by name alone ([`is_route`]); what firewalls let through is not known here.

mod by_hand;
mod foreign;
mod meshes;
mod routes;

pub use foreign::is_route;
pub use routes::{Listener, Parent, Route, Routes, Transport, of_traefik};

use crate::kinds::network::{Ingress, Service};
use crate::kinds::{Inventory, Workload};
use crate::model::Kind;

impl Routes {
    /// Reads the routes and listeners of a cluster.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let of_kind = |kind: Kind| inventory.customs.get(&kind).into_iter().flatten();
        let mut found: Vec<Route> =
            routes::HANGING.iter().flat_map(|kind| of_kind(*kind).filter_map(|r| routes::hanging(*kind, r))).collect();
        found.extend(of_kind(Kind::OpenshiftRoutes).map(routes::openshift));
        found.extend(of_kind(Kind::IstioVirtualServices).filter_map(meshes::virtual_service));
        for kind in [Kind::TraefikIngressRoutes, Kind::TraefikIngressRouteTcps] {
            found.extend(of_kind(kind).map(|route| meshes::ingress_route(kind, route)));
        }
        found.extend(of_kind(Kind::ContourHttpProxies).map(meshes::http_proxy));
        let sets = [Kind::Gateways, Kind::ListenerSets].into_iter();
        let mut listeners: Vec<Listener> =
            sets.flat_map(|kind| of_kind(kind).flat_map(move |object| routes::listeners(kind, object))).collect();
        listeners.extend(of_kind(Kind::IstioGateways).flat_map(meshes::servers));
        Self::over(found, listeners, by_hand::filled(inventory))
    }
}

/// Ways from outside to a workload, each as a few words: `LoadBalancer Service shop/web`.
#[must_use]
pub fn ways(inventory: &Inventory, routes: &Routes, workload: &Workload) -> Vec<String> {
    let mut found = Vec::new();
    let namespace = &workload.object.namespace;
    let ours = inventory.services_of(namespace).iter().filter(|service| selects(service, workload));
    let by_hand = routes
        .filled_with(&workload.object)
        .filter_map(|(namespace, name)| inventory.services_of(namespace).iter().find(|service| service.metadata.name == name));
    for service in ours.chain(by_hand) {
        let (namespace, name) = (&service.metadata.namespace, &service.metadata.name);
        match service.spec.r#type.as_str() {
            kind @ ("LoadBalancer" | "NodePort") => found.push(format!("{kind} Service {namespace}/{name}")),
            _ if !service.spec.external_ips.is_empty() => found.push(format!("external address of Service {namespace}/{name}")),
            _ => {}
        }
        let routed = inventory.ingresses_of(namespace).iter().filter(|ingress| leads_to(ingress, name));
        found.extend(routed.map(|ingress| format!("Ingress {namespace}/{}", ingress.metadata.name)));
        found.extend(routes.to(namespace, name).map(|route| format!("{} {}", route.object.kind, route.object.path())));
    }
    let specs = || workload.variants.iter().map(|v| inventory.spec(v.spec));
    if specs().any(|spec| spec.host_network) {
        found.push("the node's network".to_owned());
    } else if specs().any(|spec| spec.all_containers().any(|(_, c)| c.ports.iter().any(|p| p.host_port != 0))) {
        found.push("a port of the node".to_owned());
    }
    found.sort();
    found.dedup();
    found
}

/// How a workload answers at the address of its nodes: the field that says so within the pod's spec, a word for the rule, and it in words. Pods on the
/// network of their node answer there on every port that they listen on, told or not.
#[must_use]
pub fn at_node(inventory: &Inventory, workload: &Workload) -> Option<(String, &'static str, String)> {
    let specs = || workload.variants.iter().map(|v| inventory.spec(v.spec));
    if let Some(spec) = specs().find(|spec| spec.host_network) {
        let ports: Vec<String> = spec.all_containers().flat_map(|(_, c)| &c.ports).map(|p| p.container_port.to_string()).collect();
        let ports = if ports.is_empty() { String::new() } else { format!(", port {}", ports.join(", ")) };
        return Some(("hostNetwork".to_owned(), "host_network", format!("on its node's network{ports}")));
    }
    specs().flat_map(|spec| spec.all_containers()).find_map(|(role, container)| {
        let ports: Vec<String> = container.ports.iter().filter(|p| p.host_port != 0).map(|p| p.host_port.to_string()).collect();
        (!ports.is_empty())
            .then(|| (format!("{}.ports", container.path(role)), "host_port", format!("hostPort {} of its node", ports.join(", "))))
    })
}

/// Whether a Service selects a workload's pods. One without a selector selects nothing: what its endpoints name is told by
/// [`Routes::filled_with`].
#[must_use]
pub fn selects(service: &Service, workload: &Workload) -> bool {
    let selector = &service.spec.selector;
    !selector.is_empty() && selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value))
}

/// Names of the Services of its namespace to which an Ingress leads.
pub fn backends(ingress: &Ingress) -> impl Iterator<Item = &str> {
    let paths = ingress.spec.rules.iter().filter_map(|rule| rule.http.as_ref()).flat_map(|http| &http.paths).map(|path| &path.backend);
    paths.chain(&ingress.spec.default_backend).filter_map(|backend| backend.service.as_ref()).map(|service| service.name.as_str())
}

/// Whether an Ingress of the same namespace leads to the Service of that name.
#[must_use]
pub fn leads_to(ingress: &Ingress, service: &str) -> bool {
    backends(ingress).any(|name| name == service)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    #[test]
    fn services_ingresses_and_node_ports_lead_in() {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        let pod = |name: &str, label: &str, port: u32| json!({"metadata": {"name": name, "namespace": "shop", "labels": {"app": label}}, "spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80, "hostPort": port}]}]}});
        let service = |name: &str, kind: &str, label: &str| json!({"metadata": {"name": name, "namespace": "shop"}, "spec": {"type": kind, "selector": {"app": label}}});
        for object in [pod("web", "web", 0), pod("api", "api", 0), pod("agent", "agent", 9000), pod("db", "db", 0)] {
            ingest.object(Kind::Pods, &object.to_string());
        }
        let bare = |name: &str| json!({"metadata": {"name": name, "namespace": "shop"}, "spec": {"type": "LoadBalancer"}});
        let of_all = [service("web", "LoadBalancer", "web"), service("api", "ClusterIP", "api"), service("db", "ClusterIP", "db")];
        for object in of_all.into_iter().chain([bare("by-hand"), bare("empty")]) {
            ingest.object(Kind::Services, &object.to_string());
        }
        ingest.object(Kind::Pods, &pod("far", "far", 0).to_string());
        let slice = json!({"metadata": {"name": "x", "namespace": "shop", "labels": {"kubernetes.io/service-name": "by-hand"}}, "endpoints": [{"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "name": "far"}}]});
        ingest.object(Kind::EndpointSlices, &slice.to_string());
        let path = json!({"backend": {"service": {"name": "api"}}});
        let ingress = json!({"metadata": {"name": "in", "namespace": "shop"}, "spec": {"rules": [{"http": {"paths": [path]}}]}});
        ingest.object(Kind::Ingresses, &ingress.to_string());
        let parents = json!([{"name": "edge", "namespace": "infra"}]);
        let rules = json!([{"backendRefs": [{"name": "api", "port": 80}]}]);
        let route = json!({"metadata": {"name": "api", "namespace": "shop"}, "spec": {"parentRefs": parents, "rules": rules}});
        ingest.object(Kind::HttpRoutes, &route.to_string());
        let inventory = ingest.finish();
        let routes = Routes::of(&inventory);
        let ways = |workload| ways(&inventory, &routes, workload);
        let told: Vec<(String, Vec<String>)> = inventory.workloads.iter().map(|w| (w.object.name.clone(), ways(w))).collect();
        let told = |name: &str| told.iter().find(|(n, _)| n == name).map(|(_, ways)| ways.join(", "));
        assert_eq!(told("web").as_deref(), Some("LoadBalancer Service shop/web"));
        assert_eq!(told("api").as_deref(), Some("HTTPRoute shop/api, Ingress shop/in"));
        assert_eq!(told("agent").as_deref(), Some("a port of the node"));
        assert_eq!(told("db").as_deref(), Some(""));
        assert_eq!(told("far").as_deref(), Some("LoadBalancer Service shop/by-hand"));
    }
}
