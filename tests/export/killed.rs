//! A process that is killed in the middle of an export leaves what it was making; the next export to that place removes it, and nothing that a process
//! which still runs is making.

use super::assessment::{edit, make, now};
use kassay::export::verify;
use kassay::store::Store;
use kassay_core::workbook::{Evidence, EvidenceKind, Moment};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// An assessment with a piece of evidence that takes a while to be written.
fn with_much(root: &Path) {
    let dir = make(root);
    let large = root.join("large.bin");
    File::create(&large).unwrap().set_len(48 << 20).unwrap();
    let opened = Store::open(&dir).unwrap();
    let (mut book, mut store) = (opened.workbook, opened.store);
    let attached = store.attach(&large).unwrap();
    let paper = Evidence::new("E-0003".into(), EvidenceKind::Document, "large".into(), "A. Assessor".into(), Moment(now()));
    book.evidence.push(Evidence { file: attached.name, sha256: attached.sha256, size: attached.size, ..paper });
    store.save(&book, &edit("a large file"), now()).unwrap();
    fs::remove_file(large).unwrap();
}

/// An export of a format into the folder `out`, which has begun.
fn begun(root: &Path, format: &str) -> Child {
    let before = making(root);
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(["export", "--workbook", "acme", "--format", format, "-f", &format!("out/{format}")])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while making(root).iter().all(|name| before.contains(name)) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was seen");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// What is being made in the folder `out`.
fn making(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join("out")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| name.starts_with('.')).collect()
}

#[test]
fn what_a_killed_export_left_goes_and_what_a_running_one_makes_stays() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    with_much(root);
    let mut killed: Vec<Child> = ["bag", "bag-zip"].map(|format| begun(root, format)).into();
    killed.iter_mut().for_each(|child| {
        child.kill().unwrap();
        child.wait().unwrap();
    });
    let left = making(root);
    assert_eq!(left.len(), 2, "{left:?}");
    // Two at once, of which the second begins while the first is in the middle of it.
    let mut running = ["bag", "bag-zip"].map(|format| begun(root, format));
    assert!(making(root).iter().all(|name| !left.contains(name)), "{:?} of {left:?}", making(root));
    for child in &mut running {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(making(root), [""; 0]);
    for format in ["bag", "bag-zip"] {
        assert_eq!(verify(&root.join("out").join(format)).unwrap().faults, [""; 0], "{format}");
    }
}
