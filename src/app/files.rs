//! Files that a pattern stands for: `*` and `?` in the name of a file stand for any letters.

use std::path::{Path, PathBuf};

/// The most files that a pattern may stand for: beyond these it was hardly meant.
const MOST: usize = 500;

/// The files of a pattern, in the order of their names; a path that is none, or is the name of a file as it stands, is itself.
pub(super) fn matching(path: &Path) -> Result<Vec<PathBuf>, String> {
    let pattern = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if path.exists() || !pattern.contains(['*', '?']) {
        return Ok(vec![path.to_owned()]);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let pattern: Vec<char> = pattern.chars().collect();
    let entries = std::fs::read_dir(folder).map_err(|e| e.to_string())?.flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| {
            let name: Vec<char> = entry.file_name().to_string_lossy().chars().collect();
            // As in a shell, what is hidden is named outright.
            let hidden = name.first() == Some(&'.') && pattern.first() != Some(&'.');
            !hidden && fits(&pattern, &name) && entry.path().is_file()
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    match found.len() {
        0 => Err("no file there has such a name".to_owned()),
        n if n > MOST => Err(format!("{n} files have such a name, and at most {MOST} are taken at once")),
        _ => Ok(found),
    }
}

/// Whether a name fits a pattern.
fn fits(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
            // The last star takes one letter more.
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_the_files_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.pdf", "a.pdf", "a.txt", ".hidden.pdf", "what?.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("c.pdf")).unwrap();
        let found = |pattern: &str| {
            let all = matching(&folder.path().join(pattern));
            all.map(|all| all.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>())
        };
        assert_eq!(found("*.pdf"), Ok(vec!["a.pdf".into(), "b.pdf".into()]));
        assert_eq!(found("?.*t"), Ok(vec!["a.txt".into()]));
        assert_eq!(found("what?.txt"), Ok(vec!["what?.txt".into()]));
        assert_eq!(found("none.pdf"), Ok(vec!["none.pdf".into()]));
        assert!(found("*.doc").is_err());
    }
}
