//! What Trivy Operator keeps of its scans of images: which image a report is of, when and by which program it was made, what it counted.
//!
//! A report speaks of contents. It is a running image's where its digest is that of what runs; the same tag may have meant other contents,
//! and the same repository in another registry is another image. A count that is not there is unknown, and never zero.

use super::image::{DEFAULT_REGISTRY, ImageReference, running};
use super::software::{Software, malicious};
use crate::kinds::custom::Custom;
use crate::kinds::{Container, Inventory, Workload};
use crate::model::is_digest;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Days after which a scan knows too little of what was found since.
pub const OLD: i64 = 30;

/// A report of Trivy Operator on an image: a VulnerabilityReport or an ExposedSecretReport.
#[derive(Clone, Copy, Debug)]
pub struct ScanReport<'a>(pub &'a Custom);

/// How old a scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// At most [`OLD`] days.
    Fresh,
    /// Older, in days.
    Old(i64),
    /// No time is told, or one that has not come yet.
    Unknown,
}

impl Age {
    /// The age of what was made at a time.
    #[must_use]
    pub fn of(at: Option<Timestamp>, now: Timestamp) -> Self {
        match at.map(|at| (now.as_second() - at.as_second()).div_euclid(86_400)) {
            // Clocks differ; by a day they don't.
            Some(days) if days < -1 => Self::Unknown,
            Some(days) if days > OLD => Self::Old(days),
            Some(_) => Self::Fresh,
            None => Self::Unknown,
        }
    }
}

/// How a report was found to be of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is of these contents, under this name.
    Contents,
    /// It is of these contents, under another registry or repository.
    OtherName,
    /// It has the same name and tag, and nothing tells which contents run or were scanned.
    ByTag,
    /// It has the same name and tag, and other contents run.
    OtherBuild,
}

impl<'a> ScanReport<'a> {
    fn text(self, part: &str, below: &str) -> &'a str {
        let part = self.0.parts.get(part);
        let value = if below.is_empty() { part } else { part.and_then(|part| part.pointer(below)) };
        value.and_then(Value::as_str).unwrap_or_default()
    }

    /// Registry and repository as an image's name has them: `docker.io/library/nginx`. None where it names no repository.
    fn name(self) -> Option<String> {
        let repository = Some(self.text("/report/artifact", "/repository")).filter(|text| !text.is_empty())?;
        let registry = match self.text("/report/registry/server", "") {
            "" | "index.docker.io" | "registry-1.docker.io" => DEFAULT_REGISTRY.to_owned(),
            registry => registry.to_lowercase(),
        };
        Some(format!("{registry}/{repository}"))
    }

    fn tag(self) -> &'a str {
        match self.text("/report/artifact", "/tag") {
            "" => "latest",
            tag => tag,
        }
    }

    fn digest(self) -> Option<&'a str> {
        Some(self.text("/report/artifact", "/digest")).filter(|digest| is_digest(digest))
    }

    /// When it was made.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        self.text("/report/updateTimestamp", "").parse().ok()
    }

    /// How old it is.
    #[must_use]
    pub fn age(self, now: Timestamp) -> Age {
        Age::of(self.at(), now)
    }

    /// One of its counts: `criticalCount`; none where it is not told.
    #[must_use]
    pub fn count(self, what: &str) -> Option<u64> {
        self.0.parts.get("/report/summary").and_then(|summary| summary.get(what)).and_then(Value::as_u64)
    }

    /// The scanner, where its release is known to be malicious.
    #[must_use]
    pub fn malicious_scanner(self, known: &[Software]) -> Option<String> {
        let (name, version) = (self.text("/report/scanner/name", ""), self.text("/report/scanner/version", ""));
        malicious(known, name, version).map(|_| format!("{} {}", crate::model::text::clean(name), crate::model::text::clean(version)))
    }

    /// How it fits contents that run under a name; none where it is of another image. Without a digest only name and tag speak.
    #[must_use]
    pub fn fits(self, image: &ImageReference, digest: Option<&str>) -> Option<Match> {
        let same_name = self.name().is_some_and(|name| name == image.name());
        match (digest, self.digest()) {
            (Some(runs), Some(scanned)) if runs == scanned => Some(if same_name { Match::Contents } else { Match::OtherName }),
            _ if !same_name || self.tag() != image.tag.as_deref().unwrap_or("latest") => None,
            (Some(_), Some(_)) => Some(Match::OtherBuild),
            _ => Some(Match::ByTag),
        }
    }
}

/// Digests of what a container runs, or of what its image is pinned to where nothing runs; empty where neither tells. Without a container it is
/// about what a volume mounts, of which no pod tells the digest.
#[must_use]
pub fn contents<'a>(
    inventory: &'a Inventory,
    workload: &Workload,
    container: Option<&Container>,
    image: &'a ImageReference,
) -> BTreeSet<&'a str> {
    let running = container.map(|container| running(inventory, workload, &container.name)).unwrap_or_default();
    if running.is_empty() { image.digest.as_deref().into_iter().collect() } else { running }
}

/// Reports by digest and by name with tag.
#[derive(Debug, Default)]
pub struct ScanReports<'a> {
    by_digest: BTreeMap<&'a str, Vec<ScanReport<'a>>>,
    by_tag: BTreeMap<String, Vec<ScanReport<'a>>>,
}

