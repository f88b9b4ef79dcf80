//! Judge of `4.3/ingress-tls`: Ingresses, listeners of the Gateway API and OpenShift's routes that take connections in without TLS.
//!
//! A listener counts to the most sensitive namespace that its routes lie in or lead to, wherever its Gateway stands: that is whose traffic it takes in.

use crate::analysis::exposure::{Listener, Route, Routes, Transport};
use crate::judging::{Verdict, View};
use crate::kinds::network::Ingress;
use crate::model::{Finding, ObjectRef, Severity};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("entry point", "entry points");
    ingresses(view, &mut verdict);
    let routes = Routes::of(view.inventory);
    for listener in &routes.listeners {
        judge_listener(view, &routes, listener, &mut verdict);
    }
    for route in &routes.routes {
        if let Some(transport) = route.own {
            judge_route(view, route, transport, &mut verdict);
        }
    }
    verdict
}

/// A listener takes in what its routes lead on. Without one it leads nowhere; with such as only redirect to https it takes in no more than an address.
fn judge_listener(view: &View<'_>, routes: &Routes, listener: &Listener, verdict: &mut Verdict) {
    let on: Vec<&Route> = routes.on(listener).collect();
    let own = view.category(&listener.object.namespace);
    let category = on.iter().flat_map(|route| route.namespaces()).map(|namespace| view.category(namespace)).fold(own, Ord::min);
    verdict.saw(category);
    let leading: Vec<&Route> = on.into_iter().filter(|route| !route.redirects).collect();
    if leading.is_empty() {
        return;
    }
    let names: Vec<String> = leading.iter().take(5).map(|route| format!("{} {}", route.object.kind, route.object.path())).collect();
    let more = if leading.len() > 5 { format!(" and {} more", leading.len() - 5) } else { String::new() };
    let port = listener.port.map(|port| format!(" on port {port}")).unwrap_or_default();
    let host = if listener.host.is_empty() { String::new() } else { format!(" of {}", listener.host) };
    let observed = format!("{}{port}{host}: {}{more}", listener.protocol, names.join(", "));
    let finding = Finding::new(category, listener.object.clone(), format!("spec.listeners[name={}].protocol", listener.name));
    let finding = finding.rule("listener").observed(observed);
    match listener.transport() {
        Transport::Tls => {}
        Transport::Plain => verdict.find(finding.severity(Severity::High).message("Traffic to these routes is taken in unencrypted.")),
        Transport::Opaque => {
            verdict.find(
                finding
                    .review()
                    .severity(Severity::Medium)
                    .message("The bytes are passed on as they come: see whether the application encrypts them by itself."),
            );
        }
    }
}

fn judge_route(view: &View<'_>, route: &Route, transport: Transport, verdict: &mut Verdict) {
    let category = view.category(&route.object.namespace);
    verdict.saw(category);
    if transport == Transport::Plain {
        let finding = Finding::new(category, route.object.clone(), "spec.tls").rule("route").severity(Severity::High);
        verdict
            .find(finding.observed(format!("without TLS: {}", route.hosts())).message("Traffic to these hosts is taken in unencrypted."));
    }
}

fn ingresses(view: &View<'_>, verdict: &mut Verdict) {
    for ingress in &view.inventory.ingresses {
        verdict.saw(view.category(&ingress.metadata.namespace));
        let open = hosts_without_tls(ingress);
        if open.is_empty() {
            continue;
        }
        let object = ObjectRef::new("networking.k8s.io", "Ingress", &ingress.metadata.namespace, &ingress.metadata.name);
        let finding = view.finding(object, "spec.tls").observed(format!("without TLS: {}", open.join(", ")));
        verdict.find(if ends_tls_itself(ingress) {
            finding.review().severity(Severity::Medium).message(
                "This class is served by a provider's load balancer, which can take its certificate from an annotation: look there.",
            )
        } else {
            finding.severity(Severity::High).message("Traffic to these hosts is taken in unencrypted.")
        });
    }
}

fn hosts_without_tls(ingress: &Ingress) -> Vec<&str> {
    let covered = |host: &str| {
        ingress.spec.tls.iter().any(|tls| {
            // Without hosts an entry is for every host (API documentation: the wildcard of the loadbalancer).
            tls.hosts.is_empty() || tls.hosts.iter().any(|named| named == host || covers(named, host))
        })
    };
    let mut open: Vec<&str> = Vec::new();
    for rule in &ingress.spec.rules {
        let host = rule.host.as_str();
        if !covered(host) {
            open.push(if host.is_empty() { "every host name" } else { host });
        }
    }
    if ingress.spec.rules.is_empty() && ingress.spec.default_backend.is_some() && ingress.spec.tls.is_empty() {
        open.push("every host name");
    }
    open.dedup();
    open
}

/// Whether `*.shop.example` covers a host: one label in the star's place.
fn covers(named: &str, host: &str) -> bool {
    named.strip_prefix('*').is_some_and(|end| host.strip_suffix(end).is_some_and(|label| !label.is_empty() && !label.contains('.')))
}

fn ends_tls_itself(ingress: &Ingress) -> bool {
    let class = ingress.metadata.annotation("kubernetes.io/ingress.class").unwrap_or(&ingress.spec.ingress_class_name);
    ["alb", "gce", "gce-internal", "azure/application-gateway", "azure-application-gateway", "webapprouting.kubernetes.azure.com"]
        .contains(&class)
}
