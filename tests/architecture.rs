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
    ("fleet", 8),
    ("session", 9),
    ("report", 9),
];

/// Rooms of the application. `app` and `cli` carry things between the rooms below, which don't know each other.
const APPLICATION: &[(&str, usize)] = &[
    ("config", 0),
    ("shell", 0),
    ("sshsig", 0),
    ("tables", 1),
    ("collect", 1),
    ("store", 1),
    ("export", 1),
    ("tui", 1),
    ("plain", 1),
    ("app", 2),
    ("cli", 3),
];

/// Rooms of the engines of admission, from the ground up. Kyverno, Gatekeeper and those that look at signatures don't know each other.
const ENGINES: &[(&str, usize)] = &[
    ("quantity", 0),
    ("re2", 0),
    ("request", 0),
    ("selector", 0),
    ("standards", 0),
    ("wildcard", 0),
    ("remembered", 1),
    ("ruling", 1),
    ("cel", 2),
    ("matching", 2),
    ("validating", 3),
    ("gatekeeper", 4),
    ("kyverno", 4),
    ("signatures", 4),
];

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
    let problems = climbs(&root().join("src"), APPLICATION, "crate::", &["core", "engines", "lib", "main"]);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn imports_of_the_engines_point_down_and_engines_do_not_meet() {
    let problems = climbs(&root().join("src/engines"), ENGINES, "crate::", &["lib"]);
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

/// Every path that begins with a word, its segments apart, groups in braces taken one by one: `super::{a, b::{c, d}}` has three.
fn paths(code: &str, word: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(word) {
        let before = code[..at].chars().next_back();
        let after = &code[at + word.len()..];
        let within = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ':'));
        // Who may see something is no import: `pub(in crate::session)`.
        if within || !after.starts_with("::") || code[..at].ends_with("pub(in ") {
            continue;
        }
        walk_path(&code[at..], &[], &mut found);
    }
    found
}

/// Reads one path, or the group at its end; what follows it.
fn walk_path<'a>(text: &'a str, before: &[String], found: &mut BTreeSet<Vec<String>>) -> &'a str {
    let mut path = before.to_vec();
    let mut rest = text.trim_start();
    loop {
        if let Some(mut group) = rest.strip_prefix('{') {
            loop {
                group = walk_path(group, &path, found).trim_start();
                match group.chars().next() {
                    Some(',') => group = group[1..].trim_start(),
                    Some('}') => return &group[1..],
                    // What stands behind a name (`as other`) is no path.
                    Some(_) => group = &group[group.find([',', '}']).unwrap_or(group.len())..],
                    None => return group,
                }
                if let Some(rest) = group.strip_prefix('}') {
                    return rest;
                }
            }
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end > 0 {
            path.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(next) if next.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '{') => rest = next,
            _ => {
                found.insert(path);
                return rest;
            }
        }
    }
}

/// The file of a module: its own, or the `mod.rs` of its folder.
fn file_of(module: &Path) -> Option<PathBuf> {
    [module.with_extension("rs"), module.join("mod.rs")].into_iter().find(|file| file.is_file())
}

/// The module that a file is: the folder for its `mod.rs`.
fn module_of(file: &Path) -> PathBuf {
    if file.ends_with("mod.rs") { file.parent().unwrap().to_owned() } else { file.with_extension("") }
}

/// The file in which a path ends: that of the deepest module it names, or that in which a name stands that a module hands on.
fn leads_to(path: &[String], from: &Path, base: &Path) -> Option<PathBuf> {
    let mut module = module_of(from);
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => (module, rest) = (base.to_owned(), &rest[1..]),
        "self" => rest = &rest[1..],
        "super" => {}
        // A path of a `mod.rs` into one of its own.
        first => file_of(&module.join(first)).map(drop)?,
    }
    while rest.first().is_some_and(|segment| segment == "super") {
        module = module.parent()?.to_owned();
        rest = &rest[1..];
    }
    for (nth, segment) in rest.iter().enumerate() {
        if file_of(&module.join(segment)).is_some() {
            module = module.join(segment);
            continue;
        }
        let file = file_of(&module)?;
        // What it hands on of others stands there.
        let handed = handed_on(&file).into_iter().find(|path| path.last() == Some(segment));
        return match handed {
            Some(handed) => leads_to(&[handed, rest[nth + 1..].to_vec()].concat(), &file, base),
            None => Some(file),
        };
    }
    file_of(&module)
}

