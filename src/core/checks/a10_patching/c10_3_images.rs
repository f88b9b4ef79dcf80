//! Control 10.3: its automated checks. Whether what runs is scanned, and rebuilt and deployed anew.

use crate::analysis::image::ImageReference;
use crate::analysis::scan_report::{Age, Match, ScanReport, ScanReports, contents};
use crate::judging::evidence::days;
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::ImageUse;
use crate::kinds::imported::Form;
use crate::model::{Finding, Kind, Severity};
use jiff::Timestamp;

/// The checks of control 10.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "10.3/pod-age",
        title: "Pods in scope that have run for more than ninety days",
        severity: Severity::Low,
        practices: &["10.3.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "A container is not patched where it runs: fixes come with a new image and a new pod. A pod that is older than three months runs what was \
              built before that, with every fault that has been found since.",
        mend: "Rebuild images regularly on current base images and deploy them, also when the application itself did not change.",
        blind_spots: "Age is that of the pod. A young pod may run an old image: only the date of its build or a scan tells.",
        judge: pod_age,
    },
    Check {
        id: "10.3/scan-results",
        title: "Known vulnerabilities in images that run in scope",
        severity: Severity::High,
        practices: &["10.3.a"],
        needs: &[Need::Workloads, Need::List(Kind::VulnerabilityReports)],
        active: false,
        why: "Images carry hundreds of packages, and faults in them are published every day. Only a scan that is repeated against today's knowledge tells \
              which of them run here; one with critical faults that stays in place is the open door that attackers look for.",
        mend: "Rebuild the image with the fixed packages and deploy it; record an exception where no fix exists, with what reduces the risk until then.",
        blind_spots: "Only VulnerabilityReports of Trivy Operator are read: other scanners keep their results elsewhere. Whether a fault can be \
                      reached in this application is not judged. A scanner sees what package managers wrote down, no more. Trivy 0.69.4 to 0.69.6 were \
                      malicious releases: a report of theirs proves nothing.",
        judge: scan_results,
    },
    Check {
        id: "10.3/imported-scans",
        title: "Vulnerabilities of images in scope, by scans given as evidence",
        severity: Severity::High,
        practices: &["10.3.a"],
        needs: &[Need::Workloads, Need::Evidence(Form::Scan)],
        active: false,
        why: "Most entities scan images in their pipeline or registry, where the cluster keeps no trace of it. Only held against what really runs, by \
              digest, do such reports show that it was this image that was scanned, how long ago, and with what result.",
        mend: "Rebuild the image with the fixed packages and deploy it; record an exception where no fix exists, with what reduces the risk until then. \
               Scan what runs at least every month.",
        blind_spots: "A report does not say which degrees the scanner left out (--severity, --ignore-unfixed), nor how old its knowledge was. SARIF \
                      has no date and says less of the image. Whether a fault can be reached in this application is not judged.",
        judge: super::imported_scans::judge,
    },
];

fn pod_age(view: &View<'_>) -> Verdict {
    if let Some(blocked) = view.without_pods() {
        return blocked;
    }
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        let pods: Vec<Timestamp> = workload
            .pod_indexes
            .iter()
            .filter_map(|i| view.inventory.pods.get(*i))
            .filter(|p| p.is_live())
            .filter_map(|p| p.metadata.creation_timestamp)
            .collect();
        if pods.is_empty() {
            continue;
        }
        verdict.saw(category);
        let old: Vec<i64> = pods.iter().map(|t| days(*t, view.now)).filter(|days| *days > 90).collect();
        if let Some(oldest) = old.iter().max() {
            verdict.find(
                view.finding(workload.object.clone(), "metadata.creationTimestamp")
                    .review()
                    .severity(Severity::Low)
                    .pods(u32::try_from(old.len()).unwrap_or(u32::MAX))
                    .observed(format!("{} of {} pods; the oldest {oldest} days", old.len(), pods.len()))
                    .message("What runs here was built more than ninety days ago."),
            );
        }
    }
    verdict
}

