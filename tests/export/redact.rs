//! An assessment is shared with pseudonyms in the place of names: no byte of any format tells a name, what is not a name is told as before, and the same
//! name has the same pseudonym again.

use super::files;
use super::packing::{asked, said};
use crate::assessment::now;
use crate::names::{MARKERS, ORDINARY, make, snapshots};
use aho_corasick::AhoCorasick;
use kassay::export::{self, Form, Looking, Maker, Material, RedactFiles, Wish, look, verify};
use kassay_core::model::ExportFormat;
use kassay_core::workbook::Together;
use kassay_core::workbook::scoped::Confirmation;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

const ON: &dyn Fn(export::Step) -> ControlFlow<()> = &|_| ControlFlow::Continue(());

fn plain(dir: &Path) -> Material {
    Material::load(dir, now()).unwrap().with_registers(snapshots)
}

fn redacted(dir: &Path, keys: &Path) -> Material {
    let files = RedactFiles::of(keys, None, None).unwrap();
    let (material, map) = plain(dir).redacted(files.key().unwrap(), snapshots).unwrap();
    files.put(map).unwrap();
    material
}

/// Every file that an export makes, by format and name. What is packed is unpacked.
fn everything(material: &Material, root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for format in ExportFormat::ALL {
        let id = format.about().id;
        match export::maker(format) {
            Maker::Bag(form) => drop(export::bag(material, &root.join(format!("shared{}", format.ending())), form, ON).unwrap()),
            Maker::Single(single) => {
                let mut bytes = vec![];
                match single.write(material, &Wish::default(), &mut bytes) {
                    // What vouches for files by their digests is not made without names.
                    Err(error) => assert!(id == "in-toto" && material.redacted.is_some(), "{id}: {error}"),
                    Ok(()) => drop(all.insert(id.to_owned(), bytes)),
                }
            }
        }
    }
    all.extend(files(&root.join("shared")).into_iter().map(|(name, bytes)| (format!("bag/{name}"), bytes)));
    all.insert("bag-zip".to_owned(), fs::read(root.join("shared.zip")).unwrap());
    fs::remove_dir_all(root.join("shared")).unwrap();
    fs::remove_file(root.join("shared.zip")).unwrap();
    for name in ["xlsx", "docx", "bag-zip"] {
        let mut zip = zip::ZipArchive::new(Cursor::new(all[name].clone())).unwrap();
        for nth in 0..zip.len() {
            let mut file = zip.by_index(nth).unwrap();
            let own = file.name().unwrap().into_owned();
            let mut bytes = own.as_bytes().to_vec();
            file.read_to_end(&mut bytes).unwrap();
            all.insert(format!("{name}/{own}"), bytes);
        }
    }
    let pdf = root.join("shared.pdf");
    fs::write(&pdf, &all["pdf"]).unwrap();
    let (words, streams) = (root.join("shared.txt"), root.join("streams.pdf"));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    for (program, arguments, made) in [
        ("pdftotext", vec![path(&pdf), path(&words)], &words),
        ("qpdf", vec!["--qdf".to_owned(), "--object-streams=disable".to_owned(), path(&pdf), path(&streams)], &streams),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if let Some(output) = asked(program, &arguments, root) {
            assert!(output.status.code() != Some(2), "{program}: {}", said(&output));
            all.insert(format!("pdf/{program}"), fs::read(made).unwrap());
        }
    }
    all
}

/// Forms in which a name may stand: as it is, with its bytes apart, in base64 wherever it begins, in hexadecimal, as numbers of a page.
fn disguises(name: &str) -> Vec<Vec<u8>> {
    let name = name.to_lowercase();
    let mut all = vec![name.as_bytes().to_vec(), data_encoding::HEXLOWER.encode(name.as_bytes()).into_bytes()];
    all.push(name.encode_utf16().flat_map(u16::to_be_bytes).collect());
    all.push(name.encode_utf16().flat_map(u16::to_le_bytes).collect());
    all.push(name.bytes().flat_map(|b| format!("%{b:02x}").into_bytes()).collect());
    all.push(name.bytes().flat_map(|b| format!("&#{b};").into_bytes()).collect());
    // What stands before and behind it decides how its ends look, so its inner part is looked for. A short one may be there by chance.
    for before in ["", "x", "xx"] {
        let text = data_encoding::BASE64.encode(format!("{before}{name}").as_bytes());
        let part = &text[if before.is_empty() { 0 } else { 4 }..(before.len() + name.len()) / 3 * 4];
        if part.len() > 7 {
            all.push(part.to_ascii_lowercase().into_bytes());
        }
    }
    all
}

