//! Ways in that meshes and ingress controllers open by kinds of their own: Istio's Gateways and VirtualServices, Traefik's IngressRoutes, Contour's
//! HTTPProxies. They become the same listeners and routes as those of the Gateway API.

use super::routes::{Listener, Parent, Route, Transport, items, object, text};
use crate::kinds::custom::Custom;
use crate::model::Kind;
use serde_json::Value;

/// The listeners of an Istio Gateway. A server that only redirects to https takes nothing in and is left out.
pub(super) fn servers(custom: &Custom) -> Vec<Listener> {
    let part = |field: &str| items(custom, &format!("/spec/servers/*/{field}"));
    let [names, ports, numbers, protocols, modes, redirects, hosts] =
        ["name", "port/name", "port/number", "port/protocol", "tls/mode", "tls/httpsRedirect", "hosts"].map(part);
    let at = |list: &[Value], index: usize| list.get(index).map(text).unwrap_or_default();
    let listener = |index: usize| {
        if redirects.get(index).and_then(Value::as_bool) == Some(true) {
            return None;
        }
        let name = at(names, index);
        let ends_tls = matches!(
            at(modes, index).as_str(),
            "SIMPLE" | "MUTUAL" | "OPTIONAL_MUTUAL" | "ISTIO_MUTUAL" | "PASSTHROUGH" | "AUTO_PASSTHROUGH"
        );
        let told: Vec<String> = hosts.get(index).and_then(Value::as_array).into_iter().flatten().map(text).collect();
        Some(Listener {
            object: object(Kind::IstioGateways, custom),
            name: if name.is_empty() { at(ports, index) } else { name },
            protocol: if ends_tls { "TLS".to_owned() } else { at(protocols, index).to_ascii_uppercase() },
            port: numbers.get(index).and_then(Value::as_u64),
            host: if told.iter().any(|host| host == "*" || host == "*/*") { String::new() } else { told.join(", ") },
        })
    };
    (0..numbers.len().max(protocols.len())).filter_map(listener).collect()
}

/// A VirtualService that hangs on Gateways; nothing for those of the mesh alone.
pub(super) fn virtual_service(custom: &Custom) -> Option<Route> {
    let home = custom.metadata.namespace.as_str();
    let parents: Vec<Parent> = items(custom, "/spec/gateways")
        .iter()
        .filter_map(Value::as_str)
        .filter(|gateway| *gateway != "mesh")
        .map(|gateway| {
            let (namespace, name) = gateway.split_once('/').unwrap_or((home, gateway));
            Parent {
                group: Kind::IstioGateways.group().to_owned(),
                kind: Kind::IstioGateways.kind().to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                section: String::new(),
                port: None,
            }
        })
        .collect();
    if parents.is_empty() {
        return None;
    }
    let mut services: Vec<(String, String)> = Vec::new();
    for protocol in ["http", "tls", "tcp"] {
        let routes = items(custom, &format!("/spec/{protocol}/*/route/*/destination/host")).iter();
        services.extend(routes.filter_map(Value::as_array).flatten().filter_map(Value::as_str).map(|host| service(host, home)));
    }
    let hosts: Vec<String> = items(custom, "/spec/hosts").iter().map(text).filter(|host| host != "*").collect();
    Some(Route { object: object(Kind::IstioVirtualServices, custom), hosts, services, parents, redirects: false, own: None })
}

/// The Service behind a host name of the mesh: `web`, `web.shop`, `web.shop.svc.cluster.local`.
fn service(host: &str, home: &str) -> (String, String) {
    let mut labels = host.split('.');
    let name = labels.next().unwrap_or_default().to_owned();
    (labels.next().unwrap_or(home).to_owned(), name)
}

/// A route of Traefik. Without TLS of its own its entry point may still have some, which is the controller's setting: `websecure` has by custom. One that
/// is named after a redirect may do nothing else.
pub(super) fn ingress_route(kind: Kind, custom: &Custom) -> Route {
    let home = custom.metadata.namespace.as_str();
    let lists = |field: &str| items(custom, &format!("/spec/routes/*/{field}"));
    let (names, namespaces) = (lists("services/*/name"), lists("services/*/namespace"));
    let mut services = Vec::new();
    for (route, names) in names.iter().enumerate() {
        for (nth, name) in names.as_array().into_iter().flatten().enumerate() {
            let namespace = namespaces.get(route).and_then(|list| list.get(nth)).and_then(Value::as_str).filter(|text| !text.is_empty());
            services.push((namespace.unwrap_or(home).to_owned(), text(name)));
        }
    }
    let points: Vec<&str> = items(custom, "/spec/entryPoints").iter().filter_map(Value::as_str).collect();
    let secure = !points.is_empty() && points.iter().all(|point| *point == "websecure");
    let redirecting =
        lists("middlewares/*/name").iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).any(|n| n.contains("redirect"));
    let own = if custom.parts.get("/spec/tls").is_some_and(|tls| !tls.is_null()) {
        Transport::Tls
    } else if secure || redirecting || kind == Kind::TraefikIngressRouteTcps {
        Transport::Opaque
    } else {
        Transport::Plain
    };
    let hosts = vec!["the hosts that its rules match".to_owned()];
    Route { object: object(kind, custom), hosts, services, parents: vec![], redirects: false, own: Some(own) }
}

