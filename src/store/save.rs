//! Saving an edit. What lies in the folder is looked at first, because other programs may have been there: nothing of theirs is written over in silence.

use super::behind::Behind;
use super::error::{Dispute, StoreError};
use super::notice::{Notice, few};
use super::{Saved, Store, lock, open, write};
use jiff::Timestamp;
use kassay_core::workbook::outside::{Outside, Prefer};
use kassay_core::workbook::{Clean, Edit, FORMAT, Journal, Workbook, folder, gate, journal, staged};
use std::borrow::Cow;
use std::fs::{self, File};
use std::time::Duration;

/// How often, and how long apart, a text is looked at again that can't be understood: its writer may not be at its end yet.
const AGAIN: (u32, Duration) = (4, Duration::from_millis(50));

/// How an edit is saved: when, by which steps, and which text from outside a person has decided on.
pub(super) struct How<'a> {
    pub(super) steps: &'a [write::Step],
    pub(super) now: Timestamp,
    pub(super) settled: Option<&'a str>,
}

/// What lies in the workbook's place.
enum Found {
    /// What this program wrote there last.
    Same,
    /// Nothing.
    Nothing,
    /// Another workbook.
    Other(Vec<u8>, Box<Workbook>),
    /// Something that is none.
    Broken(Vec<u8>, String),
}

/// What was found and what is to be saved, put together.
struct Met {
    /// The workbook with both; none where only what was sent is saved.
    together: Option<Workbook>,
    /// What the journal tells of before the edit: the digest of a text from outside, and what was changed there.
    outside: Option<(String, String)>,
}

/// Why an edit was not accepted, and whether its text is the workbook all the same.
struct Failed {
    error: StoreError,
    is_new: bool,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { error, is_new: false }
    }
}

impl Store {
    pub(super) fn save_by(&mut self, how: &How<'_>, workbook: &Workbook, edit: &Edit) -> Result<Saved, StoreError> {
        self.may_write()?;
        self.at_home(how.now)?;
        let mut saved = Saved::default();
        self.journal_again(&mut saved.notices)?;
        let found = self.look()?;
        let before = match &found {
            Found::Same => self.outside.as_ref().map_or_else(|| self.journal.workbook().unwrap_or_default().to_owned(), |(d, _)| d.clone()),
            Found::Nothing => String::new(),
            Found::Other(bytes, _) | Found::Broken(bytes, _) => journal::digest(bytes),
        };
        self.keep_older(&found)?;
        let Met { together, outside } = self.meet(found, workbook, how.settled, &before, &mut saved.notices)?;
        // Before anything is changed here: where this fails, all is as it was.
        saved.notices.extend(self.behind.end(&self.dir)?);
        let (masked, clean) = self.versions.turn(|text| {
            let Clean { before, masked, workbook } = self.printer.print(together.as_ref().unwrap_or(workbook), text)?;
            Ok::<_, StoreError>((before, (masked, workbook)))
        })?;
        (saved.masked, saved.merged) = (masked, together.map(|together| clean.unwrap_or_else(|| Box::new(together))));
        let mark = self.journal.mark();
        match self.write(how, &before, outside, edit, &mut saved.notices) {
            Ok((kept, nameless)) => {
                (self.outside, self.older) = (None, None);
                self.behind = Behind::begin(&self.dir, Some(before).filter(|_| kept), nameless);
            }
            Err(Failed { error, is_new }) => {
                self.journal.rewind(mark);
                // What did reach the disk decides how the journal goes on.
                if let Ok(found) = open::read_journal(&self.dir)
                    && !found.lines.is_empty()
                {
                    self.journal = found;
                }
                if !is_new {
                    self.versions.turn_back();
                }
                return Err(error);
            }
        }
        Ok(saved)
    }

