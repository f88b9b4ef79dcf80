//! Working through a sample: what it shows so far, its items with their results; and the population from which a person chooses.

use crate::plain::page::{List, Number, Page, pair};
use kassay_core::session::{Picking, Session};
use kassay_core::workbook::sampling::{self, summary};
use kassay_core::workbook::{ItemResult, SampleItem};

/// A sample.
pub fn page<'a>(session: &'a Session, reference: &'a str, selected: usize) -> Page<'a> {
    let Some(sample) = session.book.as_ref().and_then(|book| book.workbook.samples.iter().find(|s| s.reference == reference)) else {
        return Page::new(format!("There is no sample {reference}."));
    };
    let mut page = Page::new(format!("Sample {reference}, {}: {}.", sample.title, sampling::size_words(sample)));
    let told = summary(sample);
    if let Some(withdrawn) = &sample.withdrawn {
        page.pair(&format!("Withdrawn by {}", withdrawn.by), &withdrawn.why);
    }
    page.line(told.overall.words());
    page.line(told.outlier_words().unwrap_or_default());
    page.all(told.strata.iter().map(|(name, tally)| format!("{name}: {}", tally.words())));
    page.line(format!("{}; {}", sampling::method_words(sample), sampling::population_words(&sample.population)));
    if !sample.population.incomplete.is_empty() {
        page.line(format!("Blocked: items may be missing from the population: {}", sample.population.incomplete.join("; ")));
    }
    let items = &sample.items;
    let row = move |at: usize| items.get(at).map(words).unwrap_or_default();
    let detail = move |at: usize| items.get(at).map(lines).unwrap_or_default();
    page.with(List::new(("item", "items"), items.len(), selected, row).detailed(detail))
}

const fn result(result: Option<ItemResult>) -> &'static str {
    match result {
        Some(ItemResult::Conforms) => "conforms",
        Some(ItemResult::Deviates) => "deviates",
        Some(ItemResult::NotTested) => "not tested",
        None => "left",
    }
}

fn words(item: &SampleItem) -> String {
    let stratum = if item.stratum.is_empty() { String::new() } else { format!(", {}", item.stratum) };
    let note = item.note.lines().next().filter(|note| !note.is_empty()).map(|note| format!("; {note}")).unwrap_or_default();
    format!("{}: {}{stratum}{note}", result(item.result), item.name)
}

/// All that is known of an item.
fn lines(item: &SampleItem) -> Vec<String> {
    let mut lines = vec![];
    if let Some(on) = item.on {
        lines.push(format!("Looked at by {} on {on}", item.by));
    }
    lines.extend(pair("Note", &item.note));
    lines.extend(pair("Evidence", &item.evidence.join(" ")));
    lines
}

/// The population from which a person chooses.
pub fn pick(picking: &Picking) -> Page<'_> {
    let mut page = Page::new("Choose the items of the sample.");
    page.line(format!(
        "{} of {} chosen. A number selects an item, choose takes it or no longer, enter draws those that are chosen.",
        picking.chosen.len(),
        picking.members.len()
    ));
    let row = |at: usize| {
        picking.members.get(at).map_or_else(String::new, |member| {
            let chosen = if picking.chosen.contains(&member.name) { "chosen: " } else { "" };
            let category = member.category.map(|c| format!(", {}", c.label())).unwrap_or_default();
            let owner = if member.owner.is_empty() { String::new() } else { format!(", {}", member.owner) };
            format!("{chosen}{}{category}{owner}", member.name)
        })
    };
    page.with(List::new(("item", "items"), picking.members.len(), picking.cursor.at, row).numbered(Number::Selects { enters: false }))
}
