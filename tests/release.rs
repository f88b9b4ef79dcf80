//! What makes a release: crates that hold all that their code takes in, scripts, names on which archives and installers agree, the plugin of kubectl, and what
//! `release/verify` says of files that are whole, changed, or signed by somebody else. The release itself is made by hand; see docs/release.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

#[path = "release/verifying.rs"]
mod verifying;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const TARGETS: [(&str, &str); 2] = [("x86_64-unknown-linux-musl", "amd64"), ("aarch64-unknown-linux-musl", "arm64")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn manifest() -> toml::Table {
    fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap()
}

/// The files of a crate's package, as cargo would pack them.
fn packed(name: &str) -> BTreeSet<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let listed = Command::new(cargo)
        .args(["package", "--list", "--allow-dirty", "--offline", "--package", name])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", told(&listed));
    String::from_utf8(listed.stdout).unwrap().lines().map(PathBuf::from).collect()
}

/// A path without `..`; none where it leads out of where it starts.
fn straight(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !out.pop() => return None,
            Component::ParentDir => {}
            part => out.push(part),
        }
    }
    Some(out)
}

/// The paths that a file of source takes in, as it writes them.
fn taken_in(text: &str) -> Vec<&str> {
    let marks = ["include_str!(\"", "include_bytes!(\"", "include!(\""];
    marks.iter().flat_map(|mark| text.split(mark).skip(1)).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_package_holds_whatever_its_code_takes_in() {
    for (name, folder, least) in [("kassay", "", 30), ("kassay-core", "src/core", 15), ("kassay-engines", "src/engines", 1)] {
        let files = packed(name);
        let mut found = 0;
        for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
            let text = fs::read_to_string(root().join(folder).join(file)).unwrap();
            for path in taken_in(&text) {
                let inside = straight(&file.parent().unwrap().join(path));
                assert!(
                    inside.is_some_and(|inside| files.contains(&inside)),
                    "{name}: {} takes in {path}, which its package lacks",
                    file.display()
                );
                found += 1;
            }
        }
        assert!(found >= least, "{name}: {found}");
        assert!(files.contains(Path::new("LICENSE")), "{name}");
        assert!(files.iter().all(|file| folder.is_empty() || !file.starts_with("tests")), "{name}");
    }
    // The application's own package is not grown by what belongs to the other two, nor by what only tests and documents look at.
    let ours = packed("kassay");
    assert!(
        !ours
            .iter()
            .any(|file| ["src/core", "src/engines", "assets/screens", "tests/snapshots"].iter().any(|folder| file.starts_with(folder)))
    );
}

#[test]
fn the_three_crates_ask_for_each_other_in_their_own_version() {
    let manifest = manifest();
    assert_eq!(manifest["workspace"]["package"]["version"].as_str(), Some(VERSION));
    for name in ["kassay-core", "kassay-engines"] {
        assert_eq!(manifest["workspace"]["dependencies"][name]["version"].as_str(), Some(format!("={VERSION}").as_str()), "{name}");
    }
    // Debian shows it in one line, and cuts what is longer.
    let description = manifest["package"]["description"].as_str().unwrap();
    assert!(description.len() <= 80 && !description.ends_with('.'), "{description}");
    let changes = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changes.contains(&format!("\n## [{VERSION}]")), "CHANGELOG.md tells nothing of {VERSION}");
}

#[test]
fn the_scripts_are_well_formed() {
    let mut tried = 0;
    for folder in ["release", "release/krew"] {
        for path in fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let text = fs::read_to_string(&path).unwrap();
            let shell =
                text.starts_with("#!/usr/bin/env bash") || text.starts_with("#!/bin/sh") || path.extension().is_some_and(|end| end == "sh");
            if shell {
                let read = Command::new("bash").arg("-n").arg(&path).output().unwrap();
                assert!(read.status.success(), "{}: {}", path.display(), told(&read));
                tried += 1;
            }
            // What names what it is run by can be run.
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o111 != 0, text.starts_with("#!"), "{}", path.display());
            }
        }
    }
    assert!(tried >= 6, "{tried}");
}

/// What release/names.sh answers.
fn named(call: &str) -> String {
    let answer = Command::new("bash").args(["-euc", &format!(". release/names.sh; {call}")]).current_dir(root()).output().unwrap();
    assert!(answer.status.success(), "{}", told(&answer));
    String::from_utf8(answer.stdout).unwrap().trim().to_owned()
}

