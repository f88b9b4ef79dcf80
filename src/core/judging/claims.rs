//! What checks of mounted directories say where claims to volumes could not be followed: what was found is told, and nothing passes.

use super::{Verdict, View};
use crate::analysis::host_path::unread;
use crate::model::Outcome;

/// Blocks a good result where workloads mount claims and the lists of claims or of volumes were not read: a claim may lead to the node.
pub(crate) fn mind_unread(view: &View<'_>, verdict: Verdict) -> Verdict {
    let unread = unread(view.inventory);
    if unread.is_empty() || !matches!(verdict.outcome(), Outcome::Pass | Outcome::NotApplicable) {
        return verdict;
    }
    let needs: Vec<String> = unread.iter().map(|kind| format!("{}: list", kind.id())).collect();
    let names: Vec<String> = unread.iter().map(|kind| kind.id()).collect();
    verdict.block(
        format!(
            "Workloads mount claims, and where these lead is not known without {}: a volume may be a directory of the node.",
            names.join(" and ")
        ),
        needs,
    )
}
