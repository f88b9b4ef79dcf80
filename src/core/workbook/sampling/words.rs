//! A sample in words: how many of what, from where, drawn how.

use crate::workbook::{Population, PopulationKind, Sample};

/// `25 of 412 workloads`.
#[must_use]
pub fn size_words(sample: &Sample) -> String {
    let what = match sample.population.of {
        PopulationKind::Typed => "typed",
        of => of.label(),
    };
    format!("{} of {} {what}", sample.items.len(), sample.population.count)
}

/// What a sample was drawn from, in words.
#[must_use]
pub fn population_words(population: &Population) -> String {
    let place = match (population.of, population.cluster.as_str()) {
        (PopulationKind::Typed, _) => String::new(),
        (_, "") => " of all clusters".to_owned(),
        (_, cluster) => format!(" of {cluster}"),
    };
    let filter = if population.filter.is_empty() { String::new() } else { format!(", narrowed by “{}”", population.filter) };
    let what = if population.of == PopulationKind::Typed { "typed names" } else { population.of.label() };
    format!("{} {what}{place}{filter}, counted {}; SHA-256 {}", population.count, population.counted, population.digest)
}

/// How a sample was drawn, in words.
#[must_use]
pub fn method_words(sample: &Sample) -> String {
    let by = sample.strata.map(|strata| format!(" by {}", strata.label())).unwrap_or_default();
    let size = if sample.size.is_empty() { String::new() } else { format!(", size {}", sample.size) };
    let seed = if sample.seed.is_empty() { String::new() } else { format!(", seed “{}”", sample.seed) };
    format!("{}{by}{size}{seed}", sample.method.label())
}
