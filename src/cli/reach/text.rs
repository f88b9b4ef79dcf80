//! Reachability as people read it: what is not known first, then pairs of workloads by the categories of scope between which they stand,
//! both directions of a pair together. What stays within a category is cut after some lines; the JSON and the table have all.

use crate::cli::lines::wrapped;
use crate::tui::text::{counted, cut, left, name, thousands, width};
use kassay_core::analysis::platform::Categories;
use kassay_core::analysis::reach::{End, Judge, Passage, Reach, Reading};
use kassay_core::kinds::Inventory;
use kassay_core::model::text::clean;
use kassay_core::model::{Category, Scope};
use std::io::{self, Write};
use std::sync::Arc;

/// Pairs shown of those that cross no border of the scope.
const SHOWN: usize = 40;
/// From this many columns on, the reason stands in the line of its flow.
const WIDE: usize = 150;

/// Everything that the text is made from.
pub(super) struct Page<'p> {
    pub inventory: &'p Inventory,
    pub reach: &'p Reach<'p>,
    pub scope: &'p Scope,
    /// Whether a scope file sorted the namespaces.
    pub sorted: bool,
    /// Lists that were not read whole.
    pub missing: &'p [String],
    /// Columns.
    pub width: usize,
}

/// A category, or addresses outside of the cluster.
type Side = Option<Category>;

const SIDES: [Side; 5] = [Some(Category::Cde), Some(Category::Connected), Some(Category::OutOfScope), Some(Category::Platform), None];

/// The ends of a pair by index: of workloads first, of ranges behind them.
type Ends = Vec<usize>;

/// Both directions of a pair.
struct Pair {
    here: usize,
    there: usize,
    out: Option<Arc<Passage>>,
    back: Option<Arc<Passage>>,
}

