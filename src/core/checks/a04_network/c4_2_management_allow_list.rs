//! Control 4.2: its automated checks. Who can reach the interfaces by which the cluster is managed.

use super::address::{self, Reachable};
use super::balancer::{Audience, audience};
use crate::analysis::described::Topic;
use crate::analysis::exposure::{self, Routes};
use crate::analysis::software;
use crate::judging::{Check, Need, Verdict, View, described};
use crate::kinds::imported::{About, Describer, Said};
use crate::kinds::network::Service;
use crate::kinds::{KindState, Workload};
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The checks of control 4.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "4.2/api-endpoint",
        title: "Address of the API server",
        severity: Severity::Medium,
        practices: &["4.2.a"],
        needs: &[Need::Version],
        active: false,
        why: "Whoever reaches the API server may try stolen credentials and whatever flaw is found in it next. Only management networks need to \
              reach it.",
        mend: "Give the API server a private endpoint, or restrict the public one to the addresses of management networks and of what deploys.",
        blind_spots: "The check sees the address that this assessment used. A name may stand for public and private addresses, an allow-list in front \
                      of a public address is the provider's and is seen in its description of the cluster alone, where that is given as evidence, and other ways in (load balancers, bastions) are not known.",
        judge: api_endpoint,
    },
    Check {
        id: "4.2/exposed-management",
        title: "Platform services and consoles that are reachable from outside",
        severity: Severity::High,
        practices: &["4.2.a"],
        needs: &[Need::List(Kind::Services), Need::List(Kind::Ingresses), Need::Routes, Need::Workloads],
        active: false,
        why: "Consoles and the platform's own services show or change the cluster. Published through a load balancer, a port on every node or an \
              ingress they can be reached by people who have no business with it, often behind a login page of their own only.",
        mend: "Make the Service ClusterIP and reach it through a VPN, an identity-aware proxy or kubectl port-forward; where it must be \
               published, restrict it (loadBalancerSourceRanges, an internal load balancer) and put the entity's login with MFA before it.",
        blind_spots: "Consoles are recognised by their images. Ways by objects of meshes and ingress controllers are read for \
                      Istio, Traefik and Contour; which routes a Gateway takes up is not; firewalls and allow-lists outside the cluster are not seen.",
        judge: exposed_management,
    },
    Check {
        id: "4.2/public-nodes",
        title: "Nodes with an address on the internet",
        severity: Severity::Medium,
        practices: &["4.2.a"],
        needs: &[Need::List(Kind::Nodes)],
        active: false,
        why: "A node with a public address has its agent (port 10250), its NodePorts and its ssh one firewall rule away from everybody.",
        mend: "Put nodes into private networks and let traffic in through load balancers only, out through a gateway.",
        blind_spots: "The check sees the addresses that nodes report; address translation in front of them and firewalls are not seen.",
        judge: public_nodes,
    },
    Check {
        id: "4.2/pod-to-api",
        title: "Workloads in scope that reach the API server, nodes or metadata",
        severity: Severity::Medium,
        practices: &["4.2.a"],
        needs: &[
            Need::Workloads,
            Need::List(Kind::Nodes),
            Need::List(Kind::Namespaces),
            Need::List(Kind::NetworkPolicies),
            Need::OtherPolicies,
        ],
        active: false,
        why: "An attacker in a container goes on by what is reached from it: the API server with the pod's account, the agents of the nodes, and the \
              cloud's metadata service, which gives the node's credentials away. Most applications need none of them.",
        mend: "Deny egress by default, allow DNS and the documented connections, and leave the addresses of nodes and of the API server out of every \
               wider range. Do the same with 169.254.169.254, or, on GKE with Cloud DNS, where that address answers DNS, with its TCP ports 80 and \
               443. Let the API server be reached only from workloads that are clients of it. Require session-bound tokens with a hop limit of one \
               from the metadata service.",
        blind_spots: "The check looks at the addresses that nodes report, the server's where it is an address, and 169.254.169.254. Metadata services \
                      at other addresses, ways by a Service's address before it is translated, and settings of the metadata service are not seen. \
                      Whether the network plugin enforces policies is the check 4.1/network-plugin.",
        judge: super::pod_to_api::judge,
    },
];

