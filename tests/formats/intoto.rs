//! The in-toto statement: it vouches for what is determined in place and for nothing else, and its signed envelope is verified by stock programs.

use super::{DETERMINED, make, material, now, tools};
use kassay::export::{self, ExportError, Material, OscalVersion, SignError, sign_statement};
use kassay_core::workbook::Moment;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn statement(material: &Material) -> Value {
    serde_json::from_str(&export::in_toto(material).unwrap()).unwrap()
}

#[test]
fn it_vouches_for_what_is_in_place_of_what_was_read() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let told = statement(&material);
    assert_eq!(told["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(told["predicateType"], "https://in-toto.io/attestation/svr/v0.1");
    assert_eq!(told["predicate"]["properties"], serde_json::json!(["KASSAY_GCOT_1.1.a"]));
    let record = &material.workbook.clusters[0];
    assert_eq!(told["subject"][0]["digest"]["sha256"], record.snapshot.as_str());
    assert!(material.dir.join(told["subject"][0]["name"].as_str().unwrap()).is_file(), "{told}");
    assert_eq!(told["predicate"]["timeCreated"], material.workbook.determinations[0].at.to_string());
    // No other format calls anything passed that this one does not, or the other way round.
    let oscal: Value = serde_json::from_str(&export::oscal(&material, &OscalVersion::default()).unwrap()).unwrap();
    let gemara: Value = serde_saphyr::from_str(&export::gemara(&material).unwrap()).unwrap();
    for (practice, ..) in DETERMINED {
        let vouched = told["predicate"]["properties"].as_array().unwrap().contains(&format!("KASSAY_GCOT_{practice}").into());
        let findings = oscal["assessment-results"]["results"][0]["findings"].as_array().unwrap();
        let finding = findings.iter().find(|f| f["target"]["target-id"] == format!("gcot-{practice}").as_str()).unwrap();
        assert_eq!(finding["target"]["status"]["state"] == "satisfied", vouched, "{practice}");
        let logs = gemara["evaluations"].as_array().unwrap().iter().flat_map(|e| e["assessment-logs"].as_array().unwrap());
        let log = logs.into_iter().find(|log| log["requirement"]["entry-id"] == practice).unwrap();
        assert_eq!(log["result"] == "Passed", vouched, "{practice}");
    }
    // A verdict of long ago stays one of long ago, whenever it is exported.
    let day = Moment("2025-01-31T08:00:00Z".parse().unwrap());
    material.workbook.determinations.iter_mut().for_each(|d| d.at = day);
    assert_eq!(statement(&material)["predicate"]["timeCreated"], "2025-01-31T08:00:00Z");
    // What could not be read again is no subject, though what was read before is kept; then there is nothing to speak of.
    let why = kassay_core::workbook::ReadFailure { at: Moment(now()), why: "connection refused".into() };
    material.workbook.clusters[0].failed = Some(why);
    assert!(matches!(export::in_toto(&material), Err(ExportError::NoCluster(_))));
}

#[test]
fn it_vouches_for_no_snapshot_that_is_missing_or_changed() {
    let root = tempfile::tempdir().unwrap();
    let material = Material::load(&make(root.path()), now()).unwrap();
    let snapshot = material.dir.join(statement(&material)["subject"][0]["name"].as_str().unwrap());
    std::fs::write(&snapshot, "another").unwrap();
    assert!(matches!(export::in_toto(&material), Err(ExportError::Altered { .. })));
    std::fs::remove_file(&snapshot).unwrap();
    assert!(matches!(export::in_toto(&material), Err(ExportError::Missing(_))));
}

/// A new key of a kind, and its public half in PEM; none where `openssl` is not there.
fn key(folder: &Path, name: &str, kind: &[&str]) -> Option<(PathBuf, PathBuf)> {
    let (private, public) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.pub.pem")));
    let made = tools::run(Command::new("openssl").arg("genpkey").args(kind).arg("-out").arg(&private))?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let half = tools::run(Command::new("openssl").args(["pkey", "-pubout", "-in"]).arg(&private).arg("-out").arg(&public))?;
    assert!(half.status.success());
    Some((private, public))
}

const ED25519: &[&str] = &["-algorithm", "ed25519"];
const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// The statement of the assessment, in a folder of its own, where the page's commands are typed.
fn written(root: &Path) -> PathBuf {
    let material = material(root);
    let file = root.join("acme.intoto.json");
    std::fs::write(&file, export::in_toto(&material).unwrap()).unwrap();
    file
}

#[test]
fn the_commands_of_the_page_verify_it() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bundle.md")).unwrap();
    let commands = page.split("Verify its signature with stock programs").nth(1).expect("the page tells how to verify");
    let block = |nth: usize| {
        let lines =
            commands.lines().skip_while(|line| !line.starts_with("    ")).take_while(|line| line.starts_with("    ") || line.is_empty());
        let all: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
        assert!(all.len() >= 4, "{all:?}");
        let line = all.iter().position(|line| line.contains("pkeyutl")).unwrap();
        let mut typed = all[..=line].join("\n");
        if nth == 1 {
            typed.push_str(" -digest sha256");
        }
        typed
    };
    for (nth, kind) in [ED25519, P256].into_iter().enumerate() {
        let root = tempfile::tempdir().unwrap();
        let Some((private, public)) = key(root.path(), "assessor", kind) else { return };
        let statement = written(root.path());
        let signed = sign_statement(&statement, &private).unwrap();
        assert_eq!(signed.path, root.path().join("acme.intoto.dsse.json"));
        assert_eq!(signed.properties, ["KASSAY_GCOT_1.1.a"]);
        assert_eq!(public.file_name().unwrap(), "assessor.pub.pem", "the page names it so");
        let typed = |name: &str| {
            Command::new("sh").args(["-ec", &block(nth)]).current_dir(root.path()).output().unwrap_or_else(|e| panic!("{name}: {e}"))
        };
        let good = typed("good");
        assert!(good.status.success(), "{}{}", String::from_utf8_lossy(&good.stdout), String::from_utf8_lossy(&good.stderr));
        assert_eq!(std::fs::read(root.path().join("statement.json")).unwrap(), std::fs::read(&statement).unwrap());
        // One more practice in the payload, and the signature is none of it.
        let envelope = std::fs::read_to_string(&signed.path).unwrap();
        let mut changed: Value = serde_json::from_str(&envelope).unwrap();
        let payload = String::from_utf8(std::fs::read(&statement).unwrap()).unwrap().replace("GCOT_1.1.a", "GCOT_1.2.a");
        changed["payload"] = data_encoding::BASE64.encode(payload.as_bytes()).into();
        std::fs::write(&signed.path, serde_json::to_string_pretty(&changed).unwrap()).unwrap();
        assert!(!typed("changed").status.success(), "a changed statement passes for signed");
    }
}

