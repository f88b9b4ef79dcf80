//! Policies on connections that were not evaluated, for every check that asks who may connect to whom: beside them nothing passes.

use super::{Verdict, View};
use crate::analysis::enforcement::Enforcement;
use crate::analysis::reach::{NotEvaluated, OTHER_POLICIES};
use crate::kinds::KindState;
use crate::model::Outcome;

/// Whether something that was not evaluated may act on a connection between pods of these namespaces.
pub(crate) fn may_act(entry: &NotEvaluated, namespaces: &[&str]) -> bool {
    !entry.part && may_act_on_machines(entry, namespaces)
}

/// The same where machines, and names outside of the cluster, are at the other end.
pub(crate) fn may_act_on_machines(entry: &NotEvaluated, namespaces: &[&str]) -> bool {
    entry.namespace.is_empty() || namespaces.contains(&entry.namespace.as_str())
}

/// What keeps a good result from being one: policies that were not evaluated, and a plugin that carries none out. `machines`: whether machines were
/// asked about, and not pods alone.
pub(crate) fn doubt(view: &View<'_>, machines: bool, verdict: &mut Verdict) {
    let skipped: Vec<&NotEvaluated> = view.reach().not_evaluated().iter().filter(|entry| machines || !entry.part).collect();
    let unread = OTHER_POLICIES.iter().any(|kind| view.inventory.state(*kind) == KindState::Partial);
    // Lists that broke off make it blocked, which is for `assess` to say.
    if !skipped.is_empty() && !unread {
        let names: Vec<String> = skipped.iter().take(5).map(|entry| format!("{} ({})", entry.object(), entry.why)).collect();
        let more = if skipped.len() > 5 { format!(" and {} more", skipped.len() - 5) } else { String::new() };
        verdict.because(format!(
            "No connection was found, but policies that could not be evaluated may allow some: {}{more}.",
            names.join(", ")
        ));
        verdict.decide(Outcome::Review);
        return;
    }
    if let Some(doubt) = Enforcement::of(view.inventory, &view.tables.software).doubt() {
        verdict.because(format!("The policies let no connection through, but nothing is known to carry them out. {doubt}"));
        verdict.decide(Outcome::Review);
    }
}
