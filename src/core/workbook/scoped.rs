//! The scope as a document: who confirmed it, whether it is still what they confirmed, which namespaces have appeared since, and in which order
//! the walk goes for what clusters are used for.

use super::{ScopeConfirmed, UseCaseKind, Workbook, journal};
use crate::guidance::Guidance;
use crate::model::Scope;
use std::collections::HashSet;

/// How the scope stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation<'a> {
    /// Nobody confirmed it.
    Missing,
    /// It is as it was confirmed.
    Holds(&'a ScopeConfirmed),
    /// It was changed since it was confirmed.
    Changed(&'a ScopeConfirmed),
}

/// Namespaces of a cluster that nobody knew when the scope was confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeared {
    /// The cluster.
    pub cluster: String,
    /// Whether the cluster itself came later: then all of its namespaces did.
    pub whole: bool,
    /// The namespaces, by name.
    pub namespaces: Vec<String>,
}

/// Digest of a scope, by which a change shows.
#[must_use]
pub fn digest(scope: &Scope) -> String {
    // A scope always has a form in TOML; where it had none, nothing would equal it.
    toml::to_string(scope).map_or_else(|_| String::new(), |text| journal::digest(text.as_bytes()))
}

impl Workbook {
    /// Who confirmed the scope, and whether it is still that one.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation<'_> {
        match &self.scope_confirmed {
            None => Confirmation::Missing,
            Some(confirmed) if confirmed.digest == digest(&self.scope) => Confirmation::Holds(confirmed),
            Some(confirmed) => Confirmation::Changed(confirmed),
        }
    }

    /// What a cluster is used for, where somebody said so.
    #[must_use]
    pub fn use_case(&self, cluster: &str) -> Option<UseCaseKind> {
        self.use_cases.iter().find(|u| u.cluster == cluster).map(|u| u.case)
    }
}

/// Namespaces that have appeared since the scope was confirmed, by cluster; nothing where it was not. Namespaces are told for each cluster of
/// which they are known.
#[must_use]
pub fn appeared(workbook: &Workbook, known: &[(&str, Vec<&str>)]) -> Vec<Appeared> {
    let Some(confirmed) = &workbook.scope_confirmed else { return vec![] };
    let of = |(cluster, names): &(&str, Vec<&str>)| {
        let then: Option<HashSet<&str>> = confirmed.namespaces.get(*cluster).map(|then| then.iter().map(String::as_str).collect());
        let is_new = |name: &&&str| then.as_ref().is_none_or(|then| !then.contains(**name));
        let mut namespaces: Vec<String> = names.iter().filter(is_new).map(|name| (*name).to_owned()).collect();
        namespaces.sort();
        Appeared { cluster: (*cluster).to_owned(), whole: then.is_none(), namespaces }
    };
    known.iter().map(of).filter(|appeared| !appeared.namespaces.is_empty()).collect()
}

impl UseCaseKind {
    /// Areas that matter first in this use case, in their order; the others follow in that of the guidance.
    ///
    /// Where images are made, what goes into them comes before what runs. Where account data is, its ways and keys come first, then whether
    /// anybody would notice. Where levels are mixed, all rests on what keeps them apart: networks, nodes, what pods may do, who may change it.
    #[must_use]
    pub const fn first(self) -> &'static [u8] {
        match self {
            Self::Baseline => &[],
            Self::Development => &[12, 13, 14, 15, 6, 10],
            Self::AccountData => &[4, 6, 5, 16, 7, 8, 9],
            Self::MixedLevels => &[16, 4, 3, 2, 9, 11],
        }
    }
}

/// Numbers of the areas in the order in which ⇥ goes: as early as any cluster's use case wants them, then as the guidance has them.
#[must_use]
pub fn area_order(workbook: &Workbook, guidance: &Guidance) -> Vec<u8> {
    let here = |cluster: &str| workbook.clusters.is_empty() || workbook.clusters.iter().any(|c| c.key == cluster);
    let cases: Vec<UseCaseKind> = workbook.use_cases.iter().filter(|u| here(&u.cluster)).map(|u| u.case).collect();
    let wanted =
        |area: u8| cases.iter().filter_map(|case| case.first().iter().position(|first| *first == area)).min().unwrap_or(usize::MAX);
    let mut order: Vec<u8> = guidance.areas.iter().map(|area| area.number).collect();
    order.sort_by_key(|area| wanted(*area));
    order
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use crate::model::Category;
    use crate::workbook::{Engagement, Moment, UseCase};
    use std::collections::BTreeMap;

    fn at() -> Moment {
        Moment("2026-11-23T09:12:00Z".parse().unwrap())
    }

    #[test]
    fn a_change_of_the_scope_and_new_namespaces_show_after_it_was_confirmed() {
        let mut book = Workbook::new(Engagement::default());
        let known = [("prod-eu", vec!["pay", "shop"]), ("prod-us", vec!["pay"])];
        assert_eq!((book.confirmation(), appeared(&book, &known)), (Confirmation::Missing, vec![]));
        book.scope_confirmed = Some(ScopeConfirmed {
            by: "A. Assessor".into(),
            at: at(),
            words: "the data-flow diagram".into(),
            digest: digest(&book.scope),
            namespaces: BTreeMap::from([("prod-eu".into(), vec!["pay".into()])]),
        });
        assert!(matches!(book.confirmation(), Confirmation::Holds(_)));
        let told = appeared(&book, &known);
        assert_eq!(told[0], Appeared { cluster: "prod-eu".into(), whole: false, namespaces: vec!["shop".into()] });
        assert_eq!(told[1], Appeared { cluster: "prod-us".into(), whole: true, namespaces: vec!["pay".into()] });
        book.scope.default = Category::OutOfScope;
        assert!(matches!(book.confirmation(), Confirmation::Changed(_)));
    }

    #[test]
    fn use_cases_order_the_areas_and_leave_none_out() {
        let guidance = Guidance::shipped().unwrap();
        let mut book = Workbook::new(Engagement::default());
        let plain: Vec<u8> = (1..=16).collect();
        assert_eq!(area_order(&book, guidance), plain);
        let used =
            |cluster: &str, case| UseCase { cluster: cluster.into(), case, reason: String::new(), by: "A. Assessor".into(), at: at() };
        for case in UseCaseKind::ALL {
            book.use_cases = vec![used("prod-eu", case)];
            let order = area_order(&book, guidance);
            assert_eq!(&order[..case.first().len()], case.first(), "{case:?}");
            let mut all = order.clone();
            all.sort_unstable();
            assert_eq!(all, plain, "{case:?}");
            assert!(order[case.first().len()..].is_sorted(), "{case:?}");
        }
        book.use_cases = vec![used("build", UseCaseKind::Development), used("prod-eu", UseCaseKind::MixedLevels)];
        assert_eq!(area_order(&book, guidance)[..4], [12, 16, 4, 13]);
    }
}
