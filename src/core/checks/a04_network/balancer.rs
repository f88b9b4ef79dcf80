//! Who reaches the load balancer of a Service, as its ranges, its class, its annotations and its address say. Providers each have a word of
//! their own for a load balancer that only their own networks reach.

use super::address::{self, Reachable};
use crate::analysis::reach::are_wide;
use crate::kinds::Meta;
use crate::kinds::network::{Service, ServicePort};

/// Whom a load balancer serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everybody, as far as the cluster says.
    Everybody,
    /// Some networks, in words.
    Some(String),
}

/// Annotations that ask for an internal load balancer, with the values that do. Sources: the documentation of AWS (in-tree and Load Balancer
/// Controller), Azure, Google Cloud, OpenStack, Alibaba Cloud, DigitalOcean, Oracle Cloud, IBM Cloud, Scaleway, Hetzner, Yandex, STACKIT, Baidu.
const INTERNAL: &[(&str, &[&str])] = &[
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"]),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    ("networking.gke.io/load-balancer-type", &["internal"]),
    ("cloud.google.com/load-balancer-type", &["internal"]),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", &["true"]),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", &["intranet"]),
    ("service.beta.kubernetes.io/alicloud-loadbalancer-address-type", &["intranet"]),
    ("service.beta.kubernetes.io/do-loadbalancer-network", &["internal"]),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", &["true"]),
    ("oci-network-load-balancer.oraclecloud.com/internal", &["true"]),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", &["private"]),
    ("service.beta.kubernetes.io/scw-loadbalancer-private", &["true"]),
    ("load-balancer.hetzner.cloud/disable-public-network", &["true"]),
    ("yandex.cloud/load-balancer-type", &["internal"]),
    ("lb.stackit.cloud/internal-lb", &["true"]),
    ("yawol.stackit.cloud/internalLB", &["true"]),
    ("service.beta.kubernetes.io/cce-load-balancer-internal-vpc", &["true"]),
];

/// Annotations that are set, to whatever value, on internal load balancers alone: Tencent Cloud names the subnet of one.
const INTERNAL_BY_PRESENCE: &[&str] = &["service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"];

/// Annotations with lists of ranges that may come in.
const RANGES: &[&str] = &["service.beta.kubernetes.io/load-balancer-source-ranges", "service.beta.kubernetes.io/azure-allowed-ip-ranges"];

/// Classes of load balancers that are internal by themselves.
const INTERNAL_CLASSES: &[&str] = &["networking.gke.io/l4-regional-internal", "tailscale"];

/// Classes, and a value of the older annotation, of AWS' Load Balancer Controller and of EKS Auto Mode, which make internal ones unless told otherwise.
const INTERNAL_BY_DEFAULT: &[&str] = &["service.k8s.aws/nlb", "eks.amazonaws.com/nlb"];

/// Whom the load balancer of a Service serves.
pub(super) fn audience(service: &Service) -> Audience {
    let meta = &service.metadata;
    let mut ranges: Vec<&str> = service.spec.load_balancer_source_ranges.iter().map(String::as_str).collect();
    // Written in the spec, they go before those of an annotation.
    if ranges.is_empty() {
        let lists = RANGES.iter().filter_map(|key| meta.annotation(key));
        ranges = lists.flat_map(|list| list.split(',')).map(str::trim).filter(|range| !range.is_empty()).collect();
    }
    if !ranges.is_empty() && !are_wide(ranges.iter().copied()) {
        return Audience::Some(format!("LoadBalancer for {}", ranges.join(", ")));
    }
    if is_internal(meta, &service.spec.load_balancer_class) {
        return Audience::Some("LoadBalancer of the provider's internal kind".to_owned());
    }
    private_address(service).map_or(Audience::Everybody, |address| Audience::Some(format!("LoadBalancer at {address}, a private address")))
}

fn is_internal(meta: &Meta, class: &str) -> bool {
    let is = |key: &str, values: &[&str]| meta.annotation(key).is_some_and(|v| values.iter().any(|wanted| v.eq_ignore_ascii_case(wanted)));
    // Before its controller AWS took any word but "false" for yes.
    let aws = meta.annotation("service.beta.kubernetes.io/aws-load-balancer-internal").is_some_and(|v| !v.is_empty() && v != "false");
    let by_controller =
        INTERNAL_BY_DEFAULT.contains(&class) || is("service.beta.kubernetes.io/aws-load-balancer-type", &["external", "nlb-ip"]);
    let public = is("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internet-facing"])
        || meta.annotation("service.beta.kubernetes.io/aws-load-balancer-internal") == Some("false");
    aws || INTERNAL.iter().any(|(key, values)| is(key, values))
        || INTERNAL_BY_PRESENCE.iter().any(|key| meta.annotation(key).is_some())
        || INTERNAL_CLASSES.contains(&class)
        || (by_controller && !public)
}

/// The address that a load balancer has, where it has private ones alone. AWS calls internal ones so in their names.
fn private_address(service: &Service) -> Option<&str> {
    let addresses = &service.status.load_balancer.ingress;
    let private = |ip: &str, hostname: &str| match ip {
        "" => hostname.starts_with("internal-") && hostname.ends_with(".elb.amazonaws.com"),
        ip => matches!(address::reachable(ip), Reachable::Private | Reachable::Local),
    };
    let first = addresses.first()?;
    let all = addresses.iter().all(|address| private(&address.ip, &address.hostname));
    all.then_some(if first.ip.is_empty() { &first.hostname } else { &first.ip })
}

