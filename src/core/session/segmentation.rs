//! The picture of area 16: who may connect to whom between categories of scope, and the connections of one pair of them. It is worked out once per
//! reading and scope, beside the screen, because a large cluster has many pairs.

use crate::analysis::segmentation::{Crossing, End, FlowRow, Segmentation};
use crate::model::Category;
use crate::model::text::{clean, counted};
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Kept, Lead, Next};
use crate::session::effect::Effect;
use crate::session::parts::cursor::Cursor;
use crate::session::parts::field::Typed;
use crate::session::parts::listed::{self, Common, Groups};
use crate::session::parts::listing::{Listing, Way};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The check whose practices connections speak to.
const CHECK: &str = "16.1/reachability";

/// What happens to the picture.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows it.
    Open,
    /// Groups connections otherwise.
    Group,
    /// Keeps the connections that are shown as evidence.
    Keep,
    /// Who may connect to whom in a cluster.
    Drawn {
        /// The cluster.
        cluster: String,
        /// The picture.
        picture: Arc<Segmentation>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self, Self::Drawn { .. })
    }
}

/// How connections are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlowGroup {
    /// Not at all.
    #[default]
    None,
    /// By who connects.
    From,
    /// By what they connect to.
    To,
    /// By the ports.
    Ports,
}

impl Way for FlowGroup {
    const WAYS: &'static [(Self, &'static str)] =
        &[(Self::None, "not grouped"), (Self::From, "by source"), (Self::To, "by destination"), (Self::Ports, "by ports")];
}

impl FlowGroup {
    fn of(self, flow: &FlowRow) -> Option<Common<'_>> {
        match self {
            Self::None => None,
            Self::From => Some(flow.from.as_str().into()),
            Self::To => Some(flow.to.as_str().into()),
            Self::Ports => Some(flow.ports.as_str().into()),
        }
    }
}

/// The connections from one category to another: those that are kept to be shown.
#[derive(Clone, Debug, Default)]
pub struct FlowsView {
    crossing: Option<Crossing>,
    /// How they are looked through.
    pub list: Listing<FlowGroup>,
}

impl FlowsView {
    /// From where to where, how many there are, and those that are kept.
    #[must_use]
    pub const fn crossing(&self) -> Option<&Crossing> {
        self.crossing.as_ref()
    }

    /// A connection, by its index.
    #[must_use]
    pub fn flow(&self, at: usize) -> Option<&FlowRow> {
        self.crossing.as_ref()?.shown.get(at)
    }

    /// The selected connection; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<&FlowRow> {
        self.flow(self.list.selected()?)
    }

    fn load(&mut self, crossing: &Crossing) {
        let same = self.crossing.as_ref().is_some_and(|c| (c.from, c.to) == (crossing.from, crossing.to));
        if !same {
            *self = Self::default();
        }
        self.crossing = Some(crossing.clone());
        self.arrange();
    }

    fn arrange(&mut self) {
        let selected = self.selected().cloned();
        let words = listed::words(self.list.filter.trimmed());
        let flows = self.crossing.as_ref().map_or(&[][..], |c| &c.shown);
        let fitting = |at: &usize| words.iter().all(|word| listed::holds(word, &|word| fits(&flows[*at], word)));
        let fit = (0..flows.len()).filter(fitting).collect();
        let groups = Groups::of(flows.len(), |at| self.list.group.of(&flows[at]));
        self.list.arrange(fit, |_| false, groups.as_ref(), |at| selected.as_ref() == Some(&flows[at]));
    }
}

/// Whether a connection fits a filter word, in lower case: `from:pay`, `to:db`, `port:443`, `by:default-deny`, or any text.
fn fits(flow: &FlowRow, word: &str) -> bool {
    let has = |text: &str, part: &str| text.to_lowercase().contains(part);
    match word.split_once(':') {
        Some(("from", part)) => has(&flow.from, part),
        Some(("to", part)) => has(&flow.to, part),
        Some(("port" | "ports", part)) => has(&flow.ports, part),
        Some(("by", part)) => flow.by.iter().any(|policy| has(policy, part)),
        _ => has(&flow.from, word) || has(&flow.to, word) || has(&flow.ports, word) || flow.by.iter().any(|policy| has(policy, word)),
    }
}

/// A connection in words.
#[must_use]
pub fn told(flow: &FlowRow) -> String {
    let by = if flow.by.is_empty() { "no policy selects either end, so everything is open".to_owned() } else { flow.by.join(", ") };
    clean(&format!("{} → {} on {}; let through by: {by}", flow.from, flow.to, flow.ports))
}

/// An end in words.
#[must_use]
pub fn end_name(end: End) -> &'static str {
    end.map_or("outside", Category::label)
}

/// The pictures of the clusters for which they were asked.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    of: BTreeMap<String, Arc<Segmentation>>,
    /// The connections of one pair of categories.
    pub flows: FlowsView,
}

impl Pictures {
    /// The picture of a cluster, once it was worked out.
    #[must_use]
    pub fn of(&self, cluster: &str) -> Option<&Segmentation> {
        self.of.get(cluster).map(|picture| &**picture)
    }

    /// Forgets the picture of a cluster that was read or judged anew.
    pub(in crate::session) fn forget(&mut self, cluster: &str) {
        self.of.remove(cluster);
    }