fn scan_results(view: &View<'_>) -> Verdict {
    let kept = view.inventory.customs.get(&Kind::VulnerabilityReports).map_or(&[][..], Vec::as_slice);
    if kept.is_empty() {
        return Verdict::review(
            "No VulnerabilityReports are kept in this cluster, so whether images are scanned must be shown by the scanner's own results.",
        );
    }
    let reports = ScanReports::of(kept.iter());
    let mut verdict = Verdict::over("image in use", "images in use");
    for (workload, category) in view.workloads() {
        for (spec, pods) in view.specs(workload) {
            for used in spec.images().filter(ImageUse::lasts) {
                verdict.saw(category);
                let field = format!("{}.{}", workload.spec_path(), used.path());
                let told = Told { view, written: used.reference, finding: view.finding(workload.object.clone(), field).pods(pods) };
                let Some(image) = ImageReference::parse(used.reference) else {
                    verdict.find(told.no_report());
                    continue;
                };
                let contents = contents(view.inventory, workload, used.container.map(|(_, container)| container), &image);
                let digests = if contents.is_empty() { vec![None] } else { contents.into_iter().map(Some).collect() };
                for digest in digests {
                    match reports.find(&image, digest) {
                        None => verdict.find(told.no_report()),
                        Some((report, fit)) => verdict.find_all(told.report(report, fit)),
                    }
                }
            }
        }
    }
    verdict
}

/// What is to be told of the image of one container.
struct Told<'a, 'v> {
    view: &'a View<'v>,
    written: &'a str,
    finding: Finding,
}

impl Told<'_, '_> {
    fn review(&self, rule: &'static str, severity: Severity, observed: String, message: &'static str) -> Finding {
        self.finding.clone().rule(rule).review().severity(severity).observed(observed).message(message)
    }

    fn no_report(&self) -> Finding {
        self.review("no-report", Severity::Medium, self.written.to_owned(), "No scan of this image is on record.")
    }

    fn report(&self, report: ScanReport<'_>, fit: Match) -> Vec<Finding> {
        let (written, mut found) = (self.written, Vec::new());
        if let Some(scanner) = report.malicious_scanner(&self.view.tables.software) {
            return vec![self.review(
                "malicious-scanner",
                Severity::High,
                format!("{written}: scanned by {scanner}"),
                "This release of the scanner was malicious, so nothing that it reported can be relied on.",
            )];
        }
        match fit {
            Match::Contents => {}
            Match::OtherName => found.push(self.review(
                "other-name",
                Severity::Low,
                written.to_owned(),
                "The scan is of the same contents under another registry or repository.",
            )),
            Match::ByTag => found.push(self.review(
                "by-name",
                Severity::Low,
                written.to_owned(),
                "The scan was found by the image's name alone, and a tag may have moved since.",
            )),
            Match::OtherBuild => {
                let message = "The scan is of another image that had the same tag: what runs has a digest that no scan names.";
                return vec![self.review("other-build", Severity::Medium, written.to_owned(), message)];
            }
        }
        match (report.count("criticalCount"), report.count("highCount")) {
            (Some(0), Some(0)) => {}
            (critical, high) if critical.unwrap_or_default() + high.unwrap_or_default() > 0 => {
                let severity = if critical.unwrap_or_default() > 0 { Severity::High } else { Severity::Medium };
                let word = |count: Option<u64>| count.map_or_else(|| "an unknown number of".to_owned(), |n| n.to_string());
                let told = self.finding.clone().rule("vulnerabilities").severity(severity);
                let told = told.observed(format!("{written}: {} critical, {} high", word(critical), word(high)));
                found.push(told.message("This image runs with published vulnerabilities of these degrees."));
            }
            _ => found.push(self.review(
                "no-summary",
                Severity::Medium,
                written.to_owned(),
                "The report does not count critical and high vulnerabilities, so that it names none means nothing.",
            )),
        }
        if let Some(unrated) = report.count("unknownCount").filter(|n| *n > 0) {
            found.push(self.review(
                "unrated",
                Severity::Low,
                format!("{written}: {unrated}"),
                "The report does not rate these vulnerabilities.",
            ));
        }
        match report.age(self.view.now) {
            Age::Fresh => {}
            Age::Old(days) => found.push(self.review(
                "old-report",
                Severity::Low,
                format!("{written}: scanned {days} days ago"),
                "The last scan is more than thirty days old and knows nothing of what was found since.",
            )),
            Age::Unknown => found.push(self.review(
                "old-report",
                Severity::Low,
                format!("{written}: scanned at an unknown time"),
                "When this image was scanned is not told, or told as a day that has not come yet.",
            )),
        }
        found
    }
}
