//! What a sample showed: overall and by stratum, with who stands out where its items disagree.

use crate::workbook::{ItemResult, Sample, SampleItem};
use std::collections::BTreeMap;

/// How many items showed what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As they should be.
    pub conforms: usize,
    /// Not as they should be.
    pub deviates: usize,
    /// They could not be looked at.
    pub not_tested: usize,
    /// Nobody has looked yet.
    pub left: usize,
}

/// What a sample showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All items.
    pub overall: Tally,
    /// By stratum, where there are strata.
    pub strata: Vec<(String, Tally)>,
    /// What most of those that were looked at showed; none where no side is larger.
    pub majority: Option<ItemResult>,
    /// Names of those that showed the other thing.
    pub outliers: Vec<String>,
}

impl Tally {
    fn add(&mut self, item: &SampleItem) {
        *match item.result {
            Some(ItemResult::Conforms) => &mut self.conforms,
            Some(ItemResult::Deviates) => &mut self.deviates,
            Some(ItemResult::NotTested) => &mut self.not_tested,
            None => &mut self.left,
        } += 1;
    }

    /// Whether items disagree.
    #[must_use]
    pub const fn is_inconsistent(&self) -> bool {
        self.conforms > 0 && self.deviates > 0
    }

    /// What it says, in words: `inconsistent: 7 conform, 2 deviate`.
    #[must_use]
    pub fn words(&self) -> String {
        let side = |n: usize, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
        let shown: Vec<String> =
            [side(self.conforms, "conforms", "conform"), side(self.deviates, "deviates", "deviate")].into_iter().flatten().collect();
        let rest: Vec<String> =
            [side(self.not_tested, "not tested", "not tested"), side(self.left, "left", "left")].into_iter().flatten().collect();
        let lead = if self.is_inconsistent() {
            "inconsistent: "
        } else if shown.is_empty() {
            return if rest.is_empty() { "no items".to_owned() } else { format!("nothing is shown yet: {}", rest.join(", ")) };
        } else if self.left > 0 {
            "consistent so far: "
        } else {
            "consistent: "
        };
        format!("{lead}{}", shown.into_iter().chain(rest).collect::<Vec<_>>().join(", "))
    }
}

impl Summary {
    /// The majority and who stands out, where items disagree.
    #[must_use]
    pub fn outlier_words(&self) -> Option<String> {
        if !self.overall.is_inconsistent() {
            return None;
        }
        Some(match self.majority {
            Some(ItemResult::Conforms) => format!("Most conform; these deviate: {}", self.outliers.join(", ")),
            Some(_) => format!("Most deviate; these conform: {}", self.outliers.join(", ")),
            None => "As many conform as deviate: there is no majority".to_owned(),
        })
    }
}

/// Sums up what a sample showed.
#[must_use]
pub fn summary(sample: &Sample) -> Summary {
    let mut overall = Tally::default();
    let mut strata: BTreeMap<&str, Tally> = BTreeMap::new();
    for item in &sample.items {
        overall.add(item);
        if !item.stratum.is_empty() {
            strata.entry(&item.stratum).or_default().add(item);
        }
    }
    let majority = match overall.conforms.cmp(&overall.deviates) {
        std::cmp::Ordering::Greater => Some(ItemResult::Conforms),
        std::cmp::Ordering::Less => Some(ItemResult::Deviates),
        std::cmp::Ordering::Equal => None,
    };
    let outlier = |item: &&SampleItem| {
        majority.is_some() && item.result.is_some_and(|result| result != ItemResult::NotTested && Some(result) != majority)
    };
    Summary {
        overall,
        strata: strata.into_iter().map(|(name, tally)| (name.to_owned(), tally)).collect(),
        majority,
        outliers: sample.items.iter().filter(outlier).map(|item| item.name.clone()).collect(),
    }
}
