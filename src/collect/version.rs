//! What a server tells of its version, as `/version` answers and as dumps repeat it.

use kassay_core::kinds::ClusterInfo;
use serde_json::Value;

/// Takes over what the answer says of emulation: servers since 1.31 can behave as an older version does, and tell so. What is no pair of numbers
/// says nothing.
pub(super) fn emulation(answer: &Value, cluster: &mut ClusterInfo) {
    let number = |key: String| {
        let text = answer.get(key)?.as_str()?;
        (!text.is_empty() && text.len() < 6 && text.chars().all(|c| c.is_ascii_digit())).then(|| text.to_owned())
    };
    let pair = |name: &str| Some(format!("{}.{}", number(format!("{name}Major"))?, number(format!("{name}Minor"))?));
    cluster.emulates = pair("emulation").unwrap_or_default();
    cluster.compatible_with = pair("minCompatibility").unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_numbers_tell_an_emulation() {
        let told = |answer: Value| {
            let mut cluster = ClusterInfo { emulates: "1.1".to_owned(), ..ClusterInfo::default() };
            emulation(&answer, &mut cluster);
            (cluster.emulates, cluster.compatible_with)
        };
        let whole = json!({"emulationMajor": "1", "emulationMinor": "35", "minCompatibilityMajor": "1", "minCompatibilityMinor": "34"});
        assert_eq!(told(whole), ("1.35".to_owned(), "1.34".to_owned()));
        for answer in [
            json!({}),
            json!({"emulationMajor": "1"}),
            json!({"emulationMajor": "1", "emulationMinor": "35+"}),
            json!({"emulationMajor": "", "emulationMinor": ""}),
            json!({"emulationMajor": 1, "emulationMinor": 35}),
            json!([1]),
        ] {
            assert_eq!(told(answer), (String::new(), String::new()));
        }
    }
}