#[test]
fn cargo_binstall_looks_for_the_archives_that_are_made() {
    assert_eq!(named("version ."), VERSION);
    assert_eq!(named("echo $TARGETS"), TARGETS.map(|(target, _)| target).join(" "));
    let manifest = manifest();
    let rules = &manifest["package"]["metadata"]["binstall"];
    for (target, arch) in TARGETS {
        let filled = |rule: &str| {
            let values = [
                ("repo", "https://forge.example/kassay"),
                ("version", VERSION),
                ("name", "kassay"),
                ("target", target),
                ("bin", "kassay"),
                ("binary-ext", ""),
            ];
            values
                .iter()
                .fold(rules[rule].as_str().unwrap().to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
        };
        let archive = named(&format!("archive {VERSION} {target}"));
        assert_eq!(filled("pkg-url"), format!("https://forge.example/kassay/releases/download/v{VERSION}/{archive}.tar.gz"));
        assert_eq!(filled("bin-dir"), format!("{archive}/kassay"));
        assert_eq!(named(&format!("go_arch {target}")), arch);
    }
    assert_eq!(rules["pkg-fmt"].as_str(), Some("tgz"));
}

#[test]
fn a_release_is_built_with_the_profile_that_cargo_toml_tells_whatever_the_user_has_set() {
    let profile = named("echo $PROFILE");
    let settings: BTreeSet<&str> = profile.split(' ').collect();
    for (name, value) in manifest()["profile"]["release"].as_table().unwrap() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let setting = format!("{}={value}", name.to_uppercase().replace('-', "_"));
        assert!(settings.contains(setting.as_str()), "{setting}: {profile}");
    }
    // What the script takes away and puts there instead, run by itself with much that a user may have set.
    let script = fs::read_to_string(root().join("release/build")).unwrap();
    let cut = script.split_once("cargo_home=${").unwrap().1.split_once('\n').unwrap().1.split_once("remapped()").unwrap().0;
    let taken =
        ["CFLAGS", "HOST_CFLAGS", "TARGET_CC", "RUSTFLAGS", "RUSTC_WRAPPER", "CARGO_PROFILE_RELEASE_LTO", "CARGO_PROFILE_RELEASE_RPATH"];
    let said = Command::new("bash")
        .args(["-euc", &format!(". release/names.sh; {cut} env")])
        .current_dir(root())
        .envs(taken.map(|name| (name, "set-by-the-user")))
        .envs([("CARGO_BUILD_JOBS", "7"), ("CARGO_BUILD_RUSTFLAGS", "set-by-the-user")])
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", told(&said));
    let said = told(&said);
    assert!(!said.contains("set-by-the-user"), "{said}");
    for there in ["CARGO_PROFILE_RELEASE_LTO=thin", "RUSTC_WRAPPER=", "CARGO_BUILD_JOBS=7"] {
        assert!(said.lines().any(|line| line == there), "{there}: {said}");
    }
}

/// What a script of release/ that is written in Python prints; none where there is no Python.
fn scripted(script: &str, args: &[&str]) -> Option<Output> {
    let said = Command::new("python3").arg(root().join("release").join(script)).args(args).output();
    said.inspect_err(|error| eprintln!("skipped, for want of python3: {error}")).ok()
}

/// Every package of Cargo.lock.
fn locked() -> Vec<(String, String)> {
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    lock["package"].as_array().unwrap().iter().map(|package| (text(package, "name"), text(package, "version"))).collect()
}

#[test]
fn licences_are_those_of_what_is_in_the_program() {
    let Some(printed) = scripted("licences", &[TARGETS[0].0]) else { return };
    assert!(printed.status.success(), "{}", told(&printed));
    let text = String::from_utf8(printed.stdout).unwrap();
    let (list, _) = text.split_once("\n====").unwrap();
    let named: BTreeSet<&str> = list.lines().filter_map(|line| line.split_once([' ', ','])).map(|(name, _)| name).collect();
    for there in ["serde", "ring", "typst", "kube", "NotoSans", "musl"] {
        assert!(named.contains(there), "{there}: {list}");
    }
    // Macros and what these are made from, builds, tests, the other terminals.
    for absent in ["syn", "quote", "serde_derive", "cc", "proptest", "termwiz", "kassay-core"] {
        assert!(locked().iter().any(|(name, _)| name == absent) && !named.contains(absent), "{absent}: {list}");
    }
}

