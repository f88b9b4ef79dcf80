//! Scans that somebody gives as files, matched to what runs: by digest, which never moves, and only where there is none by the image's name.

use crate::analysis::image::{ImageReference, running};
use crate::analysis::scan_report::{Age, OLD};
use crate::analysis::software::malicious;
use crate::judging::evidence::{files, finding, named, unusable};
use crate::judging::{Verdict, View};
use crate::kinds::ImageUse;
use crate::kinds::imported::{Content, Form, Imported, Scan, ScannedImage, UnnamedScan};
use crate::model::{Finding, Outcome, Severity};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

const ASK: &str = "No scan of images was given. Give what “trivy image --format json” or “grype -o json” writes of each image in scope (SARIF is read too), or \
                   “trivy k8s --report all --format json” of the whole cluster.";

/// A scan of an image with the file that it is in.
#[derive(Clone, Copy)]
struct Scanned<'a> {
    image: &'a ScannedImage,
    file: &'a Imported,
}

impl Scanned<'_> {
    /// When it was made: as the report says, else as the evidence register does.
    fn at(&self) -> Option<Timestamp> {
        self.image.at.or_else(|| self.file.effective_at())
    }
}

/// The newest scan of each image.
#[derive(Default)]
struct Scans<'a> {
    by_digest: BTreeMap<&'a str, Scanned<'a>>,
    by_name: BTreeMap<String, Scanned<'a>>,
}

impl<'a> Scans<'a> {
    fn of(view: &View<'_>, files: &[&'a Imported]) -> Self {
        let mut scans = Self::default();
        for file in files {
            let Content::Scan(scan) = &file.content else { continue };
            if untrusted(view, scan) {
                continue;
            }
            for image in &scan.images {
                let scanned = Scanned { image, file };
                for digest in &image.digests {
                    newest(scans.by_digest.entry(digest).or_insert(scanned), scanned);
                }
                for name in image.references.iter().filter_map(|reference| name_of(reference)) {
                    newest(scans.by_name.entry(name).or_insert(scanned), scanned);
                }
            }
        }
        scans
    }
}

/// Keeps the newer of two scans; of equal age, the one that found more.
fn newest<'a>(kept: &mut Scanned<'a>, other: Scanned<'a>) {
    let rank = |s: &Scanned<'_>| (s.at(), s.image.counts.critical, s.image.counts.high, s.image.packages);
    if rank(&other) > rank(kept) {
        *kept = other;
    }
}

/// Repository and tag as runtimes read them: `docker.io/library/nginx:latest` for `nginx`.
fn name_of(reference: &str) -> Option<String> {
    let image = ImageReference::parse(reference)?;
    match (&image.tag, &image.digest) {
        (Some(tag), _) => Some(format!("{}:{tag}", image.name())),
        (None, Some(_)) => None,
        (None, None) => Some(format!("{}:latest", image.name())),
    }
}

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let given = files(view, Form::Scan);
    let mut verdict = Verdict::over("image in use", "images in use");
    if let Some(blocked) = unusable(view, &given, Form::Scan, ASK, &mut verdict) {
        return blocked;
    }
    for file in &given {
        let Content::Scan(scan) = &file.content else { continue };
        if untrusted(view, scan) {
            verdict.find(
                finding(view, file, "tool")
                    .rule("malicious-scanner")
                    .review()
                    .severity(Severity::High)
                    .observed(format!("{} {} ({})", scan.tool, scan.version, file.source()))
                    .message("This release of the scanner was malicious, so nothing that it reported can be relied on.")
                    .mend("Scan again with a release that is not, and change every credential that the scanner could read."),
            );
        }
        for workload in &scan.unnamed {
            verdict.find(unnamed(view, file, workload));
        }
        if !scan.other.is_empty() {
            verdict.find(
                finding(view, file, "artifact")
                    .rule("no-image")
                    .review()
                    .severity(Severity::Low)
                    .observed(format!("{} of {} ({})", scan.tool, scan.other, file.source()))
                    .message("This report names no image, so it can't be held against what runs."),
            );
        }
    }
    let scans = Scans::of(view, &given);
    for (workload, category) in view.workloads() {
        for (spec, pods) in view.specs(workload) {
            for used in spec.images().filter(ImageUse::lasts) {
                verdict.saw(category);
                let field = format!("{}.{}", workload.spec_path(), used.path());
                let told = view.finding(workload.object.clone(), field).pods(pods);
                // What a volume mounts has no digest among those that run.
                let running = used.container.map(|(_, container)| running(view.inventory, workload, &container.name)).unwrap_or_default();
                for found in image(view, &scans, used.reference, &running, &told) {
                    verdict.find(found);
                }
            }
        }
    }
    if verdict.outcome() == Outcome::Pass {
        verdict.because(format!(
            "Every one of {} images in use was scanned within {OLD} days and has no critical or high vulnerability, by {}.",
            verdict.population(),
            named(&given)
        ));
    }
    verdict
}

