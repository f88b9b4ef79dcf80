//! What an API server counts of requests for APIs that are deprecated: the metric `apiserver_requested_deprecated_apis` among those that it serves
//! under `/metrics` (Kubernetes 1.19 and later). It counts since the server was started, and each server counts for itself.

use crate::model::text::clean;
use serde::{Deserialize, Serialize};

/// The metric.
const METRIC: &str = "apiserver_requested_deprecated_apis";

/// What was found out about requests for deprecated APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeprecatedRequests {
    /// Why it could not be read, in the server's words; "" where it was.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unread: String,
    /// The APIs, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<DeprecatedApi>,
}

/// A deprecated API that somebody asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct DeprecatedApi {
    /// API group, "" for the core group.
    pub group: String,
    /// Version: `v1beta1`.
    pub version: String,
    /// Resource.
    pub resource: String,
    /// Sub-resource, "" for the resource itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subresource: String,
    /// The release that no longer serves it: `1.32`; "" where none is set.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub removed_release: String,
}

impl DeprecatedRequests {
    /// Reads the metrics of an API server. A text that holds none of an API server says nothing about requests.
    #[must_use]
    pub fn of_metrics(text: &str) -> Self {
        if !text.lines().any(|line| line.starts_with("apiserver_")) {
            return Self { unread: "the answer holds no metrics of an API server".to_owned(), apis: vec![] };
        }
        let mut apis = Vec::new();
        // Other metrics begin with the same words.
        for line in text.lines().filter_map(|line| line.strip_prefix(METRIC)?.strip_prefix('{')) {
            let Some((labels, value)) = labels(line) else {
                return Self { unread: "a line about deprecated APIs can't be understood".to_owned(), apis: vec![] };
            };
            if value.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()) == Some(0.0) {
                continue;
            }
            let of = |name: &str| labels.iter().find(|(label, _)| label == name).map(|(_, value)| clean(value)).unwrap_or_default();
            apis.push(DeprecatedApi {
                group: of("group"),
                version: of("version"),
                resource: of("resource"),
                subresource: of("subresource"),
                removed_release: of("removed_release"),
            });
        }
        apis.sort();
        apis.dedup();
        Self { unread: String::new(), apis }
    }
}

/// The labels of a sample and what stands behind them. Values are quoted, with `\\`, `\"` and `\n` within.
fn labels(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((found, behind));
        }
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut chars = after.char_indices();
        let end = loop {
            match chars.next()? {
                (at, '"') => break at + 1,
                (_, '\\') => match chars.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        found.push((name.to_owned(), value));
        rest = &after[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = concat!(
        "# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs\n",
        "# TYPE apiserver_requested_deprecated_apis gauge\n",
        "apiserver_requested_deprecated_apis{group=\"policy\",removed_release=\"1.25\",resource=\"poddisruptionbudgets\",subresource=\"\",version=\"v1beta1\"} 1\n",
        "apiserver_requested_deprecated_apis{group=\"\",removed_release=\"\",resource=\"componentstatuses\",subresource=\"\",version=\"v1\"} 1 1700000000\n",
        "apiserver_requested_deprecated_apis{group=\"x\",removed_release=\"1.30\",resource=\"ys\",subresource=\"\",version=\"v1\"} 0\n",
        "apiserver_requested_deprecated_apis_total 7\n",
        "apiserver_request_total{code=\"200\",verb=\"GET\"} 12\n",
    );

    #[test]
    fn what_was_asked_for_is_read() {
        let found = DeprecatedRequests::of_metrics(TEXT);
        let told: Vec<(&str, &str, &str)> =
            found.apis.iter().map(|api| (api.group.as_str(), api.resource.as_str(), api.removed_release.as_str())).collect();
        assert_eq!(told, [("", "componentstatuses", ""), ("policy", "poddisruptionbudgets", "1.25")]);
    }

    #[test]
    fn what_are_no_metrics_says_nothing() {
        for text in ["", "{}", "<html>apiserver_requested", "go_goroutines 7\n"] {
            assert!(!DeprecatedRequests::of_metrics(text).unread.is_empty(), "{text}");
        }
        let torn = "apiserver_x 1\napiserver_requested_deprecated_apis{group=\"po";
        assert!(!DeprecatedRequests::of_metrics(torn).unread.is_empty());
        assert_eq!(DeprecatedRequests::of_metrics("apiserver_x 1\n"), DeprecatedRequests::default());
    }

    #[test]
    fn quotes_and_braces_in_values_don_t_end_them() {
        let line = "apiserver_requested_deprecated_apis{group=\"a}\\\"b\",version=\"v1\",resource=\"r\"} 1\n";
        assert_eq!(DeprecatedRequests::of_metrics(line).apis[0].group, "a}\"b");
    }
}
