//! Control 10.3: its automated checks. Whether what runs is scanned, and rebuilt and deployed anew.

use crate::analysis::image::ImageReference;
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::imported::Form;
use crate::kinds::{ContainerRole, Workload, custom::Custom};
use crate::model::{Finding, Kind, Severity};
use jiff::Timestamp;
use std::collections::BTreeMap;

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

fn days(since: Timestamp, now: Timestamp) -> i64 {
    (now.as_second() - since.as_second()).div_euclid(86_400)
}

/// Reports by repository and tag or digest, the newest of each.
struct Reports<'a> {
    by_name: BTreeMap<(String, String), &'a Custom>,
}

impl<'a> Reports<'a> {
    fn of(view: &View<'a>) -> Self {
        let mut by_name: BTreeMap<(String, String), &Custom> = BTreeMap::new();
        for report in view.inventory.customs.get(&Kind::VulnerabilityReports).into_iter().flatten() {
            let text = |pointer: &str| report.parts.get("/report/artifact").and_then(|a| a.pointer(pointer)).and_then(|v| v.as_str());
            let Some(repository) = text("/repository") else { continue };
            for name in ["/digest", "/tag"].into_iter().filter_map(text) {
                let kept = by_name.entry((repository.to_owned(), name.to_owned())).or_insert(report);
                if updated(report) > updated(kept) {
                    *kept = report;
                }
            }
        }
        Self { by_name }
    }

    /// The report of an image: by what really runs, then by digest, then by tag. A report names `library/nginx` as the registry does.
    fn find(&self, image: &ImageReference, running: Option<&str>) -> Option<&'a Custom> {
        let digest = running.and_then(|id| id.rsplit_once('@')).map(|(_, digest)| digest).or(image.digest.as_deref());
        let names = digest.into_iter().chain(image.tag.as_deref());
        names.map(|name| (image.repository.clone(), name.to_owned())).find_map(|key| self.by_name.get(&key).copied())
    }
}

fn updated(report: &Custom) -> Option<Timestamp> {
    report.parts.get("/report/updateTimestamp").and_then(|v| v.as_str()).and_then(|v| v.parse().ok())
}

fn scan_results(view: &View<'_>) -> Verdict {
    let reports = Reports::of(view);
    if reports.by_name.is_empty() {
        return Verdict::review(
            "No VulnerabilityReports are kept in this cluster, so whether images are scanned must be shown by the scanner's own results.",
        );
    }
    let mut verdict = Verdict::over("image in use", "images in use");
    for (workload, category) in view.workloads() {
        for (spec, pods) in view.specs(workload) {
            for (role, container) in spec.all_containers().filter(|(role, _)| *role != ContainerRole::Ephemeral) {
                verdict.saw(category);
                let field = format!("{}.{}.image", workload.spec_path(), container.path(role));
                let finding = view.finding(workload.object.clone(), field).pods(pods);
                let Some(image) = ImageReference::parse(&container.image) else { continue };
                match reports.find(&image, running(view, workload, &container.name)) {
                    None => verdict.find(
                        finding
                            .rule("no-report")
                            .review()
                            .severity(Severity::Medium)
                            .observed(container.image.clone())
                            .message("No scan of this image is on record."),
                    ),
                    Some(report) => judge_report(view, report, &container.image, finding, &mut verdict),
                }
            }
        }
    }
    verdict
}

/// The image that a container of this workload really runs.
fn running<'a>(view: &View<'a>, workload: &Workload, container: &str) -> Option<&'a str> {
    let pods = workload.pod_indexes.iter().filter_map(|i| view.inventory.pods.get(*i));
    pods.into_iter().find_map(|p| p.image_ids.get(container)).map(String::as_str)
}

fn judge_report(view: &View<'_>, report: &Custom, image: &str, finding: Finding, verdict: &mut Verdict) {
    let count =
        |what: &str| report.parts.get("/report/summary").and_then(|s| s.get(what)).and_then(serde_json::Value::as_u64).unwrap_or_default();
    let (critical, high) = (count("criticalCount"), count("highCount"));
    if critical + high > 0 {
        let severity = if critical > 0 { Severity::High } else { Severity::Medium };
        let told =
            finding.clone().rule("vulnerabilities").severity(severity).observed(format!("{image}: {critical} critical, {high} high"));
        verdict.find(told.message("This image runs with published vulnerabilities of these degrees."));
    }
    match updated(report).map(|at| days(at, view.now)) {
        Some(age) if age > 30 => verdict.find(
            finding
                .rule("old-report")
                .review()
                .severity(Severity::Low)
                .observed(format!("{image}: scanned {age} days ago"))
                .message("The last scan is more than thirty days old and knows nothing of what was found since."),
        ),
        Some(_) => {}
        None => verdict.find(
            finding
                .rule("old-report")
                .review()
                .severity(Severity::Low)
                .observed(format!("{image}: scanned at an unknown time"))
                .message("When this image was scanned is not told."),
        ),
    }
}
