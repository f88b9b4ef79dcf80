//! The assessment as OSCAL: it is what NIST's schema and another reader take, nothing in it is satisfied that nobody determined as in place, and its names
//! stay the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/assessment.rs"]
mod assessment;

use assessment::{HOSTILE, make, now};
use kassay::export::{self, Material, OscalVersion};
use kassay_core::model::{Determined, Outcome};
use kassay_core::workbook::{Answer, Day, Determination, EvidenceKind, Exception, Moment, Remediation};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a terminal, a reader of lines from right to left and Markdown stumble over.
const UNSEEN: &str = "a\u{1}b\u{202e}c\u{200b}d {{ insert: param, x }} [y](javascript:z)\r\n\u{2028}e";

/// An assessment with something of everything, and with what a person would rather not have typed.
fn material(root: &Path) -> Material {
    let mut material = Material::load(&make(root), now()).unwrap();
    let book = &mut material.workbook;
    let first = book.determinations[0].clone();
    for (practice, finding, to_confirm) in [
        ("1.2.a", Determined::NotInPlace, false),
        ("1.3.a", Determined::NotApplicable, false),
        ("1.4.a", Determined::NotTested, false),
        ("2.1.a", Determined::InPlace, true),
    ] {
        book.determinations.push(Determination {
            practice: practice.into(),
            finding,
            to_confirm,
            by: format!(" B.\u{200b} {UNSEEN}"),
            rationale: UNSEEN.into(),
            ..first.clone()
        });
    }
    book.engagement.reviewers = vec!["R. Reviewer".into(), String::new(), "A. Assessor".into()];
    book.exceptions.push(Exception {
        reason: UNSEEN.into(),
        owner: "CISO".into(),
        approver: "CFO".into(),
        until: Some(Day("2027-03-31".parse().unwrap())),
        ..Exception::of("1.1/made-up")
    });
    // What is there twice is told twice.
    let again: Answer = book.answers[0].clone();
    book.answers.push(again);
    let again = book.exceptions[0].clone();
    book.exceptions.push(again);
    let mut entry: Remediation = book.remediations[0].clone();
    (entry.reference, entry.what, entry.cluster) = ("M-02".into(), "1.2/never-was".into(), String::new());
    book.remediations.push(entry);
    material
}

fn json(material: &Material) -> Value {
    serde_json::from_str(&export::oscal(material, &OscalVersion::default()).unwrap()).unwrap()
}

fn result(file: &Value) -> &Value {
    &file["assessment-results"]["results"][0]
}

fn list<'v>(of: &'v Value, name: &str) -> &'v [Value] {
    of[name].as_array().map_or(&[], Vec::as_slice)
}

fn prop<'v>(of: &'v Value, name: &str) -> &'v str {
    list(of, "props").iter().find(|prop| prop["name"] == name).and_then(|prop| prop["value"].as_str()).unwrap_or_default()
}

/// Every object with a UUID of its own: the UUID by what it is of.
fn uuids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("uuid").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| uuids(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| uuids(value, found)),
        _ => {}
    }
}

#[test]
fn the_schema_of_nist_takes_it() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/oscal/assessment-results-1.2.1.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let full = json(&material);
    // An assessment in which nothing was read, said or named yet; then one that names times for which OSCAL has no form.
    material.workbook.exceptions.iter_mut().for_each(|e| e.until = Some(Day("9999-12-31".parse().unwrap())));
    material.workbook.answers.iter_mut().for_each(|a| a.at = Moment("0001-01-01T00:00:00Z".parse().unwrap()));
    let odd = json(&material);
    let book = &mut material.workbook;
    *book = kassay_core::workbook::Workbook::new(kassay_core::workbook::Engagement::default());
    (material.assessments, material.together.parts) = (vec![], vec![]);
    material.journal.lines.clear();
    let empty = json(&material);
    for (name, file) in [("full", &full), ("odd", &odd), ("empty", &empty)] {
        let errors: Vec<String> = validator.iter_errors(file).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    // The validator looks: a bare id and a local time are refused.
    for (place, wrong) in [("/target/target-id", "1.1.a"), ("/uuid", "018f3c1e-0000-7000-8000-000000000000")] {
        let mut file = full.clone();
        let finding = &mut file["assessment-results"]["results"][0]["findings"][0];
        *finding.pointer_mut(place).unwrap() = wrong.into();
        assert!(!validator.is_valid(&file), "{place} may be {wrong}");
    }
}

