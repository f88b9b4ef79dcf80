//! What may come next on the line of `kubectl kassay`: kubectl asks its plugins by running `kubectl_complete-kassay`, which asks here, with the words of the line
//! and the one that is being typed at last. The answer is a candidate a line, a tab before what it means, and at last a colon and a number: whether the shell
//! goes on with names of files.

use clap::{Arg, Command, ValueHint};
use std::ffi::OsString;
use std::fmt::Write as _;

/// The first argument by which candidates are asked for: the name that kubectl itself has for it.
const ASKED: &str = "__complete";

/// What the shell does with names of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Files {
    /// Offers them where there is no candidate.
    Offered = 0,
    /// Leaves them out.
    Not = 4,
}

/// A word that may come next, and what it means.
struct Candidate {
    word: String,
    meaning: String,
}

/// Where the words before the last one lead.
struct Place<'a> {
    command: &'a Command,
    /// How many positional arguments stand there.
    positionals: usize,
    /// An option that takes the next word.
    open: Option<&'a Arg>,
    /// Whether that option has a value already, and might take more.
    fed: bool,
    /// Whether `--` was said: no options come any more.
    only_positionals: bool,
}

/// The words of the line, where the arguments of the program ask what may come next. Options among them are not the program's own.
pub(super) fn asked(mut arguments: impl Iterator<Item = OsString>) -> Option<Vec<String>> {
    arguments.next().filter(|first| first == ASKED)?;
    Some(arguments.map(|word| word.to_string_lossy().into_owned()).collect())
}

/// The candidates for the last of some words, as kubectl reads them.
pub(super) fn candidates(mut command: Command, words: &[String]) -> String {
    command.build();
    let (last, before) = words.split_last().map_or(("", words), |(last, before)| (last.as_str(), before));
    let (found, files) = place(&command, before).next(last);
    let mut out = String::new();
    for Candidate { word, meaning } in found {
        let _ = if meaning.is_empty() { writeln!(out, "{word}") } else { writeln!(out, "{word}\t{meaning}") };
    }
    let _ = writeln!(out, ":{}", files as u8);
    out
}

/// Goes through the words that stand already.
fn place<'a>(command: &'a Command, words: &[String]) -> Place<'a> {
    let mut at = Place { command, positionals: 0, open: None, fed: false, only_positionals: false };
    for word in words {
        at.step(word);
    }
    at
}

impl<'a> Place<'a> {
    fn step(&mut self, word: &str) {
        let option = !self.only_positionals && word.starts_with('-') && word != "-";
        if let Some(arg) = self.open
            && (!option || !self.fed)
        {
            self.fed = true;
            self.open = Some(arg).filter(|arg| many(arg));
            return;
        }
        self.open = None;
        if word == "--" && !self.only_positionals {
            self.only_positionals = true;
        } else if option {
            self.open = self.opened(word);
            self.fed = false;
        } else if let Some(verb) = self.verb(word) {
            *self = Place { command: verb, positionals: 0, open: None, fed: false, only_positionals: false };
        } else {
            self.positionals += 1;
        }
    }

