//! Names that people type in forms: practices and questions, references of evidence.

use crate::guidance::Guidance;
use crate::workbook::Workbook;

/// The words of a list as it is typed: `1.6.a, 1.6.b`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', ';', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

/// Reads practices and questions: `1.6.a, 1.6.mfa_enforced`.
///
/// # Errors
/// Where a word names neither, in words for the person who typed it.
pub(in crate::session) fn practices_and_questions(guidance: &Guidance, text: &str) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut practices, mut questions) = (vec![], vec![]);
    for word in words(text) {
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

/// Reads references of evidence that counts: `E-0004, E-0005`.
///
/// # Errors
/// Where there is no such piece, in words for the person who typed it.
pub(in crate::session) fn evidence(workbook: &Workbook, text: &str) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = vec![];
    for word in words(text) {
        let word = word.to_uppercase();
        match workbook.evidence.iter().find(|e| e.reference == word) {
            None => return Err(format!("there is no {word} in the register of evidence")),
            Some(e) if !e.counts() => return Err(format!("{word} was withdrawn")),
            Some(_) if found.contains(&word) => {}
            Some(_) => found.push(word),
        }
    }
    Ok(found)
}
