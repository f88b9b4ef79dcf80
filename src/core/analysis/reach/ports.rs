//! Sets of ports by protocol: what the rules of policies allow, joined and intersected. They stand here, beside the policies, because a
//! policy knows three protocols and nothing else that is spoken on a network.

use std::borrow::Cow;
use std::fmt;

/// A protocol that a NetworkPolicy can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP, the default of the API.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// All three, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// Reads the API's word; nothing, or an empty text, means TCP.
    #[must_use]
    pub fn parse(word: Option<&str>) -> Option<Self> {
        match word {
            None | Some("" | "TCP") => Some(Self::Tcp),
            Some("UDP") => Some(Self::Udp),
            Some("SCTP") => Some(Self::Sctp),
            Some(_) => None,
        }
    }

    /// The API's word.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

/// A set of ports of each protocol: sorted intervals that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PortSet([Spans; 3]);

/// Ports of one protocol. None and all of them are most, and take no memory.
type Spans = Cow<'static, [(u16, u16)]>;

/// Every port.
const WHOLE: &[(u16, u16)] = &[(1, u16::MAX)];

impl PortSet {
    /// Every port of every protocol: a rule without ports.
    #[must_use]
    pub fn all() -> Self {
        Self([const { Cow::Borrowed(WHOLE) }; 3])
    }

    /// The ports of one protocol from the first to the last; none where the last lies before the first.
    #[must_use]
    pub fn range(protocol: Protocol, first: u16, last: u16) -> Self {
        let mut set = Self::default();
        if first <= last {
            set.0[protocol as usize] = if (first, last) == (1, u16::MAX) { Cow::Borrowed(WHOLE) } else { vec![(first, last)].into() };
        }
        set
    }

    /// Whether there is no port in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|spans| spans.is_empty())
    }

    /// Whether every port of every protocol is in it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.iter().all(|spans| is_whole(spans))
    }

    /// Whether a port is in it.
    #[must_use]
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.0[protocol as usize].iter().any(|(first, last)| (*first..=*last).contains(&port))
    }

    /// Adds the ports of another set.
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            if theirs.is_empty() || mine == theirs {
                continue;
            }
            if mine.is_empty() {
                mine.clone_from(theirs);
                continue;
            }
            let mut both = [&**mine, &**theirs].concat();
            both.sort_unstable();
            let mut joined: Vec<(u16, u16)> = Vec::with_capacity(both.len());
            for (first, last) in both {
                match joined.last_mut() {
                    Some(open) if u32::from(first) <= u32::from(open.1) + 1 => open.1 = open.1.max(last),
                    _ => joined.push((first, last)),
                }
            }
            *mine = if is_whole(&joined) { Cow::Borrowed(WHOLE) } else { joined.into() };
        }
    }

    /// The ports that are not in another set.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Self::default();
        for (into, (mine, theirs)) in left.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            if theirs.is_empty() || is_whole(theirs) && mine == theirs {
                *into = if theirs.is_empty() { mine.clone() } else { Cow::default() };
                continue;
            }
            let into = into.to_mut();
            let mut out = theirs.iter().peekable();
            for (first, last) in mine.iter().copied() {
                let mut from = Some(first);
                while let Some((low, high)) = out.peek().copied().copied() {
                    if high < first {
                        out.next();
                        continue;
                    }
                    if low > last {
                        break;
                    }
                    if let Some(start) = from.filter(|start| *start < low) {
                        into.push((start, low - 1));
                    }
                    from = high.checked_add(1).filter(|next| *next <= last);
                    if high > last {
                        break;
                    }
                    out.next();
                }
                into.extend(from.map(|start| (start, last)));
            }
        }
        left
    }

    /// The ports of one protocol, from the first to the last each.
    pub(super) fn spans(&self, protocol: Protocol) -> &[(u16, u16)] {
        &self.0[protocol as usize]
    }

    /// Whether next to every port of some protocol is in it: all but a tenth, so that one which is left out, or those below 1024, make no narrow
    /// set of it.
    #[must_use]
    pub fn holds_a_whole_protocol(&self) -> bool {
        self.0.iter().any(|spans| is_most(spans))
    }

    /// The same of every protocol.
    #[must_use]
    pub fn is_nearly_all(&self) -> bool {
        self.0.iter().all(|spans| is_most(spans))
    }

    /// The ports that are in both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let mut met = Self::default();
        for (into, (mine, theirs)) in met.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            if mine.is_empty() || theirs.is_empty() {
                continue;
            }
            if mine == theirs {
                into.clone_from(mine);
                continue;
            }
            let into = into.to_mut();
            let (mut i, mut j) = (0, 0);
            while let (Some(a), Some(b)) = (mine.get(i), theirs.get(j)) {
                let (first, last) = (a.0.max(b.0), a.1.min(b.1));
                if first <= last {
                    into.push((first, last));
                }
                if a.1 < b.1 { i += 1 } else { j += 1 }
            }
        }
        met
    }
}

