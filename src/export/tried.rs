//! What the report says of admission policies under the control that asks for them: which witnesses they let in, and how many could not be tried.

use super::Material;
use super::material::Pictured;
use kassay_core::analysis::trial::{Outcome, Told, ToldRow};
use kassay_core::model::Category;
use serde::Serialize;

/// The control under which it stands.
pub(super) const CONTROL: &str = "3.1";
/// How many witnesses of a cluster are told; the table of all is beside the report.
const SHOWN: usize = 20;
/// How many namespaces are named of each.
const NAMED: usize = 8;

/// What admission policies let in in one cluster.
#[derive(Debug, Default, Serialize)]
pub(super) struct TriedView {
    cluster: String,
    policies: usize,
    let_in: Vec<LetInView>,
    more: usize,
    not_evaluated: usize,
    unread: Vec<String>,
    /// Why nothing was tried.
    not_tried: String,
}

/// A witness that gets in.
#[derive(Debug, Serialize)]
struct LetInView {
    witness: &'static str,
    words: String,
    control: &'static str,
    category: &'static str,
    namespaces: String,
    why: String,
}

/// What is told of each cluster whose snapshot was read for it.
pub(super) fn tried(material: &Material) -> Vec<TriedView> {
    let view = |(cluster, drawn): (&String, &Result<Pictured, String>)| match drawn {
        Err(why) => TriedView { cluster: cluster.clone(), not_tried: why.clone(), ..TriedView::default() },
        Ok(drawn) => of_cluster(cluster, &drawn.trial),
    };
    material.pictures.iter().map(view).collect()
}

fn of_cluster(cluster: &str, told: &Told) -> TriedView {
    // What the platform itself needs gets in there, and must.
    let apart: Vec<&ToldRow> = told
        .worst_first()
        .into_iter()
        .filter_map(|at| told.rows.get(at))
        .filter(|row| row.category != Category::Platform && !row.is_clean())
        .collect();
    let gaps: Vec<&ToldRow> = apart.iter().copied().filter(|row| row.is_gap()).collect();
    let view = |row: &&ToldRow| LetInView {
        witness: row.witness.id,
        words: row.witness.told(),
        control: row.witness.breaks.control(),
        category: row.category.label(),
        namespaces: told.place_words(row, NAMED),
        why: row.reason(),
    };
    TriedView {
        cluster: cluster.to_owned(),
        policies: told.policies.len(),
        let_in: gaps.iter().take(SHOWN).map(view).collect(),
        more: gaps.len().saturating_sub(SHOWN),
        not_evaluated: apart.iter().filter(|row| row.verdict.outcome == Outcome::NotEvaluated).count(),
        unread: told.unread.clone(),
        not_tried: String::new(),
    }
}
