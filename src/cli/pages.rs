//! What packages carry beside the program: manual pages and completions, written by the program itself.

use super::{Cli, Failure, output_failed, print};
use clap::{Command, CommandFactory as _};
use std::path::{Path, PathBuf};

/// Prints manual pages.
#[derive(Debug, clap::Args)]
pub(super) struct ManVerb {
    /// The page of one verb
    verb: Option<String>,
    /// Writes all pages into this folder instead: kassay.1, kassay-assess.1 …
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    all: Option<PathBuf>,
}

impl ManVerb {
    /// Prints one page, or writes all.
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut command = Cli::command();
        command.build();
        match (&self.all, self.verb.as_deref()) {
            (Some(dir), _) => all(dir, &command),
            (None, None) => print(&page(command)?),
            (None, Some(name)) => match command.find_subcommand(name) {
                Some(found) => print(&page(found.clone())?),
                None => Err(Failure::new(format!("there is no verb “{name}”")).hint("`kassay --help` names them.")),
            },
        }
    }
}

fn page(command: Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(command).source(concat!("kassay ", env!("CARGO_PKG_VERSION")));
    made.render(&mut page).map_err(|e| output_failed(&e))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes a file for the program and one for each verb.
fn all(dir: &Path, command: &Command) -> Result<(), Failure> {
    let written = |path: &Path, error: &std::io::Error| Failure::new(format!("{} can't be written: {error}", path.display()));
    std::fs::create_dir_all(dir).map_err(|e| written(dir, &e))?;
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
    for of in std::iter::once(command).chain(verbs) {
        let name = of.get_display_name().unwrap_or_else(|| of.get_name());
        let path = dir.join(format!("{name}.1"));
        std::fs::write(&path, page(of.clone())?).map_err(|e| written(&path, &e))?;
    }
    Ok(())
}

/// Prints completions for a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kassay", &mut script);
    print(&String::from_utf8_lossy(&script))
}
