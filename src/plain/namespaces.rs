//! Namespaces with their categories and why they have them: a step of a new assessment, and the scope of an open one.

use super::page::{List, Number};
use crate::shell::words::counted;
use kassay_core::model::Category;
use kassay_core::session::{ScopeEditor, ScopeRow};

/// How many namespaces are in which category, and what is wrong.
#[must_use]
pub fn counts(editor: &ScopeEditor) -> Vec<String> {
    let counts = editor.counts();
    let said: Vec<String> = Category::ALL.iter().map(|c| format!("{} {}", counts.get(c).copied().unwrap_or(0), c.label())).collect();
    let mut lines = vec![format!("Namespaces: {}; others: {}.", said.join(", "), editor.scope.default.label())];
    if editor.namespaces.is_empty() {
        let why = if editor.missing.is_empty() { String::new() } else { format!(" ({})", editor.missing) };
        lines.push(format!(
            "The namespaces are not known yet{why}: they come with the reading. The scope can be set then, and at any time; rules can be set now."
        ));
    } else if !editor.missing.is_empty() {
        lines.push(format!("Not all namespaces are known: {}", editor.missing));
    }
    lines.extend(editor.error.iter().map(|error| format!("Error: {error}")));
    lines
}

/// What is of the platform, as one line: how many, and how it is opened or folded.
#[must_use]
pub fn platform(counted: &str, open: bool) -> String {
    if open { format!("Platform: {counted}; z folds them.") } else { format!("Platform: {counted}, folded; z shows them.") }
}

/// The namespaces.
#[must_use]
pub fn rows(editor: &ScopeEditor) -> List<'_> {
    let rows = editor.rows();
    let count = rows.len();
    let row = move |at: usize| match rows.get(at) {
        Some(ScopeRow::Namespace(row)) => {
            let pods = row.pods.map(|n| format!(", {}", counted(n, "pod", "pods"))).unwrap_or_default();
            let because = editor.because(row);
            let because = if because.is_empty() { String::new() } else { format!(", because of {because}") };
            format!("{}: {}{pods}{because}", row.name, editor.category(row).label())
        }
        Some(ScopeRow::Platform(n, open)) => platform(&counted(*n, "namespace", "namespaces"), *open),
        None => String::new(),
    };
    List::new(("namespace", "namespaces"), count, editor.cursor.at, row).numbered(Number::Selects { enters: false })
}
