//! Routes from outside of kinds that are not read, known by their names: what a cluster serves, or files hold, is told as it is.

/// How the names of kinds that take connections in end; their resources have a plural.
const WAYS: &[&str] = &[
    "ingress",
    "ingresses",
    "route",
    "routes",
    "ingressroutetcp",
    "ingressroutetcps",
    "ingressrouteudp",
    "ingressrouteudps",
    "routegroup",
    "routegroups",
    "routetable",
    "routetables",
    "gateway",
    "gateways",
    "virtualserver",
    "virtualservers",
    "transportserver",
    "transportservers",
    "virtualservice",
    "virtualservices",
    "virtualhost",
    "virtualhosts",
    "httpproxy",
    "httpproxies",
];

/// Words by which a name that ends so means something else: what leads out, and what joins networks.
const OTHERWISE: &[&str] = &["egress", "terminating", "natgateway", "nat-gateway", "vpn", "transit", "internet"];

/// Groups whose objects by such names are none that lead connections from outside to Services: settings of a platform, routes within a mesh, and
/// gateways between networks.
const GROUPS: &[&str] =
    &["config.openshift.io", "operator.openshift.io", "policy.linkerd.io", "submariner.io", "kubeovn.io", "k8s.ovn.org"];

/// Ends of groups whose objects stand for things of a cloud.
const OF_CLOUDS: &[&str] =
    &[".services.k8s.aws", ".azure.com", ".cnrm.cloud.google.com", ".upbound.io", ".crossplane.io", ".cluster.x-k8s.io"];

/// Whether a resource (`apisixroutes`) or kind (`ApisixRoute`) of a group is, by its name, a route from outside of the cluster.
#[must_use]
pub fn is_route(group: &str, name: &str) -> bool {
    let (group, name) = (group.to_ascii_lowercase(), name.to_ascii_lowercase());
    if GROUPS.contains(&group.as_str())
        || OF_CLOUDS.iter().any(|end| group.ends_with(end))
        || OTHERWISE.iter().any(|word| name.contains(word))
    {
        return false;
    }
    // Emissary's routes are called so, and so is much else.
    let mapping = group.ends_with("getambassador.io") && (name.ends_with("mapping") || name.ends_with("mappings"));
    mapping || WAYS.iter().any(|end| name.ends_with(end)) || name.starts_with("virtualserverroute")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_by_group_and_name() {
        for (group, name) in [
            ("apisix.apache.org", "ApisixRoute"),
            ("getambassador.io", "Mapping"),
            ("x.getambassador.io", "ambassadortcpmappings"),
            ("configuration.konghq.com", "TCPIngress"),
            ("configuration.konghq.com", "udpingresses"),
            ("k8s.nginx.org", "VirtualServer"),
            ("k8s.nginx.org", "virtualserverroutes"),
            ("cis.f5.com", "TransportServer"),
            ("zalando.org", "RouteGroup"),
            ("gateway.solo.io", "virtualservices"),
            ("serving.knative.dev", "Route"),
            ("consul.hashicorp.com", "ingressgateways"),
        ] {
            assert!(is_route(group, name), "{group} {name}");
        }
        for (group, name) in [
            ("networking.k8s.io", "ingressclasses"),
            ("elbv2.k8s.aws", "IngressClassParams"),
            ("config.openshift.io", "Ingress"),
            ("operator.openshift.io", "IngressController"),
            ("gateway.networking.k8s.io", "GatewayClass"),
            ("gateway.networking.k8s.io", "referencegrants"),
            ("networking.gke.io", "gcpgatewaypolicies"),
            ("cilium.io", "CiliumEgressGatewayPolicy"),
            ("consul.hashicorp.com", "terminatinggateways"),
            ("ec2.services.k8s.aws", "natgateways"),
            ("kubeovn.io", "vpc-nat-gateways"),
            ("policy.linkerd.io", "httproutes"),
            ("submariner.io", "gateways"),
            ("iamauthenticator.k8s.aws", "iamidentitymappings"),
            ("monitoring.coreos.com", "ServiceMonitor"),
        ] {
            assert!(!is_route(group, name), "{group} {name}");
        }
    }
}
