//! The policies of a cluster as judges, and lists of them that could not be read.

use super::pod_security::PodSecurity;
use super::tried::Tried;
use super::{elsewhere, engines};
use crate::analysis::admission::plugins::{Plugin, Running};
use crate::analysis::emulation;
use crate::analysis::software::Software;
use crate::analysis::static_manifests::{self, Unlisted};
use crate::kinds::{Inventory, KindState, Source};
use crate::model::Kind;

/// All policies that could be read.
pub(super) fn all<'a>(inventory: &'a Inventory, known: &[Software]) -> Vec<Tried<'a>> {
    let mut all = vec![pod_security(inventory)];
    all.extend(engines::all(inventory));
    all.extend(elsewhere::all(inventory, known));
    all
}

fn pod_security<'a>(inventory: &Inventory) -> Tried<'a> {
    let running = Plugin::PodSecurity.running(inventory);
    // Where the server's version is not known, only the oldest rules are sure to be there.
    let judge = PodSecurity { minor: emulation::minor(inventory).unwrap_or_default(), running };
    Tried {
        name: "Pod Security admission".to_owned(),
        objects: vec![],
        judge: Box::new(judge),
        webhooks: None,
        running: Running::On,
        on_images: false,
        parts_are_objects: false,
    }
}

/// Lists of policies that could not be read to their end: what is missing may refuse what all others let in.
pub(super) fn unread(inventory: &Inventory) -> Vec<String> {
    let missing = |kind: &&Kind| !matches!(inventory.state(**kind), KindState::Read | KindState::Absent);
    let told = |kind: &Kind| format!("{} could not be read, so what they refuse is not known", kind.id());
    let mut all: Vec<String> = Kind::POLICIES.iter().filter(missing).map(told).collect();
    let held = |kind: Kind| inventory.customs.get(&kind).is_some_and(|list| !list.is_empty());
    let files = inventory.source == Source::Files && inventory.declared_complete.is_none();
    if files && held(Kind::GatekeeperTemplates) && !held(Kind::GatekeeperConstraints) {
        all.push("the files hold templates of Gatekeeper and no constraints, so what these refuse is not known".to_owned());
    }
    if let there @ Unlisted::There(_) = static_manifests::unlisted(inventory) {
        all.extend(there.words().map(|words| words.trim_end_matches('.').to_owned()));
    }
    all
}
