//! SARIF: its schema takes it, programs that count alerts read it, and no check that could not judge looks as if it had found nothing.

use super::{assessment::HOSTILE, material, tools};
use kassay::export::{self, Excepted, Material};
use kassay_core::model::Outcome;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn sarif(material: &Material) -> Value {
    let (cluster, assessment) = material.keyed(None).unwrap();
    let excepted = Excepted { exceptions: &material.workbook.exceptions, cluster, today: material.today() };
    serde_json::from_str(&export::sarif(assessment, material.guidance, &excepted).unwrap()).unwrap()
}

fn results(sarif: &Value) -> &[Value] {
    sarif["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn the_schema_takes_it() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sarif/sarif-2.1.0.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let root = tempfile::tempdir().unwrap();
    let told = sarif(&material(root.path()));
    let errors: Vec<String> = validator.iter_errors(&told).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut wrong = told.clone();
    wrong["runs"][0]["results"][0]["kind"] = "bad".into();
    assert!(!validator.is_valid(&wrong), "the validator looks");
    // What the schema can't say: places of rules are those of their ids, and a finding has one fingerprint of its own.
    let rules = told["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let mut prints = std::collections::BTreeSet::new();
    for result in results(&told) {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"]);
        }
        assert!(prints.insert(result["partialFingerprints"]["kassay/v1"].as_str().unwrap()), "{result}");
        assert!(result["kind"] == "fail" || result["level"] == "none", "{result}");
    }
}

#[test]
fn a_check_that_could_not_judge_is_open() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let told = sarif(&material);
    let blocked: Vec<&str> =
        material.assessments[0].1.outcomes.iter().filter(|o| o.outcome == Outcome::Blocked).map(|o| o.check.as_str()).collect();
    let open: Vec<&str> =
        results(&told).iter().filter(|result| result["kind"] == "open").map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert!(!blocked.is_empty() && blocked == open, "{blocked:?} {open:?}");
}

#[test]
fn other_programs_count_what_fails() {
    let root = tempfile::tempdir().unwrap();
    let told = sarif(&material(root.path()));
    let file = root.path().join("findings.sarif");
    std::fs::write(&file, serde_json::to_string(&told).unwrap()).unwrap();
    let script = "import sys\nfrom sarif import loader\nread = loader.load_sarif_file(sys.argv[1])\nprint({level: read.get_report().get_issue_count_for_severity(level) for level in ('error', 'warning', 'note')})";
    if let Some(said) = tools::python("sarif", script, &[&file]) {
        let count = |level: &str| results(&told).iter().filter(|result| result["level"] == level).count();
        assert_eq!(said.trim(), format!("{{'error': {}, 'warning': {}, 'note': {}}}", count("error"), count("warning"), count("note")));
        assert!(count("error") >= 300);
    }
    // A text from the cluster stays a text.
    assert!(results(&told).iter().any(|result| result["message"]["text"].as_str().unwrap().contains(HOSTILE)));
    let version = tools::run(Command::new("sarif").arg("summary").arg(&file));
    if let Some(version) = version {
        assert!(version.status.success(), "{}", String::from_utf8_lossy(&version.stderr));
    }
}