#[test]
fn nothing_is_satisfied_but_what_is_determined_in_place() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let file = json(&material);
    let result = result(&file);
    let state = |practice: &str| {
        let finding = list(result, "findings").iter().find(|f| f["target"]["target-id"] == format!("gcot-{practice}").as_str())?;
        Some((finding["target"]["status"]["state"].as_str()?.to_owned(), finding["target"]["status"]["reason"].as_str()?.to_owned()))
    };
    let told = |state: &str, reason: &str| Some((state.to_owned(), reason.to_owned()));
    assert_eq!(state("1.1.a"), told("satisfied", "pass"));
    assert_eq!(state("1.2.a"), told("not-satisfied", "fail"));
    assert_eq!(state("1.3.a"), told("not-satisfied", "other"));
    assert_eq!(state("1.4.a"), told("not-satisfied", "other"));
    assert_eq!(state("2.1.a"), told("not-satisfied", "other"), "contradicted and not confirmed");
    let undetermined: Vec<&str> =
        material.guidance.practices().map(|p| p.id.as_str()).filter(|id| material.workbook.determination(id).is_none()).collect();
    assert!(undetermined.len() > 30);
    for practice in undetermined {
        assert_eq!(state(practice), None, "{practice}");
        assert!(result["remarks"].as_str().unwrap().contains(practice), "{practice}");
    }
    assert_eq!(list(&result["reviewed-controls"]["control-selections"][0], "include-controls").len(), 42);
    assert_eq!(list(&result["reviewed-controls"]["control-objective-selections"][0], "include-objectives").len(), 49);
}

#[test]
fn checks_are_observations_with_all_findings_and_failures_are_risks() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let file = json(&material);
    let result = result(&file);
    let by_uuid: BTreeMap<&str, &Value> = list(result, "observations").iter().map(|o| (o["uuid"].as_str().unwrap(), o)).collect();
    let outcomes = &material.assessments[0].1.outcomes;
    for outcome in outcomes {
        let observed = by_uuid.values().find(|o| prop(o, "check") == outcome.check).unwrap_or_else(|| panic!("{}", outcome.check));
        assert_eq!(prop(observed, "outcome"), outcome.outcome.id());
        let remarks: String = list(observed, "subjects").iter().map(|s| s["remarks"].as_str().unwrap_or_default()).collect();
        for finding in &outcome.findings {
            assert!(remarks.contains(&finding.id), "{} of {}", finding.id, outcome.check);
        }
        let risky = list(result, "risks").iter().any(|r| prop(r, "check") == outcome.check);
        assert_eq!(risky, outcome.outcome == Outcome::Fail, "{}", outcome.check);
    }
    assert!(outcomes.iter().any(|o| o.outcome == Outcome::Blocked) && outcomes.iter().any(|o| o.outcome == Outcome::Pass));
    let risk = list(result, "risks").iter().find(|r| prop(r, "check") == "1.1/made-up").unwrap();
    assert_eq!(
        (risk["status"].as_str(), risk["deadline"].as_str()),
        (Some("open"), Some("2027-03-31T23:59:59Z")),
        "excepted is not closed"
    );
    assert!(list(risk, "remediations").iter().any(|r| prop(r, "type") == "accept" && r["remarks"].as_str().unwrap().contains("CFO")));
    assert!(risk["mitigating-factors"][0]["description"].as_str().unwrap().contains("It is closed."));
    let found = list(result, "findings").iter().find(|f| f["target"]["target-id"] == "gcot-1.1.a").unwrap();
    assert!(list(found, "related-risks").iter().any(|r| r["risk-uuid"] == risk["uuid"]));
    let related: Vec<&Value> =
        list(found, "related-observations").iter().map(|r| by_uuid[r["observation-uuid"].as_str().unwrap()]).collect();
    let methods: BTreeSet<&str> = related.iter().map(|o| o["methods"][0].as_str().unwrap()).collect();
    assert_eq!(methods, BTreeSet::from(["EXAMINE", "INTERVIEW", "TEST"]));
    let closed: Vec<&str> =
        list(result, "risks").iter().filter(|r| r["status"] == "closed").map(|r| r["title"].as_str().unwrap()).collect();
    assert_eq!(closed, ["1.2/never-was found wrong"]);
    let resources = list(&file["assessment-results"]["back-matter"], "resources");
    for piece in &material.workbook.evidence {
        let resource = resources.iter().find(|r| prop(r, "reference") == piece.reference).unwrap();
        if piece.kind == EvidenceKind::Document {
            assert_eq!(resource["rlinks"][0]["hashes"][0]["value"], piece.sha256.as_str());
            assert!(material.dir.join(resource["rlinks"][0]["href"].as_str().unwrap()).is_file());
        }
    }
}

