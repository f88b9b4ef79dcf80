//! Each form of export, made by the program from the demo and from an assessment of a real server, and opened by what its reader would use. A form that is added is
//! made here by itself, and does not compile before it has a reader.

use super::cluster::TestCluster;
use super::{markdown, tools};
use kassay::store::Store;
use kassay_core::model::{Determined, ExportFormat, Method};
use kassay_core::workbook::{Determination, Edit, Evidence, EvidenceKind, Moment};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{python, run};

/// The time by which everything here is judged.
const NOW: &str = "2026-11-30T09:00:00Z";

fn kassay(home: &Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassay"));
    command.args(args).env("KASSAY_DATA_DIR", home.join("data")).env("KASSAY_CONFIG_DIR", home.join("config")).output().unwrap()
}

#[test]
fn the_demo_is_opened_in_each_form() {
    let home = tempfile::tempdir().unwrap();
    opened(home.path(), &["--demo"]);
}

#[test]
fn a_real_server_is_opened_in_each_form() {
    let Some(cluster) = TestCluster::shared() else { return };
    cluster.apply_demo();
    let (home, kubeconfig) = (tempfile::tempdir().unwrap(), cluster.kubeconfig());
    opened(home.path(), &["--kubeconfig", kubeconfig.to_str().unwrap()]);
}

/// Assesses a source, determines some practices, and hands each form to its reader.
fn opened(home: &Path, source: &[&str]) {
    let book = home.join("acme");
    let assessed = kassay(home, &[&["assess", "-o", "json", "--now", NOW, "--workbook", book.to_str().unwrap()], source].concat());
    let assessment: Value =
        serde_json::from_slice(&assessed.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&assessed.stderr)));
    let count = |outcome: &Value| outcome["findings"].as_array().unwrap().len();
    let outcomes = assessment["outcomes"].as_array().unwrap();
    let told = Told {
        findings: outcomes.iter().map(count).sum(),
        blocked: outcomes.iter().filter(|outcome| outcome["outcome"] == "blocked").count(),
    };
    assert!(told.findings > 20, "{} findings", told.findings);
    // What is put below a pull request by a pipeline.
    let comment = kassay(home, &[&["assess", "-o", "markdown", "--now", NOW], source].concat());
    let (text, file) = (String::from_utf8(comment.stdout).unwrap(), home.join("comment.md"));
    assert!(text.len() <= 65_536 && text.contains(&format!("{} checks: ", outcomes.len())), "{} bytes", text.len());
    let of = format!("Of {} findings ", told.findings);
    assert!(text.contains(&of) || text.matches("\n| ").count() >= told.findings, "what is left out is not told");
    fs::write(&file, text).unwrap();
    markdown::harmless(&file);
    judge(home, &book);
    for format in ExportFormat::ALL {
        let file = home.join(format!("out/acme{}", format.ending()));
        let made = kassay(
            home,
            &["export", "--workbook", book.to_str().unwrap(), "--now", NOW, "--format", format.id(), "-f", file.to_str().unwrap()],
        );
        assert!(made.status.success(), "{}: {}", format.id(), String::from_utf8_lossy(&made.stderr));
        read(format, &file, &told);
    }
}

/// What every form must agree on.
struct Told {
    findings: usize,
    blocked: usize,
}

/// What an assessor adds: a piece of evidence, and a determination of each kind.
fn judge(home: &Path, book: &Path) {
    let mut opened = Store::open(book).unwrap();
    let at: jiff::Timestamp = NOW.parse().unwrap();
    let policy = home.join("policy.txt");
    fs::write(&policy, "Nobody shares an account.\n").unwrap();
    let attached = opened.store.attach(&policy).unwrap();
    let by = || "A. Assessor".to_owned();
    let paper = Evidence::new("E-0001".into(), EvidenceKind::Document, "Access policy".into(), by(), Moment(at));
    opened.workbook.evidence.push(Evidence {
        file: attached.name,
        sha256: attached.sha256,
        size: attached.size,
        practices: vec!["1.1.a".into()],
        ..paper
    });
    for (practice, finding) in [("1.1.a", Determined::InPlace), ("1.2.a", Determined::NotInPlace), ("1.3.a", Determined::NotApplicable)] {
        opened.workbook.determinations.push(Determination {
            practice: practice.into(),
            finding,
            method: Method::Defined,
            rationale: "Seen | and @asked.".into(),
            by: by(),
            at: Moment(at),
            proposed: None,
            because: vec![],
            excluded_by: String::new(),
            to_confirm: false,
            compensating: None,
            customized: None,
        });
    }
    opened.workbook.engagement.entity = "Acme Payments".into();
    opened.workbook.engagement.assessors = vec![by()];
    let edit = Edit { by: by(), what: "determinations".into(), ..Edit::default() };
    opened.store.save(&opened.workbook, &edit, at).unwrap();
}

