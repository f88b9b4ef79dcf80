//! `kassay assess --workbook`: what an unattended run leaves in an assessment. The folder is made only after the cluster was read, and the
//! lock is held from before that, so that two runs don't tread on each other.

use super::judged::Judged;
use super::{Failure, Manners};
use crate::collect::snapshot;
use crate::config;
use crate::store::{Opened, Store, StoreError, holds_assessment};
use kassay_core::analysis::probing;
use kassay_core::guidance::Guidance;
use kassay_core::kinds::Probes;
use kassay_core::kinds::imported::Imported;
use kassay_core::model::text::counted;
use kassay_core::workbook::collection::{Unreached, another, cluster_key, put_failure};
use kassay_core::workbook::probes as records;
use kassay_core::workbook::{Changes, Collected, Edit, Engagement, Moment, Reached, Workbook, merge_collection};
use std::path::{Path, PathBuf};

/// An assessment that takes the result of a run.
pub struct Keeper {
    dir: PathBuf,
    opened: Option<Opened>,
}

impl Keeper {
    /// Opens the assessment in a folder, or remembers to make one there.
    pub fn open(dir: &Path, manners: &Manners) -> Result<Self, Failure> {
        if !holds_assessment(dir)? {
            return Ok(Self { dir: dir.to_owned(), opened: None });
        }
        let opened = Store::open(dir)?;
        if let Some(why) = &opened.held_by {
            return Err(StoreError::ReadOnly(why.clone()).into());
        }
        for notice in &opened.notices {
            manners.say(&notice.to_string());
        }
        Ok(Self { dir: dir.to_owned(), opened: Some(opened) })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether there is an assessment by now.
    pub const fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    /// The workbook as it is, or a new one named after the folder.
    pub fn workbook(&self) -> Workbook {
        let new = || {
            let entity = self.dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Workbook::new(Engagement { entity, ..Engagement::default() })
        };
        self.opened.as_ref().map_or_else(new, |opened| opened.workbook.clone())
    }

    /// Files of the evidence register that checks judge, for the cluster that was read.
    pub fn imports(&self, uid: &str, name: &str, manners: &Manners) -> Vec<Imported> {
        let Some(opened) = &self.opened else { return vec![] };
        let key = cluster_key(&opened.workbook, uid, name);
        let (found, notes) = opened.store.imports(&opened.workbook, &key);
        notes.iter().for_each(|note| manners.say(note));
        found
    }

    /// Writes down that a cluster could not be read, where there is an assessment already.
    pub fn put_failure(&mut self, (name, source, reached): (&str, &str, &Reached), why: &str, manners: &Manners) -> Result<(), Failure> {
        let Some(opened) = &mut self.opened else { return Ok(()) };
        let now = jiff::Timestamp::now();
        let mut workbook = opened.workbook.clone();
        let unreached = Unreached { wished: name, again: false, source, reached, at: now, why };
        let key = put_failure(&mut workbook, &unreached);
        let edit = Edit { by: config::user(), what: format!("could not read cluster {key}"), before: String::new(), after: why.to_owned() };
        let saved = opened.store.save(&workbook, &edit, now)?;
        for notice in saved.notices.into_iter().chain(opened.store.afterwards()) {
            manners.say(&notice.to_string());
        }
        manners.say(&format!("{}: that {key} could not be read is written down; nothing passes for it until it is.", self.dir.display()));
        opened.workbook = workbook;
        Ok(())
    }

    /// Keeps what was read and judged, and tells what changed.
    pub fn keep(
        &mut self,
        mut workbook: Workbook,
        judged: &Judged,
        (name, source, reached): (&str, &str, &Reached),
        guidance: &Guidance,
        manners: &Manners,
    ) -> Result<(), Failure> {
        let now = jiff::Timestamp::now();
        let by = config::user();
        let opened = match &mut self.opened {
            Some(opened) => opened,
            none => none.insert(Opened {
                store: Store::create(&self.dir, &workbook, &by, now)?,
                workbook: workbook.clone(),
                held_by: None,
                notices: vec![],
            }),
        };
        let store = &mut opened.store;
        let cluster = &judged.inventory.cluster;
        // Reached as before, it must be what it was.
        let before = workbook.clusters.iter().find(|c| c.key == name && !reached.is_unknown() && c.reached == *reached);
        if let Some(refused) = before.and_then(|record| another(record, cluster)) {
            return Err(Failure::new(refused)
                .hint("Nothing of it was kept. To keep both, add it in the walk as a further cluster: + in the list of areas."));
        }
        let key = cluster_key(&workbook, &cluster.uid, name);
        let known = workbook.clusters.iter().find(|c| c.key == key);
        let previous = match known.map(|record| store.outcomes(record)) {
            None => vec![],
            Some(Ok(outcomes)) => outcomes,
            Some(Err(error)) => {
                manners.say(&format!("What was read before can't be compared: {error}."));
                vec![]
            }
        };
        let before = known.and_then(|c| c.collected_at).map_or_else(String::new, |at| format!("collected {at}"));
        let kept =
            store.put_collection(&judged.assessment, |out| snapshot::write(&judged.inventory, out).map_err(std::io::Error::other))?;
        let collected = Collected {
            key: &key,
            source,
            reached,
            inventory: &judged.inventory,
            outcomes: &judged.assessment.outcomes,
            previous: &previous,
            snapshot: &kept.snapshot,
            findings: &kept.findings,
            assessed_at: judged.now,
        };
        let changes = merge_collection(&mut workbook, guidance, &collected);
        let mut words = words(&changes, judged);
        if let Some(probes) = &judged.inventory.probes
            && let Some(reference) = keep_record(store, &mut workbook, (judged, &key), probes, &by, now, manners)?
        {
            words.push_str(&format!("; active probes kept as {reference}"));
        }
        let edit = Edit { by, what: format!("read cluster {key}"), before, after: words.clone() };
        let saved = store.save(&workbook, &edit, now)?;
        for notice in saved.notices.into_iter().chain(store.afterwards()) {
            manners.say(&notice.to_string());
        }
        manners.say(&format!("{}: {key}: {words}", self.dir.display()));
        if !changes.to_confirm.is_empty() {
            manners.say(&format!("To be confirmed, because newer outcomes speak against them: {}.", changes.to_confirm.join(", ")));
        }
        opened.workbook = workbook;
        Ok(())
    }
}

/// Keeps what active probes sent and heard as evidence, once: a snapshot that is judged again brings nothing new.
fn keep_record(
    store: &Store,
    workbook: &mut Workbook,
    (judged, key): (&Judged, &str),
    probes: &Probes,
    by: &str,
    now: jiff::Timestamp,
    manners: &Manners,
) -> Result<Option<String>, Failure> {
    let file = store.attach_text(records::RECORD_NAME, &probing::record(probes, &judged.inventory.cluster))?;
    // A digest may happen to read as a card number; evidence must not name a file that is not there.
    if !file.kept {
        manners.say("The record of the active probes is not kept as evidence: something in it reads as a card number or a key. It is in the snapshot.");
        return Ok(None);
    }
    Ok(records::put(workbook, records::title(probes, key), (&file.sha256, file.size), by, Moment(now)))
}

fn words(changes: &Changes, judged: &Judged) -> String {
    if changes.first {
        let findings: usize = judged.assessment.outcomes.iter().map(|o| o.findings.len()).sum();
        return format!("{}, {}", counted(judged.assessment.outcomes.len(), "check", "checks"), counted(findings, "finding", "findings"));
    }
    changes.words().unwrap_or_else(|| "nothing has changed".to_owned())
}
