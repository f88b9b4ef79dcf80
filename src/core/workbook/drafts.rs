//! What was typed into forms and is not saved. It lies beside the workbook while that is so, so that neither a crash nor a kill loses it, and
//! is no part of the assessment: nothing counts that was not accepted, and none of it is ever exported.

use crate::sensitive::{place, without_quoted};
use crate::workbook::WorkbookError;
use serde::{Deserialize, Serialize};

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drafts {
    /// Forms, each with what was typed in it.
    #[serde(default, rename = "draft", skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<TypedForm>,
}

/// A form with what was typed in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedForm {
    /// What it is for: `{ answer = { question = "1.6.mfa_enforced" } }`.
    pub form: toml::Value,
    /// Its rows.
    #[serde(default, rename = "row")]
    pub rows: Vec<TypedRow>,
}

/// A row of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedRow {
    /// Its name.
    pub id: String,
    /// What was chosen, where one chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// What was typed, where one types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Drafts {
    /// Whether nothing is typed that is not saved.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// Reads them.
    ///
    /// # Errors
    /// Where the text is no TOML, or says something else; with line and column.
    pub fn parse(text: &str) -> Result<Self, WorkbookError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let (line, column) = place(text, error.span().map_or(0, |span| span.start));
            WorkbookError::Broken { line, column, message: without_quoted(error.message()) }
        })
    }

    /// Writes them as text.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn print(&self) -> Result<String, WorkbookError> {
        let body = toml::to_string_pretty(self).map_err(|e| WorkbookError::Unwritable(e.to_string()))?;
        Ok(format!(
            "# Typed in Kassay and not saved. It is no part of the assessment, and goes away when it is saved or forgotten there.\n{body}"
        ))
    }
}

impl TypedForm {
    /// What it is for, in a few words: `answer 1.6.mfa_enforced`.
    #[must_use]
    pub fn words(&self) -> String {
        fn collect(value: &toml::Value, words: &mut Vec<String>) {
            match value {
                toml::Value::String(text) => words.push(text.clone()),
                toml::Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
                toml::Value::Table(table) => table.values().for_each(|value| collect(value, words)),
                _ => {}
            }
        }
        let mut words = vec![];
        collect(&self.form, &mut words);
        let kind = self.form.as_table().and_then(|table| table.keys().next()).cloned().unwrap_or_default();
        format!("{kind} {}", words.join(", ")).trim().to_owned()
    }
}
