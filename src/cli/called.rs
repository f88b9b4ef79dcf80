//! By which name the program was called: its own, or as a plugin of kubectl, whose users know no `kassay` of its own.

use super::Cli;
use clap::{Command, CommandFactory as _};
use std::ffi::OsStr;
use std::path::Path;

/// The name of the program's file where kubectl finds it as a plugin.
const PLUGIN: &str = "kubectl-kassay";

/// Whom the program is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// A shell, by its own name or any other.
    ByName,
    /// kubectl, as `kubectl kassay`.
    ByKubectl,
}

impl Called {
    /// How this process was called.
    pub(super) fn now() -> Self {
        std::env::args_os().next().map_or(Self::ByName, |program| Self::by(&program))
    }

    fn by(program: &OsStr) -> Self {
        if Path::new(program).file_stem() == Some(OsStr::new(PLUGIN)) { Self::ByKubectl } else { Self::ByName }
    }

    /// What may be said on the command line, with the words in its usage by which the program was called.
    pub(super) fn command(self) -> Command {
        match self {
            Self::ByName => Cli::command(),
            Self::ByKubectl => Cli::command().bin_name("kubectl kassay").override_usage(super::USAGE.replace("kassay ", "kubectl kassay ")),
        }
    }

    /// Words that name commands to be typed, as whoever called the program types them.
    pub(super) fn told(self, words: &str) -> String {
        match self {
            Self::ByName => words.to_owned(),
            Self::ByKubectl => words.replace("`kassay ", "`kubectl kassay "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_is_told_by_the_name_of_the_file() {
        for plugin in ["kubectl-kassay", "/home/qsa/.krew/bin/kubectl-kassay", "kubectl-kassay.exe"] {
            assert_eq!(Called::by(OsStr::new(plugin)), Called::ByKubectl, "{plugin}");
        }
        for other in ["kassay", "/usr/bin/kassay", "kubectl", "kubectl-kassay-old", "kubectl-kassay/kassay", ""] {
            assert_eq!(Called::by(OsStr::new(other)), Called::ByName, "{other}");
        }
    }

    #[test]
    fn every_usage_line_says_what_is_typed() {
        let mut command = Called::ByKubectl.command();
        command.build();
        let mut usages = vec![command.render_usage().to_string()];
        usages.extend(command.get_subcommands_mut().map(|verb| verb.render_usage().to_string()));
        for usage in usages {
            assert!(usage.lines().all(|line| line.trim_start_matches("Usage:").trim_start().starts_with("kubectl kassay")), "{usage}");
        }
    }

    #[test]
    fn hints_name_commands_that_are_there() {
        let hint = "`kassay verify` tells all of it; the folder is kassay data.";
        assert_eq!(Called::ByName.told(hint), hint);
        assert_eq!(Called::ByKubectl.told(hint), "`kubectl kassay verify` tells all of it; the folder is kassay data.");
    }
}
