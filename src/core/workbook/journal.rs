//! The journal: one line of JSON per accepted edit, each with the digest of the workbook that it led to and of the line before. It is the
//! audit trail, and it shows whether a workbook was changed by something other than this program. Reading never fails: what is wrong is told.

use super::moment::Moment;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What stands in the journal for a change of the workbook that this program did not make. Such a line has no name in it.
pub const CHANGED_OUTSIDE: &str = "changed outside Kassay";

/// What a person changed, for the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Who.
    pub by: String,
    /// What: `answer 1.6.mfa_enforced`, `determination 3.1.a`.
    pub what: String,
    /// What stood there before; "" for nothing.
    pub before: String,
    /// What stands there now; "" for nothing.
    pub after: String,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLine {
    /// Its number, from 1.
    pub n: u64,
    /// When. Never earlier than the line before.
    pub at: Timestamp,
    /// What the clock said, where that was earlier than the line before: it was set back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Timestamp>,
    /// Who.
    pub by: String,
    /// What was changed.
    pub what: String,
    /// Before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// After.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// SHA-256 of the workbook's text after the edit.
    pub workbook: String,
    /// SHA-256 of the line before, without its line break; "" for the first.
    pub previous: String,
}

/// Something wrong in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A journal as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// The lines that could be read.
    pub lines: Vec<JournalLine>,
    /// What is wrong with the chain.
    pub faults: Vec<JournalFault>,
    /// Bytes up to the end of the last line that was written to its end.
    pub whole: usize,
    /// Whether there is the beginning of a line behind that: writing was interrupted.
    pub torn: bool,
    last: String,
}

/// An end of a journal, to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalMark {
    lines: usize,
    whole: usize,
    last: String,
}

/// SHA-256 in hexadecimal, as names of files and links of the chain.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