    /// Writes the last text, and the lines of the edit that made it. Tells whether the one before became the
    /// previous copy, and hands out the file that lost its name by that.
    fn write(
        &mut self,
        how: &How<'_>,
        before: &str,
        outside: Option<(String, String)>,
        edit: &Edit,
        notices: &mut Vec<Notice>,
    ) -> Result<(bool, Option<File>), Failed> {
        let text = self.versions.last().unwrap_or_default().as_bytes();
        let laid = write::lay_down(&self.dir, text)?;
        let digest = journal::digest(text);
        let staged = staged::name(self.journal.last(), before, &digest);
        let (whole, lines) = (self.journal.whole, self.lines(outside, edit, how.now, &digest, notices)?);
        let text = self.versions.last().unwrap_or_default().as_bytes();
        let mut write = write::Write::new(&self.dir, &staged, text, lines.as_bytes(), whole).with(laid);
        for step in how.steps {
            step(&mut write).map_err(|error| Failed { error, is_new: !write::take_back(&write) })?;
        }
        Ok((write.kept, write.nameless))
    }

    /// The journal's lines of an edit, and of a change from outside before it.
    fn lines(
        &mut self,
        outside: Option<(String, String)>,
        edit: &Edit,
        now: Timestamp,
        digest: &str,
        notices: &mut Vec<Notice>,
    ) -> Result<String, StoreError> {
        let mut lines = String::new();
        if let Some((found, after)) = outside {
            let edit = Edit { what: journal::CHANGED_OUTSIDE.to_owned(), after, ..Edit::default() };
            lines += &self.journal.add(&gate::clean_edit(&edit), now, &found)?;
        }
        lines += &self.journal.add(&gate::clean_edit(edit), now, digest)?;
        let taken = self.journal.lines.last().and_then(|line| Some((line.clock?, line.at)));
        if let Some((says, taken)) = taken.filter(|_| !self.clock_told) {
            self.clock_told = true;
            notices.push(Notice::Clock { says, taken });
        }
        Ok(lines)
    }

    /// Keeps a workbook of an older format beside the one that takes its place, once, and before it does.
    fn keep_older(&self, found: &Found) -> Result<(), StoreError> {
        let (format, text) = match found {
            Found::Same => (self.older, self.versions.last().map(str::as_bytes)),
            Found::Other(bytes, _) => (std::str::from_utf8(bytes).ok().and_then(Workbook::format_of), Some(bytes.as_slice())),
            Found::Nothing | Found::Broken(..) => (None, None),
        };
        let (Some(format), Some(text)) = (format.filter(|format| *format < FORMAT.into()), text) else { return Ok(()) };
        let name = folder::older(format);
        match open::on_disk(&self.path(&name))? {
            Some(kept) if kept == text => Ok(()),
            // Another one of that format was kept before, as where a copy was put back by hand.
            Some(_) => write::keep_aside(&self.dir, text, &folder::aside(&format!("format-{format}"), &journal::digest(text))),
            None => write::put(&self.dir, &name, text),
        }
    }

    /// Whether the folder is still the one that was opened, and the lock on it still held.
    fn at_home(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.lock.is_of(&self.dir) {
            return Ok(());
        }
        if !self.dir.is_dir() {
            return Err(StoreError::Moved { dir: self.dir.clone(), to: self.lock.moved_to() });
        }
        // The file of the lock is another one, so others could have it: it is taken again before anything is written.
        match lock::take(&self.dir, now) {
            lock::Taken::Held(held) => self.lock = held,
            lock::Taken::ReadOnly(why) => return Err(StoreError::ReadOnly(why)),
        }
        Ok(())
    }

    /// Looks at the journal again, where its length is not the one that was left.
    fn journal_again(&mut self, notices: &mut Vec<Notice>) -> Result<(), StoreError> {
        let path = self.path(folder::JOURNAL);
        if fs::metadata(&path).map_or(0, |metadata| metadata.len()) == self.journal.whole as u64 {
            return Ok(());
        }
        let found = open::read_journal(&self.dir)?;
        let known = &self.journal.lines;
        if found.lines == *known && found.faults == self.journal.faults {
            // A torn line is cut off when the next one is written.
            return Ok(());
        }
        if known.starts_with(&found.lines) {
            let mut text = String::new();
            for line in known {
                text += &serde_json::to_string(line)?;
                text.push('\n');
            }
            // Only the very bytes are written again: what could not be read before can't be made up now.
            if Journal::read(text.as_bytes()) == self.journal {
                write::put(&self.dir, folder::JOURNAL, text.as_bytes())?;
                notices.push(Notice::JournalRestored);
                return Ok(());
            }
        }
        if let (Some(ours), Some(theirs)) = (known.first(), found.lines.first())
            && ours != theirs
        {
            return Err(StoreError::Another { dir: self.dir.clone() });
        }
        notices.push(match found.lines.last() {
            Some(last) => Notice::JournalChanged { last: open::words(last) },
            None => Notice::NoJournal,
        });
        self.journal = found;
        Ok(())
    }

