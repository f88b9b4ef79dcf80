//! Which kubelets are asked for their settings, and where: at the nodes themselves, at the port that they tell. By way of the API server the same page takes
//! `nodes/proxy`, with which commands can be run; it is never asked that way.

use super::is_loopback;
use crate::kinds::control_plane::CONFIGZ;
use crate::kinds::node::Node;
use crate::kinds::{Inventory, LeftOut, Method, ProbeRequest, Purpose, Source};
use std::net::IpAddr;

/// Most nodes that are asked: as many as a cluster may have (Kubernetes, “Considerations for large clusters”).
pub const MOST_NODES: usize = 5_000;

/// The kubelet's port where a node does not tell another.
const PORT: u16 = 10_250;

/// The requests to the kubelets of a cluster, and the nodes that are not asked.
pub(super) fn plan(inventory: &Inventory) -> (Vec<ProbeRequest>, Vec<LeftOut>) {
    let server = inventory.cluster.server.as_str();
    // Without TLS to the API server nothing says whom to believe.
    let Some(authority) = server.strip_prefix("https://").filter(|_| inventory.source == Source::Live) else { return (vec![], vec![]) };
    let home = is_loopback(authority.split('/').next().unwrap_or_default());
    let (mut requests, mut left_out) = (vec![], vec![]);
    for node in &inventory.nodes {
        let name = &node.metadata.name;
        match address(node, home) {
            Ok(origin) if requests.len() < MOST_NODES => requests.push(ProbeRequest {
                purpose: Purpose::Kubelet,
                method: Method::Get,
                url: format!("https://{origin}{CONFIGZ}"),
                image: String::new(),
                node: name.clone(),
            }),
            Ok(_) => left_out.push(left(name, "there are more nodes than are asked")),
            Err(why) => left_out.push(left(name, why)),
        }
    }
    (requests, left_out)
}

fn left(node: &str, why: &str) -> LeftOut {
    LeftOut { image: format!("the kubelet of node {node}"), why: why.to_owned() }
}

/// Address and port of a node's kubelet. What a node says of itself leads nowhere that only this machine or its own network segment knows.
fn address(node: &Node, home: bool) -> Result<String, &'static str> {
    let own = node.status.addresses.iter().filter(|address| address.r#type == "InternalIP");
    let ip: IpAddr = own.filter_map(|address| address.address.parse().ok()).next().ok_or("the node tells no address of its own")?;
    let near = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified() || ip.is_multicast(),
    };
    if near || (ip.is_loopback() && !home) {
        return Err("its address leads to this machine or to its own network segment");
    }
    let told = node.status.daemon_endpoints.kubelet_endpoint.port;
    let port = told.and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0).unwrap_or(PORT);
    Ok(if ip.is_ipv6() { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Ingest;
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn planned(server: &str, kind: &str, address: &str, port: u32) -> (Vec<String>, usize) {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.cluster().server = server.to_owned();
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": {"addresses": [{"type": kind, "address": address}], "daemonEndpoints": {"kubeletEndpoint": {"Port": port}}}});
        ingest.object(Kind::Nodes, &node.to_string());
        let (requests, left_out) = plan(&ingest.finish());
        (requests.into_iter().map(|request| request.url).collect(), left_out.len())
    }

    #[test]
    fn kubelets_are_asked_at_their_own_addresses_alone() {
        let far = "https://10.0.0.1:6443";
        for (server, kind, address, port, wanted) in [
            (far, "InternalIP", "10.0.0.5", 10_250, Some("https://10.0.0.5:10250/configz")),
            (far, "InternalIP", "10.0.0.5", 0, Some("https://10.0.0.5:10250/configz")),
            (far, "InternalIP", "fd00::5", 4_194, Some("https://[fd00::5]:4194/configz")),
            (far, "ExternalIP", "203.0.113.5", 10_250, None),
            (far, "InternalIP", "node-a.acme.example", 10_250, None),
            (far, "InternalIP", "127.0.0.1", 10_250, None),
            (far, "InternalIP", "169.254.169.254", 10_250, None),
            (far, "InternalIP", "0.0.0.0", 10_250, None),
            ("https://127.0.0.1:6443", "InternalIP", "127.0.0.1", 10_250, Some("https://127.0.0.1:10250/configz")),
        ] {
            let (requests, left_out) = planned(server, kind, address, port);
            assert_eq!(requests.first().map(String::as_str), wanted, "{address}");
            assert_eq!(left_out, usize::from(wanted.is_none()), "{address}");
        }
        // Where the API server is asked without TLS, or was not asked at all, nobody is.
        assert_eq!(planned("http://10.0.0.1:8080", "InternalIP", "10.0.0.5", 10_250), (vec![], 0));
        assert_eq!(planned("", "InternalIP", "10.0.0.5", 10_250), (vec![], 0));
    }
}
