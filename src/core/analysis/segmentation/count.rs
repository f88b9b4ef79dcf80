//! Counts the connections. Workloads of one namespace that no question about others tells apart are asked about once, and stand for all of
//! their sort: a cluster in which everyone reaches everyone is a handful of questions.

use super::{Crossing, ENDS, End, FlowRow, Pair, Pairs, SHOWN, Tally};
use crate::analysis::platform::Categories;
use crate::analysis::reach::{self, Judge, Passage, Reach, Reading};
use crate::model::Category;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many questions are asked before counting is cut short, which is told.
const ASKED: usize = 16_000_000;

/// What was counted.
pub(super) struct Count {
    pub crossings: Vec<Crossing>,
    pub into_cde: Pairs,
    pub out_of_cde: Pairs,
    pub cut_short: bool,
}

/// Workloads of one namespace and sort, by their indexes.
struct Cell<'r> {
    end: End,
    namespace: &'r str,
    members: Vec<usize>,
}

/// The connections of a pair of categories while they are counted.
#[derive(Default)]
struct Found {
    tally: Tally,
    /// The first on every port, and the first of the others, by the indexes of their ends.
    open: Rows,
    limited: Rows,
}

type Rows = Vec<(usize, usize, Arc<Passage>)>;
type Between<'r> = BTreeMap<(Option<&'r str>, Option<&'r str>), Tally>;

struct Counter<'r, 'a> {
    reach: &'r Reach<'a>,
    found: BTreeMap<(usize, usize), Found>,
    into_cde: Between<'r>,
    out_of_cde: Between<'r>,
}

/// Counts what is possible between the workloads of a cluster, and between them and outside.
pub(super) fn count(reach: &Reach<'_>, categories: &Categories<'_>) -> Count {
    let cells = cells(reach, categories);
    let mut judge = reach.judge(Reading::Outside);
    let mut counter = Counter { reach, found: BTreeMap::new(), into_cde: Between::new(), out_of_cde: Between::new() };
    let mut left = ASKED;
    let is_cde = |cell: &Cell<'_>| cell.end == Some(Category::Cde);
    // Where not all can be asked, what has an end in the cardholder data environment is.
    for first in [true, false] {
        for from in &cells {
            if is_cde(from) == first {
                let questions = 2 * from.members.len() * reach.ranges().len();
                let Some(rest) = left.checked_sub(questions) else { return counter.done(true) };
                left = rest;
                outside(&mut counter, &mut judge, from);
            }
            for to in cells.iter().filter(|to| (is_cde(from) || is_cde(to)) == first) {
                let Some(rest) = left.checked_sub(1) else { return counter.done(true) };
                left = rest;
                between(&mut counter, &mut judge, from, to);
            }
        }
    }
    counter.done(false)
}

fn cells<'r>(reach: &'r Reach<'_>, categories: &Categories<'_>) -> Vec<Cell<'r>> {
    let all: Vec<usize> = (0..reach.workloads().len()).collect();
    let sorts = reach.sorts(&all, &all);
    let mut cells: BTreeMap<(&str, usize), Cell<'r>> = BTreeMap::new();
    for ((index, party), sort) in reach.workloads().iter().enumerate().zip(sorts) {
        let namespace = party.workload.object.namespace.as_str();
        let new = || Cell { end: Some(categories.of(namespace)), namespace, members: vec![] };
        cells.entry((namespace, sort)).or_insert_with(new).members.push(index);
    }
    cells.into_values().collect()
}

fn between<'r>(counter: &mut Counter<'r, '_>, judge: &mut Judge<'_, '_>, from: &Cell<'r>, to: &Cell<'r>) {
    let same = std::ptr::eq(from, to);
    // Nobody is asked about connections with itself.
    let target = if same { to.members.get(1) } else { to.members.first() };
    let (Some(a), Some(b)) = (from.members.first(), target) else { return };
    let Some(passage) = judge.between(*a, *b) else { return };
    let pairs = from.members.len() * if same { to.members.len() - 1 } else { to.members.len() };
    let each = from.members.iter().flat_map(|a| to.members.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
    counter.take((from.end, Some(from.namespace)), (to.end, Some(to.namespace)), pairs, &passage, each);
}

