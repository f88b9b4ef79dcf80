//! The last gate before a workbook is written: card numbers, private keys and tokens that people typed or pasted are taken out of every text.
//! It looks at all texts of the workbook but those that only the program writes, so a field that is added later is covered without a word here.

use super::drafts::Drafts;
use super::format::Rows;
use super::{Edit, Workbook, WorkbookError};
use crate::sensitive::without_plain_secrets;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// Keys whose values the program writes and people do not: digests and ids, in which digits may stand by chance.
const WRITTEN_BY_PROGRAM: &[&str] = &[
    "digest",
    "sha256",
    "snapshot",
    "snapshots",
    "findings",
    "uid",
    "catalogue",
    "workbook",
    "id",
    "ref",
    "check",
    "question",
    "practice",
];

/// A text without card numbers, private keys, tokens in the forms of their makers and passwords in addresses, and how many there were.
#[must_use]
pub fn clean(text: &str) -> (String, usize) {
    // Keys first: their place in the text has words of its own.
    let (text, keys) = without_keys(text.to_owned());
    let (text, secrets) = without_plain_secrets(&text);
    (text, keys + secrets)
}

/// A workbook without card numbers and private keys in any text, and how many there were.
///
/// # Errors
/// Where a value has no form in TOML.
pub fn clean_workbook(workbook: &Workbook) -> Result<(Workbook, usize), WorkbookError> {
    cleaned(workbook)
}

/// The gate for one edit after the other. What went through it once is not looked through again: an edit changes a few rows, and a workbook has
/// thousands of texts.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// What went through last, as it came out.
    clean: Option<Box<Workbook>>,
}

impl Gate {
    /// A workbook without card numbers and private keys in any text, and how many there were; the very workbook where there are none.
    ///
    /// # Errors
    /// Where a value has no form in TOML.
    pub fn clean<'a>(&mut self, workbook: &'a Workbook) -> Result<(Cow<'a, Workbook>, usize), WorkbookError> {
        if let Some(before) = &mut self.clean {
            let changed = Rows::between(workbook, before);
            if clean_workbook(&changed.of(workbook))?.1 == 0 {
                changed.take_over(before, workbook);
                return Ok((Cow::Borrowed(workbook), 0));
            }
        }
        let (clean, masked) = clean_workbook(workbook)?;
        let out = if masked > 0 { Cow::Owned(clean.clone()) } else { Cow::Borrowed(workbook) };
        self.clean = Some(Box::new(clean));
        Ok((out, masked))
    }
}

/// What was typed and is not saved, without card numbers and private keys.
///
/// # Errors
/// Where a value has no form in TOML.
pub fn clean_drafts(drafts: &Drafts) -> Result<Drafts, WorkbookError> {
    cleaned(drafts).map(|(drafts, _)| drafts)
}

fn cleaned<T: Serialize + DeserializeOwned + Clone>(whole: &T) -> Result<(T, usize), WorkbookError> {
    let unwritable = |error: &dyn std::fmt::Display| WorkbookError::Unwritable(error.to_string());
    let mut value = toml::Value::try_from(whole).map_err(|e| unwritable(&e))?;
    match clean_value(&mut value) {
        0 => Ok((whole.clone(), 0)),
        masked => Ok((value.try_into().map_err(|e| unwritable(&e))?, masked)),
    }
}

/// An edit without card numbers and private keys, for the journal.
#[must_use]
pub fn clean_edit(edit: &Edit) -> Edit {
    let clean = |text: &str| clean(text).0;
    Edit { by: clean(&edit.by), what: clean(&edit.what), before: clean(&edit.before), after: clean(&edit.after) }
}

fn clean_value(value: &mut toml::Value) -> usize {
    match value {
        toml::Value::String(text) => {
            let (cleaned, masked) = clean(text);
            if masked > 0 {
                *text = cleaned;
            }
            masked
        }
        toml::Value::Array(items) => items.iter_mut().map(clean_value).sum(),
        toml::Value::Table(table) => table
            .iter_mut()
            .filter(|(key, value)| !(is_plain(value) && WRITTEN_BY_PROGRAM.contains(&key.as_str())))
            .map(|(_, value)| clean_value(value))
            .sum(),
        _ => 0,
    }
}

/// Whether a value is a text or a list of texts, and no table with others below.
fn is_plain(value: &toml::Value) -> bool {
    value.is_str() || value.as_array().is_some_and(|items| items.iter().all(toml::Value::is_str))
}

/// Counts private keys in PEM form: their first lines.
#[must_use]
pub fn count_private_keys(text: &str) -> usize {
    key_starts(text).count()
}

fn key_starts(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices("-----BEGIN ").map(|(at, _)| at).filter(|at| {
        let line = text[*at..].lines().next().unwrap_or_default();
        line.trim_end().strip_suffix("-----").is_some_and(|name| name.contains("PRIVATE KEY"))
    })
}

/// Takes every private key out, from its first line to its last, or to the end of the text where the last line is missing.
fn without_keys(mut text: String) -> (String, usize) {
    let mut taken = 0;
    loop {
        let first = key_starts(&text).next();
        let Some(start) = first else { break };
        let behind = &text[start..];
        let end = behind.find("-----END ").map_or(behind.len(), |at| at + behind[at..].find('\n').unwrap_or(behind.len() - at));
        text.replace_range(start..start + end, "[private key taken out]");
        taken += 1;
    }
    (text, taken)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use crate::workbook::{Engagement, Exception};

    #[test]
    fn card_numbers_and_keys_do_not_pass_and_digests_do() {
        let mut book = Workbook::new(Engagement { entity: "Acme 4111 1111 1111 1111".into(), ..Engagement::default() });
        book.catalogue = "4111111111111111".into();
        let key = "see\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nbelow";
        book.exceptions.push(Exception { reason: key.into(), ..Exception::of("3.1/baseline") });
        let (clean, masked) = clean_workbook(&book).unwrap();
        assert_eq!(masked, 2);
        let text = clean.print().unwrap();
        assert!(!text.contains("4111 1111 1111 1111") && text.contains("catalogue = \"4111111111111111\""), "{text}");
        assert_eq!(clean.exceptions[0].reason, "see\n[private key taken out]\nbelow");
    }

    #[test]
    fn a_key_without_its_end_is_taken_out_to_the_end() {
        let (text, taken) = clean("a -----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn");
        assert_eq!((text.as_str(), taken), ("a [private key taken out]", 1));
        assert_eq!(clean("-----BEGIN CERTIFICATE-----\nx").1, 0);
    }
}
