//! Bytes on their way into an export: their digests are taken and their number is told as they pass, so that nothing is read a second time and what is
//! written is what was digested.

use super::ExportError;
use super::algorithm::{Algorithm, Hash};
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// How much is read or written at once.
const PAGE: usize = 1 << 16;

/// Hears how many bytes more are written, and may stop it.
pub(super) type Heard<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

/// Writes something that is made, page by page.
pub(super) type Making<'a> = dyn FnMut(&mut dyn Write) -> Result<(), ExportError> + 'a;

/// What was copied: its digests, in the order of the algorithms asked for, and its length.
pub(super) struct Copied {
    pub(super) digests: Vec<String>,
    pub(super) size: u64,
}

/// Why something was not copied to its end.
pub(super) enum Fault {
    Reading(io::Error),
    Writing(io::Error),
    Cancelled,
}

impl Fault {
    /// The fault with the names of where it was read from and written to.
    pub(super) fn named(self, from: &Path, to: &Path) -> ExportError {
        match self {
            Self::Reading(error) => ExportError::io(from)(error),
            Self::Writing(error) => ExportError::io(to)(error),
            Self::Cancelled => ExportError::Cancelled,
        }
    }
}

/// A place to write to, with somebody who hears of every page and may stop it. After a fault nothing more is written.
struct Through<'a> {
    to: &'a mut dyn Write,
    hashes: Vec<Hash>,
    size: u64,
    heard: &'a mut Heard<'a>,
    fault: Option<Fault>,
}

impl<'a> Through<'a> {
    fn new(to: &'a mut dyn Write, algorithms: &[Algorithm], heard: &'a mut Heard<'a>) -> Self {
        Self { to, hashes: algorithms.iter().copied().map(Hash::new).collect(), size: 0, heard, fault: None }
    }

    /// Takes a page.
    fn take(&mut self, page: &[u8]) -> Result<(), Fault> {
        self.hashes.iter_mut().for_each(|hash| hash.update(page));
        self.to.write_all(page).map_err(Fault::Writing)?;
        self.size += page.len() as u64;
        if (self.heard)(page.len() as u64).is_break() { Err(Fault::Cancelled) } else { Ok(()) }
    }

    fn finish(self) -> Result<Copied, Fault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(Copied { digests: self.hashes.into_iter().map(Hash::finish).collect(), size: self.size }),
        }
    }
}

impl Write for Through<'_> {
    fn write(&mut self, page: &[u8]) -> io::Result<usize> {
        if self.fault.is_none() {
            self.fault = self.take(page).err();
        }
        // Whoever writes hears only that there was one; what it was is told at the end, in words that no library puts others around.
        if self.fault.is_some() { Err(io::Error::other("it was not written to its end")) } else { Ok(page.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies, digests on the way, and says after each page how many bytes that was; whoever hears it may stop it.
pub(super) fn copy<'a>(
    from: &mut dyn Read,
    to: &'a mut dyn Write,
    algorithms: &[Algorithm],
    heard: &'a mut Heard<'a>,
) -> Result<Copied, Fault> {
    let mut through = Through::new(to, algorithms, heard);
    let mut page = vec![0; PAGE];
    loop {
        match from.read(&mut page) {
            Ok(0) => return through.finish(),
            Ok(read) => through.take(&page[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Fault::Reading(error)),
        }
    }
}

/// Writes what is made while it is made, in the same way. The target is named where it can't be written.
pub(super) fn make<'a>(
    to: &'a mut dyn Write,
    target: &Path,
    algorithms: &[Algorithm],
    heard: &'a mut Heard<'a>,
    making: &mut Making<'_>,
) -> Result<Copied, ExportError> {
    making_through(Through::new(to, algorithms, heard), making, |fault| fault.named(target, target))
}

/// The same for a target that has no name here.
pub(super) fn send(to: &mut dyn Write, making: &mut Making<'_>) -> Result<(), ExportError> {
    let mut on = |_| ControlFlow::Continue(());
    let sent = making_through(Through::new(to, &[], &mut on), making, |fault| match fault {
        Fault::Reading(error) | Fault::Writing(error) => ExportError::Output(error),
        Fault::Cancelled => ExportError::Cancelled,
    });
    sent.map(drop)
}

fn making_through(
    mut through: Through<'_>,
    making: &mut Making<'_>,
    told: impl FnOnce(Fault) -> ExportError,
) -> Result<Copied, ExportError> {
    let mut pages = BufWriter::with_capacity(PAGE, &mut through);
    let made = making(&mut pages).and_then(|()| pages.flush().map_err(ExportError::Output));
    drop(pages);
    // A target that can't be written, or somebody who stops it, is why the making failed, whatever it says itself.
    let copied = through.finish().map_err(told)?;
    made.map(|()| copied)
}

/// The digests of what can be read, and its length.
pub(super) fn digests_of(from: &mut dyn Read, algorithms: &[Algorithm]) -> io::Result<Copied> {
    copy(from, &mut io::sink(), algorithms, &mut |_| ControlFlow::Continue(())).map_err(|fault| match fault {
        Fault::Reading(error) | Fault::Writing(error) => error,
        Fault::Cancelled => io::ErrorKind::Interrupted.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that is full after some bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Makes more than a page, and says that its template is broken where it can't be written.
    fn making(to: &mut dyn Write) -> Result<(), ExportError> {
        (0..100_000).try_for_each(|n| writeln!(to, "{n}")).map_err(|_| ExportError::Internal("a template".to_owned()))
    }

    #[test]
    fn what_is_made_is_digested_and_why_it_was_not_written_is_told() {
        let on = |_| ControlFlow::Continue(());
        let mut bytes = vec![];
        let made = make(&mut bytes, Path::new("t"), &[Algorithm::Sha256], &mut { on }, &mut making).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((made.size, &made.digests[0]), (bytes.len() as u64, &kassay_core::workbook::journal::digest(&bytes)));
        let full = make(&mut Full(200_000), Path::new("t"), &[], &mut { on }, &mut making);
        assert!(matches!(full, Err(ExportError::Io { source, .. }) if source.kind() == io::ErrorKind::StorageFull));
        let sent = send(&mut Full(200_000), &mut making);
        assert!(matches!(sent, Err(ExportError::Output(error)) if error.kind() == io::ErrorKind::StorageFull));
        let stopped = make(&mut io::sink(), Path::new("t"), &[], &mut |_| ControlFlow::Break(()), &mut making);
        assert!(matches!(stopped, Err(ExportError::Cancelled)));
        let broken = make(&mut io::sink(), Path::new("t"), &[], &mut { on }, &mut |_| Err(ExportError::Internal("x".to_owned())));
        assert!(matches!(broken, Err(ExportError::Internal(why)) if why == "x"));
    }
}
