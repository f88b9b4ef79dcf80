//! Brings to disk what is being written, beside the writing: a disk that waits until all is written takes as long again. Nothing is taken for written
//! before the disk has said so of every file.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// So many bytes of one file are written before the disk is asked for them.
const AHEAD: u64 = 1 << 25;
/// How many files wait, open, to be brought to disk.
const WAITING: usize = 32;

/// A thread that waits for the disk.
pub(super) struct Settling {
    files: SyncSender<File>,
    thread: JoinHandle<io::Result<()>>,
}

impl Settling {
    /// Starts it.
    pub(super) fn start() -> io::Result<Self> {
        let (files, queue) = sync_channel(WAITING);
        let thread = thread::Builder::new().name("disk".to_owned()).spawn(move || settle(&queue))?;
        Ok(Self { files, thread })
    }

    /// Brings a file to disk that is whole.
    pub(super) fn settle(&self, file: File) {
        // The thread ends at the first error, which is told when all is written.
        let _ = self.files.send(file);
    }

    /// A file of which the disk is asked for what is written while more is.
    pub(super) fn ahead(&self, file: &File) -> io::Result<Ahead> {
        Ok(Ahead { file: file.try_clone()?, files: self.files.clone(), since: 0 })
    }

    /// Waits until everything is on disk.
    ///
    /// # Errors
    /// What the disk said of any of the files.
    pub(super) fn finish(self) -> io::Result<()> {
        drop(self.files);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that waits for the disk ended")))
    }
}

fn settle(queue: &Receiver<File>) -> io::Result<()> {
    // What the disk says of a file it says once, to whoever asks first, so no answer is passed over.
    queue.iter().try_for_each(|file| file.sync_all())
}

/// A file that is brought to disk while it is written.
pub(super) struct Ahead {
    file: File,
    files: SyncSender<File>,
    since: u64,
}

impl Write for Ahead {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.since += written as u64;
        if self.since >= AHEAD {
            self.since = 0;
            // Where the disk is behind, it hears of these bytes with the next ones.
            drop(self.files.try_send(self.file.try_clone()?));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Ahead {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn what_is_brought_to_disk_meanwhile_is_what_was_written() {
        let settling = Settling::start().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let mut ahead = settling.ahead(&file).unwrap();
        let page: Vec<u8> = (0..1 << 20).map(|n| (n % 251) as u8).collect();
        (0..100).for_each(|_| ahead.write_all(&page).unwrap());
        ahead.seek(SeekFrom::Start(7)).unwrap();
        ahead.write_all(b"patched").unwrap();
        drop(ahead);
        settling.settle(file.try_clone().unwrap());
        settling.finish().unwrap();
        let mut read = vec![];
        file.rewind().unwrap();
        file.read_to_end(&mut read).unwrap();
        assert!(read.len() == 100 << 20 && &read[7..14] == b"patched" && read[1 << 20..2 << 20] == page);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_disk_refuses_is_told_at_the_end() {
        let settling = Settling::start().unwrap();
        // A pipe can't be brought to any disk.
        let pipe = std::process::Command::new("true").stdin(std::process::Stdio::piped()).spawn().unwrap().stdin.unwrap();
        settling.settle(File::from(std::os::fd::OwnedFd::from(pipe)));
        (0..2 * WAITING).for_each(|_| settling.settle(tempfile::tempfile().unwrap()));
        assert!(settling.finish().is_err());
    }
}
