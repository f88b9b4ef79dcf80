//! A trial as it is shown and exported: by itself, without the policies that were run, and with the category of each namespace.

use super::{Break, Dress, Outcome, Trial, Verdict, WITNESSES, Witness};
use crate::model::Category;
use std::collections::BTreeMap;

/// What became of all witnesses everywhere.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The policies that were tried: `ClusterPolicy no-privileged`.
    pub policies: Vec<String>,
    /// Lists of policies that could not be read, in words.
    pub unread: Vec<String>,
    /// Groups of namespaces of one category that no policy tells apart.
    pub places: Vec<ToldPlace>,
    /// What became of each witness, places of one category and of the same words together: by witness, then by namespaces.
    pub rows: Vec<ToldRow>,
}

/// Namespaces of one category that no policy tells apart.
#[derive(Clone, Debug)]
pub struct ToldPlace {
    /// Their names, sorted.
    pub namespaces: Vec<String>,
    /// Their category.
    pub category: Category,
    /// The image that the witnesses have there; "" where it is the one that they have everywhere.
    pub image: String,
}

/// What became of a witness in some places.
#[derive(Clone, Debug)]
pub struct ToldRow {
    /// The witness.
    pub witness: &'static Witness,
    /// Where, by the numbers of the places.
    pub places: Vec<usize>,
    /// The category of the namespaces.
    pub category: Category,
    /// What became of it.
    pub verdict: Verdict,
}

impl ToldRow {
    /// Whether the witness breaks nothing.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.witness.breaks == Break::Nothing
    }

    /// Whether a witness gets in that breaks something.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        !self.is_clean() && self.witness.is_pod() && self.verdict.outcome == Outcome::LetIn
    }

    /// By whom, and why, in one line.
    #[must_use]
    pub fn reason(&self) -> String {
        let Verdict { by, why, .. } = &self.verdict;
        match (by.is_empty(), why.is_empty()) {
            (true, _) => why.clone(),
            (false, true) => by.clone(),
            (false, false) => format!("{by}: {why}"),
        }
    }

    /// What pods may choose to stay out of every policy that refuses it, in words; "" where they can't.
    #[must_use]
    pub fn unless(&self) -> String {
        self.verdict.around.join("; ")
    }
}

impl Outcome {
    /// Its words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotEvaluated => "not evaluated",
            Self::LetIn => "let in",
        }
    }
}

