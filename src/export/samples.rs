//! Samples, for the report and as tables: population, method, seed, and what each item showed.

use super::Material;
use super::table::{Column, Table, cells};
use kassay_core::workbook::sampling::{listed, method_words, population_words, size_words, summary};
use kassay_core::workbook::{ItemResult, PopulationKind, Sample, SampleItem, SamplingMethod, Strata, Workbook};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct SampleView {
    reference: String,
    title: String,
    size: String,
    population: String,
    incomplete: Vec<String>,
    method: String,
    reason: String,
    representative: String,
    supports: Vec<String>,
    named_by: Vec<String>,
    shows: String,
    inconsistent: bool,
    outliers: String,
    strata: Vec<(String, String)>,
    conclusion: String,
    by: String,
    at: String,
    withdrawn: String,
    items: Vec<ItemView>,
}

impl SampleView {
    /// Whether its items disagree.
    pub(super) const fn is_inconsistent(&self) -> bool {
        self.inconsistent
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ItemView {
    name: String,
    stratum: String,
    result: &'static str,
    id: &'static str,
    note: String,
    evidence: Vec<String>,
    by: String,
}

const fn result(result: Option<ItemResult>) -> &'static str {
    match result {
        Some(result) => result.label(),
        None => "left",
    }
}

/// The look of a result in the report: that of a determination.
const fn look(result: Option<ItemResult>) -> &'static str {
    match result {
        Some(ItemResult::Conforms) => "in_place",
        Some(ItemResult::Deviates) => "not_in_place",
        Some(ItemResult::NotTested) => "not_tested",
        None => "none",
    }
}

/// All sample sets as the report tells them.
pub(super) fn views(material: &Material) -> Vec<SampleView> {
    material.workbook.samples.iter().map(|sample| view(&material.workbook, sample)).collect()
}

fn view(book: &Workbook, sample: &Sample) -> SampleView {
    let told = summary(sample);
    SampleView {
        reference: sample.reference.clone(),
        title: sample.title.clone(),
        size: size_words(sample),
        population: population_words(&sample.population),
        incomplete: sample.population.incomplete.clone(),
        method: method_words(sample),
        reason: sample.reason.clone(),
        representative: sample.representative.clone(),
        supports: sample.practices.iter().chain(&sample.questions).cloned().collect(),
        named_by: named_by(book, &sample.reference),
        shows: told.overall.words(),
        inconsistent: told.overall.is_inconsistent(),
        outliers: told.outlier_words().unwrap_or_default(),
        strata: told.strata.into_iter().map(|(name, tally)| (name, tally.words())).collect(),
        conclusion: sample.conclusion.clone(),
        by: sample.by.clone(),
        at: sample.at.to_string(),
        withdrawn: sample.withdrawn.as_ref().map(|w| format!("{} by {}: {}", w.at, w.by, w.why)).unwrap_or_default(),
        items: sample.items.iter().map(item).collect(),
    }
}

fn item(item: &SampleItem) -> ItemView {
    ItemView {
        name: item.name.clone(),
        stratum: item.stratum.clone(),
        result: result(item.result),
        id: look(item.result),
        note: item.note.clone(),
        evidence: item.evidence.clone(),
        by: item.on.map(|on| format!("{}, {on}", item.by)).unwrap_or_default(),
    }
}

fn named_by(book: &Workbook, reference: &str) -> Vec<String> {
    let names = |e: &&kassay_core::workbook::Evidence| e.counts() && e.samples.iter().any(|s| s == reference);
    book.evidence.iter().filter(names).map(|e| e.reference.clone()).collect()
}

/// All sample sets, one line for each.
#[must_use]
pub fn samples(workbook: &Workbook) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::line("title"),
        Column::choice("population", PopulationKind::ALL.map(PopulationKind::label)),
        Column::short("cluster"),
        Column::short("filter"),
        Column::count("count").headed("Population size"),
        Column::moment("counted"),
        Column::digest("digest").headed("Population's SHA-256"),
        Column::line("incomplete"),
        Column::choice("method", SamplingMethod::ALL.map(SamplingMethod::label)),
        Column::choice("strata", Strata::ALL.map(Strata::label)),
        Column::short("size").headed("Wanted size"),
        Column::short("seed"),
        Column::count("items"),
        Column::count("conform"),
        Column::count("deviate"),
        Column::count("not_tested"),
        Column::count("left"),
        Column::line("shows"),
        Column::words("reason"),
        Column::words("representative"),
        Column::words("conclusion"),
        Column::short("practices"),
        Column::short("questions"),
        Column::short("named_by"),
        Column::short("by"),
        Column::moment("at"),
        Column::line("withdrawn"),
    ];
    let rows = workbook.samples.iter().map(|s| {
        let (told, p) = (summary(s), &s.population);
        cells![
            &s.reference,
            &s.title,
            p.of.label(),
            &p.cluster,
            &p.filter,
            p.count,
            p.counted,
            &p.digest,
            p.incomplete.join("; "),
            s.method.label(),
            s.strata.map(Strata::label),
            &s.size,
            &s.seed,
            s.items.len(),
            told.overall.conforms,
            told.overall.deviates,
            told.overall.not_tested,
            told.overall.left,
            told.overall.words(),
            &s.reason,
            &s.representative,
            &s.conclusion,
            s.practices.join(" "),
            s.questions.join(" "),
            named_by(workbook, &s.reference).join(" "),
            &s.by,
            s.at,
            s.withdrawn.as_ref().map(|w| &w.why),
        ]
    });
    Table::new("samples", "Sample sets", columns, rows)
}

/// The items of all sample sets, one line for each.
#[must_use]
pub fn sample_items(workbook: &Workbook) -> Table<'_> {
    let columns = [
        Column::short("sample").wide(10),
        Column::words("item"),
        Column::short("stratum"),
        Column::choice("result", [Some(ItemResult::Conforms), Some(ItemResult::Deviates), Some(ItemResult::NotTested), None].map(result))
            .open(),
        Column::words("note").open(),
        Column::short("evidence"),
        Column::short("by"),
        Column::day("on").headed("Looked at on"),
    ];
    let items = workbook.samples.iter().flat_map(|s| s.items.iter().map(move |item| (s, item)));
    let rows = items.map(|(sample, item)| {
        cells![&sample.reference, &item.name, &item.stratum, result(item.result), &item.note, item.evidence.join(" "), &item.by, item.on,]
    });
    Table::new("sample-items", "Sample items", columns, rows)
}

/// The populations of samples whose names the workbook keeps: reference, and the names, sorted, one a line.
pub(super) fn populations(workbook: &Workbook) -> impl Iterator<Item = (&str, String)> {
    let kept = workbook.samples.iter().filter(|s| !s.population.members.is_empty());
    kept.map(|s| (s.reference.as_str(), listed(s.population.members.iter().map(String::as_str))))
}
