//! How a workload can be reached from outside of the cluster: by a Service on load balancers or nodes, an Ingress or a route of an add-on before
//! such a Service, or a port of the node itself. What meshes and ingress controllers route by objects of their own (Istio, Traefik, Contour), and
//! what firewalls let through, is not known here.

mod routes;

pub use routes::{Listener, Parent, Route, Routes, Transport};

use crate::kinds::network::{Ingress, Service};
use crate::kinds::{Inventory, Workload};

/// Ways from outside to a workload, each as a few words: `LoadBalancer Service shop/web`.
#[must_use]
pub fn ways(inventory: &Inventory, routes: &Routes, workload: &Workload) -> Vec<String> {
    let mut found = Vec::new();
    let namespace = &workload.object.namespace;
    let ours = inventory.services_of(namespace).iter().filter(|service| selects(service, workload));
    for service in ours {
        let name = &service.metadata.name;
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

/// Whether a Service sends to a workload's pods. One without a selector is filled by hand and selects nothing here.
#[must_use]
pub fn selects(service: &Service, workload: &Workload) -> bool {
    let selector = &service.spec.selector;
    !selector.is_empty() && selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value))
}

/// Whether an Ingress of the same namespace leads to the Service of that name.
#[must_use]
pub fn leads_to(ingress: &Ingress, service: &str) -> bool {
    let paths = ingress.spec.rules.iter().filter_map(|rule| rule.http.as_ref()).flat_map(|http| &http.paths).map(|path| &path.backend);
    paths.chain(&ingress.spec.default_backend).any(|backend| backend.service.as_ref().is_some_and(|s| s.name == service))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
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
        let bare = json!({"metadata": {"name": "by-hand", "namespace": "shop"}, "spec": {"type": "LoadBalancer"}});
        for object in [service("web", "LoadBalancer", "web"), service("api", "ClusterIP", "api"), service("db", "ClusterIP", "db"), bare] {
            ingest.object(Kind::Services, &object.to_string());
        }
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
    }
}
