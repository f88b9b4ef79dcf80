//! Where the files of a bag go: into a folder, or into a zip.

use super::ExportError;
use super::settling::Settling;
use super::through::Copied;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// How a file is put.
#[derive(Clone, Copy)]
pub(super) struct Put<'a> {
    /// Its name in the bag.
    pub(super) name: &'a str,
    /// Whether it is packed in a zip.
    pub(super) packs: bool,
    /// Whether it may be run.
    pub(super) runs: bool,
}

/// Writes the bytes of a file to where it goes.
pub(super) type Fill<'a> = dyn FnMut(&mut dyn Write) -> Result<Copied, ExportError> + 'a;

/// Where files go.
pub(super) trait Sink {
    /// Writes a file.
    fn put(&mut self, put: Put<'_>, fill: &mut Fill<'_>) -> Result<Copied, ExportError>;
}

/// A folder.
pub(super) struct FolderSink<'a> {
    pub(super) root: PathBuf,
    /// What it becomes: errors of writing name it, and not the place where it is made.
    pub(super) target: &'a Path,
    /// Brings the files to disk.
    pub(super) settling: &'a Settling,
}

impl Sink for FolderSink<'_> {
    fn put(&mut self, put: Put<'_>, fill: &mut Fill<'_>) -> Result<Copied, ExportError> {
        let path = self.root.join(put.name);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(ExportError::io(self.target))?;
        let mut file = File::create(&path).map_err(ExportError::io(self.target))?;
        let done = fill(&mut file)?;
        #[cfg(unix)]
        if put.runs {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(fs::Permissions::from_mode(0o755)).map_err(ExportError::io(self.target))?;
        }
        self.settling.settle(file);
        Ok(done)
    }
}

/// A zip.
pub(super) struct ZipSink<'a, W: Write + Seek> {
    pub(super) zip: ZipWriter<W>,
    /// The folder in which all files lie.
    pub(super) top: String,
    /// What it becomes.
    pub(super) target: &'a Path,
}

impl<W: Write + Seek> Sink for ZipSink<'_, W> {
    fn put(&mut self, put: Put<'_>, fill: &mut Fill<'_>) -> Result<Copied, ExportError> {
        // The same time and rights for all files, and large ones allowed: the bytes depend on the content alone.
        let options = SimpleFileOptions::default()
            .compression_method(if put.packs { CompressionMethod::Deflated } else { CompressionMethod::Stored })
            .last_modified_time(DateTime::default())
            .unix_permissions(if put.runs { 0o755 } else { 0o644 })
            .large_file(true);
        self.zip.start_file(format!("{}/{}", self.top, put.name), options).map_err(|e| ExportError::io(self.target)(e.into()))?;
        fill(&mut self.zip)
    }
}

/// What a zip is written into. After an error it takes everything and keeps nothing: a zip that is given up is brought to an end all the same, and would
/// say on the screen that it could not be.
pub(super) struct Calm<W> {
    pub(super) inner: W,
    failed: bool,
    /// Where it stands, and where its end is, as far as whoever writes knows.
    at: u64,
    end: u64,
}

impl<W> Calm<W> {
    /// Nothing went wrong yet.
    pub(super) const fn new(inner: W) -> Self {
        Self { inner, failed: false, at: 0, end: 0 }
    }

    fn move_to(&mut self, at: u64) {
        (self.at, self.end) = (at, self.end.max(at));
    }
}

impl<W: Write> Write for Calm<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.failed { Ok(bytes.len()) } else { self.inner.write(bytes) };
        match written {
            Ok(bytes) => self.move_to(self.at + bytes as u64),
            Err(ref error) => self.failed = error.kind() != io::ErrorKind::Interrupted,
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed { Ok(()) } else { self.inner.flush() }
    }
}

impl<W: Seek> Seek for Calm<W> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = match to {
            _ if !self.failed => self.inner.seek(to)?,
            io::SeekFrom::Start(at) => at,
            io::SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            io::SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        self.move_to(at);
        Ok(at)
    }
}