#[test]
fn the_bill_of_materials_names_what_is_built_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let bill = place.path().join("bill.json");
    let write = |without: &str| {
        let part = |(name, version): &(String, String)| serde_json::json!({"bom-ref": format!("{name}@{version}"), "name": name, "version": version});
        let locked = locked();
        let (ours, others): (Vec<_>, Vec<_>) =
            locked.iter().filter(|(name, _)| name != without).map(part).partition(|part| part["name"] == "kassay");
        let edges: Vec<Value> = [&ours[0]]
            .into_iter()
            .chain(&others)
            .map(|part| serde_json::json!({"ref": part["bom-ref"], "dependsOn": others.iter().map(|part| &part["bom-ref"]).collect::<Vec<_>>()}))
            .take(9)
            .collect();
        let text = serde_json::json!({"metadata": {"component": ours[0]}, "components": others, "dependencies": edges});
        fs::write(&bill, text.to_string()).unwrap();
    };
    write("");
    let Some(printed) = scripted("bill", &[TARGETS[0].0, bill.to_str().unwrap()]) else { return };
    assert!(printed.status.success(), "{}", told(&printed));
    let reduced: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let parts = reduced["components"].as_array().unwrap();
    let named: BTreeSet<&str> = parts.iter().map(|part| part["name"].as_str().unwrap()).collect();
    for there in ["serde", "serde_derive", "ring", "typst", "kassay-core"] {
        assert!(named.contains(there), "{there}");
    }
    for absent in ["cc", "proptest", "termwiz", "wezterm-color-types"] {
        assert!(locked().iter().any(|(name, _)| name == absent) && !named.contains(absent), "{absent}");
    }
    // No edge leads to what is not listed.
    let listed: Vec<&Value> = parts.iter().chain([&reduced["metadata"]["component"]]).map(|part| &part["bom-ref"]).collect();
    let edges = reduced["dependencies"].as_array().unwrap();
    assert!(edges.iter().all(|edge| listed.contains(&&edge["ref"])) && !edges.is_empty());
    assert!(edges.iter().flat_map(|edge| edge["dependsOn"].as_array().unwrap()).all(|other| listed.contains(&other)));
    // A bill that lacks what is built is none.
    write("serde_json");
    let refused = scripted("bill", &[TARGETS[0].0, bill.to_str().unwrap()]).unwrap();
    assert!(!refused.status.success() && refused.stdout.is_empty() && told(&refused).contains("'serde_json'"), "{}", told(&refused));
}

#[test]
fn krews_manifest_names_each_archive_with_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let fill = || Command::new(root().join("release/krew/fill")).arg("https://files.example/kassay/").arg(folder.path()).output().unwrap();
    assert_eq!(fill().status.code(), Some(2), "a manifest without any archive");
    for (target, _) in TARGETS {
        fs::write(folder.path().join(format!("kassay-{VERSION}-{target}.tar.gz")), target).unwrap();
    }
    let filled = fill();
    assert!(filled.status.success(), "{}", told(&filled));
    let text = String::from_utf8(filled.stdout).unwrap();
    assert!(!text.contains('@'), "{text}");
    let manifest: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(manifest["apiVersion"], "krew.googlecontainertools.github.com/v1alpha2");
    assert_eq!((&manifest["kind"], &manifest["metadata"]["name"]), (&Value::from("Plugin"), &Value::from("kassay")));
    let spec = &manifest["spec"];
    assert_eq!(spec["version"], format!("v{VERSION}"));
    // krew shows it in a table: fifty letters, and no sentence.
    let short = spec["shortDescription"].as_str().unwrap();
    assert!(short.len() <= 50 && !short.ends_with('.'), "{short}");
    let platforms = spec["platforms"].as_array().unwrap();
    assert_eq!(platforms.len(), TARGETS.len());
    for (target, arch) in TARGETS {
        let name = format!("kassay-{VERSION}-{target}");
        let platform = platforms.iter().find(|platform| platform["selector"]["matchLabels"]["arch"] == arch).unwrap();
        assert_eq!(platform["selector"]["matchLabels"]["os"], "linux");
        assert_eq!(platform["uri"], format!("https://files.example/kassay/{name}.tar.gz"));
        assert_eq!(platform["sha256"], data_encoding::HEXLOWER.encode(&Sha256::digest(target)));
        assert_eq!((&platform["files"][0]["from"], &platform["bin"]), (&Value::from(format!("{name}/*")), &Value::from("kassay")));
    }
}

