//! What was withheld before anything was written: from what was read, from files of evidence that were looked through, from words that people typed.
//! Which detector, where, how often; never a value, and nothing made from one.

use super::Material;
use super::table::{Column, Table, cells};
use kassay_core::kinds::Withheld;
use kassay_core::report::Assessment;
use std::collections::BTreeMap;

/// The kind under which a file of evidence is told that was looked through when a cluster was judged.
const FILE: &str = "Evidence";
/// Where it stood, as far as that was kept.
const UNTOLD: &str = "not told: an earlier version read this";

/// What was withheld, one line for each object, field and detector.
#[must_use]
pub fn withheld(material: &Material) -> Table<'_> {
    let columns = [
        Column::choice("from", ["reading", "evidence", "words"]),
        Column::short("cluster"),
        Column::short("kind"),
        Column::short("namespace"),
        Column::line("name"),
        Column::line("place"),
        Column::short("detector").wide(22),
        Column::choice("what", ["card number", "credential"]),
        Column::count("times").wide(8),
    ];
    let mut rows = vec![];
    for (key, assessment) in &material.assessments {
        for Withheld { object, field, detector, times } in &assessment.withheld {
            let from = if object.kind == FILE { "evidence" } else { "reading" };
            rows.push(cells![from, key, &object.kind, &object.namespace, &object.name, field, detector, what(detector), *times]);
        }
        let rest = untold(assessment);
        if rest > 0 {
            rows.push(cells!["reading", key, "", "", "", UNTOLD, "", "", rest]);
        }
    }
    for words in &material.workbook.withheld {
        rows.push(cells!["words", "", "", "", "", &words.place, &words.detector, what(&words.detector), words.times]);
    }
    Table::new("withheld", "What was withheld", columns, rows)
}

fn what(detector: &str) -> &'static str {
    if kassay_core::sensitive::is_of_cards(detector) { "card number" } else { "credential" }
}

/// How many values a reading withheld of which no place is known.
fn untold(assessment: &Assessment) -> usize {
    let told: usize = assessment.withheld.iter().filter(|w| w.object.kind != FILE).map(|w| w.times).sum();
    assessment.redactions.saturating_sub(told)
}

/// How often each detector withheld something of a reading, the most often first: `named-credential 5, card-number 2`.
pub(super) fn by_detector(assessment: &Assessment) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for w in &assessment.withheld {
        *counts.entry(&w.detector).or_default() += w.times;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(detector, times)| (std::cmp::Reverse(*times), *detector));
    counts.iter().map(|(detector, times)| format!("{detector} {times}")).collect::<Vec<_>>().join(", ")
}