impl Told {
    /// The namespaces of a row, sorted.
    #[must_use]
    pub fn namespaces(&self, row: &ToldRow) -> Vec<&str> {
        let places = row.places.iter().filter_map(|at| self.places.get(*at));
        let mut names: Vec<&str> = places.flat_map(|place| &place.namespaces).map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The namespaces of a row in words, the first of many: `pay, shop and 7 more`.
    #[must_use]
    pub fn place_words(&self, row: &ToldRow, shown: usize) -> String {
        let names = self.namespaces(row);
        let first = names.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
        match names.len().saturating_sub(shown) {
            0 => first,
            more => format!("{first} and {more} more"),
        }
    }

    /// Images that the witnesses of a row have, where these are not the ones that they have everywhere.
    #[must_use]
    pub fn images(&self, row: &ToldRow) -> Vec<&str> {
        let mut images: Vec<&str> = row.places.iter().filter_map(|at| self.places.get(*at)).map(|place| place.image.as_str()).collect();
        images.retain(|image| !image.is_empty());
        images.sort_unstable();
        images.dedup();
        images
    }

    /// The rows of a witness.
    pub fn of_witness(&self, id: &str) -> impl Iterator<Item = &ToldRow> {
        self.rows.iter().filter(move |row| row.witness.id == id)
    }

    /// The rows, the worst first: what gets in, what is not known, what is refused, each in scope before what is not; clean witnesses last.
    #[must_use]
    pub fn worst_first(&self) -> Vec<usize> {
        let apart = |category: Category| match category {
            Category::Cde | Category::Connected => 0,
            Category::OutOfScope => 1,
            Category::Platform => 2,
        };
        let weight =
            // What makes pods may be let in, as its pods are tried as pods.
            |at: &usize| {
                self.rows.get(*at).map(|row| {
                    let outcome = if row.witness.is_pod() { row.verdict.outcome } else { Outcome::Refused };
                    (row.is_clean(), apart(row.category), std::cmp::Reverse(outcome), *at)
                })
            };
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(weight);
        order
    }

    /// Puts namespaces, and rows of one witness by their namespaces, in the order of their names.
    pub fn sort(&mut self) {
        self.places.iter_mut().for_each(|place| place.namespaces.sort());
        let rows = std::mem::take(&mut self.rows);
        let position = |row: &ToldRow| WITNESSES.iter().position(|witness| witness.id == row.witness.id);
        let mut keyed: Vec<_> = rows
            .into_iter()
            .map(|row| ((position(&row), self.namespaces(&row).into_iter().map(str::to_owned).collect::<Vec<_>>()), row))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.rows = keyed.into_iter().map(|(_, row)| row).collect();
    }
}

impl Trial<'_> {
    /// The trial by itself, with the category of each namespace.
    #[must_use]
    pub fn told(&self, category: impl Fn(&str) -> Category) -> Told {
        let (mut places, mut from) = (Vec::new(), Vec::new());
        for (number, place) in self.places.iter().enumerate() {
            let mut by_category: BTreeMap<Category, Vec<String>> = BTreeMap::new();
            for namespace in &place.namespaces {
                by_category.entry(category(namespace)).or_default().push(namespace.clone());
            }
            let image = if place.dress.image == Dress::default().image { String::new() } else { place.dress.image.clone() };
            for (category, namespaces) in by_category {
                places.push(ToldPlace { namespaces, category, image: image.clone() });
                from.push(number);
            }
        }
        let mut rows = Vec::new();
        for (nth, witness) in WITNESSES.iter().enumerate() {
            let mut own: Vec<ToldRow> = Vec::new();
            for (at, place) in places.iter().enumerate() {
                let verdict = self.verdict(from[at], nth);
                match own.iter_mut().find(|row| row.category == place.category && row.verdict == *verdict) {
                    Some(row) => row.places.push(at),
                    None => own.push(ToldRow { witness, places: vec![at], category: place.category, verdict: verdict.clone() }),
                }
            }
            rows.append(&mut own);
        }
        let policies = self.policies().into_iter().map(ToString::to_string).collect();
        let mut told = Told { policies, unread: self.missing(), places, rows };
        told.sort();
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        let place = |name: &str, category| ToldPlace { namespaces: vec![name.to_owned()], category, image: String::new() };
        let witness = |id| Witness::by_id(id).expect("it is one of them");
        let verdict = |outcome| Verdict { outcome, by: "P".to_owned(), why: "why".to_owned(), spoken_of: false, around: vec![] };
        let row = |id, place: usize, category, outcome| ToldRow {
            witness: witness(id),
            places: vec![place],
            category,
            verdict: verdict(outcome),
        };
        Told {
            places: vec![place("pay", Category::Cde), place("kube-system", Category::Platform), place("lab", Category::OutOfScope)],
            rows: vec![
                row("clean-pod", 0, Category::Cde, Outcome::LetIn),
                row("privileged-container", 1, Category::Platform, Outcome::LetIn),
                row("privileged-container", 0, Category::Cde, Outcome::Refused),
                row("privileged-init-container", 2, Category::OutOfScope, Outcome::LetIn),
                row("privileged-init-container", 0, Category::Cde, Outcome::LetIn),
                row("host-pid", 0, Category::Cde, Outcome::NotEvaluated),
            ],
            ..Told::default()
        }
    }

    #[test]
    fn what_gets_in_in_scope_comes_first_and_clean_ones_last() {
        let told = told();
        let order: Vec<_> =
            told.worst_first().into_iter().map(|at| (told.rows[at].witness.id, told.place_words(&told.rows[at], 3))).collect();
        let wanted = [
            ("privileged-init-container", "pay"),
            ("host-pid", "pay"),
            ("privileged-container", "pay"),
            ("privileged-init-container", "lab"),
            ("privileged-container", "kube-system"),
            ("clean-pod", "pay"),
        ];
        assert_eq!(order, wanted.map(|(id, place)| (id, place.to_owned())));
        assert!(told.rows[4].is_gap() && !told.rows[0].is_gap() && !told.rows[2].is_gap() && !told.rows[5].is_gap());
    }

    #[test]
    fn rows_stand_by_their_witness_and_then_by_their_namespaces() {
        let mut told = told();
        told.places[0].namespaces = vec!["z".to_owned(), "shop".to_owned(), "a".to_owned()];
        told.sort();
        let order: Vec<_> = told.rows.iter().map(|row| (row.witness.id, told.place_words(row, 1))).collect();
        let at = |id: &str| order.iter().filter(|(known, _)| *known == id).map(|(_, place)| place.as_str()).collect::<Vec<_>>();
        assert_eq!(at("privileged-container"), ["a and 2 more", "kube-system"]);
        assert_eq!(at("privileged-init-container"), ["a and 2 more", "lab"]);
    }
}
