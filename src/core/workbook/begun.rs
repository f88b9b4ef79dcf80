//! Next year: a new assessment is begun from the one before. What it was about is taken over (engagement, scope, use cases, clusters, how each is
//! reached); what was said and determined then stands in `[previous]` for reference, and counts for nothing.

use super::{
    ClusterRecord, Engagement, Evidence, Moment, Previous, PreviousAnswer, PreviousCluster, PreviousDetermination, PreviousEvidence,
    Request, Workbook,
};
use crate::guidance::Guidance;
use jiff::{Timestamp, civil::Date};

/// A fact of a cluster that is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFact {
    /// What: `version`.
    pub what: &'static str,
    /// What it was.
    pub before: String,
    /// What it is.
    pub now: String,
}

/// A new assessment, begun from an old one. Its clusters are listed and not read; `digest` is the SHA-256 of the old workbook.
#[must_use]
pub fn begin(old: &Workbook, digest: &str, guidance: &Guidance, now: Timestamp, today: Date) -> Workbook {
    let engagement = Engagement {
        period: next_period(&old.engagement.period, today),
        // Whether a program helped is to be told of each assessment anew.
        assisted: None,
        assistance: String::new(),
        ..old.engagement.clone()
    };
    let mut workbook = Workbook::new(engagement);
    workbook.catalogue.clone_from(&guidance.digest);
    workbook.scope = old.scope.clone();
    workbook.use_cases.clone_from(&old.use_cases);
    workbook.clusters = old
        .clusters
        .iter()
        .map(|c| ClusterRecord { source: c.source.clone(), reached: c.reached.clone(), ..ClusterRecord::unread(&c.key) })
        .collect();
    workbook.previous = Some(Previous {
        entity: old.engagement.entity.clone(),
        period: old.engagement.period.clone(),
        from: String::new(),
        workbook: digest.to_owned(),
        at: Moment(now),
        unverified: String::new(),
        clusters: old.clusters.iter().map(cluster).collect(),
        answers: old.answers.iter().map(answer).collect(),
        determinations: old.determinations.iter().map(determination).collect(),
        evidence: old.evidence.iter().filter(|e| e.counts()).map(evidence).collect(),
        analyses: old.analyses.iter().filter(|a| a.withdrawn.is_none()).cloned().collect(),
    });
    workbook
}

fn cluster(c: &ClusterRecord) -> PreviousCluster {
    PreviousCluster {
        key: c.key.clone(),
        uid: c.uid.clone(),
        server: c.server.clone(),
        version: c.version.clone(),
        distribution: c.distribution.clone(),
        nodes: c.nodes,
        findings: c.findings.clone(),
    }
}

fn answer(a: &super::Answer) -> PreviousAnswer {
    PreviousAnswer {
        question: a.question.clone(),
        digest: a.digest.clone(),
        cluster: a.cluster.clone(),
        value: a.value.clone(),
        by: a.by.clone(),
        at: a.at,
        interviewed: a.interviewed.clone(),
        role: a.role.clone(),
        note: a.note.clone(),
        evidence: a.evidence.clone(),
    }
}

fn determination(d: &super::Determination) -> PreviousDetermination {
    PreviousDetermination { practice: d.practice.clone(), finding: d.finding, method: d.method, rationale: d.rationale.clone(), at: d.at }
}

fn evidence(e: &Evidence) -> PreviousEvidence {
    PreviousEvidence {
        reference: e.reference.clone(),
        title: e.title.clone(),
        file: e.file.clone(),
        sha256: e.sha256.clone(),
        effective: e.effective,
    }
}

/// The period after another: the year that it begins with counts one more, and is at least this year's. `2026 Q4` is followed by `2027 Q4`.
#[must_use]
pub fn next_period(old: &str, today: Date) -> String {
    let old = old.trim();
    let digits = old.bytes().take_while(u8::is_ascii_digit).count();
    match old.get(..digits).filter(|year| year.len() == 4).and_then(|year| year.parse::<i16>().ok()) {
        Some(year) => format!("{}{}", (year.saturating_add(1)).max(today.year()), &old[digits..]),
        None => today.year().to_string(),
    }
}

impl Previous {
    /// Last year's answer to a question on a cluster, or the one for all clusters.
    #[must_use]
    pub fn answer(&self, question: &str, cluster: &str) -> Option<&PreviousAnswer> {
        let of = |cluster: &str| self.answers.iter().find(|a| a.question == question && a.cluster == cluster);
        of(cluster).or_else(|| of(""))
    }

    /// Last year's determination of a practice.
    #[must_use]
    pub fn determination(&self, practice: &str) -> Option<&PreviousDetermination> {
        self.determinations.iter().find(|d| d.practice == practice)
    }

    /// A piece of last year's evidence.
    #[must_use]
    pub fn piece(&self, reference: &str) -> Option<&PreviousEvidence> {
        self.evidence.iter().find(|e| e.reference == reference)
    }

    /// What it is called: `Acme Payments 2026`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.entity, self.period).trim().to_owned()
    }
}

/// A cluster as it was last year; a cluster of another name with the same UID is the same one.
#[must_use]
pub fn previous_of<'a>(workbook: &'a Workbook, record: &ClusterRecord) -> Option<&'a PreviousCluster> {
    let clusters = &workbook.previous.as_ref()?.clusters;
    let same = |c: &&PreviousCluster| !c.uid.is_empty() && c.uid == record.uid;
    clusters.iter().find(same).or_else(|| clusters.iter().find(|c| c.key == record.key))
}

/// Facts of a cluster that are others than last year; nothing where it was not read yet, or was not there.
#[must_use]
pub fn changed_facts(workbook: &Workbook, record: &ClusterRecord) -> Vec<ChangedFact> {
    if record.assessed_at.is_none() && record.collected_at.is_none() {
        return vec![];
    }
    let Some(before) = previous_of(workbook, record) else { return vec![] };
    let facts = [
        ("UID of kube-system", before.uid.clone(), record.uid.clone()),
        ("version", before.version.clone(), record.version.clone()),
        ("distribution", before.distribution.clone(), record.distribution.clone()),
        ("nodes", before.nodes.to_string(), record.nodes.to_string()),
    ];
    facts.into_iter().filter(|(_, before, now)| before != now).map(|(what, before, now)| ChangedFact { what, before, now }).collect()
}

/// Last year's piece of which a piece of evidence is the very same file.
#[must_use]
pub fn unchanged_file<'a>(workbook: &'a Workbook, evidence: &Evidence) -> Option<&'a PreviousEvidence> {
    let previous = workbook.previous.as_ref()?;
    previous.evidence.iter().find(|before| !before.sha256.is_empty() && before.sha256 == evidence.sha256)
}

/// Requests that were met by a file that is the same as last year's: what was asked for may not have been renewed.
pub fn met_unchanged(workbook: &Workbook) -> impl Iterator<Item = (&Request, &Evidence, &PreviousEvidence)> {
    workbook.requests.iter().flat_map(move |request| {
        let met = workbook.evidence.iter().filter(|e| e.counts() && request.evidence.contains(&e.reference));
        met.filter_map(move |evidence| Some((request, evidence, unchanged_file(workbook, evidence)?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_goes_on() {
        let today = jiff::civil::date(2027, 2, 1);
        for (old, new) in [("2026", "2027"), ("2026 Q4", "2027 Q4"), ("2019", "2027"), ("2027", "2028"), ("", "2027"), ("last", "2027")] {
            assert_eq!(next_period(old, today), new, "{old}");
        }
    }
}
