//! The evaluation log of Gemara: its schema and its own library take it, readers of YAML 1.1 and 1.2 read the same texts, and nothing passed that nobody determined as in place.

use super::{DETERMINED, assessment, material, tools};
use kassay::export::{self, Material};
use kassay_core::model::{Determined, Outcome};
use kassay_core::workbook::{ClusterRecord, Day, Engagement, Moment, Workbook};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn log(material: &Material) -> Value {
    let text = export::gemara(material).unwrap();
    assert!(!text.chars().any(|c| c != '\n' && kassay_core::model::text::is_hidden(c)), "{text:?}");
    serde_saphyr::from_str(&text).unwrap()
}

fn list<'v>(of: &'v Value, name: &str) -> &'v [Value] {
    of[name].as_array().map_or(&[], Vec::as_slice)
}

/// What came of each practice.
fn assessed(log: &Value) -> BTreeMap<&str, &Value> {
    let logs = list(log, "evaluations").iter().flat_map(|evaluation| list(evaluation, "assessment-logs"));
    logs.map(|log| (log["requirement"]["entry-id"].as_str().unwrap(), log)).collect()
}

/// An assessment in which nothing was read, said or named yet.
fn empty(mut material: Material) -> Material {
    material.workbook = Workbook::new(Engagement::default());
    material.together = kassay_core::workbook::Together::of(material.guidance, &material.workbook, material.today());
    material.assessments.clear();
    material.journal.lines.clear();
    material
}

#[test]
fn the_schema_takes_it() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gemara/evaluation-log-1.5.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let full = log(&material);
    // Times for which readers have no form.
    material.workbook.answers.iter_mut().for_each(|a| a.at = Moment("0001-01-01T00:00:00Z".parse().unwrap()));
    material.workbook.evidence.iter_mut().for_each(|e| e.obtained = Moment("9999-01-01T00:00:00Z".parse().unwrap()));
    let odd = log(&material);
    let empty = log(&empty(material));
    for (name, log) in [("full", &full), ("odd", &odd), ("empty", &empty)] {
        let errors: Vec<String> = validator.iter_errors(log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        references(log);
    }
    // The validator looks.
    for (place, wrong) in
        [("/result", "passed"), ("/metadata/type", "AuditLog"), ("/evaluations/0/assessment-logs/0/start", "2026-11-23T09:12:00")]
    {
        let mut log = full.clone();
        *log.pointer_mut(place).unwrap() = wrong.into();
        assert!(!validator.is_valid(&log), "{place} may be {wrong}");
    }
}

/// What Gemara asks beyond the shape: references lead to what is declared, requirements to the reference of their control, and an id of evidence names one piece.
fn references(log: &Value) {
    let declared: Vec<&Value> = list(&log["metadata"], "mapping-references").iter().map(|reference| &reference["id"]).collect();
    let mut pieces: BTreeMap<&str, &Value> = BTreeMap::new();
    for evaluation in list(log, "evaluations") {
        let reference = &evaluation["control"]["reference-id"];
        assert!(declared.contains(&reference), "{reference}");
        for assessed in list(evaluation, "assessment-logs") {
            assert_eq!(&assessed["requirement"]["reference-id"], reference);
            assert!(assessed["start"].as_str() <= assessed["end"].as_str() || assessed["end"].is_null(), "{assessed}");
            for piece in list(assessed, "evidence") {
                assert!(piece["source"].is_null() || declared.contains(&&piece["source"]["reference-id"]), "{piece}");
                assert_eq!(*pieces.entry(piece["id"].as_str().unwrap()).or_insert(piece), piece, "an id names two pieces");
            }
        }
    }
}

#[test]
fn nothing_passed_but_what_is_determined_in_place() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let known = log(&material);
    let results: BTreeMap<&str, &str> =
        assessed(&known).into_iter().map(|(practice, log)| (practice, log["result"].as_str().unwrap())).collect();
    let wanted = ["Passed", "Failed", "Not Applicable", "Not Run", "Needs Review", "Needs Review"];
    for ((practice, finding, to_confirm), wanted) in DETERMINED.iter().zip(wanted) {
        assert_eq!(results[practice], wanted, "{practice}: {finding:?}, {to_confirm}");
    }
    assert_eq!(results.len(), material.guidance.practices().count(), "each practice is told once");
    let blocked = |practice: &str| {
        let all = material.together.parts.iter().flat_map(|part| &part.outcomes);
        all.filter(|o| o.practices.iter().any(|p| p == practice)).any(|o| o.outcome == Outcome::Blocked)
    };
    let mut unknown = 0;
    for (practice, result) in &results {
        if !DETERMINED.iter().any(|(determined, ..)| determined == practice) {
            assert!(matches!(*result, "Unknown" | "Needs Review" | "Not Run"), "{practice} is {result}, and nobody determined it");
            assert_eq!(*result == "Unknown", blocked(practice), "{practice}");
            unknown += usize::from(*result == "Unknown");
        }
    }
    assert!(unknown > 0, "secrets can't be read in this cluster");
    for evaluation in list(&known, "evaluations") {
        let passed =
            list(evaluation, "assessment-logs").iter().all(|log| matches!(log["result"].as_str(), Some("Passed" | "Not Applicable")));
        assert!(evaluation["result"] != "Passed" || passed, "{evaluation}");
    }
    assert_eq!(known["result"], "Failed");
    // A cluster that was never read: nothing of it is left out as if it were good.
    material.workbook.clusters.push(ClusterRecord { key: "lost".into(), ..material.workbook.clusters[0].clone() });
    let lost = material.workbook.clusters.last_mut().unwrap();
    (lost.collected_at, lost.assessed_at) = (None, None);
    material.together = kassay_core::workbook::Together::of(material.guidance, &material.workbook, material.today());
    let unread = log(&material);
    assert!(unread["target"]["description"].as_str().unwrap().contains("Nothing passes for it."));
    for (practice, log) in assessed(&unread) {
        let automated = kassay_core::checks::all().any(|check| check.practices.contains(&practice));
        let determined = material.workbook.determination(practice).is_some();
        assert!(determined || !automated || log["result"] == "Unknown", "{log}");
    }
}

