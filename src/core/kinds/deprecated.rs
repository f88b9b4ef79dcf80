//! What an API server counts of requests for APIs that are deprecated: the metric `apiserver_requested_deprecated_apis` among those that it serves
//! under `/metrics` (Kubernetes 1.19 and later). It counts since the server was started, and each server counts for itself.

use super::control_plane::exposition::Sample;
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
    /// Takes a line of the metrics.
    pub(super) fn take(&mut self, line: &str) {
        // Other metrics begin with the same words.
        if !line.strip_prefix(METRIC).is_some_and(|rest| rest.starts_with('{')) {
            return;
        }
        let Some(sample) = Sample::of(line) else {
            "a line about deprecated APIs can't be understood".clone_into(&mut self.unread);
            return;
        };
        if sample.count() == Some(0) {
            return;
        }
        let of = |name: &str| clean(sample.label(name));
        self.apis.push(DeprecatedApi {
            group: of("group"),
            version: of("version"),
            resource: of("resource"),
            subresource: of("subresource"),
            removed_release: of("removed_release"),
        });
    }

    /// What several servers counted. Each counts for itself, so a text that was not understood leaves all of it open.
    #[must_use]
    pub fn together(before: Option<Self>, mut now: Self) -> Self {
        let Some(before) = before else { return now };
        if !before.unread.is_empty() {
            return before;
        }
        now.apis.extend(before.apis);
        now.finish("")
    }

    /// What the lines said, in order. `cut` says why there are not all; of part of them nothing is told.
    pub(super) fn finish(mut self, cut: &str) -> Self {
        if self.unread.is_empty() {
            cut.clone_into(&mut self.unread);
        }
        if !self.unread.is_empty() {
            self.apis.clear();
        }
        self.apis.sort();
        self.apis.dedup();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::control_plane::MetricsReader;

    const TEXT: &str = concat!(
        "# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs\n",
        "# TYPE apiserver_requested_deprecated_apis gauge\n",
        "apiserver_requested_deprecated_apis{group=\"policy\",removed_release=\"1.25\",resource=\"poddisruptionbudgets\",subresource=\"\",version=\"v1beta1\"} 1\n",
        "apiserver_requested_deprecated_apis{group=\"\",removed_release=\"\",resource=\"componentstatuses\",subresource=\"\",version=\"v1\"} 1 1700000000\n",
        "apiserver_requested_deprecated_apis{group=\"x\",removed_release=\"1.30\",resource=\"ys\",subresource=\"\",version=\"v1\"} 0\n",
        "apiserver_requested_deprecated_apis_total 7\n",
        "apiserver_request_total{code=\"200\",verb=\"GET\"} 12\n",
    );

    fn of_metrics(text: &str) -> DeprecatedRequests {
        let mut reader = MetricsReader::default();
        text.lines().for_each(|line| reader.line(line));
        reader.finish("").map_or_else(|unread| DeprecatedRequests { unread, apis: vec![] }, |read| read.deprecated)
    }

    #[test]
    fn what_was_asked_for_is_read() {
        let found = of_metrics(TEXT);
        let told: Vec<(&str, &str, &str)> =
            found.apis.iter().map(|api| (api.group.as_str(), api.resource.as_str(), api.removed_release.as_str())).collect();
        assert_eq!(told, [("", "componentstatuses", ""), ("policy", "poddisruptionbudgets", "1.25")]);
    }

    #[test]
    fn what_are_no_metrics_says_nothing() {
        for text in ["", "{}", "<html>apiserver_requested", "go_goroutines 7\n"] {
            assert!(!of_metrics(text).unread.is_empty(), "{text}");
        }
        let torn = "apiserver_x 1\napiserver_requested_deprecated_apis{group=\"po";
        assert!(!of_metrics(torn).unread.is_empty());
        assert_eq!(of_metrics("apiserver_x 1\n"), DeprecatedRequests::default());
    }

    #[test]
    fn quotes_and_braces_in_values_don_t_end_them() {
        let line = "apiserver_requested_deprecated_apis{group=\"a}\\\"b\",version=\"v1\",resource=\"r\"} 1\n";
        assert_eq!(of_metrics(line).apis[0].group, "a}\"b");
    }
}
