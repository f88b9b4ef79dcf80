//! Finding anything in the assessment by its words: a control, check, question, piece of evidence, or what somebody wrote.

use crate::model::text::clean;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::{Target, checks_of};
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::field::Field;
use crate::workbook::Workbook;
use crate::workbook::query::is_under;

/// What is done to the search.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Begins one.
    Open,
}

/// A row of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindRow {
    /// Where it leads.
    pub target: Target,
    /// What it is: `1.5 Workloads get no credentials by themselves`.
    pub text: String,
}

/// Begins a search.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => {
            if desk.book.is_some() {
                desk.layers.push(Layer::Find { query: Field::default(), cursor: Cursor::default() });
            }
            Next::NONE
        }
    }
}

/// Everything in the walk that fits what is typed: areas, controls (by requirements of PCI DSS and sections of the CIS Benchmark too), checks,
/// questions, pieces of evidence with all that was said and seen, and what was written about answers, determinations and reviews.
#[must_use]
pub fn find(desk: &Desk, query: &str) -> Vec<FindRow> {
    let mut found = Found { words: query.to_lowercase().split_whitespace().map(str::to_owned).collect(), rows: vec![], further: vec![] };
    for area in &desk.guidance.areas {
        found.put(Target::Area(area.number), format!("{} {}", area.number, area.title), &[]);
        for control in &area.controls {
            let title = format!("{} {}", control.id, control.title);
            found.numbered(Target::Control(control.id.clone()), title, &[("PCI DSS", &control.dss), ("CIS", &control.cis)]);
            for check in checks_of(control) {
                found.put(Target::Check(check.id.to_owned()), format!("{} {}", check.id, check.title), &[]);
            }
            for question in &control.questions {
                found.put(Target::Question(question.id.clone()), format!("{} {}", question.id, question.text.trim()), &[]);
            }
        }
    }
    if let Some(book) = &desk.book {
        found.written(&book.workbook);
    }
    found.rows.append(&mut found.further);
    found.rows
}

/// What fits, and what is looked for: each of these words, in lower case.
struct Found {
    words: Vec<String>,
    /// What fits by its own text: `1.2` is first of all the control 1.2.
    rows: Vec<FindRow>,
    /// What fits by what belongs to it.
    further: Vec<FindRow>,
}

impl Found {
    /// Takes a row in whose text, or in what is written behind it, every word stands; what is behind it is shown around the first word that its text has not.
    fn put(&mut self, target: Target, text: String, behind: &[&str]) {
        let lower = text.to_lowercase();
        let missing: Vec<&String> = self.words.iter().filter(|word| !lower.contains(word.as_str())).collect();
        let Some(first) = missing.first() else {
            self.rows.push(FindRow { target, text });
            return;
        };
        let all = clean(&behind.join(" · "));
        let lower = all.to_lowercase();
        if missing.iter().all(|word| lower.contains(word.as_str())) {
            self.further.push(FindRow { target, text: format!("{text}: {}", around(&all, first)) });
        }
    }

    /// Takes a row that fits by its text, or by the numbers that belong to it: `8.4` finds 8.4 and 8.4.2, and not 8.41.
    fn numbered(&mut self, target: Target, text: String, numbers: &[(&str, &[String])]) {
        let lower = text.to_lowercase();
        let mut by = vec![];
        for word in self.words.iter().filter(|word| !lower.contains(word.as_str())) {
            let under = |number: &&String| is_under(number, word);
            let names = |(name, numbers): &(&str, &[String])| {
                let of_it = word.len() > 1 && name.to_lowercase().split(' ').any(|part| part == word);
                let fits: Vec<String> = numbers.iter().filter(under).map(|number| format!("{name} {number}")).collect();
                if of_it && !numbers.is_empty() { vec![(*name).to_owned()] } else { fits }
            };
            let fits: Vec<String> = numbers.iter().flat_map(names).collect();
            if fits.is_empty() {
                return;
            }
            by.extend(fits.into_iter().filter(|name| name.contains(|c: char| c.is_ascii_digit())));
        }
        match by.is_empty() {
            true => self.rows.push(FindRow { target, text }),
            false => self.further.push(FindRow { target, text: format!("{text} ({})", by.join(", ")) }),
        }
    }