    /// Shows the picture, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                desk.layers.push(Layer::Segmentation(Cursor::default()));
                return self.wanted(desk);
            }
            Action::Group => {
                self.flows.list.group = self.flows.list.group.next();
                self.flows.arrange();
            }
            Action::Keep => return self.keep(desk),
            Action::Drawn { cluster, picture } => {
                if desk.book.as_ref().is_some_and(|b| b.clusters.iter().any(|c| c.key == cluster)) {
                    self.of.insert(cluster, picture);
                    return self.wanted(desk);
                }
            }
        }
        Next::NONE
    }

    /// Asks for the picture of the shown cluster where it is not there yet; where it is, the connections that are open are those of it.
    pub(in crate::session) fn wanted(&mut self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let Some(cluster) = book.shown() else { return Next::NONE };
        if let Some(picture) = self.of.get(&cluster.key) {
            let open = self.flows.crossing.as_ref().filter(|_| matches!(desk.top(), Layer::Flows)).map(|c| (c.from, c.to));
            if let Some((from, to)) = open {
                let none = Crossing { from, to, flows: 0, open: 0, shown: vec![] };
                self.flows.load(picture.crossing(from, to).unwrap_or(&none));
            }
            return Next::NONE;
        }
        let Some(inventory) = cluster.inventory.clone() else { return Next::NONE };
        Next::from(Effect::Segment { cluster: cluster.key.clone(), inventory, scope: book.workbook.scope.clone() })
    }

    /// ↵: on a pair of categories its connections one by one; while filter words are typed they are kept.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) {
        match desk.top() {
            Layer::Segmentation(cursor) => {
                let shown = desk.book.as_ref().and_then(|book| book.shown()).map(|c| c.key.clone());
                let picture = shown.and_then(|key| self.of.get(&key).cloned());
                if let Some(crossing) = picture.as_ref().and_then(|picture| picture.in_order().into_iter().nth(cursor.at)) {
                    self.flows.load(crossing);
                    desk.layers.push(Layer::Flows);
                }
            }
            _ => {
                self.flows.list.keeps_words();
            }
        }
    }

    /// Esc among the connections: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if self.flows.list.clears_words() {
            self.flows.arrange();
        } else {
            desk.close_top();
        }
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) {
        if self.flows.list.type_in(typed) {
            self.flows.arrange();
        }
    }

    /// Copies the selected connection in words.
    pub(in crate::session) fn copy(&self) -> Next {
        self.flows.selected().map_or(Next::NONE, |flow| Next::from(Effect::Copy(told(flow))))
    }

    /// Keeps the connections that the filter lets through.
    fn keep(&self, desk: &Desk) -> Next {
        let (Some(book), Some(crossing)) = (desk.book.as_ref(), self.flows.crossing()) else { return Next::NONE };
        let flows: Vec<&FlowRow> = self.flows.list.items().filter_map(|at| self.flows.flow(at)).collect();
        if flows.is_empty() {
            return Next::NONE;
        }
        let cluster = book.shown().map(|c| c.key.clone()).unwrap_or_default();
        let pair = format!("{} → {}", end_name(crossing.from), end_name(crossing.to));
        let read = desk.read_at().map(|at| at.to_string()).unwrap_or_default();
        let mut text = format!("connections that network policies let through, {pair}\ncluster {cluster}, read {read}\n");
        text.push_str(&format!("{} in all, {} of them on every port\n", crossing.flows, crossing.open));
        if crossing.shown.len() < crossing.flows {
            text.push_str(&format!("the first {} were looked through\n", crossing.shown.len()));
        }
        if !self.flows.list.filter.is_empty() {
            text.push_str(&format!("filtered by: {}\n", self.flows.list.filter.trimmed()));
        }
        text.push('\n');
        for flow in &flows {
            text.push_str(&told(flow));
            text.push('\n');
        }
        Next::from(Lead::Keep(Kept {
            title: clean(&format!("{} {pair} ({cluster})", counted(flows.len(), "connection", "connections"))),
            practices: desk.practices_of_check(CHECK),
            name: format!("connections-{}.txt", flows.len()),
            text,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::parts::listed::ListRow;

    fn view() -> FlowsView {
        let flow = |from: &str, to: &str, ports: &str, by: &[&str]| FlowRow {
            from: from.into(),
            to: to.into(),
            ports: ports.into(),
            by: by.iter().map(|policy| (*policy).to_owned()).collect(),
        };
        let shown = vec![
            flow("shop/Deployment/web", "pay/Deployment/api", "All", &[]),
            flow("shop/Deployment/web", "pay/StatefulSet/db", "TCP 5432", &["pay/from-shop"]),
            flow("ops/CronJob/backup", "pay/StatefulSet/db", "TCP 5432", &["pay/backup"]),
        ];
        let mut view = FlowsView::default();
        view.load(&Crossing { from: None, to: Some(Category::Cde), flows: 900, open: 1, shown });
        view
    }

    #[test]
    fn words_narrow_connections_by_each_of_their_parts() {
        let mut view = view();
        let mut found = |filter: &str| {
            view.list.filter.set(filter);
            view.arrange();
            view.list.items().collect::<Vec<_>>()
        };
        assert_eq!(found("from:SHOP to:db"), [1]);
        assert_eq!(found("port:5432 -by:backup"), [1]);
        assert_eq!((found("backup"), found("-from:shop"), found("nobody")), (vec![2], vec![2], vec![]));
        assert_eq!(found(""), [0, 1, 2]);
    }

    #[test]
    fn the_selected_connection_stays_selected_when_it_is_grouped() {
        let mut view = view();
        view.list.cursor.at = 2;
        view.list.group = FlowGroup::To;
        view.arrange();
        assert_eq!(view.list.rows()[0], ListRow::Heading("pay/Deployment/api".into(), 1));
        assert_eq!(view.selected().map(|flow| flow.from.as_str()), Some("ops/CronJob/backup"));
    }
}
