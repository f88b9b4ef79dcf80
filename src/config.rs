//! What the surroundings say: where data lies, what the user likes, who is at the keyboard, on which machine. Everything that asks the environment for such
//! things asks here, so that tests can hand in others.

use kassay_core::sensitive::toml_fault;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The variable that names another data folder.
pub const DATA_DIR: &str = "KASSAY_DATA_DIR";

/// The variable that names another folder of settings.
pub const CONFIG_DIR: &str = "KASSAY_CONFIG_DIR";

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

/// The user's folder of settings and themes.
#[must_use]
pub fn config_dir() -> Option<PathBuf> {
    match std::env::var_os(CONFIG_DIR).filter(|value| !value.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => directories::ProjectDirs::from("", "", "kassay").map(|dirs| dirs.config_dir().to_owned()),
    }
}

/// What the user likes: `config.toml` in [`config_dir`], where the environment may override it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Settings {
    /// Who sits here (`KASSAY_USER`, `--user`); without one, the login name.
    pub user: Option<String>,
    /// Theme by name (`KASSAY_THEME`); without one, dark or light as the terminal hints.
    pub theme: Option<String>,
    /// Leaves the mouse to the terminal, for selecting text with it (`KASSAY_NO_MOUSE`, or `KASSAY_MOUSE=off`; `KASSAY_MOUSE=on` takes it).
    pub no_mouse: bool,
    /// Nothing moves by itself (`KASSAY_REDUCED_MOTION`).
    pub reduced_motion: bool,
    /// Signs of ASCII alone, or never (`KASSAY_ASCII=on`, `off`); without a wish, as locale and terminal have it.
    pub ascii: Option<bool>,
    /// Lines of plain text instead of screens (`KASSAY_PLAIN`, where `0` means screens; `--plain`; by itself where `TERM` is `dumb`).
    pub plain: bool,
}

/// Why the settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file could not be read.
    #[error("{}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something that can't be followed; line and column are in the message.
    #[error("{}: {fault}", .path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// What and where.
        fault: String,
    },
}

impl Settings {
    /// Reads the settings; a missing file is no fault.
    ///
    /// # Errors
    /// Where the file is there and can't be read or followed.
    pub fn load() -> Result<Self, SettingsError> {
        let file = config_dir().map(|dir| dir.join("config.toml"));
        Self::from(file.as_deref(), &|name| std::env::var(name).ok())
    }

    fn from(file: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut settings = match file.filter(|path| path.is_file()) {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
                toml::from_str(&text).map_err(|error| SettingsError::Fault { path: path.to_owned(), fault: toml_fault(&error, &text) })?
            }
        };
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        settings.user = set("KASSAY_USER").or(settings.user).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        settings.theme = set("KASSAY_THEME").or(settings.theme);
        let switched = |name: &str| set(name).map(|word| !matches!(word.to_lowercase().as_str(), "off" | "0" | "no" | "false"));
        settings.no_mouse = match switched("KASSAY_MOUSE") {
            Some(on) => !on,
            None => settings.no_mouse || set("KASSAY_NO_MOUSE").is_some(),
        };
        settings.ascii = switched("KASSAY_ASCII").or(settings.ascii);
        settings.reduced_motion |= set("KASSAY_REDUCED_MOTION").is_some();
        let dumb = set("TERM").is_some_and(|terminal| terminal == "dumb");
        settings.plain = switched("KASSAY_PLAIN").unwrap_or(settings.plain || dumb);
        Ok(settings)
    }
}

/// The name that was told at the start.
static CALLED: OnceLock<String> = OnceLock::new();

/// Says who sits here, for as long as the program runs.
pub fn call_user(name: &str) {
    let _ = CALLED.set(name.trim().to_owned());
}

/// Who sits here, for the journal, the lock and the second person: as was told at the start, as the settings have it, else the login name.
#[must_use]
pub fn user() -> String {
    let told = CALLED.get().filter(|name| !name.is_empty()).cloned();
    // Settings with a fault are told where they are loaded.
    told.or_else(|| Settings::load().ok().and_then(|settings| settings.user)).unwrap_or_else(login_name)
}