/// Whether a port of a load balancer takes plain HTTP in, by its number, its name and what is said to be spoken on it.
pub(super) fn takes_plain_http(service: &Service, port: &ServicePort) -> bool {
    let spoken = port.app_protocol.rsplit('/').next().unwrap_or_default();
    let named = port.name == "http" || port.name.starts_with("http-") || port.name.starts_with("http2") || port.name == "web";
    let http = match spoken {
        "" => named || matches!(port.port, 80 | 8080 | 8000),
        spoken => matches!(spoken, "http" | "h2c" | "ws" | "grpc" | "http2"),
    };
    http && matches!(port.protocol.as_str(), "" | "TCP") && !ends_tls(service, port)
}

/// Whether the provider's load balancer ends TLS on this port: AWS does with a certificate, on all ports unless some are named.
fn ends_tls(service: &Service, port: &ServicePort) -> bool {
    let said = |key: &str| service.metadata.annotation(key).filter(|text| !text.is_empty());
    let ports = said("service.beta.kubernetes.io/aws-load-balancer-ssl-ports").unwrap_or("*");
    said("service.beta.kubernetes.io/aws-load-balancer-ssl-cert").is_some()
        && ports.split(',').map(str::trim).any(|named| named == "*" || named == port.name || named == port.port.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::{Value, json};

    fn service(annotations: &Value, spec: &Value, status: &Value) -> Service {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        let object =
            json!({"metadata": {"name": "a", "annotations": annotations}, "spec": spec, "status": {"loadBalancer": {"ingress": status}}});
        ingest.object(Kind::Services, &object.to_string());
        ingest.finish().services.remove(0)
    }

    fn serves_some(annotations: &Value, spec: &Value, status: &Value) -> bool {
        audience(&service(annotations, spec, status)) != Audience::Everybody
    }

    #[test]
    fn every_provider_has_its_word_for_internal() {
        let with = |key: &str, value: &str| serves_some(&json!({key: value}), &json!({}), &json!([]));
        for (key, values) in INTERNAL {
            assert!(with(key, values[0]) && with(key, &values[0].to_uppercase()) && !with(key, "public"), "{key}");
        }
        assert!(with("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", "subnet-1"));
        assert!(with("service.beta.kubernetes.io/aws-load-balancer-internal", "0.0.0.0/0"));
        assert!(!with("service.beta.kubernetes.io/aws-load-balancer-internal", "false"));
        assert!(
            with("service.beta.kubernetes.io/aws-load-balancer-type", "external")
                && !with("service.beta.kubernetes.io/aws-load-balancer-type", "nlb")
        );
        assert!(!with("acme.example/internal", "true"));
    }

    #[test]
    fn ranges_classes_and_addresses_say_who_comes_in() {
        let none = json!({});
        let ranges = |ranges: &[&str]| serves_some(&none, &json!({"loadBalancerSourceRanges": ranges}), &json!([]));
        assert!(ranges(&["10.0.0.0/8"]) && ranges(&["2001:db8::/48", "192.0.2.0/24"]));
        assert!(
            !ranges(&["0.0.0.0/0"])
                && !ranges(&["::/0"])
                && !ranges(&["0.0.0.0/1", "128.0.0.0/1"])
                && !ranges(&["10.0.0.0/8", "0.0.0.0/0"])
        );
        let listed = |list: &str| serves_some(&json!({"service.beta.kubernetes.io/load-balancer-source-ranges": list}), &none, &json!([]));
        assert!(listed("10.0.0.0/8, 192.0.2.0/24") && !listed("0.0.0.0/0") && !listed(""));
        let class = |class: &str, annotations: &Value| serves_some(annotations, &json!({"loadBalancerClass": class}), &json!([]));
        assert!(class("service.k8s.aws/nlb", &none) && class("networking.gke.io/l4-regional-internal", &none));
        assert!(!class("service.k8s.aws/nlb", &json!({"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"})));
        assert!(!class("acme.example/lb", &none));
        let at = |status: &Value| serves_some(&none, &none, status);
        assert!(at(&json!([{"ip": "10.1.2.3"}])) && at(&json!([{"hostname": "internal-a-1.eu-west-1.elb.amazonaws.com"}])));
        assert!(!at(&json!([{"ip": "10.1.2.3"}, {"ip": "34.1.2.3"}])) && !at(&json!([{"hostname": "a.elb.amazonaws.com"}])));
    }

    #[test]
    fn plain_http_is_told_by_number_name_and_protocol() {
        let plain = |annotations: &Value, port: &Value| {
            let service = service(annotations, &json!({"ports": [port]}), &json!([]));
            takes_plain_http(&service, &service.spec.ports[0])
        };
        let none = json!({});
        assert!(plain(&none, &json!({"port": 80})) && plain(&none, &json!({"port": 9000, "name": "http"})));
        assert!(plain(&none, &json!({"port": 9000, "appProtocol": "kubernetes.io/h2c"})));
        assert!(!plain(&none, &json!({"port": 443, "name": "https"})) && !plain(&none, &json!({"port": 80, "appProtocol": "https"})));
        assert!(!plain(&none, &json!({"port": 5432})) && !plain(&none, &json!({"port": 80, "protocol": "UDP"})));
        let certificate = |ports: Value| {
            let mut annotations = json!({"service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn:aws:acm:eu-west-1:1:certificate/1"});
            if let Some(ports) = ports.as_str() {
                annotations["service.beta.kubernetes.io/aws-load-balancer-ssl-ports"] = json!(ports);
            }
            plain(&annotations, &json!({"port": 80, "name": "http"}))
        };
        assert!(!certificate(Value::Null) && !certificate(json!("80")) && certificate(json!("443")));
    }
}
