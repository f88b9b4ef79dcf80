//! The export screen: which form, where to, how far it is, what was written.

use crate::session::Session;
use crate::session::effect::{Effect, ExportFormat};
use crate::session::parts::cursor::Cursor;
use std::path::{Path, PathBuf};

/// The export screen.
#[derive(Clone, Debug, Default)]
pub struct ExportState {
    /// Which form.
    pub cursor: Cursor,
    /// The folder and the name without its ending, where one was told.
    pub to: Option<(PathBuf, Option<String>)>,
    /// What is being written: files done, of how many, the one in work.
    pub running: Option<(usize, usize, String)>,
    /// The last one written: path, digest, bytes, files.
    pub done: Option<(PathBuf, String, u64, usize)>,
    /// Why the last one failed.
    pub failed: Option<String>,
}

impl ExportFormat {
    /// The ending of its file; a folder has none.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Bag => "",
            Self::BagZip => ".zip",
            Self::Html => ".html",
            Self::Csv => ".csv",
            Self::Json => ".json",
        }
    }
}

impl Session {
    pub(in crate::session) fn export_now(&mut self) -> Vec<Effect> {
        if self.export.running.is_some() {
            return vec![];
        }
        let Some(format) = self.export_format() else { return vec![] };
        let (Some(target), Some(book)) = (self.export_target(), self.book.as_ref()) else { return vec![] };
        self.export.running = Some((0, 0, String::new()));
        (self.export.done, self.export.failed) = (None, None);
        vec![Effect::Export { format, target, dir: book.dir.clone() }]
    }

    fn export_format(&self) -> Option<ExportFormat> {
        ExportFormat::ALL.get(self.export.cursor.at).copied()
    }

    /// Where the selected form is written to: where one said, else into the current folder, under the name of the entity and the day.
    #[must_use]
    pub fn export_target(&self) -> Option<PathBuf> {
        let (format, book) = (self.export_format()?, self.book.as_ref()?);
        let (folder, stem) = self.export.to.clone().unwrap_or_default();
        let usual = || {
            let entity = book.workbook.engagement.entity.to_lowercase();
            let words = entity.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            let name = words.chain([self.today().to_string().as_str()]).collect::<Vec<_>>().join("-");
            if entity.chars().any(char::is_alphanumeric) { name } else { format!("assessment-{name}") }
        };
        Some(folder.join(format!("{}{}", stem.unwrap_or_else(usual), format.ending())))
    }

    /// Takes a path that was typed: a folder where it ends with a slash, else a file. The ending of a form selects that form.
    pub(in crate::session) fn export_to(&mut self, path: &Path) {
        let text = path.to_string_lossy();
        let Some(name) = path.file_name().filter(|_| !text.ends_with('/')).map(|name| name.to_string_lossy().into_owned()) else {
            self.export.to = Some((path.to_owned(), None));
            return;
        };
        let told = ExportFormat::ALL.iter().position(|format| !format.ending().is_empty() && name.ends_with(format.ending()));
        let mut stem = name.as_str();
        if let Some(at) = told {
            stem = stem.strip_suffix(ExportFormat::ALL[at].ending()).unwrap_or(stem);
            self.export.cursor.at = at;
        }
        let stem = Some(stem.to_owned()).filter(|stem| !stem.is_empty());
        self.export.to = Some((path.parent().map(Path::to_owned).unwrap_or_default(), stem));
    }
}