/// Opens a form with the program of its readers, where that is to be had, and looks for what it must tell.
fn read(format: ExportFormat, file: &Path, told: &Told) {
    match format {
        ExportFormat::Bag => bag(file),
        ExportFormat::BagZip => zip(file),
        ExportFormat::Html => html(file),
        ExportFormat::Pdf => pdf(file),
        ExportFormat::Xlsx => says(
            "openpyxl",
            "import openpyxl\nbook = openpyxl.load_workbook(sys.argv[1])\nprint(book['Findings'].max_row - 1)",
            file,
            told.findings,
        ),
        ExportFormat::Docx => docx(file, told),
        ExportFormat::Csv => says(
            "csv",
            "import csv\nprint(len(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))))",
            file,
            told.findings,
        ),
        ExportFormat::EvidenceCsv => {
            says("csv", "import csv\nprint(len(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))))", file, 1)
        }
        ExportFormat::Json => json(file, told),
        ExportFormat::Sarif => sarif(file, told),
        ExportFormat::Oscal => oscal(file),
        ExportFormat::Markdown => {
            let text = fs::read_to_string(file).unwrap();
            assert!(text.len() <= 65_536 && text.contains("| 1.1.a | in place |"), "{text}");
            markdown::parsed(file);
        }
        ExportFormat::Gemara => says(
            "gemara",
            "from gemara import v1\nlog = v1.load(sys.argv[1])\nlogs = [v1.AssessmentLog.model_validate(a) for e in log.evaluations for a in e.assessment_logs]\nprint(sum(log.result.value == 'Passed' for log in logs))",
            file,
            1,
        ),
        ExportFormat::InToto => says(
            "in_toto_attestation",
            "from google.protobuf import json_format\nfrom in_toto_attestation.v1 import statement_pb2\nfrom in_toto_attestation.v1.statement import Statement\nread = json_format.Parse(open(sys.argv[1]).read(), statement_pb2.Statement())\nStatement.copy_from_pb(read).validate()\nassert list(read.predicate['properties']) == ['KASSAY_GCOT_1.1.a']\nprint(len(read.subject))",
            file,
            1,
        ),
    }
    if format == ExportFormat::InToto {
        signed(file);
    }
}

/// Signs a statement as people do, on the command line.
fn signed(file: &Path) {
    let (folder, key) = (file.parent().unwrap(), file.with_file_name("assessor.pem"));
    if well(Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out"]).arg(&key)).is_none() {
        return;
    }
    let sign = |more: &[&str]| kassay(folder, &[&["sign", file.to_str().unwrap(), "--key", key.to_str().unwrap()], more].concat());
    let named = sign(&["--as", "a.assessor@audit.example"]);
    assert!(named.status.code() == Some(2), "a statement has no signer's name: {}", String::from_utf8_lossy(&named.stdout));
    let made = sign(&[]);
    let words = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(made.status.success() && words.contains("KASSAY_GCOT_1.1.a"), "{words}");
    says(
        "securesystemslib",
        "import json\nfrom securesystemslib.dsse import Envelope\nprint(len(Envelope.from_dict(json.load(open(sys.argv[1]))).signatures))",
        &folder.join("acme.intoto.dsse.json"),
        1,
    );
}

/// Runs a script that prints one number, which must be this one.
fn says(library: &str, script: &str, file: &Path, wanted: usize) {
    let script = format!("import sys, warnings\nwarnings.simplefilter('ignore', ResourceWarning)\n{script}");
    if let Some(said) = python(library, &script, &[file]) {
        assert_eq!(said.trim(), wanted.to_string(), "{}", file.display());
    }
}

/// Runs a program that must succeed, where it is to be had.
fn well(command: &mut Command) -> Option<String> {
    let output = run(command)?;
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {words}");
    Some(words)
}

fn bag(folder: &Path) {
    well(Command::new("bagit.py").arg("--validate").arg(folder));
    well(Command::new("sh").arg("verify.sh").current_dir(folder));
    let rights = fs::read_to_string(folder.join("data/access-register.csv")).unwrap();
    assert!(rights.lines().count() > 1 && rights.starts_with("cluster,subject_kind"), "{rights}");
}

