//! `kassay diff`: in what two assessments, bags or snapshots differ.

use super::{Failure, Manners, lines, print, source, tell};
use crate::app::compare::{CompareError, Opened, compared};
use crate::export;
use kassay_core::model::text::{clean, thousands};
use kassay_core::workbook::compare::{Class, Document, Entry, Topic};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Prints in what two assessments, bags or snapshots differ, and what can't be compared
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Diff {
    /// The first: the folder of an assessment, a bag (folder or zip), or a snapshot
    a: PathBuf,
    /// The second
    b: PathBuf,
    /// Scope file by which snapshots are judged; without it that of the assessment on the other side
    #[arg(long, value_name = "FILE")]
    scope: Option<PathBuf>,
    /// The time by which snapshots are judged, in place of when each was collected
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    now: Option<jiff::Timestamp>,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    output: Form,
}

const EXIT_CODES: &str = "Exit codes: 0 they are equal; 1 they differ; 2 it could not be done; 3 nothing differs as far as it can be compared, and something can't be.";

/// Form of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For tickets
    Markdown,
    /// For machines: kassay/diff/v1
    Json,
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        let failure = Self::new(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl Diff {
    /// Carries it out; the exit code.
    pub(super) fn run(self, manners: &Manners) -> Result<u8, Failure> {
        let scope = self.scope.as_deref().map(source::scope).transpose()?;
        let (a, b) = (opened(&self.a, manners)?, opened(&self.b, manners)?);
        if scope.is_some() && matches!((&a, &b), (Opened::Assessment(_), Opened::Assessment(_))) {
            return Err(Failure::new("assessments have their own scope").hint("--scope is for snapshots."));
        }
        let paths = (self.a.display().to_string(), self.b.display().to_string());
        let output = self.output;
        let (text, code) = compared((&a, &b), scope.as_ref(), self.now, |first, second, entries| {
            let text = match output {
                Form::Json => export::pretty(&Document::new((&paths.0, first), (&paths.1, second), &entries))?,
                Form::Text => text(&paths, &entries),
                Form::Markdown => markdown(&paths, &entries),
            };
            Ok::<_, Failure>((text, code(&entries)))
        })??;
        if output == Form::Text {
            tell(&text)?
        } else {
            print(&text)?
        }
        Ok(code)
    }
}

fn opened(path: &Path, manners: &Manners) -> Result<Opened, Failure> {
    let opened = Opened::open(path)?;
    if let Opened::Assessment(contents) = &opened
        && let Some(fault) = contents.faults.first()
    {
        let more = contents.faults.len() - 1;
        let more = if more > 0 { format!(" and {more} more; `kassay verify` tells them") } else { String::new() };
        manners.say(&format!("{} is not whole: {}{more}.", path.display(), clean(fault)));
    }
    Ok(opened)
}

fn code(entries: &[Entry]) -> u8 {
    if entries.is_empty() {
        0
    } else if entries.iter().all(|entry| entry.class == Class::CannotBeCompared) {
        3
    } else {
        1
    }
}

/// Entries of a class by topic, with clusters named where they are told.
fn line(entry: &Entry) -> String {
    let cluster = if entry.cluster.is_empty() || entry.topic == Topic::Cluster && entry.what == entry.cluster {
        String::new()
    } else {
        format!("{}: ", entry.cluster)
    };
    let check = if entry.check.is_empty() { String::new() } else { format!("{} ", entry.check) };
    format!("{cluster}{check}{}", entry.line())
}

fn head(entries: &[Entry]) -> String {
    let of = |class| entries.iter().filter(|entry| entry.class == class).count();
    let counts = Class::ALL.into_iter().map(|class| format!("{} {}", thousands(of(class)), class.label()));
    if entries.is_empty() { "They are equal.".to_owned() } else { counts.collect::<Vec<_>>().join(", ") }
}

/// Entries in the order in which they are told: by class, then by topic.
fn by_class(entries: &[Entry]) -> impl Iterator<Item = (Class, Vec<(Topic, Vec<&Entry>)>)> {
    Class::ALL.into_iter().filter_map(|class| {
        let mut topics: Vec<(Topic, Vec<&Entry>)> = vec![];
        for entry in entries.iter().filter(|entry| entry.class == class) {
            match topics.last_mut() {
                Some((topic, list)) if *topic == entry.topic => list.push(entry),
                _ => topics.push((entry.topic, vec![entry])),
            }
        }
        (!topics.is_empty()).then_some((class, topics))
    })
}

fn text((a, b): &(String, String), entries: &[Entry]) -> String {
    let columns = lines::columns();
    let mut out = Vec::new();
    let mut put = |sign: &str, words: &str| {
        // A vector takes everything.
        let _ = lines::wrapped(&mut out, columns, sign, words);
    };
    put("- ", a);
    put("+ ", b);
    put("", &head(entries));
    for (class, topics) in by_class(entries) {
        for (topic, list) in topics {
            put("", "");
            put("", &format!("{}, {}: {}", class.label(), topic.label(), thousands(list.len())));
            for entry in list {
                put(&format!("  {} ", class.sign()), &line(entry));
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn markdown((a, b): &(String, String), entries: &[Entry]) -> String {
    // What is set as code is never markup, and a backtick would end it.
    let cell = |words: &str| clean(words).replace('`', "'");
    let mut out = format!("# Differences\n\nFrom `{}` to `{}`: {}\n", cell(a), cell(b), head(entries));
    for (class, topics) in by_class(entries) {
        let _ = writeln!(out, "\n## {}\n", class.label());
        for (topic, list) in topics {
            for entry in list {
                let _ = writeln!(out, "- {}: `{}`", topic.label(), cell(&line(entry)));
            }
        }
    }
    out
}