/// Paths that a module hands on: those of its `pub use`, as far as they lead to files of the house.
fn handed_on(file: &Path) -> Vec<Vec<String>> {
    let code = code(file);
    let mut found = BTreeSet::new();
    for line in code.split(';').map(str::trim_start).filter(|line| line.starts_with("pub")) {
        if let Some((_, path)) = line.split_once(" use ").filter(|(lead, _)| *lead == "pub" || lead.ends_with(')')) {
            walk_path(path, &[], &mut found);
        }
    }
    found.into_iter().collect()
}

/// Files of folders and below, each with those of them that it imports.
fn neighbours(folders: &[PathBuf], base: &Path) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let files: BTreeSet<PathBuf> = folders.iter().flat_map(|folder| sources(folder)).collect();
    let imported = |file: &PathBuf| {
        let code = code(file);
        let mut all: BTreeSet<Vec<String>> = ["crate", "super", "self"].iter().flat_map(|word| paths(&code, word)).collect();
        if file.ends_with("mod.rs") {
            all.extend(handed_on(file));
        }
        let led = all.iter().filter_map(|path| leads_to(path, file, base));
        led.filter(|to| to != file && files.contains(to)).collect::<BTreeSet<PathBuf>>()
    };
    files.iter().map(|file| (file.clone(), imported(file))).collect()
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
fn no_ring_of_imports() {
    let (core, application) = (root().join("src/core"), root().join("src"));
    for (room, base) in [("checks", &core), ("judging", &core), ("session", &core), ("tui", &application), ("plain", &application)] {
        let graph = neighbours(&[base.join(room)], base);
        assert!(graph.values().any(|to| !to.is_empty()), "no import was read in {room}");
        assert_eq!(ring(&graph), None, "files of {room} that import each other in a ring");
    }
}

/// What collects shares its errors, options and the way to cancel in `mod.rs`, which opens the files below it too; these files make no ring.
#[test]
fn no_ring_of_imports_in_what_collects() {
    let base = root().join("src");
    let mut graph = neighbours(&[base.join("collect")], &base);
    graph.retain(|file, _| file != &base.join("collect/mod.rs"));
    let of = |name: &str| &graph[&base.join("collect").join(name)];
    assert!(of("request.rs").contains(&base.join("collect/connect.rs")), "{:?}", of("request.rs"));
    assert!(of("live.rs").contains(&base.join("collect/secrets.rs")), "{:?}", of("live.rs"));
    assert_eq!(ring(&graph), None, "files that import each other in a ring");
}

/// In most rooms a `mod.rs` holds what all in it share, and hands on what they are: it is left out there, and files beside and below it are not.
#[test]
fn no_ring_of_imports_beside_what_a_room_shares() {
    let (core, application) = (root().join("src/core"), root().join("src"));
    let rooms = |base: &Path, rooms: &[(&str, usize)]| -> Vec<PathBuf> {
        rooms.iter().map(|(name, _)| base.join(name)).filter(|room| room.is_dir()).collect()
    };
    for (base, rooms) in [(&core, rooms(&core, CORE)), (&application, rooms(&application, APPLICATION))] {
        let mut graph = neighbours(&rooms, base);
        graph.retain(|file, _| !file.ends_with("mod.rs"));
        for room in rooms {
            let mut within = graph.iter().filter(|(file, _)| file.starts_with(&room));
            assert!(within.any(|(_, to)| !to.is_empty()), "no import was read in {}", room.display());
        }
        assert_eq!(ring(&graph), None, "files that import each other in a ring");
    }
}

/// Rooms of the session, from the ground up. What is not named here is a feature: a thing that a person does. Features know what lies below them,
/// and each other as little as the rooms of one floor do.
const SESSION: &[(&str, usize)] = &[
    ("context", 0),
    ("effect", 0),
    ("parts", 0),
    ("book", 1),
    ("action", 3),
    ("state", 4),
    ("follow", 5),
    ("keepers", 5),
    ("leave", 5),
    ("press", 6),
    ("update", 7),
    ("mod", 8),
];
/// The floor of features.
const FEATURES: usize = 2;