impl<'a> ScanReports<'a> {
    /// Sorts reports.
    pub fn of(reports: impl Iterator<Item = &'a Custom>) -> Self {
        let mut all = Self::default();
        for report in reports.map(ScanReport) {
            if let Some(digest) = report.digest() {
                all.by_digest.entry(digest).or_default().push(report);
            }
            if let Some(name) = report.name() {
                all.by_tag.entry(format!("{name}:{}", report.tag())).or_default().push(report);
            }
        }
        all
    }

    /// The report that fits best, of equals the newest; none where each is of another image.
    #[must_use]
    pub fn find(&self, image: &ImageReference, digest: Option<&str>) -> Option<(ScanReport<'a>, Match)> {
        let tagged = format!("{}:{}", image.name(), image.tag.as_deref().unwrap_or("latest"));
        let lists = [digest.and_then(|digest| self.by_digest.get(digest)), self.by_tag.get(&tagged)];
        let fitting = lists.into_iter().flatten().flatten().filter_map(|report| Some((*report, report.fits(image, digest)?)));
        let rank = |fit: Match| match fit {
            Match::Contents => 0,
            Match::OtherName => 1,
            Match::ByTag => 2,
            Match::OtherBuild => 3,
        };
        fitting.min_by(|(a, fit), (b, other)| rank(*fit).cmp(&rank(*other)).then(b.at().cmp(&a.at())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Keep, Kind};
    use serde_json::json;

    fn digest(digit: &str) -> String {
        format!("sha256:{}", digit.repeat(64))
    }

    fn report(registry: &str, tag: &str, digest: &str, at: &str) -> Custom {
        let artifact = json!({"repository": "acme/api", "tag": tag, "digest": digest});
        let object = json!({"metadata": {"name": "r"}, "report": {"updateTimestamp": at, "registry": {"server": registry}, "artifact": artifact,
            "scanner": {"name": "Trivy", "version": "0.69.5"}, "summary": {"criticalCount": 0}}});
        Custom::from_object(&object, Kind::VulnerabilityReports).unwrap_or_default()
    }

    fn best(reports: &[Custom], image: &str, digest: Option<&str>) -> Option<(String, Match)> {
        let image = ImageReference::parse(image)?;
        ScanReports::of(reports.iter())
            .find(&image, digest)
            .map(|(report, fit)| (report.text("/report/updateTimestamp", "").to_owned(), fit))
    }

    #[test]
    fn a_report_is_of_the_contents_that_run_or_says_what_it_is_of() {
        let (one, two) = (digest("1"), digest("2"));
        let reports = [
            report("index.docker.io", "1.0", &one, "2026-01-02T00:00:00Z"),
            report("index.docker.io", "1.0", &one, "2026-01-03T00:00:00Z"),
            report("mirror.acme.example", "1.0", &two, "2026-01-04T00:00:00Z"),
            report("index.docker.io", "2.0", "", "2026-01-05T00:00:00Z"),
        ];
        let found = |image: &str, digest: Option<&str>| best(&reports, image, digest);
        assert_eq!(found("acme/api:1.0", Some(&one)), Some(("2026-01-03T00:00:00Z".to_owned(), Match::Contents)));
        assert_eq!(found("acme/api:1.0", Some(&two)), Some(("2026-01-04T00:00:00Z".to_owned(), Match::OtherName)));
        assert_eq!(found("acme/api:1.0", Some(&digest("3"))).map(|(_, fit)| fit), Some(Match::OtherBuild));
        assert_eq!(found("acme/api:1.0", None).map(|(_, fit)| fit), Some(Match::ByTag));
        assert_eq!(found("acme/api:2.0", Some(&two)).map(|(_, fit)| fit), Some(Match::OtherName));
        assert_eq!(found("acme/api:2.0", Some(&digest("3"))).map(|(_, fit)| fit), Some(Match::ByTag));
        // Another registry, another tag, another repository.
        assert_eq!(found("other.acme.example/acme/api:1.0", None), None);
        assert_eq!(found("acme/api:9.9", Some(&digest("3"))), None);
        assert_eq!(found("acme/web:1.0", Some(&digest("3"))), None);
    }

    #[test]
    fn what_a_report_does_not_tell_is_unknown() {
        let report = report("", "", "sha256:12", "soon");
        let read = ScanReport(&report);
        assert_eq!((read.digest(), read.tag(), read.name().as_deref()), (None, "latest", Some("docker.io/acme/api")));
        assert_eq!((read.count("criticalCount"), read.count("highCount")), (Some(0), None));
        let now = Timestamp::from_second(1_800_000_000).unwrap_or_default();
        let before = |days: i64| Age::of(Timestamp::from_second(now.as_second() - days * 86_400).ok(), now);
        assert_eq!((read.age(now), before(30), before(31), before(-400)), (Age::Unknown, Age::Fresh, Age::Old(31), Age::Unknown));
    }

    #[test]
    fn a_malicious_release_is_told_by_the_table() {
        let report = report("", "", "", "");
        let trivy = |version: &str| Software { name: "Trivy".into(), malicious: vec![version.into()], ..Software::default() };
        assert_eq!(ScanReport(&report).malicious_scanner(&[trivy("0.69.5")]).as_deref(), Some("Trivy 0.69.5"));
        assert_eq!(ScanReport(&report).malicious_scanner(&[trivy("0.69.4")]), None);
        assert!(matches!(Kind::ExposedSecretReports.keep(), Keep::Parts(parts) if parts.contains(&"/report/artifact")));
    }
}
