//! The five steps of saving, each a function, so that a test can stop between any two of them. Why they are in this order is told at the
//! head of the room.

use super::error::{Context, StoreError};
use kassay_core::workbook::folder;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;
use tempfile::NamedTempFile;

/// Beginning of the names of temporary files, by which those of a killed process are known.
const TEMPORARY: &str = ".kassay-";
/// The link that becomes the previous copy.
const LINK: &str = ".kassay-previous";

/// One save: where, the workbook's text and the name under which it is staged, the journal's lines, and how long the journal's whole part is.
pub(super) struct Write<'a> {
    pub(super) dir: &'a Path,
    pub(super) staged: &'a str,
    pub(super) text: &'a [u8],
    pub(super) lines: &'a [u8],
    pub(super) whole: usize,
    /// The text in a file that waits for its name.
    laid: Option<NamedTempFile>,
    /// The file of the staged text, where it was written here.
    file: Option<File>,
    /// Whether the workbook as it was became the previous copy.
    pub(super) kept: bool,
    /// The copy before the previous one, which has no name any more.
    pub(super) nameless: Option<File>,
}

impl<'a> Write<'a> {
    pub(super) const fn new(dir: &'a Path, staged: &'a str, text: &'a [u8], lines: &'a [u8], whole: usize) -> Self {
        Self { dir, staged, text, lines, whole, laid: None, file: None, kept: false, nameless: None }
    }

    /// With its text laid down already.
    pub(super) fn with(self, laid: NamedTempFile) -> Self {
        Self { laid: Some(laid), ..self }
    }
}

/// A step of saving.
pub(super) type Step = fn(&mut Write<'_>) -> Result<(), StoreError>;

/// All steps in their order.
pub(super) const STEPS: [Step; 5] = [stage, append, settle, keep, promote];

/// Lays a text down in a temporary file beside the workbook. The disk begins with it at once, while its digest is made, without which it has no name.
pub(super) fn lay_down(dir: &Path, text: &[u8]) -> Result<NamedTempFile, StoreError> {
    let laid = || -> io::Result<NamedTempFile> {
        let mut file = new_temporary(dir)?;
        file.write_all(text)?;
        begin(file.as_file());
        Ok(file)
    };
    // The name of a temporary file says nothing to anybody.
    laid().context("could not write", &dir.join(folder::WORKBOOK))
}

/// Lets the disk begin with what was written into a file. It is no promise, and nothing rests on it: [`settle`] waits.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn begin(file: &File) {
    // Linux writes out what it is told to forget.
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
const fn begin(_: &File) {}

/// Gives the new text its name beside the workbook.
pub(super) fn stage(write: &mut Write<'_>) -> Result<(), StoreError> {
    let laid = match write.laid.take() {
        Some(laid) => laid,
        None => lay_down(write.dir, write.text)?,
    };
    let staged = laid.persist(write.dir.join(write.staged)).map_err(|e| e.error);
    // The name of a staged text says nothing to anybody.
    write.file = Some(staged.context("could not write", &write.dir.join(folder::WORKBOOK))?);
    Ok(())
}

/// Appends the journal's lines, over what a torn line may have left.
pub(super) fn append(write: &mut Write<'_>) -> Result<(), StoreError> {
    let path = write.dir.join(folder::JOURNAL);
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    private(&mut options);
    let mut file = options.open(&path).context("could not write", &path)?;
    let whole = write.whole as u64;
    if file.metadata().context("could not read", &path)?.len() > whole {
        file.set_len(whole).context("could not heal", &path)?;
    }
    file.write_all(write.lines).context("could not write", &path)
}

/// Waits until text, name and lines last. Which of them does first is the same, because the name tells a text that is not whole, so the disk is asked
/// for all of them at once.
pub(super) fn settle(write: &mut Write<'_>) -> Result<(), StoreError> {
    let journal = write.dir.join(folder::JOURNAL);
    let file = write.file.as_ref();
    let (text, lines, names) = thread::scope(|scope| {
        let staged = || file.map_or_else(|| sync_file(&write.dir.join(write.staged)), File::sync_all);
        let text = (!write.staged.is_empty()).then(|| scope.spawn(staged));
        let lines = scope.spawn(|| sync_file(&journal));
        let names = sync_folder(write.dir);
        let ended = |_| Err(io::Error::other("the thread that syncs ended"));
        (text.map_or(Ok(()), |text| text.join().unwrap_or_else(ended)), lines.join().unwrap_or_else(ended), names)
    });
    // The name of a staged text says nothing to anybody.
    text.context("could not write", &write.dir.join(folder::WORKBOOK))?;
    lines.context("could not write", &journal)?;
    names.context("could not sync", write.dir)
}

/// Makes what was written into a file last. It is opened for writing, because not every system syncs one that is open for reading.
fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).open(path)?.sync_all()
}

/// Keeps the workbook as it was.
pub(super) fn keep(write: &mut Write<'_>) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        // Held until nobody waits: giving back the space of a file takes a while. Other systems don't rename over what is open.
        write.nameless = File::open(write.dir.join(folder::PREVIOUS)).ok();
    }
    write.kept = keep_by(write, |from, to| fs::hard_link(from, to))?;
    Ok(())
}

