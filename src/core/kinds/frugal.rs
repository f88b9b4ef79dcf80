//! The longest lists of a snapshot, read in no more memory than they need: all of them as they stand there would be several times as much.

use super::meta::KnownMeta;
use super::pod::{Pod, PodSpec};
use super::pod_intake::KnownParts;
use super::shared::Known;
use super::workload::Controller;
use crate::model::{Kind, each};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Reads specs of a snapshot, which says again for each what many have alike.
pub(super) fn specs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PodSpec>, D::Error> {
    let mut known = KnownParts::default();
    each(deserializer, |spec: &mut PodSpec| known.share(spec))
}

/// Reads pods of a snapshot, which says again for each what many have alike.
pub(super) fn pods<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pod>, D::Error> {
    let (mut known, mut images) = (KnownMeta::default(), Known::default());
    each(deserializer, |pod: &mut Pod| {
        known.share(&mut pod.metadata);
        images.share(&mut pod.image_ids);
    })
}

/// Reads controllers of a snapshot, as [`pods`].
pub(super) fn controllers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Kind, Vec<Controller>>, D::Error> {
    struct List(Vec<Controller>);
    impl<'de> Deserialize<'de> for List {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let mut known = KnownMeta::default();
            each(deserializer, |controller: &mut Controller| known.share(&mut controller.metadata)).map(Self)
        }
    }
    let lists = BTreeMap::<Kind, List>::deserialize(deserializer)?;
    Ok(lists.into_iter().map(|(kind, List(list))| (kind, list)).collect())
}