fn login_name() -> String {
    first_set(&["USER", "LOGNAME", "USERNAME"]).or_else(user_of_process).unwrap_or_else(|| "unknown".to_owned())
}

/// The name of the user whose process this is, where the environment tells none, as in many containers.
#[cfg(target_os = "linux")]
fn user_of_process() -> Option<String> {
    let id = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").ok()?).to_string();
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = known.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.get(2) == Some(&id.as_str()));
    Some(name.and_then(|fields| fields.first().map(|name| (*name).to_owned())).unwrap_or_else(|| format!("uid {id}")))
}

#[cfg(not(target_os = "linux"))]
fn user_of_process() -> Option<String> {
    None
}

/// What the system said, in words for people.
#[must_use]
pub fn said(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    let words = match error.kind() {
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the quota on that disk is used up",
        ErrorKind::FileTooLarge => "no file may become that large here",
        ErrorKind::ReadOnlyFilesystem => "the file system is for reading only",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::NotFound => "there is no such file or folder",
        // The number behind the words helps nobody who reads them.
        _ => return error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
    };
    words.to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_overrides_the_file_and_faults_have_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let with = |text: &str, name: &'static str| {
            std::fs::write(&file, text).unwrap();
            Settings::from(Some(&file), &move |asked| (asked == name).then(|| "light".to_owned()))
        };
        assert_eq!(with("theme = \"dark\"\n", "").unwrap().theme.as_deref(), Some("dark"));
        assert_eq!(with("theme = \"dark\"\n", "KASSAY_THEME").unwrap().theme.as_deref(), Some("light"));
        assert_eq!(with("user = \"A. Assessor\"\n", "").unwrap().user.as_deref(), Some("A. Assessor"));
        assert_eq!(with("user = \"A. Assessor\"\n", "KASSAY_USER").unwrap().user.as_deref(), Some("light"));
        assert!(with("", "KASSAY_REDUCED_MOTION").unwrap().reduced_motion && with("no-mouse = true", "").unwrap().no_mouse);
        let mouse = |text: &str, word: &'static str| {
            std::fs::write(&file, text).unwrap();
            let settings = Settings::from(Some(&file), &move |asked| (asked == "KASSAY_MOUSE").then(|| word.to_owned())).unwrap();
            !settings.no_mouse
        };
        let ascii = |text: &str, word: &'static str| {
            std::fs::write(&file, text).unwrap();
            Settings::from(Some(&file), &move |asked| (asked == "KASSAY_ASCII").then(|| word.to_owned())).unwrap().ascii
        };
        assert_eq!(
            [ascii("", ""), ascii("ascii = false", "1"), ascii("ascii = true", "OFF"), ascii("ascii = true", "")],
            [None, Some(true), Some(false), Some(true)]
        );
        assert!(mouse("no-mouse = true", "on") && !mouse("", "Off") && mouse("", "") && !mouse("no-mouse = true", ""));
        let plain = |text: &str, name: &'static str, word: &'static str| {
            std::fs::write(&file, text).unwrap();
            Settings::from(Some(&file), &move |asked| (asked == name).then(|| word.to_owned())).unwrap().plain
        };
        assert!(plain("plain = true", "", "") && plain("", "KASSAY_PLAIN", "1") && plain("", "TERM", "dumb"));
        assert!(!plain("", "TERM", "xterm") && !plain("plain = true", "KASSAY_PLAIN", "0") && !plain("", "KASSAY_PLAIN", ""));
        let said = with("theme = 1\n", "").unwrap_err().to_string();
        assert!(said.contains("config.toml") && said.contains("line 1"), "{said}");
        let said = with("them = \"dark\"", "").unwrap_err().to_string();
        assert!(
            said.ends_with(
                "config.toml: line 1, column 1: the field them is not known there; known are user, theme, no-mouse, reduced-motion, ascii, plain"
            ),
            "{said}"
        );
        assert_eq!(Settings::from(None, &|_| None).unwrap(), Settings::default());
    }
}
