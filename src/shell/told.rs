//! What every way of showing the walk tells in the same words.

use super::words::counted;
use kassay_core::guidance::Control;
use kassay_core::session::{Book, Session};
use kassay_core::workbook::AnswerState;

/// The sections of a control's guidance behind its practices: title, text.
#[must_use]
pub fn guidance(control: &Control) -> [(&'static str, &str); 5] {
    [
        ("What goes wrong without it", control.threat.trim()),
        ("What it means on Kubernetes", control.kubernetes.trim()),
        ("What the API can show", control.provable.trim()),
        ("What only people can say", control.unprovable.trim()),
        ("How to mend", control.mend.trim()),
    ]
}

/// Why there is nothing yet of what is worked out of the shown cluster: it is being `worked` out, or something is missing for that.
#[must_use]
pub fn waiting(session: &Session, worked: &'static str) -> &'static str {
    match session.book.as_ref().and_then(|book| book.shown()) {
        None => "No cluster was read yet. + in the list of areas reads one.",
        Some(cluster) if cluster.loading => "What was read of the cluster is being loaded.",
        Some(cluster) if cluster.inventory.is_none() => "What was read of this cluster is not here; R reads it again.",
        Some(_) => worked,
    }
}

/// What looks unfinished of an assessment; told before it is exported, not after.
#[must_use]
pub fn unfinished(book: &Book) -> Vec<String> {
    let mut told = Vec::new();
    let all = book.proposals.len();
    let open = book.proposals.keys().filter(|p| book.workbook.determination(p).is_none()).count();
    if open > 0 {
        told.push(format!("{open} of {all} practices have no determination yet; the report says so."));
    }
    let confirm = book.workbook.determinations.iter().filter(|d| d.to_confirm).count();
    if confirm > 0 {
        let determinations = counted(confirm, "determination is", "determinations are");
        told.push(format!("{determinations} contradicted by what was read since, and not confirmed."));
    }
    let lapsed = book.states.values().filter(|s| matches!(s, AnswerState::Lapsed(_))).count();
    if lapsed > 0 {
        told.push(format!("{} lapsed.", counted(lapsed, "answer has", "answers have")));
    }
    let evidence = book.states.values().filter(|s| matches!(s, AnswerState::NeedsEvidence)).count();
    if evidence > 0 {
        told.push(format!("{} evidence.", counted(evidence, "answer lacks its", "answers lack their")));
    }
    if book.clusters.iter().any(|c| c.judging || c.loading) {
        told.push("A cluster is still being judged; wait for it, or what is exported is of before.".to_owned());
    }
    told
}
