//! A population of which a person chooses the items of a sample.

use super::cursor::Cursor;
use crate::workbook::Sample;
use crate::workbook::sampling::Member;
use std::collections::BTreeSet;

/// A population from which a person chooses.
#[derive(Clone, Debug)]
pub struct Picking {
    /// The sample without its items.
    pub(in crate::session) sample: Sample,
    /// What there is.
    pub members: Vec<Member>,
    /// Names that are chosen.
    pub chosen: BTreeSet<String>,
    /// The selected one.
    pub cursor: Cursor,
}
