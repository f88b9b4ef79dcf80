//! A path that is asked for, as it is typed or dropped.

use super::field::Field;
use super::form::{Form, Input, PathOf, Purpose, Row};
use std::path::{Path, PathBuf};

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

/// Paths of several dropped files, as terminals paste them: each quoted, with escaped blanks, or as a file address, parted by blanks or line breaks.
/// Words without quotes are one path with blanks in its name, unless each of them begins as a path of its own does.
#[must_use]
pub fn all_dropped(text: &str) -> Vec<PathBuf> {
    let words = words(text.trim());
    let is_path = |word: &&str| ["'", "\"", "/", "~/", "./", "../", "file://"].iter().any(|start| word.starts_with(start));
    match words.as_slice() {
        [] => vec![],
        words if words.len() > 1 && words.iter().all(is_path) => words.iter().map(|word| dropped(word)).collect(),
        _ => vec![dropped(text)],
    }
}

/// Whether a path stands for several: `*` and `?` in a file's name stand for any letters.
#[must_use]
pub fn is_pattern(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(['*', '?']))
}

/// The words of a text; blanks in quotes and behind a backslash part none.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut escaped) = (vec![], None, None, false);
    for (at, c) in text.char_indices() {
        let parts = c.is_whitespace() && quote.is_none() && !escaped;
        match (start, parts) {
            (Some(from), true) => {
                words.push(&text[from..at]);
                start = None;
            }
            (None, false) => start = Some(at),
            _ => {}
        }
        match (quote, c) {
            (None, '\'' | '"') if !escaped && start == Some(at) => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    words.extend(start.map(|from| &text[from..]));
    words
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_dropped_files_are_told_apart_and_a_blank_in_a_name_is_none() {
        let all = |text: &str| all_dropped(text).iter().map(|p| p.display().to_string()).collect::<Vec<_>>();
        assert_eq!(all("  "), Vec::<String>::new());
        assert_eq!(all("/home/qsa/audit log.txt"), ["/home/qsa/audit log.txt"]);
        assert_eq!(all("it's here.txt and there.txt"), ["it's here.txt and there.txt"]);
        assert_eq!(
            all("'/in/a plan.pdf' \"/in/b c.pdf\"  /in/d\\ e.pdf\n~/f.pdf"),
            ["/in/a plan.pdf", "/in/b c.pdf", "/in/d e.pdf", "~/f.pdf"]
        );
        assert_eq!(all("file:///in/a%20b.pdf file:///c.pdf"), ["/in/a b.pdf", "/c.pdf"]);
        assert!(is_pattern(Path::new("/in/*.pdf")) && !is_pattern(Path::new("/in*/a.pdf")));
    }
}