/// Whether a report was made by a release that nobody may rely on.
fn untrusted(view: &View<'_>, scan: &Scan) -> bool {
    malicious(&view.tables.software, &scan.tool, &scan.version).is_some()
}

/// A scan of a workload that does not say which images it has: what it found is of something that runs, and can't be matched with it.
fn unnamed(view: &View<'_>, file: &Imported, workload: &UnnamedScan) -> Finding {
    let counts = workload.counts;
    let severity = if counts.critical + counts.high > 0 { Severity::High } else { Severity::Low };
    finding(view, file, workload.name.clone())
        .rule("no-image")
        .review()
        .severity(severity)
        .observed(format!("{}: {} critical, {} high ({})", workload.name, counts.critical, counts.high, file.source()))
        .message("This part of the report does not say which image it is of, so it can't be held against what runs.")
        .mend("Scan again with a release of the scanner that names the images, or scan each image by itself.")
}

fn image(view: &View<'_>, scans: &Scans<'_>, written: &str, running: &BTreeSet<&str>, told: &Finding) -> Vec<Finding> {
    let unscanned = |observed: String| {
        let told = told.clone().rule("no-scan").review().severity(Severity::Medium);
        told.observed(observed).message("None of the files holds a scan of this image.")
    };
    let reference = ImageReference::parse(written);
    let pinned = reference.as_ref().and_then(|image| image.digest.as_deref());
    let digests: BTreeSet<&str> = if running.is_empty() { pinned.into_iter().collect() } else { running.clone() };
    let (scanned, open): (Vec<&str>, Vec<&str>) = digests.iter().partition(|digest| scans.by_digest.contains_key(**digest));
    let mut found: Vec<Finding> = Vec::new();
    for digest in scanned {
        if let Some(scan) = scans.by_digest.get(digest) {
            found.extend(results(view, *scan, written, told));
        }
    }
    if digests.is_empty() || !open.is_empty() {
        let by_name = name_of(written).and_then(|name| scans.by_name.get(&name));
        match by_name {
            None => found.push(unscanned(written.to_owned())),
            Some(scan) => {
                found.extend(results(view, *scan, written, told));
                let (rule, message) = if !open.is_empty() && !scan.image.digests.is_empty() {
                    ("other-build", "The scan is of another image that had the same tag: what runs has a digest that no scan names.")
                } else {
                    ("by-name", "The scan was found by the image's name alone, and a tag may have moved since.")
                };
                found.push(
                    told.clone()
                        .rule(rule)
                        .review()
                        .severity(if rule == "other-build" { Severity::Medium } else { Severity::Low })
                        .observed(format!("{written} ({})", scan.file.source()))
                        .message(message)
                        .mend("Scan the image by the digest that runs."),
                );
            }
        }
    }
    found
}

fn results(view: &View<'_>, scan: Scanned<'_>, written: &str, told: &Finding) -> Vec<Finding> {
    let (image, source) = (scan.image, scan.file.source());
    let mut found = Vec::new();
    let counts = image.counts;
    if counts.critical + counts.high > 0 {
        let severity = if counts.critical > 0 { Severity::High } else { Severity::Medium };
        found.push(
            told.clone()
                .rule("vulnerabilities")
                .severity(severity)
                .observed(format!(
                    "{written}: {} critical, {} high, {} of them with a fix ({source})",
                    counts.critical, counts.high, counts.fixable
                ))
                .message("This image runs with published vulnerabilities of these degrees."),
        );
    }
    let mut review = |rule: &'static str, observed: String, message: &'static str| {
        found.push(told.clone().rule(rule).review().severity(Severity::Low).observed(format!("{observed} ({source})")).message(message));
    };
    match Age::of(scan.at(), view.now) {
        Age::Unknown => {
            review("undated", written.to_owned(), "When this image was scanned is not told, or told as a day that has not come yet.");
        }
        Age::Old(age) => review(
            "old",
            format!("{written}: scanned {age} days ago"),
            "The last scan is more than thirty days old and knows nothing of what was found since.",
        ),
        Age::Fresh => {}
    }
    if !image.error.is_empty() {
        review("failed", format!("{written}: {}", image.error), "The scan of this image failed.");
    } else if !image.packages {
        review(
            "no-packages",
            written.to_owned(),
            "The report says nothing of packages in this image, so that it names no vulnerability means nothing.",
        );
    }
    if image.end_of_life {
        review(
            "end-of-life",
            written.to_owned(),
            "The operating system in this image gets no more fixes, and what is found in it is no longer published.",
        );
    }
    if image.suppressed > 0 {
        review(
            "suppressed",
            format!("{written}: {}", image.suppressed),
            "The scanner was told to leave out vulnerabilities; each needs a reason on record.",
        );
    }
    if counts.unknown > 0 {
        review("unrated", format!("{written}: {}", counts.unknown), "The report does not rate these vulnerabilities.");
    }
    found
}
