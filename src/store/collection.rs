//! What is kept of a collection: the snapshot and the assessment with all findings, each under its digest. The store does not know how a
//! snapshot is written; who calls hands the writer in.

use super::error::{Context, StoreError};
use super::{Store, attach, write};
use kassay_core::assess::CheckOutcome;
use kassay_core::report::Assessment;
use kassay_core::sensitive::without_quoted;
use kassay_core::workbook::{ClusterRecord, folder, journal};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

/// Digests under which a collection was kept, for the workbook's record of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of the snapshot.
    pub snapshot: String,
    /// SHA-256 of the assessment with all findings.
    pub findings: String,
}

impl Store {
    /// Keeps a collection: the snapshot as `snapshot` writes it (`|out| collect::snapshot::write(&inventory, out)`) and the assessment.
    /// The files of earlier collections stay: earlier states of the workbook name them.
    ///
    /// # Errors
    /// Where the folder can't be written.
    pub fn put_collection(
        &self,
        assessment: &Assessment,
        snapshot: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Kept, StoreError> {
        self.may_write()?;
        Ok(Kept {
            snapshot: self.put_by_digest(folder::SNAPSHOTS, folder::snapshot, snapshot)?,
            findings: self.put_by_digest(folder::FINDINGS, folder::findings, |out| {
                let mut out = io::BufWriter::new(out);
                serde_json::to_writer_pretty(&mut out, assessment)?;
                out.write_all(b"\n")?;
                out.flush()
            })?,
        })
    }

    /// Keeps a file of findings that another assessment has, as it is.
    ///
    /// # Errors
    /// Where the folder can't be written.
    pub fn keep_findings(&self, bytes: &[u8]) -> Result<String, StoreError> {
        self.may_write()?;
        self.put_by_digest(folder::FINDINGS, folder::findings, |out| out.write_all(bytes))
    }

    /// The assessment of a cluster with all findings, as it was kept; none where none was.
    ///
    /// # Errors
    /// Where the file is missing, was changed, or can't be read.
    pub fn assessment(&self, record: &ClusterRecord) -> Result<Option<Assessment>, StoreError> {
        self.assessment_named(&record.findings)
    }

    /// The same of any reading, by the digest of what was found then.
    ///
    /// # Errors
    /// As [`Store::assessment`].
    pub fn assessment_named(&self, digest: &str) -> Result<Option<Assessment>, StoreError> {
        let Some(path) = folder::findings(digest).map(|name| self.path(&name)) else { return Ok(None) };
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let bytes = fs::read(&path).context("could not read", &path)?;
        let found = journal::digest(&bytes);
        if found != digest {
            return Err(StoreError::Altered { path, found });
        }
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| StoreError::Unreadable { path, message: without_quoted(&error.to_string()) })
    }

    /// The outcomes of a cluster with all findings; empty where none were kept.
    ///
    /// # Errors
    /// As [`Store::assessment`].
    pub fn outcomes(&self, record: &ClusterRecord) -> Result<Vec<CheckOutcome>, StoreError> {
        Ok(self.assessment(record)?.map(|a| a.outcomes).unwrap_or_default())
    }

    /// The snapshot of a cluster, to be read with `collect::snapshot::read`; none where none was kept.
    ///
    /// # Errors
    /// Where the file is missing or was changed.
    pub fn snapshot(&self, record: &ClusterRecord) -> Result<Option<File>, StoreError> {
        let Some(path) = self.snapshot_path(record) else { return Ok(None) };
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let mut hash = Sha256::new();
        let mut file = File::open(&path).context("could not read", &path)?;
        io::copy(&mut file, &mut HashWriter(&mut hash)).context("could not read", &path)?;
        let found = attach::hex(hash);
        if found != record.snapshot {
            return Err(StoreError::Altered { path, found });
        }
        File::open(&path).context("could not read", &path).map(Some)
    }

    /// Where the snapshot of a cluster lies.
    #[must_use]
    pub fn snapshot_path(&self, record: &ClusterRecord) -> Option<PathBuf> {
        folder::snapshot(&record.snapshot).map(|name| self.path(&name))
    }

    fn put_by_digest(
        &self,
        room: &str,
        name: fn(&str) -> Option<String>,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<String, StoreError> {
        let room = self.path(room);
        write::make_room(&room)?;
        let file = write::temporary(&room)?;
        let mut hash = Sha256::new();
        let mut both = Both { file: io::BufWriter::new(file), hash: HashWriter(&mut hash) };
        fill(&mut both).and_then(|()| both.flush()).context("could not write in", &room)?;
        let file = both.file.into_inner().map_err(|e| e.into_error()).context("could not write in", &room)?;
        let digest = attach::hex(hash);
        if let Some(target) = name(&digest).map(|name| self.path(&name))
            && !target.exists()
        {
            write::persist(file, &target)?;
        }
        Ok(digest)
    }
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Both<'a, W: Write> {
    file: W,
    hash: HashWriter<'a>,
}

impl<W: Write> Write for Both<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.write_all(&bytes[..written])?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