fn api_endpoint(view: &View<'_>) -> Verdict {
    let server = &view.cluster().server;
    let files = crate::analysis::described::files(view.inventory, Topic::Endpoint);
    if !files.is_empty() {
        return described_endpoint(view);
    }
    let Some(host) = address::host(server) else {
        return Verdict::blocked(
            "The address of the API server is not known, because this was read from files.",
            vec!["server address".to_owned()],
        );
    };
    let mut verdict = Verdict::over("API endpoint", "API endpoints");
    verdict.saw(view.cluster_wide());
    let finding = Finding::new(view.cluster_wide(), ObjectRef::new("", "Cluster", "", server), "server").observed(host);
    match address::reachable(host) {
        Reachable::Private => verdict.because(format!("The API server was reached at {host}, an address of private networks.")),
        Reachable::Public => {
            verdict.find(finding.review().message("This is a public address: an allow-list in front of it must be shown."))
        }
        Reachable::Local => verdict.find(
            finding
                .review()
                .severity(Severity::Low)
                .message("The API server was reached through a tunnel on this machine; its real address must be shown."),
        ),
        Reachable::Unknown => verdict.find(finding.review().severity(Severity::Low).message(hint(&view.cluster().distribution))),
    }
    verdict
}

/// The endpoint as the provider describes it, held against the address at which the server was reached.
fn described_endpoint(view: &View<'_>) -> Verdict {
    let server = &view.cluster().server;
    let mut verdict = described::verdict(view, Topic::Endpoint, &hint(&view.cluster().distribution));
    if let Some(host) = address::host(server).filter(|host| address::reachable(host) == Reachable::Public)
        && verdict.outcome() == Outcome::Pass
    {
        verdict.find(
            Finding::new(view.cluster_wide(), ObjectRef::new("", "Cluster", "", server), "server")
                .rule("contradiction")
                .review()
                .observed(host)
                .message(
                    "The provider's description names no public address, and the API server was reached at one: find out whose it is.",
                ),
        );
    }
    verdict
}

fn hint(distribution: &str) -> String {
    let place = match distribution {
        "eks" => "aws eks describe-cluster, resourcesVpcConfig: endpointPublicAccess, publicAccessCidrs",
        "gke" | "gke-autopilot" => {
            "gcloud container clusters describe: privateClusterConfig, masterAuthorizedNetworksConfig, controlPlaneEndpointsConfig"
        }
        "aks" => "az aks show: apiServerAccessProfile (authorizedIpRanges, enablePrivateCluster)",
        _ => "the load balancer or firewall in front of it",
    };
    format!("Whether this name stands for a public address, and who may reach it, must be looked up: {place}.")
}

