//! The engines themselves, as programs that answer lines of JSON; `build.sh` alone knows how they are made. Where they are not built, a test says so and is
//! skipped; under `KASSAY_REQUIRE_ENGINES=1` it fails instead.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// An engine that runs and answers.
pub struct Engine {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Engine {
    /// Starts one by its name; none where it is not built.
    pub fn start(name: &str) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/engines/build.sh");
        let built = Command::new(&script).args(["--if-present", name]).output().unwrap();
        if !built.status.success() {
            let why = String::from_utf8_lossy(&built.stderr).trim().to_owned();
            assert!(std::env::var_os("KASSAY_REQUIRE_ENGINES").is_none_or(|v| v != "1"), "the engines are required: {why}");
            eprintln!("skipped: {why}");
            return None;
        }
        let folder = String::from_utf8(built.stdout).unwrap();
        let program = Path::new(folder.lines().last().unwrap()).join(name);
        let words = if std::env::var_os("KASSAY_ENGINES_WORDS").is_some() { Stdio::inherit() } else { Stdio::null() };
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(words).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { child, input, output })
    }

    /// Its answer to a question.
    pub fn ask(&mut self, question: &Value) -> Value {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{question}").unwrap();
        input.flush().unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the engine ended at {question}");
        serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.input = None;
        self.child.wait().ok();
    }
}
