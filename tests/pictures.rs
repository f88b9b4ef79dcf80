//! The first minute, as the README tells it: from the first start to the first determination and a bundle that verifies. With `KASSAY_PICTURES` set to
//! a folder it makes the pictures of the README on the way:
//!
//! ```text
//! KASSAY_PICTURES=assets/screens cargo test --test pictures
//! ```

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[allow(dead_code, reason = "shared by several tests, each of which uses its part")]
#[path = "support/pty.rs"]
mod pty;
#[path = "support/svg.rs"]
mod svg;

use pty::Program;
use std::path::{Path, PathBuf};

const KASSAY: &str = env!("CARGO_BIN_EXE_kassay");
const SIZE: (u16, u16) = (120, 32);

/// Keeps the picture of what is shown, where pictures are wanted.
fn keep(program: &Program, home: &Path, name: &str, words: &str) {
    let picture = svg::picture(&program.screen(), words, home.to_str().unwrap());
    assert!(!picture.contains(home.to_str().unwrap()), "{name} names the folder it was made in");
    // Whatever is shown, the picture of it can be read.
    let mut reader = quick_xml::Reader::from_str(&picture);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    if let Some(folder) = std::env::var_os("KASSAY_PICTURES") {
        std::fs::write(PathBuf::from(folder).join(name).with_extension("svg"), picture).unwrap();
    }
}

#[test]
fn the_first_minute_goes_from_the_first_start_to_a_bundle_as_the_readme_tells() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("KASSAY_THEME", "dark"), ("KASSAY_USER", "A. Assessor"), ("KASSAY_REDUCED_MOTION", "1")];
    let mut program = Program::start(KASSAY, &[], home.path(), SIZE, &variables);
    program.until("the list", |shown| shown.contains("New assessment") && !shown.contains("Looking for"));
    keep(&program, home.path(), "home", "The home screen at the first start: n begins a new assessment, d opens the demo");
    program.keys("d").see("was read and judged");
    program.keys("F").see("filters: ");
    program.keys("/").see("Esc clear");
    program.keys("check:3.1/baseline ns:ci\r").until("a few of them", |shown| {
        // Of how many they are is what the built-in cluster has, which is not the matter here.
        shown.lines().any(|line| line.contains("check:3.1/baseline ns:ci") && line.contains(" of ") && line.contains(" findings"))
    });
    program.keys("\r").see("Observed");
    keep(&program, home.path(), "finding", "A finding with the lines of the object, why it matters and how to mend it");
    program.keys("\u{1b}").see("All findings");
    program.keys("\u{1b}").see("filters: ");
    program.keys("\u{1b}").see("0 of 49 determined");
    program.keys("\t").see("here: ");
    keep(&program, home.path(), "walk", "The walk: areas at the left, the checks of a control, and what the selected one says");
    program.keys("3").see("▸Questions");
    program.keys("a").see("Interviewed");
    program.keys("y").see("(•) y yes");
    program.keys("\tM. Muster\tplatform lead").see("platform lead");
    keep(&program, home.path(), "question", "A question with its answer, who gave it, and what satisfies it");
    program.keys("\r").see("is saved");
    program.keys("d").see("your determination");
    program.keys("f").see("(•) f not in place");
    keep(&program, home.path(), "determination", "A determination with what is proposed and what stands in the way");
    program.keys("\r").see("1 of 49 determined");
    program.keys("s").see("Area");
    keep(&program, home.path(), "summary", "The summary: each of the 16 areas with what is determined, open, failed and blocked");
    program.keys("\u{1b}").until("the walk", |shown| shown.contains("1 of 49 determined") && !shown.contains("lapsed"));
    program.keys("q");
    assert_eq!(program.end().0, 0);

    let bin = PathBuf::from(KASSAY).parent().unwrap().display().to_string();
    let steps = [
        "kassay export --workbook ~/.local/share/kassay/assessments/demo --format bag -f acmepay",
        "ls acmepay acmepay/data",
        "kassay verify acmepay",
    ];
    let script = steps.map(|step| format!("echo '$ {step}'; {step} && ")).concat();
    let command = format!("PATH={bin}:/usr/bin:/bin; {script} echo; echo '$ '; read -r _");
    let mut program = Program::start("/bin/sh", &["-c", &command], home.path(), (120, 20), &variables);
    program.until("a bundle that verifies", |shown| shown.contains("✓ whole") && shown.lines().any(|line| line.trim() == "$"));
    keep(&program, home.path(), "bundle", "A bundle: its folder, and how it is verified");
    program.keys("\r");
    program.end();
}