impl Journal {
    /// Reads a journal and checks its chain.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let mut journal = Self { whole, torn: whole < bytes.len(), ..Self::default() };
        if whole > 0 {
            for (at, line) in bytes[..whole - 1].split(|b| *b == b'\n').enumerate() {
                journal.check(at + 1, line);
                journal.last = digest(line);
            }
        }
        journal
    }

    fn check(&mut self, number: usize, bytes: &[u8]) {
        let mut fault = |what: String| self.faults.push(JournalFault { line: number, what });
        match serde_json::from_slice::<JournalLine>(bytes) {
            Err(error) => fault(format!("is no line of a journal: {error}")),
            Ok(line) => {
                if line.previous != self.last {
                    fault("does not follow the line before: one of the two was changed, added or taken away".into());
                } else if line.n != number as u64 {
                    fault(format!("has the number {}", line.n));
                } else if let Some(before) = self.lines.last().filter(|before| line.at < before.at) {
                    fault(format!("tells of {}, which is before the line above it ({})", Moment(line.at), Moment(before.at)));
                }
                self.lines.push(line);
            }
        }
    }

    /// The digest of the workbook after the last edit.
    #[must_use]
    pub fn workbook(&self) -> Option<&str> {
        self.lines.last().map(|line| line.workbook.as_str())
    }

    /// The last edit that led to a workbook of this digest.
    #[must_use]
    pub fn line_of(&self, workbook: &str) -> Option<&JournalLine> {
        self.lines.iter().rev().find(|line| line.workbook == workbook)
    }

    /// The digest of the last line; "" before the first.
    #[must_use]
    pub fn last(&self) -> &str {
        &self.last
    }

    /// Where the journal ends now.
    #[must_use]
    pub fn mark(&self) -> JournalMark {
        JournalMark { lines: self.lines.len(), whole: self.whole, last: self.last.clone() }
    }

    /// Forgets lines that were added since, because they did not reach the disk.
    pub fn rewind(&mut self, to: JournalMark) {
        self.lines.truncate(to.lines);
        (self.whole, self.last) = (to.whole, to.last);
    }

    /// Adds an edit, and returns its line with the line break. No line is earlier than the one before, even where the clock says so.
    ///
    /// # Errors
    /// Never in practice: texts and numbers have a form in JSON.
    pub fn add(&mut self, edit: &Edit, at: Timestamp, workbook: &str) -> Result<String, serde_json::Error> {
        let clock = at.round(jiff::Unit::Second).unwrap_or(at);
        let at = self.lines.last().map_or(clock, |line| line.at.max(clock));
        let line = JournalLine {
            n: self.lines.last().map_or(0, |line| line.n) + 1,
            at,
            clock: Some(clock).filter(|clock| *clock != at),
            by: edit.by.clone(),
            what: edit.what.clone(),
            before: edit.before.clone(),
            after: edit.after.clone(),
            workbook: workbook.to_owned(),
            previous: self.last.clone(),
        };
        let mut text = serde_json::to_string(&line)?;
        self.last = digest(text.as_bytes());
        self.lines.push(line);
        text.push('\n');
        self.whole += text.len();
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;

    fn three() -> String {
        let mut journal = Journal::default();
        let mut text = String::new();
        for what in ["new", "answer 1.6.mfa_enforced", "determination 1.6.a"] {
            let edit = Edit { by: "A. Assessor".into(), what: what.into(), after: "yes".into(), ..Edit::default() };
            text += &journal.add(&edit, "2026-11-23T09:12:00Z".parse().unwrap(), &digest(what.as_bytes())).unwrap();
        }
        assert_eq!(journal, Journal::read(text.as_bytes()));
        text
    }

    #[test]
    fn a_whole_journal_has_no_faults_and_goes_on() {
        let journal = Journal::read(three().as_bytes());
        assert!(journal.faults.is_empty() && !journal.torn && journal.lines.len() == 3);
        assert_eq!(journal.workbook(), Some(digest(b"determination 1.6.a").as_str()));
        assert_eq!(journal.line_of(&digest(b"new")).map(|l| l.n), Some(1));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_earlier_line_and_is_told() {
        let mut journal = Journal::read(three().as_bytes());
        let line = journal.add(&Edit::default(), "2026-11-22T00:00:00Z".parse().unwrap(), "d").unwrap();
        let journal = Journal::read((three() + &line).as_bytes());
        assert_eq!(journal.faults, []);
        let last = journal.lines.last().unwrap();
        assert_eq!(
            (last.at.to_string(), last.clock.map(|at| at.to_string())),
            ("2026-11-23T09:12:00Z".into(), Some("2026-11-22T00:00:00Z".into()))
        );
    }

    #[test]
    fn times_that_run_backwards_are_a_fault() {
        let mut journal = Journal::default();
        let mut text = journal.add(&Edit::default(), "2026-11-23T09:12:00Z".parse().unwrap(), "d").unwrap();
        let mut earlier = Journal { lines: vec![], ..journal.clone() };
        text += &earlier.add(&Edit::default(), "2026-11-22T00:00:00Z".parse().unwrap(), "d").unwrap().replace("\"n\":1", "\"n\":2");
        let faults = Journal::read(text.as_bytes()).faults;
        assert!(faults.len() == 1 && faults[0].line == 2 && faults[0].what.contains("2026-11-22T00:00:00Z"), "{faults:?}");
    }

    #[test]
    fn every_changed_byte_shows_but_in_the_last_line() {
        let text = three();
        let last = text.trim_end().rfind('\n').unwrap();
        for at in (0..last).step_by(3).filter(|at| text.as_bytes()[*at] != b'\n') {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(!Journal::read(&bytes).faults.is_empty(), "byte {at}");
        }
        let without_second: Vec<&str> = text.lines().enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| l).collect();
        assert_eq!(Journal::read(format!("{}\n", without_second.join("\n")).as_bytes()).faults[0].line, 2);
    }

    #[test]
    fn a_torn_line_is_no_fault_and_can_be_cut_off() {
        let text = three();
        let journal = Journal::read(&text.as_bytes()[..text.len() - 9]);
        assert!(journal.torn && journal.faults.is_empty() && journal.lines.len() == 2);
        assert_eq!(journal.whole, text.trim_end().rfind('\n').unwrap() + 1);
    }
}
