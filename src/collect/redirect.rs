//! Addresses that another side names: where a redirect leads, and whether one goes there.

use http::Uri;
use kassay_core::analysis::probing::is_loopback;

/// Scheme and host of an address, with the port.
pub(super) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

/// Where a redirect leads.
pub(super) fn absolute(from: &str, to: &str) -> Option<String> {
    let to = to.split('#').next().unwrap_or_default();
    if to.contains("://") {
        Some(to.to_owned())
    } else if to.starts_with("//") {
        Some(format!("{}:{to}", from.split_once("://")?.0))
    } else if to.starts_with('/') {
        Some(format!("{}{to}", origin(from)))
    } else {
        let folder = from.split('?').next()?.rsplit_once('/')?.0;
        Some(format!("{folder}/{to}"))
    }
}

/// Whether an address that another side named is one to go to: with TLS, or without it on the very host that is asked without it; and never from
/// elsewhere to this machine or to addresses that only this network segment knows, where metadata services live.
pub(super) fn may_go(from: &str, to: &str) -> bool {
    let (Ok(from), Ok(to)) = (from.parse::<Uri>(), to.parse::<Uri>()) else { return false };
    let (Some(there), Some(here)) = (to.host(), from.host()) else { return false };
    let encrypted = to.scheme_str() == Some("https");
    let plain = to.scheme_str() == Some("http") && from.scheme_str() == Some("http") && (there == here || is_loopback(there));
    let bare = there.trim_matches(['[', ']']);
    let near = match bare.parse() {
        Ok(std::net::IpAddr::V4(ip)) => ip.is_link_local() || ip.is_unspecified(),
        Ok(std::net::IpAddr::V6(ip)) => ip.is_unicast_link_local() || ip.is_unspecified(),
        Err(_) => false,
    };
    let home = is_loopback(there) && !is_loopback(here);
    let named = to.authority().is_some_and(|authority| authority.as_str().contains('@'));
    (encrypted || plain) && !near && !home && !named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sides_can_not_send_us_anywhere() {
        for (from, to, may) in [
            ("https://r.example/v2/", "https://auth.example/token", true),
            ("https://r.example/v2/", "http://auth.example/token", false),
            ("https://r.example/v2/", "http://r.example/token", false),
            ("http://r.example:5000/v2/", "http://r.example:5001/token", true),
            ("http://r.example:5000/v2/", "http://other.example/token", false),
            ("https://r.example/v2/", "https://127.0.0.1:6443/", false),
            ("https://r.example/v2/", "https://localhost/", false),
            ("http://r.example/v2/", "http://127.0.0.1/", false),
            ("https://r.example/v2/", "https://169.254.169.254/latest/meta-data", false),
            ("https://r.example/v2/", "https://[fe80::1]/", false),
            ("https://r.example/v2/", "https://user:password@r.example/", false),
            ("http://127.0.0.1:5000/v2/", "http://127.0.0.1:5001/token", true),
            ("http://localhost:5000/v2/", "http://169.254.169.254/", false),
            ("https://r.example/v2/", "file:///etc/passwd", false),
            ("https://r.example/v2/", "ftp://r.example/", false),
        ] {
            assert_eq!(may_go(from, to), may, "{from} {to}");
        }
    }

    #[test]
    fn redirects_are_taken_as_browsers_take_them() {
        let from = "https://r.example:5000/v2/a/manifests/1?x=/y";
        for (to, wanted) in [
            ("https://s.example/z#top", "https://s.example/z"),
            ("//s.example/z", "https://s.example/z"),
            ("/z?q", "https://r.example:5000/z?q"),
            ("2", "https://r.example:5000/v2/a/manifests/2"),
        ] {
            assert_eq!(absolute(from, to).as_deref(), Some(wanted));
        }
        assert_eq!(origin("https://r.example?x"), "https://r.example");
    }
}
