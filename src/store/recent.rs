//! Folders of assessments that lie elsewhere than the others: the last of them that were opened, so that the home screen lists them too. The file is a
//! convenience: where it can't be read or written, nothing but a line of the home screen is missing.

use super::list::listing;
use super::open::holds_assessment;
use super::{Listing, write};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The name of the file, beside the folder of all assessments.
const NAME: &str = "recent.toml";

/// How many are remembered.
const MOST: usize = 20;

/// The assessments that lie elsewhere.
#[derive(Debug)]
pub struct Recent {
    /// The folder of all assessments.
    root: PathBuf,
}

/// What the file holds.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    /// The folder that was opened last first.
    folders: Vec<PathBuf>,
}

impl Recent {
    /// Those that lie elsewhere than in this folder.
    #[must_use]
    pub fn beside(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn file(&self) -> Option<PathBuf> {
        self.root.parent().filter(|place| place.is_absolute()).map(|place| place.join(NAME))
    }

    fn kept(&self) -> Kept {
        let text = self.file().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Remembers a folder that was opened; one that lies with the others is listed anyway.
    pub fn remember(&self, dir: &Path) {
        let (Some(file), Ok(dir)) = (self.file(), fs::canonicalize(dir)) else { return };
        if fs::canonicalize(&self.root).is_ok_and(|root| dir.parent() == Some(&root)) {
            return;
        }
        let mut kept = self.kept();
        if kept.folders.first() == Some(&dir) {
            return;
        }
        kept.folders.retain(|known| *known != dir);
        kept.folders.insert(0, dir);
        kept.folders.truncate(MOST);
        let written = toml::to_string(&kept).map_err(|e| e.to_string()).and_then(|text| {
            let place = file.parent().unwrap_or(&file);
            write::make_dir(place).and_then(|()| write::put(place, NAME, text.as_bytes())).map_err(|e| e.to_string())
        });
        if let Err(why) = written {
            tracing::warn!("{} can't be remembered: {why}", file.display());
        }
    }

    /// Those that are still there.
    #[must_use]
    pub fn list(&self) -> Vec<Listing> {
        let there = |dir: &PathBuf| dir.is_absolute() && holds_assessment(dir).unwrap_or(false);
        self.kept().folders.into_iter().filter(there).map(|dir| listing(&dir)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use crate::store::Store;
    use kassay_core::workbook::{Engagement, Workbook};

    #[test]
    fn what_was_opened_elsewhere_is_listed_once_while_it_is_there() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("data/assessments");
        let made = |dir: PathBuf| {
            let book = Workbook::new(Engagement { entity: dir.file_name().unwrap().to_string_lossy().into(), ..Engagement::default() });
            drop(Store::create(&dir, &book, "A. Assessor", jiff::Timestamp::now()).unwrap());
            dir
        };
        let recent = Recent::beside(&root);
        assert_eq!(recent.list(), []);
        let (with_the_others, one, other) = (made(root.join("ours")), made(place.path().join("one")), made(place.path().join("other")));
        for dir in [&with_the_others, &one, &other, &one] {
            recent.remember(dir);
        }
        let names = || recent.list().into_iter().map(|found| found.entity).collect::<Vec<_>>();
        assert_eq!(names(), ["one", "other"]);
        fs::remove_dir_all(&one).unwrap();
        assert_eq!(names(), ["other"]);
        for n in 0..MOST + 5 {
            recent.remember(&made(place.path().join(format!("more-{n}"))));
        }
        assert_eq!(names().len(), MOST);
        // A file that somebody broke is no reason to do without.
        fs::write(root.parent().unwrap().join(NAME), "folders = [").unwrap();
        assert_eq!(recent.list(), []);
        recent.remember(&other);
        assert_eq!(names(), ["other"]);
    }
}
