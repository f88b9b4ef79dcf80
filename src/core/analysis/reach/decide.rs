//! The order of rules: what each decides is out of reach of those after it.

use super::compile::Rule;
use super::policy::Verdict;
use super::ports::PortSet;
use std::borrow::Cow;

/// What rules say of one connection, port by port.
#[derive(Debug, Default)]
pub(super) struct Decision {
    /// Allowed by a rule.
    pub(super) allowed: PortSet,
    /// Decided by none.
    pub(super) undecided: PortSet,
    /// The objects that allow, with the ports.
    pub(super) parts: Vec<(usize, PortSet)>,
}

impl Decision {
    /// Where no rule binds.
    pub(super) fn none() -> Self {
        Self { undecided: PortSet::all(), ..Self::default() }
    }
}

/// Asks rules in their order. Those of one place are asked together, so that each that allows a port is told. What a rule passes skips the
/// rest of its tier; where it is not known whether a rule is about the connection (`true`), both ways are followed.
pub(super) fn decide<'r>(rules: impl Iterator<Item = (&'r Rule, bool, Cow<'r, PortSet>)>) -> Decision {
    let mut decision = Decision::default();
    let mut open = PortSet::all();
    let mut at_place = PortSet::all();
    let mut passed = PortSet::default();
    let mut place = None;
    for (rule, maybe, ports) in rules {
        if place != Some(rule.place) {
            if place.is_some_and(|(tier, _)| tier != rule.place.0) {
                open.join(&std::mem::take(&mut passed));
            }
            place = Some(rule.place);
            at_place.clone_from(&open);
        }
        let hit = at_place.meet(&ports);
        if hit.is_empty() {
            continue;
        }
        if !maybe {
            open = open.without(&hit);
        }
        match rule.verdict {
            Verdict::Deny => {}
            Verdict::Pass => passed.join(&hit),
            Verdict::Allow => {
                decision.allowed.join(&hit);
                decision.parts.extend(rule.object.map(|object| (object, hit)));
            }
        }
    }
    open.join(&passed);
    decision.undecided = open;
    decision
}
