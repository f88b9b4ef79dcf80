//! Names of practices, questions and sample sets, as people type several of them: `1.6.a, 1.6.b`.

use crate::guidance::Guidance;
use crate::model::text::listed;
use crate::workbook::Workbook;

fn each(text: &str, find: impl Fn(&str) -> Result<String, String>) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = vec![];
    for word in listed(text) {
        let id = find(word)?;
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Practices.
///
/// # Errors
/// Where one is none.
pub fn practices(text: &str, guidance: &Guidance) -> Result<Vec<String>, String> {
    let find = |word: &str| guidance.practice(word).map(|p| p.id.clone()).ok_or_else(|| format!("“{word}” is no practice: 1.6.a is one"));
    each(text, find)
}

/// Questions.
///
/// # Errors
/// Where one is none.
pub fn questions(text: &str, guidance: &Guidance) -> Result<Vec<String>, String> {
    let none = |word: &str| format!("“{word}” is no question: 1.6.mfa_enforced is one");
    each(text, |word| guidance.question(word).map(|q| q.id.clone()).ok_or_else(|| none(word)))
}

/// Sample sets.
///
/// # Errors
/// Where there is none of that name, or it was taken back.
pub fn samples(text: &str, workbook: &Workbook) -> Result<Vec<String>, String> {
    each(text, |word| {
        let digits = word.trim_start_matches(['S', 's', '-']);
        let reference = digits.parse::<u32>().map_or_else(|_| word.to_uppercase(), |n| format!("S-{n:02}"));
        match workbook.samples.iter().find(|s| s.reference == reference) {
            None => Err(format!("there is no sample set {reference}")),
            Some(sample) if sample.withdrawn.is_some() => Err(format!("{reference} was withdrawn: name another sample set, or none")),
            Some(_) => Ok(reference),
        }
    })
}

/// Reads practices and questions: `1.6.a, 1.6.mfa_enforced`.
///
/// # Errors
/// Where a word names neither, in words for the person who typed it.
pub fn practices_and_questions(text: &str, guidance: &Guidance) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut practices, mut questions) = (vec![], vec![]);
    for word in listed(text) {
        let list = match (guidance.practice(word), guidance.question(word)) {
            (Some(_), _) => &mut practices,
            (_, Some(_)) => &mut questions,
            _ => return Err(format!("“{word}” is no practice and no question: 1.6.a or 1.6.mfa_enforced would be")),
        };
        if !list.iter().any(|known| known == word) {
            list.push(word.to_owned());
        }
    }
    Ok((practices, questions))
}
