//! Disks that are full, file systems for reading only, folders that nobody may look into. A small disk is a tmpfs, which takes root and the
//! right to mount; without these a limit on the size of files stands for it.

use crate::{book, create, edit, files, now};
use kassay::store::Store;
use kassay_core::workbook::{ReadOnly, folder};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of its own; it goes away with this.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None, told with its reason, where nothing may be mounted here. Where the tests must be whole, that fails.
    fn new(size: &str) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(place.path()).output();
        let why = match output {
            Ok(output) if output.status.success() => return Some(Self(place)),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
        assert!(
            !root || std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_none(),
            "a small disk can't be mounted, although this is root: {why}"
        );
        eprintln!("skipped: no small disk can be mounted here ({why}); a limit on the size of files stands for it in another test");
        None
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("acme")
    }

    fn again(&self, how: &str) {
        assert!(Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.0.path()).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).status());
    }
}

fn words(error: &kassay::store::StoreError) -> String {
    format!("{error}: {}", error.hint().unwrap_or_default())
}

/// Saves ever larger workbooks until one can't be saved; how many things the last one has that was, and why the next was not.
fn until_it_fails(store: &mut Store) -> (usize, String) {
    let text = "x".repeat(4000);
    for n in 1.. {
        if let Err(error) = store.save(&book(n, &text), &edit("more"), now()) {
            return (n - 1, words(&error));
        }
    }
    unreachable!()
}

#[test]
fn a_full_disk_is_told_loses_nothing_and_what_was_typed_can_be_saved_once_there_is_room() {
    let Some(disk) = Disk::new("512k") else { return };
    let dir = disk.path();
    let mut store = create(&dir);
    let filler = disk.0.path().join("filler");
    fs::write(&filler, vec![0; 128 << 10]).unwrap();
    let (saved, why) = until_it_fails(&mut store);
    assert!(
        why.contains("the disk is full") && why.contains("make room") && why.contains("workbook.toml:") && !why.contains(".kassay-"),
        "{why}"
    );
    let before = files(&dir);
    assert!(!before.keys().any(|name| name.contains(".next") || name.contains(".kassay-")), "{:?}", before.keys());
    assert_eq!(store.save(&book(saved + 1, &"x".repeat(4000)), &edit("again"), now()).map(drop).map_err(|e| words(&e)), Err(why.clone()));
    assert_eq!(files(&dir), before);
    // A file of evidence does not fit either.
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "evidence\n".repeat(60_000)).unwrap();
    let error = words(&store.attach(file.path()).unwrap_err());
    assert!(error.contains("the disk is full"), "{error}");
    // The disk is as full as it can be, down to the last byte of the journal.
    drop(fs::write(disk.0.path().join("rest"), vec![0; 512 << 10]));
    let error = words(&store.save(&book(1, ""), &edit("less"), now()).unwrap_err());
    assert!(error.contains("the disk is full"), "{error}");
    assert_eq!(files(&dir).get(folder::WORKBOOK), before.get(folder::WORKBOOK));
    assert_eq!(files(&dir).get(folder::JOURNAL), before.get(folder::JOURNAL));
    fs::remove_file(&filler).unwrap();
    fs::remove_file(disk.0.path().join("rest")).unwrap();
    store.save(&book(saved + 1, &"x".repeat(4000)), &edit("again"), now()).unwrap();
    drop(store);
    let opened = Store::open(&dir).unwrap();
    assert_eq!((opened.workbook.exceptions.len(), opened.notices), (saved + 1, vec![]));
    assert!(kassay::export::verify(&dir).unwrap().is_whole());
}

/// Names the folder in which a process with a limit works.
const LIMITED: &str = "KASSAY_TEST_LIMITED_IN";

/// Not a test by itself: what the process does that may write only small files.
#[test]
fn works_within_a_limit() {
    let Some(dir) = std::env::var_os(LIMITED).map(PathBuf::from) else { return };
    let mut store = create(&dir);
    let (saved, why) = until_it_fails(&mut store);
    assert!(saved > 0 && why.contains("no file may become that large here"), "{why}");
    let names: Vec<String> = files(&dir).into_keys().collect();
    assert_eq!(names, [folder::JOURNAL, folder::WORKBOOK, folder::PREVIOUS]);
    store.save(&book(saved, ""), &edit("less"), now()).unwrap();
    println!("held {saved}");
}

