//! Control 12.1: its automated checks.

use crate::analysis::image::ImageReference;
use crate::judging::{Check, Need, Verdict, View};
use crate::model::{Kind, Severity};
use std::collections::BTreeMap;

/// The checks of control 12.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "12.1/image-size",
    title: "Large images, a sign of bases that are not minimal",
    severity: Severity::Low,
    practices: &["12.1.a"],
    needs: &[Need::Workloads, Need::List(Kind::Nodes)],
    active: false,
    why: "An image with a whole operating system, compilers and shells in it has more flaws to patch and more tools for an intruder than the program \
          needs. Size is a sign of it, no proof.",
    mend: "Build in two stages, so that tools for building stay behind, and start from a minimal or distroless base.",
    blind_spots: "Nodes report their largest images only, fifty by default, and runtimes count compressed or unpacked bytes. A large image may hold data \
                  for good reason, and a small one may be old.",
    judge: image_size,
}];

const LARGE: u64 = 1 << 30;

fn image_size(view: &View<'_>) -> Verdict {
    let sizes = sizes(view);
    if sizes.is_empty() {
        let reason = "No node tells the size of any image (a kubelet may be told to report none).";
        return Verdict::blocked(reason, vec!["nodes: status.images".to_owned()]);
    }
    let mut verdict = Verdict::over("workload of known image size", "workloads of known image size");
    let mut unknown = 0_usize;
    for (workload, category) in view.workloads() {
        let known: Vec<_> =
            view.images(workload).filter_map(|placed| size_of(&sizes, placed.used.reference).map(|size| (placed, size))).collect();
        if known.is_empty() {
            unknown += usize::from(category.in_scope());
            continue;
        }
        verdict.saw(category);
        for (placed, size) in known.into_iter().filter(|(_, size)| *size > LARGE) {
            verdict.find(
                placed
                    .finding()
                    .severity(Severity::Low)
                    .review()
                    .observed(format!("{}: {}", placed.words(), gibibytes(size)))
                    .message("The image is larger than 1 GiB: look at what its base brings along."),
            );
        }
    }
    if unknown > 0 {
        // Nodes tell the largest of their images first, so that one which is missing there is rarely large.
        verdict.note(format!(
            "Told apart: {unknown} in scope whose images no node tells: they don't run, or are not among the largest there."
        ));
    }
    verdict
}

/// Size by name and by digest, as nodes tell it; where they differ, the largest.
fn sizes(view: &View<'_>) -> BTreeMap<String, u64> {
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for image in view.inventory.nodes.iter().flat_map(|node| &node.status.images) {
        for name in image.names.iter().filter_map(|name| ImageReference::parse(name)) {
            for key in keys(&name) {
                let size = sizes.entry(key).or_default();
                *size = (*size).max(image.size_bytes);
            }
        }
    }
    sizes
}

fn size_of(sizes: &BTreeMap<String, u64>, image: &str) -> Option<u64> {
    let image = ImageReference::parse(image)?;
    keys(&image).into_iter().find_map(|key| sizes.get(&key).copied())
}

/// What an image is known by: its digest if it has one, else its name with the tag.
fn keys(image: &ImageReference) -> Vec<String> {
    match (&image.digest, &image.tag) {
        (Some(digest), _) => vec![format!("{}@{digest}", image.name())],
        (None, Some(tag)) => vec![format!("{}:{tag}", image.name())],
        (None, None) => vec![format!("{}:latest", image.name())],
    }
}

fn gibibytes(bytes: u64) -> String {
    // In tenths, by whole numbers: 1.4 GiB.
    let tenths = bytes.saturating_mul(10) / (1 << 30);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}
