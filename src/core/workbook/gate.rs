//! The last gate before a workbook is written: card numbers, private keys and tokens that people typed or pasted are taken out of every text.
//! It looks at all texts of the workbook but those that only the program writes, so a field that is added later is covered without a word here.

use super::drafts::Drafts;
use super::format::Rows;
use super::outside::KEYS;
use super::{Edit, WithheldWords, Workbook, WorkbookError};
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

/// A text without card numbers, private keys, tokens in the forms of their makers and passwords in addresses, and which detector found each.
#[must_use]
pub fn clean(text: &str) -> (String, Vec<String>) {
    // Keys first: their place in the text has words of its own.
    let (text, keys) = without_keys(text.to_owned());
    let (text, secrets) = without_plain_secrets(&text);
    (text, std::iter::repeat_n("pem-private-key".to_owned(), keys).chain(secrets).collect())
}

/// A workbook without card numbers and private keys in any text, and how many there were. What was taken out is noted in it, by place and detector.
///
/// # Errors
/// Where a value has no form in TOML.
pub fn clean_workbook(workbook: &Workbook) -> Result<(Workbook, usize), WorkbookError> {
    let (mut clean, found) = cleaned(workbook)?;
    let count = found.len();
    for (place, detector) in found {
        match clean.withheld.iter_mut().find(|known| known.place == place && known.detector == detector) {
            Some(known) => known.times += 1,
            None => clean.withheld.push(WithheldWords { place, detector, times: 1 }),
        }
    }
    clean.withheld.sort_by(|a, b| (&a.place, &a.detector).cmp(&(&b.place, &b.detector)));
    Ok((clean, count))
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

/// A value that is cleaned, and what was found: where, and by which detector.
type Cleaned<T> = (T, Vec<(String, String)>);

fn cleaned<T: Serialize + DeserializeOwned + Clone>(whole: &T) -> Result<Cleaned<T>, WorkbookError> {
    let unwritable = |error: &dyn std::fmt::Display| WorkbookError::Unwritable(error.to_string());
    let mut value = toml::Value::try_from(whole).map_err(|e| unwritable(&e))?;
    let mut found = vec![];
    clean_value(&mut value, &[], &mut found);
    if found.is_empty() { Ok((whole.clone(), found)) } else { Ok((value.try_into().map_err(|e| unwritable(&e))?, found)) }
}

/// An edit without card numbers and private keys, for the journal.
#[must_use]
pub fn clean_edit(edit: &Edit) -> Edit {
    let clean = |text: &str| clean(text).0;
    Edit { by: clean(&edit.by), what: clean(&edit.what), before: clean(&edit.before), after: clean(&edit.after) }
}

/// Cleans a value at a place, and notes what is taken out of it.
fn clean_value(value: &mut toml::Value, place: &[String], found: &mut Vec<(String, String)>) {
    match value {
        toml::Value::String(text) => {
            let (cleaned, detectors) = clean(text);
            if !detectors.is_empty() {
                *text = cleaned;
                let place = place.join(" ");
                found.extend(detectors.into_iter().map(|detector| (place.clone(), detector)));
            }
        }
        toml::Value::Array(items) => {
            for item in items {
                let row = item.as_table().and_then(|row| named(place, row));
                clean_value(item, &row.map_or_else(|| place.to_vec(), |row| [place, &[row]].concat()), found);
            }
        }
        toml::Value::Table(table) => {
            for (key, value) in table.iter_mut().filter(|(key, value)| !(is_plain(value) && WRITTEN_BY_PROGRAM.contains(&key.as_str()))) {
                clean_value(value, &[place, &[clean(key).0]].concat(), found);
            }
        }
        _ => {}
    }
}

/// What a row of a table is known by: `3.1/baseline`; none where it has no key of its own.
fn named(place: &[String], row: &toml::Table) -> Option<String> {
    let [table] = place else { return None };
    let (_, keys) = KEYS.iter().find(|(known, _)| known == table)?;
    let parts: Vec<&str> = keys.iter().filter_map(|key| row.get(*key)?.as_str()).filter(|part| !part.is_empty()).collect();
    // A place is a text like any other.
    (!parts.is_empty()).then(|| clean(&parts.join(" on ")).0)
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
        let (mut clean, masked) = clean_workbook(&book).unwrap();
        assert_eq!(masked, 2);
        let text = clean.print().unwrap();
        assert!(!text.contains("4111 1111 1111 1111") && text.contains("catalogue = \"4111111111111111\""), "{text}");
        assert_eq!(clean.exceptions[0].reason, "see\n[private key taken out]\nbelow");
        let told: Vec<(&str, &str, usize)> = clean.withheld.iter().map(|w| (w.place.as_str(), w.detector.as_str(), w.times)).collect();
        assert_eq!(told, [("engagement entity", "card-number", 1), ("exception 3.1/baseline reason", "pem-private-key", 1)]);
        // What is clean stays as it is, and what comes later is counted on.
        assert_eq!(clean_workbook(&clean).unwrap(), (clean.clone(), 0));
        clean.exceptions[0].reason = key.into();
        assert_eq!(clean_workbook(&clean).unwrap().0.withheld[1].times, 2);
    }

    #[test]
    fn a_key_without_its_end_is_taken_out_to_the_end() {
        let (text, taken) = clean("a -----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn");
        assert_eq!((text.as_str(), taken), ("a [private key taken out]", vec!["pem-private-key".to_owned()]));
        assert!(clean("-----BEGIN CERTIFICATE-----\nx").1.is_empty());
    }
}