impl Page<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Where the target can't be written.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let ends = self.ends();
        self.head(out, &ends)?;
        let mut judge = self.reach.judge(Reading::Outside);
        for (a, b) in sections() {
            self.section(out, &mut judge, &ends, a, b)?;
        }
        writeln!(out)?;
        wrapped(
            out,
            self.width,
            "",
            "Where nothing stands behind the ports, no policy selects the pods of either end, so everything is open.",
        )
    }

    /// Indexes of the ends of each side.
    fn ends(&self) -> [Ends; 5] {
        let mut ends: [Ends; 5] = Default::default();
        let workloads = self.reach.workloads();
        let categories = Categories::new(self.inventory, self.scope);
        for (index, party) in workloads.iter().enumerate() {
            let namespace = party.workload.object.namespace.as_str();
            let category = categories.of(namespace);
            ends[place(Some(category))].push(index);
        }
        ends[place(None)].extend((0..self.reach.ranges().len()).map(|range| workloads.len() + range));
        ends
    }

    fn head(&self, out: &mut impl Write, ends: &[Ends; 5]) -> io::Result<()> {
        let cluster = &self.inventory.cluster;
        let named = if cluster.server.is_empty() { "files" } else { &cluster.server };
        let counts: Vec<String> =
            Category::ALL.iter().map(|c| format!("{} {}", thousands(ends[place(Some(*c))].len()), c.label())).collect();
        let head = format!("{}  {}", clean(named), clean(&cluster.words()));
        writeln!(out, "{}", cut(&head, self.width))?;
        wrapped(
            out,
            self.width,
            "",
            &format!("{}: {}", counted(self.reach.workloads().len(), "workload", "workloads"), counts.join(", ")),
        )?;
        if !self.sorted {
            wrapped(out, self.width, "", "No scope file was given: every namespace that is not the platform's counts as CDE.")?;
        }
        for words in self.missing {
            wrapped(out, self.width, "⊘ ", &format!("Not complete: {words}. Connections may be missing or wrong here."))?;
        }
        let skipped = self.reach.not_evaluated();
        if !skipped.is_empty() {
            let words = format!(
                "Not evaluated, and able to allow or forbid more than stands here: {}.",
                counted(skipped.len(), "object", "objects")
            );
            wrapped(out, self.width, "⊘ ", &words)?;
            for entry in skipped {
                wrapped(out, self.width, "    ", &format!("{}: {}", entry.object(), entry.why))?;
            }
        }
        let hosts: Vec<String> = self.reach.workloads().iter().filter(|p| p.host_network).map(|p| p.workload.object.path()).collect();
        if !hosts.is_empty() {
            let words = format!("On the network of their node, and so outside of policy: {}.", hosts.join(", "));
            wrapped(out, self.width, "! ", &words)?;
        }
        let rules = self.reach.address_rules().len();
        if rules > 0 {
            let words = format!(
                "{} a range of addresses in which pods may have theirs. Here such a range means addresses outside of the cluster; some network plugins let pods through by it too. -o json names them.",
                counted(rules, "rule admits", "rules admit")
            );
            wrapped(out, self.width, "! ", &words)?;
        }
        Ok(())
    }

    fn section(&self, out: &mut impl Write, judge: &mut Judge<'_, '_>, ends: &[Ends; 5], a: Side, b: Side) -> io::Result<()> {
        let (here, there) = (&ends[place(a)], &ends[place(b)]);
        let within = a == b;
        let possible = if within { here.len() * here.len().saturating_sub(1) / 2 } else { here.len() * there.len() };
        if possible == 0 {
            return Ok(());
        }
        let (mut pairs, mut flows, mut open) = (0, 0, 0);
        self.pairs(judge, here, there, within, &mut |pair| {
            pairs += 1;
            for passage in [&pair.out, &pair.back].into_iter().flatten() {
                flows += 1;
                open += usize::from(passage.ports.is_all());
            }
            Ok(())
        })?;
        let title = if within { format!("Within {}", label(a)) } else { format!("{} and {}", label(a), label(b)) };
        if flows == 0 {
            return writeln!(out, "\n{}", cut(&format!("{title}: no connection among {}", counted(possible, "pair", "pairs")), self.width));
        }
        let words = format!(
            "{title}: {}, {} on every port; {} of {}",
            counted(flows, "connection", "connections"),
            thousands(open),
            thousands(pairs),
            counted(possible, "pair", "pairs")
        );
        writeln!(out, "\n{}", cut(&words, self.width))?;
        let crosses = !within && (b.is_some() || a == Some(Category::Cde));
        let room = if crosses { usize::MAX } else { SHOWN };
        let columns = Columns::of(self.width);
        let mut shown = 0;
        self.pairs(judge, here, there, within, &mut |pair| {
            shown += 1;
            if shown <= room { self.pair(out, &columns, &pair) } else { Ok(()) }
        })?;
        if pairs > room {
            writeln!(out, "  … {} more; -o json and -o csv have all", counted(pairs - room, "pair", "pairs"))?;
        }
        Ok(())
    }

    /// Every pair between which some connection is possible.
    fn pairs(
        &self,
        judge: &mut Judge<'_, '_>,
        here: &[usize],
        there: &[usize],
        within: bool,
        take: &mut dyn FnMut(Pair) -> io::Result<()>,
    ) -> io::Result<()> {
        let workloads = self.reach.workloads().len();
        for (nth, a) in here.iter().copied().enumerate() {
            let others = if within { there.get(nth + 1..).unwrap_or_default() } else { there };
            for b in others.iter().copied() {
                let (out, back) = match b.checked_sub(workloads) {
                    Some(range) => (judge.out_to(a, range), judge.in_from(range, a)),
                    None => (judge.between(a, b), judge.between(b, a)),
                };
                if out.is_some() || back.is_some() {
                    take(Pair { here: a, there: b, out, back })?;
                }
            }
        }
        Ok(())
    }

    fn pair(&self, out: &mut impl Write, columns: &Columns, pair: &Pair) -> io::Result<()> {
        let (here, there) = (self.end(pair.here), self.end(pair.there));
        match (&pair.out, &pair.back) {
            (Some(a), Some(b)) if a.text == b.text && self.why(a).is_empty() && self.why(b).is_empty() => {
                self.line(out, columns, [&here, "↔", &there], a)
            }
            (Some(a), Some(b)) => {
                self.line(out, columns, [&here, "→", &there], a)?;
                self.line(out, columns, ["", "←", ""], b)
            }
            (Some(a), None) => self.line(out, columns, [&here, "→", &there], a),
            (None, Some(b)) => self.line(out, columns, [&here, "←", &there], b),
            (None, None) => Ok(()),
        }
    }

    fn line(&self, out: &mut impl Write, columns: &Columns, cells: [&str; 3], passage: &Passage) -> io::Result<()> {
        let [here, sign, there] = cells;
        let why = self.why(passage);
        let (here, there) = (name(here, columns.name), name(there, columns.name));
        let start = format!("  {here} {sign} {there}  ");
        if columns.why > 0 {
            let ports = if width(&passage.text) > columns.ports { passage.text.clone() } else { left(&passage.text, columns.ports) };
            let line = format!("{start}{ports}  ");
            let room = self.width.saturating_sub(width(&line));
            if width(&why) <= room {
                return writeln!(out, "{}", format!("{line}{why}").trim_end());
            }
            writeln!(out, "{}", line.trim_end())?;
        } else {
            // Ports are the answer: where they need more room than there is, they take a line of their own rather than be cut.
            if width(&start) + width(&passage.text) <= self.width {
                writeln!(out, "{start}{}", passage.text)?;
            } else {
                writeln!(out, "{}", start.trim_end())?;
                wrapped(out, self.width, "      ", &format!("on {}", passage.text))?;
            }
        }
        if why.is_empty() { Ok(()) } else { wrapped(out, self.width, "      ", &why) }
    }

    /// The policies that let a connection through; nothing where none selects either end.
    fn why(&self, passage: &Passage) -> String {
        if passage.policies().is_empty() { String::new() } else { self.reach.words(passage) }
    }

    fn end(&self, index: usize) -> String {
        let workloads = self.reach.workloads();
        match workloads.get(index) {
            Some(party) => End::Workload(&party.workload.object).line(),
            None => self.reach.ranges().get(index - workloads.len()).map_or_else(String::new, |r| End::Range(&r.cidr, &r.except).line()),
        }
    }
}