#[test]
fn bytes_are_the_same_again_and_names_outlive_edits() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let version = OscalVersion::default();
    let before = export::oscal(&material, &version).unwrap();
    assert!(before == export::oscal(&material, &version).unwrap(), "two exports differ");
    let all = |text: &str| {
        let mut found = vec![];
        uuids(&serde_json::from_str(text).unwrap(), &mut found);
        found
    };
    let names = all(&before);
    assert!(names.len() > 300 && names.iter().all(|uuid| uuid.as_bytes()[14] == b'5'));
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a UUID is there twice");
    // A corrected name and another day of the export leave all else what it was.
    material.workbook.engagement.entity = "Acme Payments Ltd".into();
    material.now = "2027-01-01T00:00:00Z".parse().unwrap();
    let after = all(&export::oscal(&material, &version).unwrap());
    let known: BTreeSet<&String> = names.iter().collect();
    assert_eq!(after.iter().filter(|uuid| !known.contains(uuid)).count(), 1, "the entity alone is another party");
}

/// All texts that OSCAL takes for Markdown.
fn markup<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if matches!(name.as_str(), "title" | "description" | "remarks" | "statement" | "text") => found.push(text),
                    _ => markup(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|value| markup(value, found)),
        _ => {}
    }
}

#[test]
fn text_of_others_is_no_markup_and_hides_nothing() {
    let root = tempfile::tempdir().unwrap();
    let text = export::oscal(&material(root.path()), &OscalVersion::default()).unwrap();
    let hidden = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{200b}' | '\u{2028}'));
    assert!(!text.contains(hidden) && !text.contains("\\u00") && !text.contains("\\u20"), "something hides");
    let mut found = vec![];
    let file: Value = serde_json::from_str(&text).unwrap();
    markup(&file, &mut found);
    assert!(found.len() > 300);
    for text in found {
        assert!(!text.contains(['<', '>']) && !text.contains("{{") && !text.contains("[y]"), "{text}");
    }
    assert!(text.contains(&HOSTILE.replace('<', "&lt;").replace('>', "&gt;")) && text.contains("a\\\\\\\\u\\\\{1\\\\}b"));
}

#[test]
fn the_version_is_named_and_others_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let file: Value = serde_json::from_str(&export::oscal(&material, &"1.1.3".parse().unwrap()).unwrap()).unwrap();
    assert_eq!(file["assessment-results"]["metadata"]["oscal-version"], "1.1.3");
    assert_eq!(json(&material)["assessment-results"]["metadata"]["oscal-version"], "1.2.1");
    for wrong in ["", "1", "1.2", "2.0.0", "1.2.1.0", "1.2.x", "1..1", "1.2.1\n"] {
        assert!(wrong.parse::<OscalVersion>().is_err(), "{wrong:?}");
    }
}

/// Compliance-trestle reads the file, and says that nothing is wrong with it; what it writes again says the same.
#[test]
fn trestle_takes_it() {
    let beside = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut all: Vec<PathBuf> = beside.map(|folder| folder.join("trestle")).filter(|path| path.is_file()).collect();
    let cache =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    all.extend(cache.map(|cache| cache.join("kassay-tests/tools/bin/trestle")).filter(|path| path.is_file()));
    let Some(trestle) = all.first() else {
        eprintln!("skipped: compliance-trestle is not installed");
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("acme.oscal.json");
    let material = material(root.path());
    std::fs::write(&file, export::oscal(&material, &OscalVersion::default()).unwrap()).unwrap();
    let space = root.path().join("space");
    std::fs::create_dir(&space).unwrap();
    let run = |args: &[&str]| {
        let said = Command::new(trestle).args(args).current_dir(&space).output().unwrap();
        let words = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        assert!(said.status.success(), "trestle {args:?}: {words}");
        words
    };
    run(&["init", "--local"]);
    run(&["import", "-f", file.to_str().unwrap(), "-o", "acme"]);
    let words = run(&["validate", "-t", "assessment-results", "-n", "acme"]);
    assert!(words.contains("VALID") && !words.contains("INVALID"), "{words}");
    let kept = std::fs::read_to_string(space.join("assessment-results/acme/assessment-results.json")).unwrap();
    let (ours, theirs) = (json(&material), serde_json::from_str::<Value>(&kept).unwrap());
    // It writes its own time of change, and `+00:00` for `Z`; all else is what it was.
    for name in ["observations", "risks", "findings", "reviewed-controls", "local-definitions"] {
        let plain = |value: &Value| value.to_string().replace("+00:00\"", "Z\"");
        assert!(plain(&result(&ours)[name]) == plain(&result(&theirs)[name]), "{name} is not what it was");
    }
    let props = |file: &Value| file["assessment-results"]["metadata"]["props"].clone();
    assert_eq!(props(&ours), props(&theirs), "the namespace is another one");
}