/// Looks for names in bytes, in any case and disguise.
struct Search {
    names: Vec<String>,
    found: AhoCorasick,
}

impl Search {
    fn new(names: &[&str]) -> Self {
        let all: Vec<(String, Vec<u8>)> =
            names.iter().flat_map(|name| disguises(name).into_iter().map(|part| ((*name).to_owned(), part))).collect();
        let found = AhoCorasick::builder().ascii_case_insensitive(true).build(all.iter().map(|(_, part)| part)).unwrap();
        Self { names: all.into_iter().map(|(name, _)| name).collect(), found }
    }

    fn names_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        self.found.find_overlapping_iter(bytes).map(|hit| self.names[hit.pattern().as_usize()].as_str()).collect()
    }
}

fn told(files: &BTreeMap<String, Vec<u8>>, names: &[&str]) -> BTreeSet<String> {
    let search = Search::new(names);
    let mut told = BTreeSet::new();
    for (file, bytes) in files {
        told.extend(search.names_in(file.as_bytes()).into_iter().map(|name| format!("the file name {file} tells {name}")));
        // A compressed file is looked at unpacked.
        if !["pdf", "xlsx", "docx", "bag-zip"].contains(&file.as_str()) {
            told.extend(search.names_in(bytes).into_iter().map(|name| format!("{file} tells {name}")));
        }
    }
    told
}

#[test]
fn no_byte_of_any_format_tells_a_name() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    // As it is, the assessment tells each: what is not there could not be missed.
    let open = everything(&plain(&dir), root.path());
    let mut all: Vec<u8> = open.values().flatten().copied().collect();
    // Some stand only in what was read, from which they could come into a finding of another cluster.
    all.extend(serde_json::to_vec(&snapshots(&[]).unwrap()).unwrap());
    let search = Search::new(MARKERS);
    let met = search.names_in(&all);
    let unmet: Vec<&&str> = MARKERS.iter().filter(|name| !met.contains(**name)).collect();
    assert!(unmet.is_empty(), "the assessment itself does not tell {unmet:?}");
    let shared = everything(&redacted(&dir, root.path()), root.path());
    let leaks = told(&shared, MARKERS);
    assert!(leaks.is_empty(), "{leaks:#?}");
    let text: String = shared.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    for digest in plain(&dir).workbook.evidence.iter().map(|e| e.sha256.clone()).filter(|digest| !digest.is_empty()) {
        assert!(!text.contains(&digest), "a digest of evidence is told");
    }
    // What everybody has is told, and each format says what was done.
    for word in ["kube-system", "cluster-admin", "system:masters", "registry.k8s.io/kube-apiserver", "the words around stay"] {
        assert!(text.contains(word), "{word} is gone");
    }
    for file in ["html", "markdown", "oscal", "gemara", "bag/README.txt", "bag/data/index.html", "docx/word/document.xml"] {
        assert!(String::from_utf8_lossy(&shared[file]).contains("replaced by pseudonyms"), "{file}");
    }
}

#[test]
fn the_same_name_has_the_same_pseudonym_again() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let csv = |material: &Material| export::csv(&export::findings(material));
    let (one, two) = (redacted(&dir, root.path()), redacted(&dir, root.path()));
    assert_eq!(csv(&one), csv(&two));
    let other = tempfile::tempdir().unwrap();
    assert_ne!(csv(&one), csv(&redacted(&dir, other.path())));
    // Of an assessment that knows one name less all others are called as before.
    let mut less = plain(&dir);
    less.workbook.evidence.clear();
    less.together = Together::of(less.guidance, &less.workbook, less.today());
    let key = RedactFiles::of(root.path(), None, None).unwrap().key().unwrap();
    let (less, _) = less.redacted(key, snapshots).unwrap();
    assert_eq!(csv(&one), csv(&less));
    // The map leads back, and nobody else reads it.
    let map = fs::read_to_string(root.path().join("redact.map.json")).unwrap();
    let map: serde_json::Value = serde_json::from_str(&map).unwrap();
    let entity = &one.workbook.engagement.entity;
    assert_eq!(map["pseudonyms"][entity], plain(&dir).workbook.engagement.entity.as_str());
    assert!(one.assessments[0].1.namespaces.iter().all(|n| map["pseudonyms"].get(&n.name).is_some() || n.name == "kube-system"));
}