fn zip(file: &Path) {
    says(
        "zipfile",
        "import zipfile\nread = zipfile.ZipFile(sys.argv[1])\nassert read.testzip() is None\nprint(sum(name.endswith('/bagit.txt') for name in read.namelist()))",
        file,
        1,
    );
}

fn html(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains("Acme Payments") && text.contains("E-0001"));
    let Some(tools) = std::env::var_os("KASSAY_PAGE_TOOLS").map(PathBuf::from) else {
        return eprintln!("skipped: KASSAY_PAGE_TOOLS names no folder with vnu-jar");
    };
    well(Command::new("java").arg("-jar").arg(tools.join("vnu-jar/build/dist/vnu.jar")).args(["--errors-only"]).arg(file));
}

fn pdf(file: &Path) {
    well(Command::new("qpdf").arg("--check").arg(file));
    match std::env::var_os("KASSAY_VERAPDF") {
        Some(jar) => {
            for flavour in ["ua1", "2a"] {
                let mut vera = Command::new("java");
                vera.arg("-cp").arg(&jar).args(["org.verapdf.apps.GreenfieldCliWrapper", "--format", "text", "--flavour", flavour]);
                let words = well(vera.arg(file)).unwrap_or_default();
                assert!(words.contains("PASS"), "{flavour}: {words}");
            }
        }
        None => eprintln!("skipped: KASSAY_VERAPDF names no jar of veraPDF"),
    }
    if let Some(words) = run(Command::new("pdftotext").arg(file).arg("-")) {
        let words = String::from_utf8_lossy(&words.stdout).into_owned();
        assert!(words.contains("Acme Payments") && words.contains("1.1.a"), "{words}");
    }
}

fn docx(file: &Path, told: &Told) {
    let script = "import docx\nbook = docx.Document(sys.argv[1])\nassert any(p.text == 'Findings' for p in book.paragraphs)\nprint(sum(len(t.rows) - 1 for t in book.tables if t.rows[0].cells[0].text == 'Severity'))";
    // All of them where they fit, else as many of each check as of any other.
    if told.findings <= 1_000 {
        return says("docx", script, file, told.findings);
    }
    let script = format!("import sys\n{script}");
    if let Some(said) = python("docx", &script, &[file]) {
        let shown: usize = said.trim().parse().unwrap();
        assert!((500..=1_000).contains(&shown), "{shown} of {}", told.findings);
    }
}

fn parsed(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Holds a file against a schema among the fixtures.
fn valid(file: &Path, schema: &Value) -> Value {
    let validator = jsonschema::validator_for(schema).unwrap();
    let read = parsed(file);
    let errors: Vec<String> = validator.iter_errors(&read).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    read
}

fn fixture(path: &str) -> Value {
    parsed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path))
}

fn json(file: &Path, told: &Told) {
    let schema = kassay(file.parent().unwrap(), &["schema", "assessment"]);
    let read = valid(file, &serde_json::from_slice(&schema.stdout).unwrap());
    let findings: usize = read["outcomes"].as_array().unwrap().iter().map(|outcome| outcome["findings"].as_array().unwrap().len()).sum();
    assert_eq!(findings, told.findings);
}

fn sarif(file: &Path, told: &Told) {
    let read = valid(file, &fixture("sarif/sarif-2.1.0.schema.json"));
    assert_eq!(read["runs"][0]["results"].as_array().unwrap().len(), told.findings + told.blocked);
    says(
        "sarif",
        "from sarif import loader\nprint(loader.load_sarif_file(sys.argv[1]).get_result_count())",
        file,
        told.findings + told.blocked,
    );
}

fn oscal(file: &Path) {
    valid(file, &fixture("oscal/assessment-results-1.2.1.schema.json"));
    let space = file.with_file_name("space");
    fs::create_dir_all(&space).unwrap();
    if well(Command::new("trestle").args(["init", "--local"]).current_dir(&space)).is_none() {
        return;
    }
    well(Command::new("trestle").args(["import", "-o", "acme", "-f"]).arg(file).current_dir(&space));
    let words =
        well(Command::new("trestle").args(["validate", "-t", "assessment-results", "-n", "acme"]).current_dir(&space)).unwrap_or_default();
    assert!(words.contains("VALID") && !words.contains("INVALID"), "{words}");
}