/// Ranges tell workloads apart that others do not, so each is asked about.
fn outside<'r>(counter: &mut Counter<'r, '_>, judge: &mut Judge<'_, '_>, cell: &Cell<'r>) {
    let (here, there) = ((cell.end, Some(cell.namespace)), (None, None));
    let workloads = counter.reach.workloads().len();
    for range in 0..counter.reach.ranges().len() {
        for member in &cell.members {
            if let Some(passage) = judge.out_to(*member, range) {
                counter.take(here, there, 1, &passage, std::iter::once((*member, workloads + range)));
            }
            if let Some(passage) = judge.in_from(range, *member) {
                counter.take(there, here, 1, &passage, std::iter::once((workloads + range, *member)));
            }
        }
    }
}

impl<'r> Counter<'r, '_> {
    /// Takes a number of connections that are alike.
    fn take(
        &mut self,
        from: (End, Option<&'r str>),
        to: (End, Option<&'r str>),
        pairs: usize,
        passage: &Arc<Passage>,
        each: impl Iterator<Item = (usize, usize)>,
    ) {
        let is_open = passage.ports.is_all();
        let add = |tally: &mut Tally| {
            tally.flows += pairs;
            tally.open += if is_open { pairs } else { 0 };
        };
        let found = self.found.entry((place(from.0), place(to.0))).or_default();
        add(&mut found.tally);
        let rows = if is_open { &mut found.open } else { &mut found.limited };
        let room = SHOWN.saturating_sub(rows.len());
        rows.extend(each.take(room).map(|(a, b)| (a, b, Arc::clone(passage))));
        if from.0 != to.0 {
            for (between, end) in [(&mut self.into_cde, to.0), (&mut self.out_of_cde, from.0)] {
                if end == Some(Category::Cde) {
                    add(between.entry((from.1, to.1)).or_default());
                }
            }
        }
    }

    fn done(self, cut_short: bool) -> Count {
        let reach = self.reach;
        let crossing = |((from, to), mut found): ((usize, usize), Found)| {
            found.open.sort_unstable_by_key(|(a, b, _)| (*a, *b));
            found.limited.sort_unstable_by_key(|(a, b, _)| (*a, *b));
            Crossing {
                from: ENDS[from],
                to: ENDS[to],
                flows: found.tally.flows,
                open: found.tally.open,
                shown: found.open.iter().chain(&found.limited).take(SHOWN).map(|(a, b, passage)| row(reach, *a, *b, passage)).collect(),
            }
        };
        Count {
            crossings: self.found.into_iter().map(crossing).collect(),
            into_cde: pairs(self.into_cde),
            out_of_cde: pairs(self.out_of_cde),
            cut_short,
        }
    }
}

fn row(reach: &Reach<'_>, from: usize, to: usize, passage: &Passage) -> FlowRow {
    let workloads = reach.workloads();
    let line = |index: usize| match (workloads.get(index), index.checked_sub(workloads.len()).and_then(|range| reach.ranges().get(range))) {
        (Some(party), _) => reach::End::Workload(&party.workload.object).line(),
        (None, Some(range)) => reach::End::Range(&range.cidr, &range.except).line(),
        (None, None) => String::new(),
    };
    FlowRow {
        from: line(from),
        to: line(to),
        ports: passage.text.clone(),
        by: passage.policies().into_iter().map(|policy| reach.policy_name(policy).to_owned()).collect(),
    }
}

fn pairs(between: Between<'_>) -> Pairs {
    let all = between.len();
    let mut list: Vec<_> = between.into_iter().collect();
    // Equal ones stay in the order of their names.
    list.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.open, tally.flows)));
    let pair = |((from, to), tally): ((Option<&str>, Option<&str>), Tally)| Pair {
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
        tally,
    };
    Pairs { shown: list.into_iter().take(SHOWN).map(pair).collect(), all }
}

fn place(end: End) -> usize {
    ENDS.iter().position(|known| *known == end).unwrap_or_default()
}
