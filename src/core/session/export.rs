//! The export screen: which form, where to, how far it is, what was written.

use crate::model::ExportFormat;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::form::{Form, PathOf};
use crate::session::parts::message::Message;
use crate::session::parts::path as paths;
use std::path::{Path, PathBuf};

/// What happens to an export.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows the screen.
    Open,
    /// Says where it goes.
    To,
    /// Names are replaced by pseudonyms, or are not any more.
    Names,
    /// It goes on.
    Progress {
        /// Files done.
        done: usize,
        /// Of how many.
        of: usize,
        /// Bytes written.
        bytes: u64,
        /// The file in work.
        name: String,
    },
    /// It was written.
    Written {
        /// Where.
        path: PathBuf,
        /// Digest.
        sha256: String,
        /// Bytes.
        bytes: u64,
        /// Files.
        files: usize,
    },
    /// It was stopped, and nothing of it is left.
    Stopped,
    /// It was not.
    Failed(String),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Open | Self::To | Self::Names)
    }
}

/// How far an export is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Underway {
    /// Files done.
    pub done: usize,
    /// Of how many; none before anything is written.
    pub of: usize,
    /// Bytes written.
    pub bytes: u64,
    /// The file in work.
    pub name: String,
    /// Whether it is being stopped.
    pub stopping: bool,
}

/// The export screen.
#[derive(Clone, Debug, Default)]
pub struct ExportState {
    /// Which form.
    pub cursor: Cursor,
    /// The folder and the name without its ending, where one was told.
    pub to: Option<(PathBuf, Option<String>)>,
    /// Whether names are replaced by pseudonyms, for sharing.
    pub redact: bool,
    /// What is being written.
    pub running: Option<Underway>,
    /// The last one written: path, digest, bytes, files.
    pub done: Option<(PathBuf, String, u64, usize)>,
    /// Why the last one failed.
    pub failed: Option<String>,
}

impl ExportState {
    /// Shows the screen, asks where to, hears what becomes of it.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => desk.layers.push(Layer::Export),
            Action::To => {
                let text = self.target(desk).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
                let hint = "a new file; with / at its end, the folder for it; ⇥ completes";
                desk.put_form(paths::form(PathOf::Export, hint, &text));
            }
            Action::Names if self.running.is_none() => {
                self.redact = !self.redact;
                // What was written before was written with other names.
                (self.done, self.failed) = (None, None);
            }
            Action::Names => {}
            Action::Progress { done, of, bytes, name } => {
                let stopping = self.running.as_ref().is_some_and(|running| running.stopping);
                self.running = Some(Underway { done, of, bytes, name, stopping });
            }
            Action::Written { path, sha256, bytes, files } => {
                let words = format!("Written: {}", path.display());
                (self.running, self.failed) = (None, None);
                self.done = Some((path, sha256, bytes, files));
                desk.messages.push(Message::info(words));
            }
            Action::Stopped => {
                self.running = None;
                desk.messages.push(Message::info("The export was stopped; nothing of it is left."));
            }
            Action::Failed(why) => {
                (self.running, self.failed) = (None, Some(why.clone()));
                if !matches!(desk.top(), Layer::Export) {
                    desk.messages.push(Message::error("The export was not written", why));
                }
            }
        }
        Next::NONE
    }

    /// ↵: writes the selected form; while one is written, the walk goes on.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) -> Next {
        if self.running.is_some() {
            desk.layers.pop();
            return Next::NONE;
        }
        let Some(format) = self.format() else { return Next::NONE };
        let (Some(target), Some(book)) = (self.target(desk), desk.book.as_ref()) else { return Next::NONE };
        self.running = Some(Underway::default());
        (self.done, self.failed) = (None, None);
        Next::from(Effect::Export { format, target, dir: book.dir.clone(), redact: self.redact })
    }

    /// Esc: leaves the screen; while something is written, stops that first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) -> Next {
        match self.running.as_mut().filter(|running| !running.stopping) {
            Some(running) => {
                running.stopping = true;
                Next::from(Effect::CancelExport)
            }
            None => {
                desk.close_top();
                Next::NONE
            }
        }
    }

    /// Takes the path that was typed.
    pub(in crate::session) fn accept(&mut self, desk: &mut Desk, form: &Form) -> Next {
        self.put_path(&paths::dropped(form.text("file")));
        desk.layers.pop();
        Next::NONE
    }

    /// Moves among the forms.
    pub(in crate::session) fn step(&mut self, step: Step) {
        self.cursor.step(step, ExportFormat::ALL.len());
    }

    /// Copies the digest of what was written.
    pub(in crate::session) fn copy(&self) -> Next {
        self.done.as_ref().map_or(Next::NONE, |(_, sha256, ..)| Next::from(Effect::Copy(sha256.clone())))
    }

    /// Opens what was written.
    pub(in crate::session) fn open_written(&self) -> Next {
        self.done.as_ref().map_or(Next::NONE, |(path, ..)| Next::from(Effect::Open(path.display().to_string())))
    }

    fn format(&self) -> Option<ExportFormat> {
        ExportFormat::ALL.get(self.cursor.at).copied()
    }

    /// Where the selected form is written to: where one said, else into the current folder, under the name of the entity and the day.
    #[must_use]
    pub fn target(&self, desk: &Desk) -> Option<PathBuf> {
        let (format, book) = (self.format()?, desk.book.as_ref()?);
        let (folder, stem) = self.to.clone().unwrap_or_default();
        let usual = || {
            // The name of the file is told to whoever gets it.
            let entity = if self.redact { "redacted".to_owned() } else { book.workbook.engagement.entity.to_lowercase() };
            let words = entity.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            let name = words.chain([desk.today().to_string().as_str()]).collect::<Vec<_>>().join("-");
            if entity.chars().any(char::is_alphanumeric) { name } else { format!("assessment-{name}") }
        };
        Some(folder.join(format!("{}{}", stem.unwrap_or_else(usual), format.ending())))
    }

    /// Takes a path that was typed: a folder where it ends with a slash, else a file. The ending of a form selects that form.
    fn put_path(&mut self, path: &Path) {
        let text = path.to_string_lossy();
        let Some(name) = path.file_name().filter(|_| !text.ends_with('/')).map(|name| name.to_string_lossy().into_owned()) else {
            self.to = Some((path.to_owned(), None));
            return;
        };
        let mut stem = name.as_str();
        if let Some(format) = ExportFormat::of_file(&name) {
            stem = stem.strip_suffix(format.ending()).unwrap_or(stem);
            self.cursor.at = ExportFormat::ALL.iter().position(|other| *other == format).unwrap_or(self.cursor.at);
        }
        let stem = Some(stem.to_owned()).filter(|stem| !stem.is_empty());
        self.to = Some((path.parent().map(Path::to_owned).unwrap_or_default(), stem));
    }
}
