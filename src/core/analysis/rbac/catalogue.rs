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