fn public_nodes(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("node", "nodes");
    for node in &view.inventory.nodes {
        let category = view.scope.node_category(&node.metadata.labels).unwrap_or_else(|| view.cluster_wide());
        verdict.saw(category);
        let public: Vec<&str> = node
            .status
            .addresses
            .iter()
            .filter(|a| matches!(a.r#type.as_str(), "ExternalIP" | "InternalIP"))
            .map(|a| a.address.as_str())
            .filter(|a| address::reachable(a) == Reachable::Public)
            .collect();
        if !public.is_empty() {
            verdict.find(
                Finding::new(category, ObjectRef::of_node(&node.metadata.name), "status.addresses")
                    .review()
                    .observed(public.join(", "))
                    .message("The node has a public address: what its firewall lets in must be shown."),
            );
        }
    }
    // The addresses of today say nothing of the node that is made tomorrow.
    for by in [Describer::GkeCluster, Describer::AksCluster] {
        match described::agreed(view, by, About::PrivateNodes) {
            Some((Said::Yes, files)) => verdict.note(format!("New nodes get no public address either, as {files} says.")),
            Some((Said::No, files)) => verdict.note(format!("New nodes may get public addresses, as {files} says.")),
            _ => {}
        }
    }
    verdict
}

/// What a Service or Ingress leads to.
struct Behind {
    console: Option<String>,
    ingress: bool,
}

fn exposed_management(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("Service, route or console", "Services, routes and consoles");
    let consoles = names(view, "console");
    let gates = names(view, "ingress");
    let mut homes: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for (workload, _) in view.workloads() {
        homes.entry(workload.object.namespace.as_str()).or_default().push(workload);
    }
    let at_home = |service: &Service| homes.get(service.metadata.namespace.as_str()).map_or(&[][..], Vec::as_slice);
    let routes = Routes::of(view.inventory);
    let behind = |service: &Service| behind(at_home(service), service, &routes, &consoles, &gates);
    let services: BTreeMap<(&str, &str), &Service> =
        view.inventory.services.iter().map(|s| ((s.metadata.namespace.as_str(), s.metadata.name.as_str()), s)).collect();
    for service in &view.inventory.services {
        let behind = behind(service);
        let platform = view.category(&service.metadata.namespace) == Category::Platform;
        let managing = behind.console.is_some() || platform;
        let category = if platform { view.cluster_wide() } else { view.category(&service.metadata.namespace) };
        verdict.saw(category);
        // The way in for applications is no management interface, wherever it is installed.
        if let (true, false, Some(way)) = (managing, behind.ingress && behind.console.is_none(), way(service)) {
            let object = ObjectRef::new("", "Service", &service.metadata.namespace, &service.metadata.name);
            verdict.find(told(Finding::new(category, object, way.field), behind.console.as_deref(), &way));
        }
    }
    unread_endpoints(view, &routes, &mut verdict);
    let consoles = |namespace: &str, name: &str| match exposure::of_traefik(name) {
        Some(console) => Some(console.to_owned()),
        None => services.get(&(namespace, name)).and_then(|service| behind(service).console),
    };
    let mut published = |object: ObjectRef, field: &str, rule: &'static str, led_to: &BTreeSet<(&str, &str)>, hosts: String| {
        // Where it leads decides, not only where it is written: a route may lead to other namespaces.
        let own = view.category(&object.namespace);
        let spaces = || led_to.iter().map(|(namespace, _)| view.category(namespace)).chain([own]);
        let platform = spaces().any(|category| category == Category::Platform);
        let category = if platform { view.cluster_wide() } else { spaces().fold(own, Ord::min) };
        verdict.saw(category);
        let consoles: BTreeSet<String> = led_to.iter().filter_map(|(namespace, name)| consoles(namespace, name)).collect();
        if consoles.is_empty() && !platform {
            return;
        }
        let what =
            if consoles.is_empty() { "a service of the platform".to_owned() } else { consoles.into_iter().collect::<Vec<_>>().join(", ") };
        let by = if rule == "ingress" { "an ingress" } else { "a route" };
        verdict.find(
            Finding::new(category, object, field)
                .rule(rule)
                .review()
                .observed(format!("{what} at {hosts}"))
                .message(format!("Published through {by}: who can reach that, and which login stands before it, must be shown.")),
        );
    };
    for ingress in &view.inventory.ingresses {
        let namespace = ingress.metadata.namespace.as_str();
        let hosts: Vec<&str> =
            ingress.spec.rules.iter().map(|r| if r.host.is_empty() { "every host name" } else { r.host.as_str() }).collect();
        let hosts = if hosts.is_empty() { "every host name".to_owned() } else { hosts.join(", ") };
        let object = ObjectRef::new("networking.k8s.io", "Ingress", namespace, &ingress.metadata.name);
        published(object, "spec.rules", "ingress", &exposure::backends(ingress).map(|name| (namespace, name)).collect(), hosts);
    }
    for route in &routes.routes {
        let led_to = route.services.iter().map(|(namespace, name)| (namespace.as_str(), name.as_str())).collect();
        let field = if route.own.is_some() { "spec.to" } else { "spec.rules" };
        published(route.object.clone(), field, "route", &led_to, route.hosts());
    }
    on_nodes(view, &mut verdict);
    if verdict.population() > 0 {
        verdict.find_all(super::ways_in::unread_routes(
            view,
            (
                "The cluster serves routes of a kind that is not read: see whether there are any, and whether one leads to a console.",
                "Routes of this kind are not read: see whether it leads to a console.",
            ),
        ));
    }
    verdict
}

/// Published Services that select nothing, where endpoints were not read: a console may stand behind each.
fn unread_endpoints(view: &View<'_>, routes: &Routes, verdict: &mut Verdict) {
    if view.inventory.state(Kind::EndpointSlices) == KindState::Read {
        return;
    }
    for service in view.inventory.services.iter().filter(|s| s.spec.selector.is_empty() && s.spec.r#type != "ExternalName") {
        let (namespace, name) = (service.metadata.namespace.as_str(), service.metadata.name.as_str());
        let category = view.category(namespace);
        let routed = || view.inventory.ingresses_of(namespace).iter().any(|ingress| exposure::leads_to(ingress, name));
        // One of the platform is told already, whatever stands behind it.
        if category == Category::Platform || !(way(service).is_some() || routed() || routes.to(namespace, name).next().is_some()) {
            continue;
        }
        verdict.find(
            Finding::new(category, ObjectRef::new("", "Service", namespace, name), "spec.selector")
                .rule("endpoints_not_read")
                .review()
                .severity(Severity::Medium)
                .observed("no selector; endpoints not read")
                .message("It is published and selects no pods, and the endpoints that say what stands behind it were not read."),
        );
    }
}

/// Consoles that answer at the address of their node, past every Service.
fn on_nodes(view: &View<'_>, verdict: &mut Verdict) {
    for found in software::with_role(view.inventory, &view.tables.software, "console") {
        let workload = found.workload;
        let Some((field, rule, words)) = exposure::at_node(view.inventory, workload) else { continue };
        let own = view.category(&workload.object.namespace);
        let category = if own == Category::Platform { view.cluster_wide() } else { own };
        verdict.saw(category);
        verdict.find(
            Finding::new(category, workload.object.clone(), format!("{}.{field}", workload.spec_path()))
                .rule(rule)
                .review()
                .severity(Severity::Medium)
                .pods(workload.pods)
                .observed(format!("{}: {words}", found.software.name))
                .message("It answers at the address of its node; which networks reach that must be shown."),
        );
    }
}

fn names<'a>(view: &View<'a>, role: &str) -> BTreeMap<ObjectRef, &'a str> {
    let found = software::with_role(view.inventory, &view.tables.software, role);
    found.into_iter().map(|f| (f.workload.object.clone(), f.software.name.as_str())).collect()
}

