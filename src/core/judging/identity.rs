//! Who the assessment itself is for the cluster, for every check that looks at its own login.

use super::Verdict;
use crate::kinds::Caller;
use crate::model::ObjectRef;

/// What it takes to know.
pub(crate) const NEED: &str = "selfsubjectreviews: create";
/// What is missing where nobody knows.
pub(crate) const UNKNOWN: &str = "it is not known under which name the cluster was asked";

/// The judgement on a login that nobody knows.
pub(crate) fn unknown() -> Verdict {
    Verdict::blocked(sentence(), vec![NEED.to_owned()])
}

/// What is missing, as a sentence.
pub(crate) fn sentence() -> String {
    let mut letters = UNKNOWN.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}

/// The user that asked, as the object of a finding.
pub(crate) fn object(caller: &Caller) -> ObjectRef {
    ObjectRef::new("", "User", "", caller.name.as_str())
}
