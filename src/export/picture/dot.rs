//! The picture for Graphviz: `kassay reach -o dot | dot -Tpdf`.

use super::words::{self, connections, open, plain, tally};
use super::{NAMESPACES, Subject};
use kassay_core::analysis::segmentation::{ENDS, End};
use kassay_core::model::Category;
use kassay_core::model::text::{counted, thousands};
use std::fmt::Write as _;

/// Writes it.
#[must_use]
pub fn dot(subject: Subject<'_>) -> String {
    let mut out = String::new();
    let mut label = vec![format!("Segmentation of {}", words::cluster(subject)), words::facts(subject)];
    let sentences = words::gaps(subject).into_iter().map(|gap| format!("⊘ {gap}")).chain(words::notes(subject));
    label.extend(sentences.flat_map(|sentence| words::lines(&sentence, 110)));
    let _ = writeln!(out, "digraph segmentation {{");
    let _ = writeln!(out, "  graph [label={}, labelloc=t, labeljust=l, fontname=\"Helvetica\", nodesep=0.9, ranksep=1.1];", lines(&label));
    let _ = writeln!(out, "  node [shape=box, fontname=\"Helvetica\", margin=\"0.2,0.12\"];");
    let _ = writeln!(out, "  edge [fontname=\"Helvetica\", fontsize=10];");
    for end in ENDS {
        let looks = match end {
            Some(Category::Cde) => ", peripheries=2, penwidth=2, color=\"#b3261e\"",
            None => ", style=dashed",
            Some(_) => "",
        };
        let _ = writeln!(out, "  {} [label={}{looks}];", id(end), lines(&node(subject, end)));
    }
    for crossing in subject.segmentation.in_order().into_iter().filter(|c| c.from != c.to) {
        let mut label = vec![connections(crossing.flows), open(tally(crossing))];
        let mut looks = format!("penwidth={}", if crossing.open > 0 { 4 } else { 1 });
        if crossing.into_cde() {
            label.push("into the CDE".to_owned());
            looks.push_str(", color=\"#b3261e\", fontcolor=\"#b3261e\", arrowhead=normalnormal");
        }
        let _ = writeln!(out, "  {} -> {} [label={}, {looks}];", id(crossing.from), id(crossing.to), lines(&label));
    }
    out.push_str("}\n");
    out
}

const fn id(end: End) -> &'static str {
    match end {
        Some(category) => category.id(),
        None => "outside",
    }
}

/// The lines of a box.
fn node(subject: Subject<'_>, end: End) -> Vec<String> {
    let mut lines = vec![words::title(end).to_owned(), words::about(subject, end)];
    lines.extend(words::within(subject, end));
    let Some(category) = end else { return lines };
    let namespaces = subject.segmentation.namespaces_of(category);
    lines.extend(namespaces.iter().take(NAMESPACES).map(|n| format!("{}  {}", words::short(&n.name, 63), thousands(n.workloads))));
    let more = namespaces.len().saturating_sub(NAMESPACES);
    if more > 0 {
        lines.push(format!("… {} not named here", counted(more, "more namespace is", "more namespaces are")));
    }
    lines
}

/// A label as Graphviz reads it: lines that begin at the left, quoted, with nothing in them that it would take for more than text.
fn lines(lines: &[String]) -> String {
    let line = |line: &String| plain(line).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;") + "\\l";
    format!("\"{}\"", lines.iter().map(line).collect::<String>())
}
