//! Completion of paths in fields: Tab goes on to where the names of the folder divide, and tells them.

use std::path::{Path, PathBuf};

/// What Tab found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The field's new text; unchanged where nothing fits.
    pub text: String,
    /// Names that fit, folders with a slash, where there is more than one.
    pub names: Vec<String>,
}

impl Completion {
    /// All that fits what was typed: one where it was completed, or is the whole name of something; nothing where nothing begins like it.
    #[must_use]
    pub fn fitting(&self, typed: &str, home: Option<&Path>) -> Vec<String> {
        let one = self.names.is_empty() && (self.text != typed || expand(typed, home).exists());
        if one { vec![self.text.clone()] } else { self.names.clone() }
    }
}

/// Completes what was typed so far against the file system. A leading `~` is the person's home.
#[must_use]
pub fn complete(typed: &str, home: Option<&Path>) -> Completion {
    let (folder, start) = typed.rsplit_once('/').map_or(("", typed), |(folder, start)| (&typed[..=folder.len()], start));
    let looked = expand(if folder.is_empty() { "." } else { folder }, home);
    let mut names: Vec<String> = std::fs::read_dir(looked)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !start.starts_with('.');
            let slash = if entry.path().is_dir() { "/" } else { "" };
            (name.starts_with(start) && !hidden).then(|| name + slash)
        })
        .collect();
    names.sort();
    let Some(first) = names.first() else { return Completion { text: typed.to_owned(), names } };
    let shared = names.iter().fold(first.as_str(), |shared, name| common(shared, name));
    let text = format!("{folder}{shared}");
    if names.len() == 1 {
        names.clear();
    }
    Completion { text, names }
}

/// A typed path as the system takes it: `~/dump` is a path in the person's home.
#[must_use]
pub fn expand(typed: &str, home: Option<&Path>) -> PathBuf {
    match (typed.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_path_buf(),
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(typed),
    }
}

fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.char_indices().zip(b.chars()).take_while(|((_, x), y)| x == y).last();
    same.map_or("", |((at, c), _)| &a[..at + c.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_goes_on_to_where_names_divide() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["prod-eu.kassay.gz", "prod-us.kassay.gz", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("Ünter")).unwrap();
        let home = Some(folder.path());
        assert_eq!(
            complete("~/p", home),
            Completion { text: "~/prod-".into(), names: vec!["prod-eu.kassay.gz".into(), "prod-us.kassay.gz".into()] }
        );
        assert_eq!(complete("~/prod-e", home), Completion { text: "~/prod-eu.kassay.gz".into(), names: vec![] });
        assert_eq!(complete("~/Ü", home).text, "~/Ünter/");
        assert_eq!(complete("~/.h", home).text, "~/.hidden");
        assert_eq!(complete("~/none", home), Completion { text: "~/none".into(), names: vec![] });
        // What is typed whole is there, and nothing says that it is not.
        for (typed, fits) in [("~/prod-e", 1), ("~/prod-eu.kassay.gz", 1), ("~/Ünter/", 1), ("~/p", 2), ("~/none", 0)] {
            assert_eq!(complete(typed, home).fitting(typed, home).len(), fits, "{typed}");
        }
        assert_eq!(
            complete(&format!("{}/prod-u", folder.path().display()), None).text,
            format!("{}/prod-us.kassay.gz", folder.path().display())
        );
    }
}
