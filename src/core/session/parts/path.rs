//! A path that is asked for, as it is typed or dropped.

use super::field::Field;
use super::form::{Form, Input, PathOf, Purpose, Row};
use std::path::PathBuf;

/// The form for a path.
#[must_use]
pub fn form(of: PathOf, hint: &str, text: &str) -> Form {
    Form::new(Purpose::Path(of), vec![Row::text("file", "Path", hint, text)])
}

/// A path as terminals paste dropped files: quoted, with escaped blanks, or as a file address.
#[must_use]
pub fn dropped(text: &str) -> PathBuf {
    let text = text.trim();
    let quoted = |q: char| text.len() > 1 && text.starts_with(q) && text.ends_with(q);
    if quoted('\'') || quoted('"') {
        return PathBuf::from(&text[1..text.len() - 1]);
    }
    if let Some(path) = text.strip_prefix("file://") {
        return PathBuf::from(path.replace("%20", " "));
    }
    PathBuf::from(text.replace("\\ ", " "))
}

/// Puts a completed path into the file row of a form, and tells what else would fit.
pub fn complete(form: &mut Form, text: &str, fits: &[String]) {
    let at = form.focus;
    let unchanged = form.text("file") == text;
    if let Some(row) = form.rows.get_mut(at).filter(|r| r.id == "file") {
        if let Input::Text(field) = &mut row.input {
            *field = Field::with(text);
        }
        row.error = match fits.len() {
            0 => Some("nothing there begins like this".to_owned()),
            1 => None,
            n => Some(format!("{}{}", fits.iter().take(8).cloned().collect::<Vec<_>>().join("  "), if n > 8 { "  …" } else { "" })),
        };
    }
    form.touched = true;
    if unchanged && fits.len() <= 1 {
        form.move_focus(false);
    }
}
