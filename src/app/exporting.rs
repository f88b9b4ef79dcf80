//! Exports in the walk: one at a time, told while it is written, stopped by a key; whoever leaves the program waits until nothing half done is left.

use crate::collect::{self, Cancel};
use crate::export::{self, ExportError, Maker, Material, RedactFiles, Step, Wish};
use kassay_core::kinds::Inventory;
use kassay_core::model::ExportFormat;
use kassay_core::session::Action;
use kassay_core::session::export::Action as Told;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// How long the end of the program waits for an export that was stopped: a large bag that is half written takes a moment to be removed.
const PATIENCE: Duration = Duration::from_secs(5);

/// The export that was begun last.
#[derive(Default)]
pub(super) struct Exporting {
    cancel: Cancel,
    /// Nothing comes of it; its other end goes away with the export.
    over: Option<Receiver<()>>,
}

impl Exporting {
    /// Begins one, with names or with pseudonyms in their place; what becomes of it is sent as actions. The target is a path as it is on disk.
    pub fn begin(&mut self, how: (ExportFormat, bool), target: PathBuf, dir: PathBuf, actions: UnboundedSender<Action>) {
        self.cancel = Cancel::default();
        let (held, over) = channel();
        self.over = Some(over);
        let cancel = self.cancel.clone();
        tokio::task::spawn_blocking(move || {
            let told = told(write(how, &target, &dir, &|step| {
                // Nobody listens any more where the walk was left; then nothing is to be written.
                let Step { done, of, bytes, name } = step;
                match actions.send(Action::Export(Told::Progress { done, of, bytes, name })) {
                    Ok(()) if !cancel.is_cancelled() => ControlFlow::Continue(()),
                    _ => ControlFlow::Break(()),
                }
            }));
            let _ = actions.send(Action::Export(told));
            drop(held);
        });
    }

    /// Asks it to stop. It says itself whether it did, or was written before.
    pub fn stop(&self) {
        self.cancel.cancel();
    }

    /// Stops it, and waits until it is over.
    pub fn close(&mut self) {
        self.stop();
        if let Some(over) = self.over.take() {
            let _ = over.recv_timeout(PATIENCE);
        }
    }
}

/// What came of an export, for the screen.
fn told(written: Result<export::Written, ExportError>) -> Told {
    match written {
        Ok(written) => {
            let path = std::path::absolute(&written.path).unwrap_or(written.path);
            // What is told is the size of the file that lies there: a zip is smaller than what is in it.
            let bytes = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file).map_or(written.bytes, |file| file.len());
            Told::Written { path, sha256: written.sha256, bytes, files: written.files }
        }
        Err(ExportError::Cancelled) => Told::Stopped,
        Err(error) => Told::Failed(match error.hint() {
            Some(hint) => format!("{error}: {hint}."),
            None => format!("{error}."),
        }),
    }
}

/// Writes an export; a name that is taken gets a number.
fn write(
    (format, redact): (ExportFormat, bool),
    target: &Path,
    dir: &Path,
    progress: &export::Progress<'_>,
) -> Result<export::Written, ExportError> {
    // Asked between the long steps before anything is written, too.
    let going_on = || match progress(Step { done: 0, of: 0, bytes: 0, name: String::new() }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ExportError::Cancelled),
    };
    going_on()?;
    let material = Material::load(dir, jiff::Timestamp::now())?;
    going_on()?;
    let material = material.ready_for(format, snapshot);
    going_on()?;
    let material = if redact { redacted(material)? } else { material };
    let target = free(target)?;
    match export::maker(format) {
        Maker::Bag(form) => export::bag(&material, &target, form, progress),
        Maker::Single(single) => {
            let wish = Wish::default();
            let ready = single.ready(&material, &wish)?;
            // The name was free; whoever took it since is not written over.
            ready.put(&target, export::Over::Keep, progress)
        }
    }
}

