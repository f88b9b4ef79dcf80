//! Several clusters as people read them on a terminal: who they are, the matrix of controls in blocks that fit, in what they differ, and who could not
//! be read.

use crate::cli::lines::{columns, wrapped};
use crate::tui::text::{cut, cut_middle, left, width};
use kassay_core::fleet::{Cluster, Difference, Fleet, State};
use kassay_core::model::Outcome;
use kassay_core::model::text::{clean, counted, thousands};
use std::fmt::Write as _;
use std::io::Write as _;

/// Widest head of a column: longer names are cut, and told whole in the list above.
const HEAD: usize = 14;
/// Narrowest column: a sign, a blank, and a number of findings.
const CELL: usize = 7;
/// Widest name of a control.
const CONTROL: usize = 38;
/// Differences told of one cluster; the JSON has all.
const TOLD: usize = 15;
/// Names told in one difference.
const NAMED: usize = 4;

/// Writes it.
pub(super) fn fleet(fleet: &Fleet, colour: bool) -> String {
    let columns = columns();
    let mut out = String::new();
    let failed = fleet.failed().count();
    let _ = write!(out, "{}", counted(fleet.clusters.len(), "cluster", "clusters"));
    let _ = match failed {
        0 => writeln!(out, "  judged by {}", fleet.assessed_at),
        failed => writeln!(out, ", {failed} of them could not be read  judged by {}", fleet.assessed_at),
    };
    let digits = fleet.clusters.len().to_string().len();
    let widest = fleet.clusters.iter().map(|cluster| width(&clean(&cluster.name))).max().unwrap_or_default().min(columns / 3);
    for (nth, cluster) in fleet.clusters.iter().enumerate() {
        let lead = format!("{:>digits$} {}  ", nth + 1, left(&cut_middle(&clean(&cluster.name), widest), widest));
        write_wrapped(&mut out, columns, &lead, &about(cluster));
    }
    matrix(&mut out, fleet, columns, colour);
    differences(&mut out, fleet, columns);
    let failed: Vec<&Cluster> = fleet.failed().collect();
    if !failed.is_empty() {
        out.push_str("\nCould not be read, so every check of it counts as blocked\n");
        for cluster in failed {
            write_wrapped(&mut out, columns, "  ", &format!("{}: {}", cluster.name, cluster.why));
        }
    }
    let worst = |wanted: Outcome| fleet.checks.iter().filter(|row| row.worst == Some(wanted)).count();
    let totals: Vec<String> = Outcome::ALL.iter().map(|outcome| format!("{} {}", worst(*outcome), outcome.label())).collect();
    let _ = writeln!(out, "\n{} checks at their worst: {}", fleet.checks.len(), totals.join(", "));
    out
}

/// What a cluster is, in a line.
fn about(cluster: &Cluster) -> String {
    if cluster.state == State::Failed {
        return format!("could not be read: {}", clean(&cluster.why));
    }
    let same = cluster.same_as.as_ref().map_or_else(String::new, |name| format!("the same cluster as {}; ", clean(name)));
    let said: Vec<String> = Outcome::ALL
        .iter()
        .map(|outcome| (outcome, cluster.outcomes.get(outcome.id()).copied().unwrap_or_default()))
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {}", outcome.label()))
        .collect();
    format!("{same}{}, {}: {}", clean(&cluster.runs()), counted(cluster.nodes, "node", "nodes"), said.join(", "))
}

