//! Holds the floors of the house: imports point down, and neighbours on the upper floor of the application don't meet.
//! It reads the `crate::` and `kassay_core::` paths of every source file; the core's manifest guards what it may use from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use std::collections::{BTreeMap, BTreeSet};
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

/// Files of a folder and below, each with those that it imports by `super::` and `crate::`: a path leads to the file of the longest module that it
/// names, and a name that a module hands on leads to the file in which it stands. `mod.rs` lists what lies beside it and is no part of a ring.
fn neighbours(folder: &Path, base: &Path) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let files: BTreeSet<PathBuf> = sources(folder).into_iter().filter(|path| !path.ends_with("mod.rs")).collect();
    let mut graph = BTreeMap::new();
    for path in &files {
        let code = code(path);
        let mut found = BTreeSet::new();
        let parent = path.parent().unwrap();
        let above = parent.parent().unwrap();
        for (prefix, room) in [("super::super::", above), ("super::", parent)] {
            found.extend(imports(&code, prefix).into_iter().filter_map(|name| stands(room, &name)));
        }
        for room in ["judging", "checks"] {
            found.extend(imports(&code, &format!("crate::{room}::")).into_iter().filter_map(|name| stands(&base.join(room), &name)));
        }
        found.remove(path);
        graph.insert(path.clone(), found.into_iter().filter(|to| files.contains(to)).collect());
    }
    graph
}

/// The file of a module of a folder, or that from which the folder hands a name on.
fn stands(folder: &Path, name: &str) -> Option<PathBuf> {
    let file = folder.join(format!("{name}.rs"));
    if file.is_file() {
        return Some(file);
    }
    let hands_on = std::fs::read_to_string(folder.join("mod.rs")).ok()?;
    let line = hands_on.lines().find(|line| {
        line.contains("use ") && line.starts_with("pub") && line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    })?;
    let module = line.split("use ").nth(1)?.split("::").next()?;
    Some(folder.join(format!("{module}.rs"))).filter(|file| file.is_file())
}

/// A ring of imports, if there is one: the files along it.
fn ring(graph: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Option<Vec<PathBuf>> {
    let mut open = graph.clone();
    // Take away what imports nothing that is left, until nothing changes: what stays is a ring, or leads to one.
    loop {
        let free: Vec<PathBuf> =
            open.iter().filter(|(_, to)| !to.iter().any(|to| open.contains_key(to))).map(|(path, _)| path.clone()).collect();
        if free.is_empty() {
            break;
        }
        free.iter().for_each(|path| drop(open.remove(path)));
    }
    let mut along = vec![open.keys().next()?.clone()];
    loop {
        let next = open[along.last()?].iter().find(|to| open.contains_key(*to))?.clone();
        if let Some(at) = along.iter().position(|path| *path == next) {
            return Some(along.split_off(at));
        }
        along.push(next);
    }
}

#[test]
fn no_ring_of_imports_among_checks_and_judges_tools() {
    let base = root().join("src/core");
    for room in ["checks", "judging"] {
        let graph = neighbours(&base.join(room), &base);
        assert!(graph.values().any(|to| !to.is_empty()), "no import was read in {room}");
        assert_eq!(ring(&graph), None, "files that import each other in a ring");
    }
}

#[test]
fn the_finder_of_rings_finds_them() {
    let graph = |pairs: &[(&str, &str)]| {
        let mut graph: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
        for (from, to) in pairs {
            graph.entry(PathBuf::from(from)).or_default().insert(PathBuf::from(to));
            graph.entry(PathBuf::from(to)).or_default();
        }
        graph
    };
    assert_eq!(ring(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    assert_eq!(ring(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])), Some(vec![PathBuf::from("b"), PathBuf::from("c")]));
}

#[test]
fn the_import_reader_sees_groups() {
    let seen = imports("use crate::{model::{Kind, Scope}, kinds, judging::View};\nlet x = crate::assess::run();", "crate::");
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["assess", "judging", "kinds", "model"]);
}
