//! Results of kube-bench, which holds a node or a cluster against a CIS benchmark: the number, words and status of each test. What it saw on the
//! node, its commands and its advice are not kept. A result has no date; that of the evidence register stands in.

use super::{Fault, list, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Results of a benchmark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Benchmark {
    /// Which one: `cis-1.10`.
    pub version: String,
    /// The version of Kubernetes that was found.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detected: String,
    /// Results in the file's order.
    pub results: Vec<BenchmarkResult>,
}

/// One test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BenchmarkResult {
    /// Its number in the benchmark: `1.2.1`.
    pub number: String,
    /// Its words.
    pub words: String,
    /// What was tested: `master`, `etcd`, `controlplane`, `node`, `policies`.
    pub part: String,
    /// How it came out.
    pub status: Status,
}

/// How a test came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Pass,
    /// Not as it should be.
    Fail,
    /// For a person to look at; also a test that could not run.
    Warn,
    /// Skipped, because the tool's settings say so (kube-bench prints `INFO` for that alone).
    Info,
    /// A word that is not known here.
    #[default]
    Unknown,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Group {
    #[serde(deserialize_with = "text")]
    version: String,
    #[serde(deserialize_with = "text")]
    detected_version: String,
    #[serde(deserialize_with = "text")]
    node_type: String,
    #[serde(deserialize_with = "list")]
    tests: Vec<Section>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Section {
    #[serde(deserialize_with = "list")]
    results: Vec<Test>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Test {
    #[serde(deserialize_with = "text")]
    test_number: String,
    #[serde(deserialize_with = "text")]
    test_desc: String,
    #[serde(deserialize_with = "text")]
    status: String,
}

/// Reads what `kube-bench --json` prints: groups of tests below `Controls`, in a list, or one document after the other.
pub(super) fn parse(text: &str) -> Result<Benchmark, Fault> {
    let mut groups: Vec<Group> = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let mut document = document?;
        match document.get_mut("Controls").map(Value::take) {
            Some(controls) => groups.extend(serde_json::from_value::<Vec<Group>>(controls)?),
            None if document.is_array() => groups.extend(serde_json::from_value::<Vec<Group>>(document)?),
            None if document.get("tests").is_some() => groups.push(serde_json::from_value(document)?),
            None => {}
        }
    }
    let mut benchmark = Benchmark::default();
    let short = |words: &str| crate::model::text::clean(words).chars().take(300).collect::<String>();
    for group in groups {
        if benchmark.version.is_empty() {
            benchmark.version = short(&group.version);
        }
        if benchmark.detected.is_empty() {
            benchmark.detected = short(&group.detected_version);
        }
        for test in group.tests.into_iter().flat_map(|section| section.results) {
            let status = match test.status.as_str() {
                "PASS" => Status::Pass,
                "FAIL" => Status::Fail,
                "WARN" => Status::Warn,
                "INFO" => Status::Info,
                _ => Status::Unknown,
            };
            let (number, words) = (short(&test.test_number), short(&test.test_desc));
            benchmark.results.push(BenchmarkResult { number, words, part: short(&group.node_type), status });
        }
    }
    if benchmark.results.is_empty() {
        return Err(Fault::Odd("it holds no result of a test".to_owned()));
    }
    Ok(benchmark)
}