#[cfg(unix)]
mod plugin {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A folder with the program under the name by which kubectl finds it, and the script that kubectl asks for completions.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        symlink(env!("CARGO_BIN_EXE_kassay"), folder.path().join("kubectl-kassay")).unwrap();
        symlink(root().join("release/kubectl_complete-kassay"), folder.path().join("kubectl_complete-kassay")).unwrap();
        folder
    }

    fn run(folder: &Path, program: &str, args: &[&str]) -> Output {
        let path = format!("{}:/usr/bin:/bin", folder.display());
        Command::new(folder.join(program))
            .args(args)
            .env_clear()
            .env("PATH", path)
            .env("HOME", folder)
            .env("COLUMNS", "100")
            .output()
            .unwrap()
    }

    #[test]
    fn kubectl_kassay_is_told_as_it_is_typed() {
        let folder = folder();
        for (args, usage) in [
            (&["--help"][..], "Usage: kubectl kassay [OPTIONS] [DIR]\n       kubectl kassay [OPTIONS] <COMMAND>\n"),
            (&["assess", "--help"], "Usage: kubectl kassay assess [OPTIONS]"),
            (&["help", "reach"], "Usage: kubectl kassay reach [OPTIONS]"),
            (&["assess", "--no-such"], "Usage: kubectl kassay assess"),
            (&["nowhere"], "`kubectl kassay --help` names the verbs; `kubectl kassay new --workbook DIR`"),
        ] {
            let said = told(&run(folder.path(), "kubectl-kassay", args));
            assert!(said.contains(usage), "{args:?}: {said}");
        }
        let version = run(folder.path(), "kubectl-kassay", &["--version"]);
        assert_eq!(String::from_utf8(version.stdout).unwrap(), format!("kassay {VERSION}\n"));
    }

    #[test]
    fn kubectl_gets_completions() {
        let folder = folder();
        for (args, answer) in [
            (&["assess", "--fail-on", "rev"][..], "review\t"),
            (&["asse"], "assess\tRuns every automated check and prints what they say\n:0\n"),
            // Neither an option of the program nor one that it does not know stops it from answering.
            (&["assess", "--quiet", "--no-such", "--vers"], ":4\n"),
            (&["--vers"], "--version\tPrint version\n:4\n"),
        ] {
            let said = run(folder.path(), "kubectl_complete-kassay", args);
            let out = String::from_utf8(said.stdout).unwrap();
            assert!(said.status.success() && out.starts_with(answer), "{args:?}: {out}");
        }
    }

    /// The kubectl of the test cluster, where it is built, or whichever is on the PATH.
    fn kubectl() -> Option<PathBuf> {
        let built = Command::new(root().join("tests/cluster/build.sh")).arg("--if-present").output().unwrap();
        let folder = String::from_utf8(built.stdout).unwrap().lines().last().map(PathBuf::from);
        let beside = std::env::split_paths(&std::env::var_os("PATH")?).collect::<Vec<_>>();
        let found = folder.into_iter().chain(beside).map(|folder| folder.join("kubectl")).find(|path| path.is_file());
        assert!(found.is_some() || std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_none_or(|v| v != "1"), "kubectl is required");
        found
    }

    #[test]
    fn kubectl_itself_finds_the_plugin_and_its_completions() {
        let Some(kubectl) = kubectl() else {
            eprintln!("there is no kubectl here, so the plugin is not tried with it");
            return;
        };
        let folder = folder();
        symlink(kubectl, folder.path().join("kubectl")).unwrap();
        let said = told(&run(folder.path(), "kubectl", &["kassay", "assess", "--help"]));
        assert!(said.contains("Usage: kubectl kassay assess [OPTIONS]"), "{said}");
        let out = run(folder.path(), "kubectl", &["__complete", "kassay", "assess", "--fail-on", "rev"]).stdout;
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("review\t") && out.contains("\n:4\n"), "{out}");
    }
}

#[test]
fn there_is_a_manual_page_for_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man");
    let written = Command::new(env!("CARGO_BIN_EXE_kassay")).args(["man", "--all"]).arg(&pages).output().unwrap();
    assert!(written.status.success() && written.stdout.is_empty(), "{}", told(&written));
    let names: BTreeSet<String> = fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let main = fs::read_to_string(pages.join("kassay.1")).unwrap();
    let mut told = BTreeSet::from(["kassay.1".to_owned()]);
    for line in main.lines().filter(|line| line.starts_with("kassay\\-") && line.ends_with("(1)")) {
        told.insert(line.replace("\\-", "-").replace("(1)", ".1"));
    }
    told.remove("kassay-help.1");
    assert!(told.len() > 15, "{told:?}");
    assert_eq!(names, told);
    for name in names {
        let page = fs::read_to_string(pages.join(&name)).unwrap();
        assert!(page.contains(&format!(".TH {}", name.trim_end_matches(".1"))) && page.contains(VERSION), "{name}");
    }
}
