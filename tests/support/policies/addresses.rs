//! Addresses and the blocks that hold them, by plain arithmetic.

use std::collections::BTreeSet;
use std::net::IpAddr;

pub fn parse(cidr: &str) -> (IpAddr, u32) {
    let (address, length) = cidr.split_once('/').unwrap();
    (address.parse().unwrap(), length.parse().unwrap())
}

pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

pub fn address(number: u128, v4: bool) -> IpAddr {
    if v4 { IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()) } else { IpAddr::V6(number.into()) }
}

pub fn ends(cidr: &str) -> (u128, u128) {
    let (start, length) = parse(cidr);
    let free = if start.is_ipv4() { 32 - length } else { 128 - length };
    let size = if free == 128 { u128::MAX } else { (1 << free) - 1 };
    (number(start) & !size, (number(start) & !size) + size)
}

pub fn in_block(cidr: &str, except: &[String], address: IpAddr) -> bool {
    let within = |cidr: &str| {
        let (first, last) = ends(cidr);
        parse(cidr).0.is_ipv4() == address.is_ipv4() && (first..=last).contains(&number(address))
    };
    within(cidr) && !except.iter().any(|out| within(out))
}

/// More than one address, some of them in private or shared address space. The ends of blocks decide, as blocks nest or are apart.
pub fn could_hold_pods(cidr: &str, except: &[String]) -> bool {
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
    let v4 = parse(cidr).0.is_ipv4();
    let mut candidates = BTreeSet::new();
    for text in private.into_iter().chain([cidr]).chain(except.iter().map(String::as_str)).filter(|t| parse(t).0.is_ipv4() == v4) {
        let (first, last) = ends(text);
        candidates.extend([first, last, first.saturating_sub(1), last.saturating_add(1)].map(|n| address(n, v4)));
    }
    candidates.retain(|address| in_block(cidr, except, *address));
    candidates.len() > 1 && candidates.iter().any(|address| private.iter().any(|range| in_block(range, &[], *address)))
}

/// Whether blocks together hold every address of IPv4: each of them, their ends, and what lies just beyond.
pub fn are_all_of_v4(cidrs: &[&str]) -> bool {
    let v4: Vec<&str> = cidrs.iter().copied().filter(|cidr| parse(cidr).0.is_ipv4()).collect();
    let mut candidates = BTreeSet::from([0, u128::from(u32::MAX)]);
    for cidr in &v4 {
        let (first, last) = ends(cidr);
        candidates.extend([first, last, first.saturating_sub(1), (last + 1).min(u32::MAX.into())]);
    }
    candidates.into_iter().all(|number| v4.iter().any(|cidr| in_block(cidr, &[], address(number, true))))
}
