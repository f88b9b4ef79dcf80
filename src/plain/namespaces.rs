//! Namespaces with their categories and why they have them: a step of a new assessment, and the scope of an open one.

use super::page::{List, Number};
use kassay_core::model::Category;
use kassay_core::session::ScopeEditor;

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

/// The namespaces.
#[must_use]
pub fn rows(editor: &ScopeEditor) -> List<'_> {
    let row = |at: usize| {
        editor.namespaces.get(at).map_or_else(String::new, |row| {
            let pods = row.pods.map(|n| format!(", {n} pods")).unwrap_or_default();
            let because = editor.because(row);
            let because = if because.is_empty() { String::new() } else { format!(", because of {because}") };
            format!("{}: {}{pods}{because}", row.name, editor.category(row).label())
        })
    };
    List::new(("namespace", "namespaces"), editor.namespaces.len(), editor.cursor.at, row).numbered(Number::Selects { enters: false })
}
