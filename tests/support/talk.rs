//! Runs the real program with `--plain` and pipes, as a script or a person with a screen reader would. Every line that it writes is looked at: nothing in
//! it may steer a terminal or draw.

#![allow(dead_code, reason = "shared by several tests, each of which uses its part")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const KASSAY: &str = env!("CARGO_BIN_EXE_kassay");

/// Only there so that a broken program fails the test instead of hanging it.
const LIMIT: Duration = Duration::from_secs(120);

fn command(arguments: &[&str], home: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(KASSAY);
    command.args(arguments).env_clear();
    for name in ["PATH", "LLVM_PROFILE_FILE"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    let place = |name: &str| home.join(name);
    command.env("HOME", home).env("KASSAY_DATA_DIR", place("data")).env("KASSAY_CONFIG_DIR", place("config"));
    command.env("KASSAY_USER", "A. Assessor").env("TZ", "UTC").envs(variables.iter().copied()).current_dir(home);
    command
}

/// Another verb of the program; its exit code, and all that it says.
pub fn kassay(arguments: &[&str], home: &Path) -> (i32, String) {
    run(arguments, home, &[], "")
}

/// The program as it is started, with all that it reads.
pub fn run(arguments: &[&str], home: &Path, variables: &[(&str, &str)], input: &str) -> (i32, String) {
    fed(command(arguments, home, variables), input.as_bytes())
}

/// The walk in plain text, with all that is typed.
pub fn whole(arguments: &[&str], home: &Path, variables: &[(&str, &str)], script: &str) -> (i32, String) {
    whole_bytes(arguments, home, variables, script.as_bytes())
}

/// The same, where what is typed need not be text.
pub fn whole_bytes(arguments: &[&str], home: &Path, variables: &[(&str, &str)], script: &[u8]) -> (i32, String) {
    let mut command = command(arguments, home, variables);
    if variables.is_empty() {
        command.arg("--plain");
    }
    let (code, all) = fed(command, script);
    harmless(&all);
    (code, all)
}

fn fed(mut command: Command, input: &[u8]) -> (i32, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    let typing = std::thread::spawn(move || {
        // A program that needs no more input may be gone.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    typing.join().unwrap();
    let all = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), all)
}

/// Holds that nothing steers a terminal, and nothing is drawn.
fn harmless(text: &str) {
    for line in text.lines() {
        let bad =
            line.chars().find(|c| c.is_control() || matches!(c, '\u{2500}'..='\u{259f}' | '\u{202a}'..='\u{202e}' | '✓' | '✗' | '⇥' | '↵'));
        assert!(bad.is_none(), "{bad:?} in {line:?}");
        assert!(!line.contains("  "), "a column in {line:?}");
    }
}

/// Whether a line asks for one.
fn asks(line: &str) -> bool {
    let ends = [
        "type a command, or ? for what can be done.",
        "(empty leaves it empty):",
        "keeps what is chosen.",
        "leaves it open.",
        "an empty line leaves it empty:",
        "keeps it as it is:",
        ".back leaves.",
    ];
    ends.iter().any(|end| line.ends_with(end))
        || (line.contains("(empty keeps: ") && line.ends_with("):"))
        || line.starts_with("Filter: type words")
}

/// A walk with somebody who types line by line.
pub struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    all: String,
}

impl Talk {
    /// Starts it.
    pub fn start(arguments: &[&str], home: &Path, variables: &[(&str, &str)]) -> Self {
        let mut child =
            command(arguments, home, variables).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if tell.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { child, stdin, lines, all: String::new() }
    }

    /// What is said up to the next question.
    pub fn reply(&mut self) -> String {
        let mut told = String::new();
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => {
                    harmless(&line);
                    told.push_str(&line);
                    told.push('\n');
                    if asks(&line) {
                        self.all.push_str(&told);
                        return told;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no question comes after:\n{}{told}", self.all),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended after:\n{}{told}", self.all),
            }
        }
    }

    fn type_line(&mut self, line: &str) {
        self.all.push_str(&format!("> {line}\n"));
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Types a line; what is said to it.
    pub fn say(&mut self, line: &str) -> String {
        self.type_line(line);
        self.reply()
    }

    /// Types a line of a text, to which nothing is said; what was said before.
    pub fn type_on(&mut self, line: &str, told: &str) -> String {
        self.type_line(line);
        told.to_owned()
    }

    /// Sends a signal, and waits for words in a line.
    pub fn signal(&mut self, name: &str, words: &str) {
        assert!(Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap().success());
        loop {
            let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|error| panic!("{words}: {error} after:\n{}", self.all));
            harmless(&line);
            self.all.push_str(&format!("{line}\n"));
            if line.contains(words) {
                return;
            }
        }
    }

    /// The exit code, once it has ended by itself, and all that was said.
    pub fn end(mut self) -> (i32, String) {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, self.all)
    }

    /// Fills the form that was just opened, field by field, until it is saved; what is said then.
    pub fn fill(&mut self, opened: String, filling: &dyn Fn(&str, &str) -> Vec<String>) -> String {
        let mut told = opened;
        for _ in 0..40 {
            let last = told.lines().last().unwrap_or_default();
            if last.ends_with("for what can be done.") {
                return told;
            }
            let question = told.lines().rev().find(|line| line.starts_with("Field ") && line.contains(" of ")).unwrap_or(last).to_owned();
            let label = question.split_once(", ").map_or(question.as_str(), |(_, rest)| rest);
            let label = label.split([' ', ':', '(']).next().unwrap_or_default();
            // A file that is there already is named by an empty line.
            let named = told.contains("names it here");
            let lines = if named { vec![String::new()] } else { filling(label, &told[told.rfind("Field ").unwrap_or(0)..]) };
            for line in &lines {
                self.type_line(line);
            }
            told = self.reply();
        }
        panic!("the form does not end:\n{}", self.all);
    }

    /// Types the last line; the exit code, and all that was said.
    pub fn leave(mut self, line: &str) -> (i32, String) {
        self.type_line(line);
        drop(self.stdin.take());
        while let Ok(line) = self.lines.recv_timeout(LIMIT) {
            harmless(&line);
            self.all.push_str(&line);
            self.all.push('\n');
        }
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, self.all + &said)
    }
}