#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_told_and_loses_nothing() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    let command = "trap '' XFSZ; ulimit -f 128; exec \"$0\" room::works_within_a_limit --exact --nocapture --test-threads=1";
    let exe = std::env::current_exe().unwrap();
    let output = Command::new("sh").args(["-c", command]).arg(exe).env(LIMITED, &dir).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let saved: usize = told.split("held ").nth(1).and_then(|n| n.split_whitespace().next()?.parse().ok()).unwrap_or_else(|| {
        panic!("{told}\n{}", String::from_utf8_lossy(&output.stderr));
    });
    let opened = Store::open(&dir).unwrap();
    assert_eq!((opened.workbook, opened.notices), (book(saved, ""), vec![]));
}

#[test]
fn a_file_system_for_reading_only_is_told_and_read() {
    let Some(disk) = Disk::new("1m") else { return };
    let dir = disk.path();
    let mut store = create(&dir);
    store.save(&book(1, ""), &edit("one"), now()).unwrap();
    let before = files(&dir);
    drop(store);
    disk.again("ro");
    let mut opened = Store::open(&dir).unwrap();
    let Some(why @ ReadOnly::Unwritable(_)) = opened.held_by.clone() else { panic!("{:?}", opened.held_by) };
    assert!(why.to_string().contains("for reading only") && !why.to_string().contains("has it open"), "{why}");
    assert_eq!(opened.workbook, book(1, ""));
    assert!(opened.store.save(&book(2, ""), &edit("two"), now()).is_err());
    assert_eq!(files(&dir), before);
    drop(opened);
    disk.again("rw");
    let mut opened = Store::open(&dir).unwrap();
    opened.store.save(&book(2, ""), &edit("two"), now()).unwrap();
}

/// Runs the program as somebody without rights: as itself, or as nobody where this is root.
#[cfg(unix)]
fn as_nobody(place: &Path, arguments: &[&str]) -> (i32, String) {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let program = place.join("kassay");
    fs::copy(env!("CARGO_BIN_EXE_kassay"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&program);
    command.args(arguments).env_clear().env("HOME", place).env("USER", "nobody").current_dir(place);
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if root {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_look_into_or_write_in_is_told_as_that() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let dir = root.path().join("acme");
    drop(create(&dir));
    mode(root.path(), 0o755);
    for name in [folder::WORKBOOK, folder::JOURNAL, folder::LOCK] {
        mode(&dir.join(name), 0o644);
    }
    let pod = root.path().join("pod.yaml");
    fs::write(&pod, "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {containers: [{name: c, image: d}]}\n").unwrap();
    let assess = ["assess", "--from", "pod.yaml", "--workbook", "acme"];
    // Names can be had, and nothing of what they name.
    mode(&dir, 0o444);
    let (code, told) = as_nobody(root.path(), &assess);
    assert!(code == 2 && told.contains("can't be looked into") && told.contains("the right to execute"), "{told}");
    // All can be read, and nothing written.
    mode(&dir, 0o555);
    let (code, told) = as_nobody(root.path(), &assess);
    assert!(code == 2 && told.contains("can only be read here") && told.contains("the folder can't be written"), "{told}");
    assert!(!told.contains("has it open"), "{told}");
    mode(&dir, 0o755);
}

/// A lock that its file does not let write into is a lock all the same.
#[cfg(unix)]
#[test]
fn a_lock_file_for_reading_only_keeps_nobody_from_writing() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    drop(create(&dir));
    fs::set_permissions(dir.join(folder::LOCK), fs::Permissions::from_mode(0o444)).unwrap();
    let mut opened = Store::open(&dir).unwrap();
    assert_eq!(opened.held_by, None);
    opened.store.save(&book(1, ""), &edit("one"), now()).unwrap();
    assert!(matches!(Store::open(&dir).unwrap().held_by, Some(ReadOnly::Held(_))));
}

#[test]
fn a_bag_that_does_not_fit_names_the_bag_and_leaves_nothing() {
    let Some(disk) = Disk::new("64k") else { return };
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    let mut store = create(&dir);
    // Text that hardly gets smaller in a zip.
    let text: String =
        (0..40_000_u64).map(|n| char::from_u32(0x4e00 + (n.wrapping_mul(6_364_136_223_846_793_005) >> 51) as u32).unwrap()).collect();
    store.save(&book(3, &text), &edit("much"), now()).unwrap();
    drop(store);
    for (form, name) in [("bag-zip", "out.zip"), ("bag", "out")] {
        let target = disk.0.path().join(name);
        let arguments = ["export", "--workbook", dir.to_str().unwrap(), "--format", form, "--file", target.to_str().unwrap()];
        let output = Command::new(env!("CARGO_BIN_EXE_kassay")).args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains("the disk is full") && told.contains(name), "{told}");
        assert!(!told.contains(".kassay-") && !told.contains("data/"), "{told}");
        assert_eq!(fs::read_dir(disk.0.path()).unwrap().count(), 0, "nothing half done stays");
    }
}