fn is_whole(spans: &[(u16, u16)]) -> bool {
    spans == WHOLE
}

fn is_most(spans: &[(u16, u16)]) -> bool {
    spans.iter().map(|(first, last)| u32::from(last - first) + 1).sum::<u32>() >= u32::from(u16::MAX) / 10 * 9
}

impl fmt::Display for PortSet {
    /// `All`, or `TCP 80,443,8080-8090 | UDP 53`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("All");
        }
        let mut between = "";
        for (protocol, spans) in Protocol::ALL.iter().zip(&self.0).filter(|(_, spans)| !spans.is_empty()) {
            let spans: Vec<String> =
                spans.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") }).collect();
            write!(f, "{between}{} {}", protocol.id(), spans.join(","))?;
            between = " | ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(spans: &[(u16, u16)]) -> PortSet {
        let mut set = PortSet::default();
        spans.iter().for_each(|(first, last)| set.join(&PortSet::range(Protocol::Tcp, *first, *last)));
        set
    }

    #[test]
    fn spans_that_touch_are_one() {
        assert_eq!(tcp(&[(443, 443), (80, 80), (81, 90), (8080, 8090)]).to_string(), "TCP 80-90,443,8080-8090");
        assert_eq!(tcp(&[(60000, u16::MAX), (1, 60000)]).to_string(), "TCP 1-65535");
    }

    #[test]
    fn all_is_all_three_protocols_in_full() {
        let mut set = PortSet::range(Protocol::Tcp, 1, u16::MAX);
        set.join(&PortSet::range(Protocol::Udp, 1, u16::MAX));
        assert_eq!(set.to_string(), "TCP 1-65535 | UDP 1-65535");
        set.join(&PortSet::range(Protocol::Sctp, 1, u16::MAX));
        assert_eq!(set.to_string(), "All");
    }

    #[test]
    fn next_to_every_port_is_a_whole_protocol() {
        for (spans, whole) in [
            (&[(1, 65534)][..], true),
            (&[(2, u16::MAX)], true),
            (&[(1, 79), (81, 442), (444, u16::MAX)], true),
            (&[(1024, u16::MAX)], true),
            (&[(30000, 32767)], false),
            (&[(1, 32767), (40000, 60000)], false),
            (&[], false),
        ] {
            assert_eq!(tcp(spans).holds_a_whole_protocol(), whole, "{spans:?}");
            assert!(!tcp(spans).is_nearly_all());
        }
    }

    #[test]
    fn a_meeting_holds_what_both_hold() {
        let met = tcp(&[(1, 100), (200, 300), (400, 500)]).meet(&tcp(&[(50, 250), (260, 270), (500, 600)]));
        assert_eq!(met.to_string(), "TCP 50-100,200-250,260-270,500");
        assert!(met.meet(&PortSet::range(Protocol::Udp, 1, 100)).is_empty());
        assert_eq!(met.meet(&PortSet::all()), met);
    }

    #[test]
    fn what_is_taken_out_leaves_the_rest() {
        let all = tcp(&[(1, u16::MAX)]);
        for (out, left) in [
            (tcp(&[(22, 22)]), "TCP 1-21,23-65535"),
            (tcp(&[(1, 80), (100, u16::MAX)]), "TCP 81-99"),
            (tcp(&[]), "TCP 1-65535"),
            (tcp(&[(65535, 65535), (1, 1)]), "TCP 2-65534"),
        ] {
            assert_eq!(all.without(&out).to_string(), left);
        }
        assert!(all.without(&PortSet::all()).is_empty());
        let spans = tcp(&[(10, 20), (30, 40), (50, 60)]);
        assert_eq!(spans.without(&tcp(&[(15, 35), (40, 50), (70, 80)])).to_string(), "TCP 10-14,36-39,51-60");
        assert_eq!(PortSet::all().without(&all).to_string(), "UDP 1-65535 | SCTP 1-65535");
    }
}
