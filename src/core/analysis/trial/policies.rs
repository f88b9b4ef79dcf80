//! The policies of a cluster as judges, and lists of them that could not be read.

use super::pod_security::PodSecurity;
use super::tried::Tried;
use super::{elsewhere, engines};
use crate::analysis::admission::plugins::Plugin;
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
    Tried::new("Pod Security admission", Box::new(judge))
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

/// What files say nothing of: lists of policies that they don't hold, in words. What those that they hold let in may be refused by others.
pub(super) fn not_held(inventory: &Inventory) -> Option<String> {
    let absent = |kind: &&Kind| inventory.source == Source::Files && inventory.state(**kind) == KindState::Absent;
    let kinds: Vec<String> = Kind::POLICIES.iter().filter(absent).map(|kind| kind.id()).collect();
    let first = kinds.first()?;
    let more = if kinds.len() > 1 { format!(" and {} others", kinds.len() - 1) } else { String::new() };
    Some(format!(
        "the files hold no list of {first}{more}: only the policies that they hold were tried (--complete says that there are no others)"
    ))
}
