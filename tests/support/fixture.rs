//! Reads a check's `input.yaml` into an inventory, and compares an outcome with what is expected of it.

use kassay_core::kinds::control_plane::MetricsReader;
use kassay_core::kinds::imported::Imported;
use kassay_core::kinds::{ControlPlaneRecord, FlagsTold, Ingest, Inventory, KindState, ServerRecord, Source};
use kassay_core::model::{Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use serde_json::Value;
use std::path::Path;

pub struct Input {
    pub inventory: Inventory,
    pub scope: Scope,
    pub now: jiff::Timestamp,
}

/// Loads a fixture; kinds that nobody speaks of count as read and empty.
pub fn load(path: &Path) -> Input {
    load_changed(path, &mut |_, _| {})
}

/// The same with every object changed before it is read.
pub fn load_changed(path: &Path, change: &mut dyn FnMut(Kind, &mut Value)) -> Input {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    let mut conditions = Value::Null;
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    for mut document in documents {
        match document["kind"].as_str() {
            Some("Conditions") => conditions = document,
            Some(kind) => {
                let api_version = document["apiVersion"].as_str().unwrap_or_default();
                let Some(known) = Kind::of(api_version, kind) else {
                    let foreign = api_version.split('/').next().is_some_and(|group| group.contains('.')) || kind == "Event";
                    assert!(foreign, "{}: {api_version} {kind} is no kind that is read", path.display());
                    ingest.foreign(api_version, kind, &document.to_string());
                    continue;
                };
                change(known, &mut document);
                ingest.state(known, KindState::Read, "");
                ingest.object(known, &document.to_string());
            }
            None => {}
        }
    }
    let cluster = ingest.cluster();
    cluster.version = conditions["version"].as_str().unwrap_or("v1.34.4").to_owned();
    cluster.distribution = conditions["distribution"].as_str().unwrap_or("kubeadm").to_owned();
    if let Some(more) = conditions["cluster"].as_object() {
        let mut whole = serde_json::to_value(&*cluster).unwrap();
        whole.as_object_mut().unwrap().extend(more.clone());
        *cluster = serde_json::from_value(whole).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    if ["flagz", "metrics", "unheard_of"].iter().any(|told| !conditions[told].is_null()) {
        cluster.control_plane = Some(Box::new(record(&conditions)));
    }
    let mut states = |field: &str, state: KindState| {
        for (kind, message) in conditions[field].as_object().into_iter().flatten() {
            let kind = Kind::by_id(kind).unwrap_or_else(|| panic!("{}: {kind} is no kind that is read", path.display()));
            ingest.state(kind, state, message.as_str().unwrap_or_default());
        }
    };
    states("refused", KindState::Forbidden);
    states("partial", KindState::Partial);
    states("absent", KindState::Absent);
    states("failed", KindState::Failed);
    let scope = if conditions["scope"].is_null() {
        Scope::default()
    } else {
        serde_json::from_value(conditions["scope"].clone()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let now = conditions["now"].as_str().unwrap_or("2026-11-23T09:00:00Z").parse().unwrap();
    let mut inventory = ingest.finish();
    if conditions["source"] == "files" {
        inventory.source = Source::Files;
    }
    if !conditions["probes"].is_null() {
        let probes = serde_json::from_value(conditions["probes"].clone()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        inventory.probes = Some(probes);
    }
    inventory.imported = evidence(&path.with_file_name("evidence"), &conditions["evidence"]);
    Input { inventory, scope, now }
}

/// What API servers tell of themselves: `flagz` is a list with the flags of each that differ from those of `tests/fixtures/flagz`, `metrics` a list with the
/// lines of each, `unheard_of` the answer to the question for a right that no role gives.
fn record(conditions: &Value) -> ControlPlaneRecord {
    let mut record = ControlPlaneRecord::default();
    let (flags, metrics) = (conditions["flagz"].as_array(), conditions["metrics"].as_array());
    let servers = flags.map_or(0, Vec::len).max(metrics.map_or(0, Vec::len));
    for at in 0..servers {
        let flags = flags.and_then(|each| each.get(at)).map(|changed| {
            let mut answer: Value = serde_json::from_str(include_str!("../fixtures/flagz/v1.37.json")).unwrap();
            answer["flags"].as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            FlagsTold::of_json(&answer.to_string()).unwrap()
        });
        let metrics = metrics.and_then(|each| each.get(at)).map(|lines| {
            let mut reader = MetricsReader::default();
            lines.as_str().unwrap().lines().for_each(|line| reader.line(line));
            reader.finish("").unwrap().metrics
        });
        record.flagz.items += usize::from(flags.is_some());
        record.metrics.items += usize::from(metrics.is_some());
        let started = jiff::Timestamp::from_second(1_764_000_000 + at as i64).ok();
        record.take(ServerRecord { started, flags, metrics });
    }
    for coverage in [&mut record.flagz, &mut record.metrics] {
        coverage.state = if coverage.items > 0 { KindState::Read } else { KindState::Forbidden };
    }
    if !conditions["unheard_of"].is_null() {
        record.unheard_of = serde_json::from_value(conditions["unheard_of"].clone()).unwrap();
    }
    record
}

/// Files in the folder `evidence` beside the input, by name; what the evidence register says of one stands in the conditions under its name.
fn evidence(folder: &Path, register: &Value) -> Vec<Imported> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let import = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut import = Imported::recognise(&name, &std::fs::read(&path).unwrap())?;
        if let Some(said) = register[&name].as_object() {
            let mut whole = serde_json::to_value(&import).unwrap();
            whole.as_object_mut().unwrap().extend(said.clone());
            import = serde_json::from_value(whole).unwrap();
        }
        Some(import)
    };
    paths.into_iter().filter_map(import).collect()
}

/// What differs, or nothing. Objects are compared by the keys that are expected; the list of findings must be matched one to one.
pub fn differs(expected: &Value, got: &Value) -> Option<String> {
    for (key, want) in expected.as_object()? {
        let have = &got[key];
        if key == "findings" {
            let (want, have) = (want.as_array()?, have.as_array()?);
            if want.len() != have.len() {
                return Some(format!("{} findings expected, {} found", want.len(), have.len()));
            }
            let mut free: Vec<&Value> = have.iter().collect();
            for finding in want {
                match free.iter().position(|f| covers(finding, f)) {
                    Some(at) => drop(free.remove(at)),
                    None => return Some(format!("no finding like {finding}")),
                }
            }
        } else if !covers(want, have) {
            return Some(format!("{key}: {want} expected, {have} found"));
        }
    }
    None
}

fn covers(want: &Value, have: &Value) -> bool {
    match want {
        Value::Object(map) => map.iter().all(|(key, value)| covers(value, &have[key])),
        // A text behind a tilde must merely occur: reasons and messages may be worded anew.
        Value::String(text) if text.len() > 2 && text.starts_with('~') => have.as_str().is_some_and(|h| h.contains(&text[1..])),
        other => other == have,
    }
}

/// A finding in the few words that a failing test shows.
pub fn brief(finding: &Value) -> Value {
    serde_json::json!({"rule": finding["rule"], "weight": finding["weight"], "severity": finding["severity"], "category": finding["category"], "object": finding["object"], "field": finding["field"], "observed": finding["observed"]})
}
