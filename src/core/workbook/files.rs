//! Files that checks would judge and nobody has given: what outcomes say would answer them (`evidence: aws eks describe-cluster`).

use super::rollup::Part;
use crate::kinds::imported::Describer;
use std::collections::BTreeMap;

/// A file that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// Which, as needs name it.
    pub need: &'static str,
    /// The cluster that it is to be of; "" where there is none.
    pub cluster: String,
    /// The checks that would judge it.
    pub checks: Vec<String>,
    /// The practices that these speak to.
    pub practices: Vec<String>,
}

impl WantedFile {
    /// What to ask for, in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let file = self.need.trim_start_matches("evidence: ");
        let of = if self.cluster.is_empty() { String::new() } else { format!(" of the cluster {}", self.cluster) };
        format!("{file}{of}, as a file to attach: {} would judge it.", self.checks.join(", "))
    }
}

/// The files that checks of each cluster want, in the order of their kinds; those of one control, or all.
#[must_use]
pub fn wanted(parts: &[Part], control: Option<&str>) -> Vec<WantedFile> {
    let mut all: BTreeMap<(Describer, &str), WantedFile> = BTreeMap::new();
    for part in parts {
        for outcome in part.outcomes.iter().filter(|outcome| control.is_none_or(|control| outcome.control == control)) {
            for by in Describer::ALL.into_iter().filter(|by| outcome.needs.iter().any(|need| need == by.need())) {
                let file = all.entry((by, part.cluster.as_str())).or_insert_with(|| WantedFile {
                    need: by.need(),
                    cluster: part.cluster.clone(),
                    checks: vec![],
                    practices: vec![],
                });
                file.checks.push(outcome.check.clone());
                file.practices.extend(outcome.practices.iter().filter(|own| !file.practices.contains(own)).cloned().collect::<Vec<_>>());
            }
        }
    }
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::CheckOutcome;
    use crate::model::Outcome;

    fn outcome(check: &str, need: &str) -> CheckOutcome {
        let control = check.split('/').next().unwrap_or_default();
        CheckOutcome {
            check: check.into(),
            control: control.into(),
            practices: vec![format!("{control}.a")],
            outcome: Outcome::Review,
            reason: String::new(),
            population: 0,
            needs: vec![need.into()],
            counts: BTreeMap::new(),
            findings: vec![],
        }
    }

    #[test]
    fn each_file_is_wanted_once_for_each_cluster() {
        let need = Describer::EksCluster.need();
        let outcomes = vec![
            outcome("6.1/encryption-at-rest", need),
            outcome("7.1/provider-audit", need),
            outcome("7.1/audit-policy", "evidence: audit policy file"),
        ];
        let parts = ["a", "b"].map(|cluster| Part { cluster: cluster.into(), distribution: "eks".into(), outcomes: outcomes.clone() });
        let all = wanted(&parts, None);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].checks.len(), all[0].practices.join(" ").as_str()), (2, "6.1.a 7.1.a"));
        assert_eq!(
            all[1].words(),
            "aws eks describe-cluster of the cluster b, as a file to attach: 6.1/encryption-at-rest, 7.1/provider-audit would judge it."
        );
        assert_eq!(wanted(&parts[..1], Some("7.1"))[0].checks, ["7.1/provider-audit"]);
    }
}
