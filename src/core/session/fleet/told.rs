//! What is told of the clusters side by side, in words: rows of the matrix, differences, clusters; and which words of a filter each fits.

use crate::fleet::{CheckRow, Cluster, ControlRow, Difference, Fleet, State, Topic};
use crate::model::Outcome;
use crate::model::text::{clean, counted};
use crate::session::book::assessment::Book;
use crate::session::parts::listed::Common;
use crate::session::parts::listing::Way;
use crate::workbook::{PopulationKind, Sample};

/// How differences are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FleetGroup {
    /// Not at all: those first in which one cluster stands alone.
    #[default]
    None,
    /// By what they are about.
    Topic,
    /// By who is unlike most.
    Cluster,
}

impl Way for FleetGroup {
    const WAYS: &'static [(Self, &'static str)] =
        &[(Self::None, "not grouped"), (Self::Topic, "by what they are about"), (Self::Cluster, "by who is unlike most")];
}

/// A row of the matrix, by its index in the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FleetRow {
    /// A control.
    Control(usize),
    /// A check of the control above it.
    Check(usize),
}

/// A row of the matrix with what it says.
#[derive(Clone, Copy, Debug)]
pub enum Told<'f> {
    /// A control.
    Control(&'f ControlRow),
    /// A check.
    Check(&'f CheckRow),
}

impl<'f> Told<'f> {
    /// Its id.
    #[must_use]
    pub fn id(self) -> &'f str {
        match self {
            Self::Control(row) => &row.control,
            Self::Check(row) => &row.check,
        }
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'f str {
        match self {
            Self::Control(row) => &row.title,
            Self::Check(row) => &row.title,
        }
    }

    /// What it says on a cluster, and how many findings there are.
    #[must_use]
    pub fn on(self, cluster: &str) -> Option<(Outcome, usize)> {
        let (outcomes, findings) = match self {
            Self::Control(row) => (&row.outcomes, &row.findings),
            Self::Check(row) => (&row.outcomes, &row.findings),
        };
        Some((*outcomes.get(cluster)?, findings.get(cluster).copied().unwrap_or(0)))
    }

    fn outcomes(self) -> impl Iterator<Item = Outcome> + 'f {
        match self {
            Self::Control(row) => row.outcomes.values(),
            Self::Check(row) => row.outcomes.values(),
        }
        .copied()
    }

    /// Whether clusters differ in it; in a control, whether they do in any of its checks.
    #[must_use]
    pub fn differs(self, fleet: &Fleet) -> bool {
        match self {
            Self::Control(row) => fleet.differ_in(row),
            Self::Check(row) => fleet.differ(&row.outcomes),
        }
    }

    /// Whether a difference is about it.
    pub(super) fn is_concerned(self, difference: &Difference) -> bool {
        let is = |check: &str| match self {
            Self::Control(row) => check.split_once('/').is_some_and(|(control, _)| control == row.control),
            Self::Check(row) => check == row.check,
        };
        match difference.topic {
            Topic::Outcome => difference.what.iter().any(|check| is(check)),
            _ => is(&difference.of),
        }
    }

    /// Whether it fits a filter word, in lower case: `out:fail` on any cluster, or any text of its name.
    pub(super) fn fits(self, word: &str) -> bool {
        match word.split_once(':') {
            Some(("out", part)) => self.outcomes().any(|outcome| outcome.id().starts_with(part)),
            _ => self.id().contains(word) || self.title().to_lowercase().contains(word),
        }
    }
}

/// The rows of the matrix, each control before its checks.
pub(super) fn rows(fleet: &Fleet, checks: bool) -> Vec<FleetRow> {
    let of = |at: usize| {
        let below = fleet.checks.iter().enumerate().filter(move |(_, check)| check.control == fleet.controls[at].control);
        let below = below.map(|(nth, _)| FleetRow::Check(nth)).filter(move |_| checks);
        std::iter::once(FleetRow::Control(at)).chain(below)
    };
    (0..fleet.controls.len()).flat_map(of).collect()
}

/// Whether a difference fits a filter word, in lower case: `about:policy`, `cluster:eu` (unlike most), or any text.
pub(super) fn difference_fits(difference: &Difference, word: &str) -> bool {
    let has = |text: &str, part: &str| text.to_lowercase().contains(part);
    match word.split_once(':') {
        Some(("about", part)) => difference.topic.label().contains(part),
        Some(("cluster", part)) => difference.apart.iter().any(|name| has(name, part)),
        _ => {
            has(difference.topic.label(), word)
                || has(&difference.whose(), word)
                || difference.what.iter().any(|what| has(what, word))
                || difference.values.iter().any(|held| has(&held.value, word) || held.clusters.iter().any(|name| has(name, word)))
        }
    }
}

