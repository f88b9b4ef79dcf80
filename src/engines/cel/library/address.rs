//! Addresses and networks, as Go's `netip` reads them.

use super::super::eval::{errs, no_overload};
use super::super::value::{Opaque, Value};
use super::Answer;
use std::any::Any;
use std::net::{IpAddr, Ipv4Addr};

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Address(IpAddr);

/// A network: an address, and how many of its bits name the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network(IpAddr, u8);

impl Opaque for Address {
    fn kind(&self) -> &'static str {
        "net.IP"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref() == Some(self)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

impl Opaque for Network {
    fn kind(&self) -> &'static str {
        "net.CIDR"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref() == Some(self)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

/// No zones, and no IPv4 in the clothes of IPv6.
fn address(text: &str) -> Option<Address> {
    let address: IpAddr = text.parse().ok()?;
    (!matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())).then_some(Address(address))
}

fn network(text: &str) -> Option<Network> {
    let (ip, length) = text.rsplit_once('/')?;
    let Address(ip) = address(ip)?;
    let good = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit()) && (length.len() == 1 || !length.starts_with('0'));
    let length = good.then(|| length.parse::<u8>().ok()).flatten()?;
    (length <= bits(ip).1).then_some(Network(ip, length))
}

/// An address as a number, and how many bits it has.
fn bits(ip: IpAddr) -> (u128, u8) {
    match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    }
}

fn masked(ip: IpAddr, length: u8) -> u128 {
    let (number, all) = bits(ip);
    let host = u32::from(all - length.min(all));
    if host >= 128 { 0 } else { number >> host << host }
}

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        self.0.is_ipv4() == ip.is_ipv4() && masked(self.0, self.1) == masked(ip, self.1)
    }

    fn network(self) -> Self {
        let number = masked(self.0, self.1);
        let ip = match self.0 {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(number).unwrap_or_default().into()),
            IpAddr::V6(_) => IpAddr::V6(number.into()),
        };
        Self(ip, self.1)
    }
}

/// How an address or a network is written.
pub(super) fn written(value: &Value) -> Option<String> {
    if let Some(Address(ip)) = value.as_opaque() {
        return Some(ip.to_string());
    }
    value.as_opaque().map(|Network(ip, length)| format!("{ip}/{length}"))
}

/// Calls a function of addresses; none where it is none, or is given something else.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Answer> {
    let read = |found: Option<Value>| found.map_or_else(|| errs("not an address"), Ok);
    if let [Value::String(text)] = args {
        return Some(match name {
            "ip" => read(address(text).map(Value::opaque)),
            "cidr" => read(network(text).map(Value::opaque)),
            "isIP" => Ok(Value::Bool(address(text).is_some())),
            "isCIDR" => Ok(Value::Bool(network(text).is_some())),
            "ip.isCanonical" => read(address(text).map(|Address(ip)| Value::Bool(ip.to_string() == **text))),
            _ => return None,
        });
    }
    let first = args.first()?;
    if let (Some(Address(ip)), [_]) = (first.as_opaque(), args) {
        return Some(Ok(match name {
            "family" => Value::Int(if ip.is_ipv4() { 4 } else { 6 }),
            "isUnspecified" => Value::Bool(ip.is_unspecified()),
            "isLoopback" => Value::Bool(ip.is_loopback()),
            "isLinkLocalMulticast" => Value::Bool(match ip {
                IpAddr::V4(ip) => ip.octets().starts_with(&[224, 0, 0]),
                IpAddr::V6(ip) => ip.segments()[0] & 0xff0f == 0xff02,
            }),
            "isLinkLocalUnicast" => Value::Bool(link_local(ip)),
            "isGlobalUnicast" => {
                let broadcast = *ip == IpAddr::V4(Ipv4Addr::BROADCAST);
                Value::Bool(!(broadcast || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || link_local(ip)))
            }
            _ => return None,
        }));
    }
    let network_of = first.as_opaque::<Network>()?;
    Some(match (name, args) {
        ("ip", [_]) => Ok(Value::opaque(Address(network_of.0))),
        ("prefixLength", [_]) => Ok(Value::Int(network_of.1.into())),
        ("masked", [_]) => Ok(Value::opaque(network_of.network())),
        ("containsIP" | "containsCIDR", [_, Value::String(text)]) => {
            let found = if name == "containsIP" {
                address(text).map(|Address(ip)| (ip, u8::MAX))
            } else {
                network(text).map(|Network(ip, length)| (ip, length))
            };
            found.map_or_else(|| errs("not an address"), |(ip, length)| Ok(Value::Bool(network_of.1 <= length && network_of.holds(ip))))
        }
        ("containsIP", [_, other]) => other.as_opaque().map_or_else(no_overload, |Address(ip)| Ok(Value::Bool(network_of.holds(*ip)))),
        ("containsCIDR", [_, other]) => other
            .as_opaque()
            .map_or_else(no_overload, |Network(ip, length)| Ok(Value::Bool(network_of.1 <= *length && network_of.holds(*ip)))),
        _ => return None,
    })
}

const fn link_local(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfe80,
    }
}
