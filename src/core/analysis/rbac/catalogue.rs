//! All ways from some rights to more, wherever they stand: those of Kubernetes itself, those past guards, those by what makes pods.

use super::paths::{APPROVE, BIND, ESCALATE, IMPERSONATE, IMPERSONATE_ON, NODE_IDENTITY, PLAIN, Path, SIGN, UNSAFE_DELETE, WILDCARD};
use super::{guards, makers};

/// The paths that one right opens, in the order in which they are told.
pub(super) fn plain() -> impl Iterator<Item = &'static Path> {
    PLAIN.iter().chain(guards::PATHS).chain(makers::PATHS)
}

/// The path of that name.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Path> {
    [&WILDCARD, &IMPERSONATE, &IMPERSONATE_ON, &BIND, &ESCALATE, &APPROVE, &SIGN, &NODE_IDENTITY, &UNSAFE_DELETE]
        .into_iter()
        .chain(plain())
        .find(|path| path.id == id)
}

/// What the holder of a path can do, as people read it; the name itself where no path has it.
#[must_use]
pub fn words(id: &'static str) -> &'static str {
    by_id(id).map_or(id, |path| path.words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_path_is_told_in_words_of_its_own() {
        let others = [&WILDCARD, &IMPERSONATE, &IMPERSONATE_ON, &BIND, &ESCALATE, &APPROVE, &SIGN, &NODE_IDENTITY, &UNSAFE_DELETE];
        let mut seen = BTreeSet::new();
        for path in others.into_iter().chain(plain()) {
            assert!(!path.words.is_empty() && !path.words.contains(['_', ',', ';']), "{}: {}", path.id, path.words);
            assert!(seen.insert(path.words), "{} is told like another path", path.id);
            assert_eq!(words(path.id), path.words);
        }
    }
}
