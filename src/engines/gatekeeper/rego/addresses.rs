//! Ranges of addresses, as OPA's `net.cidr_*` have them.

use super::builtins::{Given, text};
use ipnet::IpNet;
use regorus::Value;
use std::net::IpAddr;

/// A range: an address with the length of its network, any of its addresses. Go takes an IPv4 address in the form of IPv6 for one of IPv4.
fn range(value: &Value) -> Result<IpNet, Given> {
    let text = text(value).ok_or(Given::Nothing)?;
    let range: IpNet = text.parse().map_err(|_| Given::Nothing)?;
    match range {
        IpNet::V6(range) if range.addr().to_ipv4_mapped().is_some() => {
            Err(Given::Unknown("a range of IPv4 addresses in the form of IPv6".to_owned()))
        }
        range => Ok(range.trunc()),
    }
}

fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    Some(match address {
        IpAddr::V6(wide) => wide.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    })
}

fn both(given: &[Value]) -> Result<(IpNet, IpNet), Given> {
    Ok((range(&given[0])?, range(&given[1])?))
}

/// `net.cidr_contains`: a range holds an address or a range.
pub(super) fn contains(given: &[Value]) -> Given {
    let outer = match range(&given[0]) {
        Ok(outer) => outer,
        Err(given) => return given,
    };
    if let Some(address) = text(&given[1]).and_then(address) {
        return Given::Value(outer.contains(&address).into());
    }
    match range(&given[1]) {
        Ok(inner) => Given::Value(outer.contains(&inner).into()),
        Err(given) => given,
    }
}

/// `net.cidr_intersects`: two ranges share addresses.
pub(super) fn intersects(given: &[Value]) -> Given {
    match both(given) {
        Ok((left, right)) => Given::Value((left.contains(&right.network()) || right.contains(&left.network())).into()),
        Err(given) => given,
    }
}

/// `net.cidr_is_valid`.
pub(super) fn is_valid(given: &[Value]) -> Given {
    if text(&given[0]).is_none() {
        return Given::Value(false.into());
    }
    match range(&given[0]) {
        Ok(_) => Given::Value(true.into()),
        Err(Given::Nothing) => Given::Value(false.into()),
        Err(given) => given,
    }
}
