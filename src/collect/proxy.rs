//! Whether a proxy stands between, decided as kubectl decides it: the kubeconfig's own proxy always counts, the environment's only where
//! `NO_PROXY` does not name the server. The client library compares `NO_PROXY` with the proxy instead of the server, so it is not asked.

use http::Uri;
use ipnet::IpNet;
use std::net::IpAddr;

/// The proxy for a server, as a URL.
pub(super) fn for_server(server: &Uri, configured: Option<&str>, environment: impl Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(proxy) = configured.filter(|proxy| !proxy.trim().is_empty()) {
        return Some(proxy.trim().to_owned());
    }
    let either = |upper: &str| {
        [upper.to_owned(), upper.to_lowercase()].iter().find_map(|name| environment(name).filter(|value| !value.trim().is_empty()))
    };
    let proxy = either(if server.scheme_str() == Some("http") { "HTTP_PROXY" } else { "HTTPS_PROXY" })?;
    let host = server.host()?.trim_matches(['[', ']']).to_lowercase();
    let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("http") { 80 } else { 443 });
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if local || either("NO_PROXY").is_some_and(|list| list.split(',').any(|entry| matches(entry.trim(), &host, port))) {
        return None;
    }
    let proxy = proxy.trim();
    Some(if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") })
}

/// Whether an entry of `NO_PROXY` names a host: `*`, an address, a range, a domain with all below it, each with a port or without.
fn matches(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let address = host.parse::<IpAddr>().ok();
    if let Ok(range) = entry.parse::<IpNet>() {
        return address.is_some_and(|ip| range.contains(&ip));
    }
    if let Ok(ip) = entry.trim_matches(['[', ']']).parse::<IpAddr>() {
        return address == Some(ip);
    }
    let (name, wanted) = match entry.rsplit_once(':') {
        Some((name, digits)) if digits.parse::<u16>().is_ok() => (name.trim_matches(['[', ']']), digits.parse::<u16>().ok()),
        _ => (entry, None),
    };
    if name.is_empty() || wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    let name = name.to_lowercase();
    if let Ok(ip) = name.parse::<IpAddr>() {
        return address == Some(ip);
    }
    // `example.org` names itself and everything below; `.example.org` and `*.example.org` only what is below.
    match name.strip_prefix("*.").or_else(|| name.strip_prefix('.')) {
        Some(domain) => host.strip_suffix(domain).is_some_and(|start| start.ends_with('.')),
        None => host == name || host.strip_suffix(name.as_str()).is_some_and(|start| start.ends_with('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxied(server: &str, configured: Option<&str>, no_proxy: &str) -> Option<String> {
        let environment = |name: &str| match name {
            "HTTPS_PROXY" => Some("proxy.corp.example:3128".to_owned()),
            "no_proxy" => Some(no_proxy.to_owned()),
            _ => None,
        };
        for_server(&server.parse().unwrap(), configured, environment)
    }

    #[test]
    fn the_servers_own_name_decides() {
        let through = Some("http://proxy.corp.example:3128".to_owned());
        assert_eq!(proxied("https://api.prod.example:6443", None, ""), through);
        assert_eq!(
            proxied("https://api.prod.example:6443", None, "proxy.corp.example"),
            through,
            "the proxy's name is no exception for the server"
        );
        for exception in
            ["api.prod.example", ".prod.example", "*.prod.example", "prod.example", "api.prod.example:6443", "x, prod.example", "*"]
        {
            assert_eq!(proxied("https://api.prod.example:6443", None, exception), None, "{exception}");
        }
        for other in ["api.prod.example:443", "rod.example", ".api.prod.example", "10.0.0.0/8"] {
            assert_eq!(proxied("https://api.prod.example:6443", None, other), through, "{other}");
        }
        assert_eq!(proxied("https://10.1.2.3:6443", None, "10.0.0.0/8"), None);
        assert_eq!(proxied("https://10.1.2.3", None, "10.1.2.3"), None);
        assert_eq!(proxied("https://[fd00::1]:6443", None, "fd00::/8"), None);
        assert_eq!(proxied("https://127.0.0.1:6443", None, ""), None);
    }

    #[test]
    fn the_kubeconfigs_proxy_has_no_exceptions() {
        assert_eq!(proxied("https://10.1.2.3", Some("socks5://jump:1080"), "*"), Some("socks5://jump:1080".to_owned()));
    }
}