/// What a table says beside names: choices, numbers, days, whether something is.
fn facts(table: &export::Table<'_>) -> Vec<String> {
    let kept = |kind: &export::ColumnKind| !matches!(kind, export::ColumnKind::Text | export::ColumnKind::Digest);
    let columns: Vec<usize> = (0..table.columns.len()).filter(|at| kept(&table.columns[*at].kind)).collect();
    let mut rows: Vec<String> =
        table.rows.iter().map(|row| columns.iter().map(|at| row[*at].to_string()).collect::<Vec<_>>().join("|")).collect();
    rows.sort();
    rows
}

#[test]
fn what_is_no_name_is_told_as_before() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let (open, shared) = (plain(&dir), redacted(&dir, root.path()));
    let tables = |material: &Material| {
        let mut all: Vec<(&'static str, Vec<String>)> = export::tables(material).iter().map(|t| (t.name, facts(t))).collect();
        all.extend(export::section_six(material).iter().map(|t| (t.name, facts(t))));
        all.extend(
            [
                export::access(material),
                export::flows(material),
                export::trial(material),
                export::outcomes(material),
                export::assessed(material),
            ]
            .iter()
            .map(|t| (t.name, facts(t))),
        );
        all
    };
    let (before, after) = (tables(&open), tables(&shared));
    assert_eq!(before.len(), after.len());
    for ((name, one), (_, two)) in before.iter().zip(&after) {
        assert_eq!(one, two, "{name}");
    }
    let signed = |material: &Material| {
        material
            .assessments
            .iter()
            .flat_map(|(_, a)| &a.outcomes)
            .map(|o| (o.check.clone(), o.outcome, o.population, o.findings.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(signed(&open), signed(&shared));
    assert!(shared.is_sealed() && open.is_sealed());
    let wrong = |material: &Material| material.workbook.exceptions.iter().map(|e| material.exception_faults(e).len()).collect::<Vec<_>>();
    assert_eq!(wrong(&open), wrong(&shared));
    let appeared = |material: &Material| material.appeared().iter().map(|a| (a.whole, a.namespaces.len())).collect::<Vec<_>>();
    assert_eq!(appeared(&open), appeared(&shared));
    for material in [&open, &shared] {
        assert!(matches!(material.workbook.confirmation(), Confirmation::Holds(_)));
    }
}

#[test]
fn a_redacted_bag_is_verified_as_what_it_is() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let material = redacted(&dir, root.path());
    let bag = root.path().join("shared");
    export::bag(&material, &bag, Form::Folder, ON).unwrap();
    let looking = Looking { snapshots: Some(snapshots), ..Looking::default() };
    let verified = look(&bag, &looking).unwrap();
    assert_eq!(verified.faults, [""; 0]);
    assert!(verified.redacted && verified.remarks.iter().any(|r| r.contains("the workbook is not in it")), "{verified:?}");
    let names: Vec<String> = files(&bag).into_keys().filter(|name| name.starts_with("data/")).collect();
    assert!(
        !names.iter().any(|n| n.contains("workbook") || n.contains("journal") || n.contains("evidence/") || n.contains("snapshots/")),
        "{names:?}"
    );
    let left = fs::read_to_string(bag.join("data/left-out.csv")).unwrap();
    assert!(left.contains("workbook.toml") && left.contains("snapshot,cluster-") && left.contains("evidence,E-0001,document,"), "{left}");
    let info = fs::read_to_string(bag.join("bag-info.txt")).unwrap();
    assert!(info.contains("Kassay-Redacted: names\n"), "{info}");
    // One that holds what it says it does not is no such bag.
    fs::copy(dir.join("workbook.toml"), bag.join("data/workbook.toml")).unwrap();
    assert!(verify(&bag).unwrap().faults.iter().any(|f| f.contains("says it is redacted")));
}

#[test]
fn names_that_are_ordinary_words_are_replaced_where_they_are_names() {
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let mut open = plain(&dir);
    open.workbook.engagement.entity = "Pass".into();
    let key = RedactFiles::of(root.path(), None, None).unwrap().key().unwrap();
    let (shared, _) = open.redacted(key, snapshots).unwrap();
    let csv = export::csv(&export::findings(&shared));
    for name in ORDINARY {
        let named = [format!(",{name},"), format!(" {name}/"), format!("“{name}”"), format!("={name}]")];
        assert!(!named.iter().any(|n| csv.contains(n.as_str())), "{name}");
    }
    let rationale = &shared.workbook.determinations[0].rationale;
    assert!(
        rationale.contains("Checks pass where user-data is stored. The worker of this sentence") && !rationale.contains("Pass "),
        "{rationale}"
    );
    // Outcomes and sentences of the program are not torn.
    let html = export::report_html(&shared).unwrap();
    assert!(html.contains(">pass<") && html.contains("API server"));
}

#[test]
fn the_command_line_keeps_key_and_map_to_whoever_exports() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name).to_string_lossy().into_owned();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_kassay")).args(arguments).env("HOME", root.path()).output().unwrap();
        (output.status.code(), said(&output))
    };
    assert_eq!(run(&["collect", "--demo", "-f", &path("demo.kassay.gz")]).0, Some(0));
    let (code, words) = run(&["assess", "--from", &path("demo.kassay.gz"), "--workbook", &path("book"), "--fail-on", "never", "--quiet"]);
    assert!(matches!(code, Some(0 | 3)), "{words}");
    let export = |more: &[&str]| {
        let now = ["export", "--workbook", &path("book"), "--now", "2026-11-30T12:00:00Z"];
        run(&[&now[..], more].concat())
    };
    let (code, words) = export(&["--redact", "names", "--format", "json", "-f", &path("shared.json")]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("keep both to yourself"), "{words}");
    assert_eq!(export(&["--format", "json", "-f", &path("open.json")]).0, Some(0));
    let read = |name: &str| -> serde_json::Value { serde_json::from_slice(&fs::read(root.path().join(name)).unwrap()).unwrap() };
    let (open, shared) = (read("open.json"), read("shared.json"));
    let said = |value: &serde_json::Value| {
        let outcomes = value["outcomes"].as_array().unwrap();
        outcomes
            .iter()
            .map(|o| (o["check"].to_string(), o["outcome"].to_string(), o["counts"].to_string(), o["findings"].as_array().unwrap().len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&open), said(&shared));
    assert_eq!(
        (open["proposals"].to_string(), open["redactions"].to_string()),
        (shared["proposals"].to_string(), shared["redactions"].to_string())
    );
    // No namespace of the demo is told but those that every cluster has.
    let namespaces = |value: &serde_json::Value| -> BTreeSet<String> {
        let findings = value["outcomes"].as_array().unwrap().iter().flat_map(|o| o["findings"].as_array().unwrap());
        let of_findings = findings.filter_map(|f| f["object"]["namespace"].as_str());
        let listed = value["namespaces"].as_array().unwrap().iter().filter_map(|row| row["name"].as_str());
        of_findings.chain(listed).map(str::to_owned).collect()
    };
    let (before, after) = (namespaces(&open), namespaces(&shared));
    assert_eq!(before.len(), after.len());
    let common = ["default", "kube-system", "kube-public", "kube-node-lease"];
    assert!(before.intersection(&after).all(|name| common.contains(&name.as_str())), "{after:?}");
    for target in [&path("shared"), &path("book")] {
        let (code, words) = export(&["--redact", "names", "--redact-key", &format!("{target}/key"), "-f", target]);
        assert!(code == Some(2) && words.contains("would lie in what is exported"), "{words}");
    }
    let (code, words) = export(&["--redact-key", &path("k")]);
    assert!(code == Some(2) && words.contains("--redact"), "{words}");
}