fn features() -> BTreeSet<String> {
    let folder = root().join("src/core/session");
    let rooms = sources(&folder).into_iter().map(|path| room(&path, &folder));
    rooms.filter(|name| SESSION.iter().all(|(known, _)| known != name)).collect()
}

#[test]
fn features_of_the_session_know_parts_and_book_and_not_each_other() {
    let (base, folder) = (root().join("src/core"), root().join("src/core/session"));
    let floor = |name: &str| SESSION.iter().find(|(room, _)| *room == name).map_or(FEATURES, |(_, floor)| *floor);
    let mut problems = vec![];
    let mut crossed = 0;
    for (from, to) in neighbours(std::slice::from_ref(&folder), &base) {
        let here = room(&from, &folder);
        for there in to.iter().map(|to| room(to, &folder)).filter(|there| *there != here) {
            crossed += 1;
            if floor(&there) >= floor(&here) {
                problems.push(format!("{}: {here} imports {there}, which is not below it", from.display()));
            }
        }
        // A method of what all share would be a way around the imports.
        let code = code(&from);
        let all = ["impl Session {", "impl Desk {"];
        if floor(&here) == FEATURES && all.iter().any(|shared| code.contains(shared)) {
            problems.push(format!("{}: a feature adds to what all features share", from.display()));
        }
    }
    assert!(crossed > 0, "no import was read");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn screens_are_named_as_what_a_person_does_and_do_not_meet() {
    let (base, folder) = (root().join("src"), root().join("src/tui/screens"));
    let screens: BTreeSet<String> = sources(&folder).iter().map(|path| room(path, &folder)).filter(|name| name != "mod").collect();
    // What is a register alone is drawn by the screen of all registers.
    let keepers = code(&root().join("src/core/session/keepers.rs"));
    let kept = |name: &String| keepers.split("kept!(").skip(1).any(|row| row.trim_start().starts_with(&format!("{name},")));
    let unseen: Vec<String> = features().difference(&screens).filter(|name| !kept(name)).cloned().collect();
    assert!(unseen.is_empty(), "no screen shows {unseen:?}");
    let of_nobody: Vec<&String> = screens.iter().filter(|name| !features().contains(*name)).collect();
    assert!(of_nobody.is_empty(), "{of_nobody:?} are screens of nothing that a person does");
    for (from, to) in neighbours(std::slice::from_ref(&folder), &base) {
        let others: Vec<_> = to.iter().filter(|to| room(to, &folder) != room(&from, &folder)).collect();
        assert!(others.is_empty() || from.ends_with("mod.rs"), "{} imports {others:?}", from.display());
    }
}

#[test]
fn places_of_plain_text_are_named_as_what_a_person_does_and_do_not_meet() {
    let (base, folder) = (root().join("src"), root().join("src/plain/places"));
    let places: BTreeSet<String> = sources(&folder).iter().map(|path| room(path, &folder)).filter(|name| name != "mod").collect();
    let of_nobody: Vec<&String> = places.iter().filter(|name| !features().contains(*name)).collect();
    assert!(!places.is_empty() && of_nobody.is_empty(), "{of_nobody:?} are places of nothing that a person does");
    for (from, to) in neighbours(std::slice::from_ref(&folder), &base) {
        assert!(to.is_empty() || from.ends_with("mod.rs"), "{} imports {to:?}", from.display());
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

#[test]
fn the_reader_of_paths_follows_names_that_are_handed_on() {
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    let seen = paths("use super::{a, b::{c, d as e}};\nlet x = super::super::f(super::G::new());", "super");
    let wanted = ["super::a", "super::b::c", "super::b::d", "super::super::f", "super::G::new"];
    assert_eq!(seen, wanted.iter().map(|text| path(text)).collect());
    let base = root().join("src/core");
    let from = base.join("session/answer.rs");
    let led = |text: &str| leads_to(&path(text), &from, &base).map(|to| to.strip_prefix(&base).unwrap().to_owned());
    assert_eq!(led("crate::session::book::desk::Desk"), Some("session/book/desk.rs".into()));
    assert_eq!(led("crate::session::Action::Enter"), Some("session/action.rs".into()));
    assert_eq!(led("super::walk::update"), Some("session/walk.rs".into()));
    assert_eq!(led("super::new::Action"), Some("session/new/steps.rs".into()));
    assert_eq!(led("super::findings::Findings"), Some("session/findings/mod.rs".into()));
}