/// Keeps the workbook as it was, by a way to give a file a second name; where there is none, by a copy. Whether there was one.
pub(super) fn keep_by(write: &Write<'_>, link: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<bool, StoreError> {
    let (current, previous) = (write.dir.join(folder::WORKBOOK), write.dir.join(folder::PREVIOUS));
    if !current.exists() {
        return Ok(false);
    }
    let by = write.dir.join(LINK);
    drop(fs::remove_file(&by));
    if link(&current, &by).is_err() {
        let copied = fs::copy(&current, &by).and_then(|_| File::open(&by)?.sync_all());
        copied.inspect_err(|_| drop(fs::remove_file(&by))).context("could not copy", &current)?;
    }
    let renamed = fs::rename(&by, &previous);
    // Where the copy is this very file already, as after an interruption, renaming does nothing, and leaves the link.
    drop(fs::remove_file(&by));
    renamed.context("could not write", &previous).map(|()| true)
}

/// Keeps a text beside the workbook. It is a copy and no second name of the file, because editors write into the file that is there. What is
/// there under that name already is the same.
pub(super) fn keep_aside(dir: &Path, text: &[u8], name: &str) -> Result<(), StoreError> {
    if dir.join(name).exists() { Ok(()) } else { put(dir, name, text) }
}

/// Makes the staged text the workbook. Nothing waits for the disk here: where the power fails before it has heard of the new name, the staged text
/// still has its own, the journal's last line speaks of it, and the next opening does the same again.
pub(super) fn promote(write: &mut Write<'_>) -> Result<(), StoreError> {
    let current = write.dir.join(folder::WORKBOOK);
    fs::rename(write.dir.join(write.staged), &current).context("could not write", &current)
}

/// Takes back what steps did that came to no end: the lines first, then the staged text, so that nothing in between looks accepted. Whether the
/// workbook is the old one; where it is the new one already, nothing is taken back.
pub(super) fn take_back(write: &Write<'_>) -> bool {
    if fs::read(write.dir.join(folder::WORKBOOK)).is_ok_and(|bytes| bytes == write.text) {
        return false;
    }
    let cut = |path: &Path| -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        if file.metadata()?.len() > write.whole as u64 {
            file.set_len(write.whole as u64)?;
            file.sync_all()?;
        }
        Ok(())
    };
    let journal = write.dir.join(folder::JOURNAL);
    let is_cut = cut(&journal).is_ok() || fs::metadata(&journal).map_or(true, |metadata| metadata.len() <= write.whole as u64);
    // A line that can't be taken back is completed when the folder is opened, and needs its text for that.
    if is_cut {
        drop(fs::remove_file(write.dir.join(write.staged)));
        drop(sync_dir(write.dir));
    }
    true
}

/// Writes a whole file under a name: temporary, synced, renamed, folder synced.
pub(super) fn put(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let target = dir.join(name);
    let mut file = temporary(dir)?;
    file.write_all(bytes).context("could not write", &target)?;
    persist(file, &target)
}

/// A temporary file in a folder; it goes away by itself unless it is persisted.
pub(super) fn temporary(dir: &Path) -> Result<NamedTempFile, StoreError> {
    new_temporary(dir).context("could not write in", dir)
}

fn new_temporary(dir: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY).suffix(".tmp").tempfile_in(dir)
}

/// Whether files can be made in a folder.
pub(super) fn probe(dir: &Path) -> io::Result<()> {
    match new_temporary(dir) {
        // Nothing is written into it, so a full disk is no reason not to open the folder.
        Err(error) if !matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Err(error),
        _ => Ok(()),
    }
}

/// Gives a temporary file its name, after its bytes are on disk.
pub(super) fn persist(file: NamedTempFile, path: &Path) -> Result<(), StoreError> {
    file.as_file().sync_all().context("could not write", path)?;
    file.persist(path).map_err(|e| e.error).context("could not write", path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Whether a name is one of a temporary file.
pub(super) fn is_temporary(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with(TEMPORARY)
}

/// Removes temporary files that a killed process left, beside the workbook and in the folders of its files.
pub(super) fn sweep(dir: &Path) {
    for room in std::iter::once(dir.to_owned()).chain(folder::ROOMS.iter().map(|room| dir.join(room))) {
        let entries = fs::read_dir(room).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_temporary(&entry.file_name())) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// Makes a folder that only its owner may look into, with those above it.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    make(dir, true)
}

/// Makes a room in the folder of an assessment. The folder itself is never made again where it was moved away.
pub(super) fn make_room(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() { Ok(()) } else { make(dir, false) }
}

fn make(dir: &Path, above: bool) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(above);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).context("could not make", dir)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

/// Makes renames in a folder last. Windows has no such thing for folders, and does not need it.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    sync_folder(dir).context("could not sync", dir)
}

#[cfg(unix)]
pub(super) fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
