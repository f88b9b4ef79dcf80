//! Ranges of addresses outside of the cluster: the `ipBlock`s that policies name, with what each leaves out.

use crate::kinds::network::IpBlock;
use core::net::IpAddr;
use ipnet::IpNet;

/// A range of addresses without its exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The range, with its host bits cleared: `10.0.0.0/8`.
    pub cidr: String,
    /// Ranges that are not part of it, sorted.
    pub except: Vec<String>,
    v6: bool,
    spans: Vec<(u128, u128)>,
}

/// How much of all addresses some ranges hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breadth {
    /// Less than half of them.
    Narrow,
    /// Half of them, or more.
    Half,
    /// All but a sixteenth, at most.
    NearlyAll,
    /// Every one.
    All,
}

/// Where pods and nodes have their addresses by custom: private and shared address space, unique local IPv6.
const INSIDE: [&str; 5] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

/// Whether ranges of addresses, as texts, let in half of all addresses or more: lists of who may reach a load balancer, say. What is no range
/// lets in nobody.
#[must_use]
pub fn are_wide<'t>(ranges: impl IntoIterator<Item = &'t str>) -> bool {
    let block = |text: &str| IpBlock { cidr: text.trim().to_owned(), except: vec![] };
    let read: Vec<Range> = ranges.into_iter().filter_map(|text| Range::read(&block(text)).0).collect();
    Range::breadth(&read.iter().collect::<Vec<_>>()) >= Breadth::Half
}

impl Range {
    /// Every IPv4 address.
    #[must_use]
    pub fn anywhere() -> Self {
        Self { cidr: "0.0.0.0/0".into(), except: vec![], v6: false, spans: vec![(0, u128::from(u32::MAX))] }
    }

    /// One address.
    pub(super) fn of_address(address: IpAddr) -> Self {
        let (number, v6) = match address {
            IpAddr::V4(address) => (u32::from(address).into(), false),
            IpAddr::V6(address) => (address.into(), true),
        };
        Self { cidr: address.to_string(), except: vec![], v6, spans: vec![(number, number)] }
    }

    /// Reads an `ipBlock`, and says what of it the API server would have refused. An exception that can't be read leaves nothing out.
    pub(super) fn read(block: &IpBlock) -> (Option<Self>, Vec<String>) {
        let mut faults = Vec::new();
        let mut parse = |text: &str| -> Option<IpNet> {
            let net = text.trim().parse::<IpNet>().ok().map(|net| net.trunc());
            if net.is_none() {
                faults.push(format!("“{text}” is no range of addresses"));
            }
            net
        };
        let range = parse(&block.cidr).map(|net| {
            let mut except: Vec<IpNet> = block.except.iter().filter_map(|text| parse(text)).collect();
            except.sort();
            except.dedup();
            let mut spans = vec![ends(&net)];
            for out in except.iter().filter(|out| is_v6(out) == is_v6(&net)) {
                spans = without(&spans, ends(out));
            }
            Self { cidr: net.to_string(), except: except.iter().map(ToString::to_string).collect(), v6: is_v6(&net), spans }
        });
        (range, faults)
    }

    /// Whether pods or nodes may have addresses in it: wider than one address, and not clear of private address space.
    #[must_use]
    pub fn may_hold_pods(&self) -> bool {
        self.spans.iter().any(|(first, last)| first < last)
            && INSIDE.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|net| {
                let (low, high) = ends(&net);
                is_v6(&net) == self.v6 && self.spans.iter().any(|(first, last)| *first <= high && low <= *last)
            })
    }

    /// Whether it is a single address.
    pub(super) fn is_one(&self) -> bool {
        matches!(self.spans.as_slice(), [(first, last)] if first == last)
    }

    /// Whether its exceptions leave nothing of it.
    pub(super) const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether the two have an address in common.
    pub(super) fn touches(&self, other: &Self) -> bool {
        self.v6 == other.v6 && self.spans.iter().any(|a| other.spans.iter().any(|b| a.0 <= b.1 && b.0 <= a.1))
    }

    /// The first addresses of the pieces into which others cut it: within a piece every address lies in the same ones of the others.
    pub(super) fn pieces(&self, others: &[&Self]) -> Vec<u128> {
        let inside = |address: &u128| self.spans.iter().any(|(first, last)| (first..=last).contains(&address));
        let cuts = others.iter().flat_map(|other| &other.spans).flat_map(|(first, last)| [Some(*first), last.checked_add(1)]).flatten();
        let mut pieces: Vec<u128> = self.spans.iter().map(|(first, _)| *first).chain(cuts.filter(|cut| inside(cut))).collect();
        pieces.sort_unstable();
        pieces.dedup();
        pieces
    }

    /// How much of all addresses ranges hold together, of either family: the wider one says.
    pub(super) fn breadth(ranges: &[&Self]) -> Breadth {
        Self::breadth_of(ranges, false).max(Self::breadth_of(ranges, true))
    }

    /// How much of the addresses of one family ranges hold together. A rule that leaves little out, or is one of two halves, is as wide as one for
    /// everything: what counts is how much of the internet it holds, which for IPv6 is 2000::/3.
    pub(super) fn breadth_of(ranges: &[&Self], v6: bool) -> Breadth {
        let all = if v6 { (0, u128::MAX) } else { (0, u128::from(u32::MAX)) };
        let internet = if v6 { (0x2000_u128 << 112, (0x4000_u128 << 112) - 1) } else { all };
        let mut spans: Vec<(u128, u128)> =
            ranges.iter().filter(|range| range.v6 == v6).flat_map(|range| range.spans.iter().copied()).collect();
        spans.sort_unstable();
        let (mut next, mut held, mut gap) = (Some(0_u128), 0_u128, false);
        for (first, last) in spans {
            let Some(from) = next else { break };
            gap |= first > from;
            let (low, high) = (first.max(from).max(internet.0), last.min(internet.1));
            if low <= high {
                held += high - low;
            }
            if last >= from {
                next = last.checked_add(1).filter(|next| *next <= all.1);
            }
        }
        // Ends are counted as one address too few for each span, which no half and no sixteenth of these sizes turns on.
        let size = internet.1 - internet.0;
        match (gap || next.is_some(), held) {
            (false, _) => Breadth::All,
            (true, held) if held >= size / 16 * 15 => Breadth::NearlyAll,
            (true, held) if held >= size / 2 - 1 => Breadth::Half,
            _ => Breadth::Narrow,
        }
    }

    /// The part of each network, and of everything, that lies in none of the narrower ones: what rules that deny leave of the others.
    pub(super) fn leftovers(networks: impl Iterator<Item = String>) -> Vec<Self> {
        let mut nets: Vec<IpNet> = networks.filter_map(|text| text.parse().ok()).collect();
        if nets.is_empty() {
            return vec![];
        }
        nets.extend("0.0.0.0/0".parse::<IpNet>());
        nets.sort();
        nets.dedup();
        let within = |inner: &IpNet, outer: &IpNet| inner != outer && outer.contains(inner);
        let rest = |outer: &IpNet| {
            let inside: Vec<&IpNet> = nets.iter().filter(|net| within(net, outer)).collect();
            let widest = inside.iter().filter(|net| !inside.iter().any(|other| within(net, other)));
            let block = IpBlock { cidr: outer.to_string(), except: widest.map(ToString::to_string).collect() };
            Self::read(&block).0.filter(|range| !range.is_empty())
        };
        nets.iter().filter_map(rest).collect()
    }

    /// Whether an address of its family lies in it.
    pub(super) fn holds(&self, address: u128) -> bool {
        self.spans.iter().any(|(first, last)| (*first..=*last).contains(&address))
    }
}