/// A proxy of Contour: with TLS it sends plain HTTP on to https, but for routes that say otherwise. One without a host of its own is a part of others.
pub(super) fn http_proxy(custom: &Custom) -> Route {
    let home = custom.metadata.namespace.as_str();
    let routed = items(custom, "/spec/routes/*/services/*/name").iter().filter_map(Value::as_array).flatten();
    let services = routed.chain(items(custom, "/spec/tcpproxy/services/*/name")).map(|name| (home.to_owned(), text(name))).collect();
    let host = custom.parts.get("/spec/virtualhost/fqdn").map(text).unwrap_or_default();
    let insecure = items(custom, "/spec/routes/*/permitInsecure").iter().any(|permit| permit.as_bool() == Some(true));
    let tls = ["secretName", "passthrough"]
        .iter()
        .any(|field| custom.parts.get(&format!("/spec/virtualhost/tls/{field}")).is_some_and(|v| !v.is_null()));
    let own = match (host.is_empty(), insecure || !tls) {
        (true, _) if !insecure => None,
        (_, true) => Some(Transport::Plain),
        (_, false) => Some(Transport::Tls),
    };
    let hosts = Some(host).filter(|host| !host.is_empty()).into_iter().collect();
    Route { object: object(Kind::ContourHttpProxies, custom), hosts, services, parents: vec![], redirects: false, own }
}

#[cfg(test)]
mod tests {
    use super::super::Routes;
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn routes(objects: &[(Kind, Value)]) -> Routes {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        for (kind, spec) in objects {
            ingest.object(*kind, &json!({"metadata": {"name": "edge", "namespace": "shop"}, "spec": spec}).to_string());
        }
        Routes::of(&ingest.finish())
    }

    #[test]
    fn servers_of_istio_are_listeners_of_their_routes() {
        let server =
            |protocol: &str, tls: Value| json!({"port": {"number": 8080, "name": "in", "protocol": protocol}, "hosts": ["*"], "tls": tls});
        let servers = json!([
            server("HTTP", Value::Null),
            server("HTTPS", json!({"mode": "SIMPLE"})),
            server("HTTP", json!({"httpsRedirect": true})),
            server("TCP", json!({"mode": "MUTUAL"})),
            server("GRPC", Value::Null),
            server("TCP", Value::Null)
        ]);
        let destination = |host: &str| json!({"route": [{"destination": {"host": host}}]});
        let virtual_service = json!({"gateways": ["mesh", "edge"], "hosts": ["a.example"], "http": [destination("web")], "tcp": [destination("db.data.svc.cluster.local")]});
        let found = routes(&[(Kind::IstioGateways, json!({"servers": servers})), (Kind::IstioVirtualServices, virtual_service)]);
        let transports: Vec<Transport> = found.listeners.iter().map(Listener::transport).collect();
        assert_eq!(transports, [Transport::Plain, Transport::Tls, Transport::Tls, Transport::Plain, Transport::Opaque]);
        assert!(found.listeners.iter().all(|listener| found.on(listener).count() == 1));
        assert!(found.to("shop", "web").count() == 1 && found.to("data", "db").count() == 1);
        let inside = routes(&[(Kind::IstioVirtualServices, json!({"hosts": ["a"], "http": [destination("web")]}))]);
        assert!(inside.routes.is_empty());
    }

    #[test]
    fn gateways_of_the_two_apis_are_told_apart() {
        let listener = json!([{"name": "a", "protocol": "HTTP", "port": 80}]);
        let found = routes(&[
            (Kind::Gateways, json!({"listeners": listener})),
            (Kind::IstioVirtualServices, json!({"gateways": ["edge"], "hosts": ["a"]})),
        ]);
        assert!(found.listeners.iter().all(|listener| found.on(listener).count() == 0));
    }

    #[test]
    fn routes_of_traefik_and_contour_say_how_they_take_in() {
        let own = |kind: Kind, spec: Value| routes(&[(kind, spec)]).routes.first().and_then(|route| route.own);
        let service = json!([{"match": "Host(`a`)", "services": [{"name": "web", "port": 80}]}]);
        let traefik = |more: Value| {
            let mut spec = json!({"routes": service});
            more.as_object().into_iter().flatten().for_each(|(key, value)| spec[key] = value.clone());
            own(Kind::TraefikIngressRoutes, spec)
        };
        assert_eq!(traefik(json!({})), Some(Transport::Plain));
        assert_eq!(traefik(json!({"entryPoints": ["web"]})), Some(Transport::Plain));
        assert_eq!(traefik(json!({"entryPoints": ["websecure"]})), Some(Transport::Opaque));
        assert_eq!(traefik(json!({"entryPoints": ["websecure"], "tls": {}})), Some(Transport::Tls));
        let contour = |spec: Value| own(Kind::ContourHttpProxies, spec);
        assert_eq!(contour(json!({"virtualhost": {"fqdn": "a.example"}, "routes": service})), Some(Transport::Plain));
        assert_eq!(
            contour(json!({"virtualhost": {"fqdn": "a.example", "tls": {"secretName": "t"}}, "routes": service})),
            Some(Transport::Tls)
        );
        let insecure = json!([{"permitInsecure": true, "services": [{"name": "web"}]}, {"services": [{"name": "web"}]}]);
        assert_eq!(
            contour(json!({"virtualhost": {"fqdn": "a.example", "tls": {"secretName": "t"}}, "routes": insecure})),
            Some(Transport::Plain)
        );
        assert_eq!(contour(json!({"routes": service})), None);
    }
}