    fn verb(&self, word: &str) -> Option<&'a Command> {
        if self.positionals > 0 || self.only_positionals { None } else { self.command.find_subcommand(word) }
    }

    /// The option whose value comes in the next word.
    fn opened(&self, word: &str) -> Option<&'a Arg> {
        let arg = if let Some(long) = word.strip_prefix("--") {
            self.long(long)?
        } else {
            // Of short options that stand together, the first that takes a value takes the rest of the word, too.
            let short = |c| self.command.get_arguments().find(|arg| arg.get_short() == Some(c));
            let valued =
                word.char_indices().skip(1).find_map(|(at, c)| short(c).filter(|arg| takes(arg)).map(|arg| (at + c.len_utf8(), arg)));
            valued.filter(|(end, _)| *end == word.len())?.1
        };
        Some(arg).filter(|arg| takes(arg))
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|arg| arg.get_long() == Some(name))
    }

    fn next(&self, word: &str) -> (Vec<Candidate>, Files) {
        let option = !self.only_positionals && word.starts_with('-');
        if let Some(arg) = self.open
            && (!option || !self.fed)
        {
            return values(arg, "", word);
        }
        if option {
            return match word.split_once('=') {
                Some((name, value)) => match name.strip_prefix("--").and_then(|name| self.long(name)) {
                    Some(arg) => values(arg, &format!("{name}="), value),
                    None => (Vec::new(), Files::Not),
                },
                None => (self.options(word), Files::Not),
            };
        }
        let mut found = if self.positionals > 0 || self.only_positionals { Vec::new() } else { self.verbs(word) };
        let positional =
            self.command.get_positionals().nth(self.positionals).or_else(|| self.command.get_positionals().last().filter(|arg| many(arg)));
        let mut files = Files::Not;
        if let Some(arg) = positional {
            let (words, offered) = values(arg, "", word);
            found.extend(words);
            files = offered;
        }
        (found, files)
    }

    fn verbs(&self, word: &str) -> Vec<Candidate> {
        let shown = self.command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name().starts_with(word));
        shown.map(|verb| Candidate { word: verb.get_name().to_owned(), meaning: meaning(verb.get_about()) }).collect()
    }

    fn options(&self, word: &str) -> Vec<Candidate> {
        let shown = self.command.get_arguments().filter(|arg| !arg.is_hide_set());
        let named = shown.filter_map(|arg| Some((format!("--{}", arg.get_long()?), meaning(arg.get_help()))));
        named.filter(|(name, _)| name.starts_with(word)).map(|(word, meaning)| Candidate { word, meaning }).collect()
    }
}

/// The values of an argument that begin with what was typed.
fn values(arg: &Arg, before: &str, typed: &str) -> (Vec<Candidate>, Files) {
    let known = arg.get_possible_values();
    let fitting = known.iter().filter(|value| !value.is_hide_set() && value.get_name().starts_with(typed));
    let found =
        fitting.map(|value| Candidate { word: format!("{before}{}", value.get_name()), meaning: meaning(value.get_help()) }).collect();
    let paths = matches!(arg.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath);
    (found, if paths { Files::Offered } else { Files::Not })
}

fn takes(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.takes_values())
}

fn many(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.max_values() > 1)
        || matches!(arg.get_action(), clap::ArgAction::Append) && arg.is_positional()
}

/// What something means, in a line.
fn meaning(words: Option<&clap::builder::StyledStr>) -> String {
    words.map(ToString::to_string).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;

    /// The candidates without their meanings, and the number at the end.
    fn answered(line: &str) -> (Vec<String>, String) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let answer = candidates(Cli::command(), &words);
        let mut lines: Vec<String> = answer.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect();
        let files = lines.pop().unwrap_or_default();
        (lines, files)
    }

    #[test]
    fn what_may_come_next_is_told_for_each_kind_of_word() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("ass", &["assess"], ":0"),
            ("no-such", &[], ":0"),
            ("assess --fail", &["--fail-on"], ":4"),
            ("assess --fail-on r", &["review"], ":4"),
            ("assess --fail-on=b", &["--fail-on=blocked"], ":4"),
            ("assess -o ma", &["markdown"], ":4"),
            ("assess --quiet -o js", &["json"], ":4"),
            ("assess --no-such=x", &[], ":4"),
            // A path is the shell's to complete, also a further one of an option that takes several.
            ("assess --scope ", &[], ":0"),
            ("assess --from a.yaml b", &[], ":0"),
            ("assess --from a.yaml --compl", &["--complete"], ":4"),
            ("assess --context ", &[], ":4"),
            // What was typed as a value is no verb and no option.
            ("--user assess dem", &["demo"], ":0"),
            ("assess --context --scope ", &[], ":4"),
            ("completions fi", &["fish"], ":4"),
            ("schema reac", &["reach"], ":4"),
            ("assess -- --fail", &[], ":4"),
        ];
        for (line, words, files) in cases {
            let (found, told) = answered(line);
            assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), told.as_str()), (*words, *files), "{line:?}");
        }
    }

    #[test]
    fn an_empty_word_gets_every_verb_with_what_it_does() {
        let (found, _) = answered("");
        let command = Cli::command();
        let verbs: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        assert!(verbs.iter().all(|verb| found.iter().any(|word| word == verb)), "{found:?}");
        let answer = candidates(Cli::command(), &[]);
        assert!(answer.lines().all(|line| line.starts_with(':') || line.contains('\t')), "{answer}");
    }
}
