//! What a picture says in words, the same in every form.

use super::{PAIRS, Subject};
use kassay_core::analysis::segmentation::{Crossing, End, Pair, Pairs, Tally};
use kassay_core::model::Category;
use kassay_core::model::text::{clean, counted, thousands};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text that may stand in a picture: what a name could do to a reader's eye is made visible, and so is what XML has no place for.
pub(super) fn plain(text: &str) -> String {
    clean(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// A name in so many columns, cut in its middle where it is longer.
pub(super) fn short(name: &str, columns: usize) -> String {
    let name = plain(name);
    if name.width() <= columns {
        return name;
    }
    let end = columns.saturating_sub(1) / 2;
    let take = |chars: &mut dyn Iterator<Item = char>, room: usize| {
        let mut used = 0;
        chars
            .take_while(|c| {
                used += c.width().unwrap_or(0);
                used <= room
            })
            .collect::<String>()
    };
    let head = take(&mut name.chars(), columns.saturating_sub(1) - end);
    let tail: String = take(&mut name.chars().rev(), end).chars().rev().collect();
    format!("{head}…{tail}")
}

/// Words in lines of so many columns.
pub(super) fn lines(words: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in plain(words).split_whitespace() {
        let word = if word.width() > columns { short(word, columns) } else { word.to_owned() };
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&word),
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// The name of an end in a sentence.
pub(super) const fn end(end: End) -> &'static str {
    match end {
        Some(Category::Cde) => "the cardholder data environment",
        Some(Category::Connected) => "connected systems",
        Some(Category::OutOfScope) => "what is out of scope",
        Some(Category::Platform) => "the platform",
        None => "outside of the cluster",
    }
}

/// The title of a box.
pub(super) const fn title(end: End) -> &'static str {
    match end {
        Some(Category::Cde) => "Cardholder data environment",
        Some(Category::Connected) => "Connected",
        Some(Category::OutOfScope) => "Out of scope",
        Some(Category::Platform) => "Platform",
        None => "Outside of the cluster",
    }
}

/// How many connections, and how many of them are open on every port: `3 on every port`, `all on every port`, `on named ports`.
pub(super) fn open(tally: Tally) -> String {
    match tally.open {
        0 => "on named ports".to_owned(),
        n if n == tally.flows => "all on every port".to_owned(),
        n => format!("{} on every port", thousands(n)),
    }
}

pub(super) const fn tally(crossing: &Crossing) -> Tally {
    Tally { flows: crossing.flows, open: crossing.open }
}

pub(super) fn connections(n: usize) -> String {
    counted(n, "connection", "connections")
}

/// What a box says of itself besides its namespaces.
pub(super) fn about(subject: Subject<'_>, of: End) -> String {
    let Some(category) = of else {
        return counted(subject.segmentation.ranges, "range of addresses", "ranges of addresses");
    };
    let namespaces = subject.segmentation.namespaces_of(category);
    let workloads = namespaces.iter().map(|n| n.workloads).sum();
    format!("{}, {}", counted(namespaces.len(), "namespace", "namespaces"), counted(workloads, "workload", "workloads"))
}

/// What is said of the connections within a category.
pub(super) fn within(subject: Subject<'_>, of: End) -> Option<String> {
    let crossing = subject.segmentation.crossing(of, of)?;
    Some(format!("within: {}, {}", connections(crossing.flows), open(tally(crossing))))
}

/// The name of the cluster for titles.
pub(super) fn cluster(subject: Subject<'_>) -> String {
    let known = [subject.name, &subject.cluster.server].into_iter().find(|name| !name.is_empty());
    plain(known.unwrap_or("a cluster read from files"))
}

/// Which cluster it is, and as of when.
pub(super) fn facts(subject: Subject<'_>) -> String {
    let cluster = subject.cluster;
    let server = if subject.name.is_empty() { "" } else { cluster.server.as_str() };
    let version = cluster.words();
    let at = cluster.collected_at.map(|at| format!("read {}", kassay_core::workbook::Moment(at))).unwrap_or_default();
    let parts = [server, version.trim(), &at];
    plain(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
}

/// What keeps the picture from being whole.
pub(super) fn gaps(subject: Subject<'_>) -> Vec<String> {
    let seen = subject.segmentation;
    let mut gaps = vec![];
    if !seen.complete {
        gaps.push(
            "Not complete: pods, namespaces or network policies could not all be read. Connections may be missing or wrong here."
                .to_owned(),
        );
    }
    if !seen.not_evaluated.is_empty() {
        gaps.push(format!(
            "Not evaluated, and able to allow or forbid more than is drawn: {}. kassay reach names them.",
            counted(seen.not_evaluated.len(), "object", "objects")
        ));
    }
    if seen.cut_short {
        gaps.push(
            "There are more connections than were counted; those into and out of the cardholder data environment were counted first."
                .to_owned(),
        );
    }
    gaps
}

/// What a reader must know to read it right.
pub(super) fn notes(subject: Subject<'_>) -> Vec<String> {
    let seen = subject.segmentation;
    let mut notes = vec![
        "A connection is an ordered pair of workloads, or a workload and a range of addresses outside, between which the network policies let something through. Whether the network plugin enforces them is another question."
            .to_owned(),
    ];
    if !subject.sorted {
        notes.push("No scope was given: every namespace that is not the platform's counts as cardholder data environment.".to_owned());
    }
    if seen.unbound > 0 {
        notes.push(format!(
            "{} on the network of their node, where no policy binds them.",
            counted(seen.unbound, "workload is", "workloads are")
        ));
    }
    if !seen.nodes.is_empty() {
        notes.push(format!(
            "{} pods of the cardholder data environment beside others.",
            counted(seen.nodes.len(), "node runs", "nodes run")
        ));
    }
    if let Some(words) = seen.about_nodes().filter(|_| !seen.placed) {
        notes.push(words.to_owned());
    }
    notes
}

/// A pair of namespaces: `shop → pay`, `outside → pay`.
pub(super) fn pair(pair: &Pair, columns: usize) -> String {
    let name = |namespace: &Option<String>| namespace.as_deref().map_or_else(|| "(outside)".to_owned(), |name| short(name, columns));
    format!("{} → {}", name(&pair.from), name(&pair.to))
}

/// How many pairs of namespaces are left out.
pub(super) fn left_out(pairs: &Pairs) -> Option<String> {
    let more = pairs.all.saturating_sub(PAIRS);
    (more > 0).then(|| format!("… {} left out here", counted(more, "more pair is", "more pairs are")))
}

/// The whole picture in sentences, for whoever does not see it.
pub(super) fn told(subject: Subject<'_>) -> String {
    let mut sentences = gaps(subject);
    let crossings: Vec<&Crossing> = subject.segmentation.in_order().into_iter().filter(|c| c.from != c.to).collect();
    if crossings.is_empty() {
        sentences.push("No connection between categories was found.".to_owned());
    }
    for crossing in crossings {
        sentences.push(format!(
            "From {} to {}: {}, {}.",
            end(crossing.from),
            end(crossing.to),
            connections(crossing.flows),
            open(tally(crossing))
        ));
    }
    sentences.join(" ")
}
