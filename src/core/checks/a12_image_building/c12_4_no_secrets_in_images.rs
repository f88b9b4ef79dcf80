//! Control 12.4: its automated checks.

use crate::analysis::image::ImageReference;
use crate::analysis::scan_report::{Age, Match, ScanReport, contents};
use crate::judging::{Check, Need, Placed, Verdict, View};
use crate::kinds::custom::Custom;
use crate::model::{Finding, Kind, Outcome, Severity};
use std::collections::BTreeMap;

/// The checks of control 12.4, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "12.4/exposed-secrets",
    title: "Images in which a scanner found secrets",
    severity: Severity::High,
    practices: &["12.4.a"],
    needs: &[Need::Workloads, Need::List(Kind::ExposedSecretReports)],
    active: false,
    why: "A key or password in an image can be read by everyone who may pull it, on every machine that holds a copy, and it stays in older layers after \
          it was deleted. Scanners in the cluster that look for such secrets leave their results there.",
    mend: "Change the secret first, then rebuild the image without it and remove the old one with its tags and cached copies; give builds their \
           credentials by a mechanism that leaves nothing behind.",
    blind_spots: "It only reads the reports of Trivy Operator, and of those only the counts: neither the secrets nor where they stand are taken in. What no \
                  scanner has opened, or keeps its results elsewhere, isn't seen; no report is not a clean report.",
    judge: exposed_secrets,
}];

/// What a report is about: namespace, kind and name of the scanned object, container.
type About<'a> = (&'a str, &'a str, &'a str, &'a str);

fn exposed_secrets(view: &View<'_>) -> Verdict {
    let empty = Vec::new();
    let reports: BTreeMap<About<'_>, &Custom> =
        view.inventory.customs.get(&Kind::ExposedSecretReports).unwrap_or(&empty).iter().map(|report| (about(report), report)).collect();
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        if reports.is_empty() {
            continue;
        }
        for placed in view.containers(workload) {
            match report_of(view, &reports, &placed) {
                Some(report) => verdict.find_all(told(view, &placed, report)),
                None => verdict.find(
                    placed
                        .finding("image")
                        .rule("no_report")
                        .severity(Severity::Info)
                        .review()
                        .observed(placed.container.image.clone())
                        .message("No scanner has left a report on secrets in this image, and no report is not a clean report."),
                ),
            }
        }
    }
    if reports.is_empty() && verdict.outcome() == Outcome::Pass {
        verdict.decide(Outcome::Review);
        verdict.because(
            "No scanner in the cluster keeps reports on secrets in images (ExposedSecretReport): ask how images are searched for them.",
        );
    }
    verdict
}

fn about(report: &Custom) -> About<'_> {
    let label = |key: &str| report.metadata.labels.get(&format!("trivy-operator.{key}")).map_or("", String::as_str);
    let namespace = match label("resource.namespace") {
        "" => report.metadata.namespace.as_str(),
        namespace => namespace,
    };
    (namespace, label("resource.kind"), label("resource.name"), label("container.name"))
}

/// The report on a container: by its workload, or by any ReplicaSet or Pod through which the workload runs.
fn report_of<'a>(view: &View<'_>, reports: &BTreeMap<About<'a>, &'a Custom>, placed: &Placed<'_>) -> Option<&'a Custom> {
    let object = &placed.workload.object;
    let of = |kind: &str, name: &str| reports.get(&(object.namespace.as_str(), kind, name, placed.container.name.as_str())).copied();
    of(&object.kind, &object.name).or_else(|| {
        let pods = placed.workload.pod_indexes.iter().filter_map(|i| view.inventory.pods.get(*i));
        let mut names: Vec<(&str, &str)> = pods
            .flat_map(|pod| {
                let owner = pod.metadata.controller().map(|owner| (owner.kind.as_str(), owner.name.as_str()));
                owner.into_iter().chain([("Pod", pod.metadata.name.as_str())])
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().find_map(|(kind, name)| of(kind, name))
    })
}

fn told(view: &View<'_>, placed: &Placed<'_>, report: &Custom) -> Vec<Finding> {
    let (report, image) = (ScanReport(report), placed.container.image.as_str());
    let review = |rule: &'static str, severity: Severity, observed: String, message: &'static str| {
        placed.finding("image").rule(rule).severity(severity).review().observed(observed).message(message)
    };
    if let Some(scanner) = report.malicious_scanner(&view.tables.software) {
        let message = "This release of the scanner was malicious, so nothing that it reported can be relied on.";
        return vec![review("malicious_scanner", Severity::High, format!("{image}: searched by {scanner}"), message)];
    }
    let mut found = Vec::new();
    let count = |key: &str| report.count(key);
    let levels =
        [("critical", count("criticalCount")), ("high", count("highCount")), ("medium", count("mediumCount")), ("low", count("lowCount"))];
    let told: Vec<String> = levels.iter().filter_map(|(level, n)| n.filter(|n| *n > 0).map(|n| format!("{n} {level}"))).collect();
    if !told.is_empty() {
        let severity = if count("criticalCount").is_some_and(|n| n > 0) { Severity::Critical } else { Severity::High };
        let message = "A scanner found secrets in the image: whoever may pull it, or sits on a machine that has it, can read them.";
        let finding = placed.finding("image").rule("secrets_found").severity(severity);
        found.push(finding.observed(format!("{image}: {}", told.join(", "))).message(message));
    } else if levels.iter().any(|(_, n)| n.is_none()) {
        let message = "The report does not count what was found, so that it names nothing means nothing.";
        found.push(review("no_summary", Severity::Medium, image.to_owned(), message));
    }
    if !is_of_what_runs(view, placed, report) {
        let message = "The last report does not name the image that is there now, so nothing shows that this one was searched.";
        found.push(review("other_image", Severity::Medium, image.to_owned(), message));
    }
    match report.age(view.now) {
        Age::Fresh => {}
        Age::Old(days) => found.push(review(
            "old_report",
            Severity::Low,
            format!("{image}: searched {days} days ago"),
            "The last search is more than thirty days old: the scanner may have stopped.",
        )),
        Age::Unknown => found.push(review(
            "old_report",
            Severity::Low,
            format!("{image}: searched at an unknown time"),
            "When this image was searched is not told, or told as a day that has not come yet.",
        )),
    }
    found
}

/// Whether a report on a container is of the image that it has now: by digest, and where none is known by name and tag.
fn is_of_what_runs(view: &View<'_>, placed: &Placed<'_>, report: ScanReport<'_>) -> bool {
    let Some(image) = ImageReference::parse(&placed.container.image) else { return false };
    let contents = contents(view.inventory, placed.workload, Some(placed.container), &image);
    let fits = |digest: Option<&str>| matches!(report.fits(&image, digest), Some(Match::Contents | Match::OtherName | Match::ByTag));
    if contents.is_empty() { fits(None) } else { contents.into_iter().all(|digest| fits(Some(digest))) }
}