pub(super) fn in_group(group: FleetGroup, difference: &Difference) -> Option<Common<'_>> {
    Some(match group {
        FleetGroup::None => return None,
        FleetGroup::Topic => difference.topic.label().into(),
        FleetGroup::Cluster => match difference.apart.as_slice() {
            [] => "nothing holds on most".into(),
            [one] => one.as_str().into(),
            _ => "several".into(),
        },
    })
}

pub(super) fn cluster_fits(cluster: &Cluster, word: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(word);
    match word {
        "failed" => cluster.state == State::Failed,
        _ => [&cluster.name, &cluster.version, &cluster.distribution, &cluster.source, &cluster.why].into_iter().any(|text| has(text)),
    }
}

/// References of the samples into which a cluster was drawn as an item.
#[must_use]
pub fn drawn<'b>(book: &'b Book, cluster: &str) -> Vec<&'b str> {
    let of_clusters = |sample: &&Sample| sample.withdrawn.is_none() && sample.population.of == PopulationKind::Clusters;
    let has = |sample: &&Sample| sample.items.iter().any(|item| item.name == cluster);
    book.workbook.samples.iter().filter(of_clusters).filter(has).map(|sample| sample.reference.as_str()).collect()
}

/// How many things or clusters are named before the rest is counted.
const NAMED: usize = 3;

/// A difference in a sentence: what it is, what holds where, the odd ones first.
#[must_use]
pub fn in_words(difference: &Difference) -> String {
    clean(&difference.words(NAMED))
}

/// How it went with a cluster, in a sentence: what is counted of it, or why it could not be read.
#[must_use]
pub fn standing(cluster: &Cluster) -> String {
    let same = cluster.same_as.as_ref().map(|other| format!("the same cluster as {other}; ")).unwrap_or_default();
    if cluster.state == State::Failed {
        return clean(&format!("{same}{}", cluster.why));
    }
    let count = |outcome: Outcome| cluster.outcomes.get(outcome.id()).copied().unwrap_or(0);
    let told = [Outcome::Fail, Outcome::Review, Outcome::Blocked, Outcome::Pass].map(|o| format!("{} {}", count(o), o.label()));
    clean(&format!("{same}{}", told.join(", ")))
}

/// How many clusters there are, and what is to be known of them first.
#[must_use]
pub fn summary(fleet: &Fleet) -> String {
    let failed = fleet.failed().count();
    let twins: usize = fleet.twins().values().map(Vec::len).sum();
    let mut parts = vec![counted(fleet.clusters.len(), "cluster", "clusters")];
    if failed > 0 {
        parts.push(format!("{failed} not read"));
    }
    if twins > 0 {
        parts.push(format!("{twins} named twice"));
    }
    parts.push(counted(fleet.differences.len(), "difference", "differences"));
    parts.join(", ")
}

/// A difference in full, line by line: what it is about, what holds where, who could not see it.
#[must_use]
pub fn in_full(difference: &Difference) -> Vec<String> {
    let whose = difference.whose();
    let mut lines = vec![clean(&format!("{}{}{whose}", difference.topic.label(), if whose.is_empty() { "" } else { ": " }))];
    lines.extend(difference.what.iter().map(|what| clean(&format!("· {what}"))));
    lines.extend(difference.values.iter().map(|held| clean(&format!("{} on {}", held.value, held.clusters.join(", ")))));
    if !difference.unseen.is_empty() {
        lines.push(clean(&format!("not to be seen on {}", difference.unseen.join(", "))));
    }
    lines
}

/// What is known of a cluster, line by line.
#[must_use]
pub fn about(fleet: &Fleet, book: &Book, cluster: &Cluster) -> Vec<String> {
    let mut lines = vec![clean(&format!("{}: {}", cluster.name, standing(cluster)))];
    let mut say = |label: &str, words: &str| {
        if !words.is_empty() {
            lines.push(clean(&format!("{label}: {words}")));
        }
    };
    say("Read from", &cluster.source);
    say("Server", &cluster.server);
    say("UID", &cluster.uid);
    say("Nodes", &if cluster.nodes > 0 { cluster.nodes.to_string() } else { String::new() });
    say("Collected", cluster.collected_at.as_deref().unwrap_or_default());
    say("Drawn as a sample", &drawn(book, &cluster.name).join(", "));
    let alone = fleet.apart.iter().find(|apart| apart.cluster == cluster.name).map_or(0, |apart| apart.alone);
    if alone > 0 {
        say("Unlike all others", &format!("in {}", counted(alone, "difference", "differences")));
    }
    lines
}
