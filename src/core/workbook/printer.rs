//! The way of a workbook to the disk: what an edit changed goes through the gate, and is printed; all else keeps its text.

use super::format::{Printed, Rows};
use super::text::{Before, Text};
use super::{Workbook, WorkbookError, gate};

/// Prints workbooks one after the other, each after it went through the gate. What did so once is not looked through again.
#[derive(Clone, Debug, Default)]
pub struct Printer {
    /// What was printed last, as it came out of the gate, and its text.
    last: Option<Box<(Workbook, Printed)>>,
}

/// A workbook on its way to the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Clean {
    /// What the text was before.
    pub before: Before,
    /// How many card numbers, keys and tokens were taken out of it.
    pub masked: usize,
    /// The workbook without them, where there were some.
    pub workbook: Option<Box<Workbook>>,
}

impl Printer {
    /// Makes a text that of a workbook, everything in its order, without card numbers and private keys.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values. The text is as it was then.
    pub fn print(&mut self, book: &Workbook, text: &mut Text) -> Result<Clean, WorkbookError> {
        // Taken out, so that what fails leaves nothing half known.
        if let Some(mut last) = self.last.take() {
            let (before, printed) = &mut *last;
            let changed = Rows::between(book, before);
            if gate::clean_workbook(&changed.of(book))?.1 == 0 {
                printed.take_over(book, &changed)?;
                changed.take_over(before, book);
                let before = printed.in_order(before, |rows| text.turn(rows));
                self.last = Some(last);
                return Ok(Clean { before, masked: 0, workbook: None });
            }
        }
        let (clean, masked) = gate::clean_workbook(book)?;
        let printed = Printed::of(&clean)?;
        let before = printed.in_order(&clean, |rows| text.turn(rows));
        let workbook = (masked > 0).then(|| Box::new(clean.clone()));
        self.last = Some(Box::new((clean, printed)));
        Ok(Clean { before, masked, workbook })
    }
}
