//! Programs of others that read what is exported. Where one can't be had, the test says so and is skipped.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs a program; none where it is not installed.
pub fn run(command: &mut Command) -> Option<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: {name} is not installed");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Runs a script with a Python that has a library, where one is to be had: the one beside `bagit.py`, which `.ci/run` installs. What it printed; it must succeed
/// without a warning.
pub fn python(library: &str, script: &str, args: &[&Path]) -> Option<String> {
    let beside = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut all: Vec<PathBuf> = beside.filter(|folder| folder.join("bagit.py").exists()).map(|folder| folder.join("python3")).collect();
    all.push("python3".into());
    let has =
        |python: &&PathBuf| Command::new(python).args(["-c", &format!("import {library}")]).output().is_ok_and(|o| o.status.success());
    let Some(python) = all.iter().find(has) else {
        eprintln!("skipped: no Python has {library}");
        return None;
    };
    let output = run(Command::new(python).args(["-W", "error", "-c", script]).args(args))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}
