//! Workbooks of several clusters, and sessions over them.

use super::support::{Desk, collection, now, workbook};
use kassay_core::guidance::Guidance;
use kassay_core::kinds::Inventory;
use kassay_core::model::Scope;
use kassay_core::session::{Action, Opened, book, update};
use kassay_core::workbook::{Collected, Reached, Workbook, merge_collection};

/// Puts the cluster of all tests into a workbook under a name, as another distribution where one is told.
pub fn read(workbook: &mut Workbook, key: &str, distribution: &str) {
    let collection = collection(&Scope::default());
    let mut inventory: Inventory = (*collection.inventory).clone();
    inventory.cluster.uid = format!("uid of {key}");
    inventory.cluster.distribution = distribution.into();
    let collected = Collected {
        key,
        source: "context",
        reached: &Reached::default(),
        inventory: &inventory,
        outcomes: &collection.outcomes,
        previous: &[],
        snapshot: "",
        findings: "",
        assessed_at: now(),
    };
    merge_collection(workbook, Guidance::shipped().unwrap(), &collected);
}

/// A session over a workbook; what was read of its clusters is loaded.
pub fn opened(workbook: Workbook) -> Desk {
    let mut desk = Desk::empty();
    let opened = Opened { dir: "/assessments/acme".into(), workbook: workbook.clone(), held_by: None, notices: vec![] };
    update(&mut desk.session, Action::Book(book::Action::Opened(Box::new(opened))));
    let inventory = collection(&Scope::default());
    for cluster in workbook.clusters.iter().filter(|c| c.assessed_at.is_some()) {
        let loaded = book::Action::Loaded {
            cluster: cluster.key.clone(),
            outcomes: inventory.outcomes.clone(),
            inventory: Some(inventory.inventory.clone()),
            before: None,
        };
        // What a workbook in memory names no files of is not waited for.
        desk.session.book.as_mut().unwrap().clusters.iter_mut().for_each(|c| c.loading = c.key == cluster.key);
        update(&mut desk.session, Action::Book(loaded));
    }
    desk.disk = Some(workbook);
    desk.session.messages.clear();
    desk
}

/// A workbook with two clusters that the entity runs.
pub fn two() -> Workbook {
    let mut workbook = workbook();
    read(&mut workbook, "prod-eu", "kubeadm");
    read(&mut workbook, "prod-us", "kubeadm");
    workbook
}
