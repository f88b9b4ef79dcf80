//! What a redacted bag does not hold: files that can't be redacted honestly, since nobody knows what is in a picture, and a workbook with other words in it
//! is not the workbook that somebody signed.

use super::redactor::Redactor;
use crate::export::table::{Column, Table, cells};
use kassay_core::workbook::{Evidence, Workbook, folder, journal};

/// A file that stays with whoever exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// What it is.
    pub(crate) what: &'static str,
    /// Its reference in the register, or the pseudonym of its cluster.
    pub(crate) of: String,
    /// Of what kind, for evidence.
    pub(crate) kind: &'static str,
    /// Bytes, as far as that is known.
    pub(crate) size: Option<usize>,
    /// What stands for its SHA-256.
    pub(crate) digest: String,
}

/// All of them, in the order of the workbook.
pub(super) fn left_out(redactor: &mut Redactor, book: &Workbook, (text, journal_text): (&str, &[u8])) -> Vec<LeftOut> {
    let mut all = vec![];
    let mut file = |what, kind, size: Option<usize>, of: String, digest: String| all.push(LeftOut { what, of, kind, size, digest });
    file(folder::WORKBOOK, "", Some(text.len()), String::new(), redactor.digest(&journal::digest(text.as_bytes())));
    file(folder::JOURNAL, "", Some(journal_text.len()), String::new(), redactor.digest(&journal::digest(journal_text)));
    for cluster in &book.clusters {
        let key = redactor.name(super::class::Class::Cluster, &cluster.key);
        for (what, digest) in [("snapshot", &cluster.snapshot), ("findings", &cluster.findings)] {
            if folder::is_digest(digest) {
                file(what, "", None, key.clone(), redactor.digest(digest));
            }
        }
    }
    for Evidence { reference, kind, size, sha256, .. } in &book.evidence {
        if folder::is_digest(sha256) {
            file("evidence", kind.label(), usize::try_from(*size).ok(), reference.clone(), redactor.digest(sha256));
        }
    }
    all
}

/// The same as a table.
pub(crate) fn table(all: &[LeftOut]) -> Table<'_> {
    let columns = [
        Column::short("file"),
        Column::short("of"),
        Column::short("kind"),
        Column::count("size").headed("Bytes"),
        Column::digest("keyed_digest").headed("Keyed digest, in place of its SHA-256"),
    ];
    let rows = all.iter().map(|l| cells![l.what, &l.of, l.kind, l.size, &l.digest]);
    Table::new("left-out", "Files that were left out", columns, rows.collect::<Vec<_>>())
}
