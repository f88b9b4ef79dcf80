//! Judge of `3.2/tag-drift`: one name, several contents.
//!
//! Runtimes report the digest that each container really runs. Where containers of one image name run several digests on nodes of one
//! architecture, the tag was moved between two starts. Nodes of another architecture may rightly run another digest, so they are compared
//! among themselves.

use crate::analysis::image::{Firmness, ImageReference, digest_of_id};
use crate::judging::{Verdict, View};
use crate::kinds::{ContainerRole, Inventory, Pod, Source};
use crate::model::Severity;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most contents of one name that a finding tells.
const TOLD: usize = 10;

/// Number of an image name, and architecture.
type Name<'a> = (usize, &'a str);

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let architectures: BTreeMap<&str, &str> =
        view.inventory.nodes.iter().map(|n| (n.metadata.name.as_str(), n.status.node_info.architecture.as_str())).collect();
    let names = Names::of(view.inventory);
    let reported = |pod| names.reported(&architectures, pod);
    // Hardly a name runs more than one content, so these are short lists.
    let mut running: HashMap<Name<'_>, Vec<(&str, usize)>> = HashMap::new();
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
        let own: BTreeSet<Name<'_>> = pods().flat_map(&reported).map(|(name, _)| name).collect();
        if own.is_empty() {
            continue;
        }
        verdict.saw(category);
        for placed in view.containers(workload).filter(|placed| placed.role != ContainerRole::Ephemeral) {
            let Some(image) = names.number(&placed.container.image) else { continue };
            let several = own.range((image, "")..).take_while(|(name, _)| *name == image);
            let several = several.filter_map(|name| running.get(name)).find(|digests| digests.len() > 1);
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

/// Names under which the images of a cluster run, each by a number: many pods have the same.
struct Names<'a> {
    inventory: &'a Inventory,
    numbers: HashMap<&'a str, Option<usize>>,
}

impl<'a> Names<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let (mut numbers, mut known) = (HashMap::new(), HashMap::new());
        for container in inventory.specs.iter().flat_map(|spec| spec.all_containers().map(|(_, container)| container)) {
            numbers.entry(container.image.as_str()).or_insert_with(|| {
                let next = known.len();
                by_tag(&container.image).map(|name| *known.entry(name).or_insert(next))
            });
        }
        Self { inventory, numbers }
    }

    /// The number of the name under which an image runs, where that is a name that can move.
    fn number(&self, image: &str) -> Option<usize> {
        self.numbers.get(image).copied().flatten()
    }

    /// What a pod's containers run, by image name and architecture of the node.
    fn reported<'b>(
        &'b self,
        architectures: &BTreeMap<&str, &'a str>,
        pod: &'a Pod,
    ) -> impl Iterator<Item = (Name<'a>, &'a str)> + use<'a, 'b> {
        let architecture = architectures.get(pod.node.as_str()).copied().unwrap_or_default();
        self.inventory.spec(pod.spec).all_containers().filter_map(move |(_, container)| {
            let digest = digest_of_id(pod.image_ids.get(&container.name)?)?;
            Some(((self.number(&container.image)?, architecture), digest))
        })
    }
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
