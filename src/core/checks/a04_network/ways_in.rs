//! Judge of `4.3/ingress-tls`: Ingresses, listeners of the Gateway API and of Istio, routes of OpenShift, Traefik and Contour, and load balancers of
//! Services, that take connections in without TLS.
//!
//! A listener counts to the most sensitive namespace that its routes lie in or lead to, wherever its Gateway stands: that is whose traffic it takes in.

use super::balancer::{Audience, audience, takes_plain_http};
use super::plain_beside_tls::{Controllers, Plain, has_certificate};
use crate::analysis::exposure::{self, Listener, Route, Routes, Transport};
use crate::analysis::software;
use crate::judging::{Verdict, View};
use crate::kinds::network::Ingress;
use crate::kinds::{OtherObject, Workload};
use crate::model::{Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeSet;

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("entry point", "entry points");
    ingresses(view, &mut verdict);
    balancers(view, &mut verdict);
    let routes = Routes::of(view.inventory);
    for listener in &routes.listeners {
        judge_listener(view, &routes, listener, &mut verdict);
    }
    for route in &routes.routes {
        if let Some(transport) = route.own {
            judge_route(view, route, transport, &mut verdict);
        }
    }
    unread(view, &mut verdict);
    verdict
}

/// Routes of kinds that are not read are named: beside them nobody can say that all ways in have TLS. What is merely served may have no objects.
fn unread(view: &View<'_>, verdict: &mut Verdict) {
    let messages = (
        "The cluster serves routes of a kind that is not read: see whether there are any, and that they have TLS.",
        "Routes of this kind are not read: see that it takes connections in under TLS.",
    );
    for finding in unread_routes(view, messages) {
        verdict.saw(finding.category);
        verdict.find(finding);
    }
}

/// A question about each route of a kind that is not read, with what to say of a kind that is merely served and of an object.
pub(super) fn unread_routes(view: &View<'_>, (served, written): (&'static str, &'static str)) -> Vec<Finding> {
    let ask = |route: &OtherObject| {
        let api = format!("{}.{}", route.kind, route.group);
        let (category, object, message) = if route.name.is_empty() {
            (view.cluster_wide(), ObjectRef::new(&route.group, "APIService", "", &api), served)
        } else {
            let object = ObjectRef::new(&route.group, &route.kind, &route.namespace, &route.name);
            (view.category(&route.namespace), object, written)
        };
        let finding = Finding::new(category, object, "spec").rule("unread").review().severity(Severity::Medium);
        finding.observed(format!("{api} is not read")).message(message)
    };
    view.cluster().other_routes.iter().map(ask).collect()
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
    let istio = listener.object.group == Kind::IstioGateways.group();
    let field = if istio {
        format!("spec.servers[name={}].port.protocol", listener.name)
    } else {
        format!("spec.listeners[name={}].protocol", listener.name)
    };
    let finding = Finding::new(category, listener.object.clone(), field);
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
    let finding = Finding::new(category, route.object.clone(), "spec.tls").rule("route");
    let observed = format!("without TLS: {}", route.hosts());
    match transport {
        Transport::Tls => {}
        Transport::Plain => {
            verdict.find(finding.severity(Severity::High).observed(observed).message("Traffic to these hosts is taken in unencrypted."));
        }
        Transport::Opaque => {
            verdict.find(
                finding.review().severity(Severity::Medium).observed(observed).message(
                    "Whether this is encrypted is decided elsewhere (an entry point, a middleware, the application): see that it is.",
                ),
            )
        }
    }
}

fn ingresses(view: &View<'_>, verdict: &mut Verdict) {
    let controllers = Controllers::of(view);
    for ingress in &view.inventory.ingresses {
        verdict.saw(view.category(&ingress.metadata.namespace));
        let object = ObjectRef::new("networking.k8s.io", "Ingress", &ingress.metadata.namespace, &ingress.metadata.name);
        let open = hosts_without_tls(ingress);
        if open.is_empty() || has_certificate(ingress) {
            if !ingress.spec.tls.is_empty() || has_certificate(ingress) {
                also_plain(view, object, controllers.plain(ingress), verdict);
            }
            continue;
        }
        let finding = view.finding(object, "spec.tls").observed(format!("without TLS: {}", open.join(", ")));
        verdict.find(if controllers.ends_tls_itself(ingress) {
            finding.review().severity(Severity::Medium).message(
                "This class is served by a provider's load balancer, which can take its certificate from an annotation: look there.",
            )
        } else {
            finding.severity(Severity::High).message("Traffic to these hosts is taken in unencrypted.")
        });
    }
    controllers.settings.old_protocols(view).into_iter().for_each(|finding| verdict.find(finding));
}

/// TLS is there; whether callers who come without are sent to it.
fn also_plain(view: &View<'_>, object: ObjectRef, plain: Plain, verdict: &mut Verdict) {
    match plain {
        Plain::Refused => {}
        Plain::Answered(words, annotation) => verdict.find(
            view.finding(object, format!("metadata.annotations[{annotation}]"))
                .rule("plain_beside_tls")
                .severity(Severity::High)
                .observed(words)
                .message("Beside TLS the same hosts answer in plain HTTP, and whoever calls them so is readable on the way."),
        ),
        Plain::Unknown(why) => verdict.find(
            view.finding(object, "metadata.annotations").rule("plain_beside_tls").review().severity(Severity::Low).observed(why).message(
                "Whether the same hosts also answer in plain HTTP can't be told here: call one with http:// and see that it redirects.",
            ),
        ),
    }
}

/// Load balancers of Services that are no ingress controller's: what they take in on ports of plain HTTP nothing ends TLS for.
fn balancers(view: &View<'_>, verdict: &mut Verdict) {
    let gates: BTreeSet<ObjectRef> = software::with_role(view.inventory, &view.tables.software, "ingress")
        .into_iter()
        .map(|found| found.workload.object.clone())
        .collect();
    let gates: Vec<&Workload> = view.inventory.workloads.iter().filter(|workload| gates.contains(&workload.object)).collect();
    for service in view.inventory.services.iter().filter(|service| service.spec.r#type == "LoadBalancer") {
        let namespace = service.metadata.namespace.as_str();
        let before_gate = gates.iter().any(|gate| gate.object.namespace == namespace && exposure::selects(service, gate));
        if before_gate {
            continue;
        }
        verdict.saw(view.category(namespace));
        let open: Vec<String> =
            service.spec.ports.iter().filter(|port| takes_plain_http(service, port)).map(|port| port.port.to_string()).collect();
        if !open.is_empty() {
            let (words, severity) = match audience(service) {
                Audience::Everybody => ("LoadBalancer for all addresses".to_owned(), Severity::Medium),
                Audience::Some(words) => (words, Severity::Low),
            };
            let object = ObjectRef::new("", "Service", namespace, &service.metadata.name);
            verdict.find(
                view.finding(object, "spec.ports")
                    .rule("load_balancer")
                    .review()
                    .severity(severity)
                    .observed(format!("{words}: port {}", open.join(", ")))
                    .message(
                        "By number or name these ports speak plain HTTP: show that nothing but a redirect to https is answered there.",
                    ),
            );
        }
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
