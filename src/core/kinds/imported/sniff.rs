//! What a file is, by its contents. The keys of a JSON document are read in their order, and the first telling one decides; so a large list of
//! the API is left at its `items`, and a file that breaks off further down is still known for what it is.

use super::{Content, Fault, Form, audit, benchmark, description, dry_run, grype, sarif, trivy};
use crate::model::text::decoded;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Recognises and reads.
pub(super) fn content(bytes: &[u8]) -> Option<Content> {
    let text = decoded(bytes).ok()?;
    let text = text.trim_start_matches('\u{feff}');
    let begins = text.trim_start();
    if begins.starts_with('{')
        && let Some(sign) = first_sign(begins)
    {
        return match sign {
            Sign::Audit => audit_json(text),
            Sign::KubeBench => Some(read(Form::Benchmark, benchmark::parse(text).map(Content::Benchmark))),
            Sign::Trivy => Some(read(Form::Scan, trivy::parse(text).map(Content::Scan))),
            Sign::Matches => optional(text, &["\"vulnerability\"", "\"artifact\""], grype::parse(text)),
            Sign::Runs => optional(text, &["\"driver\""], sarif::parse(text)),
        };
    }
    if dry_run::is_one(text) {
        return Some(read(Form::DryRun, dry_run::parse(text).map(Content::DryRun)));
    }
    if begins.starts_with('[') {
        let head = begins.get(..begins.len().min(1 << 16)).unwrap_or(begins);
        let told = head.contains("\"tests\"") && (head.contains("\"test_number\"") || head.contains("\"node_type\""));
        if told {
            return Some(read(Form::Benchmark, benchmark::parse(text).map(Content::Benchmark)));
        }
        return description::recognise(text);
    }
    if let Some(description) = description::recognise(text) {
        return Some(description);
    }
    // Of JSON without a telling key only what may be a policy in YAML's flow style is looked at again, and none is that large.
    if begins.starts_with('{') && begins.len() > 1 << 20 {
        return None;
    }
    let policies: Vec<&str> = documents(text).into_iter().filter(|document| is_policy(document)).collect();
    match policies[..] {
        [] => None,
        [policy] => Some(read(Form::AuditPolicy, audit::from_yaml(policy).map(Content::AuditPolicy))),
        _ => Some(Content::Broken {
            form: Form::AuditPolicy,
            why: format!("it holds {} audit policies; give the one that is in use", policies.len()),
        }),
    }
}

fn read(form: Form, parsed: Result<Content, Fault>) -> Content {
    parsed.unwrap_or_else(|fault| Content::Broken { form, why: fault.to_string() })
}

/// A report whose first telling key other tools use too: it is one only where its tool says its name, or where it is broken and has the words.
fn optional(text: &str, words: &[&str], parsed: Result<Option<super::Scan>, Fault>) -> Option<Content> {
    match parsed {
        Ok(scan) => scan.map(Content::Scan),
        Err(fault) => {
            let named = ["\"trivy\"", "\"grype\"", "anchore"].iter().any(|name| text.to_ascii_lowercase().contains(name));
            let told = words.iter().all(|word| text.contains(word)) && (named || words.len() > 1);
            told.then(|| Content::Broken { form: Form::Scan, why: fault.to_string() })
        }
    }
}

fn audit_json(text: &str) -> Option<Content> {
    #[derive(serde::Deserialize, Default)]
    #[serde(default)]
    struct Kind {
        kind: String,
    }
    match serde_json::from_str::<Kind>(text) {
        // Events of the log have the same group.
        Ok(found) if found.kind != "Policy" => None,
        // Of a file that breaks off nobody knows the kind, unless it says so before.
        Err(_) if !text.contains("\"Policy\"") => None,
        _ => Some(read(Form::AuditPolicy, audit::from_json(text).map(Content::AuditPolicy))),
    }
}

/// The first key at the top of a JSON document that tells what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Audit,
    KubeBench,
    Trivy,
    Matches,
    Runs,
}

fn first_sign(text: &str) -> Option<Sign> {
    struct Keys<'a>(&'a mut Option<Sign>);
    impl<'de> Visitor<'de> for Keys<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let (mut tests, mut enough) = (false, false);
            while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                *self.0 = match key.as_ref() {
                    "apiVersion" => match map.next_value::<serde_json::Value>()?.as_str() {
                        Some(version) if version.starts_with("audit.k8s.io/") => Some(Sign::Audit),
                        _ => None,
                    },
                    "Controls" => Some(Sign::KubeBench),
                    "SchemaVersion" | "ArtifactName" | "ArtifactType" | "ClusterName" => Some(Sign::Trivy),
                    "matches" => Some(Sign::Matches),
                    "runs" => Some(Sign::Runs),
                    // One group of kube-bench's tests alone, as its older versions print it.
                    "node_type" | "detected_version" => {
                        enough = true;
                        map.next_value::<IgnoredAny>()?;
                        (tests && enough).then_some(Sign::KubeBench)
                    }
                    "tests" if enough => Some(Sign::KubeBench),
                    "tests" => {
                        tests = true;
                        map.next_value::<IgnoredAny>()?;
                        None
                    }
                    // A list of the API holds nothing for us, and may be huge.
                    "items" => return Err(A::Error::custom("a list")),
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                        None
                    }
                };
                if self.0.is_some() {
                    return Err(A::Error::custom("enough"));
                }
            }
            Ok(())
        }
    }
    let mut sign = None;
    // The reading is ended by an error of our own, or by one of the file's: what counts is the sign that was seen before.
    let _ = serde_json::Deserializer::from_str(text).deserialize_map(Keys(&mut sign));
    sign
}

/// YAML documents of a file.
pub(super) fn documents(text: &str) -> Vec<&str> {
    let (mut documents, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == "---" || bare == "..." || bare.starts_with("--- ") {
            documents.push(&text[start..at]);
            start = at + line.len();
        }
        at += line.len();
    }
    documents.push(&text[start..]);
    documents
}

/// Whether a YAML document says at its outermost that it is an audit policy, whatever else is wrong with it. A whole one is asked itself, in
/// whatever style it is written; a broken one by its lines.
fn is_policy(document: &str) -> bool {
    #[derive(serde::Deserialize, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct Head {
        api_version: Option<String>,
        kind: Option<String>,
    }
    if !document.contains("audit.k8s.io/") {
        return false;
    }
    if let Ok(head) = serde_saphyr::from_str::<Head>(document) {
        let of_group = head.api_version.is_some_and(|version| version.starts_with("audit.k8s.io/"));
        return of_group && head.kind.as_deref() == Some("Policy");
    }
    let bare = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let indent = document.lines().find(bare).map_or(0, |line| line.len() - line.trim_start().len());
    let value = |key: &str| {
        document.lines().find_map(|line| {
            let said = line.get(indent..)?.strip_prefix(key)?.trim_start().strip_prefix(':')?;
            Some(said.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']))
        })
    };
    value("apiVersion").is_some_and(|version| version.starts_with("audit.k8s.io/")) && value("kind") == Some("Policy")
}
