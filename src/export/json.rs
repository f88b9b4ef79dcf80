//! Assessments as JSON, format `kassay/assessment/v1`.

use super::ExportError;
use kassay_core::report::Assessment;
use serde::Serialize;

/// An assessment as JSON, indented, with a line break at its end.
///
/// # Errors
/// Never in practice: all its values have a form in JSON.
pub fn assessment_json(assessment: &Assessment) -> Result<String, ExportError> {
    pretty(assessment)
}

/// Anything as indented JSON with a line break at its end.
///
/// # Errors
/// Where a value has no form in JSON.
pub fn pretty(value: &impl Serialize) -> Result<String, ExportError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| ExportError::Internal(e.to_string()))?;
    text.push('\n');
    Ok(text)
}
