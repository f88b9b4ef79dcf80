//! What is kept of a text of which checks read a part: certificates without what stands between them, settings by their paths. What is made
//! here can be made of itself again, so that a snapshot of before gives the same as the cluster.

use super::arguments::WITHHELD;
use serde_json::{Map, Value};

/// The certificates of a text, and nothing that stands beside them; none where it holds none. One that can't be one stays as an empty block, so that
/// it is still counted.
pub(super) fn certificates(text: &str) -> Option<String> {
    let base64 = |line: &str| line.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | ' ' | '\t' | '\r' | '\n'));
    let blocks = text.split("-----BEGIN ").filter_map(|block| {
        let label = ["CERTIFICATE", "TRUSTED CERTIFICATE"].into_iter().find(|label| block.starts_with(&format!("{label}-----")))?;
        let block = block.get(label.len() + 5..).unwrap_or_default();
        let body =
            block.split_once(&format!("-----END {label}-----")).map(|(body, _)| body).filter(|body| base64(body)).unwrap_or_default();
        let lines: Vec<&str> = body.split_whitespace().collect();
        Some(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n")))
    });
    let all: String = blocks.collect();
    (!all.is_empty()).then_some(all)
}

/// A YAML document that nobody can read.
const BROKEN: &str = "{";

/// The settings of a YAML document at these paths (`authentication.anonymous.enabled`), as JSON, each of the type that it has. A document that can't be
/// read stays one that can't be read, and one without settings stays without.
pub(super) fn settings(text: &str, paths: &[&str]) -> String {
    let mut options = serde_saphyr::Options::default();
    options.with_snippet = false;
    let Ok(value) = serde_saphyr::from_str_with_options::<Value>(text, options) else { return BROKEN.to_owned() };
    at(&value, paths)
}

/// The same of a TOML document. What was made of one is JSON, and stays as it is.
pub(super) fn toml_settings(text: &str, paths: &[&str]) -> String {
    let made = || serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    match toml::from_str::<Value>(text).ok().or_else(made) {
        Some(value) => at(&value, paths),
        None => BROKEN.to_owned(),
    }
}

fn at(value: &Value, paths: &[&str]) -> String {
    if !value.is_object() {
        return "[]".to_owned();
    }
    let mut kept = Value::Object(Map::new());
    for path in paths {
        copy(value, &mut kept, &path.split('.').collect::<Vec<_>>());
    }
    kept.to_string()
}

fn copy(from: &Value, to: &mut Value, path: &[&str]) {
    let ([key, rest @ ..], Some(fields)) = (path, to.as_object_mut()) else { return };
    let Some(value) = from.get(*key) else { return };
    if rest.is_empty() || !value.is_object() {
        fields.insert((*key).to_owned(), plain(value));
    } else {
        copy(value, fields.entry((*key).to_owned()).or_insert_with(|| Value::Object(Map::new())), rest);
    }
}

/// A value without its text, where that is more than a word.
fn plain(value: &Value) -> Value {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    match value {
        Value::String(text) if text.len() > 128 || !text.chars().all(word) => Value::String(WITHHELD.to_owned()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(_) => Value::Object(Map::new()),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_stay_and_what_is_beside_them_goes() {
        let text = "# MARKER\n-----BEGIN CERTIFICATE-----\nAAAA\nBBBB==\n-----END CERTIFICATE-----\nMARKER\n-----BEGIN CERTIFICATE-----\nMARKER!\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAAAA";
        let kept = certificates(text).unwrap_or_default();
        let empty = "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n";
        assert_eq!(kept, format!("-----BEGIN CERTIFICATE-----\nAAAA\nBBBB==\n-----END CERTIFICATE-----\n{empty}{empty}"));
        assert_eq!(certificates(&kept), Some(kept));
        assert_eq!(certificates("# MARKER"), None);
    }

    #[test]
    fn settings_of_toml_become_the_same() {
        let paths = &["a.b.enabled", "a.b.names"];
        let text = "# MARKER\n[a]\n  [a.b]\n  enabled = false\n  names = [\"x\", \"MARKER here\"]\n  other = \"MARKER\"\n";
        let kept = toml_settings(text, paths);
        assert_eq!(kept, r#"{"a":{"b":{"enabled":false,"names":["x","(withheld)"]}}}"#);
        assert_eq!(toml_settings(&kept, paths), kept);
        assert_eq!((toml_settings("[a", paths).as_str(), toml_settings(BROKEN, paths).as_str()), (BROKEN, BROKEN));
        assert_eq!(toml_settings("", paths), "{}");
    }

    #[test]
    fn settings_stay_at_their_paths_and_of_their_types() {
        let paths = &["kind", "a.b", "a.c", "d", "e", "f.g"];
        let text = "kind: K\na: {b: yes, c: \"false\", other: MARKER}\nd: [x, \"MARKER and more\", 4]\ne: MARKER of some kind\nf: MARKER here\nz: MARKER\n";
        let kept = settings(text, paths);
        assert_eq!(kept, r#"{"a":{"b":true,"c":"false"},"d":["x","(withheld)",4],"e":"(withheld)","f":"(withheld)","kind":"K"}"#);
        assert_eq!(settings(&kept, paths), kept);
        for (text, wanted) in [("a: {b: 1", BROKEN), ("a: 1\na: 2\n", BROKEN), ("MARKER", "[]"), ("- MARKER", "[]"), ("", "[]")] {
            assert_eq!(settings(text, paths), wanted, "{text}");
            assert_eq!(settings(wanted, paths), wanted, "{text}");
        }
    }
}
