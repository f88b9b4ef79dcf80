//! Taking rows of registers back: they stay, marked with who, when and why, and count no more. A mark that is there is never written over.

use super::desk::Desk;
use super::edit::Fault;
use crate::workbook::{Moment, Referenced, Withdrawn, Workbook};

impl Desk {
    /// The mark of whoever sits here, now.
    pub(in crate::session) fn mark(&self, why: &str) -> Withdrawn {
        Withdrawn { by: self.user.clone(), at: Moment(self.now), why: why.to_owned() }
    }

    /// The workbook with a row of a register taken back, and the row as it was.
    pub(in crate::session) fn taken_back<T: Referenced>(
        &self,
        register: fn(&mut Workbook) -> &mut Vec<T>,
        id: &str,
        why: &str,
    ) -> Result<(Workbook, T), Fault> {
        let gone = || ("why", format!("there is no {id} any more"));
        let mut workbook = self.book.as_ref().ok_or_else(gone)?.workbook.clone();
        let row = register(&mut workbook).iter_mut().find(|row| row.reference() == id).ok_or_else(gone)?;
        if row.is_withdrawn() {
            return Err(("why", "it was taken back already".to_owned()));
        }
        let before = row.clone();
        row.withdraw(self.mark(why));
        Ok((workbook, before))
    }
}
