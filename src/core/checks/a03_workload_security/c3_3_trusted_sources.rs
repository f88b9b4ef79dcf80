//! Control 3.3: its automated checks.

use crate::analysis::image::ImageReference;
use crate::analysis::trial::Break;
use crate::judging::{Check, Need, PlacedImage, Verdict, View, guarded};
use crate::model::{Finding, Kind, Severity};

/// The checks of control 3.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "3.3/registries",
        title: "Images from registries that nobody declared trusted",
        severity: Severity::Medium,
        practices: &["3.3.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "Anyone may upload to a public registry, and a typing mistake in a name is enough to fetch a stranger's image. Software from a source that \
          nobody approved runs with the same access to account data as one's own.",
        mend: "Copy the image into a registry of the trusted list after checking it, and name it from there; or, where the source deserves trust, \
           add the registry with its path to the list and say why.",
        blind_spots: "Mirrors in the configuration of the nodes' container runtime may fetch a name from elsewhere, and rules of the network may block a \
                  registry; neither is visible in the API. What is done to an image before it enters a trusted registry isn't either.",
        judge: registries,
    },
    Check {
        id: "3.3/registry-admission",
        title: "Namespaces where images of any registry are let in",
        severity: Severity::Medium,
        practices: &["3.3.a"],
        needs: &[Need::List(Kind::Namespaces), Need::Workloads, Need::Policies],
        active: false,
        why: "A list of trusted registries that nothing enforces holds until somebody is in a hurry. A policy at admission makes the cluster itself refuse \
              images from elsewhere, whoever writes the manifest.",
        mend: "Enforce the list in every namespace in scope: a Kyverno policy, Gatekeeper's K8sAllowedRepos, Kubewarden's trusted-repos or a \
               ValidatingAdmissionPolicy. Cover init and ephemeral containers and image volumes too. On OpenShift allowedRegistries in the image \
               settings does it, and blocks everything else: list the platform's own registries and your mirrors first, or the cluster can't fetch its \
               own parts.",
        blind_spots: "Policies are tried on witnesses with an image of a registry that nobody has (kassay trial shows them), and what can't be run \
                      here is for review. Whether the list is the right one isn't judged. Rules of the network, and mirrors in the configuration of \
                      nodes, aren't visible in the API.",
        judge: |view| guarded::demanded(view, Break::Registry, "Nothing shown here refuses an image from a registry outside of a list."),
    },
];

fn registries(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let trusted = &view.scope.trusted_registries;
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        view.images(workload).filter_map(|placed| source(&placed, trusted)).for_each(|finding| verdict.find(finding));
    }
    verdict
}

fn source(placed: &PlacedImage<'_>, trusted: &[String]) -> Option<Finding> {
    let finding = placed.finding().observed(placed.words());
    let Some(image) = ImageReference::parse(placed.used.reference) else { return Some(placed.unreadable("its registry")) };
    if trusted.is_empty() {
        let message = format!("The image comes from {}; no list of trusted registries was given to hold it against.", image.registry);
        let mend = "Answer 3.3.trusted_registries with the registries, or paths in them, that the entity has approved.";
        return Some(finding.rule("no_trusted_list").severity(Severity::Info).review().message(message).mend(mend));
    }
    if trusted.iter().any(|entry| image.is_from(entry)) {
        return None;
    }
    Some(if image.is_public() {
        let message =
            format!("The image comes from the public registry {}, which is not on the list of trusted registries.", image.registry);
        finding.rule("public_registry").severity(Severity::High).message(message)
    } else {
        let message = format!("The image comes from {}, which is not on the list of trusted registries.", image.registry);
        finding.rule("unlisted_registry").message(message)
    })
}
