//! Quotas, limits and the results of policy engines.

use super::{custom::Custom, lenient::Scalar, meta::Meta, slim::slim};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

slim! {
    /// A ResourceQuota.
    struct ResourceQuota {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: ResourceQuotaSpec,
    }

    /// What a quota bounds.
    struct ResourceQuotaSpec {
        /// Bounds by resource.
        hard: BTreeMap<String, Scalar>,
        /// Only pods of these scopes.
        scopes: Vec<String>,
        /// Only pods that this selects.
        scope_selector: ScopeSelector,
    }

    /// Which pods a quota counts.
    struct ScopeSelector {
        /// All must hold.
        match_expressions: Vec<ScopeRequirement>,
    }

    /// One requirement of a quota's scope.
    struct ScopeRequirement {
        /// Scope: `PriorityClass`, `BestEffort`…
        scope_name: String,
    }

    /// A LimitRange.
    struct LimitRange {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: LimitRangeSpec,
    }

    /// Limits.
    struct LimitRangeSpec {
        /// Limits by type.
        limits: Vec<LimitRangeItem>,
    }

    /// Limits for one type.
    struct LimitRangeItem {
        /// `Container`, `Pod`, `PersistentVolumeClaim`.
        r#type: String,
        /// Limits given where a container has none.
        default: BTreeMap<String, Scalar>,
        /// Requests given where a container has none.
        default_request: BTreeMap<String, Scalar>,
        /// Highest.
        max: BTreeMap<String, Scalar>,
    }

    /// A PolicyReport or ClusterPolicyReport.
    struct PolicyReport {
        /// Metadata.
        metadata: Meta,
        /// The object that all results are about, where it is one.
        scope: Option<ReportObject>,
        /// Results.
        results: Vec<ReportResult>,
        /// Counts.
        summary: ReportSummary,
    }

    /// An object of a report.
    struct ReportObject {
        /// API group and version.
        api_version: String,
        /// Kind.
        kind: String,
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    }

    /// One result.
    struct ReportResult {
        /// Engine.
        source: String,
        /// Policy.
        policy: String,
        /// Rule.
        rule: String,
        /// `pass`, `fail`, `warn`, `error`, `skip`.
        result: String,
        /// Severity.
        severity: String,
        /// Objects.
        resources: Vec<ReportObject>,
    }

    /// Counts of results.
    struct ReportSummary {
        /// Passed.
        pass: u32,
        /// Failed.
        fail: u32,
        /// Warned.
        warn: u32,
        /// In error.
        error: u32,
        /// Skipped.
        skip: u32,
    }
}

impl PolicyReport {
    /// The report in an object of OpenReports (`openreports.io`), which has the same fields; none where it has another shape.
    #[must_use]
    pub fn from_custom(custom: &Custom) -> Option<Self> {
        let mut object = custom.rebuilt().ok()?;
        super::lenient::strip_nulls(&mut object);
        serde_json::from_value(object).ok()
    }
}
