//! Addresses: which of them the whole internet can reach, by their ranges alone. Nothing is resolved or asked here.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who can reach an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reachable {
    /// Only networks that know it: private, shared, link-local.
    Private,
    /// Only the machine itself: the way in is a tunnel.
    Local,
    /// Everybody.
    Public,
    /// A name, behind which either may stand.
    Unknown,
}

/// The host of a server's address: `https://10.0.0.1:6443/x` is `10.0.0.1`.
pub(super) fn host(server: &str) -> Option<&str> {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let rest = rest.split(['/', '?']).next()?;
    let host = match rest.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => rest.rsplit_once(':').map_or(rest, |(host, _)| host),
    };
    (!host.is_empty()).then_some(host)
}

/// The port of a server's address; where it says none, that of its scheme.
pub(super) fn port(server: &str) -> u16 {
    let (scheme, rest) = server.split_once("://").unwrap_or(("https", server));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    let told = after_host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    told.unwrap_or(if scheme == "http" { 80 } else { 443 })
}

/// Who can reach a host.
pub(super) fn reachable(host: &str) -> Reachable {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => v4(ip),
        Ok(IpAddr::V6(ip)) => match embedded(ip) {
            Some(v4_inside) => v4(v4_inside),
            None if ip.is_loopback() => Reachable::Local,
            // fec0::/10 was the site-local space, which no network routes to another.
            None if ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.segments()[0] & 0xffc0 == 0xfec0 => {
                Reachable::Private
            }
            None => Reachable::Public,
        },
        Err(_) if host == "localhost" => Reachable::Local,
        Err(_) if [".local", ".internal", ".svc", ".cluster.local"].iter().any(|end| host.ends_with(end)) => Reachable::Private,
        Err(_) => Reachable::Unknown,
    }
}

/// The IPv4 address that one of IPv6 stands for: mapped, or translated by NAT64 (RFC 6052).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = ip.segments();
    let translated = ([a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0]).then(|| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    ip.to_ipv4_mapped().or(translated)
}

fn v4(ip: Ipv4Addr) -> Reachable {
    let [a, b, ..] = ip.octets();
    // 100.64.0.0/10 is shared address space behind carriers' and clouds' translation (RFC 6598).
    let shared = a == 100 && (64..128).contains(&b);
    if ip.is_loopback() {
        return Reachable::Local;
    }
    if ip.is_private() || ip.is_link_local() || ip.is_unspecified() || shared { Reachable::Private } else { Reachable::Public }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_their_range() {
        for (server, wanted) in [
            ("https://10.0.0.1:6443", Reachable::Private),
            ("https://100.100.0.1", Reachable::Private),
            ("https://[fd00::1]:6443/k8s", Reachable::Private),
            ("https://localhost:6443", Reachable::Local),
            ("https://127.0.0.1:6443", Reachable::Local),
            ("https://34.1.2.3", Reachable::Public),
            ("https://[2a00::1]:443", Reachable::Public),
            ("https://100.63.0.1:443", Reachable::Public),
            ("https://[::ffff:10.0.0.1]:443", Reachable::Private),
            ("https://[64:ff9b::a00:1]:443", Reachable::Private),
            ("https://[64:ff9b::2201:203]:443", Reachable::Public),
            ("https://[fec0::1]:6443", Reachable::Private),
            ("https://[fe80::1]:6443", Reachable::Private),
            ("https://api.pay.example:6443", Reachable::Unknown),
        ] {
            assert_eq!(host(server).map(reachable), Some(wanted), "{server}");
        }
        assert_eq!(host(""), None);
    }
}
