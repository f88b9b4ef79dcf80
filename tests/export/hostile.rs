//! Bundles that somebody made to mislead: each is refused with a word, and nothing of it is written anywhere.

use super::{bag, files};
use kassay::export::{Form, VerifyError, verify};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip of files.
fn zip(path: &Path, entries: &[(&str, &[u8])], method: CompressionMethod) -> PathBuf {
    let mut zip = ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path.to_owned()
}

/// A small bag, in `bag/`.
const SMALL: &[(&str, &[u8])] = &[
    ("bag/bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
    ("bag/data/a", b"abc"),
    ("bag/manifest-sha256.txt", b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  data/a\n"),
];

/// What is wrong with it, whether it was looked at or refused at once.
fn wrong(path: &Path) -> String {
    match verify(path) {
        Ok(verified) => verified.faults.join("\n"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let good = bag(root.path(), "bag", Form::Folder);
    for (trick, word) in [
        ("../outside", "leads out"),
        ("/etc/outside", "leads out"),
        ("bag/../../outside", "leads out"),
        ("bag\\..\\outside", "leads out"),
        ("~/outside", "leads out"),
        ("C:/outside", "leads out"),
        ("bag/data/C:outside", "leads out"),
        ("bag//outside", "leads out"),
        ("other/outside", "outside of the bag's folder"),
        ("outside", "outside of the bag's folder"),
        ("bag/data/NUL.txt", "name of a device"),
        ("bag/data/com1", "name of a device"),
        ("bag/data/Report.html", "in case alone"),
        ("__MACOSX/bag/._a", "macOS adds it when it zips a folder"),
    ] {
        let path = root.path().join("trick.zip");
        let all = files(&good);
        let mut entries: Vec<(String, &[u8])> = all.iter().map(|(name, bytes)| (format!("bag/{name}"), bytes.as_slice())).collect();
        entries.push((trick.to_owned(), b"gotcha"));
        let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        zip(&path, &entries, CompressionMethod::Deflated);
        let wrong = wrong(&path);
        assert!(wrong.contains(word), "{trick}: {wrong}");
        assert!(!root.path().join("outside").exists() && !root.path().parent().unwrap().join("outside").exists());
    }
    fs::write(root.path().join("text"), "no zip").unwrap();
    assert!(matches!(verify(&root.path().join("text")), Err(VerifyError::Zip { .. })));
    assert!(matches!(verify(root.path()), Err(VerifyError::Unknown(_))));
    assert!(matches!(verify(&root.path().join("nowhere")), Err(VerifyError::Io { .. })));
}

#[test]
fn zips_that_two_programs_could_read_in_two_ways_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = zip(&root.path().join("a.zip"), SMALL, CompressionMethod::Stored);
    let good = fs::read(&path).unwrap();
    assert_eq!(wrong(&path), "");
    let other = fs::read(zip(&root.path().join("b.zip"), &[("bag/data/b", b"x")], CompressionMethod::Stored)).unwrap();
    let at = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).position(|part| part == mark).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        wrong(&path)
    };
    for (what, word, change) in [
        ("bytes before", "before", &(|b: &mut Vec<u8>| drop(b.splice(0..0, *b"#!/bin/sh\n"))) as &dyn Fn(&mut Vec<u8>)),
        ("bytes behind", "behind its end", &|b| b.extend(b"more")),
        ("two archives in one", "two archives in one", &|b| b.extend(&other)),
        ("two archives, the other before", "two archives in one", &|b| drop(b.splice(0..0, other.iter().copied()))),
        ("another name in the head of a file", "differ", &|b| {
            let at = at(b, b"bag/data/a");
            b[at + 9] = b'b';
        }),
        ("another length in the head of a file", "differ", &|b| b[18] ^= 1),
        ("bytes between files", "belong to none", &|b| {
            // One byte is put behind the first file, and every offset is moved with it.
            let first = at(&b[4..], b"PK\x03\x04") + 4;
            b.insert(first, b'x');
            let directory = at(b, b"PK\x01\x02");
            let mut entry = directory;
            while b[entry..].starts_with(b"PK\x01\x02") {
                let offset = u32::from_le_bytes(b[entry + 42..entry + 46].try_into().unwrap());
                b[entry + 42..entry + 46].copy_from_slice(&(if offset == 0 { 0 } else { offset + 1 }).to_le_bytes());
                entry += 46 + usize::from(b[entry + 28]);
            }
            let directory = u32::try_from(directory).unwrap();
            b[entry + 16..entry + 20].copy_from_slice(&directory.to_le_bytes());
        }),
        ("files over each other", "over each other", &|b| {
            // The second entry says that it begins where the first one does.
            let second = at(b, b"PK\x01\x02");
            let second = second + 46 + usize::from(b[second + 28]);
            b[second + 42..second + 46].copy_from_slice(&[0; 4]);
        }),
        ("a directory that counts less", "not where it says", &|b| {
            let end = at(b, b"PK\x05\x06");
            b[end + 12] -= 1;
        }),
        ("cut off", "no zip", &|b| b.truncate(b.len() - 30)),
    ] {
        let wrong = changed(change);
        assert!(wrong.contains(word), "{what}: {wrong}");
    }
}

#[test]
fn files_that_stand_twice_are_links_or_encrypted_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = zip(&root.path().join("a.zip"), &[SMALL, &[("bag/data/b", b"x")]].concat(), CompressionMethod::Stored);
    let bytes = fs::read(&path).unwrap();
    // The name of the last file becomes that of another, in its own head and in the directory.
    let mut twice = bytes.clone();
    for at in 0..twice.len() - 10 {
        if twice[at..].starts_with(b"bag/data/b") {
            twice[at + 9] = b'a';
        }
    }
    fs::write(&path, &twice).unwrap();
    assert!(wrong(&path).contains("in the zip twice"), "{}", wrong(&path));
    let mut locked = bytes;
    for at in 0..locked.len() - 4 {
        match &locked[at..at + 4] {
            b"PK\x03\x04" => locked[at + 6] |= 1,
            b"PK\x01\x02" => locked[at + 8] |= 1,
            _ => {}
        }
    }
    fs::write(&path, &locked).unwrap();
    assert!(wrong(&path).contains("encrypted within the zip"), "{}", wrong(&path));
    let mut zip = ZipWriter::new(fs::File::create(&path).unwrap());
    for (name, bytes) in SMALL {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.add_symlink("bag/data/link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    assert!(wrong(&path).contains("is a link"), "{}", wrong(&path));
}

#[test]
fn bombs_are_not_unpacked_and_lies_about_length_are_found() {
    let root = tempfile::tempdir().unwrap();
    let zeros = vec![0; 65 << 20];
    let bomb: &[(&str, &[u8])] = &[SMALL[0], SMALL[2], ("bag/data/a", &zeros)];
    let path = zip(&root.path().join("bomb.zip"), bomb, CompressionMethod::Deflated);
    assert!(fs::metadata(&path).unwrap().len() < 100_000);
    assert!(wrong(&path).contains("as in a zip bomb; it was not unpacked"), "{}", wrong(&path));
    // A text that would be read into memory is refused far earlier.
    let blanks = vec![b' '; 5 << 20];
    let path = zip(&root.path().join("info.zip"), &[SMALL, &[("bag/bag-info.txt", &blanks)]].concat(), CompressionMethod::Deflated);
    assert!(wrong(&path).contains("absurdly large"), "{}", wrong(&path));
    // What is said of the length in both heads is not what comes out.
    let path = zip(&root.path().join("lie.zip"), SMALL, CompressionMethod::Deflated);
    let mut bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() - 4 {
        match &bytes[at..at + 4] {
            b"PK\x03\x04" if bytes[at + 30..].starts_with(b"bag/data/a") => bytes[at + 22] = 2,
            b"PK\x01\x02" if bytes[at + 46..].starts_with(b"bag/data/a") => bytes[at + 24] = 2,
            _ => {}
        }
    }
    fs::write(&path, &bytes).unwrap();
    assert!(wrong(&path).contains("unpacks to more than the zip says"), "{}", wrong(&path));
}

#[test]
fn huge_manifests_cost_no_memory_and_end() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("bag");
    for (name, bytes) in SMALL {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(wrong(&dir), "");
    let line = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  data/a\n";
    fs::write(dir.join("manifest-sha256.txt"), line.repeat(110_000)).unwrap();
    let faults = verify(&dir).unwrap().faults;
    assert!(faults.len() < 1100 && faults.last().unwrap().ends_with("more of such faults"), "{}", faults.len());
    fs::write(dir.join("manifest-sha256.txt"), "a".repeat(1 << 20)).unwrap();
    assert!(wrong(&dir).contains("absurdly long"), "{}", wrong(&dir));
    for path in ["../a", "/a", "~/a", "C:\\a", "data/../../a"] {
        fs::write(dir.join("manifest-sha256.txt"), format!("{line}{}", line.replace("data/a", path))).unwrap();
        assert!(wrong(&dir).contains("leads out of the bag"), "{path}: {}", wrong(&dir));
    }
}

#[test]
fn zips_that_are_broken_anywhere_are_told_and_break_nothing() {
    let root = tempfile::tempdir().unwrap();
    let path = zip(&root.path().join("a.zip"), SMALL, CompressionMethod::Deflated);
    let good = fs::read(&path).unwrap();
    // Each byte is changed in two ways. Only what no reader looks at may pass: times, versions, rights, and attributes of files.
    let mut passed = 0;
    for at in 0..good.len() {
        for change in [0xff, 0x01] {
            let mut bytes = good.clone();
            bytes[at] ^= change;
            fs::write(&path, &bytes).unwrap();
            passed += usize::from(verify(&path).is_ok_and(|verified| verified.is_whole()));
        }
    }
    assert!(passed < good.len() / 2, "{passed} changes of {} bytes were not found", good.len());
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        assert!(!verify(&path).is_ok_and(|verified| verified.is_whole()), "cut after {length} bytes");
    }
}