/// Controls as rows, clusters as columns, in as many blocks as it takes.
fn matrix(out: &mut String, fleet: &Fleet, columns: usize, colour: bool) {
    let names: Vec<String> = fleet.clusters.iter().map(|cluster| clean(&cluster.name)).collect();
    let control = |row: &kassay_core::fleet::ControlRow| format!("{:<5} {}", row.control, clean(&row.title));
    let lead = fleet.controls.iter().map(|row| width(&control(row))).max().unwrap_or_default().min(CONTROL.min(columns / 2));
    let widest = names.iter().map(|name| width(name)).max().unwrap_or_default();
    // Where names would not fit on one line, the numbers of the list above stand for them.
    let by_name = (widest.clamp(CELL, HEAD) + 1) * names.len() + lead + 2 <= columns;
    let heads: Vec<String> =
        names.iter().enumerate().map(|(nth, name)| if by_name { cut_middle(name, HEAD) } else { format!("no. {}", nth + 1) }).collect();
    let cell = if by_name { widest.clamp(CELL, HEAD) } else { CELL };
    let fitting = (columns.saturating_sub(lead + 2) / (cell + 1)).max(1);
    for (block, heads) in heads.chunks(fitting).enumerate() {
        let _ = write!(out, "\n{}", " ".repeat(lead + 2));
        let line: Vec<String> = heads.iter().map(|head| left(head, cell)).collect();
        let _ = writeln!(out, "{}", line.join(" ").trim_end());
        for row in &fleet.controls {
            let _ = write!(out, "{}  ", left(&cut(&control(row), lead), lead));
            let cells: Vec<String> = fleet.clusters[block * fitting..]
                .iter()
                .take(heads.len())
                .map(|cluster| {
                    let outcome = row.outcomes.get(&cluster.name).copied().unwrap_or(Outcome::Blocked);
                    said(outcome, row.findings.get(&cluster.name).copied().unwrap_or_default(), cell, colour)
                })
                .collect();
            let _ = writeln!(out, "{}", cells.join(" ").trim_end());
        }
    }
    let _ = writeln!(out, "\n✗ fail   ⊘ blocked   ○ review   · n/a   ✓ pass: the worst of a control's checks; numbers are findings");
}

/// A cell: the sign of an outcome, and how many findings there are.
fn said(outcome: Outcome, findings: usize, cell: usize, colour: bool) -> String {
    let (sign, code) = match outcome {
        Outcome::Pass => ("✓", "32"),
        Outcome::Fail => ("✗", "31"),
        Outcome::Review => ("○", "33"),
        Outcome::NotApplicable => ("·", "2"),
        Outcome::Blocked => ("⊘", "35"),
    };
    let text = if findings > 0 { format!("{sign} {}", short(findings)) } else { sign.to_owned() };
    let text = left(&text, cell);
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text }
}

/// A number in at most four letters.
fn short(count: usize) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}

fn differences(out: &mut String, fleet: &Fleet, columns: usize) {
    if fleet.differences.is_empty() {
        let compared = fleet.clusters.iter().filter(|cluster| cluster.state == State::Assessed && cluster.same_as.is_none());
        if compared.count() > 1 {
            out.push_str("\nDifferences: none in all that was seen.\n");
        }
        return;
    }
    out.push_str("\nDifferences\n");
    for apart in &fleet.apart {
        let its = fleet.differences.iter().filter(|difference| difference.alone() == Some(apart.cluster.as_str()));
        told(out, &format!("{} stands alone in {}:", clean(&apart.cluster), thousands(apart.alone)), its, columns);
    }
    let others = || fleet.differences.iter().filter(|difference| difference.alone().is_none());
    if others().next().is_some() {
        told(out, if fleet.apart.is_empty() { "In what they differ:" } else { "Others:" }, others(), columns);
    }
}

fn told<'f>(out: &mut String, head: &str, differences: impl Iterator<Item = &'f Difference>, columns: usize) {
    let _ = writeln!(out, "  {head}");
    let all: Vec<&Difference> = differences.collect();
    for difference in all.iter().take(TOLD) {
        write_wrapped(out, columns, "    ", &difference.words(NAMED));
    }
    if all.len() > TOLD {
        let _ = writeln!(out, "    … {} more; -o json has all", thousands(all.len() - TOLD));
    }
}

fn write_wrapped(out: &mut String, columns: usize, lead: &str, words: &str) {
    let mut lines = Vec::new();
    // Writing to memory has nothing that could fail.
    let _ = wrapped(&mut lines, columns, lead, words).and_then(|()| lines.flush());
    out.push_str(&String::from_utf8_lossy(&lines));
}