    /// What people wrote.
    fn written(&mut self, book: &Workbook) {
        for piece in &book.evidence {
            let mut behind = vec![piece.file.as_str(), &piece.version, &piece.purpose, &piece.by];
            if let Some(said) = &piece.interview {
                behind.extend([&said.person, &said.role, &said.topics, &said.asked, &said.answered, &said.conclusion].map(String::as_str));
            }
            if let Some(seen) = &piece.observation {
                behind.extend([&seen.seen, &seen.place, &seen.conclusion].map(String::as_str));
            }
            self.put(Target::Evidence(piece.reference.clone()), format!("{} {}", piece.reference, clean(&piece.title)), &behind);
        }
        // By themselves these are no row: the question, practice or check has one.
        if self.words.is_empty() {
            return;
        }
        for answer in &book.answers {
            let text = format!("answer to {}", answer.question);
            self.put(Target::Question(answer.question.clone()), text, &[&answer.note, &answer.interviewed, &answer.role, &answer.by]);
        }
        for determination in &book.determinations {
            let text = format!("determination of {}", determination.practice);
            let parts: Vec<String> = determination.parts().into_iter().map(|(_, words)| words).collect();
            let mut behind = vec![determination.rationale.as_str(), &determination.excluded_by, &determination.by];
            behind.extend(parts.iter().map(String::as_str));
            self.put(Target::Practice(determination.practice.clone()), text, &behind);
        }
        for review in &book.reviews {
            self.put(Target::Check(review.check.clone()), format!("review of {}", review.check), &[&review.note, &review.by]);
        }
    }
}

/// A text around a word, which is in lower case.
fn around(text: &str, word: &str) -> String {
    const BEFORE: usize = 24;
    const ALL: usize = 90;
    // Lower case may be longer or shorter, so it is looked for from each letter on.
    let begins = |(at, _): (usize, char)| {
        let mut letters = text[at..].chars().flat_map(char::to_lowercase);
        word.chars().all(|letter| letters.next() == Some(letter))
    };
    let at = text.char_indices().position(begins).unwrap_or(0);
    let from = at.saturating_sub(BEFORE);
    let lead = if from > 0 { "…" } else { "" };
    let shown: String = text.chars().skip(from).take(ALL).collect();
    let tail = if text.chars().count() > from + ALL { "…" } else { "" };
    format!("{lead}{shown}{tail}")
}

/// ↵: goes to the selected row.
pub(in crate::session) fn enter(desk: &mut Desk) -> Next {
    let Some(Layer::Find { query, cursor }) = desk.layers.pop_if(|layer| matches!(layer, Layer::Find { .. })) else { return Next::NONE };
    let found = find(desk, query.trimmed()).into_iter().nth(cursor.at);
    found.map_or(Next::NONE, |row| Next::from(Lead::Walk(row.target)))
}

/// Moves among the rows.
pub(in crate::session) fn step(desk: &mut Desk, step: Step) {
    let length = match desk.top() {
        Layer::Find { query, .. } => find(desk, query.trimmed()).len(),
        _ => return,
    };
    if let Some(Layer::Find { cursor, .. }) = desk.layers.last_mut() {
        cursor.step(step, length);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;

    fn found(words: &[&str]) -> Found {
        Found { words: words.iter().map(|word| (*word).to_owned()).collect(), rows: vec![], further: vec![] }
    }

    #[test]
    fn a_number_finds_what_is_under_it_and_nothing_that_begins_like_it() {
        let numbers = ["8.4.2".to_owned(), "8.41".to_owned(), "10.2.1".to_owned()];
        let row = |words: &[&str]| {
            let mut found = found(words);
            found.numbered(Target::Area(1), "1.6 MFA".to_owned(), &[("PCI DSS", &numbers)]);
            found.further.pop().or(found.rows.pop()).map(|row| row.text)
        };
        assert_eq!(row(&["8.4"]).as_deref(), Some("1.6 MFA (PCI DSS 8.4.2)"));
        assert_eq!(row(&["pci", "8.4.2"]).as_deref(), Some("1.6 MFA (PCI DSS 8.4.2)"));
        assert_eq!(row(&["mfa", "10.2.1"]).as_deref(), Some("1.6 MFA (PCI DSS 10.2.1)"));
        assert_eq!((row(&["8.4.22"]), row(&["2.1"]), row(&["mfa", "nobody"])), (None, None, None));
    }

    #[test]
    fn what_is_behind_a_title_is_found_and_shown_around_the_word() {
        let mut all = found(&["tickets"]);
        let note = format!("{} with their tickets of the last two changes{}", "İ".repeat(60), " and more".repeat(20));
        all.put(Target::Area(1), "E-0001 Procedure".to_owned(), &[&note]);
        let text = &all.further[0].text;
        assert!(text.starts_with("E-0001 Procedure: …") && text.contains("tickets of the last") && text.ends_with('…'), "{text}");
        let mut none = found(&["tickets", "absent"]);
        none.put(Target::Area(1), "E-0001".to_owned(), &[&note]);
        assert!(none.rows.is_empty() && none.further.is_empty());
    }
}
