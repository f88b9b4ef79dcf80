//! Judge of `3.2/tag-drift`: one name, several contents.
//!
//! Runtimes report the digest that each container really runs. Where containers of one image name run several digests on nodes of one
//! architecture, the tag was moved between two starts. Nodes of another architecture may rightly run another digest, so they are compared
//! among themselves.

use crate::analysis::image::{Firmness, ImageReference, digest_of_id};
use crate::judging::{Verdict, View};
use crate::kinds::{ContainerRole, Pod, Source};
use crate::model::Severity;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Most contents of one name that a finding tells.
const TOLD: usize = 10;

/// Image name and architecture.
type Name<'a> = (String, &'a str);

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let architectures: BTreeMap<&str, &str> =
        view.inventory.nodes.iter().map(|n| (n.metadata.name.as_str(), n.status.node_info.architecture.as_str())).collect();
    let reported = |pod| reported(view, &architectures, pod);
    // Hardly a name runs more than one content, so these are short lists.
    let mut running: BTreeMap<Name<'_>, Vec<(&str, usize)>> = BTreeMap::new();
    for pod in view.inventory.pods.iter().filter(|pod| pod.is_live()) {
        for (name, digest) in reported(pod) {
            let digests = running.entry(name).or_default();
            match digests.binary_search_by_key(&digest, |(known, _)| known) {
                Ok(at) => digests[at].1 += 1,
                Err(at) => digests.insert(at, (digest, 1)),
            }
        }
    }
    let mut verdict = Verdict::over("workload that runs images by tag", "workloads that run images by tag");
    for (workload, category) in view.workloads() {
        let pods = || workload.pod_indexes.iter().filter_map(|i| view.inventory.pods.get(*i)).filter(|pod| pod.is_live());
        let names: BTreeSet<Name<'_>> = pods().flat_map(&reported).map(|(name, _)| name).collect();
        if names.is_empty() {
            continue;
        }
        verdict.saw(category);
        for placed in view.containers(workload).filter(|placed| placed.role != ContainerRole::Ephemeral) {
            let Some(image) = by_tag(&placed.container.image) else { continue };
            let several = names.iter().filter(|(name, _)| *name == image).find_map(|name| running.get(name).filter(|d| d.len() > 1));
            if let Some(digests) = several {
                verdict.find(
                    placed
                        .finding("image")
                        .severity(Severity::Medium)
                        .observed(format!("{}: {}", placed.container.image, told(digests)))
                        .message("Containers of this very name run different contents: the tag was moved, and what was approved is not all that runs."),
                );
            }
        }
    }
    if verdict.population() == 0 && view.inventory.source == Source::Files {
        return Verdict::blocked(
            "The files hold no pods that run, and only these tell which contents a name stands for.",
            vec!["pods: list".to_owned()],
        );
    }
    verdict
}

/// The contents that most containers run, and how many others there are.
fn told(digests: &[(&str, usize)]) -> String {
    let mut digests = digests.to_vec();
    digests.sort_by_key(|(digest, n)| (Reverse(*n), *digest));
    let mut words: Vec<String> =
        digests.iter().take(TOLD).map(|(digest, n)| format!("{digest} in {n} container{}", if *n == 1 { "" } else { "s" })).collect();
    if digests.len() > TOLD {
        words.push(format!("and {} more", digests.len() - TOLD));
    }
    words.join(", ")
}

/// The name under which an image runs, where it is a name that can move.
fn by_tag(image: &str) -> Option<String> {
    let image = ImageReference::parse(image)?;
    match image.firmness() {
        Firmness::Digest => None,
        Firmness::Nothing => Some(format!("{image}:latest")),
        Firmness::Tag | Firmness::Latest => Some(image.to_string()),
    }
}

/// What a pod's containers run, by image name and architecture of the node.
fn reported<'a>(view: &View<'a>, architectures: &BTreeMap<&str, &'a str>, pod: &'a Pod) -> Vec<(Name<'a>, &'a str)> {
    let architecture = architectures.get(pod.node.as_str()).copied().unwrap_or_default();
    let spec = view.inventory.spec(pod.spec);
    let containers = spec.all_containers().filter_map(|(_, container)| {
        let digest = digest_of_id(pod.image_ids.get(&container.name)?)?;
        Some(((by_tag(&container.image)?, architecture), digest))
    });
    containers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_containers_run_is_told_first_and_the_rest_counted() {
        assert_eq!(told(&[("sha256:a", 1), ("sha256:b", 2)]), "sha256:b in 2 containers, sha256:a in 1 container");
        let many: Vec<String> = (0..TOLD + 3).map(|n| format!("sha256:{n:02}")).collect();
        let many: Vec<(&str, usize)> = many.iter().map(|digest| (digest.as_str(), 1)).collect();
        let told = told(&many);
        assert!(told.starts_with("sha256:00 in 1 container, ") && told.ends_with("sha256:09 in 1 container, and 3 more"), "{told}");
    }
}
