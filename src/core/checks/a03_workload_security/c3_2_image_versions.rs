//! Control 3.2: its automated checks.

use super::tag_drift;
use crate::analysis::image::{Firmness, ImageReference};
use crate::analysis::trial::{self, Break};
use crate::judging::{Check, Need, PlacedImage, Verdict, View, guarded};
use crate::model::{Finding, Kind, Severity, Weight};

/// The checks of control 3.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "3.2/image-reference",
        title: "Images whose name may come to mean other contents",
        severity: Severity::Medium,
        practices: &["3.2.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "A tag can be moved to other contents by whoever may push, and latest, which is also meant where no tag is given, is moved by habit. \
          What was tested, scanned and approved is then not what runs after the next restart.",
        mend: "Name the image by digest, with the tag kept for people to read: registry.example/pay/api:1.4.2@sha256:…; let the pipeline write it, \
           or a policy that replaces tags by digests on admission.",
        blind_spots: "Whether a registry lets tags be moved, and who may push, are settings of the registry. An image that an operator or a webhook puts \
                  in later is seen only in the pods that run.",
        judge: image_reference,
    },
    Check {
        id: "3.2/tag-drift",
        title: "One image name that runs with different contents",
        severity: Severity::Medium,
        practices: &["3.2.a"],
        needs: &[Need::Workloads, Need::List(Kind::Nodes)],
        active: false,
        why: "Two pods of one image name with different contents are the proof that a tag was moved: some of what runs was never seen by the test, \
              the scan or the approval that the name stands for.",
        mend: "Find out which contents were approved, name the image by that digest, and make tags immutable in the registry.",
        blind_spots: "Only pods that run now are compared: a tag that moved before all of them started, or after, isn't seen. Runtimes that report no \
                      digest can't be compared.",
        judge: tag_drift::judge,
    },
    Check {
        id: "3.2/signature-enforcement",
        title: "Namespaces where images run without a verified signature",
        severity: Severity::Medium,
        practices: &["3.2.a"],
        needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Policies],
        active: false,
        why: "A signature ties contents to whoever built them. Where admission refuses images without a good one, a tag that was moved to other contents \
              is caught at the door; where it doesn't, only names by digest protect.",
        mend: "Verify signatures in every namespace in scope, in enforcing mode and for all images that run there, with the exact signer named; or name all \
               images by digest.",
        blind_spots: "Policies are tried on the images that run here as if nobody had signed them; no signature is fetched, and what can't be run here \
                      is for review. Whether a signer is the right one isn't judged. Binary Authorization on GKE is a setting of the provider. Image Integrity on AKS is a preview that audits and \
                      refuses nothing.",
        judge: |view| guarded::signatures(view, Weight::Review),
    },
];

fn image_reference(view: &View<'_>) -> Verdict {
    // Policies are a help here and no need: where they could not be read, no signature is shown to be demanded.
    let trial = view.trial();
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        let place = trial.place_of(&workload.object.namespace);
        let verified = |image: &str| place.map(|place| trial.image(place, image, Break::Signature));
        view.images(workload).filter_map(|placed| loose(&placed, verified)).for_each(|finding| verdict.find(finding));
    }
    verdict
}

fn loose(placed: &PlacedImage<'_>, verified: impl Fn(&str) -> Option<trial::Verdict>) -> Option<Finding> {
    let finding = placed.finding().observed(placed.words());
    let Some(image) = ImageReference::parse(placed.used.reference) else { return Some(placed.unreadable("what it means")) };
    match image.firmness() {
        Firmness::Digest => None,
        Firmness::Tag => {
            // Policies on signatures speak of the images of containers; what they say of one that a volume mounts is not known.
            let message = match placed.used.container.and_then(|_| verified(placed.used.reference)) {
                // What anybody may sign, or whoever writes the pod may stay out of, catches nothing.
                Some(verdict) if verdict.outcome == trial::Outcome::Refused && verdict.around.is_empty() => return None,
                Some(verdict) if verdict.outcome == trial::Outcome::NotEvaluated => {
                    "The image is named by tag alone. A policy may verify signatures of such images, and could not be tried: where it does, a tag that \
                     somebody moves is caught."
                }
                _ => "The image is named by tag alone: it stays what it is only as long as nobody moves the tag.",
            };
            Some(finding.rule("tag_only").severity(Severity::Low).review().message(message))
        }
        Firmness::Latest => Some(
            finding
                .rule("latest")
                .message("The tag latest is moved with every release: nobody can say which contents the next restart brings."),
        ),
        Firmness::Nothing => Some(
            finding
                .rule("no_tag")
                .message("Neither tag nor digest is given, which means latest: nobody can say which contents the next restart brings."),
        ),
    }
}