#[test]
fn all_in_place_is_passed_and_never_looked_at_is_not_run() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let first = material.workbook.determinations[0].clone();
    material.workbook.determinations =
        material.guidance.practices().map(|p| kassay_core::workbook::Determination { practice: p.id.clone(), ..first.clone() }).collect();
    assert_eq!(log(&material)["result"], "Passed");
    material.workbook.determinations[7].finding = Determined::NotTested;
    assert_eq!(log(&material)["result"], "Needs Review");
    assert_eq!(log(&empty(material))["result"], "Not Run");
}

#[test]
fn it_is_the_same_again_and_tells_on_what_it_rests() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    assert_eq!(export::gemara(&material).unwrap(), export::gemara(&material).unwrap());
    let told = log(&material);
    let first = assessed(&told)["1.1.a"];
    let ids: Vec<&str> = list(first, "evidence").iter().map(|piece| piece["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..3], ["E-0001", "E-0002", "E-0001 (2)"], "what is there twice has two ids");
    assert!(ids.contains(&"snapshot of prod"), "{ids:?}");
    let file = &list(first, "evidence")[0]["source"];
    assert_eq!(file["digest"], format!("sha256:{}", material.workbook.evidence[0].sha256));
    assert!(root.path().join("acme").join(file["coordinate"].as_str().unwrap()).is_file(), "{file}");
    assert_eq!(list(first, "evidence")[1]["payload"]["role"], "platform lead");
    assert!(first["message"].as_str().unwrap().contains("proposed not in place; determined in place"));
    assert!(first["steps"].as_array().unwrap().iter().any(|step| step.as_str().unwrap().contains("P. Engineer")));
}

#[test]
fn readers_of_each_yaml_read_the_same_texts() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    // What YAML 1.1 takes for numbers, yes and no, dates, times of the day, nothing.
    let tricky = [
        "1.10",
        "yes",
        "NO",
        "2026-11-23",
        "1:30",
        "0x1f",
        "1_000",
        "~",
        "null",
        "",
        " ",
        "1e3",
        ".inf",
        "- a",
        "a: b",
        "#",
        "'",
        "\"",
        "|",
        "<<",
        "=",
        "%",
        "@x",
    ];
    material.workbook.engagement.entity = "1.10".into();
    material.workbook.engagement.assessors = vec!["2026-11-23".into()];
    material.workbook.engagement.company = "no".into();
    material.workbook.determinations[0].rationale = tricky.join("\n");
    for (nth, text) in tricky.iter().enumerate() {
        let piece = kassay_core::workbook::Evidence {
            purpose: (*text).into(),
            practices: vec!["1.1.a".into()],
            ..kassay_core::workbook::Evidence::new(
                (*text).into(),
                super::EvidenceKind::Observation,
                (*text).into(),
                format!("by {nth}"),
                Moment(assessment::now()),
            )
        };
        material.workbook.evidence.push(piece);
    }
    let text = export::gemara(&material).unwrap();
    let file = root.path().join("log.yaml");
    std::fs::write(&file, &text).unwrap();
    let wanted: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!((&wanted["target"]["name"], &wanted["metadata"]["author"]["name"]), (&"1.10".into(), &"2026-11-23".into()));
    let only_texts = r#"
import sys, json
def look(value, place):
    if isinstance(value, dict):
        for key, item in value.items():
            assert isinstance(key, str), (place, key)
            look(item, place + "/" + key)
    elif isinstance(value, list):
        for nth, item in enumerate(value): look(item, f"{place}/{nth}")
    else:
        assert isinstance(value, str) or place.endswith("/steps-executed") and isinstance(value, int), (place, value)
"#;
    for (library, load) in [
        ("yaml", "import yaml\nread = yaml.safe_load(open(sys.argv[1], encoding='utf-8'))"),
        ("ruamel.yaml", "import ruamel.yaml\nread = ruamel.yaml.YAML(typ='safe', pure=True).load(open(sys.argv[1], encoding='utf-8'))"),
    ] {
        let script = format!("{only_texts}\n{load}\nlook(read, '')\njson.dump(read, sys.stdout)");
        if let Some(said) = tools::python(library, &script, &[&file]) {
            assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), wanted, "{library}");
        }
    }
}

#[test]
fn the_library_of_gemara_reads_it() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("log.yaml");
    let script = r"
import sys
from gemara import v1
log = v1.load(sys.argv[1])
assert type(log) is v1.EvaluationLog, type(log)
assert log.metadata.gemara_version == v1.SCHEMA_VERSION, (log.metadata.gemara_version, v1.SCHEMA_VERSION)
results = {}
for evaluation in log.evaluations:
    for assessed in evaluation.assessment_logs:
        one = v1.AssessmentLog.model_validate(assessed)
        results[one.requirement.entry_id] = one.result.value
print(results['1.1.a'], len(results))
";
    let mut material = material(root.path());
    material.workbook.answers.iter_mut().for_each(|a| a.on = Some(Day("9999-12-31".parse().unwrap())));
    std::fs::write(&file, export::gemara(&material).unwrap()).unwrap();
    if let Some(said) = tools::python("gemara", script, &[&file]) {
        assert_eq!(said.trim(), format!("Passed {}", material.guidance.practices().count()));
    }
}
