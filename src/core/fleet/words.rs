//! A difference in words, for whoever prints or shows it.

use super::difference::{Difference, Held};
use super::fact::Topic;
use crate::model::text::thousands;

impl Difference {
    /// What differs, with at most so many names: `3.1/baseline privileged: Deployment shop/agent and 3 more`.
    #[must_use]
    pub fn subject(&self, shown: usize) -> String {
        let whose = self.whose();
        match (whose.is_empty(), self.what.is_empty()) {
            (true, true) => String::new(),
            (false, true) => whose,
            (true, false) => named(&self.what, shown),
            (false, false) => format!("{whose}: {}", named(&self.what, shown)),
        }
    }

    /// What holds where, the odd ones first, with at most so many clusters by name: `found on prod-eu; not found on 29 others`.
    #[must_use]
    pub fn spread(&self, shown: usize) -> String {
        let usual = self.usual();
        let told = |held: &Held| format!("{} on {}", held.value, named(&held.clusters, shown));
        let mut parts: Vec<String> = self.values.iter().filter(|held| usual.is_none_or(|usual| usual != *held)).map(told).collect();
        parts.extend(usual.map(|held| match held.clusters.len() {
            1 => told(held),
            many => format!("{} on {} others", held.value, thousands(many)),
        }));
        if !self.unseen.is_empty() {
            parts.push(format!("not to be seen on {}", named(&self.unseen, shown)));
        }
        parts.join("; ")
    }

    /// The whole difference in one line.
    #[must_use]
    pub fn words(&self, shown: usize) -> String {
        let subject = self.subject(shown);
        let topic = match self.topic {
            // A check says what it is.
            Topic::Outcome | Topic::Finding => String::new(),
            topic if subject.is_empty() => topic.label().to_owned(),
            topic => format!("{} ", topic.label()),
        };
        format!("{topic}{subject}: {}", self.spread(shown))
    }
}

/// Names in a row, at most so many.
fn named(names: &[String], shown: usize) -> String {
    let shown = shown.max(1);
    let first = names.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(shown) {
        0 => first,
        more => format!("{first} and {} more", thousands(more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_difference_names_the_odd_ones_and_counts_the_others() {
        let held = |value: &str, clusters: &[&str]| Held { value: value.to_owned(), clusters: list(clusters) };
        let mut difference = Difference {
            topic: Topic::Finding,
            of: "3.1/baseline".to_owned(),
            rule: "privileged".to_owned(),
            what: list(&["Deployment a", "Deployment b", "Deployment c"]),
            values: vec![held("not found", &["w", "x", "y"]), held("found", &["z"])],
            apart: list(&["z"]),
            unseen: list(&["v"]),
        };
        assert_eq!(
            difference.words(2),
            "3.1/baseline privileged: Deployment a, Deployment b and 1 more: found on z; not found on 3 others; not to be seen on v"
        );
        difference.apart.clear();
        difference.unseen.clear();
        assert_eq!(difference.spread(1), "not found on w and 2 more; found on z");
        let version = Difference { topic: Topic::Version, of: String::new(), rule: String::new(), what: vec![], ..difference };
        assert_eq!(version.words(9), "version: not found on w, x, y; found on z");
    }
}
