//! What the match conditions of a webhook leave out: its engine, or its program, is not asked about that, whatever its rules would say.

use super::breaks::Break;
use super::requests::requests;
use super::witness::{Dress, Form, WITNESSES, Witness};
use crate::analysis::admission::webhooks::conditions;
use crate::kinds::admission::Webhook;
use crate::kinds::node::Namespace as Read;
use kassay_engines::Namespace;
use kassay_engines::validating::{MatchConditions, Met};

/// What a webhook is not asked about, by its conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Namespaces of which it is asked about no pod, not even a clean one, each with the condition that leaves it out.
    pub namespaces: Vec<(String, String)>,
    /// Witnesses that it is not asked about where it is asked about the clean one, each with the condition that leaves it out.
    pub witnesses: Vec<(&'static str, String)>,
    /// Why it is not known whether it is asked about one of them.
    pub unknown: Option<String>,
    /// What whoever sends a pod may choose so that it is not asked, each in words.
    pub by_choice: Vec<String>,
}

impl LeftOut {
    /// The condition that leaves a witness out in a namespace, as a person sends it; none where it is asked about.
    fn sees(&mut self, conditions: &MatchConditions, witness: &Witness, space: &Namespace) -> Option<String> {
        let mut left_out = None;
        for request in requests(witness, space, &Dress::default(), false) {
            match conditions.met(&request) {
                Met::All => {}
                Met::Not(condition) => left_out = Some(condition),
                Met::Errs(why) | Met::NotKnown(why) => {
                    self.unknown.get_or_insert(why);
                }
            }
        }
        left_out
    }
}

/// What a webhook is not asked about in these namespaces, by its match conditions alone.
#[must_use]
pub fn left_out(webhook: &Webhook, namespaces: &[&Read]) -> LeftOut {
    let conditions = conditions(webhook);
    let Some(clean) = Witness::by_id(Form::Pod.clean()).filter(|_| !conditions.is_empty()) else { return LeftOut::default() };
    let mut left_out = LeftOut { by_choice: conditions.ways_around(), ..LeftOut::default() };
    // Where no condition looks at their names, one stands for all.
    let some = if conditions.tells_namespaces_apart() { namespaces.len() } else { 1 };
    let mut asked_in = None;
    for read in namespaces.iter().take(some) {
        let space = Namespace::new(&read.metadata.name, &read.metadata.labels);
        match left_out.sees(&conditions, clean, &space) {
            Some(condition) => {
                let alike = if some == 1 { namespaces } else { std::slice::from_ref(read) };
                left_out.namespaces.extend(alike.iter().map(|read| (read.metadata.name.to_string(), condition.clone())));
            }
            None => {
                asked_in.get_or_insert(space);
            }
        }
    }
    if let Some(space) = asked_in {
        for witness in WITNESSES.iter().filter(|witness| Break::NODE.contains(&witness.breaks) && witness.is_pod()) {
            if let Some(condition) = left_out.sees(&conditions, witness, &space) {
                left_out.witnesses.push((witness.id, condition));
            }
        }
    }
    left_out
}
