//! Bags of other programs, as RFC 8493 lets them be: what it calls complete and valid is accepted, and what it does not is refused with a word.

use kassay::export::{What, verify};
use std::fs;
use std::path::Path;

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// Digests of `abc`.
const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const SHA512: &str =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

fn sha256(text: &str) -> String {
    kassay_core::workbook::journal::digest(text.as_bytes())
}

/// What is wrong with a bag of these files, which all tell `abc` where they are payload.
fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let bag = root.path().join("bag");
    fs::create_dir_all(bag.join("data")).unwrap();
    for (name, text) in files {
        write(&bag, name, text.as_bytes());
    }
    let verified = verify(&bag).unwrap();
    assert_eq!(verified.what, What::Bag);
    assert!(verified.remarks.iter().any(|remark| remark.contains("no bag of Kassay")));
    verified.faults
}

fn write(bag: &Path, name: &str, bytes: &[u8]) {
    let path = bag.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_the_rfc_calls_valid_is_accepted() {
    let line = |digest: &str| format!("{digest}  data/a\n");
    let (one, two) = (line(SHA256), line(SHA512));
    let tags = format!("{}  bagit.txt\n{}  manifest-sha256.txt\n", sha256(DECLARATION), sha256(&one));
    let both = format!("{tags}{}  manifest-sha512.txt\n", sha256(&two));
    let (capitals, tabs, starred, returns) = (
        format!("{}  data/a\n", SHA256.to_uppercase()),
        format!("{SHA256}\tdata/a\n"),
        format!("{SHA256} *./data/a\n"),
        format!("{SHA256}  data/a\r{SHA256}  data/b\r\n"),
    );
    let odd = format!("{SHA256}  data/100%25%0Aof: it\\~ \n");
    let composed = format!("{SHA256}  data/caf\u{e9}\n");
    let (md5, sha1) = (line(MD5), line(SHA1));
    let info = "Source-Organization: A\n  and B\nPayload-Oxum: 3.1\n\n";
    let fetched = "https://example.invalid/a  3  data/a\n";
    let base = ("bagit.txt", DECLARATION);
    let a = ("data/a", "abc");
    let valid: &[(&str, &[(&str, &str)])] = &[
        ("the least", &[base, a, ("manifest-sha256.txt", &one)]),
        ("no payload", &[base, ("manifest-sha256.txt", "")]),
        (
            "several algorithms",
            &[
                base,
                a,
                ("manifest-sha256.txt", &one),
                ("manifest-sha512.txt", &two),
                ("manifest-md5.txt", &md5),
                ("manifest-sha1.txt", &sha1),
            ],
        ),
        (
            "tag manifests that do not list each other",
            &[
                base,
                a,
                ("manifest-sha256.txt", &one),
                ("manifest-sha512.txt", &two),
                ("tagmanifest-sha256.txt", &both),
                ("other.txt", "in no manifest"),
            ],
        ),
        ("capitals", &[base, a, ("manifest-sha256.txt", &capitals)]),
        ("tabs", &[base, a, ("manifest-sha256.txt", &tabs)]),
        ("as checksum programs write it", &[base, a, ("manifest-sha256.txt", &starred)]),
        ("other line breaks", &[base, a, ("data/b", "abc"), ("manifest-sha256.txt", &returns)]),
        ("names that are odd and lawful", &[base, ("data/100%\nof: it\\~ ", "abc"), ("manifest-sha256.txt", &odd)]),
        ("names that macOS turned around", &[base, ("data/cafe\u{301}", "abc"), ("manifest-sha256.txt", &composed)]),
        ("information", &[base, a, ("manifest-sha256.txt", &one), ("bag-info.txt", info)]),
        ("what was fetched", &[base, a, ("manifest-sha256.txt", &one), ("fetch.txt", fetched)]),
        (
            "carriage returns in the declaration",
            &[("bagit.txt", "BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\r\n"), a, ("manifest-sha256.txt", &one)],
        ),
        (
            "an older version, with files in one manifest each",
            &[
                ("bagit.txt", "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"),
                a,
                ("data/b", "abc"),
                ("manifest-sha256.txt", &one),
                ("manifest-md5.txt", &format!("{MD5}  data/b\n")),
            ],
        ),
    ];
    for (what, files) in valid {
        assert_eq!(faults(files), [""; 0], "{what}");
    }
    let deep = format!("data/{}a", "x/".repeat(40));
    assert_eq!(faults(&[base, (&deep, "abc"), ("manifest-sha256.txt", &format!("{SHA256}  {deep}\n"))]), [""; 0], "deep folders");
}

#[test]
fn names_that_are_alike_are_told() {
    let root = tempfile::tempdir().unwrap();
    let bag = root.path().join("bag");
    write(&bag, "bagit.txt", DECLARATION.as_bytes());
    write(&bag, "data/a", b"abc");
    write(&bag, "data/A", b"abc");
    write(&bag, "manifest-sha256.txt", format!("{SHA256}  data/a\n{SHA256}  data/A\n").as_bytes());
    if fs::read_dir(bag.join("data")).unwrap().count() < 2 {
        return eprintln!("skipped: case means nothing on this file system");
    }
    let verified = verify(&bag).unwrap();
    assert!(verified.is_whole() && verified.remarks.iter().any(|remark| remark.contains("data/A in case alone")), "{verified:?}");
}

#[test]
fn tag_files_are_read_in_the_encoding_that_is_declared() {
    for (encoding, of) in [
        ("ISO-8859-1", (|text| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()) as fn(&str) -> Vec<u8>),
        ("UTF-16", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ] {
        let root = tempfile::tempdir().unwrap();
        let bag = root.path().join("bag");
        write(&bag, "bagit.txt", format!("BagIt-Version: 1.0\nTag-File-Character-Encoding: {encoding}\n").as_bytes());
        write(&bag, "data/café", b"abc");
        write(&bag, "manifest-sha256.txt", &of(&format!("{SHA256}  data/café\n")));
        assert_eq!(verify(&bag).unwrap().faults, [""; 0], "{encoding}");
        write(&bag, "manifest-sha256.txt", &of(&format!("{SHA256}  data/cafe\n")));
        assert_eq!(verify(&bag).unwrap().faults.len(), 2, "{encoding}");
    }
}

#[test]
fn what_the_rfc_does_not_call_valid_is_refused_with_a_word() {
    let line = |digest: &str| format!("{digest}  data/a\n");
    let one = line(SHA256);
    let wrong = line(&sha256("another"));
    let (wrong_md5, known_md5) = (line(&"0".repeat(32)), line(MD5));
    let base = ("bagit.txt", DECLARATION);
    let (a, b) = (("data/a", "abc"), ("data/b", "abc"));
    let good = ("manifest-sha256.txt", one.as_str());
    let without = format!("{}  bagit.txt\n", sha256(DECLARATION));
    let other_tags =
        format!("{}  bagit.txt\n{}  manifest-sha256.txt\n{}  tagmanifest-md5.txt\n", sha256(DECLARATION), sha256(&one), sha256(""));
    let invalid: &[(&str, &str, &[(&str, &str)])] = &[
        ("another digest", "its SHA-256 is not the one in manifest-sha256.txt", &[base, a, ("manifest-sha256.txt", &wrong)]),
        ("one wrong among several", "its MD5 is not the one in manifest-md5.txt", &[base, a, good, ("manifest-md5.txt", &wrong_md5)]),
        ("a digest of another length", "is no SHA-256", &[base, a, ("manifest-sha256.txt", &known_md5)]),
        ("an algorithm that is not known", "can't be checked here", &[base, a, good, ("manifest-sha3256.txt", "0  data/a\n")]),
        ("no manifest", "no payload manifest", &[base, a]),
        ("a file in no manifest", "data/b: is in no manifest", &[base, a, b, good]),
        ("a stray in the payload", "macOS leaves it in a folder", &[base, a, ("data/.DS_Store", "x"), good]),
        (
            "a file in one of two manifests",
            "data/b: is not in manifest-md5.txt",
            &[base, a, b, ("manifest-sha256.txt", &format!("{one}{SHA256}  data/b\n")), ("manifest-md5.txt", &known_md5)],
        ),
        ("a file that is missing", "data/b: is missing", &[base, a, ("manifest-sha256.txt", &format!("{one}{SHA256}  data/b\n"))]),
        ("a file twice", "twice", &[base, a, ("manifest-sha256.txt", &format!("{one}{SHA256}  ./data/a\n"))]),
        (
            "a tag file among the payload",
            "names no file of the payload",
            &[base, a, ("manifest-sha256.txt", &format!("{one}{SHA256}  bagit.txt\n"))],
        ),
        ("what was not fetched", "not complete", &[base, a, good, ("fetch.txt", "https://example.invalid/b - data/b\n")]),
        ("a fetch that leads out", "no address with a length", &[base, a, good, ("fetch.txt", "https://example.invalid/b - ../b\n")]),
        ("another count", "tells a payload of 4.1", &[base, a, good, ("bag-info.txt", "Payload-Oxum: 4.1\n")]),
        ("no label", "is no label with a value", &[base, a, good, ("bag-info.txt", "nonsense\n")]),
        (
            "a changed tag file",
            "its SHA-256 is not the one in tagmanifest-sha256.txt",
            &[base, a, good, ("tagmanifest-sha256.txt", &format!("{}  bagit.txt\n{}  manifest-sha256.txt\n", sha256("x"), sha256(&one)))],
        ),
        ("a manifest that is not sealed", "does not list manifest-sha256.txt", &[base, a, good, ("tagmanifest-sha256.txt", &without)]),
        (
            "a tag manifest in another",
            "a tag manifest lists none of its kind",
            &[base, a, good, ("tagmanifest-md5.txt", ""), ("tagmanifest-sha256.txt", &other_tags)],
        ),
        ("a mark before the declaration", "in UTF-8 without a mark", &[("bagit.txt", &format!("\u{feff}{DECLARATION}")), a, good]),
        (
            "a version that is not known",
            "version 2.0",
            &[("bagit.txt", "BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n"), a, good],
        ),
        (
            "an encoding that is not known",
            "can't be read here",
            &[("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: EBCDIC\n"), a, good],
        ),
    ];
    for (what, word, files) in invalid {
        let faults = faults(files);
        assert!(faults.iter().any(|fault| fault.contains(word)), "{what}: {faults:?}");
    }
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "bagit.txt", DECLARATION.as_bytes());
    write(root.path(), "manifest-sha256.txt", b"");
    assert!(verify(root.path()).unwrap().faults.iter().any(|fault| fault.starts_with("data: is missing")));
}
