//! Holds the floors of the house: imports point down, and neighbours on the upper floor of the application don't meet.
//! It reads the `crate::` and `kassay_core::` paths of every source file; the core's manifest guards what it may use from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Rooms of the core, from the ground up. Rooms of one floor may not import each other.
const CORE: &[(&str, usize)] = &[
    ("model", 0),
    ("sensitive", 1),
    ("guidance", 2),
    ("kinds", 2),
    ("analysis", 3),
    ("judging", 4),
    ("checks", 5),
    ("assess", 6),
    ("workbook", 7),
    ("session", 8),
    ("report", 8),
];

/// Rooms of the application. `app` and `cli` carry things between the rooms below, which don't know each other.
const APPLICATION: &[(&str, usize)] = &[("config", 0), ("collect", 1), ("store", 1), ("export", 1), ("tui", 1), ("app", 2), ("cli", 3)];

/// Crates that the core must do without: no network, terminal, file system, runtime.
const NOT_IN_THE_CORE: &[&str] =
    &["kube", "tokio", "ratatui", "crossterm", "clap", "hyper", "reqwest", "tempfile", "directories", "open", "rand"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file without its unit tests and comments: tests may reach anywhere.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// First segments behind `prefix::`, groups in braces included.
fn imports(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let name = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut start) = (0_i32, 0);
            for (i, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => {
                        found.insert(name(&group[start..i]));
                        break;
                    }
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(name(&group[start..i]));
                        start = i + 1;
                    }
                    _ => {}
                }
            }
        } else {
            found.insert(name(rest));
        }
    }
    found.remove("");
    found
}

fn room(path: &Path, base: &Path) -> String {
    let first = path.strip_prefix(base).unwrap().components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn climbs(base: &Path, floors: &[(&str, usize)], prefix: &str, skip: &[&str]) -> Vec<String> {
    let floor = |name: &str| floors.iter().find(|(room, _)| *room == name).map(|(_, floor)| *floor);
    let mut problems = Vec::new();
    for path in sources(base) {
        let from = room(&path, base);
        if skip.contains(&from.as_str()) {
            continue;
        }
        let Some(height) = floor(&from) else {
            problems.push(format!("{}: the room {from} has no floor", path.display()));
            continue;
        };
        for to in imports(&code(&path), prefix).into_iter().filter(|to| *to != from) {
            match floor(&to) {
                Some(target) if target < height => {}
                Some(_) => problems.push(format!("{}: {from} imports {to}, which is not below it", path.display())),
                None => {}
            }
        }
    }
    problems
}

#[test]
fn imports_of_the_core_point_down() {
    let problems = climbs(&root().join("src/core"), CORE, "crate::", &["lib"]);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn imports_of_the_application_point_down_and_neighbours_do_not_meet() {
    let problems = climbs(&root().join("src"), APPLICATION, "crate::", &["core", "lib", "main"]);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_manifest_of_the_core_keeps_it_pure() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("src/core/Cargo.toml")).unwrap().parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    let impure: Vec<&&str> = NOT_IN_THE_CORE.iter().filter(|name| dependencies.contains_key(**name)).collect();
    assert!(impure.is_empty(), "{impure:?}");
    for path in sources(&root().join("src/core")) {
        let code = code(&path);
        for clock_or_file in [
            "Timestamp::now(",
            "Zoned::now(",
            "SystemTime",
            "Instant::now",
            "std::fs",
            // Addresses are nouns; what opens a connection is not wanted.
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "ToSocketAddrs",
            "std::env::",
            "std::process",
            "println!",
            "eprintln!",
        ] {
            assert!(!code.contains(clock_or_file), "{} uses {clock_or_file}", path.display());
        }
    }
}

#[test]
fn every_file_opens_with_what_lives_there() {
    let bare: Vec<String> = sources(&root().join("src"))
        .into_iter()
        .filter(|p| !std::fs::read_to_string(p).unwrap().starts_with("//!"))
        .map(|p| p.display().to_string())
        .collect();
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[test]
fn the_import_reader_sees_groups() {
    let seen = imports("use crate::{model::{Kind, Scope}, kinds, judging::View};\nlet x = crate::assess::run();", "crate::");
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["assess", "judging", "kinds", "model"]);
}
