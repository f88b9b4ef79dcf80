//! An assessment with pseudonyms in the place of names, to be shared: who is assessed, people, clusters, namespaces, machines, addresses, accounts, objects,
//! images, labels, files. It is made once, from the material of which every format is made, so that no format can forget a name. The same
//! name has the same pseudonym in every export with the same key.
//!
//! Names are taken from where names stand: in the workbook, in findings, in what was read of the clusters ([`gather`]). Where a name stands alone it
//! is always replaced ([`apply`]); in words it is looked for ([`names`]), and what names something by its shape is replaced too ([`shapes`]). What
//! everybody knows stays ([`public`]).

mod apply;
mod class;
mod fields;
mod gather;
mod key;
mod left_out;
mod names;
mod pseudonyms;
mod public;
mod redactor;
mod shapes;
mod words;

pub use key::{RedactError, RedactFiles};
pub(super) use left_out::{LeftOut, table as left_out_table};
pub use pseudonyms::RedactKey;
pub(super) use words::REDACTED;

use super::{ExportError, Material};
use kassay_core::kinds::Inventory;
use kassay_core::workbook::{Together, folder, journal};
use names::Names;
use redactor::Redactor;
use std::collections::BTreeMap;

/// What is known of the material that was redacted.
#[derive(Clone, Debug)]
pub struct Redacted {
    /// What stands for the SHA-256 of the workbook.
    pub(super) seal: String,
    /// Whether the workbook is what its journal says.
    pub(super) sealed: bool,
    /// Files that are not handed on.
    pub(super) left_out: Vec<LeftOut>,
}

/// What each pseudonym stands for.
pub type PseudonymMap = BTreeMap<String, String>;

impl Material {
    /// The same with pseudonyms, and what each stands for. `read` understands snapshots: what was read of a cluster says which names there are.
    ///
    /// # Errors
    /// Where a snapshot can't be read: names in words could then not be known.
    pub fn redacted(self, key: RedactKey, read: impl Fn(&[u8]) -> Result<Inventory, String>) -> Result<(Self, PseudonymMap), ExportError> {
        let mut names = Names::default();
        let unwritable = |e: kassay_core::workbook::WorkbookError| ExportError::Internal(e.to_string());
        gather::workbook(&mut names, &self.workbook).map_err(unwritable)?;
        for (_, assessment) in &self.assessments {
            gather::assessment(&mut names, assessment);
        }
        for cluster in &self.workbook.clusters {
            if let Some(name) = folder::snapshot(&cluster.snapshot) {
                let bytes = super::material::kept(&self.dir, &name, &cluster.snapshot)?;
                let inventory = read(&bytes).map_err(|message| ExportError::Unreadable { path: self.dir.join(&name), message })?;
                gather::inventory(&mut names, inventory);
            }
        }
        let mut redactor = Redactor::new(key, names);
        let r = &mut redactor;
        let mut workbook = apply::workbook(r, &self.workbook, self.guidance).map_err(unwritable)?;
        apply::digests(r, &self.workbook, &mut workbook, self.guidance);
        let cluster = |r: &mut Redactor, key: &str| r.name(class::Class::Cluster, key);
        let assessments: Vec<_> = self.assessments.iter().map(|(key, a)| (cluster(r, key), apply::assessment(r, a))).collect();
        apply::outcomes(r, (&self.workbook, &self.assessments), (&mut workbook, &assessments));
        let pictures = self.pictures.iter().map(|(key, drawn)| {
            let drawn = drawn.as_ref().map(|drawn| apply::pictured(r, drawn)).map_err(|why| r.text(why, names::Words::Program));
            (cluster(r, key), drawn)
        });
        let pictures = pictures.collect();
        let redacted = Redacted {
            seal: r.digest(&journal::digest(self.text.as_bytes())),
            sealed: self.is_sealed(),
            left_out: left_out::left_out(r, &self.workbook, (&self.text, &self.journal_text)),
        };
        let together = Together::of(self.guidance, &workbook, self.today());
        // Nothing may be in place by its new name that was not by its old one.
        if judged(&together) != judged(&self.together) {
            return Err(ExportError::Internal("with pseudonyms the assessment would say something else; nothing was written".to_owned()));
        }
        let material = Self {
            text: String::new(),
            workbook,
            journal_text: vec![],
            journal: apply::journal(r, &self.journal),
            assessments,
            together,
            pictures,
            redacted: Some(redacted),
            ..self
        };
        Ok((material, redactor.into_given()))
    }
}

/// What is proposed for each practice, and how each question stands on each cluster in its turn.
fn judged(together: &Together) -> Vec<(&str, String)> {
    let proposals = together.proposals.iter().map(|rolled| {
        let on = rolled.on.iter().map(|(_, proposal)| format!("{:?}", proposal.proposal)).collect::<Vec<_>>();
        (rolled.practice.as_str(), format!("{:?} {on:?} {:?}", rolled.proposal, rolled.because))
    });
    let states = together.states.iter().map(|(question, on)| {
        let on = on.iter().map(|(_, state)| super::tables::state_words(state).0).collect::<Vec<_>>();
        (question.as_str(), on.join(" "))
    });
    proposals.chain(states).collect()
}