/// The same with pseudonyms; key and map lie in the folder of the assessment, which no export hands on.
fn redacted(material: Material) -> Result<Material, ExportError> {
    let files = RedactFiles::of(&material.dir, None, None)?;
    let (redacted, map) = material.redacted(files.key()?, snapshot)?;
    files.put(map)?;
    Ok(redacted)
}

/// A snapshot that an assessment keeps.
fn snapshot(bytes: &[u8]) -> Result<Inventory, String> {
    collect::snapshot::read(bytes).map_err(|e| e.to_string())
}

/// A path at which nothing is yet. A link that leads nowhere is something too.
fn free(target: &Path) -> Result<PathBuf, ExportError> {
    let taken = |path: &Path| path.symlink_metadata().is_ok();
    if !taken(target) {
        return Ok(target.to_owned());
    }
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (stem, end) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(stem, end)| (stem, format!(".{end}")));
    let mut names = (2..1000).map(|n| target.with_file_name(format!("{stem}-{n}{end}")));
    names.find(|path| !taken(path)).ok_or_else(|| ExportError::Exists(target.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use kassay_core::workbook::{Edit, Engagement, Evidence, EvidenceKind, Moment, Workbook, folder};
    use std::fs::{self, File};
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    /// An assessment with a piece of evidence that no machine writes in the time of a test. Nobody comes to its end, so its digest need not be right.
    fn endless(root: &Path) -> PathBuf {
        let (dir, now, by) = (root.join("acme"), jiff::Timestamp::UNIX_EPOCH, "A. Assessor".to_owned());
        let mut book = Workbook::new(Engagement { entity: "Acme".to_owned(), ..Engagement::default() });
        let mut store = Store::create(&dir, &book, &by, now).unwrap();
        let (file, sha256) = ("large.bin".to_owned(), "ab".repeat(32));
        let piece = dir.join(folder::evidence(&sha256, &file).unwrap());
        fs::create_dir_all(piece.parent().unwrap()).unwrap();
        File::create(&piece).unwrap().set_len(1 << 40).unwrap();
        let paper = Evidence::new("E-0001".to_owned(), EvidenceKind::Document, "large".to_owned(), by.clone(), Moment(now));
        book.evidence.push(Evidence { file, sha256, size: 1 << 40, ..paper });
        store.save(&book, &Edit { by, what: "evidence".to_owned(), ..Edit::default() }, now).unwrap();
        dir
    }

    /// Waits until the large piece is being written.
    async fn begun(told: &mut UnboundedReceiver<Action>) {
        while let Some(action) = told.recv().await {
            match action {
                Action::Export(Told::Progress { bytes, .. }) if bytes > 16 << 20 => return,
                Action::Export(Told::Progress { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_export_that_is_stopped_says_so_and_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let dir = endless(root.path());
        let out = root.path().join("out");
        for format in [ExportFormat::Bag, ExportFormat::BagZip] {
            let (actions, mut told) = unbounded_channel();
            let mut exporting = Exporting::default();
            exporting.begin((format, false), out.join("bag"), dir.clone(), actions);
            begun(&mut told).await;
            exporting.stop();
            let last = loop {
                match told.recv().await {
                    Some(Action::Export(Told::Progress { .. })) => {}
                    other => break other,
                }
            };
            assert!(matches!(last, Some(Action::Export(Told::Stopped))), "{last:?}");
            exporting.close();
            assert!(!out.exists(), "{format:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_leaves_the_program_leaves_nothing_half_done() {
        let root = tempfile::tempdir().unwrap();
        let dir = endless(root.path());
        let out = root.path().join("out");
        let (actions, mut told) = unbounded_channel();
        let mut exporting = Exporting::default();
        exporting.begin((ExportFormat::BagZip, false), out.join("bag.zip"), dir, actions);
        begun(&mut told).await;
        drop(told);
        exporting.close();
        assert!(!out.exists());
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("acme.zip");
        assert_eq!(free(&target).unwrap(), target);
        fs::write(&target, "").unwrap();
        assert_eq!(free(&target).unwrap(), root.path().join("acme-2.zip"));
    }
}
