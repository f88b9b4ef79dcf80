//! Registers: what an assessment keeps as lists of their own, beside the walk. All are shown, narrowed and worked in alike.

use super::cursor::Cursor;
use super::field::Field;
use serde::{Deserialize, Serialize};

/// A register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// Evidence of every kind.
    Evidence,
    /// Targeted risk analyses.
    Analyses,
    /// How everything stands with the second person.
    SignOff,
    /// Sample sets.
    Samples,
    /// What the entity is asked for.
    Requests,
    /// What was found wrong and mended.
    Remediations,
    /// Exceptions to findings.
    Exceptions,
    /// Clusters, with what each is used for.
    Clusters,
    /// What was said and determined last year.
    Previous,
    /// Every edit that was accepted.
    Journal,
}

impl Register {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 10] = [
        Self::Evidence,
        Self::Samples,
        Self::Requests,
        Self::Analyses,
        Self::SignOff,
        Self::Remediations,
        Self::Exceptions,
        Self::Clusters,
        Self::Previous,
        Self::Journal,
    ];

    /// The name on the tab.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Evidence => "Evidence",
            Self::Analyses => "Risk analyses",
            Self::SignOff => "Sign-off",
            Self::Samples => "Samples",
            Self::Requests => "Requests",
            Self::Remediations => "Mended",
            Self::Exceptions => "Exceptions",
            Self::Clusters => "Clusters",
            Self::Previous => "Last year",
            Self::Journal => "Journal",
        }
    }
}

/// How a row stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flag {
    /// As it should be.
    #[default]
    Fine,
    /// Somebody should look: stale, due, unfinished.
    Attention,
    /// Wrong: lapsed, matching nothing, inconsistent.
    Wrong,
    /// It counts no more: withdrawn, closed.
    Closed,
}

/// A row of a register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterRow {
    /// What it is known by: a reference.
    pub id: String,
    /// What stands first in its row in place of that, where it is known by a number that tells nobody anything.
    pub name: Option<String>,
    /// Its cells, one for each column behind the id.
    pub cells: Vec<String>,
    /// How it stands.
    pub flag: Flag,
    /// All that is known of it: label and words. Words may have several lines.
    pub detail: Vec<(String, String)>,
}

impl RegisterRow {
    /// What stands first in its row.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Whether every word of a filter is somewhere in it; `-` before a word turns that round.
    #[must_use]
    pub fn fits(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let mut text = self.id.to_lowercase();
        for part in self.cells.iter().chain(self.detail.iter().map(|(_, words)| words)) {
            text.push('\n');
            text.push_str(&part.to_lowercase());
        }
        words.iter().all(|word| match word.strip_prefix('-').filter(|w| !w.is_empty()) {
            Some(word) => !text.contains(word),
            None => text.contains(word.as_str()),
        })
    }
}

/// Where one stands in a register.
#[derive(Clone, Debug, Default)]
pub struct RegisterView {
    /// The selected row.
    pub cursor: Cursor,
    /// What narrows it.
    pub filter: Field,
    /// Whether that is being typed.
    pub filtering: bool,
}

impl RegisterView {
    /// The filter's words; what stands in quotes is one.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![];
        for (nth, part) in self.filter.trimmed().to_lowercase().split('"').enumerate() {
            if nth % 2 == 1 {
                words.extend(Some(part.trim().to_owned()).filter(|part| !part.is_empty()));
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_looks_through_all_of_a_row() {
        let row = RegisterRow {
            name: None,
            id: "E-0004".into(),
            cells: vec!["Policy".into()],
            detail: vec![("Purpose".into(), "says who\nmay sign in".into())],
            ..RegisterRow::default()
        };
        let fits = |words: &str| row.fits(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(fits("") && fits("e-0004 policy") && fits("sign") && fits("-scan"));
        assert!(!fits("scan") && !fits("policy -sign"));
    }
}
