//! The same assessment and time give the same bytes, in every format that the program knows by itself, in whatever process, place and time zone.

use super::assessment::{NOW, make};
use super::files;
use std::path::Path;
use std::process::{Command, Output};

fn kassay(at: &Path, zone: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassay"));
    command.args(args).env_clear().env("HOME", at).env("USER", "tester").env("TZ", zone).current_dir(at).output().unwrap()
}

/// The values of `--format`, as the program tells them.
fn formats(at: &Path) -> Vec<String> {
    let output = kassay(at, "UTC", &["export", "--workbook", "acme", "--format", "?"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let (_, listed) = said.split_once("[possible values: ").unwrap_or_else(|| panic!("{said}"));
    let listed = listed.split(']').next().unwrap();
    listed.split(',').map(|name| name.trim().to_owned()).collect()
}

#[test]
fn every_format_is_the_same_again() {
    let root = tempfile::tempdir().unwrap();
    make(root.path());
    let formats = formats(root.path());
    assert!(formats.len() >= 12 && ["bag", "pdf", "xlsx", "oscal"].iter().all(|format| formats.iter().any(|f| f == format)), "{formats:?}");
    let homes = [("one", "UTC"), ("two/deeper", "Pacific/Kiritimati")].map(|(place, zone)| {
        let at = root.path().join(place);
        std::fs::create_dir_all(&at).unwrap();
        for format in &formats {
            let workbook = root.path().join("acme");
            let args = ["export", "--workbook", workbook.to_str().unwrap(), "--now", NOW, "--format", format, "-f", &format!("a.{format}")];
            let output = kassay(&at, zone, &args);
            assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
            // A time is that of files too, and no two exports share a second.
            if *format == formats[0] {
                std::thread::sleep(std::time::Duration::from_millis(1100));
            }
        }
        files(&at)
    });
    let [one, two] = &homes;
    assert!(one.keys().eq(two.keys()) && one.len() > formats.len());
    for (name, bytes) in one {
        assert!(!bytes.is_empty() && *bytes == two[name], "{name} is not the same again");
    }
}