#[test]
fn the_libraries_of_in_toto_verify_it() {
    let root = tempfile::tempdir().unwrap();
    let (Some((one, first)), Some((two, second))) = (key(root.path(), "one", ED25519), key(root.path(), "two", P256)) else { return };
    let signed = sign_statement(&written(root.path()), &one).unwrap();
    // The reviewer signs the same envelope.
    let again = sign_statement(&signed.path, &two).unwrap();
    assert_eq!((again.path, again.properties), (signed.path.clone(), signed.properties));
    let envelope = r"
import sys, json, hashlib
from cryptography.hazmat.primitives.serialization import load_pem_public_key, Encoding, PublicFormat
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
envelope = Envelope.from_dict(json.load(open(sys.argv[1])))
assert envelope.payload_type == 'application/vnd.in-toto+json'
keys = []
for path in sys.argv[2:]:
    public = load_pem_public_key(open(path, 'rb').read())
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    keys.append(SSlibKey.from_crypto(public, keyid=hashlib.sha256(der).hexdigest()))
assert len(envelope.verify(keys, 2)) == 2
envelope.payload = envelope.payload.replace(b'1.1.a', b'1.2.a')
try:
    envelope.verify(keys, 1)
except Exception as refused:
    print(type(refused).__name__)
";
    if let Some(said) = tools::python("securesystemslib, cryptography", envelope, &[&signed.path, &first, &second]) {
        assert_eq!(said.trim(), "VerificationError");
    }
    let statement = r"
import sys
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
read = json_format.Parse(open(sys.argv[1]).read(), statement_pb2.Statement())
Statement.copy_from_pb(read).validate()
print(list(read.predicate['properties']))
";
    if let Some(said) = tools::python("in_toto_attestation", statement, &[&root.path().join("acme.intoto.json")]) {
        assert_eq!(said.trim(), "['KASSAY_GCOT_1.1.a']");
    }
}

#[test]
fn nothing_else_is_signed_and_nothing_is_written_over() {
    let root = tempfile::tempdir().unwrap();
    let (Some((private, public)), Some((rsa, _))) = (key(root.path(), "one", ED25519), key(root.path(), "rsa", &["-algorithm", "RSA"]))
    else {
        return;
    };
    let statement = written(root.path());
    let text = std::fs::read_to_string(&statement).unwrap();
    let put = |name: &str, text: &str| {
        let file = root.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    for (name, text) in [
        ("other.json", text.replace("attestation/svr", "attestation/vuln")),
        ("more.json", text.replacen('{', "{\"more\": 1,", 1)),
        ("twice.json", text.replacen("\"_type\"", "\"_type\": \"https://in-toto.io/Statement/v1\", \"_type\"", 1)),
        ("short.json", text.replacen("\"sha256\": \"", "\"sha256\": \"0", 1)),
        ("none.json", "{}".into()),
        ("payload.json", r#"{"payload": "e30=", "payloadType": "text/plain", "signatures": []}"#.into()),
    ] {
        let file = put(name, &text);
        assert!(export::is_statement(&file));
        assert!(matches!(sign_statement(&file, &private), Err(SignError::Statement { .. })), "{name} was signed");
    }
    assert!(matches!(sign_statement(&statement, &rsa), Err(SignError::Key(_))));
    assert!(matches!(sign_statement(&statement, &public), Err(SignError::Openssl(_))), "a public half signs nothing");
    assert!(!root.path().join("acme.intoto.dsse.json").exists(), "a refusal leaves nothing");
    let signed = sign_statement(&statement, &private).unwrap();
    let once = std::fs::read(&signed.path).unwrap();
    assert!(matches!(sign_statement(&statement, &private), Err(SignError::Statement { .. })), "the envelope was written over");
    assert!(matches!(sign_statement(&signed.path, &private), Err(SignError::Signature { .. })), "one key signed twice");
    assert_eq!(std::fs::read(&signed.path).unwrap(), once);
    assert!(!export::is_statement(root.path()) && !export::is_statement(&private));
}
