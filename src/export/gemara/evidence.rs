//! What results rest on: pieces of the register of evidence, and the clusters as they were read. In one log an id names one piece, however often it is cited.

use super::document::{Evidence, EvidenceMapping};
use super::{ASSESSMENT, moment, said};
use crate::export::Material;
use crate::export::plain::lines;
use kassay_core::workbook::evidence::questions_of;
use kassay_core::workbook::{Evidence as Piece, Moment, folder};
use std::collections::{BTreeMap, BTreeSet};

/// All that results may rest on, with the practices for which each piece counts.
pub(super) struct Pieces {
    all: Vec<(BTreeSet<String>, Evidence)>,
    /// Clusters as they were read, by their names.
    readings: Vec<(String, Evidence)>,
}

impl Pieces {
    pub(super) fn of(material: &Material) -> Self {
        let book = &material.workbook;
        let mut ids = BTreeMap::new();
        // A reference that a hand wrote twice names two pieces: the second has another id.
        let mut id = |name: String| {
            let nth = ids.entry(name.clone()).and_modify(|nth| *nth += 1).or_insert(1);
            if *nth == 1 { name } else { format!("{name} ({nth})") }
        };
        let mut all = vec![];
        for piece in book.evidence.iter().filter(|piece| piece.counts()) {
            let questions = questions_of(piece, book);
            let asked = material.guidance.questions().filter(|q| questions.contains(&q.id.as_str())).flat_map(|q| q.practices.clone());
            all.push((piece.practices.iter().cloned().chain(asked).collect(), told(material, piece, id(said(&piece.reference)))));
        }
        let read = book.clusters.iter().filter_map(|record| {
            let evidence = Evidence {
                id: id(said(&format!("snapshot of {}", record.key))),
                kind: "kubernetes-snapshot".to_owned(),
                collected_at: moment(material, record.collected_at.or(record.assessed_at).unwrap_or(Moment(material.now))),
                description: said(&format!("What was read of the cluster {}, without the secrets that were met", record.key)),
                source: Some(source(folder::snapshot(&record.snapshot)?, &record.snapshot)),
                payload: None,
            };
            Some((record.key.clone(), evidence))
        });
        Self { readings: read.collect(), all }
    }

    /// What counts for a practice that was looked at on these clusters.
    pub(super) fn of_practice(&self, practice: &str, clusters: &BTreeSet<&str>) -> Vec<Evidence> {
        let pieces = self.all.iter().filter(|(practices, _)| practices.contains(practice)).map(|(_, evidence)| evidence);
        let readings = self.readings.iter().filter(|(key, _)| clusters.contains(key.as_str())).map(|(_, evidence)| evidence);
        pieces.chain(readings).cloned().collect()
    }
}

fn source(coordinate: String, digest: &str) -> EvidenceMapping {
    EvidenceMapping { reference_id: ASSESSMENT, coordinate, digest: format!("sha256:{digest}") }
}

/// A piece of the register: its file, or where there is none what was said or seen.
fn told(material: &Material, piece: &Piece, id: String) -> Evidence {
    let source = folder::evidence(&piece.sha256, &piece.file).map(|path| source(path, &piece.sha256));
    let talk = piece.interview.clone().unwrap_or_default();
    let seen = piece.observation.clone().unwrap_or_default();
    let on = talk.on.or(seen.on).map(|day| day.to_string()).unwrap_or_default();
    let conclusion = if talk.conclusion.is_empty() { &seen.conclusion } else { &talk.conclusion };
    let parts = [
        ("person", &talk.person),
        ("role", &talk.role),
        ("on", &on),
        ("topics", &talk.topics),
        ("asked", &talk.asked),
        ("answered", &talk.answered),
        ("place", &seen.place),
        ("seen", &seen.seen),
        ("conclusion", conclusion),
        ("purpose", &piece.purpose),
        ("by", &piece.by),
    ];
    let payload: BTreeMap<&'static str, String> = parts.into_iter().filter_map(|(name, words)| Some((name, lines(words)?))).collect();
    Evidence {
        id,
        kind: piece.kind.label().to_owned(),
        collected_at: moment(material, piece.obtained),
        description: said(&piece.title),
        // Readers want one of both.
        payload: Some(payload).filter(|payload| source.is_none() || !payload.is_empty()),
        source,
    }
}
