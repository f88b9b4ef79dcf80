//! The assessment that takes what is read of several clusters: each as one alone would be kept, and a cluster by two names once.

use super::wanted::Wanted;
use crate::cli::judged::Judged;
use crate::cli::keep::Keeper;
use crate::cli::{Failure, Manners, catalogue, interrupt};
use kassay_core::kinds::Inventory;
use kassay_core::kinds::imported::Imported;
use kassay_core::model::Scope;
use kassay_core::workbook::imports::with_register;
use std::collections::BTreeMap;

/// Keeps clusters one after the other.
pub(super) struct Keeping {
    keeper: Keeper,
    scope: Option<Scope>,
    /// Clusters that were kept in this run, by UID.
    kept: BTreeMap<String, String>,
    /// Those that could not be read before there was an assessment, with why.
    unread: Vec<(Wanted, String)>,
}

impl Keeping {
    pub(super) const fn new(keeper: Keeper, scope: Option<Scope>) -> Self {
        Self { keeper, scope, kept: BTreeMap::new(), unread: vec![] }
    }

    /// What a cluster's files hold and the evidence that is attached to it.
    pub(super) fn imports(&self, inventory: &Inventory, name: &str, manners: &Manners) -> Vec<Imported> {
        with_register(&inventory.imported, self.keeper.imports(&inventory.cluster.uid, name, manners))
    }

    /// Keeps what was judged.
    pub(super) fn keep(&mut self, judged: &Judged, one: &Wanted, manners: &Manners) -> Result<(), Failure> {
        let uid = &judged.inventory.cluster.uid;
        if let Some(first) = self.kept.get(uid) {
            manners.say(&format!("{} is the same cluster as {first}, and is kept once.", one.name));
            return Ok(());
        }
        let mut workbook = self.keeper.workbook();
        if let Some(scope) = &self.scope {
            workbook.scope = scope.clone();
        }
        let (_, source) = one.args.words();
        let guidance = catalogue::guidance()?;
        interrupt::whole(|| self.keeper.keep(workbook, judged, (&one.name, &source, &one.args.reached()), guidance, manners))?;
        if !uid.is_empty() {
            self.kept.insert(uid.clone(), one.name.clone());
        }
        self.put_unread(manners);
        Ok(())
    }

    /// Writes down that a cluster could not be read: at once, or once there is an assessment.
    pub(super) fn put_failure(&mut self, one: &Wanted, why: &str, manners: &Manners) {
        self.unread.push((one.clone(), why.to_owned()));
        self.put_unread(manners);
    }

    fn put_unread(&mut self, manners: &Manners) {
        if !self.keeper.is_open() {
            return;
        }
        for (one, why) in std::mem::take(&mut self.unread) {
            let (_, source) = one.args.words();
            let put = interrupt::whole(|| self.keeper.put_failure((&one.name, &source, &one.args.reached()), &why, manners));
            // Why it could not be read is what matters most; that is told whatever becomes of writing it down.
            if let Err(failure) = put {
                manners.say(&format!("That {} could not be read is not written down in the assessment: {}", one.name, failure.what));
            }
        }
    }

    /// The folder of the assessment.
    pub(super) fn finish(self, manners: &Manners) -> String {
        let dir = self.keeper.dir().display().to_string();
        if !self.unread.is_empty() {
            manners.say(&format!("{dir}: no cluster could be read, so no assessment is made there."));
        }
        dir
    }
}
