//! What others read of reachability: the flows one by one, and the document around them (`kassay/reach/v1`). Flows are made while they are
//! written, so that a cluster without policies, in which everyone reaches everyone, needs no memory for saying so.

use super::passage::{Judge, Passage, Reading};
use super::{NotEvaluated, Reach};
use crate::analysis::platform::Categories;
use crate::model::{Category, ObjectRef, Scope};
use serde::{Serialize, Serializer, ser::SerializeSeq, ser::SerializeStruct};
use std::sync::Arc;

/// Name of the format.
pub const FORMAT: &str = "kassay/reach/v1";

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'r> {
    /// A workload.
    Workload(&'r ObjectRef),
    /// Addresses outside: a range, and what is not part of it.
    Range(&'r str, &'r [String]),
}

impl End<'_> {
    /// The end in one line: `shop/Deployment/web`, `0.0.0.0/0 except 10.0.0.0/8`.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Workload(object) => format!("{}/{}/{}", object.namespace, object.kind, object.name),
            Self::Range(cidr, []) => (*cidr).to_owned(),
            Self::Range(cidr, except) => format!("{cidr} except {}", except.join(", ")),
        }
    }
}

impl Serialize for End<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Workload(object) => {
                let mut fields = serializer.serialize_struct("Workload", 3)?;
                fields.serialize_field("namespace", &object.namespace)?;
                fields.serialize_field("kind", &object.kind)?;
                fields.serialize_field("name", &object.name)?;
                fields.end()
            }
            Self::Range(cidr, except) => {
                let mut fields = serializer.serialize_struct("Range", 2)?;
                fields.serialize_field("ip", cidr)?;
                if !except.is_empty() {
                    fields.serialize_field("except", except)?;
                }
                fields.end()
            }
        }
    }
}

/// One flow: who may connect to whom, where, and by which policies.
#[derive(Clone, Debug)]
pub struct Flow<'r> {
    /// Who connects.
    pub from: End<'r>,
    /// To whom.
    pub to: End<'r>,
    /// The connection.
    pub passage: Arc<Passage>,
    /// The policies of any kind that let it through, `NetworkPolicy shop/allow-web`; none where no policy decides over it at either end.
    pub by: Vec<&'r str>,
    /// Category of where it starts; none outside.
    pub from_category: Option<Category>,
    /// Category of where it ends; none outside.
    pub to_category: Option<Category>,
}

impl Serialize for Flow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Flow", 6)?;
        fields.serialize_field("from", &self.from)?;
        fields.serialize_field("to", &self.to)?;
        fields.serialize_field("ports", &self.passage.text)?;
        fields.serialize_field("by", &self.by)?;
        fields.serialize_field("from_category", &self.from_category)?;
        fields.serialize_field("to_category", &self.to_category)?;
        fields.end()
    }
}

/// Every flow, made one by one: from each workload to the others and to the ranges, then from each range to the workloads.
pub struct Flows<'r, 'a> {
    reach: &'r Reach<'a>,
    judge: Judge<'r, 'a>,
    categories: Vec<Category>,
    from: usize,
    to: usize,
}

impl<'r> Flows<'r, '_> {
    fn end(&self, index: usize) -> (End<'r>, Option<Category>) {
        let workloads = self.reach.groups.parties.len();
        match self.reach.groups.parties.get(index) {
            Some(party) => (End::Workload(&party.workload.object), self.categories.get(index).copied()),
            None => {
                let range = &self.reach.compiled.ranges[index - workloads];
                (End::Range(&range.cidr, &range.except), None)
            }
        }
    }
}

impl<'r> Iterator for Flows<'r, '_> {
    type Item = Flow<'r>;

    fn next(&mut self) -> Option<Flow<'r>> {
        let workloads = self.reach.groups.parties.len();
        let places = workloads + self.reach.compiled.ranges.len();
        while self.from < places {
            // Ranges only reach workloads: what goes on between addresses outside is nobody's here.
            if self.to >= if self.from < workloads { places } else { workloads } {
                (self.from, self.to) = (self.from + 1, 0);
                continue;
            }
            let (from, to) = (self.from, self.to);
            self.to += 1;
            let passage = if from == to {
                None
            } else if from >= workloads {
                self.judge.in_from(from - workloads, to)
            } else if to >= workloads {
                self.judge.out_to(from, to - workloads)
            } else {
                self.judge.between(from, to)
            };
            if let Some(passage) = passage {
                let by = passage.policies().into_iter().map(|policy| self.reach.policy_name(policy)).collect();
                let ((from, from_category), (to, to_category)) = (self.end(from), self.end(to));
                return Some(Flow { from, to, passage, by, from_category, to_category });
            }
        }
        None
    }
}

impl<'a> Reach<'a> {
    /// Every flow, with the categories that a scope gives.
    #[must_use]
    pub fn flows<'r>(&'r self, scope: &Scope) -> Flows<'r, 'a> {
        let known = Categories::new(self.inventory, scope);
        let categories = self.groups.parties.iter().map(|party| known.of(&party.workload.object.namespace)).collect();
        Flows { reach: self, judge: self.judge(Reading::Outside), categories, from: 0, to: 0 }
    }
}

/// A rule on addresses among which pods may have theirs: whether it is about pods depends on these addresses and on the network plugin.
#[derive(Debug, Serialize)]
struct AddressRow<'r> {
    kind: &'r str,
    namespace: &'r str,
    name: &'r str,
    direction: &'static str,
    range: End<'r>,
}

/// The document that `kassay reach -o json` prints.
pub struct Document<'r, 'a> {
    reach: &'r Reach<'a>,
    scope: &'r Scope,
}

impl<'r, 'a> Document<'r, 'a> {
    /// The document of one cluster.
    #[must_use]
    pub const fn new(reach: &'r Reach<'a>, scope: &'r Scope) -> Self {
        Self { reach, scope }
    }

    fn address_rules(&self) -> Vec<AddressRow<'r>> {
        let reach = self.reach;
        let row = |rule: &super::AddressRule| {
            let range = reach.compiled.ranges.get(rule.range)?;
            let object = reach.compiled.objects.get(rule.policy)?;
            Some(AddressRow {
                kind: &object.kind,
                namespace: &object.namespace,
                name: &object.name,
                direction: rule.direction,
                range: End::Range(&range.cidr, &range.except),
            })
        };
        reach.compiled.address_rules.iter().filter_map(row).collect()
    }
}

impl Serialize for Document<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Stream<'d, 'r, 'a>(&'d Document<'r, 'a>);
        impl Serialize for Stream<'_, '_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut list = serializer.serialize_seq(None)?;
                for flow in self.0.reach.flows(self.0.scope) {
                    list.serialize_element(&flow)?;
                }
                list.end()
            }
        }
        let hosts: Vec<End<'_>> =
            self.reach.workloads().iter().filter(|p| p.host_network).map(|p| End::Workload(&p.workload.object)).collect();
        let not_evaluated: &[NotEvaluated] = self.reach.not_evaluated();
        let mut fields = serializer.serialize_struct("Reach", 6)?;
        fields.serialize_field("format", FORMAT)?;
        fields.serialize_field("complete", &self.reach.complete())?;
        fields.serialize_field("not_evaluated", not_evaluated)?;
        fields.serialize_field("outside_of_policy", &hosts)?;
        fields.serialize_field("address_rules", &self.address_rules())?;
        fields.serialize_field("flows", &Stream(self))?;
        fields.end()
    }
}