/// Room for the columns of a line.
struct Columns {
    name: usize,
    ports: usize,
    /// 0 where the reason has a line of its own.
    why: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        if width >= WIDE {
            let name = (width - 30) / 4;
            Self { name, ports: 18, why: width - 2 * name - 30 }
        } else {
            // Ports as they mostly are: `TCP 8443`, `TCP 443,8443 | UDP 53`.
            Self { name: (width.saturating_sub(20)) / 2, ports: 14, why: 0 }
        }
    }
}

const fn place(side: Side) -> usize {
    match side {
        Some(Category::Cde) => 0,
        Some(Category::Connected) => 1,
        Some(Category::OutOfScope) => 2,
        Some(Category::Platform) => 3,
        None => 4,
    }
}

fn label(side: Side) -> &'static str {
    side.map_or("addresses outside", Category::label)
}

/// Pairs of sides in the order in which they are told: what crosses a border of the scope, with the cardholder data environment first and what
/// is out of scope before what is connected; then what leaves the cluster; then what stays within.
fn sections() -> Vec<(Side, Side)> {
    let [cde, connected, out, platform, outside] = SIDES;
    let apart = [(cde, out), (cde, connected), (cde, platform), (connected, out), (connected, platform), (out, platform)];
    let leaving = [cde, connected, out, platform].map(|side| (side, outside));
    let within = [cde, connected, out, platform].map(|side| (side, side));
    apart.into_iter().chain(leaving).chain(within).collect()
}