    fn look(&self) -> Result<Found, StoreError> {
        let (times, pause) = AGAIN;
        let mut left = times;
        if let Some(text) = self.versions.last()
            && open::holds(&self.workbook_path(), text.as_bytes())? == Some(true)
        {
            return Ok(Found::Same);
        }
        loop {
            let Some(bytes) = open::on_disk(&self.workbook_path())? else {
                return Ok(if self.versions.is_empty() { Found::Same } else { Found::Nothing });
            };
            if self.versions.last().is_some_and(|text| text.as_bytes() == bytes) {
                return Ok(Found::Same);
            }
            match open::fault(&bytes) {
                Ok(workbook) => return Ok(Found::Other(bytes, Box::new(workbook))),
                Err(why) if left == 0 => return Ok(Found::Broken(bytes, why)),
                Err(_) => {
                    left -= 1;
                    std::thread::sleep(pause);
                }
            }
        }
    }

    /// Puts what was found together with what is to be saved.
    fn meet(
        &self,
        found: Found,
        workbook: &Workbook,
        settled: Option<&str>,
        digest: &str,
        notices: &mut Vec<Notice>,
    ) -> Result<Met, StoreError> {
        let met = |together, what: String| Ok(Met { together, outside: Some((digest.to_owned(), what)) });
        match found {
            Found::Same => Ok(Met { together: None, outside: self.outside.clone() }),
            Found::Nothing => {
                notices.push(Notice::Removed);
                met(None, "workbook.toml was removed".to_owned())
            }
            Found::Broken(bytes, why) => {
                let aside = folder::aside("broken", digest);
                write::keep_aside(&self.dir, &bytes, &aside)?;
                let what = format!("it can't be understood, and is kept as {aside}");
                notices.push(Notice::BrokenOutside { why, aside });
                met(None, what)
            }
            Found::Other(bytes, theirs) => {
                let outside = Outside::new(&theirs)?;
                let last = self.versions.last().map_or_else(|| Ok(workbook.clone()), Workbook::parse)?;
                let base = self.made_from(&outside, &bytes, &last)?;
                let merged = outside.merge(&base, &last, workbook, Prefer::Ours)?;
                if !merged.disputed.is_empty() && settled != Some(digest) {
                    let aside = folder::aside("outside", digest);
                    write::keep_aside(&self.dir, &bytes, &aside)?;
                    let theirs = outside.merge(&base, &last, &last, Prefer::Theirs)?.workbook;
                    let dispute = Dispute { what: merged.disputed, aside, digest: digest.to_owned(), theirs };
                    return Err(StoreError::Disputed { dispute: Box::new(dispute) });
                }
                let all: Vec<String> = merged.taken.iter().chain(&merged.disputed).cloned().collect();
                notices.push(Notice::Merged { taken: merged.taken, kept: merged.kept });
                met(Some(merged.workbook), few(&all))
            }
        }
    }

    /// The workbook that a text from outside was made from: of those that this program wrote, the one that it differs from least, because an editor may
    /// have been open since before the last saves.
    fn made_from<'a>(&self, outside: &Outside, bytes: &[u8], last: &'a Workbook) -> Result<Cow<'a, Workbook>, StoreError> {
        let (mut fewest, mut nearest) = (outside.differences(last)?, Cow::Borrowed(last));
        for text in self.versions.earlier() {
            let version = Workbook::parse(&text)?;
            let differences = if text.as_bytes() == bytes { 0 } else { outside.differences(&version)? };
            if differences < fewest {
                (fewest, nearest) = (differences, Cow::Owned(version));
            }
        }
        Ok(nearest)
    }
}
