//! The export screen: which form, where to, how far it is, what was written.

use super::Session;
use super::cursor::Cursor;
use super::effect::{Effect, ExportFormat};
use std::path::PathBuf;

/// The export screen.
#[derive(Clone, Debug)]
pub struct ExportState {
    /// Which form.
    pub cursor: Cursor,
    /// What is being written: files done, of how many, the one in work.
    pub running: Option<(usize, usize, String)>,
    /// The last one written: path, digest, bytes, files.
    pub done: Option<(PathBuf, String, u64, usize)>,
    /// Why the last one failed.
    pub failed: Option<String>,
}

impl Session {
    pub(super) fn export_now(&mut self) -> Vec<Effect> {
        let Some(book) = self.book.as_ref().filter(|_| self.export.running.is_none()) else { return vec![] };
        let Some(format) = ExportFormat::ALL.get(self.export.cursor.at).copied() else { return vec![] };
        let day = self.today();
        let name: String =
            book.workbook.engagement.entity.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let suffix = match format {
            ExportFormat::Bag => "",
            ExportFormat::BagZip => ".zip",
            ExportFormat::Html => ".html",
            ExportFormat::Csv => ".csv",
            ExportFormat::Json => ".json",
        };
        let target = PathBuf::from(format!("{}-{day}{suffix}", name.trim_matches('-')));
        self.export.running = Some((0, 0, String::new()));
        (self.export.done, self.export.failed) = (None, None);
        vec![Effect::Export { format, target, dir: book.dir.clone() }]
    }
}