/// What a Service leads to: among the workloads of its namespace those that it selects, elsewhere too those whose pods its endpoints name.
fn behind(
    workloads: &[&Workload],
    service: &Service,
    routes: &Routes,
    consoles: &BTreeMap<ObjectRef, &str>,
    gates: &BTreeMap<ObjectRef, &str>,
) -> Behind {
    let mut behind = Behind { console: None, ingress: false };
    let selected = workloads.iter().filter(|workload| exposure::selects(service, workload)).map(|workload| &workload.object);
    for workload in selected.chain(routes.behind(&service.metadata.namespace, &service.metadata.name)) {
        behind.console = behind.console.or_else(|| consoles.get(workload).map(|name| (*name).to_owned()));
        behind.ingress |= gates.contains_key(workload);
    }
    behind
}

/// How a Service is reachable from outside.
struct Way {
    field: &'static str,
    words: String,
    restricted: bool,
}

fn way(service: &Service) -> Option<Way> {
    let spec = &service.spec;
    if spec.r#type == "LoadBalancer" {
        let (words, restricted) = match audience(service) {
            Audience::Some(words) => (words, true),
            Audience::Everybody => ("LoadBalancer for all addresses".to_owned(), false),
        };
        return Some(Way { field: "spec.loadBalancerSourceRanges", words, restricted });
    }
    if !spec.external_ips.is_empty() {
        return Some(Way { field: "spec.externalIPs", words: format!("externalIPs {}", spec.external_ips.join(", ")), restricted: true });
    }
    (spec.r#type == "NodePort").then(|| {
        let ports: Vec<String> = spec.ports.iter().filter(|p| p.node_port > 0).map(|p| p.node_port.to_string()).collect();
        Way { field: "spec.type", words: format!("NodePort {} on every node", ports.join(", ")), restricted: true }
    })
}

fn told(finding: Finding, console: Option<&str>, way: &Way) -> Finding {
    let what = console.unwrap_or("a service of the platform");
    let finding = finding.rule("service").observed(format!("{what}: {}", way.words));
    if way.restricted {
        finding.review().severity(Severity::Medium).message("Reachable beyond the cluster; which networks reach it must be shown.")
    } else {
        finding.severity(Severity::High).message("A load balancer publishes it, and nothing in the cluster says to whom.")
    }
}
