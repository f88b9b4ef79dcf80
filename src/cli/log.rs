//! A log for finding faults: off unless `KASSAY_LOG` names a level, and then in a file, never on the screen.
//!
//! Only this program's own lines are written. Libraries below may log whole answers of a server on an error, and those can hold secrets.

use super::Failure;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// The variable that switches it on: `error`, `warn`, `info`, `debug`, `trace`.
const LEVEL: &str = "KASSAY_LOG";

/// The variable that names the file, instead of `kassay.log` in the data folder.
const FILE: &str = "KASSAY_LOG_FILE";

/// Starts the log where it is asked for.
pub(super) fn start() -> Result<(), Failure> {
    let Some(level) = std::env::var(LEVEL).ok().filter(|level| !level.is_empty()) else { return Ok(()) };
    let level: tracing::Level = level
        .parse()
        .map_err(|_| Failure::new(format!("{LEVEL}={level} is no level")).hint("Levels are error, warn, info, debug and trace."))?;
    let path = std::env::var_os(FILE).map(std::path::PathBuf::from).or_else(|| crate::config::data_dir().map(|dir| dir.join("kassay.log")));
    let Some(path) = path else { return Err(Failure::new("there is no folder for the log").hint(format!("Name a file in {FILE}."))) };
    let unwritable = |e: std::io::Error| Failure::new(format!("the log {} can't be written: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(unwritable)?;
    let filter = EnvFilter::new(format!("off,kassay={level},kassay_core={level}"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        .try_init()
        .map_err(|e| Failure::new(format!("the log can't be started: {e}")))
}
