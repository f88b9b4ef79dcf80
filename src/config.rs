//! What the surroundings say: where data lies, who is at the keyboard, on which machine. Everything that asks the environment for such
//! things asks here, so that tests can hand in others.

use std::path::PathBuf;

/// The variable that names another data folder.
pub const DATA_DIR: &str = "KASSAY_DATA_DIR";

/// The user's data folder of this program; none where the system has no home for the user and [`DATA_DIR`] is not set.
#[must_use]
pub fn data_dir() -> Option<PathBuf> {
    match std::env::var_os(DATA_DIR).filter(|value| !value.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => directories::ProjectDirs::from("", "", "kassay").map(|dirs| dirs.data_dir().to_owned()),
    }
}

/// Where assessments lie that were given no other place.
#[must_use]
pub fn assessments() -> Option<PathBuf> {
    data_dir().map(|folder| folder.join("assessments"))
}

/// The user's login name, for the journal and the lock; an assessor's full name is in the workbook.
#[must_use]
pub fn user() -> String {
    first_set(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "unknown".to_owned())
}

/// The name of this machine.
#[must_use]
pub fn host() -> String {
    first_set(&["HOSTNAME", "COMPUTERNAME"])
        .or_else(|| ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| std::fs::read_to_string(path).ok()))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this machine".to_owned())
}

fn first_set(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