fn is_v6(net: &IpNet) -> bool {
    matches!(net, IpNet::V6(_))
}

fn ends(net: &IpNet) -> (u128, u128) {
    match net {
        IpNet::V4(net) => (u32::from(net.network()).into(), u32::from(net.broadcast()).into()),
        IpNet::V6(net) => (net.network().into(), net.broadcast().into()),
    }
}

fn without(spans: &[(u128, u128)], (low, high): (u128, u128)) -> Vec<(u128, u128)> {
    let mut kept = Vec::with_capacity(spans.len() + 1);
    for (first, last) in spans.iter().copied() {
        if high < first || last < low {
            kept.push((first, last));
            continue;
        }
        if first < low {
            kept.push((first, low - 1));
        }
        if high < last {
            kept.push((high + 1, last));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(cidr: &str, except: &[&str]) -> Range {
        let block = IpBlock { cidr: cidr.into(), except: except.iter().map(|e| (*e).to_owned()).collect() };
        Range::read(&block).0.unwrap_or_else(|| panic!("{cidr}"))
    }

    #[test]
    fn exceptions_are_taken_out() {
        let public = range("0.0.0.0/0", &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]);
        assert!(!public.may_hold_pods());
        assert!(!public.touches(&range("10.1.0.0/16", &[])));
        assert!(public.touches(&range("9.0.0.0/7", &[])));
        assert!(range("0.0.0.0/0", &["10.0.0.0/8"]).may_hold_pods());
    }

    #[test]
    fn one_address_is_a_machine_and_host_bits_are_cleared() {
        assert!(!range("10.1.2.3/32", &[]).may_hold_pods());
        assert_eq!(range("10.1.2.3/8", &[]).cidr, "10.0.0.0/8");
        assert!(range("fd00::/8", &[]).may_hold_pods());
    }

    #[test]
    fn what_leaves_little_out_is_nearly_everything() {
        let breadth = |cidrs: &[(&str, &[&str])]| {
            let ranges: Vec<Range> = cidrs.iter().map(|(cidr, except)| range(cidr, except)).collect();
            Range::breadth(&ranges.iter().collect::<Vec<_>>())
        };
        for (cidrs, wanted) in [
            (&[("0.0.0.0/0", &[][..])][..], Breadth::All),
            (&[("0.0.0.0/1", &[]), ("128.0.0.0/1", &[])], Breadth::All),
            (&[("::/0", &[])], Breadth::All),
            (&[("::/1", &[]), ("8000::/1", &[])], Breadth::All),
            (&[("0.0.0.0/0", &["1.1.1.1/32"])], Breadth::NearlyAll),
            (&[("0.0.0.0/0", &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"])], Breadth::NearlyAll),
            (&[("0.0.0.0/1", &[]), ("128.0.0.0/2", &[]), ("192.0.0.0/3", &[])], Breadth::Half),
            (&[("::/0", &["fd00::/8"])], Breadth::NearlyAll),
            (&[("2000::/3", &[])], Breadth::NearlyAll),
            (&[("2000::/4", &[])], Breadth::Half),
            (&[("0.0.0.0/1", &[])], Breadth::Half),
            (&[("128.0.0.0/1", &["224.0.0.0/4"])], Breadth::Narrow),
            (&[("10.0.0.0/8", &[]), ("fd00::/8", &[])], Breadth::Narrow),
            (&[], Breadth::Narrow),
        ] {
            assert_eq!(breadth(cidrs), wanted, "{cidrs:?}");
        }
    }

    #[test]
    fn what_is_no_range_is_said() {
        let (range, faults) = Range::read(&IpBlock { cidr: "10.0.0.0/40".into(), except: vec![] });
        assert_eq!(range, None);
        assert_eq!(faults.len(), 1);
    }
}
