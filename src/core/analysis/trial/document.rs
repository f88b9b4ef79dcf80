//! What others read of a trial: the document `kassay/trial/v1`.

use super::{Place, Trial, WITNESSES, Witness};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Name of the format.
pub const FORMAT: &str = "kassay/trial/v1";

/// A trial as a document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Name of the format.
    pub format: &'static str,
    /// Whether every list of policies was read.
    pub complete: bool,
    /// Lists of policies that were not read, in words.
    pub unread: Vec<String>,
    /// The policies that were tried: `ClusterPolicy no-privileged`.
    pub policies: Vec<String>,
    /// The witnesses.
    pub witnesses: Vec<WitnessRow>,
    /// Groups of namespaces that no policy tells apart.
    pub places: Vec<PlaceRow>,
    /// What became of each witness, namespaces of the same words together.
    pub verdicts: Vec<VerdictRow>,
}

/// A witness.
#[derive(Clone, Debug, Serialize)]
pub struct WitnessRow {
    /// Its name.
    pub id: &'static str,
    /// The control that demands what it breaks; "" for a clean one.
    pub demand: &'static str,
    /// What it breaks; `nothing` for a clean one.
    pub breaks: &'static str,
    /// What it is, in words.
    pub words: String,
    /// Its object, as a person writes it.
    pub object: Value,
}

/// A group of namespaces.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceRow {
    /// Their names.
    pub namespaces: Vec<String>,
    /// Labels that all of them have.
    pub labels: BTreeMap<String, String>,
    /// The image that the witnesses have there.
    pub image: String,
}

/// What became of a witness in some namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerdictRow {
    /// The witness.
    pub witness: &'static str,
    /// Where.
    pub namespaces: Vec<String>,
    /// `refused`, `let_in` or `not_evaluated`.
    pub verdict: &'static str,
    /// The policy that refuses it, or that can't be evaluated.
    pub by: String,
    /// Why.
    pub why: String,
    /// What pods may choose to stay out of every policy that refuses it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
}

impl Trial<'_> {
    /// The trial as a document.
    #[must_use]
    pub fn document(&self) -> Document {
        let place = |place: &Place| PlaceRow {
            namespaces: place.namespaces.clone(),
            labels: place.labels.clone(),
            image: place.dress.image.clone(),
        };
        Document {
            format: FORMAT,
            complete: self.missing().is_empty(),
            unread: self.missing(),
            policies: self.policies().into_iter().map(ToString::to_string).collect(),
            witnesses: WITNESSES.iter().map(WitnessRow::of).collect(),
            places: self.places.iter().map(place).collect(),
            verdicts: self.rows(),
        }
    }

    /// What became of each witness, namespaces of the same words together: by witness, then by namespace.
    #[must_use]
    pub fn rows(&self) -> Vec<VerdictRow> {
        let mut rows = Vec::new();
        for (at, witness) in WITNESSES.iter().enumerate() {
            let mut own: Vec<VerdictRow> = Vec::new();
            for (number, place) in self.places.iter().enumerate() {
                let verdict = self.verdict(number, at);
                let alike = |row: &&mut VerdictRow| {
                    row.verdict == verdict.outcome.id() && row.by == verdict.by && row.why == verdict.why && row.unless == verdict.around
                };
                match own.iter_mut().find(alike) {
                    Some(row) => row.namespaces.extend(place.namespaces.iter().cloned()),
                    None => own.push(VerdictRow {
                        witness: witness.id,
                        namespaces: place.namespaces.clone(),
                        verdict: verdict.outcome.id(),
                        by: verdict.by.clone(),
                        why: verdict.why.clone(),
                        unless: verdict.around.clone(),
                    }),
                }
            }
            own.iter_mut().for_each(|row| row.namespaces.sort());
            own.sort_by(|a, b| a.namespaces.cmp(&b.namespaces));
            rows.append(&mut own);
        }
        rows
    }
}

impl WitnessRow {
    fn of(witness: &Witness) -> Self {
        Self {
            id: witness.id,
            demand: witness.breaks.control(),
            breaks: witness.breaks.id(),
            words: witness.told(),
            object: witness.object("", &super::Dress::default()),
        }
    }
}
