//! The tables that checks judge by, with newer support dates where a user has some: a file that was handed over, or `lifecycle.toml` in the folder of
//! settings.

use crate::config::{config_dir, said};
use jiff::civil::Date;
use kassay_core::analysis::lifecycle::NotTaken;
use kassay_core::judging::{TableError, Tables};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The name of the file in the folder of settings.
pub const FILE: &str = "lifecycle.toml";

/// Why there are no tables to judge by.
#[derive(Debug, thiserror::Error)]
pub enum NoTables {
    /// One that came with the program can't be read.
    #[error(transparent)]
    Shipped(#[from] TableError),
    /// The file of support dates can't be read.
    #[error("the support dates of {} can't be read: {}", .path.display(), said(.source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of support dates is not taken.
    #[error("the support dates of {} are not taken: {fault}", .path.display())]
    NotTaken {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: NotTaken,
    },
}

/// The tables, with the support dates of a file; without one with those of the folder of settings, where there are some and they are newer than those of
/// the program.
///
/// # Errors
/// Where a file can't be read, or a handed one knows less than the program.
pub fn tables(file: Option<&Path>) -> Result<Tables, NoTables> {
    let kept = || config_dir().map(|dir| dir.join(FILE));
    with(file, file.is_none().then(kept).flatten().as_deref(), jiff::Zoned::now().date())
}

fn with(handed: Option<&Path>, kept: Option<&Path>, today: Date) -> Result<Tables, NoTables> {
    let shipped = Tables::shipped()?;
    let Some(path) = handed.or(kept) else { return Ok(shipped) };
    let text = match fs::read_to_string(path) {
        // Nobody asked for this one.
        Err(error) if handed.is_none() && error.kind() == ErrorKind::NotFound => return Ok(shipped),
        read => read.map_err(|source| NoTables::Unreadable { path: path.to_owned(), source })?,
    };
    match shipped.lifecycle.newer(&text, &path.display().to_string()) {
        Ok(mut newer) => {
            // Nobody can know that yet: it is told wherever the data is named, and whoever reads it decides.
            if newer.as_of.is_some_and(|day| day > today) {
                newer.file += " (dated ahead of the day on which this was judged)";
            }
            Ok(shipped.with_support_dates(newer))
        }
        // The program was renewed since the file was put there.
        Err(NotTaken::Older { .. }) if handed.is_none() => Ok(shipped),
        Err(fault) => Err(NoTables::NotTaken { path: path.to_owned(), fault }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failure is its message")]
    use super::*;

    #[test]
    fn newer_dates_are_taken_from_either_place_and_faults_are_told_with_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let release = "[[release]]\nproduct = \"kubernetes\"\ncycle = \"1.38\"\n";
        let newer = file("newer.toml", &format!("as_of = 2027-01-15\n{release}"));
        let older = file("older.toml", &format!("as_of = 2020-01-15\n{release}"));
        let broken = file("broken.toml", "as_of = ");
        let none = dir.path().join("none.toml");
        let title_on = |today: Date, handed: Option<&Path>, kept: Option<&Path>| {
            with(handed, kept, today).map(|tables| tables.lifecycle.title()).map_err(|e| e.to_string())
        };
        let title = |handed: Option<&Path>, kept: Option<&Path>| title_on(jiff::civil::date(2027, 1, 15), handed, kept);
        let ours = Tables::shipped().unwrap().lifecycle.title();
        let theirs = format!("Support data of 2027-01-15 from {}", newer.display());
        for (handed, kept, expected) in [
            (None, None, &ours),
            (None, Some(none.as_path()), &ours),
            (None, Some(older.as_path()), &ours),
            (None, Some(newer.as_path()), &theirs),
            (Some(newer.as_path()), Some(broken.as_path()), &theirs),
        ] {
            assert_eq!(title(handed, kept).as_ref(), Ok(expected));
        }
        // Dates that nobody can know yet are told.
        let early = title_on(jiff::civil::date(2027, 1, 14), None, Some(&newer)).unwrap();
        assert_eq!(early, format!("{theirs} (dated ahead of the day on which this was judged)"));
        for (handed, kept, why) in [
            (Some(&none), None, "none.toml can't be read"),
            (Some(&older), None, "older.toml are not taken: it is of 2020-01-15"),
            (Some(&broken), None, "broken.toml are not taken: line 1"),
            (None, Some(&broken), "broken.toml are not taken: line 1"),
        ] {
            let said = title(handed.map(PathBuf::as_path), kept.map(PathBuf::as_path)).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
